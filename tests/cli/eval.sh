#!/usr/bin/env bash
# `eval --rows` judges predictions that were made elsewhere.
set -u
# shellcheck source=tests/cli/lib.bash
. "$NG_HOME/tests/cli/lib.bash"
cd "$NG_TMP" || exit 1

# file, separator, fp8's share of extra errors in 1000, arms: 400 examples of two classes, three
# seeds, a group of seven rows ("isle") of which fp8 gets exactly three right.
rows() {
    awk -v OFS="$2" -v extra="$3" -v arms="$4" 'BEGIN {
        print "example", "arm", "seed", "label", "score_no", "score_yes", "region", "age"
        count = split(arms, arm, " ")
        for (a = 1; a <= count; a++) for (s = 0; s < 3; s++) for (i = 0; i < 400; i++) {
            wrong = (i * 37 + s * 11) % 100 < 12 || (a > 1 && (i * 53 + s) % 1000 < extra)
            region = i < 7 ? "isle" : i % 3 ? "north" : "south"
            if (i < 7) wrong = a > 1 ? i > 2 : 0
            yes = i % 2 != wrong ? 0.75 : 0.25
            print "e" i, arm[a], s, i % 2 ? "yes" : "no", 1 - yes, yes, region, 20 + i % 60
        } }' >"$1"
}

rows safe.csv , 0 'fp32 fp8'
rows harm.csv ';' 60 'FP32 fp8'
rows tabs.csv "$(printf '\t')" 60 'base other'
gives eval_names_the_harmful_arm 0 'fp8 loses more than the margin' "$NG" eval --rows harm.csv
gives eval_says_which_arm_is_the_reference 0 'the reference is FP32 (by its name)' \
    "$NG" eval --rows harm.csv
gives eval_takes_the_first_arm_and_says_so 0 'base (the first arm, because none is called fp32)' \
    "$NG" eval --rows tabs.csv
gives eval_takes_the_arm_asked_for 0 'the reference is other (as asked)' \
    "$NG" eval --rows tabs.csv --reference other
gives eval_margin_decides 0 'fp8 is safe overall' "$NG" eval --rows harm.csv --margin 20
gives eval_refuses_an_unknown_reference 2 'did you mean "base"' \
    "$NG" eval --rows tabs.csv --reference bose
gives eval_refuses_a_negative_margin 2 '0..100' "$NG" eval --rows safe.csv --margin -1
gives eval_refuses_a_folder 2 'no use for' "$NG" eval out/eval-safe
gives eval_needs_rows 2 '--rows FILE' "$NG" eval
gives eval_refuses_an_unknown_slice 2 'regoin' "$NG" eval --rows safe.csv --slices regoin
gives eval_refuses_a_missing_file 2 'nothing.csv' "$NG" eval --rows nothing.csv
mkdir folder.csv
gives eval_refuses_a_folder_as_rows 2 'folder.csv' "$NG" eval --rows folder.csv
gives eval_crosses_slices 0 '"band": "north x below 34"' \
    "$NG" eval --rows harm.csv --slices 'region, region x age' --json

# No memory, no training, no figure of the group of seven rows (3 of 7 is 42.9 %).
"$NG" eval --rows harm.csv --slices region --out all --json >all.json 2>log
"$NG" eval --rows harm.csv --slices region --out all >all.txt 2>&1
folder=all/eval-harm
for file in comparison.h5 report.html report.md plots/accuracy.svg plots/groups.svg; do
    holds "eval_writes_$(basename "$file")" test -s "$folder/$file"
done
for file in all.json all.txt $folder/report.html $folder/report.md; do
    name=$(basename "$file")
    said=$(grep -v ';base64,' "$file" | grep -ciE 'MiB|B/param|persistent|planned|training loss|n/a B|result.hash')
    same "eval_${name}_speaks_of_no_memory" "$said" 0
    said=$(grep -v ';base64,' "$file" | grep -cE '42\.[89]|57\.[12]|0\.428571|0\.571428|"rows": 7\b')
    same "eval_${name}_has_no_figure_of_seven_rows" "$said" 0
done
gives eval_json_keeps_the_small_group_by_name 0 '"band": "(rare)"' cat all.json
gives eval_report_says_why_the_small_group_is_empty 0 'fewer than 10 rows' cat $folder/report.md
gives eval_answer_counts_the_small_group_as_unproven 0 'suppressed with fewer than 10 rows' \
    "$NG" eval --rows safe.csv --slices region --margin 20
if python3 -c 'import h5py' 2>/dev/null; then
    gives eval_file_holds_no_figure_of_seven_rows 0 'rows 0, nan nan' python3 -c "
import h5py
f = h5py.File('$folder/comparison.h5')
g = [b.decode() for b in f['groups/band'][()]].index('(rare)')
print('rows', f['groups/rows'][g], end=', ')
print(f['arm/1/group_accuracy'][g][0], f['arm/1/group_difference'][g][0])"
else
    echo 'skip eval_file_holds_no_figure_of_seven_rows: python3-h5py is not installed'
fi

# The folder is one that `report` draws again and that other commands refuse kindly.
rm $folder/report.html
gives report_draws_an_eval_again 0 'fp8 loses more than the margin' "$NG" report $folder
holds report_of_an_eval_is_there test -s $folder/report.html
gives show_of_an_eval_says_what_shows_it 2 "narrowgauge report $folder" "$NG" show $folder
cp $folder/comparison.h5 first.h5
"$NG" eval --rows harm.csv --slices region --out all --quiet >/dev/null 2>&1
same eval_twice_gives_the_same_answer "$("$NG" report $folder)" "$(sed -n '/^arm/,$p' all.txt)"
