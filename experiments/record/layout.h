/*
 * What the record's files have in common; private to this folder.
 *
 * Every file says at its root what it is (attributes format, format_version), and a
 * reader refuses what it does not know. Threads: as datasets/files/h5.h.
 */
#ifndef NG_EXPERIMENTS_RECORD_LAYOUT_H
#define NG_EXPERIMENTS_RECORD_LAYOUT_H

#include "datasets/files/h5.h"

#define NG_RUN_FORMAT        "narrowgauge-run"
#define NG_CHECKPOINT_FORMAT "narrowgauge-checkpoint"
#define NG_COMPARISON_FORMAT "narrowgauge-comparison"
#define NG_RECORD_VERSION    1

/* A new file that says what it is. */
enum ng_status ng_record_create(struct ng_h5 **file, const char *format,
                                struct ng_error *err);
/* Opens a file and checks that it is one of `format`, of our version. */
enum ng_status ng_record_open(struct ng_h5 **file, const char *path, const char *format,
                              struct ng_error *err);

/* One column: exactly `count` numbers, at *(void **)data. */
enum ng_status ng_record_column(struct ng_h5 *file, const char *path,
                                enum ng_h5_type type, size_t count,
                                struct ng_arena *arena, void *data,
                                struct ng_error *err);
enum ng_status ng_record_texts(struct ng_h5 *file, const char *path, size_t count,
                               struct ng_arena *arena, char ***texts,
                               struct ng_error *err);
/* Non-negative i64 attributes that stand for sizes. */
enum ng_status ng_record_set_size(struct ng_h5 *file, const char *object,
                                  const char *name, size_t value, struct ng_error *err);
enum ng_status ng_record_get_size(struct ng_h5 *file, const char *object,
                                  const char *name, size_t *value,
                                  struct ng_error *err);
/* Words for people about a data set: what it is, and its unit ("" for a pure number).
 */
enum ng_status ng_record_explain(struct ng_h5 *file, const char *object,
                                 const char *unit, const char *description,
                                 struct ng_error *err);

/* SHA-256 of the result in an opened or unfinished run file. */
enum ng_status ng_record_hash(struct ng_h5 *file, char hash[65], struct ng_error *err);

#endif
