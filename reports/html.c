#include "reports/html.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "reports/escape.h"
#include "reports/html_style.h"
#include "reports/output.h"
#include "reports/phrases.h"

/* Three pictures of this size in base64, and that of the groups, which is smaller, leave
 * a sixth of a megabyte for the rest. */
#define LARGEST_PICTURE ((size_t)170 * 1024)

void ng_html_number(struct ng_text *page, struct ng_cell cell)
{
    for (const char *s = cell.text; *s != '\0'; s++) {
        if (*s == '-')
            ng_text_add(page, "\xE2\x88\x92");
        else
            ng_escape_html(page, (const char[]){*s, '\0'}, 1);
    }
}

void ng_html_cell(struct ng_text *page, struct ng_cell cell, const char *style)
{
    ng_text_printf(page, "<td%s%s%s>", *style != '\0' ? " class=\"" : "", style,
                   *style != '\0' ? "\"" : "");
    ng_html_number(page, cell);
    ng_text_add(page, "</td>");
}

void ng_html_name(struct ng_text *page, const char *name, size_t longest)
{
    struct ng_text cut = {0};
    ng_escape_middle(&cut, name, longest);
    ng_html_phrase(page, &cut);
    ng_text_release(&cut);
}

void ng_html_phrase(struct ng_text *page, const struct ng_text *phrase)
{
    page->failed |= phrase->failed;
    ng_escape_html(page, phrase->data, SIZE_MAX);
}

/* The arm's shape, as in the plot, in a box of 14 pixels. */
static const char *const outlines[NG_SHAPES] = {
    [NG_SHAPE_CIRCLE] = "<circle cx=\"7\" cy=\"7\" r=\"5\"/>",
    [NG_SHAPE_SQUARE] = "<path d=\"M2.5 2.5h9v9h-9z\"/>",
    [NG_SHAPE_UP] = "<path d=\"M7 1.5l6 10.5h-12z\"/>",
    [NG_SHAPE_DOWN] = "<path d=\"M7 12.5l6 -10.5h-12z\"/>",
    [NG_SHAPE_DIAMOND] = "<path d=\"M7 1l6 6l-6 6l-6 -6z\"/>",
    [NG_SHAPE_PENTAGON] = "<path d=\"M7 1l6 4.4l-2.3 7.1h-7.4l-2.3 -7.1z\"/>",
};

void ng_html_arm(struct ng_text *page, const struct ng_comparison *comparison,
                 size_t arm)
{
    ng_text_printf(page,
                   "<th scope=\"row\"><svg class=\"mark\" width=\"14\" height=\"14\" "
                   "viewBox=\"0 0 14 14\" aria-hidden=\"true\" fill=\"%s\">%s</svg>",
                   ng_arm_colour(arm), outlines[ng_arm_shape(arm)]);
    ng_html_name(page, comparison->arms[arm].label, NG_LONGEST_LABEL);
    ng_text_add(page, "</th>");
}

static void add_base64(struct ng_text *page, const unsigned char *bytes, size_t length)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < length; i += 3) {
        size_t left = length - i;
        uint32_t bits = (uint32_t)bytes[i] << 16;
        bits |= left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0;
        bits |= left > 2 ? (uint32_t)bytes[i + 2] : 0;
        char four[4] = {digits[bits >> 18], digits[bits >> 12 & 63],
                        left > 1 ? digits[bits >> 6 & 63] : '=',
                        left > 2 ? digits[bits & 63] : '='};
        ng_text_add_n(page, four, sizeof four);
    }
}

/* The picture's bytes: the SVG, else the PNG; kind stays NULL where both are too large. */
static enum ng_status read_picture(const char *folder, enum ng_plot plot,
                                   struct ng_text *bytes, const char **kind,
                                   struct ng_error *err)
{
    static const struct {
        const char *ending, *kind;
    } choices[] = {{"svg", "svg+xml"}, {"png", "png"}};
    enum ng_status status = NG_OK;
    *kind = NULL;
    for (size_t i = 0; i < sizeof choices / sizeof *choices && *kind == NULL; i++) {
        struct ng_text name = {0};
        ng_text_printf(&name, "%s/%s.%s", NG_PLOTS_FOLDER, ng_plot_names[plot],
                       choices[i].ending);
        bytes->length = 0;
        status = name.failed
                     ? ng_fail(err, NG_FAILED, "no memory is left to write the report")
                     : ng_output_read(folder, name.data, LARGEST_PICTURE, bytes, err);
        ng_text_release(&name);
        if (status == NG_OK)
            *kind = choices[i].kind;
        else if (status != NG_ABSENT)
            return status;
    }
    return NG_OK;
}

