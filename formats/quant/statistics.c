/*
 * Full statistics of a cast, block by block: a block stays in the first-level caches while
 * it is encoded, read back and looked at.
 */
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "formats/codec/format.h"
#include "formats/math/math.h"

enum { LANES = 16, BLOCK = 4096 };

/* Where q was read back from: codes of one byte, of which those without a bit of
 * `magnitude` and no others are read back as zero. */
struct origin {
    const uint8_t *codes;
    uint8_t magnitude;
    float scale, least; /* from |x| * scale = least on, no code is zero */
};
static const uint32_t INF_BITS = 0x7F800000, LEAST_NORMAL_BITS = 0x00800000;

struct lanes {
    double squares[LANES], errors[LANES];
};

/* amin_bits 0 says that there is none: less one, it is larger than all. */
static void join_range(struct ng_full_statistics *into, uint32_t amax, uint32_t amin)
{
    if (amax > into->amax_bits)
        into->amax_bits = amax;
    if (amin - 1 < into->amin_bits - 1)
        into->amin_bits = amin;
}

static void fold(struct ng_full_statistics *into, struct lanes *lanes)
{
    into->sum_squares += ng_fold_f64(lanes->squares);
    into->sum_error_squares += ng_fold_f64(lanes->errors);
}

/* What the header says, element by element. */
static void add_block_scalar(struct ng_full_statistics *into, const float *x,
                             const float *q, size_t n)
{
    struct lanes lanes = {0};
    uint32_t nonzero_x = 0, nonzero_q = 0, finite = 0, amax = 0,
             amin_less_1 = UINT32_MAX;
    for (size_t i = 0; i < n; i++) {
        uint32_t x_bits = ng_bits_of(x[i]) & 0x7FFFFFFF;
        uint32_t q_bits = ng_bits_of(q[i]) & 0x7FFFFFFF;
        nonzero_x += x_bits != 0;
        nonzero_q += q_bits != 0;
        if (x_bits < INF_BITS) {
            into->exponents[x_bits >> 23] += x_bits != 0;
            amax = x_bits > amax ? x_bits : amax;
            amin_less_1 = x_bits - 1 < amin_less_1 ? x_bits - 1 : amin_less_1;
        }
        if (x_bits < INF_BITS && q_bits < INF_BITS) {
            double value = (double)x[i], error = (double)q[i] - value;
            finite++;
            lanes.squares[i % LANES] += value * value;
            lanes.errors[i % LANES] += error * error;
        }
    }
    fold(into, &lanes);
    into->elements += n;
    into->nonzero_x += nonzero_x;
    into->nonzero_q += nonzero_q;
    into->finite += finite;
    join_range(into, amax, amin_less_1 + 1);
}

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2        __attribute__((target("avx2,fma")))
#define AVX2_INLINE __attribute__((target("avx2,fma"), always_inline)) static inline
/* Elements of a turn. */
enum { TURN = 32 };

/* The square of an FP32 number is exact in FP64, so that the fused addition has the bits
 * of two operations. That of an error is not. */
AVX2_INLINE void add_four(__m256d *square, __m256d *error, const float *x,
                          const float *q)
{
    __m256d value = _mm256_cvtps_pd(_mm_loadu_ps(x));
    __m256d off = _mm256_sub_pd(_mm256_cvtps_pd(_mm_loadu_ps(q)), value);
    *square = _mm256_fmadd_pd(value, value, *square);
    *error = _mm256_add_pd(*error, _mm256_mul_pd(off, off));
}

/* Of the magnitudes of one block. Zeros are the largest number to amin_less_1. */
struct scan {
    __m256i amax, amin_less_1;
    __m256i zeros_q; /* how many, in 32-bit fields, where they are counted */
    __m256i low_x;   /* how many have exponent field 0, in 8-bit fields */
};

/* Returns the exponent fields. */
AVX2_INLINE __m256i scan_eight(struct scan *scan, const float *x, const float *q,
                               bool count_q)
{
    __m256i magnitude = _mm256_and_si256(_mm256_loadu_si256((const __m256i *)x),
                                         _mm256_set1_epi32(0x7FFFFFFF));
    scan->amax = _mm256_max_epu32(scan->amax, magnitude);
    scan->amin_less_1 = _mm256_min_epu32(
        scan->amin_less_1, _mm256_sub_epi32(magnitude, _mm256_set1_epi32(1)));
    if (count_q) {
        __m256 zero =
            _mm256_cmp_ps(_mm256_loadu_ps(q), _mm256_setzero_ps(), _CMP_EQ_OQ);
        scan->zeros_q = _mm256_sub_epi32(scan->zeros_q, _mm256_castps_si256(zero));
    }
    return _mm256_srli_epi32(magnitude, 23);
}

