/*
 * The host conversions of NVIDIA's cuda_fp8.h, for comparison of speed. Needs the header
 * when this is compiled, no GPU and no CUDA library.
 * Threads: any.
 */
#ifndef NG_NATIVE_CUDA_HOST_H
#define NG_NATIVE_CUDA_HOST_H

#include <stddef.h>
#include <stdint.h>

/* codes[i] is the E4M3 code of x[i] * scale, saturating. NULL: the header was not there. */
extern void (*const ng_cuda_host_e4m3)(const float *x, float scale, uint8_t *codes,
                                       size_t n);

#endif
