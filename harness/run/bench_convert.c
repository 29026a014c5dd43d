#include "harness/run/bench_convert.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/math/math.h"
#include "formats/native/cuda_host.h"

enum { KI = 1024, SMALL = 4 * KI, MIDDLE = 256 * KI, LARGE = 16 * KI * KI };
static const size_t sizes[] = {SMALL, MIDDLE, LARGE};
enum { SIZES = sizeof sizes / sizeof sizes[0] };
/* Elements that differ; larger buffers repeat them. */
enum { DISTINCT = KI * KI };
/* The matrix of the block formats, MIDDLE elements. */
enum { ROWS = 512, COLS = 512, BLOCK = 128, MX_BLOCK = 32 };
/* The table of all formats takes a round for each of so many of the figures. */
enum { ROUNDS_PER_ROW_ROUND = 7 };
/* Seconds for one group of tasks: reached only where bodies are slow. */
static const double FIGURE_LIMIT = 12.0, ROW_LIMIT = 2.0;

const struct ng_convert_goal ng_convert_goals[NG_CONVERT_FIGURES] = {
    [NG_CONVERT_ENCODE_DRAM] = {"e4m3_encode_dram_rate_over_memcpy",
                                "bytes per second of e4m3 encode over memcpy's, 16 Mi "
                                "floats",
                                0.90, 0.95, true},
    [NG_CONVERT_ENCODE_256K] = {"e4m3_encode_256k_time_over_memcpy",
                                "time of e4m3 encode over memcpy's, 256 Ki floats", 1.4,
                                1.3, false},
    [NG_CONVERT_ENCODE_4K] = {"e4m3_encode_4k_time_over_memcpy",
                              "the same, 4 Ki floats", 2.4, 2.2, false},
    [NG_CONVERT_DECODE_DRAM] = {"e4m3_decode_dram_time_over_memcpy",
                                "time of e4m3 decode over memcpy's, 16 Mi floats", 0.70,
                                0.60, false},
    [NG_CONVERT_OVER_CUDA] = {"e4m3_encode_over_cuda_host",
                              "speed of e4m3 encode over cuda_fp8.h on the host, 256 "
                              "Ki floats",
                              27, 35, true},
    [NG_CONVERT_COUNTS_DRAM] = {"counts_over_encode_dram",
                                "encode that counts over encode alone, 16 Mi floats",
                                1.3, 1.3, false},
    [NG_CONVERT_COUNTS_256K] = {"counts_over_encode_256k", "the same, 256 Ki floats",
                                1.9, 1.9, false},
    [NG_CONVERT_FULL] = {"full_statistics_over_encode",
                         "encode with full statistics over encode alone, 16 Mi floats",
                         4, 4, false},
    [NG_CONVERT_BLOCK] = {"block_1x128_over_tensor",
                          "cast with a scale per 128 over one scale, 512 x 512", 1.4,
                          1.4, false},
    [NG_CONVERT_MX] = {"mx_over_tensor", "MX cast (mx-rceil) over one scale, 512 x 512",
                       1.4, 1.4, false},
};

struct buffers {
    float *x, *y;
    uint8_t *codes; /* four bytes per element */
    uint32_t amax_bits;
};

struct conversion {
    const struct ng_format *format;
    float scale;
    const float *x;
    float *y;
    uint8_t *codes;
    size_t n;
    struct ng_cast_counts counts;
    struct ng_full_statistics full;
};

struct cast {
    struct ng_qmatrix matrix;
    const float *x;
    uint32_t amax_bits;
};

struct session {
    struct ng_convert_bench *bench;
    struct buffers buffers;
    struct ng_bench_task tasks[5];
    size_t rounds, groups_done, groups;
    double limit;
    void (*tell)(void *context, double share, const char *words);
    void *context;
};

static const struct ng_policy *const policy = &NG_POLICY_CUDA_SATFINITE;

static void run_copy(void *context)
{
    struct conversion *c = context;
    memcpy(c->y, c->x, c->n * sizeof *c->x);
}

static void run_encode(void *context)
{
    struct conversion *c = context;
    ng_format_encode(c->format, policy, c->scale, c->x, c->codes, c->n, NULL, 0, NULL);
}

