#include "harness/judge/words.h"

#include <stdio.h>
#include <string.h>

#define NUMBER        48
#define MOST_DECIMALS 3
#define SIZE_DECIMALS 6
#define BYTES_PER_KIB 1024.0
#define BYTES_PER_MIB (1024.0 * 1024.0)

/* Signed, and zero without a sign: "-0.0" would claim a loss that the digits do not
 * show. */
static void signed_points(double fraction, int decimals, char number[NUMBER])
{
    snprintf(number, NUMBER, "%+.*f", decimals, fraction * 100.0);
    if (strspn(number, "+-0.") == strlen(number))
        memmove(number, number + 1, strlen(number));
}

/* Would the digits put an end on the margin that does not lie there? */
static bool blurs(double end, double margin, int decimals)
{
    char a[NUMBER], b[NUMBER];
    signed_points(end, decimals, a);
    signed_points(-margin, decimals, b);
    return strcmp(a, b) == 0;
}

static int decimals_for(const struct ng_estimate *difference, double margin)
{
    double width = (difference->high - difference->low) * 100.0;
    double unit = 0.1;
    int decimals = 1;
    while (decimals < MOST_DECIMALS &&
           ((width > 0.0 && width < unit) || blurs(difference->low, margin, decimals) ||
            blurs(difference->high, margin, decimals))) {
        decimals++;
        unit /= 10.0;
    }
    return decimals;
}

void ng_words_margin(double margin, struct ng_text *text)
{
    ng_text_printf(text, "%.4g pt", margin * 100.0);
}

void ng_words_difference(const struct ng_estimate *difference, double margin,
                         struct ng_text *text)
{
    char mean[NUMBER], low[NUMBER], high[NUMBER];
    int decimals = decimals_for(difference, margin);
    signed_points(difference->mean, decimals, mean);
    signed_points(difference->low, decimals, low);
    signed_points(difference->high, decimals, high);
    ng_text_printf(text, "%s pt [%s, %s]", mean, low, high);
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
