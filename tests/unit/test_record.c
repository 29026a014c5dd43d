/* Run files and checkpoints: what was put in comes out, the result hash is that of the
 * stored content, and nothing damaged passes. The model is made by hand. */
#include "tests/unit/suites.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "datasets/files/h5.h"
#include "experiments/record/run_file.h"

#define ROWS    5
#define CLASSES 2
#define STEPS   4
#define PLAN    "aaaaaaaabbbbbbbbccccccccddddddddeeeeeeeeffffffff0000000011111111"
#define OTHER   "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static char folder[64], file_path[128], checkpoint_path[128];
static struct ng_error err;
static struct ng_arena arena;

/* One parameter of 2 x 3: an fp32 master, a bf16 copy, an e5m2 gradient, an e4m3 first
 * moment with a tensor scale. */
static struct toy {
    float master[6];
    uint16_t copy[6];
    uint8_t gradient[6], moment1[6];
    float scale, scale_inv;
    struct ng_node node;
    struct ng_parameter parameter;
    struct ng_ledger_entry entries[2];
    struct ng_model model;
} toy;

static struct ng_qmatrix view(const struct ng_format *format, void *data)
{
    struct ng_qmatrix matrix = {
        .format = format, .rows = 2, .cols = 3, .granularity = NG_GRANULARITY_NONE};
    matrix.codes[NG_ROWWISE].data = data;
    matrix.codes[NG_ROWWISE].row_stride = 3;
    return matrix;
}

static void make_toy(void)
{
    static const float values[6] = {1.5f, -0.25f, 0, 3, 1e-3f, -7};
    memset(&toy, 0, sizeof toy);
    memcpy(toy.master, values, sizeof values);
    for (int i = 0; i < 6; i++) {
        toy.copy[i] = (uint16_t)(0x3F80 + i);
        toy.gradient[i] = (uint8_t)(0x3C + i);
        toy.moment1[i] = (uint8_t)(0x70 + i);
    }
    toy.scale = 8;
    toy.scale_inv = 0.125f;
    snprintf(toy.node.name, sizeof toy.node.name, "layer.0.linear");
    snprintf(toy.parameter.name, sizeof toy.parameter.name, "weight");
    toy.parameter.node = &toy.node;
    toy.parameter.rows = 2;
    toy.parameter.cols = 3;
    toy.parameter.master = view(&ng_fp32, toy.master);
    toy.parameter.copy = view(&ng_bf16, toy.copy);
    toy.parameter.gradient = view(&ng_e5m2, toy.gradient);
    toy.parameter.moment1 = view(&ng_e4m3, toy.moment1);
    toy.parameter.moment1.granularity = NG_GRANULARITY_TENSOR;
    toy.parameter.moment1.scales[NG_ROWWISE].scale = &toy.scale;
    toy.parameter.moment1.scales[NG_ROWWISE].scale_inv = &toy.scale_inv;
    toy.parameter.moment1.scales[NG_ROWWISE].count = 1;
    toy.entries[0] = (struct ng_ledger_entry){"layer.0.linear/weight@master",
                                              NG_LEDGER_MASTER,
                                              NG_LIFETIME_PERSISTENT,
                                              24,
                                              -1,
                                              -1,
                                              0};
    toy.entries[1] = (struct ng_ledger_entry){
        "layer.0.linear/input@wgrad", NG_LEDGER_SAVED, NG_LIFETIME_STEP, 64, 0, 3, 128};
    toy.model.parameters = &toy.parameter;
    toy.model.parameter_count = 1;
    toy.model.ledger.entries = toy.entries;
    toy.model.ledger.count = 2;
    toy.model.ledger.persistent_bytes = 24;
    toy.model.ledger.planned_peak = 90;
    toy.model.ledger.lower_bound = 88;
    toy.model.ledger.by_class[NG_LEDGER_MASTER] = 24;
    toy.model.ledger.by_class_at_peak[NG_LEDGER_MASTER] = 24;
    toy.model.ledger.by_class_at_peak[NG_LEDGER_SAVED] = 64;
    toy.model.ledger.by_class_at_peak[NG_LEDGER_PADDING] = 2;
}

