/* From the run files of a sweep to what a baseline holds. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/record/run_file.h"
#include "harness/judge/fidelity.h"
#include "harness/judge/gates.h"
#include "harness/judge/metrics.h"
#include "harness/stats/stats.h"

static enum ng_status out_of_memory(struct ng_error *err)
{
    return ng_fail(err, NG_FAILED, "Out of memory while measuring runs.");
}

static enum ng_status measure_rows(const char *path, struct ng_baseline_trial *trial,
                                   size_t *test_rows, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_arena arena = {0};
    struct ng_run run;
    NG_TRY(ng_run_read(path, NG_RUN_ROWS, &arena, &run, err));
    const struct ng_rows *rows = &run.rows;
    double *scratch = ng_arena_array(&arena, rows->rows + 1, sizeof *scratch);
    if (scratch == NULL)
        NG_TRY(out_of_memory(err));
    trial->metric[NG_BASELINE_ACCURACY] =
        (double)ng_metric_correct(rows->prediction, rows->label, rows->rows) /
        (double)rows->rows;
    trial->metric[NG_BASELINE_NLL] = ng_metric_nll(rows->probability, rows->label,
                                                   rows->rows, rows->classes, scratch);
    trial->metric[NG_BASELINE_ECE] =
        ng_metric_ece(rows->confidence, rows->prediction, rows->label, rows->rows,
                      NG_ECE_BINS, scratch);
    *test_rows = rows->rows;
out:
    ng_arena_release(&arena);
    return status;
}

/* The order of computing is that of the first step in which a tensor is seen. */
static void note_print(struct ng_baseline_arm *arm, size_t expected,
                       struct ng_fingerprint *print)
{
    size_t at = expected;
    if (at >= arm->tensor_count || strcmp(arm->tensors[at].name, print->name) != 0)
        for (at = 0; at < arm->tensor_count; at++)
            if (strcmp(arm->tensors[at].name, print->name) == 0)
                break;
    if (at == arm->tensor_count)
        arm->tensors[arm->tensor_count++].name = print->name;
    arm->tensors[at].digest[print->step] = (uint32_t)(print->digest >> 32);
    arm->tensors[at].seen[print->step] = true;
}

static enum ng_status note_prints(const struct ng_run *run, struct ng_arena *arena,
                                  struct ng_baseline_arm *arm, struct ng_error *err)
{
    arm->tensors =
        ng_arena_array(arena, run->fingerprint_count + 1, sizeof *arm->tensors);
    if (arm->tensors == NULL)
        return out_of_memory(err);
    size_t expected = 0;
    for (size_t i = 0; i < run->fingerprint_count; i++) {
        bool first =
            i == 0 || run->fingerprints[i].step != run->fingerprints[i - 1].step;
        expected = first ? 0 : expected + 1;
        note_print(arm, expected, &run->fingerprints[i]);
    }
    return NG_OK;
}

static const char *provenance(const struct ng_run *run, const char *name)
{
    for (size_t i = 0; i < run->provenance_count; i++)
        if (strcmp(run->provenance[i].name, name) == 0)
            return run->provenance[i].value;
    return "unknown";
}

struct measuring {
    const struct ng_fidelity_sweep *sweep;
    struct ng_arena *arena;
    struct ng_baseline *out;
    struct ng_run *runs; /* those with a result */
    size_t run_count;
};

/* A result that is not there, or not to be trusted, is a finding and no failure; a lack
 * of memory is one. */
static enum ng_status measure_trial(struct measuring *m, size_t number,
                                    struct ng_baseline_arm *arm, struct ng_error *err)
{
    const struct ng_fidelity_trial *planned = &m->sweep->trials[number];
    struct ng_baseline_trial *trial = &arm->trials[arm->trial_count++];
    struct ng_run *run = &m->runs[m->run_count];
    char hash[65];
    char *path =
        ng_arena_printf(m->arena, "%s/runs/%s", m->sweep->folder, planned->file);
    trial->seed = planned->seed;
    trial->plan_hash = ng_arena_text(m->arena, planned->plan_hash);
    if (path == NULL || trial->plan_hash == NULL)
        return out_of_memory(err);
    enum ng_status status = ng_run_read(
        path, NG_RUN_METRICS | NG_RUN_LEDGER | NG_RUN_FINGERPRINTS, m->arena, run, err);
    if (status == NG_OK && strcmp(run->plan_hash, planned->plan_hash) != 0)
        status = ng_fail(err, NG_INVALID, "%s is another trial's", path);
    if (status == NG_OK)
        status = ng_run_hash(path, hash, err);
    if (status == NG_OK)
        status = measure_rows(path, trial, &m->out->test_rows, err);
    if (status == NG_FAILED)
        return status;
    if (status != NG_OK) {
        trial->missing = ng_arena_text(m->arena, err->text);
        return trial->missing == NULL ? out_of_memory(err) : NG_OK;
    }
    m->run_count++;
    trial->result_hash = ng_arena_text(m->arena, hash);
    if (trial->result_hash == NULL)
        return out_of_memory(err);
    arm->state_bytes = run->persistent_bytes;
    arm->planned_peak = run->planned_peak;
    return arm->trial_count == 1 ? note_prints(run, m->arena, arm, err) : NG_OK;
}

