/* Models: the ledger tells the truth, the bits do not depend on how they are computed,
 * and gradients are right against finite differences. */
#include <check.h>
#include <malloc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/spec/experiment.h"
#include "formats/base/cpu.h"
#include "formats/math/math.h"
#include "models/optim/optimiser.h"
#include "models/state.h"
#include "tests/unit/skip.h"
#include "tests/unit/suites.h"

static const char *const recipe_names[] = {"fp32", "bf16", "fp8-e4m3", "fp8-e5m2",
                                           "fp8-lean"};
#define RECIPES ((int)(sizeof recipe_names / sizeof recipe_names[0]))
#define BATCH   24
#define INPUTS  19
#define CLASSES 5

struct fixture {
    struct ng_arena arena;
    struct ng_recipe recipe;
    struct ng_model model;
    float x[BATCH * INPUTS];
    uint32_t labels[BATCH], order[BATCH];
};

static void build(struct fixture *f, int recipe, const int64_t *hidden, size_t layers,
                  size_t inputs, size_t classes, size_t batch, int threads)
{
    struct ng_error err = {0};
    memset(f, 0, sizeof *f);
    enum ng_status status =
        ng_recipe_read(recipe_names[recipe], &f->arena, &f->recipe, &err);
    ck_assert_msg(status == NG_OK, "%s", err.text);
    const struct ng_model_spec spec = {0, {(int64_t *)hidden, layers}};
    status = ng_model_build(&f->model, &spec, &f->recipe, inputs, classes, batch,
                            threads, &err);
    ck_assert_msg(status == NG_OK, "%s", err.text);
}

static void build_small(struct fixture *f, int recipe, int threads)
{
    static const int64_t hidden[] = {33, 20};
    build(f, recipe, hidden, 2, INPUTS, CLASSES, BATCH, threads);
    const struct ng_random random = {9, 9, 0};
    for (size_t i = 0; i < BATCH * INPUTS; i++)
        f->x[i] = 4.0f * ng_random_uniform(&random, i) - 2.0f;
    for (uint32_t i = 0; i < BATCH; i++) {
        f->labels[i] = ng_random_u32(&random, 100000 + i) % CLASSES;
        f->order[i] = i;
    }
    ng_model_initialise(&f->model, 3);
}

static void release(struct fixture *f)
{
    ng_model_release(&f->model);
    ng_arena_release(&f->arena);
}

static struct ng_step step_of(const struct fixture *f, uint64_t number)
{
    return (struct ng_step){.seed = 3,
                            .number = number,
                            .micro_batches = 1,
                            .training = true,
                            .rows = BATCH,
                            .x = f->x,
                            .labels = f->labels,
                            .order = f->order};
}

static void train(struct fixture *f, uint64_t steps)
{
    const struct ng_train_spec spec = {
        0, 1e-2, 0.9, 0.999, 1e-8, 0.01, BATCH, 1, NG_SCHEDULE_CONSTANT};
    for (uint64_t i = 0; i < steps; i++) {
        struct ng_step step = step_of(f, i);
        ng_model_forward(&f->model, &step);
        ng_model_backward(&f->model, &step);
        ng_optimisers[0]->step(&f->model, &spec, &step);
    }
}

/* Bytes per parameter and of scales, written down by hand for 784-512-512-10: 669,706
 * parameters, 668,672 of them weights. */
static const struct {
    double bytes[2]; /* of a weight, of a bias */
    size_t scales;   /* pairs of FP32 numbers */
} by_hand[] = {
    {{16, 16}, 0},
    {{18, 16}, 0}, /* biases have no compute copy */
    /* Per layer: input and its evaluation scale, weight, output gradient, and the input
     * cast again for the weight gradient. */
    {{16, 16}, 3 * 5},
    {{16, 16}, 3 * 5},
    /* The saved codes serve the weight gradient; six first moments have a scale. */
    {{7, 7}, 3 * 4 + 6},
};

START_TEST(state_bytes_are_those_worked_out_by_hand)
{
    static const int64_t hidden[] = {512, 512};
    const size_t weights = 784 * 512 + 512 * 512 + 512 * 10, biases = 512 + 512 + 10;
    struct fixture *f = malloc(sizeof *f);
    build(f, _i, hidden, 2, 784, 10, 128, 1);
    ck_assert_uint_eq(f->model.parameter_elements, weights + biases);
    double expected = by_hand[_i].bytes[0] * (double)weights +
                      by_hand[_i].bytes[1] * (double)biases +
                      8.0 * (double)by_hand[_i].scales;
    ck_assert_uint_eq(f->model.ledger.persistent_bytes, (size_t)expected);
    ck_assert_uint_eq(ng_model_state_formula(&f->model), (size_t)expected);
    release(f);
    free(f);
}
END_TEST

