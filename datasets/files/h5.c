#include "datasets/files/h5.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hdf5.h>

#include "datasets/files/sealed.h"

#define LONGEST_PATH      512
#define LONGEST_ATTRIBUTE 61440 /* an object header message holds less than 64 KiB */
#define CHECKSUM_FROM     65536 /* bytes of a data set */
#define CHUNK_BYTES       262144
#define GROWTH            1048576 /* of the file in memory, bytes */

struct ng_h5 {
    hid_t id;
    char *path;   /* NULL: built in memory */
    size_t bytes; /* of the file on the disk, without the seal */
};

const char *const ng_h5_type_names[] = {"f64", "f32",  "i64",  "u64",  "u32", "u16",
                                        "u8",  "bf16", "e5m2", "text", NULL};

size_t ng_h5_type_bytes(enum ng_h5_type type)
{
    static const size_t bytes[] = {8, 4, 8, 8, 4, 2, 1, 2, 1, 0};
    return bytes[type];
}

size_t ng_h5_count(const struct ng_h5_shape *shape)
{
    size_t count = 1;
    for (size_t i = 0; i < shape->rank; i++)
        count *= shape->size[i];
    return count;
}

const char *ng_h5_name(const struct ng_h5 *file)
{
    return file->path == NULL ? "the file in memory" : file->path;
}

/* -- what the library says -----------------------------------------------------------
 */

static herr_t innermost(unsigned depth, const H5E_error2_t *error, void *words)
{
    if (depth == 0 && error->desc != NULL)
        snprintf(words, 256, "%s", error->desc);
    return 0;
}

/* The innermost message is the one that names the cause. */
static enum ng_status fail(const struct ng_h5 *file, enum ng_status status,
                           const char *doing, const char *path, struct ng_error *err)
{
    char cause[256] = "no reason given";
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, innermost, cause);
    H5Eclear2(H5E_DEFAULT);
    return ng_fail(err, status, "%s: cannot %s %s: HDF5 says \"%s\"", ng_h5_name(file),
                   doing, path, cause);
}

static void quiet(void)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    /* A file may name a filter; none is ever to be loaded for it. */
    H5PLset_loading_state(0);
}

/* -- types ---------------------------------------------------------------------------
 */

/* Sign, exponent and mantissa from the top, bias as IEEE 754 has it. The fields must be
 * set before the precision, and the size last. */
static hid_t narrow_float(size_t exponent, size_t mantissa)
{
    size_t bits = 1 + exponent + mantissa;
    hid_t id = H5Tcopy(H5T_IEEE_F32LE);
    if (H5Tset_fields(id, bits - 1, mantissa, exponent, 0, mantissa) < 0 ||
        H5Tset_precision(id, bits) < 0 ||
        H5Tset_ebias(id, ((size_t)1 << (exponent - 1)) - 1) < 0 ||
        H5Tset_size(id, bits / 8) < 0) {
        H5Tclose(id);
        return H5I_INVALID_HID;
    }
    return id;
}

static hid_t text_type(size_t bytes)
{
    hid_t id = H5Tcopy(H5T_C_S1);
    if (H5Tset_size(id, bytes) < 0 || H5Tset_cset(id, H5T_CSET_UTF8) < 0 ||
        H5Tset_strpad(id, H5T_STR_NULLTERM) < 0) {
        H5Tclose(id);
        return H5I_INVALID_HID;
    }
    return id;
}

static hid_t number_type(enum ng_h5_type type)
{
    switch (type) {
    case NG_H5_F64:
        return H5Tcopy(H5T_IEEE_F64LE);
    case NG_H5_F32:
        return H5Tcopy(H5T_IEEE_F32LE);
    case NG_H5_I64:
        return H5Tcopy(H5T_STD_I64LE);
    case NG_H5_U64:
        return H5Tcopy(H5T_STD_U64LE);
    case NG_H5_U32:
        return H5Tcopy(H5T_STD_U32LE);
    case NG_H5_U16:
        return H5Tcopy(H5T_STD_U16LE);
    case NG_H5_U8:
        return H5Tcopy(H5T_STD_U8LE);
    case NG_H5_BF16:
        return narrow_float(8, 7);
    case NG_H5_E5M2:
        return narrow_float(5, 2);
    case NG_H5_TEXT:
        break;
    }
    return H5I_INVALID_HID;
}

