/*
 * What the plots share: colours and shapes of arms, the frame of a script, texts
 * and ranges.
 *
 * Colours: Okabe and Ito, "Color Universal Design" (2008), without its yellow, which is
 * faint on white. Seven colours and six shapes have no common factor, so 42 arms differ.
 * A script draws NAME.svg and NAME.png from NAME.dat and runs again by hand with
 * `gnuplot NAME.gp`; the program sets `suffix` so that it writes NAME.svg.part first.
 * Positions are in pixels from the upper left corner of the picture. Threads: any.
 */
#ifndef NG_REPORTS_PLOT_STYLE_H
#define NG_REPORTS_PLOT_STYLE_H

#include <stdbool.h>
#include <stddef.h>

#include "formats/base/text.h"

enum ng_shape {
    NG_SHAPE_CIRCLE,
    NG_SHAPE_SQUARE,
    NG_SHAPE_UP,
    NG_SHAPE_DOWN,
    NG_SHAPE_DIAMOND,
    NG_SHAPE_PENTAGON,
    NG_SHAPES,
};

const char *ng_arm_colour(size_t arm);
enum ng_shape ng_arm_shape(size_t arm);
/* gnuplot's numbers of the shapes. */
int ng_shape_filled(enum ng_shape shape);
int ng_shape_hollow(enum ng_shape shape);

struct ng_picture {
    struct ng_text script, data;
    double width, height;
};

/* Opens and closes the loop over both kinds of picture. */
void ng_picture_begin(struct ng_picture *picture, const char *name, const char *title,
                      double width, double height);
void ng_picture_end(struct ng_picture *picture);
void ng_picture_release(struct ng_picture *picture);

struct ng_box {
    double left, right, top, bottom;
};
void ng_picture_margins(struct ng_picture *picture, struct ng_box box);
/* Own words along the left side of a box, read upwards; takes away earlier words. */
void ng_picture_side(struct ng_picture *picture, const char *words, struct ng_box box,
                     double distance);
/* Foreign or own words whose left middle is at x, y; too long ones lose their middle. */
void ng_picture_words(struct ng_picture *picture, const char *words, size_t longest,
                      double x, double y);
void ng_picture_point(struct ng_picture *picture, size_t arm, bool filled, double x,
                      double y);
void ng_picture_swatch(struct ng_picture *picture, const char *colour, double x,
                       double y);
/* A short horizontal line from x on; dash is gnuplot's dash type. */
void ng_picture_stroke(struct ng_picture *picture, const char *colour, int dash,
                       double x, double y);

/* A range that grows with what it is shown; NaN and infinities are ignored. */
struct ng_range {
    double low, high;
};
#define NG_RANGE_EMPTY ((struct ng_range){1, 0})
void ng_range_add(struct ng_range *range, double x);
/* Widens by `share` of the span at both ends, by at least `least` where it is a point;
 * an empty range becomes 0 to 1. */
void ng_range_pad(struct ng_range *range, double share, double least);
/* A round distance (1, 2 or 5 times a power of ten) of about `count` ticks. */
double ng_range_step(struct ng_range range, int count);

#endif
