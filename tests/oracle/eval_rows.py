"""Makes a table of random predictions and recomputes what `narrowgauge eval --json` says of it.

    eval_rows.py make FILE FORM      FORM: scores, confidence, score
    eval_rows.py check FILE JSON

NumPy only. Conventions under test: scores are FP32; the prediction is the first class of
largest score; NLL is the mean of -ln p, p not below 2^-50; ECE has 16 bins of equal width
[lo, hi), the last closed; differences are paired by seed; 95 % t intervals over seeds, for
accuracies with a deviation of at least one row / sqrt(12); bands are cut at the values of rank
n q / 4; groups below 10 rows have no figures.
"""
import csv
import json
import sys

import numpy as np

# 0.975 quantiles of Student's t, by degrees of freedom (standard tables, 10 digits).
T = {1: 12.70620473617471, 2: 4.302652729749464, 3: 3.182446305283708, 4: 2.7764451051977934}
ARMS, SEEDS, ROWS = ["bf16", "Fp32", "fp8-lean"], [3, 0, 7], 700


def make(path, form):
    rng = np.random.default_rng(7)
    classes = ["no", "yes"] if form == "score" else ["ant", "bee", "cat"]
    k = len(classes)
    label = rng.integers(0, k, ROWS)
    region = rng.choice(["north", "south", "east"], ROWS)
    region[:7] = "tiny-isle"
    age = rng.integers(18, 91, ROWS)
    base = rng.normal(size=(ROWS, k))
    base[np.arange(ROWS), label] += 1.4
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        heads = {"scores": ["score_" + c for c in classes], "score": ["score"],
                 "confidence": ["prediction", "confidence"]}[form]
        out.writerow(["example", "arm", "seed", "label"] + heads + ["region", "age"])
        for a, arm in enumerate(ARMS):
            for seed in SEEDS:
                z = base + rng.normal(size=base.shape) * (0.3 + 0.5 * (a == 2))
                p = np.exp(z - z.max(1, keepdims=True))
                p /= p.sum(1, keepdims=True)
                for i in rng.permutation(ROWS):
                    shown = {"scores": [repr(float(x)) for x in p[i]],
                             "score": [repr(float(p[i, 1]))],
                             "confidence": [classes[p[i].argmax()], repr(float(p[i].max()))]}[form]
                    out.writerow([f"row {i}", arm, seed, classes[label[i]]] + shown +
                                 [region[i], age[i]])


def estimate(values, step=0.0):
    values = np.array(values, dtype=np.float64)
    n = len(values)
    deviation = max(values.std(ddof=1), step / np.sqrt(12.0))
    half = T[n - 1] * deviation / np.sqrt(n)
    return values.mean(), values.mean() - half, values.mean() + half


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    heads = rows[0].keys()
    scored = [h for h in heads if h.startswith("score_")]
    labels = sorted({r["label"] for r in rows})
    runs, about = {}, {}
    for r in rows:
        if scored:
            p = np.array([float(r[h]) for h in scored], dtype=np.float32)
            names = [h[6:] for h in scored]
            predicted, confidence = names[int(p.argmax())], p.max()
            of_label = p[names.index(r["label"])]
        elif "score" in heads:
            second = np.float32(float(r["score"]))
            p = np.array([np.float32(1) - second, second], dtype=np.float32)
            predicted, confidence = labels[int(p.argmax())], p.max()
            of_label = p[labels.index(r["label"])]
        else:
            predicted, confidence = r["prediction"], np.float32(float(r["confidence"]))
            of_label = np.float32("nan")
        runs.setdefault((r["arm"], int(r["seed"])), {})[r["example"]] = (
            predicted == r["label"], float(confidence), float(of_label), predicted)
        about[r["example"]] = r
    return runs, about