/* Layers of width 1 tell weights from biases, which are vectors too. */
START_TEST(booked_state_is_the_formula_for_narrow_layers)
{
    static const int64_t hidden[] = {1, 3};
    struct fixture *f = malloc(sizeof *f);
    build(f, _i, hidden, 2, 7, 2, 5, 1);
    ck_assert_uint_eq(ng_model_state_formula(&f->model),
                      f->model.ledger.persistent_bytes);
    ck_assert(!f->model.parameters[0].is_bias);
    ck_assert(f->model.parameters[1].is_bias);
    release(f);
    free(f);
}
END_TEST

START_TEST(planned_peak_is_within_two_percent_of_the_bound)
{
    static const int64_t hidden[] = {512, 512};
    struct fixture *f = malloc(sizeof *f);
    build(f, _i, hidden, 2, 784, 10, 128, 1);
    const struct ng_ledger *ledger = &f->model.ledger;
    ck_assert_uint_ge(ledger->planned_peak, ledger->lower_bound);
    ck_assert_double_le((double)ledger->planned_peak,
                        1.02 * (double)ledger->lower_bound);
    size_t sum = 0;
    for (int c = 0; c < NG_LEDGER_CLASSES; c++)
        sum += ledger->by_class_at_peak[c];
    ck_assert_uint_eq(sum, ledger->planned_peak);
    release(f);
    free(f);
}
END_TEST

START_TEST(tensors_alive_together_do_not_overlap)
{
    struct fixture *f = malloc(sizeof *f);
    build_small(f, _i, 1);
    const struct ng_ledger *ledger = &f->model.ledger;
    for (size_t i = 0; i < ledger->count; i++)
        for (size_t j = i + 1; j < ledger->count; j++) {
            const struct ng_ledger_entry *a = &ledger->entries[i],
                                         *b = &ledger->entries[j];
            bool together = a->lifetime == NG_LIFETIME_PERSISTENT ||
                            b->lifetime == NG_LIFETIME_PERSISTENT ||
                            (a->first <= b->last && b->first <= a->last);
            bool apart =
                a->offset + a->bytes <= b->offset || b->offset + b->bytes <= a->offset;
            ck_assert_msg(!together || apart, "%s and %s share memory", a->name,
                          b->name);
        }
    release(f);
    free(f);
}
END_TEST

static void expect_same_memory(struct fixture *a, struct fixture *b, const char *what)
{
    for (size_t i = 0; i < a->model.ledger.count; i++) {
        const struct ng_ledger_entry *entry = &a->model.ledger.entries[i];
        if (entry->lifetime != NG_LIFETIME_PERSISTENT)
            continue;
        ck_assert_msg(memcmp(a->model.ledger.memory + entry->offset,
                             b->model.ledger.memory + entry->offset, entry->bytes) == 0,
                      "%s: %s differs with %s", a->recipe.name, entry->name, what);
    }
}

START_TEST(bits_do_not_depend_on_threads_or_body)
{
    struct fixture *plain = malloc(sizeof *plain), *other = malloc(sizeof *other);
    ng_isa_force(NG_ISA_SCALAR);
    build_small(plain, _i, 1);
    train(plain, 7);
    build_small(other, _i, 3);
    train(other, 7);
    expect_same_memory(plain, other, "3 threads");
    release(other);
    if (ng_isa_present(NG_ISA_AVX2)) {
        ng_isa_force(NG_ISA_AVX2);
        build_small(other, _i, 1);
        train(other, 7);
        expect_same_memory(plain, other, "the AVX2 bodies");
        release(other);
    } else {
        ng_test_skip("bits_do_not_depend_on_threads_or_body", "no AVX2 here");
    }
    release(plain);
    free(plain);
    free(other);
}
END_TEST

START_TEST(a_prediction_does_not_depend_on_its_batch_mates)
{
    struct fixture *f = malloc(sizeof *f);
    build_small(f, _i, 1);
    train(f, 3);
    struct ng_step step = step_of(f, 3);
    step.training = false;
    step.calibrating = true;
    ng_model_forward(&f->model, &step);
    step.calibrating = false;
    float together[BATCH * CLASSES];
    f->x[5 * INPUTS] = 1000.0f; /* a batch-mate that would spoil a shared scale */
    ng_model_forward(&f->model, &step);
    memcpy(together, f->model.probability, sizeof together);
    for (uint32_t i = 0; i < BATCH; i++) {
        step.rows = 1;
        step.order = &i;
        ng_model_forward(&f->model, &step);
        ck_assert_mem_eq(f->model.probability, together + i * CLASSES,
                         CLASSES * sizeof(float));
    }
    release(f);
    free(f);
}
END_TEST

