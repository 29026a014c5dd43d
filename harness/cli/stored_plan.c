#include "harness/cli/stored_plan.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What a line holds goes to the plan; false: no memory. */
typedef bool take_line(const json_t *line, struct ng_stored_plan *plan, size_t room,
                       struct ng_arena *arena);

static const char *text_at(const json_t *line, const char *key)
{
    return json_string_value(json_object_get(line, key));
}

static bool keep(const char *text, char **kept, struct ng_arena *arena)
{
    *kept = text == NULL ? NULL : ng_arena_text(arena, text);
    return text == NULL || *kept != NULL;
}

/* The line of the experiment. */
static bool take_head(const json_t *line, struct ng_stored_plan *plan,
                      struct ng_arena *arena)
{
    const json_t *data = json_object_get(line, "data");
    json_int_t trials = json_integer_value(json_object_get(line, "trials"));
    if (text_at(line, "experiment") == NULL)
        return true;
    plan->numerics_version =
        json_integer_value(json_object_get(line, "numerics_version"));
    plan->planned = trials < 0 ? 0 : (size_t)trials;
    return keep(text_at(line, "experiment"), &plan->experiment, arena) &&
           keep(text_at(data, "set"), &plan->data_set, arena) &&
           keep(text_at(data, "sha256"), &plan->data_digest, arena);
}

static bool take_trial(const json_t *line, struct ng_stored_plan *plan, size_t room,
                       struct ng_arena *arena)
{
    const char *label = text_at(line, "label"), *file = text_at(line, "file");
    const char *hash = text_at(line, "hash");
    json_int_t seed = json_integer_value(json_object_get(line, "seed"));
    if (label == NULL || file == NULL)
        return take_head(line, plan, arena);
    size_t at = plan->count++;
    if (room == 0)
        return true;
    if (at >= room) {
        plan->count = room;
        return true;
    }
    plan->trials[at].name = ng_arena_printf(arena, "%s s%lld", label, (long long)seed);
    plan->trials[at].file = ng_arena_text(arena, file);
    plan->trials[at].label = ng_arena_text(arena, label);
    plan->trials[at].hash = ng_arena_text(arena, hash == NULL ? "" : hash);
    plan->trials[at].seed = seed < 0 || seed > UINT32_MAX ? 0 : (uint32_t)seed;
    return plan->trials[at].name != NULL && plan->trials[at].file != NULL &&
           plan->trials[at].label != NULL && plan->trials[at].hash != NULL;
}

static bool take_command(const json_t *line, struct ng_stored_plan *plan, size_t room,
                         struct ng_arena *arena)
{
    (void)room;
    const char *event = text_at(line, "event"), *command = text_at(line, "command");
    if (event == NULL || strcmp(event, "sweep") != 0 || command == NULL)
        return true;
    plan->command = ng_arena_text(arena, command);
    return plan->command != NULL;
}

/* Lines that are no JSON objects are passed over. */
static bool read_lines(const char *path, take_line *take, struct ng_stored_plan *plan,
                       size_t room, struct ng_arena *arena)
{
    bool good = true;
    char *text = NULL;
    size_t capacity = 0;
    ssize_t length;
    struct stat there;
    FILE *file = NULL;
    if (stat(path, &there) == 0 && S_ISREG(there.st_mode)) /* a pipe would block */
        file = fopen(path, "re");
    if (file == NULL)
        return true;
    while (good && (length = getline(&text, &capacity, file)) > 0) {
        json_t *line = json_loadb(text, (size_t)length, 0, NULL);
        good = take(line, plan, room, arena);
        json_decref(line);
    }
    free(text);
    fclose(file);
    return good;
}

enum ng_status ng_stored_plan_read(const char *folder, struct ng_arena *arena,
                                   struct ng_stored_plan *plan, struct ng_error *err)
{
    *plan = (struct ng_stored_plan){0};
    char *path = ng_arena_printf(arena, "%s/plan.jsonl", folder);
    char *events = ng_arena_printf(arena, "%s/events.jsonl", folder);
    bool good =
        path != NULL && events != NULL && read_lines(path, take_trial, plan, 0, arena);
    size_t room = plan->count;
    plan->count = 0;
    plan->trials = ng_arena_array(arena, room + 1, sizeof *plan->trials);
    good = good && plan->trials != NULL &&
           (room == 0 || read_lines(path, take_trial, plan, room, arena)) &&
           read_lines(events, take_command, plan, 0, arena);
    if (!good)
        return ng_fail(err, NG_FAILED, "No memory for the plan in %.500s.", folder);
    return NG_OK;
}

const struct ng_stored_trial *ng_stored_plan_trial(const struct ng_stored_plan *plan,
                                                   const char *file)
{
    for (size_t i = 0; i < plan->count; i++)
        if (strcmp(plan->trials[i].file, file) == 0)
            return &plan->trials[i];
    return NULL;
}
