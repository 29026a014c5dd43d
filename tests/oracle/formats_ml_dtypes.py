"""Our conversions under the preset ml_dtypes against the package of that name, and fp16
against NumPy's float16.

formats_ml_dtypes.py CONVERTER STEP FORMAT   every STEP-th FP32 bit pattern; for STEP > 1
                                             also values, midpoints, limits and noise
formats_ml_dtypes.py list                    the formats, one a line

Prints tests and, for each format, a row of the table of comparisons: format, policy,
oracle, inputs, differences, seconds.
"""
import subprocess
import sys
import time

import ml_dtypes
import numpy as np

np.seterr(all="ignore")
FORMATS = {
    "bf16": (ml_dtypes.bfloat16, 16),
    "fp16": (np.float16, 16),
    "e4m3": (ml_dtypes.float8_e4m3fn, 8),
    "e5m2": (ml_dtypes.float8_e5m2, 8),
    "e4m3fnuz": (ml_dtypes.float8_e4m3fnuz, 8),
    "e5m2fnuz": (ml_dtypes.float8_e5m2fnuz, 8),
    "e4m3b11fnuz": (ml_dtypes.float8_e4m3b11fnuz, 8),
    "e4m3ieee": (ml_dtypes.float8_e4m3, 8),
    "e3m4": (ml_dtypes.float8_e3m4, 8),
    "e2m3": (ml_dtypes.float6_e2m3fn, 6),
    "e3m2": (ml_dtypes.float6_e3m2fn, 6),
    "e2m1": (ml_dtypes.float4_e2m1fn, 4),
    "e8m0": (ml_dtypes.float8_e8m0fnu, 8),
}
BLOCK = 1 << 22


class Comparison:
    def __init__(self, converter, name):
        self.converter, self.name = converter, name
        self.kind, self.width = FORMATS[name]
        self.code = np.uint16 if self.width > 8 else np.uint8
        self.compared = self.different = self.known = 0
        self.first = ""

    def ours(self, what, data):
        done = subprocess.run([self.converter, self.name, what], input=data.tobytes(),
                              capture_output=True, check=True)
        return done.stdout

    def encode(self, x):
        got = np.frombuffer(self.ours("ml_dtypes", x), self.code)
        want = x.astype(self.kind).view(self.code)
        self.compared += x.size
        at = np.flatnonzero(got != want) if got.size == x.size else np.arange(1)
        if at.size and got.size == x.size:
            # A NaN may have another payload, never another sign.
            sign = self.code(1 << (self.width - 1))
            nan = np.isnan(got[at].view(self.kind)) & np.isnan(want[at].view(self.kind))
            at = at[~(nan & ((got[at] ^ want[at]) & sign == 0))]
        if self.name == "e8m0" and at.size:
            at = self.without_known(x.view(np.uint32)[at], got[at], want[at], at)
        if at.size and not self.first:
            i = at[0]
            self.first = (f"{float(x[i])!r} ({x.view(np.uint32)[i]:08x}) gave "
                          f"{got[i]:#x}, expected {want[i]:#x}")
        self.different += at.size

    def without_known(self, bits, got, want, at):
        """Between 2^-127 and 1.5 * 2^-127 the nearest power is 2^-127; ml_dtypes 0.6, which
        rounds the FP32 number's bits, gives 2^-126 there."""
        known = (bits > 0x400000) & (bits < 0x600000) & (got == 0) & (want == 1)
        self.known += int(np.count_nonzero(known))
        return at[~known]

    def decode(self):
        codes = np.arange(1 << self.width, dtype=self.code)
        got = np.frombuffer(self.ours("decode", codes), np.float32)
        want = codes.view(self.kind).astype(np.float32)
        bad = np.flatnonzero((got.view(np.uint32) != want.view(np.uint32)) &
                             ~(np.isnan(got) & np.isnan(want)))
        return f"code {bad[0]:#x} is {got[bad[0]]}, expected {want[bad[0]]}" if bad.size else ""


def report(test, reason):
    print(f"not ok {test}: {reason}" if reason else f"ok {test}")


def neighbourhoods(kind, code, width):
    """Every value, midpoint and their neighbours, limits, and random patterns."""
    values = np.arange(1 << width, dtype=code).view(kind).astype(np.float64)
    values = np.unique(values[np.isfinite(values)])
    points = np.concatenate([values, (values[1:] + values[:-1]) / 2,
                             [2 * values[-1] - values[-2]],
                             [1.5 * values[-1] - values[-2] / 2]]).astype(np.float32)
    points = np.concatenate([points, -points])
    near = [np.nextafter(points, np.float32(side)) for side in (-np.inf, np.inf)]
    specials = np.array([0, 1, 2, 0x400000, 0x7FFFFF, 0x7F7FFFFF, 0x7F800000, 0x7F800001,
                         0x7FBFFFFF, 0x7FC00000, 0x7FFFFFFF], np.uint32)
    specials = np.concatenate([specials, specials | np.uint32(1 << 31)])
    noise = np.random.default_rng(1).integers(0, 1 << 32, 1 << 19, dtype=np.uint32)
    return np.concatenate([points, *near, specials.view(np.float32),
                           noise.view(np.float32)])


def main():
    if sys.argv[1:] == ["list"]:
        print("\n".join(FORMATS))
        return
    converter, step, name = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    c = Comparison(converter, name)
    start = time.process_time()
    for first in range(0, 1 << 32, BLOCK * step):
        last = min(first + BLOCK * step, 1 << 32)
        c.encode(np.arange(first, last, step, dtype=np.uint32).view(np.float32))
    if step > 1:
        c.encode(neighbourhoods(c.kind, c.code, c.width))
    oracle = "numpy" if name == "fp16" else "ml_dtypes"
    report(f"{name}_encode_equals_{oracle}", c.first)
    report(f"{name}_decode_equals_{oracle}", c.decode())
    print("row", name, "ml_dtypes", oracle, c.compared, c.different,
          f"{time.process_time() - start:.1f}")
    if c.known:
        print(f"{c.known} more: ml_dtypes does not round to nearest just above 2^-127")


main()
