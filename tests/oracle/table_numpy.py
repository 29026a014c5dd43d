"""Reads real tables with the csv module, encodes them with NumPy, and compares all of it with
what the loader made.  table_numpy.py FOLDER DATA"""
import collections
import csv
import datetime
import hashlib
import os
import re
import sys

import numpy as np

FOLDER, DATA = sys.argv[1:]
LEAST = 10
failed = False


def report(test, complaint):
    global failed
    failed = failed or bool(complaint)
    print(f"not ok {test}: {complaint}" if complaint else f"ok {test}")


class Loaded:
    """What the program wrote."""

    def __init__(self, name):
        self.path = os.path.join(FOLDER, name)
        with open(self.path + ".names", encoding="utf-8") as file:
            self.names = file.read().splitlines()
        self.fit = np.fromfile(self.path + ".fit", "<f8").reshape(-1, 2)

    def x(self, split):
        return np.fromfile(f"{self.path}.{split}.x", "<f4").reshape(-1, len(self.names))

    def y(self, split):
        return np.fromfile(f"{self.path}.{split}.y", "<u4")

    def keys(self, split):
        return np.fromfile(f"{self.path}.{split}.key", "<u8").reshape(-1, 2)

    def band(self, split, slice_number):
        return np.fromfile(f"{self.path}.{split}.band{slice_number}", "<u2")


def rows_of(name, **options):
    with open(os.path.join(DATA, name), encoding="utf-8", newline="\n") as file:
        return [row for row in csv.reader(file, **options) if row]


def key(fields):
    """128 bits of SHA-256 over the fields, each ended by a zero byte."""
    digest = hashlib.sha256(b"".join(field.encode() + b"\0" for field in fields)).digest()
    return int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:16], "big")


def numbers(train, test):
    """Standardised by the training values that are known; the others are the mean."""
    known = train[~np.isnan(train)]
    mean, deviation = known.mean(), known.std()
    return [np.where(np.isnan(v), 0, np.clip((v - mean) / deviation, -20, 20))
            for v in (train, test)]


def compare(loaded, columns, labels, keys):
    """columns: [(name, train values, test values)] in the order of the features."""
    if [c[0] for c in columns] != loaded.names:
        return f"the features are {loaded.names}, and should be {[c[0] for c in columns]}"
    for i, split in enumerate(("train", "test")):
        want, got = np.stack([c[1 + i] for c in columns], 1), loaded.x(split)
        if got.shape != want.shape:
            return f"{split} is {got.shape}, and should be {want.shape}"
        bad = np.argwhere(~np.isclose(got, want, rtol=3e-7, atol=1e-7))
        if bad.size:
            row, column = bad[0]
            return (f"{len(bad)} values of {split} differ, the first in row {row}, "
                    f"{columns[column][0]}: {got[row, column]}, not {want[row, column]}")
        if not np.array_equal(loaded.y(split), labels[i]):
            return f"labels of {split} differ"
        theirs = np.array([key(fields) for fields in keys[i]], np.uint64)
        if not np.array_equal(loaded.keys(split), theirs):
            return f"keys of {split} differ"
    return None


def categories(name, train, test, missing="?"):
    count = collections.Counter(train)
    named = sorted(c for c in count if count[c] >= LEAST and c != missing)
    rare = {c for c in count if count[c] < LEAST and c != missing}
    sets = [(f"{name}={c}", {c}) for c in named]
    sets += [(f"{name}=(rare)", rare)] if rare else []
    sets += [(f"{name}=(missing)", {missing})] if count[missing] else []
    return [(title, *(np.array([v in wanted for v in split], float)
                      for split in (train, test))) for title, wanted in sets]


def adult():
    splits = [rows_of("adult/adult.data", skipinitialspace=True),
              rows_of("adult/adult.test", skipinitialspace=True)[1:]]
    for row in splits[1]:
        row[-1] = row[-1].rstrip(".")
    names = ["age", "workclass", None, None, "education-num", "marital-status", "occupation",
             "relationship", "race", "sex", "capital-gain", "capital-loss",
             "hours-per-week", "native-country"]
    columns = []
    for i, name in enumerate(names):
        train, test = ([row[i] for row in split] for split in splits)
        if name is None:
            continue
        if train[0].isdigit():
            columns.append((name, *numbers(np.array(train, float), np.array(test, float))))
        else:
            columns += categories(name, train, test)
    loaded = Loaded("adult")
    for i, split in enumerate(("train", "test")):
        ages = np.array([float(row[0]) for row in splits[i]])
        if not np.array_equal(loaded.band(split, 2), np.digitize(ages, [25, 35, 45, 55, 65])):
            return f"bands of age differ in {split}"
    labels = [np.array([row[-1] == ">50K" for row in split]) for split in splits]
    return compare(loaded, columns, labels, splits)


