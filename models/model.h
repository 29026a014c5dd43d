/*
 * A model: a static graph of ops over planned memory.
 *
 * Built once from a description and a recipe; after ng_model_build() nothing is allocated
 * inside a step. The schedule numbers its positions: forward of node i is position i,
 * backward of node i is position 2*nodes-1-i, the optimiser is position 2*nodes.
 *
 * Words: a value is a tensor that flows between ops (rows = examples of the batch); a
 * parameter is trained state; a node is one op with its recipe cells.
 *
 * Ownership: the model owns nodes, values, parameters and all their memory.
 * Threads: one caller; ops use the given pool inside.
 */
#ifndef NG_MODELS_MODEL_H
#define NG_MODELS_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/base/arena.h"
#include "formats/base/error.h"
#include "formats/base/key.h"
#include "formats/base/pool.h"
#include "formats/gemm/gemm.h"
#include "formats/quant/qmatrix.h"
#include "models/ledger.h"
#include "models/recipe.h"

/* A tensor between ops: rows x cols in the format it is stored in, never wider. */
struct ng_value {
    char name[64];
    size_t rows, cols;
    const struct ng_format *format;
    int entry, grad_entry; /* in the ledger; -1: not held */
    void *data, *grad;
    const struct ng_format *grad_format;
    struct ng_tensor_stats stats, grad_stats; /* by the producing op's epilogue */
    int producer;                             /* node number; -1: the model's input */
    int last_use;                             /* schedule position */
    bool needs_grad;
};

struct ng_model;
struct ng_node;

/* Trained state. Every part is a quantised matrix in its true width. */
struct ng_parameter {
    char name[64];
    size_t rows, cols;
    uint32_t number; /* random streams are keyed by it */
    int entry[5];    /* in the ledger: master, copy, gradient, moment1, moment2 */
    int scale_entry[5];
    double init_bound; /* initial values are uniform in [-bound, bound) */
    bool is_bias;
    struct ng_qmatrix master, copy, gradient, moment1,
        moment2; /* copy: rows 0 if none */
    const struct ng_node_recipe *recipe;
    const struct ng_node *node; /* the one that it belongs to */
};

/* What a step is told. */
struct ng_step {
    uint32_t seed;
    uint64_t number;      /* from 0 */
    uint64_t steps;       /* of the whole training, for schedules */
    uint32_t micro_batch; /* from 0, of micro_batches */
    uint32_t micro_batches;
    bool training;          /* false: evaluation */
    bool recompute;         /* a forward run again: it never moves histories */
    bool calibrating;       /* evaluation scales are measured and stored, not used */
    size_t rows;            /* examples in this batch, at most the model's batch */
    const float *x;         /* of the whole split: examples x features, FP32 */
    const uint32_t *labels; /* of the whole split */
    const uint32_t *order;  /* row i of the batch is example order[i] */
};

/* Sees every output and operand, after it was made; canonical names. For records, diff
 * and locate. NULL: nobody looks. */
struct ng_trace {
    void (*see)(void *context, const char *name, const struct ng_qmatrix *matrix);
    void *context;
};

/* The op contract: one static struct per kind of op, in one file of models/ops. */
struct ng_op {
    const char *kind; /* "linear" */
    unsigned streams; /* random streams it draws from, bit 1 << enum ng_stream */
    bool recompute_safe;
    bool has_slots; /* its GEMM operands take recipe slots */
    /* Sets the output's cols and format, parameters and declared memory: saved tensors
     * with their formats, casts, workspace. Reads node->recipe. */
    enum ng_status (*declare)(struct ng_model *model, struct ng_node *node,
                              struct ng_error *err);
    /* After planning: turns ledger entries into pointers. */
    void (*bind)(struct ng_model *model, struct ng_node *node);
    void (*forward)(struct ng_model *model, struct ng_node *node,
                    const struct ng_step *step);
    void (*backward)(struct ng_model *model, struct ng_node *node,
                     const struct ng_step *step);
    /* Persistent state beyond parameters that a result depends on (stored evaluation
     * scales): name, data and number of floats; false: there is none. */
    bool (*state)(struct ng_node *node, const char **name, float **data, size_t *n);
    /* Bytes of all persistent memory beyond parameters, by formula. */
    size_t (*state_bytes)(const struct ng_node_recipe *recipe, bool input_needs_grad);
};
extern const struct ng_op ng_op_linear, ng_op_relu, ng_op_softmax_cross_entropy;
extern const struct ng_op *const ng_ops[]; /* NULL at the end */

