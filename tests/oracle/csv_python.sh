#!/usr/bin/env bash
# Does the reader of tables see what Python's csv module sees in the same files, and does
# the reader of decimals give the double that Python's float() gives? See csv_python.py.
set -u

if ! command -v python3 >/dev/null; then
    for test in csv_fields_equal_pythons decimals_equal_pythons; do
        echo "skip $test: no python3"
    done
    exit 0
fi
# shellcheck disable=SC2086 # lists of flags
if ! ${CC:-gcc} -std=c11 -D_XOPEN_SOURCE=700 ${CFLAGS:--O2} -I"$NG_HOME" \
    "$NG_HOME/tests/oracle/csv_python.c" -o "$NG_TMP/csv_python" \
    ${NG_LIBS:-$NG_BUILD/libng.a -lz} -pthread; then
    echo "not ok csv_python: the program that prints the fields does not compile"
    exit 1
fi
python3 "$NG_HOME/tests/oracle/csv_python.py" "$NG_TMP/csv_python" "$NG_TMP"
