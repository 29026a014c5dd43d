#!/usr/bin/env bash
# The gate on real data: from the bytes of a public table to every bit of fifteen trials.
set -u
# shellcheck source=tests/cli/lib.bash
. "$NG_HOME/tests/cli/lib.bash"
cd "$NG_TMP" || exit 1

if [ ! -r "${NG_DATA:-}/adult/adult.data" ]; then
    echo "skip the_gate_holds_on_adult: no adult below NG_DATA"
    exit 0
fi
gives the_gate_holds_on_adult 0 "27 comparisons: 27 held" \
    "$NG" check adult -b "$NG_HOME/baselines/adult.txt"
