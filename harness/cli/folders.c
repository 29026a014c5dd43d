#include "harness/cli/folders.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *environment(const char *name)
{
    const char *value = getenv(name);
    return value == NULL || value[0] == '\0' ? NULL : value;
}

enum ng_status ng_data_folder(const struct ng_arguments *arguments,
                              struct ng_arena *arena, char **folder,
                              struct ng_error *err)
{
    const char *option = ng_arguments_value(arguments, "data");
    const char *shared = environment("XDG_DATA_HOME"), *home = environment("HOME");
    if (option == NULL)
        option = environment("NG_DATA");
    if (option != NULL)
        *folder = ng_arena_text(arena, option);
    else if (shared != NULL)
        *folder = ng_arena_printf(arena, "%s/narrowgauge", shared);
    else
        *folder =
            ng_arena_printf(arena, "%s/.local/share/narrowgauge", home ? home : "");
    if (*folder == NULL)
        return ng_fail(err, NG_FAILED, "No memory for the name of the data folder.");
    return NG_OK;
}

static bool ends_in(const char *word, const char *end)
{
    size_t length = strlen(word), tail = strlen(end);
    return length > tail && strcmp(word + length - tail, end) == 0;
}

static bool holds(const char *folder, const char *file)
{
    struct ng_arena arena = {0};
    struct stat there;
    char *path = ng_arena_printf(&arena, "%s/%s", folder, file);
    bool holds = path != NULL && stat(path, &there) == 0 && S_ISREG(there.st_mode);
    ng_arena_release(&arena);
    return holds;
}

enum ng_word_kind ng_word_kind(const char *word)
{
    if (ends_in(word, ".yaml"))
        return NG_WORD_FILE;
    if (ends_in(word, ".h5"))
        return NG_WORD_RUN_FILE;
    if (strchr(word, '/') != NULL || holds(word, "plan.jsonl"))
        return NG_WORD_FOLDER;
    return NG_WORD_NAME;
}

static enum ng_status check_folder(const char *folder, struct ng_error *err)
{
    struct stat there;
    if (stat(folder, &there) != 0)
        return ng_fail(err, NG_INVALID, "There is no folder %s: %s.", folder,
                       strerror(errno));
    if (!S_ISDIR(there.st_mode))
        return ng_fail(err, NG_INVALID, "%s is no folder.", folder);
    return NG_OK;
}

enum ng_status ng_folder_check(const char *folder, struct ng_error *err)
{
    enum ng_status status = check_folder(folder, err);
    if (status != NG_OK || holds(folder, "plan.jsonl"))
        return status;
    if (holds(folder, "comparison.h5"))
        return ng_fail(err, NG_INVALID,
                       "%s holds a comparison of predictions and no trials; "
                       "'narrowgauge report %s' shows it.",
                       folder, folder);
    return ng_fail(err, NG_INVALID,
                   "%s holds no plan.jsonl, so it is not the folder of a run; "
                   "expected one such as out/quickstart.",
                   folder);
}

enum ng_status ng_folder_check_results(const char *folder, struct ng_error *err)
{
    enum ng_status status = check_folder(folder, err);
    if (status != NG_OK || holds(folder, "comparison.h5"))
        return status;
    return ng_folder_check(folder, err);
}
