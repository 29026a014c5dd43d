/*
 * A growing arena for things that live and die together (a parsed file, a resolved
 * recipe, a model's description). Not for tensors: those live in the planned memory of
 * models/ledger.h, where every byte is booked.
 *
 * Memory comes back zeroed and aligned to 64 bytes. ng_arena_release() frees it all and
 * leaves an empty arena that may be used again; releasing twice is harmless.
 * Failure: NULL, when the system has no memory; the arena stays usable.
 * Threads: one arena belongs to one thread at a time.
 */
#ifndef NG_BASE_ARENA_H
#define NG_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct ng_arena {
    struct ng_arena_block *blocks;
};

void *ng_arena_alloc(struct ng_arena *arena, size_t bytes);
/* count * size bytes; NULL also where the product overflows. */
void *ng_arena_array(struct ng_arena *arena, size_t count, size_t size);
char *ng_arena_text(struct ng_arena *arena, const char *text);
char *ng_arena_text_n(struct ng_arena *arena, const char *text, size_t length);
char *ng_arena_printf(struct ng_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void ng_arena_release(struct ng_arena *arena);

#endif
