#include "formats/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum ng_status ng_fail(struct ng_error *err, enum ng_status status, const char *format,
                       ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(err->text, sizeof err->text, format, arguments);
    va_end(arguments);
    err->status = status;
    return status;
}

enum ng_status ng_prefix(struct ng_error *err, const char *format, ...)
{
    char words[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    size_t length = strlen(words);
    size_t keep = sizeof err->text - 1 - length;
    if (strlen(err->text) > keep)
        err->text[keep] = '\0';
    memmove(err->text + length, err->text, strlen(err->text) + 1);
    memcpy(err->text, words, length);
    return err->status;
}
