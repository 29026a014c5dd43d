#include "reports/report.h"

#include "reports/html.h"
#include "reports/markdown.h"
#include "reports/output.h"
#include "reports/plots.h"

enum ng_status ng_report_write(const struct ng_comparison *comparison,
                               const char *folder, struct ng_error *err)
{
    struct ng_text page = {0}, markdown = {0};
    enum ng_status status;
    /* First what needs no gnuplot. */
    ng_markdown_page(comparison, &markdown);
    NG_TRY(ng_output_write(folder, "report.md", &markdown, err));
    NG_TRY(ng_plots_write(comparison, folder, err));
    NG_TRY(ng_html_page(comparison, folder, &page, err));
    NG_TRY(ng_output_write(folder, "report.html", &page, err));
out:
    ng_text_release(&page);
    ng_text_release(&markdown);
    return status;
}
