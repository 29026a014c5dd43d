#include "experiments/record/run_file.h"

#include <stdio.h>
#include <string.h>

#include "experiments/record/layout.h"

#define LONGEST_NAME 300

/* -- the head ------------------------------------------------------------------------
 */

static enum ng_status read_root(struct ng_h5 *file, struct ng_arena *arena,
                                struct ng_run *run, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    char *state = NULL;
    size_t seed = 0;
    NG_TRY(ng_h5_get_text(file, "/", "status", arena, &state, err));
    if (strcmp(state, "complete") != 0)
        NG_TRY(ng_fail(err, NG_INVALID, "%s has the status \"%.40s\", not \"complete\"",
                       ng_h5_name(file), state));
    NG_TRY(ng_h5_get_text(file, "/", "run_id", arena, &run->run_id, err));
    NG_TRY(ng_h5_get_text(file, "/", "created_utc", arena, &run->created_utc, err));
    NG_TRY(ng_h5_get_text(file, "/", "experiment", arena, &run->experiment, err));
    NG_TRY(ng_h5_get_text(file, "/", "arm", arena, &run->arm_label, err));
    NG_TRY(ng_h5_get_text(file, "/", "result_hash", arena, &run->result_hash, err));
    NG_TRY(ng_record_get_size(file, "/", "seed", &seed, err));
    if (seed > UINT32_MAX)
        NG_TRY(ng_fail(err, NG_INVALID, "%s: the seed %zu does not fit 32 bits",
                       ng_h5_name(file), seed));
    run->seed = (uint32_t)seed;
    NG_TRY(ng_h5_read_text(file, "/config/source", arena, &run->source, err));
    NG_TRY(ng_h5_read_text(file, "/config/resolved", arena, &run->resolved, err));
    NG_TRY(ng_h5_read_text(file, "/config/recipe", arena, &run->recipe_text, err));
    NG_TRY(ng_h5_read_text(file, "/config/plan_hash", arena, &run->plan_hash, err));
out:
    return status;
}

static bool is_number(const char *name)
{
    return strcmp(name, "wall_seconds") == 0 || strcmp(name, "cpu_seconds") == 0 ||
           strcmp(name, "peak_rss_bytes") == 0;
}

static enum ng_status read_provenance(struct ng_h5 *file, struct ng_arena *arena,
                                      struct ng_run *run, struct ng_error *err)
{
    static const struct ng_h5_shape one = {0};
    enum ng_status status = NG_OK;
    char path[LONGEST_NAME];
    struct ng_texts names;
    NG_TRY(ng_h5_read_into(file, "/provenance/wall_seconds", NG_H5_F64, &one,
                           &run->wall_seconds, err));
    NG_TRY(ng_h5_read_into(file, "/provenance/cpu_seconds", NG_H5_F64, &one,
                           &run->cpu_seconds, err));
    NG_TRY(ng_h5_read_into(file, "/provenance/peak_rss_bytes", NG_H5_U64, &one,
                           &run->peak_rss_bytes, err));
    NG_TRY(ng_h5_list(file, "/provenance", arena, &names, err));
    run->provenance = ng_arena_array(arena, names.count + 1, sizeof *run->provenance);
    if (run->provenance == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "out of memory for /provenance"));
    for (size_t i = 0; i < names.count; i++) {
        char *value = NULL;
        if (is_number(names.values[i]))
            continue;
        snprintf(path, sizeof path, "/provenance/%s", names.values[i]);
        NG_TRY(ng_h5_read_text(file, path, arena, &value, err));
        run->provenance[run->provenance_count++] =
            (struct ng_provenance){names.values[i], value};
    }
out:
    return status;
}

static enum ng_status read_totals(struct ng_h5 *file, struct ng_arena *arena,
                                  struct ng_run *run, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    NG_TRY(ng_record_get_size(file, "/metrics", "steps", &run->steps, err));
    NG_TRY(ng_h5_get(file, "/metrics", "first_bad_step", NG_H5_I64,
                     &run->first_bad_step, err));
    NG_TRY(ng_h5_get_text(file, "/metrics", "first_bad_tensor", arena,
                          &run->first_bad_tensor, err));
    if (run->first_bad_tensor[0] == '\0')
        run->first_bad_tensor = NULL;
    NG_TRY(ng_record_get_size(file, "/ledger", "parameters", &run->parameters, err));
    NG_TRY(ng_record_get_size(file, "/ledger", "persistent_bytes",
                              &run->persistent_bytes, err));
    NG_TRY(
        ng_record_get_size(file, "/ledger", "formula_bytes", &run->formula_bytes, err));
    NG_TRY(
        ng_record_get_size(file, "/ledger", "planned_peak", &run->planned_peak, err));
    NG_TRY(ng_record_get_size(file, "/ledger", "lower_bound", &run->lower_bound, err));
out:
    return status;
}

