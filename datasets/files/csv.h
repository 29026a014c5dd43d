/*
 * A streaming, strict reader of separated values: one line at a time, fields as texts
 * or as numbers.
 *
 * A line ends with LF or CRLF, the last one also with the end of the file; a leading
 * UTF-8 byte-order mark is dropped; empty lines are allowed at the end of the file
 * only. Every line has the same number of fields. Quotes are ordinary bytes and blanks
 * belong to their field. A zero byte, a line over 1 MiB, and a line of another length
 * than the others are errors that name file and line and say what was expected.
 *
 * Numbers are decimal ("12", "-0.5", "1e-3"), with a full stop whatever the locale, and
 * finite; hexadecimal, "inf" and "nan" are not numbers here.
 *
 * Ownership: ng_csv_close() frees everything and is harmless on a reader that is zero
 * or closed; fields[] and its texts are valid until the next call. Failure: NG_ABSENT
 * (no such file), NG_INVALID (not what was expected), NG_FAILED (reading, memory).
 * Threads: a reader belongs to one thread at a time.
 */
#ifndef NG_DATASETS_FILES_CSV_H
#define NG_DATASETS_FILES_CSV_H

#include <locale.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "formats/base/error.h"

#define NG_CSV_LINE_LIMIT ((size_t)1 << 20)

struct ng_csv {
    FILE *file;
    char *path;
    char separator;
    size_t columns; /* of every line */
    size_t line;    /* number of the current line, from 1 */
    char **fields;  /* columns texts */
    char *text;     /* the current line, cut into fields */
    size_t length, capacity;
    locale_t plain; /* the C locale */
};

/* columns: the number of fields that every line must have; 0: as many as the first one.
 */
enum ng_status ng_csv_open(struct ng_csv *csv, const char *path, char separator,
                           size_t columns, struct ng_error *err);
/* Reads the next line; *more is false, and fields are not valid, after the last one. */
enum ng_status ng_csv_next(struct ng_csv *csv, bool *more, struct ng_error *err);
/* Field number `field`, from 0, of the current line as a number in least..most. */
enum ng_status ng_csv_number(const struct ng_csv *csv, size_t field, double least,
                             double most, double *value, struct ng_error *err);
/* The error of a field that is not what was expected: "FILE:LINE, field N: 'TEXT' is
 * not EXPECTED." */
enum ng_status ng_csv_refuse(const struct ng_csv *csv, size_t field,
                             const char *expected, struct ng_error *err);
void ng_csv_close(struct ng_csv *csv);

#endif
