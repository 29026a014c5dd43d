/*
 * linear: Y = X W' + b, with X rows x in, W out x in, b out.
 *
 * Three products: fprop Y = X W' (K = in), dgrad dX = dY W (K = out), wgrad dW = dY' X
 * (K = rows). Each operand is cast as its recipe slot says; where two slots of one tensor
 * are the same cast and the codes are still there, they are made once:
 *   weight@dgrad takes weight@fprop's codes, grad@wgrad takes grad@dgrad's, and
 *   input@wgrad takes input@fprop's if the recipe saves codes; otherwise the stored
 *   input is kept and cast again, which gives the same codes.
 * The bias is added in FP32 before the output is rounded. Its gradient is one ascending
 * FP32 chain over the rows of dY as stored, then rounded to the gradient's format.
 * Evaluation casts the input with the scale stored by the calibration pass.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/graph.h"

/* One operand: read directly, sharing another slot's codes, or cast into its own. */
struct operand {
    bool used, direct;
    int shares; /* the slot whose codes it takes, or -1 */
    struct ng_qmatrix matrix;
    int entry, scale_entry;
};

struct linear {
    struct operand operands[NG_SLOTS];
    struct ng_parameter *weight, *bias;
    int evaluation_entry; /* the stored scale of input@fprop, or -1 */
    float *evaluation_scale;
    int bias_entry, sum_entry; /* FP32 bias and its gradient's sums, or -1 */
    float *bias_values, *sums;
};

static bool is_scaled(const struct ng_slot_cell *cell)
{
    return cell->granularity == NG_GRANULARITY_TENSOR;
}

static size_t state_bytes(const struct ng_node_recipe *recipe, bool input_needs_grad)
{
    const struct ng_slot_cell *slot = recipe->slot;
    const size_t pair = 2 * sizeof(float);
    size_t bytes = 0;
    if (is_scaled(&slot[NG_SLOT_INPUT_FPROP]))
        bytes += 2 * pair; /* the step's and the evaluation's */
    if (is_scaled(&slot[NG_SLOT_WEIGHT_FPROP]))
        bytes += pair;
    if (input_needs_grad && is_scaled(&slot[NG_SLOT_WEIGHT_DGRAD]) &&
        !ng_slot_same_cast(&slot[NG_SLOT_WEIGHT_FPROP], &slot[NG_SLOT_WEIGHT_DGRAD]))
        bytes += pair;
    if (input_needs_grad && is_scaled(&slot[NG_SLOT_GRAD_DGRAD]))
        bytes += pair;
    if (is_scaled(&slot[NG_SLOT_GRAD_WGRAD]) &&
        !(input_needs_grad &&
          ng_slot_same_cast(&slot[NG_SLOT_GRAD_DGRAD], &slot[NG_SLOT_GRAD_WGRAD])))
        bytes += pair;
    if (is_scaled(&slot[NG_SLOT_INPUT_WGRAD]) &&
        recipe->saved_input.how == NG_SAVED_STORED)
        bytes += pair;
    return bytes;
}

/* Format in which the tensor that a slot casts is stored. */
static const struct ng_format *stored_format(const struct ng_model *model,
                                             const struct ng_node *node, int slot)
{
    switch (slot) {
    case NG_SLOT_INPUT_FPROP:
    case NG_SLOT_INPUT_WGRAD:
        return model->values[node->input].format;
    case NG_SLOT_GRAD_DGRAD:
    case NG_SLOT_GRAD_WGRAD:
        return model->values[node->output].grad_format;
    default:
        return node->recipe.slot[slot].source == NG_SOURCE_COPY
                   ? node->recipe.compute_copy.format
                   : node->recipe.master.format;
    }
}

/* The slot whose codes can serve, or -1. */
static int shared_slot(const struct ng_node *node, int slot, bool input_needs_grad)
{
    const struct ng_node_recipe *recipe = &node->recipe;
    if (slot == NG_SLOT_WEIGHT_DGRAD &&
        ng_slot_same_cast(&recipe->slot[slot], &recipe->slot[NG_SLOT_WEIGHT_FPROP]))
        return NG_SLOT_WEIGHT_FPROP;
    if (slot == NG_SLOT_GRAD_WGRAD && input_needs_grad &&
        ng_slot_same_cast(&recipe->slot[slot], &recipe->slot[NG_SLOT_GRAD_DGRAD]))
        return NG_SLOT_GRAD_DGRAD;
    if (slot == NG_SLOT_INPUT_WGRAD && recipe->saved_input.how == NG_SAVED_CODES)
        return NG_SLOT_INPUT_FPROP;
    return -1;
}

