"""What `narrowgauge formats --json` says, recomputed from the published widths of the fields.

Prints a line for each check, "ok NAME" or "not ok NAME: reason":

    codes        every code: bits, fields, kind, value
    nearest      numbers around values, all roundings, by search
    stochastic   both outcomes and their probabilities
    read         decimals and hexadecimals as FP32 numbers
    compare      noise and shares, on samples of Python's own
    picture      heights of the teeth at 1, in the .dat file that is the only argument

The program is $NG. Nothing here knows the program's code: a value is sign * 1.m * 2^(e - bias),
which a double holds exactly, distances are fractions, and the nearest value is found by
looking at all.
"""
import bisect
import json
import math
import os
import random
import struct
import subprocess
import sys
from fractions import Fraction

# name: exponent bits, mantissa bits, bias, specials. ieee: the top exponent is infinity and
# NaN; fn: NaN where all bits are ones; fnuz: NaN in the place of -0; finite: all are numbers.
FORMATS = {
    "fp16": (5, 10, 15, "ieee"),
    "e4m3": (4, 3, 7, "fn"), "e5m2": (5, 2, 15, "ieee"),
    "e4m3fnuz": (4, 3, 8, "fnuz"), "e5m2fnuz": (5, 2, 16, "fnuz"),
    "e4m3b11fnuz": (4, 3, 11, "fnuz"), "e4m3ieee": (4, 3, 7, "ieee"),
    "e3m4": (3, 4, 3, "ieee"), "e2m3": (2, 3, 1, "finite"), "e3m2": (3, 2, 3, "finite"),
    "e2m1": (2, 1, 1, "finite"), "e8m0": (8, 0, 127, "scale"), "int8": (0, 7, None, "int"),
    "e3m8": (3, 8, 3, "ieee"), "e5m3b7fn": (5, 3, 7, "fn"), "e3m1fnuz": (3, 1, 4, "fnuz"),
}
INF = math.inf


def width_of(name):
    exponent, mantissa, _, specials = FORMATS[name]
    return exponent + mantissa + (specials != "scale")


def decode(name, code):
    """A float with the value, "inf", "-inf", "-0" or "nan"."""
    e_bits, m_bits, bias, specials = FORMATS[name]
    if specials == "int":
        return float(code - 256 if code >= 128 else code)
    if specials == "scale":
        return "nan" if code == 255 else math.ldexp(1, code - bias)
    sign = code >> (e_bits + m_bits)
    e, m = code >> m_bits & (1 << e_bits) - 1, code & (1 << m_bits) - 1
    top, full = e == (1 << e_bits) - 1, m == (1 << m_bits) - 1
    if specials == "ieee" and top:
        return "nan" if m else "-inf" if sign else "inf"
    if (specials == "fn" and top and full) or (specials == "fnuz" and sign and e == m == 0):
        return "nan"
    if sign and e == m == 0:
        return "-0"
    value = math.ldexp(m + (1 << m_bits if e else 0), (e or 1) - bias - m_bits)
    return -value if sign else value


def run(*words):
    out = subprocess.run([os.environ["NG"], "formats", *words, "--json"],
                         capture_output=True, text=True, check=True)
    return json.loads(out.stdout)


def same(seen, value):
    """Is the JSON number (None, -0.0, ...) the value of decode()?"""
    if value in ("nan", "inf", "-inf"):
        return seen is None
    if value == "-0":
        return seen == 0 and math.copysign(1, seen) < 0
    return seen == value


def kind_of(name, code, value):
    e_bits, m_bits, _, specials = FORMATS[name]
    if value == "nan":
        return "NaN"
    if value in ("inf", "-inf"):
        return "infinity"
    if value in ("-0", 0):
        return "zero"
    small = specials not in ("int", "scale") and (code >> m_bits & (1 << e_bits) - 1) == 0
    return "subnormal" if small else "normal"


