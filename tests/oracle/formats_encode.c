/*
 * formats_encode FORMAT POLICY: floats from stdin to codes on stdout
 * formats_encode FORMAT decode: codes from stdin to floats on stdout
 *
 * in the machine's byte order; for scripts that compare with other people's converters.
 */
#include <stdio.h>
#include <string.h>

#include "formats/narrowgauge.h"

enum { BLOCK = 4096 };

static int encode(const struct ng_format *format, const struct ng_policy *policy)
{
    static float x[BLOCK];
    static unsigned char codes[4 * BLOCK];
    size_t n;
    while ((n = fread(x, sizeof *x, BLOCK, stdin)) > 0) {
        ng_format_encode(format, policy, 1.0f, x, codes, n, NULL, 0, NULL);
        if (fwrite(codes, (size_t)format->storage_bytes, n, stdout) != n)
            return 3;
    }
    return ferror(stdin) || fflush(stdout) != 0 ? 3 : 0;
}

static int decode(const struct ng_format *format)
{
    static float x[BLOCK];
    static unsigned char codes[4 * BLOCK];
    size_t n;
    while ((n = fread(codes, (size_t)format->storage_bytes, BLOCK, stdin)) > 0) {
        ng_format_decode(format, codes, 1.0f, x, n);
        if (fwrite(x, sizeof *x, n, stdout) != n)
            return 3;
    }
    return ferror(stdin) || fflush(stdout) != 0 ? 3 : 0;
}

int main(int argc, char **argv)
{
    const struct ng_format *format = argc == 3 ? ng_format_by_name(argv[1]) : NULL;
    if (format == NULL)
        return 2;
    if (strcmp(argv[2], "decode") == 0)
        return decode(format);
    const struct ng_policy_preset *preset = ng_policy_by_name(argv[2]);
    return preset == NULL ? 2 : encode(format, &preset->policy);
}
