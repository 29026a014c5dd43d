#include "datasets/standardise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "formats/math/math.h"

/* Columns gathered at once: a cache line of a row of features holds sixteen. */
#define TOGETHER 8

static void facts_of_row(const struct ng_dataset *dataset, const float *x, size_t split)
{
    for (size_t i = 0; i < dataset->features; i++) {
        struct ng_feature_facts *facts = &dataset->facts[i];
        double value = (double)x[i], size = fabs(value);
        if (isnan(value)) {
            facts->missing[split]++;
            continue;
        }
        if (!(facts->least[split] <= value)) /* also where it is NaN: none yet */
            facts->least[split] = value;
        if (!(facts->most[split] >= value))
            facts->most[split] = value;
        if (size != 0 && !(facts->tiniest[split] <= size))
            facts->tiniest[split] = size;
    }
}

void ng_load_facts(struct ng_load *load)
{
    struct ng_dataset *dataset = load->dataset;
    const struct ng_split *splits[] = {&dataset->train, &dataset->test};
    for (size_t s = 0; s < 2; s++) {
        for (size_t i = 0; i < dataset->features; i++)
            dataset->facts[i].least[s] = dataset->facts[i].most[s] =
                dataset->facts[i].tiniest[s] = (double)NAN;
        for (size_t row = 0; row < splits[s]->rows; row++)
            facts_of_row(dataset, splits[s]->x + row * dataset->features, s);
    }
}

/* The training values of TOGETHER columns, one behind the other, missing ones left out. */
struct gathered {
    double *values;
    size_t first, columns, count[TOGETHER];
};

static double *column_of(const struct gathered *gathered, const struct ng_split *train,
                         size_t column)
{
    return gathered->values + column * train->rows;
}

static void gather(const struct ng_dataset *dataset, struct gathered *gathered)
{
    const struct ng_split *train = &dataset->train;
    memset(gathered->count, 0, sizeof gathered->count);
    for (size_t row = 0; row < train->rows; row++) {
        const float *x = train->x + row * dataset->features + gathered->first;
        for (size_t c = 0; c < gathered->columns; c++)
            if (!isnan(x[c]))
                column_of(gathered, train, c)[gathered->count[c]++] = (double)x[c];
    }
}

/* Asked of the values: a rounded mean would leave a tiny deviation. */
static bool is_constant(const double *values, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (values[i] != values[0])
            return false;
    return true;
}

static double squares_sum(double *values, size_t count, double mean)
{
    for (size_t i = 0; i < count; i++) {
        double off = values[i] - mean;
        values[i] = off * off;
    }
    return ng_sum_f64(values, count);
}

static void fit_column(struct ng_dataset *dataset, size_t column, double *values,
                       size_t count)
{
    if (is_constant(values, count)) {
        dataset->mean[column] = count > 0 ? values[0] : 0;
        dataset->deviation[column] = 0;
        return;
    }
    double mean = ng_sum_f64(values, count) / (double)count;
    dataset->mean[column] = mean;
    dataset->deviation[column] = sqrt(squares_sum(values, count, mean) / (double)count);
}

/* Calls work for every number column with its training values. */
typedef void column_work(struct ng_dataset *dataset, size_t column, double *values,
                         size_t count);

static void for_columns(struct ng_dataset *dataset, double *scratch, column_work *work)
{
    struct gathered gathered = {.values = scratch};
    for (size_t i = 0; i < dataset->features; i += TOGETHER) {
        gathered.first = i;
        gathered.columns =
            dataset->features - i < TOGETHER ? dataset->features - i : TOGETHER;
        gather(dataset, &gathered);
        for (size_t c = 0; c < gathered.columns; c++)
            if (dataset->facts[i + c].kind == NG_FEATURE_NUMBER)
                work(dataset, i + c, column_of(&gathered, &dataset->train, c),
                     gathered.count[c]);
    }
}

/* For a whole set the columns' own sums pass through mean[] (first round) and deviation[]
 * (second round: of the squares; NaN marks a constant). */
static void sum_column(struct ng_dataset *dataset, size_t column, double *values,
                       size_t count)
{
    bool constant = is_constant(values, count);
    dataset->mean[column] = ng_sum_f64(values, count);
    dataset->deviation[column] = constant ? (double)NAN : 1;
}

