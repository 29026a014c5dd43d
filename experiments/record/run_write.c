#include "experiments/record/run_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "experiments/record/layout.h"
#include "experiments/record/run_data.h"

#define LONGEST_NAME 300

/* -- numbers with canonical NaN ------------------------------------------------------
 */

/* Which NaN an operation yields depends on the compiler's choice of operand order, so a
 * stored NaN is always the canonical one. */
static double *canonical_f64(const double *values, size_t count)
{
    static const uint64_t bits = 0x7FF8000000000000u;
    double *copy = malloc((count + 1) * sizeof *copy);
    for (size_t i = 0; copy != NULL && i < count; i++) {
        copy[i] = values[i];
        if (isnan(values[i]))
            memcpy(&copy[i], &bits, sizeof bits);
    }
    return copy;
}

static float *canonical_f32(const float *values, size_t count)
{
    static const uint32_t bits = 0x7FC00000u;
    float *copy = malloc((count + 1) * sizeof *copy);
    for (size_t i = 0; copy != NULL && i < count; i++) {
        copy[i] = values[i];
        if (isnan(values[i]))
            memcpy(&copy[i], &bits, sizeof bits);
    }
    return copy;
}

static void *canonical_codes(const struct ng_format *format, const void *codes,
                             size_t count)
{
    size_t bytes = count * (size_t)format->storage_bytes;
    void *copy = malloc(bytes + 1);
    if (copy == NULL)
        return NULL;
    memcpy(copy, codes, bytes);
    for (size_t i = 0; i < count; i++)
        if (isnan(ng_format_decode_one(format, ng_format_load(format, copy, i))))
            ng_format_store(format, copy, i, format->nan_code);
    return copy;
}

static enum ng_status write_f64(struct ng_h5 *file, const char *path,
                                const struct ng_h5_shape *shape, const double *values,
                                struct ng_error *err)
{
    double *copy = canonical_f64(values, ng_h5_count(shape));
    if (copy == NULL)
        return ng_fail(err, NG_FAILED, "out of memory for %s", path);
    enum ng_status status = ng_h5_write(file, path, NG_H5_F64, shape, copy, err);
    free(copy);
    return status;
}

static enum ng_status write_f32(struct ng_h5 *file, const char *path,
                                const struct ng_h5_shape *shape, const float *values,
                                struct ng_error *err)
{
    float *copy = canonical_f32(values, ng_h5_count(shape));
    if (copy == NULL)
        return ng_fail(err, NG_FAILED, "out of memory for %s", path);
    enum ng_status status = ng_h5_write(file, path, NG_H5_F32, shape, copy, err);
    free(copy);
    return status;
}

/* -- the root, /config, /provenance --------------------------------------------------
 */

static enum ng_status write_root(struct ng_h5 *file, const char *name,
                                 const struct ng_run_record *record,
                                 struct ng_error *err)
{
    enum ng_status status = NG_OK;
    char created[32], id[LONGEST_NAME];
    struct tm now;
    time_t seconds = time(NULL);
    int64_t seed = record->seed;
    size_t length = strlen(name);
    if (length > 3 && strcmp(name + length - 3, ".h5") == 0)
        length -= 3;
    snprintf(id, sizeof id, "%.*s", (int)length, name);
    gmtime_r(&seconds, &now);
    strftime(created, sizeof created, "%Y-%m-%dT%H:%M:%SZ", &now);
    NG_TRY(ng_h5_set_text(file, "/", "run_id", id, err));
    NG_TRY(ng_h5_set_text(file, "/", "created_utc", created, err));
    NG_TRY(ng_h5_set_text(file, "/", "experiment", record->experiment, err));
    NG_TRY(ng_h5_set_text(file, "/", "arm", record->arm_label, err));
    NG_TRY(ng_h5_set(file, "/", "seed", NG_H5_I64, &seed, err));
    NG_TRY(ng_h5_write_text(file, "/config/source", record->source, err));
    NG_TRY(ng_h5_write_text(file, "/config/resolved", record->resolved, err));
    NG_TRY(ng_h5_write_text(file, "/config/recipe", record->recipe_text, err));
    NG_TRY(ng_h5_write_text(file, "/config/plan_hash", record->plan_hash, err));
out:
    return status;
}

