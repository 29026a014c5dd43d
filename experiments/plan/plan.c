#include "experiments/plan/plan.h"

#include <stdio.h>
#include <string.h>

#include "datasets/files/digest.h"
#include "experiments/plan/plan_data.h"
#include "experiments/spec/canonical.h"

#define MOST_TRIALS 10000

/* One choice from every axis, and what it resolves to. */
struct arm {
    struct ng_experiment experiment;
    struct ng_recipe *recipe;
    char *label, *resolved;
    char hash[65];
};

static enum ng_status fail_memory(struct ng_error *err)
{
    return ng_fail(err, NG_FAILED, "out of memory while making a plan");
}

/* Which value of axis `axis` arm number `arm` takes: the last axis moves fastest. */
static size_t choice_of(const struct ng_sweep *sweep, size_t arm, size_t axis)
{
    for (size_t i = sweep->count; i-- > axis + 1;)
        arm /= sweep->axes[i].values.count;
    return arm % sweep->axes[axis].values.count;
}

static enum ng_status set_choices(struct ng_plan *plan, size_t number, struct arm *arm,
                                  struct ng_error *err)
{
    const struct ng_sweep *sweep = &plan->experiment.sweep;
    enum ng_status status = NG_OK;
    arm->experiment = plan->experiment;
    for (size_t i = 0; i < sweep->count; i++) {
        const struct ng_sweep_axis *axis = &sweep->axes[i];
        NG_TRY(ng_experiment_set(&arm->experiment, axis->path,
                                 axis->values.values[choice_of(sweep, number, i)],
                                 &plan->arena, err));
    }
    arm->recipe = ng_arena_alloc(&plan->arena, sizeof *arm->recipe);
    if (arm->recipe == NULL)
        return fail_memory(err);
    NG_TRY(ng_recipe_read(arm->experiment.recipe, &plan->arena, arm->recipe, err));
out:
    return status;
}

static bool is_recipe(const struct ng_sweep_axis *axis)
{
    return strcmp(axis->path, "recipe") == 0;
}

static const char *last_part(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot != NULL ? dot + 1 : path;
}

/* "lr" of "train.lr"; the whole path where another axis ends in the same word. */
static const char *short_name(const struct ng_sweep *sweep, size_t axis)
{
    const char *path = sweep->axes[axis].path;
    for (size_t i = 0; i < sweep->count; i++)
        if (i != axis && strcmp(last_part(sweep->axes[i].path), last_part(path)) == 0)
            return path;
    return last_part(path);
}

/* "fp8-e4m3", "fp8-e4m3 lr=1e-3", or "lr=1e-3" where the recipe is not swept. A recipe is
 * called by its name, also where it was given as a file. */
static char *label_of(struct ng_plan *plan, size_t number, const struct arm *arm)
{
    const struct ng_sweep *sweep = &plan->experiment.sweep;
    struct ng_text label = {0};
    bool named = sweep->count == 0;
    for (size_t i = 0; i < sweep->count; i++)
        named |= is_recipe(&sweep->axes[i]);
    if (named)
        ng_text_add(&label, arm->recipe->name);
    for (size_t i = 0; i < sweep->count; i++)
        if (!is_recipe(&sweep->axes[i]))
            ng_text_printf(&label, "%s%s=%s", label.length > 0 ? " " : "",
                           short_name(sweep, i),
                           sweep->axes[i].values.values[choice_of(sweep, number, i)]);
    char *text = label.failed ? NULL : ng_arena_text(&plan->arena, label.data);
    ng_text_release(&label);
    return text;
}

/* Cells come as "node cell value rule pattern"; which rule set a cell cannot move a bit,
 * so that part is left out. */
static void add_cells(struct ng_text *text, const struct ng_text *cells)
{
    const char *p = cells->data;
    while (p != NULL && *p != '\0') {
        int node = (int)strcspn(p, " ");
        const char *cell = p + node + 1;
        int cell_length = (int)strcspn(cell, " ");
        const char *value = cell + cell_length + 1;
        ng_text_printf(text, "recipe.%.*s.%.*s = %.*s\n", node, p, cell_length, cell,
                       (int)strcspn(value, " "), value);
        p = strchr(value, '\n');
        p = p != NULL ? p + 1 : NULL;
    }
}

static bool matches_a_node(const struct ng_model *model, const char *pattern)
{
    if (ng_text_match(pattern, model->input_recipe.node))
        return true;
    for (size_t i = 0; i < model->node_count; i++)
        if (ng_text_match(pattern, model->nodes[i].recipe.node))
            return true;
    return false;
}

