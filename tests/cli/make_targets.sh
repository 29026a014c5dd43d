#!/usr/bin/env bash
# The Makefile keeps its promises: safe flags, packages named first, nothing rebuilt twice.
# shellcheck disable=SC2016 # text in single quotes is meant for other shells and for make
set -u
cd "$NG_HOME" || exit 1
unset NO_INSTALL OPTIONAL # of whoever runs the tests

# name, text, command...: the command fails and its output has the text.
refuses() {
    local name=$1 text=$2 out
    shift 2
    if out=$("$@" 2>&1 </dev/null); then
        echo "not ok $name: it succeeded: $out"
    elif [[ $out != *"$text"* ]]; then
        echo "not ok $name: no '$text' in: $out"
    else
        echo "ok $name"
    fi
}

# name, text, command...: the command succeeds and its output has the text.
accepts() {
    local name=$1 text=$2 out
    shift 2
    if ! out=$("$@" 2>&1 </dev/null); then
        echo "not ok $name: it failed: $out"
    elif [[ $out != *"$text"* ]]; then
        echo "not ok $name: no '$text' in: $out"
    else
        echo "ok $name"
    fi
}

# --- help and flags -------------------------------------------------------------------

help=$(make help)
for target in all lib deps quickstart test test-long bench lint install uninstall clean help; do
    if grep -qE "^  make $target +[a-z]" <<<"$help"; then
        echo "ok make_help_lists_$target"
    else
        echo "not ok make_help_lists_$target"
    fi
done

for flag in -Ofast -ffast-math -march=native; do
    refuses "make_refuses_CFLAGS=$flag" "$flag, which changes the bits" make -n CFLAGS="-O2 $flag"
    refuses "make_refuses_CC_with_$flag" "$flag, which changes the bits" make -n CC="gcc $flag"
done

# Flags that come in another way are stopped by the compiler, and contraction stays off.
probe=$NG_TMP/probe.c
echo 'float f(float a, float b, float c) { return a * b + c; }' >"$probe"
refuses fast_math_is_a_compile_error 'must not be compiled with fast-math' \
    "$CC" -ffast-math -include "$NG_BUILD/flags.h" -c -o /dev/null "$probe"
last=$(make -n V=1 BUILD="$NG_TMP/none" CFLAGS='-O2 -std=gnu11 -ffp-contract=fast' \
    "$NG_TMP/none/formats/base/error.o" | grep -oE -- '-(std|ffp-contract|fno-fast-math)[^ ]*' | tail -n 3)
if [ "$(echo "$last" | xargs)" = "-std=c11 -ffp-contract=off -fno-fast-math" ]; then
    echo "ok user_flags_cannot_undo_the_floating_point_flags"
else
    echo "not ok user_flags_cannot_undo_the_floating_point_flags: $(echo "$last" | xargs)"
fi

# --- deps: a world of stubs -----------------------------------------------------------

# dpkg-query knows the packages in $stubs/installed; apt-get and sudo write down their calls.
stubs=$NG_TMP/stubs
mkdir "$stubs"
for tool in sh env tr id make awk grep find uname nproc; do
    ln -s "$(command -v $tool)" "$stubs/$tool"
done
stub() { printf '#!/bin/sh\n%s\n' "$2" >"$stubs/$1" && chmod +x "$stubs/$1"; }
stub dpkg-query 'for p; do :; done; grep -qx "$p" "${0%/*}/installed" && printf installed'
stub apt-get 'echo "$@" >>"${0%/*}/calls"'
stub id 'echo "${FAKE_UID:-0}"'
echo libgsl-dev >"$stubs/installed"
: >"$stubs/calls"

deps() { PATH=$stubs .ci/deps 'libgsl-dev libhdf5-dev gnuplot-nox|gnuplot-qt'; }

NO_INSTALL=1 refuses deps_NO_INSTALL_names_the_missing 'Missing packages: libhdf5-dev gnuplot-nox' deps
NO_INSTALL=1 refuses deps_NO_INSTALL_gives_the_command \
    'apt-get install --no-install-recommends libhdf5-dev gnuplot-nox' deps
if [ -s "$stubs/calls" ]; then
    echo "not ok deps_NO_INSTALL_installs_nothing: $(cat "$stubs/calls")"
else
    echo "ok deps_NO_INSTALL_installs_nothing"
fi

accepts deps_without_a_terminal_goes_on 'Missing packages: libhdf5-dev gnuplot-nox' deps
if grep -q 'install --no-install-recommends libhdf5-dev gnuplot-nox$' "$stubs/calls"; then
    echo "ok deps_installs_what_is_missing"
