#include "harness/cli/progress.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

#include "harness/cli/terminal.h"

#define BAR_WIDTH    20
#define REDRAW_AFTER 0.1
#define REPEAT_AFTER 10.0
/* Before this much was seen, the expected time says more than the measured speed. */
#define TRUST_AFTER 1.0

static double now_in_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void ng_progress_time(double seconds, char *text, size_t size)
{
    if (!(seconds >= 0.0) || seconds > 1e9)
        snprintf(text, size, "unknown");
    else if (seconds < 99.5)
        snprintf(text, size, "%.0f s", seconds < 1.0 ? 1.0 : seconds);
    else if (seconds < 99.5 * 60.0)
        snprintf(text, size, "%.0f min", seconds / 60.0);
    else
        snprintf(text, size, "%d h %d min", (int)(seconds / 3600.0),
                 (int)(fmod(seconds, 3600.0) / 60.0));
}

/* Expected seconds of the work that is behind us, and of all. */
static double work_done(const struct ng_sweep_state *sweep, double *all)
{
    double done = 0.0;
    *all = 0.0;
    for (size_t i = 0; i < sweep->plan->trial_count; i++) {
        const struct ng_sweep_trial *trial = &sweep->trials[i];
        double share = 0.0;
        if (trial->phase == NG_TRIAL_RUNNING && trial->steps > 0)
            share = (double)trial->step / (double)trial->steps;
        else if (trial->phase != NG_TRIAL_WAITING && trial->phase != NG_TRIAL_RUNNING)
            share = 1.0;
        done += share * trial->estimate;
        *all += trial->estimate;
    }
    return done;
}

static double seconds_left(const struct ng_progress *progress,
                           const struct ng_sweep_state *sweep)
{
    double all, done = work_done(sweep, &all);
    double elapsed = now_in_seconds() - progress->started;
    double fresh = done - progress->work_before;
    if (elapsed < TRUST_AFTER || fresh <= 0.0)
        return (all - done) / progress->jobs;
    return (all - done) * elapsed / fresh;
}

static void clear_line(struct ng_progress *progress)
{
    if (progress->line_open)
        fputs("\r\033[K", stderr);
    progress->line_open = false;
}

static void draw_bar(struct ng_progress *progress, const struct ng_sweep_state *sweep,
                     const char *words)
{
    char bar[BAR_WIDTH + 1], line[512];
    double all, done = work_done(sweep, &all);
    int filled = all > 0.0 ? (int)(BAR_WIDTH * done / all) : 0;
    for (int i = 0; i < BAR_WIDTH; i++)
        bar[i] = i < filled ? '=' : '-';
    bar[BAR_WIDTH] = '\0';
    snprintf(line, sizeof line, "[%s] %s", bar, words);
    int width = ng_terminal_width(stderr);
    fprintf(stderr, "\r%.*s\033[K", width > 1 ? width - 1 : 79, line);
    fflush(stderr);
    progress->line_open = true;
}

static void describe(const struct ng_progress *progress,
                     const struct ng_sweep_state *sweep, size_t trial, char *words,
                     size_t size)
{
    char name[160], time[32];
    const struct ng_sweep_trial *state = &sweep->trials[trial];
    ng_sweep_trial_name(sweep, trial, name, sizeof name);
    ng_progress_time(seconds_left(progress, sweep), time, sizeof time);
    int length =
        snprintf(words, size, "%zu/%zu  %.80s  step %zu/%zu", ng_sweep_finished(sweep),
                 sweep->plan->trial_count, name, state->step, state->steps);
    if (length > 0 && (size_t)length < size && state->step > 0)
        length +=
            snprintf(words + length, size - (size_t)length, "  loss %.3f", state->loss);
    if (length > 0 && (size_t)length < size)
        snprintf(words + length, size - (size_t)length, "  ETA %s", time);
}

static void tell_end(struct ng_progress *progress, const struct ng_sweep_state *sweep,
                     size_t trial)
{
    char name[160];
    const struct ng_sweep_trial *state = &sweep->trials[trial];
    bool failed = state->phase == NG_TRIAL_FAILED;
    ng_sweep_trial_name(sweep, trial, name, sizeof name);
    if (failed || (!progress->terminal && !progress->quiet))
        clear_line(progress);
    if (failed)
        fprintf(stderr, "failed: %s: %s\n", name, state->reason);
    else if (!progress->terminal && !progress->quiet)
        fprintf(stderr, "%zu/%zu  %s  %s, step %zu/%zu, loss %.3f%s\n",
                ng_sweep_finished(sweep), sweep->plan->trial_count, name,
                ng_trial_phase_names[state->phase], state->step, state->steps,
                state->loss, isfinite(state->loss) ? "" : " (diverged)");
    fflush(stderr);
}

static void show_change(void *context, const struct ng_sweep_state *sweep, size_t trial)
{
    struct ng_progress *progress = context;
    char words[400];
    double now = now_in_seconds();
    enum ng_trial_phase phase = sweep->trials[trial].phase;
    if (phase != NG_TRIAL_RUNNING) {
        tell_end(progress, sweep, trial);
        return;
    }
    if (progress->quiet || sweep->trials[trial].steps == 0 ||
        now - progress->told < (progress->terminal ? REDRAW_AFTER : REPEAT_AFTER))
        return;
    progress->told = now;
    describe(progress, sweep, trial, words, sizeof words);
    if (progress->terminal)
        draw_bar(progress, sweep, words);
    else
        fprintf(stderr, "%s\n", words);
}

static void show_note(void *context, const char *sentence)
{
    clear_line(context);
    fprintf(stderr, "note: %s\n", sentence);
}

void ng_progress_start(struct ng_progress *progress, const struct ng_sweep_state *sweep,
                       int jobs, bool quiet)
{
    double all;
    *progress = (struct ng_progress){.quiet = quiet, .jobs = jobs};
    progress->terminal = !quiet && ng_terminal_draws(stderr);
    progress->started = progress->told = now_in_seconds();
    progress->work_before = work_done(sweep, &all);
}

struct ng_sweep_watch ng_progress_watch(struct ng_progress *progress)
{
    return (struct ng_sweep_watch){show_change, show_note, progress};
}

void ng_progress_end(struct ng_progress *progress)
{
    clear_line(progress);
    fflush(stderr);
}
