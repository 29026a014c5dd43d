#include <check.h>
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reports/cells.h"
#include "reports/gnuplot.h"
#include "reports/markdown.h"
#include "reports/output.h"
#include "reports/plots.h"
#include "reports/report.h"
#include "reports/table.h"
#include "tests/unit/skip.h"
#include "tests/unit/suites.h"

#define MEBI 1048576.0

/* ---- A comparison like the one of the quickstart. ---- */

static struct ng_estimate estimate(double mean, double half)
{
    return (struct ng_estimate){mean, mean - half, mean + half};
}

static struct ng_estimate undefined_estimate(void)
{
    return (struct ng_estimate){(double)NAN, (double)NAN, (double)NAN};
}

#define STEPS 240
static const char *const group_columns[] = {
    "region", "region", "region", "region x age", "region x age", "region x age"};
static const char *const group_bands[] = {
    "north", "south", "island", "north x young", "south x old", "island x old"};
#define GROUPS 6

static char *keep(struct ng_arena *arena, const char *text)
{
    char *kept = ng_arena_text(arena, text);
    if (kept == NULL)
        abort();
    return kept;
}

static void *many(struct ng_arena *arena, size_t count, size_t size)
{
    void *memory = ng_arena_array(arena, count > 0 ? count : 1, size);
    if (memory == NULL)
        abort();
    return memory;
}

static void fill_groups(struct ng_comparison *c, struct ng_arena *arena)
{
    static const size_t rows[] = {11000, 7400, 1600, 5000, 3100, 640};
    c->group_count = GROUPS;
    c->groups = many(arena, GROUPS, sizeof *c->groups);
    for (size_t g = 0; g < GROUPS; g++)
        c->groups[g] = (struct ng_group){keep(arena, group_columns[g]),
                                         keep(arena, group_bands[g]), rows[g]};
}

