/*
 * The report as one self-contained page: no scripts, no links to load, pictures inside.
 *
 * Of a comparison without memory the parts that speak of it are left out.
 *
 * The plots must have been written to folder/plots: they are read and put in as data
 * URIs, the SVG where it is small enough, else the PNG, else a note that names the file,
 * so that the page stays below a megabyte. Threads: any.
 */
#ifndef NG_REPORTS_HTML_H
#define NG_REPORTS_HTML_H

#include "experiments/record/comparison.h"
#include "formats/base/error.h"
#include "formats/base/text.h"
#include "reports/cells.h"

enum ng_status ng_html_page(const struct ng_comparison *comparison, const char *folder,
                            struct ng_text *page, struct ng_error *err);

/* Parts of the page below the first screen (html_details.c). */
void ng_html_ledger_table(const struct ng_comparison *comparison, struct ng_text *page);
void ng_html_groups(const struct ng_comparison *comparison, struct ng_text *page);
void ng_html_recipes(const struct ng_comparison *comparison, struct ng_text *page);
/* Nothing where the experiment declares none. */
void ng_html_gates(const struct ng_comparison *comparison, struct ng_text *page);
void ng_html_conventions(const struct ng_comparison *comparison, struct ng_text *page);
/* Nothing where there is nothing to say. */
void ng_html_data_notes(const struct ng_comparison *comparison, struct ng_text *page);
void ng_html_provenance(const struct ng_comparison *comparison, struct ng_text *page);

/* Small pieces shared by both files. */
/* Numbers with the typographic minus, which is as wide as a plus. */
void ng_html_number(struct ng_text *page, struct ng_cell cell);
void ng_html_cell(struct ng_text *page, struct ng_cell cell, const char *style);
/* The name of an arm, a group or a column; too long a one loses its middle. */
void ng_html_name(struct ng_text *page, const char *name, size_t longest);
void ng_html_phrase(struct ng_text *page, const struct ng_text *phrase);
void ng_html_arm(struct ng_text *page, const struct ng_comparison *comparison,
                 size_t arm);

#endif
