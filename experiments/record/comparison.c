/*
 * comparison.h5:
 *
 *   /                  format "narrowgauge-comparison", format_version, and the numbers of
 *                      numbers[] below as attributes
 *   /about/<text>      experiment, question, data_title, command, answer, ...
 *   /largest_class     f64, the share of the commonest label; not in earlier files
 *   /seeds             u32
 *   /groups/           column, band, rows, suppressed (1: rows and figures left out)
 *   /gates/            name, held (1 or 0), sentence
 *   /arms/<column>     one value an arm, in plan order; estimates are rows of three: mean,
 *                      low and high end of the 95 % t interval
 *   /arms/persistent_bytes_by_class, peak_bytes_by_class   arms x classes
 *   /arms/classes      the names of the classes
 *   /arm/<number>/     of one arm: loss, seed_accuracy, result_hashes, and by group
 *                      group_accuracy, group_difference, group_unproven, group_harmed
 */
#include "experiments/record/comparison.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "experiments/record/layout.h"

#define LONGEST_NAME  100
#define LARGEST_CLASS "/largest_class"

static const struct ng_h5_shape one_number = {0};

const char *const ng_verdict_names[] = {
    "reference", "SAFE", "HARM", "UNDECIDED", "DIVERGED", "not enough evidence", NULL};
#define VERDICTS 6

enum field_type {
    FIELD_TEXT,
    FIELD_SIZE,
    FIELD_INT,
    FIELD_I64,
    FIELD_REAL,
    FIELD_ESTIMATE
};

/* One member of struct ng_comparison or struct ng_arm. */
struct field {
    const char *name;
    enum field_type type;
    size_t offset;
    const char *unit, *description;
};

#define WHOLE(member, type, unit, words)                                               \
    {                                                                                  \
#member, type, offsetof(struct ng_comparison, member), unit, words             \
    }
#define ARM(member, type, unit, words)                                                 \
    {                                                                                  \
#member, type, offsetof(struct ng_arm, member), unit, words                    \
    }
#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static const struct field texts[] = {
    WHOLE(experiment, FIELD_TEXT, "", "name of the experiment"),
    WHOLE(question, FIELD_TEXT, "", "what it asks"),
    WHOLE(data_title, FIELD_TEXT, "", "the data set"),
    WHOLE(command, FIELD_TEXT, "", "reproduces it"),
    WHOLE(answer, FIELD_TEXT, "", "the one sentence"),
    WHOLE(resolved_summary, FIELD_TEXT, "", "model, data and training in one line"),
    WHOLE(provenance, FIELD_TEXT, "", "version, compiler, machine"),
    WHOLE(data_notes, FIELD_TEXT, "", "what was done to the data, a sentence a line"),
};

static const struct field numbers[] = {
    WHOLE(margin, FIELD_REAL, "", ""),
    WHOLE(reference, FIELD_INT, "", ""),
    WHOLE(recommended, FIELD_INT, "", ""),
    WHOLE(ceiling, FIELD_REAL, "", ""),
    WHOLE(floor_nll, FIELD_REAL, "", ""),
    WHOLE(truth_ece, FIELD_REAL, "", ""),
    WHOLE(numerics_version, FIELD_I64, "", ""),
    WHOLE(test_rows, FIELD_SIZE, "", ""),
    WHOLE(train_rows, FIELD_SIZE, "", ""),
    WHOLE(classes, FIELD_SIZE, "", ""),
    WHOLE(wall_seconds, FIELD_REAL, "", ""),
    WHOLE(groups_with_rows, FIELD_SIZE, "", ""),
};