def weather():
    rows = rows_of("weather/NEweather_data.csv")
    labels = [row[0] for row in rows_of("weather/NEweather_class.csv")]
    raw = np.array(rows, float).astype(np.float32).astype(float)
    pressure = raw[:, 2]
    gap = (pressure < 850) | (pressure > 1100)
    pressure[gap] = np.nan
    cut = len(rows) - int(np.floor(0.4 * len(rows) + 0.5))
    names = ["temperature", "dew-point", "pressure", "visibility", "wind", "strongest-wind",
             "warmest", "coldest"]
    columns = []
    for i, name in enumerate(names):
        columns.append((name, *numbers(raw[:cut, i], raw[cut:, i])))
        if name == "pressure":
            columns.append(("pressure (missing)", gap[:cut] * 1.0, gap[cut:] * 1.0))
    fields = [row + [label] for row, label in zip(rows, labels)]
    y = np.array(labels) == "1"
    return compare(Loaded("weather"), columns, (y[:cut], y[cut:]), (fields[:cut], fields[cut:]))


def occupancy():
    splits = [rows_of("occupancy/datatraining.txt")[1:],
              rows_of("occupancy/datatest.txt")[1:] + rows_of("occupancy/datatest2.txt")[1:]]
    columns = []
    for i, name in ((2, "temperature"), (3, "humidity"), (5, "co2"), (6, "humidity-ratio")):
        values = (np.array([row[i] for row in split], float).astype(np.float32).astype(float)
                  for split in splits)
        columns.append((name, *numbers(*values)))
    loaded = Loaded("occupancy")
    for i, split in enumerate(("train", "test")):
        hours = [datetime.datetime.fromisoformat(row[1]).hour for row in splits[i]]
        if not np.array_equal(loaded.band(split, 1), np.digitize(hours, [6, 12, 18])):
            return f"bands of the hour differ in {split}"
    labels = [np.array([row[-1] == "1" for row in split]) for split in splits]
    return compare(loaded, columns, labels, splits)


def fnv1a(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def sentences():
    known = {}
    for site in ("amazon_cells", "imdb", "yelp"):
        with open(f"{DATA}/sentiment-sentences/{site}_labelled.txt", "rb") as file:
            lines = [line for line in file.read().decode().split("\n") if line]
        for line in lines:
            sentence, label = (part.strip(" \t\r") for part in line.rsplit("\t", 1))
            known[key((sentence, label))] = (sentence, int(label))
    loaded = Loaded("sentiment-sentences")
    buckets, seen = len(loaded.names), set()
    for split in ("train", "test"):
        x, y = loaded.x(split), loaded.y(split)
        bands = loaded.band(split, 1)
        for row, pair in enumerate(map(tuple, loaded.keys(split).tolist())):
            if pair not in known or pair in seen:
                return f"row {row} of {split} is no sentence, or stands twice"
            seen.add(pair)
            sentence, label = known[pair]
            words = [w.lower() for w in re.findall(rb"[A-Za-z0-9'\x80-\xff]+",
                                                   sentence.encode())]
            want = np.zeros(buckets)
            for part in words + [b" ".join(two) for two in zip(words, words[1:])]:
                value = fnv1a(part)
                want[(value ^ value >> 32) % buckets] = 1
            if not np.array_equal(x[row], want) or y[row] != label:
                return f"row {row} of {split} differs: {sentence!r}"
            if bands[row] != np.digitize(len(sentence), [40, 80, 120]):
                return f"the length of {sentence!r} is in another band"
    return None if len(seen) == len(known) else f"{len(seen)} sentences, not {len(known)}"


TESTS = {"adult": ("adult_equals_numpy", adult), "weather": ("weather_equals_numpy", weather),
         "occupancy": ("occupancy_equals_numpy", occupancy),
         "sentiment-sentences": ("sentences_equal_python_hashing", sentences)}
for data_set, (title, check) in TESTS.items():
    if os.path.isdir(os.path.join(DATA, data_set)):
        report(title, check())
    else:
        print(f"skip {title}: {data_set} is not in the data folder")
sys.exit(failed)
