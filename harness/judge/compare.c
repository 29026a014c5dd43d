#include "harness/judge/compare.h"

#include <math.h>
#include <string.h>

#include "formats/math/math.h"
#include "harness/judge/answer.h"
#include "harness/judge/check.h"
#include "harness/judge/metrics.h"
#include "harness/stats/stats.h"

/* One trial, measured. */
struct measure {
    size_t correct;
    double nll, ece, churn;
    size_t *group_correct; /* [group] */
    bool diverged;
};

struct work {
    const struct ng_compare_input *input;
    struct ng_groups groups;
    struct measure *measures; /* [arm][seed] */
    int *pairs;      /* [arm]: the arm that its differences are taken to; -1: none */
    double *scratch; /* [row] */
    double *values;  /* [seed] */
    size_t rows;
    struct ng_arena arena; /* of what does not outlive the comparison's making */
};

static enum ng_status out_of_memory(struct ng_error *err)
{
    return ng_fail(err, NG_FAILED, "Out of memory while comparing runs.");
}

static const struct ng_run *run_of(const struct work *work, size_t arm, size_t seed)
{
    return &work->input->runs[arm * work->input->seed_count + seed];
}

static struct measure *measure_of(const struct work *work, size_t arm, size_t seed)
{
    return &work->measures[arm * work->input->seed_count + seed];
}

static const struct ng_metric *metric_by_name(const struct ng_run *run,
                                              const char *name)
{
    for (size_t i = 0; i < run->metric_count; i++)
        if (strcmp(run->metrics[i].name, name) == 0)
            return &run->metrics[i];
    return NULL;
}

static bool has_diverged(const struct ng_run *run)
{
    const struct ng_metric *loss = metric_by_name(run, "loss");
    for (size_t i = 0; loss != NULL && i < run->steps; i++)
        if (!isfinite(loss->values[i]))
            return true;
    return run->first_bad_step >= 0;
}

static bool arm_has_diverged(const struct work *work, size_t arm)
{
    for (size_t s = 0; s < work->input->seed_count; s++)
        if (has_diverged(run_of(work, arm, s)))
            return true;
    return false;
}

static void find_pairs(struct work *work)
{
    for (size_t a = 0; a < work->input->arm_count; a++) {
        int reference = work->input->arms[a].reference;
        bool broken = reference < 0 || arm_has_diverged(work, a) ||
                      arm_has_diverged(work, (size_t)reference);
        work->pairs[a] = broken ? -1 : reference;
    }
}

static enum ng_status measure_run(struct work *work, size_t arm, size_t seed,
                                  struct ng_error *err)
{
    const struct ng_run *run = run_of(work, arm, seed);
    const struct ng_rows *rows = &run->rows;
    struct measure *m = measure_of(work, arm, seed);
    m->group_correct =
        ng_arena_array(&work->arena, work->groups.count, sizeof *m->group_correct);
    if (m->group_correct == NULL)
        return out_of_memory(err);
    m->correct = ng_metric_correct(rows->prediction, rows->label, rows->rows);
    m->nll = rows->probability == NULL
                 ? (double)NAN
                 : ng_metric_nll(rows->probability, rows->label, rows->rows,
                                 rows->classes, work->scratch);
    m->ece = ng_metric_ece(rows->confidence, rows->prediction, rows->label, rows->rows,
                           NG_ECE_BINS, work->scratch);
    m->churn = (double)NAN;
    if (work->pairs[arm] >= 0) {
        const struct ng_rows *reference =
            &run_of(work, (size_t)work->pairs[arm], seed)->rows;
        m->churn = (double)ng_metric_flips(rows->prediction, reference->prediction,
                                           rows->rows) /
                   (double)rows->rows;
    }
    ng_metric_group_correct(&work->groups, rows, m->group_correct);
    m->diverged = has_diverged(run);
    return NG_OK;
}

static const struct ng_estimate undefined = {(double)NAN, (double)NAN, (double)NAN};

