#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "experiments/spec/experiment.h"
#include "formats/base/cpu.h"
#include "harness/cli/commands.h"
#include "harness/cli/folders.h"
#include "harness/cli/json.h"
#include "harness/run/about.h"

/* What a check found: all is well, something optional is missing, or a run cannot work. */
enum finding { FINE, MISSING, BROKEN };
static const char *const finding_names[] = {"ok", "missing", "BROKEN"};

struct examination {
    json_t *checks; /* NULL: text */
    size_t missing, broken;
};

static void report(struct examination *all, enum finding finding, const char *name,
                   const char *words)
{
    all->missing += finding == MISSING;
    all->broken += finding == BROKEN;
    if (all->checks == NULL) {
        printf("%-8s %-16s %s\n", finding_names[finding], name, words);
        return;
    }
    json_array_append_new(all->checks,
                          json_pack("{s:s, s:s, s:o}", "state", finding_names[finding],
                                    "name", name, "words", ng_json_text(words)));
}

static void check_bodies(struct examination *all, enum ng_isa isa, const char *name,
                         enum finding absent, const char *otherwise)
{
    bool present = ng_isa_present(isa);
    report(all, present ? FINE : absent, name, present ? "present" : otherwise);
}

static void check_processor(struct examination *all)
{
    struct ng_error err;
    check_bodies(all, NG_ISA_AVX2, "AVX2, FMA, F16C", MISSING,
                 "absent: every result is the same, but takes many times as long");
    check_bodies(all, NG_ISA_AVX512, "AVX-512", FINE,
                 "absent (F, BW, VL, DQ): every result is the same");
    bool chosen = ng_isa_choose(&err) == NG_OK;
    report(all, chosen ? FINE : BROKEN, "kernel bodies",
           chosen ? ng_isa_name(ng_isa()) : err.text);
    bool sound = ng_float_environment_check(&err) == NG_OK;
    report(all, sound ? FINE : BROKEN, "floating point",
           sound ? "round to nearest, subnormals kept (no FTZ, no DAZ)" : err.text);
}

static bool on_path(const char *program, char *found, size_t size)
{
    const char *path = getenv("PATH");
    while (path != NULL && *path != '\0') {
        size_t length = strcspn(path, ":");
        snprintf(found, size, "%.*s/%s", (int)length, path, program);
        if (access(found, X_OK) == 0)
            return true;
        path += length + (path[length] == ':');
    }
    return false;
}

static void check_gnuplot(struct examination *all)
{
    char found[512];
    if (on_path("gnuplot", found, sizeof found))
        report(all, FINE, "gnuplot", found);
    else
        report(all, MISSING, "gnuplot",
               "not on PATH: reports cannot be drawn; install gnuplot-nox");
}

static void check_data(struct examination *all, const char *folder)
{
    char words[512];
    bool there = access(folder, R_OK | X_OK) == 0;
    snprintf(words, sizeof words, "%s%s", folder,
             there ? "" : ": not there; only generated data sets can be used");
    report(all, there ? FINE : MISSING, "data folder", words);
}

/* Nothing is made: the nearest folder above that exists is asked. */
static void check_out(struct examination *all, const char *out)
{
    char words[512];
    struct statvfs disk;
    const char *folder = access(out, F_OK) == 0 ? out : ".";
    bool ours = access(folder, W_OK | X_OK) == 0;
    int reason = errno;
    if (!ours)
        snprintf(words, sizeof words, "%s cannot be written: %s; use run --out", out,
                 strerror(reason));
    else if (statvfs(folder, &disk) == 0)
        snprintf(words, sizeof words, "%s can be written, %.0f MiB free", out,
                 (double)disk.f_bavail * (double)disk.f_frsize / 1048576.0);
    else
        snprintf(words, sizeof words, "%s can be written", out);
    report(all, ours ? FINE : BROKEN, "output folder", words);
}

static void check_catalogue(struct examination *all, struct ng_arena *arena)
{
    struct ng_texts names;
    struct ng_error err;
    char words[64];
    if (ng_experiment_names(arena, &names, &err) != NG_OK) {
        report(all, BROKEN, "experiments", err.text);
        return;
    }
    snprintf(words, sizeof words, "%zu named ones found", names.count);
    report(all, names.count > 0 ? FINE : BROKEN, "experiments", words);
}

static enum ng_status run_doctor(const struct ng_arguments *arguments,
                                 struct ng_error *err)
{
    enum ng_status status;
    struct ng_arena arena = {0};
    struct ng_about_line lines[NG_ABOUT_LINES];
    bool json = ng_arguments_given(arguments, "json");
    struct examination all = {.checks = json ? json_array() : NULL};
    const char *out = ng_arguments_value(arguments, "out");
    char *data;
    NG_TRY(ng_data_folder(arguments, &arena, &data, err));
    check_processor(&all);
    ng_about(lines);
    for (int i = 0; i < NG_ABOUT_LINES; i++)
        if (i != NG_ABOUT_ISA)
            report(&all, FINE, lines[i].name, lines[i].value);
    check_gnuplot(&all);
    check_catalogue(&all, &arena);
    check_data(&all, data);
    check_out(&all, out == NULL ? "out" : out);
    if (json) {
        status = ng_json_print(all.checks, err);
        all.checks = NULL;
        NG_TRY(status);
    }
    if (all.broken > 0)
        NG_TRY(ng_fail(err, NG_FAILED, "%zu of these would keep a run from working.",
                       all.broken));
out:
    json_decref(all.checks);
    ng_arena_release(&arena);
    return status;
}

static const struct ng_option options[] = {
    {"data", 'd', "DIR",
     "folder of data files (else $NG_DATA, else ~/.local/share/...)"},
    {"json", 0, NULL, "print one JSON document"},
    {"out", 'o', "DIR", "the output folder to look at (default: out)"},
};

const struct ng_command ng_command_doctor = {
    .name = "doctor",
    .words = "",
    .summary = "check this machine: processor, libraries, gnuplot, folders",
    .detail = "Looks at everything that a run needs and changes nothing. What is "
              "\"missing\"\n"
              "is optional; what is \"BROKEN\" keeps a run from working, and the exit "
              "code is\n"
              "then 3.",
    .example = "narrowgauge doctor",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .run = run_doctor,
};
