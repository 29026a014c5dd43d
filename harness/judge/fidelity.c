#include "harness/judge/fidelity.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/stats/stats.h"

const char *const ng_fidelity_verdict_names[] = {"held", "DIFFERS", "inconclusive"};

static enum ng_status out_of_memory(struct ng_error *err)
{
    return ng_fail(err, NG_FAILED, "Out of memory while comparing with a baseline.");
}

/* -- can they be compared? -----------------------------------------------------------
 */

static const struct ng_baseline_trial *trial_of(const struct ng_baseline *baseline,
                                                const char *arm, uint32_t seed)
{
    for (size_t a = 0; a < baseline->arm_count; a++) {
        const struct ng_baseline_arm *at = &baseline->arms[a];
        for (size_t t = 0; strcmp(at->label, arm) == 0 && t < at->trial_count; t++)
            if (at->trials[t].seed == seed)
                return &at->trials[t];
    }
    return NULL;
}

static size_t trials_in(const struct ng_baseline *baseline)
{
    size_t count = 0;
    for (size_t a = 0; a < baseline->arm_count; a++)
        count += baseline->arms[a].trial_count;
    return count;
}

static bool has_trial(const struct ng_fidelity_sweep *sweep, const char *arm,
                      uint32_t seed)
{
    for (size_t i = 0; i < sweep->trial_count; i++)
        if (sweep->trials[i].seed == seed && strcmp(sweep->trials[i].arm, arm) == 0)
            return true;
    return false;
}

static enum ng_status refuse_surplus(const struct ng_baseline *baseline,
                                     const struct ng_fidelity_sweep *sweep,
                                     struct ng_error *err)
{
    for (size_t a = 0; a < baseline->arm_count; a++) {
        const struct ng_baseline_arm *arm = &baseline->arms[a];
        for (size_t t = 0; t < arm->trial_count; t++)
            if (!has_trial(sweep, arm->label, arm->trials[t].seed))
                return ng_fail(
                    err, NG_NO_BASELINE,
                    "the baseline has the trial %.100s s%u, which %.100s does "
                    "not have",
                    arm->label, (unsigned)arm->trials[t].seed, sweep->experiment);
    }
    return ng_fail(err, NG_NO_BASELINE, "the sweep has %zu trials and the baseline %zu",
                   sweep->trial_count, trials_in(baseline));
}

enum ng_status ng_fidelity_comparable(const struct ng_baseline *baseline,
                                      const struct ng_fidelity_sweep *sweep,
                                      struct ng_error *err)
{
    if (strcmp(baseline->experiment, sweep->experiment) != 0)
        return ng_fail(err, NG_NO_BASELINE,
                       "the baseline is of experiment %.100s, not of %.100s",
                       baseline->experiment, sweep->experiment);
    if (baseline->numerics_version != sweep->numerics_version)
        return ng_fail(err, NG_NO_BASELINE,
                       "the baseline is of numerics version %" PRId64
                       ", the sweep of version %" PRId64
                       ": bits were moved on purpose in between",
                       baseline->numerics_version, sweep->numerics_version);
    if (strcmp(baseline->data_set, sweep->data_set) != 0 ||
        strcmp(baseline->data_digest, sweep->data_digest) != 0)
        return ng_fail(
            err, NG_NO_BASELINE,
            "the data differ: the baseline is of %.60s with SHA-256 %.12s..., "
            "the sweep of %.60s with %.12s...",
            baseline->data_set, baseline->data_digest, sweep->data_set,
            sweep->data_digest);
    for (size_t i = 0; i < sweep->trial_count; i++) {
        const struct ng_fidelity_trial *trial = &sweep->trials[i];
        const struct ng_baseline_trial *old =
            trial_of(baseline, trial->arm, trial->seed);
        if (old == NULL)
            return ng_fail(err, NG_NO_BASELINE,
                           "the baseline has no trial %.100s s%u, which %.100s has",
                           trial->arm, (unsigned)trial->seed, sweep->experiment);
        if (strcmp(old->plan_hash, trial->plan_hash) != 0)
            return ng_fail(err, NG_NO_BASELINE,
                           "the trial %.100s s%u is another one: its plan hash is "
                           "%.12s..., that of the baseline %.12s...; a key of the "
                           "experiment or a cell of the recipe differs",
                           trial->arm, (unsigned)trial->seed, trial->plan_hash,
                           old->plan_hash);
    }
    if (trials_in(baseline) != sweep->trial_count)
        return refuse_surplus(baseline, sweep, err);
    return NG_OK;
}

