/*
 * The zoo: one file per kind of model, one line in ng_model_kinds[].
 * A kind's build function appends its nodes between ng_graph_begin and ng_graph_finish.
 */
#ifndef NG_MODELS_ZOO_ZOO_H
#define NG_MODELS_ZOO_ZOO_H

#include "models/graph.h"

struct ng_model_kind {
    const char *name;
    size_t (*nodes)(const struct ng_model_spec *spec); /* at most this many */
    enum ng_status (*build)(struct ng_model *model, const struct ng_model_spec *spec,
                            const struct ng_recipe *recipe, struct ng_error *err);
};
extern const struct ng_model_kind ng_model_mlp;

#endif
