"""What arrays_numpy.sh asks NumPy, ml_dtypes, safetensors and h5py."""
import csv
import glob
import gzip
import io
import json
import math
import os
import struct
import subprocess
import sys

TESTS = ["npy_of_numpy_is_read", "npy_is_read_by_numpy", "npz_of_numpy_is_read",
         "npz_is_read_by_numpy", "npy_of_no_numbers_is_refused", "idx_equals_numpy",
         "safetensors_of_the_library_are_read", "safetensors_are_read_by_the_library",
         "safetensors_have_the_bytes_of_the_library",
         "both_refuse_the_same_safetensors", "exported_weights_are_those_of_the_run",
         "exported_npz_and_npy_are_those_of_the_run",
         "exported_csv_and_json_are_those_of_the_run",
         "exported_comparison_is_the_stored_one"]
if "--skip" in sys.argv:
    for test in TESTS:
        print(f"skip {test}: {sys.argv[-1]}")
    sys.exit(0)

import numpy as np

done, failed = set(), False


def report(test, complaint):
    global failed
    done.add(test)
    failed = failed or bool(complaint)
    print(f"not ok {test}: {complaint}" if complaint else f"ok {test}")


def skip(reason, *tests):
    for test in tests:
        done.add(test)
        print(f"skip {test}: {reason}")


def convert(source, kind, target, other):
    got = subprocess.run(["./convert", source, kind, target, other],
                         capture_output=True, text=True)
    return got.returncode, got.stdout.strip() + got.stderr.strip()


def differ(got, want):
    """Words about the first difference in type, shape or bits."""
    if got.dtype != want.dtype.newbyteorder("="):
        return f"type {got.dtype}, not {want.dtype}"
    if got.shape != want.shape:
        return f"shape {got.shape}, not {want.shape}"
    if got.tobytes() != want.astype(got.dtype).tobytes():
        return f"other bytes of {got.dtype} {got.shape}"
    return None


random = np.random.default_rng(0)
TYPES = "? u1 i1 u2 i2 u4 i4 u8 i8 f2 f4 f8".split()
SHAPES = [(), (0,), (7,), (3, 4), (2, 0, 5), (2, 3, 4), (2, 1, 3, 2)]


def bits(kind, shape):
    """All kinds of numbers; of floats, NaN and infinities too."""
    kind = np.dtype(kind)
    count = int(np.prod(shape))
    raw = random.integers(0, 2 if kind == bool else 256, count * kind.itemsize, np.uint8)
    return raw.view(kind).reshape(shape)


def arrays():
    for kind in TYPES:
        for shape in SHAPES:
            data = bits(kind, shape)
            yield data
            yield np.asfortranarray(data)
            if data.itemsize > 1:
                yield data.astype(data.dtype.newbyteorder(">"))


def npy_complaints():
    """All versions of the format in turn, every other file packed."""
    theirs = ours = None
    for number, data in enumerate(arrays()):
        version = ((1, 0), (2, 0), (3, 0))[number % 3]
        with (gzip.open("a.npy", "wb", 1) if number % 2 else open("a.npy", "wb")) as file:
            np.lib.format.write_array(file, data, version)
        code, words = convert("a.npy", "npy", "b.npy", "npy")
        if code != 0:
            theirs = theirs or words
            continue
        ours = ours or differ(np.load("b.npy", allow_pickle=False), data)
    return theirs, ours


theirs, ours = npy_complaints()
report("npy_of_numpy_is_read", theirs)
report("npy_is_read_by_numpy", ours)


def npz_complaints():
    named = {f"group/{i}": data for i, data in enumerate(arrays())}
    for save in (np.savez, np.savez_compressed):
        save("a.npz", **named)
        code, words = convert("a.npz", "npz", "b.npz", "npz")
        if code != 0:
            return words, words
        back = np.load("b.npz", allow_pickle=False)
        if sorted(back.files) != sorted(named):
            return None, f"members {back.files[:5]}..."
        for name in named:
            complaint = differ(back[name], named[name])
            if complaint:
                return None, complaint
    return None, None


theirs, ours = npz_complaints()
report("npz_of_numpy_is_read", theirs)
report("npz_is_read_by_numpy", ours)


def foreign_complaint():
    foreign = {"Python objects": np.array([{}, None], object), "texts": np.array(["ab"]),
               "byte strings": np.array([b"ab"]), "complex": np.zeros(2, np.complex64),
               "times": np.array(["2020-01-01"], "M8[D]"), "<f16": np.zeros(2, "<f16"),
               "records": np.zeros(2, [("a", "f4"), ("b", "i2")])}
    for words, data in foreign.items():
        np.save("a.npy", data, allow_pickle=True)
        code, said = convert("a.npy", "npy", "b.npy", "npy")
        if code != 1 or words not in said:
            return f"{data.dtype}: {code} {said}"
    return None


