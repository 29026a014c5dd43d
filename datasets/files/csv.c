#include "datasets/files/csv.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/files/decimal.h"

#define SHOWN        40 /* bytes of a field that an error shows */
#define BUFFER_FIRST ((size_t)1 << 18)
#define BUFFER_MOST  (NG_CSV_ROW_LIMIT + 4096)
#define FIELDS_FIRST 64

/* A byte repeated in a word of eight. */
#define EIGHT(byte) (UINT64_C(0x0101010101010101) * (unsigned char)(byte))

struct ng_csv_state {
    char *buffer; /* of capacity + 8 bytes: '\n' from buffer[end] on stops every scan */
    size_t capacity;
    size_t begin, end; /* what was read and not yet handed out */
    bool at_end;       /* of the file */
    size_t next_line, skip;
    char **ends; /* behind each field, beside csv->fields */
    size_t fields_capacity;
    char other_separator; /* a tab where blanks separate, else the separator again */
};

/* A row as the scan found it. */
struct row {
    size_t count;  /* fields */
    size_t length; /* bytes without the line end */
    size_t size;   /* and with it */
    bool whole;    /* else the buffer ends first */
    bool open;     /* the buffer ends in a quoted field */
    bool quoted;   /* there is a quoted field */
    bool wide;     /* there may be a byte over 0x7F */
    bool crowded;  /* more fields than there is room for */
    const char *zero;
};

static enum ng_status no_memory(const struct ng_csv *csv, struct ng_error *err)
{
    return ng_fail(err, NG_FAILED,
                   "%s:%zu cannot be read: the system has no memory left.", csv->path,
                   csv->line);
}

static bool is_blank(char letter)
{
    return letter == ' ' || letter == '\t';
}

static bool may_separate(char letter)
{
    unsigned char byte = (unsigned char)letter;
    bool text = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                (byte >= 'a' && byte <= 'z');
    return byte != 0 && byte <= 0x7F && !text && byte != '"' && byte != '\n' &&
           byte != '\r';
}

/* --- The buffer ------------------------------------------------------------------- */

/* Moves the unread bytes to the front, makes room if there is none, and reads on. */
static enum ng_status fill(struct ng_csv *csv, struct ng_error *err)
{
    struct ng_csv_state *state = csv->state;
    size_t left = state->end - state->begin, got;
    enum ng_status status = NG_OK;

    memmove(state->buffer, state->buffer + state->begin, left);
    state->begin = 0;
    state->end = left;
    if (left == state->capacity) {
        size_t capacity =
            2 * state->capacity < BUFFER_MOST ? 2 * state->capacity : BUFFER_MOST;
        char *buffer = realloc(state->buffer, capacity + sizeof(uint64_t));
        if (buffer == NULL)
            return no_memory(csv, err);
        state->buffer = buffer;
        state->capacity = capacity;
    }
    size_t want = state->capacity - left;
    NG_TRY(ng_bytes_read(&csv->bytes, state->buffer + left, want, &got, err));
    state->end += got;
    state->at_end = got < want;
out:
    return status;
}

static enum ng_status grow_fields(struct ng_csv *csv, size_t capacity,
                                  struct ng_error *err)
{
    struct ng_csv_state *state = csv->state;
    char **fields = realloc(csv->fields, capacity * sizeof fields[0]);
    if (fields == NULL)
        return no_memory(csv, err);
    csv->fields = fields;
    char **ends = realloc(state->ends, capacity * sizeof ends[0]);
    if (ends == NULL)
        return no_memory(csv, err);
    state->ends = ends;
    state->fields_capacity = capacity;
    return NG_OK;
}

static enum ng_status check_form(const char *path, const struct ng_csv_form *form,
                                 struct ng_error *err)
{
    if (!may_separate(form->separator))
        return ng_fail(err, NG_INVALID,
                       "The byte 0x%02x cannot separate the fields of %s; an ASCII "
                       "character that is no letter, digit, quote or line end was "
                       "expected.",
                       (unsigned)(unsigned char)form->separator, path);
    if (form->columns > NG_CSV_FIELD_LIMIT)
        return ng_fail(err, NG_INVALID,
                       "%s cannot be read with %zu columns; at most %d were expected.",
                       path, form->columns, NG_CSV_FIELD_LIMIT);
    return NG_OK;
}

