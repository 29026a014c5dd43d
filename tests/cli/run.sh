#!/usr/bin/env bash
# `run`: plan, progress, results, JSON, overrides.
set -u
# shellcheck source=tests/cli/lib.bash
. "$NG_HOME/tests/cli/lib.bash"
cd "$NG_TMP" || exit 1

gives dry_run_prints_the_plan 0 '5 trials (5 recipes x 1 seed)' "$NG" run tiny -n
gives dry_run_says_that_nothing_was_written 0 'nothing was trained or written' "$NG" run tiny -n
if [ -e out ]; then bad dry_run_writes_nothing "it made out/"; else echo "ok dry_run_writes_nothing"; fi

"$NG" run tiny >first.out 2>first.err
same run_exits_with_0 "code $?" "code 0"
gives progress_goes_to_stderr 0 'ok' sh -c 'grep -q "^tiny: 5 trials" first.err && ! grep -q "^tiny: 5" first.out && echo ok'
gives results_go_to_stdout 0 'Report: out/tiny/report.html' cat first.out
for word in fp32 bf16 fp8-e4m3 fp8-e5m2 fp8-lean; do
    gives "table_has_$word" 0 "$word" cat first.out
done
gives one_seed_is_not_enough_evidence 0 'not enough evidence' cat first.out
for file in plan.jsonl comparison.h5 events.jsonl report.html report.md; do
    holds "run_leaves_$file" test -s "out/tiny/$file"
done
same run_leaves_five_run_files "$(find out/tiny/runs -type f | wc -l)" 5
gives dry_run_afterwards_finds_them 0 'finished before' "$NG" run tiny -n

before=$(contents out/tiny/runs)
gives second_run_trains_nothing 0 'all finished before' "$NG" run tiny
same second_run_leaves_the_run_files_alone "$(contents out/tiny/runs)" "$before"

reference=$(hashes out/tiny)
"$NG" run tiny --out other --jobs 1 --threads 3 -q >/dev/null 2>quiet.err
same jobs_and_threads_do_not_change_a_bit "$(hashes other/tiny)" "$reference"
same quiet_run_prints_no_progress "errors:$(cat quiet.err)" "errors:"

if command -v python3 >/dev/null; then
    "$NG" run tiny --json -q >run.json
    holds run_json_parses python3 -m json.tool run.json
    "$NG" run tiny --json -n >plan.json
    holds dry_run_json_parses python3 -m json.tool plan.json
    holds run_json_has_short_numbers python3 -c '
import json
seen = []
json.load(open("run.json"), parse_float=lambda text: seen.append(text))
digits = [len(text.split("e")[0].replace(".", "").lstrip("-0")) for text in seen]
assert seen and max(digits) <= 12, max(seen, key=len)'
    holds events_parse python3 -c '
import json
lines = [json.loads(line) for line in open("out/tiny/events.jsonl")]
assert lines[0]["event"] == "sweep" and lines[-1]["event"] == "end", lines
done = [l for l in lines if l.get("phase") == "finished"]
assert len(done) == 5 and all(len(l["result_hash"]) == 64 for l in done), done'
else
    for name in run_json_parses run_json_has_short_numbers dry_run_json_parses events_parse; do
        echo "skip $name: python3 is not installed"
    done
fi

gives report_says_what_guessing_reaches 0 'always guessing the commonest class: ' cat out/tiny/report.md
gives json_says_what_guessing_reaches 0 '"largest_class": 0.' "$NG" run tiny --json -q
"$NG" run tiny 'sweep.recipe=[fp32]' 'sweep.model.hidden=[[8], [16, 8]]' --out sizes -q >/dev/null 2>&1
gives summary_leaves_out_what_was_swept 0 'Training: mlp, hidden swept, on ' cat sizes/tiny/report.md

# A loss that overflows is a result.
"$NG" run tiny 'sweep.recipe=[fp32]' train.lr=1000 --out wild -q >wild.out 2>&1
same diverged_trial_exits_with_0 "code $?" "code 0"
gives diverged_trial_is_named 0 'iverged' cat wild.out

gives experiment_file_runs 0 '2 trials (1 recipe x 2 seeds)' \
    "$NG" run "$NG_HOME/experiments/named/tiny.yaml" 'sweep.recipe=[bf16]' seeds=0..1 --out file -n
gives unknown_gate_is_refused_before_training 2 'gate' "$NG" run tiny 'gates=[finitee]' --out gate
gives run_of_a_run_folder_says_what_to_do 2 'type again' "$NG" run out/tiny
sed 's|^name: tiny|name: ../tiny|' "$NG_HOME/experiments/named/tiny.yaml" >name.yaml
gives name_that_leads_elsewhere_is_refused 2 'name' "$NG" run ./name.yaml
gives isa_that_is_unknown_is_refused 2 'NG_ISA' env NG_ISA=mmx "$NG" run tiny --out isa
gives missing_data_is_named 2 'optdigits.tra' "$NG" run optdigits --data "$NG_TMP/none"
