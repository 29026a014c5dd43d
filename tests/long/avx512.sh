#!/usr/bin/env bash
# The AVX-512 bodies on a processor that has none of it: SIMDe gives their instructions as
# plain C (tests/long/simde.h), and the library is told that it may run them.
set -u
# shellcheck source=tests/cli/lib.bash
. "$NG_HOME/tests/cli/lib.bash"
cd "$NG_HOME" || exit 1

if ! echo '#include <simde/x86/avx512.h>' | gcc -x c -fsyntax-only - 2>/dev/null; then
    echo "skip avx512_by_simde: libsimde-dev is not installed"
    exit
fi
lib=$NG_TMP/build/libnarrowgauge.a
for test in digest formats_exhaustive; do
    if ! make -j"$(nproc)" BUILD="$NG_TMP/build" CC=gcc CFLAGS=-O2 \
        CPPFLAGS="-Wno-psabi -DNG_SIMDE='\"tests/long/simde.h\"'" "$lib" >"$NG_TMP/log" 2>&1 ||
        ! gcc -std=c11 -D_DEFAULT_SOURCE -ffp-contract=off -O2 -I. tests/long/$test.c "$lib" -lm \
            -pthread -o "$NG_TMP/$test" >"$NG_TMP/log" 2>&1; then
        bad "avx512_by_simde" "$(grep -m 3 -E 'error: |undefined' "$NG_TMP/log")"
        exit
    fi
done
same avx512_by_simde_has_the_scalar_digest \
    "$(NG_ISA=scalar "$NG_TMP/digest" 2>&1)" "$(NG_ISA=avx512 "$NG_TMP/digest" 2>&1)"
# One input in 1021, four million, of each format under each rounding.
"$NG" formats --json | sed -nE 's/^ *"name": "([^"]*)".*/\1/p' >"$NG_TMP/formats"
sed 's/.*/convert & all 1 1 1021/' "$NG_TMP/formats" |
    xargs -P "$(nproc)" -L 1 "$NG_TMP/formats_exhaustive" >"$NG_TMP/out" 2>&1
sed -nE 's/^(ok|not ok) /\1 avx512_by_simde_/p' "$NG_TMP/out"
same avx512_by_simde_ran_for_every_format_and_rounding \
    "$(grep -c ' avx512 ' "$NG_TMP/out")" "$((7 * $(wc -l <"$NG_TMP/formats")))"
