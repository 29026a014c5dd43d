#include "experiments/spec/experiment.h"

#include <string.h>

#include "experiments/spec/bind.h"
#include "experiments/spec/canonical.h"
#include "experiments/spec/check.h"
#include "experiments/spec/layers.h"
#include "experiments/spec/names.h"

const char *const ng_gate_names[] = {"ledger-exact", "finite", NULL};

#define DATA(field)                                                                    \
    (offsetof(struct ng_experiment, data.field) - offsetof(struct ng_experiment, data))
static const struct ng_key data_keys[] = {
    {.name = "set",
     .type = NG_KEY_TEXT,
     .offset = DATA(set),
     .flags = NG_KEY_REQUIRED,
     .help =
         "the data set: a card's name, the path of a card's file, or tabular, for a "
         "table of your own"},
    {.name = "file",
     .type = NG_KEY_TEXT,
     .offset = DATA(file),
     .flags = NG_KEY_LABEL,
     .help = "tabular: the path of a table (CSV), whose columns' types are inferred"},
    {.name = "label",
     .type = NG_KEY_TEXT,
     .offset = DATA(label),
     .flags = NG_KEY_LABEL,
     .help = "tabular: the column to be predicted"},
    {.name = "slices",
     .type = NG_KEY_TEXTS,
     .offset = DATA(slices),
     .flags = NG_KEY_LABEL,
     .help = "tabular: columns whose groups are judged on their own, or A x B"},
    {.name = "ignore",
     .type = NG_KEY_TEXTS,
     .offset = DATA(ignore),
     .flags = NG_KEY_LABEL,
     .help = "tabular: columns not to learn from, such as an identifier"},
};
static const struct ng_key_table data_table = {
    "data", sizeof((struct ng_experiment *)0)->data, data_keys,
    sizeof data_keys / sizeof data_keys[0]};

static const struct ng_key margin_keys[] = {
    {.name = "accuracy",
     .type = NG_KEY_REAL,
     .fallback = "0.5",
     .least = 0,
     .most = 100,
     .unit = "pt",
     .help = "the loss of accuracy that is tolerated, in percentage points"},
};
static const struct ng_key_table margin_table = {
    "margin", sizeof((struct ng_judge_spec *)0)->margin, margin_keys,
    sizeof margin_keys / sizeof margin_keys[0]};

static const struct ng_key judge_keys[] = {
    {.name = "margin",
     .type = NG_KEY_TABLE,
     .offset = offsetof(struct ng_judge_spec, margin),
     .table = &margin_table,
     .help = "how much worse is still safe"},
    {.name = "slices",
     .type = NG_KEY_TEXTS,
     .offset = offsetof(struct ng_judge_spec, slices),
     .help = "groups judged on their own: slices of the data set, or A x B"},
};
static const struct ng_key_table judge_table = {
    "judge", sizeof(struct ng_judge_spec), judge_keys,
    sizeof judge_keys / sizeof judge_keys[0]};

#define EXPERIMENT(field) offsetof(struct ng_experiment, field)
static const struct ng_key experiment_keys[] = {
    {.name = "name",
     .type = NG_KEY_TEXT,
     .offset = EXPERIMENT(name),
     .flags = NG_KEY_REQUIRED | NG_KEY_LABEL,
     .help = "the experiment's name, equal to the file's"},
    {.name = "question",
     .type = NG_KEY_TEXT,
     .offset = EXPERIMENT(question),
     .flags = NG_KEY_LABEL,
     .help = "what the experiment asks: the report's title"},
    {.name = "extends",
     .type = NG_KEY_TEXT,
     .offset = EXPERIMENT(extends),
     .flags = NG_KEY_LABEL,
     .help = "an experiment, or a file beside this one, to take all other keys from"},
    {.name = "data",
     .type = NG_KEY_TABLE,
     .offset = EXPERIMENT(data),
     .table = &data_table,
     .flags = NG_KEY_REQUIRED,
     .help = "what is learnt"},
    {.name = "model",
     .type = NG_KEY_TABLE,
     .offset = EXPERIMENT(model),
     .table = &ng_model_keys,
     .help = "what learns"},
    {.name = "train",
     .type = NG_KEY_TABLE,
     .offset = EXPERIMENT(train),
     .table = &ng_train_keys,
     .help = "how it learns"},
    {.name = "seeds",
     .type = NG_KEY_INTS,
     .offset = EXPERIMENT(seeds),
     .fallback = "0..2",
     .least = 0,
     .most = 4294967295.0,
     .flags = NG_KEY_LABEL,
     .help = "one trial each; recipes are compared seed by seed"},
    {.name = "recipe",
     .type = NG_KEY_TEXT,
     .offset = EXPERIMENT(recipe),
     .flags = NG_KEY_LABEL,
     .help = "the number formats of every trial: a recipe's name or file"},
    {.name = "sweep",
     .type = NG_KEY_SWEEP,
     .offset = EXPERIMENT(sweep),
     .flags = NG_KEY_LABEL,
     .help = "key paths and the values that each takes in turn"},
    {.name = "judge",
     .type = NG_KEY_TABLE,
     .offset = EXPERIMENT(judge),
     .table = &judge_table,
     .flags = NG_KEY_LABEL,
     .help = "how results are compared"},
    {.name = "gates",
     .type = NG_KEY_TEXTS,
     .offset = EXPERIMENT(gates),
     .fallback = "[ledger-exact, finite]",
     .choices = ng_gate_names,
     .flags = NG_KEY_LABEL,
     .help = "what `check` insists on"},
};
const struct ng_key_table ng_experiment_keys = {
    "experiment", sizeof(struct ng_experiment), experiment_keys,
    sizeof experiment_keys / sizeof experiment_keys[0]};

