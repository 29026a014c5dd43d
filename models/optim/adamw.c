#include "models/optim/adamw.h"

#include <math.h>

#include "formats/base/cpu.h"
#include "formats/math/math.h"
#include "formats/quant/qmatrix.h"
#include "models/graph.h"

#define CHUNK NG_MODEL_CHUNK

/* The step's constants, each rounded once from FP64. */
struct constants {
    float beta1, beta2, one_minus_beta1, one_minus_beta2;
    float rate, root, epsilon, decay; /* lr/(1-p1), sqrt(1-p2), eps, lr*decay */
};

struct chunk {
    float g[CHUNK], m[CHUNK], v[CHUNK], w[CHUNK];
};

static inline __attribute__((always_inline)) void
moment1_body(const struct constants *c, struct chunk *x)
{
    for (size_t i = 0; i < CHUNK; i++)
        x->m[i] = c->beta1 * x->m[i] + c->one_minus_beta1 * x->g[i];
}

static inline __attribute__((always_inline)) void update_body(const struct constants *c,
                                                              struct chunk *x)
{
    for (size_t i = 0; i < CHUNK; i++) {
        float v = c->beta2 * x->v[i] + c->one_minus_beta2 * (x->g[i] * x->g[i]);
        float step = c->rate * (x->m[i] / (sqrtf(v) / c->root + c->epsilon));
        x->v[i] = v;
        x->w[i] = (x->w[i] - c->decay * x->w[i]) - step;
    }
}

static void moment1_scalar(const struct constants *c, struct chunk *x)
{
    moment1_body(c, x);
}

static void update_scalar(const struct constants *c, struct chunk *x)
{
    update_body(c, x);
}

/* For CPUs with 8 lanes: the same body, element by element the same operations. */
#if defined(__x86_64__)
#define WIDE __attribute__((target("avx2")))
#else
#define WIDE
#endif
WIDE static void moment1_avx2(const struct constants *c, struct chunk *x)
{
    moment1_body(c, x);
}

WIDE static void update_avx2(const struct constants *c, struct chunk *x)
{
    update_body(c, x);
}

static void read_chunk(const struct ng_qmatrix *matrix, size_t at, size_t count,
                       float *values)
{
    const char *codes = matrix->codes[NG_ROWWISE].data;
    float scale_inv = ng_qmatrix_scale_inv(matrix);
    ng_format_decode(matrix->format, codes + at * (size_t)matrix->format->storage_bytes,
                     1.0f, values, count);
    if (matrix->granularity == NG_GRANULARITY_TENSOR)
        for (size_t i = 0; i < count; i++)
            values[i] *= scale_inv;
    for (size_t i = count; i < CHUNK; i++)
        values[i] = 0.0f;
}

/* Who draws for a stochastic store. */
struct draws {
    struct ng_random random;
    bool stochastic;
};

static struct draws draws_for(const struct ng_parameter *parameter,
                              const struct ng_qmatrix *matrix, enum ng_stream stream,
                              const struct ng_step *step)
{
    struct draws draws = {
        {step->seed, ng_stream_key(stream, parameter->number), step->number},
        matrix->policy.rounding == NG_ROUND_STOCHASTIC};
    return draws;
}

static void write_chunk(struct ng_qmatrix *matrix, size_t at, size_t count,
                        const float *values, const struct draws *draws)
{
    char *codes = (char *)matrix->codes[NG_ROWWISE].data +
                  at * (size_t)matrix->format->storage_bytes;
    float scale = matrix->granularity == NG_GRANULARITY_TENSOR
                      ? matrix->scales[NG_ROWWISE].scale[0]
                      : 1.0f;
    ng_format_encode(matrix->format, &matrix->policy, scale, values, codes, count,
                     &draws->random, at, &matrix->stats.counts);
}

typedef void chunk_body(const struct constants *c, struct chunk *x);

/* A tensor scale needs the amax of the whole new moment before anything is stored: one
 * pass that computes it and throws the values away, instead of a wide copy. */
