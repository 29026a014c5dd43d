#include "tests/unit/sample_comparison.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "reports/table.h"

#define MEBI 1048576.0

static struct ng_estimate estimate(double mean, double half)
{
    return (struct ng_estimate){mean, mean - half, mean + half};
}

struct ng_estimate ng_sample_undefined(void)
{
    return (struct ng_estimate){(double)NAN, (double)NAN, (double)NAN};
}

static const char *const group_columns[] = {
    "region", "region", "region", "region x age", "region x age", "region x age"};
static const char *const group_bands[] = {
    "north", "south", "island", "north x young", "south x old", "island x old"};

char *ng_sample_text(struct ng_arena *arena, const char *text)
{
    char *kept = ng_arena_text(arena, text);
    if (kept == NULL)
        abort();
    return kept;
}

void *ng_sample_array(struct ng_arena *arena, size_t count, size_t size)
{
    void *memory = ng_arena_array(arena, count > 0 ? count : 1, size);
    if (memory == NULL)
        abort();
    return memory;
}

static void fill_groups(struct ng_comparison *c, struct ng_arena *arena)
{
    static const size_t rows[] = {11000, 7400, 1600, 5000, 3100, 640};
    c->group_count = c->groups_with_rows = NG_SAMPLE_GROUPS;
    c->groups = ng_sample_array(arena, NG_SAMPLE_GROUPS, sizeof *c->groups);
    for (size_t g = 0; g < NG_SAMPLE_GROUPS; g++)
        c->groups[g] =
            (struct ng_group){ng_sample_text(arena, group_columns[g]),
                              ng_sample_text(arena, group_bands[g]), rows[g], false};
}

/* Numbers of arm i of the five; further arms repeat them. */
static void fill_arm(struct ng_comparison *c, struct ng_arena *arena, size_t i)
{
    static const char *const names[] = {"fp32", "bf16", "fp8-e4m3", "fp8-e5m2",
                                        "fp8-lean"};
    static const char *const summaries[] = {
        "everything in FP32", "BF16 in all six GEMM slots, FP32 master weights",
        "E4M3 in all six GEMM slots, current scaling, FP32 stores",
        "E5M2 in all six GEMM slots, current scaling, FP32 stores",
        "E4M3 slots; BF16 master, gradients and second moment; E4M3 first moment"};
    static const double loss[] = {0, -0.0003, -0.0011, -0.0047, -0.0016};
    static const double state[] = {16.0, 18.0, 16.0, 16.0, 7.0};
    static const double peak[] = {5.12, 5.43, 5.05, 5.05, 2.31};
    static const enum ng_verdict verdicts[] = {NG_VERDICT_REFERENCE, NG_VERDICT_SAFE,
                                               NG_VERDICT_SAFE, NG_VERDICT_UNDECIDED,
                                               NG_VERDICT_SAFE};
    struct ng_arm *arm = &c->arms[i];
    size_t k = i % 5;
    *arm = (struct ng_arm){.label = ng_sample_text(arena, names[k]),
                           .recipe = ng_sample_text(arena, names[k]),
                           .summary = ng_sample_text(arena, summaries[k]),
                           .verdict = verdicts[k],
                           .seeds = 3,
                           .parameters = 273410,
                           .steps = NG_SAMPLE_STEPS};
    arm->accuracy = estimate(0.8610 + loss[k], 0.0031);
    arm->accuracy_difference =
        k == 0 ? ng_sample_undefined() : estimate(loss[k], 0.0019);
    arm->nll = estimate(0.3312 - loss[k], 0.004);
    arm->nll_difference = k == 0 ? ng_sample_undefined() : estimate(-loss[k], 0.0011);
    arm->ece = estimate(0.0121 - loss[k], 0.002);
    arm->ece_difference = k == 0 ? ng_sample_undefined() : estimate(-loss[k], 0.0021);
    arm->churn = k == 0 ? ng_sample_undefined() : estimate(0.014 - loss[k], 0.001);
    arm->worst_accuracy = estimate(0.79 + 2 * loss[k], 0.012);
    arm->worst_difference =
        k == 0 ? ng_sample_undefined() : estimate(2 * loss[k], 0.009);
    arm->worst_group = 5;
    arm->hardest_hit_group = 5;
    arm->group_accuracy =
        ng_sample_array(arena, NG_SAMPLE_GROUPS, sizeof *arm->group_accuracy);
    arm->group_difference =
        ng_sample_array(arena, NG_SAMPLE_GROUPS, sizeof *arm->group_difference);
    for (size_t g = 0; g < NG_SAMPLE_GROUPS; g++) {
        double x = (double)g;
        arm->group_accuracy[g] = estimate(0.87 - 0.016 * x, 0.004 + 0.001 * x);
        arm->group_difference[g] =
            k == 0 ? ng_sample_undefined() : estimate(loss[k], 0.001 + 0.0012 * x);
    }
    arm->group_unproven =
        ng_sample_array(arena, NG_SAMPLE_GROUPS, sizeof *arm->group_unproven);
    arm->group_harmed =
        ng_sample_array(arena, NG_SAMPLE_GROUPS, sizeof *arm->group_harmed);
    for (size_t g = 3; g < NG_SAMPLE_GROUPS && k > 0; g++)
        arm->group_unproven[g] = true;
    arm->unproven_groups = k > 0 ? NG_SAMPLE_GROUPS - 3 : 0;
    arm->persistent_bytes = (size_t)(state[k] * 273410) + (k > 1 ? 24 : 0);
    arm->planned_peak = (size_t)(peak[k] * MEBI);
    size_t left = arm->planned_peak;
    static const enum ng_ledger_class classes[] = {
        NG_LEDGER_MASTER, NG_LEDGER_GRADIENTS, NG_LEDGER_MOMENT1, NG_LEDGER_MOMENT2};
    for (size_t n = 0; n < 4; n++) {
        size_t bytes = 273410 * (size_t)(k == 4 ? (n == 2 ? 1 : 2) : 4);
        enum ng_ledger_class class = k == 0 && n == 0 ? NG_LEDGER_WEIGHTS : classes[n];
        arm->by_class[class] = arm->by_class_at_peak[class] = bytes;
        left -= bytes;
    }
    if (k == 1) {
        arm->by_class[NG_LEDGER_COMPUTE_COPIES] = 2 * 273410;
        arm->by_class_at_peak[NG_LEDGER_COMPUTE_COPIES] = 2 * 273410;
        left -= 2 * 273410;
    }
    arm->by_class_at_peak[NG_LEDGER_WORKSPACE] = 4096;
    arm->by_class_at_peak[NG_LEDGER_SAVED] = left - 4096;
    arm->saturated_share = k < 2 ? (double)NAN : 0;
    arm->flushed_share = k < 2 ? (double)NAN : 0.0134 / (double)k;
    arm->seed_accuracy = ng_sample_array(arena, 3, sizeof *arm->seed_accuracy);
    arm->result_hashes = ng_sample_array(arena, 3, sizeof *arm->result_hashes);
    arm->loss = ng_sample_array(arena, NG_SAMPLE_STEPS, sizeof *arm->loss);
    for (size_t s = 0; s < 3; s++) {
        arm->seed_accuracy[s] = arm->accuracy.mean + 0.001 * ((double)s - 1);
        arm->result_hashes[s] = ng_sample_text(
            arena, "3b5d5c3712955042212316173ccf37be800c9a8b71a4d0c7f3d6b2c5a4e1f009");
    }
    for (size_t s = 0; s < NG_SAMPLE_STEPS; s++)
        arm->loss[s] = 0.33 + 0.36 * exp(-(double)s / 30) - loss[k] +
                       0.02 * sin((double)(s * (i + 7)));
}