/* Numbers of arm i of the five; further arms repeat them. */
static void fill_arm(struct ng_comparison *c, struct ng_arena *arena, size_t i)
{
    static const char *const names[] = {"fp32", "bf16", "fp8-e4m3", "fp8-e5m2",
                                        "fp8-lean"};
    static const char *const summaries[] = {
        "everything in FP32", "BF16 in all six GEMM slots, FP32 master weights",
        "E4M3 in all six GEMM slots, current scaling, FP32 stores",
        "E5M2 in all six GEMM slots, current scaling, FP32 stores",
        "E4M3 slots; BF16 master, gradients and second moment; E4M3 first moment"};
    static const double loss[] = {0, -0.0003, -0.0011, -0.0047, -0.0016};
    static const double state[] = {16.0, 18.0, 16.0, 16.0, 7.0};
    static const double peak[] = {5.12, 5.43, 5.05, 5.05, 2.31};
    static const enum ng_verdict verdicts[] = {NG_VERDICT_REFERENCE, NG_VERDICT_SAFE,
                                               NG_VERDICT_SAFE, NG_VERDICT_UNDECIDED,
                                               NG_VERDICT_SAFE};
    struct ng_arm *arm = &c->arms[i];
    size_t k = i % 5;
    *arm = (struct ng_arm){.label = keep(arena, names[k]),
                           .recipe = keep(arena, names[k]),
                           .summary = keep(arena, summaries[k]),
                           .verdict = verdicts[k],
                           .seeds = 3,
                           .parameters = 273410,
                           .steps = STEPS};
    arm->accuracy = estimate(0.8610 + loss[k], 0.0031);
    arm->accuracy_difference =
        k == 0 ? undefined_estimate() : estimate(loss[k], 0.0019);
    arm->nll = estimate(0.3312 - loss[k], 0.004);
    arm->nll_difference = k == 0 ? undefined_estimate() : estimate(-loss[k], 0.0011);
    arm->ece = estimate(0.0121 - loss[k], 0.002);
    arm->ece_difference = k == 0 ? undefined_estimate() : estimate(-loss[k], 0.0021);
    arm->churn = k == 0 ? undefined_estimate() : estimate(0.014 - loss[k], 0.001);
    arm->worst_accuracy = estimate(0.79 + 2 * loss[k], 0.012);
    arm->worst_difference =
        k == 0 ? undefined_estimate() : estimate(2 * loss[k], 0.009);
    arm->worst_group = 5;
    arm->hardest_hit_group = 5;
    arm->group_accuracy = many(arena, GROUPS, sizeof *arm->group_accuracy);
    arm->group_difference = many(arena, GROUPS, sizeof *arm->group_difference);
    for (size_t g = 0; g < GROUPS; g++) {
        double x = (double)g;
        arm->group_accuracy[g] = estimate(0.87 - 0.016 * x, 0.004 + 0.001 * x);
        arm->group_difference[g] =
            k == 0 ? undefined_estimate() : estimate(loss[k], 0.001 + 0.0012 * x);
    }
    arm->persistent_bytes = (size_t)(state[k] * 273410) + (k > 1 ? 24 : 0);
    arm->planned_peak = (size_t)(peak[k] * MEBI);
    size_t left = arm->planned_peak;
    static const enum ng_ledger_class classes[] = {
        NG_LEDGER_MASTER, NG_LEDGER_GRADIENTS, NG_LEDGER_MOMENT1, NG_LEDGER_MOMENT2};
    for (size_t n = 0; n < 4; n++) {
        size_t bytes = 273410 * (size_t)(k == 4 ? (n == 2 ? 1 : 2) : 4);
        enum ng_ledger_class class = k == 0 && n == 0 ? NG_LEDGER_WEIGHTS : classes[n];
        arm->by_class[class] = arm->by_class_at_peak[class] = bytes;
        left -= bytes;
    }
    if (k == 1) {
        arm->by_class[NG_LEDGER_COMPUTE_COPIES] = 2 * 273410;
        arm->by_class_at_peak[NG_LEDGER_COMPUTE_COPIES] = 2 * 273410;
        left -= 2 * 273410;
    }
    arm->by_class_at_peak[NG_LEDGER_WORKSPACE] = 4096;
    arm->by_class_at_peak[NG_LEDGER_SAVED] = left - 4096;
    arm->saturated_share = k < 2 ? (double)NAN : 0;
    arm->flushed_share = k < 2 ? (double)NAN : 0.0134 / (double)k;
    arm->seed_accuracy = many(arena, 3, sizeof *arm->seed_accuracy);
    arm->result_hashes = many(arena, 3, sizeof *arm->result_hashes);
    arm->loss = many(arena, STEPS, sizeof *arm->loss);
    for (size_t s = 0; s < 3; s++) {
        arm->seed_accuracy[s] = arm->accuracy.mean + 0.001 * ((double)s - 1);
        arm->result_hashes[s] = keep(
            arena, "3b5d5c3712955042212316173ccf37be800c9a8b71a4d0c7f3d6b2c5a4e1f009");
    }
    for (size_t s = 0; s < STEPS; s++)
        arm->loss[s] = 0.33 + 0.36 * exp(-(double)s / 30) - loss[k] +
                       0.02 * sin((double)(s * (i + 7)));
}

static void fill_comparison(struct ng_comparison *c, struct ng_arena *arena,
                            size_t arms)
{
    *c = (struct ng_comparison){.margin = 0.005,
                                .recommended = 4,
                                .ceiling = 0.874,
                                .floor_nll = 0.3051,
                                .truth_ece = 0.0042,
                                .numerics_version = 1,
                                .arm_count = arms,
                                .seed_count = 3,
                                .test_rows = 20000,
                                .train_rows = 5000,
                                .classes = 2,
                                .wall_seconds = 41.7};
    c->experiment = keep(arena, "quickstart");
    c->question =
        keep(arena, "What do narrow formats cost a small classifier, and for whom?");
    c->data_title = keep(arena, "claims (generated, truth known)");
    c->command = keep(arena, "narrowgauge run quickstart");
    c->answer = keep(
        arena, "fp8-lean is safe overall: accuracy -0.16 pt [-0.35, +0.03] within the "
               "0.5 pt margin, peak memory 2.3 instead of 5.1 MiB, state 7.0 instead "
               "of 16.0 bytes per parameter; it is unproven for 3 of 6 groups (3 seeds "
               "show neither safety nor harm); the hardest-hit group is region island "
               "x age old (-0.2 pt [-0.9, +0.5], unproven).");
    c->resolved_summary = keep(arena, "mlp 16-512-512-2, adamw, lr 0.001, batch 128, 6 "
                                      "epochs");
    c->provenance = keep(arena, "version 0.1.0\ncompiler gcc 12.2.0\ncpu x86-64, avx2");
    c->seeds = many(arena, 3, sizeof *c->seeds);
    for (uint32_t s = 0; s < 3; s++)
        c->seeds[s] = s;
    fill_groups(c, arena);
    c->arms = many(arena, arms, sizeof *c->arms);
    for (size_t i = 0; i < arms; i++)
        fill_arm(c, arena, i);
}

