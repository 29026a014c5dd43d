#include "experiments/spec/check.h"

#include <string.h>

#define LONGEST_NAME 64

void ng_check_name(struct ng_binding *binding, const struct ng_yaml *root,
                   const struct ng_document *own, const char *wanted)
{
    const struct ng_yaml *name = ng_yaml_get(root, "name");
    if (name == NULL || name->kind != NG_YAML_SCALAR)
        return;
    size_t length = strlen(name->text);
    size_t good = strspn(name->text, "abcdefghijklmnopqrstuvwxyz"
                                     "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");
    bool odd = name->text[0] == '-' || name->text[0] == '.';
    if (good != length || odd || length > LONGEST_NAME)
        ng_diagnose(
            binding->diagnosis, name->mark, NULL,
            "%s cannot be a name, expected at most %d letters, digits, '-', '_' "
            "and '.', because files are named after it",
            ng_quote(name->text).text, LONGEST_NAME);
    else if (wanted != NULL && name->mark.document == own &&
             strcmp(wanted, name->text) != 0)
        ng_diagnose(binding->diagnosis, name->mark, NULL,
                    "'name' is %s, expected the file's own name %s",
                    ng_quote(name->text).text, ng_quote(wanted).text);
}

static void check_seeds(struct ng_binding *binding, const struct ng_yaml *root,
                        const struct ng_ints *seeds)
{
    const struct ng_yaml *node = ng_yaml_get(root, "seeds");
    if (node == NULL)
        return;
    if (seeds->count == 0)
        ng_diagnose(binding->diagnosis, node->mark, NULL,
                    "'seeds' is empty, expected at least one seed");
    for (size_t i = 0; i < seeds->count && node->kind == NG_YAML_LIST; i++) {
        for (size_t j = 0; j < i; j++) {
            if (seeds->values[j] != seeds->values[i])
                continue;
            ng_diagnose(binding->diagnosis, node->items[i]->mark, NULL,
                        "duplicate seed %lld, expected each seed once",
                        (long long)seeds->values[i]);
            break;
        }
    }
}

/* A swept key may be set by a parent, as what the sweep replaces, but not beside or
 * above the sweep. */
static void check_sweep(struct ng_binding *binding, const struct ng_yaml *root)
{
    const struct ng_yaml *sweep = ng_yaml_get(root, "sweep");
    for (size_t i = 0; sweep != NULL && i < sweep->count; i++) {
        const struct ng_yaml *axis = sweep->keys[i];
        const struct ng_yaml *set = ng_yaml_at(root, axis->text);
        if (set == NULL || set->mark.document->layer < axis->mark.document->layer)
            continue;
        ng_diagnose(binding->diagnosis, set->mark, NULL,
                    "%s is set here and swept at %.200s:%zu, expected only one of them "
                    "(sweep.%s=[VALUE] overrides a sweep)",
                    ng_quote(axis->text).text, axis->mark.document->name,
                    axis->mark.line + 1, axis->text);
    }
}

/* The named thing must exist; the message stands at its place. */
static enum ng_status check_named(struct ng_binding *binding, enum ng_shelf shelf,
                                  const struct ng_yaml *node, struct ng_error *err)
{
    char *path = NULL;
    const char *near = NULL;
    if (node == NULL || node->kind != NG_YAML_SCALAR)
        return NG_OK;
    enum ng_status status =
        ng_shelf_find(shelf, node->text, binding->arena, &path, &near, err);
    if (status != NG_ABSENT)
        return status;
    ng_diagnose(binding->diagnosis, node->mark, near, "%s", err->text);
    return NG_OK;
}

static enum ng_status check_recipes(struct ng_binding *binding,
                                    const struct ng_yaml *root, struct ng_error *err)
{
    const struct ng_yaml *one = ng_yaml_get(root, "recipe");
    const struct ng_yaml *swept = ng_yaml_get(ng_yaml_get(root, "sweep"), "recipe");
    enum ng_status status = NG_OK;
    if (one == NULL && swept == NULL)
        ng_diagnose(binding->diagnosis, root->mark, NULL,
                    "no recipe, expected 'recipe: NAME' or 'sweep: {recipe: [NAME, "
                    "...]}'");
    NG_TRY(check_named(binding, NG_SHELF_RECIPES, one, err));
    for (size_t i = 0; swept != NULL && i < swept->count; i++)
        NG_TRY(check_named(binding, NG_SHELF_RECIPES, swept->items[i], err));
out:
    return status;
}

