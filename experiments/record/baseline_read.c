/* The strict reader of baselines: one line after the other, each in its place. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "experiments/record/baseline.h"

#define LARGEST   (16 * 1024 * 1024)
#define MOST_ARMS 4096
#define MOST_ROWS 100000 /* trials or tensors of an arm */
#define HASH      64

struct reader {
    const char *path;
    struct ng_arena *arena;
    char *text, *next; /* what is left, after the line in hand */
    char *line;        /* the one in hand, ended; NULL: the file has ended */
    size_t number;     /* of the line in hand, from 1 */
};

static enum ng_status refuse(const struct reader *r, const char *expected,
                             struct ng_error *err)
{
    if (r->line == NULL)
        return ng_fail(
            err, NG_INVALID,
            "%s ends after line %zu, where %s was expected; the file was cut "
            "short.",
            r->path, r->number - 1, expected);
    return ng_fail(
        err, NG_INVALID,
        "%s:%zu: '%.60s' stands where %s was expected; a baseline is written by "
        "`narrowgauge baseline accept`.",
        r->path, r->number, r->line, expected);
}

static enum ng_status out_of_memory(const struct reader *r, struct ng_error *err)
{
    return ng_fail(err, NG_FAILED, "No memory for the baseline %s.", r->path);
}

/* Takes the next line that is not empty. */
static void advance(struct reader *r)
{
    do {
        r->line = *r->next == '\0' ? NULL : r->next;
        r->number++;
        if (r->line == NULL)
            return;
        size_t length = strcspn(r->next, "\n");
        r->next += length;
        if (*r->next == '\n')
            *r->next++ = '\0';
    } while (*r->line == '\0');
}

static bool begins(const struct reader *r, const char *key)
{
    size_t length = strlen(key);
    return r->line != NULL && strncmp(r->line, key, length) == 0 &&
           r->line[length] == ' ' && r->line[length + 1] != '\0';
}

/* The words after the key, in the arena; the line is done with. */
static enum ng_status take_words(struct reader *r, const char *key, char **words,
                                 struct ng_error *err)
{
    char expected[80];
    snprintf(expected, sizeof expected, "'%s' and its value", key);
    if (!begins(r, key))
        return refuse(r, expected, err);
    *words = ng_arena_text(r->arena, r->line + strlen(key) + 1);
    if (*words == NULL)
        return out_of_memory(r, err);
    advance(r);
    return NG_OK;
}

/* A whole number up to `most` at *at, which moves behind it. */
static bool read_whole(char **at, uint64_t most, uint64_t *value)
{
    char *start = *at;
    *value = 0;
    while (**at >= '0' && **at <= '9') {
        uint64_t digit = (uint64_t)(**at - '0');
        if (*value > (most - digit) / 10)
            return false;
        *value = *value * 10 + digit;
        (*at)++;
    }
    return *at != start;
}

/* A decimal number or "nan", ended by a blank or the line. */
static bool read_real(char **at, double *value)
{
    size_t length = strcspn(*at, " ");
    char word[40], *end;
    if (length == 0 || length >= sizeof word)
        return false;
    memcpy(word, *at, length);
    word[length] = '\0';
    *at += length;
    *value = (double)NAN;
    if (strcmp(word, "nan") == 0)
        return true;
    if (strspn(word, "+-.0123456789e") != length)
        return false;
    *value = strtod(word, &end);
    return *end == '\0' && isfinite(*value);
}

static bool read_word(char **at, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(*at, word, length) != 0)
        return false;
    *at += length;
    return true;
}

static enum ng_status take_number(struct reader *r, const char *key, uint64_t most,
                                  uint64_t *number, struct ng_error *err)
{
    char expected[96];
    snprintf(expected, sizeof expected, "'%s' and a whole number up to %" PRIu64, key,
             most);
    char *at = begins(r, key) ? r->line + strlen(key) + 1 : NULL;
    if (at == NULL || !read_whole(&at, most, number) || *at != '\0')
        return refuse(r, expected, err);
    advance(r);
    return NG_OK;
}

