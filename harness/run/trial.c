#include "harness/run/trial.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "experiments/record/run_file.h"
#include "formats/base/cpu.h"
#include "formats/math/math.h"
#include "harness/run/about.h"
#include "harness/run/evaluate.h"
#include "harness/run/fingerprint.h"

/* One column per metric, one value per step; the names are part of the file format. */
enum {
    LOSS,
    GRADIENT_NORM,
    ELEMENTS,
    SATURATED,
    FLUSHED,
    NON_FINITE,
    BAD_TENSOR, /* 0: loss and gradients are finite; else ng_model_first_bad() + 1 */
    METRICS
};
static const char *const metric_names[METRICS] = {
    "loss",    "gradient_norm", "cast_elements", "saturated",
    "flushed", "non_finite",    "bad_tensor"};

/* Everything that is alive while one trial runs. */
struct trial_run {
    const struct ng_plan *plan;
    const struct ng_trial *trial;
    const struct ng_trial_options *options;
    const struct ng_trial_watch *watch;
    struct ng_arena arena;
    struct ng_model model;
    struct ng_metric metrics[METRICS];
    struct ng_rows rows;
    struct ng_fingerprints prints;
    uint32_t *order; /* of the current epoch */
    size_t steps, steps_per_epoch, done;
    uint64_t order_epoch; /* UINT64_MAX: none made yet */
    char checkpoint[4096];
    double last_checkpoint, last_progress;
};

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static const struct ng_train_spec *train_of(const struct trial_run *run)
{
    return &run->trial->experiment.train;
}

static enum ng_status allocate(struct trial_run *run, struct ng_error *err)
{
    const struct ng_dataset *data = &run->plan->dataset;
    size_t batch = (size_t)train_of(run)->batch;
    run->steps_per_epoch = data->train.rows / batch;
    run->steps = run->steps_per_epoch * (size_t)train_of(run)->epochs;
    run->order = ng_arena_array(&run->arena, data->train.rows, sizeof *run->order);
    bool complete = run->order != NULL;
    for (int i = 0; i < METRICS; i++) {
        run->metrics[i].name = metric_names[i];
        run->metrics[i].values =
            ng_arena_array(&run->arena, run->steps, sizeof(double));
        complete = complete && run->metrics[i].values != NULL;
    }
    run->order_epoch = UINT64_MAX;
    return complete ? NG_OK
                    : ng_fail(err, NG_FAILED, "no memory for the metrics of %zu steps",
                              run->steps);
}

static void report_progress(struct trial_run *run, bool always)
{
    double now = seconds_now();
    if (run->watch->progress == NULL || (!always && now - run->last_progress < 0.1))
        return;
    run->last_progress = now;
    double loss = run->done > 0 ? run->metrics[LOSS].values[run->done - 1] : 0.0;
    run->watch->progress(run->watch->context, run->done, run->steps, loss);
}

/* Batches of an epoch are consecutive runs of its permutation, which depends on the seed
 * and the epoch alone. */
static const uint32_t *batch_order(struct trial_run *run, size_t step)
{
    uint64_t epoch = step / run->steps_per_epoch;
    if (run->order_epoch != epoch) {
        const struct ng_random random = {run->trial->seed,
                                         ng_stream_key(NG_STREAM_ORDER, 0), epoch};
        ng_random_permutation(&random, run->order, run->plan->dataset.train.rows);
        run->order_epoch = epoch;
    }
    return run->order + step % run->steps_per_epoch * (size_t)train_of(run)->batch;
}

static void note_loss(struct trial_run *run, size_t at)
{
    const struct ng_model *model = &run->model;
    double norm = ng_model_gradient_norm(model);
    bool bad = !isfinite(model->loss) || !isfinite(norm);
    run->metrics[LOSS].values[at] = model->loss;
    run->metrics[GRADIENT_NORM].values[at] = norm;
    run->metrics[BAD_TENSOR].values[at] = bad ? 1.0 + ng_model_first_bad(model) : 0.0;
}

/* Of all casts of the step, the optimiser's stores included. */
static void note_casts(struct trial_run *run, size_t at)
{
    struct ng_cast_counts counts;
    ng_model_take_counts(&run->model, &counts);
    run->metrics[ELEMENTS].values[at] = (double)counts.elements;
    run->metrics[SATURATED].values[at] = (double)counts.saturated;
    run->metrics[FLUSHED].values[at] = (double)counts.flushed;
    run->metrics[NON_FINITE].values[at] = (double)(counts.nan + counts.inf);
}

