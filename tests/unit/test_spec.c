/*
 * The reader of experiments, recipes and cards: messages as a whole, files that are none,
 * overrides, inheritance, names, and canonical text. What is refused file by file, and
 * hostile bytes, stand in test_bad_files.c.
 */
#include "tests/unit/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "experiments/spec/experiment.h"
#include "harness/judge/gates.h"
#include "tests/unit/skip.h"

static struct ng_arena arena;
static struct ng_experiment experiment;
static struct ng_error err;
static char *source;
static char scratch[256];

static void set_up(void)
{
    const char *folder = getenv("NG_TMP");
    snprintf(scratch, sizeof scratch, "%s/spec-XXXXXX",
             folder != NULL ? folder : P_tmpdir);
    ck_assert_ptr_nonnull(mkdtemp(scratch));
}

static void tear_down(void)
{
    char command[1024];
    ng_arena_release(&arena);
    snprintf(command, sizeof command, "chmod -R u+rwX %s; rm -rf %s", scratch, scratch);
    ck_assert_int_eq(system(command), 0);
}

static const char *home_path(const char *rest)
{
    static char path[1024];
    snprintf(path, sizeof path, "%s/%s", getenv("NG_HOME"), rest);
    return path;
}

static const char *scratch_file(const char *name, const char *text)
{
    static char path[1024];
    snprintf(path, sizeof path, "%s/%s", scratch, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
    return path;
}

static void read_good(const char *name, char *override)
{
    enum ng_status status = ng_experiment_read(name, &override, override != NULL,
                                               &arena, &experiment, &source, &err);
    ck_assert_msg(status == NG_OK, "%s", err.text);
}

static void read_bad(const char *name, char *override, const char *words)
{
    enum ng_status status = ng_experiment_read(name, &override, override != NULL,
                                               &arena, &experiment, &source, &err);
    ck_assert_int_eq(status, NG_INVALID);
    ck_assert_msg(strstr(err.text, words) != NULL, "no \"%s\" in:\n%s", words,
                  err.text);
}

/* ---- Messages ------------------------------------------------------------------- */

START_TEST(message_is_place_sentence_line_caret_and_suggestion)
{
    read_bad(scratch_file("e.yaml", "name: e\ndata: {set: claims}\nrecipe: fp32\n"
                                    "train: {beta_1: 0.9}\n"),
             NULL, "");
    const char *message = strchr(err.text, ':');
    ck_assert_str_eq(message,
                     ":4:9: error: unknown key 'beta_1' in 'train', expected one "
                     "of optimiser, lr, schedule, beta1, beta2, epsilon, decay, batch, "
                     "epochs\n"
                     "    train: {beta_1: 0.9}\n"
                     "            ^\n"
                     "did you mean 'beta1'?");
}
END_TEST

START_TEST(five_faults_are_shown_in_file_order_and_the_others_counted)
{
    read_bad(home_path("tests/bad/many_faults.yaml"), NULL, "\nand 2 more errors");
    static const char *const places[] = {
        ":4:10: ", ":4:16: ", ":4:22: ", ":4:28: ", ":7:1: "};
    const char *p = err.text;
    for (size_t i = 0; i < 5; i++) {
        p = strstr(p, places[i]);
        ck_assert_msg(p != NULL, "no %s in its order in:\n%s", places[i], err.text);
    }
    ck_assert_ptr_null(strstr(err.text, ":8:1: "));
}
END_TEST

START_TEST(long_line_is_cut_around_the_caret)
{
    read_bad(home_path("tests/bad/long_line.yaml"), NULL, ":4:232: error: ");
    const char *line = strchr(err.text, '\n') + 1;
    const char *caret = strchr(line, '\n') + 1;
    ck_assert_uint_lt((size_t)(caret - line), 110);
    size_t column = strcspn(caret, "^");
    ck_assert_int_eq(strncmp(line + column, "epoch: 2", 8), 0);
}
END_TEST

START_TEST(caret_counts_letters_not_bytes)
{
    read_bad(scratch_file("e.yaml", "name: e\ndata: {\"\xC3\xA9\xE2\x82\xAC\": 1}\n"),
             NULL, ":2:8: error: ");
    read_bad(scratch_file("e.yaml",
                          "name: e\ndata: {set: \"\xC3\xA9\xE2\x82\xAC\", x: 1}\n"),
             NULL, ":2:19: error: unknown key 'x'");
}
END_TEST

START_TEST(marks_that_reorder_text_are_not_echoed)
{
    read_bad(scratch_file("e.yaml", "name: e\nx: \"\xE2\x80\xAE evil\"\n"), NULL,
             "x: \"? evil\"");
    ck_assert_ptr_null(strstr(err.text, "\xE2\x80\xAE"));
}
END_TEST

START_TEST(message_of_a_parents_fault_names_the_parents_file)
{
    scratch_file("parent.yaml",
                 "name: parent\ndata: {set: claims}\ntrain: {lr: fast}\n");
    read_bad(
        scratch_file("child.yaml", "name: child\nextends: parent.yaml\nrecipe: fp32\n"),
        NULL, "/parent.yaml:3:13: error: 'train.lr' is 'fast'");
}
END_TEST

START_TEST(cycle_is_refused_with_its_files)
{
    read_bad(home_path("tests/bad/cycle_a.yaml"), NULL, "/cycle_b.yaml:2:10: error: ");
    const char *a = strstr(err.text, "cycle_a.yaml -> ");
    ck_assert_ptr_nonnull(a);
    const char *b = strstr(a, "cycle_b.yaml -> ");
    ck_assert_ptr_nonnull(b);
    ck_assert_ptr_nonnull(strstr(b, "cycle_a.yaml, expected a parent"));
}
END_TEST

/* ---- Files that are none ----------------------------------------------------------- */

START_TEST(folder_is_refused_as_a_folder)
{
    read_bad(home_path("tests/bad/"), NULL, "is a folder, expected a file");
}
END_TEST

START_TEST(absent_file_is_refused)
{
    read_bad("/nowhere/x.yaml", NULL, "cannot be read (No such file or directory)");
}
END_TEST

START_TEST(unreadable_file_is_refused)
{
    const char *path = scratch_file("e.yaml", "name: e\n");
    ck_assert_int_eq(chmod(path, 0), 0);
    if (access(path, R_OK) == 0) {
        ng_test_skip("unreadable_file_is_refused", "this user may read everything");
        return;
    }
    read_bad(path, NULL, "cannot be opened: Permission denied");
}
END_TEST

START_TEST(pipe_is_refused_without_waiting_for_a_writer)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/pipe.yaml", scratch);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    read_bad(path, NULL, "is not a plain file, expected a file");
}
END_TEST

