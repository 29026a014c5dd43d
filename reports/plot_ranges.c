/* Magnitudes of the columns beside what the formats can hold: named bars for a few columns,
 * one thin line each for many. */
#include <math.h>

#include "formats/narrowgauge.h"
#include "reports/datasheet.h"

#define WIDTH       820.0
#define LEFT        190.0
#define RIGHT       790.0
#define ABOVE       12.0
#define BELOW       46.0
#define ROW         18.0
#define NAME_LENGTH 24
#define NAMED_MOST  40
#define STRIP       380.0 /* height where there are too many columns for names */
#define STRIP_LEFT  86.0
#define STRIP_RIGHT 690.0

#define COLUMN_COLOUR "#0072B2"
static const char *const format_colours[] = {"#D55E00", "#009E73", "#CC79A7"};

/* Formats with a range as wide as fp32's tell nothing apart in this picture. */
static bool is_narrow(const struct ng_format *format)
{
    return format->exponent_bits < 8;
}

static size_t count_narrow(const struct ng_datasheet *sheet)
{
    size_t count = 0;
    for (size_t i = 0; sheet->formats[i] != NULL; i++)
        count += is_narrow(sheet->formats[i]);
    return count;
}

static const char *colour_of(size_t narrow)
{
    return format_colours[narrow % (sizeof format_colours / sizeof format_colours[0])];
}

/* Whole decades around everything. */
static struct ng_range decades(const struct ng_datasheet *sheet)
{
    struct ng_range range = NG_RANGE_EMPTY;
    for (size_t i = 0; sheet->formats[i] != NULL; i++)
        if (is_narrow(sheet->formats[i])) {
            ng_range_add(&range, log10((double)sheet->formats[i]->min_subnormal));
            ng_range_add(&range, log10((double)sheet->formats[i]->max));
        }
    for (size_t i = 0; i < sheet->span_count; i++) {
        ng_range_add(&range, log10(sheet->spans[i].tiniest));
        ng_range_add(&range, log10(sheet->spans[i].largest));
    }
    range.low = floor(range.low - 0.2);
    range.high = ceil(range.high + 0.2);
    return range;
}

/* A tick at every decade, or at every so many, so that at most 14 are there. */
static double tick_factor(struct ng_range range)
{
    return pow(10, ceil((range.high - range.low) / 14));
}

static void write_data(const struct ng_datasheet *sheet, struct ng_text *data)
{
    ng_text_add(data, "# column\tsmallest magnitude but 0\tlargest magnitude\n");
    for (size_t i = 0; i < sheet->span_count; i++) {
        ng_text_printf(data, "%zu", i);
        if (sheet->spans[i].largest > 0)
            ng_text_printf(data, "\t%.9g\t%.9g\n", sheet->spans[i].tiniest,
                           sheet->spans[i].largest);
        else
            ng_text_add(data, "\tNaN\tNaN\n");
    }
}

/* ---- A few columns, with their names --------------------------------------------- */

/* The format's own row: pale where only subnormal values lie, and its ends as lines. */
static void draw_format_row(struct ng_picture *picture, const struct ng_format *format,
                            const char *colour, size_t row, size_t rows)
{
    double least = (double)format->min_subnormal, normal = (double)format->min_normal;
    double most = (double)format->max, place = (double)row;
    ng_picture_words(picture, format->name, NAME_LENGTH, 14,
                     ABOVE + ROW * (place + 0.5));
    ng_text_printf(
        &picture->script,
        "set object rect from first %.9g,%.2f to first %.9g,%.2f fc rgb '%s' "
        "fs solid 0.35 noborder\n"
        "set object rect from first %.9g,%.2f to first %.9g,%.2f fc rgb '%s' "
        "fs solid 1 noborder\n",
        least, place - 0.3, normal, place + 0.3, colour, normal, place - 0.3, most,
        place + 0.3, colour);
    for (int end = 0; end < 2; end++)
        ng_text_printf(&picture->script,
                       "set arrow from first %.9g,%.2f to first %.9g,%.1f nohead back "
                       "dt %d lw 1 lc rgb '%s'\n",
                       end == 0 ? least : most, place, end == 0 ? least : most,
                       (double)rows - 0.5, end == 0 ? 3 : 2, colour);
}