static void train_step(struct trial_run *run)
{
    const struct ng_split *train = &run->plan->dataset.train;
    const struct ng_train_spec *spec = train_of(run);
    const struct ng_step step = {
        .seed = run->trial->seed,
        .number = run->done,
        .steps = run->steps,
        .micro_batches = 1,
        .training = true,
        .rows = (size_t)spec->batch,
        .x = train->x,
        .labels = train->label,
        .order = batch_order(run, run->done),
    };
    struct ng_fingerprint_watch watch = {&run->prints, (uint32_t)run->done};
    bool watched = run->done < NG_FINGERPRINT_STEPS;
    if (watched)
        ng_fingerprint_watch(&run->model, &watch);
    ng_model_forward(&run->model, &step);
    ng_model_backward(&run->model, &step);
    note_loss(run, run->done);
    ng_optimisers[spec->optimiser]->step(&run->model, spec, &step);
    if (watched)
        ng_fingerprint_state(&run->model, &watch);
    run->model.trace = (struct ng_trace){0};
    note_casts(run, run->done);
    run->done++;
}

static enum ng_status save(struct trial_run *run, struct ng_error *err)
{
    run->last_checkpoint = seconds_now();
    return ng_checkpoint_write(run->checkpoint, run->trial->hash, &run->model,
                               run->done, run->metrics, METRICS, &run->prints, err);
}

/* A missing checkpoint, or one that is damaged or another trial's, means from the start:
 * nothing is lost but time. One that cannot be read just now must not be overwritten. */
static enum ng_status resume(struct trial_run *run, struct ng_error *err)
{
    size_t done = 0;
    enum ng_status status =
        ng_checkpoint_read(run->checkpoint, run->trial->hash, &run->model, run->steps,
                           &done, run->metrics, METRICS, &run->prints, err);
    if (status == NG_FAILED)
        return ng_prefix(err, "cannot go on from the checkpoint: ");
    if (status != NG_OK) {
        run->prints.count = 0;
        ng_model_initialise(&run->model, run->trial->seed);
        return NG_OK;
    }
    run->done = done;
    ng_model_refresh(&run->model);
    return NG_OK;
}

static enum ng_status train(struct trial_run *run, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    run->last_checkpoint = seconds_now();
    report_progress(run, true);
    while (run->done < run->steps) {
        if (run->watch->stop != NULL && *run->watch->stop) {
            NG_TRY(save(run, err));
            return ng_fail(err, NG_INTERRUPTED,
                           "stopped at step %zu of %zu; run the same command again "
                           "to go on from there",
                           run->done, run->steps);
        }
        train_step(run);
        report_progress(run, false);
        double every = run->options->checkpoint_seconds;
        if (every > 0.0 && seconds_now() - run->last_checkpoint >= every)
            NG_TRY(save(run, err));
    }
    report_progress(run, true);
out:
    return status;
}

static double cpu_seconds(const struct rusage *usage)
{
    return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) +
           1e-6 * (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec);
}

/* First step with a non-finite loss or gradient, or -1; and what was bad in it. */
static int64_t first_bad_step(const struct trial_run *run, char tensor[NG_BAD_NAME])
{
    const double *bad = run->metrics[BAD_TENSOR].values;
    for (size_t i = 0; i < run->steps; i++) {
        if (bad[i] == 0.0)
            continue;
        ng_model_bad_name(&run->model, (int)bad[i] - 1, tensor);
        return (int64_t)i;
    }
    return -1;
}