/* -- a whole record ------------------------------------------------------------------ */

static struct stock {
    uint32_t label[ROWS], prediction[ROWS];
    float confidence[ROWS], loss[ROWS], probability[ROWS * CLASSES];
    uint8_t ties[ROWS];
    uint16_t region[ROWS];
    uint16_t *slice[1];
    char *bands[2];
    struct ng_slice_column column;
    double losses[STEPS], flushed[STEPS];
    struct ng_metric metrics[2];
    struct ng_provenance provenance[2];
    struct ng_run_record record;
} stock;

static void make_record(void)
{
    struct stock *s = &stock;
    memset(s, 0, sizeof *s);
    for (uint32_t i = 0; i < ROWS; i++) {
        s->label[i] = i % 2;
        s->prediction[i] = i / 3;
        s->confidence[i] = 0.5f + 0.1f * (float)i;
        s->loss[i] = 0.3f * (float)i;
        s->probability[i * CLASSES] = 0.25f;
        s->probability[i * CLASSES + 1] = 0.75f;
        s->ties[i] = i == 2;
        s->region[i] = (uint16_t)(i == 4);
    }
    s->bands[0] = "north";
    s->bands[1] = "south";
    s->column = (struct ng_slice_column){"region", s->bands, 2};
    s->slice[0] = s->region;
    for (int i = 0; i < STEPS; i++) {
        s->losses[i] = 1.0 / (i + 3);
        s->flushed[i] = i;
    }
    s->metrics[0] = (struct ng_metric){"loss", s->losses};
    s->metrics[1] = (struct ng_metric){"flushed", s->flushed};
    s->provenance[0] = (struct ng_provenance){"argv", "narrowgauge run toy"};
    s->provenance[1] = (struct ng_provenance){"threads", "3"};
    s->record = (struct ng_run_record){
        .experiment = "toy",
        .arm_label = "fp8-e4m3",
        .plan_hash = PLAN,
        .source = "name: toy\n",
        .resolved = "train.batch = 5\n",
        .recipe_text = "layer.0 output fp32\n",
        .seed = 4000000000u,
        .parameters = 6,
        .provenance = s->provenance,
        .provenance_count = 2,
        .wall_seconds = 1.25,
        .cpu_seconds = 2.5,
        .peak_rss_bytes = 1u << 20,
        .steps = STEPS,
        .first_bad_step = -1,
        .metrics = s->metrics,
        .metric_count = 2,
        .model = &toy.model,
        .rows = {.rows = ROWS,
                 .classes = CLASSES,
                 .label = s->label,
                 .prediction = s->prediction,
                 .confidence = s->confidence,
                 .loss = s->loss,
                 .ties = s->ties,
                 .probability = s->probability,
                 .slice_count = 1,
                 .slices = &s->column,
                 .slice = s->slice},
    };
}

static void set_up(void)
{
    snprintf(folder, sizeof folder, "%s/ng-record-XXXXXX", P_tmpdir);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(file_path, sizeof file_path, "%s/toy.h5", folder);
    snprintf(checkpoint_path, sizeof checkpoint_path, "%s/toy.ckpt", folder);
    memset(&err, 0, sizeof err);
    make_toy();
    make_record();
}

static void tear_down(void)
{
    char part[140];
    snprintf(part, sizeof part, "%s.part", file_path);
    remove(part);
    remove(file_path);
    remove(checkpoint_path);
    remove(folder);
    ng_arena_release(&arena);
}

static void good(enum ng_status status)
{
    ck_assert_msg(status == NG_OK, "%s", err.text);
}

static void refused(enum ng_status status, enum ng_status expected, const char *words)
{
    ck_assert_int_eq(status, expected);
    ck_assert_msg(strstr(err.text, words) != NULL, "\"%s\" is not in: %s", words,
                  err.text);
}

