/* A card for somebody's own table: what is inferred, and what is refused. */
#include "tests/unit/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "datasets/dataset.h"
#include "datasets/infer.h"

static struct ng_arena arena;
static struct ng_error err;
static struct ng_text told;
static struct ng_card card;
static char path[256];

static void begin(void)
{
    snprintf(path, sizeof path, "%s/ng-infer-XXXXXX", P_tmpdir);
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(close(file), 0);
}

static void end(void)
{
    unlink(path);
    ng_text_release(&told);
    ng_arena_release(&arena);
}

/* A table of `rows` rows, each `row` with what its letters stand for: %a the row number times
 * 7 modulo 50, %b a number with a fraction, %r one of four regions, %i the row number, %l yes
 * in every third row, else no, %m the row number modulo 2. */
static void write_table(const char *heading, const char *row, int rows)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    fputs(heading, file);
    for (int i = 0; i < rows; i++) {
        for (const char *at = row; *at != '\0'; at++) {
            if (*at != '%') {
                fputc(*at, file);
                continue;
            }
            at++;
            if (*at == 'a')
                fprintf(file, "%d", i * 7 % 50);
            else if (*at == 'b')
                fprintf(file, "%d.%d", i * 3 % 11, i * 5 % 10);
            else if (*at == 'r')
                fputs(
                    (const char *const[]){"north", "south", "east", "west"}[i * 5 % 4],
                    file);
            else if (*at == 'i')
                fprintf(file, "%d", i);
            else if (*at == 'm')
                fprintf(file, "%d", i % 2);
            else
                fputs(i % 3 == 0 ? "yes" : "no", file);
        }
    }
    ck_assert_int_eq(fclose(file), 0);
}

static enum ng_status infer_with(const char *label, char *slice, char *ignore)
{
    char *slices[] = {slice}, *ignored[] = {ignore}, *folder;
    struct ng_texts in = {slices, slice != NULL}, out = {ignored, ignore != NULL};
    struct ng_infer_wish wish = {path, label, &in, &out};
    ng_text_release(&told);
    err.text[0] = '\0';
    return ng_card_infer(&wish, &arena, &card, &folder, &told, &err);
}

static void infer(const char *label)
{
    enum ng_status status = infer_with(label, NULL, NULL);
    ck_assert_msg(status == NG_OK, "%s", err.text);
    ck_assert_msg(ng_card_check(&card, &err) == NG_OK, "%s", err.text);
}

static void refuses(const char *label, const char *words)
{
    ck_assert_int_eq(infer_with(label, NULL, NULL), NG_INVALID);
    ck_assert_msg(strstr(err.text, words) != NULL, "no '%s' in: %s", words, err.text);
    ck_assert_msg(strstr(err.text, path) != NULL, "no file in: %s", err.text);
}

static void tells(const char *words)
{
    ck_assert_msg(strstr(told.data, words) != NULL, "no '%s' in:\n%s", words,
                  told.data);
}

static const char *type_of(const char *name)
{
    const struct ng_card_column *columns = card.columns.values;
    for (size_t i = 0; i < card.columns.count; i++)
        if (strcmp(columns[i].name, name) == 0)
            return ng_column_type_names[columns[i].type];
    return "no such column";
}

#define PLAIN "age,dose,region,churned\n"

START_TEST(every_separator_is_found)
{
    static const char *const names[] = {",", ";", "tab", "|", "blank"};
    static const char *const marks[] = {",", ";", "\t", "|", "   "};
    for (size_t i = 0; i < 5; i++) {
        char heading[64], row[64];
        snprintf(heading, sizeof heading, "age%sdose%schurned\n", marks[i], marks[i]);
        snprintf(row, sizeof row, "%%a%s%%b%s%%l\n", marks[i], marks[i]);
        write_table(heading, row, 60);
        infer("churned");
        ck_assert_str_eq(card.separator, names[i]);
        ck_assert_uint_eq(card.columns.count, 3);
    }
}
END_TEST

START_TEST(a_semicolon_wins_over_decimal_commas)
{
    write_table("age;dose;churned\n", "%a;1,%a;%l\n", 200);
    infer("churned");
    ck_assert_str_eq(card.separator, ";");
    tells("dose is taken as categories: numbers with commas or signs, such as '1,0'");
}
END_TEST