enum ng_status ng_csv_open(struct ng_csv *csv, const char *path,
                           const struct ng_csv_form *form, struct ng_error *err)
{
    enum ng_status status = NG_OK;

    memset(csv, 0, sizeof *csv);
    csv->form = *form;
    NG_TRY(check_form(path, form, err));
    NG_TRY(ng_bytes_open(&csv->bytes, path, err));
    csv->path = strdup(path);
    csv->state = calloc(1, sizeof *csv->state);
    if (csv->path == NULL || csv->state == NULL) {
        status = ng_fail(err, NG_FAILED,
                         "%s cannot be read: the system has no memory left.", path);
        goto out;
    }
    struct ng_csv_state *state = csv->state;
    state->next_line = 1;
    state->skip = form->skip;
    state->other_separator = form->separator == ' ' ? '\t' : form->separator;
    state->capacity = BUFFER_FIRST;
    state->buffer = malloc(state->capacity + sizeof(uint64_t));
    if (state->buffer == NULL) {
        status = no_memory(csv, err);
        goto out;
    }
    NG_TRY(grow_fields(csv, form->columns > FIELDS_FIRST ? form->columns : FIELDS_FIRST,
                       err));
    NG_TRY(fill(csv, err));
    if (state->end >= 3 && memcmp(state->buffer, "\xEF\xBB\xBF", 3) == 0)
        state->begin = 3;
out:
    if (status != NG_OK)
        ng_csv_close(csv);
    return status;
}

/* --- Where a row and its fields end ----------------------------------------------- */

static size_t count_lines(const char *from, const char *to)
{
    size_t lines = 0;
    for (; from < to; from++)
        lines += *from == '\n';
    return lines;
}

/* Marks the high bit of bytes that are zero. Above the lowest marked one, bytes of one may
 * be marked too. */
static uint64_t zero_bytes(uint64_t word)
{
    return (word - EIGHT(1)) & ~word & EIGHT(0x80);
}

/* The first separator, line end or zero byte from `at` on, eight bytes a step. */
static char *find_end(const struct ng_csv_state *state, char separator, char *at,
                      uint64_t *all)
{
    const uint64_t one = EIGHT(separator), other = EIGHT(state->other_separator);
    for (;; at += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        word = le64toh(word);
        *all |= word;
        uint64_t found = zero_bytes(word) | zero_bytes(word ^ EIGHT('\n')) |
                         zero_bytes(word ^ one) | zero_bytes(word ^ other);
        if (found != 0)
            return at + __builtin_ctzll(found) / 8;
    }
}

/* Behind the closing quote of the field whose opening one is at `at`, or `end`. */
static char *skip_quoted(char *at, const char *end, struct row *row)
{
    row->quoted = true;
    for (at++; at < end; at++) {
        row->wide |= (unsigned char)*at > 0x7F;
        if (*at == '\0' && row->zero == NULL)
            row->zero = at;
        if (*at == '"') {
            if (at[1] != '"')
                return at + 1;
            at++;
        }
    }
    row->open = true;
    return at;
}

/* Finds the fields of the row that begins at state->begin. Changes no byte, as it starts
 * again from there where the buffer ends first. */
static void scan_row(struct ng_csv *csv, struct row *row)
{
    struct ng_csv_state *state = csv->state;
    const char separator = csv->form.separator, other = state->other_separator;
    const bool tabs = separator != '\t', quotes = csv->form.quotes;
    char *const begin = state->buffer + state->begin;
    char *const end = state->buffer + state->end;
    /* Held here, as what is behind pointers would be stored again for every field. */
    char *at = begin, **const fields = csv->fields, **const ends = state->ends;
    const size_t most = state->fields_capacity;
    size_t count = 0;
    uint64_t all = 0;

    memset(end, '\n', sizeof(uint64_t));
    memset(row, 0, sizeof *row);
    for (;;) {
        while (*at == ' ' || (*at == '\t' && tabs))
            at++;
        if (count == most) {
            row->crowded = true;
            return;
        }
        fields[count] = at;
        if (quotes && *at == '"')
            at = skip_quoted(at, end, row);
        at = find_end(state, separator, at, &all);
        ends[count++] = at;
        if (*at != separator && *at != other)
            break;
        at++;
    }
    if (*at == '\0' && row->zero == NULL)
        row->zero = at;
    row->wide |= (all & EIGHT(0x80)) != 0;
    row->whole = at < end || state->at_end;
    row->size = (size_t)(at - begin) + (at < end);
    char *const last = fields[count - 1];
    if (at > last && at[-1] == '\r')
        ends[count - 1] = --at;
    row->length = (size_t)(at - begin);
    /* Of a run of blanks at the end, and of an empty row, a field of nothing is left. */
    row->count = count - (at == last && (count == 1 || separator == ' '));
}

