#include "reports/markdown.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "reports/cells.h"
#include "reports/escape.h"
#include "reports/phrases.h"

#define MOST_GROUP_CELLS 2400
#define MOST_HASHES      8
#define MOST_GATES       50

static void add_phrase(struct ng_text *page, struct ng_text *words)
{
    page->failed |= words->failed;
    ng_escape_markdown(page, words->data, SIZE_MAX);
    words->length = 0;
    if (words->data != NULL)
        words->data[0] = '\0';
}

static void add_label(struct ng_text *page, const char *label)
{
    struct ng_text cut = {0};
    ng_escape_middle(&cut, label, NG_LONGEST_LABEL);
    ng_escape_markdown(page, cut.data, SIZE_MAX);
    page->failed |= cut.failed;
    ng_text_release(&cut);
}

/* A table's first line and its rule; the first column is text, the others numbers. */
static void add_arm_heads(const struct ng_comparison *comparison, const char *first,
                          const char *second, struct ng_text *page)
{
    ng_text_printf(page, "| %s |%s", first, second);
    for (size_t i = 0; i < comparison->arm_count; i++) {
        ng_text_add(page, " ");
        add_label(page, comparison->arms[i].label);
        ng_text_add(page, " |");
    }
    ng_text_printf(page, "\n|:--|%s", *second != '\0' ? "--:|" : "");
    for (size_t i = 0; i < comparison->arm_count; i++)
        ng_text_add(page, "--:|");
    ng_text_add(page, "\n");
}

static void add_group_counts(struct ng_group_counts counts, struct ng_text *page)
{
    ng_text_printf(page, "%zu safe, %zu unproven", counts.safe, counts.unproven);
    if (counts.harmed > 0)
        ng_text_printf(page, ", **%zu harmed**", counts.harmed);
}

static void add_row(const struct ng_comparison *comparison, size_t number,
                    struct ng_text *page)
{
    const struct ng_arm *arm = &comparison->arms[number];
    bool alone =
        ng_reference_arm(comparison) == NULL || ng_is_reference(comparison, arm);
    ng_text_add(page, "| ");
    add_label(page, arm->label);
    ng_text_printf(
        page, " | **%s** | %s | %s | %s | %s | %s | ", ng_verdict_names[arm->verdict],
        ng_cell_accuracy(&arm->accuracy).text,
        alone ? ""
              : ng_cell_difference(&arm->accuracy_difference, comparison->margin).text,
        ng_cell_score(&arm->nll).text, ng_cell_score(&arm->ece).text,
        alone ? ng_cell_accuracy(&arm->worst_accuracy).text
              : ng_cell_difference(&arm->worst_difference, comparison->margin).text);
    if (!alone && comparison->groups_with_rows > 0)
        add_group_counts(ng_group_counts(comparison, arm), page);
    if (ng_comparison_has_memory(comparison))
        ng_text_printf(page, " | %s | %s", ng_cell_state(arm).text,
                       ng_cell_mib(arm->planned_peak).text);
    ng_text_add(page, " |\n");
}

static void add_first_table(const struct ng_comparison *comparison,
                            struct ng_text *page)
{
    const struct ng_arm *reference = ng_reference_arm(comparison);
    ng_text_printf(page,
                   "| %s | verdict, all rows (margin %s) | accuracy, all rows [95 %%] "
                   "| paired difference [95 %%] | NLL | ECE | worst group",
                   ng_arm_kind(comparison), ng_cell_points(comparison->margin).text);
    if (reference != NULL && reference->worst_group < comparison->group_count) {
        struct ng_text name = {0};
        ng_group_name(comparison, reference->worst_group, &name);
        ng_text_add(page, " of ");
        add_label(page, ng_reference_name(comparison));
        if (!ng_has_several_references(comparison)) {
            ng_text_add(page, ", ");
            add_label(page, name.data);
        }
        ng_text_add(page, " (");
        add_label(page, ng_reference_name(comparison));
        ng_text_add(page, ": accuracy; others: difference)");
        ng_text_release(&name);
    }
    bool memory = ng_comparison_has_memory(comparison);
    ng_text_printf(
        page, " | verdicts of the %zu groups |%s\n", comparison->groups_with_rows,
        memory ? " state B/param (kept between steps) | peak MiB (most alive "
                 "at once) |"
               : "");
    ng_text_printf(page, "|:--|:--|:--|:--|--:|--:|:--|:--|%s\n",
                   memory ? "--:|--:|" : "");
    for (size_t i = 0; i < comparison->arm_count; i++)
        add_row(comparison, i, page);
    ng_text_add(page, "\n");
}

