#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "formats/base/cpu.h"
#include "harness/cli/commands.h"
#include "harness/cli/folders.h"
#include "harness/cli/gated.h"
#include "harness/cli/stop.h"
#include "harness/cli/train.h"
#include "harness/cli/verdicts.h"
#include "harness/judge/gates.h"

/* One check, from what was asked to what was found. */
struct check {
    const struct ng_arguments *arguments;
    struct ng_arena arena;
    struct ng_fidelity_sweep sweep;
    struct ng_baseline baseline;
    char *path;      /* of the baseline */
    char *temporary; /* folder of fresh runs, or NULL */
};

/* -- the temporary folder ------------------------------------------------------------
 */

static enum ng_status make_temporary(struct check *check, struct ng_error *err)
{
    const char *below = getenv("TMPDIR");
    char *name = ng_arena_printf(&check->arena, "%s/narrowgauge-check.XXXXXX",
                                 below == NULL || below[0] == '\0' ? "/tmp" : below);
    if (name == NULL)
        return ng_fail(err, NG_FAILED, "No memory for the name of a folder.");
    if (mkdtemp(name) == NULL)
        return ng_fail(err, NG_FAILED, "Cannot make a temporary folder %s: %s.", name,
                       strerror(errno));
    check->temporary = name;
    return NG_OK;
}

static int remove_one(const char *path, const struct stat *there, int kind,
                      struct FTW *walk)
{
    (void)there, (void)kind, (void)walk;
    return remove(path);
}

