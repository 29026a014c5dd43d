/*
 * One scalar text as a key table wants it: the number, choice or word that it stands
 * for, and back to a canonical text.
 *
 * Whole numbers are plain decimal. Reals are decimal with an optional exponent, or
 * hexadecimal (0x1.8p-3); never nan or inf. After a number may stand the key's unit.
 * Reading uses strtod, which reads the C locale because no part of this program ever
 * calls setlocale.
 * Threads: any.
 */
#ifndef NG_EXPERIMENTS_SPEC_SCALAR_H
#define NG_EXPERIMENTS_SPEC_SCALAR_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/base/key.h"
#include "formats/base/text.h"

enum ng_scalar_fault {
    NG_SCALAR_GOOD,
    NG_SCALAR_TYPE,   /* not of the wanted kind at all */
    NG_SCALAR_RANGE,  /* a number outside the key's range */
    NG_SCALAR_CHOICE, /* not one of the names allowed */
};

/* Elements of a list key are read like the scalar of its kind. quoted: in quotes. */
enum ng_scalar_fault ng_scalar_bool(const char *text, bool quoted, bool *value);
enum ng_scalar_fault ng_scalar_int(const struct ng_key *key, const char *text,
                                   bool quoted, int64_t *value);
enum ng_scalar_fault ng_scalar_real(const struct ng_key *key, const char *text,
                                    bool quoted, double *value);
enum ng_scalar_fault ng_scalar_choice(const struct ng_key *key, const char *text,
                                      int *value);

/* What a key wants, for messages: "a number from 0 to 1 (unit pt)". */
void ng_key_expected(const struct ng_key *key, struct ng_text *text);
size_t ng_choice_count(const struct ng_key *key);

#endif
