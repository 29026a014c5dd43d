/*
 * Where named experiments, recipes and data cards stand.
 *
 * The home folder holds experiments/named, experiments/recipes and datasets. It is
 * $NG_HOME where that is set; else the clone that the running program was built in
 * (two levels above its folder, as in build/release); else ../share/narrowgauge beside
 * its folder, as in a prefix; else where `make install` put the files. A NAME with a slash in it, or ending in .yaml, is a path and not a name.
 */
#ifndef NG_EXPERIMENTS_SPEC_NAMES_H
#define NG_EXPERIMENTS_SPEC_NAMES_H

#include <stdbool.h>

#include "formats/base/arena.h"
#include "formats/base/error.h"
#include "formats/base/key.h"
#include "formats/base/text.h"

enum ng_shelf { NG_SHELF_EXPERIMENTS, NG_SHELF_RECIPES, NG_SHELF_CARDS };
extern const char *const ng_shelf_words[]; /* "experiment", "recipe", "data set" */

bool ng_name_is_path(const char *name_or_path);

/* Sorted. NG_INVALID where no home folder is found. */
enum ng_status ng_shelf_names(enum ng_shelf shelf, struct ng_arena *arena,
                              struct ng_texts *names, struct ng_error *err);

/* The file's path. A path is returned as it is. NG_ABSENT: nothing of that name; the
 * sentence lists what there is, and *near is the nearest name or NULL. */
enum ng_status ng_shelf_find(enum ng_shelf shelf, const char *name_or_path,
                             struct ng_arena *arena, char **path, const char **near,
                             struct ng_error *err);

#endif
