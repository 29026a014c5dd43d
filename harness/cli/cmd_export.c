#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "experiments/record/export.h"
#include "formats/base/text.h"
#include "harness/cli/commands.h"
#include "harness/cli/folders.h"
#include "harness/cli/json.h"
#include "harness/cli/runs.h"

#define FORMATS "safetensors, npz, npy, csv or json"

/* What was written, as it is to be told. */
struct told {
    json_t *files; /* NULL: a line each */
};

static void tell(void *context, const char *path)
{
    struct told *told = context;
    if (told->files == NULL)
        printf("%s\n", path);
    else
        json_array_append_new(told->files, ng_json_text(path));
}

static enum ng_status choose_format(const struct ng_arguments *arguments,
                                    enum ng_export_format *format, struct ng_error *err)
{
    const char *name = ng_arguments_value(arguments, "format");
    size_t count = 0;
    if (name == NULL)
        return ng_fail(err, NG_INVALID, "Export needs --format, one of " FORMATS ".");
    for (; ng_export_format_names[count] != NULL; count++)
        if (strcmp(ng_export_format_names[count], name) == 0) {
            *format = (enum ng_export_format)count;
            return NG_OK;
        }
    const char *nearest = ng_text_nearest(name, ng_export_format_names, count);
    if (nearest != NULL)
        return ng_fail(err, NG_INVALID,
                       "There is no export format '%.40s'; did you mean '%s'?", name,
                       nearest);
    return ng_fail(err, NG_INVALID,
                   "There is no export format '%.40s'; expected " FORMATS ".", name);
}

/* With the folders above it. */
static enum ng_status make_folders(char *path, struct ng_error *err)
{
    struct stat there;
    for (char *at = path + 1;; at++) {
        char letter = *at;
        if (letter != '/' && letter != '\0')
            continue;
        *at = '\0';
        int reason = mkdir(path, 0777) == 0 ? 0 : errno;
        bool stands = stat(path, &there) == 0 && S_ISDIR(there.st_mode);
        if (!stands)
            return ng_fail(
                err, NG_FAILED,
                "Cannot make the folder %s: %s; give another one with --out.", path,
                reason == EEXIST || reason == 0 ? "a file of that name is in the way"
                                                : strerror(reason));
        if (letter == '\0')
            return NG_OK;
        *at = letter;
    }
}

/* --out, else the folder "export" in the folder given, or beside the run file. */
static enum ng_status choose_folder(const struct ng_arguments *arguments,
                                    struct ng_export *export, struct ng_error *err)
{
    const char *given = ng_arguments_value(arguments, "out");
    const char *word = arguments->words[0], *slash = strrchr(word, '/');
    char *folder;
    if (given != NULL)
        folder = ng_arena_text(export->arena, given);
    else if (ng_word_kind(word) != NG_WORD_RUN_FILE)
        folder = ng_arena_printf(export->arena, "%s/export", word);
    else
        folder = ng_arena_printf(export->arena, "%.*sexport",
                                 slash == NULL ? 0 : (int)(slash - word + 1), word);
    if (folder == NULL)
        return ng_fail(err, NG_FAILED, "No memory for the name of a folder.");
    export->folder = folder;
    return make_folders(folder, err);
}

/* A comparison that is not there yet is no reason to hold the runs back. */
static enum ng_status export_comparison(const struct ng_export *export,
                                        const char *folder, struct ng_error *err)
{
    char *path = ng_arena_printf(export->arena, "%s/comparison.h5", folder);
    if (path == NULL)
        return ng_fail(err, NG_FAILED, "No memory for the name of the comparison.");
    enum ng_status status = ng_export_comparison(export, path, err);
    return status == NG_ABSENT ? NG_OK : status;
}

/* The damaged one is reported after the others were exported. */
static enum ng_status export_folder(const struct ng_export *export, const char *folder,
                                    struct ng_error *err)
{
    enum ng_status status, worst = NG_OK;
    struct ng_arena arena = {0};
    struct ng_stored_plan plan;
    struct ng_listed_run *runs = NULL;
    size_t count = 0, done = 0;
    NG_TRY(ng_stored_plan_read(folder, &arena, &plan, err));
    NG_TRY(ng_runs_list(folder, &plan, &arena, &runs, &count, err));
    for (size_t i = 0; i < count; i++) {
        struct ng_error one;
        if (runs[i].state == NG_RUN_STARTED)
            continue;
        done++;
        enum ng_status found = ng_export_run(export, runs[i].path, &one);
        if (found == NG_FAILED)
            NG_TRY(ng_fail(err, found, "%s.", one.text));
        if (found != NG_OK && worst == NG_OK)
            worst = ng_fail(err, found, "%s.", one.text);
    }
    if (done == 0)
        NG_TRY(ng_fail(err, NG_ABSENT,
                       "%s holds no finished run; 'narrowgauge run' makes some.",
                       folder));
    if (worst == NG_OK)
        worst = export_comparison(export, folder, err);
    status = worst;
out:
    ng_arena_release(&arena);
    return status;
}

static enum ng_status run_export(const struct ng_arguments *arguments,
                                 struct ng_error *err)
{
    enum ng_status status;
    struct ng_arena arena = {0};
    struct told told = {0};
    struct ng_export export = {.arena = &arena, .written = tell, .context = &told};
    const char *word = arguments->words[0];
    bool one = ng_word_kind(word) == NG_WORD_RUN_FILE;
    if (ng_arguments_given(arguments, "json"))
        told.files = json_array();
    NG_TRY(choose_format(arguments, &export.format, err));
    struct stat there;
    if (one && stat(word, &there) != 0)
        NG_TRY(ng_fail(err, NG_INVALID, "There is no run file %s: %s.", word,
                       strerror(errno)));
    if (!one)
        NG_TRY(ng_folder_check(word, err));
    NG_TRY(choose_folder(arguments, &export, err));
    NG_TRY(one ? ng_export_run(&export, word, err) : export_folder(&export, word, err));
    if (told.files != NULL) {
        json_t *document = json_object();
        json_object_set_new(document, "format",
                            ng_json_text(ng_export_format_names[export.format]));
        json_object_set(document, "written", told.files);
        NG_TRY(ng_json_print(document, err));
    }
out:
    json_decref(told.files);
    ng_arena_release(&arena);
    return status;
}

static const struct ng_option options[] = {
    {"format", 'f', "FORMAT", FORMATS},
    {"json", 0, NULL, "print one JSON document that lists what was written"},
    {"out", 'o', "DIR",
     "write into DIR instead of 'export' in FOLDER or beside RUN.h5"},
};

const struct ng_command ng_command_export = {
    .name = "export",
    .words = "FOLDER|RUN.h5",
    .summary = "write weights and tables of runs for other programs",
    .detail =
        "Writes one run file, or every run of FOLDER, and names each file written.\n"
        "safetensors: the final weights in their true width. npz, npy: weights as f32 "
        "and\n"
        "numeric columns. csv, json: metrics, ledger, evaluation rows and facts, and "
        "of a\n"
        "FOLDER the comparison too. Files of earlier exports are replaced.",
    .example = "narrowgauge export out/quickstart --format csv",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .least_words = 1,
    .most_words = 1,
    .run = run_export,
};
