/*
 * Results of checks as JUnit XML, the form that continuous-integration servers read
 * (Jenkins, GitLab; testsuites > testsuite > testcase, with failure or error inside).
 *
 * Cases of one suite stand together. A case that was neither passed nor failed is an
 * error of type "inconclusive", so that no server counts it as passed. All words are
 * foreign: they are cut to a line, made valid UTF-8 and escaped. Failure: as
 * reports/output.h. Threads: any, on different paths.
 */
#ifndef NG_REPORTS_JUNIT_H
#define NG_REPORTS_JUNIT_H

#include <stddef.h>

#include "formats/base/error.h"
#include "formats/base/text.h"

enum ng_junit_verdict { NG_JUNIT_PASSED, NG_JUNIT_FAILED, NG_JUNIT_INCONCLUSIVE };

struct ng_junit_case {
    const char *suite, *name;
    enum ng_junit_verdict verdict;
    const char *message;
};

/* name: of the whole. */
void ng_junit_print(const char *name, const struct ng_junit_case *cases, size_t count,
                    struct ng_text *text);
enum ng_status ng_junit_write(const char *path, const char *name,
                              const struct ng_junit_case *cases, size_t count,
                              struct ng_error *err);

#endif
