#!/usr/bin/env bash
# The gate is itself tested: one fault at a time is planted in a copy of the sources, the
# copy is built, and `check` must turn red and name the first tensor that moved.
set -u
# shellcheck source=tests/cli/lib.bash
. "$NG_HOME/tests/cli/lib.bash"
cd "$NG_TMP" || exit 1

# The objects are copied too, so that only the faulty file is compiled: as the build was.
mkdir source build
tar -C "$NG_HOME" --exclude=./build --exclude=./.git --exclude=./out -cf - . | tar -C source -xf -
tar -C "$NG_BUILD" --exclude=./tests --exclude=unit -cf - . | tar -C build -xf -
flags=$(sed -n 's/^#define NG_CFLAGS "\(.*\) -std=c11 .*/\1/p' build/flags.h)

compile() {
    # A planted fault may leave a variable unused.
    env -u CI make -C source BUILD="$NG_TMP/build" CC="$CC" CFLAGS="$flags" NO_INSTALL=1 all >make.log 2>&1
}

cat >mutants.yaml <<'Y'
name: mutants
data:   {set: claims}
model:  {kind: mlp, hidden: [16]}
train:  {batch: 128, epochs: 1}
seeds:  [0]
sweep:  {recipe: [fp32, bf16, fp8-e4m3, fp8-lean]}
gates:  [ledger-exact, finite]
Y

export NG_HOME=$NG_TMP/source
if ! compile; then
    bad mutants_are_built "$(tail -5 make.log)"
    exit 1
fi
holds the_good_build_trains build/narrowgauge run mutants.yaml -q
holds the_good_build_is_accepted build/narrowgauge baseline accept out/mutants --reason "The good build."
gives the_good_build_passes_its_own_check 0 "14 held" build/narrowgauge check mutants.yaml -q

# file, old, new: exact text; the file must hold it.
plant() {
    local text
    text=$(<"source/$1")
    [[ $text == *"$2"* ]] || return 1
    printf '%s\n' "${text/"$2"/"$3"}" >"source/$1"
}

# name, where, file, unmoved arms...: builds and checks the planted fault. where: the arm,
# the first tensor that moved in it, and the training step, as `check` says them.
finds() {
    local name=$1 where=$2 out status quiet moved=
    shift 3
    if ! compile; then
        bad "$name" "does not build: $(grep error make.log)"
        return
    fi
    out=$(build/narrowgauge check mutants.yaml -q 2>&1 </dev/null)
    status=$?
    for quiet; do
        grep -qE "^$quiet +s0 result_hash +held " <<<"$out" || moved+=" $quiet"
    done
    if [ $status != 1 ]; then
        bad "$name" "exit code $status: $out"
    elif ! grep -qF "${where/ /: first tensor that moved: };" <<<"$out"; then
        bad "$name" "'$where' is not said: $(grep 'first tensor' <<<"$out")"
    elif [ -n "$moved" ]; then
        bad "$name" "moved too:$moved"
    else
        echo "ok $name"
    fi
    rm -rf "$TMPDIR"/narrowgauge-check.*
}

# name, where, file, old, new [, old, new]... -- unmoved arms...
mutant() {
    local name=$1 where=$2 file=$3
    shift 3
    cp "source/$file" kept
    while [ "$1" != -- ]; do
        if ! plant "$file" "$1" "$2"; then
            bad "$name" "$file no longer holds '$1'"
            cp kept "source/$file"
            return
        fi
        shift 2
    done
    shift
    finds "$name" "$where" "$file" "$@"
    cp kept "source/$file"
}

# format, type, code: a converter that gets one bit of one code wrong.
one_bit() {
    cat <<C
kernels()->encode(call);
    $2 *codes = call->codes;
    for (size_t i = 0; i < call->n && call->plan->format == &$1; i++)
        if (codes[i] == $3)
            codes[i] ^= 1;
C
}

export TMPDIR=$NG_TMP

mutant check_finds_one_wrong_bit_in_e4m3 \
    "fp8-e4m3 layer.0.linear/input@fprop, in training step 1" formats/codec/convert.c \
    "kernels()->encode(call);" "$(one_bit ng_e4m3 uint8_t 0x6B)" -- fp32 bf16
mutant check_finds_one_wrong_bit_in_bf16 \
    "bf16 layer.0.linear/output, in training step 1" formats/codec/convert.c \
    "kernels()->encode(call);" "$(one_bit ng_bf16 uint16_t 0x3F20)" -- fp32
mutant check_finds_a_wrong_scale_inv \
    "fp8-e4m3 layer.0.linear/input@fprop, in training step 1" formats/quant/scale.c \
    "scale_inv[i] = 1.0f / scale[i];" "scale_inv[i] = 1.0f / scale[i] * 1.0000002f;" \
    -- fp32 bf16
mutant check_finds_an_amax_of_the_last_chunk_alone \
    "fp8-e4m3 layer.1.linear/input@fprop, in training step 2" models/ops/relu.c \
    "amax_bits = ng_amax_join(amax_bits, ng_amax_bits(y, count));" \
    "amax_bits = ng_amax_bits(y, count);" -- fp32 bf16
mutant check_finds_a_reordered_bias_gradient \
    "fp32 layer.1.linear/bias-gradient, in training step 1" models/ops/linear.c \
    "for (size_t row = 0; row < step->rows; row++)" \
    "for (size_t row = step->rows; row-- > 0;)" --
mutant check_finds_a_moment_rounded_toward_zero \
    "fp8-lean layer.0.linear/weight@moment2, in training step 1" models/optim/adamw.c \
    "write_chunk(v, at, count, x.v, &draw_v);" \
    "{
            const struct ng_policy policy = v->policy;
            const struct draws none = {0};
            v->policy.rounding = NG_ROUND_TOWARD_ZERO;
            write_chunk(v, at, count, x.v, &none);
            v->policy = policy;
        }" -- fp32 bf16 fp8-e4m3
# Both operands packed backwards: the same products, added in descending k.
mutant check_finds_a_product_summed_backwards \
    "fp32 layer.0.linear/output, in training step 1" formats/gemm/canonical.c \
    "to[p * width] = line[p];" "to[(depth - 1 - p) * width] = line[p];" \
    "panels + r * depth + p * width" "panels + r * depth + (depth - 1 - p) * width" --
