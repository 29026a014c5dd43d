#include "datasets/load.h"

#include <string.h>

#define MOST_VALUES 2147483648.0 /* rows times features: 8 GiB */

enum ng_status ng_load_no_memory(const struct ng_load *load, struct ng_error *err)
{
    return ng_fail(err, NG_FAILED, "The data set %s does not fit in memory.",
                   load->card->name);
}

static size_t count_files(const struct ng_card *card, const char *part)
{
    const struct ng_card_file *files = card->files.values;
    size_t count = 0;
    for (size_t i = 0; i < card->files.count; i++)
        count += strcmp(files[i].part, part) == 0;
    return count;
}

/* The labels file of the same place among its role's as features file `index`. */
static const struct ng_card_file *labels_of(const struct ng_card *card, size_t index)
{
    const struct ng_card_file *files = card->files.values;
    size_t place = 0;
    for (size_t i = 0; i < index; i++)
        place += strcmp(files[i].part, "features") == 0 &&
                 strcmp(files[i].role, files[index].role) == 0;
    for (size_t i = 0; i < card->files.count; i++)
        if (strcmp(files[i].part, "labels") == 0 &&
            strcmp(files[i].role, files[index].role) == 0 && place-- == 0)
            return &files[i];
    return NULL;
}

enum ng_status ng_load_files(struct ng_load *load, struct ng_load_file **files,
                             size_t *count, struct ng_error *err)
{
    const struct ng_card *card = load->card;
    const struct ng_card_file *all = card->files.values;
    struct ng_arena *arena = &load->scratch;
    *count = 0;
    *files = ng_arena_array(arena, count_files(card, "features") + 1, sizeof **files);
    for (size_t i = 0; *files != NULL && i < card->files.count; i++) {
        if (strcmp(all[i].part, "features") != 0)
            continue;
        struct ng_load_file *file = &(*files)[(*count)++];
        file->features = &all[i];
        file->path = ng_arena_printf(arena, "%s/%s", load->folder, all[i].path);
        file->labels = labels_of(card, i);
        if (file->labels != NULL)
            file->labels_path =
                ng_arena_printf(arena, "%s/%s", load->folder, file->labels->path);
        if (file->path == NULL || (file->labels != NULL && file->labels_path == NULL))
            return ng_load_no_memory(load, err);
    }
    return *files != NULL ? NG_OK : ng_load_no_memory(load, err);
}

bool ng_load_drops(const struct ng_load *load)
{
    return strcmp(load->card->duplicates, "drop") == 0;
}

struct ng_place ng_load_place(const struct ng_load *load, size_t row)
{
    struct ng_dataset *dataset = load->dataset;
    if (load->place != NULL)
        return load->place[row];
    if (row < dataset->train.rows)
        return (struct ng_place){&dataset->train, row};
    return (struct ng_place){&dataset->test, row - dataset->train.rows};
}

static char **copy_texts(struct ng_arena *arena, const char *const *texts, size_t count)
{
    char **copies = ng_arena_array(arena, count + 1, sizeof copies[0]);
    for (size_t i = 0; copies != NULL && i < count; i++) {
        copies[i] = ng_arena_text(arena, texts[i]);
        if (copies[i] == NULL)
            return NULL;
    }
    return copies;
}

/* Name of the slice; bands where the card names them or a generator declares them. */
static bool describe_slice(struct ng_dataset *dataset, const struct ng_card *card,
                           const struct ng_card_slice *from, struct ng_slice_column *to)
{
    const struct ng_reader *reader = ng_reader_by_name(card->reader);
    const char *const *bands = (const char *const *)from->bands.values;
    to->band_count = from->bands.count;
    for (size_t i = 0; from->column != NULL && i < reader->column_count; i++) {
        if (strcmp(reader->columns[i].name, from->column) != 0 || to->band_count > 0)
            continue;
        bands = reader->columns[i].bands;
        while (bands[to->band_count] != NULL)
            to->band_count++;
    }
    to->name = ng_arena_text(&dataset->arena, from->name);
    to->bands = copy_texts(&dataset->arena, bands, to->band_count);
    return to->name != NULL && to->bands != NULL;
}

