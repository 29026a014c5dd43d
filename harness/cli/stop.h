/*
 * Stopping on request: the first SIGINT, SIGTERM or SIGUSR1 is a wish, which the sweep
 * sees in *ng_stop_flag(); the second ends the process at once with the exit code for
 * "interrupted", and the worker processes with it.
 */
#ifndef NG_HARNESS_CLI_STOP_H
#define NG_HARNESS_CLI_STOP_H

#include <signal.h>

#define NG_EXIT_INTERRUPTED 75 /* EX_TEMPFAIL of sysexits.h: try again */

void ng_stop_install(void);
volatile sig_atomic_t *ng_stop_flag(void);

#endif
