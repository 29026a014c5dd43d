#!/usr/bin/env bash
# Whatever state the output folder is in: one sentence, the right exit code, nothing lost.
set -u
# shellcheck source=tests/cli/lib.bash
. "$NG_HOME/tests/cli/lib.bash"
cd "$NG_TMP" || exit 1
job=(tiny 'sweep.recipe=[fp32,bf16]' 'model.hidden=[16]' train.epochs=1 -q)

"$NG" run "${job[@]}" >log 2>&1 || bad a_run_to_start_from "$(cat log)"
reference=$(hashes out/tiny)
before=$(contents out/tiny)

# --- another plan's folder ------------------------------------------------------------

gives changed_plan_is_refused 2 'train.epochs is 1 there and 2 here; use --out DIR' \
    "$NG" run "${job[@]}" train.epochs=2
gives changed_real_is_told_in_decimals 2 'train.lr is 0.001 there and 0.002 here' \
    "$NG" run "${job[@]}" train.lr=2e-3
gives changed_plan_can_still_be_looked_at 0 'train.epochs is 1 there' \
    "$NG" run "${job[@]}" train.epochs=2 -n
gives changed_plan_is_printed_by_the_dry_run 0 '2 trials (2 recipes x 1 seed)' \
    "$NG" run "${job[@]}" train.epochs=2 -n
gives smaller_plan_is_refused 2 'bf16 s0, is not among the 1' \
    "$NG" run "${job[@]}" 'sweep.recipe=[fp32]'
gives plan_with_other_seeds_is_refused 2 'fp32 s0, is not among the 2' "$NG" run "${job[@]}" seeds=1
sed 's/^seeds: .*/seeds: [7]/' "$NG_HOME/experiments/named/tiny.yaml" >other.yaml
gives another_experiments_folder_is_refused 2 'out/tiny' "$NG" run ./other.yaml -q
same refused_runs_change_nothing "$(contents out/tiny)" "$before"
gives fewer_words_than_a_screen 0 '1' sh -c "'$NG' run tiny -q 2>&1 | grep -c narrowgauge:"

# --- a plan that grows ----------------------------------------------------------------

cp -r out grown
kept=$(hashes grown/tiny)
gives more_seeds_are_planned_beside_the_finished_ones 0 '4 trials (2 recipes x 2 seeds), 2 finished before' \
    "$NG" run "${job[@]}" seeds=0..1 --out grown -n
"$NG" run "${job[@]}" seeds=0..1 --out grown >log 2>&1
same more_seeds_are_taken "code $?" "code 0"
same more_seeds_reuse_the_finished_trials "$(hashes grown/tiny | grep -- '-s0.h5')" "$kept"
same more_seeds_are_trained "$(hashes grown/tiny | wc -l)" 4
gives fewer_seeds_are_then_refused 2 'is not among the 2' "$NG" run "${job[@]}" --out grown
more=("${job[@]}" 'sweep.recipe=[fp32,fp8-lean,bf16]' seeds=0..1 --out grown)
gives a_recipe_in_the_middle_is_taken 0 'fp8-lean' "$NG" run "${more[@]}"
gives grown_run_is_all_there 0 'all finished before' "$NG" run "${more[@]}" -n
same grown_run_kept_its_first_trials "$(hashes grown/tiny | grep -F "$(cut -d ' ' -f 1 <<<"$kept")")" "$kept"
rm "$(find grown/tiny/runs -name '*-s1.h5' | head -n 1)"
gives unfinished_run_says_how_to_go_on 0 "5 of 6 trials have finished; go on with: $NG run tiny" \
    "$NG" show grown/tiny
rm -rf grown

# --- damaged run files ----------------------------------------------------------------

