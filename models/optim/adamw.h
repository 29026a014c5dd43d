/* AdamW; its expression tree stands in models/optim/optimiser.h. */
#ifndef NG_MODELS_OPTIM_ADAMW_H
#define NG_MODELS_OPTIM_ADAMW_H

#include "models/optim/optimiser.h"

extern const struct ng_optimiser ng_optimiser_adamw;

#endif