static void add_picture(const struct ng_comparison *comparison, enum ng_plot plot,
                        struct ng_text *page)
{
    struct ng_text words = {0};
    if (!ng_plot_is_drawn(comparison, plot))
        return;
    ng_text_add(page, "![");
    ng_phrase_alternative(comparison, plot, &words);
    add_phrase(page, &words);
    ng_text_printf(page, "](%s/%s.png)\n\n", NG_PLOTS_FOLDER, ng_plot_names[plot]);
    ng_phrase_caption(comparison, plot, &words);
    add_phrase(page, &words);
    ng_text_add(page, "\n\n");
    ng_text_release(&words);
}

static void add_limits(const struct ng_comparison *comparison, struct ng_text *page)
{
    struct ng_text words = {0};
    ng_text_add(page, "## What this does not show\n\n");
    for (size_t i = 0; i < NG_LIMITS; i++) {
        ng_phrase_limit(comparison, i, &words);
        if (words.length == 0)
            continue;
        ng_text_printf(page, "- **%s:** ", ng_phrase_limit_head(i));
        add_phrase(page, &words);
        ng_text_add(page, "\n");
    }
    ng_text_add(page, "\n");
    ng_text_release(&words);
}

/* Foreign lines in a fence longer than any run of backticks in them. */
static void add_fenced(const char *lines, struct ng_text *page)
{
    const char *s = lines != NULL ? lines : "";
    size_t fence = 3, run = 0;
    for (const char *c = s; *c != '\0'; c++) {
        run = *c == '`' ? run + 1 : 0;
        fence = run >= fence ? run + 1 : fence;
    }
    for (size_t i = 0; i < fence; i++)
        ng_text_add(page, "`");
    ng_text_add(page, "\n");
    struct ng_text line = {0};
    while (*s != '\0') {
        size_t length = strcspn(s, "\n");
        line.length = 0;
        ng_text_add_n(&line, s, length);
        ng_escape_plain(page, line.data, NG_LONGEST_SENTENCE);
        ng_text_add(page, "\n");
        s += length + (s[length] == '\n');
    }
    for (size_t i = 0; i < fence; i++)
        ng_text_add(page, "`");
    ng_text_add(page, "\n\n");
    page->failed |= line.failed;
    ng_text_release(&line);
}

static void add_ledger(const struct ng_comparison *comparison, struct ng_text *page)
{
    ng_text_add(page, "## Memory, byte by byte\n\n");
    add_picture(comparison, NG_PLOT_LEDGER, page);
    add_arm_heads(comparison, "bytes at peak", "", page);
    for (int c = 0; c < NG_LEDGER_CLASSES; c++) {
        if (!ng_class_is_used(comparison, c))
            continue;
        ng_text_printf(page, "| %s |", ng_ledger_class_names[c]);
        for (size_t i = 0; i < comparison->arm_count; i++)
            ng_text_printf(page, " %zu |", comparison->arms[i].by_class_at_peak[c]);
        ng_text_add(page, "\n");
    }
    ng_text_add(page, "| **planned peak** |");
    for (size_t i = 0; i < comparison->arm_count; i++)
        ng_text_printf(page, " %zu |", comparison->arms[i].planned_peak);
    ng_text_add(page, "\n| of it persistent |");
    for (size_t i = 0; i < comparison->arm_count; i++)
        ng_text_printf(page, " %zu |", comparison->arms[i].persistent_bytes);
    ng_text_add(page, "\n\n");
}

static void add_group(const struct ng_comparison *comparison, size_t group,
                      struct ng_text *page)
{
    ng_text_add(page, "| ");
    add_label(page, comparison->groups[group].column);
    ng_text_add(page, ": ");
    add_label(page, comparison->groups[group].band);
    ng_text_printf(page, " | %s |", ng_cell_rows(&comparison->groups[group]).text);
    for (size_t i = 0; i < comparison->arm_count; i++) {
        const struct ng_arm *arm = &comparison->arms[i];
        bool alone =
            ng_reference_arm(comparison) == NULL || ng_is_reference(comparison, arm);
        const struct ng_estimate *difference = &arm->group_difference[group];
        const char *word = "";
        if (comparison->groups[group].suppressed) {
            ng_text_add(page, " |");
            continue;
        }
        if (!alone && arm->group_unproven[group])
            word = arm->group_harmed[group] ? " **HARM**" : " *unproven*";
        ng_text_printf(page, " %s%s |",
                       alone ? ng_cell_accuracy(&arm->group_accuracy[group]).text
                             : ng_cell_difference(difference, comparison->margin).text,
                       word);
    }
    ng_text_add(page, "\n");
}

