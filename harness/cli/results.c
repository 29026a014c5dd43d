#include "harness/cli/results.h"

#include <stdio.h>

#include "harness/cli/json.h"
#include "harness/cli/terminal.h"
#include "reports/table.h"

static void print_diverged(const struct ng_comparison *comparison)
{
    for (size_t a = 0; a < comparison->arm_count; a++) {
        const struct ng_arm *arm = &comparison->arms[a];
        if (arm->diverged > 0)
            printf("Diverged: %s, in %zu of %zu trials (the loss became non-finite).\n",
                   arm->label, arm->diverged, arm->seeds);
    }
}

void ng_results_print(const struct ng_results *results)
{
    const struct ng_comparison *comparison = results->comparison;
    ng_table_print(comparison, stdout, ng_terminal_width(stdout),
                   ng_terminal_colour(stdout));
    printf("\n%s\n\n", comparison->answer);
    print_diverged(comparison);
    for (size_t g = 0; g < comparison->gate_count; g++) {
        const struct ng_gate_outcome *gate = &comparison->gates[g];
        printf("Gate:   %s %s: %s\n", gate->held ? "held  " : "FAILED", gate->name,
               gate->sentence);
    }
    printf("Report: %s/report.html\n", results->folder);
    if (ng_comparison_has_memory(comparison))
        printf("Next:   %s show %s   (every trial, its memory and its hash)\n",
               results->program, results->folder);
}

enum ng_status ng_results_print_json(const struct ng_results *results,
                                     struct ng_error *err)
{
    json_t *document = ng_json_comparison(results->comparison);
    json_object_set_new(document, "folder", ng_json_text(results->folder));
    return ng_json_print(document, err);
}
