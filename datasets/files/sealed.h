/*
 * Sealed files: written whole or not at all, and known to be unchanged when read.
 *
 * Writing is as in formats/base/whole.h. Behind the content stands a seal of 80 bytes: the 16 letters
 * "narrowgauge-seal" and the SHA-256 of the content in hex. So `head -c -80 FILE |
 * sha256sum` must print what `tail -c 64 FILE` shows.
 *
 * Failure: of writing, as there. Of checking: NG_ABSENT no such file; NG_INVALID not whole,
 * changed, or something else; NG_FAILED the system refused. Threads: any, on different
 * paths.
 */
#ifndef NG_DATASETS_FILES_SEALED_H
#define NG_DATASETS_FILES_SEALED_H

#include <stddef.h>

#include "formats/base/error.h"

enum ng_status ng_sealed_write(const char *path, const void *content, size_t bytes,
                               struct ng_error *err);
/* signature: the letters that the content must begin with; kind: the name of what
 * begins so, for the sentence. bytes: of the content, without the seal. */
enum ng_status ng_sealed_check(const char *path, const char *signature,
                               const char *kind, size_t *bytes, struct ng_error *err);

#endif
