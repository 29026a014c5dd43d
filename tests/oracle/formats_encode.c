/*
 * formats_encode FORMAT POLICY: floats from stdin to codes on stdout, in the machine's
 * byte order; for scripts that compare with other people's converters.
 */
#include <stdio.h>
#include <string.h>

#include "formats/codec/format.h"

int main(int argc, char **argv)
{
    enum { BLOCK = 4096 };
    static float x[BLOCK];
    static unsigned char codes[4 * BLOCK];
    const struct ng_format *format = argc == 3 ? ng_format_by_name(argv[1]) : NULL;
    const struct ng_policy_preset *row = ng_policies;
    while (row->name != NULL && (argc != 3 || strcmp(row->name, argv[2]) != 0))
        row++;
    if (format == NULL || row->name == NULL)
        return 2;
    size_t n;
    while ((n = fread(x, sizeof *x, BLOCK, stdin)) > 0) {
        ng_format_encode(format, &row->policy, 1.0f, x, codes, n, NULL, 0, NULL);
        if (fwrite(codes, (size_t)format->storage_bytes, n, stdout) != n)
            return 3;
    }
    return ferror(stdin) || fflush(stdout) != 0 ? 3 : 0;
}
