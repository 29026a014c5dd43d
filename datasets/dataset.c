#include "datasets/dataset.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>

#include "datasets/files/digest.h"
#include "datasets/readers.h"
#include "formats/math/math.h"

const struct ng_reader *const ng_readers[] = {&ng_reader_csv, &ng_reader_claims, NULL};

const struct ng_reader *ng_reader_by_name(const char *name)
{
    for (size_t i = 0; ng_readers[i] != NULL; i++)
        if (strcmp(ng_readers[i]->name, name) == 0)
            return ng_readers[i];
    return NULL;
}

static enum ng_status no_memory(const struct ng_card *card, struct ng_error *err)
{
    return ng_fail(err, NG_FAILED,
                   "The data set %s does not fit in memory (%lld features a row).",
                   card->name, (long long)card->features);
}

/* One file: is it there, and is it the file that the card means? */
static enum ng_status check_file(const struct ng_card *card,
                                 const struct ng_card_file *file, const char *folder,
                                 struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct stat about;
    struct ng_arena arena = {0};
    char found[NG_DIGEST_TEXT];

    const char *path = ng_arena_printf(&arena, "%s/%s", folder, file->path);
    if (path == NULL) {
        status = no_memory(card, err);
        goto out;
    }
    if (stat(path, &about) != 0) {
        status = ng_fail(err, NG_ABSENT,
                         "The file %s of the data set %s is not in the data folder %s: "
                         "put it there, or name the folder that holds it with --data "
                         "FOLDER or the environment variable NG_DATA (origin: %s).",
                         file->path, card->name, folder, card->origin);
        goto out;
    }
    if (!S_ISREG(about.st_mode)) {
        status = ng_fail(err, NG_INVALID,
                         "%s is not a regular file; the data set %s expected one.",
                         path, card->name);
        goto out;
    }
    NG_TRY(ng_digest_file(path, found, err));
    if (strcmp(found, file->sha256) != 0)
        status =
            ng_fail(err, NG_INVALID,
                    "%s has the SHA-256 %s, but the data card %s expects %s: it is "
                    "damaged or another file.",
                    path, found, card->name, file->sha256);
out:
    ng_arena_release(&arena);
    return status;
}

static enum ng_status check_files(const struct ng_card *card, const char *folder,
                                  struct ng_error *err)
{
    enum ng_status status = NG_OK;
    const struct ng_card_file *files = card->files.values;
    if (folder == NULL || folder[0] == '\0')
        return ng_fail(
            err, NG_ABSENT,
            "The data set %s reads the file %s, and no data folder is given: "
            "name the folder that holds it with --data FOLDER or the "
            "environment variable NG_DATA (origin: %s).",
            card->name, files[0].path, card->origin);
    for (size_t i = 0; i < card->files.count; i++)
        NG_TRY(check_file(card, &files[i], folder, err));
out:
    return status;
}

static char **copy_texts(struct ng_arena *arena, const char *const *texts, size_t count)
{
    char **copies = ng_arena_array(arena, count, sizeof copies[0]);
    for (size_t i = 0; copies != NULL && i < count; i++) {
        copies[i] = ng_arena_text(arena, texts[i]);
        if (copies[i] == NULL)
            return NULL;
    }
    return copies;
}

/* Names and bands of one slice: the card's, else the classes' or the reader's own. */
static bool describe_slice(struct ng_dataset *dataset, const struct ng_card *card,
                           const struct ng_card_slice *from, struct ng_slice_column *to)
{
    const struct ng_reader *reader = ng_reader_by_name(card->reader);
    const char *const *bands = (const char *const *)card->classes.values;
    to->band_count = card->classes.count;
    for (size_t i = 0; i < reader->column_count; i++) {
        if (strcmp(reader->columns[i].name, from->column) == 0) {
            bands = reader->columns[i].bands;
            to->band_count = 0;
            while (bands[to->band_count] != NULL)
                to->band_count++;
        }
    }
    if (from->bands.count > 0)
        bands = (const char *const *)from->bands.values;
    to->name = ng_arena_text(&dataset->arena, from->name);
    to->bands = copy_texts(&dataset->arena, bands, to->band_count);
    return to->name != NULL && to->bands != NULL;
}

