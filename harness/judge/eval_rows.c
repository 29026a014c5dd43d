#include "harness/judge/eval_rows.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "datasets/files/decimal.h"
#include "harness/judge/metrics.h"

static enum ng_status out_of_memory(struct ng_error *err)
{
    return ng_fail(err, NG_FAILED, "Out of memory while arranging rows.");
}

static enum ng_status choose_reference(struct ng_eval_rows *rows, const char *wanted,
                                       uint32_t *reference, struct ng_error *err)
{
    const struct ng_eval_names *arms = &rows->table.arms;
    *reference = 0;
    rows->reference_because = "the first arm, because none is called fp32";
    for (uint32_t a = 0; wanted == NULL && a < arms->count; a++)
        if (strcasecmp(arms->texts[a], "fp32") == 0) {
            *reference = a;
            rows->reference_because = "by its name";
            return NG_OK;
        }
    if (wanted == NULL)
        return NG_OK;
    rows->reference_because = "as asked";
    *reference = ng_eval_names_find(arms, wanted);
    if (*reference != NG_EVAL_NONE)
        return NG_OK;
    const char *nearest =
        ng_text_nearest(wanted, (const char *const *)arms->texts, arms->count);
    if (nearest != NULL)
        return ng_fail(err, NG_INVALID,
                       "%s has no arm \"%.80s\" to be the reference; did you mean "
                       "\"%.80s\"?",
                       rows->table.path, wanted, nearest);
    return ng_fail(err, NG_INVALID,
                   "%s has no arm \"%.80s\" to be the reference; its first arm is "
                   "\"%.80s\".",
                   rows->table.path, wanted, arms->texts[0]);
}

static int by_seed(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return left < right ? -1 : left > right;
}

/* The seeds of the first arm, which are those of every arm. */
static enum ng_status list_seeds(struct ng_eval_rows *rows, uint32_t **seeds,
                                 size_t *count, struct ng_error *err)
{
    const struct ng_eval_table *table = &rows->table;
    *count = 0;
    *seeds = ng_arena_array(&rows->arena, table->run_count, sizeof **seeds);
    if (*seeds == NULL)
        return out_of_memory(err);
    for (size_t i = 0; i < table->run_count; i++)
        if (table->runs[i].arm == 0)
            (*seeds)[(*count)++] = table->runs[i].seed;
    qsort(*seeds, *count, sizeof **seeds, by_seed);
    return NG_OK;
}

/* Is class 0, which came first in the file, the second when sorted? */
static bool classes_turn(const struct ng_eval_table *table)
{
    double a, b;
    const char *first = table->classes.texts[0], *second = table->classes.texts[1];
    if (ng_decimal_read(first, &a) && ng_decimal_read(second, &b))
        return a > b;
    return strcmp(first, second) > 0;
}

/* A lone score becomes two probabilities. */
static enum ng_status widen(const struct ng_eval_run *run, size_t examples, bool turned,
                            struct ng_arena *arena, struct ng_rows *to,
                            struct ng_error *err)
{
    to->probability = ng_arena_array(arena, examples, 2 * sizeof *to->probability);
    if (to->probability == NULL)
        return out_of_memory(err);
    size_t second = turned ? 0 : 1;
    for (size_t e = 0; e < examples; e++) {
        to->probability[2 * e + second] = run->probability[e];
        to->probability[2 * e + 1 - second] = 1.0f - run->probability[e];
    }
    return NG_OK;
}

/* The class of largest probability; of two equal ones the first when sorted. */
static enum ng_status predict(const struct ng_eval_table *table, bool turned,
                              struct ng_arena *arena, struct ng_rows *to,
                              struct ng_error *err)
{
    to->prediction = ng_arena_array(arena, to->rows, sizeof *to->prediction);
    to->confidence = ng_arena_array(arena, to->rows, sizeof *to->confidence);
    if (to->prediction == NULL || to->confidence == NULL)
        return out_of_memory(err);
    ng_metric_top(to->probability, to->rows, to->classes, to->prediction,
                  to->confidence);
    for (size_t e = 0; table->scores == 1 && turned && e < to->rows; e++)
        if (to->probability[2 * e] == to->probability[2 * e + 1])
            to->prediction[e] = 1;
    return NG_OK;
}

static enum ng_status fill_rows(struct ng_eval_rows *rows,
                                const struct ng_eval_run *run, struct ng_rows *to,
                                struct ng_error *err)
{
    const struct ng_eval_table *table = &rows->table;
    enum ng_status status = NG_OK;
    to->rows = table->examples.count;
    to->classes = table->classes.count;
    to->label = table->label;
    bool turned = table->scores == 1 && classes_turn(table);
    if (table->scores == 0) {
        to->prediction = run->prediction;
        to->confidence = run->confidence;
        return NG_OK;
    }
    if (table->scores == 1)
        NG_TRY(widen(run, to->rows, turned, &rows->arena, to, err));
    else
        to->probability = run->probability;
    NG_TRY(predict(table, turned, &rows->arena, to, err));
out:
    return status;
}