static const struct field columns[] = {
    ARM(label, FIELD_TEXT, "", "what the arm is called"),
    ARM(recipe, FIELD_TEXT, "", "recipe of its trials"),
    ARM(summary, FIELD_TEXT, "", "the recipe in one line"),
    ARM(reference, FIELD_INT, "",
        "number of the arm it is measured against, perhaps itself; -1: none"),
    ARM(seeds, FIELD_SIZE, "", "trials of the arm"),
    ARM(diverged, FIELD_SIZE, "", "trials whose loss became non-finite"),
    ARM(accuracy, FIELD_ESTIMATE, "1", "share of test rows predicted right"),
    ARM(accuracy_difference, FIELD_ESTIMATE, "1",
        "arm minus reference, paired by seed"),
    ARM(nll, FIELD_ESTIMATE, "nat", "mean negative log-likelihood of the labels"),
    ARM(nll_difference, FIELD_ESTIMATE, "nat", "arm minus reference, paired by seed"),
    ARM(ece, FIELD_ESTIMATE, "1", "expected calibration error"),
    ARM(ece_difference, FIELD_ESTIMATE, "1", "arm minus reference, paired by seed"),
    ARM(churn, FIELD_ESTIMATE, "1",
        "share of rows predicted otherwise than by the reference"),
    ARM(worst_accuracy, FIELD_ESTIMATE, "1", "lowest accuracy over groups, per seed"),
    ARM(worst_difference, FIELD_ESTIMATE, "1",
        "arm minus reference on the reference's worst group"),
    ARM(worst_group, FIELD_SIZE, "",
        "group of lowest mean accuracy; the number of groups: none"),
    ARM(hardest_hit_group, FIELD_SIZE, "",
        "group of most negative mean difference; the number of groups: none"),
    ARM(unproven_groups, FIELD_SIZE, "",
        "groups not shown to stay within the margin, of those with rows"),
    ARM(harmed_groups, FIELD_SIZE, "", "groups of these that are shown to lose more"),
    ARM(persistent_bytes, FIELD_SIZE, "byte", "alive between optimiser steps"),
    ARM(planned_peak, FIELD_SIZE, "byte", "largest sum alive within a step"),
    ARM(parameters, FIELD_SIZE, "", "trained numbers of the model"),
    ARM(saturated_share, FIELD_REAL, "1", "casts that exceeded the format's maximum"),
    ARM(flushed_share, FIELD_REAL, "1", "casts of a non-zero value to zero"),
    ARM(steps, FIELD_SIZE, "", "training steps of a trial"),
};

/* -- writing ------------------------------------------------------------------------- */

static const void *member(const void *base, const struct field *field)
{
    return (const char *)base + field->offset;
}

static enum ng_status write_texts(struct ng_h5 *file, const struct ng_comparison *c,
                                  struct ng_error *err)
{
    enum ng_status status = NG_OK;
    char path[LONGEST_NAME];
    for (size_t i = 0; i < COUNT(texts); i++) {
        char *text;
        memcpy(&text, member(c, &texts[i]), sizeof text);
        snprintf(path, sizeof path, "/about/%s", texts[i].name);
        NG_TRY(ng_h5_write_text(file, path, text == NULL ? "" : text, err));
        NG_TRY(ng_h5_set_text(file, path, "description", texts[i].description, err));
    }
out:
    return status;
}

/* SIZE and INT as i64. */
static int64_t integer(const void *base, const struct field *field)
{
    size_t size;
    int number;
    int64_t wide;
    switch (field->type) {
    case FIELD_SIZE:
        memcpy(&size, member(base, field), sizeof size);
        return (int64_t)size;
    case FIELD_INT:
        memcpy(&number, member(base, field), sizeof number);
        return number;
    default:
        memcpy(&wide, member(base, field), sizeof wide);
        return wide;
    }
}

static enum ng_status write_numbers(struct ng_h5 *file, const struct ng_comparison *c,
                                    struct ng_error *err)
{
    enum ng_status status = NG_OK;
    for (size_t i = 0; i < COUNT(numbers); i++) {
        const struct field *field = &numbers[i];
        if (field->type == FIELD_REAL) {
            NG_TRY(ng_h5_set(file, "/", field->name, NG_H5_F64, member(c, field), err));
        } else {
            int64_t value = integer(c, field);
            NG_TRY(ng_h5_set(file, "/", field->name, NG_H5_I64, &value, err));
        }
    }
    NG_TRY(ng_h5_write(file, LARGEST_CLASS, NG_H5_F64, &one_number, &c->largest_class,
                       err));
    NG_TRY(ng_record_explain(file, LARGEST_CLASS, "1",
                             "share of the commonest label among the test rows", err));
out:
    return status;
}

