/*
 * gnuplot as a process: one script, no shell, no start-up file of the user's.
 *
 * ng_gnuplot_run() starts `gnuplot -d -e suffix='.part' SCRIPT` with `folder` as its
 * current folder and the C locale, and waits for it. Failure: NG_FAILED with gnuplot's
 * own words, or with the name of the package where the program is missing.
 * Threads: one at a time (a pipe between two forks would be inherited by both).
 */
#ifndef NG_REPORTS_GNUPLOT_H
#define NG_REPORTS_GNUPLOT_H

#include "formats/base/error.h"

enum ng_status ng_gnuplot_run(const char *folder, const char *script,
                              struct ng_error *err);

#endif
