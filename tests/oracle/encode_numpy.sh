#!/usr/bin/env bash
# Do NumPy and ml_dtypes make the codes and scales that `narrowgauge encode` makes, does
# `decode` read what they make, and are .npy files that lie refused?
set -u
missing=
python3 -c 'import numpy, ml_dtypes' 2>/dev/null || missing="python3 without numpy and ml_dtypes"
cd "$NG_TMP" || exit 1
if [ -n "$missing" ]; then
    echo "skip encode_numpy: $missing"
    exit 0
fi
python3 -W ignore "$NG_HOME/tests/oracle/encode_numpy.py"
