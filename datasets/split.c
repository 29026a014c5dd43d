/* Which row goes where: the part of datasets/load.h that divides. */
#include <stdlib.h>
#include <string.h>

#include "datasets/load.h"
#include "formats/math/math.h"

enum role { ROLE_TRAIN, ROLE_TEST, ROLE_ALL };

struct row {
    int64_t time;
    size_t number;
    enum role role;
};

static enum role role_of(const struct ng_card_file *file)
{
    return strcmp(file->role, "train") == 0  ? ROLE_TRAIN
           : strcmp(file->role, "test") == 0 ? ROLE_TEST
                                             : ROLE_ALL;
}

static enum ng_status check_rows(const struct ng_load *load,
                                 const struct ng_card_file *file, size_t rows,
                                 struct ng_error *err)
{
    if (file == NULL || file->rows == 0 || (size_t)file->rows == rows)
        return NG_OK;
    return ng_fail(err, NG_INVALID,
                   "%s/%s has %zu rows; the data card %s expects %lld.", load->folder,
                   file->path, rows, load->card->name, (long long)file->rows);
}

/* Has an equal key been seen? An open hash of row numbers (plus one: 0 is empty). */
static bool is_repeated(size_t *table, size_t mask, uint64_t (*key)[2], size_t row)
{
    size_t at = (size_t)key[row][0] & mask;
    for (; table[at] != 0; at = (at + 1) & mask) {
        const uint64_t *other = key[table[at] - 1];
        if (other[0] == key[row][0] && other[1] == key[row][1])
            return true;
    }
    table[at] = row + 1;
    return false;
}

/* Takes the rows that repeat an earlier one out of the list. */
static enum ng_status drop_duplicates(struct ng_load *load, uint64_t (*key)[2],
                                      struct row *rows, size_t *count,
                                      struct ng_error *err)
{
    size_t size = 16, kept = 0;
    while (size < 2 * *count)
        size *= 2;
    size_t *table = calloc(size, sizeof *table);
    if (table == NULL)
        return ng_load_no_memory(load, err);
    for (size_t i = 0; i < *count; i++) {
        bool repeats = rows[i].role == ROLE_ALL &&
                       is_repeated(table, size - 1, key, rows[i].number);
        if (!repeats)
            rows[kept++] = rows[i];
    }
    load->dataset->dropped = *count - kept;
    *count = kept;
    free(table);
    return NG_OK;
}

/* By time, and of equal times by number: stable. */
static int compare_times(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

static void place_rows(struct ng_load *load, const struct row *rows, size_t count,
                       bool stream)
{
    const struct ng_card *card = load->card;
    struct ng_dataset *dataset = load->dataset;
    size_t tests = (size_t)((double)count * card->test_share + 0.5);
    const struct ng_random random = {.seed = (uint32_t)card->seed,
                                     .stream = ng_stream_key(NG_STREAM_SPLIT, 0)};
    for (size_t i = 0; i < count; i++) {
        bool test = rows[i].role == ROLE_TEST;
        if (rows[i].role == ROLE_ALL && stream)
            test = i >= count - tests;
        else if (rows[i].role == ROLE_ALL)
            test =
                (double)ng_random_uniform(&random, rows[i].number) < card->test_share;
        struct ng_split *split = test ? &dataset->test : &dataset->train;
        load->place[rows[i].number] = (struct ng_place){split, split->rows++};
    }
}

/* The place of every row in the stream, training and test rows together. */
static enum ng_status keep_times(struct ng_load *load, const struct row *rows,
                                 size_t count, struct ng_error *err)
{
    struct ng_dataset *dataset = load->dataset;
    struct ng_split *splits[] = {&dataset->train, &dataset->test};
    for (size_t i = 0; i < 2; i++) {
        splits[i]->time =
            ng_arena_array(&dataset->arena, splits[i]->rows, sizeof splits[i]->time[0]);
        if (splits[i]->time == NULL)
            return ng_load_no_memory(load, err);
    }
    for (size_t i = 0; i < count; i++) {
        const struct ng_place *place = &load->place[rows[i].number];
        place->split->time[place->row] = (int64_t)i;
    }
    return NG_OK;
}

static enum ng_status check_splits(const struct ng_load *load, struct ng_error *err)
{
    const struct ng_dataset *dataset = load->dataset;
    if (dataset->train.rows > 0 && dataset->test.rows > 0)
        return NG_OK;
    return ng_fail(err, NG_INVALID,
                   "The data set %s has %zu training and %zu test rows; at least 1 of "
                   "each was expected.",
                   load->card->name, dataset->train.rows, dataset->test.rows);
}

/* One struct row for every row of the features files. */
static enum ng_status list_rows(struct ng_load *load, const int64_t *time,
                                struct row **rows, struct ng_error *err)
{
    struct ng_load_file *files;
    size_t count, next = 0;
    enum ng_status status = NG_OK;
    NG_TRY(ng_load_files(load, &files, &count, err));
    for (size_t i = 0; i < count; i++) {
        NG_TRY(check_rows(load, files[i].features, load->file_rows[i], err));
        NG_TRY(check_rows(load, files[i].labels, load->file_rows[i], err));
        load->rows += load->file_rows[i];
    }
    *rows = calloc(load->rows > 0 ? load->rows : 1, sizeof **rows);
    load->place = ng_arena_array(&load->scratch, load->rows, sizeof *load->place);
    if (*rows == NULL || load->place == NULL)
        NG_TRY(ng_load_no_memory(load, err));
    for (size_t i = 0; i < count; i++)
        for (size_t row = 0; row < load->file_rows[i]; row++, next++)
            (*rows)[next] = (struct row){.time = time != NULL ? time[next] : 0,
                                         .number = next,
                                         .role = role_of(files[i].features)};
out:
    return status;
}

enum ng_status ng_load_rows(struct ng_load *load, const size_t *file_rows,
                            uint64_t (*key)[2], const int64_t *time,
                            struct ng_error *err)
{
    enum ng_status status = NG_OK;
    bool stream = strcmp(load->card->order, "stream") == 0;
    size_t count = 0;
    struct row *rows = NULL;
    for (size_t i = 0; i < load->card->files.count; i++)
        count += strcmp(((const struct ng_card_file *)load->card->files.values)[i].part,
                        "features") == 0;
    load->file_rows = ng_arena_array(&load->scratch, count, sizeof *file_rows);
    if (load->file_rows == NULL)
        NG_TRY(ng_load_no_memory(load, err));
    memcpy(load->file_rows, file_rows, count * sizeof *file_rows);
    NG_TRY(list_rows(load, stream ? time : NULL, &rows, err));
    count = load->rows;
    if (ng_load_drops(load))
        NG_TRY(drop_duplicates(load, key, rows, &count, err));
    if (stream && time != NULL)
        qsort(rows, count, sizeof *rows, compare_times);
    place_rows(load, rows, count, stream);
    NG_TRY(check_splits(load, err));
    if (stream)
        NG_TRY(keep_times(load, rows, count, err));
out:
    free(rows);
    return status;
}
