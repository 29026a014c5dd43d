#!/usr/bin/env bash
# `encode` and `decode`: FP32 numbers to codes and back, as streams and as files.
set -u
# shellcheck source=tests/cli/lib.bash
. "$NG_HOME/tests/cli/lib.bash"
cd "$NG_TMP" || exit 1

bytes() { od -An -v -tx1 | tr -d ' \n'; }
# 1 2 448 1000 0.0001 -0 -3 0.3
numbers='\0\0\200?\0\0\0@\0\0\340C\0\0zD\27\267\3218\0\0\0\200\0\0@\300\232\231\231>'
# shellcheck disable=SC2059 # the numbers are octal
printf "$numbers" >x.raw
cp x.raw kept.raw

# --- what an example does -------------------------------------------------------------

same codes_of_e4m3_by_hand "$("$NG" encode -f e4m3 -q <x.raw | bytes)" 38407e7e0080c42a
same codes_of_16_bits_are_two_bytes "$("$NG" encode -f bf16 -q x.raw | bytes)" \
    803f0040e0437a44d238008040c09a3e
same codes_above_16_bits_are_four_bytes "$("$NG" encode -f e8m12 -q x.raw | wc -c)" 32
same overflow_is_a_choice "$("$NG" encode -f e4m3 --overflow special -q x.raw | bytes)" 38407e7f0080c42a
same scale_multiplies "$("$NG" encode -f e4m3 --scale 0.5 -q x.raw | bytes)" 3038767e0080bc22
same decode_undoes_a_scale \
    "$("$NG" encode -f fp32 --scale 8 -q x.raw | "$NG" decode -f fp32 --scale 8 -q | bytes)" \
    "$(bytes <x.raw)"
same scale_inv_is_the_other_factor "$("$NG" decode -f e4m3 --scale-inv 2 -q <<<"" | bytes)" 0000203d
same dash_is_a_standard_stream "$("$NG" encode -f e4m3 -q - -o - <x.raw | bytes)" 38407e7e0080c42a
same empty_input_is_no_elements "$("$NG" encode -f e4m3 -g tensor --scale 1 -q </dev/null | wc -c)" 0
same quiet_says_nothing "$("$NG" encode -f e4m3 -q x.raw 2>&1 >/dev/null | wc -c)" 0
summary=$("$NG" encode -f e4m3 x.raw 2>&1 >/dev/null)
for said in '8 elements to e4m3' 'largest magnitude 1000' 'saturated 1 (12.5 %)' \
    'overflows 1 (12.5 %)' 'flushed to zero 1 (12.5 %)' 'NaN 0, infinite 0'; do
    gives "summary_says_${said// /_}" 0 "$said" echo "$summary"
done
gives one_element_is_no_plural 0 '1 element to' \
    bash -c "head -c 4 x.raw | '$NG' encode -f e4m3 -o one.raw"
gives nan_is_called_so 0 'magnitude NaN' \
    bash -c "printf '\\0\\0\\300\\177' | '$NG' encode -f e4m3 -o one.raw"
gives summary_as_json 0 '"saturated%": 12.5' "$NG" encode -f e4m3 --json -o c.raw x.raw
gives decode_counts_elements 0 '8 elements from e4m3' "$NG" decode -f e4m3 c.raw -o y.raw
same files_are_like_pipes "$(bytes <c.raw)" 38407e7e0080c42a
"$NG" encode -f e4m3 -g tensor --scales s.raw -o c.raw x.raw 2>two.log
"$NG" encode -f e4m3 -g tensor -q <x.raw >c2.raw
holds tensor_scale_is_measured grep -q 'scale 0.448' two.log
holds redirected_file_is_read_twice cmp c.raw c2.raw
same tensor_scale_is_written_as_scale_inv "$(wc -c <s.raw)" 4
same tensor_round_trip_by_its_scales \
    "$("$NG" decode -f e4m3 -g tensor --scales s.raw c.raw -q | bytes)" \
    "$("$NG" decode -f e4m3 --scale 0.448 c.raw -q | bytes)"