/* ---- Helpers. ---- */

static struct ng_arena arena;
static struct ng_comparison comparison;
static char folder[64];

static void set_up(void)
{
    snprintf(folder, sizeof folder, "%s/ng-reports-XXXXXX", P_tmpdir);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    fill_comparison(&comparison, &arena, 5);
}

/* The report's folder holds files and one level of folders. */
static void remove_files(const char *path)
{
    DIR *directory = opendir(path);
    struct dirent *entry;
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        char inner[512];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        if (unlink(inner) != 0)
            remove_files(inner);
    }
    if (directory != NULL)
        closedir(directory);
    rmdir(path);
}

static void tear_down(void)
{
    remove_files(folder);
    ng_arena_release(&arena);
}

static bool has_gnuplot(const char *test)
{
    const char *path = getenv("PATH");
    char name[1024];
    while (path != NULL && *path != '\0') {
        size_t length = strcspn(path, ":");
        snprintf(name, sizeof name, "%.*s/gnuplot", (int)length, path);
        if (access(name, X_OK) == 0)
            return true;
        path += length + (path[length] == ':');
    }
    ng_test_skip(test, "gnuplot is not installed");
    return false;
}

static char *file_text(const char *name)
{
    struct ng_text text = {0};
    struct ng_error err = {0};
    ck_assert_msg(ng_output_read(folder, name, 16 << 20, &text, &err) == NG_OK, "%s",
                  err.text);
    ck_assert_ptr_nonnull(text.data);
    char *kept = keep(&arena, text.data);
    ng_text_release(&text);
    return kept;
}

static size_t occurrences(const char *text, const char *words)
{
    size_t count = 0;
    for (const char *s = text; (s = strstr(s, words)) != NULL; s++)
        count++;
    return count;
}

static void assert_has(const char *text, const char *words)
{
    ck_assert_msg(strstr(text, words) != NULL, "'%s' is missing", words);
}

static void assert_lacks(const char *text, const char *words)
{
    ck_assert_msg(strstr(text, words) == NULL, "'%s' is there", words);
}

static void write_report(void)
{
    struct ng_error err = {0};
    ck_assert_msg(ng_report_write(&comparison, folder, &err) == NG_OK, "%s", err.text);
}

static char *table(int width, bool colour)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    ck_assert_ptr_nonnull(out);
    ng_table_print(&comparison, out, width, colour);
    fclose(out);
    char *kept = keep(&arena, text);
    free(text);
    return kept;
}

/* ---- The terminal. ---- */

START_TEST(table_shows_values_of_the_reference_and_differences_of_the_others)
{
    ck_assert_str_eq(
        table(0, false),
        "recipe    verdict    accuracy [95 %]       NLL    worst group  state B/param  "
        "peak MiB\n"
        "fp32      reference  86.1 % [85.8, 86.4]   0.331  79.0 %       16.00          "
        "5.12\n"
        "bf16      SAFE       0.0 pt [-0.2, +0.2]   0.332  -0.1 pt      18.00          "
        "5.43\n"
        "fp8-e4m3  SAFE       -0.1 pt [-0.3, +0.1]  0.332  -0.2 pt      16.00          "
        "5.05\n"
        "fp8-e5m2  UNDECIDED  -0.5 pt [-0.7, -0.3]  0.336  -0.9 pt      16.00          "
        "5.05\n"
        "fp8-lean  SAFE       -0.2 pt [-0.4, 0.0]   0.333  -0.3 pt      7.00           "
        "2.31\n");
}
END_TEST

