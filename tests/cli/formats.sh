#!/usr/bin/env bash
# `formats`: the table, one format, its codes, numbers in it, and several side by side.
set -u
# shellcheck source=tests/cli/lib.bash
. "$NG_HOME/tests/cli/lib.bash"
cd "$NG_TMP" || exit 1

# --- The table -----------------------------------------------------------------------------

gives table_shows_e4m3 0 '1/4/3      7            448' "$NG" formats
gives table_shows_no_zero_for_e8m0 0 '0xFF        -          1  OCP MX 1.0, E8M0' "$NG" formats
count() { "$NG" formats --json | grep -c '"standard"'; }
same json_table_has_every_format "$(count)" 16
gives json_has_values_and_codes 0 '"max_code": "0x7E"' "$NG" formats e4m3 --json
gives json_numbers_are_exact 0 '"min_subnormal": 1.4012984643248171e-45' "$NG" formats fp32 --json
widest() { awk '{ if (length > most) most = length } END { print most <= 80 }'; }
for words in 'help formats' 'help encode' 'help decode' 'formats fp32' 'formats tf32' \
    'formats e4m3 0.3 1e-9 -r stochastic'; do
    # shellcheck disable=SC2086
    same "80_columns_are_enough_for_${words// /_}" "$("$NG" $words | widest)" 1
done
if command -v script >/dev/null; then
    wide=$(script -qec "stty cols 60; '$NG' formats" /dev/null </dev/null | tr -d '\r' |
        head -n 17 | awk '{ if (length > most) most = length } END { print most <= 60 }')
    same table_leaves_columns_out_on_a_narrow_terminal "$wide" 1
else
    echo "skip table_leaves_columns_out_on_a_narrow_terminal: script is not installed"
fi

# --- One format, numbers in it -------------------------------------------------------------

gives one_format_shows_its_bits 0 's eeee mmm   8 bits, stored in 1 byte, bias 7' "$NG" formats e4m3
gives one_format_shows_its_specials 0 'NaN                  0x7D..0x7F, 0xFD..0xFF|  NaN as it is written 0x7F' \
    sh -c "'$NG' formats e5m2 | tr '\n' '|'"
gives one_format_counts_its_codes 0 '256: 254 finite, 0 infinite, 2 NaN' "$NG" formats e4m3
gives one_format_counts_its_finite_codes 0 '238 normal, 14 subnormal, 2 zero' "$NG" formats e4m3
gives a_format_by_parameters_is_described 0 's eee mmmmmmmm   12 bits' "$NG" formats e3m8
gives another_spelling_is_the_row_of_the_table 0 'bf16: ' "$NG" formats e8m7
gives a_number_that_fp32_does_not_hold_is_told 0 '0.30000001192092896 (FP32 0x3E99999A, rounded)' \
    "$NG" formats e4m3 0.3
gives an_exact_number_is_taken_without_words 0 '0.25|  becomes     0x28' \
    sh -c "'$NG' formats e4m3 0.25 | tr '\n' '|'"
gives negative_number_is_a_word 0 '0xAA  1 0101 010  -0.3125' "$NG" formats e4m3 -0.3
gives negative_fraction_is_a_word 0 '-0.5' "$NG" formats e4m3 -.5
gives negative_infinity_is_a_word 0 '0xFC' "$NG" formats e5m2 -inf --inf special
gives negative_zero_keeps_its_sign 0 '0x80' "$NG" formats e4m3 -0
gives number_after_two_dashes_is_a_word 0 '0xAA' "$NG" formats e4m3 -- -0.3
gives saturation_is_told 0 'above the largest, 448' "$NG" formats e4m3 1000
gives vanishing_is_told 0 'it vanishes' "$NG" formats e4m3 1e-9
gives preset_gives_infinity 0 '0x7C' "$NG" formats e5m2 1e9 --policy ml_dtypes
gives one_choice_replaces_that_of_the_preset 0 '0x7B' \
    "$NG" formats e5m2 1e9 --policy ml_dtypes --overflow saturate
gives several_numbers_are_answered_in_turn 0 '0x38 0x40 0x44 ' \
    sh -c "'$NG' formats e4m3 1 2 3 | sed -n 's/.*becomes *\(0x..\).*/\1/p' | tr '\n' ' '"

# --- Side by side --------------------------------------------------------------------------

same 80_columns_are_enough_for_a_comparison \
    "$("$NG" formats --compare e4m3,e5m2 --out narrow | widest)" 1
