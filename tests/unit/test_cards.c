/* Data cards: what contradicts itself is refused, and what is written is read back. */
#include "tests/unit/suites.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "datasets/dataset.h"
#include "experiments/spec/experiment.h"

static struct ng_arena arena;
static struct ng_error err;
static char path[256];

static void begin(void)
{
    snprintf(path, sizeof path, "%s/ng-card-XXXXXX", P_tmpdir);
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(close(file), 0);
    unlink(path);
    strcat(path, ".yaml");
}

static void end(void)
{
    unlink(path);
    ng_arena_release(&arena);
}

static struct ng_card read_text(const char *text)
{
    struct ng_card card;
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
    enum ng_status status = ng_card_read(path, &arena, &card, &err);
    ck_assert_msg(status == NG_OK, "%s in:\n%s", err.text, text);
    return card;
}

/* A good card of a table; what is given takes the place of a part. */
struct parts {
    const char *reader, *files, *columns, *slices, *rest;
};

#define TWO_FILES "  - {role: train, path: a.csv}\n  - {role: test, path: b.csv}\n"

static struct ng_card card_of(struct parts parts)
{
    char *text = ng_arena_printf(
        &arena,
        "name: t\ntitle: a table\nreader: %s\norigin: a test\nlicence: "
        "none\n%s%s%s%s%s%s"
        "%s",
        parts.reader != NULL ? parts.reader : "csv",
        parts.files == NULL || parts.files[0] != '\0' ? "files:\n" : "",
        parts.files != NULL ? parts.files : TWO_FILES,
        parts.columns == NULL || parts.columns[0] != '\0' ? "columns:\n" : "",
        parts.columns != NULL
            ? parts.columns
            : "  - {name: x}\n  - {name: kind, type: category}\n"
              "  - {name: pixel, repeat: 12}\n  - {name: when, type: time}\n"
              "  - {name: words, type: text}\n  - {name: id, type: ignore}\n"
              "  - {name: sex, type: category, categories: [f, m]}\n"
              "  - {name: y, type: label}\n",
        parts.slices != NULL ? "slices:\n" : "",
        parts.slices != NULL ? parts.slices : "", parts.rest != NULL ? parts.rest : "");
    ck_assert_ptr_nonnull(text);
    return read_text(text);
}

static void expect_bad(const struct ng_card *card, const char *words)
{
    ck_assert_msg(ng_card_check(card, &err) == NG_INVALID, "not refused: %s", words);
    ck_assert_msg(strncmp(err.text, "The data card t ", 16) == 0, "%s", err.text);
    ck_assert_msg(strstr(err.text, words) != NULL, "no '%s' in: %s", words, err.text);
    size_t length = strlen(err.text);
    ck_assert_msg(strchr(".?", err.text[length - 1]) != NULL, "%s", err.text);
}

static void expect_bad_parts(struct parts parts, const char *words)
{
    struct ng_card card = card_of(parts);
    expect_bad(&card, words);
}

static void expect_good_parts(struct parts parts)
{
    struct ng_card card = card_of(parts);
    enum ng_status status = ng_card_check(&card, &err);
    ck_assert_msg(status == NG_OK, "%s", err.text);
}

/* ---- Defaults and good cards ----------------------------------------------------- */

START_TEST(a_card_says_little_and_the_rest_has_defaults)
{
    struct ng_card card = card_of((struct parts){0});
    const struct ng_card_column *columns = card.columns.values;
    const struct ng_card_file *files = card.files.values;
    ck_assert_int_eq(ng_card_check(&card, &err), NG_OK);
    ck_assert_str_eq(files[0].part, "features");
    ck_assert_ptr_null(files[0].sha256);
    ck_assert_int_eq(columns[0].type, NG_COLUMN_NUMBER);
    ck_assert_int_eq(columns[4].buckets, 256);
    ck_assert_str_eq(card.separator, ",");
    ck_assert_str_eq(card.standardise, "column");
    ck_assert_str_eq(card.order, "shuffled");
    ck_assert_str_eq(card.duplicates, "keep");
    ck_assert_double_eq(card.clip, 20);
    ck_assert_double_eq(card.test_share, 0.2);
    ck_assert_uint_eq(ng_card_fields(&card), 19);
}
END_TEST

