/*
 * The canonical text for people. It writes reals in hexadecimal, which is exact and has
 * one spelling; here each becomes the shortest decimal that reads back as the same double.
 *
 * Failure: out of memory shows in text->failed. Threads: any.
 */
#ifndef NG_EXPERIMENTS_SPEC_READABLE_H
#define NG_EXPERIMENTS_SPEC_READABLE_H

#include <stddef.h>

#include "formats/base/text.h"

void ng_readable(const char *canonical, size_t length, struct ng_text *text);

#endif
