#include "datasets/text_hash.h"

#include <stdbool.h>

#define FNV_PRIME 0x100000001b3U

uint64_t ng_fnv1a(uint64_t hash, const void *bytes, size_t count)
{
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < count; i++)
        hash = (hash ^ byte[i]) * FNV_PRIME;
    return hash;
}

static bool in_word(unsigned char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '\'' || byte >= 0x80;
}

/* The hash so far and the word at *at, behind which *at then stands. */
static uint64_t add_word(uint64_t hash, const unsigned char **at)
{
    for (; in_word(**at); (*at)++) {
        unsigned char byte = **at;
        if (byte >= 'A' && byte <= 'Z')
            byte = (unsigned char)(byte - 'A' + 'a');
        hash = ng_fnv1a(hash, &byte, 1);
    }
    return hash;
}

static void mark(float *x, size_t buckets, uint64_t hash)
{
    x[(hash ^ hash >> 32) % buckets] = 1;
}

void ng_text_hash(const char *text, float *x, size_t buckets)
{
    const unsigned char *at = (const unsigned char *)text;
    uint64_t last = 0;
    bool pair = false;
    for (;;) {
        while (*at != '\0' && !in_word(*at))
            at++;
        if (*at == '\0')
            return;
        const unsigned char *word = at;
        if (pair) {
            const unsigned char *again = word;
            mark(x, buckets, add_word(ng_fnv1a(last, " ", 1), &again));
        }
        last = add_word(NG_FNV_BASIS, &at);
        mark(x, buckets, last);
        pair = true;
    }
}

size_t ng_text_characters(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}