(
    dd bs=4 count=2 status=none of=skipped
    "$NG" encode -f e4m3 -g tensor -q
) <x.raw >part.raw
same redirected_file_is_read_from_where_it_stands "$(wc -c <part.raw)" 6

# --- words that are wrong -------------------------------------------------------------

wrong() { gives "$1" 2 "$2" "$NG" encode "${@:3}" x.raw -o never; }
wrong format_is_needed "'encode' needs --format NAME"
wrong unknown_format_is_refused 'e4m33' -f e4m33
wrong impossible_format_is_refused 'e9m3' -f e9m3
wrong unknown_policy_gets_a_suggestion "did you mean 'ml_dtypes'" -f e4m3 -p ml_dtype
wrong unknown_rounding_is_refused 'nearest-even, nearest-away' -f e4m3 -r sideways
wrong unknown_nan_rule_is_refused 'canonical, sign-kept' -f e4m3 --nan kept
wrong unknown_rule_is_refused 'mx-floor' -f e4m3 -g mx --rule flor --scales s
wrong bits_without_stochastic_are_refused 'stochastic' -f e4m3 --bits 8
wrong seed_without_stochastic_is_refused 'stochastic' -f e4m3 --seed 8
for bits in 0 25 -1 x; do
    wrong "random_bits_${bits}_are_refused" '1..24' -f e4m3 -r stochastic --bits $bits
done
for scale in nan 0 -1 inf 1e39 1e-50 1e-45 0x1p3 '1 ' 1e; do
    wrong "scale_${scale// /_}_is_refused" '--scale' -f e4m3 --scale "$scale"
done
for word in 1x0 0x5 0x0 1x999999999999 1x99999999999999999999 128x64 2x1 1x 1x-1 1x128x 01x5 \
    1X128 blocks '1x 5'; do
    wrong "granularity_${word// /_}_is_refused" '--granularity needs' -f e4m3 -g "$word" --scales s
done
wrong scale_below_fp32_says_so 'is 0 as FP32' -f e4m3 --scale 1e-50
wrong scale_above_fp32_says_so 'is infinite as FP32' -f e4m3 --scale 1e39
wrong rules_are_those_of_the_granularity 'takes mx-floor, mx-ceil, mx-even, mx-rceil.' \
    -f e4m3 -g mx --scales s --rule current
wrong scale_of_rows_is_refused 'no use for' -f e4m3 -g row --scale 2 --scales s
wrong rule_beside_a_scale_is_refused 'one of the two' -f e4m3 --scale 2 --rule current
wrong rule_without_scales_is_refused 'does not go with' -f e4m3 --rule current
wrong rule_of_mx_for_a_tensor_is_refused 'does not go with' -f e4m3 -g tensor --rule mx-ceil
wrong rule_that_needs_a_history_is_refused 'does not go with' -f e4m3 -g tensor --rule delayed
wrong blocks_without_a_file_of_scales_are_refused '--scales FILE' -f e4m3 -g 1x4
wrong scales_of_none_are_refused 'there are no scales' -f e4m3 --scales s
wrong rows_of_a_raw_stream_are_refused 'it is one row' -f e4m3 -g row --scales s
wrong squares_of_a_raw_stream_are_refused 'it is one row' -f e4m3 -g 4x4 --scales s
wrong mx_of_int8_is_refused 'int8' -f int8 -g mx --scales s
wrong nvfp4_of_e4m3_is_refused 'e2m1' -f e4m3 -g nvfp4 --scales s
wrong codes_and_scales_in_one_file_are_refused 'the same file' -f e4m3 -g mx --scales never
wrong scales_in_a_standard_stream_are_refused 'the name of a file' -f e4m3 -g mx --scales -
gives tensor_on_a_pipe_names_the_scale 2 '--scale NUMBER' bash -c \
    "cat x.raw | '$NG' encode -f e4m3 -g tensor"
gives nvfp4_on_a_pipe_names_the_scale 2 '--scale NUMBER' bash -c \
    "cat x.raw | '$NG' encode -f e2m1 -g nvfp4 --scales s"