/* -- one arm against itself ----------------------------------------------------------
 */

struct judging {
    const struct ng_baseline *old, *now;
    struct ng_arena *arena;
    struct ng_fidelity *out;
};

static const struct ng_baseline_arm *arm_by_label(const struct ng_baseline *in,
                                                  const char *label)
{
    for (size_t a = 0; a < in->arm_count; a++)
        if (strcmp(in->arms[a].label, label) == 0)
            return &in->arms[a];
    return NULL;
}

/* Takes over the sentence; NULL: there was no memory for it. */
static enum ng_status add_case(struct judging *j, const char *suite, char *name,
                               enum ng_fidelity_verdict verdict, char *sentence,
                               struct ng_error *err)
{
    if (name == NULL || sentence == NULL)
        return out_of_memory(err);
    j->out->cases[j->out->case_count++] =
        (struct ng_fidelity_case){suite, name, verdict, sentence};
    j->out->count[verdict]++;
    return NG_OK;
}

/* Seed by seed, over the seeds that have a result. n receives how many those are. */
static enum ng_status differences(struct judging *j, const struct ng_baseline_arm *old,
                                  const struct ng_baseline_arm *now,
                                  struct ng_estimate *out, struct ng_error *err)
{
    double *values = ng_arena_array(j->arena, old->trial_count + 1, sizeof *values);
    if (values == NULL)
        return out_of_memory(err);
    for (int m = 0; m < NG_BASELINE_METRICS; m++) {
        size_t n = 0;
        for (size_t t = 0; t < old->trial_count; t++) {
            const struct ng_baseline_trial *trial =
                trial_of(j->now, now->label, old->trials[t].seed);
            if (trial != NULL && trial->missing == NULL)
                values[n++] = trial->metric[m] - old->trials[t].metric[m];
        }
        /* Accuracy can only move by whole rows. */
        double step = m == NG_BASELINE_ACCURACY && j->old->test_rows > 0
                          ? 1.0 / (double)j->old->test_rows
                          : 0.0;
        out[m] = ng_stats_estimate_stepped(values, n, step);
    }
    return NG_OK;
}

static const struct ng_baseline_tensor *tensor_of(const struct ng_baseline_arm *arm,
                                                  size_t expected, const char *name)
{
    if (expected < arm->tensor_count && strcmp(arm->tensors[expected].name, name) == 0)
        return &arm->tensors[expected];
    for (size_t i = 0; i < arm->tensor_count; i++)
        if (strcmp(arm->tensors[i].name, name) == 0)
            return &arm->tensors[i];
    return NULL;
}

/* By step, then in the baseline's order of computing. */
static void find_first_moved(const struct ng_baseline_arm *old,
                             const struct ng_baseline_arm *now,
                             struct ng_fidelity_arm *out)
{
    for (int s = 0; s < NG_FINGERPRINT_STEPS; s++) {
        for (size_t i = 0; i < old->tensor_count; i++) {
            const struct ng_baseline_tensor *was = &old->tensors[i];
            const struct ng_baseline_tensor *is = tensor_of(now, i, was->name);
            bool seen = is != NULL && is->seen[s];
            if (seen == was->seen[s] && (!seen || is->digest[s] == was->digest[s]))
                continue;
            out->step = s + 1;
            out->tensor = was->name;
            return;
        }
        for (size_t i = 0; i < now->tensor_count; i++) {
            const struct ng_baseline_tensor *is = &now->tensors[i];
            if (!is->seen[s] || tensor_of(old, i, is->name) != NULL)
                continue;
            out->step = s + 1;
            out->tensor = is->name;
            return;
        }
    }
}

