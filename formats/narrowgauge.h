/*
 * narrowgauge.h: narrow number formats and quantised matrices, exactly.
 *
 * One header, one library (libnarrowgauge, static or shared), nothing behind it but
 * libc and threads. `pkg-config --cflags --libs narrowgauge` names the flags.
 *
 * What is here
 *   formats     what a format is; a table of the named ones, and any eXmY by name
 *   conversion  FP32 to codes and back under four independent choices
 *   scales      how a scale follows from the largest magnitude, rule by rule
 *   matrices    codes with their scales: tensor, row, column, 1xB, BxB, MX, NVFP4
 *   statistics  what a cast did: counts each time, error and range on request
 *
 * Rules that hold throughout
 *   - Bits: a result depends on the arguments alone, never on threads, time, compiler or
 *     instruction set. The scalar definition ng_format_encode_one() says what is right;
 *     every faster path equals it on all 2^32 inputs. The floating-point environment
 *     must be the default one: round to nearest, no flush-to-zero, no
 *     denormals-are-zero; ng_float_environment_check() looks.
 *   - Ownership: nothing here allocates, except ng_pool_new(). Matrices are views of
 *     buffers that the caller owns. Arrays of codes and floats need no alignment beyond
 *     that of their type, and must not overlap unless it is said.
 *   - Failure: functions that can fail return enum ng_status and write one whole
 *     sentence into *err, which is never NULL. Overflow, NaN and saturation of numbers
 *     are data, not failures. A broken precondition is a fault of the caller, which an
 *     assertion catches where looking costs nothing.
 *   - Threads: everything here may be called from any thread at the same time, on
 *     different output buffers. The one global state is which kernels run: chosen at
 *     first use, or by ng_isa_choose().
 */
#ifndef NG_NARROWGAUGE_H
#define NG_NARROWGAUGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define NG_API __attribute__((visibility("default")))
#else
#define NG_API
#endif

/* The library's version, as "0.1.0". */
NG_API const char *ng_library_version(void);

/* ---- Errors ------------------------------------------------------------------------ */

enum ng_status {
    NG_OK = 0,
    NG_INVALID, /* the caller's input or configuration is wrong: exit code 2 */
    NG_FAILED,  /* no result could be produced (I/O, memory, damage): exit code 3 */
    NG_ABSENT,  /* something optional is not there: the caller decides: exit code 2 */
    NG_INTERRUPTED,  /* stopped on request, resumable: exit code 75 */
    NG_DIFFERS,      /* a gate failed, or two things differ: exit code 1 */
    NG_INCONCLUSIVE, /* too little evidence either way: exit code 4 */
    NG_NO_BASELINE,  /* a baseline is missing or cannot be compared with: exit code 5 */
};

#define NG_ERROR_TEXT 4096

/* Belongs to one thread at a time. */
struct ng_error {
    enum ng_status status;
    char text[NG_ERROR_TEXT]; /* no newline at the end; may hold several lines */
};

/* ---- Kernels and threads ----------------------------------------------------------- */

/* Bodies of the same functions, for speed alone: all give the same bits. AVX2 means AVX2,
 * FMA and F16C; AVX-512 means F, BW, VL and DQ as well. On other machines the scalar
 * bodies are plain C that compilers vectorise (NEON on aarch64). */
enum ng_isa { NG_ISA_SCALAR, NG_ISA_AVX2, NG_ISA_AVX512, NG_ISA_COUNT };

NG_API const char *ng_isa_name(enum ng_isa isa);
/* Can this machine run it? */
NG_API bool ng_isa_present(enum ng_isa isa);
/* Fixes the choice for the process: what NG_ISA in the environment says ("scalar",
 * "avx2", "avx512"), else the best one present. An unknown word, or one that this machine
 * cannot run, is NG_INVALID: a forced body never falls back silently. Without this call
 * the first use takes the best one present and does not look at the environment. */