/* exponents: one byte for each element, in an order of their own. */
AVX2_INLINE void scan_turns(struct scan *into, struct lanes *lanes, const float *x,
                            const float *q, size_t turns, __m256i *exponents,
                            bool count_q)
{
    struct scan scan = *into;
    __m256d square[4], error[4];
    memcpy(square, lanes->squares, sizeof square);
    memcpy(error, lanes->errors, sizeof error);
    for (size_t turn = 0; turn < turns; turn++, x += TURN, q += TURN) {
        __m256i a = scan_eight(&scan, x, q, count_q);
        __m256i b = scan_eight(&scan, x + 8, q + 8, count_q);
        __m256i c = scan_eight(&scan, x + 16, q + 16, count_q);
        __m256i d = scan_eight(&scan, x + 24, q + 24, count_q);
        __m256i bytes =
            _mm256_packus_epi16(_mm256_packus_epi32(a, b), _mm256_packus_epi32(c, d));
        scan.low_x = _mm256_sub_epi8(scan.low_x,
                                     _mm256_cmpeq_epi8(bytes, _mm256_setzero_si256()));
        exponents[turn] = bytes;
        for (int half = 0; half < TURN; half += LANES) {
            add_four(&square[0], &error[0], x + half, q + half);
            add_four(&square[1], &error[1], x + half + 4, q + half + 4);
            add_four(&square[2], &error[2], x + half + 8, q + half + 8);
            add_four(&square[3], &error[3], x + half + 12, q + half + 12);
        }
    }
    *into = scan;
    memcpy(lanes->squares, square, sizeof square);
    memcpy(lanes->errors, error, sizeof error);
}

AVX2 static void scan_and_count_q(struct scan *into, struct lanes *lanes,
                                  const float *x, const float *q, size_t turns,
                                  __m256i *exponents)
{
    scan_turns(into, lanes, x, q, turns, exponents, true);
}

AVX2 static void scan_alone(struct scan *into, struct lanes *lanes, const float *x,
                            const float *q, size_t turns, __m256i *exponents)
{
    scan_turns(into, lanes, x, q, turns, exponents, false);
}

AVX2_INLINE uint64_t sum_of_bytes(__m256i bytes)
{
    uint64_t sums[4];
    __m256i sum = _mm256_sad_epu8(bytes, _mm256_setzero_si256());
    _mm256_storeu_si256((__m256i *)sums, sum);
    return sums[0] + sums[1] + sums[2] + sums[3];
}

AVX2_INLINE uint64_t sum_of_words(__m256i words)
{
    uint32_t each[8];
    uint64_t sum = 0;
    _mm256_storeu_si256((__m256i *)each, words);
    for (int i = 0; i < 8; i++)
        sum += each[i];
    return sum;
}

/* How many bytes are below + k, to count[k], for the k = 1..15 in first .. first + 7; all
 * together are returned. A byte is turned into its k (0 for lower ones), or into what a
 * shuffle reads as zero; the shuffle turns k into a one in a half byte of a counter, which
 * 15 vectors cannot overflow. Eight values at a time are what the registers hold. */
AVX2 static uint64_t count_eight(const __m256i *bytes, size_t vectors, int below,
                                 int first, uint64_t *count)
{
    enum { COUNTERS = 4, FULL = 15 };
    const __m256i low = _mm256_set1_epi8((char)below), beyond = _mm256_set1_epi8(0x70),
                  half = _mm256_set1_epi8(0x0F);
    __m256i ones[COUNTERS], total[2 * COUNTERS];
    for (int c = 0; c < COUNTERS; c++) {
        uint8_t one[16] = {0};
        one[first + 2 * c] = 0x01;
        one[first + 2 * c + 1] = 0x10;
        ones[c] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)one));
        total[2 * c] = total[2 * c + 1] = _mm256_setzero_si256();
    }
    while (vectors > 0) {
        __m256i counter[COUNTERS];
        size_t turns = vectors < FULL ? vectors : FULL;
        memset(counter, 0, sizeof counter);
        for (const __m256i *end = bytes + turns; bytes < end; bytes++) {
            __m256i k = _mm256_adds_epu8(_mm256_subs_epu8(*bytes, low), beyond);
            for (int c = 0; c < COUNTERS; c++)
                counter[c] =
                    _mm256_add_epi8(counter[c], _mm256_shuffle_epi8(ones[c], k));
        }
        for (int c = 0; c < COUNTERS; c++) {
            __m256i high = _mm256_srli_epi16(counter[c], 4);
            total[2 * c] =
                _mm256_add_epi8(total[2 * c], _mm256_and_si256(counter[c], half));
            total[2 * c + 1] =
                _mm256_add_epi8(total[2 * c + 1], _mm256_and_si256(high, half));
        }
        vectors -= turns;
    }
    uint64_t all = 0;
    for (int k = first == 0; k < 2 * COUNTERS; k++) {
        uint64_t sum = sum_of_bytes(total[k]);
        count[first + k] += sum;
        all += sum;
    }
    return all;
}

