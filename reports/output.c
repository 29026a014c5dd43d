#include "reports/output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/base/whole.h"

static enum ng_status no_memory(struct ng_error *err)
{
    return ng_fail(err, NG_FAILED, "no memory is left to write the report");
}

static enum ng_status join(struct ng_text *path, const char *folder, const char *name,
                           const char *suffix, struct ng_error *err)
{
    ng_text_printf(path, "%s/%s%s", folder, name, suffix);
    return path->failed ? no_memory(err) : NG_OK;
}

enum ng_status ng_output_folder(const char *folder, struct ng_error *err)
{
    struct stat found;
    if (mkdir(folder, 0777) == 0)
        return NG_OK;
    int reason = errno;
    if (reason == EEXIST && stat(folder, &found) == 0 && S_ISDIR(found.st_mode))
        return NG_OK;
    return ng_fail(
        err, NG_FAILED, "cannot make the folder %s for the report's plots: %s", folder,
        reason == EEXIST ? "a file of that name is in the way" : strerror(reason));
}

enum ng_status ng_output_write(const char *folder, const char *name,
                               const struct ng_text *text, struct ng_error *err)
{
    if (text->failed)
        return no_memory(err);
    struct ng_text path = {0};
    enum ng_status status;
    NG_TRY(join(&path, folder, name, "", err));
    NG_TRY(ng_whole_write(path.data, &(struct ng_piece){text->data, text->length}, 1,
                          err));
out:
    ng_text_release(&path);
    return status;
}

enum ng_status ng_output_rename(const char *folder, const char *name,
                                struct ng_error *err)
{
    struct ng_text part = {0}, path = {0};
    enum ng_status status;
    NG_TRY(join(&part, folder, name, ".part", err));
    NG_TRY(join(&path, folder, name, "", err));
    if (rename(part.data, path.data) != 0) {
        int reason = errno;
        unlink(part.data);
        status = ng_fail(err, NG_FAILED, "cannot put %s in its place: %s", path.data,
                         strerror(reason));
    }
out:
    ng_text_release(&part);
    ng_text_release(&path);
    return status;
}

enum ng_status ng_output_read(const char *folder, const char *name, size_t limit,
                              struct ng_text *text, struct ng_error *err)
{
    struct ng_text path = {0};
    FILE *file = NULL;
    size_t start = text->length;
    enum ng_status status;
    NG_TRY(join(&path, folder, name, "", err));
    file = fopen(path.data, "rbe");
    if (file == NULL) {
        status =
            ng_fail(err, NG_FAILED, "cannot read %s: %s", path.data, strerror(errno));
        goto out;
    }
    char block[4096];
    size_t got;
    while ((got = fread(block, 1, sizeof block, file)) > 0 &&
           text->length - start <= limit)
        ng_text_add_n(text, block, got);
    if (ferror(file))
        status = ng_fail(err, NG_FAILED, "cannot read %s", path.data);
    else if (text->failed)
        status = no_memory(err);
    else if (text->length - start > limit)
        status = ng_fail(err, NG_ABSENT, "%s is over %zu bytes", path.data, limit);
out:
    if (file != NULL)
        fclose(file);
    ng_text_release(&path);
    return status;
}
