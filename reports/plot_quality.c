/* Rows of classes and of slices, training beside test. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "reports/datasheet.h"
#include "reports/escape.h"

#define WIDTH        820.0
#define LEFT         230.0
#define BELOW        46.0
#define ABOVE        34.0 /* the legend */
#define NAME_LENGTH  28
#define CLASS_ROW    28.0 /* pixels */
#define CLASS_RIGHT  640.0
#define CLASSES_MOST 40
#define BAND_ROW     18.0
#define BAND_RIGHT   790.0
#define BANDS_MOST   70

static const char *const colours[2] = {"#0072B2", "#E69F00"};
static const char *const split_names[2] = {"training", "test"};

/* "24,720". */
static void add_count(struct ng_text *text, double rows)
{
    char digits[32];
    if (isnan(rows)) {
        ng_text_add(text, "<10");
        return;
    }
    int length = snprintf(digits, sizeof digits, "%.0f", rows);
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            ng_text_add(text, ",");
        ng_text_add_n(text, digits + i, 1);
    }
}

static void draw_legend(struct ng_picture *picture, bool points)
{
    for (int split = 0; split < 2; split++) {
        double x = LEFT + 110.0 * split;
        if (points)
            ng_text_printf(&picture->script,
                           "set label '' at screen %.5f,%.5f point pt %d ps 0.85 lc "
                           "rgb '%s'\n",
                           (x + 8) / picture->width, 1 - 16 / picture->height,
                           ng_shape_filled((enum ng_shape)split), colours[split]);
        else
            ng_picture_swatch(picture, colours[split], x, 16);
        ng_picture_words(picture, split_names[split], NAME_LENGTH, x + 24, 16);
    }
}

/* "The 40 largest of 65." */
static void draw_left_out(struct ng_picture *picture, size_t shown, size_t count)
{
    struct ng_text words = {0};
    if (shown == count)
        return;
    ng_text_printf(&words, "the %zu largest of %zu", shown, count);
    if (words.data != NULL)
        ng_picture_words(picture, words.data, NG_LONGEST_LABEL, LEFT + 240, 16);
    ng_text_release(&words);
}

/* ---- Classes -------------------------------------------------------------------- */

static int compare_bars(const void *a, const void *b)
{
    const struct ng_sheet_bar *const *one = a, *const *other = b;
    double first = (*one)->rows[0], second = (*other)->rows[0];
    first = isnan(first) ? 0 : first;
    second = isnan(second) ? 0 : second;
    if (first != second)
        return first > second ? -1 : 1;
    return *one < *other ? -1 : *one > *other;
}

/* All bars in their order, or the largest of many; to be freed. */
static const struct ng_sheet_bar **choose_bars(const struct ng_sheet_bars *bars,
                                               size_t most, size_t *count)
{
    const struct ng_sheet_bar **chosen = malloc(bars->count * sizeof(*chosen) + 1);
    *count = chosen == NULL ? 0 : bars->count;
    for (size_t i = 0; i < *count; i++)
        chosen[i] = &bars->values[i];
    if (*count > most) {
        qsort(chosen, *count, sizeof(*chosen), compare_bars);
        *count = most;
    }
    return chosen;
}

/* Data: place, then training and test share in percent. Returns the largest share. */
static double write_classes(const struct ng_sheet_bar **chosen, size_t count,
                            const struct ng_sheet_bars *bars, struct ng_text *data)
{
    double largest = 0;
    ng_text_add(data, "# place\ttraining share, %\ttest share, %\n");
    for (size_t i = 0; i < count; i++) {
        ng_text_printf(data, "%zu", i);
        for (int split = 0; split < 2; split++) {
            double rows = chosen[i]->rows[split];
            double share = rows > 0 ? 100 * rows / bars->split_rows[split] : 0;
            largest = fmax(largest, share);
            ng_text_printf(data, "\t%.6f", share);
        }
        ng_text_add(data, "\n");
    }
    return largest;
}

static void draw_class_texts(const struct ng_sheet_bar **chosen, size_t count,
                             struct ng_picture *picture)
{
    for (size_t i = 0; i < count; i++) {
        struct ng_text rows = {0};
        double y = ABOVE + CLASS_ROW * ((double)i + 0.5);
        add_count(&rows, chosen[i]->rows[0]);
        ng_text_add(&rows, " | ");
        add_count(&rows, chosen[i]->rows[1]);
        ng_picture_words(picture, chosen[i]->name, NAME_LENGTH, 14, y);
        ng_picture_words(picture, rows.data, NG_LONGEST_LABEL, CLASS_RIGHT + 14, y);
        ng_text_release(&rows);
    }
}