START_TEST(file_above_1_mib_is_refused_and_one_of_1_mib_is_read)
{
    const size_t limit = 1024 * 1024;
    char *text = malloc(limit + 2);
    memset(text, '#', limit + 1);
    memcpy(text, "name: e\ndata: {set: claims}\nrecipe: fp32\n", 41);
    text[limit] = '\0';
    read_good(scratch_file("e.yaml", text), NULL);
    text[limit] = '#';
    text[limit + 1] = '\0';
    read_bad(scratch_file("e.yaml", text), NULL,
             "the file has 1048577 bytes, expected at most 1048576");
    free(text);
}
END_TEST

START_TEST(byte_order_mark_is_skipped)
{
    read_good(
        scratch_file("e.yaml",
                     "\xEF\xBB\xBFname: e\r\ndata: {set: claims}\r\nrecipe: fp32\r\n"),
        NULL);
    ck_assert_str_eq(experiment.name, "e");
}
END_TEST

/* ---- Overrides ---------------------------------------------------------------------- */

static const struct {
    char *override;
    const char *words;
} bad_overrides[] = {
    {"train.lr",
     "override:1:1: error: no '=' in the override, expected KEY.PATH=VALUE"},
    {"=3", "override:1:1: error: no key before the '='"},
    {"train.lr=", "override:1:10: error: no value after the '='"},
    {"train.lr=fast", "override:1:10: error: 'train.lr' is 'fast', expected a number"},
    {"train.lrr=1",
     "override:1:1: error: unknown key path 'train.lrr', expected one such "
     "as train.lr\n    train.lrr=1\n    ^\ndid you mean 'train.lr'?"},
    {"lr=1", "did you mean 'train.lr'?"},
    {"train.lr.x=1", "override:1:1: error: unknown key path 'train.lr.x'"},
    {"train=3", "override:1:7: error: "},
    {"train={lr: 1e-3, batch: 0}", "override:1:25: error: 'train.batch' is '0'"},
    {"model.hidden=64, x", "override:1:18: error: 'model.hidden' holds 'x'"},
    {"model.hidden=[64", "override:1:17: error: not YAML"},
    {"judge.slices=age,agee",
     "override:1:18: error: data set 'claims' has no slice 'agee'"},
    {"sweep.x.y=1", "override:1:1: error: unknown key path 'x.y' in 'sweep'"},
    {"recipe=fp32", "override:1:8: error: 'recipe' is set here and swept at "},
    {"extends=tiny", "override:1:1: error: 'extends' cannot be overridden"},
    {"data.set=nope", "override:1:10: error: unknown data set 'nope'"},
    {"question=a\x01"
     "b",
     "override:1:11: error: a control character"},
    {"question=\xFF", "override:1:10: error: not UTF-8"},
};

