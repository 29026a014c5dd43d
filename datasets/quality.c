#include "datasets/quality.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "formats/codec/format.h"

const struct ng_format *const ng_quality_formats[] = {&ng_fp32, &ng_bf16, &ng_e4m3,
                                                      &ng_e5m2, NULL};

typedef uint64_t row_key[2];

static enum ng_status no_memory(const struct ng_dataset *dataset, struct ng_error *err)
{
    return ng_fail(err, NG_FAILED, "No memory to count what is in the data set %s.",
                   dataset->name);
}

/* ---- Duplicates and leaks ------------------------------------------------------- */

static int compare_keys(const void *a, const void *b)
{
    const uint64_t *one = a, *other = b;
    for (int i = 0; i < 2; i++)
        if (one[i] != other[i])
            return one[i] < other[i] ? -1 : 1;
    return 0;
}

/* The keys of a split, sorted; to be freed. */
static row_key *sorted_keys(const struct ng_split *split)
{
    row_key *keys = malloc(split->rows * sizeof *keys + 1);
    if (keys == NULL)
        return NULL;
    memcpy(keys, split->key, split->rows * sizeof *keys);
    qsort(keys, split->rows, sizeof *keys, compare_keys);
    return keys;
}

static size_t count_repeats(const row_key *keys, size_t rows)
{
    size_t repeats = 0;
    for (size_t row = 1; row < rows; row++)
        repeats += compare_keys(keys[row - 1], keys[row]) == 0;
    return repeats;
}

static size_t count_leaks(const row_key *train, size_t train_rows, const row_key *test,
                          size_t test_rows)
{
    size_t leaks = 0, at = 0;
    for (size_t row = 0; row < test_rows; row++) {
        while (at < train_rows && compare_keys(train[at], test[row]) < 0)
            at++;
        leaks += at < train_rows && compare_keys(train[at], test[row]) == 0;
    }
    return leaks;
}

static enum ng_status compare_rows(const struct ng_dataset *dataset,
                                   struct ng_quality *quality, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    const struct ng_split *train = &dataset->train, *test = &dataset->test;
    quality->has_keys = train->key != NULL && test->key != NULL;
    if (!quality->has_keys)
        return NG_OK;
    row_key *train_keys = sorted_keys(train), *test_keys = sorted_keys(test);
    if (train_keys == NULL || test_keys == NULL)
        NG_TRY(no_memory(dataset, err));
    quality->train.duplicates = count_repeats(train_keys, train->rows);
    quality->test.duplicates = count_repeats(test_keys, test->rows);
    quality->leaked = count_leaks(train_keys, train->rows, test_keys, test->rows);
out:
    free(train_keys);
    free(test_keys);
    return status;
}

/* ---- Rows of a split ------------------------------------------------------------ */

static bool count_split(const struct ng_dataset *dataset, const struct ng_split *split,
                        struct ng_arena *arena, struct ng_quality_split *counts)
{
    counts->rows = split->rows;
    counts->class_rows = ng_arena_array(arena, dataset->classes + 1, sizeof(size_t));
    counts->band_rows =
        ng_arena_array(arena, dataset->slice_count + 1, sizeof(size_t *));
    if (counts->class_rows == NULL || counts->band_rows == NULL)
        return false;
    for (size_t i = 0; split->token != NULL && i < split->tokens; i++)
        counts->class_rows[split->token[i]]++;
    for (size_t row = 0; split->label != NULL && row < split->rows; row++)
        counts->class_rows[split->label[row]]++;
    for (size_t row = 0; split->missing != NULL && row < split->rows; row++)
        counts->missing_rows += split->missing[row] > 0;
    for (size_t s = 0; s < dataset->slice_count; s++) {
        size_t bands = dataset->slices[s].band_count;
        counts->band_rows[s] = ng_arena_array(arena, bands + 1, sizeof(size_t));
        if (counts->band_rows[s] == NULL)
            return false;
        for (size_t row = 0; row < split->rows; row++)
            counts->band_rows[s][split->slice[s][row]]++;
    }
    return true;
}

/* ---- Ranges against formats ----------------------------------------------------- */

static bool fits_badly(const struct ng_quality_feature *feature,
                       const struct ng_format *format, enum ng_fit fit)
{
    double largest = fmax(fabs(feature->least), fabs(feature->most));
    switch (fit) {
    case NG_FIT_EXCEEDS:
        return largest > (double)format->max;
    case NG_FIT_VANISHES:
        return feature->tiniest <= 0.5 * (double)format->min_subnormal;
    case NG_FIT_FADES:
        return largest > 0 && largest < (double)format->min_normal;
    case NG_FITS:
        break;
    }
    return false;
}

