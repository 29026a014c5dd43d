#include "harness/judge/answer.h"

#include <math.h>
#include <string.h>

#include "harness/judge/groups.h"
#include "harness/judge/words.h"
#include "harness/stats/stats.h"

/* Further seeds beyond this are not an advice. */
#define MOST_SEEDS 1000

/* A saving worth having, against the reference: so much of its peak at most, and so much
 * of its state. */
#define MOST_PEAK  0.95
#define MOST_STATE 1.01

/* The interval against minus the margin; neither where there is no interval. */
static bool wholly_above(const struct ng_estimate *difference, double margin)
{
    return difference->low > -margin;
}

static bool wholly_below(const struct ng_estimate *difference, double margin)
{
    return difference->high < -margin;
}

static const struct ng_arm *reference_of(const struct ng_comparison *c)
{
    return c->reference < 0 ? NULL : &c->arms[c->reference];
}

static bool is_reference(const struct ng_comparison *c, const struct ng_arm *arm)
{
    return arm->reference == (int)(arm - c->arms);
}

/* Measured against the comparison's reference, or against none where there is none? */
static bool is_candidate(const struct ng_comparison *c, const struct ng_arm *arm)
{
    return arm->reference == c->reference && !is_reference(c, arm);
}

/* What arms are called: rows from elsewhere know of no recipes. */
static const char *arms_word(const struct ng_comparison *c)
{
    return ng_comparison_has_memory(c) ? "recipes" : "arms";
}

static size_t candidates_of(const struct ng_comparison *c)
{
    size_t count = 0;
    for (size_t a = 0; a < c->arm_count; a++)
        count += is_candidate(c, &c->arms[a]);
    return count;
}

static size_t references_of(const struct ng_comparison *c)
{
    size_t count = 0;
    for (size_t a = 0; a < c->arm_count; a++)
        count += is_reference(c, &c->arms[a]);
    return count;
}

/* The better reference: one that trained to the end, then the more accurate. */
static int best_reference(const struct ng_comparison *c)
{
    int best = -1;
    for (size_t a = 0; a < c->arm_count; a++) {
        const struct ng_arm *arm = &c->arms[a];
        if (!is_reference(c, arm))
            continue;
        bool whole = arm->diverged == 0;
        bool beaten = best >= 0 && c->arms[best].diverged > 0;
        if (best < 0 ||
            (whole && (beaten || arm->accuracy.mean > c->arms[best].accuracy.mean)))
            best = (int)a;
    }
    return best;
}

/* Has the reference learnt no more than the labels' shares? */
static bool only_guesses(const struct ng_comparison *c)
{
    const struct ng_arm *reference = reference_of(c);
    return reference != NULL && reference->diverged == 0 &&
           reference->accuracy.mean <= c->largest_class;
}

static enum ng_verdict verdict_of(const struct ng_comparison *c,
                                  const struct ng_arm *arm)
{
    if (arm->diverged > 0)
        return NG_VERDICT_DIVERGED;
    if (is_reference(c, arm))
        return NG_VERDICT_REFERENCE;
    if (arm->reference < 0 || c->arms[arm->reference].diverged > 0 ||
        isnan(arm->accuracy_difference.low))
        return NG_VERDICT_NOT_ENOUGH;
    if (wholly_above(&arm->accuracy_difference, c->margin))
        return NG_VERDICT_SAFE;
    return wholly_below(&arm->accuracy_difference, c->margin) ? NG_VERDICT_HARM
                                                              : NG_VERDICT_UNDECIDED;
}

/* Less memory: peak first, then state. */
static bool needs_less(const struct ng_arm *a, const struct ng_arm *b)
{
    if (a->planned_peak != b->planned_peak)
        return a->planned_peak < b->planned_peak;
    return a->persistent_bytes < b->persistent_bytes;
}

static bool is_worth_having(const struct ng_comparison *c, const struct ng_arm *arm)
{
    const struct ng_arm *reference = reference_of(c);
    return !ng_comparison_has_memory(c) ||
           ((double)arm->planned_peak <= MOST_PEAK * (double)reference->planned_peak &&
            (double)arm->persistent_bytes <=
                MOST_STATE * (double)reference->persistent_bytes);
}

static bool is_better(const struct ng_arm *a, const struct ng_arm *b)
{
    if (needs_less(a, b) || needs_less(b, a))
        return needs_less(a, b);
    return a->accuracy_difference.mean > b->accuracy_difference.mean;
}

/* The number of candidates with this verdict, and the one that needs least memory of
 * them. */