NG_API enum ng_status ng_isa_choose(struct ng_error *err);
/* Fixes the choice; `isa` must be present. */
NG_API void ng_isa_force(enum ng_isa isa);
NG_API enum ng_isa ng_isa(void);

/* NG_FAILED where the processor flushes or ignores subnormal numbers or does not round
 * to nearest; one library compiled with -Ofast in the process is enough for that. */
NG_API enum ng_status ng_float_environment_check(struct ng_error *err);

/* Threads for large matrices. `threads` >= 1 counts the caller; 1 starts none. A pool
 * serves one caller at a time. Where a pool is asked for, NULL means one thread. */
struct ng_pool;
NG_API enum ng_status ng_pool_new(struct ng_pool **pool, int threads,
                                  struct ng_error *err);
NG_API void ng_pool_free(struct ng_pool *pool); /* NULL is harmless */
NG_API int ng_pool_threads(const struct ng_pool *pool);

/* ---- Formats ----------------------------------------------------------------------- */

/*
 * value = (-1)^s * 2^(e - bias) * 1.m      e > 0
 *         (-1)^s * 2^(1 - bias) * 0.m      e = 0
 *
 *   fp32         s eeeeeeee mmmmmmmmmmmmmmmmmmmmmmm   bias 127, IEEE 754 binary32
 *   tf32         s eeeeeeee mmmmmmmmmm 0000000000000  bias 127, an fp32 word whose low 13
 *                                                     bits are zero (ignored on reading)
 *   bf16         s eeeeeeee mmmmmmm     bias 127, the top half of fp32
 *   fp16         s eeeee mmmmmmmmmm     bias 15, IEEE 754 binary16, max 65504
 *   e4m3         s eeee mmm    bias 7,  max 448 (7E), NaN 7F, no infinity (OCP; "E4M3FN")
 *   e5m2         s eeeee mm    bias 15, max 57344 (7B), inf 7C, NaN 7D..7F (OCP)
 *   e4m3fnuz     s eeee mmm    bias 8,  max 240 (7F), NaN 80 alone, no inf, no -0
 *   e5m2fnuz     s eeeee mm    bias 16, max 57344 (7F), NaN 80 alone, no inf, no -0
 *   e4m3b11fnuz  s eeee mmm    bias 11, max 30 (7F), NaN 80 alone, no inf, no -0
 *   e4m3ieee     s eeee mmm    bias 7,  max 240 (77), inf 78, NaN 79..7F
 *   e3m4         s eee mmmm    bias 3,  max 15.5 (6F), inf 70, NaN 71..7F
 *   e2m3           s ee mmm    bias 1,  max 7.5 (1F), every code finite (OCP MX)
 *   e3m2           s eee mm    bias 3,  max 28 (1F), every code finite (OCP MX)
 *   e2m1             s ee m    bias 1,  max 6 (7), every code finite (OCP MX)
 *   e8m0           eeeeeeee    2^(e - 127), NaN FF; no sign, no zero: scales (OCP MX)
 *   int8           iiiiiiii    two's complement, -127..127 (-128 is not written)
 *
 * Any other format is named by its parameters: eXmY with X = 2..8 exponent and Y = 1..22
 * mantissa bits, a sign, bias 2^(X-1) - 1, infinity and NaN as in IEEE 754. Suffixes in
 * this order: bN another bias; fn no infinity, NaN only where all bits are ones; fnuz no
 * infinity, no -0, NaN the code of -0, bias one more. Numbers have no leading zeros. Every
 * value must be an FP32 number.
 * Spellings of a format in the table mean that row (e4m3fn is e4m3, e5m10 is fp16, e8m7
 * is bf16, e8m10 is tf32).
 *
 * A code is stored in storage_bytes bytes, little end first: 1 for up to 8 bits, 2 up to
 * 16, else 4. The used bits stand at the low end, but for tf32, whose 19 stand at the
 * high end of the word. Unused bits are written as zero and ignored on reading.
 */
enum ng_encoding {
    NG_SIGN_MAGNITUDE,
    NG_UNSIGNED,        /* e8m0 */
    NG_TWOS_COMPLEMENT, /* int8 */
};

