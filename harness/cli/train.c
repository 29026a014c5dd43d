#include "harness/cli/train.h"

#include <string.h>

#include "harness/cli/progress.h"
#include "harness/cli/stop.h"
#include "harness/run/about.h"

enum ng_status ng_training_read(const struct ng_arguments *arguments, bool fail_fast,
                                struct ng_training *training, struct ng_error *err)
{
    *training = (struct ng_training){
        .quiet = ng_arguments_given(arguments, "quiet"),
        .fail_fast = fail_fast && ng_arguments_given(arguments, "fail-fast"),
        .line = arguments->line,
    };
    enum ng_status status = ng_arguments_number(arguments, "jobs", 1, 1024,
                                                ng_about_cores(), &training->jobs, err);
    if (status == NG_OK)
        status = ng_arguments_number(arguments, "threads", 1, 256, 1,
                                     &training->threads, err);
    return status;
}

void ng_training_headline(const struct ng_sweep_state *sweep,
                          const struct ng_training *training, FILE *stream)
{
    const struct ng_plan *plan = sweep->plan;
    const struct ng_sweep *axes = &plan->experiment.sweep;
    size_t seeds = plan->arm_count == 0 ? 0 : plan->trial_count / plan->arm_count;
    size_t finished = ng_sweep_finished(sweep);
    double seconds, bytes;
    char time[32];
    ng_sweep_estimate(sweep, training->jobs, &seconds, &bytes);
    ng_progress_time(seconds, time, sizeof time);
    fprintf(stream, "%s: %zu trial%s (", plan->experiment.name, plan->trial_count,
            plan->trial_count == 1 ? "" : "s");
    for (size_t a = 0; a < axes->count; a++) {
        bool recipes = strcmp(axes->axes[a].path, "recipe") == 0;
        fprintf(stream, "%zu %s%s x ", axes->axes[a].values.count,
                recipes ? "recipe" : axes->axes[a].path,
                recipes && axes->axes[a].values.count != 1 ? "s" : "");
    }
    fprintf(stream, "%zu seed%s), ", seeds, seeds == 1 ? "" : "s");
    if (finished == plan->trial_count) {
        fprintf(stream, "all finished before, in %s\n", sweep->folder);
        return;
    }
    if (finished > 0)
        fprintf(stream, "%zu finished before, ", finished);
    fprintf(stream, "about %s, %.3g MiB in %s\n", time, bytes / 1048576.0,
            sweep->folder);
}

enum ng_status ng_training_run(struct ng_sweep_state *sweep,
                               const struct ng_training *training, struct ng_error *err)
{
    struct ng_progress progress = {.quiet = training->quiet};
    struct ng_sweep_watch watch = ng_progress_watch(&progress);
    struct ng_sweep_options options = {.jobs = training->jobs,
                                       .threads = training->threads,
                                       .fail_fast = training->fail_fast,
                                       .line = training->line,
                                       .stop = ng_stop_flag()};
    enum ng_status status = ng_sweep_enter(sweep, &watch, err);
    if (status != NG_OK)
        return status;
    if (!training->quiet)
        ng_training_headline(sweep, training, stderr);
    ng_progress_start(&progress, sweep, training->jobs, training->quiet);
    status = ng_sweep_run(sweep, &options, &watch, err);
    ng_progress_end(&progress);
    return status;
}
