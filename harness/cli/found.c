#include "harness/cli/found.h"

#include <unistd.h>

char *ng_data_found(const struct ng_card *card, const char *data_folder, bool *found,
                    struct ng_arena *arena)
{
    const struct ng_reader *reader = ng_reader_by_name(card->reader);
    const struct ng_card_file *files = card->files.values;
    *found = true;
    if (reader != NULL && !reader->needs_files)
        return ng_arena_text(arena, "generated");
    for (size_t i = 0; i < card->files.count; i++) {
        char *path = ng_arena_printf(arena, "%s/%s", data_folder, files[i].path);
        if (path != NULL && access(path, R_OK) == 0)
            continue;
        *found = false;
        return ng_arena_printf(arena, "not found: %s is not in %s", files[i].path,
                               data_folder);
    }
    return ng_arena_printf(arena, "found in %s", data_folder);
}