START_TEST(tabs_that_only_align_columns_are_blanks)
{
    write_table("", "%a.   %b    %a\t\"some %r name\"\n", 60);
    infer("x4");
    ck_assert_str_eq(card.separator, "blank");
    ck_assert_str_eq(type_of("x2"), "number");
    tells("label x4: some east name (15 rows)");
    /* In some rows two tabs stand where others have one. */
    write_table("1\t2\t\t0\n1\t\t3\t1\n", "%a\t%b\t%m\n", 60);
    infer("x3");
    ck_assert_str_eq(card.separator, "blank");
    ck_assert_uint_eq(card.columns.count, 3);
    write_table("", "%a %b\t\t%l\n", 60);
    infer("x3");
    ck_assert_str_eq(card.separator, "blank");
    write_table("", "%r one\t%a\t%l\n", 60);
    infer("x3");
    ck_assert_str_eq(card.separator, "tab");
}
END_TEST

START_TEST(the_lower_of_two_rows_of_names_is_the_heading)
{
    write_table(",A,B,C\nid,age,dose,left us\n", "%i,%a,%b,%l\n", 60);
    infer("left us");
    tells("heading, 1 row before it passed over");
    ck_assert_str_eq(type_of("age"), "number");
    ck_assert_str_eq(type_of("id"), "ignore");
    const struct ng_card_file *file = card.files.values;
    ck_assert_int_eq(file->skip, 2);
    ck_assert_int_eq(file->rows, 60);
    /* What stands in a row of data is no heading. */
    write_table("age,state,left\n1,n,Left\n2,s,Left\n", "%a,%r,%l\n", 60);
    refuses("Left", "did you mean 'left'");
}
END_TEST

START_TEST(names_that_are_made_up_give_way_to_those_of_the_heading)
{
    write_table("\"\",\"x1\",\"x2\",\"y\"\n", "\"k%i\",%a,%b,%l\n", 60);
    infer("y");
    ck_assert_str_eq(type_of("x1"), "number");
    ck_assert_str_eq(type_of("x1.2"), "ignore");
}
END_TEST

START_TEST(marks_of_other_programs_are_missing)
{
    write_table("a,b,y\n-,\" \",no\nn/a,\\N,no\n.,<NA>,yes\n1,#N/A,yes\n", "%a,%b,%l\n",
                60);
    infer("y");
    ck_assert_str_eq(type_of("a"), "number");
    ck_assert_str_eq(type_of("b"), "number");
    ck_assert_uint_eq(card.missing.count, 7);
    write_table("a,y\n", "%a,-\n%b,+\n", 60);
    infer("y");
    tells("label y: + (60 rows), - (60)");
}
END_TEST

START_TEST(columns_are_ignored_with_the_reason_that_helps)
{
    write_table("when,price,code,tag,y\n12/31/2019,$5,77,1.2.3,no\n",
                "1/%m/2020,\"$%a,%a00.00\",K%i,1.2.%a,%l\n", 120);
    infer("y");
    tells("when (dates such as '12/31/2019'; 2020-01-31 is read)");
    tells("price is taken as categories: numbers with commas or signs, such as '$5'");
    tells("code (numbers, and texts such as 'K0' in line 3)");
    ck_assert_str_eq(type_of("tag"), "category");
    char slice[] = "when";
    ck_assert_int_eq(infer_with("y", slice, NULL), NG_OK);
    ck_assert_str_eq(type_of("when"), "category");
}
END_TEST

START_TEST(a_text_below_many_numbers_makes_categories)
{
    char heading[4096];
    size_t length = (size_t)sprintf(heading, "code,age,y\n");
    for (int i = 0; i < 150; i++)
        length += (size_t)sprintf(heading + length, "%d,%d,no\n", 100 + i, i % 9);
    write_table(heading, "%a,%a,%l\n1%a,%a,%l\nV%a,%a,%l\n", 1000);
    infer("y");
    ck_assert_str_eq(type_of("code"), "category");
}
END_TEST

