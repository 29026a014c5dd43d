/*
 * Accuracy against memory. Points that would hide each other are pushed apart, by at most
 * a marker's width, because plain FP8 recipes share the memory of FP32 to within a few
 * bytes; ticks in their colours stand at the true places, and the data file holds both.
 */
#include <math.h>
#include <stdlib.h>

#include "experiments/record/digits.h"
#include "reports/cells.h"
#include "reports/escape.h"
#include "reports/plots.h"

#define WIDTH       820.0
#define HEIGHT      336.0
#define TOP         12.0
#define SIDE        50.0 /* of an axis' words from the axis */
#define UPPER       0.64 /* share of the height that the upper panels take */
#define GAP         16.0
#define BOTTOM      294.0
#define MARKER_GAP  8.0 /* wanted between neighbours: most of a marker */
#define FARTHEST    9.0 /* of a point from its true place */
#define PUSHES      200
#define TICK        7.0 /* height */
#define LEGEND      664.0
#define LEGEND_STEP 17.0
#define NAME_LENGTH 22
#define MEANINGS    7 /* legend lines below the arms */

enum { PEAK, STATE, AXES };

/* Columns of the data file, counted from 1 as gnuplot does. */
enum {
    COLUMN_PEAK = 2,
    COLUMN_STATE = 4,
    COLUMN_DRAWN = 1, /* what to add to the two above */
    COLUMN_ACCURACY = 6,
    COLUMN_WORST = 9,
};

struct point {
    size_t arm;
    double x;     /* true */
    double drawn; /* moved aside */
};

struct drawing {
    const struct ng_comparison *comparison;
    struct ng_picture *picture;
    double bottom, split; /* lower edges of the lower and the upper panels */
    bool has_groups, has_ceiling;
    struct point *points[AXES]; /* [arm], sorted by x */
    double highest[AXES];       /* end of the x axis */
    struct ng_range accuracy, worst;
};

static const struct ng_box boxes[AXES] = {{62, 380, 0, 0}, {412, 646, 0, 0}};

static double position(const struct ng_arm *arm, int axis)
{
    return axis == PEAK ? (double)arm->planned_peak / NG_MIB : ng_arm_state(arm);
}

/* A diverged arm would squeeze the others into a line: it stands in the legend only. */
static bool is_drawn(const struct ng_arm *arm)
{
    return isfinite(arm->accuracy.mean) && isfinite(ng_arm_state(arm)) &&
           arm->verdict != NG_VERDICT_DIVERGED;
}

static int by_position(const void *a, const void *b)
{
    const struct point *left = a, *right = b;
    if (left->x != right->x)
        return left->x < right->x ? -1 : 1;
    return left->arm < right->arm ? -1 : left->arm > right->arm;
}

/* Pushes neighbours (sorted by x) apart, all at once and a quarter of what is missing at
 * a time, so that equal points end up evenly round their true place. */
static void move_aside(struct point *points, size_t count, double pixel)
{
    double gap = MARKER_GAP * pixel, farthest = FARTHEST * pixel;
    for (size_t i = 0; i < count; i++)
        points[i].drawn = points[i].x;
    for (int round = 0; round < PUSHES; round++) {
        double before = 0; /* the push that the last pair asked for */
        for (size_t i = 0; i < count; i++) {
            double missing =
                i + 1 < count ? gap - (points[i + 1].drawn - points[i].drawn) : 0;
            double push = fmax(missing, 0) / 4;
            double moved = points[i].drawn + before - push;
            before = push;
            points[i].drawn =
                fmin(fmax(moved, points[i].x - farthest), points[i].x + farthest);
        }
    }
}

static void place_axis(struct drawing *drawing, int axis)
{
    const struct ng_comparison *comparison = drawing->comparison;
    struct point *points = drawing->points[axis];
    double highest = 0;
    for (size_t i = 0; i < comparison->arm_count; i++) {
        double x = position(&comparison->arms[i], axis);
        points[i] = (struct point){.arm = i, .x = isfinite(x) ? x : 0};
        highest = fmax(highest, points[i].x);
    }
    highest = highest > 0 ? highest * 1.12 : 1;
    drawing->highest[axis] = highest;
    double pixel = highest / (boxes[axis].right - boxes[axis].left);
    qsort(points, comparison->arm_count, sizeof *points, by_position);
    move_aside(points, comparison->arm_count, pixel);
}

