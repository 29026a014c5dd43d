#!/usr/bin/env bash
# install puts the program, the man page, the C library and the shared files under PREFIX;
# the installed program finds them there; uninstall takes away exactly what install brought.
set -u
cd "$NG_HOME" || exit 1

say() { # name, status, reason
    if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1: ${3:-}"; fi
}

# A copy of the build, because another PREFIX changes it.
build=$NG_TMP/build
stage=$NG_TMP/stage
prefix=$NG_TMP/prefix
cp -a "$NG_BUILD" "$build"

log=$(make BUILD="$build" PREFIX=/opt/ng DESTDIR="$stage" install 2>&1)
say install_succeeds $? "$log"

want=$({
    echo bin/narrowgauge
    echo include/narrowgauge.h
    printf 'lib/%s\n' libnarrowgauge.{a,so,so.0,so.0.1.0} pkgconfig/narrowgauge.pc
    echo share/man/man1/narrowgauge.1
    for f in experiments/named/*.yaml experiments/recipes/*.yaml datasets/*.yaml; do
        echo "share/narrowgauge/$f"
    done
} | LC_ALL=C sort)
have=$(cd "$stage/opt/ng" && find . ! -type d | sed 's|^\./||' | LC_ALL=C sort)
[ "$want" = "$have" ]
say install_brings_exactly_its_files $? "$(diff <(echo "$want") <(echo "$have"))"

outside=$(cd "$stage" && find . ! -type d -not -path './opt/ng/*')
[ -z "$outside" ]
say install_stays_below_DESTDIR_and_PREFIX $? "$outside"

touch "$stage/opt/ng/bin/neighbour"
make BUILD="$build" PREFIX=/opt/ng DESTDIR="$stage" uninstall >/dev/null 2>&1
say uninstall_succeeds $?
left=$(cd "$stage/opt/ng" && find . ! -type d)
[ "$left" = ./bin/neighbour ]
say uninstall_takes_its_files_and_no_others $? "$left"

# A staged tree runs where it lies, and says where it looked when its files are gone.
make BUILD="$build" PREFIX=/opt/ng DESTDIR="$stage" install >/dev/null 2>&1
mv "$stage/opt/ng" "$NG_TMP/moved"
out=$(cd / && env -u NG_HOME "$NG_TMP/moved/bin/narrowgauge" show quickstart 2>&1)
[[ $? = 0 && $out == *train.lr* ]]
say moved_program_finds_the_files_beside_it $? "$out"
rm -r "$NG_TMP/moved/share"
out=$(cd / && env -u NG_HOME "$NG_TMP/moved/bin/narrowgauge" list 2>&1)
[[ $? = 2 && $out == *"$NG_TMP/moved/share/narrowgauge, /opt/ng/share/narrowgauge"* ]]
say lost_files_are_told_with_the_places_looked_in $? "$out"

# Run from a folder and an environment that know nothing of the source tree.
make BUILD="$build" PREFIX="$prefix" install >/dev/null 2>&1
cd / || exit 1
run() { env -u NG_HOME -u NG_DATA "$prefix/bin/narrowgauge" "$@"; }
out=$(run --version 2>&1)
say installed_program_says_its_version $? "$out"
out=$(run list 2>&1)
[[ $? = 0 && $out == *quickstart* && $out == *optdigits* ]]
say installed_program_finds_the_named_experiments $? "$out"
out=$(run run -n quickstart 2>&1)
[[ $? = 0 && $out == *quickstart* ]]
say installed_program_plans_quickstart $? "$out"