static enum ng_status write_provenance(struct ng_h5 *file,
                                       const struct ng_run_record *record,
                                       struct ng_error *err)
{
    static const struct ng_h5_shape one = {0};
    enum ng_status status = NG_OK;
    char path[LONGEST_NAME];
    for (size_t i = 0; i < record->provenance_count; i++) {
        const struct ng_provenance *fact = &record->provenance[i];
        snprintf(path, sizeof path, "/provenance/%s", fact->name);
        NG_TRY(ng_h5_write_text(file, path, fact->value, err));
    }
    NG_TRY(ng_h5_write(file, "/provenance/wall_seconds", NG_H5_F64, &one,
                       &record->wall_seconds, err));
    NG_TRY(ng_h5_write(file, "/provenance/cpu_seconds", NG_H5_F64, &one,
                       &record->cpu_seconds, err));
    NG_TRY(ng_h5_write(file, "/provenance/peak_rss_bytes", NG_H5_U64, &one,
                       &record->peak_rss_bytes, err));
    NG_TRY(ng_record_explain(file, "/provenance/wall_seconds", "s",
                             "elapsed time of the trial", err));
    NG_TRY(ng_record_explain(file, "/provenance/cpu_seconds", "s",
                             "processor time of the trial, all threads", err));
    NG_TRY(ng_record_explain(file, "/provenance/peak_rss_bytes", "byte",
                             "largest resident set of the process", err));
out:
    return status;
}

/* -- /metrics ------------------------------------------------------------------------
 */

static enum ng_status write_steps(struct ng_h5 *file, size_t steps,
                                  struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_h5_shape shape = ng_h5_vector(steps);
    int64_t *step = malloc((steps + 1) * sizeof *step);
    if (step == NULL)
        return ng_fail(err, NG_FAILED, "out of memory for /metrics/step");
    for (size_t i = 0; i < steps; i++)
        step[i] = (int64_t)i;
    NG_TRY(ng_h5_write(file, "/metrics/step", NG_H5_I64, &shape, step, err));
    NG_TRY(ng_record_explain(file, "/metrics/step", "", "number of the training step",
                             err));
out:
    free(step);
    return status;
}

static enum ng_status write_metrics(struct ng_h5 *file,
                                    const struct ng_run_record *record,
                                    struct ng_error *err)
{
    enum ng_status status = NG_OK;
    char path[LONGEST_NAME];
    struct ng_h5_shape shape = ng_h5_vector(record->steps);
    const char *bad = record->first_bad_tensor;
    NG_TRY(write_steps(file, record->steps, err));
    NG_TRY(ng_record_set_size(file, "/metrics", "steps", record->steps, err));
    NG_TRY(ng_h5_set(file, "/metrics", "first_bad_step", NG_H5_I64,
                     &record->first_bad_step, err));
    NG_TRY(ng_h5_set_text(file, "/metrics", "first_bad_tensor", bad != NULL ? bad : "",
                          err));
    for (size_t i = 0; i < record->metric_count; i++) {
        if (strcmp(record->metrics[i].name, "step") == 0)
            continue;
        snprintf(path, sizeof path, "/metrics/%s", record->metrics[i].name);
        NG_TRY(write_f64(file, path, &shape, record->metrics[i].values, err));
    }
out:
    return status;
}

/* -- /ledger -------------------------------------------------------------------------
 */

/* The entries' columns: texts point into the ledger or at names. */
struct columns {
    char **name, **class, **lifetime;
    uint64_t *bytes, *offset;
    int64_t *first, *last;
};

static char *borrowed(const char *text)
{
    return (char *)(uintptr_t)text; /* goes into a char *const *, which is only read */
}

