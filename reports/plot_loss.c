/*
 * Training loss over steps, and its difference to the reference. Long runs are drawn as
 * means over equal stretches of steps, so that a picture stays small.
 */
#include <math.h>

#include "reports/cells.h"
#include "reports/plots.h"

#define WIDTH       820.0
#define HEIGHT      300.0
#define TOP         12.0
#define SIDE        50.0
#define WIDER_SIDE  64.0 /* differences have long figures */
#define BOTTOM      254.0
#define MOST_ROWS   300
#define MOST_POINTS 4500 /* of all arms: keeps the picture below 200 kilobytes */
#define LEAST_ROWS  20
#define LEGEND      664.0
#define LEGEND_STEP 17.0
#define NAME_LENGTH 22
#define LOG_FROM    20.0 /* a logarithmic axis where the losses span this factor */

struct stretches {
    size_t steps, length, count;
};

static struct stretches find_stretches(const struct ng_comparison *comparison)
{
    struct stretches made = {.length = 1};
    for (size_t i = 0; i < comparison->arm_count; i++)
        if (comparison->arms[i].loss != NULL && comparison->arms[i].steps > made.steps)
            made.steps = comparison->arms[i].steps;
    size_t rows = MOST_POINTS / (comparison->arm_count + 1);
    rows = rows > MOST_ROWS ? MOST_ROWS : rows < LEAST_ROWS ? LEAST_ROWS : rows;
    if (made.steps > 0)
        made.length = (made.steps - 1) / rows + 1;
    made.count = made.steps / made.length + (made.steps % made.length != 0);
    return made;
}

/* NaN where the arm has no finite loss throughout. */
static double mean_loss(const struct ng_arm *arm, struct stretches stretches,
                        size_t row)
{
    size_t first = row * stretches.length, last = first + stretches.length;
    if (last > stretches.steps)
        last = stretches.steps;
    if (arm == NULL || arm->loss == NULL || last > arm->steps)
        return NAN;
    double sum = 0;
    for (size_t i = first; i < last; i++)
        sum += arm->loss[i];
    return isfinite(sum) ? sum / (double)(last - first) : (double)NAN;
}

struct limits {
    struct ng_range loss, difference;
};

static void write_data(const struct ng_comparison *comparison, struct ng_text *data,
                       struct stretches stretches, struct limits *limits)
{
    bool all_diverged = true;
    for (size_t i = 0; i < comparison->arm_count; i++)
        all_diverged &= comparison->arms[i].verdict == NG_VERDICT_DIVERGED;
    *limits = (struct limits){NG_RANGE_EMPTY, NG_RANGE_EMPTY};
    ng_text_printf(
        data,
        "# last step of a stretch of %zu, then for each arm its mean loss and "
        "the difference to its reference\n",
        stretches.length);
    for (size_t row = 0; row < stretches.count; row++) {
        size_t end = (row + 1) * stretches.length;
        ng_text_printf(data, "%zu", end < stretches.steps ? end : stretches.steps);
        for (size_t i = 0; i < comparison->arm_count; i++) {
            const struct ng_arm *arm = &comparison->arms[i];
            double loss = mean_loss(arm, stretches, row);
            double base =
                arm->reference < 0
                    ? (double)NAN
                    : mean_loss(&comparison->arms[arm->reference], stretches, row);
            double values[] = {loss, loss - base};
            for (int k = 0; k < 2; k++)
                ng_text_printf(data, isfinite(values[k]) ? "\t%.6g" : "\tNaN",
                               values[k]);
            if (comparison->arms[i].verdict == NG_VERDICT_DIVERGED && !all_diverged)
                continue; /* its last finite losses would squeeze the others */
            ng_range_add(&limits->loss, loss);
            ng_range_add(&limits->difference, loss - base);
        }
        ng_text_add(data, "\n");
    }
}

