/*
 * A stream as a matrix, cut into pieces that fit in memory.
 *
 * Rows are what the last dimension of a .npy array runs along; a raw stream, and an array
 * of one dimension, is one row. Where no scale ends at the end of a row (none, tensor) all
 * elements are one row. A piece is whole rows (a multiple of B of them for BxB), or, of rows
 * that are long, a part of one row (a multiple of B elements but for its end): so no piece
 * cuts a block, and the codes and scales of the pieces, one after the other, are those of
 * the whole matrix.
 *
 * Ownership: ng_pipe_matrix_release() frees the buffers. Failure: NG_INVALID a granularity
 * that the shape does not have, or whose rows are too long for a piece; NG_FAILED memory.
 */
#ifndef NG_HARNESS_CLI_PIPE_MATRIX_H
#define NG_HARNESS_CLI_PIPE_MATRIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/base/error.h"
#include "harness/cli/pipe_input.h"
#include "harness/cli/pipe_request.h"

#define NG_PIPE_ENDLESS SIZE_MAX

struct ng_pipe_grid {
    size_t rows, cols; /* cols: NG_PIPE_ENDLESS where the stream has to end first */
    size_t piece_rows, piece_cols; /* the largest piece */
    size_t rank;                   /* of the array of scales: 1 or 2 */
};
enum ng_status ng_pipe_grid_make(struct ng_pipe_grid *grid,
                                 const struct ng_pipe_request *request,
                                 const struct ng_pipe_input *input,
                                 struct ng_error *err);

/* Starts as zeros. */
struct ng_pipe_piece {
    size_t row, col, rows, cols;
};
/* The next in the order of the stream; false behind the last. */
bool ng_pipe_piece_next(const struct ng_pipe_grid *grid, struct ng_pipe_piece *piece);

struct ng_pipe_matrix {
    struct ng_qmatrix matrix; /* its buffers hold the largest piece */
    enum ng_orientation orientation;
    float *x;
    void *codes;
    void *scales; /* what a file of scales holds: scale_inv, or codes */
};
enum ng_status ng_pipe_matrix_make(struct ng_pipe_matrix *m,
                                   const struct ng_pipe_request *request,
                                   const struct ng_pipe_grid *grid,
                                   struct ng_error *err);
/* Makes it the matrix of that piece; the number of scales in it. */
size_t ng_pipe_matrix_place(struct ng_pipe_matrix *m, const struct ng_pipe_grid *grid,
                            const struct ng_pipe_piece *piece);
void ng_pipe_matrix_release(struct ng_pipe_matrix *m);

/* One scale, or one row of scales, serves all pieces: it is no part of a piece. */
bool ng_pipe_scales_are_shared(const struct ng_pipe_request *request);
/* What a .npy array of codes holds. */
enum ng_array_type ng_pipe_code_type(const struct ng_format *format);
/* The elements of a file of scales, and their shape; that of one dimension may be unknown
 * (0). */
void ng_pipe_scales_shape(const struct ng_pipe_request *request,
                          const struct ng_pipe_grid *grid, struct ng_array *shape);

#endif
