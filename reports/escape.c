#include "reports/escape.h"

#include <stdint.h>
#include <string.h>

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */
#define ELLIPSIS    "\xE2\x80\xA6" /* U+2026 */
#define APOSTROPHE  "\xE2\x80\x99" /* U+2019 */

/* Length of the valid UTF-8 sequence at s (RFC 3629, section 4) and its code point; 0
 * where there is none. A terminating zero is never a continuation byte. */
static size_t decode(const unsigned char *s, uint32_t *point)
{
    if (s[0] < 0x80) {
        *point = s[0];
        return 1;
    }
    size_t length = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
    if (s[0] < 0xC2 || s[0] > 0xF4)
        return 0;
    *point = s[0] & (0xFFu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return 0;
        *point = *point << 6 | (s[i] & 0x3F);
    }
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    bool surrogate = *point >= 0xD800 && *point <= 0xDFFF;
    bool bad = *point < smallest[length] || *point > 0x10FFFF || surrogate;
    return bad ? 0 : length;
}

/* Characters that move the cursor, break the line or turn the reading direction. */
static bool is_blanked(uint32_t point)
{
    return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x2028 ||
           point == 0x2029 || point == 0x200E || point == 0x200F || point == 0x061C ||
           (point >= 0x202A && point <= 0x202E) ||
           (point >= 0x2066 && point <= 0x2069) || point == 0xFEFF ||
           (point & 0xFFFE) == 0xFFFE;
}

typedef void add_character(struct ng_text *text, const char *bytes, size_t length);

static void add_each(struct ng_text *text, const char *words, size_t longest,
                     add_character *add)
{
    const unsigned char *s = (const unsigned char *)(words != NULL ? words : "");
    for (size_t count = 0; *s != '\0'; count++) {
        if (count + 1 == longest && s[1] != '\0' &&
            ng_escape_length((const char *)s) > 1) {
            ng_text_add(text, ELLIPSIS);
            return;
        }
        uint32_t point = 0;
        size_t length = decode(s, &point);
        if (length == 0)
            ng_text_add(text, REPLACEMENT);
        else if (is_blanked(point))
            ng_text_add(text, " ");
        else
            add(text, (const char *)s, length);
        s += length == 0 ? 1 : length;
    }
}

static void add_plain(struct ng_text *text, const char *bytes, size_t length)
{
    ng_text_add_n(text, bytes, length);
}

static void add_html(struct ng_text *text, const char *bytes, size_t length)
{
    switch (*bytes) {
    case '&':
        ng_text_add(text, "&amp;");
        break;
    case '<':
        ng_text_add(text, "&lt;");
        break;
    case '>':
        ng_text_add(text, "&gt;");
        break;
    case '"':
        ng_text_add(text, "&quot;");
        break;
    case '\'':
        ng_text_add(text, "&#39;");
        break;
    default:
        ng_text_add_n(text, bytes, length);
    }
}

/* '<', '>' and '&' become entities, because raw HTML is part of Markdown. A full stop, a
 * minus, a plus or a bracket is special only at the start of a line, where no foreign
 * text stands. */
static void add_markdown(struct ng_text *text, const char *bytes, size_t length)
{
    if (strchr("<>&", *bytes) != NULL) {
        add_html(text, bytes, length);
        return;
    }
    if (strchr("\\`*_{}[]#|~$!@", *bytes) != NULL)
        ng_text_add(text, "\\");
    ng_text_add_n(text, bytes, length);
}

/* A doubled quote would do inside a constant, but gnuplot 5.4 misreads it at the start of
 * one; so the quote becomes an apostrophe. */
static void add_gnuplot(struct ng_text *text, const char *bytes, size_t length)
{
    if (*bytes == '\'')
        ng_text_add(text, APOSTROPHE);
    else
        ng_text_add_n(text, bytes, length);
}

void ng_escape_plain(struct ng_text *text, const char *words, size_t longest)
{
    add_each(text, words, longest, add_plain);
}

/* Where the character `count` characters on begins. */
static const char *skip(const char *words, size_t count)
{
    while (count > 0 && *words != '\0') {
        words++;
        count -= ((unsigned char)*words & 0xC0) != 0x80;
    }
    return words;
}

void ng_escape_middle(struct ng_text *text, const char *words, size_t longest)
{
    struct ng_text plain = {0};
    ng_escape_plain(&plain, words, SIZE_MAX);
    const char *all = plain.data != NULL ? plain.data : "";
    size_t length = ng_escape_length(all);
    if (length <= longest || longest < 3) {
        ng_escape_plain(text, all, longest);
    } else {
        size_t head = longest / 2, tail = longest - head - 1;
        ng_text_add_n(text, all, (size_t)(skip(all, head) - all));
        ng_text_add(text, ELLIPSIS);
        ng_text_add(text, skip(all, length - tail));
    }
    text->failed |= plain.failed;
    ng_text_release(&plain);
}

void ng_escape_html(struct ng_text *text, const char *words, size_t longest)
{
    add_each(text, words, longest, add_html);
}

void ng_escape_markdown(struct ng_text *text, const char *words, size_t longest)
{
    add_each(text, words, longest, add_markdown);
}

void ng_escape_gnuplot(struct ng_text *text, const char *words, size_t longest)
{
    ng_text_add(text, "'");
    add_each(text, words, longest, add_gnuplot);
    ng_text_add(text, "'");
}

size_t ng_escape_length(const char *words)
{
    size_t length = 0;
    for (const char *s = words; *s != '\0'; s++)
        length += ((unsigned char)*s & 0xC0) != 0x80;
    return length;
}
