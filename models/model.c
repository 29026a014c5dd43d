#include "models/model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/math/math.h"
#include "models/graph.h"

int ng_backward_position(const struct ng_model *model, const struct ng_node *node)
{
    return 2 * (int)model->node_count - 1 - node->number;
}

int ng_node_declare(struct ng_model *model, const struct ng_node *node,
                    const char *name, enum ng_ledger_class ledger_class,
                    enum ng_lifetime lifetime, size_t bytes, int first, int last)
{
    char full[160];
    snprintf(full, sizeof full, "%s/%s", node->name, name);
    return ng_ledger_declare(&model->ledger, full, ledger_class, lifetime, bytes, first,
                             last);
}

static struct ng_qmatrix matrix_of(const struct ng_value *value, size_t rows,
                                   const struct ng_format *format, void *data,
                                   const struct ng_tensor_stats *stats)
{
    struct ng_qmatrix matrix = {
        .format = format,
        .rows = rows,
        .cols = value->cols,
        .granularity = NG_GRANULARITY_NONE,
        .source = NG_SOURCE_STORED,
        .stats = *stats,
        .global_scale = 1.0f,
        .global_scale_inv = 1.0f,
    };
    matrix.codes[NG_ROWWISE].data = data;
    matrix.codes[NG_ROWWISE].row_stride = value->cols;
    return matrix;
}

struct ng_qmatrix ng_value_matrix(const struct ng_value *value, size_t rows)
{
    return matrix_of(value, rows, value->format, value->data, &value->stats);
}

struct ng_qmatrix ng_value_grad_matrix(const struct ng_value *value, size_t rows)
{
    return matrix_of(value, rows, value->grad_format, value->grad, &value->grad_stats);
}

void ng_model_see(struct ng_model *model, const struct ng_node *node, const char *part,
                  const struct ng_qmatrix *matrix)
{
    if (model->trace.see == NULL)
        return;
    char name[160];
    snprintf(name, sizeof name, "%s/%s", node->name, part);
    model->trace.see(model->trace.context, name, matrix);
}

/* The batch's rows, straight from the split, in the input value's own width. */
static void load_input(struct ng_model *model, const struct ng_step *step)
{
    struct ng_value *input = &model->values[0];
    const struct ng_store_cell *cell = &model->input_recipe.output;
    size_t width = input->cols, bytes = width * (size_t)input->format->storage_bytes;
    uint32_t amax_bits = 0;
    input->stats = (struct ng_tensor_stats){0};
    for (size_t i = 0; i < step->rows; i++) {
        const float *row = step->x + (size_t)step->order[i] * width;
        char *codes = (char *)input->data + i * bytes;
        ng_format_encode(input->format, &cell->policy, 1.0f, row, codes, width, NULL, 0,
                         &input->stats.counts);
        amax_bits = ng_amax_join(amax_bits, ng_amax_bits(row, width));
    }
    input->stats.amax_bits = ng_amax_as_stored(input->format, &cell->policy, amax_bits);
    if (model->trace.see != NULL) {
        struct ng_qmatrix matrix = ng_value_matrix(input, step->rows);
        model->trace.see(model->trace.context, "input/output", &matrix);
    }
}

void ng_model_forward(struct ng_model *model, const struct ng_step *step)
{
    load_input(model, step);
    for (size_t i = 0; i < model->node_count; i++) {
        struct ng_node *node = &model->nodes[i];
        node->op->forward(model, node, step);
        struct ng_value *value = &model->values[node->output];
        if (value->cols == 0)
            continue;
        struct ng_qmatrix output = ng_value_matrix(value, step->rows);
        ng_model_see(model, node, "output", &output);
    }
}

void ng_model_backward(struct ng_model *model, const struct ng_step *step)
{
    for (size_t i = model->node_count; i-- > 0;) {
        struct ng_node *node = &model->nodes[i];
        node->op->backward(model, node, step);
        struct ng_value *input = &model->values[node->input];
        if (!input->needs_grad)
            continue;
        struct ng_qmatrix gradient = ng_value_grad_matrix(input, step->rows);
        ng_model_see(model, node, "input-gradient", &gradient);
    }
}

#define SUM_BLOCK 4096 /* of the fixed-order sums: formats/math/math.h */

double ng_model_gradient_norm(const struct ng_model *model)
{
    double total = 0.0;
    for (size_t i = 0; i < model->parameter_count; i++) {
        const struct ng_qmatrix *g = &model->parameters[i].gradient;
        const char *codes = g->codes[NG_ROWWISE].data;
        size_t n = g->rows * g->cols, bytes = (size_t)g->format->storage_bytes;
        double sum = 0.0;
        for (size_t at = 0; at < n; at += SUM_BLOCK) {
            float values[SUM_BLOCK];
            size_t count = n - at < SUM_BLOCK ? n - at : SUM_BLOCK;
            ng_format_decode(g->format, codes + at * bytes, 1.0f, values, count);
            sum += ng_sum_squares(values, count);
        }
        total += sum;
    }
    return sqrt(total);
}

uint32_t ng_stored_amax_bits(const struct ng_format *format, const void *codes,
                             size_t n)
{
    uint32_t amax_bits = 0;
    for (size_t at = 0; at < n; at += NG_MODEL_CHUNK) {
        float values[NG_MODEL_CHUNK];
        size_t count = n - at < NG_MODEL_CHUNK ? n - at : NG_MODEL_CHUNK;
        ng_format_decode(format,
                         (const char *)codes + at * (size_t)format->storage_bytes, 1.0f,
                         values, count);
        amax_bits = ng_amax_join(amax_bits, ng_amax_bits(values, count));
    }
    return amax_bits;
}

