/*
 * Experiment files, recipes and data cards: a strict subset of YAML, typed by key
 * tables.
 *
 * One document, block or flow style; no anchors, aliases, tags or merge keys; unknown
 * and duplicate keys, wrong types and values out of range are errors with
 * file:line:col, the line, a caret, and a suggestion where a name is near. Limits: 1
 * MiB a file, depth 16, UTF-8. Numbers are read in the C locale; booleans are true and
 * false alone; a number may carry the unit its key declares ("0.5 pt").
 *
 * `extends: NAME` in an experiment takes everything from a parent (a named experiment
 * or a file beside it) and replaces the keys that stand here, tables merged key by key,
 * lists whole. Overrides from the command line, "key.path=value", come last.
 *
 * Named things are looked for in the folder given by NG_HOME (for an uninstalled
 * build), else where `make install` put them.
 *
 * Ownership: what is read belongs to the arena given. Threads: any, with arenas of
 * their own.
 */
#ifndef NG_EXPERIMENTS_SPEC_EXPERIMENT_H
#define NG_EXPERIMENTS_SPEC_EXPERIMENT_H

#include "datasets/dataset.h"
#include "formats/base/arena.h"
#include "formats/base/error.h"
#include "formats/base/key.h"
#include "formats/base/text.h"
#include "models/model.h"
#include "models/optim/optimiser.h"
#include "models/recipe.h"

struct ng_judge_spec {
    struct {
        double accuracy; /* points: 0.5 is half a percentage point */
    } margin;
    struct ng_texts slices; /* "region", "region x age" */
};

/* The data set that is no card: a table whose card is inferred (datasets/infer.h). */
#define NG_TABULAR "tabular"

/* What `gates` may name; harness/judge has one row for each. NULL at the end. */
extern const char *const ng_gate_names[];

struct ng_experiment {
    char *name, *question, *extends;
    struct {
        char *set; /* a card, or NG_TABULAR */
        /* Of NG_TABULAR alone. None of them can move a bit: what they say is in the card
         * that is inferred from them. */
        char *file, *label;
        struct ng_texts slices, ignore;
    } data;
    struct ng_model_spec model;
    struct ng_train_spec train;
    struct ng_ints seeds;
    char *recipe; /* of every trial, where the sweep has no recipe axis */
    struct ng_sweep sweep;
    struct ng_judge_spec judge;
    struct ng_texts gates;
};
extern const struct ng_key_table ng_experiment_keys;

/* Reads NAME (a named experiment) or a path ending in .yaml, follows `extends`, applies
 * overrides, checks. source: the file's own text (in the arena). */
enum ng_status ng_experiment_read(const char *name_or_path, char *const *overrides,
                                  size_t override_count, struct ng_arena *arena,
                                  struct ng_experiment *experiment, char **source,
                                  struct ng_error *err);
enum ng_status ng_recipe_read(const char *name_or_path, struct ng_arena *arena,
                              struct ng_recipe *recipe, struct ng_error *err);
enum ng_status ng_card_read(const char *name_or_path, struct ng_arena *arena,
                            struct ng_card *card, struct ng_error *err);

/* Names of what is there, sorted. */
enum ng_status ng_experiment_names(struct ng_arena *arena, struct ng_texts *names,
                                   struct ng_error *err);
enum ng_status ng_recipe_names(struct ng_arena *arena, struct ng_texts *names,
                               struct ng_error *err);
enum ng_status ng_card_names(struct ng_arena *arena, struct ng_texts *names,
                             struct ng_error *err);

/* Sets one swept key ("recipe", "train.lr") in a copy of the experiment from its text.
 */
enum ng_status ng_experiment_set(struct ng_experiment *experiment, const char *path,
                                 const char *value, struct ng_arena *arena,
                                 struct ng_error *err);

/* The canonical text of the keys that can move a bit of a trial: one "key.path = value"
 * a line, sorted; numbers in hexadecimal or shortest exact form. Not name, question,
 * seeds, sweep, judge, gates. The recipe's cells are added by the plan. */
void ng_experiment_resolved(const struct ng_experiment *experiment,
                            struct ng_text *text);

#endif
