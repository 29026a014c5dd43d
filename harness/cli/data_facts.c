#include "harness/cli/data_facts.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SECTIONS_MOST 8
#define COLUMNS_MOST                                                                   \
    40 /* of a table, listed one by one even if there is nothing to say */
#define NAMED_MOST 10 /* columns in a sentence */

/* ---- Texts and tables ------------------------------------------------------------ */

char *ng_fact_text(struct ng_fact_maker *maker, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = length < 0 ? NULL : ng_arena_alloc(maker->arena, (size_t)length + 1);
    if (text == NULL) {
        maker->failed = true;
        return NULL;
    }
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}

static char *whole_number(struct ng_fact_maker *maker, double number)
{
    char digits[32], grouped[48];
    int length = snprintf(digits, sizeof digits, "%.0f", fabs(number)), at = 0;
    if (number < 0)
        grouped[at++] = '-';
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            grouped[at++] = ',';
        grouped[at++] = digits[i];
    }
    grouped[at] = '\0';
    return ng_fact_text(maker, "%s", grouped);
}

char *ng_fact_number(struct ng_fact_maker *maker, double number)
{
    if (isnan(number))
        return ng_fact_text(maker, "n/a");
    if (number == floor(number) && fabs(number) < 1e12)
        return whole_number(maker, number);
    if (fabs(number) >= 1000 && fabs(number) < 1e12)
        return whole_number(maker, round(number));
    return ng_fact_text(maker, "%.4g", number);
}

char *ng_fact_rows(struct ng_fact_maker *maker, size_t rows)
{
    if (rows > 0 && rows < NG_CARD_LEAST_ROWS)
        return ng_fact_text(maker, "fewer than %d", NG_CARD_LEAST_ROWS);
    return whole_number(maker, (double)rows);
}

void ng_fact_lines(struct ng_fact_maker *maker, struct ng_texts *lines, size_t room)
{
    lines->count = 0;
    lines->values = ng_arena_array(maker->arena, room + 1, sizeof *lines->values);
    maker->failed |= lines->values == NULL;
}

void ng_fact_line(struct ng_fact_maker *maker, struct ng_texts *lines, char *line)
{
    if (line != NULL && lines->values != NULL)
        lines->values[lines->count++] = line;
    else
        maker->failed = true;
}

void ng_fact_table(struct ng_fact_maker *maker, struct ng_sheet_section *section,
                   const char *const *head, size_t rows)
{
    size_t columns = 0;
    while (head[columns] != NULL)
        columns++;
    ng_fact_lines(maker, &section->head, columns);
    for (size_t i = 0; i < columns; i++)
        ng_fact_line(maker, &section->head, ng_fact_text(maker, "%s", head[i]));
    section->cells = ng_arena_array(maker->arena, rows * columns + 1, sizeof(char *));
    section->rows = section->cells == NULL ? 0 : rows;
    maker->failed |= section->cells == NULL;
}

void ng_fact_cell(struct ng_sheet_section *section, size_t row, size_t column,
                  char *text)
{
    if (row < section->rows)
        section->cells[row * section->head.count + column] = text;
}

/* ---- Files and splits ------------------------------------------------------------ */

static const char *file_state(const struct ng_card_file *file)
{
    return file->sha256 == NULL ? "not checked: the card has none" : "right";
}

static void tell_files(const struct ng_data_subject *subject,
                       struct ng_fact_maker *maker, struct ng_sheet_section *section)
{
    static const char *const head[] = {"file",       "role",    "part", "rows",
                                       "SHA-256 is", "SHA-256", NULL};
    const struct ng_card_file *files = subject->card->files.values;
    section->title = "Files";
    ng_fact_lines(maker, &section->lines, 1);
    if (subject->card->files.count == 0) {
        ng_fact_line(maker, &section->lines,
                     ng_fact_text(maker, "generated from seed %lld: there are no files",
                                  (long long)subject->card->seed));
        return;
    }
    ng_fact_table(maker, section, head, subject->card->files.count);
    for (size_t i = 0; i < subject->card->files.count; i++) {
        ng_fact_cell(section, i, 0, ng_fact_text(maker, "%s", files[i].path));
        ng_fact_cell(section, i, 1, ng_fact_text(maker, "%s", files[i].role));
        ng_fact_cell(section, i, 2,
                     ng_fact_text(maker, "%s",
                                  files[i].part == NULL ? "features" : files[i].part));
        ng_fact_cell(section, i, 3,
                     files[i].rows > 0 ? whole_number(maker, (double)files[i].rows)
                                       : ng_fact_text(maker, "not stated"));
        ng_fact_cell(section, i, 4, ng_fact_text(maker, "%s", file_state(&files[i])));
        ng_fact_cell(section, i, 5, ng_fact_text(maker, "%s", subject->sha256[i]));
    }
}

