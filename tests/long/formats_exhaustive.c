/*
 * formats_exhaustive encode FORMAT POLICY: encode(), under every ISA of this machine,
 *                                          against the scalar definition, codes and counts
 * formats_exhaustive exp|log:              against the FP64 libm
 * each over all 2^32 inputs. Prints one line per test.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "formats/base/cpu.h"
#include "formats/codec/format.h"
#include "formats/math/math.h"

enum { BLOCK = 4096 };

static uint32_t bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static int encode_block(const struct ng_format *format, const struct ng_policy *policy,
                        uint64_t first)
{
    static float x[BLOCK];
    static unsigned char want[4 * BLOCK], got[4 * BLOCK];
    struct ng_cast_counts slow = {0};
    size_t bytes = (size_t)format->storage_bytes * BLOCK;
    for (size_t i = 0; i < BLOCK; i++) {
        uint32_t bits = (uint32_t)(first + i);
        memcpy(x + i, &bits, sizeof bits);
        ng_format_store(format, want, i,
                        ng_format_encode_one(format, policy, x[i], 0, &slow));
    }
    for (int isa = 0; isa < NG_ISA_COUNT; isa++) {
        if (!ng_isa_present((enum ng_isa)isa))
            continue;
        ng_isa_force((enum ng_isa)isa);
        struct ng_cast_counts fast = {0};
        ng_format_encode(format, policy, 1.0f, x, got, BLOCK, NULL, 0, &fast);
        if (memcmp(got, want, bytes) != 0 || memcmp(&fast, &slow, sizeof fast) != 0) {
            printf("%s differs within 4096 inputs from %08" PRIx64 "\n",
                   ng_isa_name((enum ng_isa)isa), first);
            return 1;
        }
    }
    return 0;
}

static int encode_all(const char *name, const char *preset)
{
    const struct ng_format *format = ng_format_by_name(name);
    const struct ng_policy_preset *row = ng_policies;
    while (row->name != NULL && strcmp(row->name, preset) != 0)
        row++;
    if (format == NULL || row->name == NULL)
        return 2;
    for (uint64_t first = 0; first <= UINT32_MAX; first += BLOCK) {
        if (encode_block(format, &row->policy, first) != 0) {
            printf(
                "not ok %s_%s_encode_equals_the_definition_on_all_inputs: see above\n",
                name, preset);
            return 1;
        }
    }
    printf("ok %s_%s_encode_equals_the_definition_on_all_inputs\n", name, preset);
    return 0;
}

/* In the last place of the nearest float. */
static double error_of(float got, double want)
{
    float nearest = (float)want;
    if (isnan(want))
        return bits_of(got) == 0x7FC00000 ? 0 : HUGE_VAL;
    if (isinf(nearest) || isinf(got))
        return bits_of(got) == bits_of(nearest) ? 0 : HUGE_VAL;
    int exponent = fabsf(nearest) >= 0x1p-126f ? ilogbf(nearest) : -126;
    return fabs((double)got - want) * ldexp(1.0, 23 - exponent);
}

static int function_all(const char *name, float (*ours)(float), double (*libm)(double))
{
    double worst = 0;
    float at = 0;
    for (uint64_t bits = 0; bits <= UINT32_MAX; bits++) {
        uint32_t word = (uint32_t)bits;
        float x;
        memcpy(&x, &word, sizeof x);
        double error = error_of(ours(x), libm((double)x));
        if (!(error <= worst)) {
            worst = error;
            at = x;
        }
    }
    printf("%s %s_is_within_one_ulp_on_all_inputs: %.6f ulp at %a\n",
           worst <= 1 ? "ok" : "not ok", name, worst, (double)at);
    return worst <= 1 ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "encode") == 0)
        return encode_all(argv[2], argv[3]);
    if (argc == 2 && strcmp(argv[1], "exp") == 0)
        return function_all("exp", ng_expf, exp);
    if (argc == 2 && strcmp(argv[1], "log") == 0)
        return function_all("log", ng_logf, log);
    return 2;
}
