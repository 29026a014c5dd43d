/*
 * Collects what is wrong with a text, several faults in one pass, so that a person need
 * not mend and run again for each.
 *
 * One fault reads
 *     FILE:LINE:COL: error: what, what was expected
 *         the line
 *             ^
 *     did you mean 'x'?
 * At most NG_DIAGNOSIS_MOST are shown, the first ones in the order of the text; the
 * others are counted. Lines and columns count from 1. A struct ng_diagnosis starts as
 * {0}; ng_diagnosis_end() empties it.
 */
#ifndef NG_EXPERIMENTS_SPEC_DIAGNOSE_H
#define NG_EXPERIMENTS_SPEC_DIAGNOSE_H

#include "experiments/spec/document.h"
#include "formats/base/error.h"
#include "formats/base/text.h"

#define NG_DIAGNOSIS_MOST 5

struct ng_diagnosis {
    size_t faults, shown;
    struct {
        struct ng_mark mark;
        struct ng_text text;
    } fault[NG_DIAGNOSIS_MOST]; /* the first `shown` are in use, sorted by place */
    bool out_of_memory;         /* set by whoever could not go on: becomes NG_FAILED */
};

/* suggestion: a near name, or NULL. */
void ng_diagnose(struct ng_diagnosis *diagnosis, struct ng_mark mark,
                 const char *suggestion, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* NG_OK where nothing was found; else NG_INVALID with all of it, or NG_FAILED. */
enum ng_status ng_diagnosis_end(struct ng_diagnosis *diagnosis, struct ng_error *err);

/* A foreign text for use inside a message: in quotes, on one line, cut when long. */
struct ng_quoted {
    char text[72];
};
struct ng_quoted ng_quote(const char *text);

/* "a, b, c" of names; cut after a few hundred letters. */
void ng_text_add_names(struct ng_text *text, const char *const *names, size_t count);

#endif