static void write_run(char hash[65])
{
    good(ng_run_write(folder, "toy.h5", &stock.record, hash, &err));
}

START_TEST(a_run_file_gives_back_what_was_put_in)
{
    char hash[65];
    struct ng_run run;
    write_run(hash);
    good(ng_run_read(file_path, NG_RUN_METRICS | NG_RUN_ROWS | NG_RUN_LEDGER, &arena,
                     &run, &err));
    ck_assert_str_eq(run.experiment, "toy");
    ck_assert_str_eq(run.arm_label, "fp8-e4m3");
    ck_assert_str_eq(run.plan_hash, PLAN);
    ck_assert_str_eq(run.source, "name: toy\n");
    ck_assert_str_eq(run.resolved, "train.batch = 5\n");
    ck_assert_str_eq(run.recipe_text, "layer.0 output fp32\n");
    ck_assert_str_eq(run.result_hash, hash);
    ck_assert_str_eq(run.run_id, "toy");
    ck_assert_uint_eq(strlen(run.created_utc), strlen("2025-01-01T00:00:00Z"));
    ck_assert_uint_eq(run.seed, 4000000000u);
    ck_assert_uint_eq(run.parameters, 6);
    ck_assert_uint_eq(run.steps, STEPS);
    ck_assert_int_eq(run.first_bad_step, -1);
    ck_assert_ptr_null(run.first_bad_tensor);
    ck_assert(run.wall_seconds == 1.25 && run.cpu_seconds == 2.5);
    ck_assert_uint_eq(run.peak_rss_bytes, 1u << 20);
    ck_assert_uint_eq(run.provenance_count, 2);
    ck_assert_str_eq(run.provenance[0].name, "argv");
    ck_assert_str_eq(run.provenance[1].value, "3");
    ck_assert_uint_eq(run.metric_count, 2);
    ck_assert_str_eq(run.metrics[0].name, "flushed");
    ck_assert_mem_eq(run.metrics[0].values, stock.flushed, sizeof stock.flushed);
    ck_assert_mem_eq(run.metrics[1].values, stock.losses, sizeof stock.losses);
}
END_TEST

START_TEST(rows_and_ledger_come_back)
{
    char hash[65];
    struct ng_run run;
    static float truth[ROWS * CLASSES] = {0.5f, 0.5f, 0.125f};
    stock.record.rows.true_probability = truth;
    write_run(hash);
    good(ng_run_read(file_path, NG_RUN_ROWS | NG_RUN_LEDGER, &arena, &run, &err));
    ck_assert_uint_eq(run.rows.rows, ROWS);
    ck_assert_uint_eq(run.rows.classes, CLASSES);
    ck_assert_mem_eq(run.rows.label, stock.label, sizeof stock.label);
    ck_assert_mem_eq(run.rows.prediction, stock.prediction, sizeof stock.prediction);
    ck_assert_mem_eq(run.rows.confidence, stock.confidence, sizeof stock.confidence);
    ck_assert_mem_eq(run.rows.loss, stock.loss, sizeof stock.loss);
    ck_assert_mem_eq(run.rows.ties, stock.ties, sizeof stock.ties);
    ck_assert_mem_eq(run.rows.probability, stock.probability, sizeof stock.probability);
    ck_assert_mem_eq(run.rows.true_probability, truth, sizeof truth);
    ck_assert_uint_eq(run.rows.slice_count, 1);
    ck_assert_str_eq(run.rows.slices[0].name, "region");
    ck_assert_uint_eq(run.rows.slices[0].band_count, 2);
    ck_assert_str_eq(run.rows.slices[0].bands[1], "south");
    ck_assert_mem_eq(run.rows.slice[0], stock.region, sizeof stock.region);
    ck_assert_uint_eq(run.entry_count, 2);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_str_eq(run.entries[i].name, toy.entries[i].name);
        ck_assert_int_eq(run.entries[i].ledger_class, toy.entries[i].ledger_class);
        ck_assert_int_eq(run.entries[i].lifetime, toy.entries[i].lifetime);
        ck_assert_uint_eq(run.entries[i].bytes, toy.entries[i].bytes);
        ck_assert_uint_eq(run.entries[i].offset, toy.entries[i].offset);
        ck_assert_int_eq(run.entries[i].first, toy.entries[i].first);
        ck_assert_int_eq(run.entries[i].last, toy.entries[i].last);
    }
    ck_assert_uint_eq(run.persistent_bytes, 24);
    ck_assert_uint_eq(run.planned_peak, 90);
    ck_assert_uint_eq(run.lower_bound, 88);
    ck_assert_mem_eq(run.by_class, toy.model.ledger.by_class, sizeof run.by_class);
    ck_assert_mem_eq(run.by_class_at_peak, toy.model.ledger.by_class_at_peak,
                     sizeof run.by_class_at_peak);
}
END_TEST

