#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "formats/base/whole.h"
#include "experiments/record/baseline.h"

#define LINE        100 /* letters of a reason on one line */
#define MOST_DIGITS 17  /* of a double: always enough (IEEE 754-2019, 5.12.2) */

const char *const ng_computed_names[] = {"simulated", "native", "native-widened", NULL};
const char *const ng_baseline_metric_names[] = {"accuracy", "nll", "ece"};

/* The shortest decimal that reads back as the same double. */
static void add_number(struct ng_text *text, double number)
{
    char decimal[64] = "nan";
    for (int digits = 1; isfinite(number) && digits <= MOST_DIGITS; digits++) {
        snprintf(decimal, sizeof decimal, "%.*g", digits, number);
        if (strtod(decimal, NULL) == number)
            break;
    }
    ng_text_add(text, decimal);
}

/* One line: what would break it becomes a blank. */
static void add_words(struct ng_text *text, const char *key, const char *words,
                      size_t length)
{
    ng_text_printf(text, "%s ", key);
    for (size_t i = 0; i < length; i++) {
        unsigned char letter = (unsigned char)words[i];
        ng_text_add_n(text, letter < 0x20 || letter == 0x7F ? " " : words + i, 1);
    }
    ng_text_add(text, "\n");
}

static void add_line(struct ng_text *text, const char *key, const char *words)
{
    add_words(text, key, words, strlen(words));
}

/* As many lines as it takes, broken at blanks. */
static void add_reason(struct ng_text *text, const char *reason)
{
    while (strlen(reason) > LINE) {
        size_t length = LINE;
        while (length > 0 && reason[length] != ' ')
            length--;
        if (length == 0)
            length = strcspn(reason, " ");
        add_words(text, "reason", reason, length);
        reason += length;
        reason += strspn(reason, " ");
        if (*reason == '\0')
            return;
    }
    add_line(text, "reason", reason);
}

static void add_metrics(struct ng_text *text, const struct ng_baseline_arm *arm)
{
    for (int m = 0; m < NG_BASELINE_METRICS; m++) {
        const struct ng_estimate *value = &arm->metric[m];
        ng_text_printf(text, "%s n=%zu mean=", ng_baseline_metric_names[m],
                       arm->trial_count);
        add_number(text, value->mean);
        ng_text_add(text, " low=");
        add_number(text, value->low);
        ng_text_add(text, " high=");
        add_number(text, value->high);
        ng_text_printf(text, "\nthreshold %s ", ng_baseline_metric_names[m]);
        add_number(text, arm->threshold[m].value);
        ng_text_add(text, " ");
        ng_text_add(text, arm->threshold[m].origin);
        ng_text_add(text, "\n");
    }
}

static void add_trial(struct ng_text *text, const struct ng_baseline_trial *trial)
{
    ng_text_printf(text, "trial %u plan %s\n", (unsigned)trial->seed, trial->plan_hash);
    ng_text_printf(text, "trial %u result %s\n", (unsigned)trial->seed,
                   trial->result_hash);
    ng_text_printf(text, "trial %u metrics", (unsigned)trial->seed);
    for (int m = 0; m < NG_BASELINE_METRICS; m++) {
        ng_text_printf(text, " %s=", ng_baseline_metric_names[m]);
        add_number(text, trial->metric[m]);
    }
    ng_text_add(text, "\n");
}

static void add_tensor(struct ng_text *text, const struct ng_baseline_tensor *tensor)
{
    ng_text_printf(text, "tensor %s", tensor->name);
    for (int s = 0; s < NG_FINGERPRINT_STEPS; s++) {
        if (tensor->seen[s])
            ng_text_printf(text, " %08x", (unsigned)tensor->digest[s]);
        else
            ng_text_add(text, " -");
    }
    ng_text_add(text, "\n");
}

static void add_arm(struct ng_text *text, const struct ng_baseline_arm *arm)
{
    ng_text_add(text, "\n");
    add_line(text, "arm", arm->label);
    add_line(text, "computed", ng_computed_names[arm->computed]);
    ng_text_printf(text, "state_bytes %zu\nplanned_peak %zu\n", arm->state_bytes,
                   arm->planned_peak);
    if (arm->computed == NG_COMPUTED_SIMULATED)
        add_line(text, "threshold result", "equal bit-exact (simulated)");
    else
        add_line(text, "threshold result", "any not bit-exact (native)");
    add_metrics(text, arm);
    for (size_t t = 0; t < arm->trial_count; t++)
        add_trial(text, &arm->trials[t]);
    for (size_t t = 0; t < arm->tensor_count; t++)
        add_tensor(text, &arm->tensors[t]);
}

void ng_baseline_print(const struct ng_baseline *baseline, struct ng_text *text)
{
    ng_text_printf(text, "narrowgauge-baseline %d\n", NG_BASELINE_VERSION);
    add_line(text, "experiment", baseline->experiment);
    add_line(text, "data", baseline->data_set);
    add_line(text, "data_sha256", baseline->data_digest);
    ng_text_printf(text, "numerics_version %lld\ntest_rows %zu\n",
                   (long long)baseline->numerics_version, baseline->test_rows);
    add_line(text, "program", baseline->program);
    add_line(text, "date", baseline->date);
    add_reason(text, baseline->reason);
    for (size_t i = 0; i < baseline->gates.count; i++)
        add_line(text, "gate", baseline->gates.values[i]);
    for (size_t a = 0; a < baseline->arm_count; a++)
        add_arm(text, &baseline->arms[a]);
    ng_text_add(text, "\nend\n");
}

static enum ng_status make_folder(const char *path, struct ng_error *err)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL || slash == path)
        return NG_OK;
    char *folder = strndup(path, (size_t)(slash - path));
    enum ng_status status = NG_OK;
    if (folder == NULL)
        status = ng_fail(err, NG_FAILED, "No memory for the name %s.", path);
    else if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        status = ng_fail(err, NG_FAILED, "Cannot make the folder %s: %s.", folder,
                         strerror(errno));
    free(folder);
    return status;
}

enum ng_status ng_baseline_write(const char *path, const struct ng_baseline *baseline,
                                 struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_text text = {0};
    ng_baseline_print(baseline, &text);
    if (text.failed)
        NG_TRY(ng_fail(err, NG_FAILED, "No memory for the baseline %s.", path));
    NG_TRY(make_folder(path, err));
    NG_TRY(ng_whole_write(path, &(struct ng_piece){text.data, text.length}, 1, err));
out:
    ng_text_release(&text);
    return status;
}
