/*
 * Decimal numbers in text, the same in every locale.
 *
 *   [+-] digits [. digits] [e [+-] digits], with a digit before or after the full stop
 *
 * The value is the nearest double, ties to even, for every text: where mantissa and power of
 * ten are exact doubles one operation gives it (W. D. Clinger, "How to read floating point
 * numbers accurately", PLDI 1990); up to 19 digits and 10^27 whole numbers of 128 bits do;
 * else the C library in the "C" locale. Too large gives infinity. Hexadecimal numbers, "nan"
 * and "inf" are no decimals.
 *
 * Threads: any.
 */
#ifndef NG_DATASETS_FILES_DECIMAL_H
#define NG_DATASETS_FILES_DECIMAL_H

#include <stdbool.h>

/* False: the whole text is not a decimal number. */
bool ng_decimal_read(const char *text, double *value);

#endif
