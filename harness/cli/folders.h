/*
 * Where things are: the data folder, and what a word on the command line means.
 * Threads: any.
 */
#ifndef NG_HARNESS_CLI_FOLDERS_H
#define NG_HARNESS_CLI_FOLDERS_H

#include "formats/base/arena.h"
#include "formats/base/error.h"
#include "harness/cli/options.h"

/* --data, else $NG_DATA, else $XDG_DATA_HOME/narrowgauge, else
 * ~/.local/share/narrowgauge. It need not exist; generated data sets need none. */
enum ng_status ng_data_folder(const struct ng_arguments *arguments,
                              struct ng_arena *arena, char **folder,
                              struct ng_error *err);

/* FOLDER: has a '/' in it and is no .yaml or .h5 file, or holds a plan.jsonl.
 * RUN_FILE: ends in .h5. FILE: ends in .yaml. NAME: anything else. */
enum ng_word_kind { NG_WORD_NAME, NG_WORD_FILE, NG_WORD_RUN_FILE, NG_WORD_FOLDER };
enum ng_word_kind ng_word_kind(const char *word);

/* NG_INVALID unless it is a folder that holds a plan.jsonl. */
enum ng_status ng_folder_check(const char *folder, struct ng_error *err);
/* NG_INVALID unless it is a folder that holds a comparison.h5 or a plan.jsonl: that of a
 * run, or of predictions that were compared. */
enum ng_status ng_folder_check_results(const char *folder, struct ng_error *err);

#endif
