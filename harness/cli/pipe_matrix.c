#include "harness/cli/pipe_matrix.h"

#include <stdlib.h>
#include <string.h>

/* Elements of a piece: their FP32 numbers and codes stay in a second-level cache. */
#define USUAL_PIECE ((size_t)1 << 16)
#define PAGE        ((size_t)4096)
/* 256 MiB of FP32 numbers, where whole rows are needed. */
#define LARGEST_PIECE ((size_t)1 << 26)

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t parts_of(size_t whole, size_t part)
{
    return whole / part + (whole % part != 0);
}

/* -- shape ---------------------------------------------------------------------------
 */

static bool has_no_rows(const struct ng_pipe_request *request)
{
    return request->granularity == NG_GRANULARITY_NONE ||
           request->granularity == NG_GRANULARITY_TENSOR;
}

static bool needs_whole_rows(const struct ng_pipe_request *request)
{
    return request->granularity == NG_GRANULARITY_ROW ||
           request->granularity == NG_GRANULARITY_BXB;
}

static enum ng_status set_shape(struct ng_pipe_grid *grid,
                                const struct ng_pipe_request *request,
                                const struct ng_pipe_input *input, struct ng_error *err)
{
    const struct ng_array *shape = &input->shape;
    bool plane = input->npy && shape->rank >= 2;
    *grid = (struct ng_pipe_grid){.rows = 1,
                                  .cols = input->counted ? (size_t)input->count
                                                         : NG_PIPE_ENDLESS,
                                  .rank = 1};
    if (needs_whole_rows(request) && !plane)
        return ng_fail(
            err, NG_INVALID,
            "--granularity %s needs rows and columns, which %s; a .npy array "
            "of two dimensions has them.",
            request->granularity_text,
            input->npy ? "an array of one dimension has not"
                       : "a raw stream has not: it is one row");
    if (has_no_rows(request) || !plane)
        return NG_OK;
    grid->cols = shape->size[shape->rank - 1];
    for (size_t i = 0; i + 1 < shape->rank; i++)
        if (__builtin_mul_overflow(grid->rows, shape->size[i], &grid->rows))
            return ng_fail(err, NG_INVALID, "%s claims too many rows.", input->name);
    if (!needs_whole_rows(request) || request->granularity == NG_GRANULARITY_BXB)
        grid->rank = 2;
    return NG_OK;
}

static enum ng_status set_piece(struct ng_pipe_grid *grid,
                                const struct ng_pipe_request *request,
                                struct ng_error *err)
{
    size_t block = request->block > 0 ? request->block : 1;
    size_t step = request->granularity == NG_GRANULARITY_BXB ? block : 1;
    grid->piece_rows = 1;
    if (!needs_whole_rows(request) && grid->cols > USUAL_PIECE) {
        grid->piece_cols = USUAL_PIECE / block * block;
        return NG_OK;
    }
    size_t length = grid->cols > 0 ? grid->cols : 1;
    size_t rows = USUAL_PIECE / length / step * step;
    rows = smaller(rows > 0 ? rows : step, grid->rows > 0 ? grid->rows : 1);
    if (rows > LARGEST_PIECE / length)
        return ng_fail(
            err, NG_INVALID,
            "--granularity %s takes %zu x %zu elements at a time, where at most %zu "
            "are held in memory.",
            request->granularity_text, rows, grid->cols, LARGEST_PIECE);
    grid->piece_rows = rows;
    grid->piece_cols = grid->cols;
    return NG_OK;
}

enum ng_status ng_pipe_grid_make(struct ng_pipe_grid *grid,
                                 const struct ng_pipe_request *request,
                                 const struct ng_pipe_input *input,
                                 struct ng_error *err)
{
    enum ng_status status = set_shape(grid, request, input, err);
    return status == NG_OK ? set_piece(grid, request, err) : status;
}

bool ng_pipe_piece_next(const struct ng_pipe_grid *grid, struct ng_pipe_piece *piece)
{
    piece->col += piece->cols;
    if (piece->rows > 0 && piece->col >= grid->cols) {
        piece->row += piece->rows;
        piece->col = 0;
    }
    if (piece->row >= grid->rows || grid->cols == 0)
        return false;
    piece->rows = smaller(grid->piece_rows, grid->rows - piece->row);
    piece->cols = smaller(grid->piece_cols, grid->cols - piece->col);
    return true;
}

/* -- the matrix of a piece -----------------------------------------------------------
 */

bool ng_pipe_scales_are_shared(const struct ng_pipe_request *request)
{
    return request->granularity == NG_GRANULARITY_TENSOR ||
           request->orientation == NG_COLWISE;
}

/* Scales that do not follow from one piece are there before it is cast. */
static enum ng_scale_rule rule_of(const struct ng_pipe_request *request)
{
    bool there = ng_pipe_scales_are_shared(request) ||
                 request->granularity == NG_GRANULARITY_NVFP4;
    return there ? NG_SCALE_RULE_FROZEN : request->rule;
}

