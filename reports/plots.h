/*
 * The three pictures of a report, each as SVG, PNG, data (.dat) and gnuplot script (.gp).
 *
 *   accuracy-memory  accuracy over planned peak and over persistent state; its lower
 *                    panels show the worst group on a scale of its own
 *   loss             training loss over steps, and its difference to the reference
 *   ledger           bytes at the fullest moment of a step, by class
 *
 * ng_plots_write() makes folder/plots and replaces each file whole. Failure: NG_FAILED
 * with the path or with gnuplot's words. Threads: one at a time.
 */
#ifndef NG_REPORTS_PLOTS_H
#define NG_REPORTS_PLOTS_H

#include "experiments/record/comparison.h"
#include "formats/base/error.h"
#include "reports/plot_style.h"

#define NG_PLOTS_FOLDER "plots"

enum ng_plot { NG_PLOT_ACCURACY, NG_PLOT_LOSS, NG_PLOT_LEDGER, NG_PLOTS };
extern const char *const ng_plot_names[]; /* file names without ending */

enum ng_status ng_plots_write(const struct ng_comparison *comparison,
                              const char *folder, struct ng_error *err);

/* Script and data of one picture, to be released. Out of memory shows in `failed`. */
void ng_plot_accuracy(const struct ng_comparison *comparison,
                      struct ng_picture *picture);
void ng_plot_loss(const struct ng_comparison *comparison, struct ng_picture *picture);
void ng_plot_ledger(const struct ng_comparison *comparison, struct ng_picture *picture);

#endif
