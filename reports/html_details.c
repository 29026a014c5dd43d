#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "reports/escape.h"
#include "reports/html.h"
#include "reports/phrases.h"

#define MOST_GROUP_CELLS 2400 /* about 200 kilobytes */
#define MOST_HASHES      8    /* an arm */
#define MOST_GATES       50
#define LONGEST_LINE     200
#define LONGEST_HEAD     22 /* of a column of numbers */
#define MOST_LINES       80

static void add_arm_heads(const struct ng_comparison *comparison, struct ng_text *page)
{
    for (size_t i = 0; i < comparison->arm_count; i++) {
        ng_text_add(page, "<th scope=\"col\" class=\"n\">");
        ng_html_name(page, comparison->arms[i].label, LONGEST_HEAD);
        ng_text_add(page, "</th>");
    }
    ng_text_add(page, "</tr></thead>\n<tbody>\n");
}

/* Digits in threes, parted by narrow spaces. */
static void add_bytes(size_t bytes, struct ng_text *page)
{
    char digits[32];
    int length = snprintf(digits, sizeof digits, "%zu", bytes);
    ng_text_add(page, "<td class=\"n\">");
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            ng_text_add(page, "\xE2\x80\xAF");
        ng_text_add_n(page, &digits[i], 1);
    }
    ng_text_add(page, "</td>");
}

static void add_sizes(const struct ng_comparison *comparison, const char *name,
                      int ledger_class, struct ng_text *page)
{
    ng_text_printf(page, "<tr><th scope=\"row\">%s</th>", name);
    for (size_t i = 0; i < comparison->arm_count; i++) {
        const struct ng_arm *arm = &comparison->arms[i];
        size_t bytes = ledger_class < NG_LEDGER_CLASSES
                           ? arm->by_class_at_peak[ledger_class]
                           : arm->planned_peak;
        add_bytes(bytes, page);
    }
    ng_text_add(page, "</tr>\n");
}

void ng_html_ledger_table(const struct ng_comparison *comparison, struct ng_text *page)
{
    ng_text_add(page, "<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">bytes "
                      "at peak</th>");
    add_arm_heads(comparison, page);
    for (int c = 0; c < NG_LEDGER_CLASSES; c++)
        if (ng_class_is_used(comparison, c))
            add_sizes(comparison, ng_ledger_class_names[c], c, page);
    add_sizes(comparison, "planned peak", NG_LEDGER_CLASSES, page);
    ng_text_add(page, "<tr><th scope=\"row\">of it persistent</th>");
    for (size_t i = 0; i < comparison->arm_count; i++)
        add_bytes(comparison->arms[i].persistent_bytes, page);
    ng_text_add(page, "</tr>\n</tbody></table></div>\n");
}

static void add_group_difference(const struct ng_comparison *comparison,
                                 const struct ng_arm *arm, size_t group,
                                 struct ng_text *page)
{
    const struct ng_estimate *difference = &arm->group_difference[group];
    const char *style = "within", *mark = "";
    if (arm->group_harmed[group]) {
        style = "beyond";
        mark = " HARM";
    } else if (arm->group_unproven[group]) {
        style = "unproven";
        mark = " ?";
    }
    struct ng_cell cell = ng_cell_difference(difference, comparison->margin);
    ng_text_printf(page, "<td class=\"n\"><span class=\"%s\">", style);
    ng_html_number(page, cell);
    ng_text_printf(page, "%s</span></td>", mark);
}

