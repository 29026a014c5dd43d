#!/usr/bin/env bash
# Lint is itself tested: a small clean tree passes, and each planted fault is found, by
# the right check, in the right file.
# shellcheck disable=SC2016 # planted text is not for this shell to expand
set -u

tree=$NG_TMP/tree
lint=$NG_HOME/tests/lint/lint

clean_tree() {
    rm -rf "$tree"
    mkdir -p "$tree"/{formats/{base,math,codec,gemm},datasets/files,models/ops,reports} \
        "$tree"/{experiments/spec,harness/{stats,judge,run,cli},tests/unit}
    cp "$NG_HOME/.clang-format" "$tree"
    cat >"$tree/formats/base/a.h" <<'C'
/* exit(1) and "printf(" in a comment or a string are no calls. */
int ng_a(void);
C
    cat >"$tree/formats/math/a.c" <<'C'
#include "formats/base/a.h"

#include <math.h>

int ng_a(void)
{
    const char *text = "printf(\"exp(1)\") /* \"";
    return text[0] == (char)sqrtf(4.0f);
}
C
    cat >"$tree/harness/cli/main.c" <<'C'
#include "formats/base/a.h"
#include "models/ops/op.h"

#include <stdio.h>

int main(void)
{
    printf("%d\n", ng_a());
    return 0;
}
C
    printf 'all:\n' >"$tree/Makefile"
}

# name, check, file, text: the text, put into the file of a clean tree, is found there.
plant() {
    clean_tree
    mkdir -p "$tree/$(dirname "$3")"
    printf '%b\n' "$4" >>"$tree/$3"
    verdict "$@"
}

verdict() {
    local out
    out=$("$lint" --root "$tree" "$2")
    local status=$?
    if [[ $out == "skip "* ]]; then
        echo "skip lint_finds_$1: ${out#*: }"
    elif [ $status = 0 ]; then
        echo "not ok lint_finds_$1: lint said '$out'"
    elif ! grep -q "^$3:[0-9]" <<<"$out"; then
        echo "not ok lint_finds_$1: $3 is not named in: $out"
    else
        echo "ok lint_finds_$1"
    fi
}

# name, check, file, text: the text is allowed there.
allow() {
    clean_tree
    mkdir -p "$tree/$(dirname "$3")"
    printf '%b\n' "$4" >>"$tree/$3"
    local out
    if out=$("$lint" --root "$tree" "$2"); then
        echo "ok lint_allows_$1"
    else
        echo "not ok lint_allows_$1: $out"
    fi
}

clean_tree
if out=$("$lint" --root "$tree"); then
    echo "ok lint_passes_a_clean_tree"
else
    echo "not ok lint_passes_a_clean_tree: $out"
fi

# Floors: upward, sideways, over a floor, room order, tests, path from the root.
plant upward_include floors models/m.c '#include "experiments/spec/experiment.h"'
plant sideways_include floors datasets/d.c '#include "models/model.h"'
plant report_that_reads_data floors reports/r.c '#include "datasets/dataset.h"'
plant report_that_runs_a_model floors reports/r.c '#  include "models/model.h"'
plant later_room_of_formats floors formats/codec/c.c '#include "formats/gemm/gemm.h"'
plant later_room_of_harness floors harness/judge/j.c '#include "harness/run/trial.h"'
plant unknown_room floors formats/base/b.c '#include "formats/misc/x.h"'
plant model_in_judge floors harness/judge/j.c '#include "models/model.h"'
plant test_header_in_program floors models/m.c '#include "tests/unit/skip.h"'
plant bare_include floors formats/base/b.c '#include "a.h"'
allow lower_room floors formats/gemm/g.c '#include "formats/codec/c.h"'
allow same_folder floors models/m.c '#include "models/ops/op.h"'

# Libraries: one owner each.
plant hdf5_elsewhere floors experiments/spec/r.c '#include <hdf5.h>'
plant gsl_elsewhere floors harness/judge/j.c '#include <gsl/gsl_cdf.h>'
plant yaml_elsewhere floors datasets/d.c '#include <yaml.h>'
plant jansson_on_the_ground floors formats/base/b.c '#include <jansson.h>'
plant sha256_elsewhere floors datasets/files/csv.c '#include <sha2.h>'
plant cuda_elsewhere floors formats/gemm/g.c '#include <cuda_runtime.h>'
plant check_in_program floors models/m.c '#include <check.h>'
allow owners floors harness/stats/s.c '#include <gsl/gsl_cdf.h>'

# Calls.
plant printing calls models/m.c 'void f(void) { printf("x"); }'
plant stderr calls harness/run/r.c 'void f(void) { fputs("x", stderr); }'
plant exit calls harness/judge/j.c 'void f(void) { exit(1); }'
plant libm calls models/ops/o.c 'float f(float x) { return 2 * expf(x); }'
plant rand calls datasets/d.c 'int f(void) { return rand(); }'
plant clock_seed calls datasets/d.c 'long f(void) { return time(NULL); }'
plant popen calls harness/cli/c.c 'void f(void) { popen("gnuplot", "w"); }'
plant atoi calls harness/cli/c.c 'int f(char *s) { return atoi(s); }'
allow own_exp calls models/ops/o.c 'float f(float x) { return ng_exp(x); }'
allow printing_cli calls harness/cli/c.c 'void f(void) { fputs("x", stderr); exit(2); }'

# Format, sizes, words, man page, scripts.
plant bad_format format models/m.c 'int  f( void ){return 1;}'
long=$(printf 'int f(void)\\n{\\n%s}' "$(printf '    g();\\n%.0s' {1..98})")
plant long_function sizes models/m.c "$long"
fits=$(printf 'int f(void)\\n{\\n%s}' "$(printf '    g();\\n%.0s' {1..97})")
allow function_of_100_lines sizes models/m.c "$fits"
plant long_test sizes tests/unit/t.c "START_TEST(t)\\n{\\n$(printf '    g();\\n%.0s' {1..98})}"
plant long_file sizes models/m.h "$(printf 'int x;\\n%.0s' {1..700})"
plant long_makefile sizes Makefile "$(printf 'x:\\n%.0s' {1..200})"
# The underscores keep these lines from being findings themselves.
for word in TO_DO FIX_ME XX_X HA_CK 'for n_ow' place_holder 'not yet imple_mented'; do
    plant "word_${word// /_}" words docs/x.md "This is ${word//_/} here."
done
for path in /wo_rk/x /ro_ot/x /ho_me/me /tm_p/x; do
    plant "path_${path//\//}" words datasets/d.c "open(\"${path//_/}\")"
done
allow scratch_paths words tests/x.sh 'mktemp "${TMPDIR:-/tmp}/x.XXXXXX" tree/root/x'
plant bad_man_page man harness/cli/x.1 '.Dd today\n.Dt X 1\n.Os\n.Sh NAME\n.Zz'
plant bad_script scripts tests/x.sh '#!/bin/sh\nrm -rf $1'
