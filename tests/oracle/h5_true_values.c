/* Writes FOLDER/values.h5, a run file whose final weights are every code of a format:
 * tensors bf16 (256 x 256), e5m2 and e4m3 (16 x 16, the latter with a scale), fp32. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "experiments/record/run_file.h"

#define TENSORS 4
#define STEPS   3
#define ROWS    2
#define CLASSES 2

static uint16_t wide[65536];
static uint8_t narrow[256];
static float plain[2] = {1.5f, -0.1f}, scale = 3.0f, scale_inv = 1.0f / 3.0f;
static struct ng_node node = {.name = "node"};
static struct ng_parameter parameters[TENSORS];

static void describe(size_t i, const struct ng_format *format, size_t rows, size_t cols,
                     void *codes)
{
    struct ng_parameter *parameter = &parameters[i];
    struct ng_qmatrix *master = &parameter->master;
    snprintf(parameter->name, sizeof parameter->name, "%s", format->name);
    parameter->node = &node;
    master->format = format;
    master->rows = rows;
    master->cols = cols;
    master->codes[NG_ROWWISE].data = codes;
    if (format == &ng_e4m3) {
        master->granularity = NG_GRANULARITY_TENSOR;
        master->scales[NG_ROWWISE].scale = &scale;
        master->scales[NG_ROWWISE].scale_inv = &scale_inv;
    }
}

int main(int argc, char **argv)
{
    uint32_t labels[ROWS] = {0, 1};
    float floats[ROWS * CLASSES] = {0.5f, 0.5f, 0.25f, 0.75f};
    uint8_t ties[ROWS] = {1, 0};
    double loss[STEPS] = {0.7, 0.6, 0.1};
    struct ng_metric metric = {"loss", loss};
    struct ng_ledger_entry entry = {.name = "node/fp32@master", .bytes = 8};
    struct ng_model model = {.parameters = parameters,
                             .parameter_count = TENSORS,
                             .ledger = {.entries = &entry, .count = 1}};
    struct ng_run_record record = {
        .experiment = "values",
        .arm_label = "all",
        .plan_hash = "",
        .source = "",
        .resolved = "a = 1\n",
        .recipe_text = "",
        .steps = STEPS,
        .first_bad_step = -1,
        .metrics = &metric,
        .metric_count = 1,
        .model = &model,
        .rows = {ROWS, CLASSES, labels, labels, floats, floats, ties, floats, NULL, 0,
                 NULL, NULL},
    };
    struct ng_error err;
    char hash[65];
    for (size_t i = 0; i < 65536; i++)
        wide[i] = (uint16_t)i;
    for (size_t i = 0; i < 256; i++)
        narrow[i] = (uint8_t)i;
    describe(0, &ng_bf16, 256, 256, wide);
    describe(1, &ng_e5m2, 16, 16, narrow);
    describe(2, &ng_e4m3, 16, 16, narrow);
    describe(3, &ng_fp32, 1, 2, plain);
    if (argc != 2 || ng_run_write(argv[1], "values.h5", &record, hash, &err) != NG_OK) {
        fprintf(stderr, "%s\n", argc != 2 ? "usage: FOLDER" : err.text);
        return 1;
    }
    return 0;
}
