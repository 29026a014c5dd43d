#include "reports/phrases.h"

#include <math.h>
#include <string.h>

#include "reports/cells.h"

static const char *or_nothing(const char *words)
{
    return words != NULL ? words : "";
}

static const char *reference_label(const struct ng_comparison *comparison)
{
    const char *name = ng_reference_name(comparison);
    return name != NULL ? name : "the reference";
}

enum { CHANCE = 3, ORIGIN = 5 }; /* of the limits */

const char *ng_phrase_limit_head(size_t item)
{
    static const char *const heads[NG_LIMITS] = {
        "Time", "Hardware", "Other models", "Chance", "Process memory", "Origin"};
    return heads[item];
}

static void limit_models(const struct ng_comparison *comparison, struct ng_text *text)
{
    ng_text_add(text, "small models only (");
    ng_parameters(comparison, text);
    ng_text_add(text, ") on one data set; larger ones meet outliers that these may "
                      "not.");
}

static void limit_chance(const struct ng_comparison *comparison, struct ng_text *text)
{
    if (comparison->seed_count < 2)
        ng_text_add(text, "with one seed there is no interval (n/a) and no verdict.");
    else
        ng_text_printf(text,
                       "intervals cover %zu %sseeds on one test split, not new "
                       "data, and are not corrected for looking at many groups.",
                       comparison->seed_count,
                       ng_comparison_has_memory(comparison) ? "training " : "");
}

void ng_phrase_limit(const struct ng_comparison *comparison, size_t item,
                     struct ng_text *text)
{
    bool trained = ng_comparison_has_memory(comparison);
    if (trained != (item != ORIGIN) && item != CHANCE)
        return;
    switch (item) {
    case 0:
        ng_text_add(text, "not claimed (simulated): a simulator's seconds say nothing "
                          "about narrow hardware.");
        break;
    case 1:
        ng_text_add(text, "none was used; native kernels may sum in another order.");
        break;
    case 2:
        limit_models(comparison, text);
        break;
    case CHANCE:
        limit_chance(comparison, text);
        break;
    case ORIGIN:
        ng_text_add(text,
                    "the rows are taken as they are: whether arms of one seed share "
                    "what seeds are to share (starting weights, batches), and "
                    "whether any of the examples was trained on, is not known "
                    "here.");
        break;
    default:
        ng_text_add(text,
                    "memory is the planned bytes of the training tensors, not the "
                    "size of a process.");
    }
}

void ng_phrase_setup(const struct ng_comparison *comparison, struct ng_text *text)
{
    const char *title = or_nothing(comparison->data_title);
    size_t length = strlen(title);
    if (length > 0)
        ng_text_printf(text, "Data: %s%s ", title, title[length - 1] == '.' ? "" : ".");
    bool trained = ng_comparison_has_memory(comparison);
    ng_text_printf(text, "%s: %s", trained ? "Training" : "Compared",
                   or_nothing(comparison->resolved_summary));
    if (trained) {
        ng_text_add(text, "; ");
        ng_parameters(comparison, text);
    }
    ng_text_printf(text, ". Judged on %zu test rows", comparison->test_rows);
    if (comparison->groups_with_rows > 0)
        ng_text_printf(text, " and %zu groups of them", comparison->groups_with_rows);
    if (isfinite(comparison->largest_class))
        ng_text_printf(text, "; always guessing the commonest class: %s",
                       ng_cell_percent(comparison->largest_class).text);
    ng_text_add(text, ".");
}

void ng_phrase_extent(const struct ng_comparison *comparison, struct ng_text *text)
{
    bool trained = ng_comparison_has_memory(comparison);
    ng_text_add(text, ": ");
    if (trained)
        ng_text_printf(text, "%zu training rows, ", comparison->train_rows);
    ng_text_printf(text,
                   "%zu test rows, %zu classes; %zu seed%s; numerics version %lld",
                   comparison->test_rows, comparison->classes, comparison->seed_count,
                   comparison->seed_count == 1 ? "" : "s",
                   (long long)comparison->numerics_version);
    if (trained)
        ng_text_printf(text,
                       "; %.0f seconds of simulation (of a resumed trial, those since "
                       "it was last started)",
                       comparison->wall_seconds);
    ng_text_add(text, ".");
}