static bool columns_fill(struct columns *columns, const struct ng_ledger *ledger,
                         struct ng_arena *arena)
{
    size_t n = ledger->count + 1;
    columns->name = ng_arena_array(arena, n, sizeof *columns->name);
    columns->class = ng_arena_array(arena, n, sizeof *columns->class);
    columns->lifetime = ng_arena_array(arena, n, sizeof *columns->lifetime);
    columns->bytes = ng_arena_array(arena, n, sizeof *columns->bytes);
    columns->offset = ng_arena_array(arena, n, sizeof *columns->offset);
    columns->first = ng_arena_array(arena, n, sizeof *columns->first);
    columns->last = ng_arena_array(arena, n, sizeof *columns->last);
    if (columns->name == NULL || columns->class == NULL || columns->lifetime == NULL ||
        columns->bytes == NULL || columns->offset == NULL || columns->first == NULL ||
        columns->last == NULL)
        return false;
    for (size_t i = 0; i < ledger->count; i++) {
        struct ng_ledger_entry *entry = &ledger->entries[i];
        columns->name[i] = entry->name;
        columns->class[i] = borrowed(ng_ledger_class_names[entry->ledger_class]);
        columns->lifetime[i] =
            borrowed(entry->lifetime == NG_LIFETIME_PERSISTENT ? "persistent" : "step");
        columns->bytes[i] = entry->bytes;
        columns->offset[i] = entry->offset;
        columns->first[i] = entry->first;
        columns->last[i] = entry->last;
    }
    return true;
}

static enum ng_status write_entries(struct ng_h5 *file, const struct ng_ledger *ledger,
                                    struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_arena arena = {0};
    struct columns columns;
    struct ng_h5_shape shape = ng_h5_vector(ledger->count);
    if (!columns_fill(&columns, ledger, &arena))
        NG_TRY(ng_fail(err, NG_FAILED, "out of memory for /ledger"));
    NG_TRY(ng_h5_write_texts(file, "/ledger/name", &shape, columns.name, err));
    NG_TRY(ng_h5_write_texts(file, "/ledger/class", &shape, columns.class, err));
    NG_TRY(ng_h5_write_texts(file, "/ledger/lifetime", &shape, columns.lifetime, err));
    NG_TRY(ng_h5_write(file, "/ledger/bytes", NG_H5_U64, &shape, columns.bytes, err));
    NG_TRY(ng_h5_write(file, "/ledger/offset", NG_H5_U64, &shape, columns.offset, err));
    NG_TRY(ng_h5_write(file, "/ledger/first", NG_H5_I64, &shape, columns.first, err));
    NG_TRY(ng_h5_write(file, "/ledger/last", NG_H5_I64, &shape, columns.last, err));
    NG_TRY(ng_record_explain(file, "/ledger/bytes", "byte",
                             "what the tensor takes in memory", err));
    NG_TRY(ng_record_explain(file, "/ledger/offset", "byte",
                             "where the plan lays it, among tensors of its lifetime",
                             err));
    NG_TRY(ng_record_explain(file, "/ledger/first", "",
                             "first position of the step's schedule that needs it",
                             err));
    NG_TRY(ng_record_explain(file, "/ledger/last", "",
                             "last position of the step's schedule that needs it",
                             err));
out:
    ng_arena_release(&arena);
    return status;
}

static enum ng_status write_sums(struct ng_h5 *file, const struct ng_ledger *ledger,
                                 struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_h5_shape shape = ng_h5_vector(NG_LEDGER_CLASSES);
    char *names[NG_LEDGER_CLASSES];
    uint64_t persistent[NG_LEDGER_CLASSES], at_peak[NG_LEDGER_CLASSES];
    for (size_t i = 0; i < NG_LEDGER_CLASSES; i++) {
        names[i] = borrowed(ng_ledger_class_names[i]);
        persistent[i] = ledger->by_class[i];
        at_peak[i] = ledger->by_class_at_peak[i];
    }
    NG_TRY(ng_h5_write_texts(file, "/ledger/by_class/class", &shape, names, err));
    NG_TRY(ng_h5_write(file, "/ledger/by_class/persistent_bytes", NG_H5_U64, &shape,
                       persistent, err));
    NG_TRY(ng_h5_write(file, "/ledger/by_class/peak_bytes", NG_H5_U64, &shape, at_peak,
                       err));
out:
    return status;
}

