/*
 * relu: y = x where x > 0, else +0; a NaN passes through, so that it is seen.
 *
 * Backward lets the gradient pass where the forward pass let x pass. It knows that either
 * from y itself (which is kept anyway where it is the next product's stored input) or
 * from one bit per element, as the recipe's saved_mask says.
 */
#include <string.h>

#include "models/graph.h"

struct relu {
    int mask_entry; /* or -1 */
    unsigned char *mask;
};

static enum ng_status declare(struct ng_model *model, struct ng_node *node,
                              struct ng_error *err)
{
    struct relu *relu = ng_arena_alloc(&model->arena, sizeof *relu);
    if (relu == NULL)
        return ng_fail(err, NG_FAILED, "no memory for node %s", node->name);
    node->state = relu;
    int forward = ng_forward_position(node),
        backward = ng_backward_position(model, node);
    relu->mask_entry = -1;
    if (node->recipe.saved_mask.how == NG_MASK_BITS) {
        size_t bytes = (model->batch * node->width + 7) / 8;
        relu->mask_entry = ng_node_declare(model, node, "mask", NG_LEDGER_SAVED,
                                           NG_LIFETIME_STEP, bytes, forward, backward);
    } else {
        ng_graph_value_alive(model, node->output, backward);
    }
    ng_graph_value_alive(model, node->input, forward);
    return ng_graph_input_gradient(model, node, err);
}

static void bind(struct ng_model *model, struct ng_node *node)
{
    struct relu *relu = node->state;
    relu->mask = ng_ledger_memory(&model->ledger, relu->mask_entry);
}

/* first: of the chunk, a multiple of 8. */
static void save_bits(unsigned char *mask, size_t first, const float *y, size_t count)
{
    for (size_t i = 0; i < count; i += 8) {
        unsigned bits = 0;
        for (size_t j = i; j < count && j < i + 8; j++)
            bits |= (unsigned)(y[j] != 0.0f) << (j - i);
        mask[(first + i) / 8] = (unsigned char)bits;
    }
}

static void forward(struct ng_model *model, struct ng_node *node,
                    const struct ng_step *step)
{
    struct relu *relu = node->state;
    struct ng_value *input = &model->values[node->input];
    struct ng_value *output = &model->values[node->output];
    size_t n = step->rows * node->width;
    size_t from = (size_t)input->format->storage_bytes;
    size_t to = (size_t)output->format->storage_bytes;
    uint32_t amax_bits = 0;
    output->stats = (struct ng_tensor_stats){0};
    for (size_t at = 0; at < n; at += NG_MODEL_CHUNK) {
        float y[NG_MODEL_CHUNK];
        size_t count = n - at < NG_MODEL_CHUNK ? n - at : NG_MODEL_CHUNK;
        char *codes = (char *)output->data + at * to;
        ng_format_decode(input->format, (char *)input->data + at * from, 1.0f, y,
                         count);
        for (size_t i = 0; i < count; i++)
            y[i] = y[i] <= 0.0f ? 0.0f : y[i];
        if (relu->mask != NULL)
            save_bits(relu->mask, at, y, count);
        amax_bits = ng_amax_join(amax_bits, ng_amax_bits(y, count));
        ng_format_encode(output->format, &node->recipe.output.policy, 1.0f, y, codes,
                         count, NULL, 0, &output->stats.counts);
    }
    output->stats.amax_bits =
        ng_amax_as_stored(output->format, &node->recipe.output.policy, amax_bits);
}

static void backward(struct ng_model *model, struct ng_node *node,
                     const struct ng_step *step)
{
    const struct relu *relu = node->state;
    struct ng_value *input = &model->values[node->input];
    const struct ng_value *output = &model->values[node->output];
    size_t n = step->rows * node->width;
    size_t from = (size_t)output->grad_format->storage_bytes;
    size_t to = (size_t)input->grad_format->storage_bytes;
    uint32_t amax_bits = 0;
    input->grad_stats = (struct ng_tensor_stats){0};
    for (size_t at = 0; at < n; at += NG_MODEL_CHUNK) {
        float dy[NG_MODEL_CHUNK], y[NG_MODEL_CHUNK];
        size_t count = n - at < NG_MODEL_CHUNK ? n - at : NG_MODEL_CHUNK;
        ng_format_decode(output->grad_format, (char *)output->grad + at * from, 1.0f,
                         dy, count);
        if (relu->mask != NULL)
            for (size_t i = 0; i < count; i++)
                y[i] = (float)(relu->mask[(at + i) / 8] >> ((at + i) % 8) & 1);
        else
            ng_format_decode(output->format,
                             (char *)output->data +
                                 at * (size_t)output->format->storage_bytes,
                             1.0f, y, count);
        for (size_t i = 0; i < count; i++)
            dy[i] = y[i] != 0.0f ? dy[i] : 0.0f;
        amax_bits = ng_amax_join(amax_bits, ng_amax_bits(dy, count));
        ng_format_encode(input->grad_format, &node->recipe.output_backward.policy, 1.0f,
                         dy, (char *)input->grad + at * to, count, NULL, 0,
                         &input->grad_stats.counts);
    }
    input->grad_stats.amax_bits = ng_amax_as_stored(
        input->grad_format, &node->recipe.output_backward.policy, amax_bits);
}

const struct ng_op ng_op_relu = {
    .kind = "relu",
    .recompute_safe = true,
    .declare = declare,
    .bind = bind,
    .forward = forward,
    .backward = backward,
};
