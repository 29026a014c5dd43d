#include "harness/cli/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* More than any number here is good for, and few enough to give 0.8293 back as such. */
#define DIGITS       12
#define EXACT_DIGITS 17

json_t *ng_json_text(const char *text)
{
    /* Foreign bytes that are no UTF-8 are left out rather than the whole document. */
    json_t *value = text == NULL ? NULL : json_string(text);
    return value == NULL ? json_null() : value;
}

json_t *ng_json_number(double number)
{
    return isfinite(number) ? json_real(number) : json_null();
}

json_t *ng_json_size(size_t size)
{
    return json_integer((json_int_t)size);
}

json_t *ng_json_classes(const size_t bytes[NG_LEDGER_CLASSES])
{
    json_t *object = json_object();
    for (int c = 0; c < NG_LEDGER_CLASSES; c++)
        if (bytes[c] > 0)
            json_object_set_new(object, ng_ledger_class_names[c],
                                ng_json_size(bytes[c]));
    return object;
}

static json_t *estimate(const struct ng_estimate *value)
{
    json_t *object = json_object();
    json_object_set_new(object, "mean", ng_json_number(value->mean));
    json_object_set_new(object, "low", ng_json_number(value->low));
    json_object_set_new(object, "high", ng_json_number(value->high));
    return object;
}

static json_t *group_name(const struct ng_comparison *comparison, size_t number)
{
    json_t *object = json_object();
    if (number >= comparison->group_count) {
        json_decref(object);
        return json_null();
    }
    const struct ng_group *group = &comparison->groups[number];
    json_object_set_new(object, "column", ng_json_text(group->column));
    json_object_set_new(object, "band", ng_json_text(group->band));
    if (group->suppressed)
        json_object_set_new(object, "suppressed", json_true());
    else
        json_object_set_new(object, "rows", ng_json_size(group->rows));
    return object;
}

static json_t *groups_of(const struct ng_comparison *comparison,
                         const struct ng_arm *arm)
{
    json_t *list = json_array();
    for (size_t g = 0; g < comparison->group_count; g++) {
        json_t *object = group_name(comparison, g);
        if (!comparison->groups[g].suppressed) {
            json_object_set_new(object, "accuracy", estimate(&arm->group_accuracy[g]));
            json_object_set_new(object, "accuracy_difference",
                                estimate(&arm->group_difference[g]));
        }
        json_object_set_new(object, "unproven", json_boolean(arm->group_unproven[g]));
        json_object_set_new(object, "harmed", json_boolean(arm->group_harmed[g]));
        json_array_append_new(list, object);
    }
    return list;
}

static void add_estimates(json_t *object, const struct ng_arm *arm)
{
    const struct {
        const char *name;
        const struct ng_estimate *value;
    } estimates[] = {
        {"accuracy", &arm->accuracy},
        {"accuracy_difference", &arm->accuracy_difference},
        {"nll", &arm->nll},
        {"nll_difference", &arm->nll_difference},
        {"ece", &arm->ece},
        {"ece_difference", &arm->ece_difference},
        {"churn", &arm->churn},
        {"worst_accuracy", &arm->worst_accuracy},
        {"worst_difference", &arm->worst_difference},
    };
    for (size_t i = 0; i < sizeof estimates / sizeof estimates[0]; i++)
        json_object_set_new(object, estimates[i].name, estimate(estimates[i].value));
}

static void add_memory(json_t *object, const struct ng_arm *arm)
{
    json_object_set_new(object, "parameters", ng_json_size(arm->parameters));
    json_object_set_new(object, "persistent_bytes",
                        ng_json_size(arm->persistent_bytes));
    json_object_set_new(object, "planned_peak", ng_json_size(arm->planned_peak));
    json_object_set_new(object, "bytes_by_class", ng_json_classes(arm->by_class));
    json_object_set_new(object, "bytes_by_class_at_peak",
                        ng_json_classes(arm->by_class_at_peak));
    json_object_set_new(object, "saturated_share",
                        ng_json_number(arm->saturated_share));
    json_object_set_new(object, "flushed_share", ng_json_number(arm->flushed_share));
}

static json_t *lines(const char *text)
{
    json_t *list = json_array();
    for (const char *s = text == NULL ? "" : text; *s != '\0';) {
        size_t length = strcspn(s, "\n");
        json_t *line = json_stringn(s, length);
        json_array_append_new(list, line == NULL ? json_null() : line);
        s += length + (s[length] == '\n');
    }
    return list;
}

