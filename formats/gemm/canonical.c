#include "formats/gemm/canonical.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "formats/base/cpu.h"
#include "formats/gemm/epilogue.h"

#define MR NG_GEMM_MR
#define NR NG_GEMM_NR
#define MC NG_GEMM_MC
#define NC NG_GEMM_NC
#define KC NG_GEMM_KC

/* One thread's buffers and counters: the nominal workspace. Only types of fixed width, so
 * that its size, which the ledger books, is the same everywhere. */
struct workspace {
    float a[MC * KC];
    float b[KC * NC];
    float sums[MC * NC];
    float line[KC > NC ? KC : NC]; /* one decoded run of codes */
    struct ng_tensor_stats stats;
    uint64_t packed_n, packed_k, packed_batch; /* what b holds now */
};
#define WORKSPACE ((sizeof(struct workspace) + 63) / 64 * 64)

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t round_up(size_t n, size_t step)
{
    return (n + step - 1) / step * step;
}

/* Packs rows [row, row + rows) x k [k, k + depth) of an operand into panels of `width`
 * rows: panel[p][depth][width], zeros past the last row. */
static void pack(const struct ng_gemm_operand *operand, size_t batch, size_t row,
                 size_t rows, size_t k, size_t depth, size_t width, float *panels,
                 float *line)
{
    const struct ng_qmatrix *matrix = operand->matrix;
    const struct ng_format *format = matrix->format;
    size_t bytes = (size_t)format->storage_bytes;
    size_t stride = matrix->codes[NG_ROWWISE].row_stride;
    const char *codes = (const char *)matrix->codes[NG_ROWWISE].data +
                        batch * operand->batch_stride * bytes;
    size_t padded = round_up(rows, width);
    if (rows < padded)
        memset(panels + (padded - width) * depth, 0, width * depth * sizeof(float));
    if (operand->transposed) {
        for (size_t p = 0; p < depth; p++) {
            ng_format_decode(format, codes + ((k + p) * stride + row) * bytes, 1.0f,
                             line, rows);
            for (size_t r = 0; r < rows; r += width)
                memcpy(panels + r * depth + p * width, line + r,
                       smaller(width, rows - r) * sizeof(float));
        }
        return;
    }
    for (size_t r = 0; r < rows; r++) {
        ng_format_decode(format, codes + ((row + r) * stride + k) * bytes, 1.0f, line,
                         depth);
        float *to = panels + r / width * width * depth + r % width;
        for (size_t p = 0; p < depth; p++)
            to[p * width] = line[p];
    }
}

static void multiply_block(const struct workspace *space, size_t rows, size_t cols,
                           size_t depth, ng_gemm_tile *tile, float *sums)
{
    for (size_t j = 0; j < cols; j += NR)
        for (size_t i = 0; i < rows; i += MR)
            tile(depth, space->a + i * depth, space->b + j * depth, sums + i * NC + j);
}

struct job {
    const struct ng_gemm *gemm;
    ng_gemm_tile *tile;
    size_t blocks_m, blocks_n;
};

static struct workspace *workspace_of(const struct ng_gemm *gemm, int worker)
{
    return (struct workspace *)((char *)gemm->workspace + (size_t)worker * WORKSPACE);
}

/* One block of D. Neighbouring tasks share a block of B, which is packed once when all
 * of K fits in it: in training, K of a weight gradient is the batch. */
