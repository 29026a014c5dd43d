#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/base/cpu.h"
#include "formats/quant/qmatrix.h"
#include "formats/quant/scale.h"
#include "harness/cli/commands.h"
#include "harness/cli/json.h"
#include "harness/cli/pipe_input.h"
#include "harness/cli/pipe_matrix.h"
#include "harness/cli/pipe_output.h"
#include "harness/cli/pipe_places.h"
#include "harness/cli/pipe_request.h"
#include "harness/cli/policies.h"

struct encoding {
    struct ng_pipe_request request;
    struct ng_pipe_grid grid;
    struct ng_pipe_matrix m;
    struct ng_pipe_input input;
    struct ng_pipe_output out, scales;
};

/* -- the scales that follow from all elements ----------------------------------------
 */

static enum ng_status need_two_readings(const struct encoding *e, struct ng_error *err)
{
    const struct ng_pipe_request *request = &e->request;
    if (e->input.seekable)
        return NG_OK;
    return ng_fail(
        err, NG_INVALID,
        "--granularity %s needs the largest magnitude of all elements before "
        "the first code, and %s can be read only once; %sgive a FILE or "
        "'< FILE', which is read twice.",
        request->granularity_text, request->input == NULL ? "a pipe" : request->input,
        request->orientation == NG_COLWISE
            ? ""
            : "give --scale NUMBER (what elements are multiplied by), or ");
}

/* Of one piece: of all its elements, or of each of its columns. */
static void measure(const struct encoding *e, const struct ng_pipe_piece *piece,
                    uint32_t *amax)
{
    const float *x = e->m.x;
    if (e->m.orientation == NG_ROWWISE) {
        *amax = ng_amax_join(*amax, ng_amax_bits(x, piece->rows * piece->cols));
        return;
    }
    for (size_t row = 0; row < piece->rows; row++, x += piece->cols)
        for (size_t col = 0; col < piece->cols; col++)
            amax[col] = ng_amax_join(amax[col], ng_bits_of(x[col]) & 0x7FFFFFFF);
}

static enum ng_status measure_all(struct encoding *e, uint32_t *amax,
                                  struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_pipe_piece piece = {0};
    while (ng_pipe_piece_next(&e->grid, &piece)) {
        size_t want = piece.rows * piece.cols, got;
        NG_TRY(ng_pipe_input_read(&e->input, e->m.x, want, &got, err));
        if (got < want) {
            piece.cols = got;
            e->grid.cols = piece.col + got; /* an endless row has ended */
        }
        measure(e, &piece, amax);
    }
    NG_TRY(ng_pipe_input_rewind(&e->input, err));
out:
    return status;
}

static void set_scales(struct encoding *e, const uint32_t *amax)
{
    struct ng_pipe_request *request = &e->request;
    struct ng_qmatrix *matrix = &e->m.matrix;
    enum ng_orientation o = e->m.orientation;
    if (request->granularity == NG_GRANULARITY_NVFP4) {
        ng_scale_nvfp4_tensor(*amax, &request->scale, &request->scale_inv);
        matrix->global_scale = request->scale;
        matrix->global_scale_inv = request->scale_inv;
        return;
    }
    for (size_t i = 0; i < matrix->scales[o].count; i++)
        ng_scale_of(request->rule, &matrix->scale_options, request->format, amax[i],
                    1.0f, &matrix->scales[o].scale[i], &matrix->scales[o].scale_inv[i]);
    if (request->granularity == NG_GRANULARITY_TENSOR) {
        request->scale = matrix->scales[o].scale[0];
        request->scale_inv = matrix->scales[o].scale_inv[0];
    }
}

static enum ng_status find_scales(struct encoding *e, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    uint32_t *amax = NULL;
    if (!ng_pipe_request_needs_all(&e->request))
        return NG_OK;
    amax = calloc(e->m.matrix.scales[e->m.orientation].count + 1, sizeof *amax);
    if (amax == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "No memory for the largest magnitudes."));
    NG_TRY(measure_all(e, amax, err));
    set_scales(e, amax);