/* Which of our types a stored one is; false: none. bytes: of one element. */
static bool type_known(hid_t id, enum ng_h5_type *type, size_t *bytes)
{
    *bytes = H5Tget_size(id);
    if (H5Tget_class(id) == H5T_STRING) {
        *type = NG_H5_TEXT;
        return H5Tis_variable_str(id) == 0 && *bytes > 0;
    }
    for (int i = 0; i < NG_H5_TEXT; i++) {
        hid_t candidate = number_type((enum ng_h5_type)i);
        bool same = H5Tequal(id, candidate) > 0;
        H5Tclose(candidate);
        if (same) {
            *type = (enum ng_h5_type)i;
            return true;
        }
    }
    return false;
}

static hid_t space_of(const struct ng_h5_shape *shape)
{
    hsize_t size[NG_H5_RANK];
    for (size_t i = 0; i < shape->rank; i++)
        size[i] = shape->size[i];
    return shape->rank == 0 ? H5Screate(H5S_SCALAR)
                            : H5Screate_simple((int)shape->rank, size, NULL);
}

/* A stored shape, if the file can hold it: nothing here is compressed, so no data set
 * is larger than its file. */
static bool shape_known(const struct ng_h5 *file, hid_t space, size_t element,
                        struct ng_h5_shape *shape)
{
    hsize_t size[NG_H5_RANK];
    int rank = H5Sget_simple_extent_ndims(space);
    *shape = (struct ng_h5_shape){0};
    if (rank < 0 || rank > NG_H5_RANK || H5Sget_simple_extent_type(space) == H5S_NULL)
        return false;
    if (H5Sget_simple_extent_dims(space, size, NULL) < 0)
        return false;
    size_t limit = file->path == NULL ? SIZE_MAX : file->bytes;
    size_t room = limit / element; /* elements that may still be multiplied up */
    bool empty = false;
    shape->rank = (size_t)rank;
    for (int i = 0; i < rank; i++) {
        if (size[i] > limit)
            return false;
        shape->size[i] = (size_t)size[i];
        empty = empty || size[i] == 0;
        if (!empty && size[i] > room)
            return false;
        room = empty ? room : room / (size_t)size[i];
    }
    return true;
}

/* -- the file as a whole -------------------------------------------------------------
 */

enum ng_status ng_h5_create(struct ng_h5 **file, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    hid_t access = H5I_INVALID_HID, creation = H5I_INVALID_HID;
    quiet();
    *file = NULL;
    struct ng_h5 *made = calloc(1, sizeof *made);
    if (made == NULL)
        return ng_fail(err, NG_FAILED, "out of memory");
    access = H5Pcreate(H5P_FILE_ACCESS);
    creation = H5Pcreate(H5P_FILE_CREATE);
    H5Pset_obj_track_times(creation, 0); /* of the root group */
    made->id = H5I_INVALID_HID;
    if (H5Pset_fapl_core(access, GROWTH, 0) >= 0)
        made->id = H5Fcreate("memory", H5F_ACC_TRUNC, creation, access);
    if (made->id < 0) {
        status = fail(made, NG_FAILED, "begin", "an HDF5 file in memory", err);
        free(made);
        made = NULL;
    }
    H5Pclose(access);
    H5Pclose(creation);
    *file = made;
    return status;
}

void ng_h5_close(struct ng_h5 *file)
{
    if (file == NULL)
        return;
    if (file->id >= 0)
        H5Fclose(file->id);
    free(file->path);
    free(file);
}