static char *moved_sentence(struct judging *j, const struct ng_baseline_arm *old,
                            const struct ng_baseline_arm *now,
                            const struct ng_fidelity_arm *arm)
{
    if (arm->tensor != NULL)
        return ng_arena_printf(j->arena,
                               "first tensor that moved: %s, in training step %d",
                               arm->tensor, arm->step);
    if (old->tensor_count == 0 || now->tensor_count == 0)
        return ng_arena_text(j->arena,
                             "no fingerprints are there to say where it began");
    return ng_arena_printf(
        j->arena,
        "the tensors of seed %u are the same in training steps 1 to "
        "%d, so the first difference comes later: in a later step, in "
        "another seed or in the evaluation",
        (unsigned)old->trials[0].seed, NG_FINGERPRINT_STEPS);
}

static enum ng_status judge_hash(struct judging *j, const struct ng_baseline_arm *old,
                                 const struct ng_baseline_arm *now,
                                 const struct ng_baseline_trial *was,
                                 struct ng_fidelity_arm *arm, struct ng_error *err)
{
    const struct ng_baseline_trial *is = trial_of(j->now, old->label, was->seed);
    char *name = ng_arena_printf(j->arena, "s%u result_hash", (unsigned)was->seed);
    if (is == NULL || is->missing != NULL)
        return add_case(j, old->label, name, NG_FIDELITY_DIFFERS,
                        ng_arena_printf(j->arena, "no result: %s",
                                        is == NULL ? "no such trial" : is->missing),
                        err);
    bool same = strcmp(is->result_hash, was->result_hash) == 0;
    if (old->computed == NG_COMPUTED_SIMULATED ||
        now->computed == NG_COMPUTED_SIMULATED) {
        arm->moved |= !same;
        return add_case(
            j, old->label, name, same ? NG_FIDELITY_HELD : NG_FIDELITY_DIFFERS,
            same ? ng_arena_printf(j->arena, "%.8s, bit-exact", is->result_hash)
                 : ng_arena_printf(j->arena, "%.8s, the baseline has %.8s",
                                   is->result_hash, was->result_hash),
            err);
    }
    return NG_OK;
}

static char *interval(struct judging *j, const struct ng_estimate *value, int metric)
{
    bool points = metric == NG_BASELINE_ACCURACY;
    double unit = points ? 100.0 : 1.0;
    const char *word = points ? " pt" : "";
    if (isnan(value->mean))
        return ng_arena_text(j->arena, "not known");
    if (isnan(value->low) || isnan(value->high))
        return ng_arena_printf(j->arena, "%+.4g%s [n/a]", unit * value->mean, word);
    return ng_arena_printf(j->arena, "%+.4g%s [%+.4g, %+.4g]", unit * value->mean, word,
                           unit * value->low, unit * value->high);
}

enum ng_fidelity_verdict ng_fidelity_within(const struct ng_estimate *difference,
                                            double threshold)
{
    if (difference->low > threshold || difference->high < -threshold)
        return NG_FIDELITY_DIFFERS;
    if (difference->low > -threshold && difference->high < threshold)
        return NG_FIDELITY_HELD;
    return NG_FIDELITY_INCONCLUSIVE;
}

/* A trial that diverged on one side only has no difference, and is one. */
static bool breaks_down_anew(struct judging *j, const struct ng_baseline_arm *old,
                             int m)
{
    for (size_t t = 0; t < old->trial_count; t++) {
        const struct ng_baseline_trial *is =
            trial_of(j->now, old->label, old->trials[t].seed);
        if (is != NULL && is->missing == NULL &&
            isnan(is->metric[m]) != isnan(old->trials[t].metric[m]))
            return true;
    }
    return false;
}

