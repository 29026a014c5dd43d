#!/usr/bin/env bash
# Our conversions against NVIDIA's host conversions. NG_LONG=1: all 2^32 inputs.
set -u
# shellcheck source=tests/oracle/formats_rows.bash
. "$NG_HOME/tests/oracle/formats_rows.bash"

include=
for folder in "${CUDA_HOME:-/usr/local/cuda}/include" /usr/local/cuda*/include \
    /usr/local/include /usr/include; do
    if [ -f "$folder/cuda_fp8.h" ]; then
        include=$folder
        break
    fi
done
if [ -z "$include" ]; then
    echo "skip formats_cuda: no cuda_fp8.h on this machine"
    exit 0
fi

# command...: compiles the comparison.
compile() {
    # shellcheck disable=SC2086 # lists of flags
    "$@" ${CFLAGS:--O2} -w -I"$NG_HOME" -I"$include" "$NG_HOME/tests/oracle/formats_cuda.c" \
        -x none -o "$NG_TMP/formats_cuda" ${NG_LIBS:-$NG_BUILD/libng.a -lm} -pthread \
        >"$NG_TMP/compiler" 2>&1
}
# shellcheck disable=SC2086 # a compiler may be named with flags
if ! compile ${CXX:-g++} -std=gnu++20 -x c++ && ! compile ${CC:-gcc} -std=gnu11; then
    if ${CC:-gcc} -std=gnu11 -w -I"$include" -include cuda_fp8.h -xc -fsyntax-only /dev/null \
        2>/dev/null; then
        cat "$NG_TMP/compiler"
        echo "not ok formats_cuda: the comparison does not compile"
        exit 1
    fi
    echo "skip formats_cuda: ${CC:-gcc} cannot compile this machine's cuda_fp8.h"
    exit 0
fi
step=997
[ "${NG_LONG:-}" = 1 ] && step=1
compare() {
    "$NG_TMP/formats_cuda" list | xargs -P "$(nproc)" -n 1 "$NG_TMP/formats_cuda" $step
}
keep_rows cuda compare
