#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "harness/cli/commands.h"
#include "harness/cli/gated.h"
#include "reports/escape.h"

/* A baseline that its own check would find wanting is none. */
static enum ng_status check_worth(const struct ng_baseline *measured,
                                  const char *folder, struct ng_error *err)
{
    for (size_t a = 0; a < measured->arm_count; a++)
        for (size_t t = 0; t < measured->arms[a].trial_count; t++)
            if (measured->arms[a].trials[t].missing != NULL)
                return ng_fail(err, NG_INVALID,
                               "%s is not finished: %s s%u has no result (%s). Type "
                               "again the command that started the run.",
                               folder, measured->arms[a].label,
                               (unsigned)measured->arms[a].trials[t].seed,
                               measured->arms[a].trials[t].missing);
    for (size_t g = 0; g < measured->gates.count; g++)
        if (!measured->outcomes[g].held)
            return ng_fail(err, NG_DIFFERS,
                           "No baseline was written, because the gate %s failed in %s: "
                           "%s Where that is meant to be so, take the gate out of the "
                           "experiment.",
                           measured->outcomes[g].name, folder,
                           measured->outcomes[g].sentence);
    return NG_OK;
}

static size_t lines_in(const char *text)
{
    size_t lines = 0;
    for (; *text != '\0'; text++)
        lines += *text == '\n';
    return lines;
}

/* -- what changes --------------------------------------------------------------------
 */

#define WORDS 40

struct change {
    char text[WORDS];
};

static struct change whole(size_t number)
{
    struct change change;
    snprintf(change.text, sizeof change.text, "%zu", number);
    return change;
}

static struct change real(double number)
{
    struct change change;
    snprintf(change.text, sizeof change.text, "%.6g", number);
    return change;
}

static struct change word(const char *words)
{
    struct change change;
    snprintf(change.text, sizeof change.text, "%.16s", words);
    return change;
}

static bool note(const char *arm, const char *what, struct change old,
                 struct change now)
{
    struct ng_text label = {0};
    if (strcmp(old.text, now.text) == 0)
        return false;
    ng_escape_plain(&label, arm, NG_LONGEST_LABEL);
    printf("  %-18s %-20s %-18s %s\n", label.data == NULL ? "" : label.data, what,
           old.text, now.text);
    ng_text_release(&label);
    return true;
}

static const struct ng_baseline_arm *arm_of(const struct ng_baseline *in,
                                            const char *label)
{
    for (size_t a = 0; a < in->arm_count; a++)
        if (strcmp(in->arms[a].label, label) == 0)
            return &in->arms[a];
    return NULL;
}

static bool note_results(const struct ng_baseline_arm *old,
                         const struct ng_baseline_arm *now)
{
    bool changed = false;
    for (size_t t = 0; t < now->trial_count; t++) {
        const struct ng_baseline_trial *is = &now->trials[t];
        char what[40];
        for (size_t o = 0; o < old->trial_count; o++) {
            const struct ng_baseline_trial *was = &old->trials[o];
            if (was->seed != is->seed)
                continue;
            snprintf(what, sizeof what, "s%u plan", (unsigned)is->seed);
            changed |=
                note(now->label, what, word(was->plan_hash), word(is->plan_hash));
            snprintf(what, sizeof what, "s%u result", (unsigned)is->seed);
            changed |=
                note(now->label, what, word(was->result_hash), word(is->result_hash));
        }
    }
    return changed;
}

static bool note_arm(const struct ng_baseline_arm *old,
                     const struct ng_baseline_arm *now)
{
    bool changed =
        note(now->label, "trials", whole(old->trial_count), whole(now->trial_count));
    for (int m = 0; m < NG_BASELINE_METRICS; m++) {
        char what[40];
        changed |= note(now->label, ng_baseline_metric_names[m],
                        real(old->metric[m].mean), real(now->metric[m].mean));
        snprintf(what, sizeof what, "threshold %s", ng_baseline_metric_names[m]);
        changed |= note(now->label, what, real(old->threshold[m].value),
                        real(now->threshold[m].value));
    }
    changed |= note(now->label, "state bytes", whole(old->state_bytes),
                    whole(now->state_bytes));
    changed |= note(now->label, "planned peak", whole(old->planned_peak),
                    whole(now->planned_peak));
    return note_results(old, now) || changed;
}

