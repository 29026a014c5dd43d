#include "reports/plot_style.h"

#include <math.h>
#include <stdint.h>

#include "reports/escape.h"

static const char *const colours[] = {"#000000", "#0072B2", "#D55E00", "#CC79A7",
                                      "#009E73", "#E69F00", "#56B4E9"};
#define COLOURS (sizeof colours / sizeof *colours)

const char *ng_arm_colour(size_t arm)
{
    return colours[arm % COLOURS];
}

enum ng_shape ng_arm_shape(size_t arm)
{
    return (enum ng_shape)(arm % NG_SHAPES);
}

int ng_shape_filled(enum ng_shape shape)
{
    static const int points[NG_SHAPES] = {7, 5, 9, 11, 13, 15};
    return points[shape];
}

int ng_shape_hollow(enum ng_shape shape)
{
    return ng_shape_filled(shape) - 1;
}

void ng_picture_begin(struct ng_picture *picture, const char *name, const char *title,
                      double width, double height)
{
    *picture = (struct ng_picture){.width = width, .height = height};
    ng_text_printf(
        &picture->script,
        "# %s: draws %s.svg and %s.png from %s.dat (gnuplot 5.4 or later).\n"
        "# Run it again with: gnuplot %s.gp\n"
        "if (!exists('suffix')) suffix = ''\n"
        "set encoding utf8\n"
        "set datafile separator tab\n"
        "do for [kind in 'svg png'] {\n"
        "reset\n"
        "if (kind eq 'svg') {\n"
        "    set terminal svg size %.0f,%.0f noenhanced font 'sans-serif,12' "
        "background '#ffffff'\n"
        "} else { if (strstrt(GPVAL_TERMINALS, 'pngcairo') > 0) {\n"
        "    set terminal pngcairo size %.0f,%.0f noenhanced font 'sans-serif,12' "
        "fontscale 1.35 linewidth 2 pointscale 2.6 background '#ffffff'\n"
        "} else {\n"
        "    set terminal png size %.0f,%.0f noenhanced background '#ffffff'\n"
        "} }\n"
        "set output '%s.'.kind.suffix\n",
        title, name, name, name, name, width, height, 2 * width, 2 * height, width,
        height, name);
    ng_text_add(&picture->script,
                "set multiplot\n"
                "unset key\n"
                "set border 3 lc rgb '#888888'\n"
                "set tics nomirror out scale 0.5 textcolor rgb '#222222'\n"
                "set xtics offset 0,0.4\n"
                "set grid y lt 1 lw 0.5 lc rgb '#e4e4e4'\n");
}

void ng_picture_end(struct ng_picture *picture)
{
    ng_text_add(&picture->script, "unset multiplot\nunset output\n}\n");
}

void ng_picture_release(struct ng_picture *picture)
{
    ng_text_release(&picture->script);
    ng_text_release(&picture->data);
}

static double across(const struct ng_picture *picture, double x)
{
    return x / picture->width;
}

static double up(const struct ng_picture *picture, double y)
{
    return 1 - y / picture->height;
}

void ng_picture_margins(struct ng_picture *picture, struct ng_box box)
{
    ng_text_printf(&picture->script,
                   "set lmargin at screen %.5f\nset rmargin at screen %.5f\n"
                   "set tmargin at screen %.5f\nset bmargin at screen %.5f\n",
                   across(picture, box.left), across(picture, box.right),
                   up(picture, box.top), up(picture, box.bottom));
}

void ng_picture_side(struct ng_picture *picture, const char *words, struct ng_box box,
                     double distance)
{
    ng_text_printf(
        &picture->script,
        "unset label\nset label '%s' at screen %.5f,%.5f center rotate by 90 "
        "textcolor rgb '#222222'\n",
        words, across(picture, box.left - distance),
        up(picture, (box.top + box.bottom) / 2));
}

void ng_picture_words(struct ng_picture *picture, const char *words, size_t longest,
                      double x, double y)
{
    struct ng_text cut = {0};
    ng_escape_middle(&cut, words, longest);
    ng_text_add(&picture->script, "set label ");
    ng_escape_gnuplot(&picture->script, cut.data, SIZE_MAX);
    ng_text_printf(&picture->script,
                   " at screen %.5f,%.5f left noenhanced textcolor rgb '#222222'\n",
                   across(picture, x), up(picture, y));
    picture->script.failed |= cut.failed;
    ng_text_release(&cut);
}

void ng_picture_point(struct ng_picture *picture, size_t arm, bool filled, double x,
                      double y)
{
    enum ng_shape shape = ng_arm_shape(arm);
    ng_text_printf(&picture->script,
                   "set label '' at screen %.5f,%.5f point pt %d ps 0.85 lc rgb '%s'\n",
                   across(picture, x), up(picture, y),
                   filled ? ng_shape_filled(shape) : ng_shape_hollow(shape),
                   ng_arm_colour(arm));
}

void ng_picture_swatch(struct ng_picture *picture, const char *colour, double x,
                       double y)
{
    ng_text_printf(&picture->script,
                   "set object rect from screen %.5f,%.5f to screen %.5f,%.5f fc rgb "
                   "'%s' fs solid noborder\n",
                   across(picture, x), up(picture, y + 5), across(picture, x + 16),
                   up(picture, y - 5), colour);
}

void ng_picture_stroke(struct ng_picture *picture, const char *colour, int dash,
                       double x, double y)
{
    ng_text_printf(
        &picture->script,
        "set arrow from screen %.5f,%.5f to screen %.5f,%.5f nohead dt %d lw "
        "1.5 lc rgb '%s'\n",
        across(picture, x), up(picture, y), across(picture, x + 18), up(picture, y),
        dash, colour);
}

void ng_range_add(struct ng_range *range, double x)
{
    if (!isfinite(x))
        return;
    bool empty = range->low > range->high;
    range->low = empty ? x : fmin(range->low, x);
    range->high = empty ? x : fmax(range->high, x);
}

void ng_range_pad(struct ng_range *range, double share, double least)
{
    if (range->low > range->high)
        *range = (struct ng_range){0, 1};
    double pad = fmax(share * (range->high - range->low), 0);
    if (pad < least)
        pad = least;
    range->low -= pad;
    range->high += pad;
}

double ng_range_step(struct ng_range range, int count)
{
    double wanted = (range.high - range.low) / count;
    double power = pow(10, floor(log10(wanted)));
    double factor = wanted / power;
    return power * (factor > 5 ? 10 : factor > 2 ? 5 : factor > 1 ? 2 : 1);
}
