#include "experiments/spec/scalar.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/spec/diagnose.h"

#define UNLIMITED 1e300 /* ends of a range beyond this are not worth words */

static bool is_digit(char letter)
{
    return letter >= '0' && letter <= '9';
}

static bool is_hex(char letter)
{
    return is_digit(letter) || (letter >= 'a' && letter <= 'f') ||
           (letter >= 'A' && letter <= 'F');
}

enum ng_scalar_fault ng_scalar_bool(const char *text, bool quoted, bool *value)
{
    *value = strcmp(text, "true") == 0;
    return !quoted && (*value || strcmp(text, "false") == 0) ? NG_SCALAR_GOOD
                                                             : NG_SCALAR_TYPE;
}

static bool in_range(const struct ng_key *key, double value)
{
    bool limited = key->least != 0 || key->most != 0;
    return !limited || (value >= key->least && value <= key->most);
}

/* After the number: nothing, or the key's unit. */
static bool ends_well(const struct ng_key *key, const char *rest)
{
    while (*rest == ' ')
        rest++;
    return *rest == '\0' || (key->unit != NULL && strcmp(rest, key->unit) == 0);
}

enum ng_scalar_fault ng_scalar_int(const struct ng_key *key, const char *text,
                                   bool quoted, int64_t *value)
{
    const char *p = text + (*text == '-' || *text == '+');
    const char *digits = p;
    while (is_digit(*p))
        p++;
    bool padded =
        p - digits > 1 && *digits == '0'; /* octal to some, decimal to others */
    if (quoted || p == digits || padded || !ends_well(key, p))
        return NG_SCALAR_TYPE;
    errno = 0;
    *value = strtoll(text, NULL, 10);
    return errno == 0 && in_range(key, (double)*value) ? NG_SCALAR_GOOD
                                                       : NG_SCALAR_RANGE;
}

/* Skips digits and at most one point; nonzero tells whether a digit is not 0. */
static const char *skip_mantissa(const char *p, bool (*digit)(char), bool *any,
                                 bool *nonzero)
{
    bool point = false;
    *any = *nonzero = false;
    for (; digit(*p) || (*p == '.' && !point); p++) {
        point |= *p == '.';
        *any |= *p != '.';
        *nonzero |= *p != '.' && *p != '0';
    }
    return p;
}

/* Skips a number; NULL where none stands. Keeps nan, inf and other words out of strtod.
 */
static const char *skip_real(const char *p, bool *nonzero)
{
    bool any;
    p += *p == '-' || *p == '+';
    bool hexadecimal = p[0] == '0' && (p[1] == 'x' || p[1] == 'X');
    p = skip_mantissa(p + (hexadecimal ? 2 : 0), hexadecimal ? is_hex : is_digit, &any,
                      nonzero);
    if (!any)
        return NULL;
    char mark = hexadecimal ? 'p' : 'e';
    if (tolower((unsigned char)*p) != mark)
        return p;
    p++;
    p += *p == '-' || *p == '+';
    if (!is_digit(*p))
        return NULL;
    while (is_digit(*p))
        p++;
    return p;
}

enum ng_scalar_fault ng_scalar_real(const struct ng_key *key, const char *text,
                                    bool quoted, double *value)
{
    bool nonzero = false;
    const char *end = skip_real(text, &nonzero);
    if (quoted || end == NULL || !ends_well(key, end))
        return NG_SCALAR_TYPE;
    *value = strtod(text, NULL);
    bool lost = nonzero && *value == 0; /* too small to be told from zero */
    return isfinite(*value) && !lost && in_range(key, *value) ? NG_SCALAR_GOOD
                                                              : NG_SCALAR_RANGE;
}

size_t ng_choice_count(const struct ng_key *key)
{
    size_t count = 0;
    while (key->choices != NULL && key->choices[count] != NULL)
        count++;
    return count;
}

enum ng_scalar_fault ng_scalar_choice(const struct ng_key *key, const char *text,
                                      int *value)
{
    size_t count = ng_choice_count(key);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(key->choices[i], text) == 0) {
            *value = (int)i;
            return NG_SCALAR_GOOD;
        }
    }
    return NG_SCALAR_CHOICE;
}

static void add_range(const struct ng_key *key, struct ng_text *text)
{
    if (key->least == 0 && key->most == 0)
        return;
    if (key->most >= UNLIMITED)
        ng_text_printf(text, " of at least %.15g", key->least);
    else if (key->least <= -UNLIMITED)
        ng_text_printf(text, " of at most %.15g", key->most);
    else
        ng_text_printf(text, " from %.15g to %.15g", key->least, key->most);
}

void ng_key_expected(const struct ng_key *key, struct ng_text *text)
{
    static const char *const words[] = {
        [NG_KEY_BOOL] = "true or false",
        [NG_KEY_INT] = "a whole number",
        [NG_KEY_REAL] = "a number",
        [NG_KEY_TEXT] = "a text",
        [NG_KEY_CHOICE] = "a name",
        [NG_KEY_INTS] = "whole numbers as a list or a rising range FIRST..LAST, each",
        [NG_KEY_REALS] = "a list of numbers",
        [NG_KEY_TEXTS] = "a list of texts",
        [NG_KEY_TABLE] = "a table of keys",
        [NG_KEY_TABLES] = "a list of tables",
        [NG_KEY_SWEEP] = "a table of key paths with lists of values",
    };
    size_t choices = ng_choice_count(key);
    if (choices > 0) {
        ng_text_add(text, key->type == NG_KEY_TEXTS ? "a list out of " : "one of ");
        ng_text_add_names(text, key->choices, choices);
        return;
    }
    bool bare = key->type == NG_KEY_INTS && key->least == 0 && key->most == 0;
    ng_text_add(text, bare ? "whole numbers as a list or a rising range FIRST..LAST"
                           : words[key->type]);
    add_range(key, text);
    if (key->unit != NULL)
        ng_text_printf(text, " (unit %s)", key->unit);
}