static void remove_temporary(struct check *check)
{
    nftw(check->temporary, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    check->temporary = NULL;
}

/* -- the baseline --------------------------------------------------------------------
 */

static enum ng_status read_baseline(struct check *check, struct ng_error *err)
{
    enum ng_status status;
    NG_TRY(ng_gated_baseline(check->arguments, check->sweep.experiment, &check->arena,
                             &check->path, err));
    status = ng_baseline_read(check->path, &check->arena, &check->baseline, err);
    if (status == NG_ABSENT)
        NG_TRY(ng_fail(
            err, NG_NO_BASELINE,
            "There is no baseline %s. To make one: %s run %s, look at the "
            "result, then %s baseline accept FOLDER --reason TEXT%s%s.",
            check->path, check->arguments->program, check->sweep.experiment,
            check->arguments->program,
            ng_arguments_given(check->arguments, "baseline") ? " --baseline " : "",
            ng_arguments_given(check->arguments, "baseline") ? check->path : ""));
    NG_TRY(status);
    status = ng_fidelity_comparable(&check->baseline, &check->sweep, err);
    if (status == NG_NO_BASELINE) {
        size_t length = strlen(err->text);
        snprintf(err->text + length, sizeof err->text - length,
                 ". If that is meant: %s baseline accept FOLDER --reason TEXT.",
                 check->arguments->program);
        ng_prefix(err, "%s cannot be compared with: ", check->path);
    }
out:
    return status;
}

/* The baseline's gates, and those that the experiment has gained since. */
static enum ng_status join_gates(struct check *check, struct ng_error *err)
{
    const struct ng_texts *old = &check->baseline.gates, *own = &check->sweep.gates;
    struct ng_texts all = {0};
    all.values =
        ng_arena_array(&check->arena, old->count + own->count + 1, sizeof *all.values);
    if (all.values == NULL)
        return ng_fail(err, NG_FAILED, "No memory for the gates.");
    for (size_t i = 0; i < old->count + own->count; i++) {
        char *name = i < old->count ? old->values[i] : own->values[i - old->count];
        size_t at = 0;
        while (at < all.count && strcmp(all.values[at], name) != 0)
            at++;
        all.values[at] = name;
        all.count += at == all.count;
    }
    check->sweep.gates = all;
    return ng_gates_known(&all, err);
}

/* -- what is compared ----------------------------------------------------------------
 */

static enum ng_status tell(struct check *check, const struct ng_fidelity *fidelity,
                           struct ng_error *err)
{
    enum ng_status status = NG_OK;
    const char *junit = ng_arguments_value(check->arguments, "junit");
    if (check->temporary != NULL && ng_fidelity_outcome(fidelity) == NG_FIDELITY_HELD)
        remove_temporary(check);
    const char *kept = check->temporary == NULL ? NULL : check->sweep.folder;
    struct ng_verdicts verdicts = {&check->baseline, fidelity, check->path, kept};
    if (ng_arguments_given(check->arguments, "json"))
        NG_TRY(ng_verdicts_print_json(&verdicts, err));
    else
        ng_verdicts_print(&verdicts);
    if (junit != NULL)
        NG_TRY(ng_verdicts_write_junit(&verdicts, junit, err));
    status = ng_verdicts_status(&verdicts, err);
out:
    return status;
}

static enum ng_status judge(struct check *check, struct ng_error *err)
{
    enum ng_status status;
    struct ng_baseline measured;
    struct ng_fidelity fidelity;
    NG_TRY(ng_fidelity_measure(&check->sweep, &check->arena, &measured, err));
    NG_TRY(
        ng_fidelity_judge(&check->baseline, &measured, &check->arena, &fidelity, err));
    NG_TRY(tell(check, &fidelity, err));
out:
    return status;
}

static enum ng_status check_folder(struct check *check, struct ng_error *err)
{
    enum ng_status status;
    if (check->arguments->override_count > 0)
        NG_TRY(ng_fail(err, NG_INVALID,
                       "key=value goes with an experiment; %s is a finished run, whose "
                       "keys are fixed.",
                       check->arguments->words[0]));
    NG_TRY(
        ng_gated_folder(check->arguments->words[0], &check->arena, &check->sweep, err));
    NG_TRY(read_baseline(check, err));
    NG_TRY(join_gates(check, err));
    NG_TRY(judge(check, err));
out:
    return status;
}

static enum ng_status train_afresh(struct check *check, const struct ng_plan *plan,
                                   const struct ng_training *training,
                                   struct ng_error *err)
{
    struct ng_sweep_state sweep;
    enum ng_status status = ng_sweep_prepare(&sweep, plan, check->temporary, err);
    if (status != NG_OK)
        return status;
    check->sweep.folder = ng_arena_text(&check->arena, sweep.folder);
    if (check->sweep.folder == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "No memory for the name of a folder."));
    ng_stop_install();
    NG_TRY(ng_training_run(&sweep, training, err));
out:
    ng_sweep_close(&sweep);
    return status;
}

static enum ng_status check_plan(struct check *check, const struct ng_plan *plan,
                                 const struct ng_training *training,
                                 struct ng_error *err)
{
    enum ng_status status;
    NG_TRY(ng_gated_plan(plan, NULL, &check->arena, &check->sweep, err));
    NG_TRY(read_baseline(check, err));
    NG_TRY(join_gates(check, err));
    NG_TRY(make_temporary(check, err));
    status = train_afresh(check, plan, training, err);
    if (status == NG_INTERRUPTED) {
        remove_temporary(check);
        NG_TRY(ng_fail(err, NG_INTERRUPTED,
                       "Interrupted: nothing was compared, and the temporary run files "
                       "are removed; a check always begins anew."));
    }
    NG_TRY(status);
    NG_TRY(judge(check, err));
out:
    return status;
}

static enum ng_status check_experiment(struct check *check, struct ng_error *err)
{
    enum ng_status status;
    struct ng_plan plan = {0};
    struct ng_training training;
    const struct ng_arguments *arguments = check->arguments;
    char *data;
    NG_TRY(ng_training_read(arguments, false, &training, err));
    NG_TRY(ng_float_environment_check(err));
    NG_TRY(ng_isa_choose(err));
    NG_TRY(ng_data_folder(arguments, &check->arena, &data, err));
    NG_TRY(ng_plan_make(&plan, arguments->words[0], arguments->overrides,
                        arguments->override_count, data, err));
    status = check_plan(check, &plan, &training, err);
    ng_plan_release(&plan);
out:
    return status;
}