#define NG_FORMAT_NAME 24

struct ng_format {
    char name[NG_FORMAT_NAME];
    const char *standard; /* where it is defined */
    enum ng_encoding encoding;
    int width;       /* bits in use, the sign included */
    int unused_bits; /* below them: 13 for tf32 */
    int storage_bytes;
    int exponent_bits, mantissa_bits, bias;
    bool has_nan, has_negative_zero;
    uint32_t max_code; /* of the largest finite value, sign clear */
    uint32_t nan_code; /* what NaN becomes under NG_NAN_CANONICAL */
    uint32_t inf_code; /* 0: the format has no infinity */
    float max, min_normal, min_subnormal;
};

/* The table above, in its order; NULL at the end. */
NG_API extern const struct ng_format *const ng_formats[];
NG_API extern const struct ng_format ng_fp32, ng_tf32, ng_bf16, ng_fp16, ng_e4m3,
    ng_e5m2, ng_e4m3fnuz, ng_e5m2fnuz, ng_e4m3b11fnuz, ng_e4m3ieee, ng_e3m4, ng_e2m3,
    ng_e3m2, ng_e2m1, ng_e8m0, ng_int8;

/* The row of that name; NULL if there is none. */
NG_API const struct ng_format *ng_format_by_name(const char *name);
/* Finds a row, or makes a format from its parameters in *own. *format is then the row or
 * `own`, which must live as long as the format is used. NG_INVALID: no such format, with
 * the reason. */
NG_API enum ng_status ng_format_parse(const char *name, struct ng_format *own,
                                      const struct ng_format **format,
                                      struct ng_error *err);
/* The exact value of a code; NaN comes back canonical (0x7FC00000). */
NG_API float ng_format_decode_one(const struct ng_format *format, uint32_t code);

/* Element i of an array of codes. */
NG_API uint32_t ng_format_load(const struct ng_format *format, const void *codes,
                               size_t i);
NG_API void ng_format_store(const struct ng_format *format, void *codes, size_t i,
                            uint32_t code);

/* ---- Conversion policy ------------------------------------------------------------- */

/*
 * Four independent choices, never one "mode":
 *   rounding         of a finite value to the format's grid (as if the exponent had no
 *                    upper bound; subnormals are kept). Without mantissa bits (e8m0) a
 *                    tie goes up, for there the significand is always odd.
 *   finite_overflow  what a finite value becomes whose rounded magnitude exceeds the
 *                    maximum: the maximum, or the format's special (inf, else NaN)
 *   infinite_input   what an infinite input becomes: the maximum, or the special
 *   nan              canonical positive, or canonical with the sign kept
 *
 * What formats without the things named make of it:
 *   no infinity and no NaN (e2m3, e3m2, e2m1, int8): the special is the maximum too. NaN:
 *     canonical is the maximum (as CUDA's header does), but 0 for int8 (as conversions to
 *     integers do); sign kept is a zero, -0 for positive and +0 for negative NaN (as
 *     ml_dtypes 0.6 does); 0 for int8.
 *   no -0 (fnuz, int8): a zero is +0. NaN of fnuz has one code, whatever the sign.
 *   no sign and no zero (e8m0): under canonical the magnitude counts and zero becomes
 *     2^-127 (as CUDA's header does); under sign kept negative values and zeros are NaN
 *     (as ml_dtypes does). Below 2^-127 everything becomes 2^-127.
 *   fp32: nothing is converted, so only the NaN rule applies.
 *
 * Stochastic rounding with r random bits: the part that is cut off, truncated to r bits,
 * plus a uniform r-bit number, carries into the last place kept when it reaches 2^r. The
 * number of cut-off bits grows in the subnormal range, and the random bits are aligned to
 * it. The r bits are the top ones of a 32-bit word that belongs to the logical element.
 */
