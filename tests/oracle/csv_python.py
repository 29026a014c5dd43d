"""Random tables and decimals, read by the program and by Python's csv and float().

    csv_python.py PROGRAM FOLDER

The tables are written by Python's csv module in several dialects: separators, line ends,
everything quoted or only what must be, no quotes at all, gzip. Unquoted fields hold no bare
CR and no blanks at their ends, as there the two readers differ on purpose.
"""
import csv
import gzip
import random
import re
import struct
import subprocess
import sys

PROGRAM, FOLDER = sys.argv[1:3]
DRAWS = random.Random(20240229)
LETTERS = ["a", "Z", "0", "9", ".", "-", " ", "'", "é", "ß", "中", "😀", "\x85", "\u2028", "\x07"]
MARKS = ['"', '""', ",", ";", "\t", "|", "\n", "\r\n", "\r"]
DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\Z")


def report(test, complaint):
    print(f"not ok {test}: {complaint}" if complaint else f"ok {test}")


def field(letters, most):
    return "".join(DRAWS.choice(letters) for _ in range(DRAWS.randrange(most)))


def table(number):
    """Writes a table; its path, separator, and whether it is read with quotes."""
    separator = DRAWS.choice(",;\t|")
    style = (csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONE)[number % 3]
    line_end = DRAWS.choice(("\n", "\r\n"))
    letters = LETTERS + MARKS
    if style == csv.QUOTE_MINIMAL and line_end == "\n":  # a bare CR would stay unquoted
        letters = [mark for mark in letters if "\r" not in mark]
    if style == csv.QUOTE_NONE:
        letters = [mark for mark in letters if mark not in (separator, "\n", "\r\n", "\r")]
    columns = DRAWS.choice((1, 2, 5, 30))
    most = DRAWS.choice((2, 6, 40, 900))
    rows = [[field(letters, most) for _ in range(columns)]
            for _ in range(DRAWS.randrange(1, 120))]
    if style != csv.QUOTE_ALL:
        rows = [[text.strip(" \t") for text in row] for row in rows]
    if style == csv.QUOTE_NONE:  # a lone empty field would be an empty row
        rows = [[text or "x" for text in row] for row in rows]
    path = f"{FOLDER}/{number}.csv" + (".gz" if number % 5 == 4 else "")
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "wt", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=separator, quoting=style,
                   quotechar=None if style == csv.QUOTE_NONE else '"',
                   lineterminator=line_end).writerows(rows)
        if number % 4 == 3:
            file.write("\n\n")
    return path, separator, style != csv.QUOTE_NONE


def by_python(path, separator, quotes):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        reader = csv.reader(file, delimiter=separator, strict=True,
                            quoting=csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE)
        return [",".join(text.encode().hex() for text in row) for row in reader if row]


def csv_complaint():
    tables = [table(number) for number in range(120)]
    arguments = [word for path, separator, quotes in tables
                 for word in (path, separator, "yes" if quotes else "no")]
    done = subprocess.run([PROGRAM, "table", *arguments], capture_output=True, text=True)
    if done.returncode:
        return done.stderr.strip()
    parts = done.stdout.split("= ")[1:]
    for (path, separator, quotes), part in zip(tables, parts):
        got, want = part.split("\n")[1:-1], by_python(path, separator, quotes)
        if got != want:
            at = next((i for i, pair in enumerate(zip(got, want)) if pair[0] != pair[1]),
                      min(len(got), len(want)))
            return (f"{path} with {separator!r}: row {at} of {len(want)} (ours: {len(got)}): "
                    f"{got[at:at + 1]} is not {want[at:at + 1]}")
    return None if len(parts) == len(tables) else f"{len(parts)} of {len(tables)} tables"


def spelled(digits, power):
    """digits * 10^power with the full stop anywhere."""
    if DRAWS.random() < 0.5:
        return f"{digits}e{power}"
    place = DRAWS.randrange(len(digits) + 1)
    return f"{digits[:place]}.{digits[place:]}e{power + len(digits) - place}"


def halfway(bits):
    """The exact middle between a double and the next, all its digits, and its neighbours."""
    low, high = (struct.unpack("<d", struct.pack("<Q", b))[0] for b in (bits, bits + 1))
    (a, b), (c, d) = low.as_integer_ratio(), high.as_integer_ratio()
    above, below = a * d + c * b, 2 * b * d  # below is a power of two
    while above % 2 == 0 and below > 1:
        above, below = above // 2, below // 2
    twos = below.bit_length() - 1
    middle, power = above * 5 ** twos, -twos
    return [spelled(str(middle * 10 + shift), power - 1) for shift in (-1, 0, 1)]


def decimals():
    yield from ("4.9e-324", "1e-320", "2.4703282292062327e-324", "9007199254740993",
                "1e400", "-1e-400", "0e999999999", "9" * 400, "0." + "0" * 400 + "1e400",
                "nan", "inf", "0x1p3", "1_0", " 1", "1 ", "", ".", "1e", "--1", "1,5", "１")
    for _ in range(60000):
        digits = str(DRAWS.randrange(1, 10 ** DRAWS.randrange(1, 25)))
        sign = DRAWS.choice(("", "-", "+"))
        yield sign + spelled(digits, DRAWS.randrange(-32, 32))
    for _ in range(15000):
        digits = str(DRAWS.randrange(10 ** DRAWS.randrange(1, 40)))
        yield spelled(digits, DRAWS.randrange(-360, 320))
    for _ in range(10000):
        yield repr(struct.unpack("<d", DRAWS.randbytes(8))[0]).replace("nan", "1")
    for _ in range(3000):
        yield from halfway(DRAWS.getrandbits(63) % 0x7FE0000000000000)
        exponent = DRAWS.randrange(1023 - 80, 1023 + 80)  # few digits: shortcuts are taken
        yield from halfway(exponent << 52 | DRAWS.getrandbits(6) << 46)
    for _ in range(3000):  # middles of up to 19 digits
        yield str((1 << 53 | DRAWS.getrandbits(53)) * 2 + 1)
        yield str((1 << 53 | DRAWS.getrandbits(53)) * 1024 + 512)
        yield f"{(1 << 52 | DRAWS.getrandbits(52)) * 2 + 1}.5"


def decimal_complaint():
    texts = list(decimals())
    with open(f"{FOLDER}/decimals", "w", encoding="utf-8") as file:
        file.writelines(text + "\n" for text in texts)
    lines = subprocess.run([PROGRAM, "decimals", f"{FOLDER}/decimals"], capture_output=True,
                           text=True, check=True).stdout.split()
    if len(lines) != len(texts):
        return f"{len(lines)} answers to {len(texts)} texts"
    for text, got in zip(texts, lines):
        want = f"{struct.unpack('<Q', struct.pack('<d', float(text)))[0]:016x}" \
            if DECIMAL.match(text) else "no"
        if got != want:
            return f"{text!r} gives {got}, and is {want}"
    return None


report("csv_fields_equal_pythons", csv_complaint())
report("decimals_equal_pythons", decimal_complaint())
