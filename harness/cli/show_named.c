#include <float.h>
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
    struct ng_model model = {0};
    struct ng_text text = {0};
    /* Cells belong to the names of nodes, so any number of features and classes will do,
     * and the data need not be there. */
    NG_TRY(ng_model_build(&model, &experiment->model, recipe, 1, 2,
                          (size_t)experiment->train.batch, 1, err));
    for (size_t n = 0; n < model.node_count; n++)
        ng_recipe_describe(recipe, &model.nodes[n].recipe, &text);
    ng_model_release(&model);
    if (text.failed)
        NG_TRY(ng_fail(err, NG_FAILED, "No memory for the cells of a recipe."));
    ng_show_cells(text.data == NULL ? "" : text.data);
out:
    ng_text_release(&text);
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

/* "number, 64 columns x0 to x63", "category of 3". */
static void print_columns(const struct ng_card *card)
{
    const struct ng_card_column *columns = card->columns.values;
    const struct ng_reader *reader = ng_reader_by_name(card->reader);
    if (reader != NULL && reader->features > 0)
        printf("%-11s %zu\n", "features", reader->features);
    for (size_t i = 0; i < card->columns.count; i++) {
        const struct ng_card_column *column = &columns[i];
        printf("%-11s %s, %s", "column", column->name,
               ng_column_type_names[column->type]);
        if (column->repeat > 1)
            printf(", %lld of them: %s0 to %s%lld", (long long)column->repeat,
                   column->name, column->name, (long long)column->repeat - 1);
        if (column->categories.count > 0)
            printf(", %zu categories", column->categories.count);
        else if (column->type == NG_COLUMN_CATEGORY)
            printf(", categories from the training rows");
        if (column->type == NG_COLUMN_TEXT)
            printf(", %lld buckets", (long long)column->buckets);
        if (column->least > -(double)FLT_MAX)
            printf(", at least %g", column->least);
        if (column->most < (double)FLT_MAX)
            printf(", at most %g", column->most);
        putchar('\n');
    }
}

static void print_classes(const struct ng_card *card)
{
    const struct ng_reader *reader = ng_reader_by_name(card->reader);
    printf("%-11s ", "classes");
    for (size_t i = 0; i < card->classes.count; i++)
        printf("%s%s", i == 0 ? "" : ", ", card->classes.values[i]);
    if (card->classes.count == 0)
        printf("%s", reader != NULL && reader->is_text ? "every character"
                                                       : "from the training rows");
    putchar('\n');
}

static void print_files(const struct ng_card *card)
{
    const struct ng_card_file *files = card->files.values;
    for (size_t i = 0; i < card->files.count; i++) {
        const struct ng_card_file *file = &files[i];
        bool labels = strcmp(file->part, "labels") == 0;
        printf("%-11s %s%s%s", labels ? "labels" : file->role, file->path,
               file->array != NULL ? ":" : "", file->array != NULL ? file->array : "");
        if (file->rows > 0)
            printf(", %lld rows", (long long)file->rows);
        printf(", SHA-256 %s\n", file->sha256 != NULL ? file->sha256 : "not known");
    }
    if (card->files.count == 0)
        printf("%-11s %lld training and %lld test rows\n", "generated",
               (long long)card->train_rows, (long long)card->test_rows);
    else if (strcmp(files[0].role, "all") == 0)
        printf("%-11s %g of the %s\n", "test", card->test_share,
               strcmp(card->reader, "text") == 0    ? "characters, the end of each file"
               : strcmp(card->order, "stream") == 0 ? "rows, the end of the stream"
                                                    : "rows, drawn at random");
}

/* "region, by column region", "age, by column age, 4 bands between 2 edges". */
static void print_slices(const struct ng_card *card)
{
    const struct ng_card_slice *slices = card->slices.values;
    for (size_t i = 0; i < card->slices.count; i++) {
        const struct ng_card_slice *slice = &slices[i];
        printf("%-11s %s, by %s%s", "slice", slice->name,
               slice->column != NULL ? "column " : "",
               slice->column != NULL ? slice->column : slice->by);
        for (size_t e = 0; e < slice->edges.count; e++)
            printf("%s%g", e == 0 ? ", divided at " : ", ", slice->edges.values[e]);
        if (slice->parts > 0)
            printf(", %lld parts", (long long)slice->parts);
        for (size_t b = 0; b < slice->bands.count; b++)
            printf("%s%s", b == 0 ? ": " : ", ", slice->bands.values[b]);
        putchar('\n');
    }
}

enum ng_status ng_show_card(const char *name, const char *data_folder,
                            struct ng_error *err)
{
    enum ng_status status;
    struct ng_arena arena = {0};
    struct ng_card card;
    bool found;
    NG_TRY(ng_card_read(name, &arena, &card, err));
    print_field("data set", card.name);
    print_field("title", card.title);
    print_field("reader", card.reader);
    print_field("state", ng_data_found(&card, data_folder, &found, &arena));
    print_columns(&card);
    print_classes(&card);
    print_files(&card);
    print_slices(&card);
    print_field("origin", card.origin);
    print_field("licence", card.licence);
    for (size_t i = 0; i < card.quirks.count; i++)
        print_field("quirk", card.quirks.values[i]);
out:
    ng_arena_release(&arena);
    return status;
}
