"""Quantises with NumPy and ml_dtypes and compares codes, scales and values bit for bit.

Written from the published definitions (Transformer Engine, torchao, DeepGEMM, MS-AMP, OCP MX
1.0) in FP32 arithmetic of whole arrays; logarithms are taken in FP64 or from frexp.
"""
import subprocess
import sys

import ml_dtypes
import numpy as np

np.seterr(all="ignore")
F32 = np.float32
LARGEST = np.finfo(F32).max
# name: type, largest value, its exponent, mantissa bits, code of NaN
FORMATS = {
    "e4m3": (ml_dtypes.float8_e4m3fn, 448.0, 8, 3, 0x7F),
    "e5m2": (ml_dtypes.float8_e5m2, 57344.0, 15, 2, 0x7F),
    "e3m2": (ml_dtypes.float6_e3m2fn, 28.0, 4, 2, 0x1F),
    "e2m3": (ml_dtypes.float6_e2m3fn, 7.5, 2, 3, 0x1F),
    "e2m1": (ml_dtypes.float4_e2m1fn, 6.0, 2, 1, 0x07),
    "int8": (np.int8, 127.0, 6, 6, 0x00),
}


def encode(name, y):
    kind, largest, _, _, nan = FORMATS[name]
    bounded = np.clip(np.where(np.isnan(y), F32(0), y), F32(-largest), F32(largest))
    rounded = np.rint(bounded) if name == "int8" else bounded
    return np.where(np.isnan(y), np.uint8(nan), rounded.astype(kind).view(np.uint8))


def decode(name, codes):
    return codes.astype(np.uint8).view(FORMATS[name][0]).astype(F32)


# --- From amax to (scale, scale_inv) --------------------------------------------------------


def power_below(scale):
    _, exponent = np.frexp(scale)
    return np.where((scale > 0) & np.isfinite(scale), np.ldexp(F32(1), exponent - 1), scale)


def current(amax, largest, margin, epsilon):
    amax = np.where(amax < F32(epsilon), F32(epsilon), amax)
    scale = F32(largest * 2.0**-margin) / amax
    scale = np.where(np.isinf(scale), LARGEST, scale)
    return np.where((amax == 0) | ~np.isfinite(amax), F32(1), scale)


def torchao(amax, largest, _margin, _epsilon):
    return (np.float64(largest) / np.maximum(amax.astype(np.float64), 1e-12)).astype(F32)


def ms_amp(amax, largest, margin, _epsilon):
    previous = np.ones_like(amax)
    exponent = np.floor(np.log2((F32(largest) / amax).astype(np.float64))) - margin
    scale = np.power(2.0, np.abs(exponent)).astype(F32)
    scale = np.where(amax > 0, scale, previous)
    scale = np.where(np.isfinite(amax), scale, previous)
    return np.where(exponent < 0, F32(1) / scale, scale)


def factors(rule, amax, largest, margin, epsilon):
    if rule == "deepseek":
        scale_inv = np.maximum(amax, F32(1e-4)) / F32(largest)
        return F32(1) / scale_inv, scale_inv
    formula = {"current": current, "power-2": current, "torchao": torchao,
               "torchao-power-2": torchao, "ms-amp": ms_amp}[rule]
    scale = formula(amax, largest, margin, epsilon).astype(F32)
    if rule.endswith("power-2"):
        scale = power_below(scale).astype(F32)
    return scale, F32(1) / scale


def floor_log2(x):
    """Of zero: far below everything."""
    _, exponent = np.frexp(x)
    return np.where(x > 0, exponent - 1, -9999)


def ceil_log2(x):
    mantissa, exponent = np.frexp(x)
    return np.where(x > 0, exponent - (mantissa == 0.5), -9999)


def mx_codes(rule, name, amax):
    _, largest, emax, bits, _ = FORMATS[name]
    wide = amax.astype(np.float64)
    if rule == "mx-floor":
        exponent = floor_log2(wide) - emax
    elif rule == "mx-ceil":
        exponent = ceil_log2(wide) - emax
    elif rule == "mx-even":
        step = np.ldexp(1.0, floor_log2(wide) - bits)
        wide = np.where(amax > 0, np.floor(wide / step + 0.5) * step, 0)
        exponent = floor_log2(wide) - emax
    else:
        exponent = ceil_log2(amax * F32(1 / largest))
    is_nan = ~np.isfinite(amax) | (wide > LARGEST)
    return np.where(is_nan, 0xFF, np.maximum(exponent, -127) + 127).astype(np.uint8)