static enum ng_status write_ledger(struct ng_h5 *file,
                                   const struct ng_run_record *record,
                                   struct ng_error *err)
{
    enum ng_status status = NG_OK;
    const struct ng_ledger *ledger = &record->model->ledger;
    NG_TRY(ng_record_set_size(file, "/ledger", "parameters", record->parameters, err));
    NG_TRY(ng_record_set_size(file, "/ledger", "persistent_bytes",
                              ledger->persistent_bytes, err));
    NG_TRY(ng_record_set_size(file, "/ledger", "formula_bytes", record->formula_bytes,
                              err));
    NG_TRY(
        ng_record_set_size(file, "/ledger", "planned_peak", ledger->planned_peak, err));
    NG_TRY(
        ng_record_set_size(file, "/ledger", "lower_bound", ledger->lower_bound, err));
    NG_TRY(write_entries(file, ledger, err));
    NG_TRY(write_sums(file, ledger, err));
out:
    return status;
}

/* -- /tensors ------------------------------------------------------------------------
 */

/* The file type that shows a format's values; of those that HDF5 cannot express, the
 * type of the codes. */
static enum ng_h5_type tensor_type(const struct ng_format *format)
{
    if (format->storage_bytes == 4) /* tf32 too: its words are FP32 numbers */
        return NG_H5_F32;
    if (format == &ng_bf16)
        return NG_H5_BF16;
    if (format == &ng_e5m2)
        return NG_H5_E5M2;
    return format->storage_bytes == 1 ? NG_H5_U8 : NG_H5_U16;
}

/* The names that other frameworks know them by. */
static const char *element_format(const struct ng_format *format)
{
    static const struct {
        const struct ng_format *format;
        const char *name;
    } names[] = {{&ng_fp32, "float32"},
                 {&ng_bf16, "bfloat16"},
                 {&ng_fp16, "float16"},
                 {&ng_e4m3, "float8_e4m3fn"},
                 {&ng_e5m2, "float8_e5m2"},
                 {&ng_e4m3fnuz, "float8_e4m3fnuz"},
                 {&ng_e5m2fnuz, "float8_e5m2fnuz"},
                 {&ng_e4m3b11fnuz, "float8_e4m3b11fnuz"},
                 {&ng_e4m3ieee, "float8_e4m3"},
                 {&ng_e3m4, "float8_e3m4"},
                 {&ng_e2m3, "float6_e2m3fn"},
                 {&ng_e3m2, "float6_e3m2fn"},
                 {&ng_e2m1, "float4_e2m1fn"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].format == format)
            return names[i].name;
    return format->name;
}

/* The matrix behind a state item; NULL for the ops' own state. */
static const struct ng_qmatrix *matrix_of(const struct ng_model *model,
                                          const struct ng_state_item *item)
{
    for (size_t i = 0; i < model->parameter_count; i++) {
        const struct ng_parameter *parameter = &model->parameters[i];
        const struct ng_qmatrix *parts[] = {&parameter->master, &parameter->copy,
                                            &parameter->gradient, &parameter->moment1,
                                            &parameter->moment2};
        for (size_t p = 0; p < sizeof parts / sizeof parts[0]; p++)
            if (parts[p]->codes[NG_ROWWISE].data == item->data)
                return parts[p];
    }
    return NULL;
}