static enum ng_status judge_metrics(struct judging *j,
                                    const struct ng_baseline_arm *old,
                                    const struct ng_fidelity_arm *arm,
                                    struct ng_error *err)
{
    enum ng_status status = NG_OK;
    for (int m = 0; m < NG_BASELINE_METRICS; m++) {
        const struct ng_threshold *threshold = &old->threshold[m];
        char *words = interval(j, &arm->difference[m], m);
        if (words == NULL)
            NG_TRY(out_of_memory(err));
        enum ng_fidelity_verdict verdict =
            ng_fidelity_within(&arm->difference[m], threshold->value);
        if (breaks_down_anew(j, old, m))
            verdict = NG_FIDELITY_DIFFERS;
        double unit = m == NG_BASELINE_ACCURACY ? 100.0 : 1.0;
        char *sentence =
            ng_arena_printf(j->arena, "moved by %s, may move by %.4g%s (%s)", words,
                            unit * threshold->value,
                            m == NG_BASELINE_ACCURACY ? " pt" : "", threshold->origin);
        NG_TRY(add_case(j, old->label,
                        ng_arena_text(j->arena, ng_baseline_metric_names[m]), verdict,
                        sentence, err));
    }
out:
    return status;
}

static enum ng_status judge_memory(struct judging *j, const struct ng_baseline_arm *old,
                                   const struct ng_baseline_arm *now,
                                   struct ng_error *err)
{
    bool same =
        old->state_bytes == now->state_bytes && old->planned_peak == now->planned_peak;
    char *sentence =
        same
            ? ng_arena_printf(j->arena, "state %zu bytes, planned peak %zu, as before",
                              now->state_bytes, now->planned_peak)
            : ng_arena_printf(j->arena,
                              "state %zu bytes, planned peak %zu; the baseline has %zu "
                              "and %zu",
                              now->state_bytes, now->planned_peak, old->state_bytes,
                              old->planned_peak);
    return add_case(j, old->label, ng_arena_text(j->arena, "memory"),
                    same ? NG_FIDELITY_HELD : NG_FIDELITY_DIFFERS, sentence, err);
}

