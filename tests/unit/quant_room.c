#include "tests/unit/quant_room.h"

#include <check.h>
#include <stdlib.h>

static bool is_one_sided(enum ng_granularity granularity)
{
    return granularity == NG_GRANULARITY_NONE || granularity == NG_GRANULARITY_TENSOR ||
           granularity == NG_GRANULARITY_BXB;
}

static enum ng_scale_rule first_rule(enum ng_granularity granularity)
{
    switch (granularity) {
    case NG_GRANULARITY_NONE:
        return NG_SCALE_RULE_NONE;
    case NG_GRANULARITY_MX:
        return NG_SCALE_RULE_MX_RCEIL;
    case NG_GRANULARITY_NVFP4:
        return NG_SCALE_RULE_NVFP4;
    default:
        return NG_SCALE_RULE_CURRENT;
    }
}

struct room *room_of(size_t rows, size_t cols, enum ng_granularity granularity,
                     size_t block)
{
    struct room *room = calloc(1, sizeof *room);
    ck_assert_ptr_nonnull(room);
    memset(room->codes, CANARY, sizeof room->codes);
    memset(room->scale_codes, CANARY, sizeof room->scale_codes);
    struct ng_qmatrix *matrix = &room->matrix;
    bool is_nvfp4 = granularity == NG_GRANULARITY_NVFP4;
    bool is_mx = granularity == NG_GRANULARITY_MX;
    *matrix = (struct ng_qmatrix){.format = is_nvfp4 ? &ng_e2m1 : &ng_e4m3,
                                  .policy = NG_POLICY_CUDA_SATFINITE,
                                  .rows = rows,
                                  .cols = cols,
                                  .granularity = granularity,
                                  .block = is_mx      ? 32
                                           : is_nvfp4 ? 16
                                                      : block,
                                  .scale_rule = first_rule(granularity),
                                  .scale_format = is_mx      ? NG_SCALE_E8M0
                                                  : is_nvfp4 ? NG_SCALE_UE4M3
                                                             : NG_SCALE_FP32,
                                  .global_scale = 1,
                                  .global_scale_inv = 1};
    if (granularity == NG_GRANULARITY_NONE)
        matrix->scale_format = NG_SCALE_NONE;
    for (int o = 0; o < NG_ORIENTATIONS; o++) {
        for (size_t i = 0; i < MOST; i++)
            room->scale[o][i] = room->scale_inv[o][i] = 1;
        matrix->codes[o].data =
            o == NG_COLWISE && is_one_sided(granularity) ? NULL : room->codes[o];
        matrix->codes[o].row_stride = cols + (size_t)o * 3;
        matrix->scales[o].scale = room->scale[o];
        matrix->scales[o].scale_inv = room->scale_inv[o];
        matrix->scales[o].codes = room->scale_codes[o];
        matrix->scales[o].count = MOST;
    }
    room->x_format = &ng_fp32;
    room->x_stride = cols;
    return room;
}

void room_store(struct room *room)
{
    size_t rows = room->matrix.rows, cols = room->matrix.cols;
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < cols; c++) {
            float *x = &room->x[r * cols + c];
            uint32_t code = ng_format_encode_one(
                room->x_format, &ng_policy_by_name("ocp")->policy, *x, 0, NULL);
            ng_format_store(room->x_format, room->stored, r * room->x_stride + c, code);
            *x = ng_format_decode_one(room->x_format, code);
        }
}

void room_cast(struct room *room, uint32_t amax_bits, struct ng_pool *pool)
{
    struct ng_error err;
    ck_assert_msg(ng_qmatrix_check(&room->matrix, &err) == NG_OK, "%s", err.text);
    ng_qmatrix_cast(&room->matrix, room->stored, room->x_format, room->x_stride,
                    amax_bits, pool);
}

static const struct {
    enum ng_granularity granularity;
    size_t block;
} GRANULARITIES[] = {
    {NG_GRANULARITY_NONE, 0},      {NG_GRANULARITY_TENSOR, 0},
    {NG_GRANULARITY_ROW, 0},       {NG_GRANULARITY_1XB, 1},
    {NG_GRANULARITY_1XB, 7},       {NG_GRANULARITY_1XB, 128},
    {NG_GRANULARITY_1XB, 1 << 20}, {NG_GRANULARITY_BXB, 16},
    {NG_GRANULARITY_BXB, 128},     {NG_GRANULARITY_BXB, 1 << 20},
    {NG_GRANULARITY_MX, 32},       {NG_GRANULARITY_NVFP4, 16},
};
_Static_assert(sizeof GRANULARITIES / sizeof *GRANULARITIES == KINDS,
               "as the header says");

enum ng_granularity room_kind(int kind)
{
    return GRANULARITIES[kind].granularity;
}

struct room *room_at(size_t rows, size_t cols, int i)
{
    return room_of(rows, cols, GRANULARITIES[i].granularity, GRANULARITIES[i].block);
}
