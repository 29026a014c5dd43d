#include "experiments/record/export.h"

#include <errno.h>
#include <locale.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "formats/base/whole.h"
#include "experiments/record/export_arrays.h"
#include "experiments/record/layout.h"
#include "experiments/record/table.h"

const char *const ng_export_format_names[] = {"safetensors", "npz",  "npy",
                                              "csv",         "json", NULL};

/* The groups that are tables, and the data set that says how many rows there are. */
struct known_table {
    const char *name, *group, *key;
    bool optional; /* data sets differ in what is to be said about them */
};
static const struct known_table run_tables[] = {
    {"rows", "/eval/examples", "row", false},
    {"metrics", "/metrics", "step", false},
    {"ledger", "/ledger", "name", false},
    {"ledger_by_class", "/ledger/by_class", "class", false},
    {"features", "/data/features", "name", true},
    {"columns", "/data/columns", "name", true},
    {"fingerprints", "/fingerprints", "name", true},
};
static const struct known_table comparison_tables[] = {
    {"arms", "/arms", "label", false},
    {"groups", "/groups", "column", false},
    {"gates", "/gates", "name", false},
};
#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define MOST_TABLES  8

/* What one file turns into. */
struct job {
    const struct ng_export *export;
    struct ng_h5 *file;
    struct ng_arena arena;
    const char *name; /* of the outputs: the run file's without ".h5" */
    struct ng_table tables[MOST_TABLES];
    size_t table_count;
    struct ng_text facts_csv, facts_json;
};

static enum ng_status no_memory(struct ng_error *err)
{
    return ng_fail(err, NG_FAILED, "out of memory for an export");
}

/* -- facts: single values ------------------------------------------------------------
 */

static enum ng_status add_fact(struct job *job, const char *path, const char *attribute,
                               const char *name, struct ng_error *err)
{
    struct ng_h5_item item;
    enum ng_status status = ng_h5_peek(job->file, path, attribute, &item, err);
    if (status != NG_OK)
        return status;
    if (item.shape.rank == 0) {
        bool first = job->facts_json.length == 0;
        ng_text_printf(&job->facts_csv, "%s%s,", first ? "name,value\n" : "", name);
        ng_table_csv_value(&job->facts_csv, &item, 0);
        ng_text_add(&job->facts_csv, "\n");
        ng_text_add(&job->facts_json, first ? "\n  " : ",\n  ");
        ng_table_json_text(&job->facts_json, name, strlen(name));
        ng_text_add(&job->facts_json, ": ");
        ng_table_json_value(&job->facts_json, &item, 0);
    }
    free(item.data);
    return NG_OK;
}

/* The attributes of an object: run_id, ledger.planned_peak. */
static enum ng_status add_attributes(struct job *job, const char *object,
                                     struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_texts names;
    const char *root = object + 1;
    NG_TRY(ng_h5_attributes(job->file, object, &job->arena, &names, err));
    for (size_t i = 0; i < names.count; i++) {
        char *name = ng_arena_printf(&job->arena, "%s%s%s", root,
                                     root[0] != '\0' ? "." : "", names.values[i]);
        if (name == NULL)
            NG_TRY(no_memory(err));
        NG_TRY(add_fact(job, object, names.values[i], name, err));
    }
out:
    return status;
}

/* The data sets of a group: provenance.compiler. */
static enum ng_status add_values(struct job *job, const char *group,
                                 struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_texts names;
    NG_TRY(ng_h5_list(job->file, group, &job->arena, &names, err));
    for (size_t i = 0; i < names.count; i++) {
        char *path = ng_arena_printf(&job->arena, "%s/%s", group, names.values[i]);
        char *name = ng_arena_printf(&job->arena, "%s.%s", group + 1, names.values[i]);
        if (path == NULL || name == NULL)
            NG_TRY(no_memory(err));
        if (!ng_h5_is_group(job->file, path))
            NG_TRY(add_fact(job, path, NULL, name, err));
    }
out:
    return status;
}

static enum ng_status add_facts(struct job *job, const char *const *objects,
                                const char *const *groups, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    for (; *objects != NULL; objects++)
        if (ng_h5_exists(job->file, *objects))
            NG_TRY(add_attributes(job, *objects, err));
    for (; *groups != NULL; groups++)
        NG_TRY(add_values(job, *groups, err));
out:
    return status;
}

/* -- tables --------------------------------------------------------------------------
 */

static enum ng_status load_tables(struct job *job, const struct known_table *known,
                                  size_t count, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    for (size_t i = 0; i < count; i++) {
        if (known[i].optional && !ng_h5_exists(job->file, known[i].group))
            continue;
        struct ng_table *table = &job->tables[job->table_count++];
        table->name = known[i].name;
        NG_TRY(ng_table_load(job->file, known[i].group, known[i].key, "", &job->arena,
                             table, err));
    }
out:
    return status;
}

