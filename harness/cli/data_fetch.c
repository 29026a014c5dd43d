#include <stdio.h>

#include "experiments/spec/experiment.h"
#include "harness/cli/data.h"
#include "harness/cli/folders.h"
#include "harness/cli/stop.h"
#include "harness/cli/terminal.h"
#include "harness/run/fetch.h"

static void tell(const struct ng_card_file *file, const struct ng_fetched *fetched)
{
    if (fetched->damaged != NULL)
        printf("%s was not the file that the card describes; it is now %s\n",
               file->path, fetched->damaged);
    printf("%s: %s, %llu bytes, ", file->path,
           fetched->was_there ? "already there" : "fetched",
           (unsigned long long)fetched->bytes);
    if (file->sha256 != NULL)
        printf("SHA-256 right\n");
    else
        printf("SHA-256 not checked: the card has none\n    sha256: %s\n",
               fetched->sha256);
    fflush(stdout);
}

static enum ng_status fetch_files(const struct ng_card *card, struct ng_fetch *fetch,
                                  struct ng_error *err)
{
    const struct ng_card_file *files = card->files.values;
    for (size_t i = 0; i < card->files.count; i++) {
        struct ng_fetched fetched;
        enum ng_status status = ng_fetch_file(fetch, &files[i], &fetched, err);
        if (status != NG_OK)
            return status;
        tell(&files[i], &fetched);
    }
    printf("%s is in %s.\n", card->name, fetch->folder);
    return NG_OK;
}

enum ng_status ng_data_fetch(const struct ng_arguments *arguments, struct ng_error *err)
{
    enum ng_status status;
    struct ng_arena arena = {0};
    struct ng_card card;
    char *folder;
    NG_TRY(ng_data_folder(arguments, &arena, &folder, err));
    NG_TRY(ng_card_read(arguments->words[1], &arena, &card, err));
    if (card.files.count == 0) {
        printf("%s is generated: nothing to fetch.\n", card.name);
        goto out;
    }
    ng_stop_install();
    struct ng_fetch fetch = {
        .folder = folder,
        .origin = card.origin == NULL ? "the card does not say" : card.origin,
        .stop = ng_stop_flag(),
        .progress = ng_terminal_draws(stderr),
        .arena = &arena,
    };
    status = fetch_files(&card, &fetch, err);
    if (status != NG_INTERRUPTED)
        ng_fetch_end(&fetch);
out:
    ng_arena_release(&arena);
    return status;
}