static bool describe(struct ng_dataset *dataset, const struct ng_card *card)
{
    struct ng_arena *arena = &dataset->arena;
    const struct ng_card_slice *slices = card->slices.values;
    dataset->features = (size_t)card->features;
    dataset->classes = card->classes.count;
    dataset->slice_count = card->slices.count;
    dataset->name = ng_arena_text(arena, card->name);
    dataset->title = ng_arena_text(arena, card->title);
    dataset->class_names = copy_texts(arena, (const char *const *)card->classes.values,
                                      card->classes.count);
    dataset->feature_names = ng_arena_array(arena, dataset->features, sizeof(char *));
    dataset->mean = ng_arena_array(arena, dataset->features, sizeof(double));
    dataset->deviation = ng_arena_array(arena, dataset->features, sizeof(double));
    dataset->slices =
        ng_arena_array(arena, dataset->slice_count + 1, sizeof dataset->slices[0]);
    if (dataset->name == NULL || dataset->title == NULL ||
        dataset->class_names == NULL || dataset->feature_names == NULL ||
        dataset->mean == NULL || dataset->deviation == NULL || dataset->slices == NULL)
        return false;
    for (size_t i = 0; i < dataset->slice_count; i++)
        if (!describe_slice(dataset, card, &slices[i], &dataset->slices[i]))
            return false;
    return true;
}

static size_t rows_of(const struct ng_card *card, const char *role, int64_t generated)
{
    const struct ng_card_file *files = card->files.values;
    size_t rows = (size_t)generated;
    for (size_t i = 0; i < card->files.count; i++)
        if (strcmp(files[i].role, role) == 0)
            rows += (size_t)files[i].rows;
    return rows;
}

static bool make_room(struct ng_dataset *dataset, struct ng_split *split, size_t rows)
{
    struct ng_arena *arena = &dataset->arena;
    size_t row_bytes = dataset->features * sizeof split->x[0];
    split->rows = rows;
    split->x = ng_arena_array(arena, rows, row_bytes);
    split->label = ng_arena_array(arena, rows, sizeof split->label[0]);
    split->slice =
        ng_arena_array(arena, dataset->slice_count + 1, sizeof split->slice[0]);
    if (split->x == NULL || split->label == NULL || split->slice == NULL)
        return false;
    for (size_t i = 0; i < dataset->slice_count; i++) {
        split->slice[i] = ng_arena_array(arena, rows, sizeof split->slice[0][0]);
        if (split->slice[i] == NULL)
            return false;
    }
    return true;
}

static void slice_by_label(const struct ng_dataset *dataset, const struct ng_card *card,
                           const struct ng_split *split)
{
    const struct ng_card_slice *slices = card->slices.values;
    for (size_t i = 0; i < dataset->slice_count; i++)
        if (strcmp(slices[i].column, "label") == 0)
            for (size_t row = 0; row < split->rows; row++)
                split->slice[i][row] = (uint16_t)split->label[row];
}

static void digest_split(struct ng_digest *digest, const struct ng_dataset *dataset,
                         const struct ng_split *split)
{
    ng_digest_add_u64(digest, split->rows);
    ng_digest_add_f32s(digest, split->x, split->rows * dataset->features);
    ng_digest_add_u32s(digest, split->label, split->rows);
    for (size_t i = 0; i < dataset->slice_count; i++)
        ng_digest_add_u16s(digest, split->slice[i], split->rows);
    ng_digest_add_u64(digest, split->true_probability != NULL);
    if (split->true_probability != NULL)
        ng_digest_add_f32s(digest, split->true_probability,
                           split->rows * dataset->classes);
}

/* Over the raw values, before standardising. */
static void digest_dataset(struct ng_dataset *dataset)
{
    struct ng_digest digest;
    ng_digest_begin(&digest);
    ng_digest_add_text(&digest, dataset->name);
    ng_digest_add_u64(&digest, dataset->features);
    ng_digest_add_u64(&digest, dataset->classes);
    for (size_t i = 0; i < dataset->classes; i++)
        ng_digest_add_text(&digest, dataset->class_names[i]);
    ng_digest_add_u64(&digest, dataset->slice_count);
    for (size_t i = 0; i < dataset->slice_count; i++) {
        ng_digest_add_text(&digest, dataset->slices[i].name);
        ng_digest_add_u64(&digest, dataset->slices[i].band_count);
        for (size_t band = 0; band < dataset->slices[i].band_count; band++)
            ng_digest_add_text(&digest, dataset->slices[i].bands[band]);
    }
    digest_split(&digest, dataset, &dataset->train);
    digest_split(&digest, dataset, &dataset->test);
    ng_digest_end(&digest, dataset->digest);
}

