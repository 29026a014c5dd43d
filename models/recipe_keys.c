/* What a recipe file may say. */
#include "models/recipe.h"

#define SLOT_KEY(field, text)                                                          \
    {                                                                                  \
        .name = #field, .type = NG_KEY_TEXT,                                           \
        .offset = offsetof(struct ng_recipe_slot_text, field), .help = text            \
    }
static const struct ng_key slot_keys[] = {
    SLOT_KEY(format, "number format of the operand, such as e4m3"),
    SLOT_KEY(granularity, "which elements share a scale: none, tensor"),
    SLOT_KEY(scale, "scale rule: none, current"),
    SLOT_KEY(rounding, "rounding of the cast: nearest-even"),
    SLOT_KEY(source, "what is cast: stored, parameter, copy"),
};
static const struct ng_key_table slot_table = {
    "operand slot", sizeof(struct ng_recipe_slot_text), slot_keys,
    sizeof slot_keys / sizeof slot_keys[0]};

#define STORE_KEY(field, text)                                                         \
    {                                                                                  \
        .name = #field, .type = NG_KEY_TEXT,                                           \
        .offset = offsetof(struct ng_recipe_store_text, field), .help = text           \
    }
static const struct ng_key store_keys[] = {
    STORE_KEY(format, "number format that the tensor is stored in"),
    STORE_KEY(granularity, "which elements share a scale: none, tensor"),
    STORE_KEY(rounding, "rounding of the store: nearest-even, stochastic"),
};
static const struct ng_key_table store_table = {
    "store", sizeof(struct ng_recipe_store_text), store_keys,
    sizeof store_keys / sizeof store_keys[0]};

struct accumulate_text {
    char *fprop, *dgrad, *wgrad;
};
#define ACCUMULATE_KEY(field)                                                          \
    {                                                                                  \
        .name = #field, .type = NG_KEY_TEXT,                                           \
        .offset = offsetof(struct accumulate_text, field),                             \
        .help = "accumulator model of the " #field " GEMM: fp32"                       \
    }
static const struct ng_key accumulate_keys[] = {
    ACCUMULATE_KEY(fprop),
    ACCUMULATE_KEY(dgrad),
    ACCUMULATE_KEY(wgrad),
};
static const struct ng_key_table accumulate_table = {
    "accumulators", sizeof(struct accumulate_text), accumulate_keys,
    sizeof accumulate_keys / sizeof accumulate_keys[0]};

#define RULE(field) offsetof(struct ng_recipe_rule, field)
#define SLOT_TABLE_KEY(key, number)                                                    \
    {                                                                                  \
        .name = key, .type = NG_KEY_TABLE, .offset = RULE(slot[number]),               \
        .table = &slot_table, .help = "the operand " key                               \
    }
#define STORE_TABLE_KEY(field, text)                                                   \
    {                                                                                  \
        .name = #field, .type = NG_KEY_TABLE, .offset = RULE(field),                   \
        .table = &store_table, .help = text                                            \
    }
#define RULE_KEY(field, text)                                                          \
    {                                                                                  \
        .name = #field, .type = NG_KEY_TEXT, .offset = RULE(field), .help = text       \
    }
static const struct ng_key rule_keys[] = {
    {.name = "match",
     .type = NG_KEY_TEXT,
     .offset = RULE(match),
     .flags = NG_KEY_REQUIRED,
     .help = "pattern over node names, with * and ?"},
    {.name = "slots",
     .type = NG_KEY_TABLE,
     .offset = RULE(slots),
     .table = &slot_table,
     .help = "all six operands at once"},
    SLOT_TABLE_KEY("input@fprop", NG_SLOT_INPUT_FPROP),
    SLOT_TABLE_KEY("weight@fprop", NG_SLOT_WEIGHT_FPROP),
    SLOT_TABLE_KEY("grad@dgrad", NG_SLOT_GRAD_DGRAD),
    SLOT_TABLE_KEY("weight@dgrad", NG_SLOT_WEIGHT_DGRAD),
    SLOT_TABLE_KEY("grad@wgrad", NG_SLOT_GRAD_WGRAD),
    SLOT_TABLE_KEY("input@wgrad", NG_SLOT_INPUT_WGRAD),
    {.name = "accumulate",
     .type = NG_KEY_TABLE,
     .offset = RULE(accumulate),
     .table = &accumulate_table,
     .help = "accumulator model of each GEMM"},
    RULE_KEY(output, "format of op outputs, forward and backward"),
    RULE_KEY(logits, "format of the model's last output and of its gradient"),
    RULE_KEY(saved_input, "what is kept of a GEMM's input for the backward pass: "
                          "stored, codes"),
    RULE_KEY(saved_mask, "what ReLU keeps for the backward pass: output, bits"),
    RULE_KEY(compute_copy, "a narrow copy of the parameters that GEMMs read: none, or "
                           "a format"),
    RULE_KEY(transpose, "a second copy of codes along the other axis: none"),
    STORE_TABLE_KEY(master, "the parameter store"),
    STORE_TABLE_KEY(gradient, "parameter gradients"),
    STORE_TABLE_KEY(communication, "gradients between workers"),
    STORE_TABLE_KEY(moment1, "the optimiser's first moment"),
    STORE_TABLE_KEY(moment2, "the optimiser's second moment"),
    RULE_KEY(loss_scale, "multiplies the loss before the backward pass: none"),
    RULE_KEY(phase, "training steps that the rule holds for: all"),
    RULE_KEY(evaluation, "scales of the evaluation's casts: frozen, current"),
};
static const struct ng_key_table rule_table = {"recipe rule",
                                               sizeof(struct ng_recipe_rule), rule_keys,
                                               sizeof rule_keys / sizeof rule_keys[0]};

#define RECIPE(field) offsetof(struct ng_recipe, field)
static const struct ng_key recipe_keys[] = {
    {.name = "name",
     .type = NG_KEY_TEXT,
     .offset = RECIPE(name),
     .flags = NG_KEY_REQUIRED | NG_KEY_LABEL,
     .help = "the recipe's name, equal to the file's"},
    {.name = "summary",
     .type = NG_KEY_TEXT,
     .offset = RECIPE(summary),
     .flags = NG_KEY_REQUIRED | NG_KEY_LABEL,
     .help = "one sentence: what is narrow"},
    {.name = "hardware",
     .type = NG_KEY_TEXT,
     .offset = RECIPE(hardware),
     .flags = NG_KEY_LABEL,
     .help = "what hardware does under this recipe"},
    {.name = "simulated",
     .type = NG_KEY_TEXT,
     .offset = RECIPE(simulated),
     .flags = NG_KEY_LABEL,
     .help = "what is simulated here, and how it differs"},
    {.name = "rules",
     .type = NG_KEY_TABLES,
     .offset = RECIPE(rules),
     .table = &rule_table,
     .help = "for every node and cell, the first rule that matches and sets it wins"},
};
const struct ng_key_table ng_recipe_keys = {"recipe", sizeof(struct ng_recipe),
                                            recipe_keys,
                                            sizeof recipe_keys / sizeof recipe_keys[0]};