START_TEST(bad_override_is_refused_at_its_column)
{
    read_bad("quickstart", bad_overrides[_i].override, bad_overrides[_i].words);
}
END_TEST

START_TEST(override_replaces_one_key_and_keeps_the_others)
{
    read_good("quickstart", "train.lr=0x1p-9");
    ck_assert(experiment.train.lr == 0x1p-9);
    ck_assert_int_eq(experiment.train.epochs, 6);
    read_good("quickstart", "model.hidden=64,32");
    ck_assert_uint_eq(experiment.model.hidden.count, 2);
    ck_assert_int_eq(experiment.model.hidden.values[1], 32);
    read_good("quickstart", "seeds=3..5");
    ck_assert_uint_eq(experiment.seeds.count, 3);
    ck_assert_int_eq(experiment.seeds.values[2], 5);
    read_good("quickstart", "question=Why: [this] & that?");
    ck_assert_str_eq(experiment.question, "Why: [this] & that?");
}
END_TEST

START_TEST(override_of_a_sweep_replaces_or_adds_an_axis)
{
    read_good("quickstart", "sweep.recipe=bf16,fp32");
    ck_assert_uint_eq(experiment.sweep.count, 1);
    ck_assert_uint_eq(experiment.sweep.axes[0].values.count, 2);
    ck_assert_str_eq(experiment.sweep.axes[0].values.values[0], "bf16");
    read_good("quickstart", "sweep.model.hidden=[[64], [32, 32]]");
    ck_assert_uint_eq(experiment.sweep.count, 2);
    ck_assert_str_eq(experiment.sweep.axes[1].path, "model.hidden");
    ck_assert_str_eq(experiment.sweep.axes[1].values.values[1], "[32, 32]");
}
END_TEST

/* ---- Inheritance -------------------------------------------------------------------- */

