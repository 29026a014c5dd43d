#include "models/recipe.h"

#include <stdio.h>
#include <string.h>

const char *const ng_slot_names[] = {
    "input@fprop", "weight@fprop", "grad@dgrad", "weight@dgrad",
    "grad@wgrad",  "input@wgrad",  NULL};
static const char *const saved_input_names[] = {"stored", "codes", NULL};
static const char *const saved_mask_names[] = {"output", "bits", NULL};
static const char *const evaluation_names[] = {"frozen", "current", "fp32-master",
                                               NULL};
static const char *const transpose_names[] = {"none", NULL};
static const char *const loss_scale_names[] = {"none", NULL};
static const char *const phase_names[] = {"all", NULL};

/* One resolution: the recipe, the node, and where errors go. */
struct resolution {
    const struct ng_recipe *recipe;
    const char *node;
    struct ng_error *err;
};

/* The first rule that matches the node and has a text at one of the two offsets (0: no
 * second one). Returns the text and the rule's number from 1, or the fallback and 0. */
static const char *find(const struct resolution *r, size_t offset, size_t general,
                        const char *fallback, int *rule)
{
    const struct ng_recipe_rule *rules = r->recipe->rules.values;
    for (size_t i = 0; i < r->recipe->rules.count; i++) {
        if (!ng_text_match(rules[i].match, r->node))
            continue;
        const char *text = *(char *const *)((const char *)&rules[i] + offset);
        if (text == NULL && general != 0)
            text = *(char *const *)((const char *)&rules[i] + general);
        if (text != NULL) {
            *rule = (int)i + 1;
            return text;
        }
    }
    *rule = 0;
    return fallback;
}

static enum ng_status refuse(const struct resolution *r, int rule, const char *cell,
                             const char *text, const char *expected)
{
    return ng_fail(r->err, NG_INVALID,
                   "recipe %s, rule %d, node %s: %s: '%s' cannot be used: expected %s",
                   r->recipe->name, rule, r->node, cell, text, expected);
}

static int index_of(const char *const *names, const char *text)
{
    for (int i = 0; names[i] != NULL; i++)
        if (strcmp(names[i], text) == 0)
            return i;
    return -1;
}

/* Reads a cell that is one of a list of names. */
static enum ng_status choice(const struct resolution *r, const char *cell,
                             size_t offset, const char *const *names, int *chosen,
                             int *rule)
{
    const char *text = find(r, offset, 0, names[0], rule);
    *chosen = index_of(names, text);
    if (*chosen >= 0)
        return NG_OK;
    struct ng_text list = {0};
    for (int i = 0; names[i] != NULL; i++)
        ng_text_printf(&list, "%s%s", i == 0 ? "" : ", ", names[i]);
    enum ng_status status =
        refuse(r, *rule, cell, text, list.failed ? "another name" : list.data);
    ng_text_release(&list);
    return status;
}

/* Tensors of a training step have signs and zeros and fractions; e8m0 and int8 do not. */
static bool trains(const struct ng_format *format)
{
    return format->encoding == NG_SIGN_MAGNITUDE;
}

static enum ng_status find_format(const struct resolution *r, const char *cell,
                                  const char *text, int rule,
                                  const struct ng_format **format)
{
    *format = ng_format_by_name(text);
    if (*format != NULL && trains(*format))
        return NG_OK;
    struct ng_text list = {0};
    for (int i = 0; ng_formats[i] != NULL; i++)
        if (trains(ng_formats[i]))
            ng_text_printf(&list, "%s%s", i == 0 ? "" : ", ", ng_formats[i]->name);
    enum ng_status status =
        refuse(r, rule, cell, text, list.failed ? "a format" : list.data);
    ng_text_release(&list);
    return status;
}

/* 8-bit formats saturate, as CUDA's conversions for training do; wider ones overflow to
 * infinity, as IEEE 754 does, so that divergence is seen. */
static struct ng_policy policy_of(const struct ng_format *format,
                                  enum ng_rounding rounding)
{
    struct ng_policy policy = NG_POLICY_CUDA_SATFINITE;
    policy.rounding = rounding;
    policy.random_bits = 16;
    if (format->storage_bytes > 1) {
        policy.finite_overflow = NG_OVERFLOW_SPECIAL;
        policy.infinite_input = NG_OVERFLOW_SPECIAL;
    }
    return policy;
}

static bool is_weight(int slot)
{
    return slot == NG_SLOT_WEIGHT_FPROP || slot == NG_SLOT_WEIGHT_DGRAD;
}

#define RULE(field) offsetof(struct ng_recipe_rule, field)
#define SLOT(s, field)                                                                 \
    (RULE(slot) + (size_t)(s) * sizeof(struct ng_recipe_slot_text) +                   \
     offsetof(struct ng_recipe_slot_text, field))