enum ng_rounding {
    NG_ROUND_NEAREST_EVEN,
    NG_ROUND_NEAREST_AWAY,
    NG_ROUND_TOWARD_ZERO,
    NG_ROUND_UP,
    NG_ROUND_DOWN,
    NG_ROUND_ODD, /* an inexact value becomes its neighbour with an odd significand */
    NG_ROUND_STOCHASTIC,
};
NG_API extern const char *const ng_rounding_names[]; /* NULL at the end */

enum ng_overflow { NG_OVERFLOW_SATURATE, NG_OVERFLOW_SPECIAL };
NG_API extern const char *const ng_overflow_names[]; /* saturate, special, NULL */
enum ng_nan_rule { NG_NAN_CANONICAL, NG_NAN_SIGN_KEPT };
NG_API extern const char *const ng_nan_rule_names[]; /* canonical, sign-kept, NULL */

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
/* cuda-satfinite (the default), cuda-nosat, ml_dtypes, ocp; name NULL at the end. */
NG_API extern const struct ng_policy_preset ng_policies[];
NG_API extern const struct ng_policy NG_POLICY_CUDA_SATFINITE;
/* NULL if there is none of that name. */
NG_API const struct ng_policy_preset *ng_policy_by_name(const char *name);

/* ---- Random words ------------------------------------------------------------------ */

/* Philox4x32-10 (Salmon et al., SC 2011): key (seed, stream), counter (block low, block
 * high, step low, step high); word i is word i % 4 of block i / 4. A word depends on what
 * it is for, never on thread, time or order of calls. */
struct ng_random {
    uint32_t seed, stream;
    uint64_t step;
};
NG_API uint32_t ng_random_u32(const struct ng_random *random, uint64_t index);
/* Words first .. first + n - 1. */
NG_API void ng_random_fill(const struct ng_random *random, uint64_t first, size_t n,
                           uint32_t *words);

/* ---- Conversion -------------------------------------------------------------------- */

/* What casts did, added up over calls.
 *   saturated   finite products whose rounded value on the unbounded grid exceeds the
 *               maximum
 *   overflowed  |x| > RN32(max * RN32(1 / scale)), infinite x included unless that bound
 *               is infinite itself: Transformer Engine's overflows%
 *   flushed     x is a number other than zero, its code is a zero: Transformer Engine's
 *               underflows%
 *   nan, inf    of the products x * scale
 *   amax_bits   bit pattern of the largest |x|, unscaled; NaN exceeds every number */
struct ng_cast_counts {
    uint64_t elements, saturated, overflowed, flushed, nan, inf;
    uint32_t amax_bits;
};
NG_API void ng_cast_counts_add(struct ng_cast_counts *into,
                               const struct ng_cast_counts *from);

/* Of a tensor: the largest magnitude, by whoever measured it (its producer, or the cast),
 * and what the casts into it did. */
struct ng_tensor_stats {
    uint32_t amax_bits;
    struct ng_cast_counts counts;
};

/* The definition, of one element without a scale. random: a random word, looked at by
 * stochastic rounding alone. counts (may be NULL) are added to. */
NG_API uint32_t ng_format_encode_one(const struct ng_format *format,
                                     const struct ng_policy *policy, float x,
                                     uint32_t random, struct ng_cast_counts *counts);

/* n elements: codes[i] is what ng_format_encode_one() makes of RN32(x[i] * scale), with
 * word first + i of `random` under stochastic rounding (NULL is allowed otherwise). scale
 * is finite and above zero. counts (may be NULL) are added to. */
NG_API void ng_format_encode(const struct ng_format *format,
                             const struct ng_policy *policy, float scale,
                             const float *x, void *codes, size_t n,
                             const struct ng_random *random, uint64_t first,
                             struct ng_cast_counts *counts);
/* n elements: x[i] = RN32(value(codes[i]) * scale_inv). scale_inv may be any number, also
 * zero, infinite or NaN; a NaN in x is canonical (0x7FC00000), whatever made it. */
NG_API void ng_format_decode(const struct ng_format *format, const void *codes,
                             float scale_inv, float *x, size_t n);