static void add_group_row(const struct ng_comparison *comparison, size_t group,
                          struct ng_text *page)
{
    const struct ng_group *shown = &comparison->groups[group];
    bool starts = group > 0 && strcmp(shown[-1].column, shown->column) != 0;
    ng_text_printf(page, "<tr%s><th scope=\"row\">", starts ? " class=\"new\"" : "");
    ng_html_name(page, shown->column, NG_LONGEST_LABEL);
    ng_text_add(page, ": ");
    ng_html_name(page, shown->band, NG_LONGEST_LABEL);
    if (shown->suppressed) {
        ng_text_printf(page, "</th><td class=\"few\" colspan=\"%zu\">%s</td></tr>\n",
                       comparison->arm_count + 1, ng_cell_rows(shown).text);
        return;
    }
    ng_text_printf(page, "</th><td class=\"n\">%zu</td>", shown->rows);
    for (size_t i = 0; i < comparison->arm_count; i++) {
        const struct ng_arm *arm = &comparison->arms[i];
        bool alone =
            ng_reference_arm(comparison) == NULL || ng_is_reference(comparison, arm);
        if (alone)
            ng_html_cell(page, ng_cell_accuracy(&arm->group_accuracy[group]), "n");
        else
            add_group_difference(comparison, arm, group, page);
    }
    ng_text_add(page, "</tr>\n");
}

void ng_html_groups(const struct ng_comparison *comparison, struct ng_text *page)
{
    size_t arms = comparison->arm_count > 0 ? comparison->arm_count : 1;
    size_t most = MOST_GROUP_CELLS / arms + 1;
    size_t shown = comparison->group_count < most ? comparison->group_count : most;
    if (shown == 0) {
        ng_text_add(page,
                    "<p>No groups were declared: nothing is known about any part of "
                    "the test rows.</p>\n");
        return;
    }
    ng_text_add(
        page,
        "<p class=\"note\">Accuracy of the reference and paired differences "
        "to it, by group of test rows, with 95&nbsp;% intervals. A "
        "question mark: not shown to stay within the margin. HARM: shown "
        "to lose more.</p>\n<div class=\"wide\"><table class=\"groups\">\n<thead><tr>"
        "<th scope=\"col\">group</th><th scope=\"col\" class=\"n\">rows"
        "</th>");
    add_arm_heads(comparison, page);
    for (size_t g = 0; g < shown; g++)
        add_group_row(comparison, g, page);
    ng_text_add(page, "</tbody></table></div>\n");
    struct ng_text words = {0};
    ng_phrase_groups_left_out(comparison, shown, &words);
    ng_text_add(page, "<p class=\"note\">");
    ng_html_phrase(page, &words);
    ng_text_add(page, "</p>\n");
    ng_text_release(&words);
}

static void add_seeds(const struct ng_comparison *comparison, const struct ng_arm *arm,
                      struct ng_text *page)
{
    ng_text_add(page, "<td>");
    for (size_t s = 0; s < arm->seeds && s < comparison->seed_count && s < MOST_HASHES;
         s++)
        ng_text_printf(page, "%s%.2f", s > 0 ? ", " : "", 100 * arm->seed_accuracy[s]);
    if (arm->seeds > MOST_HASHES)
        ng_text_add(page, ", \xE2\x80\xA6");
    ng_text_add(page, "</td>");
}

static void add_recipe(const struct ng_comparison *comparison, size_t number,
                       struct ng_text *page)
{
    const struct ng_arm *arm = &comparison->arms[number];
    ng_text_add(page, "<tr>");
    bool trained = ng_comparison_has_memory(comparison);
    ng_html_arm(page, comparison, number);
    if (trained) {
        ng_text_add(page, "<td class=\"wrap\">");
        ng_escape_html(page, arm->summary, NG_LONGEST_SENTENCE);
        ng_text_add(page, "</td>");
    }
    if (ng_is_reference(comparison, arm)) {
        ng_text_add(page, "<td>\xE2\x80\x94</td><td>\xE2\x80\x94</td>"
                          "<td class=\"n\">\xE2\x80\x94</td>");
    } else {
        ng_html_cell(page, ng_cell_score_difference(&arm->nll_difference), "");
        ng_html_cell(page, ng_cell_score_difference(&arm->ece_difference), "");
        ng_html_cell(page, ng_cell_percent(arm->churn.mean), "n");
    }
    if (trained) {
        ng_html_cell(page, ng_cell_share(arm->saturated_share), "n");
        ng_html_cell(page, ng_cell_share(arm->flushed_share), "n");
    }
    add_seeds(comparison, arm, page);
    if (trained)
        ng_text_printf(page, "<td class=\"n\">%zu of %zu</td>", arm->diverged,
                       arm->seeds);
    ng_text_add(page, "</tr>\n");
}

