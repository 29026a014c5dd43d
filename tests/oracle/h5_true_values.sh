#!/usr/bin/env bash
# Do h5dump and h5py show the true values of narrow tensors in a run file, do e4m3 codes
# decode through their attributes, and does hashlib get the result_hash that is stored?
set -u

# shellcheck disable=SC2086 # lists of flags
if ! ${CC:-gcc} -std=c11 ${CFLAGS:--O2} -I"$NG_HOME" \
    "$NG_HOME/tests/oracle/h5_true_values.c" -o "$NG_TMP/h5_true_values" \
    ${NG_LIBS:-$NG_BUILD/libng.a -lm} -pthread || ! "$NG_TMP/h5_true_values" "$NG_TMP"; then
    echo "not ok h5_true_values: the run file was not made"
    exit 1
fi
missing=
python3 -c 'import numpy, ml_dtypes' 2>/dev/null || missing="python3 without numpy and ml_dtypes"
if [ -n "$missing" ]; then
    for test in h5dump_shows_true_values h5py_shows_true_values \
        e4m3_codes_decode_through_attributes hashlib_gets_the_result_hash; do
        echo "skip $test: $missing"
    done
    exit 0
fi
python3 - "$NG_TMP/values.h5" <<'PYTHON'
import hashlib
import shutil
import struct
import subprocess
import sys

import ml_dtypes
import numpy as np

np.seterr(all="ignore")
PATH = sys.argv[1]
TRUE = {
    "bf16": np.arange(65536, dtype=np.uint16).view(ml_dtypes.bfloat16),
    "e5m2": np.arange(256, dtype=np.uint8).view(ml_dtypes.float8_e5m2),
    "e4m3": np.arange(256, dtype=np.uint8).view(ml_dtypes.float8_e4m3fn),
}
failed = False


def report(test, complaint):
    global failed
    failed = failed or bool(complaint)
    print(f"not ok {test}: {complaint}" if complaint else f"ok {test}")


def compare(name, got):
    """The first value that differs, as words; sign of zero included."""
    want = TRUE[name].astype(np.float64)
    got = np.asarray(got, np.float64).ravel()
    if got.shape != want.shape:
        return f"{name}: {got.size} values instead of {want.size}"
    same = (got == want) & (np.signbit(got) == np.signbit(want))
    same |= np.isnan(got) & np.isnan(want)
    if same.all():
        return None
    at = int(np.argmin(same))
    return f"{name}: code {at:#x} is shown as {got[at]!r}, and is {want[at]!r}"


def tensor(name):
    return f"/tensors/node/{name}/master"


def by_h5dump(name):
    text = subprocess.run(["h5dump", "-y", "-w", "65535", "-m", "%.17g", "-d",
                           tensor(name), PATH], capture_output=True, text=True,
                          check=True).stdout
    data = text.split("DATA {", 1)[1].split("}", 1)[0]
    return [float(word) for word in data.replace(",", " ").split()]


if shutil.which("h5dump") is None:
    print("skip h5dump_shows_true_values: no h5dump (package hdf5-tools)")
else:
    report("h5dump_shows_true_values",
           compare("bf16", by_h5dump("bf16")) or compare("e5m2", by_h5dump("e5m2")))

try:
    import h5py
except ImportError:
    for test in ("h5py_shows_true_values", "e4m3_codes_decode_through_attributes",
                 "hashlib_gets_the_result_hash"):
        print(f"skip {test}: no h5py (package python3-h5py)")
    sys.exit(failed)

file = h5py.File(PATH, "r")
report("h5py_shows_true_values",
       compare("bf16", file[tensor("bf16")][:]) or compare("e5m2", file[tensor("e5m2")][:]))


def decode(codes, attributes):
    """IEEE-like fields as the attributes give them, without infinities."""
    e, m = int(attributes["exponent_bits"]), int(attributes["mantissa_bits"])
    bias = int(attributes["exponent_bias"])
    codes = codes.astype(np.int64).ravel()
    exponent, fraction = codes >> m & (1 << e) - 1, codes & (1 << m) - 1
    size = np.where(exponent == 0, np.ldexp(fraction, 1 - bias - m),
                    np.ldexp(fraction + (1 << m), exponent - bias - m))
    values = np.where(codes >> (e + m) & 1, -size, size)
    nan = codes & (1 << (e + m)) - 1 == int(attributes["nan_code"])
    return np.where(nan, np.nan, values)


def e4m3_complaint():
    data = file[tensor("e4m3")]
    if data.attrs["element_format"] != b"float8_e4m3fn":
        return f"element_format is {data.attrs['element_format']!r}"
    if data.dtype != np.uint8:
        return f"the codes are {data.dtype}"
    if data.attrs["scale_inv"] != np.float32(1) / np.float32(3):
        return f"scale_inv is {data.attrs['scale_inv']!r}"
    return compare("e4m3", decode(data[:], data.attrs))


report("e4m3_codes_decode_through_attributes", e4m3_complaint())

SIGNED = {True: "i", False: "u"}


def type_of(kind):
    """Our name of a stored type, and the NumPy type that holds it unconverted."""
    if isinstance(kind, h5py.h5t.TypeStringID):
        return "text", np.dtype(f"S{kind.get_size()}")
    bits = 8 * kind.get_size()
    if isinstance(kind, h5py.h5t.TypeIntegerID):
        word = SIGNED[kind.get_sign() == h5py.h5t.SGN_2]
        return f"{word}{bits}", np.dtype(f"<{word}{bits // 8}")
    exponent = kind.get_fields()[2]
    name = {(32, 8): "f32", (64, 11): "f64", (16, 8): "bf16", (8, 5): "e5m2"}[bits, exponent]
    return name, np.dtype(f"<u{bits // 8}")


def number(value):
    return struct.pack("<Q", value)


def text(value):
    return number(len(value)) + value


def digest_part(path, handle):
    kind, shape = handle.get_type(), handle.shape
    name, dtype = type_of(kind)
    data = np.zeros(shape, dtype)
    if data.size and isinstance(handle, h5py.h5a.AttrID):
        handle.read(data, mtype=kind)
    elif data.size:
        handle.read(h5py.h5s.ALL, h5py.h5s.ALL, data, mtype=kind)
    return (text(path.encode()) + text(name.encode()) + number(kind.get_size()) +
            number(len(shape)) + b"".join(map(number, shape)) + data.tobytes())


def parts(path, item):
    for name in item.attrs:
        if name not in ("units", "description"):
            handle = h5py.h5a.open(item.id, name.encode())
            yield f"{path}@{name}", handle
    if isinstance(item, h5py.Dataset):
        yield path, item.id
    else:
        for name in item:
            yield from parts(f"{path}/{name}", item[name])


hashed = {}
for root in ("/config/resolved", "/metrics", "/ledger", "/tensors", "/eval"):
    hashed.update(parts(root, file[root]))
stream = b"".join(digest_part(path, hashed[path])
                  for path in sorted(hashed, key=str.encode))
theirs, ours = hashlib.sha256(stream).hexdigest(), file.attrs["result_hash"].decode()
report("hashlib_gets_the_result_hash",
       None if theirs == ours else f"{theirs}, and the file says {ours}")
sys.exit(failed)
PYTHON