gives comparison_is_a_table 0 'student-t     e4m3' "$NG" formats --compare e4m3,e5m2,bf16 --out here
drawn=$(cd here/formats-e4m3-e5m2-bf16 && echo *)
same comparison_draws_a_picture "$drawn" 'precision.dat precision.gp precision.png precision.svg'
if command -v python3 >/dev/null; then
    python3 "$NG_HOME/tests/cli/formats_truth.py" here/formats-e4m3-e5m2-bf16/precision.dat
    same truth_was_told_to_its_end $? 0
else
    echo "skip formats_truth: python3 is not installed"
fi
"$NG" formats --compare e4m3,e5m2 --json >first.json
"$NG" formats --compare e4m3,e5m2 --json >second.json
same comparison_is_the_same_twice "$(sha256sum <first.json)" "$(sha256sum <second.json)"
holds comparison_goes_to_out_by_default test -s out/formats-e4m3-e5m2/precision.svg
holds fp32_is_exact sh -c "'$NG' formats --compare fp32,e4m3 --json | grep -q '\"exact\": true'"

# --- Refusals ------------------------------------------------------------------------------

gives unknown_format_is_refused_with_the_list 2 'e4m3b11fnuz' "$NG" formats e4m33x
gives too_many_exponent_bits_are_refused 2 '2 to 8 exponent' "$NG" formats e9m3
gives one_exponent_bit_is_refused 2 '2 to 8 exponent' "$NG" formats e1m2
gives no_mantissa_bit_is_refused 2 '1 to 22 mantissa' "$NG" formats e4m0
gives too_many_mantissa_bits_are_refused 2 '1 to 22 mantissa' "$NG" formats e8m30
gives a_bias_beyond_fp32_is_refused 2 'FP32' "$NG" formats e8m3b300
gives codes_of_a_wide_format_are_refused 2 'up to 16 bits; fp32 has 32' "$NG" formats fp32 --codes
gives codes_without_a_name_are_refused 2 'formats NAME --codes' "$NG" formats --codes
gives codes_with_a_number_are_refused 2 'formats NAME --codes' "$NG" formats e4m3 1 --codes
for junk in abc 0.3x 1e 0x --1 1,5 'nan(7)' ' 1' - 1.2.3 infx -infx; do
    gives "number_'$junk'_is_refused" 2 'narrowgauge: ' "$NG" formats e4m3 -- "$junk"
done
gives a_bad_number_stops_before_the_first_answer 2 "narrowgauge: 'x' is no number" \
    "$NG" formats e4m3 1 x
same nothing_is_printed_before_a_bad_number "$("$NG" formats e4m3 1 x 2>/dev/null | wc -c)" 0
gives an_empty_word_is_refused 2 'empty word' "$NG" formats ''
gives comparison_of_one_is_refused 2 'is one' "$NG" formats --compare e4m3
gives comparison_of_seven_is_refused 2 'is more' \
    "$NG" formats --compare e4m3,e5m2,bf16,fp16,e2m1,e3m2,e2m3
gives comparison_with_itself_is_refused 2 'e4m3 twice' "$NG" formats --compare e4m3,e4m3fn
gives comparison_with_nothing_is_refused 2 'no format' "$NG" formats --compare e4m3,,bf16
gives comparison_with_an_impossible_format_is_refused 2 'exponent' "$NG" formats --compare e4m3,e9m9
gives comparison_with_a_word_is_refused 2 "no use for 'e4m3'" "$NG" formats e4m3 --compare e4m3,bf16
gives comparison_with_codes_is_refused 2 'two questions' "$NG" formats --compare e4m3,bf16 --codes
gives out_without_a_comparison_is_refused 2 '--out' "$NG" formats e4m3 --out x
gives policy_without_a_number_is_refused 2 'about numbers' "$NG" formats e4m3 --policy ocp
gives unknown_policy_is_refused_with_the_list 2 'cuda-nosat' "$NG" formats e4m3 1 --policy cuda
gives unknown_rounding_gets_a_suggestion 2 "has 'nearest-evn'; did you mean 'nearest-even'?" \
    "$NG" formats e4m3 1 --rounding nearest-evn
gives too_many_random_bits_are_refused 2 '1..24' \
    "$NG" formats e4m3 1 --rounding stochastic --bits 25
gives random_bits_without_chance_are_refused 2 'stochastic' "$NG" formats e4m3 1 --bits 8
# shellcheck disable=SC2046
gives too_many_numbers_are_refused 2 'no use for' "$NG" formats e4m3 $(seq 257)
gives negative_number_is_no_word_elsewhere 2 'no option' "$NG" list -3
: >file
gives comparison_into_a_file_fails 3 'file' "$NG" formats --compare e4m3,bf16 --out file