void ng_html_recipes(const struct ng_comparison *comparison, struct ng_text *page)
{
    bool trained = ng_comparison_has_memory(comparison);
    ng_text_printf(page,
                   "<section>\n<h2>The %ss</h2>\n<div class=\"wide\"><table>\n<thead>"
                   "<tr><th scope=\"col\">%s</th>%s"
                   "<th scope=\"col\">NLL difference<br>[95&nbsp;%%]</th>"
                   "<th scope=\"col\">ECE difference<br>[95&nbsp;%%]</th>"
                   "<th scope=\"col\" class=\"n\">churn</th>",
                   ng_arm_kind(comparison), ng_arm_kind(comparison),
                   trained ? "<th scope=\"col\">what is narrow</th>" : "");
    if (trained)
        ng_text_add(page, "<th scope=\"col\" class=\"n\">saturated<br>of casts</th>"
                          "<th scope=\"col\" class=\"n\">flushed<br>to zero</th>");
    ng_text_add(page, "<th scope=\"col\">accuracy by seed, %</th>");
    if (trained)
        ng_text_add(page, "<th scope=\"col\" class=\"n\">diverged<br>trials</th>");
    ng_text_add(page, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < comparison->arm_count; i++)
        add_recipe(comparison, i, page);
    ng_text_add(page, "</tbody></table></div>\n</section>\n");
}

void ng_html_gates(const struct ng_comparison *comparison, struct ng_text *page)
{
    if (comparison->gate_count == 0)
        return;
    ng_text_add(page, "<section>\n<h2>Gates</h2>\n<p class=\"note\">Statements about "
                      "the trials that the experiment declares.</p>\n"
                      "<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">gate"
                      "</th><th scope=\"col\">outcome</th><th scope=\"col\">what it saw"
                      "</th></tr></thead>\n<tbody>\n");
    for (size_t g = 0; g < comparison->gate_count && g < MOST_GATES; g++) {
        const struct ng_gate_outcome *gate = &comparison->gates[g];
        ng_text_add(page, "<tr><th scope=\"row\">");
        ng_escape_html(page, gate->name, NG_LONGEST_LABEL);
        ng_text_printf(page,
                       "</th><td><span class=\"%s\">%s</span></td>"
                       "<td class=\"wrap\">",
                       gate->held ? "within" : "beyond",
                       gate->held ? "held" : "FAILED");
        ng_escape_html(page, gate->sentence, NG_LONGEST_SENTENCE);
        ng_text_add(page, "</td></tr>\n");
    }
    ng_text_add(page, "</tbody></table></div>\n</section>\n");
}

void ng_html_conventions(const struct ng_comparison *comparison, struct ng_text *page)
{
    struct ng_text words = {0};
    ng_text_add(page, "<section>\n<h2>How the numbers are defined</h2>\n<dl>\n");
    for (size_t i = 0; i < NG_CONVENTIONS; i++) {
        words.length = 0;
        ng_phrase_convention(comparison, i, &words);
        if (words.length == 0)
            continue;
        ng_text_printf(page, "<dt>%s</dt><dd>", ng_phrase_convention_head(i));
        ng_html_phrase(page, &words);
        ng_text_add(page, "</dd>\n");
    }
    words.length = 0;
    ng_phrase_truth(comparison, &words);
    if (words.length > 0) {
        ng_text_add(page, "<dt>Truth</dt><dd>");
        ng_html_phrase(page, &words);
        ng_text_add(page, "</dd>\n");
    }
    ng_text_add(page, "</dl>\n</section>\n");
    page->failed |= words.failed;
    ng_text_release(&words);
}