static void print_changes(const struct ng_baseline *old, const struct ng_baseline *now)
{
    printf("  %-18s %-20s %-18s %s\n", "arm", "what", "old", "new");
    bool changed = note("", "numerics_version", whole((size_t)old->numerics_version),
                        whole((size_t)now->numerics_version));
    changed |= note("", "data", word(old->data_digest), word(now->data_digest));
    changed |= note("", "gates", whole(old->gates.count), whole(now->gates.count));
    for (size_t a = 0; a < now->arm_count; a++) {
        const struct ng_baseline_arm *was = arm_of(old, now->arms[a].label);
        changed |= was == NULL
                       ? note(now->arms[a].label, "arm", word("absent"), word("added"))
                       : note_arm(was, &now->arms[a]);
    }
    for (size_t a = 0; a < old->arm_count; a++)
        if (arm_of(now, old->arms[a].label) == NULL)
            changed |= note(old->arms[a].label, "arm", word("there"), word("removed"));
    if (!changed)
        puts("  nothing but date, reason and program");
}

/* -- the command ---------------------------------------------------------------------
 */

static bool is_blank(const char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    return *text == '\0';
}

static enum ng_status write_it(const struct ng_arguments *arguments, const char *path,
                               const struct ng_baseline *measured,
                               struct ng_arena *arena, struct ng_error *err)
{
    struct ng_baseline old;
    struct ng_text text = {0};
    bool dry = ng_arguments_given(arguments, "dry-run");
    enum ng_status status = ng_baseline_read(path, arena, &old, err);
    if (status == NG_OK) {
        printf("%s was accepted on %s. What changes:\n", path, old.date);
        print_changes(&old, measured);
    } else if (status == NG_INVALID) {
        ng_prefix(err, "Something that is no baseline would be replaced; move it away "
                       "first. ");
        goto out;
    } else if (status == NG_FAILED) {
        goto out;
    }
    ng_baseline_print(measured, &text);
    if (text.failed)
        NG_TRY(ng_fail(err, NG_FAILED, "No memory for the baseline."));
    status = NG_OK;
    if (!dry)
        NG_TRY(ng_baseline_write(path, measured, err));
    printf("%s %s: %zu arm%s, %zu lines, %zu bytes.\n", dry ? "Would write" : "Wrote",
           path, measured->arm_count, measured->arm_count == 1 ? "" : "s",
           lines_in(text.data), text.length);
    if (dry)
        puts("Dry run: nothing was written.");
out:
    ng_text_release(&text);
    return status;
}

static enum ng_status run_baseline(const struct ng_arguments *arguments,
                                   struct ng_error *err)
{
    enum ng_status status;
    struct ng_arena arena = {0};
    struct ng_fidelity_sweep sweep;
    struct ng_baseline measured;
    char *path, date[16];
    const char *reason = ng_arguments_value(arguments, "reason");
    time_t now = time(NULL);
    struct tm day;
    if (strcmp(arguments->words[0], "accept") != 0)
        NG_TRY(
            ng_fail(err, NG_INVALID,
                    "There is no 'baseline %.40s'; expected 'baseline accept FOLDER'.",
                    arguments->words[0]));
    if (reason == NULL || is_blank(reason) || strlen(reason) > 1000)
        NG_TRY(ng_fail(err, NG_INVALID,
                       "A baseline needs a reason that its next reader understands: "
                       "--reason TEXT, of 1 to 1000 letters."));
    NG_TRY(ng_gated_folder(arguments->words[1], &arena, &sweep, err));
    NG_TRY(ng_gated_baseline(arguments, sweep.experiment, &arena, &path, err));
    NG_TRY(ng_fidelity_measure(&sweep, &arena, &measured, err));
    NG_TRY(check_worth(&measured, sweep.folder, err));
    gmtime_r(&now, &day);
    strftime(date, sizeof date, "%Y-%m-%d", &day);
    measured.date = date;
    measured.reason = ng_arena_text(&arena, reason);
    if (measured.reason == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "No memory for the reason."));
    NG_TRY(write_it(arguments, path, &measured, &arena, err));
out:
    ng_arena_release(&arena);
    return status;
}

static const struct ng_option options[] = {
    {"baseline", 'b', "FILE",
     "the baseline's file (default: baselines/EXPERIMENT.txt)"},
    {"dry-run", 'n', NULL, "print what would change, write nothing"},
    {"reason", 'r', "TEXT", "why these numbers are right; stands in the file"},
};

const struct ng_command ng_command_baseline = {
    .name = "baseline",
    .words = "accept FOLDER",
    .summary = "accept what a finished run gave as the baseline of `check`",
    .detail =
        "Writes a small text file to be kept and reviewed beside your code: result\n"
        "hashes, metrics of every seed, memory, thresholds with their origin, and a\n"
        "fingerprint of every tensor in the first five training steps. Where there is\n"
        "a baseline already, prints what changes before it is replaced. Refused where\n"
        "a trial has no result or a gate of the experiment failed.",
    .example = "narrowgauge baseline accept out/quickstart --reason 'First baseline.'",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .least_words = 2,
    .most_words = 2,
    .run = run_baseline,
};