static bool is_text(const struct ng_data_subject *subject)
{
    return subject->dataset->train.token != NULL;
}

static void tell_text(const struct ng_data_subject *subject,
                      struct ng_fact_maker *maker, struct ng_sheet_section *section)
{
    static const char *const head[] = {"split", "characters", NULL};
    static const char *const names[2] = {"training", "test"};
    const size_t sizes[2] = {subject->dataset->train.tokens,
                             subject->dataset->test.tokens};
    section->title = "Text";
    ng_fact_line(maker, &section->lines,
                 ng_fact_text(maker, "%s characters, %zu different ones",
                              whole_number(maker, (double)(sizes[0] + sizes[1])),
                              subject->dataset->classes));
    ng_fact_table(maker, section, head, 2);
    for (size_t i = 0; i < 2; i++) {
        ng_fact_cell(section, i, 0, ng_fact_text(maker, "%s", names[i]));
        ng_fact_cell(section, i, 1, whole_number(maker, (double)sizes[i]));
    }
}

static void tell_splits(const struct ng_data_subject *subject,
                        struct ng_fact_maker *maker, struct ng_sheet_section *section)
{
    static const char *const head[] = {"split", "rows", "rows with missing values",
                                       "repeats of an earlier row", NULL};
    static const char *const names[2] = {"training", "test"};
    const struct ng_quality *quality = subject->quality;
    const struct ng_quality_split *splits[2] = {&quality->train, &quality->test};
    ng_fact_lines(maker, &section->lines, 3);
    if (is_text(subject)) {
        tell_text(subject, maker, section);
        return;
    }
    section->title = "Rows";
    if (quality->has_keys && quality->leaked == 0)
        ng_fact_line(maker, &section->lines,
                     ng_fact_text(maker, "no test row is also a training row"));
    else if (quality->has_keys)
        ng_fact_line(maker, &section->lines,
                     ng_fact_text(maker,
                                  "%s test row%s also in the training split: a leak",
                                  whole_number(maker, (double)quality->leaked),
                                  quality->leaked == 1 ? " is" : "s are"));
    ng_fact_table(maker, section, head, 2);
    for (size_t i = 0; i < 2; i++) {
        ng_fact_cell(section, i, 0, ng_fact_text(maker, "%s", names[i]));
        ng_fact_cell(section, i, 1, whole_number(maker, (double)splits[i]->rows));
        ng_fact_cell(section, i, 2,
                     whole_number(maker, (double)splits[i]->missing_rows));
        ng_fact_cell(section, i, 3,
                     quality->has_keys
                         ? whole_number(maker, (double)splits[i]->duplicates)
                         : ng_fact_text(maker, "not known"));
    }
}

/* ---- Classes, slices, time ------------------------------------------------------- */

static char *share_text(struct ng_fact_maker *maker, size_t rows, size_t all)
{
    if (all == 0 || (rows > 0 && rows < NG_CARD_LEAST_ROWS))
        return ng_fact_text(maker, "n/a");
    return ng_fact_text(maker, "%.1f %%", 100 * (double)rows / (double)all);
}

bool ng_fact_is_small(const struct ng_data_subject *subject, size_t class_number)
{
    size_t rows = subject->quality->train.class_rows[class_number] +
                  subject->quality->test.class_rows[class_number];
    return rows > 0 && rows < NG_CARD_LEAST_ROWS;
}

bool ng_fact_is_small_band(const struct ng_data_subject *subject, size_t slice,
                           size_t band)
{
    const struct ng_card_slice *slices = subject->card->slices.values;
    return slices[slice].by != NULL && strcmp(slices[slice].by, "label") == 0 &&
           ng_fact_is_small(subject, band);
}