/* Nothing where the plot would show nothing. */
static enum ng_status add_figure(const struct ng_comparison *comparison,
                                 const char *folder, enum ng_plot plot,
                                 struct ng_text *page, struct ng_error *err)
{
    struct ng_text bytes = {0}, words = {0};
    const char *kind;
    enum ng_status status;
    if (!ng_plot_is_drawn(comparison, plot))
        return NG_OK;
    NG_TRY(read_picture(folder, plot, &bytes, &kind, err));
    ng_text_add(page, "<figure>");
    if (kind != NULL) {
        ng_text_printf(page, "<img width=\"820\" src=\"data:image/%s;base64,", kind);
        add_base64(page, (const unsigned char *)bytes.data, bytes.length);
        ng_text_add(page, "\" alt=\"");
        ng_phrase_alternative(comparison, plot, &words);
        ng_html_phrase(page, &words);
        ng_text_add(page, "\">");
    } else {
        ng_text_printf(page, "<p>The picture is too large for this page: %s/%s.svg</p>",
                       NG_PLOTS_FOLDER, ng_plot_names[plot]);
    }
    words.length = 0;
    ng_phrase_caption(comparison, plot, &words);
    ng_text_add(page, "<figcaption>");
    ng_html_phrase(page, &words);
    ng_text_add(page, "</figcaption></figure>\n");
out:
    ng_text_release(&bytes);
    ng_text_release(&words);
    return status;
}

typedef void phrase(const struct ng_comparison *comparison, struct ng_text *text);

/* A small paragraph; none where the phrase is empty. */
static void add_note(const struct ng_comparison *comparison, phrase *say,
                     const char *style, struct ng_text *page)
{
    struct ng_text words = {0};
    say(comparison, &words);
    if (words.length > 0) {
        ng_text_printf(page, "<p class=\"%s\">", style);
        ng_html_phrase(page, &words);
        ng_text_add(page, "</p>\n");
    }
    page->failed |= words.failed;
    ng_text_release(&words);
}