/* A metric of whole rows: correct rows overall (group -1) or in one group. */
static size_t correct_rows(const struct work *work, size_t arm, size_t seed, int group)
{
    const struct measure *m = measure_of(work, arm, seed);
    return group < 0 ? m->correct : m->group_correct[group];
}

static double rows_in(const struct work *work, int group)
{
    return group < 0 ? (double)work->rows : (double)work->groups.groups[group].rows;
}

static struct ng_estimate accuracy_of(struct work *work, size_t arm, int group)
{
    double rows = rows_in(work, group);
    if (!(rows > 0.0))
        return undefined;
    for (size_t s = 0; s < work->input->seed_count; s++)
        work->values[s] = (double)correct_rows(work, arm, s, group) / rows;
    return ng_stats_estimate(work->values, work->input->seed_count);
}

static struct ng_estimate accuracy_difference_of(struct work *work, size_t arm,
                                                 int group)
{
    int reference = work->pairs[arm];
    double rows = rows_in(work, group);
    if (reference < 0 || !(rows > 0.0))
        return undefined;
    for (size_t s = 0; s < work->input->seed_count; s++)
        work->values[s] = ((double)correct_rows(work, arm, s, group) -
                           (double)correct_rows(work, (size_t)reference, s, group)) /
                          rows;
    return ng_stats_estimate_stepped(work->values, work->input->seed_count, 1.0 / rows);
}

/* A real metric, as it stands in struct measure at `offset`; minus the reference's
 * where `paired`. */
static struct ng_estimate metric_of(struct work *work, size_t arm, size_t offset,
                                    bool paired)
{
    int reference = work->pairs[arm];
    if (paired && reference < 0)
        return undefined;
    for (size_t s = 0; s < work->input->seed_count; s++) {
        const char *m = (const char *)measure_of(work, arm, s);
        memcpy(&work->values[s], m + offset, sizeof(double));
        if (paired) {
            double value;
            m = (const char *)measure_of(work, (size_t)reference, s);
            memcpy(&value, m + offset, sizeof value);
            work->values[s] -= value;
        }
    }
    return ng_stats_estimate(work->values, work->input->seed_count);
}

static bool may_be_named(const struct ng_groups *groups, size_t g)
{
    return groups->groups[g].rows >= groups->least_rows;
}

static size_t lowest_group(const struct ng_groups *groups,
                           const struct ng_estimate *estimates)
{
    size_t lowest = groups->count;
    for (size_t g = 0; g < groups->count; g++)
        if (!isnan(estimates[g].mean) && may_be_named(groups, g) &&
            (lowest == groups->count || estimates[g].mean < estimates[lowest].mean))
            lowest = g;
    return lowest;
}

static struct ng_estimate worst_accuracy_of(struct work *work, size_t arm)
{
    const struct ng_groups *groups = &work->groups;
    for (size_t s = 0; s < work->input->seed_count; s++) {
        double lowest = (double)NAN;
        for (size_t g = 0; g < groups->count; g++) {
            if (!may_be_named(groups, g))
                continue;
            double accuracy = (double)correct_rows(work, arm, s, (int)g) /
                              (double)groups->groups[g].rows;
            if (!(accuracy >= lowest))
                lowest = accuracy;
        }
        work->values[s] = lowest;
    }
    return ng_stats_estimate(work->values, work->input->seed_count);
}

/* Mean loss of every step, over seeds; the shortest trial's number of steps. */
static enum ng_status mean_loss(struct work *work, size_t a, struct ng_arena *arena,
                                struct ng_arm *arm, struct ng_error *err)
{
    size_t seeds = work->input->seed_count;
    arm->steps = run_of(work, a, 0)->steps;
    for (size_t s = 0; s < seeds; s++) {
        const struct ng_run *run = run_of(work, a, s);
        if (metric_by_name(run, "loss") == NULL)
            arm->steps = 0;
        else if (run->steps < arm->steps)
            arm->steps = run->steps;
    }
    arm->loss = ng_arena_array(arena, arm->steps, sizeof *arm->loss);
    if (arm->loss == NULL)
        return out_of_memory(err);
    for (size_t i = 0; i < arm->steps; i++) {
        for (size_t s = 0; s < seeds; s++)
            work->values[s] = metric_by_name(run_of(work, a, s), "loss")->values[i];
        arm->loss[i] = ng_sum_f64(work->values, seeds) / (double)seeds;
    }
    return NG_OK;
}

