/* mlp: linear and ReLU per hidden layer, then linear and softmax-cross-entropy. */
#include <stdio.h>

#include "models/zoo/zoo.h"

#define MOST_LAYERS 64

static size_t nodes(const struct ng_model_spec *spec)
{
    return 2 * spec->hidden.count + 2;
}

static enum ng_status build(struct ng_model *model, const struct ng_model_spec *spec,
                            const struct ng_recipe *recipe, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    char name[64];
    size_t layers = spec->hidden.count;
    if (layers > MOST_LAYERS)
        return ng_fail(err, NG_INVALID,
                       "model.hidden lists %zu layers; an mlp has at most %d", layers,
                       MOST_LAYERS);
    for (size_t i = 0; i < layers; i++) {
        size_t width = (size_t)spec->hidden.values[i];
        snprintf(name, sizeof name, "layer.%zu.linear", i);
        NG_TRY(ng_graph_node(model, recipe, name, &ng_op_linear, width, false, err));
        snprintf(name, sizeof name, "layer.%zu.relu", i);
        NG_TRY(ng_graph_node(model, recipe, name, &ng_op_relu, width, false, err));
    }
    snprintf(name, sizeof name, "layer.%zu.linear", layers);
    NG_TRY(
        ng_graph_node(model, recipe, name, &ng_op_linear, model->classes, true, err));
    NG_TRY(ng_graph_node(model, recipe, "loss", &ng_op_softmax_cross_entropy, 0, true,
                         err));
out:
    return status;
}

const struct ng_model_kind ng_model_mlp = {"mlp", nodes, build};