void ng_model_refresh(struct ng_model *model)
{
    for (size_t i = 0; i < model->parameter_count; i++) {
        struct ng_qmatrix *master = &model->parameters[i].master;
        master->stats.amax_bits =
            ng_stored_amax_bits(master->format, master->codes[NG_ROWWISE].data,
                                master->rows * master->cols);
    }
}

static void initialise_parameter(struct ng_parameter *parameter, uint32_t seed)
{
    const struct ng_random random = {
        seed, ng_stream_key(NG_STREAM_INIT, parameter->number), 0};
    struct ng_qmatrix *master = &parameter->master;
    struct ng_policy policy = master->policy;
    policy.rounding = NG_ROUND_NEAREST_EVEN;
    size_t n = parameter->rows * parameter->cols;
    for (size_t i = 0; i < n; i++) {
        double uniform = (double)ng_random_uniform(&random, i);
        float value = (float)(parameter->init_bound * (2.0 * uniform - 1.0));
        uint32_t code = ng_format_encode_one(master->format, &policy, value, 0, NULL);
        ng_format_store(master->format, master->codes[NG_ROWWISE].data, i, code);
    }
}

void ng_model_initialise(struct ng_model *model, uint32_t seed)
{
    for (size_t i = 0; i < model->ledger.count; i++) {
        struct ng_ledger_entry *entry = &model->ledger.entries[i];
        if (entry->lifetime == NG_LIFETIME_PERSISTENT)
            memset(model->ledger.memory + entry->offset, 0, entry->bytes);
    }
    for (size_t i = 0; i < model->parameter_count; i++)
        initialise_parameter(&model->parameters[i], seed);
    ng_model_refresh(model);
    for (size_t i = 0; i < model->parameter_count; i++)
        ng_parameter_copy(&model->parameters[i]);
}

void ng_parameter_copy(struct ng_parameter *parameter)
{
    if (parameter->copy.format != NULL)
        ng_qmatrix_cast(&parameter->copy, parameter->master.codes[NG_ROWWISE].data,
                        parameter->master.format, parameter->cols, 0, NULL);
}

/* Stores in FP32 cut nothing off and are no casts. */
static void take(struct ng_cast_counts *into, const struct ng_format *format,
                 struct ng_cast_counts *from)
{
    if (format != NULL && format != &ng_fp32)
        ng_cast_counts_add(into, from);
    *from = (struct ng_cast_counts){0};
}

void ng_model_take_counts(struct ng_model *model, struct ng_cast_counts *counts)
{
    *counts = (struct ng_cast_counts){0};
    for (size_t i = 0; i < model->node_count; i++) {
        ng_cast_counts_add(counts, &model->nodes[i].counts);
        model->nodes[i].counts = (struct ng_cast_counts){0};
    }
    for (size_t i = 0; i < model->value_count; i++) {
        struct ng_value *value = &model->values[i];
        take(counts, value->format, &value->stats.counts);
        take(counts, value->grad_format, &value->grad_stats.counts);
    }
    for (size_t i = 0; i < model->parameter_count; i++) {
        struct ng_parameter *p = &model->parameters[i];
        struct ng_qmatrix *const parts[] = {&p->master, &p->copy, &p->gradient,
                                            &p->moment1, &p->moment2};
        for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++)
            take(counts, parts[k]->format, &parts[k]->stats.counts);
    }
}

static bool is_bad(const struct ng_tensor_stats *stats)
{
    return stats->amax_bits >= 0x7F800000u;
}

int ng_model_first_bad(const struct ng_model *model)
{
    int values = (int)model->value_count;
    for (int i = 0; i < values; i++)
        if (is_bad(&model->values[i].stats))
            return i;
    for (int i = values; i-- > 0;)
        if (is_bad(&model->values[i].grad_stats))
            return values + i;
    return 2 * values;
}

void ng_model_bad_name(const struct ng_model *model, int number, char name[NG_BAD_NAME])
{
    int values = (int)model->value_count;
    if (number >= 2 * values)
        snprintf(name, NG_BAD_NAME, "a parameter's gradient");
    else
        snprintf(name, NG_BAD_NAME, "%s/%s", model->values[number % values].name,
                 number < values ? "output" : "gradient");
}

size_t ng_model_state_formula(const struct ng_model *model)
{
    size_t bytes = 0;
    for (size_t i = 0; i < model->parameter_count; i++) {
        const struct ng_node_recipe *recipe = model->parameters[i].recipe;
        const struct ng_store_cell *cells[] = {&recipe->master, &recipe->gradient,
                                               &recipe->moment1, &recipe->moment2};
        size_t elements = model->parameters[i].rows * model->parameters[i].cols;
        for (size_t c = 0; c < sizeof cells / sizeof cells[0]; c++) {
            bytes += elements * (size_t)cells[c]->format->storage_bytes;
            if (cells[c]->granularity == NG_GRANULARITY_TENSOR)
                bytes += 2 * sizeof(float);
        }
        if (recipe->compute_copy.format != NULL && !model->parameters[i].is_bias)
            bytes += elements * (size_t)recipe->compute_copy.format->storage_bytes;
    }
    for (size_t i = 0; i < model->node_count; i++)
        if (model->nodes[i].op->state_bytes != NULL)
            bytes += model->nodes[i].op->state_bytes(
                &model->nodes[i].recipe,
                model->values[model->nodes[i].input].needs_grad);
    return bytes;
}

void ng_model_release(struct ng_model *model)
{
    ng_pool_free(model->pool);
    free(model->extra_workspace);
    ng_ledger_release(&model->ledger);
    ng_arena_release(&model->arena);
    *model = (struct ng_model){0};
}
