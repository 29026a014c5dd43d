/*
 * Forest plots: one row for a thing, its mean and interval across (Lewis and Clarke, "Forest
 * plots: trying to see the wood and the trees", BMJ 2001). By arm where there is no memory
 * to plot accuracy against, and by group for all arms.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "experiments/record/digits.h"
#include "reports/cells.h"
#include "reports/escape.h"
#include "reports/plots.h"

#define WIDTH       820.0
#define TOP         12.0
#define BELOW       42.0 /* axis and its words */
#define NAME_LEFT   14.0
#define NAME_LENGTH 22
#define ARM_ROW     26.0
#define LEAST_PLOT  120.0 /* height of the rows */
#define MIDDLE_LEFT 190.0
#define MIDDLE      470.0
#define RIGHT_LEFT  520.0
#define RIGHT       806.0

/* By group. */
#define GROUP_LEFT   270.0
#define GROUP_RIGHT  640.0
#define GROUP_LENGTH 36
#define MARK_STEP    7.0 /* between the arms of a group */
#define ROW_EDGE     9.0
#define LEGEND       664.0
#define LEGEND_STEP  17.0
#define TALL         25 /* groups; from there on the axis' figures stand above too */
#define GROUP_TOP    24.0
#define MOST_ARMS    9
#define MOST_GROUPS  100
#define MOST_MARKS   320 /* keeps the picture near 100 kilobytes */
#define FARTHEST     2.5 /* spans of the means that intervals may widen the axis by */

struct panel {
    struct ng_picture *picture;
    const char *file;
    struct ng_box box;
    struct ng_range range;
    double rows; /* the axis runs from -0.5 to rows - 0.5, downwards */
    const char *words;
};

/* x, its interval, and both ends cut at the edges of the panel. */
static void write_estimate(struct ng_text *data, const struct ng_estimate *estimate,
                           struct ng_range range)
{
    double low = estimate->low, high = estimate->high;
    bool interval = ng_digits_has_interval(estimate);
    double values[] = {100 * estimate->mean,
                       interval ? fmax(100 * low, range.low) : (double)NAN,
                       interval ? fmin(100 * high, range.high) : (double)NAN};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        ng_text_printf(data, isfinite(values[i]) ? "\t%.6f" : "\tNaN", values[i]);
}

static void add_estimate(struct ng_range *range, const struct ng_estimate *estimate)
{
    ng_range_add(range, 100 * estimate->mean);
    if (isfinite(estimate->mean) && ng_digits_has_interval(estimate)) {
        ng_range_add(range, 100 * estimate->low);
        ng_range_add(range, 100 * estimate->high);
    }
}

static void open_panel(const struct panel *panel)
{
    struct ng_text *script = &panel->picture->script;
    ng_picture_margins(panel->picture, panel->box);
    ng_text_printf(script,
                   "set xrange [%.9g:%.9g]\nset yrange [%.2f:-0.5]\nunset ytics\n"
                   "set xtics %g\nset format x '%%g'\nset xlabel '%s' offset 0,0.9\n"
                   "unset grid\nset grid x lt 1 lw 0.5 lc rgb '#e4e4e4'\n",
                   panel->range.low, panel->range.high, panel->rows - 0.5,
                   ng_range_step(panel->range, 6), panel->words);
}

static void draw_upright(const struct panel *panel, double x, const char *style)
{
    if (x >= panel->range.low && x <= panel->range.high)
        ng_text_printf(
            &panel->picture->script,
            "set arrow from first %.9g, graph 0 to first %.9g, graph 1 nohead "
            "%s\n",
            x, x, style);
}

/* Where no difference is, and where the margin ends. */
static void draw_bounds(const struct panel *panel, double margin)
{
    draw_upright(panel, 0, "lw 1 lc rgb '#777777'");
    draw_upright(panel, -100 * margin, "dt 2 lw 1.2 lc rgb '#b03a00'");
}

/* Intervals and points of the rows `which` of the data, of one arm. Columns: y, mean, low,
 * high from `column` on. */