static bool measure_feature(const struct ng_feature_facts *facts,
                            struct ng_arena *arena, struct ng_quality *quality,
                            struct ng_quality_feature *feature)
{
    feature->is_number = true;
    feature->least = fmin(facts->least[0], facts->least[1]);
    feature->most = fmax(facts->most[0], facts->most[1]);
    feature->tiniest = fmin(facts->tiniest[0], facts->tiniest[1]);
    quality->numbers++;
    for (int fit = 0; fit < NG_FITS; fit++) {
        bool *badly = ng_arena_array(arena, quality->format_count, sizeof *badly);
        if (badly == NULL)
            return false;
        for (size_t i = 0; i < quality->format_count; i++) {
            badly[i] = fits_badly(feature, ng_quality_formats[i], (enum ng_fit)fit);
            quality->format_fits_badly[fit][i] += badly[i];
        }
        feature->fits_badly[fit] = badly;
    }
    return true;
}

static bool measure_features(const struct ng_dataset *dataset, struct ng_arena *arena,
                             struct ng_quality *quality)
{
    while (ng_quality_formats[quality->format_count] != NULL)
        quality->format_count++;
    for (int fit = 0; fit < NG_FITS; fit++) {
        quality->format_fits_badly[fit] =
            ng_arena_array(arena, quality->format_count, sizeof(size_t));
        if (quality->format_fits_badly[fit] == NULL)
            return false;
    }
    quality->features =
        ng_arena_array(arena, dataset->features + 1, sizeof *quality->features);
    if (quality->features == NULL)
        return false;
    for (size_t f = 0; f < dataset->features; f++)
        if (dataset->facts[f].kind == NG_FEATURE_NUMBER &&
            !measure_feature(&dataset->facts[f], arena, quality, &quality->features[f]))
            return false;
    return true;
}

/* ---- A stream in five runs ------------------------------------------------------ */

/* The label of every row of both splits in the order of time: each split is ascending, so
 * one merge is enough; at the same time, training rows come first. */
static void merge_labels(const struct ng_split *train, const struct ng_split *test,
                         uint32_t *label)
{
    size_t a = 0, b = 0;
    for (size_t i = 0; i < train->rows + test->rows; i++) {
        bool from_test =
            a == train->rows || (b < test->rows && test->time[b] < train->time[a]);
        label[i] = from_test ? test->label[b++] : train->label[a++];
    }
}

static bool share_positions(const struct ng_dataset *dataset, struct ng_arena *arena,
                            struct ng_quality *quality)
{
    const struct ng_split *train = &dataset->train, *test = &dataset->test;
    size_t rows = train->rows + test->rows;
    if (train->time == NULL || test->time == NULL || rows < NG_QUALITY_RUNS)
        return true;
    double *share =
        ng_arena_array(arena, dataset->classes * NG_QUALITY_RUNS + 1, sizeof *share);
    uint32_t *label = malloc(rows * sizeof *label);
    if (share == NULL || label == NULL) {
        free(label);
        return false;
    }
    merge_labels(train, test, label);
    for (size_t run = 0; run < NG_QUALITY_RUNS; run++) {
        size_t from = rows * run / NG_QUALITY_RUNS,
               to = rows * (run + 1) / NG_QUALITY_RUNS;
        for (size_t row = from; row < to; row++)
            share[label[row] * NG_QUALITY_RUNS + run] += 1;
        for (size_t c = 0; c < dataset->classes; c++)
            share[c * NG_QUALITY_RUNS + run] /= (double)(to - from);
    }
    free(label);
    quality->position_share = share;
    return true;
}

enum ng_status ng_quality_measure(const struct ng_dataset *dataset,
                                  struct ng_arena *arena, struct ng_quality *quality,
                                  struct ng_error *err)
{
    *quality = (struct ng_quality){0};
    if (!count_split(dataset, &dataset->train, arena, &quality->train) ||
        !count_split(dataset, &dataset->test, arena, &quality->test) ||
        !measure_features(dataset, arena, quality) ||
        !share_positions(dataset, arena, quality))
        return no_memory(dataset, err);
    return compare_rows(dataset, quality, err);
}