static enum ng_status write_record(struct trial_run *run, const char *runs_folder,
                                   double started, char hash[65], struct ng_error *err)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    struct ng_about_line lines[NG_ABOUT_LINES];
    struct ng_provenance provenance[NG_ABOUT_LINES + 3];
    ng_about(lines);
    for (int i = 0; i < NG_ABOUT_LINES; i++)
        provenance[i] = (struct ng_provenance){lines[i].name, lines[i].value};
    char threads[16];
    snprintf(threads, sizeof threads, "%d", run->options->threads);
    provenance[NG_ABOUT_LINES] = (struct ng_provenance){"threads", threads};
    provenance[NG_ABOUT_LINES + 1] = (struct ng_provenance){"argv", run->options->argv};
    provenance[NG_ABOUT_LINES + 2] = (struct ng_provenance){
        "accumulator_verification", ng_verification_names[run->model.weakest]};
    char bad_tensor[NG_BAD_NAME];
    int64_t bad_step = first_bad_step(run, bad_tensor);
    struct ng_text recipe = {0};
    for (size_t i = 0; i < run->model.node_count; i++)
        ng_recipe_describe(run->trial->recipe, &run->model.nodes[i].recipe, &recipe);
    if (recipe.failed) {
        ng_text_release(&recipe);
        return ng_fail(err, NG_FAILED, "no memory for the recipe's description");
    }
    const struct ng_run_record record = {
        .experiment = run->plan->experiment.name,
        .arm_label = run->plan->arm_labels[run->trial->arm],
        .plan_hash = run->trial->hash,
        .source = run->plan->source,
        .resolved = run->trial->resolved,
        .recipe_text = recipe.data,
        .seed = run->trial->seed,
        .parameters = run->model.parameter_elements,
        .formula_bytes = ng_model_state_formula(&run->model),
        .provenance = provenance,
        .provenance_count = NG_ABOUT_LINES + 3,
        .wall_seconds = seconds_now() - started,
        .cpu_seconds = cpu_seconds(&usage),
        .peak_rss_bytes = (uint64_t)usage.ru_maxrss * 1024,
        .steps = run->steps,
        .first_bad_step = bad_step,
        .first_bad_tensor = bad_step < 0 ? NULL : bad_tensor,
        .metrics = run->metrics,
        .metric_count = METRICS,
        .model = &run->model,
        .rows = run->rows,
        .data = &run->plan->dataset,
        .fingerprints = &run->prints,
    };
    enum ng_status status =
        ng_run_write(runs_folder, run->trial->file, &record, hash, err);
    ng_text_release(&recipe);
    return status;
}

enum ng_status ng_trial_run(const struct ng_plan *plan, const struct ng_trial *trial,
                            const char *runs_folder,
                            const struct ng_trial_options *options,
                            const struct ng_trial_watch *watch, char hash[65],
                            struct ng_error *err)
{
    enum ng_status status = NG_OK;
    double started = seconds_now();
    struct trial_run *run = calloc(1, sizeof *run);
    if (run == NULL)
        return ng_fail(err, NG_FAILED, "no memory to start the trial");
    run->plan = plan;
    run->trial = trial;
    run->options = options;
    run->watch = watch;
    snprintf(run->checkpoint, sizeof run->checkpoint, "%s/%s.ckpt", runs_folder,
             trial->file);
    NG_TRY(allocate(run, err));
    NG_TRY(ng_model_build(&run->model, &trial->experiment.model, trial->recipe,
                          plan->dataset.features, plan->dataset.classes,
                          (size_t)train_of(run)->batch, options->threads, err));
    NG_TRY(ng_evaluate_prepare(&plan->dataset, &run->arena, &run->rows, err));
    NG_TRY(resume(run, err));
    NG_TRY(train(run, err));
    NG_TRY(ng_evaluate(&run->model, &plan->dataset, trial->seed, &run->rows, err));
    NG_TRY(write_record(run, runs_folder, started, hash, err));
    unlink(run->checkpoint);
out:
    ng_fingerprints_release(&run->prints);
    ng_model_release(&run->model);
    ng_arena_release(&run->arena);
    free(run);
    return status;
}

/* Sustained rate of the AVX2 body in whole steps, and what a step costs besides products:
 * only for a first guess, which the run's own progress soon replaces. */
#define PRODUCTS_PER_SECOND 1.5e10
#define SCALAR_PRODUCTS     2e8
#define SECONDS_PER_ELEMENT 1e-8

void ng_trial_estimate(const struct ng_plan *plan, const struct ng_trial *trial,
                       double *seconds, double *disk_bytes)
{
    const struct ng_experiment *experiment = &trial->experiment;
    double width = (double)plan->dataset.features, weights = 0.0;
    for (size_t i = 0; i < experiment->model.hidden.count; i++) {
        weights += width * (double)experiment->model.hidden.values[i];
        width = (double)experiment->model.hidden.values[i];
    }
    weights += width * (double)plan->dataset.classes;
    double batch = (double)experiment->train.batch;
    double steps = floor((double)plan->dataset.train.rows / batch) *
                   (double)experiment->train.epochs;
    double test = (double)plan->dataset.test.rows;
    double rate = ng_isa() >= NG_ISA_AVX2 ? PRODUCTS_PER_SECOND : SCALAR_PRODUCTS;
    *seconds = (3.0 * steps * batch + test) * weights / rate +
               steps * weights * SECONDS_PER_ELEMENT;
    /* Row number, label, prediction, confidence, loss and ties; predicted and, at most,
     * true probabilities; slice codes. */
    double row = 21.0 + 8.0 * (double)plan->dataset.classes +
                 2.0 * (double)plan->dataset.slice_count;
    *disk_bytes = 4.0 * weights + test * row +
                  steps * (double)((METRICS + 1) * sizeof(double)) + 131072.0;
}
