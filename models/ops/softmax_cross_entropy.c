/*
 * softmax-cross-entropy: the loss, from logits z (rows x classes, FP32).
 *
 * Per row, in FP32: m = max z; e_j = exp(z_j - m); S = sum of e_j (ng_sum_f32);
 * p_j = e_j / S; loss = log(S) - (z_label - m). The batch's loss is the mean over rows,
 * added in FP64. Backward: dz_j = (p_j - [j = label]) * RN(1 / examples), where examples
 * counts the rows of all micro-batches.
 * The probabilities are kept for backward and for evaluation.
 */
#include <math.h>
#include <string.h>

#include "formats/math/math.h"
#include "models/graph.h"

struct loss {
    int probability_entry, row_entry;
};

static enum ng_status declare(struct ng_model *model, struct ng_node *node,
                              struct ng_error *err)
{
    struct loss *loss = ng_arena_alloc(&model->arena, sizeof *loss);
    if (loss == NULL)
        return ng_fail(err, NG_FAILED, "no memory for node %s", node->name);
    node->state = loss;
    int forward = ng_forward_position(node),
        backward = ng_backward_position(model, node);
    loss->probability_entry = ng_node_declare(
        model, node, "probability", NG_LEDGER_SAVED, NG_LIFETIME_STEP,
        model->batch * model->classes * sizeof(float), forward, backward);
    loss->row_entry =
        ng_node_declare(model, node, "row-loss", NG_LEDGER_WORKSPACE, NG_LIFETIME_STEP,
                        model->batch * sizeof(float), forward, backward);
    ng_graph_value_alive(model, node->input, forward);
    return ng_graph_input_gradient(model, node, err);
}

static void bind(struct ng_model *model, struct ng_node *node)
{
    const struct loss *loss = node->state;
    model->probability = ng_ledger_memory(&model->ledger, loss->probability_entry);
    model->row_loss = ng_ledger_memory(&model->ledger, loss->row_entry);
}

/* z is overwritten by e, then by p; returns the row's loss. */
static float softmax(float *z, size_t classes, uint32_t label)
{
    float largest = -INFINITY;
    for (size_t j = 0; j < classes; j++)
        largest = z[j] > largest ? z[j] : largest;
    float shifted = z[label] - largest;
    for (size_t j = 0; j < classes; j++)
        z[j] = ng_expf(z[j] - largest);
    float sum = ng_sum_f32(z, classes);
    for (size_t j = 0; j < classes; j++)
        z[j] /= sum;
    return ng_logf(sum) - shifted;
}

static void see(struct ng_model *model, const struct ng_node *node, const char *part,
                void *data, size_t rows, size_t cols)
{
    struct ng_qmatrix matrix = {.format = &ng_fp32, .rows = rows, .cols = cols};
    matrix.codes[NG_ROWWISE].data = data;
    matrix.codes[NG_ROWWISE].row_stride = cols;
    ng_model_see(model, node, part, &matrix);
}

static void forward(struct ng_model *model, struct ng_node *node,
                    const struct ng_step *step)
{
    const struct ng_value *logits = &model->values[node->input];
    size_t classes = model->classes;
    size_t bytes = classes * (size_t)logits->format->storage_bytes;
    for (size_t row = 0; row < step->rows; row++) {
        float *p = model->probability + row * classes;
        ng_format_decode(logits->format, (char *)logits->data + row * bytes, 1.0f, p,
                         classes);
        model->row_loss[row] = softmax(p, classes, step->labels[step->order[row]]);
    }
    model->loss = ng_sum_f32_in_f64(model->row_loss, step->rows) / (double)step->rows;
    see(model, node, "probability", model->probability, step->rows, classes);
    see(model, node, "row-loss", model->row_loss, step->rows, 1);
}

static void backward(struct ng_model *model, struct ng_node *node,
                     const struct ng_step *step)
{
    struct ng_value *logits = &model->values[node->input];
    size_t classes = model->classes;
    size_t bytes = (size_t)logits->grad_format->storage_bytes;
    float share = 1.0f / (float)(step->rows * step->micro_batches);
    uint32_t amax_bits = 0;
    logits->grad_stats = (struct ng_tensor_stats){0};
    for (size_t row = 0; row < step->rows; row++) {
        uint32_t label = step->labels[step->order[row]];
        const float *p = model->probability + row * classes;
        for (size_t at = 0; at < classes; at += NG_MODEL_CHUNK) {
            float dz[NG_MODEL_CHUNK];
            size_t count =
                classes - at < NG_MODEL_CHUNK ? classes - at : NG_MODEL_CHUNK;
            for (size_t i = 0; i < count; i++)
                dz[i] = (p[at + i] - (at + i == label ? 1.0f : 0.0f)) * share;
            amax_bits = ng_amax_join(amax_bits, ng_amax_bits(dz, count));
            ng_format_encode(logits->grad_format, &node->recipe.output_backward.policy,
                             1.0f, dz,
                             (char *)logits->grad + (row * classes + at) * bytes, count,
                             NULL, 0, &logits->grad_stats.counts);
        }
    }
    logits->grad_stats.amax_bits =
        ng_stored_amax_bits(logits->grad_format, logits->grad, step->rows * classes);
}

const struct ng_op ng_op_softmax_cross_entropy = {
    .kind = "softmax-cross-entropy",
    .recompute_safe = true,
    .declare = declare,
    .bind = bind,
    .forward = forward,
    .backward = backward,
};