static bool same_number(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

/* Of an arm whose hashes are equal: does the rest of the baseline say the same? What a
 * person reads there must not drift from the hashes, by hand or by a merge. */
static enum ng_status judge_lines(struct judging *j, const struct ng_baseline_arm *old,
                                  const struct ng_baseline_arm *now,
                                  struct ng_error *err)
{
    static const char name[] = "other numbers";
    struct ng_fidelity_arm first = {0};
    find_first_moved(old, now, &first);
    if (first.tensor != NULL)
        return add_case(j, old->label, ng_arena_text(j->arena, name),
                        NG_FIDELITY_DIFFERS,
                        ng_arena_printf(j->arena,
                                        "%s in training step %d is not the baseline's, "
                                        "though every result_hash is",
                                        first.tensor, first.step),
                        err);
    for (size_t t = 0; t < old->trial_count; t++) {
        const struct ng_baseline_trial *was = &old->trials[t];
        const struct ng_baseline_trial *is = trial_of(j->now, old->label, was->seed);
        for (int m = 0; m < NG_BASELINE_METRICS; m++)
            if (!same_number(was->metric[m], is->metric[m]))
                return add_case(
                    j, old->label, ng_arena_text(j->arena, name), NG_FIDELITY_DIFFERS,
                    ng_arena_printf(j->arena,
                                    "s%u %s is %.9g, the baseline says %.9g under the "
                                    "same result_hash: it was edited",
                                    (unsigned)was->seed, ng_baseline_metric_names[m],
                                    is->metric[m], was->metric[m]),
                    err);
    }
    return add_case(j, old->label, ng_arena_text(j->arena, name), NG_FIDELITY_HELD,
                    ng_arena_text(j->arena, "metrics and fingerprints as before"), err);
}

static enum ng_status describe_moved(struct judging *j,
                                     const struct ng_baseline_arm *old,
                                     const struct ng_baseline_arm *now,
                                     struct ng_fidelity_arm *arm, struct ng_error *err)
{
    find_first_moved(old, now, arm);
    char *where = moved_sentence(j, old, now, arm);
    char *accuracy =
        interval(j, &arm->difference[NG_BASELINE_ACCURACY], NG_BASELINE_ACCURACY);
    char *nll = interval(j, &arm->difference[NG_BASELINE_NLL], NG_BASELINE_NLL);
    if (where == NULL || accuracy == NULL || nll == NULL)
        return out_of_memory(err);
    arm->sentence = ng_arena_printf(j->arena, "%s; accuracy moved by %s, NLL by %s",
                                    where, accuracy, nll);
    return arm->sentence == NULL ? out_of_memory(err) : NG_OK;
}

static enum ng_status judge_arm(struct judging *j, const struct ng_baseline_arm *old,
                                struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_fidelity_arm *arm = &j->out->arms[j->out->arm_count++];
    const struct ng_baseline_arm *now = arm_by_label(j->now, old->label);
    arm->label = old->label;
    if (now == NULL)
        return add_case(j, old->label, ng_arena_text(j->arena, "trials"),
                        NG_FIDELITY_DIFFERS,
                        ng_arena_text(j->arena, "no result: no such arm"), err);
    NG_TRY(differences(j, old, now, arm->difference, err));
    size_t measured = 0;
    for (size_t t = 0; t < old->trial_count; t++)
        NG_TRY(judge_hash(j, old, now, &old->trials[t], arm, err));
    for (size_t t = 0; t < now->trial_count; t++)
        measured += now->trials[t].missing == NULL;
    if (old->computed != NG_COMPUTED_SIMULATED)
        NG_TRY(judge_metrics(j, old, arm, err));
    if (measured > 0)
        NG_TRY(judge_memory(j, old, now, err));
    if (arm->moved)
        NG_TRY(describe_moved(j, old, now, arm, err));
    else if (old->computed == NG_COMPUTED_SIMULATED && measured >= old->trial_count)
        NG_TRY(judge_lines(j, old, now, err));
out:
    return status;
}

enum ng_status ng_fidelity_judge(const struct ng_baseline *baseline,
                                 const struct ng_baseline *measured,
                                 struct ng_arena *arena, struct ng_fidelity *fidelity,
                                 struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct judging j = {baseline, measured, arena, fidelity};
    *fidelity = (struct ng_fidelity){0};
    size_t most = trials_in(baseline) +
                  baseline->arm_count * (NG_BASELINE_METRICS + 2) +
                  measured->gates.count;
    fidelity->cases = ng_arena_array(arena, most + 1, sizeof *fidelity->cases);
    fidelity->arms =
        ng_arena_array(arena, baseline->arm_count + 1, sizeof *fidelity->arms);
    if (fidelity->cases == NULL || fidelity->arms == NULL)
        NG_TRY(out_of_memory(err));
    for (size_t a = 0; a < baseline->arm_count; a++)
        NG_TRY(judge_arm(&j, &baseline->arms[a], err));
    for (size_t g = 0; g < measured->gates.count; g++) {
        const struct ng_gate_outcome *gate = &measured->outcomes[g];
        NG_TRY(add_case(&j, "gates", gate->name,
                        gate->held ? NG_FIDELITY_HELD : NG_FIDELITY_DIFFERS,
                        gate->sentence, err));
    }
out:
    return status;
}

enum ng_fidelity_verdict ng_fidelity_outcome(const struct ng_fidelity *fidelity)
{
    if (fidelity->count[NG_FIDELITY_DIFFERS] > 0)
        return NG_FIDELITY_DIFFERS;
    if (fidelity->count[NG_FIDELITY_INCONCLUSIVE] > 0 || fidelity->case_count == 0)
        return NG_FIDELITY_INCONCLUSIVE;
    return NG_FIDELITY_HELD;
}
