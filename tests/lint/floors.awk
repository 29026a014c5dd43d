# A folder includes only folders on lower floors; a library belongs to one room.
# Reads .c and .h files named from the source root.

BEGIN {
    # What each floor may include besides itself.
    floors["formats"] = ""
    floors["datasets"] = "formats"
    floors["models"] = "formats"
    floors["experiments"] = "formats datasets models"
    floors["reports"] = "formats experiments"
    floors["harness"] = "formats datasets models experiments reports"
    floors["tests"] = "formats datasets models experiments reports harness"

    # Inside these two, a room includes only itself and the rooms before it.
    order("formats", "base math codec quant gemm native")
    order("harness", "stats judge run cli")
    # The installed header: declarations that every room may know.
    rank["formats/narrowgauge.h"] = 0

    # system header (regular expression) -> the files (regular expression) that may use it
    owner["^(hdf5|hdf5_hl|H5[A-Za-z]*)\\.h$"] = "^datasets/files/h5[a-z_]*\\.[ch]$"
    owner["^gsl/"] = "^harness/stats/"
    owner["^yaml\\.h$"] = "^experiments/spec/"
    owner["^jansson\\.h$"] = "^(datasets|models|experiments|reports|harness)/"
    owner["^(sha2|sha|md5|sha1|sha256)\\.h$"] = "^datasets/files/digest\\.c$"
    owner["^zlib\\.h$"] = "^datasets/files/bytes\\.c$"
    owner["^zip\\.h$"] = "^datasets/files/zip\\.c$"
    owner["^(cuda|cublas|cudnn|nvrtc)"] = "^formats/native/"
    owner["^Random123/"] = "^formats/"
    owner["^check\\.h$"] = "^$"
}

function order(floor, rooms,   i, n, list) {
    n = split(rooms, list, " ")
    for (i = 1; i <= n; i++) rank[floor "/" list[i]] = i
}

function found(sentence) { print FILENAME ":" FNR ": " sentence }

function check_own(target,   theirs, mine, part, n) {
    n = split(target, part, "/")
    theirs = part[1]
    if (n < 2 || !(theirs in floors)) {
        found("\"" target "\" is not a path from the source root into one of the folders")
        return
    }
    split(FILENAME, part, "/")
    mine = part[1]
    if (theirs == "tests" && mine != "tests")
        found("only tests may include \"" target "\"")
    else if (theirs != mine && (" " floors[mine] " ") !~ (" " theirs " "))
        found(mine "/ may not include " theirs "/: \"" target "\" is not on a lower floor")
    else if (theirs == mine)
        check_room(target, mine)
    if (FILENAME ~ /^harness\/(stats|judge)\// &&
        target ~ /^models\/(ops|zoo|optim)\/|^models\/(model|graph)\.h/)
        found("harness/judge and harness/stats work on stored rows, never on a model")
}

function check_room(target, floor,   a, b, here, there) {
    split(FILENAME, a, "/")
    split(target, b, "/")
    here = floor "/" a[2]
    there = floor "/" b[2]
    if ((here in rank) && !(there in rank))
        found("\"" target "\" is in no known room of " floor "/")
    else if ((here in rank) && rank[there] > rank[here])
        found(here " may not include " there ", a later room")
}

function check_system(target,   pattern) {
    for (pattern in owner) {
        if (target ~ pattern && FILENAME !~ owner[pattern] && FILENAME !~ /^tests\//)
            found("<" target "> may not be used here; it belongs to " \
                  (owner[pattern] == "^$" ? "tests/" : owner[pattern]))
    }
}

/^[ \t]*#[ \t]*include[ \t]*"/ {
    split($0, quoted, "\"")
    check_own(quoted[2])
}
/^[ \t]*#[ \t]*include[ \t]*</ {
    split($0, angled, /[<>]/)
    check_system(angled[2])
}
