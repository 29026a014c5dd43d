#!/usr/bin/env bash
# Do NumPy, ml_dtypes and the safetensors library read the arrays that we write, with equal
# values, and do we read theirs; and do they find the weights and tables of a run in what
# `narrowgauge export` wrote?
set -u
missing=
python3 -c 'import numpy' 2>/dev/null || missing="python3 without numpy"
if [ -z "$missing" ]; then
    # shellcheck disable=SC2086 # lists of flags
    if ! ${CC:-gcc} -std=c11 -D_XOPEN_SOURCE=700 ${CFLAGS:--O2} -I"$NG_HOME" \
        "$NG_HOME/tests/oracle/arrays_numpy.c" -o "$NG_TMP/convert" \
        ${NG_LIBS:-$NG_BUILD/libng.a -lm} -pthread; then
        echo "not ok arrays_numpy: the driver was not compiled"
        exit 1
    fi
    cd "$NG_TMP" || exit 1
    if ! "$NG" run tiny 'sweep.recipe=[fp32,fp8-lean]' seeds=0 --quiet >log 2>&1; then
        echo "not ok arrays_numpy: no run to export: $(tr '\n' ' ' <log)"
        exit 1
    fi
    for format in safetensors npz npy csv json; do
        "$NG" export out/tiny --format "$format" --out export >log 2>&1 ||
            echo "not ok export_$format: $(tr '\n' ' ' <log)"
    done
fi
python3 "$NG_HOME/tests/oracle/arrays_numpy.py" ${missing:+--skip "$missing"}
