# Shared by the scripts that compare number formats, which source it. Such a comparison
# prints, beside its tests, rows `row FORMAT POLICY ORACLE INPUTS DIFFERENCES SECONDS`.
# shellcheck shell=bash

# name, command...: runs it. NG_LONG=1: keeps its rows under that name.
keep_rows() {
    local name=$1 status
    shift
    "$@" >"$NG_TMP/lines"
    status=$?
    cat "$NG_TMP/lines"
    if [ "${NG_LONG:-}" = 1 ]; then
        mkdir -p "$NG_BUILD/comparisons"
        grep '^row ' "$NG_TMP/lines" >"$NG_BUILD/comparisons/$name"
    fi
    return $status
}

# The table of all rows kept; shards of one comparison are added up.
print_comparisons() {
    printf '%-12s %-26s %-10s %12s %12s %9s\n' format policy oracle inputs differences seconds
    cat "$NG_BUILD"/comparisons/* | awk '
        { key = $2 " " $3 " " $4 }
        !(key in inputs) { order[++n] = key }
        { inputs[key] += $5; differences[key] += $6; seconds[key] += $7 }
        END {
            for (i = 1; i <= n; i++) {
                split(order[i], part, " ")
                printf "%-12s %-26s %-10s %12.0f %12.0f %9.1f\n", part[1], part[2], part[3],
                    inputs[order[i]], differences[order[i]], seconds[order[i]]
            }
        }'
}