static bool is_hash(const char *text)
{
    return strlen(text) == HASH && strspn(text, "0123456789abcdef") == HASH;
}

static enum ng_status take_hash(struct reader *r, const char *key, char **hash,
                                struct ng_error *err)
{
    char expected[96];
    snprintf(expected, sizeof expected, "'%s' and %d hexadecimal digits", key, HASH);
    if (!begins(r, key) || !is_hash(r->line + strlen(key) + 1))
        return refuse(r, expected, err);
    return take_words(r, key, hash, err);
}

/* -- an arm --------------------------------------------------------------------------
 */

static enum ng_status take_metric(struct reader *r, int m, struct ng_baseline_arm *arm,
                                  uint64_t *n, struct ng_error *err)
{
    const char *name = ng_baseline_metric_names[m];
    char expected[96];
    struct ng_estimate *value = &arm->metric[m];
    snprintf(expected, sizeof expected, "'%s n=N mean=X low=X high=X'", name);
    char *at = begins(r, name) ? r->line + strlen(name) + 1 : NULL;
    if (at == NULL || !read_word(&at, "n=") || !read_whole(&at, MOST_ROWS, n) ||
        !read_word(&at, " mean=") || !read_real(&at, &value->mean) ||
        !read_word(&at, " low=") || !read_real(&at, &value->low) ||
        !read_word(&at, " high=") || !read_real(&at, &value->high) || *at != '\0')
        return refuse(r, expected, err);
    advance(r);
    snprintf(expected, sizeof expected, "'threshold %s X' and where it comes from",
             name);
    at = r->line;
    struct ng_threshold *threshold = &arm->threshold[m];
    if (at == NULL || !read_word(&at, "threshold ") || !read_word(&at, name) ||
        !read_word(&at, " ") || !read_real(&at, &threshold->value) ||
        threshold->value < 0.0 || !read_word(&at, " ") || *at == '\0')
        return refuse(r, expected, err);
    threshold->origin = ng_arena_text(r->arena, at);
    if (threshold->origin == NULL)
        return out_of_memory(r, err);
    advance(r);
    return NG_OK;
}

static enum ng_status take_computed(struct reader *r, struct ng_baseline_arm *arm,
                                    struct ng_error *err)
{
    for (int i = 0; begins(r, "computed") && ng_computed_names[i] != NULL; i++)
        if (strcmp(r->line + strlen("computed "), ng_computed_names[i]) == 0) {
            arm->computed = (enum ng_computed)i;
            advance(r);
            return NG_OK;
        }
    return refuse(r, "'computed simulated', 'native' or 'native-widened'", err);
}

static enum ng_status take_trial(struct reader *r, struct ng_baseline_trial *trial,
                                 struct ng_error *err)
{
    enum ng_status status = NG_OK;
    uint64_t seed;
    char key[40];
    char *at = r->line;
    if (at == NULL || !read_word(&at, "trial ") || !read_whole(&at, UINT32_MAX, &seed))
        return refuse(r, "'trial', a seed and 'plan'", err);
    trial->seed = (uint32_t)seed;
    snprintf(key, sizeof key, "trial %" PRIu64 " plan", seed);
    NG_TRY(take_hash(r, key, &trial->plan_hash, err));
    snprintf(key, sizeof key, "trial %" PRIu64 " result", seed);
    NG_TRY(take_hash(r, key, &trial->result_hash, err));
    snprintf(key, sizeof key, "trial %" PRIu64 " metrics", seed);
    at = r->line;
    bool good = at != NULL && read_word(&at, key);
    for (int m = 0; m < NG_BASELINE_METRICS; m++)
        good = good && read_word(&at, " ") &&
               read_word(&at, ng_baseline_metric_names[m]) && read_word(&at, "=") &&
               read_real(&at, &trial->metric[m]);
    if (!good || *at != '\0')
        NG_TRY(refuse(r, "the trial's 'metrics accuracy=X nll=X ece=X'", err));
    advance(r);
out:
    return status;
}

