#include "harness/cli/verdicts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/json.h"
#include "reports/escape.h"
#include "reports/junit.h"

#define LONGEST 400

/* Baselines and run files are foreign: none of their words may move the cursor. */
static void print_plain(const char *format, const char *words)
{
    struct ng_text text = {0};
    ng_escape_plain(&text, words, LONGEST);
    printf(format, text.data == NULL ? "" : text.data);
    ng_text_release(&text);
}

static void print_summary(const struct ng_fidelity *fidelity)
{
    const size_t *count = fidelity->count;
    printf("%zu comparisons: %zu held, %zu differ, %zu inconclusive: %s\n",
           fidelity->case_count, count[NG_FIDELITY_HELD], count[NG_FIDELITY_DIFFERS],
           count[NG_FIDELITY_INCONCLUSIVE],
           ng_fidelity_verdict_names[ng_fidelity_outcome(fidelity)]);
}

void ng_verdicts_print(const struct ng_verdicts *verdicts)
{
    const struct ng_fidelity *fidelity = verdicts->fidelity;
    print_plain("%s against ", verdicts->baseline->experiment);
    print_plain("%s", verdicts->path);
    print_plain(", accepted on %s: ", verdicts->baseline->date);
    print_plain("%s\n", verdicts->baseline->reason);
    printf("%-18s %-16s %-13s %s\n", "arm", "compared", "verdict", "found");
    for (size_t i = 0; i < fidelity->case_count; i++) {
        const struct ng_fidelity_case *one = &fidelity->cases[i];
        print_plain("%-18s ", one->suite);
        print_plain("%-16s ", one->name);
        printf("%-13s ", ng_fidelity_verdict_names[one->verdict]);
        print_plain("%s\n", one->sentence);
    }
    for (size_t a = 0; a < fidelity->arm_count; a++)
        if (fidelity->arms[a].sentence != NULL) {
            print_plain("%s: ", fidelity->arms[a].label);
            print_plain("%s\n", fidelity->arms[a].sentence);
        }
    if (verdicts->folder != NULL)
        print_plain("The fresh run files are kept in %s\n", verdicts->folder);
    print_summary(fidelity);
}

/* -- JSON ----------------------------------------------------------------------------
 */

static json_t *estimate(const struct ng_estimate *value)
{
    json_t *object = json_object();
    json_object_set_new(object, "mean", ng_json_number(value->mean));
    json_object_set_new(object, "low", ng_json_number(value->low));
    json_object_set_new(object, "high", ng_json_number(value->high));
    return object;
}

static json_t *arm_object(const struct ng_fidelity_arm *arm)
{
    json_t *object = json_object(), *first = json_null();
    if (arm->tensor != NULL) {
        first = json_object();
        json_object_set_new(first, "step", json_integer(arm->step));
        json_object_set_new(first, "tensor", ng_json_text(arm->tensor));
    }
    json_object_set_new(object, "arm", ng_json_text(arm->label));
    json_object_set_new(object, "moved", json_boolean(arm->moved));
    json_object_set_new(object, "first_moved", first);
    for (int m = 0; m < NG_BASELINE_METRICS; m++) {
        char name[40];
        snprintf(name, sizeof name, "%s_difference", ng_baseline_metric_names[m]);
        json_object_set_new(object, name, estimate(&arm->difference[m]));
    }
    json_object_set_new(object, "sentence", ng_json_text(arm->sentence));
    return object;
}

static json_t *case_object(const struct ng_fidelity_case *one)
{
    json_t *object = json_object();
    json_object_set_new(object, "arm", ng_json_text(one->suite));
    json_object_set_new(object, "name", ng_json_text(one->name));
    json_object_set_new(object, "verdict",
                        ng_json_text(ng_fidelity_verdict_names[one->verdict]));
    json_object_set_new(object, "sentence", ng_json_text(one->sentence));
    return object;
}