/* slice_region holds numbers of bands: here it gets their names. */
static enum ng_status name_bands(struct job *job, struct ng_column *column,
                                 struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_h5_shape shape;
    char **bands;
    size_t rows = ng_h5_count(&column->item.shape);
    const uint16_t *code = column->item.data;
    const char **names = calloc(rows + 1, sizeof *names);
    char *path =
        ng_arena_printf(&job->arena, "/eval/bands/%s", column->name + strlen("slice_"));
    if (names == NULL || path == NULL)
        NG_TRY(no_memory(err));
    NG_TRY(ng_h5_read_texts(job->file, path, &job->arena, &shape, &bands, err));
    size_t count = ng_h5_count(&shape);
    for (size_t i = 0; i < rows; i++) {
        if (code[i] >= count)
            NG_TRY(ng_fail(err, NG_INVALID, "%s: %s has no band number %d",
                           ng_h5_name(job->file), path, code[i]));
        names[i] = bands[code[i]];
    }
    NG_TRY(ng_table_set_texts(column, column->name, names, rows, err));
out:
    free(names);
    return status;
}

static enum ng_status name_all_bands(struct job *job, struct ng_table *rows,
                                     struct ng_error *err)
{
    for (size_t c = 0; c < rows->count; c++) {
        struct ng_column *column = &rows->columns[c];
        if (strncmp(column->name, "slice_", 6) != 0 || column->width != 1 ||
            column->item.type != NG_H5_U16)
            continue;
        enum ng_status status = name_bands(job, column, err);
        if (status != NG_OK)
            return status;
    }
    return NG_OK;
}

/* One arm's figures by group, with the arm and the group before them. */
static enum ng_status load_arm(struct job *job, const char *label, size_t number,
                               struct ng_table *table, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    char *group = ng_arena_printf(&job->arena, "/arm/%zu", number);
    char *name = ng_arena_text(&job->arena, "arm");
    const char **labels = NULL;
    if (group == NULL || name == NULL)
        NG_TRY(no_memory(err));
    NG_TRY(ng_table_load(job->file, "/groups", "column", "", &job->arena, table, err));
    size_t rows = table->rows;
    labels = calloc(rows + 1, sizeof *labels);
    if (labels == NULL)
        NG_TRY(no_memory(err));
    for (size_t i = 0; i < rows; i++)
        labels[i] = label;
    NG_TRY(ng_table_load(job->file, group, "group_accuracy", "group_", &job->arena,
                         table, err));
    if (table->rows != rows || table->count == NG_TABLE_COLUMNS)
        NG_TRY(ng_fail(err, NG_INVALID,
                       "%s: %s has %zu groups, where %zu were expected",
                       ng_h5_name(job->file), group, table->rows, rows));
    memmove(&table->columns[1], &table->columns[0],
            table->count++ * sizeof table->columns[0]);
    table->columns[0] = (struct ng_column){.name = name};
    NG_TRY(ng_table_set_texts(&table->columns[0], name, labels, rows, err));
out:
    free(labels);
    return status;
}

static enum ng_status load_arm_groups(struct job *job, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_h5_shape shape;
    char **labels;
    struct ng_table *table = &job->tables[job->table_count++];
    struct ng_table *more = calloc(1, sizeof *more);
    table->name = "arm_groups";
    if (more == NULL)
        NG_TRY(no_memory(err));
    NG_TRY(
        ng_h5_read_texts(job->file, "/arms/label", &job->arena, &shape, &labels, err));
    for (size_t i = 0; i < ng_h5_count(&shape); i++) {
        NG_TRY(load_arm(job, labels[i], i, i == 0 ? table : more, err));
        if (i > 0)
            NG_TRY(ng_table_append(table, more, err));
        ng_table_release(more);
        more->rows = 0;
    }
out:
    if (more != NULL)
        ng_table_release(more);
    free(more);
    return status;
}

/* -- files ---------------------------------------------------------------------------
 */

static enum ng_status make_folder(const char *path, struct ng_error *err)
{
    struct stat there;
    if (mkdir(path, 0777) == 0)
        return NG_OK;
    int reason = errno;
    if (reason == EEXIST && stat(path, &there) == 0 && S_ISDIR(there.st_mode))
        return NG_OK;
    return ng_fail(err, NG_FAILED, "cannot make the folder %s: %s", path,
                   reason == EEXIST ? "a file of that name is in the way"
                                    : strerror(reason));
}

static enum ng_status write_text(struct job *job, const char *path,
                                 const struct ng_text *text, struct ng_error *err)
{
    if (path == NULL || text->failed)
        return no_memory(err);
    const struct ng_piece piece = {text->data, text->length};
    enum ng_status status = ng_whole_write(path, &piece, 1, err);
    if (status == NG_OK)
        job->export->written(job->export->context, path);
    return status;
}

