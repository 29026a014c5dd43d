/*
 * scales: quantises the matrices on stdin, for a script that compares with NumPy.
 *
 *   cast FORMAT GRANULARITY BLOCK RULE MARGIN EPSILON ROWS COLS     then ROWS*COLS floats
 *     gives for each orientation that the granularity has: codes, scales (scale and
 *     scale_inv, or one byte each), the second level's two factors, the values read back
 *   history LENGTH RECENT MARGIN EPSILON STEPS                      then STEPS floats
 *     gives scale and scale_inv after each step (e4m3)
 *
 * Numbers are in the machine's byte order.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/narrowgauge.h"

static int index_of(const char *const *names, const char *name)
{
    for (int i = 0; names[i] != NULL; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    fprintf(stderr, "no %s\n", name);
    exit(2);
}

static void *memory(size_t count, size_t size)
{
    void *made = calloc(count + 1, size);
    if (made == NULL)
        exit(3);
    return made;
}

static void put(const void *from, size_t size, size_t count)
{
    if (fwrite(from, size, count, stdout) != count)
        exit(3);
}

static float *floats(size_t count)
{
    float *x = memory(count, sizeof *x);
    if (fread(x, sizeof *x, count, stdin) != count)
        exit(2);
    return x;
}

static void write_orientation(const struct ng_qmatrix *matrix, enum ng_orientation o)
{
    size_t rows = matrix->rows, cols = matrix->cols;
    size_t count = ng_qmatrix_scale_count(matrix, o);
    put(matrix->codes[o].data, (size_t)matrix->format->storage_bytes, rows * cols);
    if (matrix->scale_format == NG_SCALE_FP32) {
        put(matrix->scales[o].scale, sizeof(float), count);
        put(matrix->scales[o].scale_inv, sizeof(float), count);
    } else {
        put(matrix->scales[o].codes, 1, count);
    }
    put(&matrix->global_scale, sizeof(float), 1);
    put(&matrix->global_scale_inv, sizeof(float), 1);
    float *values = memory(cols, sizeof *values);
    for (size_t r = 0; r < rows; r++) {
        ng_qmatrix_read(matrix, o, r, 0, cols, values);
        put(values, sizeof *values, cols);
    }
    free(values);
}

static void cast(void)
{
    char format[32], granularity[32], rule[32];
    struct ng_qmatrix matrix = {
        .policy = NG_POLICY_CUDA_SATFINITE, .global_scale = 1, .global_scale_inv = 1};
    if (scanf("%31s %31s %zu %31s %d %f %zu %zu", format, granularity, &matrix.block,
              rule, &matrix.scale_options.margin, &matrix.scale_options.epsilon,
              &matrix.rows, &matrix.cols) != 8 ||
        getchar() != '\n')
        exit(2);
    size_t n = matrix.rows * matrix.cols;
    float *x = floats(n);
    matrix.format = ng_format_by_name(format);
    matrix.granularity =
        (enum ng_granularity)index_of(ng_granularity_names, granularity);
    matrix.scale_rule = (enum ng_scale_rule)index_of(ng_scale_rule_names, rule);
    matrix.scale_format = matrix.granularity == NG_GRANULARITY_MX      ? NG_SCALE_E8M0
                          : matrix.granularity == NG_GRANULARITY_NVFP4 ? NG_SCALE_UE4M3
                                                                       : NG_SCALE_FP32;
    int held = matrix.granularity == NG_GRANULARITY_TENSOR ||
                       matrix.granularity == NG_GRANULARITY_BXB
                   ? 1
                   : 2;
    for (int o = 0; o < held; o++) {
        matrix.codes[o].data = memory(n, 4);
        matrix.codes[o].row_stride = matrix.cols;
        matrix.scales[o].count =
            ng_qmatrix_scale_count(&matrix, (enum ng_orientation)o);
        matrix.scales[o].scale = memory(matrix.scales[o].count, sizeof(float));
        matrix.scales[o].scale_inv = memory(matrix.scales[o].count, sizeof(float));
        matrix.scales[o].codes = memory(matrix.scales[o].count, 1);
    }
    if (matrix.granularity == NG_GRANULARITY_TENSOR)
        *matrix.scales[0].scale = *matrix.scales[0].scale_inv = 1;
    struct ng_error err;
    if (ng_qmatrix_check(&matrix, &err) != NG_OK) {
        fprintf(stderr, "%s\n", err.text);
        exit(2);
    }
    ng_qmatrix_cast(&matrix, x, &ng_fp32, matrix.cols, NG_AMAX_UNKNOWN, NULL);
    for (int o = 0; o < held; o++) {
        write_orientation(&matrix, (enum ng_orientation)o);
        free(matrix.codes[o].data);
        free(matrix.scales[o].scale);
        free(matrix.scales[o].scale_inv);
        free(matrix.scales[o].codes);
    }
    free(x);
}

static void history(void)
{
    struct ng_amax_history history;
    struct ng_scale_options options;
    size_t steps;
    int recent;
    if (scanf("%zu %d %d %f %zu", &history.length, &recent, &options.margin,
              &options.epsilon, &steps) != 5 ||
        getchar() != '\n')
        exit(2);
    float *amax = floats(steps), scale = 1, scale_inv = 1;
    history.amax = memory(history.length, sizeof *history.amax);
    history.most_recent = recent != 0;
    for (size_t i = 0; i < steps; i++) {
        uint32_t bits;
        memcpy(&bits, &amax[i], sizeof bits);
        ng_amax_history_push(&history, bits);
        ng_amax_history_scale(&history, &options, &ng_e4m3, &scale, &scale_inv);
        put(&scale, sizeof scale, 1);
        put(&scale_inv, sizeof scale_inv, 1);
    }
    free(history.amax);
    free(amax);
}

int main(void)
{
    char word[16];
    while (scanf("%15s", word) == 1) {
        if (strcmp(word, "cast") == 0)
            cast();
        else if (strcmp(word, "history") == 0)
            history();
        else
            return 2;
    }
    return fflush(stdout) == 0 ? 0 : 3;
}
