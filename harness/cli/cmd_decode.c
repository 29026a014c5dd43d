#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "formats/base/cpu.h"
#include "formats/codec/format.h"
#include "harness/cli/commands.h"
#include "harness/cli/json.h"
#include "harness/cli/pipe_input.h"
#include "harness/cli/pipe_matrix.h"
#include "harness/cli/pipe_output.h"
#include "harness/cli/pipe_places.h"
#include "harness/cli/pipe_request.h"

struct decoding {
    struct ng_pipe_request request;
    struct ng_pipe_grid grid;
    struct ng_pipe_matrix m;
    struct ng_pipe_input input, scales;
    struct ng_pipe_output out;
    char what[64]; /* an element of the input */
};

/* -- scales --------------------------------------------------------------------------
 */

/* No scale is negative, whatever its format: a file that has one is another file. */
static enum ng_status check_scales(const struct decoding *d, size_t count,
                                   struct ng_error *err)
{
    const uint8_t *bytes = d->m.scales;
    size_t width = d->scales.element_bytes;
    if (d->request.scale_format == NG_SCALE_E8M0)
        return NG_OK;
    for (size_t i = 0; i < count; i++)
        if (bytes[i * width + width - 1] & 0x80)
            return ng_fail(err, NG_INVALID,
                           "%s: scale %" PRIu64
                           " (counted from 0) is negative; is it a "
                           "file of scales?",
                           d->scales.name, d->scales.taken - count + i);
    return NG_OK;
}

static enum ng_status read_scales(struct decoding *d, size_t count,
                                  struct ng_error *err)
{
    enum ng_status status = NG_OK;
    size_t got;
    NG_TRY(ng_pipe_input_read(&d->scales, d->m.scales, count, &got, err));
    if (got < count)
        NG_TRY(ng_fail(err, NG_INVALID,
                       "%s ends after %" PRIu64 " scales, where the codes go on.",
                       d->scales.name, d->scales.taken));
    NG_TRY(check_scales(d, got, err));
out:
    return status;
}

static void show_shape(const struct ng_array *shape, char *text, size_t size)
{
    size_t length = (size_t)snprintf(text, size, "(");
    for (size_t i = 0; i < shape->rank && length < size; i++)
        length += (size_t)snprintf(text + length, size - length, "%s%zu",
                                   i == 0 ? "" : ", ", shape->size[i]);
    if (length < size)
        snprintf(text + length, size - length, shape->rank == 1 ? ",)" : ")");
}

/* Scales of another shape, though as many, belong to other codes. */
static enum ng_status check_scales_shape(const struct decoding *d, struct ng_error *err)
{
    const struct ng_array *found = &d->scales.shape;
    struct ng_array expected;
    char found_text[200], expected_text[200];
    if (!d->scales.npy)
        return NG_OK;
    ng_pipe_scales_shape(&d->request, &d->grid, &expected);
    bool unknown = expected.rank == 1 && expected.size[0] == 0;
    bool fits = found->rank == expected.rank;
    for (size_t i = 0; fits && !unknown && i < expected.rank; i++)
        fits = found->size[i] == expected.size[i];
    if (fits)
        return NG_OK;
    show_shape(found, found_text, sizeof found_text);
    show_shape(&expected, expected_text, sizeof expected_text);
    return ng_fail(err, NG_INVALID,
                   "%s has the shape %s, where the scales of these codes have %s.",
                   d->scales.name, found_text,
                   unknown ? "one dimension" : expected_text);
}

static enum ng_status open_scales(struct decoding *d, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    bool wide = d->request.scale_format == NG_SCALE_FP32;
    if (d->request.scales == NULL)
        return NG_OK;
    NG_TRY(ng_pipe_input_open(&d->scales, d->request.scales,
                              wide ? NG_ARRAY_F32 : NG_ARRAY_U8,
                              wide ? "an FP32 scale" : "a scale", err));
    NG_TRY(check_scales_shape(d, err));
    if (ng_pipe_scales_are_shared(&d->request))
        NG_TRY(read_scales(d, d->m.matrix.scales[d->m.orientation].count, err));
out:
    return status;
}

