#!/usr/bin/env bash
# Our roundings, exp and log against MPFR. NG_LONG=1: more codes of the wide formats.
set -u
# shellcheck source=tests/oracle/formats_rows.bash
. "$NG_HOME/tests/oracle/formats_rows.bash"

if ! ${CC:-gcc} -include mpfr.h -xc -fsyntax-only /dev/null 2>/dev/null; then
    echo "skip formats_mpfr: no mpfr.h on this machine (package libmpfr-dev)"
    exit 0
fi
# shellcheck disable=SC2086 # lists of flags
if ! ${CC:-gcc} -std=c11 -D_DEFAULT_SOURCE ${CFLAGS:--O2} -I"$NG_HOME" \
    "$NG_HOME/tests/oracle/formats_mpfr.c" -o "$NG_TMP/formats_mpfr" \
    ${NG_LIBS:-$NG_BUILD/libng.a -lm} -lmpfr -lgmp -pthread; then
    echo "not ok formats_mpfr: the comparison does not compile"
    exit 1
fi
most=10000
[ "${NG_LONG:-}" = 1 ] && most=1048576
keep_rows mpfr "$NG_TMP/formats_mpfr" $most
