#!/usr/bin/env bash
# Every parser of foreign bytes under libFuzzer with AddressSanitizer and
# UndefinedBehaviorSanitizer, NG_FUZZ_SECONDS (120) each; what made one stop is kept in
# $NG_BUILD/fuzz-found.
set -u

seconds=${NG_FUZZ_SECONDS:-120}
targets=(csv idx npy npz safetensors yaml table run baseline encode)
if ! echo 'int LLVMFuzzerTestOneInput(const char *d, unsigned long n){return d==0&&n;}' |
    clang -x c -fsanitize=fuzzer,address,undefined - -o "$NG_TMP/probe" 2>/dev/null; then
    for target in "${targets[@]}"; do
        echo "skip fuzz_$target: clang has no libFuzzer here (package libclang-rt-14-dev)"
    done
    exit 0
fi

# A build of its own, kept between runs.
build=$NG_HOME/build/fuzz
flags='-O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all'
if ! make -C "$NG_HOME" -s -j"$(nproc)" BUILD=build/fuzz CC=clang CFLAGS="$flags" \
    build/fuzz/libng.a >"$NG_TMP/build.log" 2>&1; then
    echo "not ok fuzz_build: $(tail -n 3 "$NG_TMP/build.log" | tr '\n' '|')"
    exit 1
fi
libs=$(pkg-config --libs hdf5 gsl yaml-0.1 jansson libmd zlib libzip)
for target in "${targets[@]}"; do
    # shellcheck disable=SC2046,SC2086 # lists of flags
    if ! clang -std=c11 -D_DEFAULT_SOURCE -D_XOPEN_SOURCE=700 -I"$NG_HOME" -O1 -g \
        -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
        "$NG_HOME/tests/fuzz/fuzz_$target.c" "$NG_HOME/tests/fuzz/fuzz.c" \
        "$build/libng.a" $libs -lm -pthread -o "$NG_TMP/fuzz_$target" \
        2>"$NG_TMP/link.log"; then
        echo "not ok fuzz_$target: it does not build: $(head -n 3 "$NG_TMP/link.log" | tr '\n' '|')"
    fi
done

seed() { mkdir -p "$NG_TMP/seeds/$1" && cat >"$NG_TMP/seeds/$1/$2"; }
printf '\004\000a,b,c\n1,"x ""y""",3\r\n4, 5 ,6\n' | seed csv quoted
printf '\013\003 1  2 3\n4 5\n' | seed csv blanks
printf '\000\000\010\002\000\000\000\002\000\000\000\003abcdef' | seed idx bytes
printf '\000\000\015\001\000\000\000\001\077\200\000\000' | seed idx float
{
    echo 'region,age,label'
    for i in $(seq 1 80); do echo "$((i % 3))n,$i,$((i % 2))"; done
} | seed table small
mkdir -p "$NG_TMP/seeds/"{npy,npz,safetensors,yaml,run,baseline}
for file in "$NG_HOME"/datasets/*.yaml "$NG_HOME"/experiments/*/*.yaml; do
    cp "$file" "$NG_TMP/seeds/yaml/$(basename "$(dirname "$file")")-${file##*/}"
done
cp "$NG_HOME"/baselines/*.txt "$NG_TMP/seeds/baseline/"
python3 - "$NG_TMP/seeds" 2>/dev/null <<'END'
import sys, json, struct
import numpy as np
where = sys.argv[1]
for name, array in {"f4": np.arange(6, dtype="f4").reshape(2, 3), "u1": np.zeros(3, "u1"),
                    "fortran": np.asfortranarray(np.ones((2, 2), ">i2"))}.items():
    np.save(f"{where}/npy/{name}.npy", array)
np.savez(f"{where}/npz/stored.npz", x=np.arange(4), y=np.ones(2))
np.savez_compressed(f"{where}/npz/deflated.npz", x=np.zeros(100))
header = json.dumps({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
                     "__metadata__": {"k": "v"}}).encode()
open(f"{where}/safetensors/one", "wb").write(struct.pack("<Q", len(header)) + header + b"\0" * 8)
END
printf '\001\000\000\000\000\002\000\001\007' | seed run edits
for words in '' '-g tensor' '-g 1x2 --scales s --rule ms-amp' '-g 2x2 --scales s' '-g mx --scales s' \
    '-g column --scales s -r stochastic --seed 3 --bits 4' '--scale 0.5 --overflow special'; do
    for file in "$NG_TMP"/seeds/npy/f4.npy /dev/null; do
        { echo "-f e5m2 $words" && cat "$file"; } | seed encode "${words// /}${file##*/}"
    done
done
# A small run file, so that many can be read.
sed 's/train_rows: .*/train_rows: 256/; s/test_rows: .*/test_rows: 40/' \
    "$NG_HOME/datasets/claims.yaml" >"$NG_TMP/claims.yaml"
"$NG" run tiny data.set="$NG_TMP/claims.yaml" sweep.recipe=[fp8-lean] train.epochs=1 --quiet --out "$NG_TMP/out" >/dev/null 2>&1
NG_FUZZ_RUN=$(ls "$NG_TMP"/out/tiny/runs/*.h5)
export NG_FUZZ_RUN

fuzz() {
    local target=$1 found=$NG_BUILD/fuzz-found
    [ -x "$NG_TMP/fuzz_$target" ] || return
    mkdir -p "$found"
    if (cd "$NG_TMP" && "./fuzz_$target" -max_total_time="$seconds" -timeout=20 \
        -rss_limit_mb=2048 -malloc_limit_mb=1024 -max_len=65536 \
        -artifact_prefix="$found/$target-" "seeds/$target" >"$target.log" 2>&1); then
        echo "ok fuzz_$target"
    else
        echo "not ok fuzz_$target: $(grep -m 2 -E 'ERROR|SUMMARY|status' "$NG_TMP/$target.log" | tr '\n' '|')"
    fi
    grep -E '^Done|stat::number' "$NG_TMP/$target.log"
}
export -f fuzz
export seconds NG_TMP NG_BUILD
printf '%s\n' "${targets[@]}" | xargs -P "$(nproc)" -I {} bash -c 'fuzz {}'
