#include "models/ledger.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 64 /* of every tensor: a cache line */

int ng_ledger_declare(struct ng_ledger *ledger, const char *name,
                      enum ng_ledger_class ledger_class, enum ng_lifetime lifetime,
                      size_t bytes, int first, int last)
{
    if (ledger->count == ledger->capacity) {
        size_t capacity = ledger->capacity == 0 ? 64 : 2 * ledger->capacity;
        struct ng_ledger_entry *entries =
            realloc(ledger->entries, capacity * sizeof *entries);
        if (entries == NULL) {
            ledger->failed = true;
            return -1;
        }
        ledger->entries = entries;
        ledger->capacity = capacity;
    }
    struct ng_ledger_entry *entry = &ledger->entries[ledger->count];
    *entry = (struct ng_ledger_entry){.ledger_class = ledger_class,
                                      .lifetime = lifetime,
                                      .bytes = bytes,
                                      .first = first,
                                      .last = last};
    snprintf(entry->name, sizeof entry->name, "%s", name);
    return (int)ledger->count++;
}

static size_t aligned(size_t bytes)
{
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static bool overlap(const struct ng_ledger_entry *a, const struct ng_ledger_entry *b)
{
    return a->first <= b->last && b->first <= a->last;
}

/* Lowest offset at which entry fits beside those already placed. */
static size_t place(const struct ng_ledger *ledger, const size_t *placed,
                    size_t placed_count, const struct ng_ledger_entry *entry,
                    const size_t *offsets)
{
    size_t offset = 0;
    bool moved = true;
    while (moved) {
        moved = false;
        for (size_t i = 0; i < placed_count; i++) {
            const struct ng_ledger_entry *other = &ledger->entries[placed[i]];
            size_t from = offsets[placed[i]], to = from + aligned(other->bytes);
            if (overlap(entry, other) && offset < to &&
                from < offset + aligned(entry->bytes)) {
                offset = to;
                moved = true;
            }
        }
    }
    return offset;
}

static double weight(const struct ng_ledger_entry *entry, int order)
{
    double bytes = (double)entry->bytes, life = entry->last - entry->first + 1;
    switch (order) {
    case 0:
        return bytes;
    case 1:
        return life * 1e15 + bytes;
    case 2:
        return bytes * life;
    default:
        return -entry->first * 1e15 + bytes;
    }
}

#define ORDERS 4

/* Places the step tensors in the given order of weight; returns the height reached. */
static size_t lay_out(const struct ng_ledger *ledger, int order, size_t *placed,
                      size_t *offsets)
{
    size_t count = 0, height = 0;
    for (size_t i = 0; i < ledger->count; i++) {
        if (ledger->entries[i].lifetime != NG_LIFETIME_STEP)
            continue;
        size_t at = count++;
        double mine = weight(&ledger->entries[i], order);
        while (at > 0 && weight(&ledger->entries[placed[at - 1]], order) < mine) {
            placed[at] = placed[at - 1];
            at--;
        }
        placed[at] = i;
    }
    for (size_t i = 0; i < count; i++) {
        const struct ng_ledger_entry *entry = &ledger->entries[placed[i]];
        offsets[placed[i]] = place(ledger, placed, i, entry, offsets);
        size_t top = offsets[placed[i]] + aligned(entry->bytes);
        if (top > height)
            height = top;
    }
    return height;
}

/* Offline memory planning is NP-hard; the best of a few greedy orders comes within a
 * percent or two of the bound for chains of layers. */
static size_t best_layout(const struct ng_ledger *ledger, size_t *placed,
                          size_t *offsets, size_t *best)
{
    size_t lowest = SIZE_MAX;
    for (int order = 0; order < ORDERS; order++) {
        size_t height = lay_out(ledger, order, placed, offsets);
        if (height < lowest) {
            lowest = height;
            memcpy(best, offsets, ledger->count * sizeof *best);
        }
    }
    return lowest;
}

static size_t alive_at(const struct ng_ledger *ledger, int position,
                       size_t by_class[NG_LEDGER_CLASSES])
{
    size_t bytes = 0;
    memset(by_class, 0, NG_LEDGER_CLASSES * sizeof by_class[0]);
    for (size_t i = 0; i < ledger->count; i++) {
        const struct ng_ledger_entry *entry = &ledger->entries[i];
        if (entry->lifetime == NG_LIFETIME_STEP &&
            (position < entry->first || position > entry->last))
            continue;
        by_class[entry->ledger_class] += entry->bytes;
        bytes += entry->bytes;
    }
    return bytes;
}

static void summarise(struct ng_ledger *ledger, size_t memory_bytes)
{
    int last = 0;
    for (size_t i = 0; i < ledger->count; i++) {
        const struct ng_ledger_entry *entry = &ledger->entries[i];
        if (entry->lifetime == NG_LIFETIME_PERSISTENT) {
            ledger->persistent_bytes += entry->bytes;
            ledger->by_class[entry->ledger_class] += entry->bytes;
        } else if (entry->last > last) {
            last = entry->last;
        }
    }
    size_t fullest = 0;
    for (int position = 0; position <= last; position++) {
        size_t by_class[NG_LEDGER_CLASSES];
        size_t bytes = alive_at(ledger, position, by_class);
        if (bytes > fullest) {
            fullest = bytes;
            memcpy(ledger->by_class_at_peak, by_class, sizeof by_class);
        }
    }
    ledger->lower_bound = fullest;
    ledger->planned_peak = memory_bytes;
    ledger->by_class_at_peak[NG_LEDGER_PADDING] += memory_bytes - fullest;
}

enum ng_status ng_ledger_plan(struct ng_ledger *ledger, struct ng_error *err)
{
    size_t count = ledger->count == 0 ? 1 : ledger->count;
    size_t *scratch = calloc(3 * count, sizeof *scratch);
    enum ng_status status = NG_OK;
    if (scratch == NULL || ledger->failed) {
        free(scratch);
        return ng_fail(err, NG_FAILED, "no memory to plan %zu tensors", ledger->count);
    }
    size_t *best = scratch + 2 * count;
    size_t height = best_layout(ledger, scratch, scratch + count, best);
    size_t base = 0;
    for (size_t i = 0; i < ledger->count; i++)
        if (ledger->entries[i].lifetime == NG_LIFETIME_PERSISTENT) {
            ledger->entries[i].offset = base;
            base += aligned(ledger->entries[i].bytes);
        }
    for (size_t i = 0; i < ledger->count; i++)
        if (ledger->entries[i].lifetime == NG_LIFETIME_STEP)
            ledger->entries[i].offset = base + best[i];
    summarise(ledger, base + height);
    /* calloc, because it hands out large memory as zero pages that cost nothing until
     * they are written: a plan that is only looked at stays cheap. */
    ledger->allocation = calloc(1, base + height + ALIGNMENT);
    if (ledger->allocation == NULL)
        status =
            ng_fail(err, NG_FAILED, "no memory for the planned %.1f MiB of tensors",
                    (double)(base + height) / (1024 * 1024));
    else
        ledger->memory = (char *)aligned((size_t)(uintptr_t)ledger->allocation);
    free(scratch);
    return status;
}

void *ng_ledger_memory(const struct ng_ledger *ledger, int entry)
{
    return entry < 0 ? NULL : ledger->memory + ledger->entries[entry].offset;
}

void ng_ledger_release(struct ng_ledger *ledger)
{
    free(ledger->entries);
    free(ledger->allocation);
    *ledger = (struct ng_ledger){0};
}