def bands(about, examples):
    groups = {}
    ages = np.sort([float(about[e]["age"]) for e in examples])
    edges = [ages[len(ages) * q // 4] for q in (1, 2, 3)]
    names = [f"below {edges[0]:g}", f"{edges[0]:g} to below {edges[1]:g}",
             f"{edges[1]:g} to below {edges[2]:g}", f"{edges[2]:g} and over"]
    region = np.array([about[e]["region"] for e in examples])
    for name in set(region):
        few = (region == name).sum() < 10
        groups.setdefault(("region", "(rare)" if few else name),
                          np.zeros(len(examples), bool))[region == name] = True
    for i, e in enumerate(examples):
        b = sum(float(about[e]["age"]) >= edge for edge in edges)
        groups.setdefault(("age", names[b]), np.zeros(len(examples), bool))[i] = True
    return groups


def measure(run, examples):
    right = np.array([run[e][0] for e in examples])
    confidence = np.array([run[e][1] for e in examples])
    p = np.maximum(np.array([run[e][2] for e in examples]), 2.0 ** -50)
    place = np.minimum((confidence * 16).astype(int), 15)
    ece = sum(abs(right[place == b].mean() - confidence[place == b].mean()) *
              (place == b).mean() for b in range(16) if (place == b).any())
    return right, -np.log(p).mean(), ece, np.array([run[e][3] for e in examples])


class Judge:
    """Compares numbers; relative to the larger one, but never finer than `least`."""

    def __init__(self):
        self.count, self.worst, self.bad = 0, 0.0, []

    def number(self, name, mine, theirs, tolerance=1e-11, least=1e-3):
        self.count += 1
        if theirs is None or np.isnan(mine):
            if not (theirs is None and np.isnan(mine)):
                self.bad.append(f"{name}: {mine} is not {theirs}")
            return
        error = abs(mine - theirs) / max(abs(mine), abs(theirs), least)
        self.worst = max(self.worst, error if tolerance < 1e-9 else 0.0)
        if not error <= tolerance:
            self.bad.append(f"{name}: {mine!r} is not {theirs!r}")

    def estimate(self, name, mine, theirs, **how):
        for part, value in zip(("mean", "low", "high"), mine):
            self.number(f"{name} {part}", value, theirs[part], **how)


def check(path, document):
    runs, about = read(path)
    examples = sorted(about)
    groups = bands(about, examples)
    measured = {key: measure(run, examples) for key, run in runs.items()}
    judge = Judge()
    n = len(examples)
    loose = {"tolerance": 2e-6, "least": 1e-2}  # the program's logarithm is FP32, within 1 ulp
    for arm in document["arms"]:
        label = arm["label"]
        mine = [measured[label, s] for s in document["seeds"]]
        base = [measured["Fp32", s] for s in document["seeds"]]
        judge.estimate(label + " accuracy", estimate([m[0].mean() for m in mine]), arm["accuracy"])
        difference = [(int(m[0].sum()) - int(b[0].sum())) / n for m, b in zip(mine, base)]
        judge.estimate(label + " accuracy difference", estimate(difference, 1 / n),
                       arm["accuracy_difference"])
        judge.estimate(label + " nll", estimate([m[1] for m in mine]), arm["nll"], **loose)
        judge.estimate(label + " nll difference",
                       estimate([m[1] - b[1] for m, b in zip(mine, base)]),
                       arm["nll_difference"], **loose)
        judge.estimate(label + " ece", estimate([m[2] for m in mine]), arm["ece"])
        judge.estimate(label + " ece difference",
                       estimate([m[2] - b[2] for m, b in zip(mine, base)]), arm["ece_difference"])
        judge.estimate(label + " churn",
                       estimate([(m[3] != b[3]).mean() for m, b in zip(mine, base)]), arm["churn"])
        named = {(g["column"], g["band"]): g for g in arm["groups"]}
        if set(named) != set(groups):
            judge.bad.append(f"groups {sorted(named)} are not {sorted(groups)}")
            continue
        for key, members in groups.items():
            rows, theirs = int(members.sum()), named[key]
            if rows < 10:
                if set(theirs) != {"column", "band", "suppressed", "unproven", "harmed"}:
                    judge.bad.append(f"{key} of {rows} rows shows {sorted(theirs)}")
                continue
            judge.number(f"{label} {key} rows", rows, theirs["rows"])
            judge.estimate(f"{label} {key} accuracy",
                           estimate([m[0][members].mean() for m in mine]), theirs["accuracy"])
            difference = [(int(m[0][members].sum()) - int(b[0][members].sum())) / rows
                          for m, b in zip(mine, base)]
            judge.estimate(f"{label} {key} difference", estimate(difference, 1 / rows),
                           theirs["accuracy_difference"])
    if document["reference"] != "Fp32" or document["seeds"] != sorted(SEEDS):
        judge.bad.append("another reference or other seeds")
    if judge.bad:
        sys.exit("; ".join(judge.bad[:5]))
    print(f"{judge.count} numbers, largest relative difference {judge.worst:.1e}")


if sys.argv[1] == "make":
    make(sys.argv[2], sys.argv[3])
else:
    with open(sys.argv[3], encoding="utf-8") as answer:
        check(sys.argv[2], json.load(answer))