START_TEST(good_slices_and_files_are_accepted)
{
    expect_good_parts((struct parts){
        .slices = "  - {name: a, column: x, edges: [1, 2], bands: [low, mid, high]}\n"
                  "  - {name: b, column: pixel11, parts: 3}\n"
                  "  - {name: c, column: when}\n  - {name: d, column: words}\n"
                  "  - {name: e, column: sex, bands: [women, men]}\n"
                  "  - {name: f, by: label}\n  - {name: g, by: file, bands: [p, q]}\n"
                  "  - {name: h, by: position}\n  - {name: i, column: kind}\n"
                  "  - {name: j, column: id}\n"
                  "  - {name: k, column: id, edges: [5], bands: [low, high]}\n"});
    expect_good_parts((struct parts){
        .reader = "npy",
        .columns = "",
        .files = "  - {role: train, path: a.npz, array: x}\n"
                 "  - {role: train, part: labels, path: a.npz, array: y}\n"
                 "  - {role: test, path: b.npy}\n"
                 "  - {role: test, part: labels, path: c.npy}\n"});
    expect_good_parts((struct parts){.reader = "text",
                                     .columns = "",
                                     .files = "  - {role: all, path: a.txt}\n",
                                     .rest = "order: stream\n"});
    static const char *const separators[] = {"tab", "blank", "\";\"", "\"|\"",
                                             "\"\\t\""};
    for (size_t i = 0; i < sizeof separators / sizeof separators[0]; i++)
        expect_good_parts((struct parts){
            .rest = ng_arena_printf(&arena, "separator: %s\n", separators[i])});
}
END_TEST

/* ---- Contradictions -------------------------------------------------------------- */

