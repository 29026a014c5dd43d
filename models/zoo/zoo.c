#include "models/zoo/zoo.h"

static const struct ng_model_kind *const ng_model_kinds[] = {&ng_model_mlp};
const char *const ng_model_kind_names[] = {"mlp", NULL};

#define SPEC(field) offsetof(struct ng_model_spec, field)
static const struct ng_key model_keys[] = {
    {.name = "kind",
     .type = NG_KEY_CHOICE,
     .offset = SPEC(kind),
     .choices = ng_model_kind_names,
     .fallback = "mlp",
     .help = "kind of model"},
    {.name = "hidden",
     .type = NG_KEY_INTS,
     .offset = SPEC(hidden),
     .fallback = "[128]",
     .least = 1,
     .most = 65536,
     .help = "widths of the hidden layers; an empty list is softmax regression"},
};
const struct ng_key_table ng_model_keys = {"model", sizeof(struct ng_model_spec),
                                           model_keys,
                                           sizeof model_keys / sizeof model_keys[0]};

enum ng_status ng_model_build(struct ng_model *model, const struct ng_model_spec *spec,
                              const struct ng_recipe *recipe, size_t features,
                              size_t classes, size_t batch, int threads,
                              struct ng_error *err)
{
    const struct ng_model_kind *kind = ng_model_kinds[spec->kind];
    enum ng_status status = NG_OK;
    NG_TRY(ng_graph_begin(model, recipe, features, classes, batch, kind->nodes(spec),
                          err));
    NG_TRY(kind->build(model, spec, recipe, err));
    NG_TRY(ng_graph_finish(model, threads, err));
out:
    if (status != NG_OK)
        ng_model_release(model);
    return status;
}