static enum ng_status resolve_slot(const struct resolution *r, int s,
                                   struct ng_slot_cell *cell)
{
    enum ng_status status = NG_OK;
    const char *name = ng_slot_names[s];
    int rule;
    const char *text =
        find(r, SLOT(s, format), RULE(slots.format), "fp32", &cell->rule);
    NG_TRY(find_format(r, name, text, cell->rule, &cell->format));
    text = find(r, SLOT(s, granularity), RULE(slots.granularity), "none", &rule);
    int granularity = index_of(ng_granularity_names, text);
    if (granularity != NG_GRANULARITY_NONE && granularity != NG_GRANULARITY_TENSOR)
        return refuse(r, rule, name, text, "granularity none or tensor");
    cell->granularity = (enum ng_granularity)granularity;
    text = find(r, SLOT(s, scale), RULE(slots.scale), "none", &rule);
    int scale = index_of(ng_scale_rule_names, text);
    if (scale != NG_SCALE_RULE_NONE && scale != NG_SCALE_RULE_CURRENT)
        return refuse(r, rule, name, text, "scale none or current");
    cell->scale_rule = (enum ng_scale_rule)scale;
    if ((granularity == NG_GRANULARITY_NONE) != (scale == NG_SCALE_RULE_NONE))
        return refuse(r, rule, name, text,
                      "a scale rule together with a granularity, or neither");
    if (scale != NG_SCALE_RULE_NONE && cell->format->storage_bytes > 1)
        return refuse(r, rule, name, cell->format->name,
                      "an 8-bit format where a scale rule is given");
    text = find(r, SLOT(s, rounding), RULE(slots.rounding), "nearest-even", &rule);
    if (strcmp(text, "nearest-even") != 0)
        return refuse(r, rule, name, text, "rounding nearest-even");
    cell->policy = policy_of(cell->format, NG_ROUND_NEAREST_EVEN);
    text = find(r, SLOT(s, source), RULE(slots.source),
                is_weight(s) ? "parameter" : "stored", &rule);
    int source = index_of(ng_source_names, text);
    if (is_weight(s) ? source != NG_SOURCE_PARAMETER && source != NG_SOURCE_COPY
                     : source != NG_SOURCE_STORED)
        return refuse(r, rule, name, text,
                      is_weight(s) ? "source parameter or copy" : "source stored");
    cell->source = (enum ng_source)source;
out:
    return status;
}

/* may: which liberties this store has. */
enum { MAY_SCALE = 1, MAY_STOCHASTIC = 2 };

static enum ng_status resolve_store(const struct resolution *r, const char *name,
                                    size_t store, int may, struct ng_store_cell *cell)
{
    enum ng_status status = NG_OK;
    size_t field = offsetof(struct ng_recipe_store_text, format);
    int rule;
    const char *text = find(r, store + field, 0, "fp32", &cell->rule);
    NG_TRY(find_format(r, name, text, cell->rule, &cell->format));
    field = offsetof(struct ng_recipe_store_text, granularity);
    text = find(r, store + field, 0, "none", &rule);
    int granularity = index_of(ng_granularity_names, text);
    bool scaled = granularity == NG_GRANULARITY_TENSOR && (may & MAY_SCALE);
    if (granularity != NG_GRANULARITY_NONE && !scaled)
        return refuse(r, rule, name, text,
                      may & MAY_SCALE ? "granularity none or tensor"
                                      : "granularity none");
    if (scaled != (cell->format->storage_bytes == 1))
        return refuse(r, rule, name, cell->format->name,
                      may & MAY_SCALE ? "an 8-bit format with granularity tensor, or "
                                        "a wider one with granularity none"
                                      : "a format of at least 16 bits");
    cell->granularity = (enum ng_granularity)granularity;
    field = offsetof(struct ng_recipe_store_text, rounding);
    text = find(r, store + field, 0, "nearest-even", &rule);
    int rounding = index_of(ng_rounding_names, text);
    bool stochastic = rounding == NG_ROUND_STOCHASTIC && (may & MAY_STOCHASTIC) &&
                      cell->format->storage_bytes == 2;
    if (rounding != NG_ROUND_NEAREST_EVEN && !stochastic)
        return refuse(r, rule, name, text,
                      may & MAY_STOCHASTIC
                          ? "rounding nearest-even, or stochastic for a 16-bit store"
                          : "rounding nearest-even");
    cell->policy = policy_of(cell->format, (enum ng_rounding)rounding);
out:
    return status;
}

