/*
 * What the strict reader refuses: one file of tests/bad for each kind of fault, and where
 * its message must point; and hostile bytes.
 */
#include "tests/unit/suites.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/spec/bind.h"
#include "experiments/spec/experiment.h"

/* Reads tests/bad/FILE.yaml, which must be refused with these words at this place. */
static void refuse(const char *file, const char *words, const char *near)
{
    struct ng_arena arena = {0};
    struct ng_experiment experiment;
    struct ng_error err;
    char path[512], place[768], suggestion[64], *source;
    const char *home = getenv("NG_HOME");
    snprintf(path, sizeof path, "%s/tests/bad/%s.yaml", home, file);
    snprintf(place, sizeof place, "%s:%s", path, words);
    enum ng_status status =
        ng_experiment_read(path, NULL, 0, &arena, &experiment, &source, &err);
    ck_assert_int_eq(status, NG_INVALID);
    ck_assert_msg(strstr(err.text, place) != NULL, "no \"%s\" in:\n%s", place,
                  err.text);
    snprintf(suggestion, sizeof suggestion, "\ndid you mean '%s'?", near ? near : "");
    bool suggests = strstr(err.text, near ? suggestion : "did you mean") != NULL;
    ck_assert_msg(suggests == (near != NULL), "suggestion of %s in:\n%s",
                  near ? near : "nothing", err.text);
    ng_arena_release(&arena);
}

START_TEST(unknown_key_is_refused_with_the_nearest_name)
{
    refuse("unknown_key",
           "4:32: error: unknown key 'epoch' in 'train', expected one of optimiser, lr",
           "epochs");
}
END_TEST

START_TEST(key_in_the_wrong_table_is_refused_with_its_full_path)
{
    refuse("misplaced_key", "7:1: error: unknown key 'lr', expected one of name",
           "train.lr");
}
END_TEST

START_TEST(word_where_a_number_belongs_is_refused)
{
    refuse("wrong_type",
           "4:14: error: 'train.lr' is 'fast', expected a number from 0 to", NULL);
}
END_TEST

START_TEST(fraction_where_a_whole_number_belongs_is_refused)
{
    refuse("wrong_type",
           "4:27: error: 'train.batch' is '12.5', expected a whole number from 1 to",
           NULL);
}
END_TEST

START_TEST(list_where_a_number_belongs_is_refused)
{
    refuse("wrong_type",
           "4:41: error: 'train.epochs' is a list, expected a whole number", NULL);
}
END_TEST

START_TEST(number_in_quotes_is_refused)
{
    refuse("quoted_number",
           "4:14: error: 'train.lr' is the quoted text '1e-3', expected a number",
           NULL);
}
END_TEST

START_TEST(key_without_value_is_refused)
{
    refuse("no_value", "5:6: error: 'train.lr' has no value, expected a number", NULL);
}
END_TEST

START_TEST(nan_is_refused)
{
    refuse("not_finite", "4:14: error: 'train.lr' is 'nan', expected a number", NULL);
}
END_TEST

START_TEST(infinity_is_refused)
{
    refuse("not_finite", "4:26: error: 'train.decay' is 'inf', expected a number",
           NULL);
}
END_TEST

START_TEST(number_beyond_fp64_is_refused)
{
    refuse("not_finite", "4:40: error: 'train.epsilon' is '1e999', out of range", NULL);
}
END_TEST

START_TEST(whole_number_out_of_range_is_refused)
{
    refuse("out_of_range",
           "4:27: error: 'train.batch' is '0', out of range, expected a whole number "
           "from 1 to",
           NULL);
}
END_TEST

START_TEST(real_number_out_of_range_is_refused_with_its_unit)
{
    refuse("out_of_range",
           "7:29: error: 'judge.margin.accuracy' is '101 pt', out of range, expected a "
           "number from 0 to 100 (unit pt)",
           NULL);
}
END_TEST