static double drawn_at(const struct drawing *drawing, int axis, size_t arm)
{
    for (size_t i = 0; i < drawing->comparison->arm_count; i++)
        if (drawing->points[axis][i].arm == arm)
            return drawing->points[axis][i].drawn;
    return NAN;
}

static void add_estimate(struct ng_range *range, const struct ng_estimate *estimate)
{
    ng_range_add(range, 100 * estimate->mean);
    if (isfinite(estimate->mean) && ng_digits_has_interval(estimate)) {
        ng_range_add(range, 100 * estimate->low);
        ng_range_add(range, 100 * estimate->high);
    }
}

static void find_ranges(struct drawing *drawing)
{
    const struct ng_comparison *comparison = drawing->comparison;
    drawing->accuracy = drawing->worst = NG_RANGE_EMPTY;
    for (size_t i = 0; i < comparison->arm_count; i++) {
        if (!is_drawn(&comparison->arms[i]))
            continue;
        add_estimate(&drawing->accuracy, &comparison->arms[i].accuracy);
        add_estimate(&drawing->worst, &comparison->arms[i].worst_accuracy);
    }
    /* The ceiling is shown unless it would squeeze all else into a line. */
    double ceiling = 100 * comparison->ceiling;
    double span = drawing->accuracy.high - drawing->accuracy.low;
    drawing->has_ceiling =
        isfinite(ceiling) && ceiling - drawing->accuracy.high <= 1.5 * span;
    if (drawing->has_ceiling)
        ng_range_add(&drawing->accuracy, ceiling);
    ng_range_pad(&drawing->accuracy, 0.08, 0.1);
    ng_range_pad(&drawing->worst, 0.12, 0.1);
}

static void write_row(struct drawing *drawing, size_t number)
{
    const struct ng_arm *arm = &drawing->comparison->arms[number];
    struct ng_text *data = &drawing->picture->data;
    bool drawn = is_drawn(arm);
    ng_text_printf(data, "%zu\t%.6f\t%.6f\t%.6f\t%.6f", number, position(arm, PEAK),
                   drawn_at(drawing, PEAK, number), position(arm, STATE),
                   drawn_at(drawing, STATE, number));
    const struct ng_estimate *shown[] = {&arm->accuracy, &arm->worst_accuracy};
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        double values[] = {shown[i]->mean, shown[i]->low, shown[i]->high};
        for (size_t k = 0; k < sizeof values / sizeof *values; k++)
            ng_text_printf(data, isfinite(values[k]) ? "\t%.6f" : "\tNaN",
                           100 * values[k]);
    }
    ng_text_printf(data, "\t%d\t", drawn);
    struct ng_text label = {0};
    ng_escape_plain(&label, arm->label, NG_LONGEST_LABEL);
    for (size_t i = 0; i < label.length; i++)
        if (label.data[i] == '"')
            label.data[i] = '\''; /* a lone quote would swallow the line's end */
    ng_text_add(data, label.data != NULL ? label.data : "");
    data->failed |= label.failed;
    ng_text_release(&label);
    ng_text_add(data, "\n");
}

/* Corners of the best accuracy that so much memory buys, as means say. */
static void write_pareto(struct drawing *drawing, int axis)
{
    struct ng_text *data = &drawing->picture->data;
    double best = -HUGE_VAL;
    ng_text_printf(data, "\n\n# Pareto line over %s: x, accuracy (%%)\n",
                   axis == PEAK ? "drawn peak" : "drawn state");
    for (size_t i = 0; i < drawing->comparison->arm_count; i++) {
        const struct point *point = &drawing->points[axis][i];
        const struct ng_arm *arm = &drawing->comparison->arms[point->arm];
        if (!is_drawn(arm) || arm->accuracy.mean <= best)
            continue;
        bool beaten_at_same_x = false;
        for (size_t k = i + 1; k < drawing->comparison->arm_count; k++) {
            const struct point *other = &drawing->points[axis][k];
            const struct ng_arm *rival = &drawing->comparison->arms[other->arm];
            beaten_at_same_x |= other->x <= point->x && is_drawn(rival) &&
                                rival->accuracy.mean > arm->accuracy.mean;
        }
        if (beaten_at_same_x)
            continue;
        best = arm->accuracy.mean;
        ng_text_printf(data, "%.6f\t%.6f\n", point->drawn, 100 * best);
    }
    if (!isfinite(best))
        ng_text_add(data, "0\tNaN\n"); /* gnuplot wants a line */
}