/* Each of the few bytes in 1 .. most. */
AVX2 static void count_few(const __m256i *bytes, size_t vectors, int most,
                           uint64_t *count)
{
    const __m256i limit = _mm256_set1_epi8((char)most);
    for (size_t v = 0; v < vectors; v++) {
        __m256i within = _mm256_cmpeq_epi8(_mm256_min_epu8(bytes[v], limit), bytes[v]);
        __m256i zero = _mm256_cmpeq_epi8(bytes[v], _mm256_setzero_si256());
        unsigned mask =
            (unsigned)_mm256_movemask_epi8(_mm256_andnot_si256(zero, within));
        for (; mask != 0; mask &= mask - 1)
            count[((const uint8_t *)&bytes[v])[__builtin_ctz(mask)]]++;
    }
}

/* Real tensors have most of their elements within 15 exponents below the largest. */
AVX2 static void count_exponents(const __m256i *bytes, size_t vectors, int largest,
                                 uint64_t left, uint64_t *count)
{
    enum { FEW = 32, WINDOW = 15 };
    for (int top = largest; left > 0; top -= WINDOW) {
        if (left <= FEW || top < WINDOW) {
            count_few(bytes, vectors, top, count);
            return;
        }
        uint64_t *window = count + (top - WINDOW);
        left -= count_eight(bytes, vectors, top - WINDOW, 8, window);
        if (left > 0)
            left -= count_eight(bytes, vectors, top - WINDOW, 0, window);
    }
}

AVX2_INLINE void range_of_scan(const struct scan *scan, uint32_t *amax, uint32_t *amin)
{
    uint32_t most[8], least[8], amin_less_1 = UINT32_MAX;
    _mm256_storeu_si256((__m256i *)most, scan->amax);
    _mm256_storeu_si256((__m256i *)least, scan->amin_less_1);
    *amax = 0;
    for (int i = 0; i < 8; i++) {
        *amax = most[i] > *amax ? most[i] : *amax;
        amin_less_1 = least[i] < amin_less_1 ? least[i] : amin_less_1;
    }
    *amin = amin_less_1 + 1;
}

static uint64_t zero_codes(const struct origin *origin, size_t n)
{
    uint64_t zeros = 0;
    for (size_t i = 0; i < n; i++)
        zeros += (origin->codes[i] & origin->magnitude) == 0;
    return zeros;
}

/* Where nothing is flushed, the zeros of q are those of x. */
static uint64_t zeros_of_codes(const struct origin *origin, size_t n, uint32_t amin,
                               uint64_t zeros_x)
{
    bool flushes = amin != 0 && ng_float_of(amin) * origin->scale < origin->least;
    return flushes ? zero_codes(origin, n) : zeros_x;
}

