/* Ranges of the columns beside those of the formats, in words and tables. */
#include <math.h>
#include <stdlib.h>

#include "formats/codec/format.h"
#include "harness/cli/data_facts.h"

#define COLUMNS_NAMED 5  /* in a sentence */
#define RANGES_MOST   40 /* columns that a table lists one by one */

static size_t count_formats(void)
{
    size_t count = 0;
    while (ng_quality_formats[count] != NULL)
        count++;
    return count;
}

/* "pressure (up to 1,034)". */
static void add_column(const struct ng_data_subject *subject, size_t f, enum ng_fit fit,
                       struct ng_fact_maker *maker, struct ng_text *words)
{
    const struct ng_quality_feature *feature = &subject->quality->features[f];
    double largest = fmax(fabs(feature->least), fabs(feature->most));
    char *figure =
        ng_fact_number(maker, fit == NG_FIT_VANISHES ? feature->tiniest : largest);
    ng_text_printf(words, "%s (%s to %s)", subject->dataset->feature_names[f],
                   fit == NG_FIT_VANISHES ? "down" : "up", figure);
}

static void add_columns(const struct ng_data_subject *subject, size_t format,
                        enum ng_fit fit, struct ng_fact_maker *maker,
                        struct ng_text *words)
{
    size_t count = subject->quality->format_fits_badly[fit][format], named = 0;
    for (size_t f = 0; f < subject->dataset->features && named < COLUMNS_NAMED; f++) {
        const struct ng_quality_feature *feature = &subject->quality->features[f];
        if (!feature->is_number || !feature->fits_badly[fit][format])
            continue;
        ng_text_add(words, named == 0 ? "" : ", ");
        add_column(subject, f, fit, maker, words);
        named++;
    }
    if (count > named)
        ng_text_printf(words, " and %zu more", count - named);
}

/* "column pressure (up to 1,034) exceeds e4m3's maximum of 448, unscaled" */
static void add_sentence(const struct ng_data_subject *subject, size_t format,
                         enum ng_fit fit, struct ng_fact_maker *maker,
                         struct ng_texts *lines)
{
    const struct ng_format *is = ng_quality_formats[format];
    bool one = subject->quality->format_fits_badly[fit][format] == 1;
    struct ng_text words = {0};
    ng_text_add(&words, one ? "column " : "columns ");
    add_columns(subject, format, fit, maker, &words);
    switch (fit) {
    case NG_FIT_EXCEEDS:
        ng_text_printf(&words, " exceed%s %s's maximum of %s, unscaled", one ? "s" : "",
                       is->name, ng_fact_number(maker, (double)is->max));
        break;
    case NG_FIT_VANISHES:
        ng_text_printf(&words,
                       " ha%s values that vanish in %s, unscaled: half its smallest "
                       "is %s",
                       one ? "s" : "ve", is->name,
                       ng_fact_number(maker, 0.5 * (double)is->min_subnormal));
        break;
    default:
        ng_text_printf(&words,
                       " lie%s wholly below %s's smallest normal value of %s, where it "
                       "has fewer digits",
                       one ? "s" : "", is->name,
                       ng_fact_number(maker, (double)is->min_normal));
        break;
    }
    if (words.failed)
        maker->failed = true;
    else
        ng_fact_line(maker, lines, ng_fact_text(maker, "%s", words.data));
    ng_text_release(&words);
}

void ng_fact_formats(const struct ng_data_subject *subject, struct ng_fact_maker *maker,
                     struct ng_sheet_section *section)
{
    static const char *const head[] = {"format",           "largest",
                                       "smallest normal",  "smallest",
                                       "columns above",    "with vanishing values",
                                       "wholly subnormal", NULL};
    size_t formats = count_formats();
    if (subject->quality->numbers == 0)
        return;
    section->title = "Columns beside the formats, unscaled";
    ng_fact_lines(maker, &section->lines, NG_FITS * formats);
    ng_fact_table(maker, section, head, formats);
    for (size_t i = 0; i < formats; i++) {
        const struct ng_format *format = ng_quality_formats[i];
        ng_fact_cell(section, i, 0, ng_fact_text(maker, "%s", format->name));
        ng_fact_cell(section, i, 1, ng_fact_number(maker, (double)format->max));
        ng_fact_cell(section, i, 2, ng_fact_number(maker, (double)format->min_normal));
        ng_fact_cell(section, i, 3,
                     ng_fact_number(maker, (double)format->min_subnormal));
        for (size_t fit = 0; fit < NG_FITS; fit++) {
            size_t columns = subject->quality->format_fits_badly[fit][i];
            ng_fact_cell(section, i, 4 + fit, ng_fact_text(maker, "%zu", columns));
            if (columns > 0)
                add_sentence(subject, i, (enum ng_fit)fit, maker, &section->lines);
        }
    }
}

static int compare_doubles(const void *a, const void *b)
{
    const double *one = a, *other = b;
    return (*one > *other) - (*one < *other);
}

/* Of many columns: the least, the middle and the most of what they reach. */
static void summarise_ranges(const struct ng_data_subject *subject,
                             struct ng_fact_maker *maker,
                             struct ng_sheet_section *section)
{
    double least = NAN, most = NAN;
    size_t count = 0;
    double *reach =
        ng_arena_array(maker->arena, subject->quality->numbers, sizeof *reach);
    ng_fact_lines(maker, &section->lines, 1);
    if (reach == NULL) {
        maker->failed = true;
        return;
    }
    for (size_t f = 0; f < subject->dataset->features; f++) {
        const struct ng_quality_feature *feature = &subject->quality->features[f];
        double largest = fmax(fabs(feature->least), fabs(feature->most));
        least = feature->is_number ? fmin(least, feature->least) : least;
        most = feature->is_number ? fmax(most, feature->most) : most;
        if (feature->is_number && !isnan(largest))
            reach[count++] = largest;
    }
    if (count == 0)
        return;
    qsort(reach, count, sizeof *reach, compare_doubles);
    ng_fact_line(
        maker, &section->lines,
        ng_fact_text(
            maker,
            "%zu columns hold values from %s to %s; the largest magnitude of a "
            "column is %s at the least, %s in the middle and %s at the most",
            subject->quality->numbers, ng_fact_number(maker, least),
            ng_fact_number(maker, most), ng_fact_number(maker, reach[0]),
            ng_fact_number(maker, reach[count / 2]),
            ng_fact_number(maker, reach[count - 1])));
}

void ng_fact_ranges(const struct ng_data_subject *subject, struct ng_fact_maker *maker,
                    struct ng_sheet_section *section)
{
    static const char *const head[] = {"column", "least", "most",
                                       "smallest magnitude but 0", NULL};
    size_t row = 0;
    if (subject->quality->numbers == 0)
        return;
    section->title = "Ranges";
    if (subject->quality->numbers > RANGES_MOST) {
        summarise_ranges(subject, maker, section);
        return;
    }
    ng_fact_table(maker, section, head, subject->quality->numbers);
    for (size_t f = 0; f < subject->dataset->features; f++) {
        const struct ng_quality_feature *feature = &subject->quality->features[f];
        if (!feature->is_number)
            continue;
        ng_fact_cell(section, row, 0,
                     ng_fact_text(maker, "%s", subject->dataset->feature_names[f]));
        ng_fact_cell(section, row, 1, ng_fact_number(maker, feature->least));
        ng_fact_cell(section, row, 2, ng_fact_number(maker, feature->most));
        ng_fact_cell(section, row, 3, ng_fact_number(maker, feature->tiniest));
        row++;
    }
}
