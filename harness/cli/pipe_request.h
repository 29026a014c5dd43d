/*
 * What `encode` and `decode` were asked for: one reader of their options, so that a round
 * trip takes the same words.
 * Ownership: values point into the command line. Failure: NG_INVALID, with what to type.
 */
#ifndef NG_HARNESS_CLI_PIPE_REQUEST_H
#define NG_HARNESS_CLI_PIPE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "formats/base/error.h"
#include "harness/cli/options.h"

struct ng_pipe_request {
    bool encodes, json, quiet;
    const char *input, *out,
        *scales; /* NULL: the standard streams, no file of scales */
    const struct ng_format *format;
    struct ng_format own; /* a format that is no row of the table */
    struct ng_policy policy;
    struct ng_random random;
    enum ng_granularity granularity;
    enum ng_orientation orientation;
    size_t block;
    enum ng_scale_format scale_format;
    enum ng_scale_rule rule;
    bool scaled; /* by --scale or --scale-inv: the scale is not worked out */
    float scale, scale_inv;
    const char *granularity_text; /* for sentences and the summary */
};

/* request: filled in place, for `own` is part of it. */
enum ng_status ng_pipe_request_read(const struct ng_arguments *arguments, bool encodes,
                                    struct ng_pipe_request *request,
                                    struct ng_error *err);

/* Of the granularities whose scale follows from all elements: tensor, column, nvfp4. */
bool ng_pipe_request_needs_all(const struct ng_pipe_request *request);

#endif
