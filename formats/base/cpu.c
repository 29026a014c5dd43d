#include "formats/base/cpu.h"

#include <float.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

enum { NOT_CHOSEN = -1 };
static atomic_int choice = NOT_CHOSEN;

const char *ng_isa_name(enum ng_isa isa)
{
    static const char *const names[NG_ISA_COUNT] = {"scalar", "avx2", "avx512"};
    return names[isa];
}

#if defined(__x86_64__)
/* clang 14's __builtin_cpu_supports() does not know this one. */
static bool has_f16c(void)
{
    unsigned a, b, c, d;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_F16C) != 0;
}
#endif

bool ng_isa_present(enum ng_isa isa)
{
#if defined(__x86_64__)
    bool avx2 =
        __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && has_f16c();
#if defined(NG_SIMDE) /* formats/codec/kernels_avx512.c */
    bool avx512 = avx2;
#else
    bool avx512 = avx2 && __builtin_cpu_supports("avx512f") &&
                  __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512vl") &&
                  __builtin_cpu_supports("avx512dq");
#endif
    if (isa == NG_ISA_AVX512)
        return avx512;
    if (isa == NG_ISA_AVX2)
        return avx2;
#endif
    return isa == NG_ISA_SCALAR;
}

static enum ng_isa best(void)
{
    enum ng_isa isa = NG_ISA_COUNT;
    do
        isa--;
    while (!ng_isa_present(isa));
    return isa;
}

enum ng_status ng_isa_choose(struct ng_error *err)
{
    const char *word = getenv("NG_ISA");
    if (word == NULL || word[0] == '\0') {
        ng_isa_force(best());
        return NG_OK;
    }
    for (int isa = 0; isa < NG_ISA_COUNT; isa++) {
        if (strcmp(word, ng_isa_name((enum ng_isa)isa)) != 0)
            continue;
        if (!ng_isa_present((enum ng_isa)isa))
            return ng_fail(err, NG_INVALID,
                           "NG_ISA is %s, which this machine cannot run: unset it, or "
                           "use NG_ISA=scalar",
                           word);
        ng_isa_force((enum ng_isa)isa);
        return NG_OK;
    }
    return ng_fail(err, NG_INVALID,
                   "NG_ISA is \"%.40s\", expected one of: scalar, avx2, avx512", word);
}

void ng_isa_force(enum ng_isa isa)
{
    atomic_store_explicit(&choice, (int)isa, memory_order_relaxed);
}

enum ng_isa ng_isa(void)
{
    int chosen = atomic_load_explicit(&choice, memory_order_relaxed);
    if (chosen == NOT_CHOSEN) {
        chosen = (int)best();
        ng_isa_force((enum ng_isa)chosen);
    }
    return (enum ng_isa)chosen;
}

/* Looks at what arithmetic does rather than at a control register: that is what the
 * definitions assume, and it reads the same on every machine. */
enum ng_status ng_float_environment_check(struct ng_error *err)
{
#if FLT_EVAL_METHOD != 0
    return ng_fail(
        err, NG_FAILED,
        "this program was compiled with FLT_EVAL_METHOD %d, expected 0: "
        "rebuild it with SSE2 or another unit that computes floats as floats",
        (int)FLT_EVAL_METHOD);
#else
    volatile float least = 0x1p-149f, normal = 0x1p-126f, one = 1.0f;
    volatile float half = 0.5f, large = 0x1p24f;
    volatile float tie = 0x1p-24f, above_tie = 0x1.8p-24f;
    volatile float raised = least * large, halved = normal * half;
    volatile float at_tie = one + tie, above = one + above_tie,
                   below = -one - above_tie;
    if (raised == 0.0f)
        return ng_fail(
            err, NG_FAILED,
            "the processor reads subnormal numbers as zero (DAZ), expected it "
            "to use them: a library compiled with -Ofast may have set this");
    if (halved == 0.0f)
        return ng_fail(
            err, NG_FAILED,
            "the processor flushes subnormal results to zero (FTZ), expected "
            "it to keep them: a library compiled with -Ofast may have set "
            "this");
    if (at_tie != 1.0f || above == 1.0f || below == -1.0f)
        return ng_fail(err, NG_FAILED,
                       "the processor does not round to nearest, expected the default "
                       "rounding mode");
    return NG_OK;
#endif
}
