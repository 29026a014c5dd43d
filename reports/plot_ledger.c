/* The ledger at the fullest moment of a step: one bar an arm, stacked by class. */
#include <math.h>

#include "reports/cells.h"
#include "reports/plots.h"

#define WIDTH       820.0
#define TOP         12.0
#define BAR         30.0 /* pixels an arm */
#define BELOW       46.0 /* axis and its label */
#define LEFT        150.0
#define RIGHT       640.0
#define LEGEND      664.0
#define LEGEND_STEP 17.0
#define NAME_LENGTH 20
#define WIDE_ENOUGH 38.0 /* pixels that a figure inside a bar needs */
#define HALF_BAR    0.36

/* Families share a hue: parameters blue, optimiser green, what lives within a step
 * orange and red. A figure inside is dark on light and light on dark. */
static const struct {
    const char *colour;
    bool dark;
} looks[NG_LEDGER_CLASSES] = {
    [NG_LEDGER_WEIGHTS] = {"#0072B2", true},
    [NG_LEDGER_COMPUTE_COPIES] = {"#56B4E9", false},
    [NG_LEDGER_TRANSPOSES] = {"#B5DCF3", false},
    [NG_LEDGER_MASTER] = {"#004C78", true},
    [NG_LEDGER_GRADIENTS] = {"#E69F00", false},
    [NG_LEDGER_MOMENT1] = {"#009E73", true},
    [NG_LEDGER_MOMENT2] = {"#8CD3BD", false},
    [NG_LEDGER_SCALES] = {"#000000", true},
    [NG_LEDGER_SAVED] = {"#D55E00", true},
    [NG_LEDGER_WORKSPACE] = {"#CC79A7", false},
    [NG_LEDGER_PADDING] = {"#BBBBBB", false},
};

static void write_data(const struct ng_comparison *comparison, struct ng_text *data)
{
    ng_text_add(data, "# MiB at peak; arm");
    for (int c = 0; c < NG_LEDGER_CLASSES; c++)
        ng_text_printf(data, "\t%s from\tto", ng_ledger_class_names[c]);
    ng_text_add(data, "\n");
    for (size_t i = 0; i < comparison->arm_count; i++) {
        double end = 0;
        ng_text_printf(data, "%zu", i);
        for (int c = 0; c < NG_LEDGER_CLASSES; c++) {
            double start = end;
            end += (double)comparison->arms[i].by_class_at_peak[c] / NG_MIB;
            ng_text_printf(data, "\t%.6f\t%.6f", start, end);
        }
        ng_text_add(data, "\n");
    }
}

static void draw_bars(const struct ng_comparison *comparison, struct ng_text *script)
{
    ng_text_add(script, "plot NaN notitle");
    for (int c = 0; c < NG_LEDGER_CLASSES; c++) {
        int from = 2 * c + 2;
        if (ng_class_is_used(comparison, c))
            ng_text_printf(
                script,
                ", \\\n  'ledger.dat' using (($%d+$%d)/2):1:%d:%d:($1-%.2f):"
                "($1+%.2f) with boxxyerror fs solid 1 border lc rgb '#ffffff' "
                "fc rgb '%s'",
                from, from + 1, from, from + 1, HALF_BAR, HALF_BAR, looks[c].colour);
    }
    ng_text_add(script, "\n");
}

static double total_mib(const struct ng_arm *arm)
{
    double total = 0;
    for (int c = 0; c < NG_LEDGER_CLASSES; c++)
        total += (double)arm->by_class_at_peak[c] / NG_MIB;
    return total;
}

/* Names to the left of the bars, totals to the right, figures inside wide parts. */
static void draw_texts(const struct ng_comparison *comparison,
                       struct ng_picture *picture, double highest)
{
    struct ng_text *script = &picture->script;
    double pixel = highest / (RIGHT - LEFT);
    for (size_t i = 0; i < comparison->arm_count; i++) {
        const struct ng_arm *arm = &comparison->arms[i];
        ng_picture_words(picture, arm->label, NAME_LENGTH, 14,
                         TOP + BAR * ((double)i + 0.5));
        double end = 0;
        for (int c = 0; c < NG_LEDGER_CLASSES; c++) {
            double part = (double)arm->by_class_at_peak[c] / NG_MIB;
            if (part > WIDE_ENOUGH * pixel)
                ng_text_printf(script,
                               "set label '%s' at first %.6f, first %zu center front "
                               "textcolor rgb '%s'\n",
                               ng_cell_mib(arm->by_class_at_peak[c]).text,
                               end + part / 2, i,
                               looks[c].dark ? "#ffffff" : "#000000");
            end += part;
        }
        ng_text_printf(script,
                       "set label '%s' at first %.6f, first %zu left offset 0.5,0 "
                       "textcolor rgb '#222222'\n",
                       ng_cell_mib(arm->planned_peak).text, total_mib(arm), i);
    }
}

static void draw_legend(const struct ng_comparison *comparison,
                        struct ng_picture *picture)
{
    double y = TOP + 8;
    for (int c = 0; c < NG_LEDGER_CLASSES; c++) {
        if (!ng_class_is_used(comparison, c))
            continue;
        ng_picture_swatch(picture, looks[c].colour, LEGEND, y);
        ng_picture_words(picture, ng_ledger_class_names[c], NAME_LENGTH, LEGEND + 26,
                         y);
        y += LEGEND_STEP;
    }
}

void ng_plot_ledger(const struct ng_comparison *comparison, struct ng_picture *picture)
{
    double bars = BAR * (double)(comparison->arm_count > 0 ? comparison->arm_count : 1);
    double legend = LEGEND_STEP * (NG_LEDGER_CLASSES + 1);
    double highest = 0;
    for (size_t i = 0; i < comparison->arm_count; i++)
        highest = fmax(highest, total_mib(&comparison->arms[i]));
    highest = highest > 0 ? highest * 1.1 : 1;
    ng_picture_begin(picture, ng_plot_names[NG_PLOT_LEDGER], "memory at peak by class",
                     WIDTH, fmax(TOP + bars + BELOW, legend));
    write_data(comparison, &picture->data);
    ng_picture_margins(picture, (struct ng_box){LEFT, RIGHT, TOP, TOP + bars});
    ng_text_printf(&picture->script,
                   "set xrange [0:%.6f]\nset yrange [%.1f:-0.5]\nunset ytics\n"
                   "set xlabel 'MiB at the fullest moment of a step' offset 0,0.9\n",
                   highest, bars / BAR - 0.5);
    draw_texts(comparison, picture, highest);
    draw_legend(comparison, picture);
    draw_bars(comparison, &picture->script);
    ng_picture_end(picture);
}
