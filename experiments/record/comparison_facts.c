/* What is asked of a comparison in memory. */
#include "experiments/record/comparison.h"

bool ng_comparison_has_memory(const struct ng_comparison *comparison)
{
    for (size_t i = 0; i < comparison->arm_count; i++)
        if (comparison->arms[i].parameters > 0)
            return true;
    return false;
}

size_t ng_comparison_suppressed(const struct ng_comparison *comparison)
{
    size_t count = 0;
    for (size_t g = 0; g < comparison->group_count; g++)
        count += comparison->groups[g].suppressed;
    return count;
}