START_TEST(a_step_allocates_nothing)
{
    struct fixture *f = malloc(sizeof *f);
    build_small(f, _i, 1);
    train(f, 1);
    struct mallinfo2 before = mallinfo2();
    train(f, 3);
    struct mallinfo2 after = mallinfo2();
    ck_assert_uint_eq(before.uordblks, after.uordblks);
    ck_assert_uint_eq(before.hblkhd, after.hblkhd);
    release(f);
    free(f);
}
END_TEST

START_TEST(a_nan_passes_through_the_whole_model)
{
    struct fixture *f = malloc(sizeof *f);
    build_small(f, _i, 1);
    f->x[3] = NAN;
    struct ng_step step = step_of(f, 0);
    ng_model_forward(&f->model, &step);
    ck_assert(isnan(f->model.loss));
    ck_assert(isnan(f->model.row_loss[0]));
    ck_assert_int_eq(ng_model_first_bad(&f->model), 0);
    release(f);
    free(f);
}
END_TEST

/* The gradient of a batch is the sum of its halves', up to FP32's rounding. */
START_TEST(two_micro_batches_make_the_gradient_of_one_batch)
{
    struct fixture *whole = malloc(sizeof *whole), *halves = malloc(sizeof *halves);
    build_small(whole, 0, 1);
    build_small(halves, 0, 1);
    struct ng_step step = step_of(whole, 0);
    ng_model_forward(&whole->model, &step);
    ng_model_backward(&whole->model, &step);
    for (uint32_t half = 0; half < 2; half++) {
        step = step_of(halves, 0);
        step.micro_batch = half;
        step.micro_batches = 2;
        step.rows = BATCH / 2;
        step.order = halves->order + half * (BATCH / 2);
        ng_model_forward(&halves->model, &step);
        ng_model_backward(&halves->model, &step);
    }
    double norm = ng_model_gradient_norm(&whole->model);
    ck_assert_double_gt(norm, 0.1);
    for (size_t p = 0; p < whole->model.parameter_count; p++) {
        const struct ng_parameter *a = &whole->model.parameters[p];
        const float *x = a->gradient.codes[NG_ROWWISE].data;
        const float *y = halves->model.parameters[p].gradient.codes[NG_ROWWISE].data;
        for (size_t i = 0; i < a->rows * a->cols; i++)
            ck_assert_double_le(fabs((double)x[i] - (double)y[i]), 1e-6 * norm);
    }
    release(whole);
    release(halves);
    free(whole);
    free(halves);
}
END_TEST

/* Against FP64 from the definition: weights decay, biases do not. */
START_TEST(adamw_first_step_is_the_definition)
{
    struct fixture *f = malloc(sizeof *f);
    build_small(f, 0, 1);
    struct ng_step step = step_of(f, 0);
    ng_model_forward(&f->model, &step);
    ng_model_backward(&f->model, &step);
    const struct ng_train_spec spec = {
        0, 1e-2, 0.9, 0.999, 1e-8, 0.5, BATCH, 1, NG_SCHEDULE_CONSTANT};
    for (size_t p = 0; p < 2; p++) {
        struct ng_parameter *parameter = &f->model.parameters[p];
        const float *g = parameter->gradient.codes[NG_ROWWISE].data;
        float *w = parameter->master.codes[NG_ROWWISE].data;
        double before = (double)w[1], slope = (double)g[1];
        ck_assert_double_gt(fabs(slope), 1e-5);
        ng_optimisers[0]->step(&f->model, &spec, &step);
        double decay = p == 0 ? 1e-2 * 0.5 * before : 0.0;
        double expected = before - decay - 1e-2 * slope / (fabs(slope) + 1e-8);
        ck_assert_double_le(fabs((double)w[1] - expected), 1e-7);
        ng_model_initialise(&f->model, 3);
        ng_model_forward(&f->model, &step);
        ng_model_backward(&f->model, &step);
    }
    release(f);
    free(f);
}
END_TEST

/* One update at step 3 of 4, from the same state. */
static float updated(int schedule, double lr)
{
    struct fixture *f = malloc(sizeof *f);
    build_small(f, 0, 1);
    struct ng_step step = step_of(f, 0);
    ng_model_forward(&f->model, &step);
    ng_model_backward(&f->model, &step);
    const struct ng_train_spec spec = {0,   lr,    0.9, 0.999,   1e-8,
                                       0.5, BATCH, 1,   schedule};
    step.number = 3;
    step.steps = 4;
    ng_optimisers[0]->step(&f->model, &spec, &step);
    float w = *(const float *)f->model.parameters[0].master.codes[NG_ROWWISE].data;
    release(f);
    free(f);
    return w;
}

