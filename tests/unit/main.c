/*
 * The unit tests:  unit [SUITE ...]   runs the suites named, or all, in TAP on stdout
 *                  unit --list        prints their names
 *
 * Exit status 0 only if at least one test ran and none failed; 2 for an unknown suite.
 */
#include "tests/unit/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct row {
    const char *name;
    Suite *(*make)(void);
};

#define ROW(room) {#room, ng_suite_##room},
static const struct row rows[] = {NG_SUITES(ROW){NULL, NULL}};

static const struct row *find(const char *name)
{
    for (const struct row *row = rows; row->name; row++) {
        if (!strcmp(row->name, name))
            return row;
    }
    return NULL;
}

static int run(const struct row *row)
{
    SRunner *runner = srunner_create(row->make());
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    int bad = srunner_ntests_failed(runner) > 0;
    if (srunner_ntests_run(runner) == 0) {
        fprintf(stderr, "suite %s has no tests\n", row->name);
        bad = 1;
    }
    srunner_free(runner);
    return bad;
}

int main(int argc, char **argv)
{
    int bad = 0;

    /* Lines of a forked test and of this process must not be cut into each other. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    /* Seconds per test; sanitizers and -O0 on a busy machine are slow. */
    setenv("CK_DEFAULT_TIMEOUT", "120", 0);

    if (argc == 2 && !strcmp(argv[1], "--list")) {
        for (const struct row *row = rows; row->name; row++)
            puts(row->name);
        return 0;
    }
    for (int i = 1; i < argc; i++) {
        const struct row *row = find(argv[i]);
        if (!row) {
            fprintf(stderr, "no suite is called '%s'; --list names them\n", argv[i]);
            return 2;
        }
        bad |= run(row);
    }
    for (const struct row *row = rows; argc == 1 && row->name; row++)
        bad |= run(row);
    return bad;
}