START_TEST(unit_of_another_key_is_refused)
{
    refuse("wrong_unit",
           "7:29: error: 'judge.margin.accuracy' is '0.5 dB', expected a number from 0 "
           "to 100 (unit pt)",
           NULL);
}
END_TEST

START_TEST(duplicate_key_is_refused_naming_the_first)
{
    refuse("duplicate_key",
           "7:1: error: duplicate key 'seeds', expected it once (it stands at line 5 "
           "already)",
           NULL);
}
END_TEST

START_TEST(missing_key_is_refused_with_its_meaning)
{
    refuse("missing_key",
           "1:1: error: key 'data' is missing, expected it here (what is learnt)",
           NULL);
}
END_TEST

START_TEST(text_of_17_levels_is_refused)
{
    refuse("too_deep", "7:24: error: too deep, expected at most 16", NULL);
}
END_TEST

START_TEST(unclosed_bracket_is_refused_where_it_shows)
{
    refuse("syntax", "3:32: error: not YAML: did not find expected ',' or ']'", NULL);
}
END_TEST

START_TEST(unclosed_bracket_at_the_end_is_refused_on_the_last_line)
{
    refuse("cut_off", "3:13: error: not YAML: did not find expected", NULL);
}
END_TEST

START_TEST(anchor_is_refused)
{
    refuse("anchor", "3:9: error: anchor 'm' is not allowed, expected the value itself",
           NULL);
}
END_TEST

START_TEST(alias_is_refused)
{
    refuse("alias", "3:9: error: alias 'm' is not allowed, expected the value itself",
           NULL);
}
END_TEST

START_TEST(tag_is_refused)
{
    refuse("tag",
           "4:14: error: tag 'tag:yaml.org,2002:float' is not allowed, expected the "
           "value without it",
           NULL);
}
END_TEST

START_TEST(merge_key_is_refused)
{
    refuse("merge_key",
           "3:10: error: merge key '<<' is not allowed, expected the keys themselves",
           NULL);
}
END_TEST

START_TEST(directive_is_refused)
{
    refuse("directive", "1:1: error: a directive is not allowed, expected keys", NULL);
}
END_TEST

START_TEST(second_document_is_refused)
{
    refuse("two_documents", "7:1: error: a second document starts here, expected one",
           NULL);
}
END_TEST

START_TEST(list_as_key_is_refused)
{
    refuse("list_as_key", "7:1: error: a list or table as a key, expected a name",
           NULL);
}
END_TEST

START_TEST(list_instead_of_keys_is_refused)
{
    refuse("not_keys",
           "1:1: error: no keys stand here, expected lines such as name: my-experiment",
           NULL);
}
END_TEST

START_TEST(empty_file_is_refused)
{
    refuse("empty", "1:1: error: nothing stands here, expected keys with values", NULL);
}
END_TEST

START_TEST(file_of_comments_is_refused)
{
    refuse("comment_only", "1:1: error: nothing stands here, expected keys with values",
           NULL);
}
END_TEST

START_TEST(latin_1_is_refused_at_its_letter)
{
    refuse("not_utf8", "7:14: error: not UTF-8, expected a text in UTF-8", NULL);
}
END_TEST

START_TEST(overlong_utf8_is_refused)
{
    refuse("overlong", "7:11: error: not UTF-8, expected a text in UTF-8", NULL);
}
END_TEST

START_TEST(zero_byte_is_refused)
{
    refuse("zero_byte", "7:12: error: a zero byte, expected text", NULL);
}
END_TEST

START_TEST(escape_character_is_refused)
{
    refuse("control", "7:12: error: a control character, expected text", NULL);
}
END_TEST

START_TEST(escaped_zero_in_quotes_is_refused)
{
    refuse("escaped_zero", "7:11: error: a zero character in a text, expected text",
           NULL);
}
END_TEST

START_TEST(missing_parent_is_refused_with_the_nearest_name)
{
    refuse("missing_parent",
           "2:10: error: the parent is missing: unknown experiment 'quickstrat', "
           "expected one of",
           "quickstart");
}
END_TEST