START_TEST(table_gives_up_columns_rather_than_wrap)
{
    for (int width = 60; width <= 100; width += 5) {
        const char *line = table(width, false);
        while (*line != '\0') {
            size_t length = strcspn(line, "\n");
            ck_assert_uint_le(length, (size_t)width);
            line += length + 1;
        }
    }
    assert_has(table(60, false), "verdict");
    assert_lacks(table(80, false), "NLL");
}
END_TEST

START_TEST(table_lets_no_label_move_the_cursor)
{
    comparison.arms[1].label = keep(&arena, "bf16\033[2J\r\n");
    ck_assert_ptr_null(strchr(table(0, false), '\033'));
    ck_assert_uint_eq(occurrences(table(0, false), "\n"), 6);
    assert_has(table(0, true), "\033[1;34mSAFE\033[0m");
}
END_TEST

/* ---- The pictures' data. ---- */

/* Lines of the n-th block (blocks are parted by two empty lines) without comments. */
static size_t block_lines(const char *data, int block)
{
    for (; block > 0; block--) {
        data = strstr(data, "\n\n\n");
        ck_assert_ptr_nonnull(data);
        data += 3;
    }
    const char *end = strstr(data, "\n\n\n");
    size_t count = 0;
    for (; *data != '\0' && (end == NULL || data < end); data = strchr(data, '\n') + 1)
        count += *data != '#';
    return count;
}

START_TEST(pareto_line_holds_the_means_that_nothing_beats)
{
    struct ng_picture picture = {0};
    ng_plot_accuracy(&comparison, &picture);
    ck_assert_uint_eq(block_lines(picture.data.data, 0), 5);
    /* By peak: lean, e4m3, fp32, and the end of the axis; by state: lean, fp32. */
    ck_assert_uint_eq(block_lines(picture.data.data, 1), 4);
    ck_assert_uint_eq(block_lines(picture.data.data, 2), 3);
    ng_picture_release(&picture);
}
END_TEST

START_TEST(points_of_equal_memory_are_drawn_side_by_side)
{
    struct ng_picture picture = {0};
    double peak, drawn[3], state, apart;
    for (size_t i = 0; i < 5; i++)
        comparison.arms[i].planned_peak = i < 3 ? 5 << 20 : 2 << 20;
    ng_plot_accuracy(&comparison, &picture);
    const char *line = strchr(picture.data.data, '\n') + 1;
    for (int i = 0; i < 3; i++, line = strchr(line, '\n') + 1) {
        ck_assert_int_eq(
            sscanf(line, "%*d %lf %lf %lf %lf", &peak, &drawn[i], &state, &apart), 4);
        ck_assert_double_eq_tol(peak, 5, 1e-6);
    }
    ck_assert_double_gt(drawn[1] - drawn[0], 0.05);
    ck_assert_double_eq_tol(drawn[1], 5, 1e-5);
    ck_assert_double_eq_tol(drawn[2] - drawn[1], drawn[1] - drawn[0], 1e-5);
    ng_picture_release(&picture);
}
END_TEST

START_TEST(loss_of_a_long_run_stays_a_small_picture)
{
    struct ng_picture picture = {0};
    size_t steps = 1000003;
    for (size_t i = 0; i < 5; i++) {
        comparison.arms[i].steps = steps;
        comparison.arms[i].loss = many(&arena, steps, sizeof(double));
    }
    ng_plot_loss(&comparison, &picture);
    ck_assert_uint_le(block_lines(picture.data.data, 0), 300);
    assert_has(picture.data.data, "\n1000003\t");
    ng_picture_release(&picture);
}
END_TEST

START_TEST(ledger_bars_end_at_the_planned_peak)
{
    struct ng_picture picture = {0};
    ng_plot_ledger(&comparison, &picture);
    const char *line = strchr(picture.data.data, '\n') + 1;
    for (size_t i = 0; i < 5; i++, line = strchr(line, '\n') + 1) {
        const char *end = strchr(line, '\n');
        while (end[-1] != '\t')
            end--;
        ck_assert_double_eq_tol(strtod(end, NULL),
                                (double)comparison.arms[i].planned_peak / MEBI, 1e-5);
    }
    ng_picture_release(&picture);
}
END_TEST

