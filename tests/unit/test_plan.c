/* The plan: which trials, in which order, under which hashes and names; and its file. */
#include "tests/unit/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "experiments/plan/plan.h"
#include "tests/unit/skip.h"

static struct ng_plan plan, other;
static struct ng_error err;
static char scratch[256];

static void set_up(void)
{
    const char *folder = getenv("NG_TMP");
    snprintf(scratch, sizeof scratch, "%s/plan-XXXXXX",
             folder != NULL ? folder : P_tmpdir);
    ck_assert_ptr_nonnull(mkdtemp(scratch));
    plan = other = (struct ng_plan){0};
}

static void tear_down(void)
{
    char command[1024];
    ng_plan_release(&plan);
    ng_plan_release(&other);
    snprintf(command, sizeof command, "rm -rf %s", scratch);
    ck_assert_int_eq(system(command), 0);
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

#define MOST_OVERRIDES 4

static enum ng_status try_plan(struct ng_plan *made, const char *name, const char *a,
                               const char *b)
{
    char *overrides[MOST_OVERRIDES] = {NULL};
    size_t count = 0;
    if (a != NULL)
        overrides[count++] = (char *)(uintptr_t)a;
    if (b != NULL)
        overrides[count++] = (char *)(uintptr_t)b;
    return ng_plan_make(made, name, overrides, count, NULL, &err);
}

static void make(struct ng_plan *made, const char *name, const char *a, const char *b)
{
    enum ng_status status = try_plan(made, name, a, b);
    ck_assert_msg(status == NG_OK, "%s", err.text);
}

static void refuse(const char *name, const char *a, const char *b, const char *words)
{
    ck_assert_int_eq(try_plan(&plan, name, a, b), NG_INVALID);
    ck_assert_msg(strstr(err.text, words) != NULL, "no \"%s\" in:\n%s", words,
                  err.text);
}

/* ---- Trials ------------------------------------------------------------------------- */

START_TEST(trials_are_ordered_by_arm_then_seed_and_files_named_after_the_arm)
{
    make(&plan, "tiny", "seeds=4,2", NULL);
    ck_assert_uint_eq(plan.arm_count, 5);
    ck_assert_uint_eq(plan.trial_count, 10);
    for (size_t i = 0; i < plan.trial_count; i++) {
        const struct ng_trial *trial = &plan.trials[i];
        char file[64];
        ck_assert_uint_eq(trial->index, i);
        ck_assert_uint_eq(trial->arm, i / 2);
        ck_assert_uint_eq(trial->seed, i % 2 == 0 ? 4 : 2);
        snprintf(file, sizeof file, "tiny-%.8s-s%u.h5", trial->arm_hash, trial->seed);
        ck_assert_str_eq(trial->file, file);
        ck_assert_str_eq(trial->experiment.recipe, plan.arm_labels[trial->arm]);
        ck_assert_str_eq(trial->recipe->name, plan.arm_labels[trial->arm]);
    }
    ck_assert_str_eq(plan.arm_labels[4], "fp8-lean");
    ck_assert_int_eq(plan.reference_arm, 0);
}
END_TEST

START_TEST(two_axes_give_their_product_with_the_last_one_fastest)
{
    make(&plan, "tiny", "sweep.recipe=bf16,fp32", "sweep.train.lr=1e-3,2e-3,4e-3");
    ck_assert_uint_eq(plan.arm_count, 6);
    ck_assert_str_eq(plan.arm_labels[0], "bf16 lr=1e-3");
    ck_assert_str_eq(plan.arm_labels[1], "bf16 lr=2e-3");
    ck_assert_str_eq(plan.arm_labels[3], "fp32 lr=1e-3");
    ck_assert(plan.trials[5].experiment.train.lr == 4e-3);
    ck_assert(plan.experiment.train.lr == 1e-3);
    ck_assert_int_eq(plan.reference_arm, 3);
    ck_assert_int_eq(plan.arm_references[1], 4);
    ck_assert_int_eq(plan.arm_references[4], 4);
}
END_TEST

START_TEST(plan_without_fp32_has_no_reference)
{
    make(&plan, "tiny", "sweep.recipe=bf16,fp8-e4m3", NULL);
    ck_assert_int_eq(plan.reference_arm, -1);
}
END_TEST

START_TEST(plan_without_sweep_is_one_arm_called_by_its_recipe)
{
    const char *path = scratch_file("e.yaml", "name: e\ndata: {set: claims}\n"
                                              "model: {hidden: []}\nrecipe: bf16\n");
    make(&plan, path, NULL, NULL);
    ck_assert_uint_eq(plan.arm_count, 1);
    ck_assert_uint_eq(plan.trial_count, 3);
    ck_assert_str_eq(plan.arm_labels[0], "bf16");
}
END_TEST

/* ---- Hashes ------------------------------------------------------------------------- */

START_TEST(hash_is_sha256_of_the_resolved_text)
{
    char command[1024], found[65] = "";
    make(&plan, "tiny", NULL, NULL);
    snprintf(command, sizeof command, "sha256sum < %s",
             scratch_file("resolved", plan.trials[3].resolved));
    FILE *pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    ck_assert_int_eq(fscanf(pipe, "%64s", found), 1);
    pclose(pipe);
    ck_assert_str_eq(plan.trials[3].hash, found);
}
END_TEST

START_TEST(words_and_judgement_do_not_move_a_hash)
{
    static const char *const still[] = {
        "name=other",       "question=Other?", "judge.margin.accuracy=2",
        "judge.slices=age", "gates=finite",    "train.lr=0.001"};
    make(&plan, "tiny", NULL, NULL);
    for (size_t i = 0; i < sizeof still / sizeof still[0]; i++) {
        make(&other, "tiny", still[i], NULL);
        ck_assert_str_eq(plan.trials[2].hash, other.trials[2].hash);
        ng_plan_release(&other);
    }
}
END_TEST

START_TEST(everything_that_moves_a_bit_moves_the_hash)
{
    static const char *const moves[] = {"train.lr=0.002",  "train.batch=64",
                                        "train.epochs=5",  "train.decay=0",
                                        "model.hidden=33", "seeds=1"};
    make(&plan, "tiny", NULL, NULL);
    for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++) {
        make(&other, "tiny", moves[i], NULL);
        ck_assert_str_ne(plan.trials[2].hash, other.trials[2].hash);
        bool same_arm = strncmp(moves[i], "seeds", 5) == 0;
        ck_assert_int_eq(strcmp(plan.trials[2].arm_hash, other.trials[2].arm_hash) == 0,
                         same_arm);
        ng_plan_release(&other);
    }
    for (size_t i = 0; i < plan.trial_count; i++)
        for (size_t j = 0; j < i; j++)
            ck_assert_str_ne(plan.trials[i].hash, plan.trials[j].hash);
}
END_TEST