/* How long an operand's codes live, and under which class they are booked. */
static void life_of(const struct ng_model *model, const struct ng_node *node, int slot,
                    int *first, int *last, enum ng_ledger_class *ledger_class)
{
    int forward = ng_forward_position(node);
    int backward = ng_backward_position(model, node);
    bool needs_grad = model->values[node->input].needs_grad;
    *first = *last = backward;
    *ledger_class = NG_LEDGER_WORKSPACE;
    if (slot == NG_SLOT_INPUT_FPROP) {
        bool saved = node->recipe.saved_input.how == NG_SAVED_CODES;
        *first = forward;
        *last = saved ? backward : forward;
        *ledger_class = saved ? NG_LEDGER_SAVED : NG_LEDGER_WORKSPACE;
    } else if (slot == NG_SLOT_WEIGHT_FPROP) {
        bool kept = needs_grad && shared_slot(node, NG_SLOT_WEIGHT_DGRAD, needs_grad) ==
                                      NG_SLOT_WEIGHT_FPROP;
        *first = forward;
        *last = kept ? backward : forward;
        *ledger_class = NG_LEDGER_COMPUTE_COPIES;
    } else if (slot == NG_SLOT_WEIGHT_DGRAD) {
        *ledger_class = NG_LEDGER_COMPUTE_COPIES;
    }
}

static void shape_of(const struct ng_model *model, const struct ng_node *node, int slot,
                     size_t *rows, size_t *cols)
{
    bool is_weight = slot == NG_SLOT_WEIGHT_FPROP || slot == NG_SLOT_WEIGHT_DGRAD;
    bool is_gradient = slot == NG_SLOT_GRAD_DGRAD || slot == NG_SLOT_GRAD_WGRAD;
    *rows = is_weight ? node->width : model->batch;
    *cols = is_gradient ? node->width : model->values[node->input].cols;
}

static void declare_operand(struct ng_model *model, struct ng_node *node, int slot)
{
    struct linear *linear = node->state;
    struct operand *operand = &linear->operands[slot];
    const struct ng_slot_cell *cell = &node->recipe.slot[slot];
    bool needs_grad = model->values[node->input].needs_grad;
    operand->entry = operand->scale_entry = operand->shares = -1;
    operand->used =
        needs_grad || (slot != NG_SLOT_GRAD_DGRAD && slot != NG_SLOT_WEIGHT_DGRAD);
    operand->matrix = (struct ng_qmatrix){
        .format = cell->format,
        .policy = cell->policy,
        .granularity = cell->granularity,
        .scale_rule = cell->scale_rule,
        .scale_format = is_scaled(cell) ? NG_SCALE_FP32 : NG_SCALE_NONE,
        .source = cell->source,
        .lifetime = NG_LIFETIME_STEP,
        .global_scale = 1.0f,
        .global_scale_inv = 1.0f,
    };
    size_t rows, cols;
    shape_of(model, node, slot, &rows, &cols);
    operand->matrix.rows = rows;
    operand->matrix.cols = cols;
    operand->matrix.codes[NG_ROWWISE].row_stride = cols;
    operand->direct =
        !is_scaled(cell) && cell->format == stored_format(model, node, slot);
    if (!operand->used || operand->direct)
        return;
    operand->shares = shared_slot(node, slot, needs_grad);
    if (operand->shares >= 0)
        return;
    int first, last;
    enum ng_ledger_class ledger_class;
    life_of(model, node, slot, &first, &last, &ledger_class);
    operand->matrix.ledger_class = ledger_class;
    operand->entry = ng_node_declare(
        model, node, ng_slot_names[slot], ledger_class, NG_LIFETIME_STEP,
        rows * cols * (size_t)cell->format->storage_bytes, first, last);
    if (!is_scaled(cell))
        return;
    char name[40];
    snprintf(name, sizeof name, "%s.scale", ng_slot_names[slot]);
    operand->scale_entry =
        ng_node_declare(model, node, name, NG_LEDGER_SCALES, NG_LIFETIME_PERSISTENT,
                        2 * sizeof(float), 0, 0);
}

