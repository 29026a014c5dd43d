#include "reports/cells.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static struct ng_cell cell(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

static struct ng_cell cell(const char *format, ...)
{
    struct ng_cell made;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(made.text, sizeof made.text, format, arguments);
    va_end(arguments);
    return made;
}

/* x with so many decimals, or in short form where that would be a wall of digits; a zero
 * that rounding made has no sign. */
static struct ng_cell number(double x, int decimals, bool sign)
{
    if (isnan(x))
        return cell("n/a");
    if (isinf(x))
        return cell(x > 0 ? "inf" : "-inf");
    if (fabs(x) >= 1e5)
        return cell(sign ? "%+.3g" : "%.3g", x);
    if (fabs(x) < 0.5 * pow(10.0, -decimals))
        return cell("%.*f", decimals, 0.0);
    return cell(sign ? "%+.*f" : "%.*f", decimals, x);
}

bool ng_has_interval(const struct ng_estimate *estimate)
{
    return isfinite(estimate->low) && isfinite(estimate->high);
}

struct ng_cell ng_cell_percent(double fraction)
{
    if (isnan(fraction))
        return cell("n/a");
    return cell("%s %%", number(100 * fraction, 1, false).text);
}

struct ng_cell ng_cell_accuracy(const struct ng_estimate *share)
{
    if (isnan(share->mean))
        return cell("n/a");
    if (!ng_has_interval(share))
        return cell("%s [n/a]", ng_cell_percent(share->mean).text);
    return cell("%s [%s, %s]", ng_cell_percent(share->mean).text,
                number(100 * share->low, 1, false).text,
                number(100 * share->high, 1, false).text);
}

/* Would the digits put an end on the margin that does not lie there? */
static bool blurs(double end, double margin, int decimals)
{
    struct ng_cell shown = number(end, decimals, true);
    return strcmp(shown.text, number(-margin, decimals, true).text) == 0;
}

/* As many decimals of a point, one to three, as it takes to see the width of the interval
 * and on which side of the margin its ends lie. */
static int difference_decimals(double low, double high, double margin)
{
    int decimals = 1;
    double width = high - low;
    for (double unit = 0.1; decimals < 3; unit /= 10, decimals++)
        if ((width <= 0 || width >= unit) && !blurs(low, margin, decimals) &&
            !blurs(high, margin, decimals))
            break;
    return decimals;
}

struct ng_cell ng_cell_difference(const struct ng_estimate *difference, double margin)
{
    double mean = 100 * difference->mean;
    double low = 100 * difference->low, high = 100 * difference->high;
    if (isnan(mean))
        return cell("n/a");
    if (!ng_has_interval(difference))
        return cell("%s pt [n/a]", number(mean, 1, true).text);
    int decimals = difference_decimals(low, high, 100 * margin);
    return cell("%s pt [%s, %s]", number(mean, decimals, true).text,
                number(low, decimals, true).text, number(high, decimals, true).text);
}

static int score_decimals(const struct ng_estimate *score)
{
    return ng_has_interval(score) && score->high - score->low < 0.002 ? 4 : 3;
}

struct ng_cell ng_cell_score(const struct ng_estimate *score)
{
    return number(score->mean, score_decimals(score), false);
}

struct ng_cell ng_cell_score_difference(const struct ng_estimate *difference)
{
    int decimals = score_decimals(difference);
    if (isnan(difference->mean))
        return cell("n/a");
    if (!ng_has_interval(difference))
        return cell("%s [n/a]", number(difference->mean, decimals, true).text);
    return cell("%s [%s, %s]", number(difference->mean, decimals, true).text,
                number(difference->low, decimals, true).text,
                number(difference->high, decimals, true).text);
}

struct ng_cell ng_cell_share(double fraction)
{
    if (isnan(fraction))
        return cell("n/a");
    if (fraction == 0)
        return cell("0 %%");
    if (fraction < 1e-5)
        return cell("< 0.001 %%");
    return cell("%.2g %%", 100 * fraction);
}

struct ng_cell ng_cell_points(double fraction)
{
    return cell("%.4g pt", 100 * fraction);
}

double ng_arm_state(const struct ng_arm *arm)
{
    if (arm->parameters == 0)
        return NAN;
    return (double)arm->persistent_bytes / (double)arm->parameters;
}

struct ng_cell ng_cell_state(const struct ng_arm *arm)
{
    return number(ng_arm_state(arm), 2, false);
}

struct ng_cell ng_cell_mib(size_t bytes)
{
    double mib = (double)bytes / NG_MIB;
    return number(mib, mib < 9.995 ? 2 : mib < 999.5 ? 1 : 0, false);
}

const struct ng_arm *ng_reference_arm(const struct ng_comparison *comparison)
{
    bool there = comparison->reference >= 0 &&
                 (size_t)comparison->reference < comparison->arm_count;
    return there ? &comparison->arms[comparison->reference] : NULL;
}

bool ng_is_reference(const struct ng_comparison *comparison, const struct ng_arm *arm)
{
    return arm == ng_reference_arm(comparison);
}

enum ng_reach ng_reach_of(const struct ng_estimate *difference, double margin)
{
    if (!ng_has_interval(difference))
        return NG_REACH_UNPROVEN;
    if (difference->low > -margin)
        return NG_REACH_WITHIN;
    return difference->high < -margin ? NG_REACH_BEYOND : NG_REACH_UNPROVEN;
}

size_t ng_groups_present(const struct ng_comparison *comparison)
{
    size_t count = 0;
    for (size_t g = 0; g < comparison->group_count; g++)
        count += comparison->groups[g].rows > 0;
    return count;
}

size_t ng_unproven_groups(const struct ng_comparison *comparison,
                          const struct ng_arm *arm)
{
    size_t count = 0;
    for (size_t g = 0; g < comparison->group_count; g++)
        count += ng_group_is_unproven(comparison, arm, g);
    return count;
}

bool ng_group_is_unproven(const struct ng_comparison *comparison,
                          const struct ng_arm *arm, size_t group)
{
    size_t rows = comparison->groups[group].rows;
    if (rows == 0)
        return false;
    return rows < NG_GROUP_LEAST_ROWS ||
           ng_reach_of(&arm->group_difference[group], comparison->margin) !=
               NG_REACH_WITHIN;
}

void ng_group_name(const struct ng_comparison *comparison, size_t group,
                   struct ng_text *text)
{
    const struct ng_group *shown = &comparison->groups[group];
    const char *column = shown->column != NULL ? shown->column : "";
    if (strstr(column, " x ") == NULL)
        ng_text_printf(text, "%s ", column);
    ng_text_add(text, shown->band != NULL ? shown->band : "");
}

bool ng_class_is_used(const struct ng_comparison *comparison, int ledger_class)
{
    for (size_t i = 0; i < comparison->arm_count; i++)
        if (comparison->arms[i].by_class_at_peak[ledger_class] > 0)
            return true;
    return false;
}
