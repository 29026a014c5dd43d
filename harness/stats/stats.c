#include "harness/stats/stats.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_statistics_double.h>
#include <gsl/gsl_version.h>
#include <math.h>
#include <stdbool.h>
#include <pthread.h>

#include "formats/math/math.h"

static void quieten_gsl(void)
{
    gsl_set_error_handler_off();
}

double ng_stats_t_quantile(double p, double freedom)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, quieten_gsl);
    if (!(p > 0.0 && p < 1.0) || !(freedom > 0.0))
        return (double)NAN;
    return gsl_cdf_tdist_Pinv(p, freedom);
}

static double half_width(double deviation, size_t n)
{
    double t = ng_stats_t_quantile(0.5 + NG_STATS_LEVEL / 2.0, (double)(n - 1));
    return t * deviation / sqrt((double)n);
}

static bool all_equal(const double *values, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (!(values[i] == values[0]))
            return false;
    return true;
}

struct ng_estimate ng_stats_estimate(const double *values, size_t n)
{
    return ng_stats_estimate_stepped(values, n, 0.0);
}

struct ng_estimate ng_stats_estimate_stepped(const double *values, size_t n,
                                             double step)
{
    struct ng_estimate estimate = {(double)NAN, (double)NAN, (double)NAN};
    if (n == 0)
        return estimate;
    /* n equal values need not sum to exactly n times the value, so their mean is taken
     * as what it is: otherwise a point would become an interval one ulp wide. */
    bool equal = all_equal(values, n);
    estimate.mean = equal ? values[0] : ng_sum_f64(values, n) / (double)n;
    if (n == 1)
        return estimate;
    double deviation = equal ? 0.0 : gsl_stats_sd_m(values, 1, n, estimate.mean);
    /* The deviation that cutting to whole steps alone would cause. */
    double least = step / sqrt(12.0);
    double half = half_width(deviation < least ? least : deviation, n);
    estimate.low = estimate.mean - half;
    estimate.high = estimate.mean + half;
    return estimate;
}

size_t ng_stats_values_needed(const struct ng_estimate *estimate, size_t n,
                              double bound, size_t most)
{
    double distance = fabs(estimate->mean - bound);
    double half = (estimate->high - estimate->low) / 2.0;
    if (n < 2 || !(distance > 0.0) || !isfinite(half))
        return 0;
    double deviation = half / half_width(1.0, n);
    for (size_t m = n + 1; m <= most; m++)
        if (half_width(deviation, m) < distance)
            return m;
    return 0;
}

const char *ng_stats_gsl_version(void)
{
    return gsl_version;
}