/* -- metrics, ledger -----------------------------------------------------------------
 */

static enum ng_status read_metrics(struct ng_h5 *file, struct ng_arena *arena,
                                   struct ng_run *run, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    char path[LONGEST_NAME];
    struct ng_texts names;
    NG_TRY(ng_h5_list(file, "/metrics", arena, &names, err));
    run->metrics = ng_arena_array(arena, names.count + 1, sizeof *run->metrics);
    if (run->metrics == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "out of memory for /metrics"));
    for (size_t i = 0; i < names.count; i++) {
        struct ng_metric *metric = &run->metrics[run->metric_count];
        if (strcmp(names.values[i], "step") == 0)
            continue;
        snprintf(path, sizeof path, "/metrics/%s", names.values[i]);
        metric->name = names.values[i];
        NG_TRY(ng_record_column(file, path, NG_H5_F64, run->steps, arena,
                                &metric->values, err));
        run->metric_count++;
    }
out:
    return status;
}

static int class_by_name(const char *name)
{
    for (int i = 0; i < NG_LEDGER_CLASSES; i++)
        if (strcmp(ng_ledger_class_names[i], name) == 0)
            return i;
    return -1;
}

static enum ng_status read_sums(struct ng_h5 *file, struct ng_arena *arena,
                                struct ng_run *run, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    uint64_t *persistent = NULL, *at_peak = NULL;
    NG_TRY(ng_record_column(file, "/ledger/by_class/persistent_bytes", NG_H5_U64,
                            NG_LEDGER_CLASSES, arena, &persistent, err));
    NG_TRY(ng_record_column(file, "/ledger/by_class/peak_bytes", NG_H5_U64,
                            NG_LEDGER_CLASSES, arena, &at_peak, err));
    for (size_t i = 0; i < NG_LEDGER_CLASSES; i++) {
        run->by_class[i] = persistent[i];
        run->by_class_at_peak[i] = at_peak[i];
    }
out:
    return status;
}

static enum ng_status fill_entry(const struct ng_h5 *file,
                                 struct ng_ledger_entry *entry, const char *name,
                                 const char *class_name, const char *lifetime,
                                 struct ng_error *err)
{
    int class = class_by_name(class_name);
    if (class < 0)
        return ng_fail(err, NG_INVALID,
                       "%s: /ledger/class holds \"%.40s\", which is no "
                       "memory class",
                       ng_h5_name(file), class_name);
    bool persistent = strcmp(lifetime, "persistent") == 0;
    if (!persistent && strcmp(lifetime, "step") != 0)
        return ng_fail(err, NG_INVALID,
                       "%s: /ledger/lifetime holds \"%.40s\", which is "
                       "no lifetime",
                       ng_h5_name(file), lifetime);
    entry->ledger_class = (enum ng_ledger_class) class;
    entry->lifetime = persistent ? NG_LIFETIME_PERSISTENT : NG_LIFETIME_STEP;
    snprintf(entry->name, sizeof entry->name, "%s", name);
    return NG_OK;
}

