/*
 * Number formats: what a format is, and its converters.
 *
 *   fp32   s eeeeeeee mmmmmmmmmmmmmmmmmmmmmmm   bias 127, IEEE 754
 *   bf16   s eeeeeeee mmmmmmm                   bias 127, the top half of fp32
 *   e4m3   s eeee mmm   bias 7,  max 448 (0x7E), NaN 0x7F, no infinity (OCP OFP8 1.0)
 *   e5m2   s eeeee mm   bias 15, max 57344 (0x7B), inf 0x7C, NaN 0x7D..0x7F (OCP OFP8)
 *
 * The scalar encoder ng_format_encode_one() is the definition; every faster path equals
 * it on all 2^32 inputs. Decoding is exact. A code is stored in storage_bytes bytes,
 * little end first.
 *
 * The conversion policy is four independent choices, never one "mode":
 *   rounding         of a finite value to the format's grid (as if the exponent had no
 *                    upper bound; subnormals are kept)
 *   finite_overflow  what a finite value becomes whose rounded magnitude exceeds the
 *                    maximum: the maximum, or the format's special (inf, else NaN)
 *   infinite_input   what an infinite input becomes: the maximum, or the special
 *   nan              canonical positive, or canonical with the sign kept
 * Presets: NG_POLICY_CUDA_SATFINITE (default; the policy of CUDA's __NV_SATFINITE
 * conversions), and by name in ng_policies[].
 *
 * Stochastic rounding with r random bits: the part that is cut off, truncated to r bits,
 * plus a uniform r-bit number, carries into the last place kept when it reaches 2^r. The
 * number of cut-off bits grows in the subnormal range, and the random bits are aligned to
 * it. The r bits are the top ones of the 32-bit word. The caller passes the random word, so nothing depends on the order of calls.
 *
 * Threads: everything here may be called from any thread.
 */
#ifndef NG_CODEC_FORMAT_H
#define NG_CODEC_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ng_rounding {
    NG_ROUND_NEAREST_EVEN,
    NG_ROUND_NEAREST_AWAY,
    NG_ROUND_TOWARD_ZERO,
    NG_ROUND_UP,
    NG_ROUND_DOWN,
    NG_ROUND_ODD,
    NG_ROUND_STOCHASTIC,
};
extern const char *const ng_rounding_names[]; /* NULL at the end */

enum ng_overflow { NG_OVERFLOW_SATURATE, NG_OVERFLOW_SPECIAL };
enum ng_nan_rule { NG_NAN_CANONICAL, NG_NAN_SIGN_KEPT };

struct ng_policy {
    enum ng_rounding rounding;
    int random_bits; /* of stochastic rounding, 1..24 */
    enum ng_overflow finite_overflow;
    enum ng_overflow infinite_input;
    enum ng_nan_rule nan;
};
struct ng_policy_preset {
    const char *name;
    struct ng_policy policy;
};
extern const struct ng_policy_preset ng_policies[]; /* name NULL at the end */
extern const struct ng_policy NG_POLICY_CUDA_SATFINITE;

/* What a cast did, added up over calls. saturated: the rounded value on the unbounded
 * grid exceeded the maximum. flushed: a non-zero value became zero. */
struct ng_cast_counts {
    uint64_t elements, saturated, flushed, nan, inf;
};
static inline void ng_cast_counts_add(struct ng_cast_counts *into,
                                      const struct ng_cast_counts *from)
{
    into->elements += from->elements;
    into->saturated += from->saturated;
    into->flushed += from->flushed;
    into->nan += from->nan;
    into->inf += from->inf;
}

struct ng_format {
    const char *name;
    const char *standard; /* where it is defined */
    int storage_bytes;
    int exponent_bits, mantissa_bits, bias;
    uint32_t max_code; /* of the largest finite value, sign clear */
    uint32_t nan_code; /* canonical NaN */
    uint32_t inf_code; /* 0: the format has no infinity */
    float max, min_normal, min_subnormal;
    /* n elements of codes[] to x[]; exact. */
    void (*decode)(const void *codes, float *x, size_t n);
    /* n elements: codes[i] = round(RN32(x[i] * scale)), counts (may be NULL) added to.
     * Nearest-even only: the hot path. Equal to ng_format_encode_one on each. */
    void (*encode)(const float *x, void *codes, size_t n, float scale,
                   const struct ng_policy *policy, struct ng_cast_counts *counts);
};

extern const struct ng_format ng_fp32, ng_bf16, ng_e4m3, ng_e5m2;
extern const struct ng_format *const ng_formats[]; /* NULL at the end */

/* NULL if there is none of that name. */
const struct ng_format *ng_format_by_name(const char *name);

/* The definition. random: 32 random bits, used by stochastic rounding alone. counts may
 * be NULL. */
uint32_t ng_format_encode_one(const struct ng_format *format,
                              const struct ng_policy *policy, float x, uint32_t random,
                              struct ng_cast_counts *counts);
/* Stochastic rounding of n elements: codes[i] is what ng_format_encode_one() makes of
 * RN32(x[i] * scale) with words[i]; counts (may be NULL) added to. */
void ng_format_encode_stochastic(const struct ng_format *format, const float *x,
                                 const uint32_t *words, void *codes, size_t n,
                                 float scale, const struct ng_policy *policy,
                                 struct ng_cast_counts *counts);
/* The value of a code; a NaN comes back canonical (0x7FC00000). */
float ng_format_decode_one(const struct ng_format *format, uint32_t code);

/* Reads and writes element i of an array of codes. */
uint32_t ng_format_load(const struct ng_format *format, const void *codes, size_t i);
void ng_format_store(const struct ng_format *format, void *codes, size_t i,
                     uint32_t code);

#endif
