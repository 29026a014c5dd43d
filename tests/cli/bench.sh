#!/usr/bin/env bash
# `bench` measures, says so in a document that scripts can read, and judges nothing. How fast
# anything is, is not asked here.
set -u
# shellcheck source=tests/cli/lib.bash
. "$NG_HOME/tests/cli/lib.bash"
cd "$NG_TMP" || exit 1

gives bench_lists_what_can_be_benched 0 'convert ' "$NG" bench
gives bench_lists_what_can_be_benched_as_json 0 '"benches"' "$NG" bench --json
gives bench_explains_itself 0 'memcpy' "$NG" bench --help
gives unknown_bench_is_refused 2 "There is no bench 'frobnicate'" "$NG" bench frobnicate
gives unknown_bench_gets_a_suggestion 2 "did you mean 'convert'" "$NG" bench convrt
gives a_second_word_is_refused 2 'no use for' "$NG" bench convert more
gives no_rounds_are_refused 2 '1..1000' "$NG" bench convert --rounds 0
gives rounds_that_are_no_number_are_refused 2 '1..1000' "$NG" bench convert --rounds many
gives an_unknown_isa_is_refused 2 'NG_ISA' env NG_ISA=mmx "$NG" bench convert

if ! command -v python3 >/dev/null; then
    echo "skip bench_convert_json: python3 is not installed"
    exit 0
fi
"$NG" bench convert --rounds 1 --json >bench.json 2>err
same bench_convert_exits_with_0_whatever_it_measures $? 0
python3 - bench.json <<'EOP'
import json
import math

keys = """e4m3_encode_dram_rate_over_memcpy e4m3_encode_256k_time_over_memcpy
e4m3_encode_4k_time_over_memcpy e4m3_decode_dram_time_over_memcpy
e4m3_encode_over_cuda_host counts_over_encode_dram counts_over_encode_256k
full_statistics_over_encode block_1x128_over_tensor mx_over_tensor""".split()
document = json.load(open("bench.json"))


def check(name, fine, words=""):
    print(f"ok {name}" if fine else f"not ok {name}: {words}")


def positive(number):
    return isinstance(number, (int, float)) and math.isfinite(number) and number > 0


summary, figures, rows = (document[k] for k in ("summary", "figures", "rows"))
check("summary_has_exactly_the_ten_keys", list(summary) == keys, list(summary))
check("summary_is_positive_or_null_without_cuda",
      all(positive(v) or (v is None and k == "e4m3_encode_over_cuda_host")
          for k, v in summary.items()), summary)
check("figures_have_floors_and_agree_with_the_summary",
      list(figures) == keys
      and all(f["median"] == summary[k] and positive(f["floor"]) and positive(f["aim"])
              for k, f in figures.items()), figures)
check("a_floor_is_met_as_its_bound_says",
      all(f["floor_met"] == (None if f["median"] is None
                             else f["median"] >= f["floor"] if f["bound"] == "least"
                             else f["median"] <= f["floor"])
          for f in figures.values()), figures)
check("rows_are_positive",
      all(positive(r[k]) for r in rows
          for k in ("elements", "melem_per_s", "gb_per_s", "time_over_memcpy")), rows)
named = {(r["format"], r["direction"], r["elements"]) for r in rows}
check("rows_have_every_format_direction_and_size",
      len(rows) == len(named) == 16 * 3 * 3
      and ("e2m1", "decode", 16 * 2**20) in named, len(rows))
check("bench_says_where_it_was_measured",
      all(isinstance(document[k], str) and document[k]
          for k in ("version", "commit", "compiler", "flags", "cpu", "isa"))
      and document["rounds"] == 1 and document["threads"] == 1, document)
EOP
