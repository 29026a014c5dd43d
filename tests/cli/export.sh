#!/usr/bin/env bash
# `export` writes runs for other programs, says what it wrote, and refuses with a sentence.
# What is in the files is looked at by tests/oracle/arrays_numpy.sh.
set -u
# shellcheck source=tests/cli/lib.bash
. "$NG_HOME/tests/cli/lib.bash"
cd "$NG_TMP" || exit 1

"$NG" run tiny 'sweep.recipe=[fp8-lean]' seeds=0,1 --quiet >log 2>&1 ||
    bad export_has_a_run "$(cat log)"
run=$(find out/tiny/runs -name '*-s0.h5')
stem=$(basename "$run" .h5)

gives export_needs_a_format 2 'one of safetensors, npz, npy, csv or json' "$NG" export out/tiny
gives unknown_format_gets_a_suggestion 2 "did you mean 'safetensors'" \
    "$NG" export out/tiny --format safetensor
gives foreign_format_is_refused 2 'expected safetensors' "$NG" export out/tiny --format xlsx
gives no_such_folder_is_refused 2 'There is no folder nowhere' "$NG" export nowhere/ --format csv
gives no_such_run_file_is_refused 2 'There is no run file nothing.h5' \
    "$NG" export nothing.h5 --format csv
gives folder_without_a_plan_is_refused 2 'plan.jsonl' "$NG" export ./ --format csv
gives comparison_is_no_run_file 2 'narrowgauge-run was expected' \
    "$NG" export out/tiny/comparison.h5 --format csv
head -c 5000 "$run" >cut.h5
gives cut_run_file_is_refused 2 'cut.h5' "$NG" export cut.h5 --format json
same refused_exports_wrote_nothing "none" "$(find . -name '*.csv' -o -name '*.safetensors' -o \
    -name '*.part' | head -n 1 | grep . || echo none)"

# Every format, of the folder and of one file; each line names a file that is there.
for format in safetensors npz npy csv json; do
    list=$("$NG" export out/tiny --format $format 2>&1)
    gone=$(while read -r file; do [ -s "$file" ] || echo "$file"; done <<<"$list")
    if [ -z "$list" ] || [ -n "$gone" ]; then
        bad "export_of_a_folder_writes_$format" "$list"
    else
        echo "ok export_of_a_folder_writes_$format"
    fi
    same "export_of_${format}_has_every_run" "$(grep -o 'tiny-[0-9a-f]*-s.' <<<"$list" | sort -u | wc -l)" 2
    found=$(grep -c '/comparison' <<<"$list")
    case $format in
    csv | json) same "export_of_${format}_has_the_comparison" "$((found > 0))" 1 ;;
    *) same "export_of_${format}_has_no_comparison" "$found" 0 ;;
    esac
    "$NG" export "$run" --format $format --out one/folder >log 2>&1 || bad "one_$format" "$(cat log)"
done
same one_run_gives_the_files_of_the_folder \
    "$(cd one/folder && find . -name "$stem*" -exec find {} -type f \; | sort | xargs sha256sum)" \
    "$(cd out/tiny/export && find . -name "$stem*" -exec find {} -type f \; | sort | xargs sha256sum)"
first=$(contents out/tiny/export)
for format in safetensors npz npy csv json; do
    "$NG" export out/tiny --format $format >log 2>&1 || bad "again_$format" "$(cat log)"
done
same export_again_gives_the_same_bytes "$(contents out/tiny/export)" "$first"
same no_part_is_left_behind "none" "$(find . -name '*.part' | grep . || echo none)"
(cd out/tiny/runs && "$NG" export "$stem.h5" --format safetensors >log 2>&1)
same export_stands_beside_the_run_file "$(cat out/tiny/runs/log)" "export/$stem.safetensors"
same runs_of_the_folder_are_still_those "$("$NG" list out/tiny | grep -c finished)" 2

if command -v python3 >/dev/null; then
    listed=$("$NG" export out/tiny --format npz --json | python3 -c '
import json, os, sys
document = json.load(sys.stdin)
print(document["format"], len(document["written"]), all(map(os.path.isfile, document["written"])))')
    same export_json_lists_what_was_written "$listed" "npz 2 True"
else
    echo "skip export_json_lists_what_was_written: no python3"
fi

# A damaged run does not hold the others back.
cp -r out/tiny damaged
other=$(find damaged/runs -name '*-s0.h5')
printf 'x' | dd of="$other" bs=1 seek=3000 conv=notrunc status=none
gives damaged_run_is_named 2 "$(basename "$other")" "$NG" export damaged --format safetensors --out rest
same damaged_run_holds_no_other_back "$(find rest -type f | wc -l)" 1

# Folders that cannot be written, and full disks.
echo word >file
gives file_in_place_of_a_folder_is_refused 3 'a file of that name is in the way' \
    "$NG" export out/tiny --format csv --out file
gives file_above_a_folder_is_refused 3 'Cannot make the folder' \
    "$NG" export out/tiny --format csv --out file/below
mkdir taken taken/"$stem".npz
gives folder_in_place_of_a_file_is_refused 3 'cannot write' \
    "$NG" export "$run" --format npz --out taken
mkdir locked && chmod 500 locked
if [ "$(id -u)" = 0 ]; then
    echo "skip folder_without_permission_is_refused: the superuser may write everywhere"
else
    gives folder_without_permission_is_refused 3 'cannot create' \
        "$NG" export out/tiny --format csv --out locked
fi
gives full_disk_is_a_sentence 3 'File too large' \
    bash -c "ulimit -f 64; trap '' XFSZ; '$NG' export '$run' --format json --out full"
same full_disk_leaves_no_half_file "none" "$(find full -type f | grep . || echo none)"