static void add_marks(const struct panel *panel, const char *which, size_t column,
                      size_t arm)
{
    struct ng_text *script = &panel->picture->script;
    ng_text_printf(script,
                   ", \\\n  '%s' %s using %zu:1:($%zu-$%zu):(0) with vectors nohead lw "
                   "1.5 lc rgb '%s'",
                   panel->file, which, column + 1, column + 2, column + 1,
                   ng_arm_colour(arm));
}

static void add_points(const struct panel *panel, const char *which, size_t column,
                       size_t arm, bool hollow)
{
    enum ng_shape shape = ng_arm_shape(arm);
    if (hollow)
        ng_text_printf(&panel->picture->script,
                       ", \\\n  '%s' %s using %zu:1 with points pt %d ps 0.7 lc rgb "
                       "'#ffffff'",
                       panel->file, which, column, ng_shape_filled(shape));
    ng_text_printf(&panel->picture->script,
                   ", \\\n  '%s' %s using %zu:1 with points pt %d ps 0.7 lw 1.3 lc rgb "
                   "'%s'",
                   panel->file, which, column,
                   hollow ? ng_shape_hollow(shape) : ng_shape_filled(shape),
                   ng_arm_colour(arm));
}

/* -- by arm ------------------------------------------------------------------------ */

static void write_arms(const struct ng_comparison *comparison, struct ng_text *data,
                       const struct panel panels[2])
{
    ng_text_add(data, "# arm\taccuracy %\tlow\thigh\tdifference pt\tlow\thigh\n");
    for (size_t i = 0; i < comparison->arm_count; i++) {
        const struct ng_arm *arm = &comparison->arms[i];
        const struct ng_estimate none = {(double)NAN, (double)NAN, (double)NAN};
        ng_text_printf(data, "%zu", i);
        write_estimate(data, &arm->accuracy, panels[0].range);
        write_estimate(
            data, ng_is_reference(comparison, arm) ? &none : &arm->accuracy_difference,
            panels[1].range);
        ng_text_add(data, "\n");
    }
}

static void draw_arms(const struct ng_comparison *comparison, const struct panel *panel,
                      size_t column)
{
    ng_text_add(&panel->picture->script, "plot NaN notitle");
    for (size_t i = 0; i < comparison->arm_count; i++) {
        char which[48];
        snprintf(which, sizeof which, "every ::%zu::%zu", i, i);
        if (column > 2 && ng_is_reference(comparison, &comparison->arms[i]))
            continue;
        add_marks(panel, which, column, i);
        add_points(panel, which, column, i, false);
    }
    ng_text_add(&panel->picture->script, "\nunset arrow\nunset object\nunset label\n");
}

static void name_arms(const struct ng_comparison *comparison,
                      struct ng_picture *picture, double row)
{
    for (size_t i = 0; i < comparison->arm_count; i++) {
        double y = TOP + row * ((double)i + 0.5);
        ng_picture_point(picture, i, true, NAME_LEFT + 4, y);
        ng_picture_words(picture, comparison->arms[i].label, NAME_LENGTH,
                         NAME_LEFT + 16, y);
    }
}

static void find_arm_ranges(const struct ng_comparison *comparison,
                            struct panel panels[2])
{
    panels[0].range = panels[1].range = NG_RANGE_EMPTY;
    for (size_t i = 0; i < comparison->arm_count; i++) {
        const struct ng_arm *arm = &comparison->arms[i];
        add_estimate(&panels[0].range, &arm->accuracy);
        if (!ng_is_reference(comparison, arm))
            add_estimate(&panels[1].range, &arm->accuracy_difference);
    }
    ng_range_add(&panels[1].range, 0);
    ng_range_add(&panels[1].range, -100 * comparison->margin);
    for (int i = 0; i < 2; i++)
        ng_range_pad(&panels[i].range, 0.08, 0.1);
}

