#include "reports/table.h"

#include <string.h>

#include "reports/cells.h"
#include "reports/escape.h"

#define NAME_LENGTH 28
#define BETWEEN     2 /* blanks between columns */

enum column { RECIPE, VERDICT, ACCURACY, NLL, WORST, STATE, PEAK, COLUMNS };

static const char *const heads[COLUMNS] = {"recipe",  "verdict",     "accuracy [95 %]",
                                           "NLL",     "worst group", "state B/param",
                                           "peak MiB"};
/* In the order in which they give way. */
static const enum column optional[] = {NLL, STATE, WORST, PEAK};

static void fill(const struct ng_comparison *comparison, const struct ng_arm *arm,
                 enum column column, struct ng_text *text)
{
    bool absolute =
        ng_reference_arm(comparison) == NULL || ng_is_reference(comparison, arm);
    struct ng_cell cell = {""};
    switch (column) {
    case RECIPE:
        ng_escape_middle(text, arm->label, NAME_LENGTH);
        return;
    case VERDICT:
        ng_text_add(text, ng_verdict_names[arm->verdict]);
        return;
    case ACCURACY:
        cell = absolute
                   ? ng_cell_accuracy(&arm->accuracy)
                   : ng_cell_difference(&arm->accuracy_difference, comparison->margin);
        break;
    case NLL:
        cell = ng_cell_score(&arm->nll);
        break;
    case WORST:
        cell = absolute
                   ? ng_cell_percent(arm->worst_accuracy.mean)
                   : ng_cell_difference(&arm->worst_difference, comparison->margin);
        cell.text[strcspn(cell.text, "[")] = '\0'; /* the mean alone: lines are short */
        break;
    case STATE:
        cell = ng_cell_state(arm);
        break;
    default:
        cell = ng_cell_mib(arm->planned_peak);
    }
    size_t length = strlen(cell.text);
    while (length > 0 && cell.text[length - 1] == ' ')
        length--;
    ng_text_add_n(text, cell.text, length);
}

static const char *head_of(const struct ng_comparison *comparison, enum column column)
{
    return column == RECIPE ? ng_arm_kind(comparison) : heads[column];
}

/* 0: the column says nothing here. */
static size_t widest(const struct ng_comparison *comparison, enum column column)
{
    if ((column == STATE || column == PEAK) && !ng_comparison_has_memory(comparison))
        return 0;
    size_t most = strlen(head_of(comparison, column));
    for (size_t i = 0; i < comparison->arm_count; i++) {
        struct ng_text text = {0};
        fill(comparison, &comparison->arms[i], column, &text);
        size_t length = text.data != NULL ? ng_escape_length(text.data) : 0;
        most = length > most ? length : most;
        ng_text_release(&text);
    }
    return most;
}

static const char *verdict_colour(enum ng_verdict verdict)
{
    switch (verdict) {
    case NG_VERDICT_SAFE:
        return "\033[1;34m";
    case NG_VERDICT_HARM:
    case NG_VERDICT_DIVERGED:
        return "\033[1;31m";
    case NG_VERDICT_UNDECIDED:
        return "\033[1;33m";
    default:
        return "";
    }
}

/* arm NULL: the heads. */
static void print_row(const struct ng_comparison *comparison, const struct ng_arm *arm,
                      const size_t widths[COLUMNS], bool colour, FILE *out)
{
    size_t owed = 0; /* blanks before the next word: none at the end of a line */
    for (int column = 0; column < COLUMNS; column++) {
        if (widths[column] == 0)
            continue;
        struct ng_text text = {0};
        if (arm == NULL)
            ng_text_add(&text, head_of(comparison, (enum column)column));
        else
            fill(comparison, arm, (enum column)column, &text);
        const char *words = text.data != NULL ? text.data : "";
        size_t length = ng_escape_length(words);
        const char *paint = colour && arm != NULL && column == VERDICT
                                ? verdict_colour(arm->verdict)
                                : "";
        fprintf(out, "%*s%s%s%s", (int)owed, "", paint, words,
                *paint != '\0' ? "\033[0m" : "");
        owed = widths[column] - length + BETWEEN;
        ng_text_release(&text);
    }
    fputc('\n', out);
}

void ng_table_print(const struct ng_comparison *comparison, FILE *out, int width,
                    bool colour)
{
    size_t widths[COLUMNS], total = 0;
    for (int column = 0; column < COLUMNS; column++) {
        widths[column] = widest(comparison, (enum column)column);
        total += widths[column] > 0 ? widths[column] + BETWEEN : 0;
    }
    for (size_t i = 0; i < sizeof optional / sizeof *optional; i++) {
        if (width <= 0 || total - BETWEEN <= (size_t)width)
            break;
        if (widths[optional[i]] == 0)
            continue;
        total -= widths[optional[i]] + BETWEEN;
        widths[optional[i]] = 0;
    }
    print_row(comparison, NULL, widths, colour, out);
    for (size_t i = 0; i < comparison->arm_count; i++)
        print_row(comparison, &comparison->arms[i], widths, colour, out);
}
