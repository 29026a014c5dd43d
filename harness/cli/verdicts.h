/*
 * What `check` found, as text, as JSON and as JUnit XML. Nothing is computed here.
 * Threads: one.
 */
#ifndef NG_HARNESS_CLI_VERDICTS_H
#define NG_HARNESS_CLI_VERDICTS_H

#include "harness/judge/fidelity.h"

struct ng_verdicts {
    const struct ng_baseline *baseline;
    const struct ng_fidelity *fidelity;
    const char *path;   /* of the baseline */
    const char *folder; /* of fresh run files that are kept, or NULL */
};

/* The last line is the summary. */
void ng_verdicts_print(const struct ng_verdicts *verdicts);
enum ng_status ng_verdicts_print_json(const struct ng_verdicts *verdicts,
                                      struct ng_error *err);
enum ng_status ng_verdicts_write_junit(const struct ng_verdicts *verdicts,
                                       const char *path, struct ng_error *err);
/* NG_OK where all held; else NG_DIFFERS or NG_INCONCLUSIVE with the first case in the
 * sentence. */
enum ng_status ng_verdicts_status(const struct ng_verdicts *verdicts,
                                  struct ng_error *err);

#endif
