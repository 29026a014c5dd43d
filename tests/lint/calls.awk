# Calls that belong to one place. Reads code without comments and strings; `file` names it.

BEGIN {
    libm = "(exp|exp2|expm1|log|log2|log10|log1p|pow|sin|cos|tan|asin|acos|atan|atan2|sinh|" \
           "cosh|tanh|erf|erfc|cbrt|hypot|lgamma|tgamma)[fl]?"
}

function calls(name) { return $0 ~ ("(^|[^A-Za-z0-9_.>])" name "[ \t]*\\(") }

function found(sentence) { print file ":" FNR ": " sentence }

file !~ /^harness\/cli\// {
    if (calls("(exit|quick_exit|abort)"))
        found("only harness/cli ends the process; return an error")
    if (calls("(printf|vprintf|puts|putchar|perror)") || $0 ~ /[^A-Za-z0-9_](stdout|stderr)[^A-Za-z0-9_]/)
        found("only harness/cli prints; return an error or hand the text up")
}
file !~ /^(harness\/cli|harness\/run|reports)\// && calls("_[eE]xit") {
    found("_exit is for children after fork, in harness/run and reports")
}
file !~ /^reports\// && calls("(popen|system)") { found("only reports/ starts a program through a shell") }
file ~ /^(formats|models)\// && calls(libm) {
    found("libm is not correctly rounded; use formats/math (only fma and sqrt are exact)")
}
calls("(rand|srand|random|srandom|drand48|lrand48|rand_r)") {
    found("random numbers come from the counter-based generator in formats/math")
}
file ~ /^(formats|datasets|models)\// && calls("(time|clock|gettimeofday|clock_gettime|localtime|gmtime)") {
    found("nothing on the two lower floors may depend on the time")
}
calls("(gets|sprintf|vsprintf|strtok|atoi|atol|atof)") {
    found("this function does not know a length or cannot report an error")
}
calls("alloca") { found("no alloca: hostile sizes must end in a sentence") }