def check_codes(name):
    e_bits, m_bits, _, specials = FORMATS[name]
    width = width_of(name)
    document = run(name, "--codes")
    assert len(document["codes"]) == 1 << width, "number of codes"
    values = [decode(name, code) for code in range(1 << width)]
    for code, row in enumerate(document["codes"]):
        value = values[code]
        text = format(code, f"0{width}b")
        has_sign = specials != "scale"
        assert row["code"] == f"0x{code:0{-(-width // 4)}X}", row
        assert row["bits"].replace(" ", "") == text, row
        assert row["sign"] == (int(text[0]) if has_sign else None), row
        assert row["exponent"] == (int(text[has_sign:has_sign + e_bits], 2) if e_bits else None), row
        assert row["mantissa"] == (int(text[-m_bits:], 2) if m_bits else None), row
        assert row["kind"] == kind_of(name, code, value), (row, value)
        assert same(row["value"], value), (row, value)
        if name == "fp16":
            half = struct.unpack("<e", struct.pack("<H", code))[0]
            assert row["value"] == half or not math.isfinite(half), row
    described = run(name)
    kinds = [kind_of(name, c, value) for c, value in enumerate(values)]
    for kind in set(kinds):
        assert described["codes"][kind] == kinds.count(kind), (kind, described["codes"])
    finite = [v for v in values if isinstance(v, float) and v > 0]
    assert described["max"] == max(finite), described["max"]
    ordered = sorted(finite)
    if 1 in finite and max(finite) > 1:
        assert described["spacing_at_1"] == ordered[ordered.index(1) + 1] - 1, described
    assert abs(described["range"]["binades"] - math.log2(max(finite) / min(finite))) < 1e-9


class Ladder:
    """The positive values with their codes, and the place above the largest."""

    def __init__(self, name):
        self.name = name
        self.sign = 0 if name == "e8m0" else 1 << width_of(name) - 1
        codes = range(self.sign or 255)
        pairs = [(decode(name, c), c) for c in codes]
        pairs = sorted((v, c) for v, c in pairs if isinstance(v, float))
        self.values = [v for v, _ in pairs]
        self.codes = [c for _, c in pairs]
        step = self.values[-1] - self.values[-2]
        above = 2 * self.values[-1] if name == "e8m0" else self.values[-1] + step
        self.grid = self.values + [above]  # as if the exponent went on
        self.spacing_top = step

    def signed(self, place, negative):
        """The code of a magnitude, with a sign where it has one."""
        code = self.codes[place]
        if not negative or not self.sign:
            return code
        if self.name == "int8":
            return -code & 255
        return code if code == 0 and FORMATS[self.name][3] == "fnuz" else code | self.sign

    def special(self):
        specials = FORMATS[self.name][3]
        if specials == "ieee":
            e_bits, m_bits = FORMATS[self.name][:2]
            return (1 << e_bits) - 1 << m_bits
        if specials in ("fn", "scale"):
            return (self.sign or 256) - 1
        return self.sign if specials == "fnuz" else None

    def round(self, magnitude, negative, rounding):
        """The place in the grid; its last place is overflow."""
        last = len(self.grid) - 1
        if magnitude >= self.grid[last]:
            return last
        if magnitude < self.grid[0]:
            return 0  # e8m0 alone
        high = bisect.bisect_left(self.grid, magnitude)
        if self.grid[high] == magnitude:
            return high
        low = high - 1
        exact = Fraction(magnitude)
        below, above = exact - Fraction(self.grid[low]), Fraction(self.grid[high]) - exact
        even = high if self.name == "e8m0" or high % 2 == 0 else low
        return {
            "nearest-even": low if below < above else high if above < below else even,
            "nearest-away": low if below < above else high,
            "toward-zero": low,
            "up": low if negative else high,
            "down": high if negative else low,
            # 1 is odd: without a mantissa there is nothing to make odd
            "odd": low if self.name == "e8m0" or low % 2 == 1 else high,
        }[rounding]


def fp32(x):
    return struct.unpack("<f", struct.pack("<f", x))[0]


