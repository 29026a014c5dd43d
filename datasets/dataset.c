#include "datasets/dataset.h"

#include <string.h>

#include <sys/stat.h>

#include "datasets/bands.h"
#include "datasets/files/digest.h"
#include "datasets/readers.h"
#include "datasets/standardise.h"

const struct ng_reader *const ng_readers[] = {&ng_reader_csv,    &ng_reader_idx,
                                              &ng_reader_npy,    &ng_reader_text,
                                              &ng_reader_claims, NULL};

const char *const ng_feature_kind_names[] = {"number", "category", "missing", "bucket",
                                             NULL};

const struct ng_reader *ng_reader_by_name(const char *name)
{
    for (size_t i = 0; ng_readers[i] != NULL; i++)
        if (strcmp(ng_readers[i]->name, name) == 0)
            return ng_readers[i];
    return NULL;
}

static enum ng_status no_memory(const struct ng_card *card, struct ng_error *err)
{
    return ng_fail(err, NG_FAILED, "The data set %s does not fit in memory.",
                   card->name);
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
        bool known = file->url != NULL;
        status =
            ng_fail(err, NG_ABSENT,
                    "The file %s of the data set %s is not in the data folder %s: "
                    "%s%s, or name the folder that holds it with --data FOLDER or "
                    "the environment variable NG_DATA (origin: %s).",
                    file->path, card->name, folder,
                    known ? "fetch it with narrowgauge data fetch " : "put it there",
                    known ? card->name : "", card->origin);
        goto out;
    }
    if (!S_ISREG(about.st_mode)) {
        status = ng_fail(err, NG_INVALID,
                         "%s is not a regular file; the data set %s expected one.",
                         path, card->name);
        goto out;
    }
    if (file->sha256 == NULL)
        goto out;
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
    ng_digest_add_u64(digest, split->time != NULL);
    for (size_t row = 0; split->time != NULL && row < split->rows; row++)
        ng_digest_add_u64(digest, (uint64_t)split->time[row]);
    ng_digest_add_u64(digest, split->tokens);
    if (split->tokens > 0)
        ng_digest_add_u16s(digest, split->token, split->tokens);
}

static void digest_names(struct ng_digest *digest, char *const *names, size_t count)
{
    ng_digest_add_u64(digest, count);
    for (size_t i = 0; i < count; i++)
        ng_digest_add_text(digest, names[i]);
}

/* Over what a model sees. */
static void digest_dataset(struct ng_dataset *dataset)
{
    struct ng_digest digest;
    ng_digest_begin(&digest);
    ng_digest_add_text(&digest, dataset->name);
    digest_names(&digest, dataset->feature_names, dataset->features);
    digest_names(&digest, dataset->class_names, dataset->classes);
    ng_digest_add_u64(&digest, dataset->slice_count);
    for (size_t i = 0; i < dataset->slice_count; i++) {
        const struct ng_slice_column *slice = &dataset->slices[i];
        ng_digest_add_text(&digest, slice->name);
        digest_names(&digest, slice->bands, slice->band_count);
    }
    digest_split(&digest, dataset, &dataset->train);
    digest_split(&digest, dataset, &dataset->test);
    ng_digest_end(&digest, dataset->digest);
}

/* Counts that are all zero say nothing. */
static void forget_no_missing(struct ng_dataset *dataset)
{
    const struct ng_split *splits[] = {&dataset->train, &dataset->test};
    for (size_t s = 0; s < 2; s++)
        for (size_t row = 0; splits[s]->missing != NULL && row < splits[s]->rows; row++)
            if (splits[s]->missing[row] != 0)
                return;
    dataset->train.missing = dataset->test.missing = NULL;
}

static enum ng_status load_all(struct ng_dataset *dataset, const struct ng_card *card,
                               const char *data_folder, bool keyed,
                               struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_load load = {.card = card, .dataset = dataset, .keyed = keyed};

    memset(dataset, 0, sizeof *dataset);
    NG_TRY(ng_card_check(card, err));
    const struct ng_reader *reader = ng_reader_by_name(card->reader);
    if (reader->needs_files) {
        NG_TRY(check_files(card, data_folder, err));
        load.folder = data_folder;
    } else {
        dataset->train.rows = (size_t)card->train_rows;
        dataset->test.rows = (size_t)card->test_rows;
    }
    NG_TRY(reader->read(&load, err));
    NG_TRY(ng_load_bands(&load, err));
    ng_load_facts(&load);
    NG_TRY(ng_load_standardise(&load, err));
    forget_no_missing(dataset);
    digest_dataset(dataset);
out:
    ng_arena_release(&load.scratch);
    if (status != NG_OK)
        ng_dataset_release(dataset);
    return status;
}

enum ng_status ng_dataset_load(struct ng_dataset *dataset, const struct ng_card *card,
                               const char *data_folder, struct ng_error *err)
{
    return load_all(dataset, card, data_folder, false, err);
}

enum ng_status ng_dataset_load_keyed(struct ng_dataset *dataset,
                                     const struct ng_card *card,
                                     const char *data_folder, struct ng_error *err)
{
    return load_all(dataset, card, data_folder, true, err);
}

void ng_dataset_release(struct ng_dataset *dataset)
{
    ng_arena_release(&dataset->arena);
    memset(dataset, 0, sizeof *dataset);
}
