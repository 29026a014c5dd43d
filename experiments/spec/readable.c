#include "experiments/spec/readable.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_DIGITS                                                                    \
    17 /* of a double in decimal: always enough (IEEE 754-2019, 5.12.2) */

static void add_shortest(double real, struct ng_text *text)
{
    char decimal[64];
    for (int digits = 1; digits <= MOST_DIGITS; digits++) {
        snprintf(decimal, sizeof decimal, "%.*g", digits, real);
        if (strtod(decimal, NULL) == real)
            break;
    }
    ng_text_add(text, decimal);
}

/* How many letters a hexadecimal real takes here; 0: there is none. */
static size_t real_at(const char *at, size_t left, double *real)
{
    char word[64];
    size_t length = 0;
    char *end;
    while (length < left && at[length] != '\0' && strchr(" ,]\n", at[length]) == NULL)
        length++;
    if (length < 4 || length >= sizeof word || memcmp(at, "0x", 2) != 0)
        return 0;
    memcpy(word, at, length);
    word[length] = '\0';
    *real = strtod(word, &end);
    return *end == '\0' ? length : 0;
}

void ng_readable(const char *canonical, size_t length, struct ng_text *text)
{
    for (size_t i = 0; i < length;) {
        double real;
        size_t taken = 0;
        if (i > 0 && strchr(" [-", canonical[i - 1]) != NULL)
            taken = real_at(canonical + i, length - i, &real);
        if (taken > 0)
            add_shortest(real, text);
        else
            ng_text_add_n(text, canonical + i, taken = 1);
        i += taken;
    }
}