START_TEST(child_merges_tables_replaces_lists_and_has_its_own_name)
{
    read_good(scratch_file("child.yaml", "name: child\nextends: quickstart\n"
                                         "train: {lr: 2e-3}\nmodel: {hidden: [16]}\n"
                                         "sweep: {recipe: [fp32]}\n"),
              NULL);
    ck_assert_str_eq(experiment.name, "child");
    ck_assert(experiment.train.lr == 2e-3);
    ck_assert_int_eq(experiment.train.epochs, 6);
    ck_assert_uint_eq(experiment.model.hidden.count, 1);
    ck_assert_uint_eq(experiment.sweep.axes[0].values.count, 1);
    ck_assert_uint_eq(experiment.judge.slices.count, 2);
    ck_assert_ptr_nonnull(strstr(source, "name: child"));
    read_bad(scratch_file("child.yaml", "extends: quickstart\n"), NULL,
             "key 'name' is missing");
}
END_TEST

START_TEST(child_may_sweep_what_its_parent_sets)
{
    scratch_file("parent.yaml", "name: parent\ndata: {set: claims}\nrecipe: fp32\n"
                                "train: {lr: 1e-3}\n");
    read_good(scratch_file("child.yaml",
                           "name: child\nextends: parent.yaml\n"
                           "sweep: {recipe: [bf16, fp32], train.lr: [1e-3, 2e-3]}\n"),
              NULL);
    ck_assert_uint_eq(experiment.sweep.count, 2);
}
END_TEST

START_TEST(ninth_generation_is_refused)
{
    char name[32], text[128];
    scratch_file("g0.yaml", "name: g0\ndata: {set: claims}\nrecipe: fp32\n");
    for (int i = 1; i <= 8; i++) {
        snprintf(name, sizeof name, "g%d.yaml", i);
        snprintf(text, sizeof text, "name: g%d\nextends: g%d.yaml\n", i, i - 1);
        const char *path = scratch_file(name, text);
        if (i < 8)
            read_good(path, NULL);
        else
            read_bad(path, NULL,
                     "g1.yaml:2:10: error: too many parents, expected at most 7");
    }
}
END_TEST

START_TEST(paths_in_a_file_start_at_its_folder)
{
    scratch_file("mine.yaml", "name: mine\nsummary: s\nrules: []\n");
    read_good(
        scratch_file("e.yaml", "name: e\ndata: {set: claims}\nrecipe: ./mine.yaml\n"),
        NULL);
    struct ng_recipe recipe;
    ck_assert_int_eq(ng_recipe_read(experiment.recipe, &arena, &recipe, &err), NG_OK);
    ck_assert_str_eq(recipe.name, "mine");
}
END_TEST

/* ---- Values ------------------------------------------------------------------------- */

START_TEST(numbers_units_and_defaults_are_read_as_written)
{
    read_good(scratch_file("e.yaml", "name: e\ndata: {set: claims}\nrecipe: fp32\n"
                                     "train: {lr: 0x1.8p-7, decay: .5, beta1: 5e-1}\n"
                                     "judge: {margin: {accuracy: 1.25 pt}}\n"
                                     "seeds: [7, 4294967295]\n"),
              NULL);
    ck_assert(experiment.train.lr == 0.01171875);
    ck_assert(experiment.train.decay == 0.5 && experiment.train.beta1 == 0.5);
    ck_assert(experiment.judge.margin.accuracy == 1.25);
    ck_assert_int_eq(experiment.seeds.values[1], 4294967295);
    ck_assert_uint_eq(experiment.gates.count, 2);
    read_good(scratch_file("e.yaml", "name: e\ndata: {set: claims}\nrecipe: fp32\n"),
              NULL);
    ck_assert(experiment.judge.margin.accuracy == 0.5);
    ck_assert_uint_eq(experiment.seeds.count, 3);
    ck_assert(experiment.train.lr > 0 && experiment.train.batch > 0);
}
END_TEST

static char *const odd_numbers[] = {"train.lr=1_000",
                                    "train.lr=1,5",
                                    "train.lr=0x",
                                    "train.lr=1e",
                                    "train.lr=.",
                                    "train.lr=1 2",
                                    "train.lr=infinity",
                                    "train.lr=NaN",
                                    "train.lr=1e-999",
                                    "train.batch=0128",
                                    "train.batch=1e3",
                                    "train.batch=0x80",
                                    "train.batch=99999999999999999999",
                                    "train.lr=1 pt"};

