#!/usr/bin/env bash
# `list` and `doctor` say what there is, without changing anything.
set -u
# shellcheck source=tests/cli/lib.bash
. "$NG_HOME/tests/cli/lib.bash"
cd "$NG_TMP" || exit 1

gives list_shows_the_question 0 'What do narrow formats cost' "$NG" list
for recipe in fp32 bf16 fp8-e4m3 fp8-e5m2 fp8-lean; do
    gives "list_shows_recipe_$recipe" 0 "  $recipe " "$NG" list
done
gives list_names_the_missing_file 0 'not found: optdigits/optdigits.tra' "$NG" list --data "$NG_TMP/none"
mkdir -p shared/narrowgauge/optdigits
touch shared/narrowgauge/optdigits/optdigits.{tra,tes}
gives list_looks_below_XDG_DATA_HOME 0 "found in $NG_TMP/shared/narrowgauge" \
    env -u NG_DATA XDG_DATA_HOME="$NG_TMP/shared" "$NG" list
gives list_prefers_NG_DATA 0 "is not in $NG_TMP/none" \
    env NG_DATA="$NG_TMP/none" XDG_DATA_HOME="$NG_TMP/shared" "$NG" list
gives list_prefers_the_option 0 "found in shared/narrowgauge" \
    env NG_DATA="$NG_TMP/none" "$NG" list --data shared/narrowgauge
gives list_json_is_one_document 0 '"data_sets"' "$NG" list --json
gives list_of_no_run_is_refused 2 'plan.jsonl' "$NG" list "$NG_TMP"
echo 'To be or not to be, that is the question.' >text.txt
printf '%s\n' 'name: text' 'title: t' 'origin: o' 'licence: l' 'reader: text' \
    'files: [{role: all, path: text.txt}]' >text.yaml
gives a_text_is_no_training_set_for_rows 2 'takes rows of features' \
    "$NG" run tiny data.set=./text.yaml judge.slices=[] --data . -n
gives list_of_no_folder_is_refused 2 'There is no folder' "$NG" list ./nothing
gives list_without_the_catalogue_is_refused 2 'NG_HOME' env NG_HOME="$NG_TMP" "$NG" list

if command -v python3 >/dev/null; then
    "$NG" list --json >list.json
    holds list_json_parses python3 -m json.tool list.json
    "$NG" doctor --json >doctor.json
    holds doctor_json_parses python3 -m json.tool doctor.json
else
    echo "skip list_json_parses: python3 is not installed"
    echo "skip doctor_json_parses: python3 is not installed"
fi
