/*
 * Words of a text as numbers of buckets ("the hashing trick", Weinberger et al. 2009).
 *
 * A word is a run of ASCII letters, digits, apostrophes and bytes from 0x80 on (letters beyond
 * ASCII, in UTF-8); ASCII letters are lower-cased. Every word, and every pair of neighbouring
 * words joined by one blank, falls into the bucket of its 64-bit FNV-1a hash h: (h xor h >> 32)
 * mod buckets.
 *
 * Failure: none. Threads: any. Source: FNV-1a by G. Fowler, L. C. Noll and K.-P. Vo (public
 * domain), offset basis and prime as in RFC 9923.
 */
#ifndef NG_DATASETS_TEXT_HASH_H
#define NG_DATASETS_TEXT_HASH_H

#include <stddef.h>
#include <stdint.h>

#define NG_FNV_BASIS 0xcbf29ce484222325U

/* The hash of the bytes that gave `hash` so far (at first NG_FNV_BASIS) and these. */
uint64_t ng_fnv1a(uint64_t hash, const void *bytes, size_t count);

/* Sets x[bucket] = 1 for each word and pair of the text; changes nothing else of
 * x[0..buckets). */
void ng_text_hash(const char *text, float *x, size_t buckets);

/* Code points of well-formed UTF-8. */
size_t ng_text_characters(const char *text);

#endif
