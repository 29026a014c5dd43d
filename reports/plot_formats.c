#include "reports/plot_formats.h"

#include <math.h>

#define WIDTH        820.0
#define HEIGHT       400.0
#define LEFT         62.0
#define RIGHT        626.0
#define TOP          14.0
#define BOTTOM       346.0
#define SIDE         50.0
#define LEGEND       648.0
#define LEGEND_STEP  36.0
#define NAME_LENGTH  24
#define WIDE         64.0 /* binades; a frame of them still shows each tooth */
#define AROUND       6.0  /* binades beside the narrow formats */
#define ALONE        16.0 /* to either side of 1 where no format is narrow */
#define AFTER        4    /* binades of saturation drawn */
#define AFTER_POINTS 8    /* in each of them */

static double decibel_of(double ratio)
{
    return 20 * log10(ratio);
}

/* log2 of the smallest and of the largest magnitude. */
static struct ng_range reach_of(const struct ng_format *format)
{
    return (struct ng_range){log2((double)format->min_subnormal),
                             log2((double)format->max)};
}

/* Magnitudes that the picture shows. */
static struct ng_range find_frame(const struct ng_format *const *formats, size_t count)
{
    struct ng_range frame = NG_RANGE_EMPTY;
    for (size_t i = 0; i < count; i++) {
        struct ng_range reach = reach_of(formats[i]);
        if (reach.high - reach.low <= WIDE) {
            ng_range_add(&frame, floor(reach.low - AROUND));
            ng_range_add(&frame, ceil(reach.high + AROUND));
        }
    }
    if (frame.low > frame.high)
        frame = (struct ng_range){-ALONE, ALONE};
    return frame;
}

static void add_point(struct ng_text *data, double binade, double decibel)
{
    ng_text_printf(data, "%.6g\t%.6g\n", binade, decibel);
}

/* The error of rounding and that of saturation, whichever is worse. */
static void add_saturation(struct ng_text *data, const struct ng_format *format,
                           double rounding)
{
    double max = log2((double)format->max);
    add_point(data, max, rounding);
    for (int i = 1; i <= AFTER * AFTER_POINTS; i++) {
        double past = (double)i / AFTER_POINTS;
        double decibel = decibel_of(exp2(past) / (exp2(past) - 1));
        add_point(data, max + past, fmin(decibel, rounding));
    }
}

/* One block of the data file; teeth outside the frame are left out. */
static void add_line(struct ng_text *data, const struct ng_format *format,
                     struct ng_range frame)
{
    struct ng_range reach = reach_of(format);
    bool is_unsigned = format->encoding == NG_UNSIGNED;
    double bennett = 10 * log10(12), least = (is_unsigned ? 0 : 1) - format->bias;
    double grid = least - format->mantissa_bits; /* log2 of the least spacing */
    ng_text_printf(data, "# %s: log2 of the magnitude, decibel\n", format->name);
    if (!is_unsigned) {
        add_point(data, grid - 1, 0);
        add_point(data, grid, bennett);
        if (reach.high > least)
            add_point(data, least, decibel_of(exp2(least - grid)) + bennett);
    }
    double start = fmax(least, frame.low - 1), tooth = decibel_of(2);
    double low = decibel_of(exp2(format->mantissa_bits)) + bennett;
    for (double e = start; e < reach.high && e <= frame.high; e++) {
        double share = fmin(reach.high - e, 1);
        add_point(data, e, low);
        add_point(data, e + share, low + tooth * share);
    }
    double top = reach.high > least ? reach.high - floor(reach.high) : 0;
    if (reach.high <= least) /* an integer: one spacing throughout */
        add_saturation(data, format, decibel_of((double)format->max) + bennett);
    else
        add_saturation(data, format, low + tooth * top);
    ng_text_add(data, "\n\n");
}

/* Formats with as many mantissa bits lie upon each other: the later ones are thinner. */
static double line_width(const struct ng_format *const *formats, size_t count, size_t i)
{
    double width = 1.2;
    for (size_t later = i + 1; later < count; later++)
        if (formats[later]->mantissa_bits == formats[i]->mantissa_bits)
            width += 1.6;
    return width;
}

static void draw_legend(const struct ng_format *const *formats, size_t count,
                        struct ng_picture *picture)
{
    ng_text_add(&picture->script,
                "unset label\nunset border\nunset tics\nunset xlabel\n"
                "unset ylabel\nunset grid\nset xrange [0:1]\nset yrange [0:1]\n");
    for (size_t i = 0; i < count; i++) {
        double y = TOP + 8 + LEGEND_STEP * (double)i;
        struct ng_range reach = reach_of(formats[i]);
        struct ng_text words = {0};
        ng_picture_stroke(picture, ng_arm_colour(i), 1, LEGEND, y);
        ng_picture_words(picture, formats[i]->name, NAME_LENGTH, LEGEND + 26, y);
        ng_text_printf(&words, "2^%.0f to %.5g", reach.low, (double)formats[i]->max);
        ng_picture_words(picture, words.failed ? "" : words.data, NAME_LENGTH,
                         LEGEND + 26, y + 15);
        ng_text_release(&words);
    }
    ng_text_add(&picture->script, "plot NaN notitle\n");
}

void ng_plot_formats(const struct ng_format *const *formats, size_t count,
                     struct ng_picture *picture)
{
    struct ng_range frame = find_frame(formats, count);
    struct ng_box box = {LEFT, RIGHT, TOP, BOTTOM};
    int most = 0;
    for (size_t i = 0; i < count; i++)
        most = formats[i]->mantissa_bits > most ? formats[i]->mantissa_bits : most;
    ng_picture_begin(picture, NG_PLOT_FORMATS_NAME, "range and precision of formats",
                     WIDTH, HEIGHT);
    for (size_t i = 0; i < count; i++)
        add_line(&picture->data, formats[i], frame);
    ng_picture_margins(picture, box);
    ng_picture_side(picture, "signal to noise of rounding, dB", box, SIDE);
    ng_text_printf(
        &picture->script,
        "set xrange [%.0f:%.0f]\nset yrange [0:%.0f]\nset xtics %.0f\n"
        "set format x '2^%%.0f'\nset ytics autofreq\nset format y '%%g'\n"
        "set xlabel 'magnitude of x; noise: (step around x)^2 / 12, or saturation' "
        "offset 0,0.5\nplot NaN notitle",
        frame.low, frame.high, 6.0 * ceil((6.03 * most + 22) / 6),
        fmax(1, ng_range_step(frame, 12)));
    for (size_t i = 0; i < count; i++)
        ng_text_printf(&picture->script,
                       ", \\\n  '" NG_PLOT_FORMATS_NAME
                       ".dat' index %zu with lines lw %.1f lc rgb '%s'",
                       i, line_width(formats, count, i), ng_arm_colour(i));
    ng_text_add(&picture->script, "\n");
    draw_legend(formats, count, picture);
    ng_picture_end(picture);
}
