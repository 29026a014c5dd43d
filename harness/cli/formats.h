/*
 * The parts of `narrowgauge formats`: the list, one format, its codes, numbers in it, and
 * several formats side by side. Each prints on stdout, as text or one JSON document.
 * Threads: one.
 */
#ifndef NG_HARNESS_CLI_FORMATS_H
#define NG_HARNESS_CLI_FORMATS_H

#include <jansson.h>

#include "harness/cli/options.h"

#define NG_FORMATS_COMPARED 6 /* as many as a picture can tell apart */

enum ng_status ng_formats_list(bool json, struct ng_error *err);
enum ng_status ng_formats_describe(const struct ng_format *format, bool json,
                                   struct ng_error *err);
enum ng_status ng_formats_codes(const struct ng_format *format, bool json,
                                struct ng_error *err);
/* words[0 .. count): numbers as people write them. */
enum ng_status ng_formats_nearest(const struct ng_format *format,
                                  const struct ng_policy *policy, char *const *words,
                                  size_t count, bool json, struct ng_error *err);
/* At most NG_FORMATS_COMPARED; folder: where the picture goes, which is made. */
enum ng_status ng_formats_compare(const struct ng_format *const *formats, size_t count,
                                  const char *folder, bool json, struct ng_error *err);

/* What the table says of a format, for documents. */
json_t *ng_format_json(const struct ng_format *format);
json_t *ng_code_json(const struct ng_format *format, uint32_t code);
/* {"code": "0x7E", "value": 448.0}, null where `there` is false. */
json_t *ng_code_value_json(const struct ng_format *format, uint32_t code, bool there);

#endif
