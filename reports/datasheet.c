#include "reports/datasheet.h"

#include "reports/escape.h"
#include "reports/gnuplot.h"
#include "reports/output.h"
#include "reports/plots.h"

#define LONGEST_CELL 120

static const char *const of_motivation[] = {
    "For what purpose was the data set created?",
    "Who created it, and who paid for it?", NULL};
static const char *const of_composition[] = {
    "What is one row, and is the data set a sample of a larger one?",
    "How sure are the labels, and who gave them?",
    "Does it hold anything confidential, offensive, or about people who can be "
    "identified?",
    NULL};
static const char *const of_collection[] = {
    "How, when and by whom was each row collected?",
    "Did the people concerned know and agree, and can they withdraw?", NULL};
static const char *const of_preparation[] = {
    "What was done to the data before narrowgauge read them?", "Are the raw data kept?",
    NULL};
static const char *const of_uses[] = {
    "What has it been used for, and what should it not be used for?",
    "Which groups could be harmed by what is in it, or by what is missing?", NULL};
static const char *const of_distribution[] = {
    "To whom may it be passed on, and do any terms of third parties hold?", NULL};
static const char *const of_maintenance[] = {
    "Who maintains it, how are errors reported, and will there be other versions?",
    NULL};

static bool has_classes(const struct ng_datasheet *sheet)
{
    return sheet->classes.count > 0;
}

static bool has_bands(const struct ng_datasheet *sheet)
{
    return sheet->bands.count > 0;
}

static bool has_spans(const struct ng_datasheet *sheet)
{
    return sheet->span_count > 0;
}

/* The pictures, and which of them the data set has. */
static const struct plot {
    const char *name, *words;
    void (*draw)(const struct ng_datasheet *sheet, struct ng_picture *picture);
    bool (*is_wanted)(const struct ng_datasheet *sheet);
} plots[] = {
    {"classes", "Rows of each class in both splits", ng_plot_classes, has_classes},
    {"slices", "Rows of each slice in both splits", ng_plot_slices, has_bands},
    {"ranges", "Ranges of the columns beside those of the formats", ng_plot_ranges,
     has_spans},
};
#define PLOTS (sizeof plots / sizeof plots[0])

static void add_heading(struct ng_text *text, const char *level, const char *title)
{
    ng_text_printf(text, "\n%s ", level);
    ng_escape_markdown(text, title, NG_LONGEST_SENTENCE);
    ng_text_add(text, "\n\n");
}

static void add_line(struct ng_text *text, const char *words)
{
    ng_text_add(text, "- ");
    ng_escape_markdown(text, words, NG_LONGEST_SENTENCE);
    ng_text_add(text, "\n");
}

static void add_lines(struct ng_text *text, const struct ng_texts *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        add_line(text, lines->values[i]);
}

static void add_questions(struct ng_text *text, const char *const *questions)
{
    for (; *questions != NULL; questions++)
        ng_text_printf(text, "- UNANSWERED: %s\n", *questions);
}

static void add_cells(struct ng_text *text, char *const *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ng_text_add(text, "| ");
        ng_escape_markdown(text, cells[i], LONGEST_CELL);
        ng_text_add(text, " ");
    }
    ng_text_add(text, "|\n");
}

static void add_section(struct ng_text *text, const struct ng_sheet_section *section)
{
    add_heading(text, "###", section->title);
    add_lines(text, &section->lines);
    if (section->head.count == 0)
        return;
    if (section->lines.count > 0)
        ng_text_add(text, "\n");
    add_cells(text, section->head.values, section->head.count);
    for (size_t i = 0; i < section->head.count; i++)
        ng_text_add(text, i == 0 ? "|---" : "|---:");
    ng_text_add(text, "|\n");
    for (size_t row = 0; row < section->rows; row++)
        add_cells(text, section->cells + row * section->head.count,
                  section->head.count);
}

static void write_page(const struct ng_datasheet *sheet, struct ng_text *text)
{
    ng_text_add(text, "# Datasheet: ");
    ng_escape_markdown(text, sheet->name, NG_LONGEST_LABEL);
    ng_text_add(text, "\n\n");
    ng_escape_markdown(text, sheet->title, NG_LONGEST_SENTENCE);
    ng_text_add(text, "\n\nThe facts below were counted by narrowgauge in the files "
                      "whose SHA-256 stands "
                      "under Distribution. What only a person can answer is marked "
                      "UNANSWERED; the questions "
                      "are those of Gebru et al. (2021), shortened.\n");
    add_heading(text, "##", "Motivation");
    add_questions(text, of_motivation);
    add_heading(text, "##", "Composition");
    add_questions(text, of_composition);
    for (size_t i = 0; i < sheet->section_count; i++)
        add_section(text, &sheet->sections[i]);
    for (size_t i = 0; i < PLOTS; i++)
        if (plots[i].is_wanted(sheet))
            ng_text_printf(text, "\n![%s](" NG_PLOTS_FOLDER "/%s.svg)\n",
                           plots[i].words, plots[i].name);
    add_heading(text, "##", "Collection");
    add_line(text, sheet->origin);
    add_questions(text, of_collection);
    add_heading(text, "##", "Preprocessing");
    add_lines(text, &sheet->preparation);
    add_questions(text, of_preparation);
    add_heading(text, "##", "Uses");
    add_lines(text, &sheet->quirks);
    add_questions(text, of_uses);
    add_heading(text, "##", "Distribution");
    ng_text_add(text, "- Licence: ");
    ng_escape_markdown(text, sheet->licence, NG_LONGEST_SENTENCE);
    ng_text_add(text, "\n");
    add_questions(text, of_distribution);
    add_section(text, sheet->files);
    add_heading(text, "##", "Maintenance");
    add_questions(text, of_maintenance);
}

enum ng_status ng_datasheet_write(const struct ng_datasheet *sheet, const char *folder,
                                  struct ng_error *err)
{
    struct ng_text page = {0}, path = {0};
    enum ng_status status;
    write_page(sheet, &page);
    NG_TRY(ng_output_folder(folder, err));
    NG_TRY(ng_output_write(folder, "datasheet.md", &page, err));
    ng_text_printf(&path, "%s/%s", folder, NG_PLOTS_FOLDER);
    if (path.failed)
        NG_TRY(ng_fail(err, NG_FAILED, "No memory is left to draw the plots."));
    NG_TRY(ng_output_folder(path.data, err));
    for (size_t i = 0; i < PLOTS; i++) {
        struct ng_picture picture = {0};
        if (!plots[i].is_wanted(sheet))
            continue;
        plots[i].draw(sheet, &picture);
        status = ng_picture_write(&picture, path.data, plots[i].name, err);
        ng_picture_release(&picture);
        NG_TRY(status);
    }
out:
    ng_text_release(&page);
    ng_text_release(&path);
    return status;
}