static size_t leanest(const struct ng_comparison *c, enum ng_verdict verdict,
                      const struct ng_arm **found)
{
    size_t count = 0;
    *found = NULL;
    for (size_t a = 0; a < c->arm_count; a++) {
        const struct ng_arm *arm = &c->arms[a];
        if (!is_candidate(c, arm) || arm->verdict != verdict)
            continue;
        count++;
        if (*found == NULL || is_better(arm, *found))
            *found = arm;
    }
    return count;
}

/* Of the SAFE candidates that save something worth having the leanest, or NULL. */
static const struct ng_arm *best_saving(const struct ng_comparison *c)
{
    const struct ng_arm *found = NULL;
    for (size_t a = 0; a < c->arm_count; a++) {
        const struct ng_arm *arm = &c->arms[a];
        if (is_candidate(c, arm) && arm->verdict == NG_VERDICT_SAFE &&
            is_worth_having(c, arm) && (found == NULL || is_better(arm, found)))
            found = arm;
    }
    return found;
}

static void judge_groups(const struct ng_comparison *c, struct ng_arm *arm)
{
    arm->unproven_groups = arm->harmed_groups = 0;
    for (size_t g = 0; g < c->group_count; g++) {
        const struct ng_estimate *difference = &arm->group_difference[g];
        bool judged =
            (c->groups[g].rows > 0 || c->groups[g].suppressed) && !is_reference(c, arm);
        bool support = ng_group_has_support(&c->groups[g]);
        arm->group_unproven[g] =
            judged && !(support && wholly_above(difference, c->margin));
        arm->group_harmed[g] = judged && support && wholly_below(difference, c->margin);
        arm->unproven_groups += arm->group_unproven[g];
        arm->harmed_groups += arm->group_harmed[g];
    }
}

void ng_answer_verdicts(struct ng_comparison *c)
{
    c->reference = best_reference(c);
    for (size_t a = 0; a < c->arm_count; a++) {
        c->arms[a].verdict = verdict_of(c, &c->arms[a]);
        judge_groups(c, &c->arms[a]);
    }
    c->recommended = -1;
    if (c->seed_count < 2 || c->reference < 0 || reference_of(c)->diverged > 0 ||
        only_guesses(c))
        return;
    const struct ng_arm *best = best_saving(c);
    c->recommended = best != NULL ? (int)(best - c->arms) : c->reference;
}

static void add_bytes_and_state(const struct ng_arm *arm,
                                const struct ng_arm *reference, struct ng_text *text)
{
    ng_text_add(text, "peak memory ");
    ng_words_bytes(arm->planned_peak, reference->planned_peak, text);
    if (arm->parameters == 0 || reference->parameters == 0)
        return;
    ng_words_state((double)arm->persistent_bytes / (double)arm->parameters,
                   (double)reference->persistent_bytes / (double)reference->parameters,
                   text);
}

/* "but it harms 1 of 25 groups, and 3 seeds cannot prove it safe for 15 more, 2 of them
 * suppressed with fewer than 10 rows" */
static void add_group_counts(const struct ng_comparison *c, const struct ng_arm *arm,
                             struct ng_text *text)
{
    size_t harmed = arm->harmed_groups, open = arm->unproven_groups - harmed;
    if (arm->unproven_groups == 0)
        ng_text_printf(text, "shown to be safe for each of the %zu groups",
                       c->groups_with_rows);
    if (harmed > 0)
        ng_text_printf(text, "but it harms %zu of %zu groups", harmed,
                       c->groups_with_rows);
    if (open > 0)
        ng_text_printf(text, "%s %zu seeds cannot prove it safe for %zu",
                       harmed > 0 ? ", and" : "but", c->seed_count, open);
    if (open > 0 && harmed > 0)
        ng_text_add(text, " more");
    else if (open > 0)
        ng_text_printf(text, " of %zu groups", c->groups_with_rows);
    size_t suppressed = ng_comparison_suppressed(c);
    if (open > 0 && suppressed > 0)
        ng_text_printf(text, ", %zu of them suppressed with fewer than %d rows",
                       suppressed, NG_GROUP_SUPPRESSED_BELOW);
}

static void add_groups(const struct ng_comparison *c, const struct ng_arm *arm,
                       struct ng_text *text)
{
    size_t hardest = arm->hardest_hit_group;
    if (c->groups_with_rows == 0) {
        ng_text_add(text,
                    "; no groups were declared, so it is unproven for every group");
        return;
    }
    ng_text_add(text, "; ");
    add_group_counts(c, arm, text);
    if (hardest == c->group_count || !(arm->group_difference[hardest].mean < 0.0)) {
        ng_text_add(text, "; no group loses accuracy on average");
        return;
    }
    ng_text_add(text, " (largest drop: ");
    ng_group_words(&c->groups[hardest], text);
    ng_text_add(text, ", ");
    ng_words_difference(&arm->group_difference[hardest], c->margin, text);
    ng_text_printf(text, ", %s)",
                   arm->group_harmed[hardest]     ? "harmed"
                   : arm->group_unproven[hardest] ? "unproven"
                                                  : "safe");
}

