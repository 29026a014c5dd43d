/*
 * Trial state: the one enumerator of everything a trial holds between steps.
 *
 * Checkpoint, record, ledger, hash, diff, locate and baseline all walk this list, so a
 * tensor that is not in it does not exist, and nothing is listed twice. The order is
 * fixed: parameters in model order, each master, copy, gradient, moment1, moment2, then
 * the ops' own state (evaluation scales).
 */
#ifndef NG_MODELS_STATE_H
#define NG_MODELS_STATE_H

#include "models/model.h"

enum ng_state_kind {
    NG_STATE_MASTER,
    NG_STATE_COPY,
    NG_STATE_GRADIENT,
    NG_STATE_MOMENT1,
    NG_STATE_MOMENT2,
    NG_STATE_SCALE,
    NG_STATE_KINDS,
};
extern const char *const ng_state_kind_names[];

struct ng_state_item {
    char name[160]; /* "layer.0.linear/weight@master" */
    enum ng_state_kind kind;
    const struct ng_format *format;
    size_t rows, cols;
    size_t bytes;
    void *data;
    float *scale, *scale_inv; /* of a tensor scale, or NULL */
    enum ng_ledger_class ledger_class;
    bool
        final; /* part of the run file's final weights (master and evaluation scales) */
};

/* Stops at the first status that is not NG_OK and returns it. */
enum ng_status ng_state_each(struct ng_model *model,
                             enum ng_status (*see)(void *context,
                                                   struct ng_state_item *item,
                                                   struct ng_error *err),
                             void *context, struct ng_error *err);

#endif
