/* A quantised matrix with all its memory, for the suites of blocks. */
#ifndef NG_TESTS_QUANT_ROOM_H
#define NG_TESTS_QUANT_ROOM_H

#include <stdbool.h>
#include <string.h>

#include "formats/quant/qmatrix.h"

enum { MOST = 66000, CANARY = 0xA5 };

static inline float float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline uint32_t bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* A matrix, what it is cast from, and all its memory. */
struct room {
    float x[MOST];            /* rows * cols, row after row */
    uint8_t stored[MOST * 4]; /* x in x_format, x_stride */
    uint8_t codes[NG_ORIENTATIONS][MOST * 4];
    float scale[NG_ORIENTATIONS][MOST], scale_inv[NG_ORIENTATIONS][MOST];
    uint8_t scale_codes[NG_ORIENTATIONS][MOST];
    const struct ng_format *x_format;
    size_t x_stride;
    struct ng_qmatrix matrix;
};

/* Of e4m3 (e2m1 for nvfp4) under the granularity's first rule, with canaries around the
 * codes; both orientations where they differ. free() gives it back. */
struct room *room_of(size_t rows, size_t cols, enum ng_granularity granularity,
                     size_t block);
/* Rounds room->x to room->x_format, and stores it so. */
void room_store(struct room *room);
/* Checks the matrix and casts what was stored. */
void room_cast(struct room *room, uint32_t amax_bits, struct ng_pool *pool);

/* The granularities to test, and a room of one of them. */
enum { KINDS = 12 };
enum ng_granularity room_kind(int kind);
struct room *room_at(size_t rows, size_t cols, int kind);

#endif
