#!/usr/bin/env bash
# `data list`, `data inspect` and `data fetch`; fetch talks to files and to this machine alone.
set -u
# shellcheck source=tests/cli/lib.bash
. "$NG_HOME/tests/cli/lib.bash"
cd "$NG_TMP" || exit 1
unset http_proxy https_proxy ALL_PROXY all_proxy HTTP_PROXY HTTPS_PROXY

# --- Words -----------------------------------------------------------------------------

gives data_without_a_word_is_refused 2 'needs' "$NG" data
gives data_unknown_word_gets_a_suggestion 2 "did you mean 'fetch'" "$NG" data fetsh adult
gives data_inspect_without_a_name_is_refused 2 'needs the name' "$NG" data inspect
gives data_list_takes_no_name 2 "no use for 'adult'" "$NG" data list adult
gives data_fetch_takes_no_out 2 'takes no --out' "$NG" data fetch claims --out here
gives data_fetch_takes_no_json 2 'takes no --json' "$NG" data fetch claims --json
gives data_fetch_takes_no_key 2 'takes no key=value' "$NG" data fetch claims a=b
gives data_inspect_of_a_name_takes_no_key 2 'tabular' "$NG" data inspect claims data.label=x
gives data_inspect_of_an_own_table_needs_its_label 2 'data.label=' \
    "$NG" data inspect tabular data.file=x.csv
gives data_list_names_a_generator 0 'generated' "$NG" data list
gives data_list_names_the_missing_file 0 'not found: optdigits/optdigits.tra' \
    "$NG" data list --data "$NG_TMP/none"
gives data_inspect_names_the_missing_file 2 'optdigits/optdigits.tra' \
    "$NG" data inspect optdigits --data "$NG_TMP/none"
gives data_fetch_of_a_generator_has_nothing_to_do 0 'nothing to fetch' "$NG" data fetch claims

# --- Fetch -----------------------------------------------------------------------------

mkdir -p served/set data
seq 1 60000 >served/set/train.csv # some hundred thousand bytes
seq 1 9 | sed 's/$/,1/' >served/set/test.csv
sum() { sha256sum "$1" | cut -d ' ' -f 1; }
train=$(sum served/set/train.csv)
test=$(sum served/set/test.csv)

# name, SHA-256 of the training file or -, its url or -, its member or -: a card.
card() {
    {
        printf 'name: %s\ntitle: A set for tests\nreader: csv\nfiles:\n' "$1"
        printf '  - role: train\n    path: set/train.csv\n'
        [ "$2" = - ] || printf '    sha256: %s\n' "$2"
        [ "$3" = - ] || printf '    url: "%s"\n' "$3"
        [ "${4:--}" = - ] || printf '    member: %s\n' "$4"
        printf '  - role: test\n    path: set/test.csv\n    sha256: %s\n' "$test"
        printf '    url: "file://%s/served/set/test.csv"\n' "$NG_TMP"
        printf 'columns:\n  - name: x\n    type: number\n  - name: y\n    type: label\n'
        printf 'classes: ["0", "1"]\norigin: made by seq\nlicence: CC0 1.0\n'
    } >"$1.yaml"
}
fetch() { "$NG" data fetch "$1.yaml" --data data; }
# Nothing but whole files may be left: no .part, no archive.
left() { (cd data && find . -type f | sort | xargs); }

card good "$train" "file://$NG_TMP/served/set/train.csv"
gives fetch_gets_a_file 0 'set/train.csv: fetched' fetch good
same fetched_file_is_the_right_one "$train" "$(sum data/set/train.csv)"
same fetch_leaves_only_the_files './set/test.csv ./set/train.csv' "$(left)"
gives fetch_again_says_that_it_is_there 0 'set/train.csv: already there' fetch good

echo damaged >data/set/train.csv
gives fetch_sets_a_damaged_file_aside 0 'set/train.csv.damaged' fetch good
same damaged_file_is_kept damaged "$(cat data/set/train.csv.damaged)"
same damaged_file_is_replaced "$train" "$(sum data/set/train.csv)"
echo again >data/set/train.csv
gives fetch_keeps_both_damaged_files 0 'set/train.csv.damaged2' fetch good
same earlier_damaged_file_is_kept damaged "$(cat data/set/train.csv.damaged)"

rm -rf data
card wrong "$test" "file://$NG_TMP/served/set/train.csv"
gives fetch_refuses_a_wrong_file 2 "expected SHA-256 $test, got $train" fetch wrong
same fetch_keeps_nothing_of_a_wrong_file 0 "$(find data -type f | wc -l)"
mkdir -p data/set
echo mine >data/set/train.csv
gives fetch_refuses_a_wrong_file_beside_another 2 'expected SHA-256' fetch wrong
same file_that_was_there_stays_when_fetching_fails mine "$(cat data/set/train.csv)"
rm -rf data

