/* The form of a table from its first rows: separator, quotes, heading. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/files/decimal.h"
#include "datasets/infer_parts.h"

#define SAMPLE      ((size_t)1 << 20)
#define SAMPLE_ROWS 1000
#define NAME_BYTES  120 /* of a column's name that are kept */

static const char separators[] = {',', ';', '\t', '|', ' '};
#define SEPARATORS (sizeof separators)

struct sample {
    const char *path;
    char *bytes;
    size_t length;
    bool whole; /* the file ends with it */
};

/* The sample's rows under one separator. */
struct rows {
    size_t counts[SAMPLE_ROWS]; /* fields of each */
    size_t count;
    size_t mode, agree;  /* the commonest number of fields, and its rows */
    bool quoted, broken; /* fields in quotes; quotes that are letters */
};

static enum ng_status no_memory(const char *path, struct ng_error *err)
{
    return ng_fail(err, NG_FAILED, "%s cannot be read: the system has no memory left.",
                   path);
}

static enum ng_status take_sample(const char *path, struct sample *sample,
                                  struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_bytes bytes = {0};
    sample->path = path;
    NG_TRY(ng_bytes_open(&bytes, path, err));
    sample->bytes = malloc(SAMPLE);
    if (sample->bytes == NULL)
        NG_TRY(no_memory(path, err));
    NG_TRY(ng_bytes_read(&bytes, sample->bytes, SAMPLE, &sample->length, err));
    sample->whole = sample->length < SAMPLE;
    if (sample->length >= 3 && memcmp(sample->bytes, "\xEF\xBB\xBF", 3) == 0)
        memset(sample->bytes, ' ', 3);
    if (sample->length == 0)
        status =
            ng_fail(err, NG_INVALID,
                    "%s is empty; a table with one example a row was expected.", path);
    else if (sample->length >= 2 && (memcmp(sample->bytes, "\xFF\xFE", 2) == 0 ||
                                     memcmp(sample->bytes, "\xFE\xFF", 2) == 0))
        status = ng_fail(err, NG_INVALID,
                         "%s is written in UTF-16; UTF-8 was expected (iconv -f utf-16 "
                         "-t utf-8 converts it).",
                         path);
    else if (memchr(sample->bytes, '\0', sample->length) != NULL)
        status =
            ng_fail(err, NG_INVALID,
                    "%s is no text: it has zero bytes. A table of text in UTF-8 was "
                    "expected; a spreadsheet can be saved as CSV (UTF-8).",
                    path);
    else if (memchr(sample->bytes, '\n', sample->length) == NULL &&
             memchr(sample->bytes, '\r', sample->length) != NULL)
        status = ng_fail(err, NG_INVALID,
                         "%s has rows that end in a carriage return alone; line feeds "
                         "were expected (tr '\\r' '\\n' converts it).",
                         path);
out:
    ng_bytes_close(&bytes);
    return status;
}

/* Behind the closing quote, or NULL where the quote is none: it never closes, or letters
 * follow it. */
static const char *skip_quoted(const char *at, const char *end, char separator)
{
    for (at++; at < end; at++) {
        if (*at != '"')
            continue;
        if (at + 1 < end && at[1] == '"') {
            at++;
            continue;
        }
        for (at++; at < end && *at == ' ' && separator != ' '; at++)
            ;
        bool good = at == end || *at == separator || *at == '\n' || *at == '\r' ||
                    (separator == ' ' && *at == '\t');
        return good ? at : NULL;
    }
    return NULL;
}

static bool separates(char letter, char separator)
{
    return letter == separator || (separator == ' ' && letter == '\t');
}

/* One row from `at` on: its fields, and where the next begins; NULL: the sample ends first. */
static const char *count_fields(const struct sample *sample, const char *at,
                                char separator, bool quotes, struct rows *rows,
                                size_t *fields)
{
    const char *end = sample->bytes + sample->length;
    bool blank = separator == ' ', begins = true, empty = true;
    size_t count = 0;
    for (; at < end && *at != '\n'; at++) {
        if (separates(*at, separator)) {
            count += !blank || !begins;
            empty = empty && blank;
            begins = true;
        } else if (*at == '"' && begins && quotes) {
            const char *behind = skip_quoted(at, end, separator);
            rows->quoted = true;
            if (behind == NULL) {
                rows->broken = true;
                return NULL;
            }
            begins = empty = false;
            at = behind - 1;
        } else if (*at != ' ' && *at != '\r') {
            begins = empty = false;
        }
    }
    if (at == end && !sample->whole)
        return NULL;
    *fields = empty ? 0 : count + (!blank || !begins);
    return at < end ? at + 1 : end;
}

static void find_mode(struct rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        size_t agree = 0;
        for (size_t j = 0; j < rows->count; j++)
            agree += rows->counts[j] == rows->counts[i];
        if (agree > rows->agree) {
            rows->agree = agree;
            rows->mode = rows->counts[i];
        }
    }
}