static struct ng_gemm product(const struct ng_model *model, const struct ng_node *node,
                              enum ng_gemm_role role)
{
    struct linear *linear = node->state;
    static const int slots[NG_GEMM_ROLES][2] = {
        {NG_SLOT_INPUT_FPROP, NG_SLOT_WEIGHT_FPROP},
        {NG_SLOT_GRAD_DGRAD, NG_SLOT_WEIGHT_DGRAD},
        {NG_SLOT_GRAD_WGRAD, NG_SLOT_INPUT_WGRAD},
    };
    return (struct ng_gemm){
        .role = role,
        .batch = 1,
        .a = {&linear->operands[slots[role][0]].matrix, role == NG_GEMM_WGRAD, 0},
        .b = {&linear->operands[slots[role][1]].matrix, role != NG_GEMM_FPROP, 0},
        .accumulator = node->recipe.accumulate[role].accumulator,
        .workspace = model->workspace,
        .pool = model->pool,
    };
}

static struct ng_gemm fprop(struct ng_model *model, struct ng_node *node, size_t rows)
{
    struct ng_gemm gemm = product(model, node, NG_GEMM_FPROP);
    struct ng_value *output = &model->values[node->output];
    gemm.m = rows;
    gemm.n = node->width;
    gemm.k = model->values[node->input].cols;
    gemm.d = output->data;
    gemm.d_format = output->format;
    gemm.d_policy = node->recipe.output.policy;
    gemm.d_row_stride = node->width;
    gemm.d_stats = &output->stats;
    return gemm;
}

static struct ng_gemm dgrad(struct ng_model *model, struct ng_node *node, size_t rows)
{
    struct ng_gemm gemm = product(model, node, NG_GEMM_DGRAD);
    struct ng_value *input = &model->values[node->input];
    gemm.m = rows;
    gemm.n = input->cols;
    gemm.k = node->width;
    gemm.d = input->grad;
    gemm.d_format = input->grad_format;
    gemm.d_policy = node->recipe.output_backward.policy;
    gemm.d_row_stride = input->cols;
    gemm.d_stats = &input->grad_stats;
    return gemm;
}

static struct ng_gemm wgrad(struct ng_model *model, struct ng_node *node, size_t rows)
{
    struct ng_gemm gemm = product(model, node, NG_GEMM_WGRAD);
    struct ng_qmatrix *gradient = &((struct linear *)node->state)->weight->gradient;
    gemm.m = node->width;
    gemm.n = model->values[node->input].cols;
    gemm.k = rows;
    gemm.d = gradient->codes[NG_ROWWISE].data;
    gemm.d_format = gradient->format;
    gemm.d_policy = gradient->policy;
    gemm.d_row_stride = gemm.n;
    gemm.d_stats = &gradient->stats;
    return gemm;
}

static enum ng_status check_products(struct ng_model *model, struct ng_node *node,
                                     struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_gemm gemm = fprop(model, node, model->batch);
    NG_TRY(ng_graph_gemm(model, node, &gemm, err));
    gemm = wgrad(model, node, model->batch);
    NG_TRY(ng_graph_gemm(model, node, &gemm, err));
    if (model->values[node->input].needs_grad) {
        gemm = dgrad(model, node, model->batch);
        NG_TRY(ng_graph_gemm(model, node, &gemm, err));
    }
out:
    return status;
}

static enum ng_status declare(struct ng_model *model, struct ng_node *node,
                              struct ng_error *err)
{
    enum ng_status status = NG_OK;
    const struct ng_node_recipe *recipe = &node->recipe;
    size_t in = model->values[node->input].cols, out_width = node->width;
    struct linear *linear = ng_arena_alloc(&model->arena, sizeof *linear);
    if (linear == NULL)
        return ng_fail(err, NG_FAILED, "no memory for node %s", node->name);
    node->state = linear;
    /* The uniform bound 1/sqrt(fan-in) keeps the variance of activations steady through
     * ReLU layers of equal width (He et al. 2015, up to a constant). */
    double bound = 1.0 / sqrt((double)in);
    linear->weight =
        ng_graph_parameter(model, node, "weight", out_width, in, false, bound);
    linear->bias = ng_graph_parameter(model, node, "bias", 1, out_width, true, bound);
    node->parameters[0] = linear->weight;
    node->parameters[1] = linear->bias;
    node->parameter_count = 2;
    for (int slot = 0; slot < NG_SLOTS; slot++)
        declare_operand(model, node, slot);
    linear->evaluation_entry = -1;
    if (is_scaled(&recipe->slot[NG_SLOT_INPUT_FPROP]))
        linear->evaluation_entry = ng_node_declare(
            model, node, "input@fprop.evaluation-scale", NG_LEDGER_SCALES,
            NG_LIFETIME_PERSISTENT, 2 * sizeof(float), 0, 0);
    int forward = ng_forward_position(node),
        backward = ng_backward_position(model, node);
    linear->bias_entry = linear->sum_entry = -1;
    if (recipe->master.format != &ng_fp32)
        linear->bias_entry = ng_node_declare(
            model, node, "bias.fp32", NG_LEDGER_WORKSPACE, NG_LIFETIME_STEP,
            out_width * sizeof(float), forward, forward);
    if (recipe->gradient.format != &ng_fp32)
        linear->sum_entry = ng_node_declare(
            model, node, "bias-gradient.sums", NG_LEDGER_WORKSPACE, NG_LIFETIME_STEP,
            out_width * sizeof(float), backward, backward);
    ng_graph_value_alive(model, node->input, forward);
    if (recipe->saved_input.how == NG_SAVED_STORED)
        ng_graph_value_alive(model, node->input, backward);
    NG_TRY(ng_graph_input_gradient(model, node, err));
    NG_TRY(check_products(model, node, err));
out:
    return status;
}

