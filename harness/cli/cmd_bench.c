#include <math.h>
#include <stdio.h>
#include <string.h>

#include "formats/base/cpu.h"
#include "formats/base/text.h"
#include "harness/cli/commands.h"
#include "harness/cli/json.h"
#include "harness/cli/terminal.h"
#include "harness/run/about.h"
#include "harness/run/bench_convert.h"

enum { DEFAULT_ROUNDS = 251 };

static void tell(void *context, double share, const char *words)
{
    const bool *draws = context;
    if (*draws)
        fprintf(stderr, "\r%3.0f %%  %s\033[K", 100.0 * share, words);
}

static const char *met_words(const struct ng_convert_goal *goal, double value)
{
    if (isnan(value))
        return "not measured";
    if (ng_convert_met(goal, value, goal->aim))
        return goal->aim == goal->floor ? "met" : "aim met";
    return ng_convert_met(goal, value, goal->floor) ? "floor met" : "NOT met";
}

static void print_figures(const struct ng_convert_bench *bench)
{
    printf("%-34s %10s %7s %9s  %-15s\n", "figure", "floor", "aim", "measured",
           "quartiles");
    for (int i = 0; i < NG_CONVERT_FIGURES; i++) {
        const struct ng_convert_goal *goal = &ng_convert_goals[i];
        const struct ng_bench_spread *figure = &bench->figures[i];
        printf("%-34s %s %7.2f %7.2f ", goal->key,
               goal->least ? ">=" : "<=", goal->floor, goal->aim);
        if (isnan(figure->median))
            printf("%9s  %-15s", "-", "-");
        else
            printf("%9.2f  %6.2f ..%6.2f", figure->median, figure->low, figure->high);
        printf("  %s\n", met_words(goal, figure->median));
    }
    printf("\n");
    for (int i = 0; i < NG_CONVERT_FIGURES; i++)
        printf("%-34s %s\n", ng_convert_goals[i].key, ng_convert_goals[i].meaning);
}

static void print_rows(const struct ng_convert_bench *bench)
{
    printf("\n%-12s %-7s %9s %9s %8s %12s\n", "format", "", "elements", "Melem/s",
           "GB/s", "over memcpy");
    for (size_t i = 0; i < bench->row_count; i++) {
        const struct ng_convert_row *row = &bench->rows[i];
        printf("%-12s %-7s %6zu Ki %9.0f %8.1f %12.2f\n", row->format->name,
               row->direction, row->elements / 1024, row->melem_per_s, row->gb_per_s,
               row->time_over_memcpy);
    }
}

static void print_text(const struct ng_convert_bench *bench)
{
    struct ng_about_line lines[NG_ABOUT_LINES];
    ng_about(lines);
    printf("narrowgauge %s (commit %s), %s\n%s, kernels %s, %s\n\n",
           lines[NG_ABOUT_VERSION].value, lines[NG_ABOUT_COMMIT].value,
           lines[NG_ABOUT_COMPILER].value, lines[NG_ABOUT_CPU].value,
           lines[NG_ABOUT_ISA].value,
           bench->pinned ? "one thread on one processor" : "one thread, not pinned");
    print_figures(bench);
    print_rows(bench);
}

static json_t *json_figure(const struct ng_convert_goal *goal,
                           const struct ng_bench_spread *figure)
{
    json_t *object = json_object();
    bool absent = isnan(figure->median);
    json_object_set_new(object, "meaning", ng_json_text(goal->meaning));
    json_object_set_new(object, "bound", json_string(goal->least ? "least" : "most"));
    json_object_set_new(object, "floor", ng_json_number(goal->floor));
    json_object_set_new(object, "aim", ng_json_number(goal->aim));
    json_object_set_new(object, "low", ng_json_number(figure->low));
    json_object_set_new(object, "median", ng_json_number(figure->median));
    json_object_set_new(object, "high", ng_json_number(figure->high));
    json_object_set_new(
        object, "floor_met",
        absent ? json_null()
               : json_boolean(ng_convert_met(goal, figure->median, goal->floor)));
    return object;
}

static json_t *json_row(const struct ng_convert_row *row)
{
    json_t *object = json_object();
    json_object_set_new(object, "format", ng_json_text(row->format->name));
    json_object_set_new(object, "direction", ng_json_text(row->direction));
    json_object_set_new(object, "elements", ng_json_size(row->elements));
    json_object_set_new(object, "melem_per_s", ng_json_number(row->melem_per_s));
    json_object_set_new(object, "gb_per_s", ng_json_number(row->gb_per_s));
    json_object_set_new(object, "time_over_memcpy",
                        ng_json_number(row->time_over_memcpy));
    return object;
}

