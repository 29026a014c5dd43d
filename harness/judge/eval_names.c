#include <stdlib.h>
#include <string.h>

#include "harness/judge/eval_table.h"

#define PIECE ((size_t)16 * 1024)

/* FNV-1a of 64 bits (Fowler, Noll, Vo). */
static uint64_t hash_of(const char *text)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (const unsigned char *s = (const unsigned char *)text; *s != '\0'; s++)
        hash = (hash ^ *s) * UINT64_C(1099511628211);
    return hash;
}

/* The slot that holds the text, or the free one where it belongs. */
static size_t slot_of(const struct ng_eval_names *names, const char *text)
{
    size_t slot = (size_t)hash_of(text) & (names->slot_count - 1);
    while (names->slots[slot] != 0 &&
           strcmp(names->texts[names->slots[slot] - 1], text) != 0)
        slot = (slot + 1) & (names->slot_count - 1);
    return slot;
}

/* Twice as many slots as texts at least, a power of two. */
static bool make_room(struct ng_eval_names *names)
{
    if (names->count < names->capacity)
        return true;
    size_t capacity = names->capacity == 0 ? 16 : 2 * names->capacity;
    char **texts = realloc(names->texts, capacity * sizeof *texts);
    if (texts == NULL)
        return false;
    names->texts = texts;
    uint32_t *slots = calloc(2 * capacity, sizeof *slots);
    if (slots == NULL)
        return false;
    free(names->slots);
    names->slots = slots;
    names->slot_count = 2 * capacity;
    names->capacity = capacity;
    for (size_t i = 0; i < names->count; i++)
        slots[slot_of(names, names->texts[i])] = (uint32_t)i + 1;
    return true;
}

/* The arena aligns for tensors; texts stand close together in pieces of it. */
static char *keep(struct ng_eval_names *names, const char *text)
{
    size_t size = strlen(text) + 1;
    if (size > names->room_left) {
        size_t piece = size > PIECE ? size : PIECE;
        names->room = ng_arena_alloc(&names->arena, piece);
        names->room_left = names->room == NULL ? 0 : piece;
        if (names->room == NULL)
            return NULL;
    }
    char *kept = names->room;
    memcpy(kept, text, size);
    names->room += size;
    names->room_left -= size;
    return kept;
}

uint32_t ng_eval_names_find(const struct ng_eval_names *names, const char *text)
{
    if (names->slot_count == 0)
        return NG_EVAL_NONE;
    uint32_t found = names->slots[slot_of(names, text)];
    return found == 0 ? NG_EVAL_NONE : found - 1;
}

uint32_t ng_eval_names_add(struct ng_eval_names *names, const char *text)
{
    uint32_t found = ng_eval_names_find(names, text);
    if (found != NG_EVAL_NONE)
        return found;
    if (names->count >= NG_EVAL_NONE - 1 || !make_room(names))
        return NG_EVAL_NONE;
    char *kept = keep(names, text);
    if (kept == NULL)
        return NG_EVAL_NONE;
    names->texts[names->count] = kept;
    names->slots[slot_of(names, text)] = (uint32_t)names->count + 1;
    return (uint32_t)names->count++;
}

void ng_eval_names_release(struct ng_eval_names *names)
{
    ng_arena_release(&names->arena);
    free(names->texts);
    free(names->slots);
    *names = (struct ng_eval_names){0};
}
