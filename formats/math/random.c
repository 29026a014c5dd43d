/*
 * Philox4x32-10: J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as
 * easy as 1, 2, 3", SC 2011. A block of four words is a bijection of the counter under
 * the key, so each word can be had alone, in any order, on any thread.
 */
#include "formats/math/math.h"

#include <Random123/philox.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "formats/base/cpu.h"

uint32_t ng_stream_key(enum ng_stream stream, uint32_t tensor)
{
    return (uint32_t)stream << 24 | (tensor & 0xFFFFFF);
}

static philox4x32_ctr_t block_at(const struct ng_random *random, uint64_t block)
{
    philox4x32_ctr_t counter = {{(uint32_t)block, (uint32_t)(block >> 32),
                                 (uint32_t)random->step,
                                 (uint32_t)(random->step >> 32)}};
    philox4x32_key_t key = {{random->seed, random->stream}};
    return philox4x32_R(10, counter, key);
}

uint32_t ng_random_u32(const struct ng_random *random, uint64_t index)
{
    return block_at(random, index / 4).v[index % 4];
}

#if defined(__x86_64__)
#define NG_AVX2 __attribute__((target("avx2")))

enum { LANES = 8, ROUNDS = 10 };

/* Eight counters at a time, word w of each in v[w]. */
struct lanes {
    __m256i v[4];
};

/* What the rounds add to the key, in all lanes. */
struct keys {
    __m256i k0[ROUNDS], k1[ROUNDS];
};

/* High and low halves of eight products with a 32-bit constant. */
static inline NG_AVX2 void multiply(__m256i x, uint32_t by, __m256i *high, __m256i *low)
{
    __m256i factor = _mm256_set1_epi32((int32_t)by);
    __m256i even = _mm256_mul_epu32(x, factor);
    __m256i odd = _mm256_mul_epu32(_mm256_srli_epi64(x, 32), factor);
    *high = _mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xAA);
    *low = _mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xAA);
}

static inline NG_AVX2 void round8(struct lanes *c, __m256i k0, __m256i k1)
{
    __m256i high0, low0, high1, low1;
    multiply(c->v[0], PHILOX_M4x32_0, &high0, &low0);
    multiply(c->v[2], PHILOX_M4x32_1, &high1, &low1);
    c->v[0] = _mm256_xor_si256(_mm256_xor_si256(high1, c->v[1]), k0);
    c->v[2] = _mm256_xor_si256(_mm256_xor_si256(high0, c->v[3]), k1);
    c->v[1] = low1;
    c->v[3] = low0;
}

static inline NG_AVX2 struct lanes lanes_at(const struct ng_random *random,
                                            uint64_t block)
{
    uint32_t low[LANES], high[LANES];
    for (unsigned i = 0; i < LANES; i++) {
        low[i] = (uint32_t)(block + i);
        high[i] = (uint32_t)((block + i) >> 32);
    }
    return (struct lanes){{_mm256_loadu_si256((const __m256i *)(const void *)low),
                           _mm256_loadu_si256((const __m256i *)(const void *)high),
                           _mm256_set1_epi32((int32_t)random->step),
                           _mm256_set1_epi32((int32_t)(random->step >> 32))}};
}

/* Words of eight blocks, block by block. */
static inline NG_AVX2 void store_blocks(const struct lanes *c, uint32_t *words)
{
    __m256i low01 = _mm256_unpacklo_epi32(c->v[0], c->v[1]);
    __m256i high01 = _mm256_unpackhi_epi32(c->v[0], c->v[1]);
    __m256i low23 = _mm256_unpacklo_epi32(c->v[2], c->v[3]);
    __m256i high23 = _mm256_unpackhi_epi32(c->v[2], c->v[3]);
    /* Each holds a block in its low half and the one four further in its high half. */
    __m256i pair[4] = {
        _mm256_unpacklo_epi64(low01, low23), _mm256_unpackhi_epi64(low01, low23),
        _mm256_unpacklo_epi64(high01, high23), _mm256_unpackhi_epi64(high01, high23)};
    for (int i = 0; i < 4; i += 2) {
        __m256i first = _mm256_permute2x128_si256(pair[i], pair[i + 1], 0x20);
        __m256i second = _mm256_permute2x128_si256(pair[i], pair[i + 1], 0x31);
        _mm256_storeu_si256((__m256i *)(void *)(words + 4 * i), first);
        _mm256_storeu_si256((__m256i *)(void *)(words + 16 + 4 * i), second);
    }
}

/* As many whole groups of 16 blocks as n words hold, from `block` on; returns how many
 * words that were. Two sets of lanes at a time: each alone would wait for its products. */
static NG_AVX2 size_t fill_avx2(const struct ng_random *random, uint64_t block,
                                size_t n, uint32_t *words)
{
    const size_t group = 8 * LANES;
    struct keys keys;
    for (uint32_t r = 0; r < ROUNDS; r++) {
        keys.k0[r] = _mm256_set1_epi32((int32_t)(random->seed + r * PHILOX_W32_0));
        keys.k1[r] = _mm256_set1_epi32((int32_t)(random->stream + r * PHILOX_W32_1));
    }
    size_t done = 0;
    for (; n - done >= group; done += group, block += 2 * LANES) {
        struct lanes a = lanes_at(random, block), b = lanes_at(random, block + LANES);
        for (int r = 0; r < ROUNDS; r++) {
            round8(&a, keys.k0[r], keys.k1[r]);
            round8(&b, keys.k0[r], keys.k1[r]);
        }
        store_blocks(&a, words + done);
        store_blocks(&b, words + done + group / 2);
    }
    return done;
}
#endif

void ng_random_fill(const struct ng_random *random, uint64_t first, size_t n,
                    uint32_t *words)
{
    size_t done = 0;
    for (; done < n && (first + done) % 4 != 0; done++)
        words[done] = ng_random_u32(random, first + done);
#if defined(__x86_64__)
    if (ng_isa() != NG_ISA_SCALAR)
        done += fill_avx2(random, (first + done) / 4, n - done, words + done);
#endif
    for (; n - done >= 4; done += 4) {
        philox4x32_ctr_t block = block_at(random, (first + done) / 4);
        for (int i = 0; i < 4; i++)
            words[done + (size_t)i] = block.v[i];
    }
    for (; done < n; done++)
        words[done] = ng_random_u32(random, first + done);
}

float ng_random_uniform(const struct ng_random *random, uint64_t index)
{
    return (float)(ng_random_u32(random, index) >> 8) * 0x1p-24f;
}

/* Draw i, scaled to 0..i by a multiplication: the chances of two places differ by less
 * than (i + 1) / 2^32. */
void ng_random_permutation(const struct ng_random *random, uint32_t *order, size_t n)
{
    for (size_t i = 0; i < n; i++)
        order[i] = (uint32_t)i;
    for (size_t i = n; i-- > 1;) {
        size_t j = (size_t)((uint64_t)ng_random_u32(random, i) * (i + 1) >> 32);
        uint32_t moved = order[i];
        order[i] = order[j];
        order[j] = moved;
    }
}