void ng_html_data_notes(const struct ng_comparison *comparison, struct ng_text *page)
{
    const char *s = comparison->data_notes != NULL ? comparison->data_notes : "";
    struct ng_text line = {0};
    if (*s == '\0')
        return;
    ng_text_add(page, "<section>\n<h2>What was done to the data</h2>\n<ul>\n");
    for (size_t count = 0; *s != '\0' && count < MOST_LINES; count++) {
        size_t length = strcspn(s, "\n");
        line.length = 0;
        ng_text_add_n(&line, s, length);
        ng_text_add(page, "<li>");
        ng_escape_html(page, line.data, NG_LONGEST_SENTENCE);
        ng_text_add(page, "</li>\n");
        s += length + (s[length] == '\n');
    }
    ng_text_add(page, "</ul>\n</section>\n");
    page->failed |= line.failed;
    ng_text_release(&line);
}

/* Foreign text of several lines, line by line. */
static void add_lines(const char *lines, struct ng_text *page)
{
    struct ng_text line = {0};
    ng_text_add(page, "<pre>");
    size_t count = 0;
    for (const char *s = lines != NULL ? lines : ""; *s != '\0' && count < MOST_LINES;
         count++) {
        size_t length = strcspn(s, "\n");
        line.length = 0;
        ng_text_add_n(&line, s, length);
        ng_escape_html(page, line.data, LONGEST_LINE);
        ng_text_add(page, "\n");
        s += length + (s[length] == '\n');
    }
    ng_text_add(page, "</pre>\n");
    page->failed |= line.failed;
    ng_text_release(&line);
}

static void add_hashes(const struct ng_comparison *comparison, struct ng_text *page)
{
    ng_text_add(page,
                "<h3>Result hash of every trial</h3>\n<div class=\"wide\"><table>\n"
                "<thead><tr><th scope=\"col\">recipe</th><th scope=\"col\" "
                "class=\"n\">seed</th><th scope=\"col\">SHA-256</th></tr></thead>\n"
                "<tbody>\n");
    for (size_t i = 0; i < comparison->arm_count; i++) {
        const struct ng_arm *arm = &comparison->arms[i];
        size_t count =
            arm->seeds < comparison->seed_count ? arm->seeds : comparison->seed_count;
        for (size_t s = 0; s < count && s < MOST_HASHES; s++) {
            ng_text_add(page, "<tr><td>");
            ng_escape_html(page, arm->label, NG_LONGEST_LABEL);
            ng_text_printf(page, "</td><td class=\"n\">%lu</td><td><code>",
                           (unsigned long)comparison->seeds[s]);
            if (arm->result_hashes != NULL)
                ng_escape_html(page, arm->result_hashes[s], 64);
            ng_text_add(page, "</code></td></tr>\n");
        }
    }
    ng_text_add(page, "</tbody></table></div>\n");
}

void ng_html_provenance(const struct ng_comparison *comparison, struct ng_text *page)
{
    ng_text_add(page, "<section>\n<h2>Where it comes from</h2>\n<p>Experiment <b>");
    ng_escape_html(page, comparison->experiment, NG_LONGEST_LABEL);
    ng_text_add(page, "</b> on ");
    ng_escape_html(page, comparison->data_title, NG_LONGEST_SENTENCE);
    struct ng_text words = {0};
    ng_phrase_extent(comparison, &words);
    ng_html_phrase(page, &words);
    ng_text_release(&words);
    ng_text_add(page, "</p>\n<p>");
    ng_escape_html(page, comparison->resolved_summary, 2 * NG_LONGEST_SENTENCE);
    ng_text_add(page, "</p>\n");
    add_lines(comparison->provenance, page);
    if (ng_comparison_has_memory(comparison))
        add_hashes(comparison, page);
    ng_text_add(page, "</section>\n");
}