static bool describe(struct ng_dataset *dataset, const struct ng_card *card)
{
    struct ng_arena *arena = &dataset->arena;
    const struct ng_card_slice *slices = card->slices.values;
    size_t features = dataset->features;
    dataset->slice_count = card->slices.count;
    dataset->name = ng_arena_text(arena, card->name);
    dataset->title = ng_arena_text(arena, card->title);
    dataset->feature_names = ng_arena_array(arena, features, sizeof(char *));
    dataset->mean = ng_arena_array(arena, features, sizeof(double));
    dataset->deviation = ng_arena_array(arena, features, sizeof(double));
    dataset->facts = ng_arena_array(arena, features, sizeof dataset->facts[0]);
    dataset->slices =
        ng_arena_array(arena, dataset->slice_count + 1, sizeof dataset->slices[0]);
    if (dataset->name == NULL || dataset->title == NULL ||
        dataset->feature_names == NULL || dataset->mean == NULL ||
        dataset->deviation == NULL || dataset->facts == NULL || dataset->slices == NULL)
        return false;
    for (size_t i = 0; i < dataset->slice_count; i++)
        if (!describe_slice(dataset, card, &slices[i], &dataset->slices[i]))
            return false;
    return true;
}

static bool make_room(struct ng_dataset *dataset, struct ng_split *split, bool keys)
{
    struct ng_arena *arena = &dataset->arena;
    size_t rows = split->rows;
    split->x = ng_arena_array(arena, rows, dataset->features * sizeof split->x[0]);
    split->label = ng_arena_array(arena, rows, sizeof split->label[0]);
    split->slice =
        ng_arena_array(arena, dataset->slice_count + 1, sizeof split->slice[0]);
    split->missing = ng_arena_array(arena, rows, sizeof split->missing[0]);
    if (keys)
        split->key = ng_arena_array(arena, rows, sizeof split->key[0]);
    if (split->x == NULL || split->label == NULL || split->slice == NULL ||
        split->missing == NULL || (keys && split->key == NULL))
        return false;
    for (size_t i = 0; i < dataset->slice_count; i++) {
        split->slice[i] = ng_arena_array(arena, rows, sizeof split->slice[0][0]);
        if (split->slice[i] == NULL)
            return false;
    }
    return true;
}

enum ng_status ng_load_columns(struct ng_load *load, size_t features,
                               const struct ng_texts *classes, struct ng_error *err)
{
    struct ng_dataset *dataset = load->dataset;
    const struct ng_reader *reader = ng_reader_by_name(load->card->reader);
    double rows = (double)dataset->train.rows + (double)dataset->test.rows;
    bool keys = load->keyed && reader->needs_files && !reader->is_text;
    if (classes->count < 2 || classes->count > UINT16_MAX)
        return ng_fail(err, NG_INVALID,
                       "The data set %s has %zu %s; 2 to %d were expected.",
                       load->card->name, classes->count,
                       classes->count == 1 ? "class" : "classes", UINT16_MAX);
    if (features == 0 && !reader->is_text)
        return ng_fail(err, NG_INVALID,
                       "The data set %s has no features, so nothing to learn from.",
                       load->card->name);
    if (rows * (double)features > MOST_VALUES)
        return ng_fail(err, NG_INVALID,
                       "The data set %s has %.0f rows of %zu features; at most %.0f "
                       "values (8 GiB) were expected.",
                       load->card->name, rows, features, MOST_VALUES);
    dataset->features = features;
    dataset->classes = classes->count;
    dataset->class_names = copy_texts(
        &dataset->arena, (const char *const *)classes->values, classes->count);
    if (dataset->class_names == NULL || !describe(dataset, load->card) ||
        !make_room(dataset, &dataset->train, keys) ||
        !make_room(dataset, &dataset->test, keys))
        return ng_load_no_memory(load, err);
    return NG_OK;
}