START_TEST(linear_schedule_falls_in_equal_steps_to_the_last_nth)
{
    const struct ng_train_spec spec = {.lr = 0.75, .schedule = NG_SCHEDULE_LINEAR};
    for (uint64_t k = 0; k < 8; k++) {
        const struct ng_step step = {.number = k, .steps = 8};
        ck_assert_double_eq(ng_learning_rate(&spec, &step),
                            0.75 * (8.0 - (double)k) / 8);
    }
    ck_assert(updated(NG_SCHEDULE_LINEAR, 0.5) == updated(NG_SCHEDULE_CONSTANT, 0.125));
    ck_assert(updated(NG_SCHEDULE_LINEAR, 0.5) != updated(NG_SCHEDULE_CONSTANT, 0.5));
}
END_TEST

static double loss_at(struct fixture *f)
{
    struct ng_step step = step_of(f, 0);
    ng_model_forward(&f->model, &step);
    return f->model.loss;
}

/* Central differences of the FP32 loss; h is large enough that FP32 noise (about 1e-7 of
 * a loss near 1.6, over 2h) stays below the tolerance, and ReLU kinks are rare. */
START_TEST(gradients_agree_with_finite_differences)
{
    struct fixture *f = malloc(sizeof *f);
    build_small(f, 0, 1);
    struct ng_step step = step_of(f, 0);
    ng_model_forward(&f->model, &step);
    ng_model_backward(&f->model, &step);
    size_t wrong = 0, checked = 0;
    for (size_t p = 0; p < f->model.parameter_count; p++) {
        struct ng_parameter *parameter = &f->model.parameters[p];
        float *w = parameter->master.codes[NG_ROWWISE].data;
        const float *g = parameter->gradient.codes[NG_ROWWISE].data;
        size_t n = parameter->rows * parameter->cols;
        for (size_t i = 0; i < n; i += 1 + n / 40) {
            const float h = 0x1p-10f, kept = w[i], gradient = g[i];
            w[i] = kept + h;
            double above = loss_at(f);
            w[i] = kept - h;
            double below = loss_at(f);
            w[i] = kept;
            double slope = (above - below) / (2.0 * (double)h);
            checked++;
            wrong +=
                fabs(slope - (double)gradient) > 2e-4 + 0.02 * fabs((double)gradient);
        }
    }
    ck_assert_uint_gt(checked, 150);
    ck_assert_msg(wrong * 50 <= checked, "%zu of %zu slopes differ", wrong, checked);
    release(f);
    free(f);
}
END_TEST

static enum ng_status count_bytes(void *context, struct ng_state_item *item,
                                  struct ng_error *err)
{
    (void)err;
    size_t *bytes = context;
    *bytes += item->bytes + (item->scale != NULL ? 2 * sizeof(float) : 0);
    return NG_OK;
}

/* What is not in the enumerator and yet persistent is the scales of the step's casts,
 * which every step makes anew. */
START_TEST(the_state_enumerator_covers_the_parameters)
{
    struct fixture *f = malloc(sizeof *f);
    struct ng_error err = {0};
    build_small(f, _i, 1);
    size_t seen = 0, casts = 0;
    ck_assert_int_eq(ng_state_each(&f->model, count_bytes, &seen, &err), NG_OK);
    for (size_t i = 0; i < f->model.ledger.count; i++) {
        const struct ng_ledger_entry *entry = &f->model.ledger.entries[i];
        const char *dot = strrchr(entry->name, '.');
        if (entry->ledger_class == NG_LEDGER_SCALES && dot != NULL &&
            strcmp(dot, ".scale") == 0 && strstr(entry->name, "@moment1") == NULL)
            casts += entry->bytes;
    }
    ck_assert_uint_eq(seen + casts, f->model.ledger.persistent_bytes);
    release(f);
    free(f);
}
END_TEST

static enum ng_status resolve_rule(struct ng_recipe_rule *rule, struct ng_error *err)
{
    struct ng_recipe recipe = {.name = "test", .rules = {rule, 1}};
    struct ng_node_recipe resolved;
    return ng_recipe_resolve(&recipe, "layer.0.linear", true, false, &resolved, err);
}