static enum ng_status read_ledger(struct ng_h5 *file, struct ng_arena *arena,
                                  struct ng_run *run, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_h5_shape shape;
    char **name, **class_name, **lifetime;
    uint64_t *bytes, *offset;
    int64_t *first, *last;
    NG_TRY(read_sums(file, arena, run, err));
    NG_TRY(ng_h5_read_texts(file, "/ledger/name", arena, &shape, &name, err));
    size_t count = ng_h5_count(&shape);
    NG_TRY(ng_record_texts(file, "/ledger/class", count, arena, &class_name, err));
    NG_TRY(ng_record_texts(file, "/ledger/lifetime", count, arena, &lifetime, err));
    NG_TRY(
        ng_record_column(file, "/ledger/bytes", NG_H5_U64, count, arena, &bytes, err));
    NG_TRY(ng_record_column(file, "/ledger/offset", NG_H5_U64, count, arena, &offset,
                            err));
    NG_TRY(
        ng_record_column(file, "/ledger/first", NG_H5_I64, count, arena, &first, err));
    NG_TRY(ng_record_column(file, "/ledger/last", NG_H5_I64, count, arena, &last, err));
    run->entries = ng_arena_array(arena, count + 1, sizeof *run->entries);
    if (run->entries == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "out of memory for /ledger"));
    for (size_t i = 0; i < count; i++) {
        struct ng_ledger_entry *entry = &run->entries[i];
        NG_TRY(fill_entry(file, entry, name[i], class_name[i], lifetime[i], err));
        entry->bytes = bytes[i];
        entry->offset = offset[i];
        entry->first = (int)first[i];
        entry->last = (int)last[i];
    }
    run->entry_count = count;
out:
    return status;
}

/* -- rows ----------------------------------------------------------------------------
 */

/* Codes that a reader will index with must be in range. */
static enum ng_status range_check(const struct ng_h5 *file, const char *path,
                                  const uint32_t *codes, size_t count, size_t limit,
                                  struct ng_error *err)
{
    for (size_t i = 0; i < count; i++)
        if (codes[i] >= limit)
            return ng_fail(
                err, NG_INVALID,
                "%s: %s holds %u in row %zu, where less than %zu was expected",
                ng_h5_name(file), path, (unsigned)codes[i], i, limit);
    return NG_OK;
}

static enum ng_status read_slice(struct ng_h5 *file, const char *name, size_t rows,
                                 struct ng_arena *arena, struct ng_slice_column *slice,
                                 uint16_t **codes, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    char path[LONGEST_NAME];
    struct ng_h5_shape shape;
    slice->name = ng_arena_text(arena, name);
    snprintf(path, sizeof path, "/eval/bands/%s", name);
    NG_TRY(ng_h5_read_texts(file, path, arena, &shape, &slice->bands, err));
    slice->band_count = ng_h5_count(&shape);
    snprintf(path, sizeof path, "/eval/examples/slice_%s", name);
    NG_TRY(ng_record_column(file, path, NG_H5_U16, rows, arena, codes, err));
    for (size_t i = 0; i < rows; i++) {
        uint32_t code = (*codes)[i];
        NG_TRY(range_check(file, path, &code, 1, slice->band_count, err));
    }
out:
    return status;
}

static enum ng_status read_slices(struct ng_h5 *file, struct ng_arena *arena,
                                  struct ng_run *run, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_h5_shape shape;
    char **names;
    NG_TRY(ng_h5_read_texts(file, "/eval/slices", arena, &shape, &names, err));
    size_t count = ng_h5_count(&shape);
    run->slices = ng_arena_array(arena, count + 1, sizeof *run->slices);
    uint16_t **codes = ng_arena_array(arena, count + 1, sizeof *codes);
    if (run->slices == NULL || codes == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "out of memory for /eval/slices"));
    for (size_t i = 0; i < count; i++)
        NG_TRY(read_slice(file, names[i], run->rows.rows, arena, &run->slices[i],
                          &codes[i], err));
    run->rows.slice_count = count;
    run->rows.slices = run->slices;
    run->rows.slice = codes;
out:
    return status;
}

static enum ng_status read_table(struct ng_h5 *file, const char *path,
                                 const struct ng_rows *rows, struct ng_arena *arena,
                                 float **table, struct ng_error *err)
{
    struct ng_h5_shape shape;
    void *data = NULL;
    enum ng_status status =
        ng_h5_read(file, path, NG_H5_F32, arena, &shape, &data, err);
    if (status != NG_OK)
        return status;
    if (shape.rank != 2 || shape.size[0] != rows->rows ||
        shape.size[1] != rows->classes)
        return ng_fail(err, NG_INVALID,
                       "%s: %s is not a table of %zu rows and %zu "
                       "classes",
                       ng_h5_name(file), path, rows->rows, rows->classes);
    *table = data;
    return NG_OK;
}