gives decode_of_a_tensor_needs_its_scale 2 '--scale-inv NUMBER' "$NG" decode -f e4m3 -g tensor c.raw
gives decode_of_nvfp4_needs_its_scale 2 'besides --scales' "$NG" decode -f e2m1 -g nvfp4 --scales s c.raw
gives decode_takes_one_scale 2 'one of' "$NG" decode -f e4m3 --scale 1 --scale-inv 1 c.raw
gives decode_refuses_a_nan_scale_inv 2 '--scale-inv' "$NG" decode -f e4m3 --scale-inv nan c.raw
gives too_many_files_are_refused 2 'no use for' "$NG" encode -f e4m3 x.raw x.raw
gives missing_file_is_refused 2 'No such file' "$NG" encode -f e4m3 nothing.raw
gives folder_is_no_input 2 'is a folder' "$NG" encode -f e4m3 .
gives unknown_instructions_are_refused 2 'NG_ISA' env NG_ISA=mmx "$NG" encode -f e4m3 x.raw -o never
same refused_words_write_nothing "$(find . -name 'never*' -o -name s | wc -l)" 0

# --- streams that are wrong -----------------------------------------------------------

head -c 30 x.raw >odd.raw
gives odd_bytes_of_a_file_are_told_at_once 2 'no multiple of the 4 bytes' \
    "$NG" encode -f e4m3 odd.raw -o never
gives odd_bytes_of_a_pipe_are_told_at_the_end 2 'ends after 2 of the 4 bytes of an FP32 number, behind 7' \
    bash -c "cat odd.raw | '$NG' encode -f e4m3 -o never"
gives odd_codes_are_told 2 'ends after 1 of the 2 bytes of a code of bf16' \
    bash -c "printf abc | '$NG' decode -f bf16 -o never"
printf '\1\41\2' >packed
gives packed_codes_are_told_by_their_place 2 'element 1 (counted from 0) is 0x21' \
    "$NG" decode -f e2m1 packed -o never
gives packed_codes_get_a_question 2 'packed' "$NG" decode -f e2m1 packed -o never
same question_ends_once "$("$NG" decode -f e2m1 packed -o never 2>&1 | grep -c 'byte?$')" 1
printf hello >text.npy
gives text_is_no_npy 2 'is not a .npy file' "$NG" encode -f e4m3 text.npy -o never
gives unused_low_bits_are_told 2 'no code of tf32' "$NG" decode -f tf32 x.raw -o never
gives unused_high_bits_of_words_are_told 2 'element 0 (counted from 0) is 0x2101' \
    bash -c "printf '\\1\\41' | '$NG' decode -f e5m6 -o never"
same refused_streams_write_nothing "$(find . -name 'never*' | wc -l)" 0
{
    head -c 800000 /dev/zero
    printf '\377'
} | "$NG" decode -f e2m1 2>log | wc -c >count
gives what_went_out_cannot_be_called_back 0 'went to the standard output already' cat log
same what_went_out_is_counted "$(sed -nE 's/.* The ([0-9]+) elements before.*/\1/p' log)" $(($(cat count) / 4))

# Scales in a .npy file have the shape that encode gives them.
npy() { # shape, bytes of zeros
    printf '\223NUMPY\1\0\166\0%-117s\n' \
        "{'descr': '<f4', 'fortran_order': False, 'shape': $1, }"
    head -c "$2" /dev/zero
}
npy '(4, 6)' 96 >plane.npy
npy '(2, 4)' 32 >turned.npy
"$NG" encode -q -f e4m3 -g 1x3 --scales s.npy plane.npy -o c.npy
gives scales_of_their_shape_are_taken 0 '24 elements' \
    "$NG" decode -f e4m3 -g 1x3 --scales s.npy c.npy -o y.npy
gives scales_of_another_shape_are_refused 2 \
    'shape (2, 4), where the scales of these codes have (4, 2)' \
    "$NG" decode -f e4m3 -g 1x3 --scales turned.npy c.npy -o never
for of in tensor:1 row:4 column:6; do
    "$NG" encode -q -f e4m3 -g ${of%:*} --scales s.npy plane.npy -o c.npy
    gives "scales_of_${of%:*}_are_taken" 0 '24 elements' \
        "$NG" decode -f e4m3 -g ${of%:*} --scales s.npy c.npy -o y.npy
    gives "scales_of_another_${of%:*}_are_refused" 2 "have (${of#*:},)" \
        "$NG" decode -f e4m3 -g ${of%:*} --scales turned.npy c.npy -o never
