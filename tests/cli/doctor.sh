#!/usr/bin/env bash
# `doctor` tells what is fine, what is missing and what would keep a run from working.
set -u
# shellcheck source=tests/cli/lib.bash
. "$NG_HOME/tests/cli/lib.bash"
cd "$NG_TMP" || exit 1

gives doctor_is_content_here 0 'round to nearest' "$NG" doctor
gives doctor_names_hdf5 0 'hdf5' "$NG" doctor
gives doctor_looks_for_avx512 0 'AVX-512' "$NG" doctor
gives doctor_names_the_forced_body 0 'kernel bodies    scalar' env NG_ISA=scalar "$NG" doctor
for isa in avx2 avx512; do
    if grep -qw "${isa/avx512/avx512dq}" /proc/cpuinfo; then
        gives "doctor_names_the_forced_body_$isa" 0 "kernel bodies    $isa" env NG_ISA=$isa "$NG" doctor
    else
        gives "doctor_refuses_${isa}_where_it_cannot_run" 3 'cannot run' env NG_ISA=$isa "$NG" doctor
    fi
done
gives doctor_refuses_an_unknown_body 3 'BROKEN   kernel bodies' env NG_ISA=mmx "$NG" doctor
gives doctor_misses_gnuplot 0 'missing  gnuplot' env PATH="$NG_TMP" "$NG" doctor
gives doctor_misses_the_data_folder 0 'missing  data folder' "$NG" doctor --data "$NG_TMP/none"
gives doctor_misses_the_catalogue 3 'BROKEN   experiments' env NG_HOME="$NG_TMP" "$NG" doctor
touch file
gives doctor_sees_an_output_that_is_a_file 3 'BROKEN   output folder' "$NG" doctor --out file
if [ -e out ]; then bad doctor_makes_nothing "it made out/"; else echo "ok doctor_makes_nothing"; fi
