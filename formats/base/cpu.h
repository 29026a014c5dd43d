/*
 * Which kernel bodies may run here, and is the floating-point environment the one that
 * every definition assumes (round to nearest, no flush-to-zero, no denormals-are-zero)?
 *
 * The choice: NG_ISA in the environment ("scalar" or "avx2"), else the best this machine
 * has. An unknown word, or one that this machine cannot run, is an error: a forced body
 * never falls back silently. All bodies give the same bits; the choice is only speed.
 * Threads: ng_isa_choose() is called once at start; ng_isa() may be called anywhere.
 */
#ifndef NG_BASE_CPU_H
#define NG_BASE_CPU_H

#include <stdbool.h>

#include "formats/base/error.h"

enum ng_isa { NG_ISA_SCALAR, NG_ISA_AVX2, NG_ISA_COUNT };

const char *ng_isa_name(enum ng_isa isa);
/* Can this machine run it? (AVX2 here means AVX2 and FMA.) */
bool ng_isa_present(enum ng_isa isa);
/* Reads NG_ISA and fixes the choice for the process. */
enum ng_status ng_isa_choose(struct ng_error *err);
/* For tests: fixes the choice, which must be present. */
void ng_isa_force(enum ng_isa isa);
/* The choice; the best one present where nothing was chosen. */
enum ng_isa ng_isa(void);

/* Refuses to run with FTZ/DAZ set, another rounding mode, or FLT_EVAL_METHOD != 0. One
 * -Ofast library in the process is enough to set FTZ/DAZ. */
enum ng_status ng_float_environment_check(struct ng_error *err);

#endif
