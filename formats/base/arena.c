#include "formats/base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of a cache line, so that no two tensors share one. */
#define ALIGNMENT  64
#define BLOCK_SIZE (64 * 1024)

struct ng_arena_block {
    struct ng_arena_block *next;
    size_t used, size; /* of the bytes that follow the header's own 64 */
};

void *ng_arena_alloc(struct ng_arena *arena, size_t bytes)
{
    if (bytes > SIZE_MAX - 2 * ALIGNMENT)
        return NULL;
    size_t need = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    struct ng_arena_block *block = arena->blocks;
    if (block == NULL || block->size - block->used < need) {
        size_t size = need > BLOCK_SIZE ? need : BLOCK_SIZE;
        block = aligned_alloc(ALIGNMENT, ALIGNMENT + size);
        if (block == NULL)
            return NULL;
        block->next = arena->blocks;
        block->used = 0;
        block->size = size;
        arena->blocks = block;
    }
    void *memory = (char *)block + ALIGNMENT + block->used;
    block->used += need;
    memset(memory, 0, need);
    return memory;
}

void *ng_arena_array(struct ng_arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    return ng_arena_alloc(arena, count * size);
}

char *ng_arena_text_n(struct ng_arena *arena, const char *text, size_t length)
{
    char *copy = ng_arena_alloc(arena, length + 1);
    if (copy != NULL)
        memcpy(copy, text, length);
    return copy;
}

char *ng_arena_text(struct ng_arena *arena, const char *text)
{
    return ng_arena_text_n(arena, text, strlen(text));
}

char *ng_arena_printf(struct ng_arena *arena, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = length < 0 ? NULL : ng_arena_alloc(arena, (size_t)length + 1);
    if (text != NULL)
        vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

void ng_arena_release(struct ng_arena *arena)
{
    while (arena->blocks != NULL) {
        struct ng_arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
}