static void *direct_data(const struct ng_model *model, const struct ng_node *node,
                         int slot)
{
    const struct linear *linear = node->state;
    switch (slot) {
    case NG_SLOT_INPUT_FPROP:
    case NG_SLOT_INPUT_WGRAD:
        return model->values[node->input].data;
    case NG_SLOT_GRAD_DGRAD:
    case NG_SLOT_GRAD_WGRAD:
        return model->values[node->output].grad;
    default:
        return node->recipe.slot[slot].source == NG_SOURCE_COPY
                   ? linear->weight->copy.codes[NG_ROWWISE].data
                   : linear->weight->master.codes[NG_ROWWISE].data;
    }
}

static void bind(struct ng_model *model, struct ng_node *node)
{
    struct linear *linear = node->state;
    const struct ng_ledger *ledger = &model->ledger;
    for (int slot = 0; slot < NG_SLOTS; slot++) {
        struct operand *operand = &linear->operands[slot];
        struct ng_qmatrix *matrix = &operand->matrix;
        if (!operand->used)
            continue;
        matrix->codes[NG_ROWWISE].data = operand->direct
                                             ? direct_data(model, node, slot)
                                             : ng_ledger_memory(ledger, operand->entry);
        if (operand->shares >= 0) {
            *matrix = linear->operands[operand->shares].matrix;
            continue;
        }
        float *scale = ng_ledger_memory(ledger, operand->scale_entry);
        if (scale == NULL)
            continue;
        matrix->scales[NG_ROWWISE].scale = scale;
        matrix->scales[NG_ROWWISE].scale_inv = scale + 1;
        matrix->scales[NG_ROWWISE].count = 1;
    }
    linear->evaluation_scale = ng_ledger_memory(ledger, linear->evaluation_entry);
    linear->bias_values = ng_ledger_memory(ledger, linear->bias_entry);
    linear->sums = ng_ledger_memory(ledger, linear->sum_entry);
}

/* Casts one operand for this step; rows: of the batch, for weights the store's own. */
static void cast(struct ng_model *model, struct ng_node *node, int slot,
                 const struct ng_step *step, uint32_t amax_bits)
{
    struct linear *linear = node->state;
    struct operand *operand = &linear->operands[slot];
    struct ng_qmatrix *matrix = &operand->matrix;
    if (slot != NG_SLOT_WEIGHT_FPROP && slot != NG_SLOT_WEIGHT_DGRAD)
        matrix->rows = step->rows;
    if (operand->shares < 0 && !operand->direct) {
        bool frozen = slot == NG_SLOT_INPUT_FPROP && !step->training &&
                      !step->calibrating && is_scaled(&node->recipe.slot[slot]) &&
                      node->recipe.evaluation.how == NG_EVAL_FROZEN;
        matrix->scale_rule = node->recipe.slot[slot].scale_rule;
        if (frozen) {
            matrix->scale_rule = NG_SCALE_RULE_FROZEN;
            memcpy(matrix->scales[NG_ROWWISE].scale, linear->evaluation_scale,
                   2 * sizeof(float));
        }
        matrix->stats = (struct ng_tensor_stats){0};
        ng_qmatrix_cast(matrix, direct_data(model, node, slot),
                        stored_format(model, node, slot), matrix->cols, amax_bits,
                        model->pool);
        ng_cast_counts_add(&node->counts, &matrix->stats.counts);
    }
    ng_model_see(model, node, ng_slot_names[slot], matrix);
}

