/*
 * One tree out of several texts: a file, the parents that it extends, and overrides.
 * Inner part of the reader: faults go to the binding's diagnosis.
 */
#ifndef NG_EXPERIMENTS_SPEC_LAYERS_H
#define NG_EXPERIMENTS_SPEC_LAYERS_H

#include "experiments/spec/bind.h"
#include "experiments/spec/names.h"

/* Reads the file and every parent, nearest last, and merges them. *own is the file
 * itself. *root NULL: diagnosed. */
enum ng_status ng_layers_read(struct ng_binding *binding, const char *path,
                              struct ng_document **own, struct ng_yaml **root,
                              struct ng_error *err);

/* Lays "key.path=value" over *root. */
enum ng_status ng_layers_override(struct ng_binding *binding, const char *text,
                                  struct ng_yaml **root, struct ng_error *err);

/* A relative path in a file is taken from that file's folder on. In the arena. */
char *ng_layers_file(struct ng_binding *binding, const struct ng_document *document,
                     const char *path);
/* The same, but a name stays. */
const char *ng_layers_path(struct ng_binding *binding,
                           const struct ng_document *document,
                           const char *name_or_path);

#endif