void ng_phrase_recommended(const struct ng_comparison *comparison, struct ng_text *text)
{
    int number = comparison->recommended;
    if (!ng_comparison_has_memory(comparison) || number < 0 ||
        (size_t)number >= comparison->arm_count || number == comparison->reference)
        return;
    const struct ng_arm *arm = &comparison->arms[number];
    ng_text_printf(text, "What %s narrows: %s", or_nothing(arm->label),
                   or_nothing(arm->summary));
}

static bool has_arm(const struct ng_comparison *comparison, const char *start,
                    bool copies)
{
    for (size_t i = 0; i < comparison->arm_count; i++) {
        const struct ng_arm *arm = &comparison->arms[i];
        bool named = strncmp(or_nothing(arm->recipe), start, strlen(start)) == 0;
        if (named && (!copies || arm->by_class[NG_LEDGER_COMPUTE_COPIES] > 0))
            return true;
    }
    return false;
}

void ng_phrase_memory(const struct ng_comparison *comparison, struct ng_text *text)
{
    if (!ng_comparison_has_memory(comparison))
        return;
    if (has_arm(comparison, "fp8", false))
        ng_text_add(text,
                    "Why plain fp8 hardly moves left: it narrows what is multiplied, "
                    "not what is kept: master weights, gradients and both moments stay "
                    "at 4 bytes each. ");
    if (has_arm(comparison, "bf16", true))
        ng_text_add(text, "bf16 even adds a 2-byte copy of the weights. ");
    ng_text_add(text, "Only narrower storage of these four saves much.");
}

static void caption_accuracy(const struct ng_comparison *comparison,
                             struct ng_text *text)
{
    if (comparison->seed_count < 2)
        ng_text_add(text, "One seed: no intervals. ");
    else
        ng_text_printf(text, "Mean and 95 %% interval over %zu seeds. ",
                       comparison->seed_count);
    if (comparison->group_count > 0)
        ng_text_add(text, "Hollow: each recipe's own worst group. ");
    ng_text_add(text, "Points that would hide each other are drawn up to a marker "
                      "aside; the coloured ticks stand at the exact memory.");
}

static void caption_loss(const struct ng_comparison *comparison, struct ng_text *text)
{
    size_t steps = 0;
    for (size_t i = 0; i < comparison->arm_count; i++)
        if (comparison->arms[i].steps > steps)
            steps = comparison->arms[i].steps;
    ng_text_printf(text, "Training loss, mean over seeds, %zu steps", steps);
    if (ng_reference_arm(comparison) != NULL && comparison->arm_count > 1)
        ng_text_printf(text, "; right: the difference to %s at the same step",
                       reference_label(comparison));
    ng_text_add(text, ". Long runs are drawn as means over equal stretches of steps; a "
                      "line ends where the loss is not finite.");
}

static void caption_difference(const struct ng_comparison *comparison,
                               struct ng_text *text)
{
    if (comparison->seed_count < 2)
        ng_text_add(text, "One seed: no intervals. ");
    else
        ng_text_printf(text, "Mean and 95 %% interval over %zu seeds. ",
                       comparison->seed_count);
    if (ng_reference_arm(comparison) != NULL)
        ng_text_printf(
            text,
            "Right: the difference to %s, paired by seed; the dashed line is "
            "the margin of %s, left of which an arm loses more.",
            reference_label(comparison), ng_cell_points(comparison->margin).text);
}