static enum ng_status write_groups(struct ng_h5 *file, const struct ng_comparison *c,
                                   struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_arena arena = {0};
    struct ng_h5_shape shape = ng_h5_vector(c->group_count);
    struct ng_h5_shape seeds = ng_h5_vector(c->seed_count);
    char **column = ng_arena_array(&arena, c->group_count + 1, sizeof *column);
    char **band = ng_arena_array(&arena, c->group_count + 1, sizeof *band);
    uint64_t *rows = ng_arena_array(&arena, c->group_count + 1, sizeof *rows);
    uint8_t *suppressed = ng_arena_array(&arena, c->group_count + 1, 1);
    if (column == NULL || band == NULL || rows == NULL || suppressed == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "out of memory for /groups"));
    for (size_t i = 0; i < c->group_count; i++) {
        column[i] = c->groups[i].column;
        band[i] = c->groups[i].band;
        rows[i] = c->groups[i].rows;
        suppressed[i] = c->groups[i].suppressed;
    }
    NG_TRY(ng_h5_write(file, "/seeds", NG_H5_U32, &seeds, c->seeds, err));
    NG_TRY(ng_h5_write_texts(file, "/groups/column", &shape, column, err));
    NG_TRY(ng_h5_write_texts(file, "/groups/band", &shape, band, err));
    NG_TRY(ng_h5_write(file, "/groups/rows", NG_H5_U64, &shape, rows, err));
    NG_TRY(ng_record_explain(file, "/groups/rows", "", "rows of the test split", err));
    NG_TRY(ng_h5_write(file, "/groups/suppressed", NG_H5_U8, &shape, suppressed, err));
    NG_TRY(ng_record_explain(file, "/groups/suppressed", "",
                             "1: so few rows that they and all figures are left out",
                             err));
out:
    ng_arena_release(&arena);
    return status;
}

static enum ng_status write_gates(struct ng_h5 *file, const struct ng_comparison *c,
                                  struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_arena arena = {0};
    struct ng_h5_shape shape = ng_h5_vector(c->gate_count);
    char **name = ng_arena_array(&arena, c->gate_count + 1, sizeof *name);
    char **sentence = ng_arena_array(&arena, c->gate_count + 1, sizeof *sentence);
    uint8_t *held = ng_arena_array(&arena, c->gate_count + 1, sizeof *held);
    if (name == NULL || sentence == NULL || held == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "out of memory for /gates"));
    for (size_t i = 0; i < c->gate_count; i++) {
        name[i] = c->gates[i].name;
        sentence[i] = c->gates[i].sentence;
        held[i] = c->gates[i].held;
    }
    NG_TRY(ng_h5_write_texts(file, "/gates/name", &shape, name, err));
    NG_TRY(ng_h5_write(file, "/gates/held", NG_H5_U8, &shape, held, err));
    NG_TRY(ng_record_explain(file, "/gates/held", "", "1: the gate held", err));
    NG_TRY(ng_h5_write_texts(file, "/gates/sentence", &shape, sentence, err));
out:
    ng_arena_release(&arena);
    return status;
}

static enum ng_status write_column(struct ng_h5 *file, const struct ng_comparison *c,
                                   const struct field *field, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_arena arena = {0};
    char path[LONGEST_NAME];
    struct ng_h5_shape shape = field->type == FIELD_ESTIMATE
                                   ? ng_h5_table(c->arm_count, 3)
                                   : ng_h5_vector(c->arm_count);
    snprintf(path, sizeof path, "/arms/%s", field->name);
    char *column = ng_arena_array(&arena, c->arm_count + 1, sizeof(struct ng_estimate));
    if (column == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "out of memory for %s", path));
    size_t width = field->type == FIELD_ESTIMATE ? sizeof(struct ng_estimate) : 8;
    bool whole = field->type == FIELD_SIZE || field->type == FIELD_INT;
    for (size_t i = 0; i < c->arm_count; i++) {
        if (whole) {
            int64_t value = integer(&c->arms[i], field);
            memcpy(column + i * width, &value, width);
        } else {
            memcpy(column + i * width, member(&c->arms[i], field), width);
        }
    }
    if (field->type == FIELD_TEXT)
        NG_TRY(ng_h5_write_texts(file, path, &shape, (char **)(void *)column, err));
    else
        NG_TRY(ng_h5_write(file, path, whole ? NG_H5_I64 : NG_H5_F64, &shape, column,
                           err));
    NG_TRY(ng_record_explain(file, path, field->unit, field->description, err));
    if (field->type == FIELD_ESTIMATE)
        NG_TRY(ng_h5_set_text(file, path, "columns",
                              "mean, low and high end of the 95 % interval", err));
