#include "datasets/bands.h"

#include <string.h>

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static bool by_label(struct ng_load *load, size_t slice)
{
    struct ng_dataset *dataset = load->dataset;
    struct ng_slice_column *to = &dataset->slices[slice];
    struct ng_split *splits[] = {&dataset->train, &dataset->test};
    for (size_t s = 0; s < 2; s++)
        for (size_t row = 0; row < splits[s]->rows; row++)
            splits[s]->slice[slice][row] = (uint16_t)splits[s]->label[row];
    if (to->band_count > 0)
        return true;
    to->band_count = dataset->classes;
    to->bands = ng_arena_array(&dataset->arena, to->band_count, sizeof to->bands[0]);
    for (size_t i = 0; to->bands != NULL && i < to->band_count; i++)
        to->bands[i] = dataset->class_names[i];
    return to->bands != NULL;
}

static bool name_files(struct ng_load *load, const struct ng_load_file *files,
                       size_t count, struct ng_slice_column *to)
{
    struct ng_arena *arena = &load->dataset->arena;
    bool whole = false; /* paths: some files have the same name */
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            whole = whole || strcmp(last_part(files[i].features->path),
                                    last_part(files[j].features->path)) == 0;
    to->band_count = count;
    to->bands = ng_arena_array(arena, count, sizeof to->bands[0]);
    for (size_t i = 0; to->bands != NULL && i < count; i++) {
        const struct ng_card_file *file = files[i].features;
        const char *name = whole ? file->path : last_part(file->path);
        to->bands[i] = file->array != NULL
                           ? ng_arena_printf(arena, "%s:%s", name, file->array)
                           : ng_arena_text(arena, name);
        if (to->bands[i] == NULL)
            return false;
    }
    return to->bands != NULL;
}

static enum ng_status by_file(struct ng_load *load, size_t slice, struct ng_error *err)
{
    struct ng_load_file *files;
    size_t count, next = 0;
    enum ng_status status = NG_OK;
    NG_TRY(ng_load_files(load, &files, &count, err));
    for (size_t i = 0; i < count; i++) {
        for (size_t row = 0; row < load->file_rows[i]; row++) {
            struct ng_place place = ng_load_place(load, next++);
            if (place.split != NULL)
                place.split->slice[slice][place.row] = (uint16_t)i;
        }
    }
    if (load->dataset->slices[slice].band_count == 0 &&
        !name_files(load, files, count, &load->dataset->slices[slice]))
        NG_TRY(ng_load_no_memory(load, err));
out:
    return status;
}

static bool by_position(struct ng_load *load, size_t slice, size_t parts)
{
    struct ng_dataset *dataset = load->dataset;
    struct ng_slice_column *to = &dataset->slices[slice];
    struct ng_split *splits[] = {&dataset->train, &dataset->test};
    for (size_t s = 0; s < 2; s++)
        for (size_t row = 0; row < splits[s]->rows; row++)
            splits[s]->slice[slice][row] = (uint16_t)(row * parts / splits[s]->rows);
    if (to->band_count > 0)
        return true;
    to->band_count = parts;
    to->bands = ng_arena_array(&dataset->arena, parts, sizeof to->bands[0]);
    for (size_t i = 0; to->bands != NULL && i < parts; i++) {
        to->bands[i] =
            ng_arena_printf(&dataset->arena, "part %zu of %zu", i + 1, parts);
        if (to->bands[i] == NULL)
            return false;
    }
    return to->bands != NULL;
}

enum ng_status ng_load_bands(struct ng_load *load, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    const struct ng_card_slice *slices = load->card->slices.values;
    for (size_t i = 0; i < load->card->slices.count; i++) {
        bool good = true;
        size_t parts =
            slices[i].parts > 0 ? (size_t)slices[i].parts : NG_CARD_POSITIONS;
        if (slices[i].by == NULL)
            continue;
        if (strcmp(slices[i].by, "label") == 0)
            good = by_label(load, i);
        else if (strcmp(slices[i].by, "file") == 0)
            NG_TRY(by_file(load, i, err));
        else
            good = by_position(load, i, parts);
        if (!good)
            NG_TRY(ng_load_no_memory(load, err));
    }
out:
    return status;
}
