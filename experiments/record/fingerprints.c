#include "experiments/record/fingerprints.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/record/layout.h"

void ng_fingerprints_add(struct ng_fingerprints *prints, uint32_t step,
                         const char *name, uint64_t digest)
{
    if (prints->failed)
        return;
    if (prints->count == prints->capacity) {
        size_t capacity = 2 * prints->capacity + 64;
        struct ng_fingerprint *rows =
            realloc(prints->rows, capacity * sizeof *prints->rows);
        if (rows == NULL) {
            prints->failed = true;
            return;
        }
        prints->rows = rows;
        prints->capacity = capacity;
    }
    struct ng_fingerprint *row = &prints->rows[prints->count++];
    row->step = step;
    row->digest = digest;
    snprintf(row->name, sizeof row->name, "%s", name);
}

void ng_fingerprints_release(struct ng_fingerprints *prints)
{
    free(prints->rows);
    *prints = (struct ng_fingerprints){0};
}

static enum ng_status out_of_memory(struct ng_error *err)
{
    return ng_fail(err, NG_FAILED, "out of memory for /fingerprints");
}

enum ng_status ng_fingerprints_write(struct ng_h5 *file,
                                     const struct ng_fingerprints *prints,
                                     struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_arena arena = {0};
    size_t n = prints->count;
    struct ng_h5_shape shape = ng_h5_vector(n);
    uint32_t *step = ng_arena_array(&arena, n + 1, sizeof *step);
    char **name = ng_arena_array(&arena, n + 1, sizeof *name);
    uint64_t *digest = ng_arena_array(&arena, n + 1, sizeof *digest);
    if (prints->failed || step == NULL || name == NULL || digest == NULL)
        NG_TRY(out_of_memory(err));
    for (size_t i = 0; i < n; i++) {
        step[i] = prints->rows[i].step;
        name[i] = prints->rows[i].name;
        digest[i] = prints->rows[i].digest;
    }
    NG_TRY(ng_h5_write(file, "/fingerprints/step", NG_H5_U32, &shape, step, err));
    NG_TRY(ng_h5_write_texts(file, "/fingerprints/name", &shape, name, err));
    NG_TRY(ng_h5_write(file, "/fingerprints/digest", NG_H5_U64, &shape, digest, err));
    NG_TRY(ng_record_explain(file, "/fingerprints/digest", "",
                             "64 bits that follow from the tensor's format, shape, "
                             "codes and scales",
                             err));
out:
    ng_arena_release(&arena);
    return status;
}

enum ng_status ng_fingerprints_read(struct ng_h5 *file, struct ng_fingerprints *prints,
                                    struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_arena arena = {0};
    struct ng_h5_shape shape;
    uint32_t *step;
    uint64_t *digest;
    char **name;
    prints->count = 0;
    if (!ng_h5_exists(file, "/fingerprints"))
        return NG_OK;
    NG_TRY(ng_h5_read_texts(file, "/fingerprints/name", &arena, &shape, &name, err));
    size_t count = ng_h5_count(&shape);
    NG_TRY(ng_record_column(file, "/fingerprints/step", NG_H5_U32, count, &arena, &step,
                            err));
    NG_TRY(ng_record_column(file, "/fingerprints/digest", NG_H5_U64, count, &arena,
                            &digest, err));
    for (size_t i = 0; i < count; i++) {
        if (step[i] >= NG_FINGERPRINT_STEPS)
            NG_TRY(
                ng_fail(err, NG_INVALID,
                        "%s: /fingerprints/step holds %u in row %zu, where less than "
                        "%d was expected",
                        ng_h5_name(file), (unsigned)step[i], i, NG_FINGERPRINT_STEPS));
        ng_fingerprints_add(prints, step[i], name[i], digest[i]);
    }
    if (prints->failed)
        NG_TRY(out_of_memory(err));
out:
    ng_arena_release(&arena);
    return status;
}