static void run_counts(void *context)
{
    struct conversion *c = context;
    ng_format_encode(c->format, policy, c->scale, c->x, c->codes, c->n, NULL, 0,
                     &c->counts);
}

static void run_full(void *context)
{
    struct conversion *c = context;
    ng_format_encode_full(c->format, policy, c->scale, 1.0f / c->scale, c->x, c->codes,
                          c->n, NULL, 0, NULL, &c->full);
}

static void run_decode(void *context)
{
    struct conversion *c = context;
    ng_format_decode(c->format, c->codes, 1.0f / c->scale, c->y, c->n);
}

static void run_cuda(void *context)
{
    struct conversion *c = context;
    ng_cuda_host_e4m3(c->x, c->scale, c->codes, c->n);
}

static void run_cast(void *context)
{
    struct cast *cast = context;
    ng_qmatrix_cast(&cast->matrix, cast->x, &ng_fp32, COLS, cast->amax_bits, NULL);
}

static void release(struct buffers *buffers)
{
    free(buffers->x);
    free(buffers->y);
    free(buffers->codes);
}

/* Box and Muller (1958). Every page is written once before anything is timed. */
static enum ng_status fill(struct buffers *buffers, struct ng_error *err)
{
    const struct ng_random random = {1, ng_stream_key(NG_STREAM_DATA, 0), 0};
    const double turn = 6.283185307179586;
    buffers->x = aligned_alloc(64, LARGE * sizeof *buffers->x);
    buffers->y = aligned_alloc(64, LARGE * sizeof *buffers->y);
    buffers->codes = aligned_alloc(64, LARGE * sizeof(uint32_t));
    if (buffers->x == NULL || buffers->y == NULL || buffers->codes == NULL)
        return ng_fail(err, NG_FAILED, "No memory for the %d MiB that are converted.",
                       LARGE / KI / KI * 12);
    for (size_t i = 0; i < DISTINCT; i += 2) {
        double u = ((double)ng_random_u32(&random, i) + 0.5) * 0x1p-32;
        double angle = turn * (double)ng_random_u32(&random, i + 1) * 0x1p-32;
        double radius = sqrt(-2.0 * log(u));
        buffers->x[i] = (float)(radius * cos(angle));
        buffers->x[i + 1] = (float)(radius * sin(angle));
    }
    for (size_t at = DISTINCT; at < LARGE; at += DISTINCT)
        memcpy(buffers->x + at, buffers->x, DISTINCT * sizeof *buffers->x);
    memset(buffers->y, 0xFF, LARGE * sizeof *buffers->y);
    memset(buffers->codes, 0xFF, LARGE * sizeof(uint32_t));
    buffers->amax_bits = ng_amax_bits(buffers->x, DISTINCT);
    return NG_OK;
}

static struct conversion conversion_of(const struct buffers *buffers,
                                       const struct ng_format *format, size_t n)
{
    struct conversion c = {
        .format = format,
        .scale = 1.0f,
        .x = buffers->x,
        .y = buffers->y,
        .codes = buffers->codes,
        .n = n,
    };
    const struct ng_scale_options plain = {0};
    float scale_inv;
    if (format->width <= 8 && format != &ng_e8m0)
        ng_scale_of(NG_SCALE_RULE_CURRENT, &plain, format, buffers->amax_bits, 1.0f,
                    &c.scale, &scale_inv);
    return c;
}

static void set_task(struct ng_bench_task *task, void (*run)(void *context),
                     void *context)
{
    task->run = run;
    task->context = context;
}

static void announce(struct session *session, const char *format, size_t n)
{
    char words[64];
    double share = (double)session->groups_done++ / (double)session->groups;
    snprintf(words, sizeof words, "%s, %zu Ki elements", format, n / KI);
    if (session->tell != NULL)
        session->tell(session->context, share, words);
}

static size_t measure(struct session *session, size_t tasks)
{
    return ng_bench_interleave(session->tasks, tasks, session->rounds, session->limit);
}

static struct ng_bench_spread scaled(struct ng_bench_spread spread, double factor)
{
    return (struct ng_bench_spread){spread.low * factor, spread.median * factor,
                                    spread.high * factor};
}

