/*
 * statistics X.f32 Q.f32: the full statistics of two files of raw FP32, as lines "name
 * value"; exponents as "exponent FIELD COUNT".
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "formats/narrowgauge.h"

enum { MOST = 1 << 20 };

static size_t read_floats(const char *path, float *values)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        exit(2);
    size_t n = fread(values, sizeof *values, MOST, file);
    fclose(file);
    return n;
}

int main(int argc, char **argv)
{
    static float x[MOST], q[MOST];
    if (argc != 3)
        return 2;
    size_t n = read_floats(argv[1], x);
    if (read_floats(argv[2], q) != n)
        return 2;
    struct ng_full_statistics full = {0};
    ng_full_statistics_add(&full, x, q, n);
    printf("elements %" PRIu64 "\nfinite %" PRIu64 "\n", full.elements, full.finite);
    printf("nonzero_x %" PRIu64 "\nnonzero_q %" PRIu64 "\n", full.nonzero_x,
           full.nonzero_q);
    printf("sum_squares %.17g\nsum_error_squares %.17g\n", full.sum_squares,
           full.sum_error_squares);
    printf("amax_bits %" PRIu32 "\namin_bits %" PRIu32 "\n", full.amax_bits,
           full.amin_bits);
    printf("sqnr %.17g\nmse %.17g\ndynamic_range %.17g\n", ng_full_sqnr(&full),
           ng_full_mse(&full), ng_full_dynamic_range(&full));
    for (int e = 0; e < 256; e++)
        printf("exponent %d %" PRIu64 "\n", e, full.exponents[e]);
    return 0;
}