/* ---- Scale rules ------------------------------------------------------------------- */

/*
 * A rule turns amax, the largest magnitude of the elements that share the scale, into
 * `scale` (what elements are multiplied by before they are rounded) and `scale_inv` (what
 * codes are multiplied by to come back). They are not always reciprocals. formats/quant/
 * scale.c has each rule's formulas with their source; in FP32, each operation correctly
 * rounded. M is the format's maximum, R its largest exponent, floor(log2(M)).
 *
 *   current     Transformer Engine, current scaling: scale = M / amax; its epsilon is a
 *               lower bound of amax, its margin divides by 2^margin
 *   delayed     the same from the history of amax, ng_amax_history_scale() below
 *   power-2     current with scale's mantissa set to zero (the power of two below), as
 *               Transformer Engine's block scaling
 *   torchao     M / max(amax, 1e-12), divided in FP64 and rounded to FP32
 *   torchao-power-2   the same, then the power of two below: torchao's rowwise recipe
 *   deepseek    scale_inv = max(amax, 1e-4) / M, scale = 1 / scale_inv
 *   ms-amp      2^floor(log2(M / amax) - margin)
 *   mx-floor, mx-ceil, mx-even, mx-rceil   E8M0 scales of MX blocks
 *   nvfp4       two levels: FP32 for the tensor, E4M3 for each block of 16
 */
enum ng_scale_rule {
    NG_SCALE_RULE_NONE,
    NG_SCALE_RULE_CURRENT,
    NG_SCALE_RULE_FROZEN, /* a stored scale: evaluation */
    NG_SCALE_RULE_DELAYED,
    NG_SCALE_RULE_POWER_2,
    NG_SCALE_RULE_TORCHAO,
    NG_SCALE_RULE_TORCHAO_POWER_2,
    NG_SCALE_RULE_DEEPSEEK,
    NG_SCALE_RULE_MS_AMP,
    NG_SCALE_RULE_MX_FLOOR,
    NG_SCALE_RULE_MX_CEIL,
    NG_SCALE_RULE_MX_EVEN,
    NG_SCALE_RULE_MX_RCEIL,
    NG_SCALE_RULE_NVFP4,
};
NG_API extern const char *const ng_scale_rule_names[]; /* NULL at the end */

/* Of the rules that know them; both are 0 by default. */
struct ng_scale_options {
    int margin;    /* -126 .. 126 */
    float epsilon; /* Transformer Engine's amax_epsilon */
};

/* The two factors of one amax (a bit pattern, as in ng_cast_counts) under an FP32 rule
 * (current .. ms-amp but frozen and delayed). `previous` is the scale in force, for
 * rules that keep it when there is no amax to go by (ms-amp); 1 at the start, and for
 * blocks, which have no past. Of an infinite or NaN amax torchao and deepseek make a scale
 * of 0 or NaN: all elements then read back as NaN. */
NG_API void ng_scale_of(enum ng_scale_rule rule, const struct ng_scale_options *options,
                        const struct ng_format *format, uint32_t amax_bits,
                        float previous, float *scale, float *scale_inv);
/* The E8M0 code of one block under an MX rule; 0xFF (NaN) for an infinite or NaN amax. */
NG_API uint8_t ng_scale_mx(enum ng_scale_rule rule, const struct ng_format *format,
                           uint32_t amax_bits);

/*
 * Delayed scaling (Transformer Engine's DelayedScaling). amax[0] is the slot that this
 * step's casts fill, amax[1 .. length-1] are the steps before, newest first. At the end of
 * a step, once, and never for an evaluation, a recomputed forward pass, a skipped step, or
 * one micro-batch of several (which only raise amax[0]):
 *   ng_amax_history_scale() computes the next scale from all slots, then moves them:
 *   amax[i] goes to amax[i + 1], the oldest is dropped, amax[0] becomes 0.
 * A history starts with zeros, and so with the scale that was there before, 1. A step that
 * left amax[0] at zero (nothing was cast) changes neither the history nor the scale.
 */