START_TEST(numbers_named_as_identifiers_are_told)
{
    write_table("userId,covid,y\n", "1%i,2%i,%l\n", 200);
    infer("y");
    tells("note: userId is learnt as a number; if it only names the rows");
    ck_assert_ptr_null(strstr(told.data, "note: covid"));
}
END_TEST

START_TEST(types_are_what_the_fields_are)
{
    write_table("id,age,region,seen,note,flat,void,churned\n",
                "k%i,%a,%r,2015-02-04 17:51:00,it is number %i indeed,7,,%l\n", 200);
    infer("churned");
    ck_assert_str_eq(type_of("id"), "ignore");
    ck_assert_str_eq(type_of("age"), "number");
    ck_assert_str_eq(type_of("region"), "category");
    ck_assert_str_eq(type_of("note"), "text");
    ck_assert_str_eq(type_of("flat"), "ignore");
    ck_assert_str_eq(type_of("void"), "ignore");
    ck_assert_str_eq(type_of("churned"), "label");
    tells("200 rows, 8 columns, separator comma, heading\n");
    tells("label churned: no (133 rows), yes (67)\n");
    tells("numbers: age\n");
    tells("categories: region (4)\n");
    tells("id (200 different texts)");
    tells("void (all missing)");
}
END_TEST

START_TEST(a_time_is_a_time)
{
    write_table("seen,age,churned\n", "2015-02-04 17:%m0:00,%a,%l\n", 60);
    infer("churned");
    ck_assert_str_eq(type_of("seen"), "time");
}
END_TEST

START_TEST(row_numbers_are_not_learnt)
{
    write_table("age,dose,churned\n", "%i,%a,%b,%l\n", 60);
    infer("churned");
    ck_assert_uint_eq(card.columns.count, 4);
    ck_assert_str_eq(type_of("row"), "ignore");
    ck_assert_str_eq(type_of("age"), "number");
    tells("heading without a name for its first column");
}
END_TEST

START_TEST(columns_without_a_heading_are_numbered)
{
    const struct ng_card_file *files;
    write_table("", "%a,%b,%r,%l\n", 60);
    infer("x4");
    files = card.files.values;
    ck_assert_int_eq(files[0].skip, 0);
    ck_assert_int_eq(files[0].rows, 60);
    ck_assert_str_eq(type_of("x3"), "category");
    refuses("churned", "data.label=x4 is the last");
}
END_TEST

START_TEST(junk_marks_and_line_ends_do_not_matter)
{
    const struct ng_card_file *files;
    write_table("\xEF\xBB\xBF", "%a,%b,%r,%l\r\n", 60);
    infer("x4");
    ck_assert_str_eq(card.classes.values[1], "yes");
    write_table("written by hand\r\n" PLAIN, "%a,%b,%r,%l\n", 60);
    infer("churned");
    files = card.files.values;
    ck_assert_int_eq(files[0].skip, 2);
    tells("1 row before it passed over");
}
END_TEST

START_TEST(quotes_may_hold_separators)
{
    write_table("\"age, years\",region,churned\n", "%a,\"%r, \"\"far\"\"\",%l\n", 60);
    infer("churned");
    ck_assert(card.quotes);
    ck_assert_str_eq(type_of("age, years"), "number");
}
END_TEST

START_TEST(quotes_that_do_not_close_are_letters)
{
    write_table("", "\"he said number %i to us\" and left\t%m\n", 60);
    infer("x2");
    ck_assert(!card.quotes);
    ck_assert_str_eq(type_of("x1"), "text");
}
END_TEST

START_TEST(a_mark_that_stands_in_the_label_alone_is_a_class)
{
    write_table("age,grade\n1,None\n", "%a,%l\n", 60);
    infer("grade");
    ck_assert_uint_eq(card.classes.count, 3);
    ck_assert_uint_eq(card.missing.count, 0);
    write_table("age,grade\nNone,None\n", "%a,%l\n", 60);
    infer("grade");
    ck_assert_uint_eq(card.classes.count, 2);
    tells("\n1 row without a label is left out\n");
}
END_TEST

