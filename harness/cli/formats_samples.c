#include "harness/cli/formats_samples.h"

#include <math.h>

#include "formats/math/math.h"

#define SEED 1

const char *const ng_distribution_names[] = {"normal",     "uniform",   "laplace",
                                             "log-normal", "student-t", NULL};

/* In -1..1, and 0 nowhere. */
static double symmetric(const struct ng_random *random, uint64_t index)
{
    return ((double)ng_random_u32(random, index) + 0.5) * 0x1p-31 - 1;
}

/* Number `part` of sample `index`; a pair outside the unit circle is drawn again. */
static double normal(struct ng_random random, uint64_t index, uint64_t part)
{
    for (random.step = part << 32;; random.step++) {
        double u = symmetric(&random, 2 * index);
        double v = symmetric(&random, 2 * index + 1);
        double square = u * u + v * v;
        if (square < 1)
            return u * sqrt(-2 * (double)ng_logf((float)square) / square);
    }
}

static double student(const struct ng_random *random, uint64_t index)
{
    double squares = 0;
    for (uint64_t part = 1; part <= 3; part++) {
        double z = normal(*random, index, part);
        squares += z * z;
    }
    return normal(*random, index, 0) / sqrt(squares / 3);
}

static double draw(const struct ng_random *random, enum ng_distribution distribution,
                   uint64_t index)
{
    double u = symmetric(random, index);
    switch (distribution) {
    case NG_NORMAL:
        return normal(*random, index, 0);
    case NG_UNIFORM:
        return u;
    case NG_LAPLACE:
        return copysign(-(double)ng_logf((float)fabs(u)), u);
    case NG_LOG_NORMAL:
        return copysign((double)ng_expf((float)(2 * normal(*random, index, 1))), u);
    case NG_STUDENT_T:
        return student(random, index);
    case NG_DISTRIBUTIONS:
        break;
    }
    return 0;
}

void ng_samples_draw(enum ng_distribution distribution, float *x, size_t n)
{
    const struct ng_random random = {
        .seed = SEED, .stream = ng_stream_key(NG_STREAM_DATA, (uint32_t)distribution)};
    for (size_t i = 0; i < n; i++)
        x[i] = (float)draw(&random, distribution, i);
}