struct ng_amax_history {
    float *amax; /* length slots, owned by the caller */
    size_t length;
    bool most_recent; /* amax_compute_algo: amax[0] alone; else the maximum of all */
};
NG_API void ng_amax_history_push(struct ng_amax_history *history, uint32_t amax_bits);
NG_API void ng_amax_history_scale(struct ng_amax_history *history,
                                  const struct ng_scale_options *options,
                                  const struct ng_format *format, float *scale,
                                  float *scale_inv);

/* ---- Quantised matrices ------------------------------------------------------------ */

/*
 * rows x cols logical elements, row-major. value(r, c) = RN32(value(code) * scale_inv of
 * its block), with a second level RN32(that * global_scale_inv).
 *
 * Granularity says which elements share a scale, orientation along which dimension blocks
 * run: quantising along rows and along columns gives two different matrices, so each has
 * codes and scales of its own. Both are row-major arrays of the same logical shape.
 *
 *   granularity   NG_ROWWISE scales            NG_COLWISE scales
 *   none          no scale: the value is cast  the same
 *   tensor        1                            - (the same matrix)
 *   row           rows: one for each row       cols: one for each column
 *   1xB           rows x ceil(cols/B)          ceil(rows/B) x cols (B consecutive rows)
 *   BxB           ceil(rows/B) x ceil(cols/B)  - (the same matrix)
 *   mx            1x32, E8M0                   32x1, E8M0
 *   nvfp4         1x16, UE4M3, global_scale    16x1, UE4M3, global_scale
 * Scales are row-major arrays of these shapes. The last block of a row or column may be
 * short. Blocks of the matrix's whole width behave as any other.
 */
enum ng_granularity {
    NG_GRANULARITY_NONE,
    NG_GRANULARITY_TENSOR,
    NG_GRANULARITY_ROW,
    NG_GRANULARITY_1XB,
    NG_GRANULARITY_BXB,
    NG_GRANULARITY_MX,
    NG_GRANULARITY_NVFP4,
};
NG_API extern const char *const ng_granularity_names[]; /* NULL at the end */

enum ng_scale_format { NG_SCALE_NONE, NG_SCALE_FP32, NG_SCALE_E8M0, NG_SCALE_UE4M3 };
enum ng_orientation { NG_ROWWISE, NG_COLWISE, NG_ORIENTATIONS };

struct ng_qmatrix {
    const struct ng_format *format;
    struct ng_policy policy;
    /* Of stochastic rounding: element r, c draws word first + r*cols + c, in the colwise
     * orientation of stream + 2^31. */
    struct ng_random random;
    uint64_t first; /* 0, or where a part of a larger matrix begins in it */
    size_t rows, cols;
    struct {
        void *data;        /* NULL: this orientation is not held */
        size_t row_stride; /* in elements */
    } codes[NG_ORIENTATIONS];
    enum ng_granularity granularity;
    size_t block; /* B of 1XB and BXB, 32 of MX, 16 of NVFP4; 0 otherwise */
    enum ng_scale_rule scale_rule;
    struct ng_scale_options scale_options;
    enum ng_scale_format scale_format;
    struct {
        float *scale, *scale_inv; /* NG_SCALE_FP32; both are stored */
        uint8_t *codes;           /* NG_SCALE_E8M0, NG_SCALE_UE4M3 */
        size_t count;             /* capacity, at least ng_qmatrix_scale_count() */
    } scales[NG_ORIENTATIONS];
    float global_scale, global_scale_inv; /* second level; 1 where there is none */
    struct ng_tensor_stats stats;         /* of all casts into it */

    /* The owner's own: how narrowgauge books a matrix. The library does not look. */
    int source, ledger_class, lifetime;
    void *device;
};

/* Can this matrix be cast into: does rule fit granularity, are blocks and strides right,
 * are buffers there for the orientations held? NG_INVALID says what is wrong. */
NG_API enum ng_status ng_qmatrix_check(const struct ng_qmatrix *matrix,
                                       struct ng_error *err);