enum ng_status ng_h5_open(struct ng_h5 **file, const char *path, struct ng_error *err)
{
    struct ng_h5 *made = NULL;
    size_t bytes = 0;
    *file = NULL;
    quiet();
    enum ng_status status =
        ng_sealed_check(path, "\x89HDF\r\n\x1a\n", "an HDF5 file", &bytes, err);
    if (status != NG_OK)
        return status;
    made = calloc(1, sizeof *made);
    if (made == NULL || (made->path = strdup(path)) == NULL) {
        free(made);
        return ng_fail(err, NG_FAILED, "cannot read %s: out of memory", path);
    }
    made->bytes = bytes;
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    /* A file is never changed in place, so locks protect nothing, and they fail on some
     * network file systems. */
    H5Pset_file_locking(access, 0, 1);
    made->id = H5Fopen(path, H5F_ACC_RDONLY, access);
    H5Pclose(access);
    if (made->id < 0) {
        status = fail(made, NG_INVALID, "open", "it", err);
        ng_h5_close(made);
        made = NULL;
    }
    *file = made;
    return status;
}

enum ng_status ng_h5_save(struct ng_h5 *file, const char *path, struct ng_error *err)
{
    ssize_t bytes = -1;
    if (H5Fflush(file->id, H5F_SCOPE_GLOBAL) >= 0)
        bytes = H5Fget_file_image(file->id, NULL, 0);
    if (bytes < 0)
        return fail(file, NG_FAILED, "finish", path, err);
    char *image = malloc((size_t)bytes);
    if (image == NULL)
        return ng_fail(err, NG_FAILED, "cannot write %s: out of memory for %zd bytes",
                       path, bytes);
    enum ng_status status = NG_OK;
    if (H5Fget_file_image(file->id, image, (size_t)bytes) != bytes)
        status = fail(file, NG_FAILED, "finish", path, err);
    else
        status = ng_sealed_write(path, image, (size_t)bytes, err);
    free(image);
    return status;
}

/* -- writing -------------------------------------------------------------------------
 */

static hid_t link_plan(void)
{
    hid_t plan = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(plan, 1);
    return plan;
}

/* Large data sets are cut into chunks, because only chunks carry checksums. */
static hid_t layout_plan(const struct ng_h5_shape *shape, size_t element)
{
    hsize_t chunk[NG_H5_RANK];
    hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_obj_track_times(plan, 0);
    size_t count = ng_h5_count(shape);
    if (shape->rank == 0 || count * element < CHECKSUM_FROM)
        return plan;
    size_t room = CHUNK_BYTES / element > 0 ? CHUNK_BYTES / element : 1;
    for (size_t i = shape->rank; i-- > 0;) {
        size_t take = shape->size[i] < room ? shape->size[i] : room;
        chunk[i] = take;
        room = room / take > 0 ? room / take : 1;
    }
    H5Pset_chunk(plan, (int)shape->rank, chunk);
    /* The rest of a last chunk is written as zeros, so that equal content makes equal
     * bytes. */
    H5Pset_fill_time(plan, H5D_FILL_TIME_ALLOC);
    H5Pset_fletcher32(plan);
    return plan;
}

static enum ng_status write_typed(struct ng_h5 *file, const char *path, hid_t type,
                                  const struct ng_h5_shape *shape, const void *data,
                                  struct ng_error *err)
{
    enum ng_status status = NG_OK;
    hid_t space = space_of(shape), links = link_plan();
    hid_t layout = layout_plan(shape, H5Tget_size(type));
    hid_t set = H5Dcreate2(file->id, path, type, space, links, layout, H5P_DEFAULT);
    if (set < 0)
        status = fail(file, NG_FAILED, "make", path, err);
    else if (ng_h5_count(shape) > 0 &&
             H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0)
        status = fail(file, NG_FAILED, "write", path, err);
    if (set >= 0)
        H5Dclose(set);
    H5Pclose(layout);
    H5Pclose(links);
    H5Sclose(space);
    return status;
}

enum ng_status ng_h5_write(struct ng_h5 *file, const char *path, enum ng_h5_type type,
                           const struct ng_h5_shape *shape, const void *data,
                           struct ng_error *err)
{
    hid_t id = number_type(type);
    enum ng_status status = write_typed(file, path, id, shape, data, err);
    H5Tclose(id);
    return status;
}

