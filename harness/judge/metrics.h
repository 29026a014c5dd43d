/*
 * Metrics of one trial's evaluation rows.
 *
 * Conventions, each a part of the number:
 *   prediction   the class of largest probability, the lowest number among equals
 *   NLL          mean of -ln(p of the label), natural logarithm, p not below
 *                NG_NLL_CLIP = 2^-50 (8.9e-16), so that a probability that underflowed
 * to zero costs 34.7 nats and not infinity ECE          expected calibration error of
 * the top label (Naeini et al. 2015, Guo et al. 2017): sum over bins of rows_b / rows *
 * |accuracy_b - confidence_b|, bins of equal width [lo, hi), the last one closed. The
 * number of bins is a power of two, so that every edge is exact and 0.3 cannot fall
 * into its neighbour. churn        the share of rows that two models predict
 * differently Sums are ng_sum_f64 in row order. A NaN probability makes NLL and ECE
 * NaN.
 *
 * scratch: as many doubles as there are rows, contents unimportant before and after.
 * Threads: any, with scratch of their own.
 */
#ifndef NG_HARNESS_JUDGE_METRICS_H
#define NG_HARNESS_JUDGE_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "experiments/record/run_file.h"
#include "harness/judge/groups.h"

#define NG_NLL_CLIP 0x1p-50f
#define NG_ECE_BINS 16

/* Rows whose prediction is the label. */
size_t ng_metric_correct(const uint32_t *prediction, const uint32_t *label,
                         size_t rows);
/* Rows whose two predictions differ. */
size_t ng_metric_flips(const uint32_t *prediction, const uint32_t *other, size_t rows);
/* probability: rows x classes. */
double ng_metric_nll(const float *probability, const uint32_t *label, size_t rows,
                     size_t classes, double *scratch);
/* The event is prediction = label; confidence is the probability given to it, in [0, 1]
 * (outside: NaN). bins: a power of two. */
double ng_metric_ece(const float *confidence, const uint32_t *prediction,
                     const uint32_t *label, size_t rows, size_t bins, double *scratch);
/* Prediction and confidence of every row of rows x classes probabilities. */
void ng_metric_top(const float *probability, size_t rows, size_t classes,
                   uint32_t *prediction, float *confidence);
/* correct[group]: rows of the group whose prediction is the label. */
void ng_metric_group_correct(const struct ng_groups *groups, const struct ng_rows *rows,
                             size_t *correct);

#endif