else
    echo "not ok deps_installs_what_is_missing: $(cat "$stubs/calls")"
fi

FAKE_UID=1000 refuses deps_without_root_or_sudo_gives_the_command 'As root, type:' deps
stub sudo 'echo sudo >>"${0%/*}/calls"; exec "$@"'
FAKE_UID=1000 accepts deps_uses_sudo 'Missing packages' deps
if grep -qx sudo "$stubs/calls"; then
    echo "ok deps_calls_sudo_when_not_root"
else
    echo "not ok deps_calls_sudo_when_not_root"
fi

# On a terminal it asks first.
if script -qec true /dev/null >/dev/null 2>&1; then
    ask=".ci/deps 'libhdf5-dev'"
    : >"$stubs/calls"
    out=$(echo n | PATH=$stubs "$(command -v script)" -qec "$ask" /dev/null 2>&1)
    if [[ $? != 0 && $out == *'[Y/n]'*'Nothing was installed.'* && ! -s $stubs/calls ]]; then
        echo "ok deps_on_a_terminal_takes_no_for_an_answer"
    else
        echo "not ok deps_on_a_terminal_takes_no_for_an_answer: $out $(cat "$stubs/calls")"
    fi
    out=$(echo | PATH=$stubs "$(command -v script)" -qec "$ask" /dev/null 2>&1)
    if [[ $out == *'[Y/n]'* && -s $stubs/calls ]]; then
        echo "ok deps_on_a_terminal_installs_after_return"
    else
        echo "not ok deps_on_a_terminal_installs_after_return: $out"
    fi
else
    echo "skip deps_on_a_terminal: no program script, or no pseudo-terminals"
fi

stub apt-get 'exit 100'
refuses deps_tells_when_apt_get_fails 'apt-get could not install: libhdf5-dev gnuplot-nox' deps
OPTIONAL=1 accepts deps_optional_goes_on 'gnuplot-nox cannot be had' deps

printf 'libgsl-dev\nlibhdf5-dev\ngnuplot-qt\n' >"$stubs/installed"
if out=$(deps 2>&1) && [ -z "$out" ]; then
    echo "ok deps_is_silent_when_nothing_is_missing"
else
    echo "not ok deps_is_silent_when_nothing_is_missing: $out"
fi

rm "$stubs/apt-get"
refuses deps_on_another_system_names_the_libraries 'libgsl-dev libhdf5-dev' deps
stub pkg-config 'exit 0'
stub gnuplot 'exit 0'
accepts deps_on_another_system_is_content_with_pkg_config '' deps
rm "$stubs/pkg-config"

refuses make_without_pkg_config_says_what_to_do 'type `make deps`' \
    env PATH="$stubs" make -n BUILD="$NG_TMP/none" "$NG_TMP/none/formats/base/error.o"

# The list of packages stands in one place.
if others=$(grep -rlE 'lib(hdf5|gsl|jansson|subunit)-dev' --include='*' . \
    --exclude-dir=.git --exclude-dir=build --exclude-dir=out --exclude-dir=tests --exclude-dir=docs |
    grep -vx './Makefile'); then
    echo "not ok package_names_stand_only_in_the_Makefile: also in $others"
else
    echo "ok package_names_stand_only_in_the_Makefile"
fi

# --- what is built again --------------------------------------------------------------

build=$NG_TMP/build
cp -a "$NG_BUILD" "$build"
make BUILD="$build" all >/dev/null 2>&1
again=$(make BUILD="$build" all)
if grep -qE 'CC|LINK|AR' <<<"$again"; then
    echo "not ok a_second_make_builds_nothing: $again"
else
    echo "ok a_second_make_builds_nothing"
fi

# A part of the tree, to be touched.
mkdir -p "$NG_TMP/part/formats"
cp -r Makefile "$NG_TMP/part"
cp -r formats/base formats/narrowgauge.h "$NG_TMP/part/formats"
cd "$NG_TMP/part" || exit 1
object=b/formats/base/error.o
make BUILD=b $object >/dev/null 2>&1
rebuilt() {
    local name=$1
    shift
    if make BUILD=b "$@" $object 2>&1 | grep -q "CC .*$object"; then
        echo "ok $name"
    else
        echo "not ok $name"
    fi
}
sleep 0.1
touch formats/base/error.h
rebuilt a_touched_header_recompiles_its_users
rebuilt other_CFLAGS_recompile CFLAGS=-O1
if make BUILD=b CFLAGS=-O1 PREFIX=/elsewhere VERSION=9 $object | grep -q CC; then
    echo "not ok a_new_version_recompiles_only_what_prints_it"
else
    echo "ok a_new_version_recompiles_only_what_prints_it"
fi