static enum ng_status read_rows(struct ng_h5 *file, struct ng_arena *arena,
                                struct ng_run *run, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_rows *rows = &run->rows;
    float *truth = NULL;
    NG_TRY(ng_record_get_size(file, "/eval", "classes", &rows->classes, err));
    NG_TRY(ng_record_get_size(file, "/eval", "rows", &rows->rows, err));
    size_t n = rows->rows;
    NG_TRY(ng_record_column(file, "/eval/examples/label", NG_H5_U32, n, arena,
                            &rows->label, err));
    NG_TRY(ng_record_column(file, "/eval/examples/prediction", NG_H5_U32, n, arena,
                            &rows->prediction, err));
    NG_TRY(
        range_check(file, "/eval/examples/label", rows->label, n, rows->classes, err));
    NG_TRY(range_check(file, "/eval/examples/prediction", rows->prediction, n,
                       rows->classes, err));
    NG_TRY(ng_record_column(file, "/eval/examples/ties", NG_H5_U8, n, arena,
                            &rows->ties, err));
    NG_TRY(ng_record_column(file, "/eval/examples/confidence", NG_H5_F32, n, arena,
                            &rows->confidence, err));
    NG_TRY(ng_record_column(file, "/eval/examples/loss", NG_H5_F32, n, arena,
                            &rows->loss, err));
    NG_TRY(read_table(file, "/eval/examples/probability", rows, arena,
                      &rows->probability, err));
    if (ng_h5_exists(file, "/eval/examples/true_probability"))
        NG_TRY(read_table(file, "/eval/examples/true_probability", rows, arena, &truth,
                          err));
    rows->true_probability = truth;
    if (ng_h5_exists(file, "/eval/examples/time")) {
        int64_t *time = NULL;
        NG_TRY(ng_record_column(file, "/eval/examples/time", NG_H5_I64, n, arena, &time,
                                err));
        rows->time = time;
    }
    NG_TRY(read_slices(file, arena, run, err));
out:
    return status;
}

/* -- fingerprints --------------------------------------------------------------------
 */

static enum ng_status read_fingerprints(struct ng_h5 *file, struct ng_arena *arena,
                                        struct ng_run *run, struct ng_error *err)
{
    struct ng_fingerprints prints = {0};
    enum ng_status status = ng_fingerprints_read(file, &prints, err);
    if (status == NG_OK) {
        size_t bytes = prints.count * sizeof *prints.rows;
        run->fingerprints = ng_arena_alloc(arena, bytes + 1);
        run->fingerprint_count = prints.count;
        if (run->fingerprints == NULL)
            status = ng_fail(err, NG_FAILED, "out of memory for /fingerprints");
        else if (bytes > 0)
            memcpy(run->fingerprints, prints.rows, bytes);
    }
    ng_fingerprints_release(&prints);
    return status;
}

/* -- the whole -----------------------------------------------------------------------
 */

enum ng_status ng_run_read(const char *path, int wanted, struct ng_arena *arena,
                           struct ng_run *run, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_h5 *file = NULL;
    *run = (struct ng_run){0};
    NG_TRY(ng_record_open(&file, path, NG_RUN_FORMAT, err));
    NG_TRY(read_root(file, arena, run, err));
    NG_TRY(read_provenance(file, arena, run, err));
    NG_TRY(read_totals(file, arena, run, err));
    if (wanted & NG_RUN_METRICS)
        NG_TRY(read_metrics(file, arena, run, err));
    if (wanted & NG_RUN_LEDGER)
        NG_TRY(read_ledger(file, arena, run, err));
    if (wanted & NG_RUN_ROWS)
        NG_TRY(read_rows(file, arena, run, err));
    if (wanted & NG_RUN_FINGERPRINTS)
        NG_TRY(read_fingerprints(file, arena, run, err));
out:
    ng_h5_close(file);
    return status;
}

enum ng_status ng_run_is_done(const char *path, const char *plan_hash,
                              struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_arena arena = {0};
    struct ng_run run;
    NG_TRY(ng_run_read(path, NG_RUN_HEAD, &arena, &run, err));
    if (strcmp(run.plan_hash, plan_hash) != 0)
        NG_TRY(ng_fail(err, NG_INVALID,
                       "%s is another trial's: its plan hash is %.12s..., and %.12s... "
                       "was expected",
                       path, run.plan_hash, plan_hash));
out:
    ng_arena_release(&arena);
    return status;
}
