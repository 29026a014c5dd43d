#!/usr/bin/env bash
# Baselines and checks from outside: the project's own gate, every exit code, and files
# that are the same however a trial ran. (That faults are found: mutants.sh.)
set -u
# shellcheck source=tests/cli/lib.bash
. "$NG_HOME/tests/cli/lib.bash"
cd "$NG_TMP" || exit 1
export TMPDIR=$NG_TMP

# The project guards itself. Where bits were moved on purpose, this file is accepted anew.
gives the_projects_own_gate_holds 0 " 0 differ, 0 inconclusive: held" \
    "$NG" check tiny -q --baseline "$NG_HOME/baselines/tiny.txt"
same a_check_that_held_leaves_nothing "left: $(find . -name 'narrowgauge-check.*')" "left: "

cat >small.yaml <<'Y'
name: small
data:   {set: claims}
model:  {kind: mlp, hidden: [8]}
train:  {batch: 256, epochs: 1}
seeds:  [0, 3]
sweep:  {recipe: [fp32, fp8-lean]}
judge:  {margin: {accuracy: 0.5 pt}}
gates:  [ledger-exact, finite]
Y
gives no_baseline_is_5 5 "There is no baseline baselines/small.txt. To make one:" "$NG" check small.yaml -q
same a_check_without_a_baseline_trains_nothing "left: $(find . -name 'narrowgauge-check.*')" "left: "
holds small_trains "$NG" run small.yaml -q
gives accept_needs_a_reason 2 "--reason TEXT" "$NG" baseline accept out/small
gives accept_needs_more_than_blanks 2 "--reason TEXT" "$NG" baseline accept out/small --reason ' '
gives baseline_knows_one_word 2 "expected 'baseline accept FOLDER'" "$NG" baseline show out/small --reason x
gives dry_run_says_what_it_would_write 0 "Would write baselines/small.txt" \
    "$NG" baseline accept out/small --reason x -n
gives dry_run_writes_nothing 1 '' test -e baselines
gives accept_writes_the_file 0 "Wrote baselines/small.txt: 2 arms" \
    "$NG" baseline accept out/small --reason "First."
same lines_are_short "$(awk 'length > 119' baselines/small.txt | wc -l)" 0
gives accept_again_says_that_nothing_changes 0 "nothing but date, reason and program" \
    "$NG" baseline accept out/small --reason "Again."
gives a_folder_that_is_no_run_is_refused 2 "plan.jsonl" "$NG" baseline accept . --reason x
gives a_file_that_is_no_baseline_is_not_replaced 2 "move it away" \
    "$NG" baseline accept out/small --reason x --baseline small.yaml

gives check_of_a_folder_holds 0 "10 held" "$NG" check out/small
gives check_of_an_experiment_holds 0 "10 held" "$NG" check small.yaml -q --jobs 1 --threads 3
NG_ISA=scalar gives check_under_scalar_bodies_holds 0 "10 held" "$NG" check small.yaml -q

# What is read here is believed by nobody: an oracle counts the cases and the verdicts.
"$NG" check out/small --json --junit held.xml >held.json
sed -i '0,/^trial 3 result ./s//&/; 0,/\(trial 3 result \)[0-9a-f]\{8\}/s//\100000000/' baselines/small.txt
sed -i 's/^\(tensor layer.1.linear\/output [0-9a-f]* \)[0-9a-f]\{8\}/\100000000/' baselines/small.txt
gives another_bit_is_1 1 "fp32: first tensor that moved: layer.1.linear/output, in training step 2;" \
    "$NG" check out/small
gives another_bit_of_a_fresh_run_is_1 1 "The fresh run files are kept in $NG_TMP/narrowgauge-check." \
    "$NG" check small.yaml -q
holds the_kept_folder_can_be_shown "$NG" show "$(echo "$NG_TMP"/narrowgauge-check.*/small)"
"$NG" check out/small --json --junit red.xml >red.json 2>/dev/null
if command -v python3 >/dev/null; then
    holds json_and_junit_say_the_same python3 - <<'P'
import json, xml.etree.ElementTree as E
for name, differ in (("held", 0), ("red", 1)):
    j, x = json.load(open(name + ".json")), E.parse(name + ".xml").getroot()
    cases = x.findall("testsuite/testcase")
    assert len(cases) == len(j["comparisons"]) == 8 == int(x.attrib["tests"])
    assert j["differ"] == differ == len(x.findall("testsuite/testcase/failure")) == int(x.attrib["failures"])
    assert [s.attrib["name"] for s in x] == ["fp32", "fp8-lean", "gates"]
    assert all(c.attrib["classname"] and c.attrib["name"] for c in cases)
assert j["arms"][0]["first_moved"] == {"step": 2, "tensor": "layer.1.linear/output"}
P
else
    echo "skip json_and_junit_say_the_same: no python3"
fi
gives accept_shows_old_and_new 0 "s3 result            00000000" \
    "$NG" baseline accept out/small --reason "Back."