static void tell_classes(const struct ng_data_subject *subject,
                         struct ng_fact_maker *maker, struct ng_sheet_section *section)
{
    static const char *const head[] = {"class", "training", "share",
                                       "test",  "share",    NULL};
    const struct ng_quality_split *splits[2] = {&subject->quality->train,
                                                &subject->quality->test};
    size_t small = 0, row = 0;
    if (is_text(subject))
        return;
    section->title = "Classes";
    for (size_t c = 0; c < subject->dataset->classes; c++)
        small += ng_fact_is_small(subject, c);
    ng_fact_lines(maker, &section->lines, 1);
    if (small > 0)
        ng_fact_line(maker, &section->lines,
                     ng_fact_text(maker,
                                  "%zu class%s of fewer than %d rows %s not named",
                                  small, small == 1 ? "" : "es", NG_CARD_LEAST_ROWS,
                                  small == 1 ? "is" : "are"));
    ng_fact_table(maker, section, head, subject->dataset->classes - small);
    for (size_t c = 0; c < subject->dataset->classes; c++) {
        if (ng_fact_is_small(subject, c))
            continue;
        ng_fact_cell(section, row, 0,
                     ng_fact_text(maker, "%s", subject->dataset->class_names[c]));
        for (size_t i = 0; i < 2; i++) {
            size_t rows = splits[i]->class_rows[c];
            ng_fact_cell(section, row, 1 + 2 * i, ng_fact_rows(maker, rows));
            ng_fact_cell(section, row, 2 + 2 * i,
                         share_text(maker, rows, splits[i]->rows));
        }
        row++;
    }
}

static size_t count_bands(const struct ng_data_subject *subject)
{
    const struct ng_dataset *dataset = subject->dataset;
    size_t bands = 0;
    for (size_t s = 0; s < dataset->slice_count; s++)
        for (size_t b = 0; b < dataset->slices[s].band_count; b++)
            bands += !ng_fact_is_small_band(subject, s, b);
    return bands;
}

static void tell_slices(const struct ng_data_subject *subject,
                        struct ng_fact_maker *maker, struct ng_sheet_section *section)
{
    static const char *const head[] = {"slice", "band", "training", "test", NULL};
    const struct ng_dataset *dataset = subject->dataset;
    const struct ng_quality *quality = subject->quality;
    size_t row = 0;
    if (dataset->slice_count == 0)
        return;
    section->title = "Slices";
    ng_fact_table(maker, section, head, count_bands(subject));
    for (size_t s = 0; s < dataset->slice_count; s++)
        for (size_t b = 0; b < dataset->slices[s].band_count; b++) {
            if (ng_fact_is_small_band(subject, s, b))
                continue;
            ng_fact_cell(section, row, 0,
                         ng_fact_text(maker, "%s", dataset->slices[s].name));
            ng_fact_cell(section, row, 1,
                         ng_fact_text(maker, "%s", dataset->slices[s].bands[b]));
            ng_fact_cell(section, row, 2,
                         ng_fact_rows(maker, quality->train.band_rows[s][b]));
            ng_fact_cell(section, row, 3,
                         ng_fact_rows(maker, quality->test.band_rows[s][b]));
            row++;
        }
}

static void tell_stream(const struct ng_data_subject *subject,
                        struct ng_fact_maker *maker, struct ng_sheet_section *section)
{
    static const char *const head[] = {"class", "1", "2", "3", "4", "5", NULL};
    const double *share = subject->quality->position_share;
    size_t shown = 0, row = 0;
    if (share == NULL)
        return;
    section->title = "Share of each class in five equal runs, in the order of time";
    for (size_t c = 0; c < subject->dataset->classes; c++)
        shown += !ng_fact_is_small(subject, c);
    ng_fact_table(maker, section, head, shown);
    for (size_t c = 0; c < subject->dataset->classes; c++) {
        if (ng_fact_is_small(subject, c))
            continue;
        ng_fact_cell(section, row, 0,
                     ng_fact_text(maker, "%s", subject->dataset->class_names[c]));
        for (size_t run = 0; run < NG_QUALITY_RUNS; run++)
            ng_fact_cell(section, row, 1 + run,
                         ng_fact_text(maker, "%.3f", share[c * NG_QUALITY_RUNS + run]));
        row++;
    }
}

/* ---- Columns --------------------------------------------------------------------- */

static bool is_worth_telling(const struct ng_column_facts *column)
{
    return column->missing[0] + column->missing[1] + column->out_of_range[0] +
               column->out_of_range[1] + column->unseen + column->pooled[0] +
               column->pooled[1] >
           0;
}

/* "2,399 | 1,221" */
static char *both(struct ng_fact_maker *maker, const size_t counts[2])
{
    if (counts[0] + counts[1] == 0)
        return ng_fact_text(maker, "0");
    return ng_fact_text(maker, "%s / %s", whole_number(maker, (double)counts[0]),
                        whole_number(maker, (double)counts[1]));
}