out:
    free(amax);
    return status;
}

/* -- the codes -----------------------------------------------------------------------
 */

/* Block scales under the scale of the whole tensor, which a cast by the rule would work out
 * from the piece. */
static void set_nvfp4_scales(struct ng_pipe_matrix *m)
{
    const struct ng_qmatrix *matrix = &m->matrix;
    uint8_t *code = matrix->scales[m->orientation].codes;
    for (size_t row = 0; row < matrix->rows; row++)
        for (size_t col = 0; col < matrix->cols; col += matrix->block) {
            size_t left = matrix->cols - col;
            uint32_t amax = ng_amax_bits(m->x + row * matrix->cols + col,
                                         left < matrix->block ? left : matrix->block);
            *code++ = ng_scale_nvfp4_block(amax, matrix->global_scale);
        }
}

static enum ng_status encode_piece(struct encoding *e,
                                   const struct ng_pipe_piece *piece,
                                   struct ng_error *err)
{
    enum ng_status status = NG_OK;
    size_t scales = ng_pipe_matrix_place(&e->m, &e->grid, piece);
    if (e->request.granularity == NG_GRANULARITY_NVFP4)
        set_nvfp4_scales(&e->m);
    ng_qmatrix_cast(&e->m.matrix, e->m.x, &ng_fp32, piece->cols, NG_AMAX_UNKNOWN, NULL);
    NG_TRY(ng_pipe_output_add(&e->out, e->m.codes, piece->rows * piece->cols, err));
    if (e->scales.open && !ng_pipe_scales_are_shared(&e->request))
        NG_TRY(ng_pipe_output_add(&e->scales, e->m.scales, scales, err));
out:
    return status;
}

static enum ng_status encode_all(struct encoding *e, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_pipe_piece piece = {0};
    while (ng_pipe_piece_next(&e->grid, &piece)) {
        size_t want = piece.rows * piece.cols, got;
        NG_TRY(ng_pipe_input_read(&e->input, e->m.x, want, &got, err));
        if (got < want)
            piece.cols = got;
        if (got > 0)
            NG_TRY(encode_piece(e, &piece, err));
        if (got < want)
            break;
    }
    NG_TRY(ng_pipe_input_end(&e->input, err));
out:
    return status;
}

static enum ng_status begin(struct encoding *e, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_array shape = {.rank = 1}, scales;
    if (e->input.npy)
        shape = e->input.shape;
    shape.type = ng_pipe_code_type(e->request.format);
    NG_TRY(ng_pipe_output_begin(&e->out, e->request.out, &shape, err));
    if (e->request.scales == NULL)
        goto out;
    ng_pipe_scales_shape(&e->request, &e->grid, &scales);
    NG_TRY(ng_pipe_output_begin(&e->scales, e->request.scales, &scales, err));
    if (ng_pipe_scales_are_shared(&e->request))
        NG_TRY(ng_pipe_output_add(&e->scales, e->m.scales,
                                  e->m.matrix.scales[e->m.orientation].count, err));
out:
    return status;
}

static enum ng_status check_places(const struct encoding *e, struct ng_error *err)
{
    const struct ng_pipe_place places[] = {
        {.option = e->request.input == NULL ? "The standard input" : "The input ",
         .path = e->request.input,
         .fd = e->input.fd},
        {.option = e->request.out == NULL ? "the standard output" : "-o ",
         .path = e->request.out,
         .fd = STDOUT_FILENO,
         .written = true},
        {.option = e->request.scales == NULL ? NULL : "--scales ",
         .path = e->request.scales,
         .written = true},
    };
    return ng_pipe_places_check(places, sizeof places / sizeof places[0], err);
}