START_TEST(odd_number_is_refused)
{
    read_bad("quickstart", odd_numbers[_i], ", expected a");
}
END_TEST

/* ---- Names -------------------------------------------------------------------------- */

START_TEST(unknown_experiment_is_refused_with_the_nearest_name)
{
    read_bad("quickstrat", NULL, "unknown experiment 'quickstrat', expected one of ");
    ck_assert_ptr_nonnull(strstr(err.text, "\ndid you mean 'quickstart'?"));
    read_bad("", NULL, "unknown experiment ''");
    read_bad("..", NULL, "unknown experiment '..'");
}
END_TEST

START_TEST(wrong_home_is_refused_with_what_was_expected)
{
    char *home = strdup(getenv("NG_HOME") != NULL ? getenv("NG_HOME") : ".");
    setenv("NG_HOME", "/nowhere", 1);
    read_bad("quickstart", NULL,
             "NG_HOME is '/nowhere', but there is no folder "
             "experiments/named in it");
    setenv("NG_HOME", home, 1);
    free(home);
}
END_TEST

START_TEST(named_experiment_must_carry_its_files_name)
{
    char *home = strdup(getenv("NG_HOME") != NULL ? getenv("NG_HOME") : "."),
         folder[1024];
    snprintf(folder, sizeof folder, "mkdir -p %s/experiments/named", scratch);
    ck_assert_int_eq(system(folder), 0);
    scratch_file("experiments/named/a.yaml", "name: b\ndata: {set: claims}\n");
    setenv("NG_HOME", scratch, 1);
    read_bad("a", NULL, ":1:7: error: 'name' is 'b', expected the file's own name 'a'");
    setenv("NG_HOME", home, 1);
    free(home);
}
END_TEST

START_TEST(everything_shipped_is_read_without_complaint)
{
    struct ng_texts names;
    struct ng_recipe recipe;
    struct ng_card card;
    ck_assert_int_eq(ng_experiment_names(&arena, &names, &err), NG_OK);
    ck_assert_uint_ge(names.count, 3);
    for (size_t i = 0; i < names.count; i++) {
        read_good(names.values[i], NULL);
        ck_assert_ptr_nonnull(experiment.question);
        ck_assert(i == 0 || strcmp(names.values[i - 1], names.values[i]) < 0);
    }
    ck_assert_int_eq(ng_recipe_names(&arena, &names, &err), NG_OK);
    ck_assert_uint_ge(names.count, 5);
    for (size_t i = 0; i < names.count; i++) {
        enum ng_status status = ng_recipe_read(names.values[i], &arena, &recipe, &err);
        ck_assert_msg(status == NG_OK, "%s", err.text);
        ck_assert(recipe.summary && recipe.hardware && recipe.simulated);
    }
    ck_assert_int_eq(ng_card_names(&arena, &names, &err), NG_OK);
    ck_assert_uint_ge(names.count, 2);
    for (size_t i = 0; i < names.count; i++) {
        enum ng_status status = ng_card_read(names.values[i], &arena, &card, &err);
        ck_assert_msg(status == NG_OK, "%s", err.text);
    }
}
END_TEST

START_TEST(recipes_and_cards_are_as_strict_as_experiments)
{
    struct ng_recipe recipe;
    struct ng_card card;
    ck_assert_int_eq(ng_recipe_read(home_path("tests/bad/recipe_unknown_cell.yaml"),
                                    &arena, &recipe, &err),
                     NG_INVALID);
    ck_assert_ptr_nonnull(strstr(err.text, ":5:13: error: unknown key 'formt' in "
                                           "'rules[0].slots'"));
    ck_assert_ptr_nonnull(strstr(err.text, "did you mean 'format'?"));
    ck_assert_int_eq(ng_recipe_read(home_path("tests/bad/recipe_no_match.yaml"), &arena,
                                    &recipe, &err),
                     NG_INVALID);
    ck_assert_ptr_nonnull(
        strstr(err.text, ":4:5: error: key 'rules[0].match' is missing"));
    ck_assert_int_eq(
        ng_card_read(home_path("tests/bad/card_wrong_role.yaml"), &arena, &card, &err),
        NG_INVALID);
    ck_assert_ptr_nonnull(strstr(err.text, ":9:12: error: 'files[0].role' is 'tset', "
                                           "expected one of train, test, all"));
}
END_TEST