START_TEST(missing_parent_file_is_refused)
{
    refuse("missing_parent_file", "2:10: error: the parent is missing: ", NULL);
}
END_TEST

START_TEST(experiment_extending_itself_is_refused)
{
    refuse("cycle_self", "2:10: error: inheritance cycle", NULL);
}
END_TEST

START_TEST(unknown_recipe_is_refused_with_the_list_and_the_nearest)
{
    refuse("unknown_recipe",
           "6:9: error: unknown recipe 'fp8-e4m4', expected one of bf16, fp32, "
           "fp8-e4m3, fp8-e5m2, fp8-lean, or the path",
           "fp8-e4m3");
}
END_TEST

START_TEST(unknown_recipe_in_a_sweep_is_refused_at_its_place)
{
    refuse("unknown_swept_recipe",
           "6:25: error: unknown recipe 'bf61', expected one of", "bf16");
}
END_TEST

START_TEST(missing_recipe_file_is_refused)
{
    refuse("missing_recipe_file", "6:9: error: '", NULL);
}
END_TEST

START_TEST(experiment_without_recipe_is_refused)
{
    refuse("no_recipe",
           "1:1: error: no recipe, expected 'recipe: NAME' or 'sweep: {recipe: [NAME, "
           "...]}'",
           NULL);
}
END_TEST

START_TEST(unknown_data_set_is_refused_with_the_nearest)
{
    refuse("unknown_data_set",
           "2:15: error: unknown data set 'claimz', expected one of adult, claims",
           "claims");
}
END_TEST

START_TEST(key_path_in_a_file_is_refused_with_its_nested_form)
{
    refuse("dotted_key",
           "3:1: error: 'model.kind' is a path for the command line and for 'sweep', "
           "expected model: {kind: ...} in a file",
           NULL);
}
END_TEST

START_TEST(recipe_beside_a_sweep_over_recipes_is_refused)
{
    refuse("recipe_set_and_swept", "6:9: error: 'recipe' is set here and swept at",
           NULL);
}
END_TEST

START_TEST(key_that_is_set_and_swept_is_refused)
{
    refuse("key_set_and_swept", "4:14: error: 'train.lr' is set here and swept at",
           NULL);
}
END_TEST

START_TEST(empty_seeds_are_refused)
{
    refuse("no_seeds", "5:9: error: 'seeds' is empty, expected at least one seed",
           NULL);
}
END_TEST

START_TEST(duplicate_seed_is_refused_at_the_second)
{
    refuse("duplicate_seed", "5:16: error: duplicate seed 0, expected each seed once",
           NULL);
}
END_TEST

START_TEST(falling_range_is_refused)
{
    refuse("backward_seeds",
           "5:9: error: 'seeds' is '3..1', out of range, expected whole numbers as a "
           "list or a rising range",
           NULL);
}
END_TEST

START_TEST(huge_range_is_refused)
{
    refuse("huge_range", "5:9: error: 'seeds' is '0..4000000000', out of range", NULL);
}
END_TEST

START_TEST(negative_seed_is_refused)
{
    refuse("negative_seed", "5:10: error: 'seeds' holds '-1', out of range", NULL);
}
END_TEST

START_TEST(sweep_over_an_unknown_path_is_refused_with_the_nearest)
{
    refuse("sweep_unknown_path", "7:10: error: unknown key path 'train.lrr' in 'sweep'",
           "train.lr");
}
END_TEST

START_TEST(sweep_over_data_is_refused)
{
    refuse("sweep_wrong_key",
           "7:10: error: 'data.set' cannot be swept, expected recipe or a key of model "
           "or train",
           NULL);
}
END_TEST

START_TEST(sweep_without_values_is_refused)
{
    refuse("sweep_empty",
           "7:23: error: the sweep over 'train.decay' has no values, expected at least "
           "one",
           NULL);
}
END_TEST

