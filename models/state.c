#include "models/state.h"

#include <stdio.h>

const char *const ng_state_kind_names[] = {"master",  "copy",    "gradient",
                                           "moment1", "moment2", "scale"};

static struct ng_state_item item_of(const struct ng_parameter *parameter,
                                    const struct ng_qmatrix *matrix,
                                    enum ng_state_kind kind)
{
    struct ng_state_item item = {
        .kind = kind,
        .format = matrix->format,
        .rows = matrix->rows,
        .cols = matrix->cols,
        .data = matrix->codes[NG_ROWWISE].data,
        .scale = matrix->scales[NG_ROWWISE].scale,
        .scale_inv = matrix->scales[NG_ROWWISE].scale_inv,
        .ledger_class = matrix->ledger_class,
        .final = kind == NG_STATE_MASTER,
    };
    item.bytes = item.rows * item.cols * (size_t)matrix->format->storage_bytes;
    snprintf(item.name, sizeof item.name, "%s/%s@%s", parameter->node->name,
             parameter->name, ng_state_kind_names[kind]);
    return item;
}

static enum ng_status
each_of_parameter(struct ng_parameter *parameter,
                  enum ng_status (*see)(void *context, struct ng_state_item *item,
                                        struct ng_error *err),
                  void *context, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    const struct ng_qmatrix *const parts[] = {&parameter->master, &parameter->copy,
                                              &parameter->gradient, &parameter->moment1,
                                              &parameter->moment2};
    for (int kind = NG_STATE_MASTER; kind <= NG_STATE_MOMENT2; kind++) {
        if (parts[kind]->format == NULL)
            continue;
        struct ng_state_item item =
            item_of(parameter, parts[kind], (enum ng_state_kind)kind);
        NG_TRY(see(context, &item, err));
    }
out:
    return status;
}

enum ng_status ng_state_each(struct ng_model *model,
                             enum ng_status (*see)(void *context,
                                                   struct ng_state_item *item,
                                                   struct ng_error *err),
                             void *context, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    for (size_t i = 0; i < model->parameter_count; i++)
        NG_TRY(each_of_parameter(&model->parameters[i], see, context, err));
    for (size_t i = 0; i < model->node_count; i++) {
        struct ng_node *node = &model->nodes[i];
        const char *name;
        float *data;
        size_t n;
        if (node->op->state == NULL || !node->op->state(node, &name, &data, &n))
            continue;
        struct ng_state_item item = {.kind = NG_STATE_SCALE,
                                     .format = &ng_fp32,
                                     .rows = 1,
                                     .cols = n,
                                     .bytes = n * sizeof(float),
                                     .data = data,
                                     .ledger_class = NG_LEDGER_SCALES,
                                     .final = true};
        snprintf(item.name, sizeof item.name, "%s/%s", node->name, name);
        NG_TRY(see(context, &item, err));
    }
out:
    return status;
}