static void measure_large(struct session *session)
{
    struct ng_bench_spread *figures = session->bench->figures;
    struct ng_bench_task *tasks = session->tasks;
    struct conversion e4m3 = conversion_of(&session->buffers, &ng_e4m3, LARGE);
    announce(session, "e4m3", LARGE);
    set_task(&tasks[0], run_copy, &e4m3);
    set_task(&tasks[1], run_encode, &e4m3);
    set_task(&tasks[2], run_counts, &e4m3);
    set_task(&tasks[3], run_decode, &e4m3);
    set_task(&tasks[4], run_full, &e4m3);
    size_t rounds = measure(session, 5);
    /* Bytes moved per element: 4 read and 1 written against 4 and 4. */
    figures[NG_CONVERT_ENCODE_DRAM] =
        scaled(ng_bench_ratio(&tasks[0], &tasks[1], rounds), 5.0 / 8.0);
    figures[NG_CONVERT_COUNTS_DRAM] = ng_bench_ratio(&tasks[2], &tasks[1], rounds);
    figures[NG_CONVERT_DECODE_DRAM] = ng_bench_ratio(&tasks[3], &tasks[0], rounds);
    figures[NG_CONVERT_FULL] = ng_bench_ratio(&tasks[4], &tasks[1], rounds);
}

static void measure_middle(struct session *session)
{
    struct ng_bench_spread *figures = session->bench->figures;
    struct ng_bench_task *tasks = session->tasks;
    struct conversion e4m3 = conversion_of(&session->buffers, &ng_e4m3, MIDDLE);
    announce(session, "e4m3", MIDDLE);
    set_task(&tasks[0], run_copy, &e4m3);
    set_task(&tasks[1], run_encode, &e4m3);
    set_task(&tasks[2], run_counts, &e4m3);
    set_task(&tasks[3], run_cuda, &e4m3);
    bool cuda = ng_cuda_host_e4m3 != NULL;
    size_t rounds = measure(session, cuda ? 4 : 3);
    figures[NG_CONVERT_ENCODE_256K] = ng_bench_ratio(&tasks[1], &tasks[0], rounds);
    figures[NG_CONVERT_COUNTS_256K] = ng_bench_ratio(&tasks[2], &tasks[1], rounds);
    if (cuda)
        figures[NG_CONVERT_OVER_CUDA] = ng_bench_ratio(&tasks[3], &tasks[1], rounds);
}

static void measure_small(struct session *session)
{
    struct ng_bench_task *tasks = session->tasks;
    struct conversion e4m3 = conversion_of(&session->buffers, &ng_e4m3, SMALL);
    announce(session, "e4m3", SMALL);
    set_task(&tasks[0], run_copy, &e4m3);
    set_task(&tasks[1], run_encode, &e4m3);
    size_t rounds = measure(session, 2);
    session->bench->figures[NG_CONVERT_ENCODE_4K] =
        ng_bench_ratio(&tasks[1], &tasks[0], rounds);
}

/* The largest magnitude is given, as by the operation that made x: the cast with one
 * scale then reads x once, and is the hardest to keep up with. */
static enum ng_status measure_casts(struct session *session, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    static float scales[3][ROWS * COLS / MX_BLOCK], inverses[3][ROWS * COLS / MX_BLOCK];
    static uint8_t powers[ROWS * COLS / MX_BLOCK];
    const struct {
        enum ng_granularity granularity;
        size_t block;
        enum ng_scale_rule rule;
        enum ng_scale_format scale;
    } kinds[] = {
        {NG_GRANULARITY_TENSOR, 0, NG_SCALE_RULE_CURRENT, NG_SCALE_FP32},
        {NG_GRANULARITY_1XB, BLOCK, NG_SCALE_RULE_CURRENT, NG_SCALE_FP32},
        {NG_GRANULARITY_MX, MX_BLOCK, NG_SCALE_RULE_MX_RCEIL, NG_SCALE_E8M0},
    };
    struct cast casts[3];
    announce(session, "blocks of e4m3", MIDDLE);
    for (size_t i = 0; i < 3; i++) {
        casts[i] = (struct cast){.x = session->buffers.x,
                                 .amax_bits = session->buffers.amax_bits};
        struct ng_qmatrix *matrix = &casts[i].matrix;
        matrix->format = &ng_e4m3;
        matrix->policy = *policy;
        matrix->rows = ROWS;
        matrix->cols = COLS;
        matrix->codes[NG_ROWWISE].data = session->buffers.codes;
        matrix->codes[NG_ROWWISE].row_stride = COLS;
        matrix->granularity = kinds[i].granularity;
        matrix->block = kinds[i].block;
        matrix->scale_rule = kinds[i].rule;
        matrix->scale_format = kinds[i].scale;
        matrix->scales[NG_ROWWISE].scale = scales[i];
        matrix->scales[NG_ROWWISE].scale_inv = inverses[i];
        matrix->scales[NG_ROWWISE].codes = powers;
        matrix->scales[NG_ROWWISE].count = ROWS * COLS / MX_BLOCK;
        matrix->global_scale = matrix->global_scale_inv = 1.0f;
        scales[i][0] = inverses[i][0] = 1.0f;
        NG_TRY(ng_qmatrix_check(matrix, err));
        set_task(&session->tasks[i], run_cast, &casts[i]);
    }
    size_t rounds = measure(session, 3);
    session->bench->figures[NG_CONVERT_BLOCK] =
        ng_bench_ratio(&session->tasks[1], &session->tasks[0], rounds);
    session->bench->figures[NG_CONVERT_MX] =
        ng_bench_ratio(&session->tasks[2], &session->tasks[0], rounds);
out:
    return status;
}