START_TEST(sweep_with_one_value_spelt_twice_is_refused)
{
    refuse("sweep_duplicate",
           "7:30: error: duplicate value '0.001' of 'train.decay', expected each value "
           "once",
           NULL);
}
END_TEST

START_TEST(sweep_value_of_the_wrong_type_is_refused)
{
    refuse("sweep_wrong_type", "7:30: error: 'train.decay' is 'low', expected a number",
           NULL);
}
END_TEST

START_TEST(sweep_value_outside_a_list_is_refused)
{
    refuse(
        "sweep_not_list",
        "7:23: error: the values of 'train.decay' are not a list, expected [A, B, ...]",
        NULL);
}
END_TEST

START_TEST(slice_that_the_data_set_lacks_is_refused)
{
    refuse("unknown_slice",
           "7:19: error: data set 'claims' has no slice 'regoin', expected one of "
           "region, age",
           "region");
}
END_TEST

START_TEST(slice_crossed_with_itself_is_refused)
{
    refuse("slice_crossed_with_itself",
           "7:19: error: slice 'region x region' crosses one with itself", NULL);
}
END_TEST

START_TEST(unknown_gate_is_refused_with_the_nearest)
{
    refuse("unknown_gate",
           "7:18: error: 'gates' holds 'ledger-exat', expected a list out of "
           "ledger-exact, finite",
           "ledger-exact");
}
END_TEST

START_TEST(repeated_gate_is_refused)
{
    refuse("repeated_gate",
           "7:18: error: 'finite' stands in 'gates' twice, expected it once", NULL);
}
END_TEST

START_TEST(name_that_leaves_the_folder_is_refused)
{
    refuse("unsafe_name",
           "1:7: error: '../bad' cannot be a name, expected at most 64 letters", NULL);
}
END_TEST

/* ---- Hostile bytes ------------------------------------------------------------------ */

/* Every mutation must end in a struct or in a sentence; sanitizer builds see the rest. */
START_TEST(mutated_texts_end_in_a_struct_or_a_sentence)
{
    static const char pieces[] = "{}[]:,-?&*!|>'\"%@#\n\t ~<.0x\xFF\x80\x01";
    struct ng_arena arena = {0};
    struct ng_experiment experiment;
    struct ng_error err;
    uint64_t state = 1;
    size_t good = 0;
    for (int round = 0; round < 4000; round++) {
        char text[512] =
            "name: e\nquestion: \"why\"\ndata: {set: claims}\n"
            "model:\n  hidden: [32, 8]\ntrain: {lr: 1e-3, batch: 128}\n"
            "seeds: 0..2\nsweep: {recipe: [fp32, bf16], train.decay: [0, 1]}\n"
            "judge:\n  margin: {accuracy: 0.5 pt}\n  slices:\n    - region\n";
        size_t length = strlen(text);
        for (int change = 0; change <= round % 4; change++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            size_t at = (size_t)(state >> 33) % length;
            text[at] = pieces[(state >> 20) % (sizeof pieces - 1)];
        }
        struct ng_document *document = NULL;
        struct ng_diagnosis diagnosis = {0};
        struct ng_binding binding = {&arena, &diagnosis, &ng_experiment_keys};
        struct ng_yaml *root = NULL;
        if (ng_document_make("mutant", text, &arena, &document, &err) == NG_OK) {
            ck_assert_int_eq(
                ng_yaml_parse(document, 0, &arena, &diagnosis, &root, &err), NG_OK);
            ck_assert((root == NULL) == (diagnosis.faults > 0));
            if (root != NULL)
                ng_bind_table(&binding, root, &ng_experiment_keys, "", &experiment);
            size_t faults = diagnosis.faults;
            enum ng_status status = ng_diagnosis_end(&diagnosis, &err);
            ck_assert_int_eq(status, faults > 0 ? NG_INVALID : NG_OK);
            good += faults == 0;
        } else {
            ck_assert_ptr_nonnull(strstr(err.text, "mutant:"));
        }
        ng_arena_release(&arena);
    }
    ck_assert_uint_gt(good, 0);
    ck_assert_uint_lt(good, 3000);
}
END_TEST

