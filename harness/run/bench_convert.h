/*
 * How fast conversions are beside a memcpy of the same floats, in one thread.
 *
 * Data: bell-shaped floats of deviation 1 from a fixed seed. Formats of up to 8 bits but
 * e8m0 are scaled as a tensor is, by the format's largest value over the largest
 * magnitude; the others by 1. Nearest-even, saturating.
 * Sizes: 4 Ki, 256 Ki and 16 Mi elements, which stay in the first-level cache, stay in a
 * later one, and come from memory on most machines of today.
 * A figure without a value (NAN) could not be measured here.
 *
 * Ownership: the result holds no memory. Threads: one.
 */
#ifndef NG_HARNESS_RUN_BENCH_CONVERT_H
#define NG_HARNESS_RUN_BENCH_CONVERT_H

#include "formats/base/error.h"
#include "formats/narrowgauge.h"
#include "harness/run/bench.h"

struct ng_convert_goal {
    const char *key, *meaning;
    double floor, aim;
    bool least; /* the floor is the least that is good enough, else the most */
};
enum ng_convert_figure {
    NG_CONVERT_ENCODE_DRAM,
    NG_CONVERT_ENCODE_256K,
    NG_CONVERT_ENCODE_4K,
    NG_CONVERT_DECODE_DRAM,
    NG_CONVERT_OVER_CUDA,
    NG_CONVERT_COUNTS_DRAM,
    NG_CONVERT_COUNTS_256K,
    NG_CONVERT_FULL,
    NG_CONVERT_BLOCK,
    NG_CONVERT_MX,
    NG_CONVERT_FIGURES,
};
extern const struct ng_convert_goal ng_convert_goals[NG_CONVERT_FIGURES];

struct ng_convert_row {
    const struct ng_format *format;
    const char *direction; /* encode, decode, full (encode with full statistics) */
    size_t elements;
    double melem_per_s, gb_per_s, time_over_memcpy; /* bytes read plus written */
};
enum { NG_CONVERT_ROWS = 192 };

struct ng_convert_bench {
    bool pinned;
    size_t rounds;
    struct ng_bench_spread figures[NG_CONVERT_FIGURES];
    struct ng_convert_row rows[NG_CONVERT_ROWS];
    size_t row_count;
};

/* Is the value as good as the bound asks? Never for NAN. */
bool ng_convert_met(const struct ng_convert_goal *goal, double value, double bound);

/* tell (may be NULL) hears what is being measured now, and the share done, 0..1.
 * NG_FAILED: no memory. */
enum ng_status ng_bench_convert(struct ng_convert_bench *bench, size_t rounds,
                                void (*tell)(void *context, double share,
                                             const char *words),
                                void *context, struct ng_error *err);

#endif