out:
    ng_arena_release(&arena);
    return status;
}

/* Verdicts as names; bytes by class as tables. */
static enum ng_status write_verdicts(struct ng_h5 *file, const struct ng_comparison *c,
                                     struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_arena arena = {0};
    struct ng_h5_shape shape = ng_h5_vector(c->arm_count);
    struct ng_h5_shape table = ng_h5_table(c->arm_count, NG_LEDGER_CLASSES);
    struct ng_h5_shape classes = ng_h5_vector(NG_LEDGER_CLASSES);
    size_t cells = c->arm_count * NG_LEDGER_CLASSES;
    const char **verdict = ng_arena_array(&arena, c->arm_count + 1, sizeof *verdict);
    uint64_t *persistent = ng_arena_array(&arena, cells + 1, sizeof *persistent);
    uint64_t *peak = ng_arena_array(&arena, cells + 1, sizeof *peak);
    if (verdict == NULL || persistent == NULL || peak == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "out of memory for /arms"));
    for (size_t i = 0; i < c->arm_count; i++) {
        verdict[i] = ng_verdict_names[c->arms[i].verdict];
        for (size_t k = 0; k < NG_LEDGER_CLASSES; k++) {
            persistent[i * NG_LEDGER_CLASSES + k] = c->arms[i].by_class[k];
            peak[i * NG_LEDGER_CLASSES + k] = c->arms[i].by_class_at_peak[k];
        }
    }
    NG_TRY(ng_h5_write_texts(file, "/arms/verdict", &shape, (char **)(uintptr_t)verdict,
                             err));
    NG_TRY(ng_h5_write_texts(file, "/arms/classes", &classes,
                             (char **)(uintptr_t)ng_ledger_class_names, err));
    NG_TRY(ng_h5_write(file, "/arms/persistent_bytes_by_class", NG_H5_U64, &table,
                       persistent, err));
    NG_TRY(
        ng_h5_write(file, "/arms/peak_bytes_by_class", NG_H5_U64, &table, peak, err));
    NG_TRY(ng_record_explain(file, "/arms/persistent_bytes_by_class", "byte",
                             "alive between optimiser steps; columns: /arms/classes",
                             err));
    NG_TRY(ng_record_explain(file, "/arms/peak_bytes_by_class", "byte",
                             "alive at the peak; columns: /arms/classes", err));
out:
    ng_arena_release(&arena);
    return status;
}

/* One yes or no for every group. */
static enum ng_status write_flags(struct ng_h5 *file, const char *path,
                                  const bool *flags, size_t count,
                                  const char *description, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_arena arena = {0};
    struct ng_h5_shape shape = ng_h5_vector(count);
    uint8_t *bytes = ng_arena_array(&arena, count + 1, sizeof *bytes);
    if (bytes == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "out of memory for %s", path));
    for (size_t i = 0; i < count; i++)
        bytes[i] = flags[i];
    NG_TRY(ng_h5_write(file, path, NG_H5_U8, &shape, bytes, err));
    NG_TRY(ng_record_explain(file, path, "", description, err));
out:
    ng_arena_release(&arena);
    return status;
}