static void add_head(const struct ng_comparison *comparison, struct ng_text *page)
{
    ng_text_add(
        page, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
              "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
              "'none'; style-src 'unsafe-inline'; img-src data:\">\n"
              "<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
    ng_escape_html(page, comparison->question, NG_LONGEST_SENTENCE);
    ng_text_add(page, "</title>\n<style>\n" NG_HTML_STYLE "</style>\n</head>\n<body>\n"
                      "<main>\n<h1>");
    ng_escape_html(page, comparison->question, NG_LONGEST_SENTENCE);
    ng_text_add(page, "</h1>\n<p class=\"answer\">");
    ng_escape_html(page, comparison->answer, 2 * NG_LONGEST_SENTENCE);
    ng_text_add(page, "</p>\n");
    add_note(comparison, ng_phrase_setup, "setup", page);
}

static void add_reference_label(const struct ng_comparison *comparison,
                                const char *otherwise, struct ng_text *page)
{
    const char *name = ng_reference_name(comparison);
    ng_html_name(page, name != NULL ? name : otherwise, 16);
}

static void add_difference_head(const struct ng_comparison *comparison,
                                struct ng_text *page)
{
    ng_text_add(page, "<th scope=\"col\">difference to ");
    add_reference_label(comparison, "a reference", page);
    ng_text_add(page, ng_has_several_references(comparison)
                          ? "<small>at the same other keys [95&nbsp;%]</small></th>"
                          : "<small>paired by seed [95&nbsp;%]</small></th>");
}

/* The reference's accuracy there and the others' differences stand in one column. */
static void add_worst_head(const struct ng_comparison *comparison, struct ng_text *page)
{
    const struct ng_arm *reference = ng_reference_arm(comparison);
    bool named = reference != NULL && reference->worst_group < comparison->group_count;
    ng_text_add(page, "<th scope=\"col\">worst group");
    if (named) {
        struct ng_text name = {0};
        ng_text_add(page, " of ");
        add_reference_label(comparison, "", page);
        if (!ng_has_several_references(comparison)) {
            ng_text_add(page, ":<br>");
            ng_group_name(comparison, reference->worst_group, &name);
            ng_html_name(page, name.data, 26);
            ng_text_release(&name);
        }
        ng_text_add(page, "<small>");
        add_reference_label(comparison, "", page);
        ng_text_add(page, ": accuracy; others: difference</small>");
    }
    ng_text_add(page, "</th>");
}

static void add_table_head(const struct ng_comparison *comparison, struct ng_text *page)
{
    ng_text_printf(page,
                   "<table class=\"first\">\n<thead><tr><th scope=\"col\">%s</th>"
                   "<th scope=\"col\">verdict,<br>all rows<small>margin %s</small></th>"
                   "<th scope=\"col\">accuracy,<br>all rows<small>[95&nbsp;%%]</small>"
                   "</th>",
                   ng_arm_kind(comparison), ng_cell_points(comparison->margin).text);
    add_difference_head(comparison, page);
    ng_text_add(page, "<th scope=\"col\" class=\"n\">NLL</th>"
                      "<th scope=\"col\" class=\"n\">ECE</th>");
    add_worst_head(comparison, page);
    if (comparison->groups_with_rows > 0)
        ng_text_printf(page,
                       "<th scope=\"col\">verdicts of<br>the %zu groups<small>each by "
                       "its own interval</small></th>",
                       comparison->groups_with_rows);
    else
        ng_text_add(page, "<th scope=\"col\">groups</th>");
    if (ng_comparison_has_memory(comparison))
        ng_text_add(
            page, "<th scope=\"col\" class=\"n\">state B/param<small>kept between<br>"
                  "steps</small></th><th scope=\"col\" class=\"n\">peak MiB<small>most "
                  "alive<br>at once</small></th>");
    ng_text_add(page, "</tr></thead>\n<tbody>\n");
}

static void add_verdict(enum ng_verdict verdict, struct ng_text *page)
{
    static const char *const styles[] = {
        [NG_VERDICT_REFERENCE] = "",         [NG_VERDICT_SAFE] = " safe",
        [NG_VERDICT_HARM] = " harm",         [NG_VERDICT_UNDECIDED] = " undecided",
        [NG_VERDICT_DIVERGED] = " diverged", [NG_VERDICT_NOT_ENOUGH] = ""};
    ng_text_printf(page, "<td><span class=\"verdict%s\">%s</span></td>",
                   styles[verdict], ng_verdict_names[verdict]);
}

/* So many groups of one kind; zero is not worth its room. */
static void add_groups(size_t count, const char *kind, const char *style,
                       struct ng_text *page)
{
    if (count > 0)
        ng_text_printf(page, "<span class=\"%s\">%zu %s</span> ", style, count, kind);
}

static void add_group_counts(const struct ng_comparison *comparison,
                             const struct ng_arm *arm, struct ng_text *page)
{
    ng_text_add(page, "<td>");
    if (comparison->groups_with_rows == 0) {
        ng_text_add(page, "n/a");
    } else if (ng_is_reference(comparison, arm) ||
               ng_reference_arm(comparison) == NULL) {
        ng_text_add(page, "\xE2\x80\x94");
    } else {
        struct ng_group_counts counts = ng_group_counts(comparison, arm);
        add_groups(counts.safe, "safe", "within", page);
        add_groups(counts.unproven, "unproven", "unproven", page);
        add_groups(counts.harmed, "harmed", "beyond", page);
    }
    ng_text_add(page, "</td>");
}

static void add_row(const struct ng_comparison *comparison, size_t number,
                    struct ng_text *page)
{
    const struct ng_arm *arm = &comparison->arms[number];
    bool alone =
        ng_reference_arm(comparison) == NULL || ng_is_reference(comparison, arm);
    bool picked = comparison->recommended == (int)number;
    ng_text_add(page, picked ? "<tr class=\"pick\">" : "<tr>");
    ng_html_arm(page, comparison, number);
    add_verdict(arm->verdict, page);
    ng_html_cell(page, ng_cell_accuracy(&arm->accuracy), "");
    if (alone)
        ng_text_add(page, "<td>\xE2\x80\x94</td>");
    else
        ng_html_cell(page,
                     ng_cell_difference(&arm->accuracy_difference, comparison->margin),
                     "");
    ng_html_cell(page, ng_cell_score(&arm->nll), "n");
    ng_html_cell(page, ng_cell_score(&arm->ece), "n");
    ng_html_cell(page,
                 alone ? ng_cell_accuracy(&arm->worst_accuracy)
                       : ng_cell_difference(&arm->worst_difference, comparison->margin),
                 "");
    add_group_counts(comparison, arm, page);
    if (ng_comparison_has_memory(comparison)) {
        ng_html_cell(page, ng_cell_state(arm), "n");
        ng_html_cell(page, ng_cell_mib(arm->planned_peak), "n");
    }
    ng_text_add(page, "</tr>\n");
}

static void add_aside(const struct ng_comparison *comparison, struct ng_text *page)
{
    struct ng_text words = {0};
    ng_text_add(page, "<div class=\"aside\">\n");
    add_note(comparison, ng_phrase_memory, "", page);
    ng_text_add(page, "<h3>What this does not show</h3>\n<ul>\n");
    for (size_t i = 0; i < NG_LIMITS; i++) {
        words.length = 0;
        ng_phrase_limit(comparison, i, &words);
        if (words.length == 0)
            continue;
        ng_text_printf(page, "<li><b>%s:</b> ", ng_phrase_limit_head(i));
        ng_html_phrase(page, &words);
        ng_text_add(page, "</li>\n");
    }
    ng_text_add(page, "</ul>\n<h3>Run it again</h3>\n<pre>");
    ng_escape_html(page, comparison->command, NG_LONGEST_SENTENCE);
    ng_text_add(page, "</pre>\n</div>\n");
    page->failed |= words.failed;
    ng_text_release(&words);
}

static enum ng_status add_section(const struct ng_comparison *comparison,
                                  const char *folder, enum ng_plot plot,
                                  const char *title, struct ng_text *page,
                                  struct ng_error *err)
{
    ng_text_printf(page, "<section>\n<h2>%s</h2>\n", title);
    return add_figure(comparison, folder, plot, page, err);
}

enum ng_status ng_html_page(const struct ng_comparison *comparison, const char *folder,
                            struct ng_text *page, struct ng_error *err)
{
    enum ng_status status;
    add_head(comparison, page);
    ng_text_add(page, "<div class=\"wide\">\n");
    add_table_head(comparison, page);
    for (size_t i = 0; i < comparison->arm_count; i++)
        add_row(comparison, i, page);
    ng_text_add(page, "</tbody></table>\n</div>\n");
    add_note(comparison, ng_phrase_recommended, "setup", page);
    ng_text_add(page, "<div class=\"lower\">\n");
    NG_TRY(add_figure(comparison, folder, NG_PLOT_ACCURACY, page, err));
    NG_TRY(add_figure(comparison, folder, NG_PLOT_DIFFERENCE, page, err));
    add_aside(comparison, page);
    ng_text_add(page, "</div>\n");
    if (ng_comparison_has_memory(comparison)) {
        NG_TRY(
            add_section(comparison, folder, NG_PLOT_LOSS, "Training loss", page, err));
        ng_text_add(page, "</section>\n");
        NG_TRY(add_section(comparison, folder, NG_PLOT_LEDGER, "Memory, byte by byte",
                           page, err));
        ng_html_ledger_table(comparison, page);
        ng_text_add(page, "</section>\n");
    }
    NG_TRY(add_section(comparison, folder, NG_PLOT_GROUPS, "For whom", page, err));
    ng_html_groups(comparison, page);
    ng_text_add(page, "</section>\n");
    ng_html_recipes(comparison, page);
    ng_html_gates(comparison, page);
    ng_html_conventions(comparison, page);
    ng_html_data_notes(comparison, page);
    ng_html_provenance(comparison, page);
    ng_text_add(page, "</main>\n</body>\n</html>\n");
out:
    return status;
}
