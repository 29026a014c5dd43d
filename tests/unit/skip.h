/*
 * A unit test that cannot run here says so by name.
 *
 *     if (!have_avx2()) {
 *         ng_test_skip("gemm_avx2_equals_scalar", "no AVX2 on this CPU");
 *         return;
 *     }
 *
 * The test is then counted as skipped, not as passed, and the reason is in the summary.
 */
#ifndef NG_TESTS_UNIT_SKIP_H
#define NG_TESTS_UNIT_SKIP_H

void ng_test_skip(const char *name, const char *reason);

#endif
