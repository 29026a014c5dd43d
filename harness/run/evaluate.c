#include "harness/run/evaluate.h"

#include <stdlib.h>
#include <string.h>

enum ng_status ng_evaluate_prepare(const struct ng_dataset *data,
                                   struct ng_arena *arena, struct ng_rows *rows,
                                   struct ng_error *err)
{
    size_t n = data->test.rows;
    *rows = (struct ng_rows){
        .rows = n,
        .classes = data->classes,
        .label = data->test.label,
        .prediction = ng_arena_array(arena, n, sizeof *rows->prediction),
        .confidence = ng_arena_array(arena, n, sizeof *rows->confidence),
        .loss = ng_arena_array(arena, n, sizeof *rows->loss),
        .ties = ng_arena_array(arena, n, sizeof *rows->ties),
        .probability = ng_arena_array(arena, n * data->classes, sizeof(float)),
        .true_probability = data->test.true_probability,
        .time = data->test.time,
        .slice_count = data->slice_count,
        .slices = data->slices,
        .slice = data->test.slice,
    };
    if (rows->prediction == NULL || rows->confidence == NULL || rows->loss == NULL ||
        rows->ties == NULL || rows->probability == NULL)
        return ng_fail(err, NG_FAILED, "no memory for %zu evaluation rows", n);
    return NG_OK;
}

static void note_row(struct ng_rows *rows, size_t row, const float *p, float loss)
{
    uint32_t best = 0;
    unsigned equal = 1;
    for (uint32_t j = 1; j < rows->classes; j++) {
        if (p[j] > p[best]) {
            best = j;
            equal = 1;
        } else if (p[j] == p[best]) {
            equal++;
        }
    }
    rows->prediction[row] = best;
    rows->confidence[row] = p[best];
    rows->loss[row] = loss;
    rows->ties[row] = equal > 1;
    memcpy(rows->probability + row * rows->classes, p, rows->classes * sizeof *p);
}

enum ng_status ng_evaluate(struct ng_model *model, const struct ng_dataset *data,
                           uint32_t seed, struct ng_rows *rows, struct ng_error *err)
{
    size_t batch = model->batch, n = data->test.rows;
    size_t longest = n > batch ? n : batch;
    uint32_t *order = malloc(longest * sizeof *order);
    if (order == NULL)
        return ng_fail(err, NG_FAILED, "no memory for %zu evaluation rows", n);
    for (size_t i = 0; i < longest; i++)
        order[i] = (uint32_t)i;
    struct ng_step step = {
        .seed = seed,
        .micro_batches = 1,
        .calibrating = true,
        .rows = batch,
        .x = data->train.x,
        .labels = data->train.label,
        .order = order,
    };
    ng_model_forward(model, &step);
    step.calibrating = false;
    step.x = data->test.x;
    step.labels = data->test.label;
    for (size_t first = 0; first < n; first += batch) {
        step.rows = n - first < batch ? n - first : batch;
        step.order = order + first;
        ng_model_forward(model, &step);
        for (size_t i = 0; i < step.rows; i++)
            note_row(rows, first + i, model->probability + i * rows->classes,
                     model->row_loss[i]);
    }
    free(order);
    return NG_OK;
}