void ng_plot_difference(const struct ng_comparison *comparison,
                        struct ng_picture *picture)
{
    double arms = comparison->arm_count > 0 ? (double)comparison->arm_count : 1;
    double row = fmax(ARM_ROW, LEAST_PLOT / arms), bottom = TOP + row * arms;
    bool paired = ng_reference_arm(comparison) != NULL && comparison->arm_count > 1;
    struct panel panels[2] = {
        {.box = {MIDDLE_LEFT, paired ? MIDDLE : RIGHT, TOP, bottom},
         .words = "accuracy, all rows (%)"},
        {.box = {RIGHT_LEFT, RIGHT, TOP, bottom},
         .words = "difference to the reference (points)"}};
    ng_picture_begin(picture, ng_plot_names[NG_PLOT_DIFFERENCE], "accuracy by arm",
                     WIDTH, bottom + BELOW);
    find_arm_ranges(comparison, panels);
    write_arms(comparison, &picture->data, panels);
    name_arms(comparison, picture, row);
    for (int i = 0; i < 1 + (int)paired; i++) {
        panels[i].picture = picture;
        panels[i].file = "accuracy.dat";
        panels[i].rows = arms;
        open_panel(&panels[i]);
        if (i == 1)
            draw_bounds(&panels[i], comparison->margin);
        draw_arms(comparison, &panels[i], i == 0 ? 2 : 5);
    }
    ng_picture_end(picture);
}

/* -- by group ---------------------------------------------------------------------- */

size_t ng_plot_arms_shown(const struct ng_comparison *comparison)
{
    return comparison->arm_count < MOST_ARMS ? comparison->arm_count : MOST_ARMS;
}

size_t ng_plot_groups_shown(const struct ng_comparison *comparison)
{
    size_t arms = ng_plot_arms_shown(comparison);
    size_t most = arms > 1 ? MOST_MARKS / (arms - 1) : MOST_MARKS;
    most = most < MOST_GROUPS ? most : MOST_GROUPS;
    return comparison->group_count < most ? comparison->group_count : most;
}

static bool is_compared(const struct ng_comparison *comparison, size_t arm)
{
    return comparison->arms[arm].reference >= 0 &&
           !ng_is_reference(comparison, &comparison->arms[arm]);
}

static struct ng_range group_range(const struct ng_comparison *comparison,
                                   double margin)
{
    struct ng_range means = NG_RANGE_EMPTY, all = NG_RANGE_EMPTY;
    ng_range_add(&means, 0);
    ng_range_add(&means, -100 * margin);
    for (size_t i = 0; i < ng_plot_arms_shown(comparison); i++)
        for (size_t g = 0; g < ng_plot_groups_shown(comparison); g++) {
            const struct ng_estimate *d = &comparison->arms[i].group_difference[g];
            if (!is_compared(comparison, i))
                continue;
            ng_range_add(&means, 100 * d->mean);
            add_estimate(&all, d);
        }
    double span = means.high - means.low;
    if (all.low <= all.high) {
        means.low = fmin(means.low, fmax(all.low, means.low - FARTHEST * span));
        means.high = fmax(means.high, fmin(all.high, means.high + FARTHEST * span));
    }
    ng_range_pad(&means, 0.04, 0.1);
    return means;
}

/* One block of lines an arm and state: index 2 arm + hollow. */
static void write_groups(const struct ng_comparison *comparison,
                         const struct panel *panel, size_t compared, double row)
{
    struct ng_text *data = &panel->picture->data;
    size_t at = 0;
    ng_text_add(data,
                "# row\tdifference pt\tlow\thigh\tgroup; a block for the proven and "
                "one for the unproven groups of every arm\n");
    for (size_t i = 0; i < ng_plot_arms_shown(comparison); i++) {
        if (!is_compared(comparison, i))
            continue;
        double aside = ((double)at++ - ((double)compared - 1) / 2) * MARK_STEP / row;
        for (int hollow = 0; hollow <= 1; hollow++) {
            ng_text_add(data, "0\tNaN\tNaN\tNaN\n"); /* no block is empty */
            for (size_t g = 0; g < ng_plot_groups_shown(comparison); g++) {
                const struct ng_arm *arm = &comparison->arms[i];
                bool open = arm->group_unproven[g] && !arm->group_harmed[g];
                if (open != (hollow == 1) || comparison->groups[g].suppressed)
                    continue;
                ng_text_printf(data, "%.5f", (double)g + aside);
                write_estimate(data, &arm->group_difference[g], panel->range);
                ng_text_printf(data, "\t%zu\n", g);
            }
            ng_text_add(data, "\n\n");
        }
    }
}