/* -- codes ---------------------------------------------------------------------------
 */

static uint32_t unused_in(const struct ng_format *format, const void *codes, size_t n)
{
    const uint8_t *narrow = codes;
    const uint16_t *half = codes;
    const uint32_t *wide = codes;
    uint32_t bits = 0;
    if (format->storage_bytes == 1)
        for (size_t i = 0; i < n; i++)
            bits |= narrow[i];
    else if (format->storage_bytes == 2)
        for (size_t i = 0; i < n; i++)
            bits |= half[i];
    else
        for (size_t i = 0; i < n; i++)
            bits |= wide[i];
    return bits & ~ng_format_mask(format);
}

static enum ng_status check_codes(const struct decoding *d, size_t n,
                                  struct ng_error *err)
{
    const struct ng_format *format = d->request.format;
    if (unused_in(format, d->m.codes, n) == 0)
        return NG_OK;
    size_t i = 0;
    while ((ng_format_load(format, d->m.codes, i) & ~ng_format_mask(format)) == 0)
        i++;
    return ng_fail(err, NG_INVALID,
                   "%s: element %" PRIu64 " (counted from 0) is 0x%0*" PRIX32
                   ", which is no code of %s: bits that its %d do not use are set%s",
                   d->input.name, d->input.taken - n + i, 2 * format->storage_bytes,
                   ng_format_load(format, d->m.codes, i), format->name, format->width,
                   format->width <= 4 ? "; are two codes packed into a byte?" : ".");
}

static enum ng_status decode_piece(struct decoding *d,
                                   const struct ng_pipe_piece *piece,
                                   struct ng_error *err)
{
    enum ng_status status = NG_OK;
    size_t n = piece->rows * piece->cols;
    size_t scales = ng_pipe_matrix_place(&d->m, &d->grid, piece);
    NG_TRY(check_codes(d, n, err));
    if (d->request.scales != NULL && !ng_pipe_scales_are_shared(&d->request))
        NG_TRY(read_scales(d, scales, err));
    for (size_t row = 0; row < piece->rows; row++)
        ng_qmatrix_read(&d->m.matrix, d->m.orientation, row, 0, piece->cols,
                        d->m.x + row * piece->cols);
    NG_TRY(ng_pipe_output_add(&d->out, d->m.x, n, err));
out:
    return status;
}

static enum ng_status decode_all(struct decoding *d, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_pipe_piece piece = {0};
    while (ng_pipe_piece_next(&d->grid, &piece)) {
        size_t want = piece.rows * piece.cols, got;
        NG_TRY(ng_pipe_input_read(&d->input, d->m.codes, want, &got, err));
        if (got < want)
            piece.cols = got;
        if (got > 0)
            NG_TRY(decode_piece(d, &piece, err));
        if (got < want)
            break;
    }
    NG_TRY(ng_pipe_input_end(&d->input, err));
    if (d->request.scales != NULL)
        NG_TRY(ng_pipe_input_end(&d->scales, err));
out:
    return status;
}

static enum ng_status check_places(const struct decoding *d, struct ng_error *err)
{
    const struct ng_pipe_place places[] = {
        {.option = d->request.input == NULL ? "The standard input" : "The input ",
         .path = d->request.input,
         .fd = d->input.fd},
        {.option = d->request.out == NULL ? "the standard output" : "-o ",
         .path = d->request.out,
         .fd = STDOUT_FILENO,
         .written = true},
        {.option = d->request.scales == NULL ? NULL : "--scales ",
         .path = d->request.scales,
         .written = false},
    };
    return ng_pipe_places_check(places, sizeof places / sizeof places[0], err);
}

