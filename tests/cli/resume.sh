#!/usr/bin/env bash
# A run that is stopped or killed goes on, and ends with the bits of a straight one.
set -u
# shellcheck source=tests/cli/lib.bash
. "$NG_HOME/tests/cli/lib.bash"
cd "$NG_TMP" || exit 1

# Some seconds of training, so that there is a middle. fp8-lean rounds stochastically and
# keeps narrow moments: the recipe with the most state to lose.
job=(tiny 'sweep.recipe=[fp32,fp8-lean]' 'model.hidden=[192,192]' train.epochs=16 --jobs 2)

# folder: some trial is in the middle of its steps.
in_the_middle() { grep -q '"event":"step".*"step":[1-9]' "$1/tiny/events.jsonl"; }
# folder: more step events than there were.
further() { [ "$(grep -c '"event":"step"' "$1/tiny/events.jsonl")" -gt "$2" ]; }
nobody_trains() { ! pgrep -f -- "--out $1" >/dev/null; }

"$NG" run "${job[@]}" --out straight -q >straight.log 2>&1
same straight_run_exits_with_0 "code $?" "code 0"
reference=$(hashes straight/tiny)

for signal in INT TERM USR1; do
    "$NG" run "${job[@]}" --out "$signal" -q >"$signal.log" 2>&1 &
    pid=$!
    wait_for 60 in_the_middle "$signal" || bad "SIG${signal}_meets_a_running_trial" "none"
    kill -"$signal" $pid
    wait $pid
    same "SIG${signal}_exits_with_75" "code $?" "code 75"
    gives "SIG${signal}_says_how_to_go_on" 0 "To go on: " cat "$signal.log"
    holds "SIG${signal}_leaves_checkpoints" test -n "$(find "$signal/tiny/runs" -name '*.ckpt')"
    gives "SIG${signal}_makes_no_report" 1 '' test -e "$signal/tiny/report.html"
    gives "report_after_SIG${signal}_says_why_not" 2 'not all' "$NG" report "$signal/tiny"
done

# The run goes on from its checkpoints and is killed without warning.
steps=$(grep -c '"event":"step"' INT/tiny/events.jsonl)
"$NG" run "${job[@]}" --out INT -q >killed.log 2>&1 &
pid=$!
wait_for 60 further INT "$steps" || bad kill_meets_a_running_trial "none"
resumed=$(grep '"event":"step"' INT/tiny/events.jsonl | sed -n "$((steps + 1))p" |
    sed -E 's/.*"step":([0-9]+).*/\1/')
if [ "${resumed:-0}" -gt 0 ]; then
    echo "ok resumed_run_starts_from_its_checkpoint"
else
    bad resumed_run_starts_from_its_checkpoint "first step told: $resumed"
fi
kill -KILL $pid
wait $pid 2>/dev/null
if wait_for 1 nobody_trains INT; then
    echo "ok killed_run_leaves_no_orphan"
else
    bad killed_run_leaves_no_orphan "$(pgrep -fa -- '--out INT')"
fi
"$NG" run "${job[@]}" --out INT -q >again.log 2>&1
same killed_run_goes_on "code $?" "code 0"
same stopped_and_killed_run_has_the_same_bits "$(hashes INT/tiny)" "$reference"
same nothing_is_left_over "$(find INT/tiny -name '*.ckpt' -o -name '*.part' | wc -l)" 0

# A damaged checkpoint costs time, not truth.
for checkpoint in TERM/tiny/runs/*.ckpt; do truncate -s 1000 "$checkpoint"; done
for checkpoint in USR1/tiny/runs/*.ckpt; do : >"$checkpoint"; done
for folder in TERM USR1; do
    "$NG" run "${job[@]}" --out $folder -q >$folder.log 2>&1
    same "damaged_checkpoint_is_survived_in_$folder" "code $? $(hashes $folder/tiny)" "code 0 $reference"
done

# A worker that dies takes only its own trial with it.
"$NG" run "${job[@]}" --out worker >worker.log 2>&1 &
pid=$!
wait_for 60 in_the_middle worker || bad worker_is_running "none"
victim=$(pgrep -P $pid | head -n 1)
kill -KILL "$victim"
wait $pid
same dead_worker_exits_with_3 "code $?" "code 3"
gives dead_worker_is_reported_with_its_signal 0 'signal 9' cat worker.log
same dead_worker_spares_the_other_trial "$(find worker/tiny/runs -name '*.h5' | wc -l)" 1
"$NG" run "${job[@]}" --out worker -q >worker.log 2>&1
same dead_worker_is_made_good "code $? $(hashes worker/tiny)" "code 0 $reference"

"$NG" run "${job[@]}" --out fast --fail-fast >fast.log 2>&1 &
pid=$!
wait_for 60 in_the_middle fast || bad fail_fast_worker_is_running "none"
kill -KILL "$(pgrep -P $pid | head -n 1)"
wait $pid
same fail_fast_exits_with_3 "code $?" "code 3"
same fail_fast_stops_the_others "$(find fast/tiny/runs -name '*.h5' | wc -l)" 0

# A second signal does not wait for checkpoints.
"$NG" run "${job[@]}" --out twice -q >twice.log 2>&1 &
pid=$!
wait_for 60 in_the_middle twice || bad second_signal_meets_a_running_trial "none"
kill -STOP "$(pgrep -P $pid | head -n 1)"
kill -TERM $pid
sleep 0.3
kill -TERM $pid
wait $pid
same second_signal_aborts_with_75 "code $?" "code 75"
if wait_for 1 nobody_trains twice; then
    echo "ok second_signal_leaves_no_orphan"
else
    bad second_signal_leaves_no_orphan "$(pgrep -fa -- '--out twice')"
fi