done
gives numbers_are_no_codes 2 'holds float32, where uint8 was expected (a code of e4m3 each)' \
    "$NG" decode -f e4m3 plane.npy -o never
same numbers_get_no_advice_to_view_them \
    "$("$NG" decode -f e4m3 plane.npy 2>&1 >/dev/null | grep -c 'view\|astype')" 0

# --- places that are wrong ------------------------------------------------------------

mkfifo fifo
ln -s x.raw link
mkdir dir
for place in fifo link dir /dev/null; do
    gives "output_in_the_place_of_${place##*/}_is_refused" 2 'is not a regular file' \
        "$NG" encode -f e4m3 x.raw -o $place
done
same refused_places_are_kept "$(find fifo link dir /dev/null -maxdepth 0 -printf '%y')" pldc
# A name of the input, or of the other output: nothing is lost.
ln -f x.raw hard.raw
kept() { gives "$1" 2 'the same file' "${@:2}"; }
kept output_is_not_the_input "$NG" encode -f e4m3 x.raw -o ./x.raw
kept output_is_no_other_name_of_the_input "$NG" encode -f e4m3 hard.raw -o x.raw
kept scales_are_not_the_input "$NG" encode -f e4m3 -g mx --scales ./x.raw x.raw -o never
kept output_is_not_behind_the_standard_input \
    bash -c "'$NG' encode -f e4m3 -o x.raw <x.raw"
kept standard_output_is_not_the_input bash -c "'$NG' encode -f e4m3 x.raw >>x.raw"
kept scales_and_codes_are_two_files "$NG" encode -f e4m3 -g mx --scales ./never -o never x.raw
kept decode_does_not_write_to_its_scales \
    "$NG" decode -f e4m3 -g tensor --scales s.raw c.raw -o ./s.raw
cp x.raw y.part
kept output_is_not_written_through_the_input "$NG" encode -f e4m3 y.part -o y
same inputs_are_all_there "$(bytes <x.raw) $(wc -c <y.part) $(wc -c <s.raw)" "$(bytes <kept.raw) 32 4"
rm -f y.part hard.raw