static void fill_column(const struct ng_column_facts *column,
                        struct ng_fact_maker *maker, struct ng_sheet_section *section,
                        size_t row)
{
    ng_fact_cell(section, row, 0, ng_fact_text(maker, "%s", column->name));
    ng_fact_cell(section, row, 1,
                 ng_fact_text(maker, "%s", ng_column_type_names[column->type]));
    ng_fact_cell(section, row, 2, ng_fact_text(maker, "%zu", column->features));
    ng_fact_cell(section, row, 3, both(maker, column->missing));
    ng_fact_cell(section, row, 4, both(maker, column->out_of_range));
    ng_fact_cell(section, row, 5, both(maker, column->pooled));
    ng_fact_cell(section, row, 6, whole_number(maker, (double)column->unseen));
}

static void tell_columns(const struct ng_data_subject *subject,
                         struct ng_fact_maker *maker, struct ng_sheet_section *section)
{
    static const char *const head[] = {
        "column",       "type",          "features",           "missing",
        "out of range", "rare category", "unseen in training", NULL};
    const struct ng_dataset *dataset = subject->dataset;
    bool all = dataset->column_count <= COLUMNS_MOST;
    size_t shown = 0, row = 0;
    if (dataset->column_count == 0)
        return;
    for (size_t i = 0; i < dataset->column_count; i++)
        shown += all || is_worth_telling(&dataset->columns[i]);
    section->title = "Columns (training / test)";
    ng_fact_lines(maker, &section->lines, 1);
    if (!all)
        ng_fact_line(maker, &section->lines,
                     ng_fact_text(maker, "%zu columns; %s", dataset->column_count,
                                  shown == 0
                                      ? "nothing is missing or out of range in any"
                                      : "those with something to tell"));
    if (shown == 0)
        return;
    ng_fact_table(maker, section, head, shown);
    for (size_t i = 0; i < dataset->column_count; i++)
        if (all || is_worth_telling(&dataset->columns[i]))
            fill_column(&dataset->columns[i], maker, section, row++);
}

/* ---- What was done --------------------------------------------------------------- */

static bool has_whole_files(const struct ng_card *card)
{
    const struct ng_card_file *files = card->files.values;
    for (size_t i = 0; i < card->files.count; i++)
        if (strcmp(files[i].role, "all") == 0)
            return true;
    return false;
}

static void tell_preparation(const struct ng_data_subject *subject,
                             struct ng_fact_maker *maker, struct ng_texts *lines)
{
    const struct ng_card *card = subject->card;
    const char *how = card->standardise;
    bool is_stream = strcmp(card->order, "stream") == 0;
    if (has_whole_files(card))
        ng_fact_line(maker, lines,
                     ng_fact_text(maker, "%g %% of the rows are the test split, %s",
                                  100 * card->test_share,
                                  is_stream ? "the last ones" : "drawn at random"));
    if (is_text(subject)) {
        ng_fact_line(maker, lines, ng_fact_text(maker, "every character is a number"));
        return;
    }
    if (strcmp(how, "none") == 0)
        ng_fact_line(maker, lines, ng_fact_text(maker, "nothing is standardised"));
    else
        ng_fact_line(maker, lines,
                     ng_fact_text(maker,
                                  "numbers are standardised by the mean and deviation "
                                  "of the training rows, %s",
                                  strcmp(how, "set") == 0
                                      ? "one of each for all columns"
                                      : "column by column"));
    if (card->clip > 0)
        ng_fact_line(maker, lines,
                     ng_fact_text(maker, "beyond %g deviations they are cut to that",
                                  card->clip));
}

/* The loader's own notes, one a line. */
static void tell_notes(const struct ng_data_subject *subject,
                       struct ng_fact_maker *maker, struct ng_texts *lines)
{
    struct ng_text notes = {0};
    size_t count = 0;
    ng_dataset_notes(subject->dataset, subject->card, &notes);
    for (const char *at = notes.data; at != NULL && *at != '\0'; at++)
        count += *at == '\n';
    ng_fact_lines(maker, lines, count + 8);
    tell_preparation(subject, maker, lines);
    for (const char *at = notes.data; at != NULL && *at != '\0';) {
        size_t length = strcspn(at, "\n");
        if (length > 0)
            ng_fact_line(maker, lines, ng_fact_text(maker, "%.*s", (int)length, at));
        at += length + (at[length] == '\n');
    }
    maker->failed |= notes.failed;
    ng_text_release(&notes);
}