static enum ng_status resolve_accumulators(const struct resolution *r,
                                           struct ng_node_recipe *resolved)
{
    static const size_t offsets[] = {RULE(accumulate.fprop), RULE(accumulate.dgrad),
                                     RULE(accumulate.wgrad)};
    for (int role = 0; role < NG_GEMM_ROLES; role++) {
        int rule;
        const char *text = find(r, offsets[role], 0, "fp32", &rule);
        resolved->accumulate[role].accumulator = ng_accumulator_by_name(text);
        resolved->accumulate[role].rule = rule;
        if (resolved->accumulate[role].accumulator == NULL)
            return refuse(r, rule, "accumulate", text, "accumulator fp32");
    }
    return NG_OK;
}

static enum ng_status resolve_output(const struct resolution *r, bool is_logits,
                                     struct ng_store_cell *cell)
{
    const char *name = is_logits ? "logits" : "output";
    const char *text =
        find(r, is_logits ? RULE(logits) : RULE(output), 0, "fp32", &cell->rule);
    enum ng_status status = find_format(r, name, text, cell->rule, &cell->format);
    if (status != NG_OK)
        return status;
    if (cell->format->storage_bytes == 1)
        return refuse(r, cell->rule, name, text, "a format of at least 16 bits");
    cell->policy = policy_of(cell->format, NG_ROUND_NEAREST_EVEN);
    return NG_OK;
}

static enum ng_status resolve_stores(const struct resolution *r, bool is_logits,
                                     struct ng_node_recipe *resolved)
{
    enum ng_status status = NG_OK;
    int rule;
    NG_TRY(resolve_output(r, is_logits, &resolved->output));
    /* The logits' own gradient is handed on by the loss, which has no products. */
    NG_TRY(resolve_output(r, is_logits && !resolved->has_slots,
                          &resolved->output_backward));
    const char *text = find(r, RULE(compute_copy), 0, "none", &rule);
    struct ng_store_cell *copy = &resolved->compute_copy;
    copy->rule = rule;
    if (strcmp(text, "none") != 0) {
        NG_TRY(find_format(r, "compute_copy", text, rule, &copy->format));
        if (copy->format->storage_bytes == 1)
            return refuse(r, rule, "compute_copy", text, "a 16-bit format or none");
        copy->policy = policy_of(copy->format, NG_ROUND_NEAREST_EVEN);
    }
    NG_TRY(resolve_store(r, "master", RULE(master), MAY_STOCHASTIC, &resolved->master));
    NG_TRY(resolve_store(r, "gradient", RULE(gradient), 0, &resolved->gradient));
    NG_TRY(resolve_store(r, "communication", RULE(communication), 0,
                         &resolved->communication));
    NG_TRY(resolve_store(r, "moment1", RULE(moment1), MAY_SCALE | MAY_STOCHASTIC,
                         &resolved->moment1));
    NG_TRY(
        resolve_store(r, "moment2", RULE(moment2), MAY_STOCHASTIC, &resolved->moment2));
out:
    return status;
}

bool ng_slot_same_cast(const struct ng_slot_cell *a, const struct ng_slot_cell *b)
{
    return a->format == b->format && a->granularity == b->granularity &&
           a->scale_rule == b->scale_rule && a->source == b->source;
}

/* Reads the cell `field` of the rules into resolved->field.how and .rule. */
#define CHOOSE(field)                                                                  \
    do {                                                                               \
        NG_TRY(choice(r, #field, RULE(field), field##_names, &chosen,                  \
                      &resolved->field.rule));                                         \
        resolved->field.how = chosen;                                                  \
    } while (0)

static enum ng_status resolve_choices(const struct resolution *r,
                                      struct ng_node_recipe *resolved)
{
    enum ng_status status = NG_OK;
    int chosen;
    CHOOSE(saved_input);
    CHOOSE(saved_mask);
    CHOOSE(transpose);
    CHOOSE(loss_scale);
    CHOOSE(phase);
    CHOOSE(evaluation);
out:
    return status;
}

/* Cells that are fine alone and contradict each other. */
static enum ng_status check_together(const struct resolution *r,
                                     const struct ng_node_recipe *resolved)
{
    for (int s = 0; s < NG_SLOTS; s++)
        if (resolved->slot[s].source == NG_SOURCE_COPY &&
            resolved->compute_copy.format == NULL)
            return refuse(r, resolved->slot[s].rule, ng_slot_names[s], "source copy",
                          "a compute_copy, or source parameter");
    if (resolved->saved_input.how == NG_SAVED_CODES &&
        (resolved->slot[NG_SLOT_INPUT_FPROP].format->storage_bytes > 1 ||
         !ng_slot_same_cast(&resolved->slot[NG_SLOT_INPUT_FPROP],
                            &resolved->slot[NG_SLOT_INPUT_WGRAD])))
        return refuse(r, resolved->saved_input.rule, "saved_input", "codes",
                      "input@fprop and input@wgrad to be the same 8-bit cast, whose "
                      "codes can serve both");
    if (resolved->evaluation.how == NG_EVAL_FP32_MASTER)
        return refuse(r, resolved->evaluation.rule, "evaluation", "fp32-master",
                      "frozen or current");
    return NG_OK;
}