START_TEST(the_hash_is_that_of_the_stored_content)
{
    char hash[65], again[65];
    write_run(hash);
    ck_assert_uint_eq(strlen(hash), 64);
    good(ng_run_hash(file_path, again, &err));
    ck_assert_str_eq(hash, again);
}
END_TEST

START_TEST(provenance_names_and_source_do_not_move_the_hash)
{
    char hash[65], again[65];
    write_run(hash);
    stock.record.experiment = "other";
    stock.record.arm_label = "other";
    stock.record.source = "name: other\n";
    stock.record.plan_hash = OTHER;
    stock.record.wall_seconds = 99;
    stock.record.peak_rss_bytes = 1;
    stock.provenance[1].value = "1";
    write_run(again);
    ck_assert_str_eq(hash, again);
}
END_TEST

/* Each of these is part of the result. */
static void change(int what)
{
    switch (what) {
    case 0:
        stock.record.resolved = "train.batch = 6\n";
        break;
    case 1:
        stock.losses[2] = nextafter(stock.losses[2], 2);
        break;
    case 2:
        stock.record.first_bad_step = 2;
        break;
    case 3:
        toy.master[5] = nextafterf(toy.master[5], 0);
        break;
    case 4:
        toy.model.ledger.planned_peak++;
        break;
    case 5:
        toy.entries[1].bytes++;
        break;
    case 6:
        stock.prediction[0] ^= 1;
        break;
    case 7:
        stock.ties[0] ^= 1;
        break;
    case 8:
        stock.region[0] ^= 1;
        break;
    case 9:
        stock.bands[0] = "nor'h";
        break;
    case 10:
        stock.metrics[1].name = "flusher";
        break;
    case 11:
        toy.parameter.master.policy.rounding = NG_ROUND_STOCHASTIC;
        break;
    case 12:
        stock.loss[4] = -stock.loss[4];
        break;
    default:
        stock.record.first_bad_tensor = "layer.0.linear/weight";
        break;
    }
}

START_TEST(every_part_of_the_result_moves_the_hash)
{
    char hash[65], again[65];
    write_run(hash);
    change(_i);
    write_run(again);
    ck_assert_str_ne(hash, again);
}
END_TEST

START_TEST(every_nan_is_stored_as_the_canonical_one)
{
    char hash[65], again[65];
    static const uint32_t odd32 = 0xFFC12345u;
    static const uint64_t odd64 = 0xFFF8000000000001u;
    stock.losses[3] = (double)NAN;
    stock.loss[1] = NAN;
    toy.master[0] = NAN;
    write_run(hash);
    memcpy(&stock.losses[3], &odd64, 8);
    memcpy(&stock.loss[1], &odd32, 4);
    memcpy(&toy.master[0], &odd32, 4);
    write_run(again);
    ck_assert_str_eq(hash, again);
}
END_TEST

