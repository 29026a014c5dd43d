/*
 * Key tables: what a text file or an override may say, in one place.
 *
 * A part that can be configured (an experiment section, an op, a recipe cell, a data
 * card, a gate) declares `static const struct ng_key keys[]` beside the struct that the
 * values go into. The strict reader (experiments/spec) fills the struct from the table;
 * errors, `show --keys`, docs and defaults read the same table, so nothing is written
 * down twice.
 *
 * The C type that stands at `offset`:
 *   NG_KEY_BOOL bool · NG_KEY_INT int64_t · NG_KEY_REAL double · NG_KEY_TEXT char * ·
 *   NG_KEY_CHOICE int (index into choices) · NG_KEY_INTS struct ng_ints (a list, or a
 *   range written first..last) · NG_KEY_REALS struct ng_reals · NG_KEY_TEXTS struct
 *   ng_texts · NG_KEY_TABLE the nested struct itself · NG_KEY_TABLES struct ng_tables
 *   (an array of the nested struct) · NG_KEY_SWEEP struct ng_sweep (a mapping from key
 *   paths to lists of scalar texts, checked against the other keys by the reader).
 *
 * Ownership: texts and lists belong to the arena that the reader was given.
 */
#ifndef NG_BASE_KEY_H
#define NG_BASE_KEY_H

#include <stddef.h>
#include <stdint.h>

enum ng_key_type {
    NG_KEY_BOOL,
    NG_KEY_INT,
    NG_KEY_REAL,
    NG_KEY_TEXT,
    NG_KEY_CHOICE,
    NG_KEY_INTS,
    NG_KEY_REALS,
    NG_KEY_TEXTS,
    NG_KEY_TABLE,
    NG_KEY_TABLES,
    NG_KEY_SWEEP,
};

struct ng_ints {
    int64_t *values;
    size_t count;
};

struct ng_reals {
    double *values;
    size_t count;
};

struct ng_texts {
    char **values;
    size_t count;
};

struct ng_tables {
    void *values; /* count structs of the nested table's size, in file order */
    size_t count;
};

struct ng_sweep_axis {
    char *path; /* of the swept key, such as "recipe" or "train.lr" */
    struct ng_texts values;
};

struct ng_sweep {
    struct ng_sweep_axis *axes;
    size_t count;
};

enum {
    NG_KEY_REQUIRED = 1, /* absent is an error */
    NG_KEY_LABEL = 2,    /* words for people: cannot move a bit of a result */
};

struct ng_key {
    const char *name;
    enum ng_key_type type;
    size_t offset;
    const char
        *fallback;      /* default, as it would stand in the file; NULL: zero/absent */
    double least, most; /* INT, INTS, REAL, REALS: allowed range, both ends allowed */
    const char *const *choices;       /* CHOICE: names, NULL at the end; an array of the
                                 * same kind on a TEXT or TEXTS lists allowed values */
    const struct ng_key_table *table; /* TABLE, TABLES: the nested table */
    const char *unit;                 /* shown in docs, allowed after a number */
    const char *help;                 /* one sentence */
    unsigned flags;
};

struct ng_key_table {
    const char *name; /* of what it describes: "experiment", "data card" ... */
    size_t size;      /* of the struct that it fills */
    const struct ng_key *keys;
    size_t count;
};

#endif
