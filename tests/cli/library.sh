#!/usr/bin/env bash
# The installed C library: the example of docs/ is compiled against the installed copy
# alone, shared and static; the header stands by itself; nothing is visible but what it
# declares; nothing is behind it but libc and libm; it has no state but one choice.
set -u
# shellcheck source=tests/cli/lib.bash
. "$NG_HOME/tests/cli/lib.bash"

# A copy of the build, because another PREFIX changes it.
prefix=$NG_TMP/prefix
build=$NG_TMP/build
mkdir "$build"
cp -a "$NG_BUILD"/{flags.h,version.h,linked.txt,libnarrowgauge.*,pic} "$build" 2>/dev/null
if ! log=$(make -C "$NG_HOME" BUILD="$build" PREFIX="$prefix" install-lib 2>&1); then
    bad library_is_installed "$log"
    exit
fi
lib=$prefix/lib
mkdir "$NG_TMP/elsewhere"
cp "$NG_HOME/docs/example.c" "$NG_TMP/elsewhere"
cd "$NG_TMP/elsewhere" || exit 1
export PKG_CONFIG_PATH=$lib/pkgconfig
read -ra shared <<<"$(pkg-config --cflags --libs narrowgauge)"
read -ra static <<<"-static $(pkg-config --static --cflags --libs narrowgauge)"
read -ra flags <<<"${CFLAGS:-}"
strict=(-Wall -Wextra -pedantic -Werror)
sanitized=no
if [[ ${CFLAGS:-} == *-fsanitize* ]]; then
    sanitized=yes # there is no static run-time library of the sanitizers
    static=(-I"$prefix/include" "$lib/libnarrowgauge.a" -lm -pthread)
fi

# --- The example ----------------------------------------------------------------------

holds example_compiles_against_the_shared_library \
    "$CC" -std=c11 "${flags[@]}" "${strict[@]}" example.c "${shared[@]}" -o example
holds example_compiles_against_the_static_library \
    "$CC" -std=c11 "${flags[@]}" "${strict[@]}" example.c "${static[@]}" -o example-static

# kind, program...: the same checks of both.
example() {
    local kind=$1 out
    shift
    # 6 and 31 times 0.3 under a scale of 1: 0.3 becomes 0.5, so the squares of the errors
    # are 31 * 0.04 and 10 log10((36 + 31 * 0.09) / 1.24) = 14.953.
    { printf '\0\0\300\100' && printf '\232\231\231\076%.0s' {1..31}; } >point3
    out=$("$@" e2m1 1 32 <point3 2>&1)
    same "example_${kind}_rounds_to_e2m1" "$out" \
        "e2m1: 4 bits, largest 6, smallest 0.5
1xB blocks of 128: SQNR 14.95 dB, mse 0.03875, of 32: 0 flushed, 0 saturated, 0 NaN, 0 infinite
mx  blocks of  32: SQNR 14.95 dB, mse 0.03875, of 32: 0 flushed, 0 saturated, 0 NaN, 0 infinite"
    # 500 and 1: an FP32 scale of 448 / 500 takes both, 1 with the error 1 - 0.875 * 500/448
    # = 3/128; under floor's scale of 1, 500 becomes 448, and the mean square is 52^2 / 4.
    printf '\0\0\372\103\0\0\200\077\0\0\0\0\0\0\0\0' >five_hundred
    out=$("$@" e4m3 2 2 <five_hundred 2>&1 | grep -oE 'mse .*')
    same "example_${kind}_saturates_under_mx_floor" "$out" \
        "mse 0.0001373, of 4: 0 flushed, 0 saturated, 0 NaN, 0 infinite
mse 676, of 4: 0 flushed, 1 saturated, 0 NaN, 0 infinite"
    gives "example_${kind}_says_why_a_format_cannot_be" 2 e9m9 "$@" e9m9 1 1
    gives "example_${kind}_says_that_floats_are_missing" 2 "4 x 4 floats" "$@" e4m3 4 4
}
export LD_LIBRARY_PATH=$lib
example shared ./example
LD_LIBRARY_PATH='' example static ./example-static

# The first program of the page, and what the page says that it prints.
page=$(sed -n '/^```c$/,/^## /p' "$NG_HOME/docs/library.md")
awk '/^```c$/ { next } /^```$/ { exit } 1' <<<"$page" >first.c
holds first_program_of_the_page_compiles \
    "$CC" -std=c11 "${flags[@]}" "${strict[@]}" first.c "${shared[@]}" -o first
same first_program_prints_what_the_page_says "$(./first)" \
    "$(awk '/^```$/ { fences++; next } fences == 2' <<<"$page")"

# The definitions once more, in NumPy, on numbers without a pattern.
if python3 -c 'import numpy' 2>/dev/null; then
    python3 - >want <<'END'
import numpy as np
rng = np.random.default_rng(5)
x = (rng.standard_normal((16, 256)) * np.exp2(rng.integers(-12, 12, (16, 256)))).astype(np.float32)
x.tofile("numbers")

def e4m3(v):
    v = v.astype(np.float64)
    step = np.exp2(np.maximum(np.frexp(v)[1] - 1, -6) - 3.0)
    rounded = np.round(v / step) * step  # ties to even
    return np.clip(rounded, -448, 448), np.abs(rounded) > 448

