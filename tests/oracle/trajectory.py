"""Five training steps computed a second time, in FP64 with rigorous bounds.

  trajectory.py FOLDER RECIPE...     FOLDER/RECIPE holds what trajectory.c wrote

Every tensor is an interval [lo, hi] per element that must hold the program's value.
  - Elementwise FP32 operations are monotone in each argument, and so is rounding to
    nearest: the ends are computed in FP64 and rounded to FP32. For + - * / and square
    root FP64 has more than 2 * 24 + 2 bits, so the double rounding is innocuous (Figueroa
    1995) and exact arguments give the exact result, not merely a bound.
  - Products are taken end by end through the chain of fused multiply-adds that defines
    them. In any order of summing, fused or not, K terms differ from the FP64 product by at
    most gamma_K * |A||B|, gamma_K = K u / (1 - K u), u = 2^-24 (Higham 2002, 3.1), and
    arguments known to radius R add R_A|B| + |A|R_B + R_A R_B (Rump 1999): both must hold.
  - A cast is monotone as well: where [lo, hi] lies in one rounding cell the code is
    determined, else the interval reaches over the codes that it covers. The quantiser
    searches a table of all values of the format, built from the format's definition.
  - Stochastic rounding, given its random word, is one more monotone cast; the words come
    from a second Philox.
  - exp and log are taken to be within 1 ulp.
  - AdamW's ratio m/sqrt(v) gets the best of three bounds; see `ratio`.

Modes: `restart` starts each step from the program's own state, so that all five steps are
checked with bounds of one step. `free` starts once and carries the bounds along.
A bound that is too wide would prove nothing: widths and codes in doubt are limited (WIDEST,
DETERMINED), and the faults in FAULTS, planted into this script one at a time, must each be
noticed in the first step. With `any_order` alone for products, bounds of fp32 were seven
times as wide, and after five steps in a row two thirds of the E4M3 codes were in doubt.
"""
import sys
from types import SimpleNamespace

import numpy as np

U = 2.0**-24  # unit roundoff of FP32
TINY = 2.0**-149  # what an underflow costs at most
HIDDEN = 2  # hidden layers
LR, BETA1, BETA2, EPSILON, DECAY = 1e-2, 0.9, 0.999, 1e-8, 1e-2

# Formats of: the operands, what flows between ops (logits are FP32), and the state.
RECIPES = {
    "fp32": {},
    "bf16": dict(slot="bf16", flow="bf16", copy="bf16"),
    "fp8-e4m3": dict(slot="e4m3", flow="bf16"),
    "fp8-e5m2": dict(slot="e5m2", flow="bf16"),
    "fp8-lean": dict(slot="e4m3", flow="bf16", master="bf16", gradient="bf16",
                     moment1="e4m3", moment2="bf16"),  # master, moment2: stochastic
}

# ---- Formats ------------------------------------------------------------------------


class Format:
    """All non-negative finite values of a format, ascending: the index is the code."""

    def __init__(self, exponent_bits, mantissa_bits, bias, finite, saturates):
        code = np.arange(finite)
        exponent, mantissa = code >> mantissa_bits, code & ((1 << mantissa_bits) - 1)
        fraction = mantissa / 2.0**mantissa_bits
        self.table = np.where(exponent == 0, fraction * 2.0 ** (1 - bias),
                              (1 + fraction) * 2.0 ** (exponent - bias))
        self.saturates = saturates
        self.dtype = np.uint8 if exponent_bits + mantissa_bits == 7 else np.uint16
        self.max = self.table[-1]

    def decode(self, code):
        sign = 1 << (8 * self.dtype().itemsize - 1)
        values = np.append(self.table, np.full(sign - self.table.size, np.nan))
        return np.where(code & sign, -1.0, 1.0) * values[code & (sign - 1)]

    def below(self, size):
        """Codes of the largest values not above `size`."""
        if not self.saturates and (size > self.max).any():
            raise OverflowError("a 16-bit tensor overflows, which these steps never do")
        return np.searchsorted(self.table, size, side="right") - 1

    def nearest(self, x):
        size = np.abs(x)
        code = self.below(size)
        above = np.minimum(code + 1, self.table.size - 1)
        down, up = size - self.table[code], self.table[above] - size
        take = (down > up) | ((down == up) & (code % 2 == 1))
        return np.copysign(self.table[np.where(take, above, code)], x)

    def truncated(self, x):
        return np.copysign(self.table[self.below(np.abs(x))], x)

    def stochastic(self, x, words):
        """Up where the part cut off, 16 bits of it, and the word's top 16 bits carry."""
        size = np.abs(x)
        code = self.below(size)
        down, up = self.table[code], self.table[code + 1]
        part = np.floor((size - down) / (up - down) * 65536)
        return np.copysign(np.where(part + (words >> 16) >= 65536, up, down), x)


