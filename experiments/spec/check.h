/*
 * What key tables cannot say: which names exist, and which keys contradict each other.
 * Inner part of the reader: faults go to the binding's diagnosis, at their places.
 */
#ifndef NG_EXPERIMENTS_SPEC_CHECK_H
#define NG_EXPERIMENTS_SPEC_CHECK_H

#include "experiments/spec/bind.h"
#include "experiments/spec/experiment.h"
#include "experiments/spec/names.h"

/* The `name` key: letters that may stand in a file name; equal to `wanted` unless NULL
 * or the name was overridden. own: the file. */
void ng_check_name(struct ng_binding *binding, const struct ng_yaml *root,
                   const struct ng_document *own, const char *wanted);

/* An experiment, after it was bound. */
enum ng_status ng_check_experiment(struct ng_binding *binding,
                                   const struct ng_yaml *root,
                                   const struct ng_experiment *experiment,
                                   struct ng_error *err);

#endif