void ng_sample_comparison(struct ng_comparison *c, struct ng_arena *arena, size_t arms)
{
    *c = (struct ng_comparison){.margin = 0.005,
                                .recommended = 4,
                                .ceiling = 0.874,
                                .largest_class = 0.764,
                                .floor_nll = 0.3051,
                                .truth_ece = 0.0042,
                                .numerics_version = 1,
                                .arm_count = arms,
                                .seed_count = 3,
                                .test_rows = 20000,
                                .train_rows = 5000,
                                .classes = 2,
                                .wall_seconds = 41.7};
    c->experiment = ng_sample_text(arena, "quickstart");
    c->question = ng_sample_text(
        arena, "What do narrow formats cost a small classifier, and for whom?");
    c->data_title = ng_sample_text(arena, "claims (generated, truth known)");
    c->command = ng_sample_text(arena, "narrowgauge run quickstart");
    c->answer = ng_sample_text(
        arena, "fp8-lean is safe overall: accuracy -0.16 pt [-0.35, +0.03] within the "
               "0.5 pt margin, peak memory 2.3 instead of 5.1 MiB, state 7.0 instead "
               "of 16.0 bytes per parameter; but 3 seeds cannot prove it safe for 3 of "
               "6 groups (largest drop: region island x age old, -0.2 pt [-0.9, "
               "+0.5], unproven).");
    c->resolved_summary =
        ng_sample_text(arena, "mlp 16-512-512-2, adamw, lr 0.001, batch 128, 6 "
                              "epochs");
    c->provenance =
        ng_sample_text(arena, "version 0.1.0\ncompiler gcc 12.2.0\ncpu x86-64, avx2");
    c->seeds = ng_sample_array(arena, 3, sizeof *c->seeds);
    for (uint32_t s = 0; s < 3; s++)
        c->seeds[s] = s;
    fill_groups(c, arena);
    c->gate_count = 2;
    c->gates = ng_sample_array(arena, 2, sizeof *c->gates);
    c->gates[0] =
        (struct ng_gate_outcome){ng_sample_text(arena, "ledger-exact"), true,
                                 ng_sample_text(arena, "All 15 trials: it adds up.")};
    c->gates[1] = (struct ng_gate_outcome){
        ng_sample_text(arena, "finite"), false,
        ng_sample_text(arena,
                       "1 of 15 trials fail; first fp8-e5m2 seed 1: not finite.")};
    c->arms = ng_sample_array(arena, arms, sizeof *c->arms);
    for (size_t i = 0; i < arms; i++)
        fill_arm(c, arena, i);
}

char *ng_sample_table(const struct ng_comparison *comparison, struct ng_arena *arena,
                      int width, bool colour)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    ck_assert_ptr_nonnull(out);
    ng_table_print(comparison, out, width, colour);
    fclose(out);
    char *kept = ng_sample_text(arena, text);
    free(text);
    return kept;
}
