/*
 * What happens to an accumulator after the last product: scale, accumulate, bias, one
 * rounding, statistics. Shared by every body, so that it exists once.
 *
 * ng_gemm_epilogue() finishes `count` neighbouring elements of row m from column n on
 * (count <= NG_GEMM_EPILOGUE_MAX); sums[] is overwritten. stats may be NULL; with several
 * threads each passes its own and they are joined afterwards (maxima and integer sums do
 * not depend on order).
 */
#ifndef NG_GEMM_EPILOGUE_H
#define NG_GEMM_EPILOGUE_H

#include "formats/gemm/gemm.h"

#define NG_GEMM_EPILOGUE_MAX 256

void ng_gemm_epilogue(const struct ng_gemm *gemm, size_t batch, size_t m, size_t n,
                      size_t count, float *sums, struct ng_tensor_stats *stats);

void ng_tensor_stats_join(struct ng_tensor_stats *into,
                          const struct ng_tensor_stats *from);

#endif