/* Parses a text at hand, which must be refused. */
static void refuse_text(const char *text, const char *words)
{
    struct ng_arena arena = {0};
    struct ng_document *document = NULL;
    struct ng_diagnosis diagnosis = {0};
    struct ng_yaml *root = NULL;
    struct ng_error err;
    ck_assert_int_eq(ng_document_make("t", text, &arena, &document, &err), NG_OK);
    ck_assert_int_eq(ng_yaml_parse(document, 0, &arena, &diagnosis, &root, &err),
                     NG_OK);
    ck_assert_ptr_null(root);
    ck_assert_int_eq(ng_diagnosis_end(&diagnosis, &err), NG_INVALID);
    ck_assert_msg(strstr(err.text, words) != NULL, "no \"%s\" in:\n%s", words,
                  err.text);
    ng_arena_release(&arena);
}

START_TEST(a_million_brackets_or_dashes_are_refused_at_once)
{
    size_t length = 1000 * 1000;
    char *text = malloc(length + 1);
    memset(text, '[', length);
    text[length] = '\0';
    refuse_text(text, "t:1:17: error: too deep, expected at most 16");
    for (size_t i = 0; i + 1 < length; i += 2)
        memcpy(text + i, "- ", 2);
    refuse_text(text, "t:1:33: error: too deep, expected at most 16");
    free(text);
}
END_TEST

START_TEST(text_above_1_mib_is_refused_before_it_is_parsed)
{
    struct ng_arena arena = {0};
    struct ng_document *document = NULL;
    struct ng_error err;
    size_t limit = 1024 * 1024;
    char *text = malloc(limit + 2);
    memset(text, ' ', limit + 1);
    text[limit + 1] = '\0';
    ck_assert_int_eq(ng_document_make("t", text, &arena, &document, &err), NG_INVALID);
    ck_assert_ptr_nonnull(
        strstr(err.text, "has 1048577 bytes, expected at most 1048576"));
    text[limit] = '\0';
    ck_assert_int_eq(ng_document_make("t", text, &arena, &document, &err), NG_OK);
    ng_arena_release(&arena);
    free(text);
}
END_TEST

START_TEST(crowded_tables_and_lists_are_refused)
{
    struct ng_text text = {0};
    for (int i = 0; i < 300; i++)
        ng_text_printf(&text, "k%d: 1\n", i);
    refuse_text(text.data, "t:257:1: error: too many keys, expected at most 256");
    text.length = 0;
    ng_text_add(&text, "seeds: [0");
    for (int i = 1; i < 10001; i++)
        ng_text_printf(&text, ",%d", i);
    ng_text_add(&text, "]\n");
    refuse_text(text.data, "too many items, expected at most 10000 in one list");
    ng_text_release(&text);
}
END_TEST