static enum ng_status take_trials(struct reader *r, struct ng_baseline_arm *arm,
                                  uint64_t count, struct ng_error *err)
{
    arm->trials = ng_arena_array(r->arena, count + 1, sizeof *arm->trials);
    if (arm->trials == NULL)
        return out_of_memory(r, err);
    for (size_t i = 0; i < count; i++) {
        struct ng_baseline_trial *trial = &arm->trials[i];
        enum ng_status status = take_trial(r, trial, err);
        if (status != NG_OK)
            return status;
        arm->trial_count++;
        if (i > 0 && trial->seed <= arm->trials[i - 1].seed)
            return ng_fail(err, NG_INVALID,
                           "%s:%zu: seed %u of arm %.60s stands twice or out of order.",
                           r->path, r->number - 1, (unsigned)trial->seed, arm->label);
    }
    return NG_OK;
}

static bool read_digest(char **at, uint32_t *digest, bool *seen)
{
    *seen = **at != '-';
    if (!*seen) {
        (*at)++;
        return true;
    }
    if (strspn(*at, "0123456789abcdef") != 8)
        return false;
    *digest = (uint32_t)strtoul(*at, at, 16);
    return true;
}

static enum ng_status take_tensor(struct reader *r, struct ng_baseline_tensor *tensor,
                                  struct ng_error *err)
{
    char *at = r->line + strlen("tensor ");
    size_t length = strcspn(at, " ");
    tensor->name = ng_arena_text_n(r->arena, at, length);
    if (tensor->name == NULL)
        return out_of_memory(r, err);
    at += length;
    bool good = length > 0 && length < NG_FINGERPRINT_NAME;
    for (int s = 0; s < NG_FINGERPRINT_STEPS; s++)
        good = good && read_word(&at, " ") &&
               read_digest(&at, &tensor->digest[s], &tensor->seen[s]);
    if (!good || *at != '\0')
        return refuse(r, "'tensor', a name and five times 8 hexadecimal digits or '-'",
                      err);
    advance(r);
    return NG_OK;
}

static size_t count_tensors(const struct reader *r)
{
    size_t count = r->line != NULL;
    for (const char *at = r->next; strncmp(at, "tensor ", 7) == 0; count++) {
        at += strcspn(at, "\n");
        at += *at == '\n';
    }
    return count;
}

static enum ng_status take_tensors(struct reader *r, struct ng_baseline_arm *arm,
                                   struct ng_error *err)
{
    if (!begins(r, "tensor"))
        return NG_OK;
    size_t count = count_tensors(r);
    if (count > MOST_ROWS)
        return refuse(r, "at most 100000 tensors", err);
    arm->tensors = ng_arena_array(r->arena, count, sizeof *arm->tensors);
    if (arm->tensors == NULL)
        return out_of_memory(r, err);
    while (arm->tensor_count < count && begins(r, "tensor")) {
        enum ng_status status = take_tensor(r, &arm->tensors[arm->tensor_count], err);
        if (status != NG_OK)
            return status;
        arm->tensor_count++;
    }
    return NG_OK;
}

