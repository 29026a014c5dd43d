#include "reports/junit.h"

#include <string.h>

#include "reports/escape.h"
#include "reports/output.h"

#define LONGEST 1000

static void add_attribute(struct ng_text *text, const char *name, const char *words)
{
    ng_text_printf(text, " %s=\"", name);
    ng_escape_html(text, words, LONGEST);
    ng_text_add(text, "\"");
}

static void add_totals(struct ng_text *text, const struct ng_junit_case *cases,
                       size_t count)
{
    size_t failed = 0, unknown = 0;
    for (size_t i = 0; i < count; i++) {
        failed += cases[i].verdict == NG_JUNIT_FAILED;
        unknown += cases[i].verdict == NG_JUNIT_INCONCLUSIVE;
    }
    ng_text_printf(text, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", count,
                   failed, unknown);
}

static void add_case(struct ng_text *text, const char *name,
                     const struct ng_junit_case *one)
{
    static const char *const elements[] = {"", "failure", "error"};
    static const char *const types[] = {"", "differs", "inconclusive"};
    struct ng_text class = {0};
    ng_text_printf(&class, "%s.%s", name, one->suite);
    ng_text_add(text, "    <testcase");
    add_attribute(text, "classname", class.data == NULL ? "" : class.data);
    add_attribute(text, "name", one->name);
    ng_text_add(text, " time=\"0\"");
    ng_text_release(&class);
    if (one->verdict == NG_JUNIT_PASSED) {
        ng_text_add(text, "/>\n");
        return;
    }
    ng_text_printf(text, ">\n      <%s", elements[one->verdict]);
    add_attribute(text, "type", types[one->verdict]);
    add_attribute(text, "message", one->message);
    ng_text_add(text, ">");
    ng_escape_html(text, one->message, LONGEST);
    ng_text_printf(text, "</%s>\n    </testcase>\n", elements[one->verdict]);
}

void ng_junit_print(const char *name, const struct ng_junit_case *cases, size_t count,
                    struct ng_text *text)
{
    ng_text_add(text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
    add_attribute(text, "name", name);
    add_totals(text, cases, count);
    ng_text_add(text, " time=\"0\">\n");
    for (size_t first = 0, end; first < count; first = end) {
        for (end = first + 1;
             end < count && strcmp(cases[end].suite, cases[first].suite) == 0;)
            end++;
        ng_text_add(text, "  <testsuite");
        add_attribute(text, "name", cases[first].suite);
        add_totals(text, cases + first, end - first);
        ng_text_add(text, " skipped=\"0\" time=\"0\">\n");
        for (size_t i = first; i < end; i++)
            add_case(text, name, &cases[i]);
        ng_text_add(text, "  </testsuite>\n");
    }
    ng_text_add(text, "</testsuites>\n");
}

enum ng_status ng_junit_write(const char *path, const char *name,
                              const struct ng_junit_case *cases, size_t count,
                              struct ng_error *err)
{
    struct ng_text text = {0}, folder = {0};
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        ng_text_add(&folder, ".");
    else
        ng_text_add_n(&folder, path, (size_t)(slash - path) + (slash == path));
    ng_junit_print(name, cases, count, &text);
    enum ng_status status =
        folder.failed ? ng_fail(err, NG_FAILED, "no memory is left to write %s", path)
                      : ng_output_write(folder.data, slash == NULL ? path : slash + 1,
                                        &text, err);
    ng_text_release(&text);
    ng_text_release(&folder);
    return status;
}