START_TEST(final_weights_lie_in_their_true_width)
{
    static const struct {
        const struct ng_format *format;
        enum ng_h5_type type;
        const char *name;
        void *data;
    } cases[] = {{&ng_fp32, NG_H5_F32, "float32", toy.master},
                 {&ng_bf16, NG_H5_BF16, "bfloat16", toy.copy},
                 {&ng_e5m2, NG_H5_E5M2, "float8_e5m2", toy.gradient},
                 {&ng_e4m3, NG_H5_U8, "float8_e4m3fn", toy.moment1}};
    static const char *const path = "/tensors/layer.0.linear/weight/master";
    char hash[65], *text;
    float scale;
    struct ng_h5 *file;
    struct ng_h5_item item;
    toy.parameter.master = view(cases[_i].format, cases[_i].data);
    if (cases[_i].format == &ng_e4m3)
        toy.parameter.master.scales[NG_ROWWISE] =
            toy.parameter.moment1.scales[NG_ROWWISE];
    write_run(hash);
    good(ng_h5_open(&file, file_path, &err));
    good(ng_h5_peek(file, path, NULL, &item, &err));
    ck_assert_int_eq(item.type, cases[_i].type);
    ck_assert_uint_eq(item.shape.rank, 2);
    ck_assert_uint_eq(item.shape.size[0], 2);
    ck_assert_uint_eq(item.element_bytes, (size_t)cases[_i].format->storage_bytes);
    ck_assert_mem_eq(item.data, cases[_i].data, 6 * item.element_bytes);
    free(item.data);
    good(ng_h5_get_text(file, path, "element_format", &arena, &text, &err));
    ck_assert_str_eq(text, cases[_i].name);
    good(ng_h5_get_text(file, path, "name", &arena, &text, &err));
    ck_assert_str_eq(text, "layer.0.linear/weight@master");
    good(ng_h5_get(file, path, "scale_inv", NG_H5_F32, &scale, &err));
    ck_assert(scale == (cases[_i].format == &ng_e4m3 ? 0.125f : 1.0f));
    ng_h5_close(file);
}
END_TEST

START_TEST(done_means_whole_and_of_this_plan)
{
    char hash[65], part[140];
    refused(ng_run_is_done(file_path, PLAN, &err), NG_ABSENT, "toy.h5");
    snprintf(part, sizeof part, "%s.part", file_path);
    FILE *left = fopen(part, "wb");
    ck_assert_ptr_nonnull(left);
    fclose(left);
    refused(ng_run_is_done(file_path, PLAN, &err), NG_ABSENT, "toy.h5");
    write_run(hash);
    good(ng_run_is_done(file_path, PLAN, &err));
    refused(ng_run_is_done(file_path, OTHER, &err), NG_INVALID, "another trial's");
    ck_assert_int_eq(truncate(file_path, 3000), 0);
    refused(ng_run_is_done(file_path, PLAN, &err), NG_INVALID, "cut short");
}
END_TEST

/* -- files that are sealed and yet wrong --------------------------------------------- */

static void save_h5(struct ng_h5 *file)
{
    good(ng_h5_save(file, file_path, &err));
    ng_h5_close(file);
}

