/*
 * Files of a data card from where they are offered, with the curl program.
 *
 * A file comes as NAME.part, is compared with its SHA-256, synced and renamed, so that a
 * name always stands for the right file. A .part that an earlier call left is gone on with
 * where the server can do so and the card has a SHA-256, without which nobody would notice
 * that the part is of another file; where what comes out of that is wrong, the file is
 * fetched once more from its beginning. A file that is there but is not the card's is first
 * renamed to NAME.damaged. An archive is kept under the data folder while members of it are
 * wanted, as archive-HASH.zip (a hash of its address), and removed by ng_fetch_end().
 *
 * curl is started without a shell and without the user's .curlrc; http, https and file are
 * allowed, redirections may lead to http and https. There is no limit on the time, but a
 * minute without a byte ends the transfer.
 *
 * Failure, in one sentence: NG_INVALID: what came is not what the card says (nothing of it is
 * kept), the card's address or path is unusable, another process is fetching the same file;
 * NG_ABSENT: the card has no address for the file, which is not there; NG_FAILED: the network,
 * the disk, or there is no curl; NG_INTERRUPTED: *stop was raised; calling again goes on.
 * Threads: one at a time (curl is a child process).
 */
#ifndef NG_HARNESS_RUN_FETCH_H
#define NG_HARNESS_RUN_FETCH_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "datasets/card.h"
#include "datasets/files/digest.h"
#include "formats/base/arena.h"

struct ng_fetch {
    const char *folder;          /* the data folder; made where it is not there */
    const char *origin;          /* the card's, for sentences */
    volatile sig_atomic_t *stop; /* not 0: stop */
    bool progress;               /* curl draws a bar on the standard error */
    struct ng_arena *arena;      /* of names */
    char *archive;               /* path of an archive that is there, or NULL */
};

struct ng_fetched {
    bool was_there;
    char *damaged; /* what was in the way, under its new name; NULL: nothing was */
    uint64_t bytes;
    char sha256[NG_DIGEST_TEXT];
};

enum ng_status ng_fetch_file(struct ng_fetch *fetch, const struct ng_card_file *file,
                             struct ng_fetched *fetched, struct ng_error *err);
/* Removes the archive, if there is one. */
void ng_fetch_end(struct ng_fetch *fetch);

#endif