START_TEST(recipe_counts_by_its_cells_not_by_its_name_or_rules)
{
    char override[1024];
    snprintf(override, sizeof override, "sweep.recipe=%s",
             scratch_file("mine.yaml",
                          "name: mine\nsummary: bf16 in other words\nrules:\n"
                          "  - match: \"layer.*\"\n"
                          "    weight@fprop: {format: bf16, source: copy}\n"
                          "    weight@dgrad: {format: bf16, source: copy}\n"
                          "    compute_copy: bf16\n"
                          "  - match: \"*\"\n"
                          "    slots: {format: bf16}\n    output: bf16\n"));
    make(&plan, "tiny", "sweep.recipe=bf16", NULL);
    make(&other, "tiny", override, NULL);
    ck_assert_str_eq(other.arm_labels[0], "mine");
    ck_assert_str_eq(plan.trials[0].resolved, other.trials[0].resolved);
    ng_plan_release(&other);
    make(&other, "tiny", "sweep.recipe=fp32", NULL);
    ck_assert_str_ne(plan.trials[0].resolved, other.trials[0].resolved);
}
END_TEST

START_TEST(resolved_text_names_data_and_every_recipe_cell)
{
    char digest[96];
    make(&plan, "tiny", "sweep.recipe=fp8-lean", NULL);
    const char *text = plan.trials[0].resolved;
    snprintf(digest, sizeof digest, "data.sha256 = %s\n", plan.dataset.digest);
    ck_assert_ptr_nonnull(strstr(text, digest));
    static const char *const lines[] = {
        "numerics_version = 1\n",
        "\nseed = 0\n",
        "\ncard.train_rows = 5000\n",
        "\nrecipe.layer.0.linear.weight@fprop = "
        "e4m3/tensor/current/nearest-even/parameter\n",
        "\nrecipe.layer.0.linear.master = bf16/none/stochastic\n",
        "\nrecipe.layer.1.linear.moment1 = e4m3/tensor/nearest-even\n"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        ck_assert_msg(strstr(text, lines[i]) != NULL, "no %s in:\n%s", lines[i], text);
}
END_TEST

/* ---- Refusals ----------------------------------------------------------------------- */

START_TEST(a_rule_that_matches_no_node_is_refused)
{
    char override[1024];
    snprintf(override, sizeof override, "sweep.recipe=fp32,%s",
             scratch_file("typo.yaml", "name: typo\nsummary: a slip\nrules:\n"
                                       "  - {match: layre.0.*, output: bf16}\n"));
    refuse("tiny", override, NULL,
           "recipe typo, rule 1: 'layre.0.*' matches no node; nodes are input, "
           "layer.0.linear");
}
END_TEST

START_TEST(two_arms_of_one_configuration_are_refused)
{
    char override[1024];
    snprintf(override, sizeof override, "sweep.recipe=fp32,%s",
             scratch_file("mine.yaml", "name: mine\nsummary: fp32 again\n"));
    refuse("tiny", override, NULL, "fp32 and mine are the same configuration");
}
END_TEST

START_TEST(two_recipes_of_one_name_are_refused)
{
    char override[1024];
    snprintf(override, sizeof override, "sweep.recipe=bf16,%s",
             scratch_file("mine.yaml", "name: bf16\nsummary: fp32 in disguise\n"));
    refuse("tiny", override, NULL, "two different recipes are called bf16");
}
END_TEST

START_TEST(batch_beyond_the_data_is_refused)
{
    refuse("tiny", "train.batch=5001", NULL,
           "train.batch is 5001, but data set claims has only 5000 training rows");
}
END_TEST

START_TEST(more_than_10000_trials_are_refused)
{
    refuse("tiny", "seeds=0..2000", NULL,
           "asks for 10005 or more trials, expected at most");
    refuse("tiny", "seeds=0..9999", "sweep.train.lr=1,2,3,4,5,6,7,8,9", "more trials");
}
END_TEST

START_TEST(recipe_that_contradicts_itself_is_refused_with_its_rule)
{
    char override[1024];
    snprintf(override, sizeof override, "sweep.recipe=%s",
             scratch_file("mine.yaml", "name: mine\nsummary: s\nrules:\n"
                                       "  - match: \"*\"\n    slots: {format: bf16}\n"
                                       "  - match: \"*\"\n    saved_input: codes\n"));
    refuse("tiny", override, NULL, "recipe mine, rule 2, node input: saved_input");
}
END_TEST

START_TEST(real_data_without_a_folder_are_absent_not_invalid)
{
    ck_assert_int_eq(try_plan(&plan, "optdigits", NULL, NULL), NG_ABSENT);
    ck_assert_ptr_nonnull(strstr(err.text, "optdigits"));
}
END_TEST

/* ---- The file ----------------------------------------------------------------------- */

START_TEST(written_plan_is_found_again)
{
    make(&plan, "tiny", NULL, NULL);
    ck_assert_int_eq(ng_plan_check(&plan, scratch, &err), NG_ABSENT);
    ck_assert_int_eq(ng_plan_write(&plan, scratch, &err), NG_OK);
    ck_assert_int_eq(ng_plan_check(&plan, scratch, &err), NG_OK);
    ck_assert_int_eq(ng_plan_write(&plan, scratch, &err), NG_OK);
    ck_assert_int_eq(ng_plan_check(&plan, scratch, &err), NG_OK);
    char part[1024];
    snprintf(part, sizeof part, "%s/plan.jsonl.part", scratch);
    ck_assert_int_ne(access(part, F_OK), 0);
}
END_TEST

START_TEST(plan_file_is_one_json_object_a_line)
{
    char command[1024];
    if (system("command -v python3 >/dev/null") != 0) {
        ng_test_skip("plan_file_is_one_json_object_a_line", "python3 is not installed");
        return;
    }
    make(&plan, "tiny", "question=Größe \"x\" \\ y", NULL);
    ck_assert_int_eq(ng_plan_write(&plan, scratch, &err), NG_OK);
    snprintf(command, sizeof command,
             "python3 -c \"import json\nrows = [json.loads(l) for l in "
             "open('%s/plan.jsonl', encoding='utf-8')]\n"
             "assert rows[0]['question'] == 'Gr\\u00f6\\u00dfe \\\"x\\\" \\\\\\\\ y', "
             "rows[0]\n"
             "assert [r['index'] for r in rows[1:]] == list(range(5))\n"
             "assert rows[1]['hash'] == '%s'\"",
             scratch, plan.trials[0].hash);
    ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(another_plan_in_the_folder_is_refused_with_the_difference)
{
    static const struct {
        const char *override, *words;
    } cases[] = {{"name=other", "holds experiment tiny, expected other"},
                 {"seeds=1", "holds another plan: its trial 0, fp32 s0, is not among"},
                 {"train.lr=0.5", "train.lr is 0.001 there and 0.5 here"}};
    make(&plan, "tiny", NULL, NULL);
    ck_assert_int_eq(ng_plan_write(&plan, scratch, &err), NG_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        make(&other, "tiny", cases[i].override, NULL);
        ck_assert_int_eq(ng_plan_check(&other, scratch, &err), NG_INVALID);
        ck_assert_msg(strstr(err.text, cases[i].words) != NULL, "%s", err.text);
        ng_plan_release(&other);
    }
}
END_TEST

START_TEST(cut_or_foreign_plan_file_is_refused)
{
    char path[1024];
    make(&plan, "tiny", NULL, NULL);
    ck_assert_int_eq(ng_plan_write(&plan, scratch, &err), NG_OK);
    snprintf(path, sizeof path, "%s/plan.jsonl", scratch);
    FILE *file = fopen(path, "r+");
    ck_assert_int_eq(fseek(file, 0, SEEK_END), 0);
    ck_assert_int_eq(ftruncate(fileno(file), ftell(file) - 100), 0);
    fclose(file);
    ck_assert_int_eq(ng_plan_check(&plan, scratch, &err), NG_INVALID);
    ck_assert_ptr_nonnull(strstr(err.text, "cut off or damaged at line 6"));
    ck_assert_int_eq(ng_plan_write(&plan, scratch, &err), NG_OK);
    file = fopen(path, "r+");
    char text[4096];
    size_t length = fread(text, 1, sizeof text - 1, file);
    text[length] = '\0';
    char *hash = strstr(text, plan.trials[0].hash); /* not its file's name */
    ck_assert_ptr_nonnull(hash);
    ck_assert_int_eq(fseek(file, hash - text, SEEK_SET), 0);
    fputc(*hash == '0' ? '1' : '0', file);
    fclose(file);
    ck_assert_int_eq(ng_plan_check(&plan, scratch, &err), NG_INVALID);
    ck_assert_ptr_nonnull(strstr(err.text, "holds another plan: its trial 0"));
    static const char *const texts[] = {"",
                                        "\n",
                                        "[]\n",
                                        "{}\n",
                                        "{\"format\": 3}\n",
                                        "not json\n",
                                        "{\"format\":\"narrowgauge-plan\"}"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        scratch_file("plan.jsonl", texts[i]);
        ck_assert_int_eq(ng_plan_check(&plan, scratch, &err), NG_INVALID);
    }
}
END_TEST

START_TEST(plan_that_cannot_be_written_leaves_the_earlier_one)
{
    char part[1024];
    make(&plan, "tiny", NULL, NULL);
    make(&other, "tiny", "seeds=1", NULL);
    ck_assert_int_eq(ng_plan_write(&plan, scratch, &err), NG_OK);
    /* A folder where the new file would be made: fails for every user, root too. */
    snprintf(part, sizeof part, "mkdir %s/plan.jsonl.part", scratch);
    ck_assert_int_eq(system(part), 0);
    ck_assert_int_eq(ng_plan_write(&other, scratch, &err), NG_FAILED);
    ck_assert_ptr_nonnull(strstr(err.text, "unchanged"));
    ck_assert_int_eq(ng_plan_check(&plan, scratch, &err), NG_OK);
    ck_assert_int_eq(ng_plan_write(&plan, "/nowhere", &err), NG_FAILED);
}
END_TEST

START_TEST(full_disk_is_a_failure_with_its_reason)
{
    char link[1024];
    make(&plan, "tiny", NULL, NULL);
    snprintf(link, sizeof link, "%s/plan.jsonl.part", scratch);
    ck_assert_int_eq(symlink("/dev/full", link), 0);
    ck_assert_int_eq(ng_plan_write(&plan, scratch, &err), NG_FAILED);
    ck_assert_msg(strstr(err.text, "No space left on device") != NULL, "%s", err.text);
    char target[16];
    ck_assert_int_lt((int)readlink(link, target, sizeof target), 0); /* cleaned up */
    ck_assert_int_eq(ng_plan_check(&plan, scratch, &err), NG_ABSENT);
}
END_TEST

static TCase *new_case(Suite *suite, const char *name)
{
    TCase *tests = tcase_create(name);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    suite_add_tcase(suite, tests);
    return tests;
}

Suite *ng_suite_plan(void)
{
    setenv("NG_HOME", ".", 0); /* the tests run in the source root */
    Suite *suite = suite_create("plan");
    TCase *trials = new_case(suite, "trials");
    tcase_add_test(trials,
                   trials_are_ordered_by_arm_then_seed_and_files_named_after_the_arm);
    tcase_add_test(trials, two_axes_give_their_product_with_the_last_one_fastest);
    tcase_add_test(trials, plan_without_fp32_has_no_reference);
    tcase_add_test(trials, plan_without_sweep_is_one_arm_called_by_its_recipe);
    TCase *hashes = new_case(suite, "hashes");
    tcase_add_test(hashes, hash_is_sha256_of_the_resolved_text);
    tcase_add_test(hashes, words_and_judgement_do_not_move_a_hash);
    tcase_add_test(hashes, everything_that_moves_a_bit_moves_the_hash);
    tcase_add_test(hashes, recipe_counts_by_its_cells_not_by_its_name_or_rules);
    tcase_add_test(hashes, resolved_text_names_data_and_every_recipe_cell);
    TCase *refusals = new_case(suite, "refusals");
    tcase_add_test(refusals, a_rule_that_matches_no_node_is_refused);
    tcase_add_test(refusals, two_arms_of_one_configuration_are_refused);
    tcase_add_test(refusals, two_recipes_of_one_name_are_refused);
    tcase_add_test(refusals, batch_beyond_the_data_is_refused);
    tcase_add_test(refusals, more_than_10000_trials_are_refused);
    tcase_add_test(refusals, recipe_that_contradicts_itself_is_refused_with_its_rule);
    tcase_add_test(refusals, real_data_without_a_folder_are_absent_not_invalid);
    TCase *file = new_case(suite, "file");
    tcase_add_test(file, written_plan_is_found_again);
    tcase_add_test(file, plan_file_is_one_json_object_a_line);
    tcase_add_test(file, another_plan_in_the_folder_is_refused_with_the_difference);
    tcase_add_test(file, cut_or_foreign_plan_file_is_refused);
    tcase_add_test(file, plan_that_cannot_be_written_leaves_the_earlier_one);
    tcase_add_test(file, full_disk_is_a_failure_with_its_reason);
    return suite;
}
