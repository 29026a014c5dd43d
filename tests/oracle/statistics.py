"""Full statistics against NumPy and math.fsum. Usage: statistics.py PROGRAM FOLDER"""
import math
import subprocess
import sys

import numpy as np

program, folder = sys.argv[1:]
rng = np.random.default_rng(5)


def words(n):
    return rng.integers(0, 2**32, n, dtype=np.uint32).view(np.float32)


def relu(n):
    return np.maximum(rng.standard_normal(n, dtype=np.float32), np.float32(0))


def wide(n):
    return np.ldexp(rng.standard_normal(n, dtype=np.float32), rng.integers(-90, 90, n))


def tiny(n):
    return (rng.integers(0, 2**25, n, dtype=np.uint32) * 3).view(np.float32)


def half(x):
    """A cast that NumPy knows."""
    with np.errstate(all="ignore"):
        return x.astype(np.float16).astype(np.float32)


def coarse(x):
    """The upper half of each float, so that -0, NaN and infinity come through."""
    return (x.view(np.uint32) & np.uint32(0xFFFF0000)).view(np.float32)


def expected(x, q):
    size = x.view(np.uint32) & 0x7FFFFFFF
    good = np.isfinite(x) & (x != 0)
    both = np.isfinite(x) & np.isfinite(q)
    wide_x, wide_q = x[both].astype(np.float64), q[both].astype(np.float64)
    squares, errors = math.fsum(wide_x**2), math.fsum((wide_q - wide_x) ** 2)
    _, power = np.frexp(np.abs(x[good].astype(np.float64)))
    field = np.maximum(power + 126, 0)
    return {
        "elements": x.size,
        "finite": int(both.sum()),
        "nonzero_x": int(np.count_nonzero(x)),
        "nonzero_q": int(np.count_nonzero(q)),
        "amax_bits": int(size[good].max()) if good.any() else 0,
        "amin_bits": int(size[good].min()) if good.any() else 0,
        "exponents": np.bincount(field, minlength=256).tolist(),
        "sum_squares": squares,
        "sum_error_squares": errors,
        "mse": errors / x.size if x.size else math.nan,
        "sqnr": (
            math.nan
            if squares == 0
            else math.inf if errors == 0 else 10 * math.log10(squares / errors)
        ),
        "dynamic_range": (
            float(np.log2(np.abs(x[good]).max(), dtype=np.float64)
                  - np.log2(np.abs(x[good]).min(), dtype=np.float64))
            if good.any() else math.nan
        ),
    }


def measured(x, q):
    x.tofile(f"{folder}/x.f32")
    q.tofile(f"{folder}/q.f32")
    out = subprocess.run([program, f"{folder}/x.f32", f"{folder}/q.f32"],
                         check=True, capture_output=True, text=True).stdout
    found = {"exponents": []}
    for line in out.splitlines():
        name, *values = line.split()
        if name == "exponent":
            found["exponents"].append(int(values[1]))
        else:
            found[name] = float(values[0])
    return found


def equal(name, a, b):
    if name in ("sum_squares", "sum_error_squares", "mse", "sqnr", "dynamic_range"):
        if math.isnan(b) or math.isinf(b):
            return math.isnan(a) == math.isnan(b) and (math.isnan(b) or a == b)
        return math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-300)
    return a == b


cases = [
    ("bell", rng.standard_normal(262144, dtype=np.float32), half),
    ("bell_coarse", rng.standard_normal(5000, dtype=np.float32), coarse),
    ("relu", relu(10007), half),
    ("wide", wide(50000).astype(np.float32), half),
    ("words", words(100000), coarse),
    ("subnormal", tiny(20000), half),
    ("zeros", np.array([0.0, -0.0] * 700, np.float32), half),
    ("exact", rng.integers(-64, 64, 3000).astype(np.float32), half),
    ("empty", np.zeros(0, np.float32), half),
]
bad = 0
for label, x, cast in cases:
    q = cast(x)
    want, got = expected(x, q), measured(x, q)
    wrong = [n for n in want if not equal(n, got[n], want[n])]
    if wrong:
        bad = 1
        print(f"not ok statistics_of_{label}_equal_numpy: "
              + "; ".join(f"{n} {got[n]} is not {want[n]}" for n in wrong)[:300])
    else:
        print(f"ok statistics_of_{label}_equal_numpy")
sys.exit(bad)