def numbers_for(ladder):
    """FP32 numbers: values, middles, their FP32 neighbours, and some anywhere."""
    rng = random.Random(5)
    places = range(len(ladder.grid) - 1)
    if len(places) > 16:
        places = sorted(rng.sample(places, 6)) + [0, 1, len(places) - 2, len(places) - 1]
    chosen = []
    for place in places:
        a, b = ladder.grid[place], ladder.grid[place + 1]
        for x in (a, (a + b) / 2, a + (b - a) * rng.random()):
            if x <= 2.0 ** 127:
                bits = struct.unpack("<I", struct.pack("<f", x))[0]
                chosen += [bits - 1 if bits else 0, bits, bits + 1]
    top = struct.unpack("<I", struct.pack("<f", float(min(ladder.grid[-1], 2 ** 127))))[0]
    chosen += [top + i for i in (-1, 0, 1)] + [1, 0x7F7FFFFF, 0x00800000]
    chosen += [rng.randrange(0x7F800000) for _ in range(30)]
    chosen = [struct.unpack("<f", struct.pack("<I", b))[0] for b in sorted(set(chosen))]
    signs = (1,) if ladder.name == "e8m0" else (1, -1)
    return [s * x for x in chosen for s in signs]


def neighbours(ladder):
    """Every value from below to above, infinity included."""
    values = [decode(ladder.name, c) for c in range(1 << width_of(ladder.name))]
    if ladder.name == "int8":
        values.remove(-128)
    numbers = sorted({float(v) for v in values if v not in ("nan", "-0")})
    return numbers


def check_one(ladder, ladder_values, x, row, rounding, overflow):
    negative = math.copysign(1, x) < 0
    place = ladder.round(abs(x), negative, rounding)
    if place == len(ladder.values):
        special = ladder.special() if overflow == "special" else None
        code = ladder.signed(place - 1, negative) if special is None else special
        if special is not None and negative and special != ladder.sign:
            code |= ladder.sign
        assert row["saturated"], (x, row)
    else:
        code = ladder.signed(place, negative)
        assert not row["saturated"], (x, row)
        vanished = x != 0 and ladder.values[place] == 0
        assert row["flushed"] == vanished, (x, row)
    value = decode(ladder.name, code)
    assert int(row["code"], 16) == code, (x, row, hex(code), rounding)
    assert same(row["value"], value), (x, row)
    assert row["exact_in_fp32"] and row["taken"] == x, (x, row)
    if value in ("inf", "-inf", "nan"):
        assert row["error"] is None, row
    else:
        # the error of a subtraction of exact numbers, rounded once
        error = (0.0 if value == "-0" else value) - x
        assert row["error"] == error, (x, row)
        if x != 0:
            assert math.isclose(row["relative_error"], error / abs(x), rel_tol=1e-14)
        at = bisect.bisect_right(ladder.grid, abs(x))
        if x != 0 and 0 < at < len(ladder.grid):
            spacing = ladder.grid[at] - ladder.grid[at - 1]
            assert math.isclose(row["error_in_ulps"], error / spacing, rel_tol=1e-14), (x, row)
    if value != "nan":
        number = 0.0 if value == "-0" else float(value)
        at = ladder_values.index(number)
        below = ladder_values[at - 1] if at > 0 else None
        above = ladder_values[at + 1] if at + 1 < len(ladder_values) else None
        for key, expected in (("below", below), ("above", above)):
            seen = row[key]
            if expected is None:
                assert seen is None, (x, row)
            elif math.isinf(expected):
                assert seen["value"] is None, (x, row)
            else:
                assert seen["value"] == expected, (x, row)
                assert decode(ladder.name, int(seen["code"], 16)) == expected, row


def check_nearest(name):
    ladder = Ladder(name)
    values = neighbours(ladder)
    numbers = numbers_for(ladder)
    for rounding in ("nearest-even", "nearest-away", "toward-zero", "up", "down", "odd"):
        overflow = "special" if rounding in ("nearest-even", "up", "odd") else "saturate"
        for start in range(0, len(numbers), 256):  # as many as are taken
            part = numbers[start:start + 256]
            rows = run(name, *(x.hex() for x in part), "--rounding", rounding,
                       "--overflow", overflow)["numbers"]
            for x, row in zip(part, rows, strict=True):
                check_one(ladder, values, x, row, rounding, overflow)


