/*
 * AVX-512 in plain C for formats/codec/kernels_avx512.c, by SIMDe, with the repairs that
 * SIMDe 0.7.4 needs: mask types without a native name, one alias with wrong arguments.
 */
#ifndef NG_TESTS_LONG_SIMDE_H
#define NG_TESTS_LONG_SIMDE_H

#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx512.h>

typedef simde__mmask8 __mmask8;
typedef simde__mmask16 __mmask16;
typedef simde__mmask32 __mmask32;
typedef simde__mmask64 __mmask64;

#undef _mm512_madd_epi16
#define _mm512_madd_epi16(a, b) simde_mm512_madd_epi16(a, b)

#endif