START_TEST(gate_names_are_those_of_the_judge)
{
    size_t count = 0;
    for (; ng_gate_names[count] != NULL; count++) {
        ck_assert_ptr_nonnull(ng_gates[count]);
        ck_assert_str_eq(ng_gate_names[count], ng_gates[count]->name);
    }
    ck_assert_ptr_null(ng_gates[count]);
}
END_TEST

/* ---- Canonical text ----------------------------------------------------------------- */

static char *resolved(const char *name, char *override)
{
    struct ng_text text = {0};
    read_good(name, override);
    ng_experiment_resolved(&experiment, &text);
    ck_assert(!text.failed);
    char *copy = ng_arena_text(&arena, text.data);
    ng_text_release(&text);
    return copy;
}

START_TEST(resolved_text_is_sorted_and_exact)
{
    const char *text = resolved("quickstart", NULL);
    ck_assert_ptr_nonnull(strstr(text, "data.set = claims\nmodel.hidden = [512, 512]\n"
                                       "model.kind = mlp\ntrain.batch = 128\n"));
    ck_assert_ptr_nonnull(strstr(text, "\ntrain.lr = 0x1.0624dd2f1a9fcp-10\n"));
    const char *previous = NULL;
    for (const char *line = text; *line != '\0'; line = strchr(line, '\n') + 1) {
        if (previous != NULL)
            ck_assert_int_lt(strcmp(previous, line), 0);
        previous = line;
    }
}
END_TEST

START_TEST(resolved_text_holds_only_what_can_move_a_bit)
{
    const char *text = resolved("quickstart", NULL);
    static char *const still[] = {
        "name=other",        "question=Other?",         "seeds=9",
        "sweep.recipe=bf16", "judge.margin.accuracy=3", "gates=finite",
        "train.lr=0.001"};
    static char *const moves[] = {"train.lr=0.00100000000000000002", "train.batch=64",
                                  "model.hidden=512", "data.set=optdigits"};
    for (size_t i = 0; i < sizeof still / sizeof still[0]; i++)
        ck_assert_str_eq(text, resolved("quickstart", still[i]));
    ck_assert_str_eq(text, resolved("quickstart", moves[0])); /* the same FP64 number */
    for (size_t i = 1; i < 3; i++)
        ck_assert_str_ne(text, resolved("quickstart", moves[i]));
}
END_TEST

START_TEST(resolved_text_names_a_card_without_its_folder)
{
    char override[1024];
    snprintf(override, sizeof override, "data.set=%s",
             home_path("datasets/claims.yaml"));
    ck_assert_str_eq(resolved("quickstart", NULL), resolved("quickstart", override));
}
END_TEST

START_TEST(swept_value_is_set_in_one_copy_alone)
{
    read_good("quickstart", NULL);
    struct ng_experiment copy = experiment;
    ck_assert_int_eq(ng_experiment_set(&copy, "train.lr", "0.25", &arena, &err), NG_OK);
    ck_assert_int_eq(ng_experiment_set(&copy, "recipe", "bf16", &arena, &err), NG_OK);
    ck_assert_int_eq(ng_experiment_set(&copy, "model.hidden", "[8, 9]", &arena, &err),
                     NG_OK);
    ck_assert(copy.train.lr == 0.25 && experiment.train.lr == 1e-3);
    ck_assert_str_eq(copy.recipe, "bf16");
    ck_assert_int_eq(copy.model.hidden.values[1], 9);
    ck_assert_int_eq(experiment.model.hidden.values[1], 512);
    ck_assert_int_eq(ng_experiment_set(&copy, "train.lr", "x", &arena, &err),
                     NG_INVALID);
    ck_assert_int_eq(ng_experiment_set(&copy, "nothing", "1", &arena, &err),
                     NG_INVALID);
}
END_TEST