# OCP OFP8 1.0: E4M3 has no infinity and one NaN, S.1111.111; E5M2 follows IEEE 754.
FORMATS = {
    "e4m3": Format(4, 3, 7, 0x7F, True),
    "e5m2": Format(5, 2, 15, 0x7C, True),
    "bf16": Format(8, 7, 127, 0x7F80, False),
}

# ---- Random words -------------------------------------------------------------------

SEED, ROUND_MASTER, ROUND_MOMENT2 = 0, 5, 6


def philox(counter, key):
    """Philox4x32-10 of Salmon et al. 2011; counter: four columns of uint64."""
    low, c, key = np.uint64(0xFFFFFFFF), list(counter), list(key)
    for _ in range(10):
        first, second = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        c = [second >> np.uint64(32) ^ c[1] ^ np.uint64(key[0]), second & low,
             first >> np.uint64(32) ^ c[3] ^ np.uint64(key[1]), first & low]
        key = [(key[0] + 0x9E3779B9) % 2**32, (key[1] + 0xBB67AE85) % 2**32]
    return np.stack(c, 1)


# The first known answer that comes with Random123.
assert (philox(np.zeros((4, 1), np.uint64), (0, 0)) ==
        [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]).all()


def words(kind, tensor, step, shape):
    """A word per element: the draws of one kind, for one tensor, in one step."""
    n = shape[0] * shape[1]
    block = np.arange((n + 3) // 4, dtype=np.uint64)
    zero = np.zeros_like(block)
    blocks = philox([block, zero, zero + np.uint64(step), zero], (SEED, kind << 24 | tensor))
    return blocks.ravel()[:n].astype(np.int64).reshape(shape)


# ---- Intervals ----------------------------------------------------------------------


class Interval:
    def __init__(self, lo, hi=None):
        self.lo, self.hi = lo, lo if hi is None else hi

    @property
    def T(self):
        return Interval(self.lo.T, self.hi.T)

    @property
    def magnitude(self):
        return np.maximum(np.abs(self.lo), np.abs(self.hi))

    @property
    def mignitude(self):
        return np.maximum(0.0, np.maximum(self.lo, -self.hi))

    @property
    def mid(self):
        return (self.lo + self.hi) / 2

    @property
    def radius(self):
        return (self.hi - self.lo) / 2

    def meet(self, other):
        """Where both are sound they meet; an empty meeting holds no value at all."""
        return Interval(np.fmax(self.lo, other.lo), np.fmin(self.hi, other.hi))


def rounded(lo, hi):
    """Ends of an FP32 result. Rounding a bound on an FP32 number is sound as well."""
    return Interval(*(np.asarray(end, np.float32).astype(np.float64) for end in (lo, hi)))


def constant(x):
    return Interval(np.float64(np.float32(x)))


def add(a, b):
    return rounded(a.lo + b.lo, a.hi + b.hi)


def subtract(a, b):
    return rounded(a.lo - b.hi, a.hi - b.lo)


def hull(*ends):
    return np.minimum.reduce(ends), np.maximum.reduce(ends)


def multiply(a, b):
    return rounded(*hull(a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi))


def square(a):
    return rounded(a.mignitude**2, a.magnitude**2)


def gamma(k):
    return k * U / (1 - k * U)


def sum_rounded(a, b):
    """a + b, exactly rounded to FP32, although a + b may need more bits than FP64 has:
    the sum is first rounded to odd, after which a second rounding is innocuous (Boldo and
    Melquiond 2008). The error of the FP64 sum is Knuth's."""
    s = a + b
    part = s - a
    error = (a - (s - part)) + (b - part)
    inexact_and_even = (error != 0) & (s.view(np.int64) & 1 == 0)
    s = np.where(inexact_and_even, np.nextafter(s, np.copysign(np.inf, error)), s)
    return s.astype(np.float32).astype(np.float64)


def product(a, b):
    """a (m x k) times b (k x n): one chain of fused multiply-adds over ascending k, which
    may not be further from the FP64 product than any order of summing can be."""
    lo = hi = np.zeros((a.lo.shape[0], b.lo.shape[1]))
    for k in range(a.lo.shape[1]):
        left, right = (a.lo[:, k, None], a.hi[:, k, None]), (b.lo[k], b.hi[k])
        ends = hull(*(x * y for x in left for y in right))
        lo, hi = sum_rounded(lo, ends[0]), sum_rounded(hi, ends[1])
    return Interval(lo, hi).meet(any_order(a, b))


def any_order(a, b):
    k = a.lo.shape[1]
    # The second term is for the rounding of the FP64 products here.
    size = (gamma(k) + (k + 8) * 2.0**-52) * (a.magnitude @ b.magnitude) + k * TINY
    spread = a.radius @ (np.abs(b.mid) + b.radius) + np.abs(a.mid) @ b.radius
    size += spread * (1 + 1e-9)
    middle = a.mid @ b.mid
    return rounded(middle - size, middle + size)


def column_sums(a):
    """FP32 sums of the rows, ascending; each double rounding is innocuous."""
    total = Interval(np.zeros(a.lo.shape[1]))
    for row in range(a.lo.shape[0]):
        total = add(total, Interval(a.lo[row], a.hi[row]))
    return total


def widened(a, relative, absolute=0.0):
    """After some roundings at once: a * (1 +- relative) +- absolute, ends FP32."""
    size = relative * a.magnitude + absolute + TINY
    return rounded(a.lo - size, a.hi + size)


# ---- One step -----------------------------------------------------------------------


def stored(values, scale=None, inverse=None):
    """What a tensor should hold: values of the codes, and the scales if there are any."""
    return SimpleNamespace(values=values, scale=scale, inverse=inverse)


class Step:
    """One training step from `state`; `seen` collects what every tensor should hold.

    state[name] is an Interval for each layer.I.linear/PART@master, @moment1, @moment2.
    """

    def __init__(self, recipe, state, number, history, fault=None):
        self.recipe, self.fault, self.number = RECIPES[recipe], fault, number
        self.state, self.history = state, history
        self.seen, self.next = {}, {}

    def format(self, what):
        return FORMATS.get(self.recipe.get(what, "fp32"))

    def keep(self, name, expected):
        self.seen[name] = expected
        return expected.values

    def to_nearest(self, x, fmt):
        if fmt is None:
            return x
        how = fmt.truncated if self.fault == "truncation" else fmt.nearest
        return Interval(how(x.lo), how(x.hi))

    def scaled(self, x, fmt):
        """Codes and scales: scale = RN(max / amax), inverse = RN(1 / scale)."""
        largest = fmt.max * (1.01 if self.fault == "scale" else 1.0)
        low, high = x.mignitude.max(), x.magnitude.max()
        if high == 0:
            one = constant(1.0)
            return stored(x, one, one)
        scale = rounded(largest / high, largest / low)
        inverse = rounded(1 / scale.hi, 1 / scale.lo)
        return stored(self.to_nearest(multiply(x, scale), fmt), scale, inverse)

    def operand(self, name, x):
        fmt = self.format("slot")
        if fmt is None or not fmt.saturates:
            one = constant(1.0)
            self.keep(name, stored(self.to_nearest(x, fmt)))
            return stored(self.to_nearest(x, fmt), one, one)
        cast = self.scaled(x, fmt)
        self.keep(name, cast)
        return cast

    def gemm(self, a, b, left, right):
        sums = product(left(a.values), right(b.values))
        return multiply(sums, multiply(a.inverse, b.inverse))

    def output(self, name, x, last=False):
        fmt = None if last or self.fault == "flow" else self.format("flow")
        return self.keep(name, stored(self.to_nearest(x, fmt)))

    def run(self, x, labels):
        layers = range(HIDDEN + 1)
        flow = self.output("input/output", Interval(x))
        inputs, outputs = [], []
        for i in layers:
            inputs.append(flow)
            flow = self.linear(i, flow)
            if i < HIDDEN:
                flow = self.output(f"layer.{i}.relu/output",
                                   Interval(np.maximum(flow.lo, 0), np.maximum(flow.hi, 0)))
                outputs.append(flow)
        flow = self.loss(flow, labels)
        for i in reversed(layers):
            if i < HIDDEN:
                flow = self.relu_backward(i, flow, outputs[i])
            flow = self.linear_backward(i, flow, inputs[i])
        for i in layers:
            self.adamw(f"layer.{i}.linear/weight", 2 * i)
            self.adamw(f"layer.{i}.linear/bias", 2 * i + 1)
        return self

    def linear(self, i, x):
        node = f"layer.{i}.linear"
        weight, bias = self.state[f"{node}/weight@master"], self.state[f"{node}/bias@master"]
        a = self.operand(f"{node}/input@fprop", x)
        b = self.operand(f"{node}/weight@fprop", weight)
        y = self.gemm(a, b, lambda v: v, lambda v: v.T)
        if self.fault != "bias":
            y = add(y, bias)
        return self.output(f"{node}/output", y, last=i == HIDDEN)

    def loss(self, z, labels):
        """Mean of log(sum exp z) - z_label. Rounding: d = z - max costs u |d|, exp 1 ulp
        (2u), the sum gamma, the quotient u; the exact softmax is monotone in each z."""
        rows, classes = z.lo.shape
        top = z.hi.max(1, keepdims=True)
        low, high = np.exp(z.lo - top), np.exp(z.hi - top)
        others_low = low.sum(1, keepdims=True) - low
        others_high = high.sum(1, keepdims=True) - high
        p = Interval(low / (low + others_high), high / (high + others_low))
        reach = (top - z.lo.min(1, keepdims=True)) * U * 1.001
        error = 1.001 * (reach + 2 * U + gamma(classes))
        p = self.keep("loss/probability", stored(widened(p, 2 * error + 3 * U)))
        self.row_losses(z, labels, error)
        target = np.eye(classes)[labels]
        if self.fault == "labels":
            target = np.roll(target, 1, axis=0)
        share = constant(1.0 / (rows - (self.fault == "mean")))
        gradient = multiply(subtract(p, Interval(target)), share)
        return self.output("loss/input-gradient", gradient, last=True)

    def row_losses(self, z, labels, error):
        rows = np.arange(labels.size)

        def row_loss(mine, others):
            value = others.copy()
            value[rows, labels] = mine[rows, labels]
            top = value.max(1)
            spread = np.exp(value - top[:, None]).sum(1)
            return np.log(spread) - (value[rows, labels] - top)

        exact = Interval(row_loss(z.hi, z.lo), row_loss(z.lo, z.hi))
        reach = z.hi.max(1) - z.lo[rows, labels]
        losses = widened(exact, U, 1.01 * (error[:, 0] + 2 * U * np.log(z.lo.shape[1]) + U * reach))
        losses = Interval(np.maximum(losses.lo, 0)[:, None], losses.hi[:, None])
        self.keep("loss/row-loss", stored(losses))
        low, high = (end.mean(keepdims=True) for end in (losses.lo, losses.hi))
        mean = Interval(low * (1 - 1e-14), high * (1 + 1e-14))
        self.keep("loss/mean", stored(mean))

    def relu_backward(self, i, dy, y):
        """Passes where y is not 0; both cases where that is unknown."""
        passes, blocks = y.lo > 0, y.hi <= 0
        if self.fault == "relu":
            passes, blocks = np.ones_like(passes), np.zeros_like(blocks)
        lo = np.where(passes, dy.lo, np.where(blocks, 0, np.minimum(dy.lo, 0)))
        hi = np.where(passes, dy.hi, np.where(blocks, 0, np.maximum(dy.hi, 0)))
        return self.output(f"layer.{i}.relu/input-gradient", Interval(lo, hi))

    def linear_backward(self, i, dy, x):
        node = f"layer.{i}.linear"
        flow = None
        if i > 0:
            a = self.operand(f"{node}/grad@dgrad", dy)
            b = self.operand(f"{node}/weight@dgrad", self.state[f"{node}/weight@master"])
            dx = self.gemm(a, b, lambda v: v, lambda v: v)
            flow = self.output(f"{node}/input-gradient", dx)
        a = self.operand(f"{node}/grad@wgrad", dy)
        b = self.operand(f"{node}/input@wgrad", x)
        dw = self.gemm(a, b, lambda v: v.T, lambda v: v)
        for part, gradient in (("weight", dw), ("bias", column_sums(dy))):
            gradient = self.to_nearest(gradient, self.format("gradient"))
            gradient = Interval(np.atleast_2d(gradient.lo), np.atleast_2d(gradient.hi))
            self.keep(f"{node}/{part}-gradient", stored(gradient))
            self.keep(f"{node}/{part}@gradient", stored(gradient))
        return flow

    # ---- AdamW ----

    def constants(self):
        """FP64, each rounded once to FP32; powers by repeated product."""
        beta1 = 0.89 if self.fault == "beta1" else BETA1
        beta2 = 0.99 if self.fault == "beta2" else BETA2
        power1 = power2 = 1.0
        for _ in range(self.number + 1):
            power1, power2 = power1 * beta1, power2 * beta2
        return SimpleNamespace(
            b1=constant(beta1), b2=constant(beta2), c1=constant(1 - beta1),
            c2=constant(1 - beta2), rate=constant(LR / (1 - power1)),
            root=constant(np.sqrt(1 - power2)), epsilon=constant(EPSILON),
            decay=constant(0.0 if self.fault == "decay" else LR * DECAY))

    def adamw(self, name, parameter):
        c = self.constants()
        g = self.seen[f"{name}@gradient"].values
        w, m, v = (self.state[f"{name}@{part}"] for part in ("master", "moment1", "moment2"))
        new_m = add(multiply(c.b1, m), multiply(c.c1, g))
        new_v = add(multiply(c.b2, v), multiply(c.c2, square(g)))
        step = multiply(c.rate, self.ratio(c, g, m, v, new_m, new_v))
        decayed = w
        if name.endswith("weight"):
            # Rises with w, although w stands in it twice: decay is far below 1.
            low, high = (subtract(end, multiply(c.decay, end))
                         for end in (Interval(w.lo), Interval(w.hi)))
            decayed = Interval(low.lo, high.hi)
        self.store(f"{name}@moment1", new_m, "moment1")
        self.store(f"{name}@moment2", new_v, "moment2", (ROUND_MOMENT2, parameter))
        new_w = self.store(f"{name}@master", subtract(decayed, step), "master",
                           (ROUND_MASTER, parameter))
        if name.endswith("weight") and "copy" in self.recipe:
            self.keep(f"{name}@copy", stored(self.to_nearest(new_w, self.format("copy"))))

    def store(self, name, x, what, draw=None):
        fmt = self.format(what)
        if fmt is None:
            expected = stored(x)
        elif fmt.saturates:
            expected = self.scaled(x, fmt)
        elif self.fault == "draws":
            expected = stored(self.to_nearest(x, fmt))
        else:
            # For a given word this, too, is monotone.
            drawn = words(*draw, self.number, x.lo.shape)
            expected = stored(Interval(*(fmt.stochastic(end, drawn)
                                         for end in (x.lo, x.hi))))
        values = self.keep(name, expected)
        self.next[name] = values if expected.inverse is None else \
            multiply(values, expected.inverse)
        return values

    def ratio(self, c, g, m, v, new_m, new_v):
        """m' / (sqrt(v') / root + epsilon), where m' and v' come from the same g.

        Three enclosures, and what they have in common:
        1. end by end, as if m' and v' were independent: exact where g is;
        2. the mean value form of q(m, v, g) = a / d, with a = b1 m + c1 g,
           s = sqrt(b2 v + c2 g^2), d = s / root + epsilon, and its roundings:
             dq/dg = ((c1 b2 v - b1 c2 m g) / (root s) + c1 epsilon) / d^2
             dq/dm = b1 / d,  dq/dv = -a b2 / (2 root s d^2);
           near g = 0 in the first step, where q is about sign(g), this is the tight one;
        3. Cauchy and Schwarz: |b1 m + c1 g| <= sqrt(b1^2 m^2 / (b2 v) + c1^2 / c2) * s,
           and over the history of all steps |m'| <= C s with `history` = C: the whole
           update, where the sign of g is unknown.
        """
        b1, b2, c1, c2, root, eps = (x.lo for x in (c.b1, c.b2, c.c1, c.c2, c.root,
                                                    c.epsilon))
        d = rounded(np.sqrt(new_v.lo), np.sqrt(new_v.hi))
        d = add(rounded(d.lo / root, d.hi / root), c.epsilon)
        ends = rounded(*hull(new_m.lo / d.lo, new_m.lo / d.hi, new_m.hi / d.lo,
                             new_m.hi / d.hi))
        with np.errstate(divide="ignore", invalid="ignore"):
            s = Interval(np.sqrt(b2 * v.lo + c2 * g.mignitude**2),
                         np.sqrt(b2 * v.hi + c2 * g.magnitude**2))
            least = s.lo / root + eps
            a = Interval(b1 * m.lo + c1 * g.lo, b1 * m.hi + c1 * g.hi).magnitude
            cross = hull(m.lo * g.lo, m.lo * g.hi, m.hi * g.lo, m.hi * g.hi)
            bend = np.maximum(np.abs(c1 * b2 * v.hi - b1 * c2 * cross[0]),
                              np.abs(c1 * b2 * v.lo - b1 * c2 * cross[1]))
            bend = np.where(bend == 0, 0, bend / (root * s.lo))
            by_g = (bend + c1 * eps) / least**2 * g.radius
            by_m = b1 / least * m.radius
            by_v = np.where(v.radius == 0, 0, a * b2 / (2 * root * s.lo * least**2) *
                            v.radius)
            middle = ((b1 * m.mid + c1 * g.mid) /
                      (np.sqrt(b2 * v.mid + c2 * g.mid**2) / root + eps))
            size = (by_g + by_m + by_v) * (1 + 1e-9)
            size += 2.1 * U * (b1 * m.magnitude + c1 * g.magnitude) / least
            size = np.where(np.isfinite(size), size, np.inf)
            mean_value = widened(Interval(middle - size, middle + size), 8 * U)
            own = np.where(m.magnitude == 0, 0, b1**2 * m.magnitude**2 / (b2 * v.lo))
            most = np.fmin(np.sqrt(own + c1**2 / c2), self.history) * root
            # 2^-60 / epsilon: what gradients add whose squares underflow.
            most = most * (1 + 100 * U) + 2.0**-60 / eps
        return ends.meet(mean_value).meet(Interval(-most, most))


def history_bound(number):
    """C of Step.ratio after steps 0..number, from zero state kept in FP32."""
    b1, b2, c1, c2 = (constant(x).lo for x in (BETA1, BETA2, 1 - BETA1, 1 - BETA2))
    return np.sqrt(sum((c1 * b1**i) ** 2 / (c2 * b2**i) for i in range(number + 1)))


# ---- What the program wrote ---------------------------------------------------------


class Dump:
    """Tensors by (step, name): values of the codes, scale, inverse, format."""

    PLAIN = {"fp32": np.float32, "fp64": np.float64, "uint32": np.uint32}

    def __init__(self, folder):
        data = open(f"{folder}/data", "rb").read()
        self.tensors = {}
        for line in open(f"{folder}/index"):
            step, name, fmt, rows, cols, offset, scale, inverse = line.split()
            shape = (int(rows), int(cols))
            dtype = self.PLAIN.get(fmt) or FORMATS[fmt].dtype
            codes = np.frombuffer(data, dtype, shape[0] * shape[1], int(offset))
            values = codes.astype(np.float64) if fmt in self.PLAIN else \
                FORMATS[fmt].decode(codes)
            self.tensors[int(step), name] = SimpleNamespace(
                values=values.reshape(shape), format=fmt, scale=float.fromhex(scale),
                inverse=float.fromhex(inverse))
        self.steps = 1 + max(step for step, _ in self.tensors)

    def batch(self, step):
        order = self.tensors[step, "order"].values[:, 0].astype(int)
        return (self.tensors[-1, "x"].values[order],
                self.tensors[-1, "labels"].values[order, 0].astype(int))

    def state(self, step):
        """State after `step`, as exact values."""
        result = {}
        for (when, name), t in self.tensors.items():
            if when == step and name.endswith(("@master", "@moment1", "@moment2")):
                result[name] = multiply(Interval(t.values), Interval(t.inverse))
        return result


# ---- The checks ---------------------------------------------------------------------

# Of the width of a bound over the root mean square of its tensor, where that is FP32. Seen
# at most: 8e-5 of a second moment (twice its gradient's 4e-5), and 2.1e-3 after five steps
# in a row, each of which widens what it was given some four times.
WIDEST = {"restart": 1e-4, "free": 5e-3}
DETERMINED = 0.99  # share of the codes that have one possible value; seen 0.9999

FAULTS = ("truncation", "bias", "scale", "flow", "relu", "labels", "mean", "beta1", "beta2",
          "decay", "draws")


def planted(recipe):
    """Faults that mean something to a recipe: scales only where there are any, ..."""
    slot = RECIPES[recipe].get("slot")
    pointless = set() if slot else {"truncation", "flow"}
    if slot not in ("e4m3", "e5m2"):
        pointless.add("scale")
    if RECIPES[recipe].get("master") is None:
        pointless.add("draws")
    return [fault for fault in FAULTS if fault not in pointless]


def outside(expected, t):
    """How many elements of a tensor, its scales included, are not in their interval."""
    x, values = t.values, expected.values
    if x.shape != values.lo.shape:
        return x.size
    count = np.sum(~((values.lo <= x) & (x <= values.hi)))
    for mine, theirs in ((expected.scale, t.scale), (expected.inverse, t.inverse)):
        count += theirs != 1 if mine is None else not mine.lo <= theirs <= mine.hi
    return count


class Tally:
    """How much the bounds of some steps say, and what is wrong."""

    def __init__(self):
        self.faults, self.widths = [], {}
        self.codes = self.determined = 0

    def book(self, number, name, expected, t):
        count = outside(expected, t)
        if count:
            self.faults.append(f"step {number}: of {t.values.size} elements and the scales "
                               f"of {name}, {count} are outside their bounds")
        gap = expected.values.hi - expected.values.lo
        rms = np.sqrt(np.mean(t.values**2))
        if t.format in FORMATS:
            self.codes += gap.size
            self.determined += np.sum(gap == 0)
        elif rms > 0:
            median, widest = self.widths.get(name, (0.0, 0.0))
            self.widths[name] = (max(median, np.median(gap) / rms),
                                 max(widest, gap.max() / rms))

    def compare(self, step, dump, number):
        written = {name for when, name in dump.tensors if when == number} - {"order"}
        for name in sorted(written ^ set(step.seen)):
            self.faults.append(f"step {number}: {name} exists on one side only")
        for name, expected in step.seen.items():  # in the order of computing
            if name in written:
                self.book(number, name, expected, dump.tensors[number, name])

    def too_wide(self, limit):
        share = self.determined / self.codes if self.codes else 1.0
        if share < DETERMINED:
            self.faults.append(f"only {share:.2%} of the codes are determined")
        for name, (_, widest) in self.widths.items():
            if not widest <= limit:
                self.faults.append(f"the bounds of {name} are too wide: {widest:.2g} of "
                                   "its size")


def one_step(recipe, dump, number, state, fault=None):
    # The history's bound speaks of moments that are kept as they were computed.
    narrow = "moment1" in RECIPES[recipe] or "moment2" in RECIPES[recipe]
    history = np.inf if narrow else history_bound(number)
    return Step(recipe, state, number, history, fault).run(*dump.batch(number))


def follow(recipe, dump, mode):
    tally, state = Tally(), dump.state(-1)
    for number in range(dump.steps):
        if mode == "restart":
            state = dump.state(number - 1)
        try:
            step = one_step(recipe, dump, number, state)
        except OverflowError as error:
            tally.faults.append(f"step {number}: {error}")
            break
        tally.compare(step, dump, number)
        state = step.next
    tally.too_wide(WIDEST[mode])
    return tally


def unnoticed(recipe, dump):
    for fault in planted(recipe):
        tally = Tally()
        tally.compare(one_step(recipe, dump, 0, dump.state(-1), fault), dump, 0)
        if not tally.faults:
            yield f"{fault} in {recipe}"


def report(test, faults):
    if not faults:
        print("ok", test)
    else:
        print(f"not ok {test}: {faults[0]} ({len(faults)} findings)")
    return len(faults) > 0


def main():
    np.seterr(all="ignore")
    folder, recipes = sys.argv[1], sys.argv[2:]
    names = {"restart": "each_step_of_{}_is_inside_its_bounds",
             "free": "five_steps_of_{}_in_a_row_are_inside_their_bounds"}
    failed, missed = 0, []
    for recipe in recipes:
        dump = Dump(f"{folder}/{recipe}")
        for mode, name in names.items():
            tally = follow(recipe, dump, mode)
            for tensor, (median, widest) in tally.widths.items():
                print(f"# {recipe} {mode} {tensor}: median {median:.1e} widest {widest:.1e}")
            print(f"# {recipe} {mode}: {tally.codes - tally.determined} of {tally.codes} "
                  "codes in doubt")
            failed |= report("trajectory_" + name.format(recipe), tally.faults)
        missed += unnoticed(recipe, dump)
    failed |= report("trajectory_detects_planted_faults", missed)
    return failed


sys.exit(main())