static void add_groups(const struct ng_comparison *comparison, struct ng_text *page)
{
    size_t arms = comparison->arm_count > 0 ? comparison->arm_count : 1;
    size_t most = MOST_GROUP_CELLS / arms + 1;
    size_t shown = comparison->group_count < most ? comparison->group_count : most;
    ng_text_add(page, "## For whom\n\n");
    add_picture(comparison, NG_PLOT_GROUPS, page);
    if (shown == 0) {
        ng_text_add(page, "No groups were declared: nothing is known about any part of "
                          "the test rows.\n\n");
        return;
    }
    add_arm_heads(comparison, "group", " rows |", page);
    for (size_t g = 0; g < shown; g++)
        add_group(comparison, g, page);
    struct ng_text words = {0};
    ng_phrase_groups_left_out(comparison, shown, &words);
    ng_text_add(page, "\n");
    if (words.length > 0) {
        add_phrase(page, &words);
        ng_text_add(page, "\n\n");
    }
    ng_text_release(&words);
}

static void add_recipe(const struct ng_comparison *comparison, const struct ng_arm *arm,
                       struct ng_text *page)
{
    bool trained = ng_comparison_has_memory(comparison);
    ng_text_add(page, "| ");
    add_label(page, arm->label);
    ng_text_add(page, " | ");
    if (trained) {
        ng_escape_markdown(page, arm->summary, NG_LONGEST_SENTENCE);
        ng_text_add(page, " | ");
    }
    if (ng_is_reference(comparison, arm))
        ng_text_add(page, " |  |  |");
    else
        ng_text_printf(page, "%s | %s | %s |",
                       ng_cell_score_difference(&arm->nll_difference).text,
                       ng_cell_score_difference(&arm->ece_difference).text,
                       ng_cell_percent(arm->churn.mean).text);
    if (trained) {
        ng_text_add(page, " ");
        add_label(page, ng_cell_share(arm->saturated_share).text);
        ng_text_add(page, " | ");
        add_label(page, ng_cell_share(arm->flushed_share).text);
        ng_text_printf(page, " | %zu of %zu |", arm->diverged, arm->seeds);
    }
    ng_text_add(page, "\n");
}

static void add_recipes(const struct ng_comparison *comparison, struct ng_text *page)
{
    bool trained = ng_comparison_has_memory(comparison);
    ng_text_printf(
        page,
        "## The %ss\n\n| %s |%s NLL difference | ECE difference | churn |%s\n"
        "|:--|%s--:|--:|--:|%s\n",
        ng_arm_kind(comparison), ng_arm_kind(comparison),
        trained ? " what is narrow |" : "",
        trained ? " saturated of casts | flushed to zero | diverged trials |" : "",
        trained ? ":--|" : "", trained ? "--:|--:|--:|" : "");
    for (size_t i = 0; i < comparison->arm_count; i++)
        add_recipe(comparison, &comparison->arms[i], page);
    ng_text_add(page, "\n");
}

static void add_gates(const struct ng_comparison *comparison, struct ng_text *page)
{
    if (comparison->gate_count == 0)
        return;
    ng_text_add(page, "## Gates\n\nStatements about the trials that the experiment "
                      "declares.\n\n| gate | outcome | what it saw |\n|:--|:--|:--|\n");
    for (size_t g = 0; g < comparison->gate_count && g < MOST_GATES; g++) {
        const struct ng_gate_outcome *gate = &comparison->gates[g];
        ng_text_add(page, "| ");
        add_label(page, gate->name);
        ng_text_printf(page, " | %s | ", gate->held ? "held" : "**FAILED**");
        ng_escape_markdown(page, gate->sentence, NG_LONGEST_SENTENCE);
        ng_text_add(page, " |\n");
    }
    ng_text_add(page, "\n");
}

