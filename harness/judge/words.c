#include "harness/judge/words.h"

#include <stdio.h>
#include <string.h>

#include "experiments/record/digits.h"

#define NUMBER        48
#define SIZE_DECIMALS 6
#define BYTES_PER_KIB 1024.0
#define BYTES_PER_MIB (1024.0 * 1024.0)

void ng_words_margin(double margin, struct ng_text *text)
{
    ng_text_printf(text, "%.4g pt", margin * 100.0);
}

void ng_words_difference(const struct ng_estimate *difference, double margin,
                         struct ng_text *text)
{
    ng_text_add(text, ng_digits_difference(difference, margin).text);
}

/* "A instead of B UNIT", with the decimals it takes to tell them apart. */
static void pair(double value, double instead, const char *unit, struct ng_text *text)
{
    char a[NUMBER], b[NUMBER];
    int decimals = 1;
    do {
        snprintf(a, sizeof a, "%.*f", decimals, value);
        snprintf(b, sizeof b, "%.*f", decimals, instead);
    } while (strcmp(a, b) == 0 && value != instead && ++decimals <= SIZE_DECIMALS);
    if (strcmp(a, b) == 0)
        ng_text_printf(text, "the same %s %s", b, unit);
    else
        ng_text_printf(text, "%s instead of %s %s", a, b, unit);
}

void ng_words_bytes(size_t bytes, size_t instead, struct ng_text *text)
{
    size_t larger = bytes > instead ? bytes : instead;
    bool mebi = (double)larger >= BYTES_PER_MIB;
    double unit = mebi ? BYTES_PER_MIB : BYTES_PER_KIB;
    pair((double)bytes / unit, (double)instead / unit, mebi ? "MiB" : "KiB", text);
}

void ng_words_state(double bytes, double instead, struct ng_text *text)
{
    pair(bytes, instead, "bytes per parameter", text);
}