/* Without memory nothing singles out one SAFE arm but its accuracy: name them all. */
static void add_also_safe(const struct ng_comparison *c, const struct ng_arm *named,
                          struct ng_text *text)
{
    const struct ng_arm *first;
    size_t left = leanest(c, NG_VERDICT_SAFE, &first) - 1;
    const char *between = left > 1 ? ", as are " : ", as is ";
    for (size_t a = 0; a < c->arm_count; a++) {
        const struct ng_arm *arm = &c->arms[a];
        if (!is_candidate(c, arm) || arm->verdict != NG_VERDICT_SAFE || arm == named)
            continue;
        ng_text_printf(text, "%s%s", between, arm->label);
        between = --left == 1 ? " and " : ", ";
    }
}

static void add_reasons(const struct ng_comparison *c, const char *first,
                        struct ng_text *text);

static void add_recommendation(const struct ng_comparison *c, struct ng_text *text)
{
    const struct ng_arm *arm = &c->arms[c->recommended];
    bool memory = ng_comparison_has_memory(c);
    ng_text_printf(text, "%s is safe overall: accuracy ", arm->label);
    ng_words_difference(&arm->accuracy_difference, c->margin, text);
    ng_text_add(text, " within the ");
    ng_words_margin(c->margin, text);
    ng_text_add(text, " margin");
    if (memory) {
        ng_text_add(text, ", ");
        add_bytes_and_state(arm, reference_of(c), text);
    } else {
        ng_text_printf(text, " of %s", reference_of(c)->label);
        add_also_safe(c, arm, text);
    }
    add_groups(c, arm, text);
    if (!memory)
        add_reasons(c, "; ", text);
}

/* "fp8-e5m2 diverges (...)" and the like: what keeps one arm from being SAFE. */
static void add_failing(const struct ng_comparison *c, const struct ng_arm *arm,
                        struct ng_text *text)
{
    if (arm->verdict == NG_VERDICT_DIVERGED) {
        ng_text_printf(text, "non-finite loss in %zu of %zu trials", arm->diverged,
                       arm->seeds);
        return;
    }
    ng_words_difference(&arm->accuracy_difference, c->margin, text);
    if (arm->verdict != NG_VERDICT_UNDECIDED)
        return;
    size_t needed = ng_stats_values_needed(&arm->accuracy_difference, arm->seeds,
                                           -c->margin, MOST_SEEDS);
    if (needed > 0)
        ng_text_printf(text, ", about %zu more seed%s would settle it",
                       needed - arm->seeds, needed - arm->seeds == 1 ? "" : "s");
    else
        ng_text_add(text, ", more seeds are unlikely to settle it");
}

/* The arm to name for a verdict: nearest to being SAFE, or the first. */
static const struct ng_arm *nearest(const struct ng_comparison *c,
                                    enum ng_verdict verdict, size_t *count)
{
    const struct ng_arm *found = NULL;
    *count = 0;
    for (size_t a = 0; a < c->arm_count; a++) {
        const struct ng_arm *arm = &c->arms[a];
        if (!is_candidate(c, arm) || arm->verdict != verdict)
            continue;
        ++*count;
        if (found == NULL ||
            (verdict != NG_VERDICT_DIVERGED &&
             arm->accuracy_difference.mean > found->accuracy_difference.mean))
            found = arm;
    }
    return found;
}

struct reason {
    enum ng_verdict verdict;
    const char *one, *many, *which;
};

static const struct reason reasons[] = {
    {NG_VERDICT_HARM, "loses more than the margin", "lose more than the margin",
     "the least is "},
    {NG_VERDICT_UNDECIDED, "is undecided", "are undecided", "the best is "},
    {NG_VERDICT_DIVERGED, "diverged", "diverged", "the first is "},
};

static void add_reason(const struct ng_comparison *c, const struct reason *reason,
                       const char *between, struct ng_text *text)
{
    size_t count, candidates = candidates_of(c);
    const struct ng_arm *arm = nearest(c, reason->verdict, &count);
    ng_text_add(text, between);
    if (count == 1)
        ng_text_printf(text, "%s %s (", arm->label, reason->one);
    else
        ng_text_printf(text, "%s%zu %s %s (%s%s, ", count == candidates ? "all " : "",
                       count, arms_word(c), reason->many, reason->which, arm->label);
    add_failing(c, arm, text);
    ng_text_add(text, ")");
}

static void add_reasons(const struct ng_comparison *c, const char *first,
                        struct ng_text *text)
{
    const char *between = first;
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        size_t count;
        nearest(c, reasons[i].verdict, &count);
        if (count == 0)
            continue;
        add_reason(c, &reasons[i], between, text);
        between = "; ";
    }
}