static TCase *new_case(Suite *suite, const char *name)
{
    TCase *tests = tcase_create(name);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    suite_add_tcase(suite, tests);
    return tests;
}

static void add_files(Suite *suite)
{
    TCase *messages = new_case(suite, "messages");
    tcase_add_test(messages, message_is_place_sentence_line_caret_and_suggestion);
    tcase_add_test(messages,
                   five_faults_are_shown_in_file_order_and_the_others_counted);
    tcase_add_test(messages, long_line_is_cut_around_the_caret);
    tcase_add_test(messages, caret_counts_letters_not_bytes);
    tcase_add_test(messages, marks_that_reorder_text_are_not_echoed);
    tcase_add_test(messages, message_of_a_parents_fault_names_the_parents_file);
    tcase_add_test(messages, cycle_is_refused_with_its_files);
    TCase *files = new_case(suite, "files");
    tcase_add_test(files, folder_is_refused_as_a_folder);
    tcase_add_test(files, absent_file_is_refused);
    tcase_add_test(files, unreadable_file_is_refused);
    tcase_add_test(files, pipe_is_refused_without_waiting_for_a_writer);
    tcase_add_test(files, file_above_1_mib_is_refused_and_one_of_1_mib_is_read);
    tcase_add_test(files, byte_order_mark_is_skipped);
}

Suite *ng_suite_spec(void)
{
    setenv("NG_HOME", ".", 0); /* the tests run in the source root */
    Suite *suite = suite_create("spec");
    add_files(suite);
    TCase *overrides = new_case(suite, "overrides");
    tcase_add_loop_test(overrides, bad_override_is_refused_at_its_column, 0,
                        sizeof bad_overrides / sizeof bad_overrides[0]);
    tcase_add_test(overrides, override_replaces_one_key_and_keeps_the_others);
    tcase_add_test(overrides, override_of_a_sweep_replaces_or_adds_an_axis);
    TCase *parents = new_case(suite, "inheritance");
    tcase_add_test(parents, child_merges_tables_replaces_lists_and_has_its_own_name);
    tcase_add_test(parents, child_may_sweep_what_its_parent_sets);
    tcase_add_test(parents, ninth_generation_is_refused);
    tcase_add_test(parents, paths_in_a_file_start_at_its_folder);
    TCase *values = new_case(suite, "values");
    tcase_add_test(values, numbers_units_and_defaults_are_read_as_written);
    tcase_add_loop_test(values, odd_number_is_refused, 0,
                        sizeof odd_numbers / sizeof odd_numbers[0]);
    TCase *names = new_case(suite, "names");
    tcase_add_test(names, unknown_experiment_is_refused_with_the_nearest_name);
    tcase_add_test(names, wrong_home_is_refused_with_what_was_expected);
    tcase_add_test(names, named_experiment_must_carry_its_files_name);
    tcase_add_test(names, everything_shipped_is_read_without_complaint);
    tcase_add_test(names, recipes_and_cards_are_as_strict_as_experiments);
    tcase_add_test(names, gate_names_are_those_of_the_judge);
    TCase *canonical = new_case(suite, "canonical");
    tcase_add_test(canonical, resolved_text_is_sorted_and_exact);
    tcase_add_test(canonical, resolved_text_holds_only_what_can_move_a_bit);
    tcase_add_test(canonical, resolved_text_names_a_card_without_its_folder);
    tcase_add_test(canonical, swept_value_is_set_in_one_copy_alone);
    return suite;
}