static enum ng_status write_csv(struct job *job, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_arena *keep = job->export->arena;
    struct ng_text text = {0};
    char *folder = ng_arena_printf(keep, "%s/%s", job->export->folder, job->name);
    if (folder == NULL)
        NG_TRY(no_memory(err));
    NG_TRY(make_folder(folder, err));
    NG_TRY(write_text(job, ng_arena_printf(keep, "%s/facts.csv", folder),
                      &job->facts_csv, err));
    for (size_t i = 0; i < job->table_count; i++) {
        text.length = 0;
        ng_table_csv(&job->tables[i], &text);
        NG_TRY(write_text(
            job, ng_arena_printf(keep, "%s/%s.csv", folder, job->tables[i].name), &text,
            err));
    }
out:
    ng_text_release(&text);
    return status;
}

static enum ng_status write_json(struct job *job, struct ng_error *err)
{
    struct ng_text text = {0};
    ng_text_add(&text, "{\"facts\": {");
    ng_text_add(&text, job->facts_json.data != NULL ? job->facts_json.data : "");
    ng_text_add(&text, "\n}, \"tables\": {");
    for (size_t i = 0; i < job->table_count; i++) {
        ng_text_printf(&text, "%s\n\"%s\": ", i > 0 ? "," : "", job->tables[i].name);
        ng_table_json(&job->tables[i], &text);
    }
    ng_text_add(&text, "\n}}\n");
    text.failed = text.failed || job->facts_json.failed;
    enum ng_status status = write_text(job,
                                       ng_arena_printf(job->export->arena, "%s/%s.json",
                                                       job->export->folder, job->name),
                                       &text, err);
    ng_text_release(&text);
    return status;
}

/* -- runs and comparisons ------------------------------------------------------------
 */

static enum ng_status read_run(struct job *job, struct ng_error *err)
{
    static const char *const objects[] = {"/",       "/data", "/metrics",
                                          "/ledger", "/eval", NULL};
    static const char *const groups[] = {"/config", "/provenance", NULL};
    enum ng_status status = NG_OK;
    NG_TRY(add_facts(job, objects, groups, err));
    NG_TRY(load_tables(job, run_tables, COUNT(run_tables), err));
    if (job->export->format >= NG_EXPORT_CSV)
        NG_TRY(name_all_bands(job, &job->tables[0], err));
out:
    return status;
}

static enum ng_status read_comparison(struct job *job, struct ng_error *err)
{
    static const char *const objects[] = {"/", NULL};
    static const char *const groups[] = {"/about", NULL};
    enum ng_status status = NG_OK;
    NG_TRY(add_facts(job, objects, groups, err));
    NG_TRY(load_tables(job, comparison_tables, COUNT(comparison_tables), err));
    NG_TRY(load_arm_groups(job, err));
out:
    return status;
}

static enum ng_status write_arrays(struct job *job, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    const struct ng_export *export = job->export;
    char *base = ng_arena_printf(export->arena, "%s/%s", export->folder, job->name);
    if (base == NULL)
        NG_TRY(no_memory(err));
    if (export->format == NG_EXPORT_NPY)
        NG_TRY(make_folder(base, err));
    NG_TRY(
        ng_export_arrays(export, job->file, base, job->tables, job->table_count, err));
out:
    return status;
}

static enum ng_status write_job(struct job *job, struct ng_error *err)
{
    if (job->export->format == NG_EXPORT_CSV)
        return write_csv(job, err);
    if (job->export->format == NG_EXPORT_JSON)
        return write_json(job, err);
    return write_arrays(job, err);
}

static char *name_of(const char *path, struct ng_arena *arena)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    size_t length = strlen(name);
    if (length > 3 && strcmp(name + length - 3, ".h5") == 0)
        length -= 3;
    return ng_arena_text_n(arena, name, length);
}

/* Decimals are the same whatever locale the process has set. */
static enum ng_status
export_file(const struct ng_export *export, const char *path, const char *format,
            enum ng_status (*read)(struct job *, struct ng_error *),
            struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct job *job = calloc(1, sizeof *job);
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    locale_t before = uselocale(plain);
    if (job == NULL || plain == (locale_t)0)
        NG_TRY(no_memory(err));
    job->export = export;
    job->name = name_of(path, &job->arena);
    if (job->name == NULL)
        NG_TRY(no_memory(err));
    NG_TRY(ng_record_open(&job->file, path, format, err));
    NG_TRY(read(job, err));
    NG_TRY(write_job(job, err));
out:
    for (size_t i = 0; job != NULL && i < job->table_count; i++)
        ng_table_release(&job->tables[i]);
    if (job != NULL) {
        ng_h5_close(job->file);
        ng_text_release(&job->facts_csv);
        ng_text_release(&job->facts_json);
        ng_arena_release(&job->arena);
    }
    free(job);
    uselocale(before);
    if (plain != (locale_t)0)
        freelocale(plain);
    return status;
}

enum ng_status ng_export_run(const struct ng_export *export, const char *path,
                             struct ng_error *err)
{
    return export_file(export, path, NG_RUN_FORMAT, read_run, err);
}

enum ng_status ng_export_comparison(const struct ng_export *export, const char *path,
                                    struct ng_error *err)
{
    if (export->format < NG_EXPORT_CSV)
        return NG_OK;
    return export_file(export, path, NG_COMPARISON_FORMAT, read_comparison, err);
}