static void write_data(struct drawing *drawing)
{
    ng_text_add(&drawing->picture->data,
                "# arm\tpeak MiB\tdrawn at\tstate bytes/parameter\tdrawn at\taccuracy %"
                "\tlow\thigh\tworst group %\tlow\thigh\tdrawn\tlabel\n");
    for (size_t i = 0; i < drawing->comparison->arm_count; i++)
        write_row(drawing, i);
    write_pareto(drawing, PEAK);
    write_pareto(drawing, STATE);
}

/* The reference's interval over seeds, and the ceiling, behind the points. */
static void draw_behind(struct drawing *drawing, struct ng_range range, bool worst)
{
    struct ng_text *script = &drawing->picture->script;
    const struct ng_arm *reference = ng_reference_arm(drawing->comparison);
    ng_text_add(script, "unset object\nunset arrow\n");
    if (reference != NULL && is_drawn(reference)) {
        const struct ng_estimate *band =
            worst ? &reference->worst_accuracy : &reference->accuracy;
        if (ng_digits_has_interval(band) && isfinite(band->mean))
            ng_text_printf(script,
                           "set object rect from graph 0, first %.6f to graph 1, first "
                           "%.6f fc rgb '#e6e6e6' fs solid noborder behind\n",
                           fmax(100 * band->low, range.low),
                           fmin(100 * band->high, range.high));
    }
    if (!worst && drawing->has_ceiling)
        ng_text_printf(script,
                       "set arrow from graph 0, first %.6f to graph 1, first %.6f "
                       "nohead dt 2 lw 1 lc rgb '#555555'\n",
                       100 * drawing->comparison->ceiling,
                       100 * drawing->comparison->ceiling);
}

/* Drawn arms before this one whose ticks would cover it. */
static size_t ticks_below(const struct drawing *drawing, size_t number, int axis,
                          double pixel)
{
    const struct ng_arm *arms = drawing->comparison->arms;
    size_t count = 0;
    for (size_t i = 0; i < number; i++)
        count += is_drawn(&arms[i]) && fabs(position(&arms[i], axis) -
                                            position(&arms[number], axis)) < 2 * pixel;
    return count;
}

/* A tick at every true x, stacked where they coincide; none above the panel. */
static void draw_true_places(struct drawing *drawing, int axis, struct ng_box box)
{
    const struct ng_comparison *comparison = drawing->comparison;
    double pixel = drawing->highest[axis] / (box.right - box.left);
    double step = TICK / (box.bottom - box.top);
    for (size_t i = 0; i < comparison->arm_count; i++) {
        const struct ng_arm *arm = &comparison->arms[i];
        if (!is_drawn(arm))
            continue;
        double low = step * (double)ticks_below(drawing, i, axis, pixel);
        if (low + step <= 1)
            ng_text_printf(&drawing->picture->script,
                           "set arrow from first %.6f, graph %.5f to first %.6f, graph "
                           "%.5f nohead lw 2.5 lc rgb '%s'\n",
                           position(arm, axis), low, position(arm, axis), low + step,
                           ng_arm_colour(i));
    }
}

/* The point's shape on a slightly larger white one, which parts it from those below. */
static void draw_marker(struct drawing *drawing, size_t number, int x, int y)
{
    enum ng_shape shape = ng_arm_shape(number);
    int filled = ng_shape_filled(shape);
    int shown = y == COLUMN_WORST ? ng_shape_hollow(shape) : filled;
    const char *file = "'accuracy-memory.dat' index 0 every";
    ng_text_printf(
        &drawing->picture->script,
        ", \\\n  %s ::%zu::%zu using %d:%d with points pt %d ps 1.0 lc rgb "
        "'#ffffff', \\\n  %s ::%zu::%zu using %d:%d with points pt %d ps 0.85 "
        "lw 1.5 lc rgb '%s'",
        file, number, number, x, y, filled, file, number, number, x, y, shown,
        ng_arm_colour(number));
}

