"""Fingerprints of a run file, computed anew from docs/file-format.md by h5py and integers.

The trial has five steps or fewer, so that its final weights are what the optimiser left in
the last step that has fingerprints.
"""
import struct
import sys

MASK = (1 << 64) - 1
P1, P2, P3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9


def fingerprint(name, rows, cols, row_bytes, scales):
    """row_bytes: the codes of each row; scales: pairs of FP32 bits."""
    def fill(data):
        return data + bytes(-len(data) % 8)

    stream = struct.pack("<Q", len(name)) + fill(name) + struct.pack("<QQ", rows, cols)
    stream += b"".join(map(fill, row_bytes)) + struct.pack("<Q", len(scales))
    for pair in scales:
        stream += struct.pack("<QQ", *pair)
    state = 0
    for (word,) in struct.iter_unpack("<Q", stream):
        state = state + word * P2 & MASK
        state = (state << 31 | state >> 33) * P1 & MASK
    state = (state ^ state >> 33) * P2 & MASK
    state = (state ^ state >> 29) * P3 & MASK
    return state ^ state >> 32


# The two of tests/unit/test_fidelity.c: 1, -2 and a NaN; e4m3 codes with a scale of 448.
assert fingerprint(b"fp32", 1, 3, [struct.pack("<3I", 0x3F800000, 0xC0000000, 0x7FC00000)],
                   []) == 0x40019A0165918CB8
SCALE = struct.unpack("<II", struct.pack("<ff", 448, 0.0022321429569274187))
assert fingerprint(b"e4m3", 2, 2, [b"\x38\x7f", b"\x81\x00"], [SCALE]) == 0x1FBE3608F8105011

NAMES = {b"float32": b"fp32", b"bfloat16": b"bf16", b"float8_e5m2": b"e5m2",
         b"float8_e4m3fn": b"e4m3"}


def check(path):
    import h5py
    import numpy as np
    run = h5py.File(path, "r")
    steps = run["fingerprints/step"][:]
    names = run["fingerprints/name"].asstr()[:]
    last = run["metrics"].attrs["steps"] - 1
    stored = {n: int(d) for n, s, d in zip(names, steps, run["fingerprints/digest"][:])
              if s == last}
    compared, formats = 0, set()

    def see(_, item):
        nonlocal compared
        if not isinstance(item, h5py.Dataset):
            return
        name = item.attrs["name"].decode()
        if not name.endswith("@master"):
            return
        form = NAMES[item.attrs["element_format"]]
        width = item.id.get_type().get_size()  # item.dtype is what h5py would widen it to
        table = np.empty(item.shape, f"V{width}")
        item.id.read(h5py.h5s.ALL, h5py.h5s.ALL, table, item.id.get_type())
        scales = []
        if item.attrs["scale_granularity"] == b"tensor":
            scales.append(tuple(struct.unpack("<I", struct.pack("<f", item.attrs[k]))[0]
                                for k in ("scale", "scale_inv")))
        got = fingerprint(form, *table.shape, [row.tobytes() for row in table], scales)
        assert got == stored[name], f"{name}: {got:#x}, stored {stored[name]:#x}"
        compared += 1
        formats.add(form.decode())

    run["tensors"].visititems(see)
    assert last < 5 and compared >= 4, f"{compared} tensors, {last + 1} steps"
    return formats


if __name__ == "__main__":
    print(" ".join(sorted(set().union(*map(check, sys.argv[1:])))))
