#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/spec/experiment.h"
#include "experiments/spec/readable.h"
#include "harness/cli/found.h"
#include "harness/cli/show.h"

/* Every recipe has cells only on the nodes of a model; this experiment lends its own. */
#define EXAMPLE "quickstart"

void ng_show_cells(const char *lines)
{
    printf("%-18s %-16s %-44s %-5s %s\n", "node", "cell", "value", "rule", "pattern");
    for (; *lines != '\0'; lines += strcspn(lines, "\n"), lines += *lines == '\n') {
        char node[64] = "", cell[64] = "", value[128] = "", rule[16] = "";
        int end = 0;
        sscanf(lines, "%63s %63s %127s %15s %n", node, cell, value, rule, &end);
        printf("%-18s %-16s %-44s %-5s %.*s\n", node, cell, value, rule,
               (int)strcspn(lines + end, "\n"), lines + end);
    }
}

/* Prints the cells of one recipe on every node of the experiment's model. */
static enum ng_status print_cells(const struct ng_experiment *experiment,
                                  const struct ng_recipe *recipe, struct ng_error *err)
{
    enum ng_status status;
    struct ng_arena arena = {0};
    struct ng_card card;
    struct ng_model model = {0};
    struct ng_text text = {0};
    NG_TRY(ng_card_read(experiment->data.set, &arena, &card, err));
    NG_TRY(ng_model_build(&model, &experiment->model, recipe, (size_t)card.features,
                          card.classes.count, (size_t)experiment->train.batch, 1, err));
    for (size_t n = 0; n < model.node_count; n++)
        ng_recipe_describe(recipe, &model.nodes[n].recipe, &text);
    ng_model_release(&model);
    if (text.failed)
        NG_TRY(ng_fail(err, NG_FAILED, "No memory for the cells of a recipe."));
    ng_show_cells(text.data == NULL ? "" : text.data);
out:
    ng_text_release(&text);
    ng_arena_release(&arena);
    return status;
}

static enum ng_status print_recipe_cells(const struct ng_experiment *experiment,
                                         const char *name, struct ng_arena *arena,
                                         struct ng_error *err)
{
    struct ng_recipe recipe;
    enum ng_status status = ng_recipe_read(name, arena, &recipe, err);
    if (status != NG_OK)
        return status;
    printf("recipe %s\n", name);
    return print_cells(experiment, &recipe, err);
}

static enum ng_status print_all_cells(const struct ng_experiment *experiment,
                                      struct ng_arena *arena, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    bool swept = false;
    for (size_t a = 0; a < experiment->sweep.count; a++) {
        const struct ng_sweep_axis *axis = &experiment->sweep.axes[a];
        if (strcmp(axis->path, "recipe") != 0)
            continue;
        swept = true;
        for (size_t v = 0; v < axis->values.count; v++)
            NG_TRY(print_recipe_cells(experiment, axis->values.values[v], arena, err));
    }
    if (!swept && experiment->recipe != NULL)
        NG_TRY(print_recipe_cells(experiment, experiment->recipe, arena, err));
out:
    return status;
}

static void print_list(const char *key, const struct ng_texts *texts)
{
    if (texts->count == 0)
        return;
    printf("%s = ", key);
    for (size_t i = 0; i < texts->count; i++)
        printf("%s%s", i == 0 ? "" : ", ", texts->values[i]);
    putchar('\n');
}

/* The keys that ng_experiment_resolved() leaves out, because they cannot move a bit of a
 * trial. */
static void print_frame(const struct ng_experiment *experiment)
{
    printf("name = %s\n", experiment->name);
    if (experiment->question != NULL)
        printf("question = %s\n", experiment->question);
    printf("seeds = ");
    for (size_t i = 0; i < experiment->seeds.count; i++)
        printf("%s%lld", i == 0 ? "" : ", ", (long long)experiment->seeds.values[i]);
    putchar('\n');
    for (size_t a = 0; a < experiment->sweep.count; a++) {
        printf("sweep.");
        print_list(experiment->sweep.axes[a].path, &experiment->sweep.axes[a].values);
    }
    printf("judge.margin.accuracy = %g pt\n", experiment->judge.margin.accuracy);
    print_list("judge.slices", &experiment->judge.slices);
    print_list("gates", &experiment->gates);
}

enum ng_status ng_show_experiment(const struct ng_arguments *arguments,
                                  const char *name, bool cells, struct ng_error *err)
{
    enum ng_status status;
    struct ng_arena arena = {0};
    struct ng_experiment experiment;
    struct ng_text text = {0}, readable = {0};
    char *source;
    NG_TRY(ng_experiment_read(name, arguments->overrides, arguments->override_count,
                              &arena, &experiment, &source, err));
    if (cells) {
        status = print_all_cells(&experiment, &arena, err);
        goto out;
    }
    ng_experiment_resolved(&experiment, &text);
    ng_readable(text.data, text.length, &readable);
    if (text.failed || readable.failed)
        NG_TRY(ng_fail(err, NG_FAILED, "No memory for the keys of an experiment."));
    print_frame(&experiment);
    fputs(readable.data == NULL ? "" : readable.data, stdout);
out:
    ng_text_release(&text);
    ng_text_release(&readable);
    ng_arena_release(&arena);
    return status;
}

static void print_field(const char *name, const char *value)
{
    if (value != NULL && value[0] != '\0')
        printf("%-11s %s\n", name, value);
}

enum ng_status ng_show_recipe(const char *name, struct ng_error *err)
{
    enum ng_status status;
    struct ng_arena arena = {0};
    struct ng_recipe recipe;
    struct ng_experiment experiment;
    char *source;
    NG_TRY(ng_recipe_read(name, &arena, &recipe, err));
    print_field("recipe", recipe.name);
    print_field("summary", recipe.summary);
    print_field("hardware", recipe.hardware);
    print_field("simulated", recipe.simulated);
    NG_TRY(ng_experiment_read(EXAMPLE, NULL, 0, &arena, &experiment, &source, err));
    printf("\nOn the model of the experiment " EXAMPLE ":\n");
    NG_TRY(print_cells(&experiment, &recipe, err));
out:
    ng_arena_release(&arena);
    return status;
}

enum ng_status ng_show_card(const char *name, const char *data_folder,
                            struct ng_error *err)
{
    enum ng_status status;
    struct ng_arena arena = {0};
    struct ng_card card;
    bool found;
    NG_TRY(ng_card_read(name, &arena, &card, err));
    const struct ng_card_file *files = card.files.values;
    const struct ng_card_slice *slices = card.slices.values;
    print_field("data set", card.name);
    print_field("title", card.title);
    print_field("reader", card.reader);
    print_field("state", ng_data_found(&card, data_folder, &found, &arena));
    printf("%-11s %lld columns, %zu classes\n", "features", (long long)card.features,
           card.classes.count);
    for (size_t i = 0; i < card.files.count; i++)
        printf("%-11s %s, %lld rows, SHA-256 %s\n", files[i].role, files[i].path,
               (long long)files[i].rows, files[i].sha256);
    if (card.files.count == 0)
        printf("%-11s %lld training and %lld test rows\n", "generated",
               (long long)card.train_rows, (long long)card.test_rows);
    for (size_t i = 0; i < card.slices.count; i++)
        printf("%-11s %s (%zu bands)\n", "slice", slices[i].name,
               slices[i].bands.count);
    print_field("origin", card.origin);
    print_field("licence", card.licence);
    for (size_t i = 0; i < card.quirks.count; i++)
        print_field("quirk", card.quirks.values[i]);
out:
    ng_arena_release(&arena);
    return status;
}
