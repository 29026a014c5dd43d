/*
 * Optimisers. One row of ng_optimisers[] each; the expression tree is part of the
 * definition (all FP32, each operation rounded once, left to right as written).
 *
 * The learning rate of step k (from 0) of n, in FP64:
 *   constant  lr
 *   linear    lr * ((n - k) / n): falls in equal steps, the last one is lr / n
 * Below, lr stands for it.
 *
 * adamw (Loshchilov and Hutter 2019), for every element, step t from 1:
 *   g  = decode(gradient)
 *   m' = b1 * m + (1 - b1) * g
 *   v' = b2 * v + (1 - b2) * (g * g)
 *   p1 = b1^t, p2 = b2^t by repeated FP64 product
 *   w' = (w - lr*decay * w) - (lr / (1 - p1)) * (m' / (sqrt(v') / sqrt(1 - p2) + eps))
 * with lr*decay, lr/(1-p1), sqrt(1-p2), 1-b1, 1-b2 formed in FP64 and rounded once to
 * FP32. The update uses m' and v' as computed; what is stored is their cast: m' by
 * moment1's cell (a tensor scale is taken from the amax of m', which costs one extra
 * pass), v' by moment2's, w' by master's. Stochastic casts draw word `element` of the
 * stream (kind, parameter number) at step t-1.
 * A compute copy is the nearest-even cast of the stored master. The amax of the stored
 * master is measured here, for the next step's weight cast.
 */
#ifndef NG_MODELS_OPTIM_OPTIMISER_H
#define NG_MODELS_OPTIM_OPTIMISER_H

#include "models/model.h"

struct ng_train_spec {
    int optimiser; /* index into ng_optimiser_names */
    double lr, beta1, beta2, epsilon, decay;
    int64_t batch, epochs;
    int schedule; /* index into ng_schedule_names */
};
extern const struct ng_key_table ng_train_keys;
extern const char *const ng_optimiser_names[];
enum ng_schedule { NG_SCHEDULE_CONSTANT, NG_SCHEDULE_LINEAR };
extern const char *const ng_schedule_names[];

double ng_learning_rate(const struct ng_train_spec *spec, const struct ng_step *step);

struct ng_optimiser {
    const char *name;
    void (*step)(struct ng_model *model, const struct ng_train_spec *spec,
                 const struct ng_step *step);
};
extern const struct ng_optimiser *const ng_optimisers[]; /* same order as the names */

#endif