enum ng_status ng_recipe_resolve(const struct ng_recipe *recipe, const char *node,
                                 bool has_slots, bool is_logits,
                                 struct ng_node_recipe *resolved, struct ng_error *err)
{
    const struct resolution r = {recipe, node, err};
    enum ng_status status = NG_OK;
    *resolved = (struct ng_node_recipe){.node = node, .has_slots = has_slots};
    for (int s = 0; s < NG_SLOTS; s++)
        NG_TRY(resolve_slot(&r, s, &resolved->slot[s]));
    NG_TRY(resolve_accumulators(&r, resolved));
    NG_TRY(resolve_stores(&r, is_logits, resolved));
    NG_TRY(resolve_choices(&r, resolved));
    NG_TRY(check_together(&r, resolved));
    if (resolved->saved_input.how == NG_SAVED_CODES) {
        resolved->slot[NG_SLOT_INPUT_WGRAD].source = NG_SOURCE_CODES;
        resolved->slot[NG_SLOT_INPUT_WGRAD].rule = resolved->saved_input.rule;
    }
out:
    return status;
}

static void line(const struct ng_recipe *recipe, struct ng_text *text, const char *node,
                 const char *cell, const char *value, int rule)
{
    const struct ng_recipe_rule *rules = recipe->rules.values;
    ng_text_printf(text, "%s %s %s %d %s\n", node, cell, value, rule,
                   rule == 0 ? "default" : rules[rule - 1].match);
}

static void describe_store(const struct ng_recipe *recipe, struct ng_text *text,
                           const char *node, const char *name,
                           const struct ng_store_cell *cell)
{
    char value[96];
    if (cell->format == NULL)
        snprintf(value, sizeof value, "none");
    else
        snprintf(value, sizeof value, "%s/%s/%s", cell->format->name,
                 ng_granularity_names[cell->granularity],
                 ng_rounding_names[cell->policy.rounding]);
    line(recipe, text, node, name, value, cell->rule);
}

static void describe_gemms(const struct ng_recipe *recipe,
                           const struct ng_node_recipe *resolved, struct ng_text *text)
{
    const char *node = resolved->node;
    for (int s = 0; s < NG_SLOTS; s++) {
        const struct ng_slot_cell *cell = &resolved->slot[s];
        char value[128];
        snprintf(value, sizeof value, "%s/%s/%s/%s/%s", cell->format->name,
                 ng_granularity_names[cell->granularity],
                 ng_scale_rule_names[cell->scale_rule],
                 ng_rounding_names[cell->policy.rounding],
                 ng_source_names[cell->source]);
        line(recipe, text, node, ng_slot_names[s], value, cell->rule);
    }
    for (int role = 0; role < NG_GEMM_ROLES; role++) {
        char name[32];
        snprintf(name, sizeof name, "accumulate.%s", ng_gemm_role_names[role]);
        line(recipe, text, node, name, resolved->accumulate[role].accumulator->name,
             resolved->accumulate[role].rule);
    }
    line(recipe, text, node, "saved_input",
         saved_input_names[resolved->saved_input.how], resolved->saved_input.rule);
    describe_store(recipe, text, node, "compute_copy", &resolved->compute_copy);
    describe_store(recipe, text, node, "master", &resolved->master);
    describe_store(recipe, text, node, "gradient", &resolved->gradient);
    describe_store(recipe, text, node, "moment1", &resolved->moment1);
    describe_store(recipe, text, node, "moment2", &resolved->moment2);
    describe_store(recipe, text, node, "communication", &resolved->communication);
    line(recipe, text, node, "transpose", transpose_names[resolved->transpose.how],
         resolved->transpose.rule);
    line(recipe, text, node, "loss_scale", loss_scale_names[resolved->loss_scale.how],
         resolved->loss_scale.rule);
    line(recipe, text, node, "phase", phase_names[resolved->phase.how],
         resolved->phase.rule);
    line(recipe, text, node, "evaluation", evaluation_names[resolved->evaluation.how],
         resolved->evaluation.rule);
}

void ng_recipe_describe(const struct ng_recipe *recipe,
                        const struct ng_node_recipe *resolved, struct ng_text *text)
{
    describe_store(recipe, text, resolved->node, "output", &resolved->output);
    describe_store(recipe, text, resolved->node, "output.backward",
                   &resolved->output_backward);
    if (resolved->has_slots)
        describe_gemms(recipe, resolved, text);
    else
        line(recipe, text, resolved->node, "saved_mask",
             saved_mask_names[resolved->saved_mask.how], resolved->saved_mask.rule);
}
