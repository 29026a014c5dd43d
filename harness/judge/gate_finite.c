#include <math.h>
#include <string.h>

#include "formats/base/text.h"
#include "harness/judge/gates.h"

static void say_where(const struct ng_run *run, long long step, struct ng_text *why)
{
    ng_text_printf(why, "loss or gradient is not finite at step %lld", step);
    if (run->first_bad_tensor != NULL && run->first_bad_tensor[0] != '\0')
        ng_text_printf(why, ", first in %s", run->first_bad_tensor);
}

static bool holds(const struct ng_run *run, struct ng_text *why)
{
    if (run->first_bad_step >= 0) {
        say_where(run, (long long)run->first_bad_step, why);
        return false;
    }
    for (size_t m = 0; m < run->metric_count; m++) {
        if (strcmp(run->metrics[m].name, "loss") != 0)
            continue;
        for (size_t i = 0; i < run->steps; i++)
            if (!isfinite(run->metrics[m].values[i])) {
                say_where(run, (long long)i, why);
                return false;
            }
        return true;
    }
    ng_text_add(why, "it holds no loss");
    return false;
}

const struct ng_gate ng_gate_finite = {
    .name = "finite",
    .help = "No trial's loss or gradient was non-finite at any step.",
    .holds = holds,
    .what_held = "loss and gradients were finite at every step",
};
