#!/usr/bin/env bash
# Every command explains itself, the manual says the same, and wrong words are refused.
set -u
# shellcheck source=tests/cli/lib.bash
. "$NG_HOME/tests/cli/lib.bash"
manual=$NG_HOME/harness/cli/narrowgauge.1
commands=$("$NG" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')

gives version_names_commit_and_libraries 0 'HDF5 ' "$NG" --version
gives version_names_the_compiler 0 'compiled by' "$NG" --version
gives help_lists_the_exit_codes 0 '75 interrupted' "$NG" help
gives no_command_is_a_usage_error 2 'No command was given' "$NG"
gives unknown_command_gets_a_suggestion 2 "did you mean 'run'" "$NG" rum
gives unknown_command_is_refused 2 'There is no command' "$NG" frobnicate
gives unknown_option_gets_a_suggestion 2 "did you mean '--jobs'" "$NG" run quickstart --jbos 2
gives unknown_letter_is_refused 2 'no option' "$NG" run quickstart -Z
gives missing_value_is_refused 2 'needs a value' "$NG" run quickstart --out
gives empty_value_is_refused 2 'empty value' "$NG" run quickstart --out=
gives value_of_a_switch_is_refused 2 'takes no value' "$NG" run quickstart --json=yes
gives number_out_of_range_is_refused 2 '1..1024' "$NG" run quickstart --jobs 0
gives number_with_a_tail_is_refused 2 '1..1024' "$NG" run quickstart --jobs 2x
gives too_many_words_are_refused 2 'no use for' "$NG" run quickstart optdigits
gives too_few_words_are_refused 2 'needs' "$NG" run
gives override_where_none_is_taken_is_refused 2 'takes no key=value' "$NG" list a=b
gives unknown_experiment_gets_a_suggestion 2 'quickstart' "$NG" run quickstrat
gives help_of_an_unknown_command_is_refused 2 "did you mean 'show'" "$NG" help shwo

if [ -z "$commands" ]; then bad help_lists_commands "none found in --help"; fi
for command in $commands; do
    help=$("$NG" "$command" --help)
    same "help_and_--help_agree_on_$command" "$help" "$("$NG" help "$command")"
    stated=$(sed -n '/^Options:/,/^$/p' <<<"$help" |
        sed -nE 's/^  (-(.), |    )--([a-z-]+)( ([A-Z]+))? .*/\2 \3 \5/p' | grep -v ' help ' | sort)
    written=$(awk -v c="$command" '$1 == ".Ss" || $1 == ".Sh" { on = $1 == ".Ss" && $2 == c } on' "$manual" |
        sed -nE 's/^\.It (Fl ([a-z]) , )?Fl -([a-z-]+)( Ar ([A-Z]+))?$/\2 \3 \5/p' | sort)
    if [ "$stated" = "$written" ]; then
        echo "ok manual_and_help_agree_on_$command"
    else
        bad "manual_and_help_agree_on_$command" "help: $stated / manual: $written"
    fi
done
in_manual=$(sed -nE 's/^\.Ss ([a-z]+)$/\1/p' "$manual" | sort | xargs)
same manual_has_every_command "$(xargs -n1 <<<"$commands" | sort | xargs)" "$in_manual"

# A full standard output is noticed.
if [ -w /dev/full ]; then
    "$NG" help >/dev/full 2>"$NG_TMP/err"
    status=$?
    same full_standard_output_is_an_error \
        "$status $(grep -c 'standard output' "$NG_TMP/err")" "3 1"
fi