struct ng_node {
    char name[64]; /* "layer.0.linear" */
    const struct ng_op *op;
    int number;
    int input, output; /* value numbers */
    struct ng_node_recipe recipe;
    struct ng_parameter *parameters[2];
    size_t parameter_count;
    struct ng_cast_counts counts; /* of this node's casts, until taken */
    size_t width;                 /* of the output, where the op has a choice */
    void *state;                  /* the op's own, in the model's arena */
};

struct ng_model {
    struct ng_arena arena;
    struct ng_node *nodes;
    size_t node_count;
    struct ng_value *values;
    size_t value_count;
    struct ng_parameter *parameters;
    size_t parameter_count;
    size_t parameter_elements;
    size_t batch, features, classes;
    struct ng_node_recipe
        input_recipe; /* its output cell is the input value's format */
    struct ng_ledger ledger;
    int workspace_entry; /* shared by all GEMMs */
    size_t workspace_bytes;
    void *workspace; /* the ledger's; a larger one of its own with several threads */
    void *extra_workspace; /* that larger one, or NULL */
    struct ng_pool *pool;  /* owned; NULL for one thread */
    struct ng_trace trace;
    enum ng_verification weakest;
    /* Of the last step: */
    double loss;        /* mean over the batch's examples, summed in FP64 */
    float *row_loss;    /* batch */
    float *probability; /* batch x classes, of the last forward */
};

/* What every model kind is told; the kinds stand in ng_model_kinds[] (models/zoo). */
struct ng_model_spec {
    int kind; /* index into ng_model_kind_names */
    struct ng_ints hidden;
};
extern const struct ng_key_table ng_model_keys;
extern const char *const ng_model_kind_names[];

/* Builds the graph, resolves the recipe for every node, declares, plans, allocates. */
enum ng_status ng_model_build(struct ng_model *model, const struct ng_model_spec *spec,
                              const struct ng_recipe *recipe, size_t features,
                              size_t classes, size_t batch, int threads,
                              struct ng_error *err);
void ng_model_release(struct ng_model *model);
/* Initial weights: depend on the seed and the parameter's number alone. */
void ng_model_initialise(struct ng_model *model, uint32_t seed);
/* Casts the batch's rows straight from the split into the input value (there is no FP32
 * copy of the batch), then runs the nodes. */
void ng_model_forward(struct ng_model *model, const struct ng_step *step);
void ng_model_backward(struct ng_model *model, const struct ng_step *step);
/* Root of the sum of squares over all gradients as stored; FP64. */
double ng_model_gradient_norm(const struct ng_model *model);
/* After a checkpoint was read into the model's memory: what is derived from it. */
void ng_model_refresh(struct ng_model *model);
/* Casts to a narrower format since the counts were last taken: slots, outputs, gradients
 * and the optimiser's stores. */
void ng_model_take_counts(struct ng_model *model, struct ng_cast_counts *counts);
/* The first tensor, in the order of computing, that is not finite: value i's output is
 * number i, its gradient value_count + i; 2 * value_count where all are (a parameter's
 * gradient may still not be). And the name for it. */
int ng_model_first_bad(const struct ng_model *model);
#define NG_BAD_NAME 96
void ng_model_bad_name(const struct ng_model *model, int number,
                       char name[NG_BAD_NAME]);

/* For ops: declares a tensor of this node in the ledger. */
int ng_node_declare(struct ng_model *model, const struct ng_node *node,
                    const char *name, enum ng_ledger_class ledger_class,
                    enum ng_lifetime lifetime, size_t bytes, int first, int last);
static inline int ng_forward_position(const struct ng_node *node)
{
    return node->number;
}
int ng_backward_position(const struct ng_model *model, const struct ng_node *node);
/* A view of a value, or of its gradient, as a matrix of `rows` rows. */
struct ng_qmatrix ng_value_matrix(const struct ng_value *value, size_t rows);
struct ng_qmatrix ng_value_grad_matrix(const struct ng_value *value, size_t rows);
void ng_model_see(struct ng_model *model, const struct ng_node *node, const char *part,
                  const struct ng_qmatrix *matrix);

/* The same numbers by formula, for the test that the ledger tells the truth: persistent
 * bytes of this model under this recipe, from shapes and formats alone. */
size_t ng_model_state_formula(const struct ng_model *model);

#endif
