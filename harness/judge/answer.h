/*
 * The verdict on every arm, and the one sentence that answers the experiment's
 * question.
 *
 * Verdict, in this order:
 *   REFERENCE   the arm is the reference and trained to the end
 *   DIVERGED    the loss of one of its trials became non-finite (the reference too)
 *   NOT_ENOUGH  one seed, or no reference, or the reference itself diverged: there is
 *               nothing to tell the arm's effect from
 *   SAFE        the 95 % t interval over seeds of the seed-paired accuracy difference
 *               lies wholly above minus the margin
 *   HARM        it lies wholly below minus the margin
 *   UNDECIDED   it touches or holds minus the margin
 *
 * Recommended: among SAFE arms, the one of least planned peak; at equal peak of least
 * persistent state; at equal state of better mean accuracy; then the first. Where that
 * arm needs no less memory than the reference (peak first, then state), or no arm is
 * SAFE, the reference is recommended.
 *
 * The sentence: what to do, its cost in accuracy with the interval, what it saves, the
 * hardest-hit group, and for how many groups safety is unproven: those whose own
 * interval is not wholly above minus the margin and those with too few rows to tell
 * (harness/judge/groups.h), of the groups that have rows; named is the unproven group
 * of lowest mean difference, of those with support where there are any. Where nothing
 * is recommended it gives every reason: arms that lose more than the margin, are
 * undecided (with the number of further seeds that would settle it if mean and spread
 * stayed as they are, where that is at most 1000), or diverged.
 *
 * Numbers are rounded to nearest with as many decimals, one to three, as it takes to
 * see the width of the interval and on which side of the margin its ends lie; a size
 * pair has as many as it takes to see that the sizes differ.
 *
 * Ownership: the sentence belongs to the arena; NULL when out of memory. Threads: any.
 */
#ifndef NG_HARNESS_JUDGE_ANSWER_H
#define NG_HARNESS_JUDGE_ANSWER_H

#include "experiments/record/comparison.h"

/* Sets every arm's verdict and the recommendation from the estimates and sizes. */
void ng_answer_verdicts(struct ng_comparison *comparison);

/* After ng_answer_verdicts(). */
char *ng_answer_sentence(const struct ng_comparison *comparison,
                         struct ng_arena *arena);

#endif