static size_t slice_names(const struct ng_card *card, const char **names, size_t most)
{
    const struct ng_card_slice *slices = card->slices.values;
    size_t count = 0;
    for (; count < card->slices.count && count < most; count++)
        names[count] = slices[count].name;
    return count;
}

static bool is_among(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

/* "region", or "region x age": every part a slice of the data set, none twice. card NULL:
 * what slices there are is not known before the table is read. */
static void check_slice(struct ng_binding *binding, const struct ng_yaml *node,
                        const struct ng_card *card)
{
    const char *known[64], *parts[8];
    size_t known_count = card != NULL ? slice_names(card, known, 64) : 0;
    size_t part_count = 0;
    for (const char *p = node->text; p != NULL;) {
        const char *cross = strstr(p, " x ");
        size_t length = cross != NULL ? (size_t)(cross - p) : strlen(p);
        char *part = ng_arena_text_n(binding->arena, p, length);
        if (part == NULL) {
            binding->diagnosis->out_of_memory = true;
            return;
        }
        if (card != NULL && !is_among(part, known, known_count)) {
            struct ng_text list = {0};
            ng_text_add_names(&list, known, known_count);
            ng_diagnose(binding->diagnosis, node->mark,
                        ng_text_nearest(part, known, known_count),
                        "data set %s has no slice %s, expected one of %s, or A x B",
                        ng_quote(card->name).text, ng_quote(part).text,
                        list.data != NULL ? list.data : "(it has none)");
            ng_text_release(&list);
            return;
        }
        if (part_count == 8 || is_among(part, parts, part_count)) {
            ng_diagnose(binding->diagnosis, node->mark, NULL,
                        "slice %s crosses %s, expected up to 8 different slices",
                        ng_quote(node->text).text,
                        part_count == 8 ? "too many" : "one with itself");
            return;
        }
        parts[part_count++] = part;
        p = cross != NULL ? cross + 3 : NULL;
    }
}

static void check_slices(struct ng_binding *binding, const struct ng_yaml *slices,
                         const struct ng_card *card)
{
    for (size_t i = 0; slices != NULL && i < slices->count; i++)
        check_slice(binding, slices->items[i], card);
}

/* The keys of a table stand beside `set: tabular` alone. */
static void check_table(struct ng_binding *binding, const struct ng_yaml *root)
{
    static const char *const keys[] = {"file", "label", "slices", "ignore"};
    const struct ng_yaml *data = ng_yaml_get(root, "data");
    const struct ng_yaml *set = ng_yaml_get(data, "set");
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const struct ng_yaml *node = ng_yaml_get(data, keys[i]);
        if (node != NULL)
            ng_diagnose(binding->diagnosis, node->mark, NULL,
                        "data.%s belongs to a table of your own, but data.set is %s, "
                        "whose card says what its columns are; expected data.set to be "
                        "tabular, or no data.%s",
                        keys[i], ng_quote(set->text).text, keys[i]);
    }
}

static enum ng_status check_data(struct ng_binding *binding, const struct ng_yaml *root,
                                 const struct ng_experiment *experiment,
                                 struct ng_error *err)
{
    size_t faults = binding->diagnosis->faults;
    const struct ng_yaml *slices = ng_yaml_at(root, "judge.slices");
    struct ng_card card;
    enum ng_status status = NG_OK;
    if (strcmp(experiment->data.set, NG_TABULAR) == 0) {
        check_slices(binding, ng_yaml_at(root, "data.slices"), NULL);
        check_slices(binding, slices, NULL);
        return NG_OK;
    }
    check_table(binding, root);
    NG_TRY(check_named(binding, NG_SHELF_CARDS, ng_yaml_at(root, "data.set"), err));
    if (slices == NULL || binding->diagnosis->faults > faults)
        goto out;
    NG_TRY(ng_card_read(experiment->data.set, binding->arena, &card, err));
    check_slices(binding, slices, &card);
out:
    return status;
}

enum ng_status ng_check_experiment(struct ng_binding *binding,
                                   const struct ng_yaml *root,
                                   const struct ng_experiment *experiment,
                                   struct ng_error *err)
{
    enum ng_status status = NG_OK;
    check_seeds(binding, root, &experiment->seeds);
    check_sweep(binding, root);
    NG_TRY(check_recipes(binding, root, err));
    NG_TRY(check_data(binding, root, experiment, err));
out:
    return status;
}
