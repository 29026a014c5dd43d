/*
 * The canonical text of what was bound: one "key.path = value" a line, so that two
 * configurations are the same where their texts are.
 *
 * Reals are written as C hexadecimal floats, which are exact; texts escape backslashes,
 * newlines and other control characters. Keys flagged NG_KEY_LABEL, sweeps and absent
 * texts are left out.
 */
#ifndef NG_EXPERIMENTS_SPEC_CANONICAL_H
#define NG_EXPERIMENTS_SPEC_CANONICAL_H

#include "formats/base/key.h"
#include "formats/base/text.h"

/* at: where the key's value stands. Of NG_KEY_TABLE, NG_KEY_TABLES, NG_KEY_SWEEP:
 * nothing. */
void ng_canonical_value(const struct ng_key *key, const void *at, struct ng_text *text);

/* All keys of the struct at `base`, sorted; prefix: the path of the table, with
 * a dot after it, or "". */
void ng_canonical_table(const struct ng_key_table *table, const void *base,
                        const char *prefix, struct ng_text *text);

#endif
