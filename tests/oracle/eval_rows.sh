#!/usr/bin/env bash
# `eval --rows` against NumPy: accuracy, NLL, ECE, churn, paired intervals, groups.
set -u
# shellcheck source=tests/cli/lib.bash
. "$NG_HOME/tests/cli/lib.bash"
cd "$NG_TMP" || exit 1
script=$NG_HOME/tests/oracle/eval_rows.py

for form in scores confidence score; do
    name=eval_of_${form}_agrees_with_numpy
    if ! python3 -c 'import numpy' 2>/dev/null; then
        echo "skip $name: python3-numpy is not installed"
        continue
    fi
    python3 "$script" make "$form.csv" "$form" || exit 1
    "$NG" eval --rows "$form.csv" --json --quiet >"$form.json" 2>log
    gives "$name" 0 'numbers, largest' python3 "$script" check "$form.csv" "$form.json"
    if [ -s log ]; then bad "${name}_quietly" "$(cat log)"; fi
done