/* Mean and deviation of one training column; deviation exactly 0 where it is constant
 * (asked of the values: a rounded mean would leave a tiny deviation). */
static void fit_column(struct ng_dataset *dataset, size_t column, double *scratch)
{
    const struct ng_split *train = &dataset->train;
    bool constant = true;
    for (size_t row = 0; row < train->rows; row++) {
        scratch[row] = (double)train->x[row * dataset->features + column];
        constant = constant && scratch[row] == scratch[0];
    }
    if (constant) {
        dataset->mean[column] = scratch[0];
        dataset->deviation[column] = 0;
        dataset->constant_columns++;
        return;
    }
    double mean = ng_sum_f64(scratch, train->rows) / (double)train->rows;
    for (size_t row = 0; row < train->rows; row++) {
        double off = scratch[row] - mean;
        scratch[row] = off * off;
    }
    dataset->mean[column] = mean;
    dataset->deviation[column] =
        sqrt(ng_sum_f64(scratch, train->rows) / (double)train->rows);
}

static enum ng_status standardise_split(const struct ng_dataset *dataset,
                                        const struct ng_split *split,
                                        struct ng_error *err)
{
    for (size_t row = 0; row < split->rows; row++) {
        float *x = split->x + row * dataset->features;
        for (size_t i = 0; i < dataset->features; i++) {
            double off = (double)x[i] - dataset->mean[i];
            double deviation = dataset->deviation[i];
            x[i] = deviation > 0 ? (float)(off / deviation) : 0.0F;
            if (!isfinite(x[i]))
                return ng_fail(
                    err, NG_INVALID,
                    "The data set %s has a value in row %zu, column %s, that "
                    "is too far from the column's mean %g (deviation %g) to "
                    "be standardised in FP32.",
                    dataset->name, row + 1, dataset->feature_names[i], dataset->mean[i],
                    deviation);
        }
    }
    return NG_OK;
}

static enum ng_status standardise(struct ng_dataset *dataset,
                                  const struct ng_card *card, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    double *scratch = calloc(dataset->train.rows, sizeof scratch[0]);
    if (scratch == NULL) {
        status = no_memory(card, err);
        goto out;
    }
    for (size_t i = 0; i < dataset->features; i++)
        fit_column(dataset, i, scratch);
    NG_TRY(standardise_split(dataset, &dataset->train, err));
    NG_TRY(standardise_split(dataset, &dataset->test, err));
out:
    free(scratch);
    return status;
}

enum ng_status ng_dataset_load(struct ng_dataset *dataset, const struct ng_card *card,
                               const char *data_folder, struct ng_error *err)
{
    enum ng_status status = NG_OK;

    memset(dataset, 0, sizeof *dataset);
    NG_TRY(ng_card_check(card, err));
    const struct ng_reader *reader = ng_reader_by_name(card->reader);
    if (reader->needs_files)
        NG_TRY(check_files(card, data_folder, err));
    if (!describe(dataset, card) ||
        !make_room(dataset, &dataset->train,
                   rows_of(card, "train", card->train_rows)) ||
        !make_room(dataset, &dataset->test, rows_of(card, "test", card->test_rows))) {
        status = no_memory(card, err);
        goto out;
    }
    NG_TRY(reader->load(card, data_folder, dataset, err));
    slice_by_label(dataset, card, &dataset->train);
    slice_by_label(dataset, card, &dataset->test);
    digest_dataset(dataset);
    NG_TRY(standardise(dataset, card, err));
out:
    if (status != NG_OK)
        ng_dataset_release(dataset);
    return status;
}

void ng_dataset_release(struct ng_dataset *dataset)
{
    ng_arena_release(&dataset->arena);
    memset(dataset, 0, sizeof *dataset);
}