enum ng_status ng_verdicts_print_json(const struct ng_verdicts *verdicts,
                                      struct ng_error *err)
{
    const struct ng_fidelity *fidelity = verdicts->fidelity;
    const struct ng_baseline *baseline = verdicts->baseline;
    enum ng_fidelity_verdict outcome = ng_fidelity_outcome(fidelity);
    json_t *document = json_object(), *cases = json_array(), *arms = json_array();
    json_object_set_new(document, "experiment", ng_json_text(baseline->experiment));
    json_object_set_new(document, "baseline", ng_json_text(verdicts->path));
    json_object_set_new(document, "accepted", ng_json_text(baseline->date));
    json_object_set_new(document, "reason", ng_json_text(baseline->reason));
    json_object_set_new(document, "folder", ng_json_text(verdicts->folder));
    json_object_set_new(document, "verdict",
                        ng_json_text(ng_fidelity_verdict_names[outcome]));
    json_object_set_new(document, "held",
                        ng_json_size(fidelity->count[NG_FIDELITY_HELD]));
    json_object_set_new(document, "differ",
                        ng_json_size(fidelity->count[NG_FIDELITY_DIFFERS]));
    json_object_set_new(document, "inconclusive",
                        ng_json_size(fidelity->count[NG_FIDELITY_INCONCLUSIVE]));
    for (size_t i = 0; i < fidelity->case_count; i++)
        json_array_append_new(cases, case_object(&fidelity->cases[i]));
    for (size_t a = 0; a < fidelity->arm_count; a++)
        json_array_append_new(arms, arm_object(&fidelity->arms[a]));
    json_object_set_new(document, "comparisons", cases);
    json_object_set_new(document, "arms", arms);
    return ng_json_print(document, err);
}

/* -- JUnit ---------------------------------------------------------------------------
 */

/* A moved arm's failures also say where it began. */
static char *message_of(const struct ng_fidelity *fidelity,
                        const struct ng_fidelity_case *one, struct ng_arena *arena)
{
    for (size_t a = 0; a < fidelity->arm_count; a++)
        if (one->verdict == NG_FIDELITY_DIFFERS && fidelity->arms[a].sentence != NULL &&
            fidelity->arms[a].label == one->suite)
            return ng_arena_printf(arena, "%s; %s", one->sentence,
                                   fidelity->arms[a].sentence);
    return one->sentence;
}

enum ng_status ng_verdicts_write_junit(const struct ng_verdicts *verdicts,
                                       const char *path, struct ng_error *err)
{
    static const enum ng_junit_verdict verdict_of[] = {NG_JUNIT_PASSED, NG_JUNIT_FAILED,
                                                       NG_JUNIT_INCONCLUSIVE};
    const struct ng_fidelity *fidelity = verdicts->fidelity;
    struct ng_arena arena = {0};
    enum ng_status status = NG_OK;
    size_t count = fidelity->case_count;
    struct ng_junit_case *cases = ng_arena_array(&arena, count + 1, sizeof *cases);
    for (size_t i = 0; cases != NULL && i < count; i++) {
        const struct ng_fidelity_case *one = &fidelity->cases[i];
        cases[i] =
            (struct ng_junit_case){one->suite, one->name, verdict_of[one->verdict],
                                   message_of(fidelity, one, &arena)};
        if (cases[i].message == NULL)
            cases = NULL;
    }
    if (cases == NULL)
        status = ng_fail(err, NG_FAILED, "No memory for %s.", path);
    else
        status =
            ng_junit_write(path, verdicts->baseline->experiment, cases, count, err);
    ng_arena_release(&arena);
    return status;
}

enum ng_status ng_verdicts_status(const struct ng_verdicts *verdicts,
                                  struct ng_error *err)
{
    const struct ng_fidelity *fidelity = verdicts->fidelity;
    enum ng_fidelity_verdict outcome = ng_fidelity_outcome(fidelity);
    if (outcome == NG_FIDELITY_HELD)
        return NG_OK;
    for (size_t i = 0; i < fidelity->case_count; i++) {
        const struct ng_fidelity_case *one = &fidelity->cases[i];
        if (one->verdict != outcome)
            continue;
        bool differs = outcome == NG_FIDELITY_DIFFERS;
        int length = (int)strlen(one->sentence);
        length -= length > 0 && one->sentence[length - 1] == '.';
        return ng_fail(
            err, differs ? NG_DIFFERS : NG_INCONCLUSIVE,
            "%.100s %s %s in %zu of %zu comparisons; first %.100s, %s: %.*s.",
            verdicts->baseline->experiment,
            differs ? "differs from" : "is inconclusive against", verdicts->path,
            fidelity->count[outcome], fidelity->case_count, one->suite, one->name,
            length < 1000 ? length : 1000, one->sentence);
    }
    return ng_fail(err, NG_INCONCLUSIVE, "Nothing was compared.");
}