START_TEST(contradictory_cells_are_refused_with_rule_and_cell)
{
    struct ng_error err = {0};
    struct ng_recipe_rule no_copy = {
        .match = "*", .slots = {.format = "bf16"}, .slot[1] = {.source = "copy"}};
    ck_assert_int_eq(resolve_rule(&no_copy, &err), NG_INVALID);
    ck_assert_ptr_nonnull(strstr(err.text, "weight@fprop"));
    struct ng_recipe_rule no_scale = {
        .match = "*", .slots = {.format = "e4m3", .granularity = "tensor"}};
    ck_assert_int_eq(resolve_rule(&no_scale, &err), NG_INVALID);
    struct ng_recipe_rule codes = {.match = "*", .saved_input = "codes"};
    ck_assert_int_eq(resolve_rule(&codes, &err), NG_INVALID);
    ck_assert_ptr_nonnull(strstr(err.text, "saved_input"));
    struct ng_recipe_rule no_rule = {
        .match = "*", .moment2 = {.format = "e4m3", .granularity = "tensor"}};
    ck_assert_int_eq(resolve_rule(&no_rule, &err), NG_INVALID);
    ck_assert_ptr_nonnull(strstr(err.text, "moment2"));
    struct ng_recipe_rule unknown = {.match = "*", .output = "fp31"};
    ck_assert_int_eq(resolve_rule(&unknown, &err), NG_INVALID);
    ck_assert_ptr_nonnull(strstr(err.text, "fp31"));
}
END_TEST

START_TEST(the_first_rule_that_matches_and_sets_a_cell_wins)
{
    struct ng_recipe_rule rules[] = {
        {.match = "layer.1.*", .output = "fp32"},
        {.match = "layer.*", .slots = {.format = "bf16"}},
        {.match = "*", .slots = {.format = "e5m2"}, .output = "bf16"},
    };
    struct ng_recipe recipe = {.name = "test", .rules = {rules, 3}};
    struct ng_node_recipe one, two;
    struct ng_error err = {0};
    ck_assert_int_eq(
        ng_recipe_resolve(&recipe, "layer.1.linear", true, false, &one, &err), NG_OK);
    ck_assert_int_eq(ng_recipe_resolve(&recipe, "input", false, false, &two, &err),
                     NG_OK);
    ck_assert_ptr_eq(one.output.format, &ng_fp32);
    ck_assert_int_eq(one.output.rule, 1);
    ck_assert_ptr_eq(one.slot[0].format, &ng_bf16);
    ck_assert_int_eq(one.slot[0].rule, 2);
    ck_assert_ptr_eq(two.output.format, &ng_bf16);
    ck_assert_int_eq(two.output.rule, 3);
}
END_TEST

Suite *ng_suite_models(void)
{
    Suite *suite = suite_create("models");
    TCase *ledger = tcase_create("ledger");
    tcase_add_loop_test(ledger, state_bytes_are_those_worked_out_by_hand, 0, RECIPES);
    tcase_add_loop_test(ledger, booked_state_is_the_formula_for_narrow_layers, 0,
                        RECIPES);
    tcase_add_loop_test(ledger, planned_peak_is_within_two_percent_of_the_bound, 0,
                        RECIPES);
    tcase_add_loop_test(ledger, tensors_alive_together_do_not_overlap, 0, RECIPES);
    tcase_add_loop_test(ledger, the_state_enumerator_covers_the_parameters, 0, RECIPES);
    suite_add_tcase(suite, ledger);
    TCase *bits = tcase_create("bits");
    tcase_set_timeout(bits, 120);
    tcase_add_loop_test(bits, bits_do_not_depend_on_threads_or_body, 0, RECIPES);
    tcase_add_loop_test(bits, a_prediction_does_not_depend_on_its_batch_mates, 0,
                        RECIPES);
    tcase_add_loop_test(bits, a_step_allocates_nothing, 0, RECIPES);
    tcase_add_loop_test(bits, a_nan_passes_through_the_whole_model, 0, RECIPES);
    tcase_add_test(bits, two_micro_batches_make_the_gradient_of_one_batch);
    tcase_add_test(bits, adamw_first_step_is_the_definition);
    tcase_add_test(bits, linear_schedule_falls_in_equal_steps_to_the_last_nth);
    tcase_add_test(bits, gradients_agree_with_finite_differences);
    suite_add_tcase(suite, bits);
    TCase *recipe = tcase_create("recipe");
    tcase_add_test(recipe, contradictory_cells_are_refused_with_rule_and_cell);
    tcase_add_test(recipe, the_first_rule_that_matches_and_sets_a_cell_wins);
    suite_add_tcase(suite, recipe);
    return suite;
}