enum ng_status ng_h5_write_texts(struct ng_h5 *file, const char *path,
                                 const struct ng_h5_shape *shape, char *const *texts,
                                 struct ng_error *err)
{
    size_t count = ng_h5_count(shape), longest = 1; /* with the zero at the end */
    for (size_t i = 0; i < count; i++) {
        size_t length = texts[i] == NULL ? 1 : strlen(texts[i]) + 1;
        longest = length > longest ? length : longest;
    }
    char *packed = calloc(count > 0 ? count : 1, longest);
    if (packed == NULL)
        return ng_fail(err, NG_FAILED, "cannot make %s: out of memory", path);
    for (size_t i = 0; i < count; i++) {
        if (texts[i] != NULL)
            memcpy(packed + i * longest, texts[i], strlen(texts[i]));
    }
    hid_t type = text_type(longest);
    enum ng_status status = write_typed(file, path, type, shape, packed, err);
    H5Tclose(type);
    free(packed);
    return status;
}

enum ng_status ng_h5_write_text(struct ng_h5 *file, const char *path, const char *text,
                                struct ng_error *err)
{
    struct ng_h5_shape one = {0};
    char *copy = (char *)(uintptr_t)text; /* the array form takes char *const *, and
                                           * reads only */
    return ng_h5_write_texts(file, path, &one, &copy, err);
}

static enum ng_status attribute_write(struct ng_h5 *file, const char *object,
                                      const char *name, hid_t type, const void *value,
                                      struct ng_error *err)
{
    enum ng_status status = NG_OK;
    hid_t attribute = H5I_INVALID_HID;
    hid_t space = H5Screate(H5S_SCALAR);
    if (!ng_h5_exists(file, object)) {
        hid_t links = link_plan(), plan = H5Pcreate(H5P_GROUP_CREATE);
        H5Pset_obj_track_times(plan, 0);
        hid_t group = H5Gcreate2(file->id, object, links, plan, H5P_DEFAULT);
        if (group >= 0)
            H5Gclose(group);
        H5Pclose(links);
        H5Pclose(plan);
    }
    attribute = H5Acreate_by_name(file->id, object, name, type, space, H5P_DEFAULT,
                                  H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0 || H5Awrite(attribute, type, value) < 0)
        status = fail(file, NG_FAILED, "set an attribute of", object, err);
    if (attribute >= 0)
        H5Aclose(attribute);
    H5Sclose(space);
    return status;
}

enum ng_status ng_h5_set(struct ng_h5 *file, const char *object, const char *name,
                         enum ng_h5_type type, const void *value, struct ng_error *err)
{
    hid_t id = number_type(type);
    enum ng_status status = attribute_write(file, object, name, id, value, err);
    H5Tclose(id);
    return status;
}

enum ng_status ng_h5_set_text(struct ng_h5 *file, const char *object, const char *name,
                              const char *text, struct ng_error *err)
{
    size_t length = strlen(text);
    if (length > LONGEST_ATTRIBUTE)
        return ng_fail(
            err, NG_INVALID,
            "the attribute %s of %s would take %zu bytes; an attribute holds "
            "at most %d",
            name, object, length, LONGEST_ATTRIBUTE);
    hid_t id = text_type(length + 1);
    enum ng_status status = attribute_write(file, object, name, id, text, err);
    H5Tclose(id);
    return status;
}

/* -- reading -------------------------------------------------------------------------
 */

/* Does every link on the way exist, and is it a hard one? A soft or external link could
 * lead anywhere. */
bool ng_h5_exists(struct ng_h5 *file, const char *path)
{
    char way[LONGEST_PATH];
    H5L_info_t link;
    size_t length = strlen(path);
    if (length >= sizeof way || path[0] != '/')
        return false;
    for (size_t i = 1; i <= length && length > 1; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(way, path, i);
        way[i] = '\0';
        if (H5Lexists(file->id, way, H5P_DEFAULT) <= 0 ||
            H5Lget_info(file->id, way, &link, H5P_DEFAULT) < 0 ||
            link.type != H5L_TYPE_HARD)
            return false;
    }
    return true;
}

