/*
 * The canonical backend: the "fp32" accumulator, blocked and packed, with one body per
 * ISA. Bit for bit equal to ng_gemm_reference().
 *
 * Blocks of D (NG_GEMM_MC x NG_GEMM_NC) are the tasks of the pool. For each, A and B are
 * decoded while they are packed, KC products at a time, into panels of MR rows and NR
 * columns; the FP32 sums of the block stay in the workspace between K-blocks, so the
 * chain of each element is unbroken. Rows and columns past the edge are packed as zeros
 * and never stored.
 *
 * Roofline of the AVX2 body: 12 accumulators of 8 lanes; each k step is 2 loads of B, 6
 * broadcasts of A and 12 FMAs; with 2 FMA ports that is 6 cycles for 96 products, while
 * the 8 loads need 4: bound by FMA. A 6 x 16 tile needs 12 + 2 + 1 of 16 registers.
 */
#ifndef NG_GEMM_CANONICAL_H
#define NG_GEMM_CANONICAL_H

#include "formats/gemm/gemm.h"

#define NG_GEMM_MR 6
#define NG_GEMM_NR 16
#define NG_GEMM_MC 132 /* a multiple of MR; holds a batch of 128 in one block */
#define NG_GEMM_NC 256 /* a multiple of NR */
#define NG_GEMM_KC 256

extern const struct ng_gemm_backend ng_gemm_canonical;

/* c[MR][NR], row stride NG_GEMM_NC: c = fma chain of a[k][MR] * b[k][NR] over k. */
typedef void ng_gemm_tile(size_t k, const float *a, const float *b, float *c);
ng_gemm_tile ng_gemm_tile_scalar, ng_gemm_tile_avx2;

#endif