card unknown - "file://$NG_TMP/served/set/train.csv"
gives fetch_prints_an_unknown_digest_for_the_card 0 "sha256: $train" fetch unknown
rm -rf data
mkdir -p data/set
head -c 100000 /dev/zero >data/set/train.csv.part
gives fetch_trusts_no_part_without_a_digest 0 "sha256: $train" fetch unknown
rm -rf data
card nowhere "$train" -
gives fetch_without_an_address_names_the_origin 2 'made by seq' fetch nowhere
gives fetch_without_an_address_names_the_path 2 'data/set/train.csv' fetch nowhere
card gone "$train" "file://$NG_TMP/served/none.csv"
gives fetch_of_a_missing_file_fails 3 'Cannot fetch file://' fetch gone
card scheme "$train" "scp://host/train.csv"
gives fetch_refuses_other_schemes 2 'https://' fetch scheme
sed 's|path: set/train.csv|path: ../escaped.csv|' good.yaml >escape.yaml
gives fetch_stays_below_the_data_folder 2 '../escaped.csv' fetch escape
same fetch_wrote_nothing_outside 'no file' "$(ls escaped.csv 2>/dev/null || echo no file)"

# A part that an earlier call left: the beginning of the file, or of another one.
mkdir -p data/set
head -c 100000 served/set/train.csv >data/set/train.csv.part
gives fetch_goes_on_from_a_part 0 'set/train.csv: fetched' fetch good
same resumed_file_is_the_right_one "$train" "$(sum data/set/train.csv)"
rm data/set/train.csv
head -c 100000 /dev/zero >data/set/train.csv.part
gives fetch_starts_again_from_a_part_of_another_file 0 'set/train.csv: fetched' fetch good
rm data/set/train.csv
cat served/set/train.csv served/set/train.csv >data/set/train.csv.part
gives fetch_starts_again_from_a_part_that_is_too_long 0 'set/train.csv: fetched' fetch good
rm data/set/train.csv
cp served/set/train.csv data/set/train.csv.part
gives fetch_takes_a_part_that_is_whole 0 'set/train.csv: fetched' fetch good
rm -rf data

# shellcheck disable=SC2123
gives fetch_without_curl_names_the_package 3 'package is curl' env PATH=/nonexistent \
    "$NG" data fetch good.yaml --data data
mkdir -p data/set
exec 9>data/set/train.csv.part
flock 9
gives fetch_waits_for_no_other_process 2 'Another process is fetching' fetch good
exec 9>&-
rm -rf data
if [ "$(id -u)" = 0 ]; then
    echo "skip fetch_into_a_closed_folder_fails: root may write everywhere"
else
    mkdir data && chmod a-w data
    gives fetch_into_a_closed_folder_fails 3 'ermission' fetch good
    chmod u+w data && rm -rf data
fi
echo file >data
gives fetch_into_a_file_fails 2 'Not a directory' fetch good
rm -f data

# --- A server ---------------------------------------------------------------------------

