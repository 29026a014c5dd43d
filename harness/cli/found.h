/*
 * Is the data of a card there? "generated", "found in DIR", or "not found: FILE is not in
 * DIR", without reading the files. Threads: any.
 */
#ifndef NG_HARNESS_CLI_FOUND_H
#define NG_HARNESS_CLI_FOUND_H

#include <stdbool.h>

#include "datasets/dataset.h"

/* The words belong to the arena; NULL when out of memory. */
char *ng_data_found(const struct ng_card *card, const char *data_folder, bool *found,
                    struct ng_arena *arena);

#endif
