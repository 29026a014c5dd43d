/*
 * The parts of ng_card_check() (datasets/card.h), which are in two files. Failure:
 * NG_INVALID. Threads: any; reads only.
 */
#ifndef NG_DATASETS_CARD_CHECK_H
#define NG_DATASETS_CARD_CHECK_H

#include "datasets/card.h"

#define NG_BAD_CARD(...) ng_fail(err, NG_INVALID, __VA_ARGS__)

struct ng_reader;

enum ng_status ng_card_check_columns(const struct ng_card *card, struct ng_error *err);
enum ng_status ng_card_check_slices(const struct ng_card *card,
                                    const struct ng_reader *reader,
                                    struct ng_error *err);

#endif
