/*
 * The report of one comparison: report.html, report.md and plots/ in the sweep's folder.
 *
 * Draws what the comparison holds and computes no statistics. The page holds everything
 * it shows (no scripts, no other files), so it can be mailed; the Markdown refers to
 * plots/. Every file is replaced whole; the texts come last, so that an earlier report
 * stays in place when a plot cannot be drawn. Failure: NG_FAILED with a sentence.
 * Threads: one at a time.
 */
#ifndef NG_REPORTS_REPORT_H
#define NG_REPORTS_REPORT_H

#include "experiments/record/comparison.h"
#include "formats/base/error.h"

enum ng_status ng_report_write(const struct ng_comparison *comparison,
                               const char *folder, struct ng_error *err);

#endif
