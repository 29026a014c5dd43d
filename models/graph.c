#include "models/graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_PARAMETERS 2 /* of one node */

static enum ng_status no_memory(struct ng_error *err)
{
    return ng_fail(err, NG_FAILED, "no memory for the model's description");
}

static struct ng_value *add_value(struct ng_model *model, const char *name, size_t cols,
                                  const struct ng_format *format, int producer)
{
    struct ng_value *value = &model->values[model->value_count++];
    snprintf(value->name, sizeof value->name, "%s", name);
    value->rows = model->batch;
    value->cols = cols;
    value->format = format;
    value->producer = producer;
    value->last_use = producer < 0 ? 0 : producer;
    value->entry = -1;
    value->grad_entry = -1;
    value->needs_grad = producer >= 0;
    return value;
}

enum ng_status ng_graph_begin(struct ng_model *model, const struct ng_recipe *recipe,
                              size_t features, size_t classes, size_t batch,
                              size_t most_nodes, struct ng_error *err)
{
    *model = (struct ng_model){.features = features,
                               .classes = classes,
                               .batch = batch,
                               .workspace_entry = -1};
    struct ng_arena *arena = &model->arena;
    model->nodes = ng_arena_array(arena, most_nodes, sizeof *model->nodes);
    model->values = ng_arena_array(arena, most_nodes + 1, sizeof *model->values);
    model->parameters =
        ng_arena_array(arena, most_nodes * MOST_PARAMETERS, sizeof *model->parameters);
    if (model->nodes == NULL || model->values == NULL || model->parameters == NULL)
        return no_memory(err);
    enum ng_status status =
        ng_recipe_resolve(recipe, "input", false, false, &model->input_recipe, err);
    if (status == NG_OK)
        add_value(model, "input", features, model->input_recipe.output.format, -1);
    return status;
}

enum ng_status ng_graph_node(struct ng_model *model, const struct ng_recipe *recipe,
                             const char *name, const struct ng_op *op, size_t width,
                             bool is_logits, struct ng_error *err)
{
    struct ng_node *node = &model->nodes[model->node_count];
    snprintf(node->name, sizeof node->name, "%s", name);
    node->op = op;
    node->number = (int)model->node_count++;
    node->input = (int)model->value_count - 1;
    node->output = (int)model->value_count;
    node->width = width;
    enum ng_status status = ng_recipe_resolve(recipe, node->name, op->has_slots,
                                              is_logits, &node->recipe, err);
    if (status != NG_OK)
        return status;
    model->values[node->input].grad_format = node->recipe.output_backward.format;
    add_value(model, node->name, width, node->recipe.output.format, node->number);
    return NG_OK;
}

void ng_graph_value_alive(struct ng_model *model, int value, int position)
{
    if (position > model->values[value].last_use)
        model->values[value].last_use = position;
}

enum ng_status ng_graph_input_gradient(struct ng_model *model,
                                       const struct ng_node *node, struct ng_error *err)
{
    struct ng_value *value = &model->values[node->input];
    if (!value->needs_grad)
        return NG_OK;
    char name[96];
    snprintf(name, sizeof name, "%s/gradient", value->name);
    value->grad_entry = ng_ledger_declare(
        &model->ledger, name, NG_LEDGER_WORKSPACE, NG_LIFETIME_STEP,
        value->rows * value->cols * (size_t)value->grad_format->storage_bytes,
        ng_backward_position(model, node),
        ng_backward_position(model, &model->nodes[value->producer]));
    return value->grad_entry < 0 ? no_memory(err) : NG_OK;
}

enum ng_status ng_graph_gemm(struct ng_model *model, const struct ng_node *node,
                             const struct ng_gemm *gemm, struct ng_error *err)
{
    struct ng_gemm_answer answer;
    if (!ng_gemm_query(gemm, &answer))
        return ng_fail(err, NG_INVALID, "node %s: its %s product is refused: %s",
                       node->name, ng_gemm_role_names[gemm->role], answer.refusal);
    if (answer.verification > model->weakest)
        model->weakest = answer.verification;
    if (answer.nominal_bytes > model->workspace_bytes)
        model->workspace_bytes = answer.nominal_bytes;
    return NG_OK;
}

