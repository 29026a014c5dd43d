# Run by encode_numpy.sh, in an empty folder.
import os
import pty
import signal
import struct
import subprocess

import ml_dtypes
import numpy as np

NG = os.environ["NG"]
F = np.float32
DTYPES = {
    "e4m3": ml_dtypes.float8_e4m3fn, "e5m2": ml_dtypes.float8_e5m2,
    "e4m3fnuz": ml_dtypes.float8_e4m3fnuz, "e5m2fnuz": ml_dtypes.float8_e5m2fnuz,
    "e4m3b11fnuz": ml_dtypes.float8_e4m3b11fnuz, "e4m3ieee": ml_dtypes.float8_e4m3,
    "e3m4": ml_dtypes.float8_e3m4, "e2m3": ml_dtypes.float6_e2m3fn,
    "e3m2": ml_dtypes.float6_e3m2fn, "e2m1": ml_dtypes.float4_e2m1fn,
    "bf16": ml_dtypes.bfloat16, "fp16": np.float16,
}


def said(name, wrong):
    print(f"not ok {name}: {str(wrong)[:300]}" if wrong else f"ok {name}", flush=True)


def run(*words, data=b"", **more):
    return subprocess.run([NG, *words], input=data, capture_output=True, **more)


def made(*words, data=b""):
    done = run(*words, data=data)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode())
    return done.stdout


def whole(dtype):
    return np.dtype(f"u{np.dtype(dtype).itemsize}")


def differ(got, want):
    """Where arrays of numbers are not the same, with signs, any NaN as another."""
    if got.shape != want.shape:
        return f"shape {got.shape}, expected {want.shape}"
    got, want = got.astype(F), want.astype(F)
    bad = np.flatnonzero(~((got == want) & (np.signbit(got) == np.signbit(want)) |
                           np.isnan(got) & np.isnan(want)))
    return bad.size and f"{bad.size} elements, first {bad[0]}: {got.flat[bad[0]]!r}, " \
                        f"expected {want.flat[bad[0]]!r}"


rng = np.random.default_rng(4)
wide = rng.standard_normal(150001).astype(F) * np.exp(rng.normal(0, 5, 150001)).astype(F)
wide[:8] = [0, -0.0, np.inf, -np.inf, np.nan, 1e-45, -3.4e38, 2.0**-130]

# --- casts --------------------------------------------------------------------------------

for name, dtype in DTYPES.items():
    want = wide.astype(dtype)
    codes = np.frombuffer(made("encode", "-f", name, "-p", "ml_dtypes", data=wide.tobytes()),
                          whole(dtype))
    said(f"encode_{name}_as_ml_dtypes", differ(codes.view(dtype), want))
    back = np.frombuffer(made("decode", "-f", name, data=want.tobytes()), F)
    said(f"decode_{name}_as_ml_dtypes", differ(back, want))

# --- scales -------------------------------------------------------------------------------

plain = (rng.standard_normal((300, 700)) * np.exp(rng.normal(0, 2, (300, 700)))).astype(F)
plain[7, 64:128] = 0
np.save("plain.npy", plain)