def check_stochastic(name):
    ladder, rng, bits = Ladder(name), random.Random(8), 8
    drawn = []
    for _ in range(200):
        place = rng.randrange(len(ladder.values) - 1)
        a, b = ladder.values[place], ladder.values[place + 1]
        drawn.append((place, fp32(a + (b - a) * rng.random())))
    rows = run(name, *(x.hex() for _, x in drawn), "--rounding", "stochastic",
               "--bits", str(bits))["numbers"]
    for (place, x), row in zip(drawn, rows, strict=True):
        a, b = Fraction(ladder.values[place]), Fraction(ladder.values[place + 1])
        carries = int((Fraction(x) - a) / (b - a) * 2 ** bits)  # of 2^bits random numbers
        expected = {ladder.codes[place]: 1 - carries / 2 ** bits,
                    ladder.codes[place + 1]: carries / 2 ** bits}
        for outcome in (row, row["otherwise"]):
            if outcome is not None:
                assert outcome["probability"] == expected[int(outcome["code"], 16)], (x, row)
        assert (row["otherwise"] is None) == (carries == 0), (x, row)


def nearest_fp32(value):
    """Of an exact fraction, ties to even, by looking at the FP32 numbers around it."""
    near = struct.unpack("<I", struct.pack("<f", float(value)))[0]
    around = [struct.unpack("<f", struct.pack("<I", near + i))[0] for i in (-1, 0, 1)]
    errors = [(abs(Fraction(x) - value), near + i & 1, x) for i, x in zip((-1, 0, 1), around)]
    return min(errors)[2]


def check_read():
    decimals = ["0.1", "1e-3", "1.00000005960464477539062500000000001", "1.000000059604644775390625",
                "1.00000005960464477539062499999999999", "16777217", "16777219", "3.14159", "0.5",
                "1e10", "123456789", "1e-40", "0.00000000000000000000000000000000000000000001"]
    for words, row in zip(decimals, run("fp32", *decimals)["numbers"], strict=True):
        exact = Fraction(words)
        assert row["taken"] == nearest_fp32(exact), (words, row)
        assert row["exact_in_fp32"] == (Fraction(row["taken"]) == exact), (words, row)
        assert row["given"] == words and row["error"] == 0, row
    others = (("0x1.8p-3", 0.1875, True), ("0x1.0000001p0", 1.0, False),
              ("-0x.8p1", -1.0, True), ("-.5", -0.5, True), ("+2.", 2.0, True),
              ("1e-60", 0.0, False), ("-0", 0.0, True))
    rows = run("fp32", *(words for words, _, _ in others))["numbers"]
    for (words, value, exact), row in zip(others, rows, strict=True):
        assert (row["taken"], row["exact_in_fp32"]) == (value, exact), (words, row)
    others = (("inf", 0x7F800000, True), ("-INF", 0xFF800000, True),
              ("-infinity", 0xFF800000, True), ("1e39", 0x7F800000, False),
              ("-0", 0x80000000, True))
    rows = run("fp32", *(words for words, _, _ in others))["numbers"]
    for (words, bits, exact), row in zip(others, rows, strict=True):
        assert int(row["taken_code"], 16) == bits and int(row["code"], 16) == bits, (words, row)
        assert row["exact_in_fp32"] == exact, (words, row)
    assert run("e4m3", "nan")["numbers"][0]["code"] == "0x7F"
    assert run("e4m3", "-nan", "--nan", "sign-kept")["numbers"][0]["code"] == "0xFF"


def samples(rng, n):
    def normal():
        return rng.gauss(0, 1)
    return {
        "normal": [normal() for _ in range(n)],
        "uniform": [rng.uniform(-1, 1) for _ in range(n)],
        "laplace": [rng.expovariate(1) * rng.choice((-1, 1)) for _ in range(n)],
        "log-normal": [math.exp(2 * normal()) for _ in range(n)],
        "student-t": [normal() / math.sqrt(rng.gammavariate(1.5, 2) / 3) for _ in range(n)],
    }