static void caption_groups(const struct ng_comparison *comparison, struct ng_text *text)
{
    bool interval = comparison->seed_count > 1;
    ng_text_printf(
        text,
        "Accuracy difference to %s by group of test rows, mean%s. Filled: "
        "shown safe or harmed; hollow: unproven. Dashed: the margin of %s.%s",
        reference_label(comparison), interval ? " and 95 % interval over seeds" : "",
        ng_cell_points(comparison->margin).text,
        interval ? " Intervals that leave the picture are cut at its edge." : "");
    size_t groups = ng_plot_groups_shown(comparison);
    size_t arms = ng_plot_arms_shown(comparison);
    if (groups < comparison->group_count)
        ng_text_printf(text, " The first %zu of %zu groups.", groups,
                       comparison->group_count);
    if (arms < comparison->arm_count)
        ng_text_printf(text, " The first %zu of %zu %ss.", arms, comparison->arm_count,
                       ng_arm_kind(comparison));
}

void ng_phrase_caption(const struct ng_comparison *comparison, enum ng_plot plot,
                       struct ng_text *text)
{
    if (plot == NG_PLOT_ACCURACY)
        caption_accuracy(comparison, text);
    else if (plot == NG_PLOT_DIFFERENCE)
        caption_difference(comparison, text);
    else if (plot == NG_PLOT_GROUPS)
        caption_groups(comparison, text);
    else if (plot == NG_PLOT_LOSS)
        caption_loss(comparison, text);
    else
        ng_text_add(text,
                    "Every byte of the planned tensors at the fullest moment of a "
                    "training step, stacked by class; the figure at the end of a "
                    "bar is the planned peak. Padding includes the gaps of the "
                    "memory layout.");
}

void ng_phrase_alternative(const struct ng_comparison *comparison, enum ng_plot plot,
                           struct ng_text *text)
{
    static const char *const what[NG_PLOTS] = {
        [NG_PLOT_ACCURACY] =
            "Accuracy over planned peak memory and over state per parameter",
        [NG_PLOT_DIFFERENCE] = "Accuracy, and its difference to the reference",
        [NG_PLOT_GROUPS] = "Accuracy difference to the reference by group",
        [NG_PLOT_LOSS] = "Training loss over steps",
        [NG_PLOT_LEDGER] = "Memory at peak by class"};
    ng_text_printf(text, "%s:", what[plot]);
    for (size_t i = 0; i < comparison->arm_count; i++) {
        const struct ng_arm *arm = &comparison->arms[i];
        ng_text_printf(text, "%s %s", i > 0 ? ";" : "", or_nothing(arm->label));
        if (plot == NG_PLOT_ACCURACY)
            ng_text_printf(text, " %s at", ng_cell_percent(arm->accuracy.mean).text);
        if (plot == NG_PLOT_DIFFERENCE)
            ng_text_printf(text, " %s", ng_cell_percent(arm->accuracy.mean).text);
        if (plot == NG_PLOT_ACCURACY || plot == NG_PLOT_LEDGER)
            ng_text_printf(text, " %s MiB", ng_cell_mib(arm->planned_peak).text);
    }
    ng_text_add(text, ".");
}

const char *ng_phrase_convention_head(size_t item)
{
    static const char *const heads[NG_CONVENTIONS] = {
        "Verdict", "Interval", "Groups", "NLL", "ECE", "State", "Peak", "Churn"};
    return heads[item];
}

static void convention_verdict(const struct ng_comparison *comparison,
                               struct ng_text *text)
{
    struct ng_cell margin = ng_cell_points(comparison->margin);
    ng_text_printf(text,
                   "the interval of the accuracy difference to %s against the declared "
                   "margin of %s: SAFE if wholly above minus %s, HARM if wholly below, "
                   "else UNDECIDED; diverged if a trial's loss became non-finite; not "
                   "enough with one seed or without a reference.",
                   reference_label(comparison), margin.text, margin.text);
}

