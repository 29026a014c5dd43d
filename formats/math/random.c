/*
 * Philox4x32-10: J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as
 * easy as 1, 2, 3", SC 2011. A block of four words is a bijection of the counter under
 * the key, so each word can be had alone, in any order, on any thread.
 */
#include "formats/math/math.h"

#include <Random123/philox.h>

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

void ng_random_fill(const struct ng_random *random, uint64_t first, size_t n,
                    uint32_t *words)
{
    size_t done = 0;
    for (; done < n && (first + done) % 4 != 0; done++)
        words[done] = ng_random_u32(random, first + done);
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
