#include "experiments/spec/layers.h"

#include <string.h>

#define MOST_FILES 8 /* a file, its parent, its parent's parent ... */

struct chain {
    struct ng_document *document[MOST_FILES];
    struct ng_yaml *root[MOST_FILES];
    size_t count;
};

char *ng_layers_file(struct ng_binding *binding, const struct ng_document *document,
                     const char *path)
{
    const char *folder = path[0] == '/' ? "" : document->folder;
    if (folder[0] != '\0' && strncmp(path, "./", 2) == 0)
        path += 2;
    char *whole = ng_arena_printf(binding->arena, "%s%s", folder, path);
    binding->diagnosis->out_of_memory |= whole == NULL;
    return whole;
}

const char *ng_layers_path(struct ng_binding *binding,
                           const struct ng_document *document, const char *name_or_path)
{
    if (!ng_name_is_path(name_or_path))
        return name_or_path;
    const char *path = ng_layers_file(binding, document, name_or_path);
    return path != NULL ? path : name_or_path;
}

/* Has the newest file of the chain been read before? */
static bool is_cycle(struct ng_binding *binding, const struct chain *chain,
                     const struct ng_yaml *extends)
{
    const struct ng_document *newest = chain->document[chain->count - 1];
    for (size_t i = 0; i + 1 < chain->count; i++) {
        const struct ng_document *other = chain->document[i];
        if (other->device != newest->device || other->inode != newest->inode)
            continue;
        struct ng_text cycle = {0};
        for (size_t j = i; j + 1 < chain->count; j++)
            ng_text_printf(&cycle, "%.80s -> ", chain->document[j]->name);
        ng_diagnose(binding->diagnosis, extends->mark, NULL,
                    "inheritance cycle %s%.80s, expected a parent that does not extend "
                    "this file",
                    cycle.data != NULL ? cycle.data : "", newest->name);
        ng_text_release(&cycle);
        return true;
    }
    return false;
}

/* The parent's path, or NULL: none (or diagnosed). */
static enum ng_status find_parent(struct ng_binding *binding,
                                  const struct ng_yaml *extends, char **path,
                                  struct ng_error *err)
{
    *path = NULL;
    if (extends->kind != NG_YAML_SCALAR || extends->text[0] == '\0') {
        ng_diagnose(binding->diagnosis, extends->mark, NULL,
                    "'extends' is not a name, expected one experiment's name or file");
        return NG_OK;
    }
    const char *near = NULL;
    const char *name = ng_layers_path(binding, extends->mark.document, extends->text);
    enum ng_status status =
        ng_shelf_find(NG_SHELF_EXPERIMENTS, name, binding->arena, path, &near, err);
    if (status != NG_ABSENT)
        return status;
    *path = NULL;
    ng_diagnose(binding->diagnosis, extends->mark, near, "the parent is missing: %s",
                err->text);
    return NG_OK;
}

/* Reads one more file of the chain; extends: where it was asked for, or NULL. */
static enum ng_status read_one(struct ng_binding *binding, const char *path,
                               struct chain *chain, const struct ng_yaml *extends,
                               struct ng_error *err)
{
    if (chain->count == MOST_FILES) {
        ng_diagnose(binding->diagnosis, extends->mark, NULL,
                    "too many parents, expected at most %d", MOST_FILES - 1);
        return NG_OK;
    }
    size_t i = chain->count;
    enum ng_status status =
        ng_document_read(path, binding->arena, &chain->document[i], err);
    if (status != NG_OK)
        return status;
    chain->document[i]->layer = MOST_FILES - (int)i;
    chain->count++;
    if (is_cycle(binding, chain, extends))
        return NG_OK;
    status = ng_yaml_parse(chain->document[i], 0, binding->arena, binding->diagnosis,
                           &chain->root[i], err);
    if (status != NG_OK || chain->root[i] == NULL ||
        chain->root[i]->kind == NG_YAML_TABLE)
        return status;
    ng_diagnose(binding->diagnosis, chain->root[i]->mark, NULL,
                "no keys stand here, expected lines such as name: my-experiment");
    return NG_OK;
}

/* What a child does not inherit. */
static struct ng_yaml *without_identity(struct ng_binding *binding,
                                        const struct ng_yaml *root)
{
    struct ng_yaml *rest = ng_yaml_new(binding->arena, NG_YAML_TABLE, root->mark);
    for (size_t i = 0; rest != NULL && i < root->count; i++) {
        const char *key = root->keys[i]->text;
        if (strcmp(key, "name") == 0 || strcmp(key, "extends") == 0)
            continue;
        if (!ng_yaml_append(binding->arena, rest, root->keys[i], root->items[i]))
            rest = NULL;
    }
    return rest;
}

