/*
 * Tables of a record's file: the columns of one HDF5 group, as text. Private to this folder.
 *
 * A column is a data set with one element a row, or one row of `width` elements, whose
 * names then are NAME_PART. As CSV: a head, then rows; fields as in RFC 4180, ended by LF.
 * As JSON: an object of lists, of which the wide ones hold lists.
 *
 * Numbers are decimals with the fewest of 15, 16 or 17 digits (f32: 6 to 9) that read back
 * as the same number. CSV writes nan, inf and -inf; JSON has none of them and gets null.
 * Texts are made in the thread's locale, which the caller sets to "C".
 * Ownership: data of a column is malloc'd, the rest is the arena's. Threads: as h5.h.
 */
#ifndef NG_EXPERIMENTS_RECORD_TABLE_H
#define NG_EXPERIMENTS_RECORD_TABLE_H

#include "datasets/files/h5.h"
#include "formats/base/text.h"

struct ng_column {
    char *name;
    struct ng_h5_item item;
    size_t width;
    char **parts; /* [width] names, or NULL: 0, 1, ... */
};

#define NG_TABLE_COLUMNS 256
struct ng_table {
    const char *name;
    size_t rows, count;
    struct ng_column columns[NG_TABLE_COLUMNS];
};

/* Data sets of the group that begin with prefix and have as many rows as its data set
 * `key`, which comes first. */
enum ng_status ng_table_load(struct ng_h5 *file, const char *group, const char *key,
                             const char *prefix, struct ng_arena *arena,
                             struct ng_table *table, struct ng_error *err);
/* A column of texts, each rows[i]; the names are copied. */
enum ng_status ng_table_set_texts(struct ng_column *column, char *name,
                                  const char *const *rows, size_t count,
                                  struct ng_error *err);
/* The rows of `more` below those of `table`; columns must be alike. */
enum ng_status ng_table_append(struct ng_table *table, const struct ng_table *more,
                               struct ng_error *err);
void ng_table_release(struct ng_table *table);

void ng_table_csv(const struct ng_table *table, struct ng_text *text);
void ng_table_json(const struct ng_table *table, struct ng_text *text);

/* Single values, and a text in the quotes that each format needs. */
void ng_table_csv_value(struct ng_text *text, const struct ng_h5_item *item, size_t i);
void ng_table_json_value(struct ng_text *text, const struct ng_h5_item *item, size_t i);
void ng_table_json_text(struct ng_text *text, const char *words, size_t length);
void ng_table_number(struct ng_text *text, double number, bool is_float);

#endif
