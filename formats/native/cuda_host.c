#include "formats/native/cuda_host.h"

#if defined(__has_include)
#if __has_include(<cuda_fp8.h>)
#define HAVE_CUDA_FP8
#endif
#endif

#ifdef HAVE_CUDA_FP8
#include <cuda_fp8.h>

static void encode_e4m3(const float *x, float scale, uint8_t *codes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        codes[i] = __nv_cvt_float_to_fp8(x[i] * scale, __NV_SATFINITE, __NV_E4M3);
}

void (*const ng_cuda_host_e4m3)(const float *, float, uint8_t *, size_t) = encode_e4m3;
#else
void (*const ng_cuda_host_e4m3)(const float *, float, uint8_t *, size_t) = NULL;
#endif