static enum ng_status print_json(const struct ng_convert_bench *bench,
                                 struct ng_error *err)
{
    static const enum ng_about_name told[] = {NG_ABOUT_VERSION,  NG_ABOUT_COMMIT,
                                              NG_ABOUT_COMPILER, NG_ABOUT_FLAGS,
                                              NG_ABOUT_CPU,      NG_ABOUT_ISA};
    struct ng_about_line lines[NG_ABOUT_LINES];
    json_t *document = json_object(), *summary = json_object();
    json_t *figures = json_object(), *rows = json_array();
    ng_about(lines);
    json_object_set_new(document, "bench", json_string("convert"));
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++)
        json_object_set_new(document, lines[told[i]].name,
                            ng_json_text(lines[told[i]].value));
    json_object_set_new(document, "threads", ng_json_size(1));
    json_object_set_new(document, "pinned", json_boolean(bench->pinned));
    json_object_set_new(document, "rounds", ng_json_size(bench->rounds));
    for (int i = 0; i < NG_CONVERT_FIGURES; i++) {
        const struct ng_convert_goal *goal = &ng_convert_goals[i];
        json_object_set_new(summary, goal->key,
                            ng_json_number(bench->figures[i].median));
        json_object_set_new(figures, goal->key, json_figure(goal, &bench->figures[i]));
    }
    for (size_t i = 0; i < bench->row_count; i++)
        json_array_append_new(rows, json_row(&bench->rows[i]));
    json_object_set_new(document, "summary", summary);
    json_object_set_new(document, "figures", figures);
    json_object_set_new(document, "rows", rows);
    return ng_json_print(document, err);
}

static enum ng_status bench_convert(const struct ng_arguments *arguments,
                                    struct ng_error *err)
{
    enum ng_status status;
    struct ng_convert_bench bench;
    bool draws = ng_terminal_draws(stderr);
    int rounds;
    NG_TRY(ng_arguments_number(arguments, "rounds", 1, NG_BENCH_ROUNDS_MOST,
                               DEFAULT_ROUNDS, &rounds, err));
    fprintf(stderr, "Conversions beside memcpy, one thread; about a minute.\n");
    status = ng_bench_convert(&bench, (size_t)rounds, tell, &draws, err);
    if (draws)
        fprintf(stderr, "\r\033[K");
    NG_TRY(status);
    if (ng_arguments_given(arguments, "json"))
        NG_TRY(print_json(&bench, err));
    else
        print_text(&bench);
out:
    return status;
}

/* What can be benched. */
static const struct {
    const char *name, *summary;
    enum ng_status (*run)(const struct ng_arguments *arguments, struct ng_error *err);
} benches[] = {
    {"convert", "FP32 to narrow codes and back, beside a memcpy of the same floats",
     bench_convert},
};
enum { BENCHES = sizeof benches / sizeof benches[0] };

static enum ng_status list_benches(bool json, struct ng_error *err)
{
    json_t *names = json ? json_array() : NULL;
    for (size_t i = 0; i < BENCHES; i++) {
        if (json)
            json_array_append_new(names, json_string(benches[i].name));
        else
            printf("%-12s %s\n", benches[i].name, benches[i].summary);
    }
    return json ? ng_json_print(json_pack("{s:o}", "benches", names), err) : NG_OK;
}

static enum ng_status unknown_bench(const char *name, struct ng_error *err)
{
    const char *names[BENCHES];
    for (size_t i = 0; i < BENCHES; i++)
        names[i] = benches[i].name;
    const char *nearest = ng_text_nearest(name, names, BENCHES);
    if (nearest != NULL)
        return ng_fail(err, NG_INVALID, "There is no bench '%.80s'; did you mean '%s'?",
                       name, nearest);
    return ng_fail(err, NG_INVALID,
                   "There is no bench '%.80s'; 'narrowgauge bench' lists them.", name);
}

static enum ng_status run_bench(const struct ng_arguments *arguments,
                                struct ng_error *err)
{
    enum ng_status status;
    if (arguments->word_count == 0)
        return list_benches(ng_arguments_given(arguments, "json"), err);
    NG_TRY(ng_isa_choose(err));
    NG_TRY(ng_float_environment_check(err));
    for (size_t i = 0; i < BENCHES; i++)
        if (strcmp(arguments->words[0], benches[i].name) == 0)
            return benches[i].run(arguments, err);
    status = unknown_bench(arguments->words[0], err);
out:
    return status;
}

static const struct ng_option options[] = {
    {"json", 0, NULL, "print one JSON document"},
    {"rounds", 0, "N", "rounds that medians are taken over (default: 251)"},
};

const struct ng_command ng_command_bench = {
    .name = "bench",
    .words = "[WHAT]",
    .summary = "how fast conversions are on this machine",
    .detail =
        "Without WHAT: what can be benched. 'convert' times encode and decode of "
        "every\n"
        "format beside a memcpy of the same floats, interleaved, in one thread that "
        "stays\n"
        "on one processor, and compares the ratios with what they should reach. The "
        "exit\n"
        "code is 0 whatever the figures are. NG_ISA=scalar (avx2, avx512) times other\n"
        "kernel bodies.",
    .example = "narrowgauge bench convert",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .most_words = 1,
    .run = run_bench,
};