static enum ng_status fill_runs(struct ng_eval_rows *rows, const uint32_t *seeds,
                                size_t seed_count, uint32_t reference,
                                struct ng_error *err)
{
    const struct ng_eval_table *table = &rows->table;
    struct ng_run *runs = ng_arena_array(&rows->arena, table->run_count, sizeof *runs);
    struct ng_compare_arm *arms =
        ng_arena_array(&rows->arena, table->arms.count, sizeof *arms);
    if (runs == NULL || arms == NULL)
        return out_of_memory(err);
    for (size_t i = 0; i < table->run_count; i++) {
        const struct ng_eval_run *from = &table->runs[i];
        const uint32_t *at =
            bsearch(&from->seed, seeds, seed_count, sizeof *seeds, by_seed);
        struct ng_run *run = &runs[from->arm * seed_count + (size_t)(at - seeds)];
        *run = (struct ng_run){.arm_label = table->arms.texts[from->arm],
                               .seed = from->seed,
                               .first_bad_step = -1};
        enum ng_status status = fill_rows(rows, from, &run->rows, err);
        if (status != NG_OK)
            return status;
    }
    for (size_t a = 0; a < table->arms.count; a++)
        arms[a] = (struct ng_compare_arm){.label = table->arms.texts[a],
                                          .recipe = table->arms.texts[a],
                                          .reference = (int)reference};
    rows->input.runs = rows->runs = runs;
    rows->input.arms = arms;
    rows->input.arm_count = table->arms.count;
    rows->input.seeds = seeds;
    rows->input.seed_count = seed_count;
    return NG_OK;
}

/* Without a choice every column with something to compare. */
static enum ng_status choose_slices(struct ng_eval_rows *rows,
                                    const struct ng_texts *wanted,
                                    const struct ng_slice_column *columns,
                                    struct ng_text *notes, struct ng_error *err)
{
    size_t count = rows->table.column_count;
    rows->input.slices = *wanted;
    if (wanted->count > 0)
        return NG_OK;
    char **values = ng_arena_array(&rows->arena, count, sizeof *values);
    if (values == NULL)
        return out_of_memory(err);
    rows->input.slices = (struct ng_texts){values, 0};
    for (size_t c = 0; c < count; c++) {
        if (columns[c].band_count > 1)
            values[rows->input.slices.count++] = columns[c].name;
        else
            ng_text_printf(notes,
                           "%.80s: all examples are in one band, so it makes no "
                           "groups.\n",
                           columns[c].name);
    }
    return NG_OK;
}

static enum ng_status fill_slices(struct ng_eval_rows *rows,
                                  const struct ng_texts *wanted, struct ng_error *err)
{
    struct ng_text notes = {0};
    struct ng_slice_column *columns;
    uint16_t **codes;
    enum ng_status status = NG_OK;
    NG_TRY(ng_eval_slices(&rows->table, &rows->arena, &columns, &codes, &notes, err));
    NG_TRY(choose_slices(rows, wanted, columns, &notes, err));
    for (size_t i = 0; i < rows->table.run_count; i++) {
        struct ng_rows *to = &rows->runs[i].rows;
        to->slice_count = rows->table.column_count;
        to->slices = columns;
        to->slice = codes;
    }
    rows->notes = notes.failed ? NULL
                               : ng_arena_text(&rows->arena,
                                               notes.data == NULL ? "" : notes.data);
    if (rows->notes == NULL)
        status = out_of_memory(err);
out:
    ng_text_release(&notes);
    return status;
}

enum ng_status ng_eval_rows_read(const char *path,
                                 const struct ng_eval_request *request,
                                 struct ng_eval_rows *rows, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    uint32_t reference, *seeds;
    size_t seed_count;
    *rows = (struct ng_eval_rows){.input = {.margin = request->margin}};
    NG_TRY(ng_eval_table_read(&rows->table, path, err));
    NG_TRY(choose_reference(rows, request->reference, &reference, err));
    NG_TRY(list_seeds(rows, &seeds, &seed_count, err));
    NG_TRY(fill_runs(rows, seeds, seed_count, reference, err));
    NG_TRY(fill_slices(rows, &request->slices, err));
out:
    if (status != NG_OK)
        ng_eval_rows_release(rows);
    return status;
}

void ng_eval_rows_release(struct ng_eval_rows *rows)
{
    ng_eval_table_release(&rows->table);
    ng_arena_release(&rows->arena);
    *rows = (struct ng_eval_rows){0};
}
