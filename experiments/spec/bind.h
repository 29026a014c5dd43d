/*
 * Fills a struct from a tree of nodes, as its key table says.
 *
 * Absent keys take the table's defaults. Everything that does not fit is diagnosed at
 * its place: unknown keys, wrong types, values out of range, missing keys. Ownership:
 * texts and lists belong to the binding's arena.
 */
#ifndef NG_EXPERIMENTS_SPEC_BIND_H
#define NG_EXPERIMENTS_SPEC_BIND_H

#include "experiments/spec/yaml.h"
#include "formats/base/key.h"

struct ng_binding {
    struct ng_arena *arena;
    struct ng_diagnosis *diagnosis;
    const struct ng_key_table
        *root; /* of the whole file: paths in messages and sweeps */
};

/* node: a table, or NULL for one that is absent. prefix: its path with a dot, or "". */
void ng_bind_table(struct ng_binding *binding, const struct ng_yaml *node,
                   const struct ng_key_table *table, const char *prefix, void *base);
/* One key; node NULL: its default. */
void ng_bind_key(struct ng_binding *binding, const struct ng_yaml *node,
                 const struct ng_key *key, const char *path, void *at);
/* The axes of a sweep (sweep.c). */
void ng_bind_sweep(struct ng_binding *binding, const struct ng_yaml *node,
                   const char *path, void *at);

/* The key at a dotted path, and where its value stands in the root struct. Below a
 * sweep the rest of the path is the axis: *axis receives it, else NULL. NULL: no such
 * key. */
const struct ng_key *ng_key_find(const struct ng_key_table *table, const char *path,
                                 size_t *offset, const char **axis);
/* The nearest path of a key: by spelling, or with the same last name. NULL: none. */
const char *ng_key_nearest(struct ng_binding *binding, const char *path);

/* A node for a key from a text that stands outside of a file, from byte `offset` of the
 * document on: [lists] and {tables} are YAML, lists may be written a,b,c; all else is
 * one scalar, taken as it is. NULL: diagnosed. */
struct ng_yaml *ng_value_node(struct ng_binding *binding, const struct ng_key *key,
                              const struct ng_document *document, size_t offset);

#endif
