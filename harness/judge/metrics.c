#include "harness/judge/metrics.h"

#include <math.h>

#include "formats/math/math.h"

size_t ng_metric_correct(const uint32_t *prediction, const uint32_t *label, size_t rows)
{
    return rows - ng_metric_flips(prediction, label, rows);
}

size_t ng_metric_flips(const uint32_t *prediction, const uint32_t *other, size_t rows)
{
    size_t flips = 0;
    for (size_t i = 0; i < rows; i++)
        flips += prediction[i] != other[i];
    return flips;
}

double ng_metric_nll(const float *probability, const uint32_t *label, size_t rows,
                     size_t classes, double *scratch)
{
    for (size_t i = 0; i < rows; i++) {
        float p = probability[i * classes + label[i]];
        /* Written so that a NaN passes the clip. */
        scratch[i] = -(double)ng_logf(p < NG_NLL_CLIP ? NG_NLL_CLIP : p);
    }
    return ng_sum_f64(scratch, rows) / (double)rows;
}

double ng_metric_ece(const float *confidence, const uint32_t *prediction,
                     const uint32_t *label, size_t rows, size_t bins, double *scratch)
{
    for (size_t i = 0; i < rows; i++)
        if (!(confidence[i] >= 0.0f && confidence[i] <= 1.0f))
            return (double)NAN;
    double total = 0.0;
    for (size_t b = 0; b < bins; b++) {
        size_t members = 0;
        for (size_t i = 0; i < rows; i++) {
            size_t bin = (size_t)(confidence[i] * (float)bins);
            if (bin == b || (bin == bins && b + 1 == bins))
                scratch[members++] =
                    (prediction[i] == label[i] ? 1.0 : 0.0) - (double)confidence[i];
        }
        /* rows_b * |accuracy_b - confidence_b| is the absolute sum of the differences.
         */
        total += fabs(ng_sum_f64(scratch, members));
    }
    return total / (double)rows;
}

void ng_metric_top(const float *probability, size_t rows, size_t classes,
                   uint32_t *prediction, float *confidence)
{
    for (size_t i = 0; i < rows; i++) {
        const float *p = probability + i * classes;
        uint32_t best = 0;
        for (uint32_t k = 1; k < classes; k++)
            if (p[k] > p[best])
                best = k;
        prediction[i] = best;
        confidence[i] = p[best];
    }
}

void ng_metric_group_correct(const struct ng_groups *groups, const struct ng_rows *rows,
                             size_t *correct)
{
    for (size_t g = 0; g < groups->count; g++)
        correct[g] = 0;
    for (size_t a = 0; a < groups->axis_count; a++)
        for (size_t i = 0; i < rows->rows; i++)
            if (rows->prediction[i] == rows->label[i])
                correct[ng_group_of(groups, a, rows, i)]++;
}
