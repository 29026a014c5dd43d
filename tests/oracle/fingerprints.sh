#!/usr/bin/env bash
# Are the fingerprints in a run file those that its description gives?
set -u
# shellcheck source=tests/cli/lib.bash
. "$NG_HOME/tests/cli/lib.bash"
cd "$NG_TMP" || exit 1

if ! python3 -c 'import h5py, numpy' 2>/dev/null; then
    echo "skip fingerprints_are_those_of_the_description: python3 without h5py and numpy"
    exit 0
fi
holds a_short_run_trains "$NG" run tiny 'sweep.recipe=[fp32, fp8-lean]' seeds=0 train.batch=2048 \
    train.epochs=1 --quiet
gives fingerprints_are_those_of_the_description 0 "bf16 fp32" \
    python3 "$NG_HOME/tests/oracle/fingerprints.py" out/tiny/runs/*.h5