def e8m0(codes):
    return codes.view(ml_dtypes.float8_e8m0fnu).astype(F32)


# --- Blocks ---------------------------------------------------------------------------------


def blockwise(x, down, across):
    """The largest magnitudes of blocks, and a function that spreads such an array."""
    rows, cols = x.shape
    amax = np.maximum.reduceat(np.abs(x), range(0, rows, down), axis=0)
    amax = np.maximum.reduceat(amax, range(0, cols, across), axis=1)

    def spread(values):
        return np.repeat(np.repeat(values, down, axis=0)[:rows], across, axis=1)[:, :cols]

    return amax, spread


def quantise(job, x, colwise):
    """Codes, scale arrays as bytes, the second level, values."""
    name, granularity, block, rule, margin, epsilon = job
    rows, cols = x.shape
    shape = {"tensor": (rows, cols), "row": (rows, 1) if colwise else (1, cols),
             "BxB": (block, block)}.get(granularity, (block, 1) if colwise else (1, block))
    amax, spread = blockwise(x, *shape)
    top, top_inv = F32(1), F32(1)
    if granularity == "mx":
        stored = [mx_codes(rule, name, amax)]
        scale_inv = e8m0(stored[0])
        scale = np.where(stored[0] == 0xFF, F32(np.nan), np.ldexp(F32(1), 127 - stored[0].astype(int)))
    elif granularity == "nvfp4":
        whole = np.max(np.abs(x))
        if np.isfinite(whole) and whole > 0:
            top = min(F32(448 * 6) / whole, LARGEST)
        top_inv = F32(1) / top
        sixth = F32(1) / F32(6)
        stored = [encode("e4m3", amax * (top * sixth))]
        scale_inv = decode("e4m3", stored[0])
        scale = F32(1) / (scale_inv * top_inv)
        scale = np.where(np.isinf(scale), LARGEST, scale)
    else:
        scale, scale_inv = factors(rule, amax, FORMATS[name][1], margin, epsilon)
        stored = [scale, scale_inv]
    codes = encode(name, x * spread(scale.astype(F32)))
    values = decode(name, codes) * spread(scale_inv.astype(F32)) * top_inv
    return codes, stored, np.array([top, top_inv], F32), values


def same(got, want):
    if got.dtype.kind == "f":
        bits = got.view(np.uint32) == want.view(np.uint32)
        return bool(np.all(bits | (np.isnan(got) & np.isnan(want))))
    return bool(np.array_equal(got, want))


# --- Matrices -------------------------------------------------------------------------------


def matrices():
    rng = np.random.default_rng(20)
    yield "random", rng.standard_normal((67, 301)).astype(F32)
    with np.errstate(over="ignore"):
        yield "wide", (rng.standard_normal((3, 4352)) * rng.choice([1, 4, 0], 4352)).astype(F32)
    yield "heavy-tailed", (rng.standard_cauchy((150, 140)) ** 5).astype(F32)
    spread = rng.standard_normal((70, 260)) * np.exp2(rng.integers(-149, 127, (70, 260)))
    yield "every-exponent", spread.astype(F32)
    edge = rng.standard_normal((131, 259)).astype(F32)
    edge[0:40, 0:140] = 0
    edge[41, :] *= F32(1e-44)
    edge[43, ::3] = LARGEST
    edge[45, 10], edge[60, 200], edge[61, 201] = np.inf, np.nan, -np.inf
    limits = F32([448, 449, 464, 480, 496, 511, 512, 57344, 61440, 6, 7, 7.5, 7.75, 28, 30])
    for i, limit in enumerate(limits):
        edge[70 + i, :] = 0
        edge[70 + i, i::37] = limit * F32(2.0 ** (i - 7))
        edge[100 + i, 5] = np.nextafter(limit, F32(np.inf)) * F32(2.0**-i)
    yield "edges", edge
    yield "finite-edges", np.nan_to_num(edge, nan=1.0, posinf=2.0, neginf=-3.0)
    yield "zeros", np.zeros((5, 40), F32)
    yield "one", F32([[-0.3]])
    yield "smallest", np.full((2, 33), 1e-45, F32)
    yield "infinite", F32([[1, np.inf, -2], [3, 4, 5]])


