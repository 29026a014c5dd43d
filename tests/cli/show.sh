#!/usr/bin/env bash
# `show` explains experiments, recipes, data sets, run files and finished runs.
set -u
# shellcheck source=tests/cli/lib.bash
. "$NG_HOME/tests/cli/lib.bash"
cd "$NG_TMP" || exit 1

gives show_experiment_has_defaults 0 'train.beta1' "$NG" show quickstart
gives show_experiment_writes_decimals 0 'train.lr = 0.001' "$NG" show quickstart
gives show_experiment_takes_overrides 0 'train.epochs = 2' "$NG" show quickstart train.epochs=2
gives show_experiment_refuses_a_bad_override 2 'train.epoch' "$NG" show quickstart train.epoch=2
gives show_experiment_recipe_names_the_rule 0 'recipe fp8-lean' "$NG" show quickstart --recipe
cp "$NG_HOME/experiments/recipes/fp8-e5m2.yaml" .
gives show_recipe_file_has_its_cells 0 'input@wgrad' "$NG" show ./fp8-e5m2.yaml
gives show_recipe_has_its_cells 0 'input@wgrad' "$NG" show fp8-e5m2
gives show_data_set_has_its_licence 0 'CC BY 4.0' "$NG" show optdigits
gives show_unknown_name_gets_a_suggestion 2 "did you mean 'fp8-lean'" "$NG" show fp8-laen
gives show_hash_of_a_name_is_refused 2 'neither' "$NG" show --hash quickstart
gives show_missing_run_file_is_refused 2 'nothing.h5' "$NG" show nothing.h5
echo "this is no run" >text.h5
gives show_foreign_file_is_refused 2 'text.h5' "$NG" show text.h5
: >empty.h5
gives show_empty_file_is_refused 2 'empty.h5' "$NG" show empty.h5
mkdir folder.h5
gives show_folder_in_place_of_a_run_file_is_refused 2 'folder.h5' "$NG" show folder.h5

# A run of one trial.
"$NG" run tiny 'sweep.recipe=[fp8-e4m3]' --quiet >log 2>&1 || bad show_has_a_run "$(cat log)"
run=$(find out/tiny/runs -name '*.h5')
gives show_run_has_the_ledger 0 'moment1' "$NG" show "$run"
gives show_run_has_provenance 0 'compiler' "$NG" show "$run"
gives show_run_has_its_cells 0 'layer.0.linear' "$NG" show --recipe "$run"
stored=$("$NG" show "$run" | awk '$1 == "result_hash" { print $2 }')
same show_hash_recomputes_the_stored_one "$("$NG" show --hash "$run")" "$stored  $run"
gives show_folder_lists_the_runs 0 "$(basename "$run")" "$NG" show out/tiny
gives show_folder_gives_the_memory 0 'peak MiB' "$NG" show out/tiny
gives next_command_can_be_typed 0 "Next:   $NG show out/tiny" "$NG" report out/tiny
gives list_folder_gives_the_hash 0 "$stored" "$NG" list out/tiny
gives report_writes_again 0 'report.html' "$NG" report out/tiny
gives report_of_no_run_is_refused 2 'plan.jsonl' "$NG" report ./folder.h5/
cp "$run" changed.h5
size=$(stat -c %s changed.h5)
printf '\x5a\xa5' | dd of=changed.h5 bs=1 seek=$((size / 2)) conv=notrunc status=none
gives show_hash_finds_a_changed_byte 2 'changed.h5' "$NG" show --hash changed.h5
