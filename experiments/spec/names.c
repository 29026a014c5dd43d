#include "experiments/spec/names.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "experiments/spec/diagnose.h"
#include "experiments/spec/experiment.h"

#define MOST_NAMES 10000

const char *const ng_shelf_words[] = {"experiment", "recipe", "data set", NULL};
static const char *const shelf_folders[] = {"experiments/named", "experiments/recipes",
                                            "datasets"};

bool ng_name_is_path(const char *name_or_path)
{
    size_t length = strlen(name_or_path);
    return strchr(name_or_path, '/') != NULL ||
           (length > 5 && strcmp(name_or_path + length - 5, ".yaml") == 0);
}

static bool is_folder(const char *path)
{
    struct stat facts;
    return path != NULL && stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

static char *shelf_below(struct ng_arena *arena, const char *home, enum ng_shelf shelf)
{
    return ng_arena_printf(arena, "%s/%s", home, shelf_folders[shelf]);
}

/* `levels` above the running program, and `below` from there; NULL: there is none. */
static char *near_program(int levels, const char *below, struct ng_arena *arena)
{
    char program[4096];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0)
        return NULL;
    program[length] = '\0';
    for (int i = 0; i < levels; i++) {
        char *slash = strrchr(program, '/');
        if (slash == NULL)
            return NULL;
        *slash = '\0';
    }
    return ng_arena_printf(arena, "%s%s", program, below);
}

/* The shelf below the first home that has it: the clone, for build/release; the files
 * beside an installed program, wherever its prefix was moved to; where it was installed.
 * NULL: none has it, and `looked` tells where. */
static char *search_homes(enum ng_shelf shelf, struct ng_arena *arena,
                          struct ng_text *looked)
{
    const char *homes[] = {
        near_program(3, "", arena),
        near_program(2, "/share/narrowgauge", arena),
#ifdef NG_DATADIR
        NG_DATADIR,
#endif
    };
    for (size_t i = 0; i < sizeof homes / sizeof homes[0]; i++) {
        if (homes[i] == NULL)
            continue;
        char *folder = shelf_below(arena, homes[i], shelf);
        if (is_folder(folder))
            return folder;
        ng_text_printf(looked, "%s%s", looked->length > 0 ? ", " : "",
                       homes[i][0] == '\0' ? "/" : homes[i]);
    }
    return NULL;
}

static enum ng_status shelf_folder(enum ng_shelf shelf, struct ng_arena *arena,
                                   char **folder, struct ng_error *err)
{
    const char *home = getenv("NG_HOME");
    struct ng_text looked = {0};
    bool set = home != NULL && *home != '\0';
    *folder =
        set ? shelf_below(arena, home, shelf) : search_homes(shelf, arena, &looked);
    if (is_folder(*folder)) {
        ng_text_release(&looked);
        return NG_OK;
    }
    if (set)
        return ng_fail(err, NG_INVALID,
                       "NG_HOME is %s, but there is no folder %s in it, expected the "
                       "folder that holds experiments/ and datasets/",
                       ng_quote(home).text, shelf_folders[shelf]);
    ng_fail(err, NG_INVALID,
            "there is no folder %s in any of %.900s, expected NG_HOME to name the "
            "folder that holds it",
            shelf_folders[shelf], looked.data == NULL ? "no places" : looked.data);
    ng_text_release(&looked);
    return NG_INVALID;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum ng_status list_folder(DIR *folder, struct ng_arena *arena,
                                  struct ng_texts *names, struct ng_error *err)
{
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        size_t length = strlen(entry->d_name);
        if (length <= 5 || entry->d_name[0] == '.' ||
            strcmp(entry->d_name + length - 5, ".yaml") != 0 ||
            names->count == MOST_NAMES)
            continue;
        char *name = ng_arena_text_n(arena, entry->d_name, length - 5);
        if (name == NULL)
            return ng_fail(err, NG_FAILED, "out of memory while listing names");
        names->values[names->count++] = name;
    }
    if (names->count > 0)
        qsort(names->values, names->count, sizeof *names->values, compare_names);
    return NG_OK;
}

enum ng_status ng_shelf_names(enum ng_shelf shelf, struct ng_arena *arena,
                              struct ng_texts *names, struct ng_error *err)
{
    char *path = NULL;
    *names = (struct ng_texts){0};
    enum ng_status status = shelf_folder(shelf, arena, &path, err);
    if (status != NG_OK)
        return status;
    names->values = ng_arena_array(arena, MOST_NAMES, sizeof *names->values);
    if (names->values == NULL)
        return ng_fail(err, NG_FAILED, "out of memory while listing names");
    DIR *folder = opendir(path);
    if (folder == NULL)
        return ng_fail(err, NG_INVALID, "the folder %.200s cannot be read: %s", path,
                       strerror(errno));
    status = list_folder(folder, arena, names, err);
    closedir(folder);
    return status;
}

static enum ng_status fail_absent(enum ng_shelf shelf, const char *name,
                                  struct ng_arena *arena, const char **near,
                                  struct ng_error *err)
{
    struct ng_texts names;
    enum ng_status status = ng_shelf_names(shelf, arena, &names, err);
    if (status != NG_OK)
        return status;
    const char *const *known = (const char *const *)names.values;
    struct ng_text list = {0};
    ng_text_add_names(&list, known, names.count);
    *near = ng_text_nearest(name, known, names.count);
    ng_fail(err, NG_ABSENT,
            "unknown %s %s, expected one of %s, or the path of a .yaml file",
            ng_shelf_words[shelf], ng_quote(name).text,
            list.data != NULL ? list.data : "(there is none)");
    ng_text_release(&list);
    return NG_ABSENT;
}

enum ng_status ng_shelf_find(enum ng_shelf shelf, const char *name_or_path,
                             struct ng_arena *arena, char **path, const char **near,
                             struct ng_error *err)
{
    struct stat facts;
    *near = NULL;
    if (ng_name_is_path(name_or_path)) {
        *path = ng_arena_text(arena, name_or_path);
        if (*path == NULL)
            return ng_fail(err, NG_FAILED, "out of memory while looking for a file");
        if (stat(*path, &facts) != 0)
            return ng_fail(
                err, NG_ABSENT, "%s cannot be read (%s), expected a file with the %s",
                ng_quote(name_or_path).text, strerror(errno), ng_shelf_words[shelf]);
        return NG_OK;
    }
    char *folder = NULL;
    enum ng_status status = shelf_folder(shelf, arena, &folder, err);
    if (status != NG_OK)
        return status;
    *path = ng_arena_printf(arena, "%s/%s.yaml", folder, name_or_path);
    if (*path == NULL)
        return ng_fail(err, NG_FAILED, "out of memory while looking for a file");
    if (*name_or_path != '\0' && *name_or_path != '.' && stat(*path, &facts) == 0)
        return NG_OK;
    return fail_absent(shelf, name_or_path, arena, near, err);
}

enum ng_status ng_experiment_names(struct ng_arena *arena, struct ng_texts *names,
                                   struct ng_error *err)
{
    return ng_shelf_names(NG_SHELF_EXPERIMENTS, arena, names, err);
}

enum ng_status ng_recipe_names(struct ng_arena *arena, struct ng_texts *names,
                               struct ng_error *err)
{
    return ng_shelf_names(NG_SHELF_RECIPES, arena, names, err);
}

enum ng_status ng_card_names(struct ng_arena *arena, struct ng_texts *names,
                             struct ng_error *err)
{
    return ng_shelf_names(NG_SHELF_CARDS, arena, names, err);
}
