#include "tests/unit/skip.h"

#include <stdio.h>

/*
 * The line goes out before the test's own result line, which is how the runner knows
 * whose skip it is; hence the flush: the test is a forked child.
 */
void ng_test_skip(const char *name, const char *reason)
{
    printf("skip %s: %s\n", name, reason);
    fflush(stdout);
}