/* Without the trials that have no result. */
static struct ng_estimate estimate(const struct ng_baseline_arm *arm, int metric,
                                   double *values, size_t *n)
{
    *n = 0;
    for (size_t t = 0; t < arm->trial_count; t++)
        if (arm->trials[t].missing == NULL)
            values[(*n)++] = arm->trials[t].metric[metric];
    return ng_stats_estimate(values, *n);
}

/* One standard deviation over seeds, taken back from the interval's width. */
static double deviation(const struct ng_estimate *value, size_t n)
{
    if (n < 2)
        return (double)NAN;
    double t = ng_stats_t_quantile(0.5 + NG_STATS_LEVEL / 2.0, (double)(n - 1));
    return (value->high - value->low) / 2.0 / t * sqrt((double)n);
}

static enum ng_status measure_metrics(struct measuring *m, struct ng_baseline_arm *arm,
                                      struct ng_error *err)
{
    double *values = ng_arena_array(m->arena, arm->trial_count + 1, sizeof *values);
    if (values == NULL)
        return out_of_memory(err);
    for (int i = 0; i < NG_BASELINE_METRICS; i++) {
        size_t n;
        struct ng_threshold *threshold = &arm->threshold[i];
        arm->metric[i] = estimate(arm, i, values, &n);
        threshold->value = deviation(&arm->metric[i], n);
        threshold->origin =
            n < 2
                ? ng_arena_printf(m->arena, "seeds: n=%zu, no spread is known", n)
                : ng_arena_printf(m->arena, "seeds: n=%zu, one standard deviation", n);
        if (i == NG_BASELINE_ACCURACY) {
            threshold->value = m->sweep->margin;
            threshold->origin =
                ng_arena_text(m->arena, "declared: judge.margin.accuracy");
        }
        if (threshold->origin == NULL)
            return out_of_memory(err);
    }
    return NG_OK;
}

static enum ng_status measure_arms(struct measuring *m, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    const struct ng_fidelity_sweep *sweep = m->sweep;
    struct ng_baseline_arm *arm = NULL;
    for (size_t i = 0; i < sweep->trial_count; i++) {
        const char *label = sweep->trials[i].arm;
        if (arm == NULL || strcmp(arm->label, label) != 0) {
            arm = &m->out->arms[m->out->arm_count++];
            arm->label = ng_arena_text(m->arena, label);
            arm->trials =
                ng_arena_array(m->arena, sweep->trial_count - i, sizeof *arm->trials);
            if (arm->label == NULL || arm->trials == NULL)
                NG_TRY(out_of_memory(err));
        }
        NG_TRY(measure_trial(m, i, arm, err));
    }
    for (size_t a = 0; a < m->out->arm_count; a++)
        NG_TRY(measure_metrics(m, &m->out->arms[a], err));
out:
    return status;
}

enum ng_status ng_fidelity_measure(const struct ng_fidelity_sweep *sweep,
                                   struct ng_arena *arena, struct ng_baseline *measured,
                                   struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct measuring m = {sweep, arena, measured, NULL, 0};
    *measured = (struct ng_baseline){
        .experiment = ng_arena_text(arena, sweep->experiment),
        .data_set = ng_arena_text(arena, sweep->data_set),
        .data_digest = ng_arena_text(arena, sweep->data_digest),
        .numerics_version = sweep->numerics_version,
        .gates = sweep->gates,
    };
    m.runs = ng_arena_array(arena, sweep->trial_count + 1, sizeof *m.runs);
    measured->arms =
        ng_arena_array(arena, sweep->trial_count + 1, sizeof *measured->arms);
    if (m.runs == NULL || measured->arms == NULL || measured->experiment == NULL ||
        measured->data_set == NULL || measured->data_digest == NULL)
        NG_TRY(out_of_memory(err));
    NG_TRY(measure_arms(&m, err));
    NG_TRY(ng_gates_judge(&sweep->gates, m.runs, m.run_count, arena,
                          &measured->outcomes, err));
    measured->program = m.run_count == 0
                            ? ng_arena_text(arena, "unknown")
                            : ng_arena_printf(arena, "narrowgauge %s, commit %s",
                                              provenance(&m.runs[0], "version"),
                                              provenance(&m.runs[0], "commit"));
    if (measured->program == NULL)
        status = out_of_memory(err);
out:
    return status;
}
