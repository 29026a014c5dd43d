/*
 * The verdict on every arm, and the one sentence that answers the experiment's
 * question.
 *
 * Verdict, in this order:
 *   REFERENCE   the arm is its own reference and trained to the end
 *   DIVERGED    the loss of one of its trials became non-finite (the reference too)
 *   NOT_ENOUGH  one seed, or no reference, or its reference diverged: there is
 *               nothing to tell the arm's effect from
 *   SAFE        the 95 % t interval over seeds of the seed-paired accuracy difference
 *               lies wholly above minus the margin
 *   HARM        it lies wholly below minus the margin
 *   UNDECIDED   it touches or holds minus the margin
 *
 * A group with rows is unproven where its own interval is not wholly above minus the
 * margin or too few rows stand behind it (harness/judge/groups.h); it is harmed where
 * it has rows enough and its interval lies wholly below. The reference has neither.
 *
 * The reference of the comparison is the one of highest mean accuracy (the first among
 * equals) of those that did not diverge; where all did, the first.
 *
 * Recommended: among SAFE arms measured against it that save something worth having (a
 * planned peak of at most 0.95 of the reference's and a persistent state of at most 1.01
 * times its), the one of least planned peak; at equal peak of least persistent state; at
 * equal state of better mean accuracy; then the first. Where there is none, the reference
 * is recommended, and the sentence says of the SAFE arms that they save nothing worth
 * having and what the leanest of them needs; none with one seed, without a reference, or
 * where it diverged. The sentence speaks of these arms.
 *
 * Where the reference's mean accuracy is not above the share of the commonest label
 * (largest_class), nothing is recommended and the sentence says why: arms that guess alike
 * show nothing about formats. The verdicts stay what their intervals say.
 *
 * Rows without memory (ng_comparison_has_memory()): the recommended arm is the SAFE one of
 * best mean accuracy, the reference where none is; the sentence speaks of accuracy alone,
 * names every SAFE arm, and says of the others why they are not.
 *
 * The sentence: what to do, its cost in accuracy with the interval, what it saves, how
 * many of the groups that have rows it harms and for how many it is unproven, and the
 * group of the largest mean drop, with which of these it is. Where nothing is recommended
 * it gives every reason: arms that lose more than the margin, are undecided (with the
 * number of further seeds that would settle it if mean and spread stayed as they are,
 * where that is at most 1000), or diverged.
 *
 * Differences are rounded as experiments/record/digits.h says; a peak has as many
 * decimals as it takes to see that the two differ, a state at most two; states that agree
 * to two decimals are no saving and no cost, and are left out.
 *
 * Ownership: the sentence belongs to the arena; NULL when out of memory. Threads: any.
 */
#ifndef NG_HARNESS_JUDGE_ANSWER_H
#define NG_HARNESS_JUDGE_ANSWER_H

#include "experiments/record/comparison.h"

/* Sets every arm's verdict, its unproven and harmed groups (the arrays are there) and the
 * recommendation from the estimates and sizes. */
void ng_answer_verdicts(struct ng_comparison *comparison);

/* After ng_answer_verdicts(). */
char *ng_answer_sentence(const struct ng_comparison *comparison,
                         struct ng_arena *arena);

#endif