bool ng_h5_is_group(struct ng_h5 *file, const char *path)
{
    if (!ng_h5_exists(file, path))
        return false;
    hid_t object = H5Oopen(file->id, path, H5P_DEFAULT);
    bool is_group = object >= 0 && H5Iget_type(object) == H5I_GROUP;
    if (object >= 0)
        H5Oclose(object);
    return is_group;
}

/* An opened data set or attribute that may be read: its type and shape are known. */
struct source {
    hid_t id, type;
    bool is_attribute;
    enum ng_h5_type kind;
    size_t element;
    struct ng_h5_shape shape;
    const struct ng_h5 *file;
    char label[LONGEST_PATH]; /* "/ledger/bytes", "/ledger@planned_peak" */
};

static void source_close(struct source *source)
{
    if (source->type >= 0)
        H5Tclose(source->type);
    if (source->id >= 0 && source->is_attribute)
        H5Aclose(source->id);
    else if (source->id >= 0)
        H5Dclose(source->id);
}

static enum ng_status refuse(const struct source *source, const char *what,
                             struct ng_error *err)
{
    return ng_fail(err, NG_INVALID, "%s: %s %s", ng_h5_name(source->file),
                   source->label, what);
}

/* Data that lie outside the file, or that a filter would have to produce, are not ours.
 */
static bool stored_plainly(hid_t set)
{
    hid_t plan = H5Dget_create_plist(set);
    if (plan < 0)
        return false;
    bool plain = H5Pget_layout(plan) != H5D_VIRTUAL && H5Pget_external_count(plan) == 0;
    int filters = H5Pget_nfilters(plan);
    for (int i = 0; i < filters && plain; i++) {
        unsigned flags;
        size_t values = 0;
        plain = H5Pget_filter2(plan, (unsigned)i, &flags, &values, NULL, 0, NULL,
                               NULL) == H5Z_FILTER_FLETCHER32;
    }
    H5Pclose(plan);
    return plain;
}

static enum ng_status source_shape(struct source *source, struct ng_error *err)
{
    hid_t space =
        source->is_attribute ? H5Aget_space(source->id) : H5Dget_space(source->id);
    bool known =
        space >= 0 && shape_known(source->file, space, source->element, &source->shape);
    if (space >= 0)
        H5Sclose(space);
    return known ? NG_OK : refuse(source, "claims to be larger than the file", err);
}

/* attribute NULL: the data set. Whatever happens, source_close() is the caller's. */
static enum ng_status source_open(struct source *source, struct ng_h5 *file,
                                  const char *path, const char *attribute,
                                  struct ng_error *err)
{
    *source = (struct source){.id = H5I_INVALID_HID,
                              .type = H5I_INVALID_HID,
                              .is_attribute = attribute != NULL,
                              .file = file};
    snprintf(source->label, sizeof source->label, "%s%s%s", path,
             attribute != NULL ? "@" : "", attribute != NULL ? attribute : "");
    if (!ng_h5_exists(file, path) ||
        (attribute != NULL &&
         H5Aexists_by_name(file->id, path, attribute, H5P_DEFAULT) <= 0))
        return refuse(source, "is missing", err);
    if (attribute != NULL)
        source->id =
            H5Aopen_by_name(file->id, path, attribute, H5P_DEFAULT, H5P_DEFAULT);
    else if (ng_h5_is_group(file, path))
        return refuse(source, "is a group, where data were expected", err);
    else
        source->id = H5Dopen2(file->id, path, H5P_DEFAULT);
    if (source->id < 0)
        return fail(file, NG_INVALID, "open", source->label, err);
    if (attribute == NULL && !stored_plainly(source->id))
        return refuse(source, "is compressed or lies in another file", err);
    source->type =
        attribute != NULL ? H5Aget_type(source->id) : H5Dget_type(source->id);
    if (source->type < 0 || !type_known(source->type, &source->kind, &source->element))
        return refuse(source, "has a type that narrowgauge does not write", err);
    return source_shape(source, err);
}