/* Of several, the one that needs least memory stands for all. */
static void add_no_saving(const struct ng_comparison *c, struct ng_text *text)
{
    const struct ng_arm *arm, *reference = reference_of(c);
    size_t count = leanest(c, NG_VERDICT_SAFE, &arm);
    ng_text_printf(text, "Stay in %s: ", reference->label);
    if (count == 1)
        ng_text_printf(text, "%s is safe (accuracy ", arm->label);
    else
        ng_text_printf(text, "%zu recipes are safe (the leanest is %s, accuracy ",
                       count, arm->label);
    ng_words_difference(&arm->accuracy_difference, c->margin, text);
    ng_text_printf(text,
                   ") but save%s nothing worth having (%.0f %% of the peak memory, "
                   "without more state): %s has ",
                   count == 1 ? "s" : "", 100.0 * (1.0 - MOST_PEAK), arm->label);
    add_bytes_and_state(arm, reference, text);
    add_reasons(c, "; ", text);
}

static void add_stay(const struct ng_comparison *c, struct ng_text *text)
{
    ng_text_printf(text,
                   "Stay in %s, because no other %.*s is shown to keep accuracy "
                   "within the ",
                   reference_of(c)->label, (int)strlen(arms_word(c)) - 1, arms_word(c));
    ng_words_margin(c->margin, text);
    ng_text_add(text, " margin");
    add_reasons(c, ": ", text);
}

static void add_advice(const struct ng_comparison *c, struct ng_text *text)
{
    const struct ng_arm *safe;
    if (c->recommended != c->reference)
        add_recommendation(c, text);
    else if (leanest(c, NG_VERDICT_SAFE, &safe) > 0)
        add_no_saving(c, text);
    else
        add_stay(c, text);
}

static void add_guessing(const struct ng_comparison *c, struct ng_text *text)
{
    const struct ng_arm *reference = reference_of(c);
    ng_text_printf(text, "The reference %s itself (accuracy ", reference->label);
    ng_words_percent(reference->accuracy.mean, text);
    ng_text_add(text, ") is no better than always guessing the commonest class (");
    ng_words_percent(c->largest_class, text);
    ng_text_add(text, "), so nothing follows for the formats");
}

static void add_sentence(const struct ng_comparison *c, struct ng_text *text)
{
    const struct ng_arm *reference = reference_of(c);
    size_t diverged, references = references_of(c);
    nearest(c, NG_VERDICT_DIVERGED, &diverged);
    if (c->seed_count == 1) {
        ng_text_add(text,
                    ng_comparison_has_memory(c)
                        ? "Not enough evidence: one seed cannot tell a recipe's effect "
                          "from seed noise; run at least three"
                        : "Not enough evidence: one seed cannot tell an arm's effect "
                          "from seed noise; give the rows of at least three");
        if (diverged > 0)
            add_reason(c, &reasons[2], "; even so, ", text);
        if (only_guesses(c)) {
            ng_text_add(text, ". ");
            add_guessing(c, text);
        }
    } else if (reference == NULL) {
        ng_text_add(text, "Not enough evidence: no fp32 arm was trained to measure the "
                          "others against; add fp32 to the sweep's recipes");
    } else if (reference->diverged > 0) {
        ng_text_printf(text,
                       "Not enough evidence: the reference %s itself diverged "
                       "(non-finite loss in %zu of %zu trials), so nothing can be "
                       "measured against it; lower the learning rate",
                       reference->label, reference->diverged, reference->seeds);
    } else if (candidates_of(c) == 0 && references == 1) {
        ng_text_printf(text, "Nothing to compare: %s is the only arm; add %s",
                       reference->label,
                       ng_comparison_has_memory(c) ? "recipes to the sweep"
                                                   : "the rows of another");
    } else if (candidates_of(c) == 0) {
        ng_text_add(text,
                    "Nothing to compare: every arm is a reference of recipe fp32; "
                    "add recipes to the sweep");
    } else if (only_guesses(c)) {
        add_guessing(c, text);
        ng_text_add(text, ": a verdict of SAFE says here only that they guess alike");
    } else {
        if (references > 1)
            ng_text_printf(text, "%s is the most accurate of %zu references. ",
                           reference->label, references);
        add_advice(c, text);
    }
    ng_text_add(text, ".");
}

char *ng_answer_sentence(const struct ng_comparison *comparison, struct ng_arena *arena)
{
    struct ng_text text = {0};
    add_sentence(comparison, &text);
    char *sentence = text.failed ? NULL : ng_arena_text(arena, text.data);
    ng_text_release(&text);
    return sentence;
}
