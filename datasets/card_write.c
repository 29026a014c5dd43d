/* A card as YAML 1.1 that the strict reader reads back (datasets/card.h). */
#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/card.h"
#include "formats/base/text.h"

/* Would a reader of YAML take these bytes, unquoted, for this very text everywhere? */
static bool is_plain(const char *words)
{
    static const char *const taken[] = {"true", "false", "yes", "no", "on",
                                        "off",  "null",  "y",   "n",  NULL};
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char others[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "0123456789_-./ ";
    size_t length = strlen(words);
    if (length == 0 || strchr(letters, words[0]) == NULL ||
        strspn(words, others) != length || words[length - 1] == ' ')
        return false;
    for (size_t i = 0; taken[i] != NULL; i++) {
        size_t same = 0; /* letters, whatever their case */
        while (taken[i][same] != '\0' && (words[same] | 0x20) == taken[i][same])
            same++;
        if (taken[i][same] == '\0' && words[same] == '\0')
            return false;
    }
    return true;
}

/* Length of the UTF-8 character at byte, and its code point; 0: none is there. */
static size_t character(const unsigned char *byte, unsigned long *point)
{
    size_t length = *byte < 0x80                     ? 1
                    : *byte >= 0xC2 && *byte < 0xE0  ? 2
                    : (*byte & 0xF0) == 0xE0         ? 3
                    : *byte >= 0xF0 && *byte <= 0xF4 ? 4
                                                     : 0;
    if (length == 0)
        return 0;
    *point = length == 1 ? *byte : *byte & (0x7FU >> length);
    for (size_t i = 1; i < length; i++) {
        if ((byte[i] & 0xC0) != 0x80)
            return 0;
        *point = *point << 6 | (byte[i] & 0x3FU);
    }
    return length;
}

/* Line ends of Unicode, marks that turn the direction of writing (so that a card cannot show
 * other words than it says), and what YAML forbids; all of four hexadecimal digits. */
static bool is_invisible(unsigned long point)
{
    return (point >= 0x200B && point <= 0x200F) ||
           (point >= 0x2028 && point <= 0x202E) ||
           (point >= 0x2066 && point <= 0x2069) || point == 0xFEFF || point == 0xFFFE ||
           point == 0xFFFF;
}

/* In double quotes (YAML 1.1, 7.3.1): what a YAML stream may not hold as it is, or what a
 * reader would fold or take for a line end, is escaped. Bytes that are no UTF-8 cannot stand
 * in YAML and become U+FFFD. */
static void add_quoted(struct ng_text *text, const char *words)
{
    const unsigned char *p = (const unsigned char *)words;
    ng_text_add(text, "\"");
    while (*p != '\0') {
        unsigned long point = 0;
        size_t length = character(p, &point);
        bool surrogate = point >= 0xD800 && point < 0xE000;
        if (length == 0 || surrogate || (length == 3 && point < 0x800) ||
            (length == 4 && (point < 0x10000 || point > 0x10FFFF))) {
            ng_text_add(text, "\\uFFFD");
            length = length == 0 ? 1 : length;
        } else if (point == '"' || point == '\\') {
            ng_text_printf(text, "\\%c", (char)point);
        } else if (point < 0x20 || (point >= 0x7F && point < 0xA0)) {
            ng_text_printf(text, "\\x%02lX", point);
        } else if (is_invisible(point)) {
            ng_text_printf(text, "\\u%04lX", point);
        } else {
            ng_text_add_n(text, (const char *)p, length);
        }
        p += length;
    }
    ng_text_add(text, "\"");
}

static void add_words(struct ng_text *text, const char *words)
{
    if (is_plain(words))
        ng_text_add(text, words);
    else
        add_quoted(text, words);
}

/* The shortest decimal that reads back to the same number. */
static void add_real(struct ng_text *text, double value)
{
    char digits[32];
    for (int precision = 1; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, value);
        if (strtod(digits, NULL) == value)
            break;
    }
    ng_text_add(text, digits);
}