/* A rule that matches nothing is a misspelt one: training would go on in fp32. */
static enum ng_status check_rules(const struct ng_recipe *recipe,
                                  const struct ng_model *model, struct ng_error *err)
{
    const struct ng_recipe_rule *rules = recipe->rules.values;
    for (size_t r = 0; r < recipe->rules.count; r++) {
        if (matches_a_node(model, rules[r].match))
            continue;
        struct ng_text nodes = {0};
        ng_text_add(&nodes, model->input_recipe.node);
        for (size_t i = 0; i < model->node_count; i++)
            ng_text_printf(&nodes, ", %s", model->nodes[i].recipe.node);
        ng_fail(err, NG_INVALID,
                "recipe %.100s, rule %zu: '%.100s' matches no node; nodes are %.400s",
                recipe->name, r + 1, rules[r].match,
                nodes.data != NULL ? nodes.data : "");
        ng_text_release(&nodes);
        return NG_INVALID;
    }
    return NG_OK;
}

/* Builds the arm's model, which refuses what contradicts itself, for its recipe cells. */
static enum ng_status add_model(const struct ng_plan *plan, const struct arm *arm,
                                struct ng_text *text, struct ng_error *err)
{
    struct ng_model model = {0};
    struct ng_text cells = {0};
    enum ng_status status = NG_OK;
    NG_TRY(ng_model_build(&model, &arm->experiment.model, arm->recipe,
                          plan->dataset.features, plan->dataset.classes,
                          (size_t)arm->experiment.train.batch, 1, err));
    NG_TRY(check_rules(arm->recipe, &model, err));
    ng_recipe_describe(arm->recipe, &model.input_recipe, &cells);
    for (size_t i = 0; i < model.node_count; i++)
        ng_recipe_describe(arm->recipe, &model.nodes[i].recipe, &cells);
    if (cells.failed)
        status = fail_memory(err);
    else
        add_cells(text, &cells);
out:
    ng_text_release(&cells);
    ng_model_release(&model);
    return status;
}

static void digest_text(const char *text, char hex[NG_DIGEST_TEXT])
{
    struct ng_digest digest;
    ng_digest_begin(&digest);
    ng_digest_add(&digest, text, strlen(text));
    ng_digest_end(&digest, hex);
}

static enum ng_status resolve_arm(struct ng_plan *plan, struct arm *arm,
                                  struct ng_error *err)
{
    struct ng_text text = {0};
    enum ng_status status = NG_OK;
    ng_text_printf(&text, "numerics_version = %d\n", NG_NUMERICS_VERSION);
    ng_text_printf(&text, "data.sha256 = %s\n", plan->dataset.digest);
    ng_experiment_resolved(&arm->experiment, &text);
    ng_canonical_table(&ng_card_keys, &plan->card, "card.", &text);
    NG_TRY(add_model(plan, arm, &text, err));
    arm->resolved = text.failed ? NULL : ng_arena_text(&plan->arena, text.data);
    if (arm->resolved == NULL)
        status = fail_memory(err);
    else
        digest_text(arm->resolved, arm->hash);
out:
    ng_text_release(&text);
    return status;
}

static enum ng_status check_batch(const struct ng_plan *plan, const struct arm *arm,
                                  struct ng_error *err)
{
    size_t batch = (size_t)arm->experiment.train.batch;
    if (batch <= plan->dataset.train.rows)
        return NG_OK;
    return ng_fail(err, NG_INVALID,
                   "train.batch is %zu, but data set %s has only %zu training rows, "
                   "expected a batch of at most that many",
                   batch, plan->dataset.name, plan->dataset.train.rows);
}

static enum ng_status make_arm(struct ng_plan *plan, size_t number, struct arm *arm,
                               struct ng_error *err)
{
    enum ng_status status = NG_OK;
    NG_TRY(set_choices(plan, number, arm, err));
    NG_TRY(check_batch(plan, arm, err));
    arm->label = label_of(plan, number, arm);
    if (arm->label == NULL)
        return fail_memory(err);
    status = resolve_arm(plan, arm, err);
    if (status != NG_OK && plan->experiment.sweep.count > 1)
        ng_prefix(err, "%.200s: ", arm->label);
out:
    return status;
}

/* Two arms must differ in their results, their labels and their files' names. */
static enum ng_status check_distinct(const struct arm *arms, size_t count,
                                     struct ng_error *err)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (strcmp(arms[i].hash, arms[j].hash) == 0)
                return ng_fail(err, NG_INVALID,
                               "%.200s and %.200s are the same configuration, expected "
                               "sweep values that make a difference",
                               arms[j].label, arms[i].label);
            if (strcmp(arms[i].label, arms[j].label) == 0)
                return ng_fail(err, NG_INVALID,
                               "two different recipes are called %.200s, expected "
                               "different names in their files",
                               arms[i].label);
            if (memcmp(arms[i].hash, arms[j].hash, 8) == 0)
                return ng_fail(err, NG_INVALID,
                               "the run files of %.200s and %.200s would have the same "
                               "name, expected a smaller sweep in each experiment",
                               arms[j].label, arms[i].label);
        }
    }
    return NG_OK;
}

