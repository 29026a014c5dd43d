#!/usr/bin/env bash
# Five training steps under each recipe against the same steps computed in FP64 by NumPy,
# with bounds for every element: see trajectory.py. Faults planted into the program by hand
# were noticed too: a scale 1 % off, casts that truncate, no bias, ReLU that lets every
# gradient pass, a wrong mean, products not fused or summed in another order, a wrong beta,
# decay of biases, stochastic draws of another step.
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