static void add_list(struct ng_text *text, const struct ng_key *key, const void *at)
{
    const struct ng_texts *texts = at;
    const struct ng_reals *reals = at;
    size_t count = key->type == NG_KEY_TEXTS ? texts->count : reals->count;
    ng_text_add(text, "[");
    for (size_t i = 0; i < count; i++) {
        ng_text_add(text, i > 0 ? ", " : "");
        if (key->type == NG_KEY_TEXTS)
            add_words(text, texts->values[i]);
        else
            add_real(text, reals->values[i]);
    }
    ng_text_add(text, "]");
}

/* Sentences stand on lines of their own. */
static void add_sentences(struct ng_text *text, const struct ng_texts *texts)
{
    for (size_t i = 0; i < texts->count; i++) {
        ng_text_add(text, "\n  - ");
        add_words(text, texts->values[i]);
    }
}

static void add_value(struct ng_text *text, const struct ng_key *key, const void *at)
{
    switch (key->type) {
    case NG_KEY_BOOL:
        ng_text_add(text, *(const bool *)at ? "true" : "false");
        break;
    case NG_KEY_INT:
        ng_text_printf(text, "%lld", (long long)*(const int64_t *)at);
        break;
    case NG_KEY_REAL:
        add_real(text, *(const double *)at);
        break;
    case NG_KEY_TEXT:
        add_words(text, *(char *const *)at);
        break;
    case NG_KEY_CHOICE:
        add_words(text, key->choices[*(const int *)at]);
        break;
    default:
        add_list(text, key, at);
    }
}

/* Is it what the key's table says where nothing is written? */
static bool is_default(const struct ng_key *key, const void *at)
{
    const char *fallback = key->fallback;
    switch (key->type) {
    case NG_KEY_BOOL:
        return *(const bool *)at == (fallback != NULL && strcmp(fallback, "true") == 0);
    case NG_KEY_INT:
        return *(const int64_t *)at ==
               (fallback != NULL ? strtoll(fallback, NULL, 10) : 0);
    case NG_KEY_REAL:
        return *(const double *)at == (fallback != NULL ? strtod(fallback, NULL) : 0);
    case NG_KEY_TEXT: {
        const char *words = *(char *const *)at;
        return words == NULL || (fallback != NULL && strcmp(words, fallback) == 0);
    }
    case NG_KEY_CHOICE:
        return fallback != NULL &&
               strcmp(key->choices[*(const int *)at], fallback) == 0;
    case NG_KEY_TABLES:
        return ((const struct ng_tables *)at)->count == 0;
    case NG_KEY_TEXTS:
        return ((const struct ng_texts *)at)->count == 0;
    default:
        return ((const struct ng_reals *)at)->count == 0;
    }
}

/* "- {name: x, repeat: 64}" */
static void add_items(struct ng_text *text, const struct ng_key *key,
                      const struct ng_tables *list)
{
    const struct ng_key_table *table = key->table;
    for (size_t i = 0; i < list->count; i++) {
        const char *base = (const char *)list->values + i * table->size;
        const char *between = "\n  - {";
        for (size_t k = 0; k < table->count; k++) {
            const struct ng_key *inner = &table->keys[k];
            if (is_default(inner, base + inner->offset))
                continue;
            ng_text_printf(text, "%s%s: ", between, inner->name);
            add_value(text, inner, base + inner->offset);
            between = ", ";
        }
        ng_text_add(text, "}");
    }
}

void ng_card_write(const struct ng_card *card, struct ng_text *text)
{
    for (size_t i = 0; i < ng_card_keys.count; i++) {
        const struct ng_key *key = &ng_card_keys.keys[i];
        const void *at = (const char *)card + key->offset;
        if (is_default(key, at))
            continue;
        ng_text_printf(text, "%s:", key->name);
        if (key->type == NG_KEY_TABLES) {
            add_items(text, key, at);
        } else if (key->type == NG_KEY_TEXTS && (key->flags & NG_KEY_LABEL)) {
            add_sentences(text, at);
        } else {
            ng_text_add(text, " ");
            add_value(text, key, at);
        }
        ng_text_add(text, "\n");
    }
}