run=$(find out/tiny/runs -name '*.h5' | sort | head -n 1)
cp "$run" whole.h5
damage() {
    local name=$1
    gives "${name}_is_seen_by_list" 0 'damaged' "$NG" list out/tiny
    gives "${name}_is_told_and_its_trial_runs_again" 0 'runs again' "$NG" run "${job[@]}"
    same "${name}_gives_the_same_bits_again" "$(hashes out/tiny)" "$reference"
}
truncate -s -100 "$run"
damage truncated_run_file
truncate -s 0 "$run"
damage empty_run_file
printf '\xa5\x5a' | dd of="$run" bs=1 seek=20000 conv=notrunc status=none
damage run_file_with_a_changed_byte
echo "no run" >"$run"
damage text_in_place_of_a_run_file
same damaged_files_are_kept "$(find out/tiny/runs -name '*.damaged*' | wc -l)" 4
rm -f out/tiny/runs/*.damaged*

# A whole run file of another trial, under this one's name.
cp "$(find out/tiny/runs -name '*.h5' | sort | tail -n 1)" "$run"
gives foreign_run_file_is_not_believed 0 'runs again' "$NG" run "${job[@]}"
same foreign_run_file_is_replaced "$(hashes out/tiny)" "$reference"
rm -f out/tiny/runs/*.damaged*

for file in plan.jsonl comparison.h5; do
    cp -r out damaged
    echo '{' >damaged/tiny/$file
    code=0
    if [ $file = plan.jsonl ]; then code=2; fi
    gives "damaged_${file}_is_survived" $code '' "$NG" run "${job[@]}" --out damaged
    same "damaged_${file}_costs_no_run" "$(hashes damaged/tiny)" "$reference"
    rm -rf damaged
done
cp -r out damaged
truncate -s 500 damaged/tiny/comparison.h5
gives report_of_a_damaged_comparison_is_refused 2 'comparison.h5' "$NG" report damaged/tiny

# --- folders that cannot be written ---------------------------------------------------

echo text >file
gives file_in_place_of_the_folder 3 'file' "$NG" run "${job[@]}" --out file
gives file_above_the_folder 3 'file' "$NG" run "${job[@]}" --out file/below
same file_in_the_way_is_kept "$(cat file)" text
mkdir taken
echo text >taken/tiny
gives file_in_place_of_the_sweep_folder 3 'taken/tiny' "$NG" run "${job[@]}" --out taken

as_nobody=()
if [ "$(id -u)" = 0 ]; then
    as_nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
    chmod 755 "$NG_TMP" "$(dirname "$NG_TMP")"
fi
if "${as_nobody[@]}" test -x "$NG" -a -r "$NG_HOME/experiments/named/tiny.yaml" 2>/dev/null; then
    mkdir -m 555 closed
    gives folder_that_cannot_be_written 3 'closed' "${as_nobody[@]}" "$NG" run "${job[@]}" --out closed
    cp -r out closed2
    chmod -R a-w closed2
    gives finished_folder_that_cannot_be_written 3 'closed2' "${as_nobody[@]}" "$NG" run "${job[@]}" --out closed2
    gives finished_folder_that_cannot_be_written_can_be_shown 0 'fp32' "${as_nobody[@]}" "$NG" show closed2/tiny
    gives doctor_sees_the_closed_folder 3 'cannot be written' "${as_nobody[@]}" "$NG" doctor --out closed
else
    echo "skip folder_that_cannot_be_written: no other user can run the program here"
fi

# --- a full disk ----------------------------------------------------------------------

# A limit on the size of files stands for the full disk: write(2) fails in the middle.
cp -r out full
rm "full/tiny/runs/$(basename "$run")" full/tiny/comparison.h5
kept=$(contents full/tiny/runs)
(
    trap '' XFSZ
    ulimit -f 100
    "$NG" run "${job[@]}" --out full >full.log 2>&1
)
same full_disk_exits_with_3 "code $?" "code 3"
gives full_disk_is_told 0 'no result' cat full.log
same full_disk_keeps_earlier_results "$(contents full/tiny/runs | grep '\.h5$')" "$kept"
same full_disk_leaves_no_part "$(find full -name '*.part' | wc -l)" 0
gives full_disk_is_made_good 0 'Report' "$NG" run "${job[@]}" --out full
same full_disk_gives_the_same_bits_later "$(hashes full/tiny)" "$reference"

mkdir disk
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=256k none disk 2>/dev/null; then
    gives small_disk_is_seen_before_training 3 'room' "$NG" run "${job[@]}" --out disk
    same small_disk_holds_no_run "$(find disk -name '*.h5' | wc -l)" 0
    umount disk
else
    echo "skip small_disk_is_seen_before_training: no file system can be mounted here"
fi

# --- two runs into one folder ---------------------------------------------------------

long=(tiny 'sweep.recipe=[fp32,bf16]' 'model.hidden=[256,256]' train.epochs=40 -q --out both)
"$NG" run "${long[@]}" >first.log 2>&1 &
pid=$!
wait_for 30 grep -q '"phase":"running"' both/tiny/events.jsonl
gives second_run_into_one_folder_is_refused 2 "in use by another narrowgauge run (process $pid)" \
    "$NG" run "${long[@]}"
holds first_run_is_not_disturbed kill -0 $pid
kill -INT $pid
wait $pid
same first_run_stops_as_asked "code $?" "code 75"
gives folder_is_free_afterwards 0 'waiting' "$NG" run "${long[@]}" -n
