/*
 * Building a model: what a file of models/zoo calls, in this order.
 *
 *   ng_graph_begin     room for the nodes; value 0 is the input
 *   ng_graph_node      appends an op that reads the last value; its recipe is resolved
 *   ng_graph_finish    ops declare parameters and memory, the ledger plans it, ops bind
 *
 * For ops: ng_graph_parameter() adds trained state, ng_graph_value_alive() keeps a value
 * alive until a schedule position. All errors are whole sentences; memory belongs to the
 * model. Threads: one.
 */
#ifndef NG_MODELS_GRAPH_H
#define NG_MODELS_GRAPH_H

#include "models/model.h"

/* Elements decoded at a time, on the stack: no widened copy of a tensor exists. */
#define NG_MODEL_CHUNK 1024

enum ng_status ng_graph_begin(struct ng_model *model, const struct ng_recipe *recipe,
                              size_t features, size_t classes, size_t batch,
                              size_t most_nodes, struct ng_error *err);
enum ng_status ng_graph_node(struct ng_model *model, const struct ng_recipe *recipe,
                             const char *name, const struct ng_op *op, size_t width,
                             bool is_logits, struct ng_error *err);
enum ng_status ng_graph_finish(struct ng_model *model, int threads,
                               struct ng_error *err);

struct ng_parameter *ng_graph_parameter(struct ng_model *model,
                                        const struct ng_node *node, const char *name,
                                        size_t rows, size_t cols, bool is_bias,
                                        double init_bound);
void ng_graph_value_alive(struct ng_model *model, int value, int position);
/* Declares the gradient of a node's input value, alive from this node's backward to the
 * producer's. */
enum ng_status ng_graph_input_gradient(struct ng_model *model,
                                       const struct ng_node *node,
                                       struct ng_error *err);
/* Makes sure the shared GEMM workspace holds this product, or says why it is refused. */
enum ng_status ng_graph_gemm(struct ng_model *model, const struct ng_node *node,
                             const struct ng_gemm *gemm, struct ng_error *err);

/* Shared by ops and optimisers. */
uint32_t ng_stored_amax_bits(const struct ng_format *format, const void *codes,
                             size_t n);
/* Remakes the compute copy, where there is one. */
void ng_parameter_copy(struct ng_parameter *parameter);

#endif