static json_t *arm_object(const struct ng_comparison *comparison,
                          const struct ng_arm *arm)
{
    json_t *object = json_object(), *hashes = json_array();
    json_object_set_new(object, "label", ng_json_text(arm->label));
    json_object_set_new(object, "recipe", ng_json_text(arm->recipe));
    json_object_set_new(object, "verdict",
                        ng_json_text(ng_verdict_names[arm->verdict]));
    json_object_set_new(object, "seeds", ng_json_size(arm->seeds));
    json_object_set_new(object, "diverged", ng_json_size(arm->diverged));
    add_estimates(object, arm);
    json_object_set_new(object, "worst_group",
                        group_name(comparison, arm->worst_group));
    json_object_set_new(object, "hardest_hit_group",
                        group_name(comparison, arm->hardest_hit_group));
    if (ng_comparison_has_memory(comparison))
        add_memory(object, arm);
    json_object_set_new(object, "unproven_groups", ng_json_size(arm->unproven_groups));
    json_object_set_new(object, "harmed_groups", ng_json_size(arm->harmed_groups));
    json_object_set_new(object, "groups", groups_of(comparison, arm));
    for (size_t s = 0; s < comparison->seed_count; s++)
        json_array_append_new(hashes, ng_json_text(arm->result_hashes[s]));
    if (ng_comparison_has_memory(comparison))
        json_object_set_new(object, "result_hashes", hashes);
    else
        json_decref(hashes);
    return object;
}

static json_t *arm_label(const struct ng_comparison *comparison, int arm)
{
    return arm < 0 ? json_null() : ng_json_text(comparison->arms[arm].label);
}

static json_t *gates_of(const struct ng_comparison *comparison)
{
    json_t *list = json_array();
    for (size_t g = 0; g < comparison->gate_count; g++) {
        const struct ng_gate_outcome *gate = &comparison->gates[g];
        json_t *object = json_object();
        json_object_set_new(object, "name", ng_json_text(gate->name));
        json_object_set_new(object, "held", json_boolean(gate->held));
        json_object_set_new(object, "sentence", ng_json_text(gate->sentence));
        json_array_append_new(list, object);
    }
    return list;
}

json_t *ng_json_comparison(const struct ng_comparison *comparison)
{
    json_t *object = json_object(), *arms = json_array(), *seeds = json_array();
    json_object_set_new(object, "experiment", ng_json_text(comparison->experiment));
    json_object_set_new(object, "question", ng_json_text(comparison->question));
    json_object_set_new(object, "answer", ng_json_text(comparison->answer));
    json_object_set_new(object, "command", ng_json_text(comparison->command));
    json_object_set_new(object, "setup", ng_json_text(comparison->resolved_summary));
    json_object_set_new(object, "margin", ng_json_number(comparison->margin));
    json_object_set_new(object, "reference",
                        arm_label(comparison, comparison->reference));
    json_object_set_new(object, "recommended",
                        arm_label(comparison, comparison->recommended));
    if (ng_comparison_has_memory(comparison))
        json_object_set_new(object, "train_rows", ng_json_size(comparison->train_rows));
    json_object_set_new(object, "test_rows", ng_json_size(comparison->test_rows));
    json_object_set_new(object, "largest_class",
                        ng_json_number(comparison->largest_class));
    json_object_set_new(object, "accuracy_ceiling",
                        ng_json_number(comparison->ceiling));
    json_object_set_new(object, "numerics_version",
                        json_integer(comparison->numerics_version));
    json_object_set_new(object, "groups_with_rows",
                        ng_json_size(comparison->groups_with_rows));
    for (size_t s = 0; s < comparison->seed_count; s++)
        json_array_append_new(seeds, json_integer(comparison->seeds[s]));
    json_object_set_new(object, "seeds", seeds);
    for (size_t a = 0; a < comparison->arm_count; a++)
        json_array_append_new(arms, arm_object(comparison, &comparison->arms[a]));
    json_object_set_new(object, "arms", arms);
    json_object_set_new(object, "gates", gates_of(comparison));
    json_object_set_new(object, "data_notes", lines(comparison->data_notes));
    return object;
}

static enum ng_status print(FILE *stream, json_t *document, size_t digits,
                            struct ng_error *err)
{
    int failed =
        document == NULL ||
        json_dumpf(document, stream, JSON_INDENT(2) | JSON_REAL_PRECISION(digits)) != 0;
    json_decref(document);
    if (failed)
        return ng_fail(err, NG_FAILED, "The JSON document could not be written.");
    putc('\n', stream);
    return NG_OK;
}

enum ng_status ng_json_print(json_t *document, struct ng_error *err)
{
    return print(stdout, document, DIGITS, err);
}

enum ng_status ng_json_print_exact(json_t *document, struct ng_error *err)
{
    return print(stdout, document, EXACT_DIGITS, err);
}

enum ng_status ng_json_print_to(FILE *stream, json_t *document, struct ng_error *err)
{
    return print(stream, document, DIGITS, err);
}