/* Quotes stand for themselves where one of them does not close. */
static void count_rows(const struct sample *sample, char separator, struct rows *rows)
{
    const char *end = sample->bytes + sample->length;
    bool quotes = true;
again:
    *rows = (struct rows){.broken = !quotes};
    for (const char *at = sample->bytes; at < end && rows->count < SAMPLE_ROWS;) {
        size_t fields = 0;
        at = count_fields(sample, at, separator, quotes, rows, &fields);
        if (at == NULL)
            break;
        if (fields > 0)
            rows->counts[rows->count++] = fields;
    }
    if (rows->broken && quotes) {
        quotes = false;
        goto again;
    }
    find_mode(rows);
}

/* Two numbers with a blank between them, where tabs would make one field of them? */
static bool begins_with_two_numbers(const struct sample *sample)
{
    char head[128];
    size_t length = 0;
    for (; length < sample->length && length + 1 < sizeof head; length++) {
        head[length] = sample->bytes[length];
        if (strchr("\t\r\n", head[length]) != NULL)
            break;
    }
    head[length] = '\0';
    double value;
    char *first = head + strspn(head, " "), *behind = first + strcspn(first, " ");
    if (*behind == '\0')
        return false;
    *behind = '\0';
    char *second = behind + 1 + strspn(behind + 1, " ");
    second[strcspn(second, " ")] = '\0';
    return ng_decimal_read(first, &value) && ng_decimal_read(second, &value);
}

/* Tabs that only align columns: every row has the same number of runs between blanks and
 * tabs, and single tabs do not divide the rows as well. */
static bool tabs_align(const struct sample *sample, const struct rows *tabs,
                       const struct rows *blanks)
{
    return blanks->mode > 1 && blanks->agree == blanks->count &&
           (tabs->agree < tabs->count ||
            (blanks->mode >= tabs->mode && begins_with_two_numbers(sample)));
}

/* Blanks are in every text, so they separate only where nothing else does. */
static enum ng_status find_separator(const struct sample *sample, struct rows *best,
                                     char *separator, struct ng_error *err)
{
    *best = (struct rows){0};
    for (size_t i = 0; i < SEPARATORS; i++) {
        struct rows rows;
        if (separators[i] == ' ' && best->agree > 0 && *separator != '\t')
            break;
        count_rows(sample, separators[i], &rows);
        if (separators[i] == ' ' && best->agree > 0) {
            if (!tabs_align(sample, best, &rows))
                break;
            best->agree = 0;
        }
        if (rows.mode < 2 || 2 * rows.agree <= rows.count ||
            (best->agree > 0 && rows.agree * best->count <= best->agree * rows.count))
            continue;
        *best = rows;
        *separator = separators[i];
    }
    if (best->agree > 0)
        return NG_OK;
    return ng_fail(
        err, NG_INVALID,
        "%s is no table of columns: under none of the separators comma, "
        "semicolon, tab, | and blank do most of its rows have the same number "
        "of fields, at least 2. One example a row was expected, such as "
        "34,north,yes.",
        sample->path);
}

/* Control characters become blanks; a long name ends between two characters. */
static char *clean_name(const char *text, struct ng_arena *arena)
{
    size_t length = strlen(text);
    if (length > NAME_BYTES)
        for (length = NAME_BYTES;
             length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80;)
            length--;
    char *name = ng_arena_text_n(arena, text, length);
    for (char *at = name; at != NULL && *at != '\0'; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7F)
            *at = ' ';
    return name;
}