static void draw_named(const struct ng_datasheet *sheet, struct ng_picture *picture)
{
    size_t formats = count_narrow(sheet), rows = formats + sheet->span_count, row = 0;
    double height = ROW * (double)rows;
    struct ng_range range = decades(sheet);
    ng_picture_begin(picture, "ranges", "ranges of columns and formats", WIDTH,
                     ABOVE + height + BELOW);
    write_data(sheet, &picture->data);
    ng_picture_margins(picture, (struct ng_box){LEFT, RIGHT, ABOVE, ABOVE + height});
    for (size_t i = 0; sheet->formats[i] != NULL; i++)
        if (is_narrow(sheet->formats[i])) {
            draw_format_row(picture, sheet->formats[i], colour_of(row), row, rows);
            row++;
        }
    for (size_t i = 0; i < sheet->span_count; i++)
        ng_picture_words(picture, sheet->spans[i].name, NAME_LENGTH, 14,
                         ABOVE + ROW * ((double)(formats + i) + 0.5));
    ng_text_printf(
        &picture->script,
        "set logscale x\nset xrange [1e%.0f:1e%.0f]\nset yrange [%.1f:-0.5]\n"
        "unset ytics\nset xtics %.0f\nset mxtics 1\nset format x '%%g'\nset grid x\n"
        "set xlabel 'magnitude, unscaled; values of 0 aside; pale: subnormal' offset "
        "0,0.9\n"
        "plot 'ranges.dat' using 2:($1+%zu):2:3:($1+%zu-0.3):($1+%zu+0.3) with "
        "boxxyerror fs solid 1 border lc rgb '" COLUMN_COLOUR "' fc rgb '" COLUMN_COLOUR
        "'\n",
        range.low, range.high, (double)rows - 0.5, tick_factor(range), formats, formats,
        formats);
    ng_picture_end(picture);
}

/* ---- Many columns ---------------------------------------------------------------- */

static void draw_format_lines(struct ng_picture *picture,
                              const struct ng_format *format, const char *colour)
{
    const double ends[2] = {(double)format->max, (double)format->min_subnormal};
    static const char *const words[2] = {"largest", "smallest"};
    for (int end = 0; end < 2; end++)
        ng_text_printf(&picture->script,
                       "set arrow from graph 0,first %.9g to graph 1,first %.9g nohead "
                       "front dt %d lw 1.5 lc rgb '%s'\n"
                       "set label '%s %s' at graph 1.01,first %.9g left textcolor rgb "
                       "'%s'\n",
                       ends[end], ends[end], end == 0 ? 2 : 3, colour, format->name,
                       words[end], ends[end], colour);
}

static void draw_strip(const struct ng_datasheet *sheet, struct ng_picture *picture)
{
    struct ng_range range = decades(sheet);
    struct ng_box box = {STRIP_LEFT, STRIP_RIGHT, ABOVE, ABOVE + STRIP};
    size_t narrow = 0;
    ng_picture_begin(picture, "ranges", "ranges of columns and formats", WIDTH,
                     ABOVE + STRIP + BELOW);
    write_data(sheet, &picture->data);
    ng_picture_margins(picture, box);
    ng_picture_side(picture, "magnitude, unscaled; values of 0 aside", box, 66);
    for (size_t i = 0; sheet->formats[i] != NULL; i++)
        if (is_narrow(sheet->formats[i]))
            draw_format_lines(picture, sheet->formats[i], colour_of(narrow++));
    ng_text_printf(&picture->script,
                   "set logscale y\nset yrange [1e%.0f:1e%.0f]\nset xrange "
                   "[-0.5:%.1f]\nset ytics %.0f\nset mytics 1\nset format y '%%g'\n"
                   "set xlabel 'column, from 0' offset 0,0.9\n"
                   "plot 'ranges.dat' using 1:2:($1-0.5):($1+0.5):2:3 with boxxyerror "
                   "fs solid 1 noborder fc rgb '" COLUMN_COLOUR "'\n",
                   range.low, range.high, (double)sheet->span_count - 0.5,
                   tick_factor(range));
    ng_picture_end(picture);
}

void ng_plot_ranges(const struct ng_datasheet *sheet, struct ng_picture *picture)
{
    if (sheet->span_count <= NAMED_MOST)
        draw_named(sheet, picture);
    else
        draw_strip(sheet, picture);
}