# /plain/NAME no ranges; /range/NAME ranges; /cut/NAME ranges, at most 150000 bytes a time;
# /stuck/NAME 100000 bytes and then nothing; /short/NAME no ranges, always half of it.
cat >server.py <<'END'
import http.server, os, sys, time
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        how, name = self.path.split("/", 2)[1:]
        try:
            body = open(os.path.join("served", name), "rb").read()
        except OSError:
            return self.send_error(404)
        start, whole = 0, len(body)
        asked = self.headers.get("Range")
        if asked and how in ("range", "cut", "stuck"):
            start = int(asked[len("bytes="):].rstrip("-"))
            if start >= whole:
                return self.send_error(416)
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{whole - 1}/{whole}")
        else:
            self.send_response(200)
        body = body[start:]
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with open("asked", "a") as log:
            log.write(f"{how} {start}\n")
        limit = {"cut": 150000, "stuck": 100000, "short": whole // 2}.get(how, whole)
        self.wfile.write(body[:limit])
        self.wfile.flush()
        if how == "stuck" and not os.path.exists("go"):
            time.sleep(30)
        elif how == "stuck":
            self.wfile.write(body[limit:])
    def log_message(self, *words):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
with open("port.new", "w") as port:
    port.write(str(server.server_address[1]))
os.rename("port.new", "port")
server.serve_forever()
END
names="fetch_over_http fetch_restarts_where_the_server_has_no_ranges
    fetch_resumes_over_http fetch_goes_on_after_a_cut
    fetch_that_is_always_cut_says_so fetch_of_a_missing_page_says_so
    fetch_is_interruptible fetch_after_an_interruption"
if command -v python3 >/dev/null; then
    python3 server.py &
    server=$!
    trap 'kill $server 2>/dev/null' EXIT
    wait_for 10 test -s port
    at=http://127.0.0.1:$(cat port)
    for how in plain range cut stuck short; do card $how "$train" "$at/$how/set/train.csv"; done
    card missing "$train" "$at/plain/set/none.csv"

    gives fetch_over_http 0 'set/train.csv: fetched' fetch plain
    rm -rf data asked && mkdir -p data/set
    head -c 100000 served/set/train.csv >data/set/train.csv.part
    gives fetch_restarts_where_the_server_has_no_ranges 0 'train.csv: fetched' fetch plain
    rm -rf data asked && mkdir -p data/set
    head -c 100000 served/set/train.csv >data/set/train.csv.part
    fetch range >fetched 2>&1
    same fetch_resumes_over_http "range 100000 $train" \
        "$(cat asked) $(sum data/set/train.csv)"
    rm -rf data asked
    fetch cut >fetched 2>&1
    same fetch_goes_on_after_a_cut "cut 0|cut 150000|cut 300000| $train" \
        "$(tr '\n' '|' <asked) $(sum data/set/train.csv)"
    rm -rf data
    gives fetch_that_is_always_cut_says_so 3 'Cannot fetch' fetch short
    rm -rf data
    gives fetch_of_a_missing_page_says_so 3 'error: 404' fetch missing
    same fetch_of_a_missing_page_leaves_nothing 0 "$(find data -type f | wc -l)"

    rm -rf data asked
    "$NG" data fetch stuck.yaml --data data >told 2>&1 &
    fetching=$!
    wait_for 10 test -s data/set/train.csv.part
    kill -TERM $fetching
    wait $fetching
    same fetch_is_interruptible '75 1' "$? $(grep -c 'goes on from there' told)"
    part=$(stat -c %s data/set/train.csv.part)
    holds interrupted_fetch_keeps_its_part test "$part" -gt 0
    touch go
    rm -f asked
    gives fetch_after_an_interruption 0 'set/train.csv: fetched' fetch stuck
    same fetch_after_an_interruption_goes_on "stuck $part $train" \
        "$(cat asked) $(sum data/set/train.csv)"
    kill $server
else
    for name in $names; do echo "skip $name: python3 is not installed"; done
fi
rm -rf data

# --- Archives ---------------------------------------------------------------------------

if command -v python3 >/dev/null; then
    python3 -c 'import zipfile
with zipfile.ZipFile("served/set.zip", "w", zipfile.ZIP_DEFLATED) as z:
    z.write("served/set/train.csv", "inside/train.csv")
    z.write("served/set/test.csv", "inside/test.csv")'
    card zipped "$train" "file://$NG_TMP/served/set.zip" inside/train.csv
    gives fetch_takes_a_member_out_of_an_archive 0 'set/train.csv: fetched' fetch zipped
    same member_is_the_right_file "$train" "$(sum data/set/train.csv)"
    same archive_does_not_stay './set/test.csv ./set/train.csv' "$(left)"
    rm -rf data
    card nomember "$train" "file://$NG_TMP/served/set.zip" inside/other.csv
    gives missing_member_is_named 2 'inside/other.csv' fetch nomember
    same missing_member_leaves_nothing 0 "$(find data -type f | wc -l)"
    card badmember "$test" "file://$NG_TMP/served/set.zip" inside/train.csv
    gives wrong_member_is_refused 2 "got $train" fetch badmember
    head -c 1000 served/set.zip >served/cut.zip
    card cutzip "$train" "file://$NG_TMP/served/cut.zip" inside/train.csv
    gives damaged_archive_is_refused 2 'The archive from file://' fetch cutzip
    same damaged_archive_does_not_stay 0 "$(find data -type f | wc -l)"
else
    echo "skip fetch_takes_a_member_out_of_an_archive: python3 is not installed"
fi
rm -rf data

# --- Inspect ----------------------------------------------------------------------------

mkdir own
{
    echo 'score,town,label'
    for i in $(seq 1 300); do
        town=north
        [ $((i % 3)) = 0 ] && town=south
        [ "$i" = 7 ] && town=Onlyhere
        [ "$i" = 12 ] && town=
        echo "$((i % 50)).$((i % 7)),$town,$((i * i % 5 > 1))"
    done
    echo '900000,north,1'
    echo '900000,north,1'
    echo '0.0000001,north,0'
} >own/town.csv
cp own/town.csv own/test.csv
cat >own.yaml <<'END'
name: own
title: A table for tests
reader: csv
files:
  - role: train
    path: own/town.csv
    skip: 1
  - role: test
    path: own/test.csv
    skip: 1
columns:
  - {name: score, type: number}
  - {name: town, type: category}
  - {name: label, type: label}
classes: ["0", "1"]
slices:
  - {name: town, column: town}
origin: made by a loop
licence: CC0 1.0
END
"$NG" data inspect own.yaml --data . >own.txt 2>&1
gives inspect_prints_a_range_above_a_format 0 \
    "column score (up to 900,000) exceeds e5m2's maximum of 57,344, unscaled" cat own.txt
gives inspect_prints_what_vanishes 0 'column score (down to 1e-07) has values that vanish in e4m3' cat own.txt
gives inspect_prints_leaks 0 '303 test rows are also in the training split: a leak' cat own.txt
gives inspect_prints_where_the_datasheet_is 0 'Datasheet: out/data-own/datasheet.md' cat own.txt
gives inspect_writes_a_datasheet 0 'UNANSWERED: ' cat out/data-own/datasheet.md
gives datasheet_has_the_digest_of_every_file 0 "$(sum own/town.csv)" cat out/data-own/datasheet.md
for plot in classes slices ranges; do
    for kind in svg png dat gp; do
        holds "inspect_writes_plot_${plot}_$kind" test -s out/data-own/plots/$plot.$kind
    done
done
same inspect_shows_no_name_of_one_person 0 "$(cat own.txt out/data-own/datasheet.md out/data-own/plots/*.dat \
    out/data-own/plots/*.gp | grep -c Onlyhere)"
gives inspect_writes_where_it_is_told 0 'Datasheet: there/data-claims/datasheet.md' \
    "$NG" data inspect claims --out there
gives inspect_into_a_file_fails 3 'own.txt' "$NG" data inspect claims --out own.txt

# A class of one row could be one person.
{ cat own/town.csv && echo '1,north,Solo'; } >own/solo.csv
"$NG" data inspect tabular data.file=own/solo.csv data.label=label --out solo >solo.txt 2>&1
gives inspect_counts_small_classes 0 '1 class of fewer than 10 rows is not named' cat solo.txt
same inspect_names_no_class_of_one_row 0 "$(cat solo.txt solo/data-solo/datasheet.md | grep -c Solo)"
"$NG" data inspect tabular data.file=own/solo.csv data.label=label --out solo --json >solo.json 2>&1
same inspect_json_names_no_class_of_one_row 0 "$(grep -c Solo solo.json)"

# The two cards of docs/data.md, with small files of their kind.
if command -v python3 >/dev/null; then
    awk '/^```yaml/ { n++; on = 1; next } /^```/ { on = 0 } on { print > ("page" n ".yaml") }' \
        "$NG_HOME/docs/data.md"
    mkdir -p page/wine page/kuzushiji
    python3 - <<'END'
import gzip, random, struct
random.seed(1)
names = "fixed,volatile,citric,sugar,chlorides,free,total,density,pH,sulphates,alcohol,quality"
for name, rows in (("red", 1599), ("white", 4898)):
    with open(f"page/wine/winequality-{name}.csv", "w") as table:
        table.write(";".join(f'"{n}"' for n in names.split(",")) + "\n")
        for row in range(rows):
            values = [f"{random.uniform(1, 9):.4f}" for _ in range(10)]
            table.write(";".join(values + [f"{random.uniform(8, 14):.1f}", str(3 + row % 7)]) + "\n")
for name, rows in (("train", 200), ("t10k", 100)):
    path = f"page/kuzushiji/{name}-"
    with gzip.open(path + "images-idx3-ubyte.gz", "wb") as f:
        f.write(struct.pack(">4I", 2051, rows, 28, 28) + random.randbytes(rows * 784))
    with gzip.open(path + "labels-idx1-ubyte.gz", "wb") as f:
        f.write(struct.pack(">2I", 2049, rows) + bytes(i % 10 for i in range(rows)))
END
    gives card_of_a_table_in_the_docs_loads 0 'wine/winequality-white.csv' \
        "$NG" data inspect page1.yaml --data page
    gives card_of_images_in_the_docs_loads 0 '784 columns hold values from 0 to 255' \
        "$NG" data inspect page2.yaml --data page
else
    echo "skip card_of_a_table_in_the_docs_loads: python3 is not installed"
    echo "skip card_of_images_in_the_docs_loads: python3 is not installed"
fi
gives inspect_of_an_own_table_says_what_it_inferred 0 'Datasheet: out/data-town/datasheet.md' \
    "$NG" data inspect tabular data.file=own/town.csv data.label=label data.slices=town

# name, data set, expression over `d`, the document of --json: booked, to be true.
counted() { printf '%s\0%s\0%s\0' "$1" "$2" "$3" >>counted; }
real="adult weather occupancy optdigits sentiment-sentences tinyshakespeare fashion-mnist"
if ! command -v python3 >/dev/null; then
    for set in $real; do echo "skip inspect_counts_$set: python3 is not installed"; done
    exit
elif [ -z "${NG_DATA:-}" ]; then
    for set in $real; do echo "skip inspect_counts_$set: NG_DATA is not set"; done
    exit
fi
counted inspect_counts_adult_classes adult \
    'rows("train") == [24720, 7841] and rows("test") == [12435, 3846]'
counted inspect_counts_adult_missing adult \
    '(d["train"]["missing_rows"], d["test"]["missing_rows"]) == (2399, 1221)'
counted inspect_counts_adult_repeats_and_leaks adult \
    '(d["train"]["duplicates"], d["test"]["duplicates"], d["leaked"]) == (24, 5, 23)'
counted inspect_counts_adult_races adult \
    '(slices["race"]["Other"][0], slices["race"]["Amer-Indian-Eskimo"][0]) == (271, 311)'
counted inspect_sees_adult_gain_beyond_e5m2 adult \
    'numbers["capital-gain"]["most"] == 99999 and "e5m2" in numbers["capital-gain"]["exceeds"]'
counted inspect_counts_weather weather \
    'd["train"]["rows"] + d["test"]["rows"] == 18159 and
     [sum(x) for x in zip(rows("train"), rows("test"))] == [12461, 5698]'
counted inspect_sees_weather_drift weather \
    '[round(x, 2) for x in d["class_share_in_five_runs"][1]] == [0.29, 0.31, 0.30, 0.32, 0.35]'
counted inspect_sees_weather_pressure_beyond_e4m3 weather \
    'numbers["pressure"]["exceeds"] == ["e4m3"] and columns["pressure"]["out_of_range"] == [2, 0]'
counted inspect_counts_occupancy occupancy \
    'rows("train") == [6414, 1729] and rows("test") == [1693 + 7703, 972 + 2049]'
counted inspect_sees_occupancy_ratio_fade occupancy \
    '[n for n in d["numbers"] if n["wholly_subnormal"]][0]["most"] < 0.0066 and
     any("e4m3" in n["exceeds"] for n in d["numbers"])'
counted inspect_counts_optdigits optdigits \
    '(d["train"]["rows"], d["test"]["rows"]) == (3823, 1797) and d["constant_columns"] == 2'
counted inspect_finds_no_repeats_in_optdigits optdigits \
    '(d["train"]["duplicates"], d["test"]["duplicates"], d["leaked"]) == (0, 0, 0)'
counted inspect_counts_sentiment_sentences sentiment-sentences \
    'd["train"]["rows"] + d["test"]["rows"] + d["dropped"] == 3000 and d["dropped"] >= 17 and d["leaked"] == 0'
counted inspect_counts_tinyshakespeare tinyshakespeare \
    'd["train"]["characters"] + d["test"]["characters"] == 1115394 and d["class_count"] == 65'
counted inspect_counts_fashion_mnist fashion-mnist \
    'rows("train") == [6000] * 10 and rows("test") == [1000] * 10'
counted inspect_finds_no_repeats_in_fashion_mnist fashion-mnist \
    '(d["train"]["duplicates"], d["test"]["duplicates"], d["leaked"]) == (0, 0, 0)'

for set in $real; do
    "$NG" data inspect "$set" --json --out real >"$set.json" 2>"$set.err" ||
        bad "inspect_$set" "$(cat "$set.err")"
done
python3 - <<'END'
import json
words = open("counted").read().split("\0")[:-1]
for name, data_set, claim in zip(words[0::3], words[1::3], words[2::3]):
    try:
        d = json.load(open(data_set + ".json"))
        rows = lambda split: [c[split] for c in d["classes"]]
        columns = {c["name"]: c for c in d["columns"]}
        numbers = {n["name"]: n for n in d["numbers"]}
        slices = {s["name"]: {b["name"]: (b["train"], b["test"]) for b in s["bands"]}
                  for s in d["slices"]}
        fault = None if eval("(" + claim + ")") is True else "false: " + " ".join(claim.split())
    except Exception as error:
        fault = repr(error)
    print(f"ok {name}" if fault is None else f"not ok {name}: {fault}")
END