static enum ng_status write_arm(struct ng_h5 *file, const struct ng_comparison *c,
                                size_t number, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    char path[LONGEST_NAME];
    const struct ng_arm *arm = &c->arms[number];
    struct ng_h5_shape steps = ng_h5_vector(arm->steps);
    struct ng_h5_shape seeds = ng_h5_vector(arm->seeds);
    struct ng_h5_shape groups = ng_h5_table(c->group_count, 3);
    snprintf(path, sizeof path, "/arm/%zu/loss", number);
    NG_TRY(ng_h5_write(file, path, NG_H5_F64, &steps, arm->loss, err));
    NG_TRY(ng_record_explain(file, path, "nat", "training loss, mean over seeds", err));
    snprintf(path, sizeof path, "/arm/%zu/seed_accuracy", number);
    NG_TRY(ng_h5_write(file, path, NG_H5_F64, &seeds, arm->seed_accuracy, err));
    snprintf(path, sizeof path, "/arm/%zu/result_hashes", number);
    NG_TRY(ng_h5_write_texts(file, path, &seeds, arm->result_hashes, err));
    snprintf(path, sizeof path, "/arm/%zu/group_accuracy", number);
    NG_TRY(ng_h5_write(file, path, NG_H5_F64, &groups, arm->group_accuracy, err));
    NG_TRY(ng_record_explain(file, path, "", "accuracy by group", err));
    snprintf(path, sizeof path, "/arm/%zu/group_difference", number);
    NG_TRY(ng_h5_write(file, path, NG_H5_F64, &groups, arm->group_difference, err));
    NG_TRY(ng_record_explain(
        file, path, "", "accuracy by group, arm minus reference, paired by seed", err));
    snprintf(path, sizeof path, "/arm/%zu/group_unproven", number);
    NG_TRY(write_flags(file, path, arm->group_unproven, c->group_count,
                       "1: not shown to stay within the margin", err));
    snprintf(path, sizeof path, "/arm/%zu/group_harmed", number);
    NG_TRY(write_flags(file, path, arm->group_harmed, c->group_count,
                       "1: shown to lose more than the margin", err));
out:
    return status;
}

enum ng_status ng_comparison_write(const char *path, const struct ng_comparison *c,
                                   struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_h5 *file = NULL;
    NG_TRY(ng_record_create(&file, NG_COMPARISON_FORMAT, err));
    NG_TRY(write_texts(file, c, err));
    NG_TRY(write_numbers(file, c, err));
    NG_TRY(write_groups(file, c, err));
    NG_TRY(write_gates(file, c, err));
    for (size_t i = 0; i < COUNT(columns); i++)
        NG_TRY(write_column(file, c, &columns[i], err));
    NG_TRY(write_verdicts(file, c, err));
    for (size_t i = 0; i < c->arm_count; i++)
        NG_TRY(write_arm(file, c, i, err));
    NG_TRY(ng_h5_save(file, path, err));
out:
    ng_h5_close(file);
    return status;
}

/* -- reading ------------------------------------------------------------------------- */

static void *target(void *base, const struct field *field)
{
    return (char *)base + field->offset;
}

static enum ng_status refuse(const struct ng_h5 *file, const char *what,
                             struct ng_error *err)
{
    return ng_fail(err, NG_INVALID, "%s: %s", ng_h5_name(file), what);
}

static enum ng_status store_integer(const struct ng_h5 *file, void *base,
                                    const struct field *field, int64_t value,
                                    struct ng_error *err)
{
    size_t size = (size_t)value;
    int number = (int)value;
    if (field->type == FIELD_SIZE && value < 0)
        return ng_fail(err, NG_INVALID, "%s: %s is negative", ng_h5_name(file),
                       field->name);
    if (field->type == FIELD_SIZE)
        memcpy(target(base, field), &size, sizeof size);
    else if (field->type == FIELD_INT)
        memcpy(target(base, field), &number, sizeof number);
    else
        memcpy(target(base, field), &value, sizeof value);
    return NG_OK;
}

