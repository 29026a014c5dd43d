/*
 * The report as Markdown (CommonMark with tables, as code hosts show it). Pictures are
 * references to plots/. Running out of memory shows in text->failed. Threads: any.
 */
#ifndef NG_REPORTS_MARKDOWN_H
#define NG_REPORTS_MARKDOWN_H

#include "experiments/record/comparison.h"
#include "formats/base/text.h"

void ng_markdown_page(const struct ng_comparison *comparison, struct ng_text *text);

#endif