static bool is_taken(char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool holds(char *const *fields, size_t count, const char *name)
{
    return is_taken(fields, count, name);
}

/* x1, x2, ... where the row has no name; "age.2" for the second "age". */
static enum ng_status name_columns(const struct ng_infer_wish *wish,
                                   char *const *fields, size_t count,
                                   struct ng_arena *arena, struct ng_infer_form *form,
                                   struct ng_error *err)
{
    size_t columns = form->csv.columns;
    form->names = ng_arena_array(arena, columns, sizeof(char *));
    for (size_t i = 0; i < columns && form->names != NULL; i++) {
        size_t from = i + count - columns; /* a heading lacks the name of row names */
        bool named = form->heading && !(form->row_names && i == 0);
        char *name = named && fields[from][0] != '\0' ? clean_name(fields[from], arena)
                     : form->row_names && i == 0
                         ? ng_arena_text(arena, "row")
                         : ng_arena_printf(arena, "x%zu", i + 1);
        if (named && strcmp(fields[from], wish->label) == 0 &&
            is_taken(form->names, i, name))
            return ng_fail(err, NG_INVALID,
                           "%s has two columns '%s', so it is not clear which is the "
                           "label; different names in the heading were expected.",
                           wish->file, name);
        char *base = name;
        /* A name that was made up gives way to those of the heading. */
        bool made = form->heading && !(named && fields[from][0] != '\0');
        for (size_t twin = 2; name != NULL && (is_taken(form->names, i, name) ||
                                               (made && holds(fields, count, name)));
             twin++)
            name = ng_arena_printf(arena, "%s.%zu", base, twin);
        form->names[i] = name;
        if (name == NULL)
            return no_memory(wish->file, err);
    }
    return form->names != NULL ? NG_OK : no_memory(wish->file, err);
}

static size_t decimals(char *const *fields, size_t count)
{
    double value;
    size_t decimals = 0;
    for (size_t i = 0; i < count; i++)
        decimals += ng_decimal_read(fields[i], &value);
    return decimals;
}

/* x3 of three columns or more. */
static bool is_numbered(const char *label, size_t columns)
{
    size_t digits = strspn(label + 1, "0123456789");
    unsigned long number =
        label[0] == 'x' && digits > 0 && digits < 8 && label[1 + digits] == '\0'
            ? strtoul(label + 1, NULL, 10)
            : 0;
    return number >= 1 && number <= columns;
}

/* Row `skip` of `count` fields as a heading: does the label stand there? Then names and skip
 * are set. */
static enum ng_status try_heading(const struct ng_infer_wish *wish, size_t skip,
                                  size_t count, bool must, struct ng_arena *arena,
                                  struct ng_infer_form *form, struct ng_error *err)
{
    enum ng_status status;
    struct ng_csv csv = {0};
    struct ng_csv_form one = form->csv;
    bool more = false;
    one.skip = skip;
    one.columns = count;
    NG_TRY(ng_csv_open(&csv, wish->file, &one, err));
    NG_TRY(ng_csv_next(&csv, &more, err));
    if (!more)
        goto out;
    bool named = holds(csv.fields, count, wish->label);
    bool texts = decimals(csv.fields, count) == 0;
    if (!named && !must)
        goto out;
    if (!named && texts && count == form->csv.columns) {
        /* Texts over texts may be data as well; texts over numbers are a heading. */
        char **kept = ng_arena_array(arena, count, sizeof *kept);
        for (size_t i = 0; i < count && kept != NULL; i++)
            kept[i] = ng_arena_text(arena, csv.fields[i]);
        if (kept == NULL)
            NG_TRY(no_memory(wish->file, err));
        bool second = false;
        NG_TRY(ng_csv_next(&csv, &second, err));
        bool numbers = second && decimals(csv.fields, count) > 0;
        form->heading = numbers || !is_numbered(wish->label, count);
        status = name_columns(wish, kept, count, arena, form, err);
    } else {
        form->heading = named;
        form->row_names = named && count < form->csv.columns;
        status = name_columns(wish, csv.fields, count, arena, form, err);
    }
    form->csv.skip = skip + form->heading;
    form->junk = skip;
out:
    ng_csv_close(&csv);
    return status;
}

/* Two rows of names, the label in the lower one, over numbers? Codes stand above the names in
 * some exported spreadsheets. */
static enum ng_status find_lower_heading(const struct ng_infer_wish *wish, size_t skip,
                                         const struct ng_infer_form *form, bool *found,
                                         struct ng_error *err)
{
    enum ng_status status;
    struct ng_csv csv = {0};
    struct ng_csv_form upper = form->csv;
    *found = false;
    upper.skip = skip;
    NG_TRY(ng_csv_open(&csv, wish->file, &upper, err));
    for (size_t row = 0; row < 3; row++) {
        bool more;
        NG_TRY(ng_csv_next(&csv, &more, err));
        if (!more)
            goto out;
        bool named = holds(csv.fields, upper.columns, wish->label);
        bool numbers = decimals(csv.fields, upper.columns) > 0;
        if (named != (row == 1) || (row < 2 && numbers) || (row == 2 && !numbers))
            goto out;
    }
    *found = true;
out:
    ng_csv_close(&csv);
    return status;
}

enum ng_status ng_infer_form(const struct ng_infer_wish *wish, struct ng_arena *arena,
                             struct ng_infer_form *form, struct ng_error *err)
{
    enum ng_status status;
    struct sample sample = {0};
    struct rows rows;
    *form = (struct ng_infer_form){0};
    NG_TRY(take_sample(wish->file, &sample, err));
    NG_TRY(find_separator(&sample, &rows, &form->csv.separator, err));
    form->csv.quotes = !rows.broken;
    form->quoted = rows.quoted && !rows.broken;
    size_t first = 0;
    while (rows.counts[first] != rows.mode)
        first++;
    for (size_t i = first; i < rows.count; i++)
        form->csv.ragged |= rows.counts[i] < rows.mode;
    form->csv.columns = rows.mode;
    /* Some programs write row numbers in front of each row and no name over them. */
    if (first > 0 && rows.mode > 2 && rows.counts[first - 1] == rows.mode - 1)
        NG_TRY(try_heading(wish, first - 1, rows.mode - 1, false, arena, form, err));
    bool lower = false;
    if (form->names == NULL && first + 2 < rows.count)
        NG_TRY(find_lower_heading(wish, first, form, &lower, err));
    if (form->names == NULL)
        NG_TRY(try_heading(wish, first + lower, rows.mode, true, arena, form, err));
out:
    free(sample.bytes);
    return status;
}
