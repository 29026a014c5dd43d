#!/usr/bin/env bash
# `run tabular`: somebody's own table, its card, and what is refused with a sentence.
set -u
# shellcheck source=tests/cli/lib.bash
. "$NG_HOME/tests/cli/lib.bash"
cd "$NG_TMP" || exit 1

short=(seeds=0 "sweep.recipe=[fp32, bf16]" train.epochs=1)
tabular() { "$NG" run tabular "$@" "${short[@]}"; }

awk 'BEGIN {
    print "id,age,dose,region,sex,churned"
    for (i = 0; i < 400; i++)
        print "u" i "," i * 7 % 60 "," i * 13 % 101 / 4 "," substr("nsew", i * 5 % 4 + 1, 1) "," \
            (i % 7 < 4 ? "f" : "m") "," ((i * 7 % 60) + (i * 13 % 101) / 4 > 40 ? "yes" : "no")
}' >my.csv

gives tabular_tells_what_it_inferred 0 'label churned: no (' tabular data.file=my.csv data.label=churned \
    data.slices=region,sex,'region x sex'
gives tabular_judges_slices 0 '| region: n |' cat out/tabular-my/report.md
gives tabular_judges_crossings 0 '| region x sex: n x ' cat out/tabular-my/report.md
gives tabular_writes_the_card_it_used 0 '{name: region, type: category}' cat out/tabular-my/card.yaml
gives tabular_again_goes_on 0 'all finished before, in out/tabular-my' tabular data.file=./my.csv \
    data.label=churned data.slices=region,sex,'region x sex'
gives the_card_gives_the_same_trials 0 'all finished before, in out/tabular-my' tabular \
    data.set=out/tabular-my/card.yaml --data . judge.slices=region
gives a_dry_run_writes_nothing 0 'ignored: id (400 different texts)' tabular -n --out none \
    data.file=my.csv data.label=churned
if [ -e none ]; then bad a_dry_run_leaves_no_folder "it is there"; else echo "ok a_dry_run_leaves_no_folder"; fi
gives json_has_what_was_inferred 0 '"inferred":' tabular -n --json data.file=my.csv data.label=churned
out=$(tabular -q data.file=my.csv data.label=churned data.slices=region,sex,'region x sex' 2>&1)
same quiet_says_nothing_of_types 0 "$(grep -c '^numbers:' <<<"$out")"

cp my.csv whole.csv
sed -i '$d' my.csv
gives another_table_is_refused 2 'the data changed since' tabular data.file=my.csv data.label=churned
cp whole.csv my.csv
gives the_earlier_results_stand 0 'all finished before' tabular data.file=my.csv data.label=churned \
    data.slices=region,sex,'region x sex'
mkdir -p away
cp my.csv away/
printf 'name: mine\nextends: tabular\ndata: {file: my.csv, label: churned}\n' >away/mine.yaml
gives a_file_names_the_table_beside_it 0 'mine: 2 trials' "$NG" run away/mine.yaml "${short[@]}" -n

gives without_a_table_it_says_what_to_type 2 'data.file=my.csv data.label=churned' "$NG" run tabular
gives without_a_label_it_says_what_to_type 2 'data.label=COLUMN' "$NG" run tabular data.file=my.csv
gives no_such_file 2 'absent.csv' tabular data.file=absent.csv data.label=y
gives a_misspelt_label_is_suggested 2 "did you mean 'churned'?" tabular data.file=my.csv data.label=churn
gives a_slice_of_names_is_refused 2 "data.slices" tabular data.file=my.csv data.label=churned data.slices=idd
gives a_crossing_with_itself_is_refused 2 'crosses one with itself' tabular data.file=my.csv \
    data.label=churned data.slices='sex x sex'
gives judged_slices_must_be_read 2 'data.slices does not name' tabular data.file=my.csv \
    data.label=churned judge.slices=region
gives a_card_needs_no_table 2 'data.file belongs to a table of your own' "$NG" run quickstart data.file=my.csv
awk -F, 'NR == 1 {print $0 ",gone"; next} {print $0 "," ($6 == "yes")}' my.csv >leak.csv
gives a_leak_is_refused 2 "data.ignore='gone'" tabular data.file=leak.csv data.label=churned
gives a_leak_can_be_ignored 0 'gone (as you said)' tabular -n data.file=leak.csv data.label=churned \
    data.ignore=gone
awk -F, 'NR % 20 == 2 {print $1 "," $2 "," $3 "," $4 "," $5 ","; next} {print}' my.csv >gaps.csv
gives rows_without_a_label_are_left_out 0 '20 rows without a label are left out' tabular data.file=gaps.csv \
    data.label=churned data.slices=sex data.ignore=sex
gives what_is_ignored_is_judged 0 '| sex: m |' cat out/tabular-gaps/report.md
gives the_card_says_that_it_drops 0 'unlabelled: drop' cat out/tabular-gaps/card.yaml
gives the_card_ignores_the_column 0 '{name: sex, type: ignore}' cat out/tabular-gaps/card.yaml
gives that_card_gives_the_same_trials 0 'all finished before, in out/tabular-gaps' tabular \
    data.set=out/tabular-gaps/card.yaml --data . judge.slices=sex
gives a_number_to_be_predicted_is_refused 2 'a number to be predicted' tabular -n data.file=my.csv data.label=dose
sed '1s/region/region\/state/' my.csv >slash.csv
gives a_name_that_no_slice_can_have_is_refused_at_once 2 "without '/'" tabular data.file=slash.csv \
    data.label=churned data.slices=region/state
head -c 100 my.csv | tr 'a' '\0' >zero.csv
gives no_text_is_refused 2 'zero bytes' tabular data.file=zero.csv data.label=churned

gives list_says_that_it_needs_a_table 0 'data.file=FILE.csv data.label=COLUMN' "$NG" list
gives show_works_without_a_table 0 'data.set = tabular' "$NG" show tabular

if [ -z "${NG_DATA:-}" ] || [ ! -r "$NG_DATA/adult/adult.data" ]; then
    for name in adult occupancy weather; do
        echo "skip tabular_learns_$name: NG_DATA has no such data"
    done
    exit 0
fi
{
    echo "age,workclass,fnlwgt,education,education-num,marital-status,occupation,relationship,race,sex,capital-gain,capital-loss,hours-per-week,native-country,income"
    cat "$NG_DATA/adult/adult.data"
} >adult.csv
gives tabular_learns_adult 0 '<=50K (24,720 rows), >50K (7,841)' tabular data.file=adult.csv \
    data.label=income data.slices=sex
gives tabular_learns_occupancy 0 'ignored: row (row numbers)' tabular \
    data.file="$NG_DATA/occupancy/datatraining.txt" data.label=Occupancy
paste -d, "$NG_DATA/weather/NEweather_data.csv" "$NG_DATA/weather/NEweather_class.csv" >weather.csv
gives tabular_learns_weather 0 'label x9: 0 (12,461 rows), 1 (5,698)' tabular data.file=weather.csv data.label=x9
