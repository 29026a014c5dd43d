#include "experiments/record/digits.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MOST_DECIMALS 3
#define LONGEST_PLAIN 1e5

bool ng_digits_has_interval(const struct ng_estimate *estimate)
{
    return isfinite(estimate->low) && isfinite(estimate->high);
}

/* "-0.0" would claim a loss that the digits do not show. */
static void drop_sign_of_zero(char *text)
{
    if (strspn(text, "+-0.") == strlen(text) && (text[0] == '+' || text[0] == '-'))
        memmove(text, text + 1, strlen(text));
}

struct ng_digits ng_digits_number(double x, int decimals, bool sign)
{
    struct ng_digits digits;
    size_t size = sizeof digits.text;
    if (isnan(x))
        snprintf(digits.text, size, "n/a");
    else if (isinf(x))
        snprintf(digits.text, size, x > 0 ? "inf" : "-inf");
    else if (fabs(x) >= LONGEST_PLAIN)
        snprintf(digits.text, size, sign ? "%+.3g" : "%.3g", x);
    else
        snprintf(digits.text, size, sign ? "%+.*f" : "%.*f", decimals, x);
    drop_sign_of_zero(digits.text);
    return digits;
}

/* Would the digits put an end on the margin that does not lie there? */
static bool blurs(double end, double margin, int decimals)
{
    struct ng_digits shown = ng_digits_number(end, decimals, true);
    return strcmp(shown.text, ng_digits_number(-margin, decimals, true).text) == 0;
}

/* All in points. */
static int difference_decimals(double low, double high, double margin)
{
    int decimals = 1;
    double width = high - low;
    for (double unit = 0.1; decimals < MOST_DECIMALS; unit /= 10, decimals++)
        if ((width <= 0 || width >= unit) && !blurs(low, margin, decimals) &&
            !blurs(high, margin, decimals))
            break;
    return decimals;
}

struct ng_digits ng_digits_difference(const struct ng_estimate *difference,
                                      double margin)
{
    struct ng_digits digits = ng_digits_number((double)NAN, 1, true);
    double mean = 100 * difference->mean;
    double low = 100 * difference->low, high = 100 * difference->high;
    size_t size = sizeof digits.text;
    if (isnan(mean))
        return digits;
    if (!ng_digits_has_interval(difference)) {
        snprintf(digits.text, size, "%.30s pt [n/a]",
                 ng_digits_number(mean, 1, true).text);
        return digits;
    }
    int decimals = difference_decimals(low, high, 100 * margin);
    snprintf(digits.text, size, "%.26s pt [%.26s, %.26s]",
             ng_digits_number(mean, decimals, true).text,
             ng_digits_number(low, decimals, true).text,
             ng_digits_number(high, decimals, true).text);
    return digits;
}