/* Finds the file of a name or path. Here nothing points to a line, so an unknown name
 * is a sentence with its suggestion behind. */
static enum ng_status find_file(enum ng_shelf shelf, const char *name_or_path,
                                struct ng_arena *arena, char **path,
                                struct ng_error *err)
{
    const char *near = NULL;
    enum ng_status status = ng_shelf_find(shelf, name_or_path, arena, path, &near, err);
    if (status != NG_ABSENT)
        return status;
    struct ng_error found = *err;
    return ng_fail(err, NG_INVALID, "%.3000s%s%s%s", found.text,
                   near != NULL ? "\ndid you mean '" : "", near != NULL ? near : "",
                   near != NULL ? "'?" : "");
}

/* Recipes and data sets given by a relative path are beside the file that names them.
 */
static void anchor_paths(struct ng_binding *binding, struct ng_yaml *root)
{
    struct ng_yaml *table = ng_yaml_at(root, "data.file");
    if (table != NULL && table->kind == NG_YAML_SCALAR && table->text[0] != '\0')
        table->text = ng_layers_file(binding, table->mark.document, table->text);
    struct ng_yaml *swept = ng_yaml_get(ng_yaml_get(root, "sweep"), "recipe");
    struct ng_yaml *one[] = {ng_yaml_get(root, "recipe"), ng_yaml_at(root, "data.set")};
    size_t count = swept != NULL && swept->kind == NG_YAML_LIST ? swept->count : 0;
    for (size_t i = 0; i < 2 + count; i++) {
        struct ng_yaml *node = i < 2 ? one[i] : swept->items[i - 2];
        if (node == NULL || node->kind != NG_YAML_SCALAR)
            continue;
        const char *path = ng_layers_path(binding, node->mark.document, node->text);
        node->text = ng_arena_text(binding->arena, path);
        if (node->text == NULL) {
            binding->diagnosis->out_of_memory = true;
            return;
        }
    }
}

/* The passes of reading an experiment; each stops the next one when it found faults. */
static enum ng_status read_passes(struct ng_binding *binding, const char *path,
                                  const char *wanted, char *const *overrides,
                                  size_t override_count,
                                  struct ng_experiment *experiment, char **source,
                                  struct ng_error *err)
{
    struct ng_diagnosis *diagnosis = binding->diagnosis;
    struct ng_document *own = NULL;
    struct ng_yaml *root = NULL;
    enum ng_status status = NG_OK;
    NG_TRY(ng_layers_read(binding, path, &own, &root, err));
    if (root == NULL || diagnosis->faults > 0)
        goto out;
    for (size_t i = 0; i < override_count; i++)
        NG_TRY(ng_layers_override(binding, overrides[i], &root, err));
    if (diagnosis->faults > 0)
        goto out;
    anchor_paths(binding, root);
    if (diagnosis->out_of_memory)
        goto out;
    ng_bind_table(binding, root, &ng_experiment_keys, "", experiment);
    ng_check_name(binding, root, own, wanted);
    if (diagnosis->faults > 0 || diagnosis->out_of_memory)
        goto out;
    NG_TRY(ng_check_experiment(binding, root, experiment, err));
    *source = ng_arena_text(binding->arena, own->text);
    diagnosis->out_of_memory |= *source == NULL;
out:
    return status;
}

