/*
 * JSON documents for scripts: one per command, on stdout, keys in a fixed order, numbers
 * that are not finite as null. Building may run out of memory; ng_json_print() then says
 * so. Threads: one.
 */
#ifndef NG_HARNESS_CLI_JSON_H
#define NG_HARNESS_CLI_JSON_H

#include <jansson.h>
#include <stdio.h>

#include "experiments/record/comparison.h"
#include "formats/base/error.h"

/* null for NULL, for NaN and for infinities. */
json_t *ng_json_text(const char *text);
json_t *ng_json_number(double number);
json_t *ng_json_size(size_t size);
/* {"saved activations": 123, ...} for every class with bytes. */
json_t *ng_json_classes(const size_t bytes[NG_LEDGER_CLASSES]);

json_t *ng_json_comparison(const struct ng_comparison *comparison);

/* Prints the document and a newline on stdout, and takes it over. */
enum ng_status ng_json_print(json_t *document, struct ng_error *err);
/* The same with 17 digits: every number reads back as the double that it was. */
enum ng_status ng_json_print_exact(json_t *document, struct ng_error *err);
/* For commands whose result on stdout is binary. */
enum ng_status ng_json_print_to(FILE *stream, json_t *document, struct ng_error *err);

#endif