static size_t line_of(const struct ng_csv *csv, const char *place)
{
    return csv->line + count_lines(csv->state->buffer + csv->state->begin, place);
}

static enum ng_status never_closed(const struct ng_csv *csv, size_t count,
                                   struct ng_error *err)
{
    return ng_fail(err, NG_INVALID,
                   "%s:%zu, field %zu begins with '\"' and never ends; a closing '\"' "
                   "was expected (if quotes are letters in this table, read it with "
                   "quotes off).",
                   csv->path, line_of(csv, csv->fields[count - 1]), count);
}

static enum ng_status check_scan(const struct ng_csv *csv, const struct row *row,
                                 struct ng_error *err)
{
    const struct ng_csv_state *state = csv->state;
    size_t held = state->end - state->begin;

    if (row->zero != NULL)
        return ng_fail(err, NG_INVALID,
                       "%s:%zu holds a zero byte; a text file was expected.", csv->path,
                       line_of(csv, row->zero));
    if (row->crowded && state->fields_capacity == NG_CSV_FIELD_LIMIT)
        return ng_fail(err, NG_INVALID,
                       "%s:%zu has more than %d fields; rows of a table were expected.",
                       csv->path, csv->line, NG_CSV_FIELD_LIMIT);
    if (row->whole ? row->length > NG_CSV_ROW_LIMIT : held >= BUFFER_MOST) {
        if (row->open)
            return never_closed(csv, row->count, err);
        return ng_fail(err, NG_INVALID,
                       "%s:%zu is longer than %zu bytes; rows of a table were "
                       "expected.",
                       csv->path, csv->line, NG_CSV_ROW_LIMIT);
    }
    if (row->whole && row->open)
        return never_closed(csv, row->count, err);
    return NG_OK;
}

/* The next row that is not empty; row->size is 0 at the end of the file. */
static enum ng_status find_row(struct ng_csv *csv, struct row *row,
                               struct ng_error *err)
{
    struct ng_csv_state *state = csv->state;
    enum ng_status status = NG_OK;

    for (;;) {
        csv->line = state->next_line;
        scan_row(csv, row);
        NG_TRY(check_scan(csv, row, err));
        if (row->crowded) {
            size_t more = 2 * state->fields_capacity;
            NG_TRY(grow_fields(
                csv, more < NG_CSV_FIELD_LIMIT ? more : NG_CSV_FIELD_LIMIT, err));
        } else if (!row->whole) {
            NG_TRY(fill(csv, err));
        } else if (row->size == 0 || row->count > 0) {
            goto out;
        } else {
            state->begin += row->size;
            state->next_line++;
        }
    }
out:
    return status;
}

/* --- What a row says -------------------------------------------------------------- */

/* Bytes of the character at `at`, or 0 where no well-formed UTF-8 starts (RFC 3629: no
 * overlong forms, no surrogates, at most U+10FFFF). `at` ends in a byte below 0x80. */
static size_t character_size(const unsigned char *at)
{
    if (at[0] < 0x80)
        return 1;
    if (at[0] < 0xC2 || at[0] > 0xF4)
        return 0;
    unsigned char least = at[0] == 0xE0 ? 0xA0 : at[0] == 0xF0 ? 0x90 : 0x80;
    unsigned char most = at[0] == 0xED ? 0x9F : at[0] == 0xF4 ? 0x8F : 0xBF;
    size_t size = at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
    if (at[1] < least || at[1] > most)
        return 0;
    for (size_t i = 2; i < size; i++) {
        if (at[i] < 0x80 || at[i] > 0xBF)
            return 0;
    }
    return size;
}

static enum ng_status check_utf8(const struct ng_csv *csv, const struct row *row,
                                 struct ng_error *err)
{
    const char *at = csv->state->buffer + csv->state->begin;
    const char *end = at + row->size;
    while (at < end) {
        uint64_t eight;
        if (end - at >= 8) {
            memcpy(&eight, at, 8);
            if ((eight & EIGHT(0x80)) == 0) {
                at += 8;
                continue;
            }
        }
        size_t size = character_size((const unsigned char *)at);
        if (size == 0)
            return ng_fail(err, NG_INVALID,
                           "%s:%zu holds the byte 0x%02x, which is no UTF-8 there; "
                           "UTF-8 was expected (iconv -f latin1 -t utf-8 converts a "
                           "table of western Europe).",
                           csv->path, line_of(csv, at), (unsigned)(unsigned char)*at);
        at += size;
    }
    return NG_OK;
}

