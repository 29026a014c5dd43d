#!/usr/bin/env bash
# What tests/long/formats_exhaustive.sh does on all inputs, on some, for every format of
# the table and some by parameters, under every rounding. The step is odd, so that every
# pattern of low bits occurs.
set -u

# shellcheck disable=SC2086 # lists of flags
if ! ${CC:-gcc} -std=c11 -D_DEFAULT_SOURCE ${CFLAGS:--O2} -I"$NG_HOME" \
    "$NG_HOME/tests/long/formats_exhaustive.c" -o "$NG_TMP/formats_exhaustive" \
    ${NG_LIBS:-$NG_BUILD/libng.a -lm} -pthread; then
    echo "not ok formats_strided: the comparison does not compile"
    exit 1
fi
table="fp32 tf32 bf16 fp16 e4m3 e5m2 e4m3fnuz e5m2fnuz e4m3b11fnuz e4m3ieee e3m4 e2m3 e3m2
    e2m1 e8m0 int8"
parameters="e2m1b1 e4m4fn e3m9 e6m9b5 e7m1b0 e8m2fnuz e8m22 e8m22fnuz e2m1b140 e2m22b126"
"$NG_TMP/formats_exhaustive" bodies
set -o pipefail
for format in $table $parameters; do
    echo "convert $format all 1 1 16411"
done | xargs -P "$(nproc)" -L 1 "$NG_TMP/formats_exhaustive" | grep -v '^row .* 0 [0-9.]*$'
