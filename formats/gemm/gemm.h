/*
 * The GEMM primitive:  D[m][n] = sum over k of A[m][k] * B[n][k], k ascending.
 *
 * The accumulator runs over decoded codes, scales excluded, from +0. Under the canonical
 * "fp32" accumulator it is one FP32 fused-multiply-add chain per output element. Then
 *   s = RN(scale_inv A * scale_inv B),  v = RN(acc * s)
 *       (two steps, RN(RN(acc * sA) * sB), where s would leave FP32's normal range)
 *   accumulate: v = RN(v + D);  bias: v = RN(v + bias[n]);  in this order
 *   then one rounding to D's format. A NaN result is stored canonical.
 * These rules fix every bit, so that tiling, ISA and number of threads are free.
 *
 * An operand is a quantised matrix, read either as rows x K (transposed false: K runs
 * along columns) or as K x rows (transposed true). Both share one set of codes; no
 * transposed or widened copy of a whole operand exists.
 *
 * The caller asks ng_gemm_query() first: it says who will compute, how the result may be
 * labelled, what was verified, how much workspace is needed, or why it is refused.
 * ng_gemm_run() has no way to fail once the answer was yes.
 *
 * Ownership: everything is borrowed. Threads: one call per descriptor; calls with
 * different D may run at once when their pools and workspaces differ.
 */
#ifndef NG_GEMM_GEMM_H
#define NG_GEMM_GEMM_H

#include <stdbool.h>
#include <stddef.h>

#include "formats/base/pool.h"
#include "formats/quant/qmatrix.h"

enum ng_gemm_role { NG_GEMM_FPROP, NG_GEMM_DGRAD, NG_GEMM_WGRAD, NG_GEMM_ROLES };
extern const char *const ng_gemm_role_names[];

/* What an accumulator model was checked against; a report prints the weakest one used. */
enum ng_verification {
    NG_VERIFIED_DEFINITION, /* defined by this project; bodies equal it bit for bit */
    NG_VERIFIED_PROMOTION,
    NG_VERIFIED_CHAINED,
    NG_VERIFIED_SINGLE_STEP,
    NG_VERIFIED_EDGES,
    NG_UNVERIFIED,
};
extern const char *const ng_verification_names[];

/* How products are summed. "fp32": group 1, no alignment cut, fused, nearest-even. */
struct ng_accumulator {
    const char *name;
    size_t group;      /* products per step */
    int fraction_bits; /* kept at alignment; 0: not an align-and-add model */
    bool c_in_step;
    enum ng_rounding result_rounding;
    size_t
        promote_every; /* products after which the partial is added in FP32; 0: never */
    enum ng_verification verification;
};
extern const struct ng_accumulator ng_accumulator_fp32;
extern const struct ng_accumulator *const ng_accumulators[]; /* NULL at the end */
const struct ng_accumulator *ng_accumulator_by_name(const char *name);

struct ng_gemm_operand {
    const struct ng_qmatrix *matrix;
    bool transposed;
    size_t batch_stride; /* in elements, between the matrices of a batch */
};

struct ng_gemm {
    enum ng_gemm_role role;
    size_t m, n, k;
    size_t batch; /* 1 for a single product */
    struct ng_gemm_operand a, b;
    void *d;
    const struct ng_format *d_format;
    struct ng_policy d_policy;
    size_t d_row_stride, d_batch_stride; /* in elements */
    bool accumulate;
    const float *bias; /* n values, or NULL */
    const struct ng_accumulator *accumulator;
    struct ng_tensor_stats *d_stats; /* amax as stored and cast counts of D, or NULL */
    void *workspace;                 /* of the query's size, 64-byte aligned */
    struct ng_pool *pool;            /* NULL: this thread alone */
};

enum ng_gemm_label { NG_SIMULATED, NG_NATIVE, NG_NATIVE_WIDENED, NG_STAND_IN };
extern const char *const ng_gemm_label_names[];

struct ng_gemm_answer {
    const char *backend; /* who computes; NULL: refused */
    enum ng_gemm_label label;
    enum ng_verification verification;
    size_t workspace_bytes; /* real need with this pool */
    size_t
        nominal_bytes; /* the formula's value for one thread: what the ledger books */
    size_t padding_bytes;
    char refusal[256]; /* why, when refused: one sentence */
};

/* A backend registers one of these in ng_gemm_backends[]. */
struct ng_gemm_backend {
    const char *name;
    bool (*query)(const struct ng_gemm *gemm, struct ng_gemm_answer *answer);
    void (*run)(const struct ng_gemm *gemm);
};
extern const struct ng_gemm_backend *const ng_gemm_backends[]; /* NULL at the end */

/* False: refused, with the reason of the last backend asked. */
bool ng_gemm_query(const struct ng_gemm *gemm, struct ng_gemm_answer *answer);
void ng_gemm_run(const struct ng_gemm *gemm);

/* The definition as a triple loop of fmaf, without tiles: what every body must equal. */
void ng_gemm_reference(const struct ng_gemm *gemm);

#endif
