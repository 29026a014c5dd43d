#!/usr/bin/env bash
# The test runner cannot be fooled: each way to fail is counted, and a skip is no pass.
# shellcheck disable=SC2016 # scripts in single quotes run later
set -u

tree=$NG_TMP/tree
mkdir -p "$tree"/tests/{cli,unit} "$NG_TMP/build"
cp "$NG_HOME/tests/run" "$tree/tests/run"

# name, summary, status, script: the runner, given this one script, ends so.
expect() {
    printf '%s\n' "$4" >"$tree/tests/cli/t.sh"
    outcome "$1" "$2" "$3" tests/cli/t.sh
}

outcome() {
    local out status last
    out=$(env -u CI NG_BUILD="$NG_TMP/build" NG_TEST_SECONDS=1 "$tree/tests/run" "$4" 2>&1)
    status=$?
    last=${out##*$'\n'}
    if [ "$last" = "$2" ] && [ $status = "$3" ]; then
        echo "ok $1"
    else
        echo "not ok $1: '$last', exit status $status"
    fi
}

expect runner_counts_lines '2 passed, 0 failed, 1 skipped' 0 \
    'echo ok a; echo noise; echo "skip b: no oracle"; echo ok c'
expect runner_counts_not_ok_although_the_script_exits_0 '1 passed, 1 failed, 0 skipped' 1 \
    'echo ok a; echo "not ok b: because"'
expect runner_counts_a_failure_once '0 passed, 1 failed, 0 skipped' 1 'echo "not ok a: x"; exit 1'
expect runner_fails_a_script_that_dies_later '1 passed, 1 failed, 0 skipped' 1 'echo ok a; exit 3'
expect runner_fails_a_silent_script '0 passed, 1 failed, 0 skipped' 1 'true'
expect runner_fails_a_script_that_hangs '1 passed, 1 failed, 0 skipped' 1 'echo ok a; sleep 5'
expect runner_gives_an_empty_scratch_folder '1 passed, 0 failed, 0 skipped' 0 \
    '[ -d "$NG_TMP" ] && [ -z "$(ls -A "$NG_TMP")" ] && echo ok a && touch "$NG_TMP/left"'
expect runner_cleans_the_scratch_folder '1 passed, 0 failed, 0 skipped' 0 \
    '[ -z "$(ls -A "$NG_TMP")" ] && echo ok a && mkdir "$NG_TMP/locked" && chmod 0 "$NG_TMP/locked"'
expect runner_gives_no_input '1 passed, 0 failed, 0 skipped' 0 'read -r x || echo ok a'
if "$tree/tests/run" tests/cli/none.sh >/dev/null 2>&1; then
    echo "not ok runner_fails_a_missing_script"
else
    echo "ok runner_fails_a_missing_script"
fi

# name, summary, status, unit program's output, its exit status
unit() {
    printf '#!/bin/sh\ncat <<END\n%s\nEND\nexit %s\n' "$4" "$5" >"$NG_TMP/build/unit"
    chmod +x "$NG_TMP/build/unit"
    outcome "$1" "$2" "$3" tests/unit/test_x.c
}

unit runner_reads_tap '2 passed, 0 failed, 0 skipped' 0 \
    'ok 1 - x.c:core:a: Passed
ok 2 - x.c:core:b: Passed
1..2' 0
unit runner_counts_a_loop_test_once '0 passed, 1 failed, 0 skipped' 1 \
    'ok 1 - x.c:core:a: Passed
not ok 2 - x.c:core:a: Assertion failed
ok 3 - x.c:core:a: Passed
1..3' 1
unit runner_counts_a_unit_skip_as_no_pass '1 passed, 0 failed, 1 skipped' 0 \
    'skip a: no AVX2
ok 1 - x.c:core:a: Passed
ok 2 - x.c:core:b: Passed
1..2' 0
unit runner_fails_a_skipped_test_that_failed '0 passed, 1 failed, 0 skipped' 1 \
    'skip a: no AVX2
not ok 1 - x.c:core:a: leak
1..1' 1
unit runner_notices_tests_that_never_ran '1 passed, 1 failed, 0 skipped' 1 \
    'ok 1 - x.c:core:a: Passed
1..2' 0
unit runner_notices_a_crash_of_the_unit_program '1 passed, 1 failed, 0 skipped' 1 \
    'ok 1 - x.c:core:a: Passed
1..1' 139
