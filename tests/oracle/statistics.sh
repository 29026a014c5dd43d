#!/usr/bin/env bash
# Full statistics of a cast against NumPy's, with sums that Python's fsum rounds once.
set -u
if ! python3 -c 'import numpy' 2>/dev/null; then
    echo "skip statistics_equal_numpy: python3 without numpy"
    exit 0
fi
# shellcheck disable=SC2086 # lists of flags
if ! ${CC:-gcc} -std=c11 ${CFLAGS:--O2} -I"$NG_HOME" "$NG_HOME/tests/oracle/statistics.c" \
    -o "$NG_TMP/statistics" ${NG_LIBS:-$NG_BUILD/libng.a -lm} -pthread; then
    echo "not ok statistics_equal_numpy: the program does not compile"
    exit 1
fi
python3 "$NG_HOME/tests/oracle/statistics.py" "$NG_TMP/statistics" "$NG_TMP"
