#!/usr/bin/env bash
# One experiment, one result_hash per trial: whatever compiler, optimisation, body, number
# of jobs or threads. One factor is varied at a time. (Stopping and resuming: resume.sh.)
set -u
# shellcheck source=tests/cli/lib.bash
. "$NG_HOME/tests/cli/lib.bash"
cd "$NG_TMP" || exit 1

# name, program, arguments...: the hashes of `tiny` as this program computes it.
run_tiny() {
    local name=$1 program=$2
    shift 2
    "$program" run tiny --out "$name" -q "$@" >"$name.log" 2>&1 || one_line "$(cat "$name.log")"
    hashes "$name/tiny" | awk '{print $1, $NF}'
}

reference=$(run_tiny reference "$NG" --jobs 1)

same hash_with_2_jobs "$(run_tiny jobs2 "$NG" --jobs 2)" "$reference"
same hash_with_3_threads "$(run_tiny threads3 "$NG" --jobs 1 --threads 3)" "$reference"
same hash_under_scalar_bodies "$(NG_ISA=scalar run_tiny scalar "$NG" --jobs 1)" "$reference"
if NG_ISA=avx2 "$NG" doctor >/dev/null 2>&1; then
    same hash_under_avx2_bodies "$(NG_ISA=avx2 run_tiny avx2 "$NG" --jobs 1)" "$reference"
else
    echo "skip hash_under_avx2_bodies: this machine has no AVX2 and FMA"
fi

# A build of its own for each compiler and optimisation, objects kept under NG_BUILD's
# parent so that a second run of the tests is quick.
for compiler in gcc clang; do
    for level in -O0 -O2; do
        test=hash_of_${compiler}_${level#-}
        if ! command -v $compiler >/dev/null; then
            echo "skip $test: $compiler is not installed"
            continue
        fi
        folder=$(dirname "$NG_BUILD")/$compiler$level
        if make -C "$NG_HOME" BUILD="$folder" CC=$compiler CFLAGS=$level \
            >"$test.log" 2>&1; then
            same "$test" "$(run_tiny "$test" "$folder/narrowgauge" --jobs 1)" "$reference"
        else
            bad "$test" "the build failed: $(tail -n 3 "$test.log")"
        fi
    done
done

# The slowest cell: no optimisation and no wide bodies.
slowest=$(dirname "$NG_BUILD")/gcc-O0/narrowgauge
if [ -x "$slowest" ]; then
    same hash_of_the_slowest_cell \
        "$(NG_ISA=scalar run_tiny slowest "$slowest" --jobs 2)" "$reference"
else
    echo "skip hash_of_the_slowest_cell: gcc is not installed"
fi