static void draw_lines(const struct ng_comparison *comparison, struct ng_text *script,
                       bool difference)
{
    ng_text_add(script, "plot NaN notitle");
    for (size_t i = 0; i < comparison->arm_count; i++) {
        if (difference && ng_is_reference(comparison, &comparison->arms[i]))
            continue;
        ng_text_printf(script,
                       ", \\\n  'loss.dat' using 1:%zu with lines dt %zu lw 1.4 lc rgb "
                       "'%s'",
                       2 * i + 2 + difference, i % 4 + 1, ng_arm_colour(i));
    }
    ng_text_add(script, "\n");
}

static void draw_loss(const struct ng_comparison *comparison,
                      struct ng_picture *picture, struct ng_range range, double right)
{
    bool logarithmic = range.low > 0 && range.high / range.low > LOG_FROM;
    if (logarithmic) {
        range.low /= 1.1;
        range.high *= 1.1;
    } else {
        ng_range_pad(&range, 0.05, 1e-6);
    }
    struct ng_box box = {62, right, TOP, BOTTOM};
    ng_picture_margins(picture, box);
    ng_picture_side(picture,
                    logarithmic ? "training loss (logarithmic)" : "training loss", box,
                    SIDE);
    ng_text_printf(&picture->script, "%sset yrange [%.9g:%.9g]\n",
                   logarithmic ? "set logscale y\n" : "", range.low, range.high);
    draw_lines(comparison, &picture->script, false);
    ng_text_add(&picture->script, "unset logscale\n");
}

static void draw_difference(const struct ng_comparison *comparison,
                            struct ng_picture *picture, struct ng_range range)
{
    ng_range_add(&range, 0);
    ng_range_pad(&range, 0.05, 1e-6);
    struct ng_box box = {438, 646, TOP, BOTTOM};
    ng_picture_margins(picture, box);
    ng_picture_side(picture, "difference to the reference", box, WIDER_SIDE);
    ng_text_printf(&picture->script,
                   "set yrange [%.9g:%.9g]\n"
                   "set arrow from graph 0, first 0 to graph 1, first 0 nohead lw 1 lc "
                   "rgb '#555555'\n",
                   range.low, range.high);
    draw_lines(comparison, &picture->script, true);
    ng_text_add(&picture->script, "unset arrow\n");
}

static void draw_legend(const struct ng_comparison *comparison,
                        struct ng_picture *picture)
{
    ng_text_add(&picture->script,
                "unset label\nunset border\nunset tics\nunset xlabel\n"
                "unset ylabel\nunset grid\nset yrange [0:1]\n");
    for (size_t i = 0; i < comparison->arm_count; i++) {
        double y = TOP + 8 + LEGEND_STEP * (double)i;
        ng_picture_stroke(picture, ng_arm_colour(i), (int)(i % 4) + 1, LEGEND, y);
        ng_picture_words(picture, comparison->arms[i].label, NAME_LENGTH, LEGEND + 26,
                         y);
    }
    ng_text_add(&picture->script, "plot NaN notitle\n");
}

void ng_plot_loss(const struct ng_comparison *comparison, struct ng_picture *picture)
{
    struct stretches stretches = find_stretches(comparison);
    struct limits limits;
    double legend = TOP + LEGEND_STEP * (double)(comparison->arm_count + 1);
    ng_picture_begin(picture, ng_plot_names[NG_PLOT_LOSS], "training loss", WIDTH,
                     fmax(HEIGHT, legend));
    write_data(comparison, &picture->data, stretches, &limits);
    bool paired = ng_reference_arm(comparison) != NULL && comparison->arm_count > 1;
    ng_text_printf(&picture->script,
                   "set xrange [0:%zu]\nset xlabel 'step' offset 0,0.9\n"
                   "set xtics autofreq\nset format y '%%g'\nset format x '%%g'\n",
                   stretches.steps > 0 ? stretches.steps : 1);
    draw_loss(comparison, picture, limits.loss, paired ? 340 : 646);
    if (paired)
        draw_difference(comparison, picture, limits.difference);
    draw_legend(comparison, picture);
    ng_picture_end(picture);
}
