#include "harness/judge/words.h"

#include <stdio.h>
#include <string.h>

#include "experiments/record/digits.h"

#define NUMBER         48
#define SIZE_DECIMALS  6
#define STATE_DECIMALS 2
#define BYTES_PER_MIB  (1024.0 * 1024.0)

void ng_words_margin(double margin, struct ng_text *text)
{
    ng_text_printf(text, "%.4g pt", margin * 100.0);
}

void ng_words_percent(double share, struct ng_text *text)
{
    ng_text_printf(text, "%s %%", ng_digits_number(100.0 * share, 1, false).text);
}

void ng_words_difference(const struct ng_estimate *difference, double margin,
                         struct ng_text *text)
{
    ng_text_add(text, ng_digits_difference(difference, margin).text);
}

/* The fewest decimals, from one to `most`, that tell the two apart; 0: they look alike. */
static int decimals_apart(double value, double instead, int most)
{
    char a[NUMBER], b[NUMBER];
    for (int decimals = 1; decimals <= most; decimals++) {
        snprintf(a, sizeof a, "%.*f", decimals, value);
        snprintf(b, sizeof b, "%.*f", decimals, instead);
        if (strcmp(a, b) != 0)
            return decimals;
    }
    return 0;
}

void ng_words_bytes(size_t bytes, size_t instead, struct ng_text *text)
{
    double value = (double)bytes / BYTES_PER_MIB;
    double other = (double)instead / BYTES_PER_MIB;
    int decimals = decimals_apart(value, other, SIZE_DECIMALS);
    if (decimals == 0)
        ng_text_printf(text, "the same %.1f MiB", other);
    else
        ng_text_printf(text, "%.*f instead of %.*f MiB", decimals, value, decimals,
                       other);
}

void ng_words_state(double bytes, double instead, struct ng_text *text)
{
    int decimals = decimals_apart(bytes, instead, STATE_DECIMALS);
    if (decimals > 0)
        ng_text_printf(text, ", state %.*f instead of %.*f bytes per parameter",
                       decimals, bytes, decimals, instead);
}