enum ng_status ng_layers_read(struct ng_binding *binding, const char *path,
                              struct ng_document **own, struct ng_yaml **root,
                              struct ng_error *err)
{
    struct chain chain = {0};
    const struct ng_yaml *extends = NULL;
    char *next = ng_arena_text(binding->arena, path);
    enum ng_status status = NG_OK;
    *root = NULL;
    while (next != NULL) {
        NG_TRY(read_one(binding, next, &chain, extends, err));
        if (binding->diagnosis->faults > 0)
            goto out;
        extends = ng_yaml_get(chain.root[chain.count - 1], "extends");
        next = NULL;
        if (extends != NULL)
            NG_TRY(find_parent(binding, extends, &next, err));
    }
    if (binding->diagnosis->faults > 0 || chain.count == 0)
        goto out;
    for (size_t i = chain.count; i-- > 0;) {
        struct ng_yaml *layer =
            i > 0 ? without_identity(binding, chain.root[i]) : chain.root[0];
        if (layer != NULL)
            layer = ng_yaml_merge(binding->arena, *root, layer);
        binding->diagnosis->out_of_memory |= layer == NULL;
        *root = layer;
    }
out:
    *own = chain.document[0];
    return status;
}

/* {a: {b: node}} for the path a.b; an axis of a sweep is one key, dots and all. Tables
 * that the tree has already keep their places, so that messages point there. */
static struct ng_yaml *wrap(struct ng_binding *binding, char *path, const char *axis,
                            const struct ng_yaml *root, struct ng_yaml *node)
{
    struct ng_mark mark = {node->mark.document, 0, 0};
    char *piece = axis != NULL ? path + (axis - path) : NULL;
    while (node != NULL) {
        if (piece == NULL) {
            char *dot = strrchr(path, '.');
            piece = dot != NULL ? dot + 1 : path;
        }
        bool first = piece == path;
        struct ng_yaml *key = ng_yaml_new(binding->arena, NG_YAML_SCALAR, mark);
        if (!first)
            piece[-1] = '\0';
        const struct ng_yaml *there = first ? root : ng_yaml_at(root, path);
        struct ng_yaml *table = ng_yaml_new(binding->arena, NG_YAML_TABLE,
                                            there != NULL ? there->mark : mark);
        if (key == NULL || table == NULL)
            return NULL;
        key->plain = true;
        key->text = piece;
        if (!ng_yaml_append(binding->arena, table, key, node))
            return NULL;
        node = table;
        if (first)
            return node;
        piece = NULL;
    }
    return NULL;
}

/* The value's node, or NULL: diagnosed. */
static struct ng_yaml *override_value(struct ng_binding *binding,
                                      const struct ng_document *document,
                                      const char *path, const struct ng_key *key,
                                      const char *axis)
{
    static const struct ng_key axis_values = {.name = "values", .type = NG_KEY_TEXTS};
    size_t offset = strlen(path) + 1;
    struct ng_mark mark = {document, 0, 0};
    if (key == NULL) {
        ng_diagnose(binding->diagnosis, mark, ng_key_nearest(binding, path),
                    "unknown key path %s, expected one such as train.lr",
                    ng_quote(path).text);
        return NULL;
    }
    if (strcmp(path, "extends") == 0) {
        ng_diagnose(binding->diagnosis, mark, NULL,
                    "'extends' cannot be overridden, expected it in the file");
        return NULL;
    }
    if (offset == document->length) {
        mark.column = offset;
        ng_diagnose(binding->diagnosis, mark, NULL,
                    "no value after the '=', expected KEY.PATH=VALUE");
        return NULL;
    }
    return ng_value_node(binding, axis != NULL ? &axis_values : key, document, offset);
}

enum ng_status ng_layers_override(struct ng_binding *binding, const char *text,
                                  struct ng_yaml **root, struct ng_error *err)
{
    struct ng_document *document = NULL;
    enum ng_status status =
        ng_document_make("override", text, binding->arena, &document, err);
    if (status != NG_OK)
        return status;
    document->layer = MOST_FILES + 1;
    const char *equals = strchr(document->text, '=');
    if (equals == NULL || equals == document->text) {
        ng_diagnose(binding->diagnosis, (struct ng_mark){.document = document}, NULL,
                    "no %s, expected KEY.PATH=VALUE",
                    equals == NULL ? "'=' in the override" : "key before the '='");
        return NG_OK;
    }
    char *path = ng_arena_text_n(binding->arena, document->text,
                                 (size_t)(equals - document->text));
    if (path == NULL)
        return ng_fail(err, NG_FAILED, "out of memory while reading an override");
    size_t offset = 0;
    const char *axis = NULL;
    const struct ng_key *key = ng_key_find(binding->root, path, &offset, &axis);
    struct ng_yaml *node = override_value(binding, document, path, key, axis);
    if (node == NULL)
        return NG_OK;
    node = wrap(binding, path, axis, *root, node);
    if (node != NULL)
        node = ng_yaml_merge(binding->arena, *root, node);
    if (node == NULL)
        return ng_fail(err, NG_FAILED, "out of memory while reading an override");
    *root = node;
    return NG_OK;
}