START_TEST(rows_without_a_label_are_left_out_of_every_count)
{
    struct ng_dataset dataset;
    /* The row number goes on; a region of its own stands in a row without a label. */
    write_table("row,age,region,y\n0,NA,north,yes\n1,2,nowhere,\n2,3,nowhere,NA\n", "",
                1);
    FILE *file = fopen(path, "ab");
    ck_assert_ptr_nonnull(file);
    for (int i = 3; i < 103; i++)
        fprintf(file, "%d,%d,%s,%s\n", i, i % 7, i % 2 ? "north" : "south",
                i % 5 == 3   ? ""
                : i % 3 == 0 ? "yes"
                             : "no");
    ck_assert_int_eq(fclose(file), 0);
    infer("y");
    tells("81 rows, 4 columns");
    tells("\n22 rows without a label are left out\n");
    tells("region (2)");
    tells("row (row numbers)");
    ck_assert_int_eq(card.unlabelled, NG_UNLABELLED_DROP);
    char *name = strrchr(path, '/'), *folder = ng_arena_text(&arena, path);
    folder[name - path] = '\0';
    enum ng_status status = ng_dataset_load(&dataset, &card, folder, &err);
    ck_assert_msg(status == NG_OK, "%s", err.text);
    ck_assert_uint_eq(dataset.train.rows + dataset.test.rows, 81);
    ck_assert_uint_eq(dataset.unlabelled, 22);
    ng_dataset_release(&dataset);
}
END_TEST

START_TEST(classes_are_ordered_by_value)
{
    write_table("age,y\n1,10\n1,10\n", "%a,%m\n", 60);
    infer("y");
    ck_assert_str_eq(card.classes.values[1], "1");
    ck_assert_str_eq(card.classes.values[2], "10");
}
END_TEST

START_TEST(slices_make_categories_of_few_numbers)
{
    write_table("age,kind,churned\n", "%a,%m,%l\n", 60);
    ck_assert_int_eq(infer_with("churned", "kind x age", NULL), NG_OK);
    const struct ng_card_slice *slices = card.slices.values;
    ck_assert_uint_eq(card.slices.count, 2);
    ck_assert_str_eq(slices[0].column, "kind");
    ck_assert_str_eq(type_of("kind"), "category");
    ck_assert_str_eq(type_of("age"), "number");
    ck_assert_msg(ng_card_check(&card, &err) == NG_OK, "%s", err.text);
    ck_assert_int_eq(infer_with("churned", "churned", NULL), NG_OK);
    slices = card.slices.values;
    ck_assert_str_eq(slices[0].by, "label");
}
END_TEST

START_TEST(slices_of_names_are_refused)
{
    write_table("id,age,churned\n", "k%i,%a,%l\n", 1200);
    ck_assert_int_eq(infer_with("churned", "id", NULL), NG_INVALID);
    ck_assert_ptr_nonnull(strstr(err.text, "over 1,000 different texts"));
    ck_assert_int_eq(infer_with("churned", "ages", NULL), NG_INVALID);
    ck_assert_ptr_nonnull(strstr(err.text, "did you mean 'age'?"));
    ck_assert_int_eq(infer_with("churned", "id", "id"), NG_INVALID);
    ck_assert_ptr_nonnull(strstr(err.text, "over 1,000 different texts"));
}
END_TEST

START_TEST(dates_alone_make_no_hours)
{
    write_table("day,age,y\n", "2015-02-1%m,%a,%l\n", 60);
    infer("y");
    ck_assert_str_eq(type_of("day"), "time");
    ck_assert_int_eq(infer_with("y", "day", NULL), NG_INVALID);
    ck_assert_ptr_nonnull(strstr(err.text, "its dates have no time of day"));
    ck_assert_int_eq(infer_with("y", "day", "day"), NG_INVALID);
    write_table("day,age,y\n2015-02-04,1,no\n", "2015-02-1%m 07:00,%a,%l\n", 60);
    ck_assert_int_eq(infer_with("y", "day", NULL), NG_OK);
}
END_TEST

START_TEST(the_label_is_never_proposed_for_slices)
{
    write_table("age,dose,y\n", "%a,%b,%l\n", 60);
    infer("y");
    tells("slices: none\n");
    write_table(PLAIN, "%a,%b,%r,%l\n", 60);
    infer("churned");
    tells("slices: none; data.slices='region' would judge");
}
END_TEST

