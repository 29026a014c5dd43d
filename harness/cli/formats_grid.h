/*
 * The codes of one format as a ladder of values: what a code is made of, what it stands for,
 * what stands beside it.
 *
 * Magnitudes of a format with a sign ascend with their codes, infinity above the maximum;
 * so the neighbour of a value is one step away. Both zeros are one rung.
 * Threads: any.
 */
#ifndef NG_HARNESS_CLI_FORMATS_GRID_H
#define NG_HARNESS_CLI_FORMATS_GRID_H

#include "formats/narrowgauge.h"

enum ng_code_kind {
    NG_CODE_NORMAL,
    NG_CODE_SUBNORMAL,
    NG_CODE_ZERO,
    NG_CODE_INFINITY,
    NG_CODE_NAN,
    NG_CODE_KINDS,
};
extern const char *const ng_code_kind_names[];

/* -1: the format has no such field. */
struct ng_code_fields {
    long sign, exponent, mantissa;
};

struct ng_code_counts {
    uint64_t all, kinds[NG_CODE_KINDS];
};

#define NG_CODE_TEXT 48

enum ng_code_kind ng_code_kind(const struct ng_format *format, uint32_t code);
struct ng_code_fields ng_code_fields(const struct ng_format *format, uint32_t code);
/* "0x7E" and "0 1111 110". */
void ng_code_hex(const struct ng_format *format, uint32_t code,
                 char text[NG_CODE_TEXT]);
void ng_code_bits(const struct ng_format *format, uint32_t code,
                  char text[NG_CODE_TEXT]);
/* "s eeee mmm". */
void ng_format_diagram(const struct ng_format *format, char text[NG_CODE_TEXT]);

/* Code number `i` of 2^width in ascending order of their bits. */
uint32_t ng_code_at(const struct ng_format *format, uint64_t i);
struct ng_code_counts ng_code_count(const struct ng_format *format);
/* First and last code of the positive NaN; false where there is none. With a sign bit the
 * negative ones follow from it, but for fnuz, whose only NaN this is. */
bool ng_code_nans(const struct ng_format *format, uint32_t *first, uint32_t *last);

/* The code whose value is next above (step 1) or below (-1); false: there is none. */
bool ng_code_neighbour(const struct ng_format *format, uint32_t code, int step,
                       uint32_t *neighbour);
/* Distance of the values around |x| (finite, not 0), as if the exponent had no upper
 * bound. */
double ng_format_spacing(const struct ng_format *format, double x);
/* Is x, above 0, between the smallest and the largest value? */
bool ng_format_reaches(const struct ng_format *format, double x);
/* Is there a range of normal values, and one of subnormal values? */
bool ng_format_has_normals(const struct ng_format *format);
bool ng_format_has_subnormals(const struct ng_format *format);

#endif