def blocks(x, rows, cols):
    """The largest magnitude of each rows x cols block, and the block of each element."""
    down, across = -(-x.shape[0] // rows), -(-x.shape[1] // cols)
    padded = np.zeros((down * rows, across * cols), F)
    padded[: x.shape[0], : x.shape[1]] = np.abs(x)
    amax = padded.reshape(down, rows, across, cols).max((1, 3))
    spread = np.repeat(np.repeat(amax, rows, 0), cols, 1)[: x.shape[0], : x.shape[1]]
    return amax, spread


def current(amax, largest):
    with np.errstate(divide="ignore"):
        scale = np.minimum(F(largest) / amax, np.finfo(F).max)
    return np.where(amax > 0, scale, F(1)).astype(F)


def saturated(x, dtype):
    most = F(ml_dtypes.finfo(dtype).max)
    return np.clip(x, -most, most).astype(dtype)


def check(name, words, format_, want, want_scales, extra=()):
    dtype = DTYPES[format_]
    made("encode", "-f", format_, *words, "--scales", "s.npy", "plain.npy", "-o", "c.npy")
    codes, scales = np.load("c.npy"), np.load("s.npy")
    said(f"scales_of_{name}_as_numpy",
         scales.shape != want_scales.shape and f"{scales.shape} for {want_scales.shape}" or
         scales.dtype != want_scales.dtype and f"{scales.dtype} for {want_scales.dtype}" or
         not np.array_equal(scales, want_scales) and "other values")
    said(f"codes_of_{name}_as_numpy", differ(codes.view(dtype), want))
    made("decode", "-f", format_, *words[:2], *extra, "--scales", "s.npy", "c.npy", "-o", "y.npy")
    return codes.view(dtype).astype(F), np.load("y.npy")


for name, rows, cols, shape in [("tensor", 300, 700, 1), ("row", 1, 700, 1),
                                ("column", 300, 1, 1), ("1x128", 1, 128, 2),
                                ("1x1", 1, 1, 2), ("1x700", 1, 700, 2), ("1x999", 1, 999, 2),
                                ("128x128", 128, 128, 2), ("7x7", 7, 7, 2), ("999x999", 999, 999, 2)]:
    for rule in ["current", "power-2", "deepseek"]:
        amax, spread = blocks(plain, rows, cols)
        if rule == "deepseek":
            inverse, each = (np.maximum(a, F(1e-4)) / F(448) for a in (amax, spread))
            scale = F(1) / each
        else:
            scale, each = current(spread, 448), current(amax, 448)
            if rule == "power-2":
                scale, each = (np.ldexp(F(0.5), np.frexp(s)[1]).astype(F) for s in (scale, each))
            inverse, each = F(1) / each, F(1) / scale
        want = saturated(plain * scale, DTYPES["e4m3"])
        values, back = check(f"{name}_{rule}", ("-g", name, "--rule", rule), "e4m3", want,
                             inverse.reshape(-1) if shape == 1 else inverse)
        said(f"decode_of_{name}_{rule}_as_numpy", differ(back, values * each))

for format_, most in [("e4m3", 8), ("e5m2", 15), ("e2m1", 2), ("e2m3", 2)]:
    amax, spread = blocks(plain, 1, 32)
    exponent, each = (np.clip(np.where(a > 0, np.frexp(a)[1] - 1 - most, -127), -127, 127)
                      for a in (amax, spread))
    want = saturated(np.ldexp(plain, -each), DTYPES[format_])
    values, back = check(f"mx_{format_}", ("-g", "mx"), format_, want,
                         (exponent + 127).astype(np.uint8))
    said(f"decode_of_mx_{format_}_as_numpy", differ(back, np.ldexp(values, each)))

amax, spread = blocks(plain, 1, 16)
top = F(448 * 6) / np.abs(plain).max()
for name, scale in [("measured", None), ("given", F(0.37))]:
    top = scale if scale is not None else top
    code, each = ((a * (top * (F(1) / F(6)))).clip(max=448).astype(ml_dtypes.float8_e4m3fn)
                  for a in (amax, spread))
    factor = np.minimum(F(1) / (each.astype(F) * (F(1) / top)), np.finfo(F).max)
    want = saturated(plain * factor, DTYPES["e2m1"])
    words = ["--scale", f"{top:.9g}"]
    values, back = check(f"nvfp4_{name}", ("-g", "nvfp4", *(words if scale is not None else [])), "e2m1",
                         want, code.view(np.uint8), words)
    said(f"decode_of_nvfp4_{name}_as_numpy", differ(back, values * each.astype(F) * (F(1) / top)))

# --- one row: blocks run along a stream of any length, cut anywhere ------------------------

flat = plain.reshape(-1)
np.save("flat.npy", flat)
made("encode", "-f", "e4m3", "-g", "1x96", "--scales", "s.raw", "-o", "c.raw", data=flat.tobytes())
made("encode", "-f", "e4m3", "-g", "1x96", "--scales", "s1.npy", "flat.npy", "-o", "c1.npy")
said("stream_is_one_row", not np.array_equal(np.fromfile("c.raw", "u1"), np.load("c1.npy")) or
     not np.array_equal(np.fromfile("s.raw", F), np.load("s1.npy")))
made("encode", "-f", "e4m3", "-g", "1x96", "--scales", "s2.npy", "-o", "c2.npy", data=flat.tobytes())
said("length_of_a_stream_is_in_its_npy", not np.array_equal(np.load("c2.npy"), np.load("c1.npy")) or
     not np.array_equal(np.load("s2.npy"), np.load("s1.npy")))
said("npy_may_come_by_a_pipe", made("encode", "-f", "e4m3", data=open("flat.npy", "rb").read()) !=
     made("encode", "-f", "e4m3", data=flat.tobytes()))


def dripped(words, data, sizes):
    child = subprocess.Popen([NG, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL)
    if os.fork() == 0:
        child.stdout.close()
        at = 0
        while at < len(data):
            n = next(sizes)
            os.write(child.stdin.fileno(), data[at:at + n])
            at += n
        os._exit(0)
    child.stdin.close()
    out = child.stdout.read()
    child.wait()
    os.wait()
    return out


def odd_sizes():
    while True:
        yield int(rng.choice([1, 2, 3, 5, 7, 4093, 65537]))


random = ["encode", "-f", "e4m3", "-r", "stochastic", "--seed", "7", "-q"]
once = made(*random, data=flat.tobytes())
said("stochastic_codes_do_not_depend_on_reads", dripped(random, flat.tobytes(), odd_sizes()) != once)
said("stochastic_codes_depend_on_the_seed", made(*random, "--seed", "8", data=flat.tobytes()) == once)
said("stochastic_codes_are_neighbours",
     np.abs(np.frombuffer(once, "i1").astype(int) -
            np.frombuffer(made("encode", "-f", "e4m3", data=flat.tobytes()), "i1")).max() != 1)
for name, shape, words in [("long_rows", (2, 105000), ["-g", "1x100"]),
                           ("rows", (2100, 100), ["-g", "row"]),
                           ("deep", (3, 700, 1, 100), ["-g", "1x100"])]:
    np.save("again.npy", flat.reshape(shape))
    made(*random, *words, "--scales", "s.npy", "again.npy", "-o", f"{name}.npy")
said("stochastic_codes_do_not_depend_on_the_shape",
     not np.array_equal(np.load("long_rows.npy").reshape(-1), np.load("rows.npy").reshape(-1)) or
     not np.array_equal(np.load("long_rows.npy").reshape(-1), np.load("deep.npy").reshape(-1)))
said("leading_dimensions_are_kept", np.load("deep.npy").shape != (3, 700, 1, 100))
np.save("point.npy", F(1.5))
made("encode", "-f", "bf16", "point.npy", "-o", "c.npy")
said("array_without_dimensions_is_one_element", np.load("c.npy").shape != () or int(np.load("c.npy")) != 0x3FC0)
np.save("none.npy", np.zeros((0, 5), F))
for words in [[], ["-g", "1x3", "--scales", "s.npy"], ["-g", "3x3", "--scales", "s.npy"],
              ["-g", "column", "--scales", "s.npy"], ["-g", "tensor"], ["-g", "row", "--scales", "s.npy"]]:
    made("encode", "-f", "e4m3", *words, "none.npy", "-o", "c.npy")
    said(f"array_without_elements_stays_one_{'_'.join(words[1:2]) or 'none'}",
         np.load("c.npy").shape != (0, 5))

isas = {}
for isa in ["scalar", "avx2", "avx512"]:
    env = dict(os.environ, NG_ISA=isa)
    out = b""
    for words in [[], ["-g", "tensor"], ["-r", "stochastic"], ["-g", "mx", "--scales", "s.raw"],
                  ["-g", "1x128", "--scales", "s.raw"], ["-g", "nvfp4", "-f", "e2m1", "--scales", "s.raw"],
                  ["-g", "column", "--scales", "s.raw"]]:
        done = run("encode", "-f", "e4m3", *words, "plain.npy", env=env)
        out += done.stdout + (open("s.raw", "rb").read() if "--scales" in words else b"") + done.stderr
    if b"cannot run" in out:
        print(f"skip encode_with_{isa}: this machine cannot run it")
    else:
        isas[isa] = out
said("every_instruction_set_gives_the_same_bytes", len(set(isas.values())) != 1)

# --- .npy files that lie --------------------------------------------------------------------


def npy(header, data=b"", version=1, length=None, end=b"\n"):
    text = header.encode() + end
    size = len(text) if length is None else length
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", size) + text + data


def described(descr="'<f4'", order="False", shape="(4,)"):
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}"


four = np.arange(4, dtype=F).tobytes()
hostile = {
    "shorter_than_its_shape": (npy(described(shape="(5,)"), four), "16 bytes", "cut off"),
    "longer_than_its_shape": (npy(described(shape="(3,)"), four), "16 bytes", "goes on behind"),
    "of_a_huge_shape": (npy(described(shape="(4294967296, 4294967296, 4)"), four), "more elements", None),
    "of_a_shape_beyond_all": (npy(described(shape="(99999999999999999999999,)"), four), "more elements", None),
    "of_a_large_shape": (npy(described(shape="(100000000000, 5)"), four), "asks for", "cut off"),
    "of_doubles": (npy(described("'<f8'"), four * 2), "float64", "astype('float32')"),
    "of_halves": (npy(described("'<f2'", shape="(8,)"), four), "float16", "astype('float32')"),
    "of_integers": (npy(described("'<i4'"), four), "int32", None),
    "of_the_other_end": (npy(described("'>f4'"), four), "big-endian", "astype('<f4')"),
    "of_fortran": (npy(described(order="True", shape="(2, 2)"), four), "Fortran", None),
    "of_objects": (npy(described("'|O'"), four), "Python objects", None),
    "of_records": (npy(described("[('a', '<f4')]"), four), "records", None),
    "without_a_newline": (npy(described(), four, end=b""), "newline", None),
    "without_a_shape": (npy("{'descr': '<f4', 'fortran_order': False}", four), "lacks", None),
    "with_a_negative_shape": (npy(described(shape="(-1,)"), four), "at least 0", None),
    "with_two_shapes": (npy(described(shape="(4,), 'shape': (4,)"), four), "too many", None),
    "with_a_zero_byte": (npy(described() + "\0", four), "zero byte", None),
    "of_version_9": (npy(described(), four, version=9, length=60), "version 9", None),
    "with_a_huge_header": (npy(described(), four, version=2, length=1 << 31), "header of", None),
    "cut_in_its_header": (npy(described(), length=500), "cut off", None),
    "cut_in_its_magic": (b"\x93NUMPY\1", "cut off", "no multiple|ends after"),
    "that_is_empty": (b"", "cut off", ""),
    "that_is_no_npy": (b"hello, this is no array", "not a .npy file", None),
}
for name, (data, text, piped) in hostile.items():
    open("bad.npy", "wb").write(data)
    done = run("encode", "-f", "e4m3", "bad.npy", "-o", "never.npy", timeout=20)
    said(f"npy_{name}_is_refused", (done.returncode != 2 or text not in done.stderr.decode() or
                                    os.path.exists("never.npy")) and (done.returncode, done.stderr))
    if name.startswith(("that", "cut_in_its_magic")):
        continue
    done = run("encode", "-f", "e4m3", "-o", "never.npy", data=data, timeout=20)
    said(f"npy_{name}_is_refused_on_a_pipe",
         (done.returncode != 2 or (piped or text) not in done.stderr.decode() or
          os.path.exists("never.npy")) and (done.returncode, done.stderr))
np.save("wrong.npy", np.zeros(3, "u2"))
done = run("decode", "-f", "e4m3", "wrong.npy", "-o", "never.npy")
said("codes_of_the_wrong_width_are_refused", done.returncode != 2 or b"uint8 was expected" not in done.stderr)
np.save("ints.npy", np.array([-1, 2], "i1"))
said("int8_arrays_are_codes_of_int8",
     differ(np.frombuffer(made("decode", "-f", "int8", "ints.npy"), F), np.array([-1, 2], F)))
open("huge.npy", "wb").write(npy(described(shape="(128, 8589934592)"), four))
done = run("encode", "-f", "e4m3", "-g", "128x128", "--scales", "never.npy", "-",
           data=open("huge.npy", "rb").read(), timeout=20)
said("rows_that_memory_cannot_hold_are_refused", done.returncode != 2 or b"held in memory" not in done.stderr)

open("huge.npy", "wb").write(npy(described(shape="(0, 4294967296)")))
done = run("encode", "-f", "e4m3", "-g", "column", "--scales", "never.npy", "huge.npy", timeout=20)
said("columns_that_memory_cannot_hold_are_refused",
     (done.returncode != 2 or b"held in memory" not in done.stderr or os.path.exists("never.npy")) and
     (done.returncode, done.stderr))
open("loud.npy", "wb").write(npy(described("'\x1b[31m'"), four))
done = run("encode", "-f", "e4m3", "loud.npy", "-o", "never.npy")
said("sentences_hold_nothing_that_a_terminal_obeys",
     (done.returncode != 2 or b"'?[31m'" not in done.stderr or b"\x1b" in done.stderr) and done.stderr)

# --- files of scales that do not fit ---------------------------------------------------------

made("encode", "-f", "e4m3", "-g", "1x128", "--scales", "s.raw", "plain.npy", "-o", "c.npy")
scales = np.fromfile("s.raw", F)
for name, other, text in [("few", scales[:-1], "ends after"), ("many", np.append(scales, F(1)), "goes on"),
                          ("negative", -scales, "negative"),
                          ("odd", np.frombuffer(scales.tobytes()[:-4] + b"abcd"[:0], "u1"), "ends after")]:
    other.tofile("other.raw")
    done = run("decode", "-f", "e4m3", "-g", "1x128", "--scales", "other.raw", "c.npy", "-o", "never.npy")
    said(f"scales_that_are_too_{name}_are_refused",
         (done.returncode != 2 or text not in done.stderr.decode() or os.path.exists("never.npy")) and
         (done.returncode, done.stderr))

# --- the ends of a pipe ----------------------------------------------------------------------

flat.repeat(20).tofile("long.raw")


def reader_leaves(**more):
    child = subprocess.Popen([NG, "encode", "-f", "e4m3", "long.raw", "-g", "1x8", "--scales", "left.raw"],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
    child.stdout.read(10)
    child.stdout.close()
    err = child.stderr.read()
    return child.wait(), err


code, err = reader_leaves()
said("reader_that_leaves_ends_it_silently", (code != -signal.SIGPIPE or err != b"") and (code, err))
code, err = reader_leaves(restore_signals=False, preexec_fn=lambda: signal.signal(signal.SIGPIPE, signal.SIG_IGN))
said("ignored_sigpipe_is_a_sentence", (code != 3 or b"Broken pipe" not in err) and (code, err))
said("reader_that_leaves_leaves_no_scales", [f for f in os.listdir() if f.startswith("left")])

master, slave = pty.openpty()
done = subprocess.run([NG, "encode", "-f", "e4m3", "plain.npy"], stdout=slave, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
said("no_binary_to_a_terminal", done.returncode != 2 or b"is a terminal" not in done.stderr)
done = subprocess.run([NG, "decode", "-f", "e4m3"], stdin=slave, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
said("no_binary_from_a_terminal", done.returncode != 2 or b"is a terminal" not in done.stderr)
