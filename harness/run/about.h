/*
 * What this program is and where it runs, as named lines of text: for --version, doctor
 * and the provenance of a run. None of it can move a bit of a result.
 *
 *   version, commit, compiler, flags, hdf5, gsl, libyaml, jansson, cpu, cores, isa, system
 * Threads: any.
 */
#ifndef NG_HARNESS_RUN_ABOUT_H
#define NG_HARNESS_RUN_ABOUT_H

#include <stddef.h>

enum ng_about_name {
    NG_ABOUT_VERSION,
    NG_ABOUT_COMMIT,
    NG_ABOUT_COMPILER,
    NG_ABOUT_FLAGS,
    NG_ABOUT_HDF5,
    NG_ABOUT_GSL,
    NG_ABOUT_LIBYAML,
    NG_ABOUT_JANSSON,
    NG_ABOUT_CPU,
    NG_ABOUT_CORES,
    NG_ABOUT_ISA,
    NG_ABOUT_SYSTEM,
    NG_ABOUT_LINES,
};

struct ng_about_line {
    const char *name;
    char value[256];
};

void ng_about(struct ng_about_line lines[NG_ABOUT_LINES]);
/* Processors that this process may use; at least 1. */
int ng_about_cores(void);

#endif
