#include "reports/cells.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "experiments/record/digits.h"

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

static struct ng_cell number(double x, int decimals, bool sign)
{
    return cell("%s", ng_digits_number(x, decimals, sign).text);
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
    if (!ng_digits_has_interval(share))
        return cell("%s [n/a]", ng_cell_percent(share->mean).text);
    return cell("%s [%s, %s]", ng_cell_percent(share->mean).text,
                number(100 * fmax(share->low, 0), 1, false).text,
                number(100 * fmin(share->high, 1), 1, false).text);
}

struct ng_cell ng_cell_difference(const struct ng_estimate *difference, double margin)
{
    return cell("%s", ng_digits_difference(difference, margin).text);
}

static int score_decimals(const struct ng_estimate *score)
{
    return ng_digits_has_interval(score) && score->high - score->low < 0.002 ? 4 : 3;
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
    if (!ng_digits_has_interval(difference))
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

void ng_parameters(const struct ng_comparison *comparison, struct ng_text *text)
{
    size_t least = 0, most = 0;
    for (size_t i = 0; i < comparison->arm_count; i++) {
        size_t parameters = comparison->arms[i].parameters;
        least = i == 0 || parameters < least ? parameters : least;
        most = parameters > most ? parameters : most;
    }
    if (least < most)
        ng_text_printf(text, "%zu to ", least);
    ng_text_printf(text, "%zu parameters", most);
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

struct ng_cell ng_cell_rows(const struct ng_group *group)
{
    if (group->suppressed)
        return cell("fewer than %d rows", NG_GROUP_SUPPRESSED_BELOW);
    return group->rows == 0 ? cell("no rows") : cell("%zu", group->rows);
}

const struct ng_arm *ng_reference_arm(const struct ng_comparison *comparison)
{
    bool there = comparison->reference >= 0 &&
                 (size_t)comparison->reference < comparison->arm_count;
    return there ? &comparison->arms[comparison->reference] : NULL;
}

bool ng_is_reference(const struct ng_comparison *comparison, const struct ng_arm *arm)
{
    return arm->reference == (int)(arm - comparison->arms);
}

bool ng_has_several_references(const struct ng_comparison *comparison)
{
    size_t count = 0;
    for (size_t i = 0; i < comparison->arm_count; i++)
        count += ng_is_reference(comparison, &comparison->arms[i]);
    return count > 1;
}

const char *ng_reference_name(const struct ng_comparison *comparison)
{
    const struct ng_arm *reference = ng_reference_arm(comparison);
    if (reference == NULL)
        return NULL;
    return ng_has_several_references(comparison) ? reference->recipe : reference->label;
}

const char *ng_arm_kind(const struct ng_comparison *comparison)
{
    return ng_comparison_has_memory(comparison) ? "recipe" : "arm";
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

struct ng_group_counts ng_group_counts(const struct ng_comparison *comparison,
                                       const struct ng_arm *arm)
{
    /* A stored comparison may hold any numbers. */
    size_t all = comparison->groups_with_rows, harmed = arm->harmed_groups;
    size_t not_safe = arm->unproven_groups; /* the harmed among them */
    return (struct ng_group_counts){.safe = all > not_safe ? all - not_safe : 0,
                                    .unproven =
                                        not_safe > harmed ? not_safe - harmed : 0,
                                    .harmed = harmed};
}

bool ng_class_is_used(const struct ng_comparison *comparison, int ledger_class)
{
    for (size_t i = 0; i < comparison->arm_count; i++)
        if (comparison->arms[i].by_class_at_peak[ledger_class] > 0)
            return true;
    return false;
}