report("npy_of_no_numbers_is_refused", foreign_complaint())


def idx_complaint():
    codes = {"u1": 8, "i1": 9, ">i2": 11, ">i4": 12, ">f4": 13, ">f8": 14}
    for kind, code in codes.items():
        for shape in SHAPES[1:]:
            data = bits(kind, shape)
            content = (bytes([0, 0, code, len(shape)]) +
                       struct.pack(f">{len(shape)}I", *shape) + data.tobytes())
            open("a.idx", "wb").write(content)
            gzip.open("a.idx.gz", "wb").write(content)
            for source in ("a.idx", "a.idx.gz"):
                status, words = convert(source, "idx", "b.npy", "npy")
                complaint = words if status else differ(np.load("b.npy"), data)
                if complaint:
                    return complaint
    return None


report("idx_equals_numpy", idx_complaint())

try:
    import ml_dtypes
except ImportError:
    ml_dtypes = None
try:
    import safetensors
    import safetensors.numpy
except ImportError:
    safetensors = None
if ml_dtypes is None or safetensors is None:
    skip("python3 without safetensors or ml_dtypes", *[t for t in TESTS if "safetensors" in t],
         "exported_weights_are_those_of_the_run")


def library_types():
    """dtype word to NumPy type, of those that this version of the library can save."""
    types = {"BOOL": np.bool_, "F16": np.float16, "F32": np.float32, "F64": np.float64,
             **{f"U{8 * n}": np.dtype(f"u{n}") for n in (1, 2, 4, 8)},
             **{f"I{8 * n}": np.dtype(f"i{n}") for n in (1, 2, 4, 8)},
             "BF16": ml_dtypes.bfloat16, "F8_E4M3": ml_dtypes.float8_e4m3fn,
             "F8_E5M2": ml_dtypes.float8_e5m2}
    if hasattr(ml_dtypes, "float8_e8m0fnu"):
        types["F8_E8M0"] = ml_dtypes.float8_e8m0fnu
    for word, kind in list(types.items()):
        try:
            safetensors.numpy.save({"a": np.zeros(1, kind)})
        except Exception:
            del types[word]
    return types


def read_by_library(path):
    """Name to (dtype word, shape, bytes); and the metadata."""
    content = open(path, "rb").read()
    tensors = {name: (entry["dtype"], tuple(entry["shape"]), bytes(entry["data"]))
               for name, entry in safetensors.deserialize(content)}
    with safetensors.safe_open(path, "np") as file:
        return tensors, file.metadata() or {}


def safetensors_complaints():
    types = library_types()
    named = {f"{word}.{len(shape)}.{i}": bits(kind, shape)
             for word, kind in types.items() for i, shape in enumerate(SHAPES)}
    metadata = {"a": 'quoted "text"\n\u20ac'} # one: the library shuffles more
    content = safetensors.numpy.save(named, metadata)
    open("a.safetensors", "wb").write(content)
    code, words = convert("a.safetensors", "safetensors", "b.safetensors", "safetensors")
    if code != 0:
        return words, words, words
    tensors, texts = read_by_library("b.safetensors")
    complaint = None if texts == metadata else f"metadata {texts}"
    for name, data in named.items():
        if tensors.get(name) != (name.split(".")[0], data.shape, data.tobytes()):
            complaint = f"{name} is {tensors.get(name)}"
    same = open("b.safetensors", "rb").read() == content
    missing = {"BF16", "F8_E4M3", "F8_E5M2"} - set(types)
    if missing:
        complaint = complaint or f"this version of the library lacks {missing}"
    return None, complaint, None if same else "the files differ"


def tensor(kind="U8", shape=(1,), begin=0, end=1):
    return {"dtype": kind, "shape": list(shape), "data_offsets": [begin, end]}


