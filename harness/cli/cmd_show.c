#include <stdio.h>
#include <string.h>

#include "experiments/spec/document.h"
#include "experiments/spec/experiment.h"
#include "harness/cli/commands.h"
#include "harness/cli/folders.h"
#include "harness/cli/runs.h"
#include "harness/cli/show.h"

static enum ng_status show_hashes(const char *folder, struct ng_error *err)
{
    enum ng_status status, worst = NG_OK;
    struct ng_arena arena = {0};
    struct ng_stored_plan plan;
    struct ng_listed_run *runs = NULL;
    size_t count = 0;
    NG_TRY(ng_folder_check(folder, err));
    NG_TRY(ng_stored_plan_read(folder, &arena, &plan, err));
    NG_TRY(ng_runs_list(folder, &plan, &arena, &runs, &count, err));
    for (size_t i = 0; i < count; i++) {
        struct ng_error one;
        if (runs[i].state == NG_RUN_STARTED)
            continue;
        enum ng_status found = ng_run_print_hash(runs[i].path, &one);
        if (found != NG_OK && worst == NG_OK)
            worst = ng_fail(err, found, "%s", one.text);
    }
    status = worst;
out:
    ng_arena_release(&arena);
    return status;
}

static bool holds(const struct ng_texts *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->values[i], name) == 0)
            return true;
    return false;
}

static enum ng_status unknown_name(const char *name, const struct ng_texts lists[3],
                                   struct ng_error *err)
{
    for (int i = 0; i < 3; i++) {
        const char *nearest =
            ng_text_nearest(name, (const char *const *)lists[i].values, lists[i].count);
        if (nearest != NULL)
            return ng_fail(
                err, NG_INVALID,
                "There is no experiment, recipe or data set '%.80s'; did you "
                "mean '%s'?",
                name, nearest);
    }
    return ng_fail(err, NG_INVALID,
                   "There is no experiment, recipe or data set '%.80s'; 'narrowgauge "
                   "list' lists them.",
                   name);
}

/* An experiment and a data set may share a name: both are shown. */
static enum ng_status show_name(const struct ng_arguments *arguments, bool cells,
                                struct ng_error *err)
{
    enum ng_status status;
    struct ng_arena arena = {0};
    struct ng_texts lists[3];
    char *data;
    const char *name = arguments->words[0];
    NG_TRY(ng_data_folder(arguments, &arena, &data, err));
    NG_TRY(ng_experiment_names(&arena, &lists[0], err));
    NG_TRY(ng_recipe_names(&arena, &lists[1], err));
    NG_TRY(ng_card_names(&arena, &lists[2], err));
    bool experiment = holds(&lists[0], name), recipe = holds(&lists[1], name);
    bool card = holds(&lists[2], name) && !cells;
    if (!experiment && !recipe && !card)
        NG_TRY(unknown_name(name, lists, err));
    if (experiment)
        NG_TRY(ng_show_experiment(arguments, name, cells, err));
    if (recipe)
        NG_TRY(ng_show_recipe(name, err));
    if (card)
        NG_TRY(ng_show_card(name, data, err));
out:
    ng_arena_release(&arena);
    return status;
}

/* The top-level key `rules` tells a recipe from an experiment. A file that cannot be read
 * is none: reading it as an experiment then says why. */
static bool is_recipe(const char *path)
{
    bool found = false;
    struct ng_arena arena = {0};
    struct ng_document *document;
    struct ng_error err;
    if (ng_document_read(path, &arena, &document, &err) == NG_OK) {
        const char *line = document->text;
        while (!found && *line != '\0') {
            size_t word = strcspn(line, " :\n");
            found = word == 5 && memcmp(line, "rules", word) == 0 &&
                    line[word + strspn(line + word, " ")] == ':';
            line += strcspn(line, "\n");
            line += *line == '\n';
        }
    }
    ng_arena_release(&arena);
    return found;
}

static enum ng_status run_show(const struct ng_arguments *arguments,
                               struct ng_error *err)
{
    const char *word = arguments->words[0];
    bool hash = ng_arguments_given(arguments, "hash");
    bool cells = ng_arguments_given(arguments, "recipe");
    enum ng_word_kind kind = ng_word_kind(word);
    bool named = kind == NG_WORD_NAME || kind == NG_WORD_FILE;
    if (hash && named)
        return ng_fail(err, NG_INVALID,
                       "--hash needs a run file or the folder of a run, but '%.80s' is "
                       "neither.",
                       word);
    if (!named && arguments->override_count > 0)
        return ng_fail(err, NG_INVALID, "A run that is stored takes no '%.80s'.",
                       arguments->overrides[0]);
    if (kind == NG_WORD_FOLDER)
        return hash ? show_hashes(word, err)
                    : ng_show_folder(word, arguments->program, err);
    if (kind == NG_WORD_RUN_FILE && hash)
        return ng_run_print_hash(word, err);
    if (kind == NG_WORD_RUN_FILE)
        return ng_show_run(word, cells, err);
    if (kind == NG_WORD_FILE && is_recipe(word))
        return ng_show_recipe(word, err);
    if (kind == NG_WORD_FILE)
        return ng_show_experiment(arguments, word, cells, err);
    return show_name(arguments, cells, err);
}

static const struct ng_option options[] = {
    {"data", 'd', "DIR",
     "folder of data files (else $NG_DATA, else ~/.local/share/...)"},
    {"hash", 0, NULL, "recompute each result_hash and compare it with the stored one"},
    {"recipe", 0, NULL, "which rule of the recipe set which cell of which node"},
};

const struct ng_command ng_command_show = {
    .name = "show",
    .words = "NAME|FILE.yaml|RUN.h5|FOLDER",
    .summary = "show an experiment, recipe, data set, run file or finished run",
    .detail = "An experiment: its keys after defaults and overrides, and with --recipe "
              "every\n"
              "cell of its recipes. A recipe: what it says and its cells. A data set: "
              "its card.\n"
              "A run file: summary, last metrics, ledger by class, provenance. A "
              "folder: the\n"
              "answer, the groups and the runs.",
    .example = "narrowgauge show fp8-lean",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .least_words = 1,
    .most_words = 1,
    .overrides = true,
    .run = run_show,
};
