/*
 * Tables of text, row by row: comma-separated values and their many relatives.
 *
 * Read in blocks, in bounded memory: a row may hold NG_CSV_ROW_LIMIT bytes. Rows end in LF,
 * CRLF or the end of the file, and nowhere else: neither C1 control characters (U+0085) nor
 * other Unicode line breaks end one. Rows of nothing or only blanks are passed over and never
 * counted. A byte order mark is skipped. Files may be gzip. Blanks and tabs around a field are
 * not part of it, unless it is quoted.
 *
 *   separator  ',' ';' '\t' '|' or any other ASCII character that is no letter, digit, quote
 *              or line end; ' ' means any run of blanks and tabs, also at the ends of a row
 *   quotes     a field that begins with '"' ends at the next '"' that is not doubled (RFC
 *              4180) and may hold separators and line ends; without, '"' is a letter
 *   skip       rows at the beginning that are no data: UTF-8, of any number of fields
 *   columns    fields a row; 0: as many as the first row has
 *   ragged     shorter rows are filled with missing fields. In every mode, empty fields at the
 *              end of a longer row are dropped. What else differs is NG_INVALID with file:line
 *
 * Refused with file:line: a zero byte, bytes that are no UTF-8 (the sentence names iconv), a
 * quoted field that never ends, letters behind a closing quote, a row over the limit.
 *
 * Ownership: fields point into the reader and live until the next row; close may be called
 * twice. Failure: as in bytes.h. Threads: one reader belongs to one thread at a time.
 */
#ifndef NG_DATASETS_FILES_CSV_H
#define NG_DATASETS_FILES_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "datasets/files/bytes.h"
#include "formats/base/error.h"

#define NG_CSV_ROW_LIMIT   ((size_t)1 << 24)
#define NG_CSV_FIELD_LIMIT 100000 /* fields a row */

struct ng_csv_form {
    char separator;
    bool quotes, ragged;
    size_t skip, columns;
};

struct ng_csv {
    struct ng_bytes bytes;
    struct ng_csv_form form; /* columns: as found, once a row was read */
    char *path;
    size_t line; /* where the row begins, from 1 */
    char **
        fields; /* form.columns C strings of UTF-8; a missing one of a ragged row is "" */
    size_t missing; /* fields that this row lacked */
    uint64_t rows;  /* so far */
    struct ng_csv_state *state;
};

enum ng_status ng_csv_open(struct ng_csv *csv, const char *path,
                           const struct ng_csv_form *form, struct ng_error *err);
/* *more: there was a row. */
enum ng_status ng_csv_next(struct ng_csv *csv, bool *more, struct ng_error *err);
/* NG_INVALID: "FILE:LINE, field 3: 'abc' is not EXPECTED." */
enum ng_status ng_csv_refuse(const struct ng_csv *csv, size_t field,
                             const char *expected, struct ng_error *err);
/* The field as a decimal number in [least, most], or refused. */
enum ng_status ng_csv_number(const struct ng_csv *csv, size_t field, double least,
                             double most, double *value, struct ng_error *err);
void ng_csv_close(struct ng_csv *csv);

#endif
