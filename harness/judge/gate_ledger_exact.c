#include "formats/base/text.h"
#include "harness/judge/gates.h"

#define PEAK_SLACK 1.02

static bool same(size_t stored, size_t summed, const char *what, struct ng_text *why)
{
    if (stored == summed)
        return true;
    ng_text_printf(why, "%s is stored as %zu bytes, its entries sum to %zu", what,
                   stored, summed);
    return false;
}

static size_t sum_classes(const size_t by_class[NG_LEDGER_CLASSES])
{
    size_t sum = 0;
    for (int c = 0; c < NG_LEDGER_CLASSES; c++)
        sum += by_class[c];
    return sum;
}

static bool persistent_holds(const struct ng_run *run, struct ng_text *why)
{
    size_t by_class[NG_LEDGER_CLASSES] = {0}, sum = 0;
    for (size_t i = 0; i < run->entry_count; i++) {
        const struct ng_ledger_entry *entry = &run->entries[i];
        if ((unsigned)entry->ledger_class >= NG_LEDGER_CLASSES) {
            ng_text_printf(why, "%s is booked under an unknown class", entry->name);
            return false;
        }
        if (entry->lifetime == NG_LIFETIME_PERSISTENT) {
            by_class[entry->ledger_class] += entry->bytes;
            sum += entry->bytes;
        }
    }
    for (int c = 0; c < NG_LEDGER_CLASSES; c++)
        if (!same(run->by_class[c], by_class[c], ng_ledger_class_names[c], why))
            return false;
    if (!same(run->persistent_bytes, sum, "persistent state", why))
        return false;
    if (run->persistent_bytes != run->formula_bytes) {
        ng_text_printf(why, "%zu bytes of state are booked, the formula gives %zu",
                       run->persistent_bytes, run->formula_bytes);
        return false;
    }
    return true;
}

static bool alive(const struct ng_ledger_entry *entry, int position)
{
    return entry->lifetime == NG_LIFETIME_PERSISTENT ||
           (entry->first <= position && position <= entry->last);
}

static size_t alive_at(const struct ng_run *run, int position)
{
    size_t sum = 0;
    for (size_t i = 0; i < run->entry_count; i++)
        if (alive(&run->entries[i], position))
            sum += run->entries[i].bytes;
    return sum;
}

/* The fullest position is one where some step tensor's life begins. */
static size_t lower_bound(const struct ng_run *run)
{
    size_t fullest = run->persistent_bytes;
    for (size_t i = 0; i < run->entry_count; i++) {
        if (run->entries[i].lifetime != NG_LIFETIME_STEP)
            continue;
        size_t sum = alive_at(run, run->entries[i].first);
        if (sum > fullest)
            fullest = sum;
    }
    return fullest;
}

static bool share_a_byte(const struct ng_ledger_entry *a,
                         const struct ng_ledger_entry *b)
{
    bool together = a->lifetime == NG_LIFETIME_PERSISTENT ||
                    b->lifetime == NG_LIFETIME_PERSISTENT || alive(a, b->first) ||
                    alive(b, a->first);
    return together && a->bytes > 0 && b->bytes > 0 &&
           a->offset < b->offset + b->bytes && b->offset < a->offset + a->bytes;
}

static bool layout_holds(const struct ng_run *run, struct ng_text *why)
{
    for (size_t i = 0; i < run->entry_count; i++)
        for (size_t j = 0; j < i; j++) {
            const struct ng_ledger_entry *a = &run->entries[j], *b = &run->entries[i];
            if (share_a_byte(a, b)) {
                ng_text_printf(why, "%s and %s share bytes while both are alive",
                               a->name, b->name);
                return false;
            }
        }
    return true;
}

static bool peak_holds(const struct ng_run *run, struct ng_text *why)
{
    size_t bound = run->lower_bound;
    if (!same(run->lower_bound, lower_bound(run), "the lower bound", why) ||
        !same(run->planned_peak, sum_classes(run->by_class_at_peak), "the planned peak",
              why))
        return false;
    if (run->planned_peak < bound ||
        (double)run->planned_peak > PEAK_SLACK * (double)bound) {
        ng_text_printf(why,
                       "the planned peak is %zu bytes, from 1 to %.2f times %zu was "
                       "expected",
                       run->planned_peak, PEAK_SLACK, bound);
        return false;
    }
    return true;
}

static bool holds(const struct ng_run *run, struct ng_text *why)
{
    if (run->entry_count == 0) {
        ng_text_add(why, "it holds no ledger");
        return false;
    }
    return persistent_holds(run, why) && layout_holds(run, why) && peak_holds(run, why);
}

const struct ng_gate ng_gate_ledger_exact = {
    .name = "ledger-exact",
    .help =
        "The ledger's sums are the sums of its entries, the state is what the formula "
        "gives, and the planned peak is at most 1.02 times what is alive at once.",
    .holds = holds,
    .what_held =
        "every ledger equals its formula, and the planned peak is at most 1.02 times "
        "what is alive at once",
};
