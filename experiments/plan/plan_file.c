/* plan.jsonl: the frozen plan as a file. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "formats/base/whole.h"
#include "experiments/plan/plan.h"
#include "experiments/spec/readable.h"

#define PLAN_FORMAT    "narrowgauge-plan"
#define PLAN_VERSION   1
#define LARGEST_PLAN   (256ll * 1024 * 1024)
#define LONGEST_FOLDER 4096
#define DATA_DIGEST    "data.sha256" /* the key of the resolved text */

static json_t *arms_json(const struct ng_plan *plan)
{
    json_t *arms = json_array();
    size_t seeds = plan->experiment.seeds.count;
    for (size_t i = 0; i < plan->arm_count && arms != NULL; i++) {
        const struct ng_trial *trial = &plan->trials[i * seeds];
        json_t *arm = json_pack("{s:s, s:s, s:s}", "label", plan->arm_labels[i],
                                "recipe", trial->recipe->name, "hash", trial->arm_hash);
        if (json_array_append_new(arms, arm) != 0) {
            json_decref(arms);
            return NULL;
        }
    }
    return arms;
}

static json_t *head_json(const struct ng_plan *plan)
{
    json_t *arms = arms_json(plan);
    if (arms == NULL)
        return NULL;
    return json_pack("{s:s, s:i, s:i, s:s, s:s?, s:{s:s, s:s}, s:I, s:i, s:o, s:s}",
                     "format", PLAN_FORMAT, "format_version", PLAN_VERSION,
                     "numerics_version", NG_NUMERICS_VERSION, "experiment",
                     plan->experiment.name, "question", plan->experiment.question,
                     "data", "set", plan->dataset.name, "sha256", plan->dataset.digest,
                     "trials", (json_int_t)plan->trial_count, "reference_arm",
                     plan->reference_arm, "arms", arms, "source", plan->source);
}

static json_t *trial_json(const struct ng_plan *plan, const struct ng_trial *trial)
{
    return json_pack("{s:I, s:I, s:s, s:I, s:s, s:s, s:s}", "index",
                     (json_int_t)trial->index, "arm", (json_int_t)trial->arm, "label",
                     plan->arm_labels[trial->arm], "seed", (json_int_t)trial->seed,
                     "hash", trial->hash, "file", trial->file, "resolved",
                     trial->resolved);
}

static bool write_line(FILE *file, json_t *line)
{
    bool good = line != NULL && json_dumpf(line, file, JSON_COMPACT) == 0 &&
                fputc('\n', file) != EOF;
    json_decref(line);
    return good;
}

static bool write_lines(const struct ng_plan *plan, FILE *file)
{
    bool good = write_line(file, head_json(plan));
    for (size_t i = 0; i < plan->trial_count && good; i++)
        good = write_line(file, trial_json(plan, &plan->trials[i]));
    return good;
}

static bool write_card(const struct ng_plan *plan, FILE *file)
{
    struct ng_text text = {0};
    ng_card_write(&plan->card, &text);
    bool good = !text.failed && fputs(text.data, file) != EOF;
    ng_text_release(&text);
    return good;
}

/* A file of the plan, and what writes it. */
struct plan_part {
    const char *name;
    bool (*write)(const struct ng_plan *plan, FILE *file);
};
static const struct plan_part plan_lines = {"plan.jsonl", write_lines};
static const struct plan_part plan_card = {NG_PLAN_CARD, write_card};

static enum ng_status plan_path(const char *folder, const struct plan_part *part,
                                char path[LONGEST_FOLDER], struct ng_error *err)
{
    int length = snprintf(path, LONGEST_FOLDER, "%s/%s", folder, part->name);
    if (length < 0 || length >= LONGEST_FOLDER)
        return ng_fail(err, NG_INVALID,
                       "the folder's path %.100s... is too long, "
                       "expected at most %d bytes",
                       folder, LONGEST_FOLDER - 32);
    return NG_OK;
}

