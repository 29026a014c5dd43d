#include "datasets/files/zip.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zip.h>

#include "formats/base/whole.h"
#include "formats/base/text.h"

#define FIRST_BLOCK  ((size_t)1 << 16)
#define NAMES_SHOWN  6
#define MOST_MEMBERS 1000000
#define DOS_TIME     0
#define DOS_DATE     ((1 << 5) | 1) /* the first day that the format knows, 1980-01-01 */

/* -- reading -------------------------------------------------------------------------
 */

static enum ng_status cannot_open(const char *path, int code, struct ng_error *err)
{
    zip_error_t why;
    enum ng_status status = NG_INVALID;
    if (code == ZIP_ER_NOENT)
        status = NG_ABSENT;
    else if (code == ZIP_ER_MEMORY || code == ZIP_ER_OPEN)
        status = NG_FAILED;
    zip_error_init_with_code(&why, code);
    ng_fail(err, status,
            status == NG_INVALID ? "%s is not a whole zip archive: %s."
                                 : "%s cannot be opened: %s.",
            path, zip_error_strerror(&why));
    zip_error_fini(&why);
    return status;
}

static enum ng_status open_archive(const char *path, zip_t **archive,
                                   struct ng_error *err)
{
    struct stat there;
    int code = 0;
    *archive = NULL;
    /* A pipe would be waited for. */
    if (stat(path, &there) == 0 && !S_ISREG(there.st_mode))
        return ng_fail(err, NG_INVALID,
                       "%s is not a regular file; a zip archive was expected.", path);
    *archive = zip_open(path, ZIP_RDONLY, &code);
    return *archive == NULL ? cannot_open(path, code, err) : NG_OK;
}

enum ng_status ng_zip_names(const char *path, struct ng_arena *arena,
                            struct ng_texts *names, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    zip_t *archive = NULL;
    memset(names, 0, sizeof *names);
    NG_TRY(open_archive(path, &archive, err));
    zip_int64_t count = zip_get_num_entries(archive, 0);
    if (count < 0 || count > MOST_MEMBERS)
        NG_TRY(ng_fail(err, NG_INVALID, "%s holds more than %d members.", path,
                       MOST_MEMBERS));
    names->values = ng_arena_array(arena, (size_t)count + 1, sizeof *names->values);
    for (zip_int64_t i = 0; names->values != NULL && i < count; i++) {
        const char *name = zip_get_name(archive, (zip_uint64_t)i, 0);
        names->values[i] = ng_arena_text(arena, name == NULL ? "" : name);
        if (names->values[i] == NULL)
            names->values = NULL;
    }
    if (names->values == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "No memory for the names in %s.", path));
    names->count = (size_t)count;
out:
    if (archive != NULL)
        zip_discard(archive);
    return status;
}

static enum ng_status no_member(const char *path, const char *member, zip_t *archive,
                                struct ng_error *err)
{
    struct ng_text list = {0};
    zip_int64_t count = zip_get_num_entries(archive, 0);
    for (zip_int64_t i = 0; i < count && i < NAMES_SHOWN; i++) {
        const char *name = zip_get_name(archive, (zip_uint64_t)i, 0);
        ng_text_printf(&list, "%s%.60s", i == 0 ? "" : ", ", name != NULL ? name : "?");
    }
    if (count > NAMES_SHOWN)
        ng_text_add(&list, ", ...");
    ng_fail(err, NG_ABSENT, "%s has no member '%.200s'; it holds %s.", path, member,
            list.data != NULL ? list.data : "none");
    ng_text_release(&list);
    return NG_ABSENT;
}

static enum ng_status check_member(const char *path, const zip_stat_t *about,
                                   size_t limit, struct ng_error *err)
{
    const zip_uint64_t needed =
        ZIP_STAT_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
    if ((about->valid & needed) != needed)
        return ng_fail(err, NG_INVALID, "%s: a member has no size.", path);
    if (about->encryption_method != ZIP_EM_NONE)
        return ng_fail(err, NG_INVALID,
                       "%s: the member '%.200s' is encrypted, which is not read.", path,
                       about->name);
    if (about->comp_method != ZIP_CM_STORE && about->comp_method != ZIP_CM_DEFLATE)
        return ng_fail(err, NG_INVALID,
                       "%s: the member '%.200s' is packed by method %d, where stored "
                       "(0) or deflated (8) was expected.",
                       path, about->name, (int)about->comp_method);
    if (about->size > limit)
        return ng_fail(err, NG_INVALID,
                       "%s: the member '%.200s' unpacks to %llu bytes, where at most "
                       "%zu are allowed.",
                       path, about->name, (unsigned long long)about->size, limit);
    return NG_OK;
}

static enum ng_status damaged(const char *path, const zip_stat_t *about,
                              zip_file_t *file, struct ng_error *err)
{
    return ng_fail(err, NG_INVALID, "%s: the member '%.200s' is damaged: %s.", path,
                   about->name,
                   file != NULL ? zip_error_strerror(zip_file_get_error(file))
                                : "its data cannot be found");
}

/* Memory grows with what is there, because the size is only a claim. The read at the end
 * makes the library compare the checksum. */