def both_complaint():
    """Headers that both must refuse, or both accept."""
    good, data = json.dumps({"a": tensor()}), b"x"
    cases = [(good, data, True), ("{}", b"", True), (good + "   ", data, True),
             (good, b"xy", False), (good, b"", False), (good[:-1], data, False),
             (json.dumps({"a": tensor(begin=1, end=2)}), b"xy", False),
             (json.dumps({"a": tensor(begin=-1, end=0)}), data, False),
             (json.dumps({"a": tensor(shape=(2,))}), data, False),
             (json.dumps({"a": tensor("U16")}), data, False),
             (json.dumps({"a": tensor("X9")}), data, False),
             (json.dumps({"a": tensor(shape=(2**40, 2**40))}), data, False),
             (json.dumps({"a": tensor(), "b": tensor()}), data, False),
             (json.dumps({"a": tensor(), "b": tensor(begin=1, end=2)}), b"xy", True),
             (json.dumps({"b": tensor(begin=1, end=2), "a": tensor()}), b"xy", True),
             (json.dumps({"a": tensor(shape=(0,), end=0), "b": tensor()}), data, True),
             (json.dumps({"__metadata__": {"k": 1}, "a": tensor()}), data, False),
             (json.dumps({"__metadata__": {"k": "1"}, "a": tensor()}), data, True),
             (" " + good, data, None), ("[]", b"", False), ("", b"", False)]
    for header, rest, expected in cases:
        content = struct.pack("<Q", len(header)) + header.encode() + rest
        open("a.safetensors", "wb").write(content)
        ours = convert("a.safetensors", "safetensors", "b.safetensors", "safetensors")
        if ours[0] not in (0, 1):
            return f"{header}: {ours}"
        if expected is None:
            continue
        try:
            safetensors.deserialize(content)
            theirs = True
        except Exception:
            theirs = False
        if theirs != (ours[0] == 0) or theirs != expected:
            return f"{header} + {rest}: library {theirs}, we {ours}"
    return None


if safetensors is not None and ml_dtypes is not None:
    theirs, ours, same = safetensors_complaints()
    report("safetensors_of_the_library_are_read", theirs)
    report("safetensors_are_read_by_the_library", ours)
    report("safetensors_have_the_bytes_of_the_library", same)
    report("both_refuse_the_same_safetensors", both_complaint())

try:
    import h5py
except ImportError:
    skip("python3 without h5py", *[test for test in TESTS if test not in done])
    sys.exit(failed)

RUNS = sorted(glob.glob("out/tiny/runs/*.h5"))
WORDS = {"float32": "F32", "bfloat16": "BF16", "float8_e4m3fn": "F8_E4M3",
         "float8_e5m2": "F8_E5M2"}


def exported(run, end):
    return "export/" + os.path.basename(run)[:-3] + end


def tensors_of(file):
    found = {}
    file["tensors"].visititems(
        lambda name, item: found.__setitem__(name, item)
        if isinstance(item, h5py.Dataset) else None)
    return found


def raw(data):
    """The bytes as they are stored."""
    buffer = np.zeros(data.shape, f"V{data.id.get_type().get_size()}")
    data.id.read(h5py.h5s.ALL, h5py.h5s.ALL, buffer, mtype=data.id.get_type())
    return buffer.tobytes()


def weights_complaint():
    narrow = 0
    for run in RUNS:
        file = h5py.File(run)
        tensors, texts = read_by_library(exported(run, ".safetensors"))
        stored = tensors_of(file)
        if set(tensors) != set(stored):
            return f"{run}: {set(tensors) ^ set(stored)}"
        if texts["result_hash"].encode() != file.attrs["result_hash"]:
            return f"{run}: result_hash is {texts['result_hash']}"
        for name, data in stored.items():
            word = WORDS[data.attrs["element_format"].decode()]
            narrow += word != "F32"
            if tensors[name] != (word, data.shape, raw(data)):
                return f"{run}: {name}"
            if np.float32(texts["scale_inv/" + name]) != data.attrs["scale_inv"]:
                return f"{run}: scale_inv of {name} is {texts['scale_inv/' + name]}"
    return None if narrow else "no run had narrow weights"


if "exported_weights_are_those_of_the_run" not in done:
    report("exported_weights_are_those_of_the_run", weights_complaint())


def columns_of(file):
    groups = {"metrics": "metrics", "ledger": "ledger", "rows": "eval/examples",
              "ledger_by_class": "ledger/by_class", "features": "data/features",
              "columns": "data/columns", "fingerprints": "fingerprints"}
    for table, group in groups.items():
        for name, data in (file[group].items() if group in file else ()):
            if isinstance(data, h5py.Dataset):
                yield table, name, data


