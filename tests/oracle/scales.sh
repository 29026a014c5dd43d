#!/usr/bin/env bash
# Our scales and blocks against NumPy and ml_dtypes, from the published definitions.
set -u

if ! python3 -c 'import numpy, ml_dtypes' 2>/dev/null; then
    echo "skip scales: python3 without numpy and ml_dtypes"
    exit 0
fi
# shellcheck disable=SC2086 # lists of flags
if ! ${CC:-gcc} -std=c11 ${CFLAGS:--O2} -I"$NG_HOME" \
    "$NG_HOME/tests/oracle/scales.c" -o "$NG_TMP/scales" \
    ${NG_LIBS:-$NG_BUILD/libng.a -lm} -pthread; then
    echo "not ok scales: the driver does not compile"
    exit 1
fi
python3 "$NG_HOME/tests/oracle/scales.py" "$NG_TMP/scales"