static void draw_point(struct drawing *drawing, size_t number, int x, int y, bool bar)
{
    const struct ng_arm *arm = &drawing->comparison->arms[number];
    bool worst = y == COLUMN_WORST;
    const struct ng_estimate *shown = worst ? &arm->worst_accuracy : &arm->accuracy;
    if (!is_drawn(arm) || !isfinite(shown->mean) ||
        (bar && !ng_digits_has_interval(shown)))
        return;
    if (bar)
        ng_text_printf(&drawing->picture->script,
                       ", \\\n  'accuracy-memory.dat' index 0 every ::%zu::%zu using "
                       "%d:%d:%d:%d with yerrorbars pt -1 lw 1.5 lc rgb '%s'",
                       number, number, x, y, y + 1, y + 2, ng_arm_colour(number));
    else
        draw_marker(drawing, number, x, y);
}

/* All intervals first, so that none crosses a neighbour's point. */
static void draw_points(struct drawing *drawing, int axis, bool worst)
{
    int x = (axis == PEAK ? COLUMN_PEAK : COLUMN_STATE) + COLUMN_DRAWN;
    int y = worst ? COLUMN_WORST : COLUMN_ACCURACY;
    ng_text_add(&drawing->picture->script, "plot NaN notitle");
    if (!worst)
        ng_text_printf(&drawing->picture->script,
                       ", \\\n  'accuracy-memory.dat' index %d using 1:2 with steps lw "
                       "1 lc rgb '#000000'",
                       axis == PEAK ? 1 : 2);
    for (int bar = 1; bar >= 0; bar--)
        for (size_t i = 0; i < drawing->comparison->arm_count; i++)
            draw_point(drawing, i, x, y, bar);
    ng_text_add(&drawing->picture->script, "\n");
}

static void draw_panel(struct drawing *drawing, int axis, bool worst)
{
    struct ng_text *script = &drawing->picture->script;
    struct ng_range range = worst ? drawing->worst : drawing->accuracy;
    struct ng_box box = boxes[axis];
    bool lowest = worst || !drawing->has_groups;
    box.top = worst ? drawing->split + GAP : TOP;
    box.bottom = lowest ? drawing->bottom : drawing->split;
    ng_picture_margins(drawing->picture, box);
    ng_text_printf(script, "set xrange [0:%.6f]\nset yrange [%.6f:%.6f]\n",
                   drawing->highest[axis], range.low, range.high);
    ng_text_printf(script, "set format x '%s'\nset ytics %g\n", lowest ? "%g" : "",
                   ng_range_step(range, worst ? 3 : 5));
    ng_text_printf(script, "set xlabel '%s' offset 0,0.9\n",
                   !lowest        ? ""
                   : axis == PEAK ? "planned peak memory (MiB)"
                                  : "state (bytes per parameter)");
    ng_text_printf(script, "set format y '%s'\n", axis == PEAK ? "%g" : "");
    ng_picture_side(drawing->picture,
                    axis != PEAK ? ""
                    : worst      ? "worst group (%)"
                                 : "accuracy, all rows (%)",
                    box, SIDE);
    draw_behind(drawing, range, worst);
    draw_true_places(drawing, axis, box);
    draw_points(drawing, axis, worst);
}

static void legend_arms(struct drawing *drawing, double *y)
{
    const struct ng_comparison *comparison = drawing->comparison;
    for (size_t i = 0; i < comparison->arm_count; i++) {
        const struct ng_arm *arm = &comparison->arms[i];
        ng_picture_point(drawing->picture, i, true, LEGEND + 9, *y);
        ng_picture_words(drawing->picture, arm->label, NAME_LENGTH, LEGEND + 26, *y);
        *y += LEGEND_STEP;
        if (!is_drawn(arm)) {
            ng_picture_words(drawing->picture,
                             arm->verdict == NG_VERDICT_DIVERGED
                                 ? "(diverged: not drawn)"
                                 : "(not drawn)",
                             NAME_LENGTH, LEGEND + 26, *y);
            *y += LEGEND_STEP;
        }
    }
}

