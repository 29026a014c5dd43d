#include <string.h>

#include "formats/codec/format.h"
#include "harness/cli/data_print.h"
#include "harness/cli/json.h"

static json_t *rows_json(size_t rows)
{
    if (rows > 0 && rows < NG_CARD_LEAST_ROWS)
        return json_null();
    return ng_json_size(rows);
}

static json_t *both_json(const size_t counts[2])
{
    json_t *list = json_array();
    for (int i = 0; i < 2; i++)
        json_array_append_new(list, ng_json_size(counts[i]));
    return list;
}

static void set(json_t *object, const char *key, json_t *value)
{
    json_object_set_new(object, key, value);
}

static json_t *files_json(const struct ng_data_subject *subject)
{
    const struct ng_card_file *files = subject->card->files.values;
    json_t *list = json_array();
    for (size_t i = 0; i < subject->card->files.count; i++) {
        json_t *object = json_object();
        set(object, "path", ng_json_text(files[i].path));
        set(object, "role", ng_json_text(files[i].role));
        set(object, "part", ng_json_text(files[i].part));
        set(object, "rows",
            files[i].rows > 0 ? json_integer(files[i].rows) : json_null());
        set(object, "sha256", ng_json_text(subject->sha256[i]));
        set(object, "checked", json_boolean(files[i].sha256 != NULL));
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *split_json(const struct ng_quality_split *split,
                          const struct ng_split *rows, bool has_keys)
{
    json_t *object = json_object();
    set(object, "rows", ng_json_size(split->rows));
    set(object, "missing_rows", ng_json_size(split->missing_rows));
    set(object, "duplicates", has_keys ? ng_json_size(split->duplicates) : json_null());
    set(object, "characters",
        rows->token != NULL ? ng_json_size(rows->tokens) : json_null());
    return object;
}

static json_t *classes_json(const struct ng_data_subject *subject)
{
    json_t *list = json_array();
    bool is_text = subject->dataset->train.token != NULL;
    for (size_t c = 0; !is_text && c < subject->dataset->classes; c++) {
        json_t *object = json_object();
        set(object, "name",
            ng_json_text(ng_fact_is_small(subject, c)
                             ? NULL
                             : subject->dataset->class_names[c]));
        set(object, "train", rows_json(subject->quality->train.class_rows[c]));
        set(object, "test", rows_json(subject->quality->test.class_rows[c]));
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *columns_json(const struct ng_dataset *dataset)
{
    json_t *list = json_array();
    for (size_t i = 0; i < dataset->column_count; i++) {
        const struct ng_column_facts *column = &dataset->columns[i];
        json_t *object = json_object();
        set(object, "name", ng_json_text(column->name));
        set(object, "type", ng_json_text(ng_column_type_names[column->type]));
        set(object, "features", ng_json_size(column->features));
        set(object, "missing", both_json(column->missing));
        set(object, "out_of_range", both_json(column->out_of_range));
        set(object, "pooled", both_json(column->pooled));
        set(object, "unseen", ng_json_size(column->unseen));
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *bad_formats(const struct ng_quality_feature *feature, enum ng_fit fit)
{
    json_t *list = json_array();
    for (size_t i = 0; ng_quality_formats[i] != NULL; i++)
        if (feature->fits_badly[fit][i])
            json_array_append_new(list, ng_json_text(ng_quality_formats[i]->name));
    return list;
}

static json_t *numbers_json(const struct ng_data_subject *subject)
{
    json_t *list = json_array();
    for (size_t f = 0; f < subject->dataset->features; f++) {
        const struct ng_quality_feature *feature = &subject->quality->features[f];
        const struct ng_feature_facts *facts = &subject->dataset->facts[f];
        json_t *object;
        if (!feature->is_number)
            continue;
        object = json_object();
        set(object, "name", ng_json_text(subject->dataset->feature_names[f]));
        set(object, "least", ng_json_number(feature->least));
        set(object, "most", ng_json_number(feature->most));
        set(object, "tiniest", ng_json_number(feature->tiniest));
        set(object, "missing", both_json(facts->missing));
        set(object, "clipped", both_json(facts->clipped));
        set(object, "constant", json_boolean(subject->dataset->deviation[f] == 0));
        set(object, "exceeds", bad_formats(feature, NG_FIT_EXCEEDS));
        set(object, "vanishes", bad_formats(feature, NG_FIT_VANISHES));
        set(object, "wholly_subnormal", bad_formats(feature, NG_FIT_FADES));
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *slices_json(const struct ng_data_subject *subject)
{
    json_t *list = json_array();
    for (size_t s = 0; s < subject->dataset->slice_count; s++) {
        const struct ng_slice_column *slice = &subject->dataset->slices[s];
        json_t *object = json_object(), *bands = json_array();
        set(object, "name", ng_json_text(slice->name));
        set(object, "bands", bands);
        for (size_t b = 0; b < slice->band_count; b++) {
            json_t *band = json_object();
            set(band, "name",
                ng_json_text(ng_fact_is_small_band(subject, s, b) ? NULL
                                                                  : slice->bands[b]));
            set(band, "train", rows_json(subject->quality->train.band_rows[s][b]));
            set(band, "test", rows_json(subject->quality->test.band_rows[s][b]));
            json_array_append_new(bands, band);
        }
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *stream_json(const struct ng_data_subject *subject)
{
    const double *share = subject->quality->position_share;
    if (share == NULL)
        return json_null();
    json_t *list = json_array();
    for (size_t c = 0; c < subject->dataset->classes; c++) {
        json_t *runs = json_array();
        for (size_t run = 0; run < NG_QUALITY_RUNS; run++)
            json_array_append_new(runs,
                                  ng_json_number(share[c * NG_QUALITY_RUNS + run]));
        json_array_append_new(list, runs);
    }
    return list;
}

json_t *ng_data_json(const struct ng_data_subject *subject)
{
    const struct ng_dataset *dataset = subject->dataset;
    const struct ng_quality *quality = subject->quality;
    json_t *document = json_object();
    set(document, "name", ng_json_text(subject->card->name));
    set(document, "title", ng_json_text(subject->card->title));
    set(document, "reader", ng_json_text(subject->card->reader));
    set(document, "origin", ng_json_text(subject->card->origin));
    set(document, "licence", ng_json_text(subject->card->licence));
    set(document, "digest", ng_json_text(dataset->digest));
    set(document, "files", files_json(subject));
    set(document, "train",
        split_json(&quality->train, &dataset->train, quality->has_keys));
    set(document, "test",
        split_json(&quality->test, &dataset->test, quality->has_keys));
    set(document, "leaked",
        quality->has_keys ? ng_json_size(quality->leaked) : json_null());
    set(document, "dropped", ng_json_size(dataset->dropped));
    set(document, "unlabelled", ng_json_size(dataset->unlabelled));
    set(document, "short_rows", ng_json_size(dataset->short_rows));
    set(document, "features", ng_json_size(dataset->features));
    set(document, "constant_columns", ng_json_size(dataset->constant_columns));
    set(document, "class_count", ng_json_size(dataset->classes));
    set(document, "classes", classes_json(subject));
    set(document, "columns", columns_json(dataset));
    set(document, "numbers", numbers_json(subject));
    set(document, "slices", slices_json(subject));
    set(document, "class_share_in_five_runs", stream_json(subject));
    return document;
}
