#!/usr/bin/env bash
# Our conversions against the Python package ml_dtypes.
set -u

if ! python3 -c 'import numpy, ml_dtypes' 2>/dev/null; then
    echo "skip formats_ml_dtypes: python3 without numpy and ml_dtypes"
    exit 0
fi
# shellcheck disable=SC2086 # lists of flags
if ! ${CC:-gcc} -std=c11 ${CFLAGS:--O2} -I"$NG_HOME" \
    "$NG_HOME/tests/oracle/formats_encode.c" -o "$NG_TMP/formats_encode" \
    ${NG_LIBS:-$NG_BUILD/libng.a -lm} -pthread; then
    echo "not ok formats_ml_dtypes: the converter does not compile"
    exit 1
fi
python3 - "$NG_TMP/formats_encode" <<'PYTHON'
import subprocess
import sys

import ml_dtypes
import numpy as np

np.seterr(all="ignore")
FORMATS = {
    "e4m3": (ml_dtypes.float8_e4m3fn, np.uint8),
    "e5m2": (ml_dtypes.float8_e5m2, np.uint8),
    "bf16": (ml_dtypes.bfloat16, np.uint16),
}
failures = 0


def ours(name, x):
    done = subprocess.run([sys.argv[1], name, "ml_dtypes"], input=x.tobytes(),
                          capture_output=True, check=True)
    return np.frombuffer(done.stdout, FORMATS[name][1])


def report(test, bad, x, got, want):
    global failures
    if got.size != want.size:
        bad, at = True, 0
    elif bad.any():
        at = int(np.argmax(bad))
    else:
        print("ok", test)
        return
    failures += 1
    print(f"not ok {test}: {float(x[at])!r} gave {got[at]:#x}, "
          f"ml_dtypes says {want[at]:#x}")


def compare(test, name, x):
    kind, code = FORMATS[name]
    got, want = ours(name, x), x.astype(kind).view(code)
    values, sign = got.view(kind), code(1 << (8 * want.itemsize - 1))
    # A NaN may have another payload, never another sign.
    nan = np.isnan(x)
    bad = np.where(nan, ~np.isnan(values) | ((got ^ want) & sign != 0), got != want)
    report(test, bad, x, got, want)


def patterns(name):
    """Every value, midpoint and their neighbours, limits, and random patterns."""
    kind, code = FORMATS[name]
    values = np.arange(1 << (8 * np.dtype(code).itemsize), dtype=code).view(kind)
    values = np.unique(values.astype(np.float64))
    values = values[np.isfinite(values)]
    ties = (values[1:] + values[:-1]) / 2
    points = np.concatenate([values, ties]).astype(np.float32)
    near = [np.nextafter(points, np.float32(side)) for side in (-np.inf, np.inf)]
    limits = np.array([464, 465, 61440, 61439.996, np.inf, np.nan, 0, 1e-45, 3.4028235e38],
                      np.float32)
    random = np.random.default_rng(1).integers(0, 1 << 32, 1 << 22, dtype=np.uint32)
    strided = np.arange(0, 1 << 32, 1021, dtype=np.uint32)
    return np.concatenate([points, *near, limits, -limits, random.view(np.float32),
                           strided.view(np.float32)])


for name in FORMATS:
    compare(f"{name}_encode_equals_ml_dtypes_on_ties_limits_and_patterns", name,
            patterns(name))

every = np.arange(1 << 16, dtype=np.uint16).view(ml_dtypes.bfloat16)
for name in ("e4m3", "e5m2"):
    kind, code = FORMATS[name]
    got, want = ours(name, every.astype(np.float32)), every.astype(kind).view(code)
    same = (got == want) | (np.isnan(got.view(kind)) & np.isnan(want.view(kind)))
    report(f"{name}_encode_of_every_bf16_equals_ml_dtypes", ~same, every, got, want)

sys.exit(failures != 0)
PYTHON
