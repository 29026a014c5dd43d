#include "harness/judge/answer.h"

#include <math.h>

#include "harness/judge/groups.h"
#include "harness/judge/words.h"
#include "harness/stats/stats.h"

/* Further seeds beyond this are not an advice. */
#define MOST_SEEDS 1000

static bool wholly_above(const struct ng_estimate *difference, double margin)
{
    return difference->low > -margin;
}

static const struct ng_arm *reference_of(const struct ng_comparison *c)
{
    return c->reference < 0 ? NULL : &c->arms[c->reference];
}

static enum ng_verdict verdict_of(const struct ng_comparison *c, size_t a)
{
    const struct ng_arm *arm = &c->arms[a], *reference = reference_of(c);
    if (arm->diverged > 0)
        return NG_VERDICT_DIVERGED;
    if (arm == reference)
        return NG_VERDICT_REFERENCE;
    if (reference == NULL || reference->diverged > 0 ||
        isnan(arm->accuracy_difference.low))
        return NG_VERDICT_NOT_ENOUGH;
    if (wholly_above(&arm->accuracy_difference, c->margin))
        return NG_VERDICT_SAFE;
    return arm->accuracy_difference.high < -c->margin ? NG_VERDICT_HARM
                                                      : NG_VERDICT_UNDECIDED;
}

/* Less memory: peak first, then state. */
static bool needs_less(const struct ng_arm *a, const struct ng_arm *b)
{
    if (a->planned_peak != b->planned_peak)
        return a->planned_peak < b->planned_peak;
    return a->persistent_bytes < b->persistent_bytes;
}

static bool is_better(const struct ng_arm *a, const struct ng_arm *b)
{
    if (needs_less(a, b) || needs_less(b, a))
        return needs_less(a, b);
    return a->accuracy_difference.mean > b->accuracy_difference.mean;
}

/* The number of candidates (arms that are not the reference) with this verdict, and the
 * one that needs least memory of them. */
static size_t leanest(const struct ng_comparison *c, enum ng_verdict verdict,
                      const struct ng_arm **found)
{
    size_t count = 0;
    *found = NULL;
    for (size_t a = 0; a < c->arm_count; a++) {
        const struct ng_arm *arm = &c->arms[a];
        if ((int)a == c->reference || arm->verdict != verdict)
            continue;
        count++;
        if (*found == NULL || is_better(arm, *found))
            *found = arm;
    }
    return count;
}

void ng_answer_verdicts(struct ng_comparison *c)
{
    const struct ng_arm *safe;
    for (size_t a = 0; a < c->arm_count; a++)
        c->arms[a].verdict = verdict_of(c, a);
    leanest(c, NG_VERDICT_SAFE, &safe);
    c->recommended = safe != NULL && needs_less(safe, reference_of(c))
                         ? (int)(safe - c->arms)
                         : c->reference;
}

static void add_bytes_and_state(const struct ng_arm *arm,
                                const struct ng_arm *reference, struct ng_text *text)
{
    ng_text_add(text, "peak memory ");
    ng_words_bytes(arm->planned_peak, reference->planned_peak, text);
    if (arm->parameters == 0 || reference->parameters == 0)
        return;
    ng_text_add(text, ", state ");
    ng_words_state((double)arm->persistent_bytes / (double)arm->parameters,
                   (double)reference->persistent_bytes / (double)reference->parameters,
                   text);
}

/* Unproven groups of an arm, of `present` groups with rows; worst: the one to name. */
static size_t unproven_groups(const struct ng_comparison *c, const struct ng_arm *arm,
                              size_t *present, size_t *worst)
{
    size_t count = 0;
    *present = 0;
    *worst = c->group_count;
    for (size_t g = 0; g < c->group_count; g++) {
        const struct ng_group *group = &c->groups[g];
        if (group->rows == 0)
            continue;
        ++*present;
        if (ng_group_has_support(group) &&
            wholly_above(&arm->group_difference[g], c->margin))
            continue;
        count++;
        if (*worst == c->group_count) {
            *worst = g;
            continue;
        }
        bool more = ng_group_has_support(group);
        bool had = ng_group_has_support(&c->groups[*worst]);
        if (more != had
                ? more
                : arm->group_difference[g].mean < arm->group_difference[*worst].mean)
            *worst = g;
    }
    return count;
}

static void add_group(const struct ng_comparison *c, const struct ng_arm *arm, size_t g,
                      const char *between, struct ng_text *text)
{
    ng_group_words(&c->groups[g], text);
    ng_text_add(text, between);
    ng_words_difference(&arm->group_difference[g], c->margin, text);
}

