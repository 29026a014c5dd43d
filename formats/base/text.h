/*
 * A growing text, and the nearest name for "did you mean".
 *
 * struct ng_text starts as {0}; data is always a C string once something was added
 * (NULL before). ng_text_release() frees it and may be called twice. Running out of
 * memory sets `failed`, after which nothing more is added: the caller checks once, at
 * the end. Threads: one text belongs to one thread at a time.
 */
#ifndef NG_BASE_TEXT_H
#define NG_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct ng_text {
    char *data;
    size_t length, capacity;
    bool failed;
};

void ng_text_add(struct ng_text *text, const char *words);
void ng_text_add_n(struct ng_text *text, const char *bytes, size_t length);
void ng_text_printf(struct ng_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void ng_text_release(struct ng_text *text);

/* Number of single-letter changes, insertions and removals between two names; names
 * over 63 letters count as entirely different. */
size_t ng_text_distance(const char *a, const char *b);

/* The entry of names[0..count) nearest to `name`, if at most a third of its letters
 * (and at least one, two from four letters on) differ, else NULL. */
const char *ng_text_nearest(const char *name, const char *const *names, size_t count);

/* Shell-style match with '*' (any run) and '?' (any one letter). */
bool ng_text_match(const char *pattern, const char *text);

#endif