START_TEST(files_that_contradict_each_other_are_refused)
{
    static const struct {
        const char *files, *words;
    } bad[] = {
        {"  - {role: train, path: a}\n", "has no file of role test"},
        {"  - {role: test, path: a}\n", "has no file of role train"},
        {"  - {role: all, path: a}\n  - {role: train, path: b}\n",
         "either all, or train and test"},
        {"  - {role: train, path: a}\n  - {role: test, path: a}\n",
         "names the file a twice"},
        {"  - {role: train, path: /a}\n  - {role: test, path: b}\n",
         "a path below the data folder"},
        {"  - {role: train, path: x/../../a}\n  - {role: test, path: b}\n",
         "without '..'"},
        {"  - {role: train, path: a, sha256: ABC}\n  - {role: test, path: b}\n",
         "64 lower-case hexadecimal digits"},
        {"  - {role: train, path: a, array: x}\n  - {role: test, path: b}\n",
         "only npy has"},
        {"  - {role: train, path: a, member: m}\n  - {role: test, path: b}\n",
         "without the url"},
        {"  - {role: train, path: a, url: \"ftp://x\"}\n  - {role: test, path: b}\n",
         "begins with https://"},
        {TWO_FILES "  - {role: train, part: labels, path: c}\n"
                   "  - {role: train, part: labels, path: d}\n",
         "1 features and 2 labels files of role train"},
        {TWO_FILES "  - {role: all, part: labels, path: c}\n",
         "0 features and 1 labels files of role all"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        expect_bad_parts((struct parts){.files = bad[i].files}, bad[i].words);
    expect_bad_parts((struct parts){.reader = "idx", .columns = ""},
                     "1 features and 0 labels files of role train");
    expect_bad_parts((struct parts){.reader = "idx",
                                    .columns = "",
                                    .files = "  - {role: all, path: a, skip: 1}\n"},
                     "skips 1 rows of a");
    expect_bad_parts(
        (struct parts){.reader = "text",
                       .columns = "",
                       .files = TWO_FILES "  - {role: train, part: labels, path: c}\n"},
        "its reader text does not read");
    expect_bad_parts((struct parts){.rest = "train_rows: 5\n"},
                     "which belong to generators");
    expect_bad_parts((struct parts){.rest = "duplicates: drop\n"},
                     "has no file of role all");
}
END_TEST

START_TEST(a_test_share_of_none_or_all_is_refused)
{
    static const char *const shares[] = {"0", "1"};
    for (size_t i = 0; i < 2; i++)
        expect_bad_parts((struct parts){.files = "  - {role: all, path: a}\n",
                                        .rest = ng_arena_printf(
                                            &arena, "test_share: %s\n", shares[i])},
                         "a share between 0 and 1");
}
END_TEST

START_TEST(columns_that_contradict_themselves_are_refused)
{
    static const struct {
        const char *columns, *words;
    } bad[] = {
        {"", "has no columns"},
        {"  - {name: x}\n", "has 0 columns of type label"},
        {"  - {name: x}\n  - {name: y, type: label}\n  - {name: z, type: label}\n",
         "has 2 columns of type label"},
        {"  - {name: x}\n  - {name: y, type: label, repeat: 2}\n",
         "has 2 columns of type label"},
        {"  - {name: x, type: ignore}\n  - {name: y, type: label}\n",
         "nothing to learn from"},
        {"  - {name: x}\n  - {name: x}\n  - {name: y, type: label}\n",
         "two columns of the name x"},
        {"  - {name: x, repeat: 3}\n  - {name: x2}\n  - {name: y, type: label}\n",
         "two columns of the name x2"},
        {"  - {name: \"\"}\n  - {name: y, type: label}\n", "a column without a name"},
        {"  - {name: x, categories: [a]}\n  - {name: y, type: label}\n",
         "gives categories to the column x"},
        {"  - {name: x, type: category, least: 3}\n  - {name: y, type: label}\n",
         "gives least or most to the column x"},
        {"  - {name: x, least: 3, most: 2}\n  - {name: y, type: label}\n",
         "a least value of 3 and a most of 2"},
        {"  - {name: x, buckets: 9}\n  - {name: y, type: label}\n",
         "gives buckets to the column x"},
        {"  - {name: x, repeat: 60000}\n  - {name: z, repeat: 60000}\n"
         "  - {name: y, type: label}\n",
         "120001 fields a row"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        expect_bad_parts((struct parts){.columns = bad[i].columns}, bad[i].words);
    expect_bad_parts((struct parts){.columns =
                                        "  - {name: x}\n  - {name: t, type: time}\n"
                                        "  - {name: u, type: time}\n"
                                        "  - {name: y, type: label}\n",
                                    .rest = "order: stream\n"},
                     "a stream with 2 columns of type time");
}
END_TEST

START_TEST(slices_that_contradict_the_columns_are_refused)
{
    static const struct {
        const char *slice, *words;
    } bad[] = {
        {"column: knid", "did you mean 'kind'?"},
        {"column: pixel12", "column 'pixel12', which does not exist"},
        {"column: pixel", "column 'pixel', which does not exist"},
        {"column: pixel01", "column 'pixel01', which does not exist"},
        {"column: y", "'by: label' was expected"},
        {"column: id, bands: [p, q]", "categories are learnt"},
        {"column: id, parts: 3, bands: [p, q]", "names 2 bands"},
        {"column: x, by: label", "both column and by"},
        {"parts: 3", "neither of column and by"},
        {"column: x, edges: [2, 1]", "the edge 1 behind 2"},
        {"column: x, edges: [2, 2]", "the edge 2 behind 2"},
        {"column: x, edges: [1], parts: 2", "both edges and parts"},
        {"column: x, parts: 1", "into 1 part"},
        {"column: kind, edges: [1]", "only numbers, times and lengths of texts"},
        {"by: position, edges: [1]", "only numbers, times and lengths of texts"},
        {"column: kind, parts: 2", "only numbers, lengths of texts and positions"},
        {"by: label, parts: 2", "only numbers, lengths of texts and positions"},
        {"column: kind, bands: [p, q]", "are learnt from the files"},
        {"by: label, bands: [p, q]", "are learnt from the files"},
        {"column: sex, bands: [p]", "names 1 bands for the slice s, which has 2"},
        {"column: x, edges: [1], bands: [p]", "1 bands for the slice s, which has 2"},
        {"column: x, bands: [p]", "which has 4"},
        {"by: position, bands: [p]", "which has 5"},
        {"by: position, parts: 3, bands: [p]", "which has 3"},
        {"by: file, bands: [p]", "which has 2"},
        {"column: when, bands: [p]", "which has 24"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        expect_bad_parts(
            (struct parts){
                .slices = ng_arena_printf(&arena, "  - {name: s, %s}\n", bad[i].slice)},
            bad[i].words);
    expect_bad_parts((struct parts){.slices = "  - {name: s, column: x}\n"
                                              "  - {name: s, by: label}\n"},
                     "two slices of the name s");
    expect_bad_parts((struct parts){.slices = "  - {name: a/b, column: x}\n"},
                     "without '/'");
    expect_bad_parts((struct parts){.slices = "  - {name: ., column: x}\n"},
                     "without '/'");
    for (int letters = 200; letters <= 201; letters++) {
        char *slice =
            ng_arena_printf(&arena, "  - {name: n%0*d, column: x}\n", letters - 1, 0);
        if (letters == 200)
            expect_good_parts((struct parts){.slices = slice});
        else
            expect_bad_parts((struct parts){.slices = slice}, "at most 200 letters");
    }
    expect_bad_parts((struct parts){.slices = "  - {name: a x b, column: x}\n"},
                     "without ' x '");
    expect_bad_parts((struct parts){.slices = "  - {name: s, by: label, bands: [p]}\n",
                                    .rest = "classes: [no, yes]\n"},
                     "which has 2");
}
END_TEST

START_TEST(keys_of_another_reader_are_refused)
{
    static const char *const keys[] = {"separator: tab\n", "quotes: true\n",
                                       "ragged: true\n", "missing: [\"?\"]\n",
                                       "label_strip: .\n"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        expect_bad_parts((struct parts){.reader = "text",
                                        .columns = "",
                                        .files = "  - {role: all, path: a}\n",
                                        .rest = keys[i]},
                         "belongs to the reader csv; its reader is text");
    expect_bad_parts(
        (struct parts){.reader = "text", .files = "  - {role: all, path: a}\n"},
        "has the key columns");
    expect_bad_parts((struct parts){.reader = "text",
                                    .columns = "",
                                    .files = "  - {role: all, path: a}\n",
                                    .rest = "classes: [a, b]\n"},
                     "no labelled rows");
    expect_bad_parts((struct parts){.reader = "text",
                                    .columns = "",
                                    .files = "  - {role: all, path: a, rows: 5}\n"},
                     "no labelled rows");
    expect_bad_parts((struct parts){.reader = "text",
                                    .columns = "",
                                    .files = "  - {role: all, path: a}\n",
                                    .rest = "duplicates: drop\n"},
                     "no labelled rows");
    expect_bad_parts((struct parts){.reader = "claims",
                                    .files = "",
                                    .columns = "",
                                    .slices = "  - {name: s, by: file}\n",
                                    .rest = "classes: [a, b]\ntrain_rows: 9\n"
                                            "test_rows: 9\n"},
                     "its reader claims reads none");
    expect_bad_parts((struct parts){.reader = "claims",
                                    .files = "",
                                    .columns = "",
                                    .rest = "classes: [a, b]\nlabel_values: [p, q]\n"
                                            "train_rows: 9\ntest_rows: 9\n"},
                     "its reader claims generates the data");
    expect_bad_parts((struct parts){.reader = "txt"}, "did you mean 'text'?");
}
END_TEST

START_TEST(separators_and_classes_that_cannot_be_are_refused)
{
    static const char *const separators[] = {
        "a", "7", "\"\\\"\"", "\"\\n\"", "\"\"", "\", \"", "\"\\u00e9\"", "semicolon"};
    for (size_t i = 0; i < sizeof separators / sizeof separators[0]; i++)
        expect_bad_parts((struct parts){.rest = ng_arena_printf(
                                            &arena, "separator: %s\n", separators[i])},
                         "has the separator");
    expect_bad_parts((struct parts){.rest = "classes: [one]\n"}, "names 1 classes");
    expect_bad_parts((struct parts){.rest = "label_values: [a, b]\n"},
                     "2 label_values for 0 classes");
    expect_bad_parts((struct parts){.rest = "classes: [a, b]\nlabel_values: [x]\n"},
                     "1 label_values for 2 classes");
}
END_TEST

/* Cards that a program fills in pass the same examination as those in files. */
START_TEST(values_that_no_file_could_say_are_refused)
{
    static char *twice[] = {"a", "a"};
    struct ng_card good =
        card_of((struct parts){.slices = "  - {name: s, by: label}\n"});
    struct ng_card card = good;
    struct ng_card_file *files = good.files.values;
    struct ng_card_column *columns = good.columns.values;
    struct ng_card_slice *slices = good.slices.values;
    files[0].part = NULL;
    expect_bad(&good, "says nothing for part");
    files[0].part = "feature";
    expect_bad(&good, "says part: 'feature'; features or labels was expected");
    files[0].part = "features";
    files[1].rows = -1;
    expect_bad(&good, "says rows: -1");
    files[1].rows = 0;
    columns[0].type = 17;
    expect_bad(&good, "has choice 17 for type");
    columns[0].type = NG_COLUMN_NUMBER;
    columns[0].repeat = 0;
    expect_bad(&good, "says repeat: 0");
    columns[0].repeat = 1;
    columns[0].least = (double)NAN;
    expect_bad(&good, "says least: nan");
    columns[0].least = -1;
    slices[0].by = "colour";
    expect_bad(&good, "label, file or position was expected");
    slices[0].by = "label";
    card.test_share = (double)NAN;
    expect_bad(&card, "says test_share: nan");
    card = good;
    card.order = "sorted";
    expect_bad(&card, "says order: 'sorted'; shuffled or stream was expected");
    card = good;
    card.classes = (struct ng_texts){twice, 2};
    expect_bad(&card, "has 'a' twice in classes");
    ck_assert_int_eq(ng_card_check(&good, &err), NG_OK);
}
END_TEST

/* ---- Written cards --------------------------------------------------------------- */

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void expect_same(const struct ng_key_table *table, const void *a, const void *b);

static void expect_same_value(const struct ng_key *key, const void *a, const void *b)
{
    const struct ng_texts *texts[] = {a, b};
    const struct ng_reals *reals[] = {a, b};
    const struct ng_tables *tables[] = {a, b};
    switch (key->type) {
    case NG_KEY_BOOL:
        ck_assert_int_eq(*(const bool *)a, *(const bool *)b);
        break;
    case NG_KEY_INT:
        ck_assert_int_eq(*(const int64_t *)a, *(const int64_t *)b);
        break;
    case NG_KEY_REAL:
        ck_assert_double_eq(*(const double *)a, *(const double *)b);
        break;
    case NG_KEY_CHOICE:
        ck_assert_int_eq(*(const int *)a, *(const int *)b);
        break;
    case NG_KEY_TEXT:
        ck_assert_msg(same_text(*(char *const *)a, *(char *const *)b), "%s: '%s', '%s'",
                      key->name, *(char *const *)a, *(char *const *)b);
        break;
    case NG_KEY_TEXTS:
        ck_assert_uint_eq(texts[0]->count, texts[1]->count);
        for (size_t i = 0; i < texts[0]->count; i++)
            ck_assert_str_eq(texts[0]->values[i], texts[1]->values[i]);
        break;
    case NG_KEY_REALS:
        ck_assert_uint_eq(reals[0]->count, reals[1]->count);
        for (size_t i = 0; i < reals[0]->count; i++)
            ck_assert_double_eq(reals[0]->values[i], reals[1]->values[i]);
        break;
    case NG_KEY_TABLES:
        ck_assert_uint_eq(tables[0]->count, tables[1]->count);
        for (size_t i = 0; i < tables[0]->count; i++)
            expect_same(key->table,
                        (const char *)tables[0]->values + i * key->table->size,
                        (const char *)tables[1]->values + i * key->table->size);
        break;
    default:
        ck_abort_msg("a kind of key that no card has: %s", key->name);
    }
}

static void expect_same(const struct ng_key_table *table, const void *a, const void *b)
{
    for (size_t i = 0; i < table->count; i++)
        expect_same_value(&table->keys[i], (const char *)a + table->keys[i].offset,
                          (const char *)b + table->keys[i].offset);
}

static void expect_round_trip(const struct ng_card *card)
{
    struct ng_text text = {0};
    ng_card_write(card, &text);
    ck_assert(!text.failed);
    struct ng_card again = read_text(text.data);
    expect_same(&ng_card_keys, card, &again);
    ng_text_release(&text);
}

START_TEST(shipped_cards_are_written_and_read_back_unchanged)
{
    struct ng_texts names;
    ck_assert_int_eq(ng_card_names(&arena, &names, &err), NG_OK);
    ck_assert_uint_ge(names.count, 2);
    for (size_t i = 0; i < names.count; i++) {
        struct ng_card card;
        enum ng_status status = ng_card_read(names.values[i], &arena, &card, &err);
        ck_assert_msg(status == NG_OK, "%s", err.text);
        status = ng_card_check(&card, &err);
        ck_assert_msg(status == NG_OK, "%s", err.text);
        expect_round_trip(&card);
    }
}
END_TEST

START_TEST(hostile_names_are_written_and_read_back_unchanged)
{
    static char *hostile[] = {"",
                              " leading",
                              "trailing ",
                              "a: b",
                              "- a",
                              "a #b",
                              "#a",
                              "{a}",
                              "[a, b]",
                              "a, b",
                              "'quoted'",
                              "\"doubly\"",
                              "back\\slash",
                              "true",
                              "Yes",
                              "null",
                              "~",
                              "12",
                              "1e3",
                              "0x1",
                              "-",
                              "?",
                              "!tag",
                              "&anchor",
                              "*alias",
                              "%percent",
                              "@at",
                              "`tick",
                              "|",
                              ">",
                              "line\nend",
                              "car\rriage",
                              "tab\tbed",
                              "bell\a",
                              "\x7F",
                              "nel\xC2\x85line",
                              "ls\xE2\x80\xA8",
                              "rtl\xE2\x80\xAE",
                              "bom\xEF\xBB\xBF",
                              "d\xC3\xA9j\xC3\xA0",
                              "\xE6\x97\xA5\xE6\x9C\xAC",
                              "\xF0\x9F\x9A\x82",
                              "<<",
                              "=",
                              "a:b",
                              "null ",
                              "n",
                              "NO",
                              "\xC2\xA0",
                              "---",
                              "...",
                              "a\n\nb",
                              "\n",
                              "x  y",
                              "2015-02-04",
                              "\\u0041"};
    enum { COUNT = sizeof hostile / sizeof hostile[0] };
    static char long_name[5000];
    memset(long_name, 'a', sizeof long_name - 1);
    for (size_t i = 7; i < sizeof long_name - 1; i += 11)
        long_name[i] = i % 2 ? ' ' : ':';
    struct ng_card card =
        card_of((struct parts){.slices = "  - {name: s, by: label}\n"});
    struct ng_card_column *columns = card.columns.values;
    struct ng_card_slice *slices = card.slices.values;
    struct ng_card_file *files = card.files.values;
    card.classes = card.missing = card.quirks = (struct ng_texts){hostile, COUNT};
    columns[6].categories = slices[0].bands = (struct ng_texts){hostile, COUNT};
    for (size_t i = 0; i < COUNT; i++) {
        card.title = card.label_strip = card.separator = hostile[i];
        columns[0].name = slices[0].name = slices[0].column = hostile[i];
        files[0].path = files[0].array = files[1].url = hostile[i];
        expect_round_trip(&card);
    }
    card.title = columns[0].name = files[0].path = long_name;
    card.quirks = (struct ng_texts){&card.title, 1};
    expect_round_trip(&card);
}
END_TEST

START_TEST(numbers_are_written_and_read_back_to_the_bit)
{
    static double edges[] = {-3.4e38, -1e-320, 0.1, 1.0 / 3, 1e15, 123456789.125};
    struct ng_card card =
        card_of((struct parts){.slices = "  - {name: s, column: x}\n"});
    struct ng_card_slice *slices = card.slices.values;
    struct ng_card_column *columns = card.columns.values;
    slices[0].edges = (struct ng_reals){edges, 6};
    columns[0].least = -1.0 / 3;
    columns[0].most = 1e38;
    card.test_share = 0.1 + 0.2;
    card.clip = 0;
    card.seed = 4294967295;
    expect_round_trip(&card);
}
END_TEST

START_TEST(a_written_card_holds_no_default_and_no_raw_control_character)
{
    static char *names[] = {"a\x01z", "\xC2\x85"};
    struct ng_text text = {0};
    struct ng_card card = card_of((struct parts){0});
    card.quirks = (struct ng_texts){names, 2};
    ng_card_write(&card, &text);
    ck_assert_ptr_null(strstr(text.data, "clip"));
    ck_assert_ptr_null(strstr(text.data, "repeat: 1}"));
    ck_assert_ptr_nonnull(strstr(text.data, "{name: pixel, repeat: 12}"));
    ck_assert_ptr_nonnull(strstr(text.data, "\"a\\x01z\""));
    ck_assert_ptr_nonnull(strstr(text.data, "\"\\x85\""));
    ng_text_release(&text);
}
END_TEST

Suite *ng_suite_cards(void)
{
    Suite *suite = suite_create("cards");
    TCase *checks = tcase_create("contradictions");
    tcase_add_checked_fixture(checks, begin, end);
    tcase_add_test(checks, a_card_says_little_and_the_rest_has_defaults);
    tcase_add_test(checks, good_slices_and_files_are_accepted);
    tcase_add_test(checks, files_that_contradict_each_other_are_refused);
    tcase_add_test(checks, a_test_share_of_none_or_all_is_refused);
    tcase_add_test(checks, columns_that_contradict_themselves_are_refused);
    tcase_add_test(checks, slices_that_contradict_the_columns_are_refused);
    tcase_add_test(checks, keys_of_another_reader_are_refused);
    tcase_add_test(checks, separators_and_classes_that_cannot_be_are_refused);
    tcase_add_test(checks, values_that_no_file_could_say_are_refused);
    suite_add_tcase(suite, checks);
    TCase *written = tcase_create("written");
    tcase_add_checked_fixture(written, begin, end);
    tcase_add_test(written, shipped_cards_are_written_and_read_back_unchanged);
    tcase_add_test(written, hostile_names_are_written_and_read_back_unchanged);
    tcase_add_test(written, numbers_are_written_and_read_back_to_the_bit);
    tcase_add_test(written,
                   a_written_card_holds_no_default_and_no_raw_control_character);
    suite_add_tcase(suite, written);
    return suite;
}
