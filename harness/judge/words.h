/*
 * Numbers as an answer's words, honestly rounded (experiments/record/digits.h and
 * harness/judge/answer.h say how).
 * No locale: the decimal sign is a point wherever the process has not chosen another
 * one. Threads: any, with texts of their own.
 */
#ifndef NG_HARNESS_JUDGE_WORDS_H
#define NG_HARNESS_JUDGE_WORDS_H

#include "experiments/record/comparison.h"
#include "formats/base/text.h"

/* "0.5 pt" */
void ng_words_margin(double margin, struct ng_text *text);
/* "76.4 %" of 0.764 */
void ng_words_percent(double share, struct ng_text *text);
/* "-0.1 pt [-0.3, +0.1]"; differences and margin are fractions. */
void ng_words_difference(const struct ng_estimate *difference, double margin,
                         struct ng_text *text);
/* "3.1 instead of 5.1 MiB", "the same 5.1 MiB" */
void ng_words_bytes(size_t bytes, size_t instead, struct ng_text *text);
/* ", state 7.0 instead of 16.0 bytes per parameter"; nothing where they agree to two
 * decimals. */
void ng_words_state(double bytes, double instead, struct ng_text *text);

#endif
