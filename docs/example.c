/*
 * What does a narrow format cost these numbers?
 *
 *   example FORMAT ROWS COLS <floats
 *
 * reads ROWS x COLS floats (FP32, little end first), casts the matrix into FORMAT twice,
 * with an FP32 scale for each 128 elements of a row and with an E8M0 scale for each 32
 * (MX), reads both back, and says how close they are. Against an installed copy:
 *
 *   cc example.c $(pkg-config --cflags --libs narrowgauge) -o example
 *   head -c 32768 /dev/urandom | ./example e4m3 64 128
 */
#include <narrowgauge.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { LONGEST_SIDE = 65536 };

struct way {
    enum ng_granularity granularity;
    size_t block;
    enum ng_scale_rule rule;
    enum ng_scale_format scale_format;
};

static const struct way ways[] = {
    {NG_GRANULARITY_1XB, 128, NG_SCALE_RULE_CURRENT, NG_SCALE_FP32},
    {NG_GRANULARITY_MX, 32, NG_SCALE_RULE_MX_FLOOR, NG_SCALE_E8M0},
};

/* Error of the matrix read back row by row; NG_FAILED without memory. */
static enum ng_status measure(const struct ng_qmatrix *matrix, const float *x,
                              struct ng_full_statistics *full)
{
    float *back = malloc(matrix->cols * sizeof *back);
    if (back == NULL)
        return NG_FAILED;
    for (size_t row = 0; row < matrix->rows; row++) {
        ng_qmatrix_read(matrix, NG_ROWWISE, row, 0, matrix->cols, back);
        ng_full_statistics_add(full, x + row * matrix->cols, back, matrix->cols);
    }
    free(back);
    return NG_OK;
}

static void print(const struct ng_qmatrix *matrix,
                  const struct ng_full_statistics *full)
{
    const struct ng_cast_counts *counts = &matrix->stats.counts;
    printf("%-3s blocks of %3zu: SQNR %.2f dB, mse %.4g, of %" PRIu64 ": %" PRIu64
           " flushed, %" PRIu64 " saturated, %" PRIu64 " NaN, %" PRIu64 " infinite\n",
           ng_granularity_names[matrix->granularity], matrix->block, ng_full_sqnr(full),
           ng_full_mse(full), counts->elements, counts->flushed, counts->saturated,
           counts->nan, counts->inf);
}

/* Casts, reads back, prints. */
static enum ng_status try_way(const struct way *way, const struct ng_format *format,
                              const float *x, size_t rows, size_t cols,
                              struct ng_error *err)
{
    enum ng_status status = NG_FAILED;
    struct ng_full_statistics full = {0};
    struct ng_qmatrix matrix = {
        .format = format,
        .policy = NG_POLICY_CUDA_SATFINITE,
        .rows = rows,
        .cols = cols,
        .granularity = way->granularity,
        .block = way->block,
        .scale_rule = way->rule,
        .scale_format = way->scale_format,
        .global_scale = 1.0f,
        .global_scale_inv = 1.0f,
    };
    size_t scales = ng_qmatrix_scale_count(&matrix, NG_ROWWISE);
    float *scale = malloc(2 * scales * sizeof *scale);
    uint8_t *scale_codes = malloc(scales);
    void *codes = malloc(rows * cols * (size_t)format->storage_bytes);
    snprintf(err->text, sizeof err->text, "there is not enough memory");
    if (scale == NULL || scale_codes == NULL || codes == NULL)
        goto out;
    matrix.codes[NG_ROWWISE].data = codes;
    matrix.codes[NG_ROWWISE].row_stride = cols;
    matrix.scales[NG_ROWWISE].scale = scale;
    matrix.scales[NG_ROWWISE].scale_inv = scale + scales;
    matrix.scales[NG_ROWWISE].codes = scale_codes;
    matrix.scales[NG_ROWWISE].count = scales;
    /* Blocks measure their own largest magnitudes: the matrix's need not be known. */
    status = ng_qmatrix_check(&matrix, err);
    if (status != NG_OK)
        goto out;
    ng_qmatrix_cast(&matrix, x, &ng_fp32, cols, NG_AMAX_UNKNOWN, NULL);
    status = measure(&matrix, x, &full);
    if (status == NG_OK)
        print(&matrix, &full);
out:
    free(codes);
    free(scale_codes);
    free(scale);
    return status;
}

static float *read_floats(size_t n)
{
    float *x = malloc(n * sizeof *x);
    if (x != NULL && fread(x, sizeof *x, n, stdin) != n) {
        free(x);
        return NULL;
    }
    return x;
}

static enum ng_status run(char **words, struct ng_error *err)
{
    struct ng_format own; /* a format that is in no table, such as e5m1fn, lives here */
    const struct ng_format *format;
    enum ng_status status = ng_format_parse(words[1], &own, &format, err);
    if (status != NG_OK)
        return status;
    size_t rows = strtoul(words[2], NULL, 10), cols = strtoul(words[3], NULL, 10);
    float *x = NULL;
    if (rows - 1 < LONGEST_SIDE && cols - 1 < LONGEST_SIDE)
        x = read_floats(rows * cols);
    if (x == NULL) {
        snprintf(err->text, sizeof err->text,
                 "%s x %s floats could not be read from standard input", words[2],
                 words[3]);
        return NG_INVALID;
    }
    printf("%s: %d bits, largest %.9g, smallest %.9g\n", format->name, format->width,
           (double)format->max, (double)format->min_subnormal);
    for (size_t i = 0; i < sizeof ways / sizeof *ways && status == NG_OK; i++)
        status = try_way(&ways[i], format, x, rows, cols, err);
    free(x);
    return status;
}

int main(int argc, char **argv)
{
    struct ng_error err;
    enum ng_status status;
    if (argc != 4) {
        fprintf(stderr, "usage: %s FORMAT ROWS COLS <floats\n", argv[0]);
        return 2;
    }
    status = ng_float_environment_check(&err);
    if (status == NG_OK)
        status = run(argv, &err);
    if (status == NG_OK)
        return 0;
    fprintf(stderr, "%s: %s\n", argv[0], err.text);
    return status == NG_INVALID ? 2 : 3;
}