static enum ng_status write_part(const struct ng_plan *plan,
                                 const struct plan_part *which, const char *folder,
                                 struct ng_error *err)
{
    char path[LONGEST_FOLDER], *data = NULL;
    size_t bytes = 0;
    enum ng_status status = NG_OK;
    NG_TRY(plan_path(folder, which, path, err));
    FILE *memory = open_memstream(&data, &bytes);
    bool good = memory != NULL && which->write(plan, memory);
    good = (memory == NULL || fclose(memory) == 0) && good;
    if (!good)
        NG_TRY(
            ng_fail(err, NG_FAILED, "%.500s cannot be made: no memory is left", path));
    NG_TRY(ng_whole_write(path, &(struct ng_piece){data, bytes}, 1, err));
out:
    free(data);
    return status;
}

enum ng_status ng_plan_write(const struct ng_plan *plan, const char *folder,
                             struct ng_error *err)
{
    enum ng_status status = NG_OK;
    if (plan->inferred != NULL)
        NG_TRY(write_part(plan, &plan_card, folder, err));
    NG_TRY(write_part(plan, &plan_lines, folder, err));
out:
    return status;
}

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

/* The next line of the file; NULL: there is none, or it is no JSON object. */
static json_t *read_line(FILE *file, char **buffer, size_t *capacity)
{
    ssize_t length = getline(buffer, capacity, file);
    if (length <= 0)
        return NULL;
    json_t *line = json_loadb(*buffer, (size_t)length, 0, NULL);
    if (line != NULL && !json_is_object(line)) {
        json_decref(line);
        return NULL;
    }
    return line;
}

static enum ng_status compare_head(const struct ng_plan *plan, const json_t *head,
                                   const char *folder, size_t *trials,
                                   struct ng_error *err)
{
    const char *experiment = text_at(head, "experiment");
    json_int_t version = json_integer_value(json_object_get(head, "numerics_version"));
    json_int_t count = json_integer_value(json_object_get(head, "trials"));
    if (head == NULL || strcmp(text_at(head, "format"), PLAN_FORMAT) != 0 || count <= 0)
        return ng_fail(err, NG_INVALID,
                       "%.500s/plan.jsonl is damaged or not a plan, expected one that "
                       "this program wrote; use --out DIR",
                       folder);
    if (strcmp(experiment, plan->experiment.name) != 0)
        return ng_fail(err, NG_INVALID,
                       "%.500s holds experiment %.100s, expected %s; use --out DIR",
                       folder, experiment, plan->experiment.name);
    if (version != NG_NUMERICS_VERSION)
        return ng_fail(err, NG_INVALID,
                       "%.500s was made under numerics version %lld, expected %d; use "
                       "--out DIR",
                       folder, (long long)version, NG_NUMERICS_VERSION);
    *trials = (size_t)count;
    return NG_OK;
}

/* An earlier plan's trial usually has its old number here, so the search starts there. */
static const struct ng_trial *planned(const struct ng_plan *plan, const json_t *line,
                                      size_t number)
{
    for (size_t i = 0; i < plan->trial_count; i++) {
        const struct ng_trial *trial = &plan->trials[(number + i) % plan->trial_count];
        if (strcmp(text_at(line, "hash"), trial->hash) == 0 &&
            strcmp(text_at(line, "file"), trial->file) == 0)
            return trial;
    }
    return NULL;
}

/* The trial of the same arm and seed, whatever else it is made of. */
static const struct ng_trial *namesake(const struct ng_plan *plan, const json_t *line)
{
    json_int_t seed = json_integer_value(json_object_get(line, "seed"));
    for (size_t i = 0; i < plan->trial_count; i++) {
        const struct ng_trial *trial = &plan->trials[i];
        if ((json_int_t)trial->seed == seed &&
            strcmp(text_at(line, "label"), plan->arm_labels[trial->arm]) == 0)
            return trial;
    }
    return NULL;
}

/* Skips the lines that are equal; false: all are. */
static bool first_difference(const char **there, const char **here)
{
    while (**there != '\0' || **here != '\0') {
        size_t old = strcspn(*there, "\n"), new = strcspn(*here, "\n");
        if (old != new || memcmp(*there, *here, old) != 0)
            return true;
        *there += old + ((*there)[old] == '\n');
        *here += new + ((*here)[new] == '\n');
    }
    return false;
}