static enum ng_status describe_tensor(struct ng_h5 *file, const char *path,
                                      const struct ng_qmatrix *matrix,
                                      const struct ng_state_item *item,
                                      struct ng_error *err)
{
    enum ng_status status = NG_OK;
    const struct ng_format *format = item->format;
    float scale = item->scale != NULL ? *item->scale : 1.0f;
    float scale_inv = item->scale_inv != NULL ? *item->scale_inv : 1.0f;
    int64_t exponent = format->exponent_bits, mantissa = format->mantissa_bits;
    int64_t bias = format->bias, nan_code = format->nan_code;
    const char *granularity = item->scale != NULL ? "tensor" : "none";
    const char *rounding = "nearest-even";
    if (matrix != NULL) {
        granularity = ng_granularity_names[matrix->granularity];
        rounding = ng_rounding_names[matrix->policy.rounding];
    }
    NG_TRY(ng_h5_set_text(file, path, "name", item->name, err));
    NG_TRY(ng_h5_set_text(file, path, "element_format", element_format(format), err));
    NG_TRY(ng_h5_set(file, path, "exponent_bits", NG_H5_I64, &exponent, err));
    NG_TRY(ng_h5_set(file, path, "mantissa_bits", NG_H5_I64, &mantissa, err));
    NG_TRY(ng_h5_set(file, path, "exponent_bias", NG_H5_I64, &bias, err));
    NG_TRY(ng_h5_set(file, path, "nan_code", NG_H5_I64, &nan_code, err));
    NG_TRY(ng_h5_set(file, path, "scale", NG_H5_F32, &scale, err));
    NG_TRY(ng_h5_set(file, path, "scale_inv", NG_H5_F32, &scale_inv, err));
    NG_TRY(ng_h5_set_text(file, path, "scale_granularity", granularity, err));
    NG_TRY(ng_h5_set_text(file, path, "rounding", rounding, err));
    NG_TRY(ng_h5_set_text(file, path, "description",
                          "value = decoded element * scale_inv", err));
out:
    return status;
}

struct tensors {
    struct ng_h5 *file;
    struct ng_model *model;
};

/* layer.0.linear/weight@master becomes /tensors/layer.0.linear/weight/master */
static enum ng_status write_tensor(void *context, struct ng_state_item *item,
                                   struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct tensors *tensors = context;
    char path[LONGEST_NAME];
    struct ng_h5_shape shape = ng_h5_table(item->rows, item->cols);
    if (!item->final)
        return NG_OK;
    snprintf(path, sizeof path, "/tensors/%s", item->name);
    char *at = strrchr(path, '@');
    if (at != NULL)
        *at = '/';
    void *codes = canonical_codes(item->format, item->data, ng_h5_count(&shape));
    if (codes == NULL)
        return ng_fail(err, NG_FAILED, "out of memory for %s", path);
    NG_TRY(ng_h5_write(tensors->file, path, tensor_type(item->format), &shape, codes,
                       err));
    NG_TRY(describe_tensor(tensors->file, path, matrix_of(tensors->model, item), item,
                           err));
out:
    free(codes);
    return status;
}

/* -- /eval ---------------------------------------------------------------------------
 */

static enum ng_status write_numbers(struct ng_h5 *file, const struct ng_rows *rows,
                                    struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_h5_shape shape = ng_h5_vector(rows->rows);
    uint32_t *number = malloc((rows->rows + 1) * sizeof *number);
    if (number == NULL)
        return ng_fail(err, NG_FAILED, "out of memory for /eval/examples/row");
    for (size_t i = 0; i < rows->rows; i++)
        number[i] = (uint32_t)i;
    status = ng_h5_write(file, "/eval/examples/row", NG_H5_U32, &shape, number, err);
    free(number);
    return status;
}

static enum ng_status write_slices(struct ng_h5 *file, const struct ng_rows *rows,
                                   struct ng_error *err)
{
    enum ng_status status = NG_OK;
    char path[LONGEST_NAME];
    struct ng_h5_shape shape = ng_h5_vector(rows->rows);
    struct ng_h5_shape names = ng_h5_vector(rows->slice_count);
    char **name = malloc((rows->slice_count + 1) * sizeof *name);
    if (name == NULL)
        return ng_fail(err, NG_FAILED, "out of memory for /eval/slices");
    for (size_t i = 0; i < rows->slice_count; i++) {
        const struct ng_slice_column *slice = &rows->slices[i];
        struct ng_h5_shape bands = ng_h5_vector(slice->band_count);
        name[i] = slice->name;
        if (strchr(slice->name, '/') != NULL || strlen(slice->name) > 200)
            NG_TRY(
                ng_fail(err, NG_INVALID,
                        "the slice name \"%.60s\" cannot name a column of a run file: "
                        "it has a '/' or over 200 letters",
                        slice->name));
        snprintf(path, sizeof path, "/eval/examples/slice_%s", slice->name);
        NG_TRY(ng_h5_write(file, path, NG_H5_U16, &shape, rows->slice[i], err));
        snprintf(path, sizeof path, "/eval/bands/%s", slice->name);
        NG_TRY(ng_h5_write_texts(file, path, &bands, slice->bands, err));
    }
    NG_TRY(ng_h5_write_texts(file, "/eval/slices", &names, name, err));
out:
    free(name);
    return status;
}

