/* The axes of a sweep: paths of keys that can differ between trials, and their values.
 */
#include <string.h>

#include "experiments/spec/bind.h"
#include "experiments/spec/canonical.h"

/* All trials of a plan share data, seeds, judgement and name: only what the model, its
 * training and its recipe say can differ. */
static bool may_be_swept(const struct ng_key *key, const char *path)
{
    bool inside = strcmp(path, "recipe") == 0 || strncmp(path, "model.", 6) == 0 ||
                  strncmp(path, "train.", 6) == 0;
    return inside && key->type != NG_KEY_TABLE && key->type != NG_KEY_TABLES;
}

static const struct ng_key *find_axis(struct ng_binding *binding,
                                      const struct ng_yaml *name, size_t *offset)
{
    const char *axis = NULL;
    const struct ng_key *key = ng_key_find(binding->root, name->text, offset, &axis);
    if (key == NULL)
        ng_diagnose(binding->diagnosis, name->mark, ng_key_nearest(binding, name->text),
                    "unknown key path %s in 'sweep', expected one such as recipe or "
                    "train.lr",
                    ng_quote(name->text).text);
    else if (!may_be_swept(key, name->text))
        ng_diagnose(binding->diagnosis, name->mark, NULL,
                    "%s cannot be swept, expected recipe or a key of model or train",
                    ng_quote(name->text).text);
    else
        return key;
    return NULL;
}

/* A swept list such as [256, 256] becomes one text. */
static char *text_of(struct ng_binding *binding, const struct ng_yaml *node)
{
    if (node->kind == NG_YAML_SCALAR)
        return ng_arena_text(binding->arena, node->text);
    struct ng_text text = {0};
    ng_text_add(&text, "[");
    for (size_t i = 0; i < node->count; i++)
        ng_text_printf(&text, "%s%s", i > 0 ? ", " : "",
                       node->items[i]->kind == NG_YAML_SCALAR ? node->items[i]->text
                                                              : "");
    ng_text_add(&text, "]");
    char *copy = text.failed ? NULL : ng_arena_text(binding->arena, text.data);
    ng_text_release(&text);
    return copy;
}

/* Checks one value by binding it to a struct that is thrown away; its canonical text.
 */
static char *check_value(struct ng_binding *binding, const struct ng_yaml *node,
                         const struct ng_key *key, const char *path, size_t offset)
{
    size_t faults = binding->diagnosis->faults;
    char *scratch = ng_arena_alloc(binding->arena, binding->root->size);
    if (scratch == NULL) {
        binding->diagnosis->out_of_memory = true;
        return NULL;
    }
    ng_bind_key(binding, node, key, path, scratch + offset);
    if (binding->diagnosis->faults > faults || binding->diagnosis->out_of_memory)
        return NULL;
    struct ng_text text = {0};
    ng_canonical_value(key, scratch + offset, &text);
    char *copy = text.failed ? NULL : ng_arena_text(binding->arena, text.data);
    ng_text_release(&text);
    binding->diagnosis->out_of_memory |= copy == NULL;
    return copy;
}

static void bind_values(struct ng_binding *binding, const struct ng_yaml *values,
                        const struct ng_key *key, size_t offset,
                        struct ng_sweep_axis *axis)
{
    char **canonical = ng_arena_array(binding->arena, values->count, sizeof *canonical);
    axis->values.values = ng_arena_array(binding->arena, values->count, sizeof(char *));
    if (canonical == NULL || axis->values.values == NULL) {
        binding->diagnosis->out_of_memory = true;
        return;
    }
    for (size_t i = 0; i < values->count; i++) {
        const struct ng_yaml *item = values->items[i];
        canonical[i] = check_value(binding, item, key, axis->path, offset);
        if (canonical[i] == NULL)
            continue;
        axis->values.values[i] = text_of(binding, item);
        if (axis->values.values[i] == NULL) {
            binding->diagnosis->out_of_memory = true;
            return;
        }
        for (size_t j = 0; j < i; j++) {
            if (canonical[j] == NULL || strcmp(canonical[i], canonical[j]) != 0)
                continue;
            ng_diagnose(binding->diagnosis, item->mark, NULL,
                        "duplicate value %s of %s, expected each value once",
                        ng_quote(axis->values.values[i]).text,
                        ng_quote(axis->path).text);
            break;
        }
    }
    axis->values.count = values->count;
}

static void bind_axis(struct ng_binding *binding, const struct ng_yaml *name,
                      const struct ng_yaml *values, struct ng_sweep_axis *axis)
{
    size_t offset = 0;
    const struct ng_key *key = find_axis(binding, name, &offset);
    axis->path = ng_arena_text(binding->arena, name->text);
    binding->diagnosis->out_of_memory |= axis->path == NULL;
    if (key == NULL || axis->path == NULL)
        return;
    if (values->kind != NG_YAML_LIST)
        ng_diagnose(binding->diagnosis, values->mark, NULL,
                    "the values of %s are not a list, expected [A, B, ...]",
                    ng_quote(axis->path).text);
    else if (values->count == 0)
        ng_diagnose(binding->diagnosis, values->mark, NULL,
                    "the sweep over %s has no values, expected at least one",
                    ng_quote(axis->path).text);
    else
        bind_values(binding, values, key, offset, axis);
}

void ng_bind_sweep(struct ng_binding *binding, const struct ng_yaml *node,
                   const char *path, void *at)
{
    struct ng_sweep *sweep = at;
    if (node->kind != NG_YAML_TABLE) {
        ng_diagnose(binding->diagnosis, node->mark, NULL,
                    "%s is not a table, expected key paths with lists of values",
                    ng_quote(path).text);
        return;
    }
    sweep->axes = ng_arena_array(binding->arena, node->count, sizeof *sweep->axes);
    if (sweep->axes == NULL) {
        binding->diagnosis->out_of_memory = true;
        return;
    }
    for (size_t i = 0; i < node->count; i++)
        bind_axis(binding, node->keys[i], node->items[i], &sweep->axes[i]);
    sweep->count = node->count;
}