static void sum_squares(struct ng_dataset *dataset, size_t column, double *values,
                        size_t count)
{
    double mean = dataset->mean[column];
    bool constant = isnan(dataset->deviation[column]);
    double sum = squares_sum(values, count, mean);
    dataset->mean[column] = sum;
    dataset->deviation[column] = constant ? (double)NAN : 1;
}

static bool is_number(const struct ng_dataset *dataset, size_t i)
{
    return dataset->facts[i].kind == NG_FEATURE_NUMBER;
}

/* The sum of mean[] over the number columns; others hold 0. */
static double sum_of_sums(const struct ng_dataset *dataset)
{
    return ng_sum_f64(dataset->mean, dataset->features);
}

static void set_means(struct ng_dataset *dataset, double mean)
{
    for (size_t i = 0; i < dataset->features; i++)
        dataset->mean[i] = is_number(dataset, i) ? mean : 0;
}

static void fit_set(struct ng_dataset *dataset, double *scratch)
{
    size_t count = 0;
    for (size_t i = 0; i < dataset->features; i++) {
        dataset->mean[i] = 0;
        if (is_number(dataset, i))
            count += dataset->train.rows - dataset->facts[i].missing[0];
    }
    for_columns(dataset, scratch, sum_column);
    double mean = count > 0 ? sum_of_sums(dataset) / (double)count : 0;
    set_means(dataset, mean);
    for_columns(dataset, scratch, sum_squares);
    double deviation = count > 0 ? sqrt(sum_of_sums(dataset) / (double)count) : 0;
    set_means(dataset, mean);
    for (size_t i = 0; i < dataset->features; i++)
        if (is_number(dataset, i))
            dataset->deviation[i] = isnan(dataset->deviation[i]) ? 0 : deviation;
}

static enum ng_status refuse_value(const struct ng_dataset *dataset, size_t row,
                                   size_t column, struct ng_error *err)
{
    return ng_fail(
        err, NG_INVALID,
        "The data set %s has a value in row %zu, column %s, that is too far "
        "from the column's mean %g (deviation %g) to be standardised in FP32; "
        "a clip other than 0 in the card would bound it.",
        dataset->name, row + 1, dataset->feature_names[column], dataset->mean[column],
        dataset->deviation[column]);
}

/* One value; *clipped counts. */
static float standardised(double value, double mean, double deviation, double clip,
                          size_t *clipped)
{
    if (isnan(value) || !(deviation > 0))
        return 0.0F;
    double scaled = (value - mean) / deviation;
    if (clip > 0 && fabs(scaled) > clip) {
        ++*clipped;
        return (float)(scaled > 0 ? clip : -clip);
    }
    return (float)scaled;
}

static enum ng_status standardise_split(const struct ng_dataset *dataset, size_t which,
                                        double clip, struct ng_error *err)
{
    const struct ng_split *split = which == 0 ? &dataset->train : &dataset->test;
    for (size_t row = 0; row < split->rows; row++) {
        float *x = split->x + row * dataset->features;
        for (size_t i = 0; i < dataset->features; i++) {
            if (!is_number(dataset, i))
                continue;
            x[i] = standardised((double)x[i], dataset->mean[i], dataset->deviation[i],
                                clip, &dataset->facts[i].clipped[which]);
            if (!isfinite(x[i]))
                return refuse_value(dataset, row, i, err);
        }
    }
    return NG_OK;
}

enum ng_status ng_load_standardise(struct ng_load *load, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_dataset *dataset = load->dataset;
    bool none = strcmp(load->card->standardise, "none") == 0;
    double clip = none ? 0 : load->card->clip;
    double *scratch = calloc(dataset->train.rows, TOGETHER * sizeof scratch[0]);
    if (scratch == NULL) {
        status = ng_load_no_memory(load, err);
        goto out;
    }
    for (size_t i = 0; i < dataset->features; i++)
        dataset->deviation[i] = 1;
    if (strcmp(load->card->standardise, "column") == 0)
        for_columns(dataset, scratch, fit_column);
    else if (!none)
        fit_set(dataset, scratch);
    for (size_t i = 0; i < dataset->features; i++)
        dataset->constant_columns += dataset->deviation[i] == 0;
    NG_TRY(standardise_split(dataset, 0, clip, err));
    NG_TRY(standardise_split(dataset, 1, clip, err));
out:
    free(scratch);
    return status;
}
