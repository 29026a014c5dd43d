#include <math.h>
#include <stdio.h>
#include <string.h>

#include "experiments/record/comparison.h"
#include "experiments/record/run_file.h"
#include "harness/cli/folders.h"
#include "harness/cli/runs.h"
#include "harness/cli/show.h"
#include "harness/cli/terminal.h"
#include "reports/table.h"

static void print_summary(const struct ng_run *run)
{
    double parameters = run->parameters == 0 ? 1.0 : (double)run->parameters;
    printf("%-14s %s\n", "run", run->run_id);
    printf("%-14s %s\n", "experiment", run->experiment);
    printf("%-14s %s, seed %u\n", "trial", run->arm_label, (unsigned)run->seed);
    printf("%-14s %s\n", "created", run->created_utc);
    printf("%-14s %zu\n", "steps", run->steps);
    printf("%-14s %zu\n", "parameters", run->parameters);
    if (run->first_bad_step >= 0)
        printf("%-14s at step %lld, first in %s\n", "diverged",
               (long long)run->first_bad_step,
               run->first_bad_tensor == NULL ? "an unknown tensor"
                                             : run->first_bad_tensor);
    printf("%-14s %zu bytes, %.2f per parameter\n", "state", run->persistent_bytes,
           (double)run->persistent_bytes / parameters);
    printf("%-14s %zu bytes (lower bound %zu)\n", "planned peak", run->planned_peak,
           run->lower_bound);
    printf("%-14s %s\n", "result_hash", run->result_hash);
    printf("%-14s %s\n", "plan_hash", run->plan_hash);
}

static void print_last_metrics(const struct ng_run *run)
{
    if (run->steps == 0)
        return;
    printf("\nMetrics of the last step\n");
    for (size_t i = 0; i < run->metric_count; i++)
        printf("  %-24s %.6g\n", run->metrics[i].name,
               run->metrics[i].values[run->steps - 1]);
}

static void print_ledger(const struct ng_run *run)
{
    printf("\n  %-24s %14s %14s\n", "Bytes by class", "between steps", "at the peak");
    for (int c = 0; c < NG_LEDGER_CLASSES; c++)
        if (run->by_class[c] > 0 || run->by_class_at_peak[c] > 0)
            printf("  %-24s %14zu %14zu\n", ng_ledger_class_names[c], run->by_class[c],
                   run->by_class_at_peak[c]);
    printf("  %-24s %14zu %14zu\n", "together", run->persistent_bytes,
           run->planned_peak);
}

static void print_provenance(const struct ng_run *run)
{
    printf("\nProvenance\n");
    for (size_t i = 0; i < run->provenance_count; i++)
        printf("  %-18s %s\n", run->provenance[i].name, run->provenance[i].value);
    printf("  %-18s %.2f wall, %.2f processor\n", "seconds", run->wall_seconds,
           run->cpu_seconds);
    printf("  %-18s %llu bytes\n", "process peak",
           (unsigned long long)run->peak_rss_bytes);
}

enum ng_status ng_show_run(const char *path, bool cells, struct ng_error *err)
{
    enum ng_status status;
    struct ng_arena arena = {0};
    struct ng_run run;
    NG_TRY(ng_run_read(path, NG_RUN_METRICS | NG_RUN_LEDGER, &arena, &run, err));
    if (cells) {
        ng_show_cells(run.recipe_text);
        goto out;
    }
    print_summary(&run);
    print_last_metrics(&run);
    print_ledger(&run);
    print_provenance(&run);
out:
    ng_arena_release(&arena);
    return status;
}

static void print_groups(const struct ng_comparison *comparison)
{
    printf("%-40s %7s", "accuracy of group", "rows");
    for (size_t a = 0; a < comparison->arm_count; a++)
        printf(" %10.10s", comparison->arms[a].label);
    putchar('\n');
    for (size_t g = 0; g < comparison->group_count; g++) {
        char name[96];
        const struct ng_group *group = &comparison->groups[g];
        snprintf(name, sizeof name, "%.40s: %.40s", group->column, group->band);
        if (group->suppressed) {
            printf("%-40s fewer than %d rows\n", name, NG_GROUP_SUPPRESSED_BELOW);
            continue;
        }
        printf("%-40s %7zu", name, group->rows);
        for (size_t a = 0; a < comparison->arm_count; a++) {
            double share = comparison->arms[a].group_accuracy[g].mean;
            if (isfinite(share))
                printf(" %8.1f %%", 100.0 * share);
            else
                printf(" %10s", "n/a");
        }
        putchar('\n');
    }
    putchar('\n');
}

static enum ng_status print_comparison(const char *folder, struct ng_arena *arena,
                                       struct ng_error *err)
{
    struct ng_comparison comparison = {0};
    char *path = ng_arena_printf(arena, "%s/comparison.h5", folder);
    if (path == NULL)
        return ng_fail(err, NG_FAILED, "No memory for the name of the comparison.");
    enum ng_status status = ng_comparison_read(path, arena, &comparison, err);
    if (status == NG_ABSENT)
        return NG_OK;
    if (status != NG_OK)
        return status;
    printf("%s\n%s\n\n%s\n\n", comparison.question, comparison.resolved_summary,
           comparison.answer);
    ng_table_print(&comparison, stdout, ng_terminal_width(stdout),
                   ng_terminal_colour(stdout));
    putchar('\n');
    print_groups(&comparison);
    return NG_OK;
}

/* Says nothing where all trials have finished. An earlier, smaller plan may have its
 * comparison there all the same. */
static void print_unfinished(const struct ng_stored_plan *plan,
                             const struct ng_listed_run *runs, size_t count,
                             const char *program)
{
    size_t finished = 0;
    for (size_t i = 0; i < count; i++)
        finished += runs[i].state == NG_RUN_FINISHED &&
                    ng_stored_plan_trial(plan, runs[i].name) != NULL;
    if (finished >= plan->count)
        return;
    printf("%zu of %zu trials have finished; go on with: ", finished, plan->count);
    if (plan->command == NULL)
        puts("the command that started them");
    else
        printf("%s%s\n", program, plan->command + strcspn(plan->command, " "));
    putchar('\n');
}

enum ng_status ng_show_folder(const char *folder, const char *program,
                              struct ng_error *err)
{
    enum ng_status status;
    struct ng_arena arena = {0};
    struct ng_stored_plan plan;
    struct ng_listed_run *runs = NULL;
    size_t count = 0;
    NG_TRY(ng_folder_check(folder, err));
    NG_TRY(ng_stored_plan_read(folder, &arena, &plan, err));
    NG_TRY(ng_runs_list(folder, &plan, &arena, &runs, &count, err));
    print_unfinished(&plan, runs, count, program);
    NG_TRY(print_comparison(folder, &arena, err));
    ng_runs_print(runs, count);
out:
    ng_arena_release(&arena);
    return status;
}
