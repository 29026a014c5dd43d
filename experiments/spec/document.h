/*
 * Texts that people wrote, and places in them.
 *
 * A document is one file, or one override from the command line. It has been checked:
 * at most 1 MiB, well-formed UTF-8 (RFC 3629) without control characters. A mark is a
 * place in it, for messages; lines and columns count from 0, columns in characters.
 *
 * Ownership: documents and their texts belong to the arena given.
 * Failure: NG_INVALID with the sentence; NG_FAILED without memory.
 */
#ifndef NG_EXPERIMENTS_SPEC_DOCUMENT_H
#define NG_EXPERIMENTS_SPEC_DOCUMENT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "formats/base/arena.h"
#include "formats/base/error.h"
#include "formats/base/text.h"

#define NG_DOCUMENT_LARGEST (1024 * 1024)

struct ng_document {
    const char *name; /* as messages call it */
    const char
        *folder; /* where relative paths in it start; "" for the working folder */
    const char *text;
    size_t length;
    int layer; /* a later layer replaces what an earlier one says */
    dev_t device;
    ino_t inode; /* which file it is, whatever its path; 0: not a file */
};

struct ng_mark {
    const struct ng_document *document;
    size_t line, column;
};

enum ng_status ng_document_read(const char *path, struct ng_arena *arena,
                                struct ng_document **document, struct ng_error *err);
/* Of a text at hand, which is copied. */
enum ng_status ng_document_make(const char *name, const char *text,
                                struct ng_arena *arena, struct ng_document **document,
                                struct ng_error *err);

/* A mark behind the last line moves to that line's end. */
struct ng_mark ng_document_clamp(struct ng_mark mark);

/* Adds the marked line and a line with a caret below, each starting with a newline.
 * Long lines are cut around the caret; what cannot be printed shows as '?'. Nothing for an
 * empty text. */
void ng_document_echo(struct ng_mark mark, struct ng_text *text);

#endif