/* Counts stay far below 2^53, so their sums are exact in any order. */
static double share_of(struct work *work, size_t a, const char *name)
{
    double part = 0.0, whole = 0.0;
    for (size_t s = 0; s < work->input->seed_count; s++) {
        const struct ng_run *run = run_of(work, a, s);
        const struct ng_metric *some = metric_by_name(run, name);
        const struct ng_metric *all = metric_by_name(run, "cast_elements");
        if (some == NULL || all == NULL)
            return (double)NAN;
        part += ng_sum_f64(some->values, run->steps);
        whole += ng_sum_f64(all->values, run->steps);
    }
    return whole > 0.0 ? part / whole : (double)NAN;
}

static void copy_memory(struct ng_arm *arm, const struct ng_run *run)
{
    arm->persistent_bytes = run->persistent_bytes;
    arm->planned_peak = run->planned_peak;
    arm->parameters = run->parameters;
    memcpy(arm->by_class, run->by_class, sizeof arm->by_class);
    memcpy(arm->by_class_at_peak, run->by_class_at_peak, sizeof arm->by_class_at_peak);
}

static enum ng_status copy_seeds(struct work *work, size_t a, struct ng_arena *arena,
                                 struct ng_arm *arm, struct ng_error *err)
{
    arm->seeds = work->input->seed_count;
    arm->seed_accuracy = ng_arena_array(arena, arm->seeds, sizeof *arm->seed_accuracy);
    arm->result_hashes = ng_arena_array(arena, arm->seeds, sizeof *arm->result_hashes);
    if (arm->seed_accuracy == NULL || arm->result_hashes == NULL)
        return out_of_memory(err);
    for (size_t s = 0; s < arm->seeds; s++) {
        const char *hash = run_of(work, a, s)->result_hash;
        arm->seed_accuracy[s] =
            (double)measure_of(work, a, s)->correct / (double)work->rows;
        arm->result_hashes[s] = ng_arena_text(arena, hash == NULL ? "" : hash);
        if (arm->result_hashes[s] == NULL)
            return out_of_memory(err);
        arm->diverged += measure_of(work, a, s)->diverged;
    }
    return NG_OK;
}

static enum ng_status name_arm(const struct ng_compare_arm *from,
                               struct ng_arena *arena, struct ng_arm *arm,
                               struct ng_error *err)
{
    arm->label = ng_arena_text(arena, from->label);
    arm->recipe = ng_arena_text(arena, from->recipe == NULL ? "" : from->recipe);
    arm->summary = ng_arena_text(arena, from->summary == NULL ? "" : from->summary);
    if (arm->label == NULL || arm->recipe == NULL || arm->summary == NULL)
        return out_of_memory(err);
    return NG_OK;
}

static enum ng_status estimate_groups(struct work *work, size_t a,
                                      struct ng_arena *arena, struct ng_arm *arm,
                                      struct ng_error *err)
{
    size_t count = work->groups.count;
    arm->group_accuracy = ng_arena_array(arena, count, sizeof *arm->group_accuracy);
    arm->group_difference = ng_arena_array(arena, count, sizeof *arm->group_difference);
    arm->group_unproven = ng_arena_array(arena, count, sizeof *arm->group_unproven);
    arm->group_harmed = ng_arena_array(arena, count, sizeof *arm->group_harmed);
    if (arm->group_accuracy == NULL || arm->group_difference == NULL ||
        arm->group_unproven == NULL || arm->group_harmed == NULL)
        return out_of_memory(err);
    for (size_t g = 0; g < count; g++) {
        arm->group_accuracy[g] = accuracy_of(work, a, (int)g);
        arm->group_difference[g] = accuracy_difference_of(work, a, (int)g);
    }
    arm->worst_group = lowest_group(&work->groups, arm->group_accuracy);
    arm->hardest_hit_group = lowest_group(&work->groups, arm->group_difference);
    arm->worst_accuracy = worst_accuracy_of(work, a);
    return NG_OK;
}

