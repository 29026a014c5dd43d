#include "experiments/spec/canonical.h"

#include <stdlib.h>
#include <string.h>

static void add_text(struct ng_text *text, const char *words)
{
    for (; *words != '\0'; words++) {
        unsigned char letter = (unsigned char)*words;
        if (letter == '\\')
            ng_text_add(text, "\\\\");
        else if (letter < 0x20 || letter == 0x7F)
            ng_text_printf(text, "\\x%02x", letter);
        else
            ng_text_add_n(text, words, 1);
    }
}

static void add_ints(struct ng_text *text, const struct ng_ints *list)
{
    for (size_t i = 0; i < list->count; i++)
        ng_text_printf(text, "%s%lld", i > 0 ? ", " : "", (long long)list->values[i]);
}

static void add_reals(struct ng_text *text, const struct ng_reals *list)
{
    for (size_t i = 0; i < list->count; i++)
        ng_text_printf(text, "%s%a", i > 0 ? ", " : "", list->values[i]);
}

static void add_texts(struct ng_text *text, const struct ng_texts *list)
{
    for (size_t i = 0; i < list->count; i++) {
        ng_text_add(text, i > 0 ? ", " : "");
        add_text(text, list->values[i]);
    }
}

void ng_canonical_value(const struct ng_key *key, const void *at, struct ng_text *text)
{
    bool list = key->type == NG_KEY_INTS || key->type == NG_KEY_REALS ||
                key->type == NG_KEY_TEXTS;
    ng_text_add(text, list ? "[" : "");
    switch (key->type) {
    case NG_KEY_BOOL:
        ng_text_add(text, *(const bool *)at ? "true" : "false");
        break;
    case NG_KEY_INT:
        ng_text_printf(text, "%lld", (long long)*(const int64_t *)at);
        break;
    case NG_KEY_REAL:
        ng_text_printf(text, "%a", *(const double *)at);
        break;
    case NG_KEY_TEXT:
        if (*(char *const *)at != NULL)
            add_text(text, *(char *const *)at);
        break;
    case NG_KEY_CHOICE:
        add_text(text, key->choices[*(const int *)at]);
        break;
    case NG_KEY_INTS:
        add_ints(text, at);
        break;
    case NG_KEY_REALS:
        add_reals(text, at);
        break;
    case NG_KEY_TEXTS:
        add_texts(text, at);
        break;
    case NG_KEY_TABLE:
    case NG_KEY_TABLES:
    case NG_KEY_SWEEP:
        break;
    }
    ng_text_add(text, list ? "]" : "");
}

static void add_table(const struct ng_key_table *table, const void *base,
                      const char *prefix, struct ng_text *text);

static void add_tables(const struct ng_key *key, const struct ng_tables *list,
                       const char *path, struct ng_text *text)
{
    for (size_t i = 0; i < list->count; i++) {
        struct ng_text item = {0};
        ng_text_printf(&item, "%s[%zu].", path, i);
        const char *base = (const char *)list->values + i * key->table->size;
        if (item.failed)
            text->failed = true;
        else
            add_table(key->table, base, item.data, text);
        ng_text_release(&item);
    }
}

static void add_key(const struct ng_key *key, const void *at, const char *path,
                    struct ng_text *text)
{
    if (key->type == NG_KEY_TABLES) {
        add_tables(key, at, path, text);
        return;
    }
    if (key->type == NG_KEY_TABLE) {
        struct ng_text inner = {0};
        ng_text_printf(&inner, "%s.", path);
        if (inner.failed)
            text->failed = true;
        else
            add_table(key->table, at, inner.data, text);
        ng_text_release(&inner);
        return;
    }
    if (key->type == NG_KEY_SWEEP ||
        (key->type == NG_KEY_TEXT && *(char *const *)at == NULL))
        return;
    ng_text_printf(text, "%s = ", path);
    ng_canonical_value(key, at, text);
    ng_text_add(text, "\n");
}

/* prefix ends in a dot, or is empty. */
static void add_table(const struct ng_key_table *table, const void *base,
                      const char *prefix, struct ng_text *text)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct ng_key *key = &table->keys[i];
        struct ng_text path = {0};
        if (key->flags & NG_KEY_LABEL)
            continue;
        ng_text_printf(&path, "%s%s", prefix, key->name);
        if (path.failed)
            text->failed = true;
        else
            add_key(key, (const char *)base + key->offset, path.data, text);
        ng_text_release(&path);
    }
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort_lines(struct ng_text *lines, struct ng_text *text)
{
    size_t count = 0;
    for (size_t i = 0; i < lines->length; i++)
        count += lines->data[i] == '\n';
    char **line = count > 0 ? malloc(count * sizeof *line) : NULL;
    if (count > 0 && line == NULL) {
        text->failed = true;
        return;
    }
    char *start = lines->data;
    for (size_t i = 0; i < count; i++) {
        line[i] = start;
        start = strchr(start, '\n');
        *start++ = '\0';
    }
    if (count > 0)
        qsort(line, count, sizeof *line, compare_lines);
    for (size_t i = 0; i < count; i++)
        ng_text_printf(text, "%s\n", line[i]);
    free(line);
}

void ng_canonical_table(const struct ng_key_table *table, const void *base,
                        const char *prefix, struct ng_text *text)
{
    struct ng_text lines = {0};
    add_table(table, base, prefix, &lines);
    if (lines.failed)
        text->failed = true;
    else
        sort_lines(&lines, text);
    ng_text_release(&lines);
}