static enum ng_status prepare(const struct ng_arguments *arguments, struct decoding *d,
                              struct ng_error *err)
{
    enum ng_status status = NG_OK;
    NG_TRY(ng_float_environment_check(err));
    NG_TRY(ng_isa_choose(err));
    NG_TRY(ng_pipe_request_read(arguments, false, &d->request, err));
    NG_TRY(ng_pipe_output_check(d->request.out, err));
    snprintf(d->what, sizeof d->what, "a code of %s", d->request.format->name);
    NG_TRY(ng_pipe_input_open(&d->input, d->request.input,
                              ng_pipe_code_type(d->request.format), d->what, err));
    NG_TRY(check_places(d, err));
    NG_TRY(ng_pipe_grid_make(&d->grid, &d->request, &d->input, err));
    NG_TRY(ng_pipe_matrix_make(&d->m, &d->request, &d->grid, err));
    NG_TRY(open_scales(d, err));
out:
    return status;
}

static enum ng_status summarise(const struct decoding *d, struct ng_error *err)
{
    if (!d->request.json) {
        if (!d->request.quiet)
            fprintf(stderr, "%" PRIu64 " element%s from %s, granularity %s\n",
                    d->out.elements, d->out.elements == 1 ? "" : "s",
                    d->request.format->name, d->request.granularity_text);
        return NG_OK;
    }
    json_t *document = json_object();
    json_object_set_new(document, "format", ng_json_text(d->request.format->name));
    json_object_set_new(document, "granularity",
                        ng_json_text(d->request.granularity_text));
    json_object_set_new(document, "elements",
                        json_integer((json_int_t)d->out.elements));
    return ng_json_print_to(stderr, document, err);
}

static enum ng_status run_decode(const struct ng_arguments *arguments,
                                 struct ng_error *err)
{
    enum ng_status status;
    struct decoding d = {.m = {.x = NULL}};
    struct ng_array shape = {.rank = 1};
    NG_TRY(prepare(arguments, &d, err));
    if (d.input.npy)
        shape = d.input.shape;
    shape.type = NG_ARRAY_F32;
    NG_TRY(ng_pipe_output_begin(&d.out, d.request.out, &shape, err));
    NG_TRY(decode_all(&d, err));
    NG_TRY(ng_pipe_output_finish(&d.out, err));
    NG_TRY(ng_pipe_output_end(&d.out, err));
    NG_TRY(summarise(&d, err));
out:
    ng_pipe_output_abandon(&d.out, err);
    ng_pipe_output_leave(&d.out);
    ng_pipe_matrix_release(&d.m);
    ng_pipe_input_close(&d.scales);
    ng_pipe_input_close(&d.input);
    return status;
}

static const struct ng_option options[] = {
    {"format", 'f', "NAME", "the format of the codes: e4m3, bf16, ... or any eXmY"},
    {"granularity", 'g', "WORD", "as for encode (default: none; tensor with --scale)"},
    {"json", 0, NULL, "the summary as one JSON document, on the standard error"},
    {"out", 'o', "FILE", "write to this file; .npy where it is called so"},
    {"quiet", 'q', NULL, "no summary"},
    {"scale", 's', "NUMBER", "what encode multiplied by: its reciprocal is used"},
    {"scale-inv", 0, "NUMBER", "multiply by this"},
    {"scales", 0, "FILE", "the scales that encode wrote, raw or .npy"},
};

const struct ng_command ng_command_decode = {
    .name = "decode",
    .words = "[FILE | -]",
    .summary = "turn codes of a narrow format back into FP32 numbers",
    .detail =
        "Reads codes as encode writes them, raw or a .npy file of uint8, uint16 or\n"
        "uint32, and writes raw little-endian FP32 numbers, or with -o FILE.npy an\n"
        "array of float32 of the same shape. With the --format, --granularity,\n"
        "--scale and --scales of encode it undoes what encode did; NaN comes back\n"
        "canonical. Codes with bits that the format does not have are refused.",
    .example = "narrowgauge decode -f e4m3 -g 1x128 --scales s.npy codes.npy -o x.npy",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .least_words = 0,
    .most_words = 1,
    .run = run_decode,
};
