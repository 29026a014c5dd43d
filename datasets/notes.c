/* What was done to a loaded data set, in words (datasets/dataset.h). */
#include <math.h>
#include <string.h>

#include "datasets/dataset.h"

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static void note_constants(const struct ng_dataset *dataset, struct ng_text *text)
{
    static const size_t named = 5;
    size_t count = 0;
    if (dataset->constant_columns == 0)
        return;
    ng_text_printf(text, "%zu feature%s constant in the training rows, so 0: ",
                   dataset->constant_columns,
                   dataset->constant_columns == 1 ? " is" : "s are");
    for (size_t i = 0; i < dataset->features; i++) {
        if (dataset->deviation[i] != 0)
            continue;
        if (count < named)
            ng_text_printf(text, "%s%s", count == 0 ? "" : ", ",
                           dataset->feature_names[i]);
        count++;
    }
    if (count > named)
        ng_text_printf(text, " and %zu more", count - named);
    ng_text_add(text, "\n");
}

static void note_column(const struct ng_column_facts *column, struct ng_text *text)
{
    size_t missing = column->missing[0] + column->missing[1];
    size_t beyond = column->out_of_range[0] + column->out_of_range[1];
    size_t pooled = column->pooled[0] + column->pooled[1];
    if (missing > 0)
        ng_text_printf(text, "column %s: %zu missing (%zu training, %zu test)\n",
                       column->name, missing, column->missing[0], column->missing[1]);
    if (beyond > 0)
        ng_text_printf(text,
                       "column %s: %zu value%s out of range, taken as missing (%zu "
                       "training, %zu test)\n",
                       column->name, beyond, plural(beyond), column->out_of_range[0],
                       column->out_of_range[1]);
    if (column->unseen > 0)
        ng_text_printf(text,
                       "column %s: %zu test row%s of a category that no training row "
                       "has, so all zeros\n",
                       column->name, column->unseen, plural(column->unseen));
    if (pooled > 0)
        ng_text_printf(text,
                       "column %s: %zu row%s of rare categories pooled (%zu training, "
                       "%zu test)\n",
                       column->name, pooled, plural(pooled), column->pooled[0],
                       column->pooled[1]);
}

/* Where there are no columns to name (arrays), missing values are told together. */
static void note_missing(const struct ng_dataset *dataset, const struct ng_card *card,
                         struct ng_text *text)
{
    size_t missing[2] = {0, 0};
    bool none = strcmp(card->standardise, "none") == 0;
    for (size_t i = 0; i < dataset->features && dataset->column_count == 0; i++)
        for (size_t s = 0; s < 2; s++)
            missing[s] += dataset->facts[i].missing[s];
    if (missing[0] + missing[1] > 0)
        ng_text_printf(text, "%zu %s missing (%zu training, %zu test), so %s\n",
                       missing[0] + missing[1],
                       missing[0] + missing[1] == 1 ? "value is" : "values are",
                       missing[0], missing[1], none ? "0" : "the mean");
}

static void note_clipped(const struct ng_dataset *dataset, const struct ng_card *card,
                         struct ng_text *text)
{
    size_t values[2] = {0, 0}, features = 0, most = 0, worst = 0;
    for (size_t i = 0; i < dataset->features; i++) {
        const size_t *clipped = dataset->facts[i].clipped;
        features += clipped[0] + clipped[1] > 0;
        for (size_t s = 0; s < 2; s++)
            values[s] += clipped[s];
        if (clipped[0] + clipped[1] > most) {
            most = clipped[0] + clipped[1];
            worst = i;
        }
    }
    if (features > 0)
        ng_text_printf(text,
                       "%zu value%s of %zu feature%s clipped to +-%g deviations (%zu "
                       "training, %zu test), most in %s\n",
                       values[0] + values[1], plural(values[0] + values[1]), features,
                       plural(features), card->clip, values[0], values[1],
                       dataset->feature_names[worst]);
}

static void note_rows(const struct ng_dataset *dataset, struct ng_text *text)
{
    if (dataset->unlabelled > 0)
        ng_text_printf(text, "%zu row%s without a label %s left out\n",
                       dataset->unlabelled, plural(dataset->unlabelled),
                       dataset->unlabelled == 1 ? "was" : "were");
    if (dataset->dropped > 0)
        ng_text_printf(text, "%zu row%s that repeat%s an earlier one dropped\n",
                       dataset->dropped, plural(dataset->dropped),
                       dataset->dropped == 1 ? "s" : "");
    if (dataset->short_rows > 0)
        ng_text_printf(text, "%zu short row%s filled up with missing fields\n",
                       dataset->short_rows, plural(dataset->short_rows));
}

static void note_files(const struct ng_card *card, struct ng_text *text)
{
    const struct ng_card_file *files = card->files.values;
    for (size_t i = 0; i < card->files.count; i++)
        if (files[i].sha256 == NULL)
            ng_text_printf(text, "file %s: taken as it is, its SHA-256 is not known\n",
                           files[i].path);
}

void ng_dataset_notes(const struct ng_dataset *dataset, const struct ng_card *card,
                      struct ng_text *text)
{
    note_files(card, text);
    note_rows(dataset, text);
    for (size_t i = 0; i < dataset->column_count; i++)
        note_column(&dataset->columns[i], text);
    note_missing(dataset, card, text);
    note_constants(dataset, text);
    note_clipped(dataset, card, text);
}
