#include "models/optim/optimiser.h"

#include "models/optim/adamw.h"

const char *const ng_optimiser_names[] = {"adamw", NULL};
const struct ng_optimiser *const ng_optimisers[] = {&ng_optimiser_adamw, NULL};

const char *const ng_schedule_names[] = {"constant", "linear", NULL};

double ng_learning_rate(const struct ng_train_spec *spec, const struct ng_step *step)
{
    if (spec->schedule == NG_SCHEDULE_CONSTANT)
        return spec->lr;
    return spec->lr * ((double)(step->steps - step->number) / (double)step->steps);
}

#define SPEC(field) offsetof(struct ng_train_spec, field)
static const struct ng_key train_keys[] = {
    {.name = "optimiser",
     .type = NG_KEY_CHOICE,
     .offset = SPEC(optimiser),
     .choices = ng_optimiser_names,
     .fallback = "adamw",
     .help = "update rule"},
    {.name = "lr",
     .type = NG_KEY_REAL,
     .offset = SPEC(lr),
     .fallback = "1e-3",
     .least = 0.0,
     .most = 1e3,
     .help = "learning rate"},
    {.name = "schedule",
     .type = NG_KEY_CHOICE,
     .offset = SPEC(schedule),
     .choices = ng_schedule_names,
     .fallback = "constant",
     .help = "the learning rate over the steps; linear: falling to 0 at the end"},
    {.name = "beta1",
     .type = NG_KEY_REAL,
     .offset = SPEC(beta1),
     .fallback = "0.9",
     .least = 0.0,
     .most = 0.999999,
     .help = "decay of the first moment"},
    {.name = "beta2",
     .type = NG_KEY_REAL,
     .offset = SPEC(beta2),
     .fallback = "0.999",
     .least = 0.0,
     .most = 0.999999,
     .help = "decay of the second moment"},
    {.name = "epsilon",
     .type = NG_KEY_REAL,
     .offset = SPEC(epsilon),
     .fallback = "1e-8",
     .least = 1e-30,
     .most = 1.0,
     .help = "added to the root of the second moment"},
    {.name = "decay",
     .type = NG_KEY_REAL,
     .offset = SPEC(decay),
     .fallback = "0.01",
     .least = 0.0,
     .most = 10.0,
     .help = "decoupled weight decay of weights (biases do not decay)"},
    {.name = "batch",
     .type = NG_KEY_INT,
     .offset = SPEC(batch),
     .fallback = "128",
     .least = 1,
     .most = 65536,
     .help = "examples per step; an epoch drops the incomplete last batch"},
    {.name = "epochs",
     .type = NG_KEY_INT,
     .offset = SPEC(epochs),
     .fallback = "1",
     .least = 1,
     .most = 100000,
     .help = "passes over the training split"},
};
const struct ng_key_table ng_train_keys = {"train", sizeof(struct ng_train_spec),
                                           train_keys,
                                           sizeof train_keys / sizeof train_keys[0]};