static void convention_groups(struct ng_text *text)
{
    ng_text_printf(
        text,
        "worst group: the lowest accuracy among groups of at least %d test "
        "rows; a recipe's difference is taken in the reference's worst group. "
        "A group is judged by its own interval, on at least as many rows: safe if "
        "wholly above minus the margin, harmed if wholly below, else unproven. Of a "
        "group of fewer than %d rows no figure is given, because it would speak of "
        "single rows; it counts as unproven.",
        NG_GROUP_LEAST_ROWS, NG_GROUP_SUPPRESSED_BELOW);
}

static void convention_interval(const struct ng_comparison *comparison,
                                struct ng_text *text)
{
    ng_text_printf(
        text,
        "95 %% Student t interval over seeds; differences are formed seed by seed (arm "
        "minus reference: %s), so the spread that seeds share cancels. Accuracies move "
        "by whole rows, so their spread counts as at least that of cutting to one row. "
        "An accuracy's interval is shown cut at 0 and 100 %%; verdicts and stored "
        "numbers are of the whole one.",
        ng_comparison_has_memory(comparison)
            ? "same initial weights, same batches"
            : "rows are paired by the seed that the file names");
}

void ng_phrase_convention(const struct ng_comparison *comparison, size_t item,
                          struct ng_text *text)
{
    static const char *const fixed[NG_CONVENTIONS] = {
        [3] =
            "mean of minus the natural logarithm of the label's probability, not below "
            "2^-50.",
        [4] =
            "expected calibration error of the top label: 16 bins of equal width, "
            "closed at their lower edge (the last at both). It is biased upward at few "
            "rows and never decides alone.",
        [5] = "bytes alive between optimiser steps, per parameter.",
        [6] =
            "planned bytes at the fullest moment of a step, persistent state included.",
        [7] = "the share of test rows whose prediction differs from the reference's of "
              "the same seed.",
    };
    bool memory = fixed[item] != NULL && (item == 5 || item == 6);
    if (memory && !ng_comparison_has_memory(comparison))
        return;
    if (item == 0)
        convention_verdict(comparison, text);
    else if (item == 1)
        convention_interval(comparison, text);
    else if (item == 2)
        convention_groups(text);
    else
        ng_text_add(text, fixed[item]);
}

void ng_phrase_truth(const struct ng_comparison *comparison, struct ng_text *text)
{
    const struct ng_estimate floor = {comparison->floor_nll, NAN, NAN};
    const struct ng_estimate ece = {comparison->truth_ece, NAN, NAN};
    if (isfinite(comparison->ceiling))
        ng_text_printf(text,
                       "The truth of this data is known: no classifier can be expected "
                       "to exceed an accuracy of %s on these %zu test rows. ",
                       ng_cell_percent(comparison->ceiling).text,
                       comparison->test_rows);
    if (isfinite(comparison->floor_nll))
        ng_text_printf(text, "The true probabilities have an NLL of %s. ",
                       ng_cell_score(&floor).text);
    if (isfinite(comparison->truth_ece))
        ng_text_printf(
            text,
            "Their own ECE is %s: what perfect calibration looks like at this "
            "number of rows.",
            ng_cell_score(&ece).text);
}

void ng_phrase_groups_left_out(const struct ng_comparison *comparison, size_t shown,
                               struct ng_text *text)
{
    if (shown < comparison->group_count)
        ng_text_printf(text, "The first %zu of %zu groups; all are in comparison.h5.",
                       shown, comparison->group_count);
    size_t suppressed = ng_comparison_suppressed(comparison);
    if (suppressed > 0)
        ng_text_printf(text,
                       "%s%zu group%s of fewer than %d rows: no figure is given, and "
                       "%s as unproven.",
                       text->length > 0 ? " " : "", suppressed,
                       suppressed == 1 ? "" : "s", NG_GROUP_SUPPRESSED_BELOW,
                       suppressed == 1 ? "it counts" : "they count");
}
