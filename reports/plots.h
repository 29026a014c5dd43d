/*
 * The pictures of a report, each as SVG, PNG, data (.dat) and gnuplot script (.gp).
 *
 *   accuracy-memory  accuracy over planned peak and over persistent state; its lower
 *                    panels show the worst group on a scale of its own
 *   accuracy         instead of it where nothing was trained: accuracy, and its difference
 *                    to the reference
 *   groups           accuracy difference by group, one row a group, against the margin
 *   loss             training loss over steps, and its difference to the reference
 *   ledger           bytes at the fullest moment of a step, by class
 *
 * Those that would show nothing are not drawn: without memory neither accuracy-memory,
 * loss nor ledger; without a group whose difference is known no groups.
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

enum ng_plot {
    NG_PLOT_ACCURACY,
    NG_PLOT_DIFFERENCE,
    NG_PLOT_GROUPS,
    NG_PLOT_LOSS,
    NG_PLOT_LEDGER,
    NG_PLOTS
};
extern const char *const ng_plot_names[]; /* file names without ending */

bool ng_plot_is_drawn(const struct ng_comparison *comparison, enum ng_plot plot);
/* How many arms and groups, from the first on, the picture of groups has room for. */
size_t ng_plot_arms_shown(const struct ng_comparison *comparison);
size_t ng_plot_groups_shown(const struct ng_comparison *comparison);

enum ng_status ng_plots_write(const struct ng_comparison *comparison,
                              const char *folder, struct ng_error *err);

/* Writes NAME.dat, NAME.gp and what gnuplot draws from them into `folder`, which is there. */
enum ng_status ng_picture_write(const struct ng_picture *picture, const char *folder,
                                const char *picture_name, struct ng_error *err);

/* Script and data of one picture, to be released. Out of memory shows in `failed`. */
void ng_plot_accuracy(const struct ng_comparison *comparison,
                      struct ng_picture *picture);
void ng_plot_difference(const struct ng_comparison *comparison,
                        struct ng_picture *picture);
void ng_plot_groups(const struct ng_comparison *comparison, struct ng_picture *picture);
void ng_plot_loss(const struct ng_comparison *comparison, struct ng_picture *picture);
void ng_plot_ledger(const struct ng_comparison *comparison, struct ng_picture *picture);

#endif
