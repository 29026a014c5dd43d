#!/usr/bin/env bash
# Our conversions against the Python packages ml_dtypes and NumPy. NG_LONG=1: all 2^32
# inputs.
set -u
# shellcheck source=tests/oracle/formats_rows.bash
. "$NG_HOME/tests/oracle/formats_rows.bash"

if ! python3 -c 'import numpy, ml_dtypes; ml_dtypes.float8_e8m0fnu' 2>/dev/null; then
    echo "skip formats_ml_dtypes: python3 without numpy and ml_dtypes 0.5 or later"
    exit 0
fi
# shellcheck disable=SC2086 # lists of flags
if ! ${CC:-gcc} -std=c11 ${CFLAGS:--O2} -I"$NG_HOME" \
    "$NG_HOME/tests/oracle/formats_encode.c" -o "$NG_TMP/formats_encode" \
    ${NG_LIBS:-$NG_BUILD/libng.a -lm} -pthread; then
    echo "not ok formats_ml_dtypes: the converter does not compile"
    exit 1
fi
step=4099
[ "${NG_LONG:-}" = 1 ] && step=1
program=$NG_HOME/tests/oracle/formats_ml_dtypes.py
compare() {
    python3 "$program" list |
        xargs -P "$(nproc)" -n 1 python3 "$program" "$NG_TMP/formats_encode" $step
}
keep_rows ml_dtypes compare