enum { MASTER, COPY, GRADIENT, MOMENT1, MOMENT2, PARTS };
static const char *const part_names[] = {"master", "copy", "gradient", "moment1",
                                         "moment2"};

static struct ng_qmatrix *part_of(struct ng_parameter *parameter, int part)
{
    struct ng_qmatrix *const parts[] = {&parameter->master, &parameter->copy,
                                        &parameter->gradient, &parameter->moment1,
                                        &parameter->moment2};
    return parts[part];
}

static void declare_part(struct ng_model *model, const struct ng_node *node,
                         struct ng_parameter *parameter, int part,
                         const struct ng_store_cell *cell,
                         enum ng_ledger_class ledger_class)
{
    struct ng_qmatrix *matrix = part_of(parameter, part);
    char name[96];
    parameter->entry[part] = parameter->scale_entry[part] = -1;
    if (cell->format == NULL)
        return;
    *matrix = (struct ng_qmatrix){
        .format = cell->format,
        .policy = cell->policy,
        .rows = parameter->rows,
        .cols = parameter->cols,
        .granularity = cell->granularity,
        .source = NG_SOURCE_PARAMETER,
        .ledger_class = ledger_class,
        .lifetime = NG_LIFETIME_PERSISTENT,
        .global_scale = 1.0f,
        .global_scale_inv = 1.0f,
    };
    size_t bytes =
        parameter->rows * parameter->cols * (size_t)cell->format->storage_bytes;
    snprintf(name, sizeof name, "%s@%s", parameter->name, part_names[part]);
    parameter->entry[part] = ng_node_declare(model, node, name, ledger_class,
                                             NG_LIFETIME_PERSISTENT, bytes, 0, 0);
    if (cell->granularity != NG_GRANULARITY_TENSOR)
        return;
    matrix->scale_rule = NG_SCALE_RULE_CURRENT;
    matrix->scale_format = NG_SCALE_FP32;
    snprintf(name, sizeof name, "%s@%s.scale", parameter->name, part_names[part]);
    parameter->scale_entry[part] =
        ng_node_declare(model, node, name, NG_LEDGER_SCALES, NG_LIFETIME_PERSISTENT,
                        2 * sizeof(float), 0, 0);
}

struct ng_parameter *ng_graph_parameter(struct ng_model *model,
                                        const struct ng_node *node, const char *name,
                                        size_t rows, size_t cols, bool is_bias,
                                        double init_bound)
{
    struct ng_parameter *parameter = &model->parameters[model->parameter_count];
    const struct ng_node_recipe *recipe = &node->recipe;
    snprintf(parameter->name, sizeof parameter->name, "%s", name);
    parameter->rows = rows;
    parameter->cols = cols;
    parameter->number = (uint32_t)model->parameter_count++;
    parameter->init_bound = init_bound;
    /* A bias does not decay, and is added in FP32 straight from the store: no copy. */
    parameter->is_bias = is_bias;
    parameter->recipe = recipe;
    parameter->node = node;
    model->parameter_elements += rows * cols;
    /* Where GEMMs read the store itself, it is simply the weights. */
    bool is_weights =
        recipe->compute_copy.format == NULL &&
        recipe->slot[NG_SLOT_WEIGHT_FPROP].format == recipe->master.format;
    static const struct ng_store_cell no_copy = {0};
    declare_part(model, node, parameter, MASTER, &recipe->master,
                 is_weights ? NG_LEDGER_WEIGHTS : NG_LEDGER_MASTER);
    declare_part(model, node, parameter, COPY,
                 is_bias ? &no_copy : &recipe->compute_copy, NG_LEDGER_COMPUTE_COPIES);
    declare_part(model, node, parameter, GRADIENT, &recipe->gradient,
                 NG_LEDGER_GRADIENTS);
    declare_part(model, node, parameter, MOMENT1, &recipe->moment1, NG_LEDGER_MOMENT1);
    declare_part(model, node, parameter, MOMENT2, &recipe->moment2, NG_LEDGER_MOMENT2);
    return parameter;
}

