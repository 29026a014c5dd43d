/*
 * One run per folder: an advisory lock on <folder>/.lock, held through the open file and
 * gone with the last process that has it open. Workers inherit it, so that a run that
 * follows a killed one waits until the last of them has gone.
 */
#ifndef NG_HARNESS_RUN_LOCK_H
#define NG_HARNESS_RUN_LOCK_H

#include "formats/base/error.h"

/* *fd receives the lock. NG_INVALID: another process holds it (the sentence names it);
 * NG_FAILED: the file cannot be made. Closing fd gives the lock back. */
enum ng_status ng_lock_take(const char *folder, int *fd, struct ng_error *err);

#endif