static void drop_interval(struct ng_estimate *estimate)
{
    estimate->low = estimate->high = (double)NAN;
}

static enum ng_status fill_arm(struct work *work, size_t a, struct ng_arena *arena,
                               struct ng_arm *arm, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    NG_TRY(name_arm(&work->input->arms[a], arena, arm, err));
    NG_TRY(copy_seeds(work, a, arena, arm, err));
    arm->accuracy = accuracy_of(work, a, -1);
    arm->accuracy_difference = accuracy_difference_of(work, a, -1);
    arm->nll = metric_of(work, a, offsetof(struct measure, nll), false);
    arm->nll_difference = metric_of(work, a, offsetof(struct measure, nll), true);
    arm->ece = metric_of(work, a, offsetof(struct measure, ece), false);
    arm->ece_difference = metric_of(work, a, offsetof(struct measure, ece), true);
    arm->churn = metric_of(work, a, offsetof(struct measure, churn), false);
    NG_TRY(estimate_groups(work, a, arena, arm, err));
    NG_TRY(mean_loss(work, a, arena, arm, err));
    arm->saturated_share = share_of(work, a, "saturated");
    arm->flushed_share = share_of(work, a, "flushed");
    copy_memory(arm, run_of(work, a, 0));
    arm->reference = work->input->arms[a].reference;
    if (arm->diverged > 0) {
        drop_interval(&arm->accuracy);
        drop_interval(&arm->worst_accuracy);
    }
out:
    return status;
}

static enum ng_status fill_arms(struct work *work, struct ng_arena *arena,
                                struct ng_comparison *out, struct ng_error *err)
{
    out->arm_count = work->input->arm_count;
    out->arms = ng_arena_array(arena, out->arm_count, sizeof *out->arms);
    if (out->arms == NULL)
        return out_of_memory(err);
    for (size_t a = 0; a < out->arm_count; a++) {
        enum ng_status status = fill_arm(work, a, arena, &out->arms[a], err);
        if (status != NG_OK)
            return status;
    }
    for (size_t a = 0; a < out->arm_count; a++) {
        struct ng_arm *arm = &out->arms[a];
        arm->worst_difference = undefined;
        if (arm->reference >= 0) {
            size_t worst = out->arms[arm->reference].worst_group;
            if (worst < out->group_count)
                arm->worst_difference = arm->group_difference[worst];
        }
    }
    return NG_OK;
}

static enum ng_status judge_truth(struct work *work, struct ng_comparison *out,
                                  struct ng_error *err)
{
    const struct ng_rows *rows = &run_of(work, 0, 0)->rows;
    out->ceiling = out->floor_nll = out->truth_ece = (double)NAN;
    if (rows->true_probability == NULL)
        return NG_OK;
    uint32_t *prediction = ng_arena_array(&work->arena, rows->rows, sizeof *prediction);
    float *confidence = ng_arena_array(&work->arena, rows->rows, sizeof *confidence);
    if (prediction == NULL || confidence == NULL)
        return out_of_memory(err);
    ng_metric_top(rows->true_probability, rows->rows, rows->classes, prediction,
                  confidence);
    out->ceiling = ng_sum_f32_in_f64(confidence, rows->rows) / (double)rows->rows;
    out->floor_nll = ng_metric_nll(rows->true_probability, rows->label, rows->rows,
                                   rows->classes, work->scratch);
    out->truth_ece = ng_metric_ece(confidence, prediction, rows->label, rows->rows,
                                   NG_ECE_BINS, work->scratch);
    return NG_OK;
}