static void bind_parameters(struct ng_model *model)
{
    for (size_t i = 0; i < model->parameter_count; i++) {
        struct ng_parameter *parameter = &model->parameters[i];
        for (int part = 0; part < PARTS; part++) {
            struct ng_qmatrix *matrix = part_of(parameter, part);
            matrix->codes[NG_ROWWISE].data =
                ng_ledger_memory(&model->ledger, parameter->entry[part]);
            matrix->codes[NG_ROWWISE].row_stride = parameter->cols;
            float *scale =
                ng_ledger_memory(&model->ledger, parameter->scale_entry[part]);
            if (scale == NULL)
                continue;
            matrix->scales[NG_ROWWISE].scale = scale;
            matrix->scales[NG_ROWWISE].scale_inv = scale + 1;
            matrix->scales[NG_ROWWISE].count = 1;
        }
    }
}

static enum ng_status declare_values(struct ng_model *model, struct ng_error *err)
{
    int forward_end = (int)model->node_count - 1;
    for (size_t i = 0; i < model->value_count; i++) {
        struct ng_value *value = &model->values[i];
        bool saved = value->last_use > forward_end;
        char name[96];
        snprintf(name, sizeof name, "%s/output", value->name);
        size_t bytes = value->rows * value->cols * (size_t)value->format->storage_bytes;
        /* The loss has no output of its own. */
        if (value->cols == 0)
            continue;
        value->entry = ng_ledger_declare(
            &model->ledger, name, saved ? NG_LEDGER_SAVED : NG_LEDGER_WORKSPACE,
            NG_LIFETIME_STEP, bytes, value->producer < 0 ? 0 : value->producer,
            value->last_use);
        if (value->entry < 0)
            return no_memory(err);
    }
    return NG_OK;
}

static enum ng_status give_workspace(struct ng_model *model, int threads,
                                     struct ng_error *err)
{
    model->workspace = ng_ledger_memory(&model->ledger, model->workspace_entry);
    if (threads <= 1)
        return NG_OK;
    enum ng_status status = ng_pool_new(&model->pool, threads, err);
    if (status != NG_OK)
        return status;
    /* Linear in threads: one nominal workspace each. */
    model->extra_workspace =
        aligned_alloc(64, (model->workspace_bytes + 63) / 64 * 64 * (size_t)threads);
    if (model->extra_workspace == NULL)
        return no_memory(err);
    model->workspace = model->extra_workspace;
    return NG_OK;
}

enum ng_status ng_graph_finish(struct ng_model *model, int threads,
                               struct ng_error *err)
{
    enum ng_status status = NG_OK;
    for (size_t i = 0; i < model->node_count; i++)
        NG_TRY(model->nodes[i].op->declare(model, &model->nodes[i], err));
    NG_TRY(declare_values(model, err));
    model->workspace_entry = ng_ledger_declare(
        &model->ledger, "gemm/workspace", NG_LEDGER_WORKSPACE, NG_LIFETIME_STEP,
        model->workspace_bytes, 0, 2 * (int)model->node_count - 1);
    NG_TRY(ng_ledger_plan(&model->ledger, err));
    for (size_t i = 0; i < model->value_count; i++) {
        struct ng_value *value = &model->values[i];
        value->data = ng_ledger_memory(&model->ledger, value->entry);
        value->grad = ng_ledger_memory(&model->ledger, value->grad_entry);
    }
    bind_parameters(model);
    for (size_t i = 0; i < model->node_count; i++)
        model->nodes[i].op->bind(model, &model->nodes[i]);
    NG_TRY(give_workspace(model, threads, err));
out:
    return status;
}