START_TEST(what_is_ignored_may_make_groups)
{
    const struct ng_card_slice *slices;
    write_table("age,sex,dose,flat,churned\n", "%a,%m,%b,1,%l\n", 200);
    ck_assert_int_eq(infer_with("churned", "sex", "sex"), NG_OK);
    slices = card.slices.values;
    ck_assert_str_eq(type_of("sex"), "ignore");
    ck_assert_str_eq(slices[0].column, "sex");
    ck_assert_int_eq(slices[0].parts, 0);
    tells("sex (as you said, but for its groups)");
    ck_assert_msg(ng_card_check(&card, &err) == NG_OK, "%s", err.text);
    ck_assert_int_eq(infer_with("churned", "age", "age"), NG_OK);
    slices = card.slices.values;
    ck_assert_str_eq(type_of("age"), "ignore");
    ck_assert_int_eq(slices[0].parts, 4);
    ck_assert_msg(ng_card_check(&card, &err) == NG_OK, "%s", err.text);
    ck_assert_int_eq(infer_with("churned", "flat", "flat"), NG_INVALID);
    ck_assert_ptr_nonnull(strstr(err.text, "the same in all rows"));
}
END_TEST

START_TEST(nonsense_labels_are_refused)
{
    write_table(PLAIN, "%a,%b,%r,yes\n", 60);
    refuses("churned", "nothing to tell apart");
    refuses("churn", "did you mean 'churned'?");
    write_table(PLAIN, "%a,%b,%r,\n", 60);
    refuses("churned", "says nothing in all 60 rows");
    write_table(PLAIN, "%a,%b,%r,\n%a,%b,NA,NA\n", 60);
    refuses("churned", "says nothing in all 120 rows");
    write_table(PLAIN, "%a,%b,%r,%l\n%a,%b,%r,\n", 40);
    refuses("churned", "has 40 rows with a label, too few");
    write_table(PLAIN, "%a,%b,%r,k%i\n", 3000);
    refuses("churned", "more than 100 classes in 3,000 rows");
    write_table(PLAIN, "%a,%b,%r,%i.5\n", 60);
    refuses("churned", "a number to be predicted");
    write_table(PLAIN, "%a,%b,%r,%m.5\n", 60);
    refuses("churned", "numbers with fractions, 2 different ones in 60 rows");
    write_table(PLAIN, "%b,%b,%r,%a\n", 400);
    refuses("churned", "50 different ones in 400 rows: a number to be predicted");
    refuses("churned", "bands such as low and high");
    write_table(PLAIN, "%b,%b,%r,c%a\n", 400);
    infer("churned");
    write_table("churned,churned\n", "%a,%l\n", 60);
    refuses("churned", "two columns 'churned'");
}
END_TEST

START_TEST(a_million_classes_are_refused_in_bounded_memory)
{
    write_table("age,y\n", "%a,name%i\n", 1000000);
    refuses("y", "more than 100 classes in 1,000,000 rows");
}
END_TEST

START_TEST(the_label_under_other_names_is_refused)
{
    write_table("age,copy,y\n", "%a,is %m,%m\n", 60);
    refuses("y", "data.ignore='copy'");
    ck_assert_int_eq(infer_with("y", NULL, "copy"), NG_OK);
    tells("copy (as you said)");
    write_table("age,copy,y\n", "%a,%m.0,%m\n", 60);
    refuses("y", "under other names");
    write_table("age,copy,other,y\n", "%a,is %m,no %m,%m\n", 60);
    refuses("y", "and 1 other column is too, so nothing would be learnt but that; add "
                 "data.ignore='copy,other' to leave them out.");
}
END_TEST

START_TEST(a_column_that_tells_the_class_is_told)
{
    write_table("age,way,y\n", "%a,%r,%m\n", 60);
    infer("y");
    tells("way alone tells the class of every row");
    write_table("age,region,y\n", "%a,%r,%l\n", 60);
    infer("y");
    ck_assert_ptr_null(strstr(told.data, "alone tells"));
}
END_TEST