START_TEST(another_version_or_kind_is_refused)
{
    struct ng_h5 *file;
    struct ng_run run;
    int64_t version = 2;
    good(ng_h5_create(&file, &err));
    save_h5(file);
    refused(ng_run_read(file_path, NG_RUN_HEAD, &arena, &run, &err), NG_INVALID,
            "/@format is missing");
    good(ng_h5_create(&file, &err));
    good(ng_h5_set_text(file, "/", "format", "narrowgauge-run", &err));
    good(ng_h5_set(file, "/", "format_version", NG_H5_I64, &version, &err));
    save_h5(file);
    refused(ng_run_read(file_path, NG_RUN_HEAD, &arena, &run, &err), NG_INVALID,
            "format_version 2");
    refused(ng_run_hash(file_path, (char[65]){0}, &err), NG_INVALID,
            "format_version 2");
    good(ng_h5_create(&file, &err));
    good(ng_h5_set_text(file, "/", "format", "narrowgauge-comparison", &err));
    save_h5(file);
    refused(ng_run_read(file_path, NG_RUN_HEAD, &arena, &run, &err), NG_INVALID,
            "is a narrowgauge-comparison file");
    version = 1;
    good(ng_h5_create(&file, &err));
    good(ng_h5_set_text(file, "/", "format", "narrowgauge-run", &err));
    good(ng_h5_set(file, "/", "format_version", NG_H5_I64, &version, &err));
    good(ng_h5_set_text(file, "/", "status", "running", &err));
    save_h5(file);
    refused(ng_run_read(file_path, NG_RUN_HEAD, &arena, &run, &err), NG_INVALID,
            "not \"complete\"");
}
END_TEST

START_TEST(codes_out_of_range_are_refused)
{
    char hash[65];
    struct ng_run run;
    stock.prediction[3] = CLASSES;
    write_run(hash);
    refused(ng_run_read(file_path, NG_RUN_ROWS, &arena, &run, &err), NG_INVALID,
            "/eval/examples/prediction holds 2 in row 3");
    stock.prediction[3] = 0;
    stock.region[1] = 2;
    write_run(hash);
    refused(ng_run_read(file_path, NG_RUN_ROWS, &arena, &run, &err), NG_INVALID,
            "/eval/examples/slice_region holds 2");
    good(ng_run_read(file_path, NG_RUN_HEAD, &arena, &run, &err));
}
END_TEST

/* -- checkpoints --------------------------------------------------------------------- */

static struct ng_fingerprints prints;

START_TEST(a_checkpoint_restores_state_and_metrics)
{
    struct toy before;
    struct stock metrics;
    size_t steps = 0;
    ng_fingerprints_add(&prints, 0, "input/output", 0xFEDCBA9876543210u);
    ng_fingerprints_add(&prints, 4, "layer.0.linear/weight@master", 1);
    good(ng_checkpoint_write(checkpoint_path, PLAN, &toy.model, 3, stock.metrics, 2,
                             &prints, &err));
    prints.rows[0].digest = 0;
    ng_fingerprints_add(&prints, 4, "of a step that was not saved", 2);
    before = toy;
    metrics = stock;
    memset(toy.master, 1, sizeof toy.master);
    memset(toy.copy, 1, sizeof toy.copy);
    memset(toy.gradient, 1, sizeof toy.gradient);
    memset(toy.moment1, 1, sizeof toy.moment1);
    toy.scale = toy.scale_inv = 0;
    memset(stock.losses, 0, sizeof stock.losses);
    good(ng_checkpoint_read(checkpoint_path, PLAN, &toy.model, 5, &steps, stock.metrics,
                            2, &prints, &err));
    ck_assert_uint_eq(steps, 3);
    ck_assert_mem_eq(toy.master, before.master, sizeof toy.master);
    ck_assert_mem_eq(toy.copy, before.copy, sizeof toy.copy);
    ck_assert_mem_eq(toy.gradient, before.gradient, sizeof toy.gradient);
    ck_assert_mem_eq(toy.moment1, before.moment1, sizeof toy.moment1);
    ck_assert(toy.scale == 8 && toy.scale_inv == 0.125f);
    ck_assert_mem_eq(stock.losses, metrics.losses, 3 * sizeof(double));
    ck_assert(stock.losses[3] == 0);
    ck_assert_uint_eq(prints.count, 2);
    ck_assert(prints.rows[0].digest == 0xFEDCBA9876543210u);
    ck_assert_uint_eq(prints.rows[1].step, 4);
    ck_assert_str_eq(prints.rows[1].name, "layer.0.linear/weight@master");
    ng_fingerprints_release(&prints);
}
END_TEST