static const float *fp32_bias(struct linear *linear)
{
    const struct ng_qmatrix *store = &linear->bias->master;
    if (linear->bias_values == NULL)
        return store->codes[NG_ROWWISE].data;
    ng_format_decode(store->format, store->codes[NG_ROWWISE].data, 1.0f,
                     linear->bias_values, store->cols);
    return linear->bias_values;
}

static void forward(struct ng_model *model, struct ng_node *node,
                    const struct ng_step *step)
{
    struct linear *linear = node->state;
    struct ng_value *output = &model->values[node->output];
    cast(model, node, NG_SLOT_INPUT_FPROP, step,
         model->values[node->input].stats.amax_bits);
    cast(model, node, NG_SLOT_WEIGHT_FPROP, step,
         linear->weight->master.stats.amax_bits);
    if (step->calibrating && linear->evaluation_scale != NULL)
        memcpy(linear->evaluation_scale,
               linear->operands[NG_SLOT_INPUT_FPROP].matrix.scales[NG_ROWWISE].scale,
               2 * sizeof(float));
    output->stats = (struct ng_tensor_stats){0};
    struct ng_gemm gemm = fprop(model, node, step->rows);
    gemm.bias = fp32_bias(linear);
    ng_gemm_run(&gemm);
}

static void bias_gradient(const struct ng_value *output, struct linear *linear,
                          const struct ng_step *step)
{
    struct ng_qmatrix *gradient = &linear->bias->gradient;
    size_t width = output->cols, bytes = (size_t)output->grad_format->storage_bytes;
    float *sums =
        linear->sums != NULL ? linear->sums : (float *)gradient->codes[NG_ROWWISE].data;
    if (step->micro_batch == 0)
        memset(sums, 0, width * sizeof *sums);
    else if (linear->sums != NULL)
        ng_format_decode(gradient->format, gradient->codes[NG_ROWWISE].data, 1.0f, sums,
                         width);
    for (size_t row = 0; row < step->rows; row++)
        for (size_t at = 0; at < width; at += NG_MODEL_CHUNK) {
            float values[NG_MODEL_CHUNK];
            size_t count = width - at < NG_MODEL_CHUNK ? width - at : NG_MODEL_CHUNK;
            ng_format_decode(output->grad_format,
                             (const char *)output->grad + (row * width + at) * bytes,
                             1.0f, values, count);
            for (size_t i = 0; i < count; i++)
                sums[at + i] += values[i];
        }
    gradient->stats = (struct ng_tensor_stats){0};
    ng_format_encode(gradient->format, &gradient->policy, 1.0f, sums,
                     gradient->codes[NG_ROWWISE].data, width, NULL, 0,
                     &gradient->stats.counts);
}

static void backward(struct ng_model *model, struct ng_node *node,
                     const struct ng_step *step)
{
    struct linear *linear = node->state;
    struct ng_value *input = &model->values[node->input];
    struct ng_value *output = &model->values[node->output];
    uint32_t amax_bits = output->grad_stats.amax_bits;
    if (input->needs_grad) {
        cast(model, node, NG_SLOT_GRAD_DGRAD, step, amax_bits);
        cast(model, node, NG_SLOT_WEIGHT_DGRAD, step,
             linear->weight->master.stats.amax_bits);
        input->grad_stats = (struct ng_tensor_stats){0};
        struct ng_gemm gemm = dgrad(model, node, step->rows);
        ng_gemm_run(&gemm);
    }
    cast(model, node, NG_SLOT_GRAD_WGRAD, step, amax_bits);
    cast(model, node, NG_SLOT_INPUT_WGRAD, step, input->stats.amax_bits);
    linear->weight->gradient.stats = (struct ng_tensor_stats){0};
    struct ng_gemm gemm = wgrad(model, node, step->rows);
    gemm.accumulate = step->micro_batch > 0;
    ng_gemm_run(&gemm);
    bias_gradient(output, linear, step);
    ng_model_see(model, node, "weight-gradient", &linear->weight->gradient);
    ng_model_see(model, node, "bias-gradient", &linear->bias->gradient);
}

static bool state(struct ng_node *node, const char **name, float **data, size_t *n)
{
    struct linear *linear = node->state;
    *name = "input@fprop.evaluation-scale";
    *data = linear->evaluation_scale;
    *n = 2;
    return linear->evaluation_scale != NULL;
}

const struct ng_op ng_op_linear = {
    .kind = "linear",
    .recompute_safe = true,
    .has_slots = true,
    .declare = declare,
    .bind = bind,
    .forward = forward,
    .backward = backward,
    .state = state,
    .state_bytes = state_bytes,
};
