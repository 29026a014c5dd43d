/*
 * Writes what the loader makes of a data set, for tests/oracle/table_numpy.py.
 *
 *     table_numpy NAME DATA_FOLDER OUTPUT_FOLDER
 *
 * NAME.names (a feature per line), NAME.fit (mean and deviation of each, FP64), and of each
 * split NAME.train.x (FP32), .y (u32), .key (two u64 a row), .band0 ... (u16 of each slice).
 * Exit status 0, or 1 with a sentence.
 */
#include <stdio.h>
#include <string.h>

#include "experiments/spec/experiment.h"

static const char *folder, *set;

static int write_bytes(const char *end, const void *bytes, size_t count)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s.%s", folder, set, end);
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        return 1;
    int bad = fwrite(bytes, 1, count, file) != count;
    return fclose(file) != 0 || bad;
}

static int write_split(const struct ng_dataset *dataset, const struct ng_split *split,
                       const char *name)
{
    char end[64];
    int bad;
    snprintf(end, sizeof end, "%s.x", name);
    bad = write_bytes(end, split->x, split->rows * dataset->features * sizeof(float));
    snprintf(end, sizeof end, "%s.y", name);
    bad |= write_bytes(end, split->label, split->rows * sizeof(uint32_t));
    snprintf(end, sizeof end, "%s.key", name);
    bad |= write_bytes(end, split->key, split->rows * sizeof split->key[0]);
    for (size_t i = 0; i < dataset->slice_count; i++) {
        snprintf(end, sizeof end, "%s.band%zu", name, i);
        bad |= write_bytes(end, split->slice[i], split->rows * sizeof(uint16_t));
    }
    return bad;
}

static int write_names(const struct ng_dataset *dataset)
{
    struct ng_text names = {0}, fit = {0};
    for (size_t i = 0; i < dataset->features; i++) {
        ng_text_printf(&names, "%s\n", dataset->feature_names[i]);
        ng_text_add_n(&fit, (const char *)&dataset->mean[i], sizeof(double));
        ng_text_add_n(&fit, (const char *)&dataset->deviation[i], sizeof(double));
    }
    int bad =
        names.failed || fit.failed || write_bytes("names", names.data, names.length);
    bad = bad || write_bytes("fit", fit.data, fit.length);
    ng_text_release(&names);
    ng_text_release(&fit);
    return bad;
}

int main(int count, char **words)
{
    struct ng_arena arena = {0};
    struct ng_card card;
    struct ng_dataset dataset;
    struct ng_error err;
    int bad = 1;
    if (count != 4) {
        fputs("usage: table_numpy NAME DATA_FOLDER OUTPUT_FOLDER\n", stderr);
        return 1;
    }
    set = words[1];
    folder = words[3];
    memset(&card, 0, sizeof card);
    if (ng_card_read(set, &arena, &card, &err) != NG_OK ||
        ng_dataset_load_keyed(&dataset, &card, words[2], &err) != NG_OK) {
        fprintf(stderr, "%s\n", err.text);
    } else {
        bad = write_names(&dataset) | write_split(&dataset, &dataset.train, "train") |
              write_split(&dataset, &dataset.test, "test");
        ng_dataset_release(&dataset);
    }
    ng_arena_release(&arena);
    return bad;
}