static void add_row(struct session *session, const struct conversion *c,
                    const struct ng_bench_task *task, const char *direction,
                    size_t rounds)
{
    struct ng_convert_bench *bench = session->bench;
    double seconds = ng_bench_seconds(task, rounds).median;
    double bytes = (double)(sizeof(float) + (size_t)c->format->storage_bytes);
    if (bench->row_count < NG_CONVERT_ROWS)
        bench->rows[bench->row_count++] = (struct ng_convert_row){
            .format = c->format,
            .direction = direction,
            .elements = c->n,
            .melem_per_s = (double)c->n / seconds / 1e6,
            .gb_per_s = (double)c->n * bytes / seconds / 1e9,
            .time_over_memcpy = ng_bench_ratio(task, &session->tasks[0], rounds).median,
        };
}

static void measure_rows(struct session *session, const struct ng_format *format)
{
    struct ng_bench_task *tasks = session->tasks;
    for (size_t s = 0; s < SIZES; s++) {
        struct conversion c = conversion_of(&session->buffers, format, sizes[s]);
        announce(session, format->name, sizes[s]);
        set_task(&tasks[0], run_copy, &c);
        set_task(&tasks[1], run_encode, &c);
        set_task(&tasks[2], run_decode, &c);
        set_task(&tasks[3], run_full, &c);
        size_t rounds = measure(session, 4);
        add_row(session, &c, &tasks[1], "encode", rounds);
        add_row(session, &c, &tasks[2], "decode", rounds);
        add_row(session, &c, &tasks[3], "full", rounds);
    }
}

bool ng_convert_met(const struct ng_convert_goal *goal, double value, double bound)
{
    return goal->least ? value >= bound : value <= bound;
}

enum ng_status ng_bench_convert(struct ng_convert_bench *bench, size_t rounds,
                                void (*tell)(void *context, double share,
                                             const char *words),
                                void *context, struct ng_error *err)
{
    enum ng_status status;
    struct session session = {.bench = bench,
                              .rounds = rounds,
                              .groups = 4,
                              .limit = FIGURE_LIMIT,
                              .tell = tell,
                              .context = context};
    *bench = (struct ng_convert_bench){.rounds = rounds, .pinned = ng_bench_pin()};
    for (int i = 0; i < NG_CONVERT_FIGURES; i++)
        bench->figures[i] = (struct ng_bench_spread){NAN, NAN, NAN};
    for (size_t i = 0; ng_formats[i] != NULL; i++)
        session.groups += SIZES;

    NG_TRY(fill(&session.buffers, err));
    measure_large(&session);
    measure_middle(&session);
    measure_small(&session);
    NG_TRY(measure_casts(&session, err));
    session.limit = ROW_LIMIT;
    session.rounds = (rounds + ROUNDS_PER_ROW_ROUND - 1) / ROUNDS_PER_ROW_ROUND;
    for (size_t i = 0; ng_formats[i] != NULL; i++)
        measure_rows(&session, ng_formats[i]);
out:
    release(&session.buffers);
    return status;
}
