#!/usr/bin/env bash
# Real tables as the reader loads them, against the same files read, encoded and standardised
# by Python's csv module, NumPy and hashlib, every element: see table_numpy.py.
set -u

tests="adult_equals_numpy weather_equals_numpy occupancy_equals_numpy
       sentences_equal_python_hashing"
missing=
[ -n "${NG_DATA:-}" ] || missing="NG_DATA names no data folder"
python3 -c 'import numpy' 2>/dev/null || missing="python3 without numpy"
if [ -n "$missing" ]; then
    for test in $tests; do echo "skip $test: $missing"; done
    exit 0
fi
# shellcheck disable=SC2086 # lists of flags
if ! ${CC:-gcc} -std=c11 ${CFLAGS:--O2} -I"$NG_HOME" \
    "$NG_HOME/tests/oracle/table_numpy.c" -o "$NG_TMP/table_numpy" \
    ${NG_LIBS:-$NG_BUILD/libng.a $(pkg-config --libs hdf5 gsl yaml-0.1 jansson libmd \
        zlib libzip) -lm} -pthread; then
    echo "not ok table_numpy: the program that loads the tables does not compile"
    exit 1
fi
for set in adult weather occupancy sentiment-sentences; do
    if [ ! -d "$NG_DATA/$set" ]; then continue; fi
    if ! "$NG_TMP/table_numpy" "$set" "$NG_DATA" "$NG_TMP"; then
        echo "not ok table_numpy: $set cannot be loaded"
        exit 1
    fi
done
python3 "$NG_HOME/tests/oracle/table_numpy.py" "$NG_TMP" "$NG_DATA"
