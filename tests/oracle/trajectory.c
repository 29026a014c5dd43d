/*
 * trajectory RECIPE FOLDER: five training steps of a small MLP, every tensor written out,
 * for trajectory.py, which computes the same steps on its own.
 *
 * FOLDER/data holds the elements as they are stored, one tensor after the other;
 * FOLDER/index says what they are, one line each:
 *   STEP NAME FORMAT ROWS COLS OFFSET SCALE SCALE_INV      floats in hexadecimal
 * STEP is -1 for what exists before the first step. State carries the step after which it
 * was seen.
 */
#include <stdio.h>
#include <string.h>

#include "experiments/spec/experiment.h"
#include "formats/base/cpu.h"
#include "formats/math/math.h"
#include "models/graph.h"
#include "models/state.h"

enum { FEATURES = 12, CLASSES = 4, BATCH = 32, STEPS = 5, EXAMPLES = BATCH * STEPS };
enum { SEED = 0 };

struct sink {
    FILE *data, *index;
    int step;
    size_t offset;
};

static void put(struct sink *sink, const char *name, const char *format, size_t rows,
                size_t cols, const void *data, size_t element_bytes, float scale,
                float scale_inv)
{
    size_t bytes = rows * cols * element_bytes;
    fprintf(sink->index, "%d %s %s %zu %zu %zu %a %a\n", sink->step, name, format, rows,
            cols, sink->offset, (double)scale, (double)scale_inv);
    fwrite(data, 1, bytes, sink->data);
    sink->offset += bytes;
}

/* Matrices of these models are stored without gaps between rows. */
static void see(void *context, const char *name, const struct ng_qmatrix *matrix)
{
    const float *scale = matrix->scales[NG_ROWWISE].scale;
    const float *scale_inv = matrix->scales[NG_ROWWISE].scale_inv;
    put(context, name, matrix->format->name, matrix->rows, matrix->cols,
        matrix->codes[NG_ROWWISE].data, (size_t)matrix->format->storage_bytes,
        scale == NULL ? 1.0f : *scale, scale_inv == NULL ? 1.0f : *scale_inv);
}

static enum ng_status see_state(void *context, struct ng_state_item *item,
                                struct ng_error *err)
{
    (void)err;
    if (item->kind != NG_STATE_SCALE)
        put(context, item->name, item->format->name, item->rows, item->cols, item->data,
            (size_t)item->format->storage_bytes,
            item->scale == NULL ? 1.0f : *item->scale,
            item->scale_inv == NULL ? 1.0f : *item->scale_inv);
    return NG_OK;
}

struct examples {
    float x[EXAMPLES * FEATURES];
    uint32_t labels[EXAMPLES], order[EXAMPLES];
};

/* Inputs in [-2, 2), every other one a multiple of 2^-8, so that rounding to bf16 meets
 * ties; a label is the place of the largest of the first inputs, so that there is
 * something to learn. */
static void generate(struct examples *examples)
{
    const struct ng_random random = {SEED, ng_stream_key(NG_STREAM_DATA, 0), 0};
    for (size_t i = 0; i < EXAMPLES * FEATURES; i++) {
        uint32_t word = ng_random_u32(&random, i) >> 8;
        if (i % 2 == 0)
            word &= 0xFFC000;
        examples->x[i] = (float)word * 0x1p-22f - 2.0f;
    }
    for (size_t row = 0; row < EXAMPLES; row++) {
        const float *x = examples->x + row * FEATURES;
        examples->labels[row] = 0;
        for (uint32_t c = 1; c < CLASSES; c++)
            if (x[c] > x[examples->labels[row]])
                examples->labels[row] = c;
    }
    const struct ng_random shuffle = {SEED, ng_stream_key(NG_STREAM_ORDER, 0), 0};
    ng_random_permutation(&shuffle, examples->order, EXAMPLES);
}

static void train_step(struct ng_model *model, const struct ng_train_spec *train,
                       const struct examples *examples, struct sink *sink)
{
    const struct ng_step step = {
        .seed = SEED,
        .number = (uint64_t)sink->step,
        .micro_batches = 1,
        .training = true,
        .rows = BATCH,
        .x = examples->x,
        .labels = examples->labels,
        .order = examples->order + (size_t)sink->step * BATCH,
    };
    put(sink, "order", "uint32", BATCH, 1, step.order, sizeof *step.order, 1.0f, 1.0f);
    ng_model_forward(model, &step);
    put(sink, "loss/mean", "fp64", 1, 1, &model->loss, sizeof model->loss, 1.0f, 1.0f);
    ng_model_backward(model, &step);
    ng_optimisers[train->optimiser]->step(model, train, &step);
}

static enum ng_status train(const char *recipe_name, struct sink *sink,
                            struct ng_error *err)
{
    static struct examples examples;
    int64_t hidden[] = {16, 16};
    const struct ng_model_spec spec = {.hidden = {hidden, 2}};
    const struct ng_train_spec rule = {
        .lr = 1e-2, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .decay = 1e-2};
    struct ng_arena arena = {0};
    struct ng_recipe recipe;
    struct ng_model model = {0};
    enum ng_status status = NG_OK;
    generate(&examples);
    NG_TRY(ng_recipe_read(recipe_name, &arena, &recipe, err));
    NG_TRY(ng_model_build(&model, &spec, &recipe, FEATURES, CLASSES, BATCH, 1, err));
    ng_model_initialise(&model, SEED);
    put(sink, "x", "fp32", EXAMPLES, FEATURES, examples.x, sizeof *examples.x, 1, 1);
    put(sink, "labels", "uint32", EXAMPLES, 1, examples.labels, sizeof(uint32_t), 1, 1);
    NG_TRY(ng_state_each(&model, see_state, sink, err));
    model.trace = (struct ng_trace){see, sink};
    for (sink->step = 0; sink->step < STEPS; sink->step++) {
        train_step(&model, &rule, &examples, sink);
        NG_TRY(ng_state_each(&model, see_state, sink, err));
    }
out:
    ng_model_release(&model);
    ng_arena_release(&arena);
    return status;
}

int main(int argc, char **argv)
{
    char path[2][4096];
    struct ng_error err = {0};
    if (argc != 3)
        return 2;
    snprintf(path[0], sizeof path[0], "%s/data", argv[2]);
    snprintf(path[1], sizeof path[1], "%s/index", argv[2]);
    struct sink sink = {fopen(path[0], "wb"), fopen(path[1], "w"), -1, 0};
    if (sink.data == NULL || sink.index == NULL)
        return 3;
    enum ng_status status = ng_isa_choose(&err);
    if (status == NG_OK)
        status = train(argv[1], &sink, &err);
    if (status != NG_OK)
        fprintf(stderr, "%s\n", err.text);
    int failed =
        ferror(sink.data) | ferror(sink.index) | fclose(sink.data) | fclose(sink.index);
    return status != NG_OK || failed ? 3 : 0;
}