START_TEST(a_foreign_checkpoint_changes_nothing)
{
    struct toy before;
    size_t steps = 77;
    refused(ng_checkpoint_read(checkpoint_path, PLAN, &toy.model, 5, &steps,
                               stock.metrics, 2, &prints, &err),
            NG_ABSENT, "toy.ckpt");
    good(ng_checkpoint_write(checkpoint_path, PLAN, &toy.model, 3, stock.metrics, 2,
                             &prints, &err));
    toy.master[0] = 42;
    before = toy;
    refused(ng_checkpoint_read(checkpoint_path, OTHER, &toy.model, 5, &steps,
                               stock.metrics, 2, &prints, &err),
            NG_INVALID, "another trial's");
    refused(ng_checkpoint_read(checkpoint_path, PLAN, &toy.model, 2, &steps,
                               stock.metrics, 2, &prints, &err),
            NG_INVALID, "claims 3 steps");
    toy.parameter.moment1.format = &ng_e5m2;
    refused(ng_checkpoint_read(checkpoint_path, PLAN, &toy.model, 5, &steps,
                               stock.metrics, 2, &prints, &err),
            NG_INVALID, "format e4m3, not e5m2");
    toy.parameter.moment1.format = &ng_e4m3;
    toy.parameter.moment1.cols = 2;
    refused(ng_checkpoint_read(checkpoint_path, PLAN, &toy.model, 5, &steps,
                               stock.metrics, 2, &prints, &err),
            NG_INVALID, "moment1");
    ck_assert_int_eq(truncate(checkpoint_path, 2000), 0);
    refused(ng_checkpoint_read(checkpoint_path, PLAN, &toy.model, 5, &steps,
                               stock.metrics, 2, &prints, &err),
            NG_INVALID, "cut short");
    ck_assert_mem_eq(toy.master, before.master, sizeof toy.master);
    ck_assert_uint_eq(steps, 77);
}
END_TEST

START_TEST(a_full_disk_keeps_the_earlier_checkpoint)
{
    struct rlimit old, small = {1000, 0};
    size_t steps = 0;
    good(ng_checkpoint_write(checkpoint_path, PLAN, &toy.model, 1, stock.metrics, 2,
                             &prints, &err));
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &old), 0);
    small.rlim_max = old.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    enum ng_status status = ng_checkpoint_write(checkpoint_path, PLAN, &toy.model, 2,
                                                stock.metrics, 2, &prints, &err);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &old), 0);
    refused(status, NG_FAILED, strerror(EFBIG));
    good(ng_checkpoint_read(checkpoint_path, PLAN, &toy.model, 5, &steps, stock.metrics,
                            2, &prints, &err));
    ck_assert_uint_eq(steps, 1);
}
END_TEST

Suite *ng_suite_record(void)
{
    Suite *suite = suite_create("record");
    TCase *cases = tcase_create("record");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, a_run_file_gives_back_what_was_put_in);
    tcase_add_test(cases, rows_and_ledger_come_back);
    tcase_add_test(cases, the_hash_is_that_of_the_stored_content);
    tcase_add_test(cases, provenance_names_and_source_do_not_move_the_hash);
    tcase_add_loop_test(cases, every_part_of_the_result_moves_the_hash, 0, 14);
    tcase_add_test(cases, every_nan_is_stored_as_the_canonical_one);
    tcase_add_loop_test(cases, final_weights_lie_in_their_true_width, 0, 4);
    tcase_add_test(cases, done_means_whole_and_of_this_plan);
    tcase_add_test(cases, another_version_or_kind_is_refused);
    tcase_add_test(cases, codes_out_of_range_are_refused);
    tcase_add_test(cases, a_checkpoint_restores_state_and_metrics);
    tcase_add_test(cases, a_foreign_checkpoint_changes_nothing);
    tcase_add_test(cases, a_full_disk_keeps_the_earlier_checkpoint);
    suite_add_tcase(suite, cases);
    return suite;
}