def quantise(ladder, x):
    """By nearest value, saturating: ties do not matter to a mean."""
    values, magnitude = ladder.values, abs(x)
    if magnitude >= values[-1]:
        return values[-1], magnitude > values[-1] + ladder.half_top, False
    high = bisect.bisect_left(values, magnitude)
    low = max(high - 1, 0)
    near = values[low] if magnitude - values[low] < values[high] - magnitude else values[high]
    return near, False, near == 0 and magnitude > 0


def check_compare(*names):
    """Light tails to 0.3 dB; of all, the shares of the unscaled casts."""
    drawn = samples(random.Random(12), 10000)
    document = run("--compare", ",".join(names))
    for name, entry in zip(names, document["formats"], strict=True):
        ladder = Ladder(name)
        ladder.half_top = ladder.spacing_top / 2
        for distribution, x in drawn.items():
            results = [quantise(ladder, v) for v in x]
            noise = sum((q - abs(v)) ** 2 for (q, _, _), v in zip(results, x))
            sqnr = 10 * math.log10(sum(v * v for v in x) / noise)
            saturated = sum(r[1] for r in results) / len(x)
            vanished = sum(r[2] for r in results) / len(x)
            cast = entry["distributions"][distribution]["unscaled"]
            for key, share in (("to_zero", vanished), ("saturated", saturated)):
                slack = 5 * math.sqrt(share * (1 - share) / len(x)) + 0.0003
                assert abs(cast[key] - share) < slack, (name, distribution, cast, share)
            if distribution in ("normal", "uniform", "laplace"):
                slack = 0.3 if cast["saturated"] == 0 else 1.5  # few values make the noise
                assert abs(cast["sqnr_db"] - sqnr) < slack, (name, distribution, cast, sqnr)
            scaled = entry["distributions"][distribution]["scaled"]
            assert scaled["saturated"] == 0 and scaled["sqnr_db"] > 3, (name, scaled)


def check_picture(path, *mantissas):
    """At 1 the spacing is 2^-m, so the ratio is 10 log10(12 * 4^m)."""
    with open(path, encoding="utf-8") as file:
        blocks = file.read().strip("\n").split("\n\n\n")
    assert len(blocks) == len(mantissas), len(blocks)
    for block, m in zip(blocks, mantissas):
        points = [line.split("\t") for line in block.splitlines() if line[0] != "#"]
        at_one = [float(y) for x, y in points if float(x) == 0]
        low = 10 * math.log10(12 * 4 ** m)
        assert len(at_one) == 2 and abs(min(at_one) - low) < 1e-3, (m, at_one, low)
        assert abs(max(at_one) - low - 20 * math.log10(2)) < 1e-3, (m, at_one)


def said(name, check, *arguments):
    try:
        check(*arguments)
        print(f"ok {name}", flush=True)
    except (AssertionError, KeyError, ValueError, OSError, subprocess.CalledProcessError) as wrong:
        print(f"not ok {name}: {type(wrong).__name__} {str(wrong)[:300]}", flush=True)


if __name__ == "__main__":
    for format_ in FORMATS:
        said(f"codes_of_{format_}_have_their_published_values", check_codes, format_)
    for format_ in ("e4m3", "e5m2", "e4m3fnuz", "e2m1", "int8", "e8m0", "e3m8"):
        said(f"nearest_code_of_{format_}_is_the_one_that_a_search_finds", check_nearest, format_)
    said("stochastic_probabilities_are_those_of_the_definition", check_stochastic, "e4m3")
    said("numbers_are_read_as_the_nearest_fp32_number", check_read)
    said("noise_and_shares_are_those_of_other_samples", check_compare, "e4m3", "e5m2", "e2m1", "int8")
    said("teeth_of_the_picture_have_their_height", check_picture, sys.argv[1], 3, 2, 7)
