/*
 * The strict subset of YAML as a tree of nodes with their places.
 *
 * One document; scalars, lists and tables in block or flow style. Refused, each at its
 * place: anchors, aliases, tags, directives, merge keys, duplicate keys, keys that are
 * not plain words, more than one document, more than 16 levels. Scalars stay text: what
 * they mean is for the key tables to say.
 *
 * Ownership: nodes belong to the arena. Failure: NG_OK with *root NULL when faults were
 * diagnosed; NG_FAILED without memory.
 */
#ifndef NG_EXPERIMENTS_SPEC_YAML_H
#define NG_EXPERIMENTS_SPEC_YAML_H

#include <stdbool.h>

#include "experiments/spec/diagnose.h"
#include "experiments/spec/document.h"

#define NG_YAML_DEEPEST    16
#define NG_YAML_MOST_KEYS  256
#define NG_YAML_MOST_ITEMS 10000

enum ng_yaml_kind { NG_YAML_SCALAR, NG_YAML_LIST, NG_YAML_TABLE };

struct ng_yaml {
    enum ng_yaml_kind kind;
    struct ng_mark mark;
    bool plain;             /* a scalar without quotes */
    char *text;             /* of a scalar */
    struct ng_yaml **keys;  /* of a table: scalars */
    struct ng_yaml **items; /* of a table (its values) and of a list */
    size_t count, capacity;
};

/* Parses the document from byte `offset` of its first line on. */
enum ng_status ng_yaml_parse(const struct ng_document *document, size_t offset,
                             struct ng_arena *arena, struct ng_diagnosis *diagnosis,
                             struct ng_yaml **root, struct ng_error *err);

struct ng_yaml *ng_yaml_new(struct ng_arena *arena, enum ng_yaml_kind kind,
                            struct ng_mark mark);
/* key is NULL for lists. False without memory. */
bool ng_yaml_append(struct ng_arena *arena, struct ng_yaml *node, struct ng_yaml *key,
                    struct ng_yaml *item);

/* The value of a key of a table, or NULL; NULL node: NULL. */
struct ng_yaml *ng_yaml_get(const struct ng_yaml *node, const char *key);
/* The value at a dotted path from here, or NULL. */
struct ng_yaml *ng_yaml_at(const struct ng_yaml *node, const char *path);

/* `over` on top of `base`: tables merge key by key, all else is replaced. NULL without
 * memory. Neither is changed. Depth is that of the parsed texts. */
struct ng_yaml *ng_yaml_merge(struct ng_arena *arena, struct ng_yaml *base,
                              struct ng_yaml *over);

/* Of the libyaml library that runs. */
const char *ng_yaml_version(void);

#endif
