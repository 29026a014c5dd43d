#!/usr/bin/env bash
# The same on real input: the UCI handwritten digits, where their files are at hand.
set -u
# shellcheck source=tests/cli/lib.bash
. "$NG_HOME/tests/cli/lib.bash"
cd "$NG_TMP" || exit 1

if [ ! -r "${NG_DATA:-}/optdigits/optdigits.tra" ] || [ ! -r "${NG_DATA:-}/optdigits/optdigits.tes" ]; then
    echo "skip optdigits_reaches_96_percent: NG_DATA holds no optdigits/optdigits.tra and .tes"
    exit
fi
"$NG" run optdigits --json -q >run.json 2>log
same optdigits_exits_with_0 "code $?" "code 0"
accuracy=$(awk -F'[:,]' '/"label": "fp32"/ { on = 1 } on && /"mean"/ { print $2; exit }' run.json)
holds optdigits_reaches_96_percent awk -v a="${accuracy:-0}" 'BEGIN { exit !(a >= 0.96 && a <= 1) }'
same optdigits_has_all_test_rows "$(awk -F'[:,]' '/"test_rows"/ { print $2 + 0 }' run.json)" 1797
same optdigits_slices_by_digit "$(grep -c '"column": "digit"' run.json)" \
    "$(grep -c '"column": "digit"' run.json | awk '{ print ($1 >= 50) ? $1 : "at least 50" }')"

# A file that is not what its card says is refused before anything is trained.
mkdir -p data/optdigits
cp "$NG_DATA"/optdigits/optdigits.t* data/optdigits
chmod -R u+w data
sed -i '5s/^./9/' data/optdigits/optdigits.tra
gives changed_data_file_is_refused 2 'optdigits.tra' "$NG" run optdigits --data data --out none
cp "$NG_DATA"/optdigits/optdigits.tra data/optdigits
rm data/optdigits/optdigits.tes
gives missing_data_file_is_named 2 'optdigits.tes' "$NG" run optdigits --data data --out none
if [ -e none ]; then bad refused_data_leaves_nothing "it made none/"; else echo "ok refused_data_leaves_nothing"; fi