enum ng_status ng_experiment_read(const char *name_or_path, char *const *overrides,
                                  size_t override_count, struct ng_arena *arena,
                                  struct ng_experiment *experiment, char **source,
                                  struct ng_error *err)
{
    struct ng_diagnosis diagnosis = {0};
    struct ng_binding binding = {arena, &diagnosis, &ng_experiment_keys};
    char *path = NULL;
    *experiment = (struct ng_experiment){0};
    *source = NULL;
    enum ng_status status =
        find_file(NG_SHELF_EXPERIMENTS, name_or_path, arena, &path, err);
    if (status == NG_OK)
        status = read_passes(&binding, path,
                             ng_name_is_path(name_or_path) ? NULL : name_or_path,
                             overrides, override_count, experiment, source, err);
    if (status == NG_OK)
        return ng_diagnosis_end(&diagnosis, err);
    struct ng_error unused;
    ng_diagnosis_end(&diagnosis, &unused);
    return status;
}

/* Recipes and cards: one file, no parents, no overrides. */
static enum ng_status read_passive(enum ng_shelf shelf, const char *name_or_path,
                                   const struct ng_key_table *table,
                                   struct ng_arena *arena, void *base,
                                   struct ng_error *err)
{
    struct ng_diagnosis diagnosis = {0};
    struct ng_binding binding = {arena, &diagnosis, table};
    struct ng_document *document = NULL;
    struct ng_yaml *root = NULL;
    struct ng_error unused;
    char *path = NULL;
    enum ng_status status = NG_OK;
    memset(base, 0, table->size);
    NG_TRY(find_file(shelf, name_or_path, arena, &path, err));
    NG_TRY(ng_document_read(path, arena, &document, err));
    NG_TRY(ng_yaml_parse(document, 0, arena, &diagnosis, &root, err));
    if (root != NULL) {
        ng_bind_table(&binding, root, table, "", base);
        ng_check_name(&binding, root, document,
                      ng_name_is_path(name_or_path) ? NULL : name_or_path);
    }
    return ng_diagnosis_end(&diagnosis, err);
out:
    ng_diagnosis_end(&diagnosis, &unused);
    return status;
}

enum ng_status ng_recipe_read(const char *name_or_path, struct ng_arena *arena,
                              struct ng_recipe *recipe, struct ng_error *err)
{
    return read_passive(NG_SHELF_RECIPES, name_or_path, &ng_recipe_keys, arena, recipe,
                        err);
}

enum ng_status ng_card_read(const char *name_or_path, struct ng_arena *arena,
                            struct ng_card *card, struct ng_error *err)
{
    return read_passive(NG_SHELF_CARDS, name_or_path, &ng_card_keys, arena, card, err);
}

enum ng_status ng_experiment_set(struct ng_experiment *experiment, const char *path,
                                 const char *value, struct ng_arena *arena,
                                 struct ng_error *err)
{
    struct ng_diagnosis diagnosis = {0};
    struct ng_binding binding = {arena, &diagnosis, &ng_experiment_keys};
    struct ng_document *document = NULL;
    const char *axis = NULL;
    size_t offset = 0;
    const struct ng_key *key = ng_key_find(&ng_experiment_keys, path, &offset, &axis);
    if (key == NULL || key->type == NG_KEY_SWEEP || key->type == NG_KEY_TABLE)
        return ng_fail(err, NG_INVALID,
                       "unknown key path %s, expected one such as train.lr",
                       ng_quote(path).text);
    enum ng_status status = ng_document_make(path, value, arena, &document, err);
    if (status != NG_OK)
        return status;
    const struct ng_yaml *node = ng_value_node(&binding, key, document, 0);
    if (node != NULL)
        ng_bind_key(&binding, node, key, path, (char *)experiment + offset);
    return ng_diagnosis_end(&diagnosis, err);
}

void ng_experiment_resolved(const struct ng_experiment *experiment,
                            struct ng_text *text)
{
    /* A card's name, where it was given by a path: the folder cannot move a bit. */
    struct ng_experiment shown = *experiment;
    char name[128] = "";
    const char *slash = strrchr(shown.data.set, '/');
    const char *start = slash != NULL ? slash + 1 : shown.data.set;
    size_t length = strlen(start);
    if (length > 5 && strcmp(start + length - 5, ".yaml") == 0)
        length -= 5;
    if (length >= sizeof name)
        length = sizeof name - 1;
    memcpy(name, start, length);
    shown.data.set = name;
    ng_canonical_table(&ng_experiment_keys, &shown, "", text);
}