static void draw_groups(const struct ng_comparison *comparison,
                        const struct panel *panel)
{
    char which[32];
    ng_text_add(&panel->picture->script, "plot NaN notitle");
    for (int points = 0; points <= 1; points++) {
        size_t index = 0;
        for (size_t i = 0; i < ng_plot_arms_shown(comparison); i++)
            for (int hollow = 0; is_compared(comparison, i) && hollow <= 1; hollow++) {
                snprintf(which, sizeof which, "index %zu", index++);
                if (points)
                    add_points(panel, which, 2, i, hollow == 1);
                else
                    add_marks(panel, which, 2, i);
            }
    }
    ng_text_add(&panel->picture->script, "\n");
}

/* Names to the left; what is suppressed says so; a line between two slices. */
static void name_groups(const struct ng_comparison *comparison,
                        const struct panel *panel, double row)
{
    for (size_t g = 0; g < ng_plot_groups_shown(comparison); g++) {
        const struct ng_group *group = &comparison->groups[g];
        double y = GROUP_TOP + row * ((double)g + 0.5);
        struct ng_text name = {0};
        ng_group_name(comparison, g, &name);
        ng_picture_words(panel->picture, name.data, GROUP_LENGTH, NAME_LEFT, y);
        ng_text_release(&name);
        if (group->suppressed || group->rows == 0)
            ng_picture_words(panel->picture, ng_cell_rows(group).text, NAME_LENGTH,
                             GROUP_LEFT + 8, y);
        if (g > 0 && strcmp(comparison->groups[g - 1].column, group->column) != 0)
            ng_text_printf(&panel->picture->script,
                           "set arrow from graph 0, first %.1f to graph 1, first %.1f "
                           "nohead lw 0.8 lc rgb '#999999'\n",
                           (double)g - 0.5, (double)g - 0.5);
    }
}

static void group_legend(const struct ng_comparison *comparison,
                         struct ng_picture *picture)
{
    double y = GROUP_TOP + 8;
    for (size_t i = 0; i < ng_plot_arms_shown(comparison); i++) {
        if (!is_compared(comparison, i))
            continue;
        ng_picture_point(picture, i, true, LEGEND + 9, y);
        ng_picture_words(picture, comparison->arms[i].label, 20, LEGEND + 26, y);
        y += LEGEND_STEP;
    }
    ng_picture_words(picture, "hollow: unproven", NAME_LENGTH, LEGEND + 26,
                     y + LEGEND_STEP / 2);
}

void ng_plot_groups(const struct ng_comparison *comparison, struct ng_picture *picture)
{
    size_t groups = ng_plot_groups_shown(comparison), compared = 0;
    for (size_t i = 0; i < ng_plot_arms_shown(comparison); i++)
        compared += is_compared(comparison, i);
    double row = 2 * ROW_EDGE + MARK_STEP * (compared > 1 ? (double)compared - 1 : 0);
    double bottom = GROUP_TOP + row * (double)groups;
    double legend = GROUP_TOP + LEGEND_STEP * ((double)compared + 2);
    struct panel panel = {.picture = picture,
                          .file = "groups.dat",
                          .box = {GROUP_LEFT, GROUP_RIGHT, GROUP_TOP, bottom},
                          .range = group_range(comparison, comparison->margin),
                          .rows = (double)groups,
                          .words = "accuracy difference to the reference (points)"};
    ng_picture_begin(picture, ng_plot_names[NG_PLOT_GROUPS],
                     "accuracy difference by group", WIDTH,
                     fmax(bottom + BELOW, legend));
    write_groups(comparison, &panel, compared, row);
    open_panel(&panel);
    name_groups(comparison, &panel, row);
    group_legend(comparison, picture);
    draw_bounds(&panel, comparison->margin);
    if (groups > TALL)
        ng_text_printf(
            &picture->script,
            "set x2range [%.9g:%.9g]\nset x2tics %g scale 0.5 offset 0,-0.5\n",
            panel.range.low, panel.range.high, ng_range_step(panel.range, 6));
    draw_groups(comparison, &panel);
    ng_picture_end(picture);
}