/* "train.epochs is 2 there and 1 here", of two lines "key = value". */
static void add_difference(const char *there, const char *here, struct ng_text *text)
{
    size_t old = strcspn(there, "\n"), new = strcspn(here, "\n");
    size_t key = strcspn(there, " ");
    bool same_key =
        key + 3 <= old && key + 3 <= new &&memcmp(there, here, key + 3) == 0;
    if (same_key && key == strlen(DATA_DIGEST) &&
        memcmp(there, DATA_DIGEST, key) == 0) {
        ng_text_printf(
            text,
            "the data changed since: other rows, types or slices (SHA-256 %.8s... "
            "there and %.8s... here)",
            there + key + 3, here + key + 3);
        return;
    }
    if (same_key) {
        ng_text_add_n(text, there, key);
        ng_text_add(text, " is");
        ng_readable(there + key + 2, old - key - 2, text);
        ng_text_add(text, " there and");
        ng_readable(here + key + 2, new - key - 2, text);
        ng_text_add(text, " here");
        return;
    }
    ng_text_add(text, "'");
    ng_readable(there, old, text);
    ng_text_add(text, "' stands there where '");
    ng_readable(here, new, text);
    ng_text_add(text, "' stands here");
}

static enum ng_status refuse_trial(const struct ng_plan *plan, const json_t *line,
                                   size_t number, const char *folder,
                                   struct ng_error *err)
{
    const struct ng_trial *trial = namesake(plan, line);
    json_int_t seed = json_integer_value(json_object_get(line, "seed"));
    if (trial == NULL)
        return ng_fail(err, NG_INVALID,
                       "%.500s holds another plan: its trial %zu, %.100s s%lld, is not "
                       "among the %zu of this one; use --out DIR",
                       folder, number, text_at(line, "label"), (long long)seed,
                       plan->trial_count);
    struct ng_text text = {0};
    const char *there = text_at(line, "resolved"), *here = trial->resolved;
    if (first_difference(&there, &here))
        add_difference(there, here, &text);
    else
        ng_text_printf(&text, "its trial %zu is %.100s, expected %s", number,
                       text_at(line, "file"), trial->file);
    ng_fail(err, NG_INVALID, "%.500s holds another plan: %.600s; use --out DIR", folder,
            text.failed ? "its trials differ" : text.data);
    ng_text_release(&text);
    return NG_INVALID;
}

static enum ng_status compare_lines(const struct ng_plan *plan, FILE *file,
                                    const char *folder, struct ng_error *err)
{
    char *buffer = NULL;
    size_t capacity = 0, trials = 0;
    json_t *line = read_line(file, &buffer, &capacity);
    enum ng_status status = compare_head(plan, line, folder, &trials, err);
    json_decref(line);
    for (size_t i = 0; i < trials && status == NG_OK; i++) {
        line = read_line(file, &buffer, &capacity);
        if (line == NULL)
            status = ng_fail(err, NG_INVALID,
                             "%.500s/plan.jsonl is cut off or damaged at line %zu, "
                             "expected trial %zu; use --out DIR",
                             folder, i + 2, i);
        else if (planned(plan, line, i) == NULL)
            status = refuse_trial(plan, line, i, folder, err);
        json_decref(line);
    }
    free(buffer);
    return status;
}

enum ng_status ng_plan_check(const struct ng_plan *plan, const char *folder,
                             struct ng_error *err)
{
    char path[LONGEST_FOLDER];
    struct stat facts;
    enum ng_status status = plan_path(folder, &plan_lines, path, err);
    if (status != NG_OK)
        return status;
    if (stat(path, &facts) != 0)
        return errno == ENOENT || errno == ENOTDIR
                   ? ng_fail(err, NG_ABSENT, "there is no plan in %.500s", folder)
                   : ng_fail(err, NG_INVALID, "%.500s cannot be read: %s", path,
                             strerror(errno));
    if (!S_ISREG(facts.st_mode) || facts.st_size > LARGEST_PLAN)
        return ng_fail(
            err, NG_INVALID,
            "%.500s is not a plan, expected a plain file of at most %lld bytes", path,
            LARGEST_PLAN);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return ng_fail(err, NG_INVALID, "%.500s cannot be read: %s", path,
                       strerror(errno));
    status = compare_lines(plan, file, folder, err);
    fclose(file);
    return status;
}
