/*
 * Foreign text made harmless: labels, questions, group names and commands come from files
 * that anybody may have written.
 *
 * Every function appends `words` to `text` as one line of valid UTF-8: control and
 * bidirectional-control characters and line breaks become spaces, broken UTF-8 becomes
 * U+FFFD, and what is longer than `longest` characters ends in an ellipsis. NULL counts
 * as empty. Running out of memory shows in text->failed. Threads: any.
 */
#ifndef NG_REPORTS_ESCAPE_H
#define NG_REPORTS_ESCAPE_H

#include "formats/base/text.h"

#define NG_LONGEST_LABEL    48  /* of an arm, a group, a column */
#define NG_LONGEST_SENTENCE 600 /* of a question, an answer, a command */

void ng_escape_plain(struct ng_text *text, const char *words, size_t longest);
/* The same, but what is too long loses its middle: names that begin alike stay apart. */
void ng_escape_middle(struct ng_text *text, const char *words, size_t longest);
/* For element content and for attribute values in double quotes. */
void ng_escape_html(struct ng_text *text, const char *words, size_t longest);
/* For running text and table cells (CommonMark with tables). */
void ng_escape_markdown(struct ng_text *text, const char *words, size_t longest);
/* As a gnuplot constant in single quotes, in which only the quote itself is special: it
 * becomes U+2019. */
void ng_escape_gnuplot(struct ng_text *text, const char *words, size_t longest);

/* Length in characters of valid UTF-8. */
size_t ng_escape_length(const char *words);

#endif
