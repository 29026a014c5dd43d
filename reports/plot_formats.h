/*
 * Range and precision of number formats at once: the signal-to-noise ratio of rounding (in
 * decibel) over the magnitude that is rounded, one saw-tooth line a format.
 *
 * Values spread evenly about x, where the format's values stand d apart, are rounded with an
 * error of d^2 / 12 on average (W. R. Bennett, "Spectra of quantized signals", Bell System
 * Technical Journal 27, 1948): 10 log10(12 x^2 / d^2) dB. Within a power of two d stays and
 * the ratio climbs by 6 dB; below the normal values d stays altogether, and the ratio falls
 * to 0 where values become zero. Above the maximum M the error is x - M, as of formats that
 * saturate.
 *
 * The line of a format whose range is far wider than those of the others leaves the frame.
 * Threads: any.
 */
#ifndef NG_REPORTS_PLOT_FORMATS_H
#define NG_REPORTS_PLOT_FORMATS_H

#include "formats/narrowgauge.h"
#include "reports/plot_style.h"

#define NG_PLOT_FORMATS_NAME "precision"

/* The picture of 1 to 7 formats, to be released. */
void ng_plot_formats(const struct ng_format *const *formats, size_t count,
                     struct ng_picture *picture);

#endif