static enum ng_status prepare(const struct ng_arguments *arguments, struct encoding *e,
                              struct ng_error *err)
{
    enum ng_status status = NG_OK;
    NG_TRY(ng_float_environment_check(err));
    NG_TRY(ng_isa_choose(err));
    NG_TRY(ng_pipe_request_read(arguments, true, &e->request, err));
    NG_TRY(ng_pipe_output_check(e->request.out, err));
    if (e->request.scales != NULL)
        NG_TRY(ng_pipe_output_check(e->request.scales, err));
    NG_TRY(ng_pipe_input_open(&e->input, e->request.input, NG_ARRAY_F32,
                              "an FP32 number", err));
    NG_TRY(check_places(e, err));
    NG_TRY(ng_pipe_grid_make(&e->grid, &e->request, &e->input, err));
    if (ng_pipe_request_needs_all(&e->request))
        NG_TRY(need_two_readings(e, err));
    NG_TRY(ng_pipe_matrix_make(&e->m, &e->request, &e->grid, err));
out:
    return status;
}

/* -- the summary ---------------------------------------------------------------------
 */

static double percent(uint64_t part, uint64_t whole)
{
    return whole == 0 ? 0.0 : 100.0 * (double)part / (double)whole;
}

static bool has_one_scale(const struct ng_pipe_request *request)
{
    return request->granularity == NG_GRANULARITY_TENSOR ||
           request->granularity == NG_GRANULARITY_NVFP4;
}

static void print_summary(const struct encoding *e)
{
    const struct ng_cast_counts *counts = &e->m.matrix.stats.counts;
    const struct ng_pipe_request *request = &e->request;
    fprintf(stderr, "%" PRIu64 " element%s to %s, granularity %s, largest magnitude ",
            counts->elements, counts->elements == 1 ? "" : "s", request->format->name,
            request->granularity_text);
    if (counts->amax_bits > ng_bits_of(INFINITY))
        fprintf(stderr, "NaN\n");
    else
        fprintf(stderr, "%.9g\n", (double)ng_float_of(counts->amax_bits));
    if (has_one_scale(request))
        fprintf(stderr, "scale %.9g (scale_inv %.9g)\n", (double)request->scale,
                (double)request->scale_inv);
    fprintf(stderr,
            "saturated %" PRIu64 " (%.4g %%), overflows %" PRIu64 " (%.4g %%)\n",
            counts->saturated, percent(counts->saturated, counts->elements),
            counts->overflowed, percent(counts->overflowed, counts->elements));
    fprintf(stderr,
            "flushed to zero %" PRIu64 " (%.4g %%), NaN %" PRIu64 ", infinite %" PRIu64
            "\n",
            counts->flushed, percent(counts->flushed, counts->elements), counts->nan,
            counts->inf);
}

static json_t *describe(const struct encoding *e)
{
    const struct ng_cast_counts *counts = &e->m.matrix.stats.counts;
    const struct ng_pipe_request *request = &e->request;
    json_t *document = json_object();
    const struct {
        const char *key;
        uint64_t count;
    } numbers[] = {{"elements", counts->elements},
                   {"saturated", counts->saturated},
                   {"overflowed", counts->overflowed},
                   {"flushed", counts->flushed},
                   {"nan", counts->nan},
                   {"inf", counts->inf}};
    json_object_set_new(document, "format", ng_json_text(request->format->name));
    json_object_set_new(document, "granularity",
                        ng_json_text(request->granularity_text));
    if (has_one_scale(request)) {
        json_object_set_new(document, "scale", ng_json_number((double)request->scale));
        json_object_set_new(document, "scale_inv",
                            ng_json_number((double)request->scale_inv));
    }
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        json_object_set_new(document, numbers[i].key,
                            json_integer((json_int_t)numbers[i].count));
    json_object_set_new(document, "saturated%",
                        ng_json_number(percent(counts->saturated, counts->elements)));
    json_object_set_new(document, "overflows%",
                        ng_json_number(percent(counts->overflowed, counts->elements)));
    json_object_set_new(document, "underflows%",
                        ng_json_number(percent(counts->flushed, counts->elements)));
    json_object_set_new(document, "amax",
                        ng_json_number((double)ng_float_of(counts->amax_bits)));
    return document;
}