/* ---- Numbers for the plots ------------------------------------------------------- */

static double shown_rows(size_t rows)
{
    return rows > 0 && rows < NG_CARD_LEAST_ROWS ? (double)NAN : (double)rows;
}

static void add_bar(struct ng_sheet_bars *bars, const char *group, const char *name,
                    size_t train, size_t test)
{
    bars->values[bars->count++] = (struct ng_sheet_bar){
        .group = group, .name = name, .rows = {shown_rows(train), shown_rows(test)}};
}

static void make_bars(const struct ng_data_subject *subject,
                      struct ng_fact_maker *maker, struct ng_datasheet *sheet)
{
    const struct ng_dataset *dataset = subject->dataset;
    const struct ng_quality *quality = subject->quality;
    struct ng_sheet_bars *classes = &sheet->classes, *bands = &sheet->bands;
    if (is_text(subject))
        return;
    classes->split_rows[0] = bands->split_rows[0] = (double)quality->train.rows;
    classes->split_rows[1] = bands->split_rows[1] = (double)quality->test.rows;
    classes->values =
        ng_arena_array(maker->arena, dataset->classes + 1, sizeof *classes->values);
    bands->values =
        ng_arena_array(maker->arena, count_bands(subject) + 1, sizeof *bands->values);
    if (classes->values == NULL || bands->values == NULL) {
        maker->failed = true;
        return;
    }
    for (size_t c = 0; c < dataset->classes; c++)
        if (!ng_fact_is_small(subject, c))
            add_bar(classes, NULL, dataset->class_names[c],
                    quality->train.class_rows[c], quality->test.class_rows[c]);
    for (size_t s = 0; s < dataset->slice_count; s++)
        for (size_t b = 0; b < dataset->slices[s].band_count; b++)
            if (!ng_fact_is_small_band(subject, s, b))
                add_bar(bands, dataset->slices[s].name, dataset->slices[s].bands[b],
                        quality->train.band_rows[s][b], quality->test.band_rows[s][b]);
}

static void make_spans(const struct ng_data_subject *subject,
                       struct ng_fact_maker *maker, struct ng_datasheet *sheet)
{
    const struct ng_quality *quality = subject->quality;
    sheet->spans =
        ng_arena_array(maker->arena, quality->numbers + 1, sizeof *sheet->spans);
    maker->failed |= sheet->spans == NULL;
    for (size_t f = 0; f < subject->dataset->features && sheet->spans != NULL; f++) {
        const struct ng_quality_feature *feature = &quality->features[f];
        if (feature->is_number)
            sheet->spans[sheet->span_count++] = (struct ng_sheet_span){
                .name = subject->dataset->feature_names[f],
                .tiniest = feature->tiniest,
                .largest = fmax(fabs(feature->least), fabs(feature->most))};
    }
}

enum ng_status ng_data_facts(const struct ng_data_subject *subject,
                             struct ng_arena *arena, struct ng_datasheet *sheet,
                             struct ng_error *err)
{
    static ng_fact_section *const makers[] = {
        tell_splits,    tell_classes, tell_columns, ng_fact_formats,
        ng_fact_ranges, tell_stream,  tell_slices};
    struct ng_fact_maker maker = {.arena = arena};
    struct ng_sheet_section *files = ng_arena_array(arena, 1, sizeof *files);
    struct ng_sheet_section *sections =
        ng_arena_array(arena, SECTIONS_MOST, sizeof *sections);
    *sheet = (struct ng_datasheet){.name = subject->card->name,
                                   .title = subject->card->title,
                                   .origin = subject->card->origin,
                                   .licence = subject->card->licence,
                                   .unit = is_text(subject) ? "characters" : "rows",
                                   .files = files,
                                   .sections = sections,
                                   .quirks = subject->card->quirks,
                                   .formats = ng_quality_formats};
    if (files == NULL || sections == NULL)
        return ng_fail(err, NG_FAILED, "No memory for the facts of a data set.");
    tell_files(subject, &maker, files);
    for (size_t i = 0; i < sizeof makers / sizeof makers[0]; i++) {
        makers[i](subject, &maker, &sections[sheet->section_count]);
        sheet->section_count += sections[sheet->section_count].title != NULL;
    }
    tell_notes(subject, &maker, &sheet->preparation);
    make_bars(subject, &maker, sheet);
    make_spans(subject, &maker, sheet);
    if (maker.failed)
        return ng_fail(err, NG_FAILED, "No memory for the facts of a data set.");
    return NG_OK;
}