static enum ng_status write_rows(struct ng_h5 *file, const struct ng_rows *rows,
                                 struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_h5_shape one = ng_h5_vector(rows->rows);
    struct ng_h5_shape each = ng_h5_table(rows->rows, rows->classes);
    NG_TRY(ng_record_set_size(file, "/eval", "classes", rows->classes, err));
    NG_TRY(ng_record_set_size(file, "/eval", "rows", rows->rows, err));
    NG_TRY(write_numbers(file, rows, err));
    NG_TRY(
        ng_h5_write(file, "/eval/examples/label", NG_H5_U32, &one, rows->label, err));
    NG_TRY(ng_h5_write(file, "/eval/examples/prediction", NG_H5_U32, &one,
                       rows->prediction, err));
    NG_TRY(ng_h5_write(file, "/eval/examples/ties", NG_H5_U8, &one, rows->ties, err));
    NG_TRY(write_f32(file, "/eval/examples/confidence", &one, rows->confidence, err));
    NG_TRY(write_f32(file, "/eval/examples/loss", &one, rows->loss, err));
    NG_TRY(
        write_f32(file, "/eval/examples/probability", &each, rows->probability, err));
    if (rows->true_probability != NULL)
        NG_TRY(write_f32(file, "/eval/examples/true_probability", &each,
                         rows->true_probability, err));
    if (rows->time != NULL)
        NG_TRY(
            ng_h5_write(file, "/eval/examples/time", NG_H5_I64, &one, rows->time, err));
    NG_TRY(write_slices(file, rows, err));
    NG_TRY(ng_record_explain(file, "/eval/examples/loss", "nat",
                             "negative logarithm of the label's probability", err));
    NG_TRY(ng_record_explain(file, "/eval/examples/confidence", "",
                             "largest class probability", err));
    NG_TRY(ng_record_explain(file, "/eval/examples/ties", "",
                             "1 where another class had the same largest probability",
                             err));
out:
    return status;
}

/* -- the whole -----------------------------------------------------------------------
 */

static enum ng_status write_all(struct ng_h5 *file, const char *name,
                                const struct ng_run_record *record,
                                struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct tensors tensors = {file, record->model};
    NG_TRY(write_root(file, name, record, err));
    NG_TRY(write_provenance(file, record, err));
    NG_TRY(write_metrics(file, record, err));
    NG_TRY(write_ledger(file, record, err));
    NG_TRY(ng_state_each(record->model, write_tensor, &tensors, err));
    NG_TRY(write_rows(file, &record->rows, err));
    if (record->data != NULL)
        NG_TRY(ng_run_data_write(file, record->data, err));
    if (record->fingerprints != NULL)
        NG_TRY(ng_fingerprints_write(file, record->fingerprints, err));
out:
    return status;
}

enum ng_status ng_run_write(const char *folder, const char *name,
                            const struct ng_run_record *record, char hash[65],
                            struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_h5 *file = NULL;
    struct ng_arena arena = {0};
    char *path = ng_arena_printf(&arena, "%s/%s", folder, name);
    if (path == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "out of memory for %s", name));
    NG_TRY(ng_record_create(&file, NG_RUN_FORMAT, err));
    NG_TRY(write_all(file, name, record, err));
    /* From what is in the file, so that a reader gets the same. */
    NG_TRY(ng_record_hash(file, hash, err));
    NG_TRY(ng_h5_set_text(file, "/", "result_hash", hash, err));
    NG_TRY(ng_h5_set_text(file, "/", "status", "complete", err));
    NG_TRY(ng_h5_save(file, path, err));
out:
    ng_h5_close(file);
    ng_arena_release(&arena);
    return status;
}