static enum ng_status summarise(const struct encoding *e, struct ng_error *err)
{
    if (e->request.json)
        return ng_json_print_to(stderr, describe(e), err);
    if (!e->request.quiet)
        print_summary(e);
    return NG_OK;
}

/* Both files are whole before one gets its name. Where there are codes, there are their
 * scales. */
static enum ng_status end(struct encoding *e, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    NG_TRY(ng_pipe_output_finish(&e->scales, err));
    NG_TRY(ng_pipe_output_finish(&e->out, err));
    NG_TRY(ng_pipe_output_end(&e->scales, err));
    status = ng_pipe_output_end(&e->out, err);
    if (status != NG_OK && e->request.scales != NULL) {
        size_t length = strlen(err->text);
        snprintf(err->text + length, sizeof err->text - length,
                 "; the scales in %s are new already", e->request.scales);
    }
out:
    return status;
}

static enum ng_status run_encode(const struct ng_arguments *arguments,
                                 struct ng_error *err)
{
    enum ng_status status;
    struct encoding e = {.m = {.x = NULL}};
    NG_TRY(prepare(arguments, &e, err));
    NG_TRY(find_scales(&e, err));
    NG_TRY(begin(&e, err));
    NG_TRY(encode_all(&e, err));
    NG_TRY(end(&e, err));
    NG_TRY(summarise(&e, err));
out:
    ng_pipe_output_abandon(&e.scales, err);
    ng_pipe_output_abandon(&e.out, err);
    ng_pipe_output_leave(&e.out);
    ng_pipe_matrix_release(&e.m);
    ng_pipe_input_close(&e.input);
    return status;
}

static const struct ng_option options[] = {
    {"format", 'f', "NAME", "the format: e4m3, bf16, ... or any eXmY"},
    {"granularity", 'g', "WORD",
     "which elements share a scale (default: none; with --scale: tensor)"},
    {"json", 0, NULL, "the summary as one JSON document, on the standard error"},
    {"out", 'o', "FILE", "write to this file; .npy where it is called so"},
    NG_POLICY_OPTIONS,
    {"quiet", 'q', NULL, "no summary"},
    {"rule", 0, "NAME", "how scales follow from magnitudes (default: current)"},
    {"scale", 's', "NUMBER", "multiply by this, instead of measuring"},
    {"scales", 0, "FILE", "write the scales to this file, raw or .npy"},
    {"seed", 0, "N", "of stochastic rounding (default: 0)"},
};

const struct ng_command ng_command_encode = {
    .name = "encode",
    .words = "[FILE | -]",
    .summary = "turn FP32 numbers into codes of a narrow format",
    .detail =
        "Reads raw little-endian FP32 numbers, or a .npy file of float32, and writes\n"
        "codes: 1 byte each for formats of 8 bits or fewer, 2 up to 16, else 4. Both\n"
        "are streams of any length; what goes to the standard output is always raw.\n"
        "A summary of what saturated and what vanished goes to the standard error.\n\n"
        "Granularities: none, tensor, row, column, 1xB, BxB (1x128, 128x128), mx (32\n"
        "elements under an E8M0 scale) and nvfp4. tensor, nvfp4 and column read FILE\n"
        "twice; of a pipe, tensor and nvfp4 need --scale NUMBER, and column is not to\n"
        "be had. All but none and tensor need --scales FILE.\n\n"
        "Rules: current, power-2, torchao, torchao-power-2, deepseek and ms-amp; for\n"
        "mx mx-floor (of the OCP standard; its default), mx-ceil, mx-even, mx-rceil;\n"
        "for nvfp4 nvfp4.",
    .example = "narrowgauge encode -f e4m3 -g 1x128 --scales s.npy x.npy -o codes.npy",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .least_words = 0,
    .most_words = 1,
    .run = run_encode,
};
