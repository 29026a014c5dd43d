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
#include "tests/unit/sample_comparison.h"
#include "tests/unit/skip.h"
#include "tests/unit/suites.h"

/* ---- Helpers. ---- */

static struct ng_arena arena;
static struct ng_comparison comparison;
static char folder[64];

static void set_up(void)
{
    snprintf(folder, sizeof folder, "%s/ng-reports-XXXXXX", P_tmpdir);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ng_sample_comparison(&comparison, &arena, 5);
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
    char *kept = ng_sample_text(&arena, text.data);
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
    return ng_sample_table(&comparison, &arena, width, colour);
}

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
    /* By peak: lean, e4m3, fp32; by state: lean, fp32. */
    ck_assert_uint_eq(block_lines(picture.data.data, 1), 3);
    ck_assert_uint_eq(block_lines(picture.data.data, 2), 2);
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
        comparison.arms[i].loss = ng_sample_array(&arena, steps, sizeof(double));
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
                                (double)comparison.arms[i].planned_peak / NG_MIB, 1e-5);
    }
    ng_picture_release(&picture);
}
END_TEST

START_TEST(no_crowd_moves_a_point_more_than_a_marker)
{
    struct ng_picture picture = {0};
    ng_sample_comparison(&comparison, &arena, 32);
    ng_plot_accuracy(&comparison, &picture);
    const char *line = strchr(picture.data.data, '\n') + 1;
    for (int i = 0; i < 32; i++, line = strchr(line, '\n') + 1) {
        double peak, drawn, state, apart;
        ck_assert_int_eq(
            sscanf(line, "%*d %lf %lf %lf %lf", &peak, &drawn, &state, &apart), 4);
        /* Panels of 318 and 234 pixels that end 12 % above the highest. */
        ck_assert_double_le(fabs(drawn - peak), 9.1 * 5.43 * 1.12 / 318);
        ck_assert_double_le(fabs(apart - state), 9.1 * 18.0 * 1.12 / 234);
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
            if (plot == NG_PLOT_DIFFERENCE) {
                ck_assert_int_ne(stat(path, &found), 0);
                continue;
            }
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
    assert_has(page,
               "Data: claims (generated, truth known). Training: mlp 16-512-512-2");
    assert_has(page, "; 273410 parameters. Judged on 20000 test rows and 6 groups of "
                     "them; always guessing the commonest class: 76.4 %.");
    assert_has(file_text("report.md"), "always guessing the commonest class: 76.4 %.");
    assert_has(page, "same initial weights, same batches");
    assert_has(page, "shown cut at 0 and 100 %");
    assert_has(page, "What fp8-lean narrows: E4M3 slots; BF16 master");
    assert_has(page,
               "worst group of fp32:<br>island x old<small>fp32: accuracy; others");
    assert_has(page, ">3 safe</span> <span class=\"unproven\">3 unproven</span>");
    assert_has(page, "<pre>narrowgauge run quickstart</pre>");
    assert_has(page, ">SAFE</span>");
    ck_assert_uint_eq(occurrences(page, "data:image/svg+xml;base64,"), 4);
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

START_TEST(arms_of_several_sizes_show_the_range_of_parameters)
{
    if (!has_gnuplot("arms_of_several_sizes_show_the_range_of_parameters"))
        return;
    comparison.arms[1].parameters = 1443;
    write_report();
    assert_has(file_text("report.md"), "; 1443 to 273410 parameters. Judged on");
    assert_has(file_text("report.html"), "(1443 to 273410 parameters) on one data set");
}
END_TEST

START_TEST(groups_show_what_was_judged_and_nothing_is_judged_again)
{
    if (!has_gnuplot("groups_show_what_was_judged_and_nothing_is_judged_again"))
        return;
    /* Against the intervals and rows, to tell the two apart. */
    struct ng_arm *arm = &comparison.arms[1];
    memset(arm->group_unproven, 0, NG_SAMPLE_GROUPS * sizeof *arm->group_unproven);
    arm->group_unproven[0] = arm->group_harmed[0] = true;
    arm->unproven_groups = arm->harmed_groups = 1;
    comparison.groups[1].rows = 2;
    comparison.groups_with_rows = 5;
    comparison.arm_count = 2;
    comparison.recommended = 1;
    write_report();
    const char *page = file_text("report.html");
    assert_has(page, ">4 safe</span> <span class=\"beyond\">1 harmed</span> </td>");
    ck_assert_uint_eq(occurrences(page, " HARM</span>"), 1);
    ck_assert_uint_eq(occurrences(page, " ?</span>"), 0);
    page = file_text("report.md");
    assert_has(page, " | 4 safe, 0 unproven, **1 harmed** | ");
    ck_assert_uint_eq(occurrences(page, " **HARM** |"), 1);
    ck_assert_uint_eq(occurrences(page, " *unproven* |"), 0);
}
END_TEST

START_TEST(gates_stand_below_the_first_screen_with_what_they_saw)
{
    if (!has_gnuplot("gates_stand_below_the_first_screen_with_what_they_saw"))
        return;
    comparison.gates[0].sentence = ng_sample_text(&arena, "<script>|all");
    write_report();
    const char *page = file_text("report.html");
    assert_has(page, "ledger-exact</th><td><span class=\"within\">held</span>");
    assert_has(page, "finite</th><td><span class=\"beyond\">FAILED</span>");
    assert_has(page, "first fp8-e5m2 seed 1: not finite.");
    assert_lacks(page, "<script");
    ck_assert(strstr(page, "Run it again") < strstr(page, "<h2>Gates</h2>"));
    assert_has(file_text("report.md"),
               "| ledger-exact | held | &lt;script&gt;\\|all |\n"
               "| finite | **FAILED** | 1 of 15 trials fail; ");
    comparison.gate_count = 0;
    write_report();
    assert_lacks(file_text("report.html"), "Gates");
    assert_lacks(file_text("report.md"), "Gates");
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
    comparison.question = comparison.answer = comparison.command =
        ng_sample_text(&arena, evil);
    comparison.provenance = comparison.data_title = ng_sample_text(&arena, evil);
    for (size_t i = 0; i < 5; i++)
        comparison.arms[i].label = comparison.arms[i].summary =
            comparison.arms[i].result_hashes[0] = ng_sample_text(&arena, evil);
    /* At the start, so that it is not cut off. */
    comparison.arms[1].label = ng_sample_text(&arena, "<script>'`@\\");
    comparison.arms[2].label = ng_sample_text(&arena, "\"); touch pwned; \\");
    comparison.groups[5].band = comparison.groups[5].column =
        ng_sample_text(&arena, evil);
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
    comparison.command = ng_sample_text(&arena, "a ````` b");
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
    comparison.group_count = comparison.groups_with_rows = 0;
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
        arm->accuracy = arm->worst_accuracy = ng_sample_undefined();
        arm->nll = (struct ng_estimate){HUGE_VAL, -HUGE_VAL, HUGE_VAL};
        arm->verdict = i > 0 ? NG_VERDICT_DIVERGED : NG_VERDICT_NOT_ENOUGH;
        arm->parameters = 0;
        arm->planned_peak = 0;
        memset(arm->by_class_at_peak, 0, sizeof arm->by_class_at_peak);
        for (size_t s = 0; s < NG_SAMPLE_STEPS; s++)
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
    ng_sample_comparison(&comparison, &arena, 32);
    size_t groups = 4096;
    comparison.group_count = comparison.groups_with_rows = groups;
    comparison.groups = ng_sample_array(&arena, groups, sizeof *comparison.groups);
    for (size_t g = 0; g < groups; g++)
        comparison.groups[g] =
            (struct ng_group){"region x age", "somewhere x old", 40, false};
    for (size_t i = 0; i < 32; i++) {
        struct ng_arm *arm = &comparison.arms[i];
        arm->group_accuracy =
            ng_sample_array(&arena, groups, sizeof *arm->group_accuracy);
        arm->group_difference =
            ng_sample_array(&arena, groups, sizeof *arm->group_difference);
        arm->group_unproven =
            ng_sample_array(&arena, groups, sizeof *arm->group_unproven);
        arm->group_harmed = ng_sample_array(&arena, groups, sizeof *arm->group_harmed);
    }
    write_report();
    const char *page = file_text("report.html");
    ck_assert_uint_lt(strlen(page), 1000000);
    assert_has(page, "of 4096 groups; all are in comparison.h5");
    ck_assert_uint_eq(occurrences(page, "data:image/"), 4);
}
END_TEST

/* ---- Rows from elsewhere, and groups too small to speak of. ---- */

static void forget_memory(void)
{
    comparison.train_rows = 0;
    for (size_t i = 0; i < comparison.arm_count; i++) {
        struct ng_arm *arm = &comparison.arms[i];
        arm->parameters = arm->persistent_bytes = arm->planned_peak = arm->steps = 0;
        memset(arm->by_class, 0, sizeof arm->by_class);
        memset(arm->by_class_at_peak, 0, sizeof arm->by_class_at_peak);
    }
}

START_TEST(rows_from_elsewhere_show_no_memory_and_no_training)
{
    if (!has_gnuplot("rows_from_elsewhere_show_no_memory_and_no_training"))
        return;
    static const char *const absent[] = {"state B/param", "peak MiB",      ">0.00<",
                                         "Training loss", "byte by byte",  "simulat",
                                         "training rows", "saturated",     "SHA-256",
                                         "parameters",    "what is narrow"};
    static const char *const pages[] = {"report.html", "report.md"};
    forget_memory();
    comparison.answer = ng_sample_text(&arena, "bf16 is safe overall.");
    comparison.largest_class = (double)NAN; /* read from an earlier file */
    write_report();
    assert_lacks(file_text("report.md"), "always guessing");
    assert_lacks(file_text("report.md"), "initial weights");
    assert_has(file_text("report.md"), "paired by the seed that the file names");
    for (size_t p = 0; p < 2; p++)
        for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
            assert_lacks(file_text(pages[p]), absent[i]);
    assert_has(file_text("report.md"), "](plots/accuracy.png)");
    assert_has(file_text("report.md"), "| arm |");
    assert_lacks(file_text("report.md"), "accuracy-memory");
    ck_assert_uint_eq(occurrences(file_text("report.html"), "data:image/"), 2);
    assert_lacks(table(0, false), "MiB");
    assert_has(table(0, false), "worst group");
    assert_has(table(40, false), "verdict");
}
END_TEST

START_TEST(suppressed_group_keeps_its_name_and_no_figure)
{
    if (!has_gnuplot("suppressed_group_keeps_its_name_and_no_figure"))
        return;
    comparison.groups[2].rows = 0;
    comparison.groups[2].suppressed = true;
    for (size_t i = 0; i < comparison.arm_count; i++) {
        comparison.arms[i].group_accuracy[2] =
            (struct ng_estimate){0.31337, 0.31337, 0.31337};
        comparison.arms[i].group_difference[2] =
            (struct ng_estimate){-0.44271, -0.44271, -0.44271};
    }
    write_report();
    static const char *const files[] = {"report.html", "report.md", "plots/groups.dat",
                                        "plots/groups.svg"};
    for (size_t i = 0; i < 4; i++) {
        const char *page = file_text(files[i]);
        assert_lacks(page, "31.3");
        assert_lacks(page, "44.2");
        assert_lacks(page, "44.3");
        if (i != 2)
            assert_has(page, "island");
        if (i != 2)
            assert_has(page, "fewer than 10 rows");
    }
}
END_TEST

START_TEST(notes_about_the_data_stand_line_by_line_and_escaped)
{
    if (!has_gnuplot("notes_about_the_data_stand_line_by_line_and_escaped"))
        return;
    write_report();
    assert_lacks(file_text("report.html"), "What was done to the data");
    comparison.data_notes =
        ng_sample_text(&arena, "age: 3 <clipped>.\nregion: 2 unseen.");
    write_report();
    assert_has(file_text("report.html"), "<li>age: 3 &lt;clipped&gt;.</li>\n"
                                         "<li>region: 2 unseen.</li>");
    assert_has(file_text("report.md"),
               "- age: 3 &lt;clipped&gt;.\n- region: 2 unseen.\n");
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

static void add_report_tests(TCase *tests)
{
    tcase_add_test(tests, pareto_line_holds_the_means_that_nothing_beats);
    tcase_add_test(tests, points_of_equal_memory_are_drawn_side_by_side);
    tcase_add_test(tests, no_crowd_moves_a_point_more_than_a_marker);
    tcase_add_test(tests, loss_of_a_long_run_stays_a_small_picture);
    tcase_add_test(tests, ledger_bars_end_at_the_planned_peak);
    tcase_add_test(tests, report_holds_every_file_and_no_leftover);
    tcase_add_test(tests, page_answers_first_and_needs_nothing_else);
    tcase_add_test(tests, arms_of_several_sizes_show_the_range_of_parameters);
    tcase_add_test(tests, groups_show_what_was_judged_and_nothing_is_judged_again);
    tcase_add_test(tests, gates_stand_below_the_first_screen_with_what_they_saw);
    tcase_add_test(tests, hostile_words_stay_words);
    tcase_add_test(tests, markdown_fence_is_longer_than_what_it_holds);
    tcase_add_test(tests, one_seed_shows_no_interval_and_says_why);
    tcase_add_test(tests, nothing_finite_still_makes_a_report);
    tcase_add_test(tests, one_arm_and_none_make_a_report);
    tcase_add_test(tests, thirty_two_arms_and_many_groups_stay_below_a_megabyte);
    tcase_add_test(tests, rows_from_elsewhere_show_no_memory_and_no_training);
    tcase_add_test(tests, suppressed_group_keeps_its_name_and_no_figure);
    tcase_add_test(tests, notes_about_the_data_stand_line_by_line_and_escaped);
    tcase_add_test(tests, missing_gnuplot_names_its_package_and_keeps_the_old_report);
    tcase_add_test(tests, gnuplot_failure_comes_with_its_own_words);
    tcase_add_test(tests, folder_that_cannot_be_written_is_one_sentence);
}

Suite *ng_suite_reports(void)
{
    Suite *suite = suite_create("reports");
    TCase *tests = tcase_create("reports");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    add_report_tests(tests);
    suite_add_tcase(suite, tests);
    return suite;
}