/* Takes the quotes off the field; false: letters follow the closing one. */
static bool unquote(char **field, char *end)
{
    char *from = *field + 1, *to = from;
    *field = from;
    for (;;) {
        char *quote = memchr(from, '"', (size_t)(end - from));
        memmove(to, from, (size_t)(quote - from));
        to += quote - from;
        from = quote + 1;
        if (from == end || *from != '"')
            break;
        *to++ = *from++;
    }
    while (from < end && is_blank(*from))
        from++;
    *to = '\0';
    return from == end;
}

/* Makes a C string of every field. */
static enum ng_status end_fields(struct ng_csv *csv, const struct row *row,
                                 struct ng_error *err)
{
    for (size_t i = 0; i < row->count; i++) {
        char *begin = csv->fields[i], *end = csv->state->ends[i];
        if (row->quoted && *begin == '"') {
            if (!unquote(&csv->fields[i], end))
                return ng_fail(err, NG_INVALID,
                               "%s:%zu, field %zu has letters behind its closing '\"'; "
                               "a separator was expected (a '\"' inside a quoted "
                               "field is doubled).",
                               csv->path, csv->line, i + 1);
        } else {
            while (end > begin && is_blank(end[-1]))
                end--;
            *end = '\0';
        }
    }
    return NG_OK;
}

static enum ng_status settle_columns(struct ng_csv *csv, size_t count,
                                     struct ng_error *err)
{
    static char nothing[1] = "";
    size_t found = count;

    if (csv->form.columns == 0)
        csv->form.columns = count;
    while (count > csv->form.columns && csv->fields[count - 1][0] == '\0')
        count--;
    if (count > csv->form.columns || (count < csv->form.columns && !csv->form.ragged))
        return ng_fail(err, NG_INVALID, "%s:%zu has %zu field%s; %zu were expected.",
                       csv->path, csv->line, found, found == 1 ? "" : "s",
                       csv->form.columns);
    csv->missing = csv->form.columns - count;
    for (size_t i = count; i < csv->form.columns; i++)
        csv->fields[i] = nothing;
    return NG_OK;
}

enum ng_status ng_csv_next(struct ng_csv *csv, bool *more, struct ng_error *err)
{
    struct ng_csv_state *state = csv->state;
    enum ng_status status = NG_OK;
    struct row row;

    *more = false;
    for (;;) {
        NG_TRY(find_row(csv, &row, err));
        if (row.size == 0)
            goto out;
        if (row.wide)
            NG_TRY(check_utf8(csv, &row, err));
        const char *begin = state->buffer + state->begin;
        state->next_line +=
            row.quoted ? count_lines(begin, begin + row.size) : (size_t)1;
        if (state->skip == 0)
            break;
        state->skip--;
        state->begin += row.size;
    }
    NG_TRY(end_fields(csv, &row, err));
    NG_TRY(settle_columns(csv, row.count, err));
    state->begin += row.size;
    csv->rows++;
    *more = true;
out:
    return status;
}

/* --- Fields ----------------------------------------------------------------------- */

enum ng_status ng_csv_refuse(const struct ng_csv *csv, size_t field,
                             const char *expected, struct ng_error *err)
{
    char shown[SHOWN + 4];
    const char *text = csv->fields[field];
    size_t i;
    for (i = 0; i < SHOWN && text[i] != '\0'; i++)
        shown[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
    strcpy(shown + i, text[i] != '\0' ? "..." : "");
    return ng_fail(err, NG_INVALID, "%s:%zu, field %zu: '%s' is not %s.", csv->path,
                   csv->line, field + 1, shown, expected);
}

enum ng_status ng_csv_number(const struct ng_csv *csv, size_t field, double least,
                             double most, double *value, struct ng_error *err)
{
    char expected[96];
    if (!ng_decimal_read(csv->fields[field], value))
        return ng_csv_refuse(csv, field, "a decimal number such as 12, -0.5 or 1e-3",
                             err);
    if (*value >= least && *value <= most)
        return NG_OK;
    snprintf(expected, sizeof expected, "in the range %g to %g", least, most);
    return ng_csv_refuse(csv, field, expected, err);
}

void ng_csv_close(struct ng_csv *csv)
{
    ng_bytes_close(&csv->bytes);
    if (csv->state != NULL) {
        free(csv->state->buffer);
        free(csv->state->ends);
        free(csv->state);
    }
    free(csv->fields);
    free(csv->path);
    memset(csv, 0, sizeof *csv);
}