static enum ng_status read_about(struct ng_h5 *file, struct ng_arena *arena,
                                 struct ng_comparison *c, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    char path[LONGEST_NAME];
    for (size_t i = 0; i < COUNT(texts); i++) {
        char *text = NULL;
        snprintf(path, sizeof path, "/about/%s", texts[i].name);
        /* Earlier files have no notes. */
        if (texts[i].offset == offsetof(struct ng_comparison, data_notes) &&
            !ng_h5_exists(file, path))
            continue;
        NG_TRY(ng_h5_read_text(file, path, arena, &text, err));
        memcpy(target(c, &texts[i]), &text, sizeof text);
    }
    for (size_t i = 0; i < COUNT(numbers); i++) {
        const struct field *field = &numbers[i];
        int64_t value = 0;
        if (field->type == FIELD_REAL) {
            NG_TRY(ng_h5_get(file, "/", field->name, NG_H5_F64, target(c, field), err));
        } else {
            NG_TRY(ng_h5_get(file, "/", field->name, NG_H5_I64, &value, err));
            NG_TRY(store_integer(file, c, field, value, err));
        }
    }
    c->largest_class = (double)NAN;
    if (ng_h5_exists(file, LARGEST_CLASS))
        NG_TRY(ng_h5_read_into(file, LARGEST_CLASS, NG_H5_F64, &one_number,
                               &c->largest_class, err));
out:
    return status;
}

static enum ng_status read_groups(struct ng_h5 *file, struct ng_arena *arena,
                                  struct ng_comparison *c, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_h5_shape shape;
    char **column, **band;
    uint64_t *rows;
    uint8_t *suppressed = NULL;
    void *seeds = NULL;
    NG_TRY(ng_h5_read(file, "/seeds", NG_H5_U32, arena, &shape, &seeds, err));
    c->seeds = seeds;
    c->seed_count = ng_h5_count(&shape);
    NG_TRY(ng_h5_read_texts(file, "/groups/column", arena, &shape, &column, err));
    c->group_count = ng_h5_count(&shape);
    NG_TRY(ng_record_texts(file, "/groups/band", c->group_count, arena, &band, err));
    NG_TRY(ng_record_column(file, "/groups/rows", NG_H5_U64, c->group_count, arena,
                            &rows, err));
    /* Earlier files hold every group's figures. */
    if (ng_h5_exists(file, "/groups/suppressed"))
        NG_TRY(ng_record_column(file, "/groups/suppressed", NG_H5_U8, c->group_count,
                                arena, &suppressed, err));
    c->groups = ng_arena_array(arena, c->group_count + 1, sizeof *c->groups);
    if (c->groups == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "out of memory for /groups"));
    for (size_t i = 0; i < c->group_count; i++) {
        bool few = rows[i] > 0 && rows[i] < NG_GROUP_SUPPRESSED_BELOW;
        bool said = suppressed != NULL && suppressed[i] != 0;
        c->groups[i] = (struct ng_group){column[i], band[i], few ? 0 : (size_t)rows[i],
                                         few || said};
    }
out:
    return status;
}

static enum ng_status read_gates(struct ng_h5 *file, struct ng_arena *arena,
                                 struct ng_comparison *c, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_h5_shape shape;
    char **name, **sentence;
    uint8_t *held;
    NG_TRY(ng_h5_read_texts(file, "/gates/name", arena, &shape, &name, err));
    c->gate_count = ng_h5_count(&shape);
    NG_TRY(ng_record_column(file, "/gates/held", NG_H5_U8, c->gate_count, arena, &held,
                            err));
    NG_TRY(
        ng_record_texts(file, "/gates/sentence", c->gate_count, arena, &sentence, err));
    c->gates = ng_arena_array(arena, c->gate_count + 1, sizeof *c->gates);
    if (c->gates == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "out of memory for /gates"));
    for (size_t i = 0; i < c->gate_count; i++)
        c->gates[i] = (struct ng_gate_outcome){name[i], held[i] != 0, sentence[i]};
out:
    return status;
}

static enum ng_status read_table(struct ng_h5 *file, const char *path,
                                 enum ng_h5_type type, size_t rows, size_t cols,
                                 struct ng_arena *arena, void *table,
                                 struct ng_error *err)
{
    struct ng_h5_shape shape;
    void *data = NULL;
    enum ng_status status = ng_h5_read(file, path, type, arena, &shape, &data, err);
    if (status != NG_OK)
        return status;
    if (shape.rank != 2 || shape.size[0] != rows || shape.size[1] != cols)
        return ng_fail(err, NG_INVALID, "%s: %s is not a table of %zu x %zu",
                       ng_h5_name(file), path, rows, cols);
    memcpy(table, &data, sizeof data);
    return NG_OK;
}

