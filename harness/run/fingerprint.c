#include "harness/run/fingerprint.h"

#include <math.h>
#include <string.h>

#define CHUNK 1024 /* elements looked at together; whole words in every width */

#define PRIME_1 UINT64_C(0x9E3779B185EBCA87)
#define PRIME_2 UINT64_C(0xC2B2AE3D27D4EB4F)
#define PRIME_3 UINT64_C(0x165667B19E3779F9)

static void add_word(uint64_t *state, uint64_t word)
{
    uint64_t sum = *state + word * PRIME_2;
    *state = (sum << 31 | sum >> 33) * PRIME_1;
}

/* Whole words; the last one is filled up with zero bytes. */
static void add_bytes(uint64_t *state, const void *bytes, size_t count)
{
    const char *from = bytes;
    for (; count >= sizeof(uint64_t); count -= sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, from, sizeof word);
        add_word(state, word);
        from += sizeof word;
    }
    if (count > 0) {
        uint64_t word = 0;
        memcpy(&word, from, count);
        add_word(state, word);
    }
}

/* Which NaN an operation yields depends on the machine. */
static void add_row(uint64_t *state, const struct ng_format *format, const char *codes,
                    size_t count)
{
    size_t width = (size_t)format->storage_bytes;
    for (size_t at = 0; at < count; at += CHUNK) {
        float values[CHUNK];
        char canonical[CHUNK * sizeof(uint32_t)];
        const char *from = codes + at * width;
        size_t n = count - at < CHUNK ? count - at : CHUNK;
        bool whole = true;
        ng_format_decode(format, from, 1.0f, values, n);
        for (size_t i = 0; i < n; i++)
            whole &= !isnan(values[i]);
        for (size_t i = 0; !whole && i < n; i++)
            ng_format_store(format, canonical, i,
                            isnan(values[i]) ? format->nan_code
                                             : ng_format_load(format, from, i));
        add_bytes(state, whole ? from : canonical, n * width);
    }
}

static void add_scale(uint64_t *state, float scale)
{
    uint32_t bits = 0x7FC00000u;
    if (!isnan(scale))
        memcpy(&bits, &scale, sizeof bits);
    add_word(state, bits);
}

uint64_t ng_fingerprint(const struct ng_qmatrix *matrix)
{
    const struct ng_format *format = matrix->format;
    const float *scale = matrix->scales[NG_ROWWISE].scale;
    const char *codes = matrix->codes[NG_ROWWISE].data;
    size_t stride =
        matrix->codes[NG_ROWWISE].row_stride * (size_t)format->storage_bytes;
    size_t count = scale == NULL ? 0 : matrix->scales[NG_ROWWISE].count;
    uint64_t state = 0;
    add_word(&state, strlen(format->name));
    add_bytes(&state, format->name, strlen(format->name));
    add_word(&state, matrix->rows);
    add_word(&state, matrix->cols);
    for (size_t row = 0; row < matrix->rows; row++)
        add_row(&state, format, codes + row * stride, matrix->cols);
    add_word(&state, count);
    for (size_t i = 0; i < count; i++) {
        add_scale(&state, scale[i]);
        add_scale(&state, matrix->scales[NG_ROWWISE].scale_inv[i]);
    }
    state = (state ^ state >> 33) * PRIME_2;
    state = (state ^ state >> 29) * PRIME_3;
    return state ^ state >> 32;
}

static void see_tensor(void *context, const char *name, const struct ng_qmatrix *matrix)
{
    struct ng_fingerprint_watch *watch = context;
    ng_fingerprints_add(watch->prints, watch->step, name, ng_fingerprint(matrix));
}

void ng_fingerprint_watch(struct ng_model *model, struct ng_fingerprint_watch *watch)
{
    model->trace = (struct ng_trace){see_tensor, watch};
}

static enum ng_status see_state(void *context, struct ng_state_item *item,
                                struct ng_error *err)
{
    struct ng_qmatrix matrix = {
        .format = item->format, .rows = item->rows, .cols = item->cols};
    (void)err;
    matrix.codes[NG_ROWWISE].data = item->data;
    matrix.codes[NG_ROWWISE].row_stride = item->cols;
    matrix.scales[NG_ROWWISE].scale = item->scale;
    matrix.scales[NG_ROWWISE].scale_inv = item->scale_inv;
    matrix.scales[NG_ROWWISE].count = item->scale != NULL;
    see_tensor(context, item->name, &matrix);
    return NG_OK;
}

void ng_fingerprint_state(struct ng_model *model, struct ng_fingerprint_watch *watch)
{
    struct ng_error unused;
    ng_state_each(model, see_state, watch, &unused);
}
