/* What `show` prints about each kind of thing, on stdout. Threads: one. */
#ifndef NG_HARNESS_CLI_SHOW_H
#define NG_HARNESS_CLI_SHOW_H

#include <stdbool.h>

#include "formats/base/error.h"
#include "harness/cli/options.h"

/* The lines of ng_recipe_describe() with their five words under each other. */
void ng_show_cells(const char *lines);
/* With the overrides of the command line. cells: those of its recipes instead. */
enum ng_status ng_show_experiment(const struct ng_arguments *arguments,
                                  const char *name, bool cells, struct ng_error *err);
/* Its words, and its cells on the model of the experiment `quickstart`. */
enum ng_status ng_show_recipe(const char *name, struct ng_error *err);
enum ng_status ng_show_card(const char *name, const char *data_folder,
                            struct ng_error *err);
/* cells: the recipe's cells that the run stored, alone. */
enum ng_status ng_show_run(const char *path, bool cells, struct ng_error *err);
/* program: as it was called, for the command that goes on. */
enum ng_status ng_show_folder(const char *folder, const char *program,
                              struct ng_error *err);

#endif