def row(block, scale_of):
    b = x.reshape(-1, block)
    scale, scale_inv = scale_of(np.max(np.abs(b), axis=1, keepdims=True))
    codes, over = e4m3(b * scale)
    back = (codes.astype(np.float32) * scale_inv).astype(np.float64)
    error = np.sum((back - b) ** 2)
    print(f"{10 * np.log10(np.sum(b.astype(np.float64) ** 2) / error):.2f} {error / x.size:.4g} "
          f"{np.sum((codes == 0) & (b != 0))} {np.sum(over)}")

one = np.float32(1)
row(128, lambda amax: (np.float32(448) / amax, one / (np.float32(448) / amax)))
floor = lambda amax: np.exp2(np.frexp(amax)[1] - 1.0 - 8).astype(np.float32)
row(32, lambda amax: (one / floor(amax), floor(amax)))
END
    same example_agrees_with_numpy "$(cat want)" "$(./example e4m3 16 256 <numbers |
        sed -nE 's/.*SQNR ([^ ]*) dB, mse ([^,]*), of 4096: ([0-9]+) flushed, ([0-9]+) sat.*/\1 \2 \3 \4/p')"
else
    echo "skip example_agrees_with_numpy: python3 has no numpy"
fi

# --- The header -----------------------------------------------------------------------

# name, compiler, standard, language
header() {
    if ! command -v "$2" >/dev/null; then
        echo "skip $1: $2 is not installed"
        return
    fi
    printf '#include <narrowgauge.h>\n%s\n' \
        'int main(void) { return ng_formats[0] != &ng_fp32 || ng_isa() >= NG_ISA_COUNT; }' >alone.c
    if "$2" "-std=$3" -x "$4" "${flags[@]}" "${strict[@]}" -Wshadow alone.c -x none \
        "${shared[@]}" -o alone >log 2>&1 && ./alone >>log 2>&1; then
        echo "ok $1"
    else
        bad "$1" "$(cat log)"
    fi
}
header header_stands_alone_in_gcc gcc c11 c
header header_stands_alone_in_clang clang c11 c
header header_is_cxx17_for_gcc g++ c++17 c++
header header_is_cxx17_for_clang clang++ c++17 c++

# --- The binary -----------------------------------------------------------------------

# One name a line: of functions what stands before (, of objects each one of a list.
declared=$("$CC" -E -P "$prefix/include/narrowgauge.h" | tr '\n' ' ' |
    grep -oE 'visibility\("default"\)[^;]*;' | sed -E 's/.*"default"\)+//; s/\(.*/;/; s/\[\]//g' |
    sed -E 's/, */;\n/g' | sed -E 's/.*[ *]([A-Za-z0-9_]+);$/\1/; s/;$//' | LC_ALL=C sort)
visible=$(nm -D --defined-only "$lib/libnarrowgauge.so" | awk '{ print $3 }' |
    grep -v '^__' | LC_ALL=C sort)
other=$(diff <(echo "$declared") <(echo "$visible"))
if [ -n "$declared" ] && [ -z "$other" ]; then
    echo "ok library_shows_exactly_what_its_header_declares"
else
    bad library_shows_exactly_what_its_header_declares "$other"
fi
version=$(pkg-config --modversion narrowgauge)
same library_has_its_soname "$(readelf -d "$lib/libnarrowgauge.so.$version" |
    sed -n 's/.*soname: \[\(.*\)\]/\1/p')" libnarrowgauge.so.0
same library_allocates_in_the_pool_alone \
    "$(nm -A -u "$lib/libnarrowgauge.a" 2>/dev/null |
        sed -nE 's/.*:([a-z0-9_]+\.o):.* (malloc|calloc|realloc|aligned_alloc|posix_memalign|mmap)$/\1/p' | sort -u)" \
    pool.o

if [ $sanitized = yes ]; then
    echo "skip library_needs_only_the_C_library: sanitizers bring libraries of their own"
    echo "skip library_has_no_state_but_the_choice_of_kernels: sanitizers bring their own"
else
    needed=$(readelf -d example "$lib/libnarrowgauge.so" |
        sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' | grep -vxE 'lib(c|m)\.so\.6|ld-linux.*' | sort -u)
    same library_needs_only_the_C_library "$needed" libnarrowgauge.so.0
    # Writable sections; .data.rel.ro is not writable once relocated.
    state=$(objdump -t "$lib/libnarrowgauge.a" |
        awk '$3 == "O" && $4 ~ /^\.(data|bss|tdata|tbss)/ && $4 !~ /^\.data\.rel\.ro/ { print $NF }
             $3 == "*COM*" || $4 == "*COM*" { print $NF }')
    same library_has_no_state_but_the_choice_of_kernels "$state" choice
fi

make -C "$NG_HOME" BUILD="$build" PREFIX="$prefix" uninstall >log 2>&1
left=$(find "$prefix" ! -type d)
if [ -z "$left" ]; then echo "ok uninstall_takes_the_library"; else bad uninstall_takes_the_library "$left"; fi
