#!/usr/bin/env bash
# Five training steps under each recipe against the same steps computed in FP64 by NumPy,
# with bounds for every element: see trajectory.py. Faults planted into the program by hand
# were noticed too, each under every recipe that it touches: a scale 1 % off, an amax of
# another tensor or step, casts that truncate or round ties away, the two scales of a product
# applied in two roundings, products not fused, no bias, a ReLU that lets every gradient
# pass, a mean over one row more, a bias gradient without the last row, beta1 off by 1e-4, no
# epsilon, the second moment corrected as in the next step, decay of biases, and stochastic
# draws of the next step.
set -u

recipes="fp32 bf16 fp8-e4m3 fp8-e5m2 fp8-lean"
if ! python3 -c 'import numpy' 2>/dev/null; then
    echo "skip trajectory: python3 without numpy"
    exit 0
fi
# shellcheck disable=SC2086 # lists of flags
if ! ${CC:-gcc} -std=c11 ${CFLAGS:--O2} -I"$NG_HOME" \
    "$NG_HOME/tests/oracle/trajectory.c" -o "$NG_TMP/trajectory" \
    ${NG_LIBS:-$NG_BUILD/libng.a $(pkg-config --libs hdf5 gsl yaml-0.1 jansson libmd) -lm} \
    -pthread; then
    echo "not ok trajectory: the program that writes the steps does not compile"
    exit 1
fi
for recipe in $recipes; do
    mkdir -p "$NG_TMP/$recipe"
    if ! "$NG_TMP/trajectory" "$recipe" "$NG_TMP/$recipe"; then
        echo "not ok trajectory: five steps of $recipe cannot be written"
        exit 1
    fi
done
# shellcheck disable=SC2086 # a list of names
OPENBLAS_NUM_THREADS=1 python3 "$NG_HOME/tests/oracle/trajectory.py" "$NG_TMP" $recipes