/* origin may be NULL. */
AVX2 static void add_block_avx2(struct ng_full_statistics *into, const float *x,
                                const float *q, size_t n, const struct origin *origin)
{
    __m256i exponents[BLOCK / TURN];
    size_t turns = n / TURN, over = n % TURN, vectors = turns + (over != 0);
    uint64_t padding = vectors * TURN - n;
    struct lanes lanes = {0};
    struct scan scan = {.amin_less_1 = _mm256_set1_epi32(-1)};
    (origin == NULL ? scan_and_count_q : scan_alone)(&scan, &lanes, x, q, turns,
                                                     exponents);
    if (over != 0) { /* a padding pair adds +0, which changes no sum from +0 */
        float last_x[TURN] = {0}, last_q[TURN] = {0};
        memcpy(last_x, x + turns * TURN, over * sizeof *x);
        memcpy(last_q, q + turns * TURN, over * sizeof *q);
        scan_and_count_q(&scan, &lanes, last_x, last_q, 1, exponents + turns);
    }

    uint32_t amax, amin;
    range_of_scan(&scan, &amax, &amin);
    double check = 0;
    for (int i = 0; i < LANES; i++)
        check += lanes.errors[i];
    /* An error that is not finite stays in its lane's sum. Among finite elements a
     * subnormal one is counted apart from zeros by the scalar body alone. */
    if (!(check - check == 0) || (amin != 0 && amin < LEAST_NORMAL_BITS)) {
        add_block_scalar(into, x, q, n);
        return;
    }
    fold(into, &lanes);
    uint64_t zeros_x = sum_of_bytes(scan.low_x) - padding;
    uint64_t zeros_q = origin == NULL ? sum_of_words(scan.zeros_q) - padding
                                      : zeros_of_codes(origin, n, amin, zeros_x);
    into->elements += n;
    into->finite += n;
    into->nonzero_x += n - zeros_x;
    into->nonzero_q += n - zeros_q;
    join_range(into, amax, amin);
    count_exponents(exponents, vectors, (int)(amax >> 23), n - zeros_x,
                    into->exponents);
}
#else
static void add_block_avx2(struct ng_full_statistics *into, const float *x,
                           const float *q, size_t n, const struct origin *origin)
{
    (void)origin;
    add_block_scalar(into, x, q, n);
}
#endif

static size_t least_of(size_t a, size_t b)
{
    return a < b ? a : b;
}

void ng_full_statistics_add(struct ng_full_statistics *into, const float *x,
                            const float *q, size_t n)
{
    bool fast = ng_isa() >= NG_ISA_AVX2;
    for (size_t at = 0; at < n; at += BLOCK) {
        size_t count = least_of(n - at, BLOCK);
        if (fast)
            add_block_avx2(into, x + at, q + at, count, NULL);
        else
            add_block_scalar(into, x + at, q + at, count);
    }
}

/* Not where a code that is no zero may be read back as one. */
static bool zeros_are_zero_codes(const struct ng_format *format, float scale_inv)
{
    return format->storage_bytes == 1 && format->encoding != NG_UNSIGNED &&
           format->min_subnormal * scale_inv != 0;
}

void ng_format_encode_full(const struct ng_format *format,
                           const struct ng_policy *policy, float scale, float scale_inv,
                           const float *x, void *codes, size_t n,
                           const struct ng_random *random, uint64_t first,
                           struct ng_cast_counts *counts,
                           struct ng_full_statistics *full)
{
    float q[BLOCK];
    bool fast = ng_isa() >= NG_ISA_AVX2;
    bool by_codes = zeros_are_zero_codes(format, scale_inv);
    uint32_t sign = format->has_negative_zero ? ng_format_sign_bit(format) : 0;
    struct origin origin = {.magnitude = (uint8_t)(ng_format_mask(format) & ~sign),
                            .scale = scale,
                            .least = format->min_subnormal};
    for (size_t at = 0; at < n; at += BLOCK) {
        size_t count = least_of(n - at, BLOCK);
        uint8_t *block = (uint8_t *)codes + at * (size_t)format->storage_bytes;
        ng_format_encode(format, policy, scale, x + at, block, count, random,
                         first + at, counts);
        ng_format_decode(format, block, scale_inv, q, count);
        origin.codes = block;
        if (fast)
            add_block_avx2(full, x + at, q, count, by_codes ? &origin : NULL);
        else
            add_block_scalar(full, x + at, q, count);
    }
}

double ng_full_sqnr(const struct ng_full_statistics *full)
{
    const double log10_of_2 = 0x1.34413509f79ffp-2;
    if (!(full->sum_squares > 0))
        return (double)NAN;
    if (full->sum_error_squares == 0)
        return (double)INFINITY;
    return 10 * log10_of_2 *
           (ng_log2(full->sum_squares) - ng_log2(full->sum_error_squares));
}

double ng_full_mse(const struct ng_full_statistics *full)
{
    if (full->elements == 0)
        return (double)NAN;
    return full->sum_error_squares / (double)full->elements;
}

double ng_full_dynamic_range(const struct ng_full_statistics *full)
{
    if (full->amin_bits == 0)
        return (double)NAN;
    return ng_log2((double)ng_float_of(full->amax_bits)) -
           ng_log2((double)ng_float_of(full->amin_bits));
}
