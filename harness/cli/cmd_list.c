#include <stdio.h>
#include <string.h>

#include "experiments/spec/experiment.h"
#include "harness/cli/commands.h"
#include "harness/cli/folders.h"
#include "harness/cli/found.h"
#include "harness/cli/json.h"
#include "harness/cli/runs.h"

struct catalogue {
    struct ng_arena arena;
    char *data_folder;
    struct ng_texts experiments, recipes, cards;
    json_t *json; /* NULL: text */
};

static void add(json_t *list, const char *name, const char *words_key,
                const char *words, const char *data, bool found)
{
    json_t *object = json_object();
    json_object_set_new(object, "name", ng_json_text(name));
    json_object_set_new(object, words_key, ng_json_text(words));
    if (data != NULL) {
        json_object_set_new(object, "data", ng_json_text(data));
        json_object_set_new(object, "found", json_boolean(found));
    }
    json_array_append_new(list, object);
}

static enum ng_status list_experiments(struct catalogue *all, json_t *list,
                                       struct ng_error *err)
{
    for (size_t i = 0; i < all->experiments.count; i++) {
        struct ng_experiment experiment;
        struct ng_card card;
        char *source;
        bool found = true;
        const char *name = all->experiments.values[i];
        enum ng_status status =
            ng_experiment_read(name, NULL, 0, &all->arena, &experiment, &source, err);
        const char *where = "a table of your own: data.file=FILE.csv data.label=COLUMN";
        bool tabular = status == NG_OK && strcmp(experiment.data.set, NG_TABULAR) == 0;
        if (status == NG_OK && !tabular)
            status = ng_card_read(experiment.data.set, &all->arena, &card, err);
        if (status != NG_OK)
            return status;
        if (!tabular)
            where = ng_data_found(&card, all->data_folder, &found, &all->arena);
        const char *question = experiment.question == NULL ? "" : experiment.question;
        if (list != NULL)
            add(list, name, "question", question, where, found);
        else
            printf("  %-12s %s\n  %-12s data: %s, %s\n", name, question, "",
                   experiment.data.set, where == NULL ? "" : where);
    }
    return NG_OK;
}

static enum ng_status list_recipes(struct catalogue *all, json_t *list,
                                   struct ng_error *err)
{
    for (size_t i = 0; i < all->recipes.count; i++) {
        struct ng_recipe recipe;
        const char *name = all->recipes.values[i];
        enum ng_status status = ng_recipe_read(name, &all->arena, &recipe, err);
        if (status != NG_OK)
            return status;
        const char *summary = recipe.summary == NULL ? "" : recipe.summary;
        if (list != NULL)
            add(list, name, "summary", summary, NULL, false);
        else
            printf("  %-12s %s\n", name, summary);
    }
    return NG_OK;
}

static enum ng_status list_cards(struct catalogue *all, json_t *list,
                                 struct ng_error *err)
{
    for (size_t i = 0; i < all->cards.count; i++) {
        struct ng_card card;
        bool found;
        const char *name = all->cards.values[i];
        enum ng_status status = ng_card_read(name, &all->arena, &card, err);
        if (status != NG_OK)
            return status;
        const char *where = ng_data_found(&card, all->data_folder, &found, &all->arena);
        const char *title = card.title == NULL ? "" : card.title;
        if (list != NULL)
            add(list, name, "title", title, where, found);
        else
            printf("  %-12s %s\n  %-12s %s\n", name, title, "",
                   where == NULL ? "" : where);
    }
    return NG_OK;
}

static enum ng_status list_catalogue(struct catalogue *all, struct ng_error *err)
{
    static const struct {
        const char *key, *heading;
        enum ng_status (*list)(struct catalogue *, json_t *, struct ng_error *);
    } parts[] = {
        {"experiments", "Experiments (narrowgauge run NAME)", list_experiments},
        {"recipes", "Recipes (narrowgauge show NAME)", list_recipes},
        {"data_sets", "Data sets (narrowgauge show NAME)", list_cards},
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        json_t *list = NULL;
        if (all->json != NULL) {
            list = json_array();
            json_object_set_new(all->json, parts[i].key, list);
        } else {
            printf("%s%s\n", i == 0 ? "" : "\n", parts[i].heading);
        }
        enum ng_status status = parts[i].list(all, list, err);
        if (status != NG_OK)
            return status;
    }
    return NG_OK;
}

static enum ng_status list_all(const struct ng_arguments *arguments, bool json,
                               struct ng_error *err)
{
    enum ng_status status;
    struct catalogue all = {.json = json ? json_object() : NULL};
    NG_TRY(ng_data_folder(arguments, &all.arena, &all.data_folder, err));
    NG_TRY(ng_experiment_names(&all.arena, &all.experiments, err));
    NG_TRY(ng_recipe_names(&all.arena, &all.recipes, err));
    NG_TRY(ng_card_names(&all.arena, &all.cards, err));
    NG_TRY(list_catalogue(&all, err));
    if (json) {
        status = ng_json_print(all.json, err);
        all.json = NULL;
    }
out:
    json_decref(all.json);
    ng_arena_release(&all.arena);
    return status;
}

static enum ng_status print_runs_json(const struct ng_listed_run *runs, size_t count,
                                      struct ng_error *err)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *object = json_object();
        json_object_set_new(object, "file", ng_json_text(runs[i].path));
        json_object_set_new(object, "state",
                            ng_json_text(ng_run_state_names[runs[i].state]));
        json_object_set_new(object, "trial", ng_json_text(runs[i].trial));
        if (runs[i].state == NG_RUN_FINISHED) {
            json_object_set_new(object, "arm", ng_json_text(runs[i].run.arm_label));
            json_object_set_new(object, "seed", json_integer(runs[i].run.seed));
            json_object_set_new(object, "result_hash",
                                ng_json_text(runs[i].run.result_hash));
        }
        json_array_append_new(list, object);
    }
    return ng_json_print(list, err);
}

static enum ng_status list_folder(const char *folder, bool json, struct ng_error *err)
{
    enum ng_status status;
    struct ng_arena arena = {0};
    struct ng_stored_plan plan;
    struct ng_listed_run *runs = NULL;
    size_t count = 0;
    NG_TRY(ng_folder_check(folder, err));
    NG_TRY(ng_stored_plan_read(folder, &arena, &plan, err));
    NG_TRY(ng_runs_list(folder, &plan, &arena, &runs, &count, err));
    if (json)
        NG_TRY(print_runs_json(runs, count, err));
    else
        ng_runs_print(runs, count);
out:
    ng_arena_release(&arena);
    return status;
}

static enum ng_status run_list(const struct ng_arguments *arguments,
                               struct ng_error *err)
{
    bool json = ng_arguments_given(arguments, "json");
    if (arguments->word_count == 0)
        return list_all(arguments, json, err);
    return list_folder(arguments->words[0], json, err);
}

static const struct ng_option options[] = {
    {"data", 'd', "DIR",
     "folder of data files (else $NG_DATA, else ~/.local/share/...)"},
    {"json", 0, NULL, "print one JSON document"},
};

const struct ng_command ng_command_list = {
    .name = "list",
    .words = "[FOLDER]",
    .summary = "list experiments, recipes and data sets, or the runs in a folder",
    .detail = "Without FOLDER: every named experiment with its question, whether its "
              "data is\n"
              "there, every recipe and every data set. With FOLDER, such as\n"
              "out/quickstart: its trials, their memory and their result_hash.",
    .example = "narrowgauge list",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .most_words = 1,
    .run = run_list,
};
