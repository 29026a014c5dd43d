#include <stdlib.h>
#include <string.h>

#include "datasets/table.h"
#include "datasets/text_hash.h"

static uint32_t *slot_of(const struct ng_distinct *distinct, const char *text)
{
    size_t at = ng_fnv1a(NG_FNV_BASIS, text, strlen(text)) & (distinct->slots - 1);
    while (distinct->slot[at] != 0 &&
           strcmp(distinct->text[distinct->slot[at] - 1], text) != 0)
        at = (at + 1) & (distinct->slots - 1);
    return &distinct->slot[at];
}

/* At most half of the slots are ever taken. */
static bool make_room(struct ng_distinct *distinct)
{
    size_t capacity = distinct->capacity == 0 ? 16 : 2 * distinct->capacity;
    char **text = realloc(distinct->text, capacity * sizeof text[0]);
    if (text == NULL)
        return false;
    distinct->text = text;
    uint32_t *slot = calloc(2 * capacity, sizeof slot[0]);
    if (slot == NULL)
        return false;
    free(distinct->slot);
    distinct->slot = slot;
    distinct->slots = 2 * capacity;
    distinct->capacity = capacity;
    for (size_t i = 0; i < distinct->count; i++)
        *slot_of(distinct, text[i]) = (uint32_t)i + 1;
    return true;
}

enum ng_distinct_found ng_distinct_number(struct ng_distinct *distinct,
                                          const char *text, uint32_t *number)
{
    if (distinct->count == distinct->capacity && !make_room(distinct))
        return NG_DISTINCT_NO_MEMORY;
    uint32_t *slot = slot_of(distinct, text);
    if (*slot == 0) {
        if (distinct->count == NG_TABULAR_DISTINCT_LIMIT)
            return NG_DISTINCT_FULL;
        char *copy = strdup(text);
        if (copy == NULL)
            return NG_DISTINCT_NO_MEMORY;
        distinct->text[distinct->count++] = copy;
        *slot = (uint32_t)distinct->count;
    }
    *number = *slot - 1;
    return NG_DISTINCT_OK;
}

void ng_distinct_release(struct ng_distinct *distinct)
{
    for (size_t i = 0; i < distinct->count; i++)
        free(distinct->text[i]);
    free(distinct->text);
    free(distinct->slot);
    memset(distinct, 0, sizeof *distinct);
}
