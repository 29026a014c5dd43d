#!/usr/bin/env bash
# All 2^32 inputs: fast converters against the definition, exp and log against libm. The
# two presets between them take both values of every choice but rounding.
set -u

# shellcheck disable=SC2086 # lists of flags
if ! ${CC:-gcc} -std=c11 -D_DEFAULT_SOURCE ${CFLAGS:--O2} -I"$NG_HOME" \
    "$NG_HOME/tests/long/formats_exhaustive.c" -o "$NG_TMP/formats_exhaustive" \
    ${NG_LIBS:-$NG_BUILD/libng.a -lm} -pthread; then
    echo "not ok formats_exhaustive: the comparison does not compile"
    exit 1
fi
printf '%s\n' exp log "encode e4m3 cuda-satfinite" "encode e4m3 ml_dtypes" \
    "encode e5m2 cuda-satfinite" "encode e5m2 ml_dtypes" "encode bf16 cuda-satfinite" \
    "encode bf16 ml_dtypes" |
    xargs -P "$(nproc)" -L 1 "$NG_TMP/formats_exhaustive"