/* Scales that one orientation needs; 0 where it has none. */
NG_API size_t ng_qmatrix_scale_count(const struct ng_qmatrix *matrix,
                                     enum ng_orientation orientation);

/* The producer of x did not measure the largest magnitude: it is found by one more read
 * of x, where the granularity needs it. */
#define NG_AMAX_UNKNOWN UINT32_MAX
/* Bit pattern of the largest magnitude of n elements. */
NG_API uint32_t ng_amax_bits(const float *x, size_t n);

/* Casts x (rows x cols in x_format, unscaled; row stride in elements) into every
 * orientation held by a matrix that ng_qmatrix_check() accepts. Rules work out the scales
 * from amax_bits (tensor and nvfp4) or from each block (others), FROZEN and DELAYED keep
 * the stored ones (scales of 1 at the start; the cast does not touch a history). Without a
 * scale and with x_format that of the matrix it is a copy: infinity stays, whatever the
 * policy makes of it, and NaN becomes canonical or keeps its sign. stats are added to
 * once, by the rowwise orientation if it is held. */
NG_API void ng_qmatrix_cast(struct ng_qmatrix *matrix, const void *x,
                            const struct ng_format *x_format, size_t x_stride,
                            uint32_t amax_bits, struct ng_pool *pool);
/* n elements of one row, from column `first`, back as FP32, NaN canonical; where both
 * orientations are the same matrix, either name reads it. */
NG_API void ng_qmatrix_read(const struct ng_qmatrix *matrix,
                            enum ng_orientation orientation, size_t row, size_t first,
                            size_t n, float *x);

/* ---- Full statistics --------------------------------------------------------------- */

/*
 * How close q, the values read back, is to x. The names are Transformer Engine's
 * (LogFp8TensorStats, LogTensorStats) where it has them:
 *   underflows%     100 * (nonzero of x - nonzero of q) / elements
 *   mse             sum (q - x)^2 / elements
 *   dynamic_range   log2(amax) - log2(smallest nonzero |x|)
 *   sqnr            10 log10(sum x^2 / sum (q - x)^2) in dB (torchao's compute_error)
 * Sums are FP64, over the elements where x and q are finite: both are converted to FP64,
 * q - x, its square and each addition are rounded once. Their order is fixed: 16 lanes
 * striped by index, blocks of 4096, lane i + lane i+8, then 4, 2, 1, blocks ascending.
 * nonzero_x and nonzero_q count over all elements; -0 is a zero, NaN is not.
 * exponents[e] counts the finite nonzero x whose FP32 exponent field is e (0: subnormal).
 */
struct ng_full_statistics {
    uint64_t elements, finite, nonzero_x, nonzero_q;
    double sum_squares, sum_error_squares;
    uint32_t amax_bits, amin_bits; /* of |x| over finite nonzero x; 0: there is none */
    uint64_t exponents[256];
};
/* Adds n elements; `into` starts as all zeros. Each call starts a block of its own, so
 * the order and the sizes of calls are part of the sum. */
NG_API void ng_full_statistics_add(struct ng_full_statistics *into, const float *x,
                                   const float *q, size_t n);
/* ng_format_encode(), and ng_full_statistics_add() of what ng_format_decode() makes of the
 * codes, in one pass over memory. */
NG_API void ng_format_encode_full(const struct ng_format *format,
                                  const struct ng_policy *policy, float scale,
                                  float scale_inv, const float *x, void *codes,
                                  size_t n, const struct ng_random *random,
                                  uint64_t first, struct ng_cast_counts *counts,
                                  struct ng_full_statistics *full);
/* Infinite for an exact cast, NaN where nothing is finite and nonzero. */
NG_API double ng_full_sqnr(const struct ng_full_statistics *full);
NG_API double ng_full_mse(const struct ng_full_statistics *full);
NG_API double ng_full_dynamic_range(const struct ng_full_statistics *full);

#ifdef __cplusplus
}
#endif

#endif
