/*
 * Files of a report: written whole or not at all.
 *
 * A file is written beside its name as NAME.part, synced and renamed, so that a reader
 * sees the earlier report or the new one, never half of one. Failure: NG_FAILED with the
 * path and the system's reason; an earlier file stays as it was. Threads: any, on
 * different paths.
 */
#ifndef NG_REPORTS_OUTPUT_H
#define NG_REPORTS_OUTPUT_H

#include "formats/base/error.h"
#include "formats/base/text.h"

enum ng_status ng_output_folder(const char *folder, struct ng_error *err);
/* Writes folder/name. A text that ran out of memory is a failure too. */
enum ng_status ng_output_write(const char *folder, const char *name,
                               const struct ng_text *text, struct ng_error *err);
/* folder/name.part, written by another process, becomes folder/name. */
enum ng_status ng_output_rename(const char *folder, const char *name,
                                struct ng_error *err);
/* Appends the bytes of folder/name, at most `limit`; a longer file is NG_ABSENT, because
 * the caller then does without it. */
enum ng_status ng_output_read(const char *folder, const char *name, size_t limit,
                              struct ng_text *text, struct ng_error *err);

#endif
