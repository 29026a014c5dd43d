#!/usr/bin/env bash
# The main job, as a new user starts it: the table, the answer, the files.
set -u
# shellcheck source=tests/cli/lib.bash
. "$NG_HOME/tests/cli/lib.bash"
cd "$NG_TMP" || exit 1

started=$EPOCHREALTIME
"$NG" run quickstart >table 2>log
same quickstart_exits_with_0 "code $?" "code 0"
echo "# $(awk -v a="$started" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f s", b - a }')"
gives quickstart_has_15_trials 0 '15 trials (5 recipes x 3 seeds)' cat log

# recipe: the row of the table; its state in bytes per parameter.
state() { awk -v r="$1" '$1 == r { print $(NF - 1) }' table; }
same fp32_state_is_16_bytes_per_parameter "$(state fp32)" 16.00
# A 2-byte copy of every weight; biases have none.
holds bf16_state_is_18_bytes_per_parameter awk -v s="$(state bf16)" 'BEGIN { exit !(s > 17.98 && s <= 18) }'
for recipe in fp8-e4m3 fp8-e5m2; do
    same "${recipe}_state_is_that_of_fp32" "$(state $recipe)" 16.00
done
holds fp8-lean_state_is_below_8_bytes awk -v s="$(state fp8-lean)" 'BEGIN { exit !(s > 6 && s < 8) }'
for recipe in bf16 fp8-e4m3 fp8-e5m2 fp8-lean; do
    holds "${recipe}_has_a_verdict" grep -qE "^$recipe +(SAFE|HARM|UNDECIDED) " table
done
gives gates_held 0 'held   ledger-exact' cat table
gives report_is_named 0 'Report: out/quickstart/report.html' cat table
holds report_is_at_most_1_MB test "$(stat -c %s out/quickstart/report.html)" -le 1000000
gives report_has_no_script 1 '' grep -qi '<script' out/quickstart/report.html
gives report_is_self_contained 1 '' grep -qE '(src|href)="(https?:|[a-z]+/)' out/quickstart/report.html
for file in report.md comparison.h5 plan.jsonl; do
    holds "quickstart_leaves_$file" test -s out/quickstart/$file
done
for ending in svg png gp dat; do
    holds "quickstart_leaves_plots_as_$ending" test -n "$(find out/quickstart/plots -name "*.$ending" -size +0)"
done