/* Asked before anything is trained. A file is written by renaming, which would put it in
 * the place of a device or a link, too. */
static enum ng_status check_junit(const struct ng_arguments *arguments,
                                  struct ng_arena *arena, struct ng_error *err)
{
    const char *path = ng_arguments_value(arguments, "junit");
    struct stat there;
    if (path == NULL)
        return NG_OK;
    if (lstat(path, &there) == 0)
        return S_ISREG(there.st_mode)
                   ? NG_OK
                   : ng_fail(
                         err, NG_INVALID,
                         "--junit %s is not a regular file; the name of a new file, "
                         "or of one to be replaced, was expected.",
                         path);
    const char *slash = strrchr(path, '/');
    if (slash == NULL || slash == path)
        return NG_OK;
    char *folder = ng_arena_text_n(arena, path, (size_t)(slash - path));
    if (folder == NULL)
        return ng_fail(err, NG_FAILED, "No memory for the name %s.", path);
    if (stat(folder, &there) != 0 || !S_ISDIR(there.st_mode))
        return ng_fail(err, NG_INVALID,
                       "There is no folder %s for --junit %s; make it first.", folder,
                       path);
    return NG_OK;
}

static enum ng_status run_check(const struct ng_arguments *arguments,
                                struct ng_error *err)
{
    enum ng_status status;
    struct check check = {.arguments = arguments};
    NG_TRY(check_junit(arguments, &check.arena, err));
    switch (ng_word_kind(arguments->words[0])) {
    case NG_WORD_FOLDER:
        status = check_folder(&check, err);
        break;
    case NG_WORD_RUN_FILE:
        status =
            ng_fail(err, NG_INVALID,
                    "%s is one run file; expected the folder of a whole run, or an "
                    "experiment's name.",
                    arguments->words[0]);
        break;
    default:
        status = check_experiment(&check, err);
    }
    if (check.temporary != NULL && status != NG_DIFFERS && status != NG_INCONCLUSIVE) {
        size_t length = strlen(err->text);
        snprintf(err->text + length, sizeof err->text - length,
                 " What was trained is kept in %s.", check.temporary);
    }
out:
    ng_arena_release(&check.arena);
    return status;
}

static const struct ng_option options[] = {
    {"baseline", 'b', "FILE",
     "the baseline's file (default: baselines/EXPERIMENT.txt)"},
    {"data", 'd', "DIR",
     "folder of data files (else $NG_DATA, else ~/.local/share/...)"},
    {"jobs", 'j', "N", "trials at once (default: the number of processors)"},
    {"json", 0, NULL, "print one JSON document instead of the table"},
    {"junit", 0, "FILE", "also write the comparisons as JUnit XML"},
    {"quiet", 'q', NULL, "show no progress"},
    {"threads", 't', "N", "threads inside each trial (default: 1)"},
};

const struct ng_command ng_command_check = {
    .name = "check",
    .words = "FOLDER|NAME|FILE.yaml",
    .summary = "compare a run, or a fresh one, with its accepted baseline",
    .detail =
        "FOLDER: compares the run files that are there. NAME or FILE.yaml: trains "
        "every\n"
        "trial afresh in a temporary folder, which is kept when something differs.\n"
        "Simulated trials must be equal to the bit; where one is not, the first "
        "tensor\n"
        "that moved is named. Memory must be equal, and the gates must hold.\n"
        "Exit code: 0 all held, 1 something differs or a gate failed, 2 usage, 3 no\n"
        "result, 4 inconclusive, 5 no baseline or one of something else, 75 "
        "interrupted.",
    .example = "narrowgauge check quickstart --junit check.xml",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .least_words = 1,
    .most_words = 1,
    .overrides = true,
    .run = run_check,
};