static enum ng_status read_column(struct ng_h5 *file, struct ng_arena *arena,
                                  struct ng_comparison *c, const struct field *field,
                                  struct ng_error *err)
{
    enum ng_status status = NG_OK;
    char path[LONGEST_NAME];
    char **text = NULL;
    double *real = NULL;
    int64_t *whole = NULL;
    snprintf(path, sizeof path, "/arms/%s", field->name);
    if (field->type == FIELD_TEXT)
        NG_TRY(ng_record_texts(file, path, c->arm_count, arena, &text, err));
    else if (field->type == FIELD_REAL)
        NG_TRY(
            ng_record_column(file, path, NG_H5_F64, c->arm_count, arena, &real, err));
    else if (field->type == FIELD_ESTIMATE)
        NG_TRY(read_table(file, path, NG_H5_F64, c->arm_count, 3, arena, &real, err));
    else
        NG_TRY(
            ng_record_column(file, path, NG_H5_I64, c->arm_count, arena, &whole, err));
    for (size_t i = 0; i < c->arm_count; i++) {
        void *place = target(&c->arms[i], field);
        if (field->type == FIELD_TEXT)
            memcpy(place, &text[i], sizeof text[i]);
        else if (field->type == FIELD_REAL)
            memcpy(place, &real[i], sizeof real[i]);
        else if (field->type == FIELD_ESTIMATE)
            memcpy(place, &real[i * 3], sizeof(struct ng_estimate));
        else
            NG_TRY(store_integer(file, &c->arms[i], field, whole[i], err));
    }
out:
    return status;
}

static enum ng_status verdict_by_name(const struct ng_h5 *file, const char *name,
                                      enum ng_verdict *verdict, struct ng_error *err)
{
    for (int i = 0; i < VERDICTS; i++) {
        if (strcmp(ng_verdict_names[i], name) == 0) {
            *verdict = (enum ng_verdict)i;
            return NG_OK;
        }
    }
    return ng_fail(err, NG_INVALID, "%s: /arms/verdict holds \"%.40s\", which is none",
                   ng_h5_name(file), name);
}

static enum ng_status read_verdicts(struct ng_h5 *file, struct ng_arena *arena,
                                    struct ng_comparison *c, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    char **verdict;
    uint64_t *persistent = NULL, *peak = NULL;
    NG_TRY(ng_record_texts(file, "/arms/verdict", c->arm_count, arena, &verdict, err));
    NG_TRY(read_table(file, "/arms/persistent_bytes_by_class", NG_H5_U64, c->arm_count,
                      NG_LEDGER_CLASSES, arena, &persistent, err));
    NG_TRY(read_table(file, "/arms/peak_bytes_by_class", NG_H5_U64, c->arm_count,
                      NG_LEDGER_CLASSES, arena, &peak, err));
    for (size_t i = 0; i < c->arm_count; i++) {
        NG_TRY(verdict_by_name(file, verdict[i], &c->arms[i].verdict, err));
        for (size_t k = 0; k < NG_LEDGER_CLASSES; k++) {
            c->arms[i].by_class[k] = (size_t)persistent[i * NG_LEDGER_CLASSES + k];
            c->arms[i].by_class_at_peak[k] = (size_t)peak[i * NG_LEDGER_CLASSES + k];
        }
    }
out:
    return status;
}

static enum ng_status read_flags(struct ng_h5 *file, const char *path, size_t count,
                                 struct ng_arena *arena, bool **flags,
                                 struct ng_error *err)
{
    uint8_t *bytes;
    enum ng_status status =
        ng_record_column(file, path, NG_H5_U8, count, arena, &bytes, err);
    if (status != NG_OK)
        return status;
    *flags = ng_arena_array(arena, count + 1, sizeof **flags);
    if (*flags == NULL)
        return ng_fail(err, NG_FAILED, "out of memory for %s", path);
    for (size_t i = 0; i < count; i++)
        (*flags)[i] = bytes[i] != 0;
    return NG_OK;
}

