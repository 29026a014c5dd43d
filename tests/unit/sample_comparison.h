/*
 * A comparison like the one of the quickstart, for tests of what shows one. Everything
 * belongs to the arena; out of memory ends the test. Threads: any.
 */
#ifndef NG_TESTS_UNIT_SAMPLE_COMPARISON_H
#define NG_TESTS_UNIT_SAMPLE_COMPARISON_H

#include "experiments/record/comparison.h"

#define NG_SAMPLE_STEPS  240
#define NG_SAMPLE_GROUPS 6

/* The five recipes in turn, for as many arms. */
void ng_sample_comparison(struct ng_comparison *comparison, struct ng_arena *arena,
                          size_t arms);

struct ng_estimate ng_sample_undefined(void);
char *ng_sample_text(struct ng_arena *arena, const char *text);
void *ng_sample_array(struct ng_arena *arena, size_t count, size_t size);

/* The table as ng_table_print() writes it; the arena's. */
char *ng_sample_table(const struct ng_comparison *comparison, struct ng_arena *arena,
                      int width, bool colour);

#endif