static enum ng_status make_trial(struct ng_plan *plan, size_t index,
                                 const struct arm *arms, struct ng_error *err)
{
    const struct ng_ints *seeds = &plan->experiment.seeds;
    struct ng_trial *trial = &plan->trials[index];
    trial->index = index;
    trial->arm = index / seeds->count;
    trial->seed = (uint32_t)seeds->values[index % seeds->count];
    const struct arm *arm = &arms[trial->arm];
    trial->experiment = arm->experiment;
    trial->recipe = arm->recipe;
    memcpy(trial->arm_hash, arm->hash, sizeof trial->arm_hash);
    trial->resolved =
        ng_arena_printf(&plan->arena, "%sseed = %u\n", arm->resolved, trial->seed);
    trial->file = ng_arena_printf(&plan->arena, "%s-%.8s-s%u.h5", plan->experiment.name,
                                  arm->hash, trial->seed);
    if (trial->resolved == NULL || trial->file == NULL)
        return fail_memory(err);
    digest_text(trial->resolved, trial->hash);
    return NG_OK;
}

/* Same values on all axes but the recipe's? */
static bool same_but_recipe(const struct ng_sweep *sweep, size_t a, size_t b)
{
    for (size_t axis = 0; axis < sweep->count; axis++)
        if (!is_recipe(&sweep->axes[axis]) &&
            choice_of(sweep, a, axis) != choice_of(sweep, b, axis))
            return false;
    return true;
}

static bool is_reference(const struct arm *arm)
{
    return strcmp(arm->recipe->name, "fp32") == 0;
}

static void find_references(struct ng_plan *plan, const struct arm *arms)
{
    const struct ng_sweep *sweep = &plan->experiment.sweep;
    for (size_t a = 0; a < plan->arm_count; a++)
        plan->arm_references[a] = -1;
    for (size_t r = plan->arm_count; r-- > 0;) {
        if (!is_reference(&arms[r]))
            continue;
        plan->reference_arm = (int)r;
        for (size_t a = 0; a < plan->arm_count; a++)
            if (same_but_recipe(sweep, a, r))
                plan->arm_references[a] = (int)r;
    }
}

static enum ng_status count_trials(struct ng_plan *plan, struct ng_error *err)
{
    const struct ng_sweep *sweep = &plan->experiment.sweep;
    size_t seeds = plan->experiment.seeds.count;
    plan->arm_count = 1;
    for (size_t i = 0; i < sweep->count; i++) {
        plan->arm_count *= sweep->axes[i].values.count;
        if (plan->arm_count * seeds > MOST_TRIALS)
            break; /* both factors are at most 10,000 each time: no overflow */
    }
    plan->trial_count = plan->arm_count * seeds;
    if (plan->trial_count > MOST_TRIALS)
        return ng_fail(err, NG_INVALID,
                       "experiment %s asks for %zu or more trials, expected at most %d",
                       plan->experiment.name, plan->trial_count, MOST_TRIALS);
    return NG_OK;
}

static enum ng_status make_trials(struct ng_plan *plan, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct arm *arms = ng_arena_array(&plan->arena, plan->arm_count, sizeof *arms);
    plan->arm_labels = ng_arena_array(&plan->arena, plan->arm_count, sizeof(char *));
    plan->arm_references = ng_arena_array(&plan->arena, plan->arm_count, sizeof(int));
    plan->trials =
        ng_arena_array(&plan->arena, plan->trial_count, sizeof *plan->trials);
    if (arms == NULL || plan->arm_labels == NULL || plan->arm_references == NULL ||
        plan->trials == NULL)
        return fail_memory(err);
    for (size_t i = 0; i < plan->arm_count; i++) {
        NG_TRY(make_arm(plan, i, &arms[i], err));
        plan->arm_labels[i] = arms[i].label;
    }
    NG_TRY(check_distinct(arms, plan->arm_count, err));
    for (size_t i = 0; i < plan->trial_count; i++)
        NG_TRY(make_trial(plan, i, arms, err));
    find_references(plan, arms);
out:
    return status;
}

static enum ng_status check_rows(const struct ng_plan *plan, struct ng_error *err)
{
    if (plan->dataset.train.token == NULL)
        return NG_OK;
    return ng_fail(err, NG_INVALID,
                   "data set %s is a running text, and every model here takes rows of "
                   "features, expected a set of rows such as adult",
                   plan->dataset.name);
}

enum ng_status ng_plan_make(struct ng_plan *plan, const char *name_or_path,
                            char *const *overrides, size_t override_count,
                            const char *data_folder, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    *plan = (struct ng_plan){.reference_arm = -1};
    NG_TRY(ng_experiment_read(name_or_path, overrides, override_count, &plan->arena,
                              &plan->experiment, &plan->source, err));
    NG_TRY(count_trials(plan, err));
    NG_TRY(ng_plan_data(plan, data_folder, err));
    NG_TRY(check_rows(plan, err));
    NG_TRY(make_trials(plan, err));
out:
    if (status != NG_OK)
        ng_plan_release(plan);
    return status;
}

void ng_plan_release(struct ng_plan *plan)
{
    ng_dataset_release(&plan->dataset);
    ng_arena_release(&plan->arena);
    *plan = (struct ng_plan){.reference_arm = -1};
}