static enum ng_status unpack(const char *path, const zip_stat_t *about,
                             zip_file_t *file, void **data, size_t *bytes,
                             struct ng_error *err)
{
    size_t size = (size_t)about->size, done = 0, room = 0;
    char beyond;
    do {
        size_t more = room == 0 ? FIRST_BLOCK : room;
        room = more < size - room ? room + more : size;
        void *grown = realloc(*data, room + 1);
        if (grown == NULL)
            return ng_fail(err, NG_FAILED, "No memory for %zu bytes of %s.", size,
                           path);
        *data = grown;
        while (done < room) {
            zip_int64_t got = zip_fread(file, (char *)*data + done, room - done);
            if (got < 0)
                return damaged(path, about, file, err);
            if (got == 0)
                return ng_fail(err, NG_INVALID,
                               "%s: the member '%.200s' ends after %zu of %zu bytes.",
                               path, about->name, done, size);
            done += (size_t)got;
        }
    } while (done < size);
    zip_int64_t last = zip_fread(file, &beyond, 1);
    if (last != 0)
        return last < 0 ? damaged(path, about, file, err)
                        : ng_fail(err, NG_INVALID,
                                  "%s: the member '%.200s' is longer than its size.",
                                  path, about->name);
    *bytes = size;
    return NG_OK;
}

enum ng_status ng_zip_read(const char *path, const char *member, size_t limit,
                           void **data, size_t *bytes, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    zip_t *archive = NULL;
    zip_file_t *file = NULL;
    zip_stat_t about;
    *data = NULL;
    *bytes = 0;
    NG_TRY(open_archive(path, &archive, err));
    zip_int64_t at = zip_name_locate(archive, member, 0);
    if (at < 0)
        NG_TRY(no_member(path, member, archive, err));
    if (zip_stat_index(archive, (zip_uint64_t)at, 0, &about) != 0)
        NG_TRY(ng_fail(err, NG_INVALID, "%s is damaged: %s.", path,
                       zip_error_strerror(zip_get_error(archive))));
    NG_TRY(check_member(path, &about, limit, err));
    file = zip_fopen_index(archive, (zip_uint64_t)at, 0);
    if (file == NULL)
        NG_TRY(damaged(path, &about, file, err));
    NG_TRY(unpack(path, &about, file, data, bytes, err));
out:
    if (status != NG_OK) {
        free(*data);
        *data = NULL;
    }
    if (file != NULL)
        zip_fclose(file);
    if (archive != NULL)
        zip_discard(archive);
    return status;
}

/* -- writing -------------------------------------------------------------------------
 */

static enum ng_status add_member(zip_t *archive, const char *path,
                                 const struct ng_zip_member *member,
                                 struct ng_error *err)
{
    zip_source_t *source = zip_source_buffer(archive, member->data, member->bytes, 0);
    zip_int64_t at =
        source == NULL ? -1
                       : zip_file_add(archive, member->name, source, ZIP_FL_ENC_UTF_8);
    if (at < 0 && source != NULL)
        zip_source_free(source);
    if (at < 0 ||
        zip_set_file_compression(archive, (zip_uint64_t)at, ZIP_CM_STORE, 0) != 0 ||
        zip_file_set_dostime(archive, (zip_uint64_t)at, DOS_TIME, DOS_DATE, 0) != 0)
        return ng_fail(err, NG_INVALID, "%s cannot take the member '%.200s': %s.", path,
                       member->name, zip_error_strerror(zip_get_error(archive)));
    return NG_OK;
}

/* The archive's bytes, once it was closed into its buffer. */
static bool take_buffer(zip_source_t *buffer, void **data, size_t *bytes)
{
    zip_stat_t about;
    zip_stat_init(&about);
    if (zip_source_stat(buffer, &about) != 0 || zip_source_open(buffer) != 0)
        return false;
    *bytes = (size_t)about.size;
    *data = malloc(*bytes + 1);
    bool whole =
        *data != NULL && zip_source_read(buffer, *data, *bytes) == (zip_int64_t)*bytes;
    zip_source_close(buffer);
    return whole;
}

/* Built in memory, so that a full disk shows as one errno from write(2). */
enum ng_status ng_zip_write(const char *path, const struct ng_zip_member *members,
                            size_t count, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    zip_t *archive = NULL;
    void *data = NULL;
    size_t bytes = 0;
    zip_error_t why;
    /* The library removes an archive without members. */
    static const char nothing[22] = "PK\5\6";
    if (count == 0)
        return ng_whole_write(path, &(struct ng_piece){nothing, sizeof nothing}, 1,
                              err);
    zip_error_init(&why);
    zip_source_t *buffer = zip_source_buffer_create(NULL, 0, 0, &why);
    if (buffer == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "No memory for %s.", path));
    archive = zip_open_from_source(buffer, ZIP_TRUNCATE, &why);
    if (archive == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "%s cannot be made: %s.", path,
                       zip_error_strerror(&why)));
    zip_source_keep(buffer);
    for (size_t i = 0; i < count; i++)
        NG_TRY(add_member(archive, path, &members[i], err));
    if (zip_close(archive) != 0)
        NG_TRY(ng_fail(err, NG_FAILED, "%s cannot be made: %s.", path,
                       zip_error_strerror(zip_get_error(archive))));
    archive = NULL;
    if (!take_buffer(buffer, &data, &bytes))
        NG_TRY(ng_fail(err, NG_FAILED, "No memory for %s.", path));
    NG_TRY(ng_whole_write(path, &(struct ng_piece){data, bytes}, 1, err));
out:
    if (archive != NULL)
        zip_discard(archive);
    if (buffer != NULL)
        zip_source_free(buffer);
    free(data);
    zip_error_fini(&why);
    return status;
}