Suite *ng_suite_bad_files(void)
{
    setenv("NG_HOME", ".", 0); /* the tests run in the source root */
    Suite *suite = suite_create("bad_files");
    TCase *files = tcase_create("files");
    tcase_add_test(files, unknown_key_is_refused_with_the_nearest_name);
    tcase_add_test(files, key_in_the_wrong_table_is_refused_with_its_full_path);
    tcase_add_test(files, word_where_a_number_belongs_is_refused);
    tcase_add_test(files, fraction_where_a_whole_number_belongs_is_refused);
    tcase_add_test(files, list_where_a_number_belongs_is_refused);
    tcase_add_test(files, number_in_quotes_is_refused);
    tcase_add_test(files, key_without_value_is_refused);
    tcase_add_test(files, nan_is_refused);
    tcase_add_test(files, infinity_is_refused);
    tcase_add_test(files, number_beyond_fp64_is_refused);
    tcase_add_test(files, whole_number_out_of_range_is_refused);
    tcase_add_test(files, real_number_out_of_range_is_refused_with_its_unit);
    tcase_add_test(files, unit_of_another_key_is_refused);
    tcase_add_test(files, duplicate_key_is_refused_naming_the_first);
    tcase_add_test(files, missing_key_is_refused_with_its_meaning);
    tcase_add_test(files, text_of_17_levels_is_refused);
    tcase_add_test(files, unclosed_bracket_is_refused_where_it_shows);
    tcase_add_test(files, unclosed_bracket_at_the_end_is_refused_on_the_last_line);
    tcase_add_test(files, anchor_is_refused);
    tcase_add_test(files, alias_is_refused);
    tcase_add_test(files, tag_is_refused);
    tcase_add_test(files, merge_key_is_refused);
    tcase_add_test(files, directive_is_refused);
    tcase_add_test(files, second_document_is_refused);
    tcase_add_test(files, list_as_key_is_refused);
    tcase_add_test(files, list_instead_of_keys_is_refused);
    tcase_add_test(files, empty_file_is_refused);
    tcase_add_test(files, file_of_comments_is_refused);
    tcase_add_test(files, latin_1_is_refused_at_its_letter);
    tcase_add_test(files, overlong_utf8_is_refused);
    tcase_add_test(files, zero_byte_is_refused);
    tcase_add_test(files, escape_character_is_refused);
    tcase_add_test(files, escaped_zero_in_quotes_is_refused);
    tcase_add_test(files, missing_parent_is_refused_with_the_nearest_name);
    tcase_add_test(files, missing_parent_file_is_refused);
    tcase_add_test(files, experiment_extending_itself_is_refused);
    tcase_add_test(files, unknown_recipe_is_refused_with_the_list_and_the_nearest);
    tcase_add_test(files, unknown_recipe_in_a_sweep_is_refused_at_its_place);
    tcase_add_test(files, missing_recipe_file_is_refused);
    tcase_add_test(files, experiment_without_recipe_is_refused);
    tcase_add_test(files, unknown_data_set_is_refused_with_the_nearest);
    tcase_add_test(files, key_path_in_a_file_is_refused_with_its_nested_form);
    tcase_add_test(files, recipe_beside_a_sweep_over_recipes_is_refused);
    tcase_add_test(files, key_that_is_set_and_swept_is_refused);
    tcase_add_test(files, empty_seeds_are_refused);
    tcase_add_test(files, duplicate_seed_is_refused_at_the_second);
    tcase_add_test(files, falling_range_is_refused);
    tcase_add_test(files, huge_range_is_refused);
    tcase_add_test(files, negative_seed_is_refused);
    tcase_add_test(files, sweep_over_an_unknown_path_is_refused_with_the_nearest);
    tcase_add_test(files, sweep_over_data_is_refused);
    tcase_add_test(files, sweep_without_values_is_refused);
    tcase_add_test(files, sweep_with_one_value_spelt_twice_is_refused);
    tcase_add_test(files, sweep_value_of_the_wrong_type_is_refused);
    tcase_add_test(files, sweep_value_outside_a_list_is_refused);
    tcase_add_test(files, slice_that_the_data_set_lacks_is_refused);
    tcase_add_test(files, slice_crossed_with_itself_is_refused);
    tcase_add_test(files, unknown_gate_is_refused_with_the_nearest);
    tcase_add_test(files, repeated_gate_is_refused);
    tcase_add_test(files, name_that_leaves_the_folder_is_refused);
    suite_add_tcase(suite, files);
    TCase *hostile = tcase_create("hostile");
    tcase_add_test(hostile, mutated_texts_end_in_a_struct_or_a_sentence);
    tcase_add_test(hostile, a_million_brackets_or_dashes_are_refused_at_once);
    tcase_add_test(hostile, text_above_1_mib_is_refused_before_it_is_parsed);
    tcase_add_test(hostile, crowded_tables_and_lists_are_refused);
    suite_add_tcase(suite, hostile);
    return suite;
}