def numpy_complaint():
    for run in RUNS:
        file = h5py.File(run)
        npz = np.load(exported(run, ".npz"))
        want = {f"{table}/{name}": data[:] for table, name, data in columns_of(file)
                if data.dtype.kind != "S" and data.dtype.kind != "O"}
        for name, data in tensors_of(file).items():
            want["tensors/" + name] = data[:].astype(np.float32)
        for name, data in want.items():
            if name not in npz.files:
                return f"{run}: no {name}"
            one = np.load(exported(run, "/" + name.replace("/", ".") + ".npy"))
            complaint = differ(npz[name], data) or differ(one, data)
            if complaint:
                return f"{run}: {name}: {complaint}"
        extra = [name for name in npz.files
                 if name not in want and not name.startswith("scale_inv/")]
        if extra:
            return f"{run}: {extra}"
    return None


report("exported_npz_and_npy_are_those_of_the_run", numpy_complaint())


def number(text, kind):
    """A JSON null or a word of CSV, in the type of the column."""
    if kind in "ui":
        return int(text)
    return math.nan if text is None else float(text)


def column_complaint(got, data, bands):
    """got: one list, texts or numbers, of a column; data: the HDF5 one."""
    want = data[:]
    if bands is not None:
        want = [bands[code] for code in want]
    if data.dtype.kind in "SO":
        want = [text.decode() for text in want]
    if isinstance(want, list):
        return None if list(got) == want else "other texts"
    got = np.array([number(value, data.dtype.kind) for value in got], data.dtype)
    return None if got.tobytes() == want.tobytes() or (
        want.dtype.kind == "f" and np.array_equal(got, want, equal_nan=True)) else "differs"


def group_is_data(table):
    return table in ("features", "columns")


def text_complaint():
    for run in RUNS:
        file = h5py.File(run)
        document = json.load(open(exported(run, ".json")))
        for table, name, data in columns_of(file):
            with open(exported(run, f"/{table}.csv"), newline="") as source:
                rows = list(csv.DictReader(source))
            bands = None
            if name.startswith("slice_"):
                bands = file["eval/bands/" + name[6:]].asstr()[:]
            parts = [(name, data)] if data.ndim == 1 else []
            if data.ndim == 2:
                lists = document["tables"][table][name]
                if np.array(lists, data.dtype).tobytes() != data[:].tobytes():
                    return f"{run}: JSON {table} {name}"
                for j in range(data.shape[1]):
                    part = ("train", "test")[j] if group_is_data(table) else j
                    got = np.array([float(row[f"{name}_{part}"]) for row in rows], data.dtype)
                    if got.tobytes() != data[:, j].tobytes():
                        return f"{run}: CSV {table} {name}_{j}"
            for part, values in parts:
                complaint = (column_complaint([row[part] for row in rows], values, bands) or
                             column_complaint(document["tables"][table][part], values, bands))
                if complaint:
                    return f"{run}: {table} {part} {complaint}"
        facts = dict(csv.reader(open(exported(run, "/facts.csv"), newline="")))
        for name, want in (("result_hash", file.attrs["result_hash"].decode()),
                           ("config.source", file["config/source"].asstr()[()])):
            if facts[name] != want or document["facts"][name] != want:
                return f"{run}: {name}"
        if document["facts"]["ledger.planned_peak"] != file["ledger"].attrs["planned_peak"]:
            return f"{run}: planned_peak"
    return None


report("exported_csv_and_json_are_those_of_the_run", text_complaint())


def comparison_complaint():
    file = h5py.File("out/tiny/comparison.h5")
    rows = list(csv.DictReader(open("export/comparison/arms.csv", newline="")))
    if [row["label"] for row in rows] != list(file["arms/label"].asstr()[:]):
        return "labels"
    for j, part in enumerate(("mean", "low", "high")):
        got = np.array([float(row[f"accuracy_{part}"]) for row in rows])
        if not np.array_equal(got, file["arms/accuracy"][:, j], equal_nan=True):
            return f"accuracy_{part}: {got}"
    rows = list(csv.DictReader(open("export/comparison/arm_groups.csv", newline="")))
    groups, arms = len(file["groups/column"]), len(file["arms/label"])
    if len(rows) != arms * groups:
        return f"{len(rows)} rows"
    got = np.array([float(row["group_accuracy_mean"]) for row in rows])
    want = np.concatenate([file[f"arm/{i}/group_accuracy"][:, 0] for i in range(arms)])
    if not np.array_equal(got, want, equal_nan=True):
        return "group_accuracy"
    document = json.load(io.open("export/comparison.json"))
    if document["tables"]["groups"]["band"] != list(file["groups/band"].asstr()[:]):
        return "bands"
    return None


report("exported_comparison_is_the_stored_one", comparison_complaint())
assert done == set(TESTS), done ^ set(TESTS)
sys.exit(failed)