static enum ng_status take_arm(struct reader *r, struct ng_baseline_arm *arm,
                               struct ng_error *err)
{
    enum ng_status status = NG_OK;
    uint64_t number = 0, trials = 0;
    NG_TRY(take_words(r, "arm", &arm->label, err));
    NG_TRY(take_computed(r, arm, err));
    NG_TRY(take_number(r, "state_bytes", SIZE_MAX / 2, &number, err));
    arm->state_bytes = number;
    NG_TRY(take_number(r, "planned_peak", SIZE_MAX / 2, &number, err));
    arm->planned_peak = number;
    const char *wanted = arm->computed == NG_COMPUTED_SIMULATED
                             ? "threshold result equal bit-exact (simulated)"
                             : "threshold result any not bit-exact (native)";
    if (r->line == NULL || strcmp(r->line, wanted) != 0)
        NG_TRY(refuse(r, wanted, err));
    advance(r);
    for (int m = 0; m < NG_BASELINE_METRICS; m++) {
        NG_TRY(take_metric(r, m, arm, &number, err));
        if (number == 0 || (m > 0 && number != trials))
            NG_TRY(ng_fail(err, NG_INVALID,
                           "%s: arm %.60s says n=%" PRIu64 " for %s, where the same "
                           "number of trials, 1 or more, was expected of all metrics.",
                           r->path, arm->label, number, ng_baseline_metric_names[m]));
        trials = number;
    }
    NG_TRY(take_trials(r, arm, trials, err));
    NG_TRY(take_tensors(r, arm, err));
out:
    return status;
}

/* -- the whole -----------------------------------------------------------------------
 */

static enum ng_status take_gates(struct reader *r, struct ng_baseline *baseline,
                                 struct ng_error *err)
{
    char *gates[64];
    size_t count = 0;
    while (begins(r, "gate")) {
        if (count == sizeof gates / sizeof gates[0])
            return refuse(r, "at most 64 gates", err);
        enum ng_status status = take_words(r, "gate", &gates[count++], err);
        if (status != NG_OK)
            return status;
    }
    baseline->gates.values =
        ng_arena_array(r->arena, count + 1, sizeof *baseline->gates.values);
    if (baseline->gates.values == NULL)
        return out_of_memory(r, err);
    for (size_t i = 0; i < count; i++)
        baseline->gates.values[i] = gates[i];
    baseline->gates.count = count;
    return NG_OK;
}

static enum ng_status take_reason(struct reader *r, struct ng_baseline *baseline,
                                  struct ng_error *err)
{
    char *more;
    enum ng_status status = take_words(r, "reason", &baseline->reason, err);
    while (status == NG_OK && begins(r, "reason")) {
        status = take_words(r, "reason", &more, err);
        if (status == NG_OK)
            baseline->reason =
                ng_arena_printf(r->arena, "%s %s", baseline->reason, more);
        if (status == NG_OK &&
            (baseline->reason == NULL || strlen(baseline->reason) > NG_ERROR_TEXT))
            status = refuse(r, "a shorter reason", err);
    }
    return status;
}

static enum ng_status take_head(struct reader *r, struct ng_baseline *baseline,
                                struct ng_error *err)
{
    enum ng_status status = NG_OK;
    uint64_t number;
    NG_TRY(take_words(r, "experiment", &baseline->experiment, err));
    NG_TRY(take_words(r, "data", &baseline->data_set, err));
    NG_TRY(take_hash(r, "data_sha256", &baseline->data_digest, err));
    NG_TRY(take_number(r, "numerics_version", INT32_MAX, &number, err));
    baseline->numerics_version = (int64_t)number;
    NG_TRY(take_number(r, "test_rows", UINT32_MAX, &number, err));
    baseline->test_rows = number;
    NG_TRY(take_words(r, "program", &baseline->program, err));
    NG_TRY(take_words(r, "date", &baseline->date, err));
    NG_TRY(take_reason(r, baseline, err));
    NG_TRY(take_gates(r, baseline, err));
out:
    return status;
}

static enum ng_status take_version(struct reader *r, struct ng_error *err)
{
    static const char head[] = "narrowgauge-baseline";
    uint64_t version;
    char *at = begins(r, head) ? r->line + sizeof head : NULL;
    if (at == NULL || !read_whole(&at, INT32_MAX, &version) || *at != '\0')
        return refuse(r, "'narrowgauge-baseline 1'", err);
    if (version != NG_BASELINE_VERSION)
        return ng_fail(err, NG_NO_BASELINE,
                       "%s is a baseline of format version %" PRIu64
                       ", where this program reads version %d; accept it again with "
                       "`narrowgauge baseline accept`.",
                       r->path, version, NG_BASELINE_VERSION);
    advance(r);
    return NG_OK;
}