static enum ng_status read_arm(struct ng_h5 *file, struct ng_arena *arena,
                               struct ng_comparison *c, size_t number,
                               struct ng_error *err)
{
    enum ng_status status = NG_OK;
    char path[LONGEST_NAME];
    struct ng_arm *arm = &c->arms[number];
    snprintf(path, sizeof path, "/arm/%zu/loss", number);
    NG_TRY(ng_record_column(file, path, NG_H5_F64, arm->steps, arena, &arm->loss, err));
    snprintf(path, sizeof path, "/arm/%zu/seed_accuracy", number);
    NG_TRY(ng_record_column(file, path, NG_H5_F64, arm->seeds, arena,
                            &arm->seed_accuracy, err));
    snprintf(path, sizeof path, "/arm/%zu/result_hashes", number);
    NG_TRY(ng_record_texts(file, path, arm->seeds, arena, &arm->result_hashes, err));
    snprintf(path, sizeof path, "/arm/%zu/group_accuracy", number);
    NG_TRY(read_table(file, path, NG_H5_F64, c->group_count, 3, arena,
                      &arm->group_accuracy, err));
    snprintf(path, sizeof path, "/arm/%zu/group_difference", number);
    NG_TRY(read_table(file, path, NG_H5_F64, c->group_count, 3, arena,
                      &arm->group_difference, err));
    snprintf(path, sizeof path, "/arm/%zu/group_unproven", number);
    NG_TRY(read_flags(file, path, c->group_count, arena, &arm->group_unproven, err));
    snprintf(path, sizeof path, "/arm/%zu/group_harmed", number);
    NG_TRY(read_flags(file, path, c->group_count, arena, &arm->group_harmed, err));
    if (arm->worst_group > c->group_count || arm->hardest_hit_group > c->group_count)
        NG_TRY(refuse(file, "an arm's worst group does not exist", err));
out:
    return status;
}

static bool is_arm_or_none(const struct ng_comparison *c, int number)
{
    return number == -1 || (number >= 0 && (size_t)number < c->arm_count);
}

static enum ng_status read_arms(struct ng_h5 *file, struct ng_arena *arena,
                                struct ng_comparison *c, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_h5_shape shape;
    char **labels;
    NG_TRY(ng_h5_read_texts(file, "/arms/label", arena, &shape, &labels, err));
    c->arm_count = ng_h5_count(&shape);
    c->arms = ng_arena_array(arena, c->arm_count + 1, sizeof *c->arms);
    if (c->arms == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "out of memory for /arms"));
    for (size_t i = 0; i < COUNT(columns); i++)
        NG_TRY(read_column(file, arena, c, &columns[i], err));
    NG_TRY(read_verdicts(file, arena, c, err));
    for (size_t i = 0; i < c->arm_count; i++)
        NG_TRY(read_arm(file, arena, c, i, err));
    bool good = is_arm_or_none(c, c->reference) && is_arm_or_none(c, c->recommended);
    for (size_t i = 0; i < c->arm_count; i++)
        good = good && is_arm_or_none(c, c->arms[i].reference);
    if (!good)
        NG_TRY(refuse(file, "a reference or the recommended arm does not exist", err));
    for (size_t i = 0; i < c->arm_count; i++)
        if (c->arms[i].seeds != c->seed_count)
            NG_TRY(refuse(file, "an arm has another number of seeds", err));
out:
    return status;
}

enum ng_status ng_comparison_read(const char *path, struct ng_arena *arena,
                                  struct ng_comparison *comparison,
                                  struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_h5 *file = NULL;
    *comparison = (struct ng_comparison){0};
    NG_TRY(ng_record_open(&file, path, NG_COMPARISON_FORMAT, err));
    NG_TRY(read_about(file, arena, comparison, err));
    NG_TRY(read_groups(file, arena, comparison, err));
    NG_TRY(read_gates(file, arena, comparison, err));
    NG_TRY(read_arms(file, arena, comparison, err));
out:
    ng_h5_close(file);
    return status;
}