static void block_task(void *context, size_t task, int worker)
{
    const struct job *job = context;
    const struct ng_gemm *gemm = job->gemm;
    struct workspace *space = workspace_of(gemm, worker);
    size_t m = task % job->blocks_m * MC;
    size_t n = task / job->blocks_m % job->blocks_n * NC;
    size_t batch = task / job->blocks_m / job->blocks_n;
    size_t rows = smaller(MC, gemm->m - m), cols = smaller(NC, gemm->n - n);
    memset(space->sums, 0, sizeof space->sums);
    for (size_t k = 0; k < gemm->k; k += KC) {
        size_t depth = smaller(KC, gemm->k - k);
        if (space->packed_n != n || space->packed_k != k ||
            space->packed_batch != batch) {
            pack(&gemm->b, batch, n, cols, k, depth, NR, space->b, space->line);
            space->packed_n = n;
            space->packed_k = k;
            space->packed_batch = batch;
        }
        pack(&gemm->a, batch, m, rows, k, depth, MR, space->a, space->line);
        multiply_block(space, rows, cols, depth, job->tile, space->sums);
    }
    for (size_t i = 0; i < rows; i++)
        ng_gemm_epilogue(gemm, batch, m + i, n, cols, space->sums + i * NC,
                         gemm->d_stats == NULL ? NULL : &space->stats);
}

static void run(const struct ng_gemm *gemm)
{
    struct job job = {
        .gemm = gemm,
        .tile = ng_isa() >= NG_ISA_AVX2 ? ng_gemm_tile_avx2 : ng_gemm_tile_scalar,
        .blocks_m = (gemm->m + MC - 1) / MC,
        .blocks_n = (gemm->n + NC - 1) / NC,
    };
    int threads = ng_pool_threads(gemm->pool);
    for (int worker = 0; worker < threads; worker++) {
        struct workspace *space = workspace_of(gemm, worker);
        space->stats = (struct ng_tensor_stats){0};
        space->packed_n = UINT64_MAX;
    }
    size_t tasks = job.blocks_m * job.blocks_n * gemm->batch;
    if (gemm->pool == NULL)
        for (size_t task = 0; task < tasks; task++)
            block_task(&job, task, 0);
    else
        ng_pool_run(gemm->pool, tasks, block_task, &job);
    if (gemm->d_stats != NULL)
        for (int worker = 0; worker < threads; worker++)
            ng_tensor_stats_join(gemm->d_stats, &workspace_of(gemm, worker)->stats);
}

static bool refuse(struct ng_gemm_answer *answer, const char *why)
{
    snprintf(answer->refusal, sizeof answer->refusal, "%s", why);
    answer->backend = NULL;
    return false;
}

static bool operand_fits(const struct ng_gemm_operand *operand, size_t rows, size_t k)
{
    const struct ng_qmatrix *matrix = operand->matrix;
    return operand->transposed ? matrix->rows == k && matrix->cols == rows
                               : matrix->rows == rows && matrix->cols == k;
}

static bool operand_is_known(const struct ng_gemm_operand *operand)
{
    enum ng_granularity granularity = operand->matrix->granularity;
    return granularity == NG_GRANULARITY_NONE || granularity == NG_GRANULARITY_TENSOR ||
           (granularity == NG_GRANULARITY_ROW && !operand->transposed);
}

static bool query(const struct ng_gemm *gemm, struct ng_gemm_answer *answer)
{
    *answer = (struct ng_gemm_answer){.label = NG_SIMULATED,
                                      .verification = gemm->accumulator->verification,
                                      .nominal_bytes = WORKSPACE};
    answer->workspace_bytes = WORKSPACE * (size_t)ng_pool_threads(gemm->pool);
    if (gemm->accumulator != &ng_accumulator_fp32)
        return refuse(answer, "the canonical backend accumulates in fp32 alone");
    if (!operand_fits(&gemm->a, gemm->m, gemm->k) ||
        !operand_fits(&gemm->b, gemm->n, gemm->k))
        return refuse(answer, "an operand's shape is not the one of the product");
    if (!operand_is_known(&gemm->a) || !operand_is_known(&gemm->b))
        return refuse(answer,
                      "the canonical backend takes one scale per tensor, or per "
                      "row outside K; blocks along K have no kernel here");
    return true;
}

const struct ng_gemm_backend ng_gemm_canonical = {"canonical", query, run};