static void scale_moment1(struct ng_parameter *parameter, const struct constants *c,
                          chunk_body *moment1)
{
    struct ng_qmatrix *m = &parameter->moment1;
    size_t n = parameter->rows * parameter->cols;
    uint32_t amax_bits = 0;
    struct chunk x;
    for (size_t at = 0; at < n; at += CHUNK) {
        size_t count = n - at < CHUNK ? n - at : CHUNK;
        read_chunk(&parameter->gradient, at, count, x.g);
        read_chunk(m, at, count, x.m);
        moment1(c, &x);
        amax_bits = ng_amax_join(amax_bits, ng_amax_bits(x.m, count));
    }
    m->stats.amax_bits = amax_bits;
}

static void update_parameter(struct ng_parameter *parameter,
                             const struct constants *constants,
                             const struct ng_step *step)
{
    bool wide = ng_isa() >= NG_ISA_AVX2;
    chunk_body *moment1 = wide ? moment1_avx2 : moment1_scalar;
    chunk_body *update = wide ? update_avx2 : update_scalar;
    struct ng_qmatrix *w = &parameter->master, *m = &parameter->moment1,
                      *v = &parameter->moment2;
    struct constants c = *constants;
    if (parameter->is_bias)
        c.decay = 0.0f;
    struct draws draw_w = draws_for(parameter, w, NG_STREAM_ROUND_MASTER, step);
    struct draws draw_m = draws_for(parameter, m, NG_STREAM_ROUND_MOMENT1, step);
    struct draws draw_v = draws_for(parameter, v, NG_STREAM_ROUND_MOMENT2, step);
    bool scaled = m->granularity == NG_GRANULARITY_TENSOR;
    float scale = 1.0f, scale_inv = 1.0f;
    if (scaled) {
        scale_moment1(parameter, &c, moment1);
        ng_scale_of(NG_SCALE_RULE_CURRENT, &m->scale_options, m->format,
                    m->stats.amax_bits, 1.0f, &scale, &scale_inv);
        /* Chunks not yet visited are still read with the old scale_inv. */
        m->scales[NG_ROWWISE].scale[0] = scale;
    }
    size_t n = parameter->rows * parameter->cols;
    struct chunk x;
    for (size_t at = 0; at < n; at += CHUNK) {
        size_t count = n - at < CHUNK ? n - at : CHUNK;
        read_chunk(&parameter->gradient, at, count, x.g);
        read_chunk(m, at, count, x.m);
        read_chunk(v, at, count, x.v);
        read_chunk(w, at, count, x.w);
        moment1(&c, &x);
        update(&c, &x);
        write_chunk(m, at, count, x.m, &draw_m);
        write_chunk(v, at, count, x.v, &draw_v);
        write_chunk(w, at, count, x.w, &draw_w);
    }
    if (scaled)
        m->scales[NG_ROWWISE].scale_inv[0] = scale_inv;
    /* After a stochastic cast the largest magnitude is known only from what is stored. */
    w->stats.amax_bits = ng_stored_amax_bits(w->format, w->codes[NG_ROWWISE].data, n);
    ng_parameter_copy(parameter);
}

/* 1 - base^exponent by repeated product. Once a factor too small to move 1 is reached,
 * further ones cannot either. */
static double one_minus_power(double base, uint64_t exponent)
{
    double result = 1.0;
    for (uint64_t i = 0; i < exponent && 1.0 - result != 1.0; i++)
        result *= base;
    return 1.0 - result;
}

static void adamw_step(struct ng_model *model, const struct ng_train_spec *spec,
                       const struct ng_step *step)
{
    uint64_t t = step->number + 1;
    double lr = ng_learning_rate(spec, step);
    const struct constants constants = {
        .beta1 = (float)spec->beta1,
        .beta2 = (float)spec->beta2,
        .one_minus_beta1 = (float)(1.0 - spec->beta1),
        .one_minus_beta2 = (float)(1.0 - spec->beta2),
        .rate = (float)(lr / one_minus_power(spec->beta1, t)),
        .root = (float)sqrt(one_minus_power(spec->beta2, t)),
        .epsilon = (float)spec->epsilon,
        .decay = (float)(lr * spec->decay),
    };
    for (size_t i = 0; i < model->parameter_count; i++)
        update_parameter(&model->parameters[i], &constants, step);
}

const struct ng_optimiser ng_optimiser_adamw = {"adamw", adamw_step};