static void add_groups(const struct ng_comparison *c, const struct ng_arm *arm,
                       struct ng_text *text)
{
    size_t hardest = arm->hardest_hit_group, present, worst;
    size_t unproven = unproven_groups(c, arm, &present, &worst);
    if (present == 0) {
        ng_text_add(text,
                    "; no groups were declared, so it is unproven for every group");
        return;
    }
    bool names_hardest =
        hardest < c->group_count && arm->group_difference[hardest].mean < 0.0;
    if (names_hardest) {
        ng_text_add(text, "; the hardest-hit group is ");
        add_group(c, arm, hardest, " (", text);
        ng_text_add(text, ")");
    } else {
        ng_text_add(text, "; no group loses accuracy on average");
    }
    if (unproven == 0) {
        ng_text_printf(text, ", and safety is shown for all %zu groups", present);
        return;
    }
    ng_text_printf(text, ", and safety is unproven for %zu of %zu groups (", unproven,
                   present);
    if (names_hardest && worst == hardest) {
        ng_text_add(text, unproven == 1 ? "that one" : "that one worst");
    } else {
        ng_text_add(text, "worst: ");
        add_group(c, arm, worst, ", ", text);
    }
    ng_text_add(text, ")");
}

static void add_recommendation(const struct ng_comparison *c, struct ng_text *text)
{
    const struct ng_arm *arm = &c->arms[c->recommended];
    ng_text_printf(text, "%s is safe here: accuracy ", arm->label);
    ng_words_difference(&arm->accuracy_difference, c->margin, text);
    ng_text_add(text, " within the ");
    ng_words_margin(c->margin, text);
    ng_text_add(text, " margin, ");
    add_bytes_and_state(arm, reference_of(c), text);
    add_groups(c, arm, text);
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
        if ((int)a == c->reference || arm->verdict != verdict)
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
    size_t count, candidates = c->arm_count - (c->reference >= 0);
    const struct ng_arm *arm = nearest(c, reason->verdict, &count);
    ng_text_add(text, between);
    if (count == 1)
        ng_text_printf(text, "%s %s (", arm->label, reason->one);
    else
        ng_text_printf(text, "%s%zu recipes %s (%s%s, ",
                       count == candidates ? "all " : "", count, reason->many,
                       reason->which, arm->label);
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

static void add_no_saving(const struct ng_comparison *c, struct ng_text *text)
{
    const struct ng_arm *arm, *reference = reference_of(c);
    size_t count = leanest(c, NG_VERDICT_SAFE, &arm);
    if (count == 1)
        ng_text_printf(text, "%s is safe", arm->label);
    else
        ng_text_printf(text, "%zu recipes are safe", count);
    ng_text_printf(text, " (%s", count == 1 ? "accuracy " : "the leanest is ");
    if (count > 1)
        ng_text_printf(text, "%s, accuracy ", arm->label);
    ng_words_difference(&arm->accuracy_difference, c->margin, text);
    ng_text_printf(text, ") but save%s no memory: stay in %s, because %s needs ",
                   count == 1 ? "s" : "", reference->label, arm->label);
    add_bytes_and_state(arm, reference, text);
    add_reasons(c, "; ", text);
}

static void add_stay(const struct ng_comparison *c, struct ng_text *text)
{
    ng_text_printf(text,
                   "Stay in %s, because no other recipe is shown to keep accuracy "
                   "within the ",
                   reference_of(c)->label);
    ng_words_margin(c->margin, text);
    ng_text_add(text, " margin");
    add_reasons(c, ": ", text);
}

static void add_sentence(const struct ng_comparison *c, struct ng_text *text)
{
    const struct ng_arm *reference = reference_of(c), *safe;
    size_t diverged, candidates = c->arm_count - (reference != NULL);
    nearest(c, NG_VERDICT_DIVERGED, &diverged);
    if (c->seed_count == 1) {
        ng_text_add(text, "Not enough evidence: one seed cannot tell a recipe's effect "
                          "from seed noise; run at least three");
        if (diverged > 0)
            add_reason(c, &reasons[2], "; even so, ", text);
    } else if (reference == NULL) {
        ng_text_add(text, "Not enough evidence: no fp32 arm was trained to measure the "
                          "others against; add fp32 to the sweep's recipes");
    } else if (reference->diverged > 0) {
        ng_text_printf(text,
                       "Not enough evidence: the reference %s itself diverged "
                       "(non-finite loss in %zu of %zu trials), so nothing can be "
                       "measured against it; lower the learning rate",
                       reference->label, reference->diverged, reference->seeds);
    } else if (candidates == 0) {
        ng_text_printf(
            text, "Nothing to compare: %s is the only arm; add recipes to the sweep",
            reference->label);
    } else if (c->recommended != c->reference) {
        add_recommendation(c, text);
    } else if (leanest(c, NG_VERDICT_SAFE, &safe) > 0) {
        add_no_saving(c, text);
    } else {
        add_stay(c, text);
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