void ng_plot_classes(const struct ng_datasheet *sheet, struct ng_picture *picture)
{
    size_t count;
    const struct ng_sheet_bar **chosen =
        choose_bars(&sheet->classes, CLASSES_MOST, &count);
    double height = CLASS_ROW * (double)(count > 0 ? count : 1);
    ng_picture_begin(picture, "classes", "rows of each class", WIDTH,
                     ABOVE + height + BELOW);
    double largest = write_classes(chosen, count, &sheet->classes, &picture->data);
    ng_picture_margins(picture,
                       (struct ng_box){LEFT, CLASS_RIGHT, ABOVE, ABOVE + height});
    ng_text_printf(&picture->script,
                   "set xrange [0:%.6f]\nset yrange [%.1f:-0.5]\nunset ytics\n"
                   "set grid noy x\n"
                   "set xlabel 'share of the split''s %s, %%' offset 0,0.9\n",
                   largest > 0 ? largest * 1.05 : 1, height / CLASS_ROW - 0.5,
                   sheet->unit);
    draw_legend(picture, false);
    draw_left_out(picture, count, sheet->classes.count);
    draw_class_texts(chosen, count, picture);
    ng_text_printf(
        &picture->script,
        "plot 'classes.dat' using ($2/2):1:(0):2:($1-0.38):($1-0.02) with boxxyerror "
        "fs solid 1 noborder fc rgb '%s', '' using ($3/2):1:(0):3:($1+0.02):($1+0.38) "
        "with boxxyerror fs solid 1 noborder fc rgb '%s'\n",
        colours[0], colours[1]);
    ng_picture_end(picture);
    free(chosen);
}

/* ---- Slices --------------------------------------------------------------------- */

/* Rows of the picture: a heading for each slice, then its bands. A slice that has too many
 * bands for the picture is cut. Writes data and names; returns how many rows there are. */
static size_t write_bands(const struct ng_sheet_bars *bands, struct ng_picture *picture,
                          double *largest)
{
    const char *group = NULL;
    size_t row = 0;
    ng_text_add(&picture->data, "# place\ttraining rows\ttest rows\n");
    for (size_t i = 0; i < bands->count && i < BANDS_MOST; i++) {
        const struct ng_sheet_bar *band = &bands->values[i];
        if (band->group != group) {
            group = band->group;
            ng_picture_words(picture, group, NAME_LENGTH, 14,
                             ABOVE + BAND_ROW * ((double)row + 0.5));
            row++;
        }
        ng_picture_words(picture, band->name, NAME_LENGTH, 32,
                         ABOVE + BAND_ROW * ((double)row + 0.5));
        ng_text_printf(&picture->data, "%zu", row);
        for (int split = 0; split < 2; split++) {
            if (band->rows[split] > 0) /* neither hidden nor empty */
                ng_text_printf(&picture->data, "\t%.0f", band->rows[split]);
            else
                ng_text_add(&picture->data, "\tNaN");
            *largest = fmax(*largest, band->rows[split]);
        }
        ng_text_add(&picture->data, "\n");
        row++;
    }
    return row;
}

static size_t count_rows(const struct ng_sheet_bars *bands)
{
    const char *group = NULL;
    size_t rows = 0;
    for (size_t i = 0; i < bands->count && i < BANDS_MOST; i++) {
        rows += 1 + (bands->values[i].group != group);
        group = bands->values[i].group;
    }
    return rows;
}

void ng_plot_slices(const struct ng_datasheet *sheet, struct ng_picture *picture)
{
    double largest = 10, height = BAND_ROW * (double)count_rows(&sheet->bands);
    ng_picture_begin(picture, "slices", "rows of each slice", WIDTH,
                     ABOVE + height + BELOW);
    ng_picture_margins(picture,
                       (struct ng_box){LEFT, BAND_RIGHT, ABOVE, ABOVE + height});
    size_t rows = write_bands(&sheet->bands, picture, &largest);
    draw_legend(picture, true);
    if (sheet->bands.count > BANDS_MOST) {
        struct ng_text words = {0};
        ng_text_printf(&words, "the first %d of %zu; the table has them all",
                       BANDS_MOST, sheet->bands.count);
        ng_picture_words(picture, words.data, NG_LONGEST_LABEL, LEFT + 240, 16);
        ng_text_release(&words);
    }
    ng_text_printf(&picture->script,
                   "set logscale x\nset xrange [5:%.0f]\nset yrange [%.1f:-0.5]\n"
                   "set ytics 1 format '' scale 0\nset format x '%%.0f'\n"
                   "set grid x y\n"
                   "set xlabel 'rows; fewer than 10 are not shown' offset 0,0.9\n"
                   "plot 'slices.dat' using 2:1 with points pt %d ps 0.85 lc rgb '%s', "
                   "'' using 3:1 with points pt %d ps 0.85 lc rgb '%s'\n",
                   largest * 2, (double)rows - 0.5, ng_shape_filled(NG_SHAPE_CIRCLE),
                   colours[0], ng_shape_filled(NG_SHAPE_SQUARE), colours[1]);
    ng_picture_end(picture);
}
