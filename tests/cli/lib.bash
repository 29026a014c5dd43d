# Shared by the scripts beside it, which source it: checks that print one line each.
# shellcheck shell=bash

one_line() { tr '\n' '|' <<<"$*" | cut -c 1-400; }

# name, reason: the test failed.
bad() { echo "not ok $1: $(one_line "${@:2}")"; }

# name, command...: the command succeeds.
holds() {
    local name=$1 out
    shift
    if out=$("$@" 2>&1 </dev/null); then echo "ok $name"; else bad "$name" "$* failed: $out"; fi
}

# name, code, text, command...: exit code and output (both streams) are as said.
gives() {
    local name=$1 code=$2 text=$3 out status
    shift 3
    out=$("$@" 2>&1 </dev/null)
    status=$?
    if [ $status != "$code" ]; then
        bad "$name" "exit code $status, expected $code: $out"
    elif [[ $out != *"$text"* ]]; then
        bad "$name" "no '$text' in: $out"
    else
        echo "ok $name"
    fi
}

# name, a, b: the texts are equal and not empty.
same() {
    if [ -z "$2" ]; then
        bad "$1" "nothing to compare"
    elif [ "$2" != "$3" ]; then
        bad "$1" "'$2' is not '$3'"
    else
        echo "ok $1"
    fi
}

# The result hashes in a folder, in the order of the file names.
hashes() { "$NG" show --hash "$1" 2>&1 | sed 's|  .*/|  |'; }

# A digest of every file below a folder but the lock.
contents() { (cd "$1" && find . -type f ! -name .lock -exec sha256sum {} + | sort -k 2); }

# seconds, command...: waits until the command succeeds.
wait_for() {
    local tries=$(($1 * 20))
    shift
    until "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || return 1
        sleep 0.05
    done
}
