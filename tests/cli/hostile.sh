#!/usr/bin/env bash
# Places to read from and to write to that nobody should give: one sentence, the right exit
# code, and what was there stays.
set -u
# shellcheck source=tests/cli/lib.bash
. "$NG_HOME/tests/cli/lib.bash"
cd "$NG_TMP" || exit 1

"$NG" run tiny 'sweep.recipe=[fp32,bf16]' 'model.hidden=[8]' train.epochs=1 -q >log 2>&1 ||
    bad a_run_to_start_from "$(cat log)"
"$NG" baseline accept out/tiny --reason 'The first.' --baseline base.txt >log 2>&1 ||
    bad a_baseline_to_start_from "$(cat log)"

# --- a JUnit file is never put in the place of something else -------------------------

mkfifo pipe
mkdir folder
ln -s base.txt link
for place in pipe folder link; do
    gives "junit_in_place_of_a_${place}_is_refused" 2 'is not a regular file' \
        "$NG" check out/tiny --baseline base.txt --junit $place
done
same what_was_there_is_still_there "$(find pipe folder link -printf '%y')" pdl
gives junit_in_no_folder_is_refused_before_training 2 'There is no folder none' \
    "$NG" check tiny --baseline base.txt --junit none/check.xml
gives junit_beside_it_is_written 0 'check.xml' \
    sh -c "'$NG' check out/tiny --baseline base.txt --junit check.xml && ls check.xml"

# --- a limit on the size of files is an error, not an end -----------------------------

before=$(contents out/tiny)
for command in 'report out/tiny' 'export out/tiny --format npz --out small'; do
    gives "file_size_limit_is_told_by_${command%% *}" 3 'File too large' \
        bash -c "ulimit -f 1; '$NG' $command"
done
same file_size_limit_loses_nothing "$(contents out/tiny)" "$before"

# --- a path that leads nowhere --------------------------------------------------------

ln -s loop loop
long=$(printf 'x%.0s' {1..300})
for path in loop "$long"; do
    gives "rows_at_${path:0:4}_are_no_input" 2 'cannot be opened' "$NG" eval --rows "$path"
    gives "table_at_${path:0:4}_is_no_input" 2 'cannot be opened' \
        "$NG" run tabular data.file="$path" data.label=y
done

mkdir -p data/own
mkfifo data/own/pipe.csv
cat >own.yaml <<'CARD'
name: own
title: A pipe in place of a file
reader: csv
files:
  - role: all
    path: own/pipe.csv
    sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
    url: file:///nowhere
columns:
  - {name: x, type: number}
  - {name: y, type: label}
origin: nobody
licence: none
CARD
gives fetch_does_not_wait_for_a_pipe 2 'is not a regular file' \
    timeout 10 "$NG" data fetch ./own.yaml --data data

# --- texts that others wrote ----------------------------------------------------------

{
    echo example,arm,label,prediction,confidence
    for arm in x $'y\e[31m'; do
        for i in {1..20}; do echo "$i,$arm,$((i % 2)),$((i % 2)),0.5"; done
    done
} >escape.csv
gives escape_in_an_arm_does_not_reach_the_terminal 2 "'y?[31m'" "$NG" eval --rows escape.csv
same refused_rows_write_nothing "$(find out -name 'eval-*' | wc -l)" 0

{
    echo 'a,b,c,"d ",y'
    for i in {1..3000}; do
        echo "$((i % 17)),k$((i * 7 % 79)),k$((i * 11 % 83)),m$((i % 2)),$((i % 3 > 0))"
    done
} >groups.csv
table=(tabular data.file=groups.csv data.label=y train.epochs=1 'sweep.recipe=[fp32]' seeds=0 -q)
gives too_many_groups_are_told_before_training 2 'more than 4096 groups' \
    "$NG" run "${table[@]}" 'data.slices=b x c'
same too_many_groups_train_nothing "$(find out -name 'tabular-*' | wc -l)" 0
gives a_blank_at_the_end_of_a_name_is_part_of_it 0 'reference' \
    "$NG" run "${table[@]}" "data.slices=['d ']"
