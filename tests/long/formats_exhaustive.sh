#!/usr/bin/env bash
# All 2^32 inputs: arrays under every body against the definition, and its order: seven
# formats under every rounding, the others under nearest-even; exp and log against libm.
# At the end the table of all comparisons of formats that were kept.
#
#   NG_SHARD=2/4    only the second quarter of the inputs (exp and log: with the first)
set -u
# shellcheck source=tests/oracle/formats_rows.bash
. "$NG_HOME/tests/oracle/formats_rows.bash"

shard=${NG_SHARD:-1/1}
if ! [[ $shard =~ ^([1-9][0-9]*)/([1-9][0-9]*)$ ]]; then
    echo "not ok formats_exhaustive: NG_SHARD is '$shard', expected I/N as 2/4"
    exit 1
fi
part=${BASH_REMATCH[1]} parts=${BASH_REMATCH[2]}

# shellcheck disable=SC2086 # lists of flags
if ! ${CC:-gcc} -std=c11 -D_DEFAULT_SOURCE ${CFLAGS:--O2} -I"$NG_HOME" \
    "$NG_HOME/tests/long/formats_exhaustive.c" -o "$NG_TMP/formats_exhaustive" \
    ${NG_LIBS:-$NG_BUILD/libng.a -lm} -pthread; then
    echo "not ok formats_exhaustive: the comparison does not compile"
    exit 1
fi

jobs_of_shard() {
    local format rounding
    if [ "$part" = 1 ]; then printf '%s\n' exp log bodies; fi
    for format in e4m3 e5m2 bf16 fp16 e4m3fnuz e5m2fnuz e4m3b11fnuz; do
        for rounding in nearest-even nearest-away toward-zero up down odd stochastic; do
            echo "convert $format $rounding $part $parts 1"
        done
    done
    for format in fp32 tf32 e4m3ieee e3m4 e2m3 e3m2 e2m1 e8m0 int8; do
        echo "convert $format nearest-even $part $parts 1"
    done
}
compare() { jobs_of_shard | xargs -P "$(nproc)" -L 1 "$NG_TMP/formats_exhaustive"; }
NG_LONG=1 keep_rows "definition-$part-of-$parts" compare
status=$?
print_comparisons
exit $status