FP32_RULES = ["current", "power-2", "torchao", "torchao-power-2", "deepseek", "ms-amp"]


def jobs():
    for rule in FP32_RULES:
        for granularity, block in (("tensor", 0), ("row", 0), ("1xB", 128), ("1xB", 7),
                                   ("BxB", 128), ("BxB", 16)):
            for name in ("e4m3", "e5m2"):
                yield name, granularity, block, rule, 0, 0.0
    for granularity in ("tensor", "row"):
        yield "int8", granularity, 0, "current", 0, 0.0
    for rule in ("current", "power-2"):
        yield "e4m3", "1xB", 32, rule, 2, 0.0625
    for rule in ("mx-floor", "mx-ceil", "mx-even", "mx-rceil"):
        for name in ("e4m3", "e5m2", "e3m2", "e2m3", "e2m1"):
            yield name, "mx", 32, rule, 0, 0.0
    yield "e2m1", "nvfp4", 16, "nvfp4", 0, 0.0


class Output:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, kind, shape):
        count = int(np.prod(shape))
        part = np.frombuffer(self.data, kind, count, self.at).reshape(shape)
        self.at += part.nbytes
        return part


def compare_casts():
    cases = [(job, label, x) for job in jobs() for label, x in matrices()]
    text = b"".join(
        ("cast %s %s %d %s %d %r %d %d\n" % (*job, *x.shape)).encode() + x.tobytes()
        for job, _, x in cases)
    done = subprocess.run([sys.argv[1]], input=text, capture_output=True, check=True)
    output, faults, seen = Output(done.stdout), {}, []
    for job, label, x in cases:
        name, granularity, _, rule = job[:4]
        test = f"scales_{granularity}_{rule}_equal_numpy"
        if test not in seen:
            seen.append(test)
        for colwise in (False, True)[: 1 if granularity in ("tensor", "BxB") else 2]:
            codes, stored, top, values = quantise(job, x, colwise)
            wanted = [("codes", codes)] + [("scales", s) for s in stored]
            for what, want in wanted + [("second level", top), ("values", values)]:
                got = output.take(want.dtype, want.shape)
                if not same(got, want):
                    at = np.argwhere(~((got == want) | ((got != got) & (want != want))))
                    where = tuple(at[0]) if len(at) else "the sign of zero"
                    faults.setdefault(test, f"{what} of the {label} matrix as {name}, block "
                                      f"{job[2]}, {'col' if colwise else 'row'}wise, at {where}")
    if output.at != len(done.stdout):
        faults[seen[-1]] = "more output than expected"
    for test in seen:
        print(f"not ok {test}: {faults[test]}" if test in faults else f"ok {test}")
    return len(faults)


def compare_histories():
    """Transformer Engine's update, with its own order of slots."""
    rng = np.random.default_rng(21)
    fault = None
    for length in (1, 2, 3, 16):
        for recent in (0, 1):
            for margin, epsilon in ((0, 0.0), (3, 0.0), (0, 0.5), (-2, 0.25)):
                amax = np.exp2(rng.uniform(-4, 4, 200)).astype(F32)
                amax[rng.integers(0, 200, 30)] = rng.choice(
                    F32([0, np.inf, np.nan, 1e-45, LARGEST]), 30)
                text = f"history {length} {recent} {margin} {epsilon!r} 200\n".encode()
                done = subprocess.run([sys.argv[1]], input=text + amax.tobytes(),
                                      capture_output=True, check=True)
                got = np.frombuffer(done.stdout, F32).reshape(200, 2)
                slots, scale, want = np.zeros(length, F32), F32(1), []
                for a in amax:
                    if a != 0:
                        slots[0] = a
                        most = a if recent else np.fmax.reduce(slots)
                        slots = np.roll(slots, -1)
                        slots[0] = 0
                        if np.isfinite(most) and most > 0:
                            most = max(most, F32(epsilon))
                            scale = min(F32(448 * 2.0**-margin) / most, LARGEST)
                    want.append((scale, F32(1) / scale))
                if not same(got, np.array(want, F32)):
                    fault = f"length {length}, most recent {recent}, margin {margin}"
    test = "delayed_scales_equal_numpy"
    print(f"ok {test}" if fault is None else f"not ok {test}: {fault}")
    return fault is not None


sys.exit(compare_casts() + compare_histories() != 0)