static void add_conventions(const struct ng_comparison *comparison,
                            struct ng_text *page)
{
    struct ng_text words = {0};
    ng_text_add(page, "## How the numbers are defined\n\n");
    for (size_t i = 0; i < NG_CONVENTIONS; i++) {
        ng_phrase_convention(comparison, i, &words);
        if (words.length == 0)
            continue;
        ng_text_printf(page, "- **%s:** ", ng_phrase_convention_head(i));
        add_phrase(page, &words);
        ng_text_add(page, "\n");
    }
    ng_phrase_truth(comparison, &words);
    if (words.length > 0) {
        ng_text_add(page, "- **Truth:** ");
        add_phrase(page, &words);
        ng_text_add(page, "\n");
    }
    ng_text_add(page, "\n");
    ng_text_release(&words);
}

static void add_hashes(const struct ng_comparison *comparison, struct ng_text *page)
{
    ng_text_add(page, "| recipe | seed | result hash (SHA-256) |\n|:--|--:|:--|\n");
    for (size_t i = 0; i < comparison->arm_count; i++) {
        const struct ng_arm *arm = &comparison->arms[i];
        for (size_t s = 0;
             s < arm->seeds && s < comparison->seed_count && s < MOST_HASHES; s++) {
            ng_text_add(page, "| ");
            add_label(page, arm->label);
            ng_text_printf(page, " | %lu | ", (unsigned long)comparison->seeds[s]);
            if (arm->result_hashes != NULL)
                ng_escape_markdown(page, arm->result_hashes[s], 64);
            ng_text_add(page, " |\n");
        }
    }
}

static void add_data_notes(const struct ng_comparison *comparison, struct ng_text *page)
{
    const char *s = comparison->data_notes != NULL ? comparison->data_notes : "";
    struct ng_text line = {0};
    if (*s == '\0')
        return;
    ng_text_add(page, "## What was done to the data\n\n");
    while (*s != '\0') {
        size_t length = strcspn(s, "\n");
        line.length = 0;
        ng_text_add_n(&line, s, length);
        ng_text_add(page, "- ");
        ng_escape_markdown(page, line.data, NG_LONGEST_SENTENCE);
        ng_text_add(page, "\n");
        s += length + (s[length] == '\n');
    }
    ng_text_add(page, "\n");
    page->failed |= line.failed;
    ng_text_release(&line);
}

static void add_provenance(const struct ng_comparison *comparison, struct ng_text *page)
{
    ng_text_add(page, "## Where it comes from\n\nExperiment **");
    add_label(page, comparison->experiment);
    struct ng_text words = {0};
    ng_text_add(page, "** on ");
    ng_escape_markdown(page, comparison->data_title, NG_LONGEST_SENTENCE);
    ng_phrase_extent(comparison, &words);
    add_phrase(page, &words);
    ng_text_release(&words);
    ng_text_add(page, "\n\n");
    ng_escape_markdown(page, comparison->resolved_summary, 2 * NG_LONGEST_SENTENCE);
    ng_text_add(page, "\n\n");
    add_fenced(comparison->provenance, page);
    if (ng_comparison_has_memory(comparison))
        add_hashes(comparison, page);
}

void ng_markdown_page(const struct ng_comparison *comparison, struct ng_text *page)
{
    struct ng_text words = {0};
    ng_text_add(page, "# ");
    ng_escape_markdown(page, comparison->question, NG_LONGEST_SENTENCE);
    ng_text_add(page, "\n\n**");
    ng_escape_markdown(page, comparison->answer, 2 * NG_LONGEST_SENTENCE);
    ng_text_add(page, "**\n\n");
    ng_phrase_setup(comparison, &words);
    add_phrase(page, &words);
    ng_text_add(page, "\n\n");
    add_first_table(comparison, page);
    ng_phrase_recommended(comparison, &words);
    add_phrase(page, &words);
    ng_text_add(page, "\n\n");
    add_picture(comparison, NG_PLOT_ACCURACY, page);
    add_picture(comparison, NG_PLOT_DIFFERENCE, page);
    ng_phrase_memory(comparison, &words);
    if (words.length > 0) {
        add_phrase(page, &words);
        ng_text_add(page, "\n\n");
    }
    add_limits(comparison, page);
    ng_text_add(page, "Run it again:\n\n");
    add_fenced(comparison->command, page);
    if (ng_comparison_has_memory(comparison)) {
        ng_text_add(page, "## Training loss\n\n");
        add_picture(comparison, NG_PLOT_LOSS, page);
        add_ledger(comparison, page);
    }
    add_groups(comparison, page);
    add_recipes(comparison, page);
    add_gates(comparison, page);
    add_conventions(comparison, page);
    add_data_notes(comparison, page);
    add_provenance(comparison, page);
    ng_text_release(&words);
}
