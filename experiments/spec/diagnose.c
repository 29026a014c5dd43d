#include "experiments/spec/diagnose.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ROOM_FOR_COUNT 40  /* for "and 12345 more errors" */
#define LONGEST_LIST   400 /* letters of a list of names */

/* Files first in their order of inheritance, own file first; then by place. */
static bool comes_before(struct ng_mark a, struct ng_mark b)
{
    if (a.document->layer != b.document->layer)
        return a.document->layer > b.document->layer;
    return a.line != b.line ? a.line < b.line : a.column < b.column;
}

/* Makes room at the fault's place in the order; NULL: it comes after all that fit. */
static struct ng_text *insert(struct ng_diagnosis *diagnosis, struct ng_mark mark)
{
    size_t place = diagnosis->shown;
    while (place > 0 && comes_before(mark, diagnosis->fault[place - 1].mark))
        place--;
    if (place == NG_DIAGNOSIS_MOST)
        return NULL;
    if (diagnosis->shown == NG_DIAGNOSIS_MOST)
        ng_text_release(&diagnosis->fault[--diagnosis->shown].text);
    for (size_t i = diagnosis->shown++; i > place; i--)
        diagnosis->fault[i] = diagnosis->fault[i - 1];
    diagnosis->fault[place].mark = mark;
    diagnosis->fault[place].text = (struct ng_text){0};
    return &diagnosis->fault[place].text;
}

void ng_diagnose(struct ng_diagnosis *diagnosis, struct ng_mark mark,
                 const char *suggestion, const char *format, ...)
{
    diagnosis->faults++;
    struct ng_text *fault = insert(diagnosis, mark);
    if (fault == NULL)
        return;
    char what[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    const char *name = mark.document->name;
    size_t length = strlen(name);
    ng_text_printf(fault, "%s%s:%zu:%zu: error: %s", length > 200 ? "..." : "",
                   length > 200 ? name + length - 200 : name, mark.line + 1,
                   mark.column + 1, what);
    ng_document_echo(mark, fault);
    if (suggestion != NULL)
        ng_text_printf(fault, "\ndid you mean '%s'?", suggestion);
    diagnosis->out_of_memory |= fault->failed;
}

/* All faults that fit into one error, and how many do not. */
static enum ng_status write_faults(const struct ng_diagnosis *diagnosis,
                                   struct ng_error *err)
{
    struct ng_text all = {0};
    size_t written = 0;
    for (; written < diagnosis->shown; written++) {
        const struct ng_text *fault = &diagnosis->fault[written].text;
        if (written > 0 && all.length + fault->length + ROOM_FOR_COUNT >= NG_ERROR_TEXT)
            break;
        ng_text_printf(&all, "%s%s", written > 0 ? "\n" : "", fault->data);
    }
    size_t more = diagnosis->faults - written;
    if (more > 0)
        ng_text_printf(&all, "\nand %zu more error%s", more, more == 1 ? "" : "s");
    enum ng_status status =
        all.failed ? ng_fail(err, NG_FAILED, "out of memory while reading a text")
                   : ng_fail(err, NG_INVALID, "%s", all.data);
    ng_text_release(&all);
    return status;
}

enum ng_status ng_diagnosis_end(struct ng_diagnosis *diagnosis, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    if (diagnosis->out_of_memory)
        status = ng_fail(err, NG_FAILED, "out of memory while reading a text");
    else if (diagnosis->faults > 0)
        status = write_faults(diagnosis, err);
    for (size_t i = 0; i < diagnosis->shown; i++)
        ng_text_release(&diagnosis->fault[i].text);
    *diagnosis = (struct ng_diagnosis){0};
    return status;
}

struct ng_quoted ng_quote(const char *text)
{
    struct ng_quoted quoted;
    const size_t most = 48;
    size_t length = strlen(text), used = 0, taken = 0;
    quoted.text[used++] = '\'';
    while (taken < length && taken < most) {
        unsigned char letter = (unsigned char)text[taken++];
        quoted.text[used++] = letter < 0x20 || letter == 0x7F ? '?' : (char)letter;
    }
    /* Never half a character: take back to the start of one that goes on. */
    if (taken < length) {
        while (taken > 0 && ((unsigned char)text[taken] & 0xC0) == 0x80) {
            taken--;
            used--;
        }
        memcpy(quoted.text + used, "...", 3);
        used += 3;
    }
    quoted.text[used++] = '\'';
    quoted.text[used] = '\0';
    return quoted;
}

void ng_text_add_names(struct ng_text *text, const char *const *names, size_t count)
{
    size_t start = text->length;
    for (size_t i = 0; i < count; i++) {
        if (text->length - start + strlen(names[i]) > LONGEST_LIST) {
            ng_text_printf(text, ", and %zu more", count - i);
            return;
        }
        ng_text_printf(text, "%s%s", i > 0 ? ", " : "", names[i]);
    }
}
