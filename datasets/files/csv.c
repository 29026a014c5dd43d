#include "datasets/files/csv.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>

#define SHOWN 40 /* bytes of a field that an error shows */

static enum ng_status no_memory(const struct ng_csv *csv, struct ng_error *err)
{
    return ng_fail(err, NG_FAILED,
                   "%s:%zu cannot be read: the system has no memory left.",
                   csv->path != NULL ? csv->path : "A table", csv->line);
}

static void skip_byte_order_mark(FILE *file)
{
    unsigned char bytes[3];
    if (fread(bytes, 1, 3, file) != 3 || memcmp(bytes, "\xEF\xBB\xBF", 3) != 0)
        rewind(file);
}

enum ng_status ng_csv_open(struct ng_csv *csv, const char *path, char separator,
                           size_t columns, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct stat about;

    memset(csv, 0, sizeof *csv);
    csv->separator = separator;
    csv->columns = columns;
    if (stat(path, &about) != 0) {
        int reason = errno;
        status =
            ng_fail(err, reason == ENOENT || reason == ENOTDIR ? NG_ABSENT : NG_FAILED,
                    "%s cannot be opened for reading: %s.", path, strerror(reason));
        goto out;
    }
    /* A pipe could block for ever, and a folder is no table. */
    if (!S_ISREG(about.st_mode)) {
        status = ng_fail(err, NG_INVALID,
                         "%s is not a regular file; a table was expected.", path);
        goto out;
    }
    csv->file = fopen(path, "rb");
    if (csv->file == NULL) {
        status = ng_fail(err, NG_FAILED, "%s cannot be opened for reading: %s.", path,
                         strerror(errno));
        goto out;
    }
    csv->path = strdup(path);
    csv->plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (csv->path == NULL || csv->plain == (locale_t)0) {
        status = no_memory(csv, err);
        goto out;
    }
    skip_byte_order_mark(csv->file);
out:
    if (status != NG_OK)
        ng_csv_close(csv);
    return status;
}

static enum ng_status grow_line(struct ng_csv *csv, struct ng_error *err)
{
    size_t capacity = csv->capacity > 0 ? 2 * csv->capacity : 1024;
    char *text = realloc(csv->text, capacity);
    if (text == NULL)
        return no_memory(csv, err);
    csv->text = text;
    csv->capacity = capacity;
    return NG_OK;
}

/* The next line without its end, as a C string; *more: there was one. */
static enum ng_status read_line(struct ng_csv *csv, bool *more, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    int byte;

    csv->length = 0;
    csv->line++;
    while ((byte = getc(csv->file)) != EOF && byte != '\n') {
        if (byte == '\0')
            return ng_fail(err, NG_INVALID,
                           "%s:%zu holds a zero byte; a text file was expected.",
                           csv->path, csv->line);
        if (csv->length == NG_CSV_LINE_LIMIT)
            return ng_fail(
                err, NG_INVALID,
                "%s:%zu is longer than %zu bytes; lines of a table were expected.",
                csv->path, csv->line, NG_CSV_LINE_LIMIT);
        if (csv->length + 1 >= csv->capacity)
            NG_TRY(grow_line(csv, err));
        csv->text[csv->length++] = (char)byte;
    }
    if (ferror(csv->file))
        return ng_fail(err, NG_FAILED, "%s:%zu cannot be read: %s.", csv->path,
                       csv->line, strerror(errno));
    *more = byte == '\n' || csv->length > 0;
    if (csv->length > 0 && csv->text[csv->length - 1] == '\r')
        csv->length--;
    if (csv->capacity == 0)
        NG_TRY(grow_line(csv, err));
    csv->text[csv->length] = '\0';
out:
    return status;
}

static size_t count_fields(const struct ng_csv *csv)
{
    size_t count = 1;
    for (size_t i = 0; i < csv->length; i++)
        count += csv->text[i] == csv->separator;
    return count;
}

static enum ng_status cut_fields(struct ng_csv *csv, struct ng_error *err)
{
    size_t count = count_fields(csv);
    if (csv->columns == 0)
        csv->columns = count;
    if (count != csv->columns)
        return ng_fail(err, NG_INVALID, "%s:%zu has %zu field%s; %zu were expected.",
                       csv->path, csv->line, count, count == 1 ? "" : "s",
                       csv->columns);
    if (csv->fields == NULL)
        csv->fields = calloc(csv->columns, sizeof csv->fields[0]);
    if (csv->fields == NULL)
        return no_memory(csv, err);
    size_t field = 0;
    csv->fields[field++] = csv->text;
    for (size_t i = 0; i < csv->length; i++) {
        if (csv->text[i] == csv->separator) {
            csv->text[i] = '\0';
            csv->fields[field++] = csv->text + i + 1;
        }
    }
    return NG_OK;
}

enum ng_status ng_csv_next(struct ng_csv *csv, bool *more, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    size_t empty = 0; /* line number of the first empty line, 0: none */

    NG_TRY(read_line(csv, more, err));
    while (*more && csv->length == 0) {
        if (empty == 0)
            empty = csv->line;
        NG_TRY(read_line(csv, more, err));
    }
    if (!*more)
        goto out;
    if (empty != 0) {
        status = ng_fail(err, NG_INVALID,
                         "%s:%zu is empty; empty lines may only stand at the end.",
                         csv->path, empty);
        goto out;
    }
    NG_TRY(cut_fields(csv, err));
out:
    if (status != NG_OK)
        *more = false;
    return status;
}

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

static const char *skip_digits(const char *text)
{
    while (*text >= '0' && *text <= '9')
        text++;
    return text;
}

/* [+-] digits [. digits] [e [+-] digits], with a digit before or after the full stop.
 */
static bool is_decimal(const char *text)
{
    text += *text == '+' || *text == '-';
    const char *whole = skip_digits(text);
    bool some = whole > text;
    text = whole;
    if (*text == '.') {
        const char *fraction = skip_digits(text + 1);
        some = some || fraction > text + 1;
        text = fraction;
    }
    if (!some)
        return false;
    if (*text == 'e' || *text == 'E') {
        text++;
        text += *text == '+' || *text == '-';
        const char *exponent = skip_digits(text);
        if (exponent == text)
            return false;
        text = exponent;
    }
    return *text == '\0';
}

enum ng_status ng_csv_number(const struct ng_csv *csv, size_t field, double least,
                             double most, double *value, struct ng_error *err)
{
    char expected[96];
    if (!is_decimal(csv->fields[field]))
        return ng_csv_refuse(csv, field, "a decimal number such as 12, -0.5 or 1e-3",
                             err);
    locale_t before = uselocale(csv->plain);
    *value = strtod(csv->fields[field], NULL);
    snprintf(expected, sizeof expected, "in the range %g to %g", least, most);
    uselocale(before);
    if (!(*value >= least && *value <= most))
        return ng_csv_refuse(csv, field, expected, err);
    return NG_OK;
}

void ng_csv_close(struct ng_csv *csv)
{
    if (csv->file != NULL)
        fclose(csv->file);
    if (csv->plain != (locale_t)0)
        freelocale(csv->plain);
    free(csv->fields);
    free(csv->text);
    free(csv->path);
    memset(csv, 0, sizeof *csv);
}