/* The labels of every run are the same ones. */
static enum ng_status judge_guessing(struct work *work, struct ng_comparison *out,
                                     struct ng_error *err)
{
    const struct ng_rows *rows = &run_of(work, 0, 0)->rows;
    size_t *count = ng_arena_array(&work->arena, rows->classes, sizeof *count);
    size_t most = 0;
    if (count == NULL)
        return out_of_memory(err);
    for (size_t i = 0; i < rows->rows; i++)
        if (++count[rows->label[i]] > most)
            most = count[rows->label[i]];
    out->largest_class = (double)most / (double)rows->rows;
    return NG_OK;
}

static enum ng_status fill_frame(struct work *work, struct ng_arena *arena,
                                 struct ng_comparison *out, struct ng_error *err)
{
    const struct ng_compare_input *input = work->input;
    const struct ng_run *first = run_of(work, 0, 0);
    out->experiment =
        ng_arena_text(arena, first->experiment == NULL ? "" : first->experiment);
    out->seeds = ng_arena_array(arena, input->seed_count, sizeof *out->seeds);
    if (out->experiment == NULL || out->seeds == NULL)
        return out_of_memory(err);
    memcpy(out->seeds, input->seeds, input->seed_count * sizeof *out->seeds);
    out->seed_count = input->seed_count;
    out->margin = input->margin;
    out->numerics_version = NG_NUMERICS_VERSION;
    out->groups = work->groups.groups;
    out->group_count = work->groups.count;
    for (size_t g = 0; g < out->group_count; g++)
        out->groups_with_rows += out->groups[g].rows > 0 || out->groups[g].suppressed;
    out->test_rows = first->rows.rows;
    out->classes = first->rows.classes;
    out->wall_seconds = 0.0;
    for (size_t i = 0; i < input->arm_count * input->seed_count; i++)
        out->wall_seconds += input->runs[i].wall_seconds;
    return NG_OK;
}

static enum ng_status measure_all(struct work *work, struct ng_error *err)
{
    const struct ng_compare_input *input = work->input;
    work->rows = input->runs[0].rows.rows;
    work->measures = ng_arena_array(&work->arena, input->arm_count * input->seed_count,
                                    sizeof *work->measures);
    work->pairs = ng_arena_array(&work->arena, input->arm_count, sizeof *work->pairs);
    work->scratch = ng_arena_array(&work->arena, work->rows, sizeof *work->scratch);
    work->values =
        ng_arena_array(&work->arena, input->seed_count, sizeof *work->values);
    if (work->measures == NULL || work->pairs == NULL || work->scratch == NULL ||
        work->values == NULL)
        return out_of_memory(err);
    find_pairs(work);
    for (size_t a = 0; a < input->arm_count; a++)
        for (size_t s = 0; s < input->seed_count; s++) {
            enum ng_status status = measure_run(work, a, s, err);
            if (status != NG_OK)
                return status;
        }
    return NG_OK;
}

enum ng_status ng_compare_runs(const struct ng_compare_input *input,
                               struct ng_arena *arena, struct ng_comparison *out,
                               struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct work work = {.input = input};
    *out = (struct ng_comparison){0};
    NG_TRY(ng_compare_check(input, err));
    const struct ng_rows *rows = &input->runs[0].rows;
    NG_TRY(ng_groups_make(&input->slices, rows->slices, rows->slice_count, arena,
                          &work.groups, err));
    ng_groups_count(&work.groups, rows);
    ng_groups_suppress(&work.groups);
    NG_TRY(measure_all(&work, err));
    NG_TRY(fill_frame(&work, arena, out, err));
    NG_TRY(fill_arms(&work, arena, out, err));
    NG_TRY(judge_truth(&work, out, err));
    NG_TRY(judge_guessing(&work, out, err));
    ng_answer_verdicts(out);
    out->answer = ng_answer_sentence(out, arena);
    if (out->answer == NULL)
        status = out_of_memory(err);
out:
    ng_arena_release(&work.arena);
    return status;
}