static enum ng_status take_arms(struct reader *r, struct ng_baseline *baseline,
                                struct ng_error *err)
{
    size_t count = 0;
    for (const char *at = r->line == NULL ? "" : r->next;
         (at = strstr(at, "\narm ")) != NULL; at++)
        count++;
    count += begins(r, "arm");
    if (count > MOST_ARMS)
        return refuse(r, "at most 4096 arms", err);
    baseline->arms = ng_arena_array(r->arena, count + 1, sizeof *baseline->arms);
    if (baseline->arms == NULL)
        return out_of_memory(r, err);
    do {
        struct ng_baseline_arm *arm = &baseline->arms[baseline->arm_count];
        enum ng_status status = baseline->arm_count == count
                                    ? refuse(r, "'arm' and its label", err)
                                    : take_arm(r, arm, err);
        if (status != NG_OK)
            return status;
        for (size_t a = 0; a < baseline->arm_count; a++)
            if (strcmp(baseline->arms[a].label, arm->label) == 0)
                return ng_fail(err, NG_INVALID, "%s: the arm %.60s stands there twice.",
                               r->path, arm->label);
        baseline->arm_count++;
    } while (begins(r, "arm"));
    return NG_OK;
}

static enum ng_status load(struct reader *r, struct ng_error *err)
{
    struct stat there;
    FILE *file = NULL;
    if (stat(r->path, &there) != 0)
        return ng_fail(err, errno == ENOENT ? NG_ABSENT : NG_INVALID,
                       "Cannot read the baseline %s: %s.", r->path, strerror(errno));
    if (!S_ISREG(there.st_mode) || there.st_size > LARGEST)
        return ng_fail(err, NG_INVALID,
                       "%s is no baseline: a plain file of at most %d bytes was "
                       "expected.",
                       r->path, LARGEST);
    r->text = ng_arena_alloc(r->arena, (size_t)there.st_size + 1);
    if (r->text == NULL)
        return out_of_memory(r, err);
    file = fopen(r->path, "rbe");
    if (file == NULL)
        return ng_fail(err, NG_INVALID, "Cannot read the baseline %s: %s.", r->path,
                       strerror(errno));
    size_t length = fread(r->text, 1, (size_t)there.st_size, file);
    bool bad = ferror(file) != 0;
    fclose(file);
    r->text[length] = '\0';
    if (bad)
        return ng_fail(err, NG_INVALID, "%s cannot be read.", r->path);
    for (size_t i = 0; i < length; i++)
        if (((unsigned char)r->text[i] < 0x20 && r->text[i] != '\n') ||
            r->text[i] == 0x7F)
            return ng_fail(
                err, NG_INVALID,
                "%s is no baseline: byte %zu is the control character 0x%02x, "
                "where plain text with line feeds was expected.",
                r->path, i, (unsigned char)r->text[i]);
    r->next = r->text;
    return NG_OK;
}

enum ng_status ng_baseline_read(const char *path, struct ng_arena *arena,
                                struct ng_baseline *baseline, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct reader r = {.path = path, .arena = arena};
    *baseline = (struct ng_baseline){0};
    NG_TRY(load(&r, err));
    advance(&r);
    NG_TRY(take_version(&r, err));
    NG_TRY(take_head(&r, baseline, err));
    NG_TRY(take_arms(&r, baseline, err));
    if (r.line == NULL || strcmp(r.line, "end") != 0)
        NG_TRY(refuse(&r, "'arm', 'tensor' or 'end'", err));
    advance(&r);
    if (r.line != NULL)
        NG_TRY(refuse(&r, "the end of the file", err));
out:
    return status;
}