/* At the start of a page: read(2) copies five times as fast to there as to where malloc()
 * puts a large block, 16 bytes behind it (measured on Zen 3). */
static void *pages(size_t bytes)
{
    return aligned_alloc(PAGE, (bytes / PAGE + 1) * PAGE);
}

enum ng_status ng_pipe_matrix_make(struct ng_pipe_matrix *m,
                                   const struct ng_pipe_request *request,
                                   const struct ng_pipe_grid *grid,
                                   struct ng_error *err)
{
    enum ng_status status = NG_OK;
    enum ng_orientation o = request->orientation;
    size_t elements = grid->piece_rows * grid->piece_cols, scales;
    *m = (struct ng_pipe_matrix){.orientation = o,
                                 .matrix = {.format = request->format,
                                            .policy = request->policy,
                                            .random = request->random,
                                            .rows = grid->piece_rows,
                                            .cols = grid->piece_cols,
                                            .granularity = request->granularity,
                                            .block = request->block,
                                            .scale_rule = rule_of(request),
                                            .scale_format = request->scale_format,
                                            .global_scale = request->scale,
                                            .global_scale_inv = request->scale_inv}};
    scales = ng_qmatrix_scale_count(&m->matrix, o);
    m->x = pages(elements * sizeof *m->x);
    m->codes = pages(elements * (size_t)request->format->storage_bytes);
    m->scales = calloc(scales + 1, sizeof(float));
    m->matrix.codes[o].data = m->codes;
    m->matrix.codes[o].row_stride = grid->piece_cols;
    m->matrix.scales[o].count = scales;
    if (request->scale_format == NG_SCALE_FP32) {
        m->matrix.scales[o].scale_inv = m->scales;
        m->matrix.scales[o].scale = calloc(scales + 1, sizeof(float));
    } else {
        m->matrix.scales[o].codes = m->scales;
    }
    if (m->x == NULL || m->codes == NULL || m->scales == NULL ||
        (request->scale_format == NG_SCALE_FP32 && m->matrix.scales[o].scale == NULL))
        NG_TRY(
            ng_fail(err, NG_FAILED, "No memory for %zu elements at a time.", elements));
    if (request->granularity == NG_GRANULARITY_TENSOR) {
        m->matrix.scales[o].scale[0] = request->scale;
        m->matrix.scales[o].scale_inv[0] = request->scale_inv;
    }
    NG_TRY(ng_qmatrix_check(&m->matrix, err));
out:
    if (status != NG_OK)
        ng_pipe_matrix_release(m);
    return status;
}

size_t ng_pipe_matrix_place(struct ng_pipe_matrix *m, const struct ng_pipe_grid *grid,
                            const struct ng_pipe_piece *piece)
{
    struct ng_qmatrix *matrix = &m->matrix;
    matrix->rows = piece->rows;
    matrix->cols = piece->cols;
    matrix->codes[m->orientation].row_stride = piece->cols;
    /* Of an endless row there is no second one. */
    uint64_t before = grid->cols == NG_PIPE_ENDLESS ? 0 : grid->cols;
    matrix->first = piece->row * before + piece->col;
    return ng_qmatrix_scale_count(matrix, m->orientation);
}

void ng_pipe_matrix_release(struct ng_pipe_matrix *m)
{
    free(m->x);
    free(m->codes);
    free(m->scales);
    free(m->matrix.scales[m->orientation].scale);
    *m = (struct ng_pipe_matrix){.x = NULL};
}

enum ng_array_type ng_pipe_code_type(const struct ng_format *format)
{
    static const enum ng_array_type types[] = {
        [1] = NG_ARRAY_U8, [2] = NG_ARRAY_U16, [4] = NG_ARRAY_U32};
    return types[format->storage_bytes];
}

void ng_pipe_scales_shape(const struct ng_pipe_request *request,
                          const struct ng_pipe_grid *grid, struct ng_array *shape)
{
    size_t block = request->block > 0 ? request->block : 1;
    *shape = (struct ng_array){
        .type = request->scale_format == NG_SCALE_FP32 ? NG_ARRAY_F32 : NG_ARRAY_U8,
        .rank = grid->rank};
    if (request->granularity == NG_GRANULARITY_TENSOR)
        shape->size[0] = 1;
    else if (request->granularity == NG_GRANULARITY_ROW)
        shape->size[0] = request->orientation == NG_COLWISE ? grid->cols : grid->rows;
    else if (grid->rank < 2)
        shape->size[0] =
            grid->cols == NG_PIPE_ENDLESS ? 0 : parts_of(grid->cols, block);
    if (grid->rank < 2)
        return;
    shape->size[0] = request->granularity == NG_GRANULARITY_BXB
                         ? parts_of(grid->rows, block)
                         : grid->rows;
    shape->size[1] = parts_of(grid->cols, block);
}