# What cannot be compared is 5, what is no baseline 2.
baseline_with() { sed "$1" baselines/small.txt >other.txt; }
baseline_with 's/^numerics_version .*/numerics_version 999/'
gives other_numerics_are_5 5 "numerics version 999" "$NG" check out/small -b other.txt
baseline_with 's/^narrowgauge-baseline 1/narrowgauge-baseline 9/'
gives another_format_is_5 5 "format version 9" "$NG" check out/small -b other.txt
baseline_with 's/^data_sha256 ..../data_sha256 0000/'
gives other_data_are_5 5 "the data differ" "$NG" check out/small -b other.txt
gives another_plan_is_5 5 "is another one: its plan hash" "$NG" check small.yaml -q train.lr=0.01
gives fewer_trials_are_5 5 "the baseline has the trial fp32 s3" "$NG" check small.yaml -q 'seeds=[0]'
head -n -1 baselines/small.txt >other.txt
gives a_cut_baseline_is_2 2 "was cut short" "$NG" check out/small -b other.txt
gives a_run_file_is_no_sweep 2 "is one run file" "$NG" check x.h5
gives overrides_of_a_folder_are_refused 2 "whose keys are fixed" "$NG" check out/small train.lr=1

# Seeds may be named in any order.
sed 's/^name: small/name: order/; s/^seeds: .*/seeds: [3, 0]/' small.yaml >order.yaml
holds seeds_out_of_order_train "$NG" run order.yaml -q
gives seeds_out_of_order_are_accepted 0 "Wrote" "$NG" baseline accept out/order --reason x
gives seeds_out_of_order_are_checked 0 "10 held" "$NG" check out/order

# A baseline that says native does not free a simulated arm of its bits.
baseline_with 's/^computed simulated/computed native/; s/^threshold result .*/threshold result any not bit-exact (native)/'
gives equal_native_arms_with_a_spread_hold 0 "0 inconclusive: held" "$NG" check out/small -b other.txt
sed -i 's/^threshold nll [^ ]*/threshold nll nan/' other.txt
gives an_unknown_threshold_is_4 4 "2 inconclusive: inconclusive" "$NG" check out/small -b other.txt
sed -i '0,/\(trial 3 result \)[0-9a-f]\{8\}/s//\100000000/' other.txt
gives a_moved_simulated_arm_called_native_is_1 1 "fp32, s3 result_hash" "$NG" check out/small -b other.txt

# A trial without its run file, and a gate that fails.
cp -r out/small missing
rm "$(find missing/runs -name '*-s3.h5' | sort | head -1)"
gives a_missing_run_is_1 1 "no result: " "$NG" check missing
gives an_unfinished_run_is_not_accepted 2 "is not finished" "$NG" baseline accept missing --reason x
"$NG" run small.yaml -q --out hot train.lr=1000 'seeds=[0]' >/dev/null 2>&1
gives a_failed_gate_is_not_accepted 1 "the gate finite failed" \
    "$NG" baseline accept hot/small --reason x --baseline hot.txt
"$NG" run small.yaml -q --out hotter train.lr=1000 'seeds=[0]' gates=[] >/dev/null 2>&1
gives divergence_without_a_gate_is_accepted 0 "Wrote hot.txt" \
    "$NG" baseline accept hotter/small --reason "Breaks down on purpose." --baseline hot.txt
gives divergence_stays_what_it_was 0 " 0 differ, 0 inconclusive: held" "$NG" check hotter/small -b hot.txt
gives a_gate_that_only_the_run_has_is_judged 1 "first gates, finite" "$NG" check hot/small -b hot.txt
rm hot/small/comparison.h5
gives gates_that_nobody_knows_are_no_success 2 "is not finished" "$NG" check hot/small -b hot.txt

# Fingerprints do not depend on how a trial ran: stopped within its first steps, too. The
# scalar bodies are slow enough to be met there.
slow=(tiny 'sweep.recipe=[fp8-lean]' 'model.hidden=[640]' train.batch=2048 train.epochs=3)
told() { grep -q '"event":"step".*"step":[1-4]' stopped/tiny/events.jsonl; }
holds a_straight_run_ends "$NG" run "${slow[@]}" -q --out straight
NG_ISA=scalar "$NG" run "${slow[@]}" -q --out stopped >stopped.log 2>&1 &
pid=$!
wait_for 60 told || bad a_run_is_stopped_early "no step was told"
kill -TERM $pid
wait $pid
same a_run_is_stopped_early "code $?" "code 75"
holds a_stopped_run_goes_on "$NG" run "${slow[@]}" -q --out stopped
for run in straight stopped; do
    "$NG" baseline accept $run/tiny --reason x --baseline $run.txt >/dev/null
done
same fingerprints_of_a_stopped_run_are_those_of_a_straight_one \
    "$(sha256sum <stopped.txt)" "$(sha256sum <straight.txt)"