/* ---- The report. ---- */

START_TEST(report_holds_every_file_and_no_leftover)
{
    if (!has_gnuplot("report_holds_every_file_and_no_leftover"))
        return;
    write_report();
    static const char *const endings[] = {"svg", "png", "dat", "gp"};
    for (int plot = 0; plot < NG_PLOTS; plot++)
        for (size_t e = 0; e < 4; e++) {
            char path[256];
            snprintf(path, sizeof path, "%s/plots/%s.%s", folder, ng_plot_names[plot],
                     endings[e]);
            struct stat found;
            ck_assert_msg(stat(path, &found) == 0 && found.st_size > 100, "%s", path);
            strcat(path, ".part");
            ck_assert_int_ne(stat(path, &found), 0);
        }
    assert_has(file_text("report.md"), "](plots/accuracy-memory.png)");
    assert_has(file_text("plots/accuracy-memory.svg"), "fp8-lean");
}
END_TEST

START_TEST(page_answers_first_and_needs_nothing_else)
{
    if (!has_gnuplot("page_answers_first_and_needs_nothing_else"))
        return;
    write_report();
    const char *page = file_text("report.html");
    ck_assert_uint_lt(strlen(page), 1000000);
    assert_has(page, "<html lang=\"en\">");
    assert_has(page,
               "<h1>What do narrow formats cost a small classifier, and for whom?");
    assert_has(page, "<p class=\"answer\">fp8-lean is safe overall");
    assert_has(page, "not claimed (simulated)");
    assert_has(page, "<pre>narrowgauge run quickstart</pre>");
    assert_has(page, ">SAFE</span>");
    ck_assert_uint_eq(occurrences(page, "data:image/svg+xml;base64,"), NG_PLOTS);
    ck_assert_uint_eq(occurrences(page, " alt=\"Accuracy over planned peak"), 1);
    assert_lacks(page, "<script");
    assert_lacks(page, "src=\"http");
    assert_lacks(page, "href=");
    assert_lacks(page, "nan");
    ck_assert(strstr(page, "<h1>") < strstr(page, "class=\"answer\""));
    ck_assert(strstr(page, "class=\"answer\"") <
              strstr(page, "<table class=\"first\""));
    ck_assert(strstr(page, "Run it again") < strstr(page, "<h2>"));
}
END_TEST

