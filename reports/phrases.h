/*
 * The sentences of a report that HTML and Markdown share. Each appends plain text, which
 * may hold foreign words: the writer escapes it. Threads: any.
 */
#ifndef NG_REPORTS_PHRASES_H
#define NG_REPORTS_PHRASES_H

#include "experiments/record/comparison.h"
#include "formats/base/text.h"
#include "reports/plots.h"

/* What this does not show, one item each: a head and its sentence, which is empty where
 * the item does not apply. */
#define NG_LIMITS 6
const char *ng_phrase_limit_head(size_t item);
void ng_phrase_limit(const struct ng_comparison *comparison, size_t item,
                     struct ng_text *text);

/* Data, model and training, and what was judged. */
void ng_phrase_setup(const struct ng_comparison *comparison, struct ng_text *text);
/* ": 5000 training rows, 20000 test rows, ..." */
void ng_phrase_extent(const struct ng_comparison *comparison, struct ng_text *text);
/* What the recommended recipe narrows; nothing where that is none or the reference. */
void ng_phrase_recommended(const struct ng_comparison *comparison,
                           struct ng_text *text);
/* Why the points of the accuracy plot stand where they stand; nothing without memory. */
void ng_phrase_memory(const struct ng_comparison *comparison, struct ng_text *text);
/* How a picture is read. */
void ng_phrase_caption(const struct ng_comparison *comparison, enum ng_plot plot,
                       struct ng_text *text);
/* For readers who do not see the picture. */
void ng_phrase_alternative(const struct ng_comparison *comparison, enum ng_plot plot,
                           struct ng_text *text);

/* The conventions behind the numbers, one item each; empty where it does not apply. */
#define NG_CONVENTIONS 8
const char *ng_phrase_convention_head(size_t item);
void ng_phrase_convention(const struct ng_comparison *comparison, size_t item,
                          struct ng_text *text);

/* Known truth of the data: ceiling, NLL floor, ECE of the truth. Nothing where unknown. */
void ng_phrase_truth(const struct ng_comparison *comparison, struct ng_text *text);
/* How many groups a table shows of all, where it does not show all, and how many are
 * suppressed. */
void ng_phrase_groups_left_out(const struct ng_comparison *comparison, size_t shown,
                               struct ng_text *text);

#endif
