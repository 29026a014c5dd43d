#include "harness/cli/pipe_places.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define LONGEST_PATH 4096

/* Which regular file it is, or where one would be. */
struct spot {
    bool known, there;
    dev_t device;
    ino_t inode;      /* of the file; of its folder where it is not there */
    const char *last; /* the name in that folder */
};

static struct spot spot_of_file(const char *path)
{
    char folder[LONGEST_PATH];
    struct stat about;
    struct spot spot = {.known = false};
    if (stat(path, &about) == 0) {
        spot.known = spot.there = S_ISREG(about.st_mode);
    } else {
        const char *slash = strrchr(path, '/');
        size_t length = slash == NULL ? 0 : (size_t)(slash - path) + 1;
        if (length + sizeof "." > sizeof folder)
            return spot;
        memcpy(folder, path, length);
        memcpy(folder + length, ".", sizeof ".");
        spot.known = stat(folder, &about) == 0;
        spot.last = path + length;
    }
    if (spot.known) {
        spot.device = about.st_dev;
        spot.inode = about.st_ino;
    }
    return spot;
}

static struct spot spot_of(const struct ng_pipe_place *place)
{
    struct stat about;
    if (place->path != NULL)
        return spot_of_file(place->path);
    if (fstat(place->fd, &about) != 0 || !S_ISREG(about.st_mode))
        return (struct spot){.known = false};
    return (struct spot){
        .known = true, .there = true, .device = about.st_dev, .inode = about.st_ino};
}

static bool is_same(const struct spot *a, const struct spot *b)
{
    return a->known && b->known && a->there == b->there && a->device == b->device &&
           a->inode == b->inode && (a->there || strcmp(a->last, b->last) == 0);
}

/* Is what is written at one, or its .part, the file of the other? */
static bool writes_to(const struct ng_pipe_place *one,
                      const struct ng_pipe_place *other)
{
    char part[LONGEST_PATH];
    struct spot there = spot_of(other), here = spot_of(one);
    if (!one->written)
        return false;
    if (is_same(&here, &there))
        return true;
    if (one->path == NULL ||
        snprintf(part, sizeof part, "%s.part", one->path) >= (int)sizeof part)
        return false;
    here = spot_of_file(part);
    return is_same(&here, &there);
}

static const char *shown(const struct ng_pipe_place *place)
{
    return place->path == NULL ? "" : place->path;
}

enum ng_status ng_pipe_places_check(const struct ng_pipe_place *places, size_t count,
                                    struct ng_error *err)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++) {
            const struct ng_pipe_place *a = &places[i], *b = &places[j];
            if (a->option == NULL || b->option == NULL ||
                (!writes_to(a, b) && !writes_to(b, a)))
                continue;
            return ng_fail(err, NG_INVALID,
                           "%s%s and %s%s are the same file (FILE.part counts as "
                           "FILE); what is written needs a file of its own.",
                           a->option, shown(a), b->option, shown(b));
        }
    return NG_OK;
}