static void legend_line(struct drawing *drawing, const char *words, double *y)
{
    ng_picture_words(drawing->picture, words, NAME_LENGTH + 4, LEGEND + 26, *y);
    *y += LEGEND_STEP;
}

static void legend_ceiling(struct drawing *drawing, double *y)
{
    struct ng_text words = {0};
    if (drawing->has_ceiling)
        ng_picture_stroke(drawing->picture, "#555555", 2, LEGEND, *y);
    ng_text_printf(&words, "best possible %s%s",
                   ng_cell_percent(drawing->comparison->ceiling).text,
                   drawing->has_ceiling ? "" : "*");
    legend_line(drawing, words.data != NULL ? words.data : "", y);
    legend_line(drawing, drawing->has_ceiling ? "(truth known)" : "*above the range",
                y);
    ng_text_release(&words);
}

static void draw_legend(struct drawing *drawing)
{
    const struct ng_comparison *comparison = drawing->comparison;
    const struct ng_arm *reference = ng_reference_arm(comparison);
    double y = TOP + 8;
    legend_arms(drawing, &y);
    y += LEGEND_STEP / 2;
    if (drawing->has_groups) {
        ng_picture_point(drawing->picture, 0, false, LEGEND + 9, y);
        legend_line(drawing, "hollow: worst group", &y);
    }
    ng_picture_stroke(drawing->picture, "#000000", 1, LEGEND, y);
    legend_line(drawing, "Pareto line of means", &y);
    if (reference != NULL && ng_digits_has_interval(&reference->accuracy)) {
        struct ng_text words = {0};
        ng_picture_swatch(drawing->picture, "#dddddd", LEGEND + 1, y);
        ng_escape_plain(&words, reference->label, 12);
        ng_text_add(&words, " over seeds");
        legend_line(drawing, words.data != NULL ? words.data : "", &y);
        ng_text_release(&words);
    }
    if (isfinite(comparison->ceiling))
        legend_ceiling(drawing, &y);
}

static size_t legend_lines(const struct ng_comparison *comparison)
{
    size_t lines = comparison->arm_count + MEANINGS;
    for (size_t i = 0; i < comparison->arm_count; i++)
        lines += !is_drawn(&comparison->arms[i]);
    return lines;
}

void ng_plot_accuracy(const struct ng_comparison *comparison,
                      struct ng_picture *picture)
{
    double legend = TOP + LEGEND_STEP * (double)(legend_lines(comparison) + 1);
    double height = fmax(HEIGHT, legend);
    struct drawing drawing = {
        .comparison = comparison,
        .picture = picture,
        .bottom = height - (HEIGHT - BOTTOM),
        .has_groups = comparison->group_count > 0,
    };
    drawing.split = TOP + UPPER * (drawing.bottom - TOP);
    ng_picture_begin(picture, ng_plot_names[NG_PLOT_ACCURACY],
                     "accuracy against memory", WIDTH, height);
    struct point *points = calloc(AXES * (comparison->arm_count + 1), sizeof *points);
    if (points == NULL) {
        picture->script.failed = true;
        return;
    }
    for (int axis = 0; axis < AXES; axis++) {
        drawing.points[axis] = points + (size_t)axis * (comparison->arm_count + 1);
        place_axis(&drawing, axis);
    }
    find_ranges(&drawing);
    write_data(&drawing);
    for (int axis = 0; axis < AXES; axis++)
        for (int worst = 0; worst <= (int)drawing.has_groups; worst++)
            draw_panel(&drawing, axis, worst);
    ng_text_add(&picture->script,
                "unset label\nunset object\nunset arrow\nunset border\nunset tics\n"
                "unset xlabel\nunset ylabel\nunset grid\n");
    draw_legend(&drawing);
    ng_text_add(&picture->script, "plot NaN notitle\n");
    ng_picture_end(picture);
    free(points);
}