/* Memory type = file type. */
static enum ng_status source_read(const struct source *source, void *data,
                                  struct ng_error *err)
{
    herr_t done = 0;
    if (ng_h5_count(&source->shape) == 0)
        return NG_OK;
    if (source->is_attribute)
        done = H5Aread(source->id, source->type, data);
    else
        done = H5Dread(source->id, source->type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
    return done < 0 ? fail(source->file, NG_INVALID, "read", source->label, err)
                    : NG_OK;
}

enum ng_status ng_h5_peek(struct ng_h5 *file, const char *path, const char *attribute,
                          struct ng_h5_item *item, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct source source;
    *item = (struct ng_h5_item){0};
    NG_TRY(source_open(&source, file, path, attribute, err));
    item->type = source.kind;
    item->shape = source.shape;
    item->element_bytes = source.element;
    item->data = calloc(ng_h5_count(&source.shape) + 1, source.element);
    if (item->data == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "out of memory for %s", path));
    NG_TRY(source_read(&source, item->data, err));
out:
    if (status != NG_OK) {
        free(item->data);
        item->data = NULL;
    }
    source_close(&source);
    return status;
}

/* -- names ---------------------------------------------------------------------------
 */

/* Filled by the two callbacks; texts.values has room for `room` names. */
struct collection {
    struct ng_arena *arena;
    struct ng_texts *names;
    size_t room;
};

static herr_t collect(struct collection *collection, const char *name)
{
    struct ng_texts *names = collection->names;
    if (names->count == collection->room)
        return -1;
    names->values[names->count] = ng_arena_text(collection->arena, name);
    return names->values[names->count++] == NULL ? -1 : 0;
}

static herr_t collect_link(hid_t group, const char *name, const H5L_info_t *info,
                           void *collection)
{
    (void)group;
    (void)info;
    return collect(collection, name);
}

static herr_t collect_attribute(hid_t object, const char *name, const H5A_info_t *info,
                                void *collection)
{
    (void)object;
    (void)info;
    return collect(collection, name);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum ng_status names_of(struct ng_h5 *file, const char *path, bool attributes,
                               struct ng_arena *arena, struct ng_texts *names,
                               struct ng_error *err)
{
    H5O_info_t about;
    H5G_info_t group;
    enum ng_status status = NG_OK;
    hid_t object = H5I_INVALID_HID;
    struct collection collection = {arena, names, 0};
    *names = (struct ng_texts){0};
    if (attributes ? !ng_h5_exists(file, path) : !ng_h5_is_group(file, path))
        return ng_fail(err, NG_INVALID, "%s: the group %s is missing", ng_h5_name(file),
                       path);
    object = H5Oopen(file->id, path, H5P_DEFAULT);
    herr_t done = object < 0   ? -1
                  : attributes ? H5Oget_info2(object, &about, H5O_INFO_NUM_ATTRS)
                               : H5Gget_info(object, &group);
    if (done >= 0) {
        collection.room = (size_t)(attributes ? about.num_attrs : group.nlinks);
        names->values = ng_arena_array(arena, collection.room + 1, sizeof(char *));
        done = names->values == NULL ? -1 : 0;
    }
    if (done >= 0 && attributes)
        done = H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_NATIVE, NULL,
                           collect_attribute, &collection);
    else if (done >= 0)
        done = H5Literate(object, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, collect_link,
                          &collection);
    if (done < 0)
        status = fail(file, NG_INVALID, "list", path, err);
    else
        qsort(names->values, names->count, sizeof(char *), by_bytes);
    if (object >= 0)
        H5Oclose(object);
    return status;
}

enum ng_status ng_h5_list(struct ng_h5 *file, const char *group, struct ng_arena *arena,
                          struct ng_texts *names, struct ng_error *err)
{
    return names_of(file, group, false, arena, names, err);
}

enum ng_status ng_h5_attributes(struct ng_h5 *file, const char *object,
                                struct ng_arena *arena, struct ng_texts *names,
                                struct ng_error *err)
{
    return names_of(file, object, true, arena, names, err);
}

const char *ng_h5_version(void)
{
    static char words[32] = "unknown";
    unsigned major, minor, release;
    if (H5get_libversion(&major, &minor, &release) >= 0)
        snprintf(words, sizeof words, "%u.%u.%u", major, minor, release);
    return words;
}
