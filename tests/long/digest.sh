#!/usr/bin/env bash
# The same bits everywhere: what formats/ computes (tests/long/digest.c) does not depend
# on the instruction set, the compiler, the optimisation or the processor. aarch64 runs
# under QEMU's user emulation.
set -u
# shellcheck source=tests/cli/lib.bash
. "$NG_HOME/tests/cli/lib.bash"
cd "$NG_HOME" || exit 1

# name, compiler, flags, preprocessor flags: builds $NG_TMP/NAME-digest and NAME-example.
# What went wrong is in NAME.log.
build() {
    local lib=$NG_TMP/$1/libnarrowgauge.a link=(-lm -pthread) flags
    if [ "$1" = aarch64 ]; then link+=(-static); fi
    read -ra flags <<<"$3"
    make -j"$(nproc)" BUILD="$NG_TMP/$1" CC="$2" CFLAGS="$3" CPPFLAGS="${4:-}" "$lib" &&
        "$2" -std=c11 -ffp-contract=off "${flags[@]}" -I. tests/long/digest.c "$lib" \
            "${link[@]}" -o "$NG_TMP/$1-digest" &&
        "$2" -std=c11 "${flags[@]}" -Iformats docs/example.c "$lib" "${link[@]}" \
            -o "$NG_TMP/$1-example"
} >"$NG_TMP/$1.log" 2>&1

# name, program...: its digest has the lines of the first build's scalar bodies.
agrees() {
    local name=$1
    shift
    if ! "$@" >"$NG_TMP/lines" 2>&1; then
        bad "$name" "$(tail -n 1 "$NG_TMP/lines")"
    elif ! cmp -s "$NG_TMP/want" "$NG_TMP/lines"; then
        bad "$name" "$(diff "$NG_TMP/want" "$NG_TMP/lines" | grep -c '^>') lines differ:" \
            "$(diff "$NG_TMP/want" "$NG_TMP/lines" | grep '^>' | head -n 8)"
    else
        echo "ok $name"
    fi
}

if ! build native "$CC" "-O2"; then
    bad digest_builds "$(tail -n 3 "$NG_TMP/native.log")"
    exit
fi
if ! NG_ISA=scalar "$NG_TMP/native-digest" >"$NG_TMP/want" 2>&1; then
    bad digest_runs "$(tail -n 1 "$NG_TMP/want")"
    exit
fi
for isa in avx2 avx512; do
    if NG_ISA=$isa "$NG" doctor 2>&1 | grep -q 'BROKEN   kernel'; then
        echo "skip digest_of_$isa: this processor cannot run it"
    else
        NG_ISA=$isa agrees "digest_of_$isa" "$NG_TMP/native-digest"
    fi
done

other() { # name, compiler, flags
    if ! command -v "$2" >/dev/null; then
        echo "skip digest_of_$1: $2 is not installed"
    elif ! build "$1" "$2" "$3"; then
        bad "digest_of_$1" "$(grep -m 3 -E 'error: |undefined' "$NG_TMP/$1.log")"
    else
        agrees "digest_of_$1" "$NG_TMP/$1-digest"
        NG_ISA=scalar agrees "digest_of_$1_scalar" "$NG_TMP/$1-digest"
    fi
}
other gcc_O0 gcc -O0
other gcc_O3 gcc -O3
other clang_O3 clang -O3
other clang_Os clang -Os
# The digest casts with three threads, so here races would show.
other thread_sanitizer gcc '-O1 -g -fsanitize=thread'

# --- aarch64 --------------------------------------------------------------------------

cross=aarch64-linux-gnu-gcc
qemu=$(command -v qemu-aarch64-static || command -v qemu-aarch64)
if ! command -v $cross >/dev/null || [ -z "$qemu" ]; then
    echo "skip digest_of_aarch64: $cross or qemu-aarch64 is not installed"
    echo "skip example_on_aarch64: $cross or qemu-aarch64 is not installed"
    exit
fi
# Of this machine's headers only Random123's, which are for every machine.
mkdir "$NG_TMP/include"
ln -s /usr/include/Random123 "$NG_TMP/include/Random123"
if ! build aarch64 $cross -O3 "-isystem $NG_TMP/include"; then
    bad digest_of_aarch64 "$(grep -m 3 -E 'error: |undefined' "$NG_TMP/aarch64.log")"
    exit
fi
agrees digest_of_aarch64 "$qemu" "$NG_TMP/aarch64-digest"
head -c 32768 "$NG_TMP/native-digest" >"$NG_TMP/bytes"
same example_on_aarch64 "$("$NG_TMP/native-example" e4m3 64 128 <"$NG_TMP/bytes" 2>&1)" \
    "$("$qemu" "$NG_TMP/aarch64-example" e4m3 64 128 <"$NG_TMP/bytes" 2>&1)"
