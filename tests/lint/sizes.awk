# No function is longer than 100 lines. In the house layout a body stands between a `{`
# and a `}` in column one, which clang-format ensures.

FNR == 1 { inside = 0; signature = 0; name = "" }
!inside && /^[A-Za-z_]/ { if (!signature) signature = FNR }
!inside && match($0, /[A-Za-z_0-9]+\(/) && name == "" { name = substr($0, RSTART, RLENGTH - 1) }
!inside && (/;[ \t]*$/ || /^#/ || /^$/) { signature = 0; name = "" }
/^\{/ { inside = 1; start = signature ? signature : FNR }
/^\}/ {
    if (inside && FNR - start + 1 > 100)
        print FILENAME ":" start ": " name "() has " FNR - start + 1 " lines, more than 100"
    inside = 0; signature = 0; name = ""
}
