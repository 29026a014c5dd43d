/*
 * Recipes: which tensor is in which format, with which scaling, rounding, accumulator and
 * store.
 *
 * A recipe file is a list of rules; each rule names nodes by a pattern and sets some
 * cells. For every node and every cell the first rule that matches and sets it wins, and
 * the resolved table remembers which one. Cells that no rule sets take the defaults of
 * the key table (fp32 everywhere).
 *
 * Slots of a linear or convolution node, each an operand of one of its three GEMMs:
 *   input@fprop weight@fprop | grad@dgrad weight@dgrad | grad@wgrad input@wgrad
 *
 * Ownership: texts belong to the arena that the recipe was read into; a resolved recipe
 * points into it. Threads: read-only once resolved.
 */
#ifndef NG_MODELS_RECIPE_H
#define NG_MODELS_RECIPE_H

#include <stdbool.h>
#include <stddef.h>

#include "formats/base/arena.h"
#include "formats/base/error.h"
#include "formats/base/key.h"
#include "formats/base/text.h"
#include "formats/gemm/gemm.h"

enum ng_slot {
    NG_SLOT_INPUT_FPROP,
    NG_SLOT_WEIGHT_FPROP,
    NG_SLOT_GRAD_DGRAD,
    NG_SLOT_WEIGHT_DGRAD,
    NG_SLOT_GRAD_WGRAD,
    NG_SLOT_INPUT_WGRAD,
    NG_SLOTS,
};
extern const char *const ng_slot_names[];

/* As it stands in the file: every text may be absent (NULL), meaning "not set here". */
struct ng_recipe_slot_text {
    char *format, *granularity, *scale, *rounding, *source;
};
struct ng_recipe_store_text {
    char *format, *granularity, *rounding;
};

struct ng_recipe_rule {
    char *match; /* pattern over node names, such as "*" or "layer.0.*" */
    struct ng_recipe_slot_text slots;          /* all six at once */
    struct ng_recipe_slot_text slot[NG_SLOTS]; /* one; wins over `slots` of its rule */
    struct {
        char *fprop, *dgrad, *wgrad;
    } accumulate;
    char *output;                       /* format of op outputs, forward and backward */
    char *logits;                       /* format of the last layer's output */
    char *saved_input;                  /* "stored" or "codes" */
    char *saved_mask;                   /* ReLU: "output" or "bits" */
    char *compute_copy;                 /* "none", or a format */
    char *transpose;                    /* "none" */
    struct ng_recipe_store_text master; /* the parameter store */
    struct ng_recipe_store_text gradient;
    struct ng_recipe_store_text communication;
    struct ng_recipe_store_text moment1, moment2;
    char *loss_scale; /* "none" */
    char *phase;      /* training steps that the rule holds for: "all" */
    char *evaluation; /* "frozen", "current", "fp32-master" */
};

struct ng_recipe {
    char *name;
    char *summary;
    char *hardware;         /* what hardware does */
    char *simulated;        /* what is simulated here */
    struct ng_tables rules; /* struct ng_recipe_rule, in file order */
};
extern const struct ng_key_table ng_recipe_keys;

/* A resolved operand slot, store, and node. `rule` is the number of the rule that set the
 * cell's format (or its only value), counted from 1; 0: the default. */
struct ng_slot_cell {
    const struct ng_format *format;
    enum ng_granularity granularity;
    enum ng_scale_rule scale_rule;
    struct ng_policy policy;
    enum ng_source source;
    int rule;
};
struct ng_store_cell {
    const struct ng_format *format;
    enum ng_granularity granularity;
    struct ng_policy policy;
    int rule;
};
/* Would the two make the same codes of the same tensor? */
bool ng_slot_same_cast(const struct ng_slot_cell *a, const struct ng_slot_cell *b);

enum ng_saved_input { NG_SAVED_STORED, NG_SAVED_CODES };
enum ng_saved_mask { NG_MASK_OUTPUT, NG_MASK_BITS };
enum ng_transpose { NG_TRANSPOSE_NONE };
enum ng_loss_scale { NG_LOSS_SCALE_NONE };
enum ng_phase { NG_PHASE_ALL };
enum ng_evaluation { NG_EVAL_FROZEN, NG_EVAL_CURRENT, NG_EVAL_FP32_MASTER };

struct ng_node_recipe {
    const char *node;
    bool
        has_slots; /* a node with GEMMs and parameters; others use output and saved_mask */
    struct ng_slot_cell slot[NG_SLOTS];
    struct {
        const struct ng_accumulator *accumulator;
        int rule;
    } accumulate[NG_GEMM_ROLES];
    struct ng_store_cell output;          /* forward */
    struct ng_store_cell output_backward; /* of the gradient that backward hands on */
    struct {
        enum ng_saved_input how;
        int rule;
    } saved_input;
    struct {
        enum ng_saved_mask how;
        int rule;
    } saved_mask;
    struct ng_store_cell compute_copy; /* format NULL: none */
    struct ng_store_cell master, gradient, communication, moment1, moment2;
    struct {
        enum ng_transpose how;
        int rule;
    } transpose;
    struct {
        enum ng_loss_scale how;
        int rule;
    } loss_scale;
    struct {
        enum ng_phase how;
        int rule;
    } phase;
    struct {
        enum ng_evaluation how;
        int rule;
    } evaluation;
};

/* Resolves the cells of one node. has_slots: it has GEMMs; is_logits: its output is the
 * model's logits.
 * NG_INVALID with the recipe, rule and cell where a value is unknown, cannot be used
 * there, or contradicts another one. */
enum ng_status ng_recipe_resolve(const struct ng_recipe *recipe, const char *node,
                                 bool has_slots, bool is_logits,
                                 struct ng_node_recipe *resolved, struct ng_error *err);

/* One line per cell: "node cell value rule pattern", for `show`. */
void ng_recipe_describe(const struct ng_recipe *recipe,
                        const struct ng_node_recipe *resolved, struct ng_text *text);

#endif