# NAME.part that is a link
echo victim >victim
ln -s victim linked.part
gives link_is_not_written_through 3 'is a link' "$NG" encode -f e4m3 x.raw -o linked
ln -sf nobody linked.part
gives link_to_nothing_is_not_written_through 3 'is a link' "$NG" encode -f e4m3 x.raw -o linked
ln -f victim hard.part
gives second_name_is_not_written_through 3 'is a link' "$NG" encode -f e4m3 x.raw -o hard
mkfifo pipe.part
gives pipe_is_not_written_through 3 'no regular file' "$NG" encode -f e4m3 x.raw -o pipe
same links_are_kept "$(cat victim) $(find . -name nobody -o -name linked -o -name hard)" 'victim '
rm -f ./*.part

# Permissions of what is replaced.
echo secret >mode.raw
for mode in 600 640 400; do
    chmod $mode mode.raw
    "$NG" encode -f e4m3 x.raw -q -o mode.raw
    same "permissions_${mode}_are_kept" "$(stat -c '%a %s' mode.raw)" "$mode 8"
done
gives output_in_no_folder_is_a_failure 3 'No such file' "$NG" encode -f e4m3 x.raw -o no/c.raw
if [ -w /dev/full ]; then
    "$NG" encode -f e4m3 x.raw >/dev/full 2>log
    same full_disk_is_a_failure "$? $(grep -c 'No space left' log)" '3 1'
fi
"$NG" encode -f e4m3 x.raw >&- 2>log
same closed_output_is_a_failure "$? $(grep -c 'standard output' log)" '3 1'
"$NG" encode -f e4m3 -o c.raw <&- 2>log
same closed_input_is_a_failure "$? $(grep -c 'standard input cannot be read' log)" '3 1'
same closed_input_keeps_what_was_there "$(wc -c <c.raw)" 8
head -c 400000 /dev/zero >zero.raw
echo before >c.npy
gives limit_on_files_is_a_failure 3 'File too large' \
    bash -c "ulimit -f 4; '$NG' encode -f e4m3 zero.raw -o c.npy"
same failure_keeps_what_was_there "$(cat c.npy) $(find . -name '*.part')" 'before '
gives limit_on_files_of_scales_is_a_failure 3 'File too large' \
    bash -c "ulimit -f 4; '$NG' encode -f e4m3 -g 1x1 --scales c.npy zero.raw >codes.raw"
same failure_keeps_earlier_scales "$(cat c.npy) $(find . -name '*.part')" 'before '

# --- many at once, and killed ---------------------------------------------------------

# Of two files, the first is not replaced where the second cannot be written; where only the
# name of the second is not to be had, it is said that the first is new.
rm -rf in two
mkfifo in
mkdir two
echo before >two/s.raw
"$NG" encode -f e4m3 -g 1x4 --scales two/s.raw -o two/c.raw in 2>log &
pid=$!
exec 9<>in
cat x.raw >&9
wait_for 10 test -e two/s.raw.part
mkdir two/c.raw
exec 9>&-
wait $pid
same name_that_is_not_to_be_had_says_what_is_new \
    "$? $(grep -c 'scales in two/s.raw are new already' log) $(wc -c <two/s.raw)" '3 1 8'
echo before >two/s.raw
if [ -w /dev/full ]; then
    ln -s /dev/full two/full.part
    gives full_disk_of_codes_is_a_failure 3 'No space left' \
        "$NG" encode -f e4m3 -g 1x4 --scales two/s.raw -o two/full x.raw
    same full_disk_of_codes_keeps_earlier_scales "$(cat two/s.raw)" before
fi
ln -s /dev/null two/null.part
gives what_cannot_be_synced_is_a_failure 3 'cannot write two/null' \
    "$NG" encode -f e4m3 -g 1x4 --scales two/s.raw -o two/null x.raw
same what_cannot_be_synced_keeps_earlier_scales "$(cat two/s.raw)" before

# In the background, reading from what is written to descriptor 9.
start() {
    rm -f in
    mkfifo in
    "$NG" encode -f e4m3 in -o c.npy 2>log &
    pid=$!
    exec 9<>in
    timeout 10 head -c 400000 /dev/zero >&9
    wait_for 10 test -s c.npy.part
}
start
gives second_writer_of_a_file_is_refused 3 'another process is writing' \
    "$NG" encode -f e4m3 x.raw -o c.npy
exec 9>&-
wait $pid
same first_writer_of_a_file_ends_well "$? $(wc -c <c.npy)" "0 100128"
echo before >c.npy
start
kill -9 $pid
wait $pid 2>/dev/null
exec 9>&-
same killed_writer_leaves_what_was_there "$(cat c.npy)" before
gives what_a_killed_writer_left_is_in_nobodys_way 0 '8 elements' "$NG" encode -f e4m3 x.raw -o c.npy
same nothing_is_left_beside_it "$(wc -c <c.npy) $(find . -name '*.part')" '136 '
start
kill -TERM $pid
wait $pid 2>/dev/null
same interrupted_writer_tidies_up "$? $(find . -name '*.part')" '143 '
exec 9>&-

# Memory: the most that is in use does not grow with the stream.
most_memory() {
    rm -f in
    mkfifo in
    "$NG" encode -f e4m3 -g 1x128 --scales s.raw in -q >/dev/null &
    pid=$!
    exec 9<>in
    timeout 20 head -c "$1" /dev/zero >&9
    sed -nE 's/VmHWM:\s+([0-9]+) kB/\1/p' /proc/$pid/status
    exec 9>&-
    wait $pid
}
less=$(most_memory 4M)
more=$(most_memory 40M)
if [ -n "$less" ] && [ "$more" -lt $((less + 2048)) ]; then
    echo "ok memory_does_not_grow_with_the_stream"
else
    bad memory_does_not_grow_with_the_stream "$less kB, then $more kB"
fi
same input_is_left_alone "$(bytes <x.raw)" "$(bytes <kept.raw)"
