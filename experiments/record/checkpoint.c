/*
 * A checkpoint file: root attributes plan_hash and steps; /state/<name> the
 * bytes of every state item in the order of its elements, with attributes element_format,
 * scale and scale_inv; /metrics/<name> the values of the steps done; /fingerprints as in
 * the run file, so far.
 */
#include "experiments/record/run_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "experiments/record/layout.h"

#define LONGEST_NAME 300

/* One walk over the state: writing, checking that a file fits, or filling. */
struct walk {
    struct ng_h5 *file;
    char path[LONGEST_NAME];
};

static void set_path(struct walk *walk, const struct ng_state_item *item)
{
    snprintf(walk->path, sizeof walk->path, "/state/%s", item->name);
}

static enum ng_status write_item(void *context, struct ng_state_item *item,
                                 struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct walk *walk = context;
    struct ng_h5_shape shape = ng_h5_vector(item->bytes);
    set_path(walk, item);
    NG_TRY(ng_h5_write(walk->file, walk->path, NG_H5_U8, &shape, item->data, err));
    NG_TRY(ng_h5_set_text(walk->file, walk->path, "element_format", item->format->name,
                          err));
    if (item->scale != NULL)
        NG_TRY(ng_h5_set(walk->file, walk->path, "scale", NG_H5_F32, item->scale, err));
    if (item->scale_inv != NULL)
        NG_TRY(ng_h5_set(walk->file, walk->path, "scale_inv", NG_H5_F32,
                         item->scale_inv, err));
out:
    return status;
}

enum ng_status ng_checkpoint_write(const char *path, const char *plan_hash,
                                   struct ng_model *model, size_t steps,
                                   const struct ng_metric *metrics, size_t metric_count,
                                   const struct ng_fingerprints *fingerprints,
                                   struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct walk walk = {0};
    struct ng_h5_shape shape = ng_h5_vector(steps);
    NG_TRY(ng_record_create(&walk.file, NG_CHECKPOINT_FORMAT, err));
    NG_TRY(ng_h5_set_text(walk.file, "/", "plan_hash", plan_hash, err));
    NG_TRY(ng_record_set_size(walk.file, "/", "steps", steps, err));
    for (size_t i = 0; i < metric_count; i++) {
        snprintf(walk.path, sizeof walk.path, "/metrics/%s", metrics[i].name);
        NG_TRY(ng_h5_write(walk.file, walk.path, NG_H5_F64, &shape, metrics[i].values,
                           err));
    }
    NG_TRY(ng_state_each(model, write_item, &walk, err));
    NG_TRY(ng_fingerprints_write(walk.file, fingerprints, err));
    NG_TRY(ng_h5_save(walk.file, path, err));
out:
    ng_h5_close(walk.file);
    return status;
}

/* Would fill_item() succeed? So that a checkpoint of another model is refused before it
 * has changed anything. */
static enum ng_status check_item(void *context, struct ng_state_item *item,
                                 struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct walk *walk = context;
    struct ng_arena arena = {0};
    char *format = NULL;
    uint8_t *bytes = NULL;
    float scale;
    set_path(walk, item);
    NG_TRY(ng_record_column(walk->file, walk->path, NG_H5_U8, item->bytes, &arena,
                            &bytes, err));
    NG_TRY(
        ng_h5_get_text(walk->file, walk->path, "element_format", &arena, &format, err));
    if (strcmp(format, item->format->name) != 0)
        NG_TRY(ng_fail(err, NG_INVALID, "%s: %s is in format %.20s, not %s",
                       ng_h5_name(walk->file), walk->path, format, item->format->name));
    if (item->scale != NULL)
        NG_TRY(ng_h5_get(walk->file, walk->path, "scale", NG_H5_F32, &scale, err));
    if (item->scale_inv != NULL)
        NG_TRY(ng_h5_get(walk->file, walk->path, "scale_inv", NG_H5_F32, &scale, err));
out:
    ng_arena_release(&arena);
    return status;
}

static enum ng_status fill_item(void *context, struct ng_state_item *item,
                                struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct walk *walk = context;
    struct ng_h5_shape shape = ng_h5_vector(item->bytes);
    set_path(walk, item);
    NG_TRY(ng_h5_read_into(walk->file, walk->path, NG_H5_U8, &shape, item->data, err));
    if (item->scale != NULL)
        NG_TRY(ng_h5_get(walk->file, walk->path, "scale", NG_H5_F32, item->scale, err));
    if (item->scale_inv != NULL)
        NG_TRY(ng_h5_get(walk->file, walk->path, "scale_inv", NG_H5_F32,
                         item->scale_inv, err));
out:
    return status;
}

static enum ng_status owner_check(struct ng_h5 *file, const char *plan_hash,
                                  struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_arena arena = {0};
    char *found = NULL;
    NG_TRY(ng_h5_get_text(file, "/", "plan_hash", &arena, &found, err));
    if (strcmp(found, plan_hash) != 0)
        NG_TRY(ng_fail(err, NG_INVALID,
                       "%s is another trial's: its plan hash is %.12s..., and %.12s... "
                       "was expected",
                       ng_h5_name(file), found, plan_hash));
out:
    ng_arena_release(&arena);
    return status;
}

static enum ng_status read_values(struct ng_h5 *file, size_t steps,
                                  struct ng_metric *metrics, size_t metric_count,
                                  struct ng_error *err)
{
    char path[LONGEST_NAME];
    struct ng_h5_shape shape = ng_h5_vector(steps);
    enum ng_status status = NG_OK;
    for (size_t i = 0; i < metric_count && status == NG_OK; i++) {
        snprintf(path, sizeof path, "/metrics/%s", metrics[i].name);
        status = ng_h5_read_into(file, path, NG_H5_F64, &shape, metrics[i].values, err);
    }
    return status;
}

enum ng_status ng_checkpoint_read(const char *path, const char *plan_hash,
                                  struct ng_model *model, size_t room, size_t *steps,
                                  struct ng_metric *metrics, size_t metric_count,
                                  struct ng_fingerprints *fingerprints,
                                  struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct walk walk = {0};
    size_t done = 0;
    NG_TRY(ng_record_open(&walk.file, path, NG_CHECKPOINT_FORMAT, err));
    NG_TRY(owner_check(walk.file, plan_hash, err));
    NG_TRY(ng_record_get_size(walk.file, "/", "steps", &done, err));
    if (done > room)
        NG_TRY(ng_fail(err, NG_INVALID,
                       "%s claims %zu steps, but the trial has only %zu", path, done,
                       room));
    NG_TRY(ng_state_each(model, check_item, &walk, err));
    NG_TRY(read_values(walk.file, done, metrics, metric_count, err));
    /* Without them the trial would end with fewer than one that ran straight through. */
    if (!ng_h5_exists(walk.file, "/fingerprints"))
        NG_TRY(ng_fail(err, NG_INVALID, "%s holds no fingerprints", path));
    NG_TRY(ng_fingerprints_read(walk.file, fingerprints, err));
    NG_TRY(ng_state_each(model, fill_item, &walk, err));
    *steps = done;
out:
    ng_h5_close(walk.file);
    return status;
}