START_TEST(what_is_no_table_is_refused)
{
    write_table("", "", 0);
    refuses("y", "is empty");
    write_table("words\n", "wordsandwords%i\n", 60);
    refuses("y", "is no table of columns");
    write_table(PLAIN, "", 0);
    refuses("churned", "no rows below its heading");
    write_table(PLAIN, "%a,%b,%r,%l\n", 30);
    refuses("churned", "has 30 rows, too few");
    write_table("id,k,churned\n", "k%i,7,%l\n", 300);
    refuses("churned", "nothing to learn from");
    write_table("stra\xDF"
                "e,churned\n",
                "%a,%l\n", 60);
    refuses("churned", "iconv");
    write_table("age,churned\r", "%a,%l\r", 60);
    refuses("churned", "carriage return alone");
    write_table("\xFF\xFE", "a", 60);
    refuses("churned", "is written in UTF-16");
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite("PK\3\4\0\0a,b\n", 1, 10, file), 10);
    ck_assert_int_eq(fclose(file), 0);
    refuses("churned", "saved as CSV");
}
END_TEST

START_TEST(a_wide_table_loads_as_it_was_inferred)
{
    struct ng_dataset dataset;
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    for (int i = -1; i < 80; i++) {
        for (int j = 0; j < 2000; j++)
            fprintf(file, i < 0 ? "c%d," : "%d,", i < 0 ? j : (i * (j + 1)) % 97);
        fprintf(file, i < 0 ? "y\n" : "%d\n", i % 2);
    }
    ck_assert_int_eq(fclose(file), 0);
    infer("y");
    char *name = strrchr(path, '/'), *folder = ng_arena_text(&arena, path);
    folder[name - path] = '\0';
    enum ng_status status = ng_dataset_load(&dataset, &card, folder, &err);
    ck_assert_msg(status == NG_OK, "%s", err.text);
    ck_assert_uint_eq(dataset.train.rows + dataset.test.rows, 80);
    ck_assert_uint_eq(dataset.classes, 2);
    ck_assert_uint_ge(dataset.features, 1900);
    ng_dataset_release(&dataset);
}
END_TEST

Suite *ng_suite_infer(void)
{
    Suite *suite = suite_create("infer");
    TCase *tests = tcase_create("infer");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, every_separator_is_found);
    tcase_add_test(tests, a_semicolon_wins_over_decimal_commas);
    tcase_add_test(tests, tabs_that_only_align_columns_are_blanks);
    tcase_add_test(tests, the_lower_of_two_rows_of_names_is_the_heading);
    tcase_add_test(tests, names_that_are_made_up_give_way_to_those_of_the_heading);
    tcase_add_test(tests, marks_of_other_programs_are_missing);
    tcase_add_test(tests, columns_are_ignored_with_the_reason_that_helps);
    tcase_add_test(tests, a_text_below_many_numbers_makes_categories);
    tcase_add_test(tests, numbers_named_as_identifiers_are_told);
    tcase_add_test(tests, types_are_what_the_fields_are);
    tcase_add_test(tests, a_time_is_a_time);
    tcase_add_test(tests, row_numbers_are_not_learnt);
    tcase_add_test(tests, columns_without_a_heading_are_numbered);
    tcase_add_test(tests, junk_marks_and_line_ends_do_not_matter);
    tcase_add_test(tests, quotes_may_hold_separators);
    tcase_add_test(tests, quotes_that_do_not_close_are_letters);
    tcase_add_test(tests, a_mark_that_stands_in_the_label_alone_is_a_class);
    tcase_add_test(tests, rows_without_a_label_are_left_out_of_every_count);
    tcase_add_test(tests, classes_are_ordered_by_value);
    tcase_add_test(tests, slices_make_categories_of_few_numbers);
    tcase_add_test(tests, slices_of_names_are_refused);
    tcase_add_test(tests, dates_alone_make_no_hours);
    tcase_add_test(tests, the_label_is_never_proposed_for_slices);
    tcase_add_test(tests, what_is_ignored_may_make_groups);
    tcase_add_test(tests, nonsense_labels_are_refused);
    tcase_add_test(tests, a_million_classes_are_refused_in_bounded_memory);
    tcase_add_test(tests, the_label_under_other_names_is_refused);
    tcase_add_test(tests, a_column_that_tells_the_class_is_told);
    tcase_add_test(tests, what_is_no_table_is_refused);
    tcase_add_test(tests, a_wide_table_loads_as_it_was_inferred);
    suite_add_tcase(suite, tests);
    return suite;
}