START_TEST(hostile_words_stay_words)
{
    if (!has_gnuplot("hostile_words_stay_words"))
        return;
    char evil[600];
    snprintf(evil, sizeof evil,
             "'; system('touch %s/pwned') `touch %s/pwned` @x %%s {/Bold} "
             "</style><script>alert(1)</script>\n\xff|",
             folder, folder);
    comparison.question = comparison.answer = comparison.command = keep(&arena, evil);
    comparison.provenance = comparison.data_title = keep(&arena, evil);
    for (size_t i = 0; i < 5; i++)
        comparison.arms[i].label = comparison.arms[i].summary =
            comparison.arms[i].result_hashes[0] = keep(&arena, evil);
    /* At the start, so that it is not cut off. */
    comparison.arms[1].label = keep(&arena, "<script>'`@\\");
    comparison.arms[2].label = keep(&arena, "\"); touch pwned; \\");
    comparison.groups[5].band = comparison.groups[5].column = keep(&arena, evil);
    write_report();
    assert_lacks(file_text("report.html"), "<script");
    /* In the fences of command and provenance, which show it as it is. */
    ck_assert_uint_eq(occurrences(file_text("report.md"), "<script"), 2);
    assert_has(file_text("report.md"), "| &lt;script&gt;");
    assert_lacks(file_text("plots/ledger.svg"), "<script");
    assert_has(file_text("plots/ledger.svg"), "&lt;script>");
    char path[128];
    snprintf(path, sizeof path, "%s/pwned", folder);
    ck_assert_int_ne(access(path, F_OK), 0);
    snprintf(path, sizeof path, "%s/plots/pwned", folder);
    ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

START_TEST(markdown_fence_is_longer_than_what_it_holds)
{
    struct ng_text page = {0};
    comparison.command = keep(&arena, "a ````` b");
    ng_markdown_page(&comparison, &page);
    assert_has(page.data, "\n``````\na ````` b\n``````\n");
    ng_text_release(&page);
}
END_TEST

static void one_seed(struct ng_arm *arm)
{
    struct ng_estimate *all[] = {&arm->accuracy,
                                 &arm->accuracy_difference,
                                 &arm->nll,
                                 &arm->nll_difference,
                                 &arm->ece,
                                 &arm->ece_difference,
                                 &arm->churn,
                                 &arm->worst_accuracy,
                                 &arm->worst_difference};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        all[i]->low = all[i]->high = (double)NAN;
    arm->seeds = 1;
    arm->verdict = NG_VERDICT_NOT_ENOUGH;
}

START_TEST(one_seed_shows_no_interval_and_says_why)
{
    if (!has_gnuplot("one_seed_shows_no_interval_and_says_why"))
        return;
    comparison.seed_count = 1;
    comparison.group_count = 0;
    comparison.recommended = -1;
    for (size_t i = 0; i < 5; i++)
        one_seed(&comparison.arms[i]);
    write_report();
    const char *page = file_text("report.html");
    assert_has(page, "86.1 % [n/a]");
    assert_has(page, "with one seed there is no interval");
    assert_has(page, "No groups were declared");
    assert_lacks(file_text("plots/accuracy-memory.gp"), "yerrorbars");
    assert_has(file_text("report.md"), "One seed: no intervals.");
}
END_TEST

START_TEST(nothing_finite_still_makes_a_report)
{
    if (!has_gnuplot("nothing_finite_still_makes_a_report"))
        return;
    comparison.reference = comparison.recommended = -1;
    comparison.ceiling = comparison.floor_nll = comparison.truth_ece = (double)NAN;
    for (size_t i = 0; i < 5; i++) {
        struct ng_arm *arm = &comparison.arms[i];
        arm->accuracy = arm->worst_accuracy = undefined_estimate();
        arm->nll = (struct ng_estimate){HUGE_VAL, -HUGE_VAL, HUGE_VAL};
        arm->verdict = i > 0 ? NG_VERDICT_DIVERGED : NG_VERDICT_NOT_ENOUGH;
        arm->parameters = 0;
        arm->planned_peak = 0;
        memset(arm->by_class_at_peak, 0, sizeof arm->by_class_at_peak);
        for (size_t s = 0; s < STEPS; s++)
            arm->loss[s] = i > 1 ? (double)NAN : HUGE_VAL;
    }
    write_report();
    assert_has(file_text("report.html"), "n/a");
    assert_lacks(file_text("report.html"), "Truth</dt>");
}
END_TEST

START_TEST(one_arm_and_none_make_a_report)
{
    if (!has_gnuplot("one_arm_and_none_make_a_report"))
        return;
    comparison.arm_count = 1;
    write_report();
    comparison.arm_count = 0;
    comparison.reference = comparison.recommended = -1;
    write_report();
    comparison = (struct ng_comparison){.reference = -1, .recommended = -1};
    write_report();
}
END_TEST

START_TEST(thirty_two_arms_and_many_groups_stay_below_a_megabyte)
{
    if (!has_gnuplot("thirty_two_arms_and_many_groups_stay_below_a_megabyte"))
        return;
    fill_comparison(&comparison, &arena, 32);
    size_t groups = 4096;
    comparison.group_count = groups;
    comparison.groups = many(&arena, groups, sizeof *comparison.groups);
    for (size_t g = 0; g < groups; g++)
        comparison.groups[g] = (struct ng_group){"region x age", "somewhere x old", 40};
    for (size_t i = 0; i < 32; i++) {
        struct ng_arm *arm = &comparison.arms[i];
        arm->group_accuracy = many(&arena, groups, sizeof *arm->group_accuracy);
        arm->group_difference = many(&arena, groups, sizeof *arm->group_difference);
    }
    write_report();
    const char *page = file_text("report.html");
    ck_assert_uint_lt(strlen(page), 1000000);
    assert_has(page, "of 4096 groups; all are in comparison.h5");
    ck_assert_uint_eq(occurrences(page, "data:image/"), NG_PLOTS);
}
END_TEST

/* ---- Failures. ---- */

START_TEST(missing_gnuplot_names_its_package_and_keeps_the_old_report)
{
    struct ng_text old = {0};
    struct ng_error err = {0};
    ng_text_add(&old, "the earlier report");
    ck_assert_int_eq(ng_output_write(folder, "report.html", &old, &err), NG_OK);
    ng_text_release(&old);
    setenv("PATH", folder, 1); /* this test is a process of its own */
    ck_assert_int_eq(ng_report_write(&comparison, folder, &err), NG_FAILED);
    assert_has(err.text, "gnuplot-nox");
    ck_assert_str_eq(file_text("report.html"), "the earlier report");
}
END_TEST

START_TEST(gnuplot_failure_comes_with_its_own_words)
{
    if (!has_gnuplot("gnuplot_failure_comes_with_its_own_words"))
        return;
    struct ng_text script = {0};
    struct ng_error err = {0};
    ng_text_add(&script, "set nonsense 1\n");
    ck_assert_int_eq(ng_output_write(folder, "bad.gp", &script, &err), NG_OK);
    ng_text_release(&script);
    ck_assert_int_eq(ng_gnuplot_run(folder, "bad.gp", &err), NG_FAILED);
    assert_has(err.text, "exit status 1");
    assert_has(err.text, "set nonsense 1");
    ck_assert_ptr_null(strchr(err.text, '\n'));
    ck_assert_int_eq(ng_gnuplot_run("/nonexistent/folder", "bad.gp", &err), NG_FAILED);
    assert_has(err.text, "/nonexistent/folder");
}
END_TEST

START_TEST(folder_that_cannot_be_written_is_one_sentence)
{
    struct ng_text text = {0};
    struct ng_error err = {0};
    char path[128];
    ng_text_add(&text, "a file");
    ck_assert_int_eq(ng_output_write(folder, "plots", &text, &err), NG_OK);
    ng_text_release(&text);
    ck_assert_int_eq(ng_report_write(&comparison, folder, &err), NG_FAILED);
    assert_has(err.text, "a file of that name is in the way");
    snprintf(path, sizeof path, "%s/absent", folder);
    ck_assert_int_eq(ng_report_write(&comparison, path, &err), NG_FAILED);
    assert_has(err.text, "No such file or directory");
    ck_assert_ptr_null(strchr(err.text, '\n'));
}
END_TEST

static void add_table_tests(TCase *tests)
{
    tcase_add_test(tests,
                   table_shows_values_of_the_reference_and_differences_of_the_others);
    tcase_add_test(tests, table_gives_up_columns_rather_than_wrap);
    tcase_add_test(tests, table_lets_no_label_move_the_cursor);
}

static void add_report_tests(TCase *tests)
{
    tcase_add_test(tests, pareto_line_holds_the_means_that_nothing_beats);
    tcase_add_test(tests, points_of_equal_memory_are_drawn_side_by_side);
    tcase_add_test(tests, loss_of_a_long_run_stays_a_small_picture);
    tcase_add_test(tests, ledger_bars_end_at_the_planned_peak);
    tcase_add_test(tests, report_holds_every_file_and_no_leftover);
    tcase_add_test(tests, page_answers_first_and_needs_nothing_else);
    tcase_add_test(tests, hostile_words_stay_words);
    tcase_add_test(tests, markdown_fence_is_longer_than_what_it_holds);
    tcase_add_test(tests, one_seed_shows_no_interval_and_says_why);
    tcase_add_test(tests, nothing_finite_still_makes_a_report);
    tcase_add_test(tests, one_arm_and_none_make_a_report);
    tcase_add_test(tests, thirty_two_arms_and_many_groups_stay_below_a_megabyte);
    tcase_add_test(tests, missing_gnuplot_names_its_package_and_keeps_the_old_report);
    tcase_add_test(tests, gnuplot_failure_comes_with_its_own_words);
    tcase_add_test(tests, folder_that_cannot_be_written_is_one_sentence);
}

Suite *ng_suite_reports(void)
{
    Suite *suite = suite_create("reports");
    TCase *tests = tcase_create("reports");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    add_table_tests(tests);
    add_report_tests(tests);
    suite_add_tcase(suite, tests);
    return suite;
}
