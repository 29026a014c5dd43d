#include "harness/judge/check.h"

#include <math.h>
#include <string.h>

/* "fp8-e4m3 seed 1", for sentences. */
struct who {
    const char *label;
    unsigned seed;
};

static enum ng_status check_shape(const struct ng_rows *rows,
                                  const struct ng_rows *first, struct who who,
                                  struct ng_error *err)
{
    if (rows->rows == 0 || rows->classes == 0 || rows->label == NULL ||
        rows->prediction == NULL || rows->confidence == NULL ||
        (rows->probability == NULL) != (first->probability == NULL))
        return ng_fail(err, NG_INVALID,
                       "The run of %s seed %u holds no evaluation rows; one for every "
                       "test example was expected.",
                       who.label, who.seed);
    if (rows->rows != first->rows || rows->classes != first->classes)
        return ng_fail(
            err, NG_INVALID,
            "The run of %s seed %u was evaluated on %zu rows of %zu classes, "
            "the first run on %zu rows of %zu classes; trials of one sweep "
            "share one test split.",
            who.label, who.seed, rows->rows, rows->classes, first->rows,
            first->classes);
    if (rows->slice_count != first->slice_count ||
        (rows->slice_count > 0 && (rows->slices == NULL || rows->slice == NULL)))
        return ng_fail(
            err, NG_INVALID,
            "The run of %s seed %u has %zu slice columns, the first run %zu.",
            who.label, who.seed, rows->slice_count, first->slice_count);
    return NG_OK;
}

static enum ng_status check_labels(const struct ng_rows *rows,
                                   const struct ng_rows *first, struct who who,
                                   struct ng_error *err)
{
    for (size_t i = 0; i < rows->rows; i++) {
        if (rows->label[i] >= rows->classes || rows->prediction[i] >= rows->classes)
            return ng_fail(
                err, NG_INVALID,
                "The run of %s seed %u has label %u and prediction %u in row "
                "%zu; there are %zu classes, counted from 0.",
                who.label, who.seed, (unsigned)rows->label[i],
                (unsigned)rows->prediction[i], i, rows->classes);
        if (rows->label[i] != first->label[i])
            return ng_fail(
                err, NG_INVALID,
                "The run of %s seed %u has label %u in row %zu, the first run "
                "%u; trials of one sweep share one test split.",
                who.label, who.seed, (unsigned)rows->label[i], i,
                (unsigned)first->label[i]);
    }
    return NG_OK;
}

static enum ng_status check_slices(const struct ng_rows *rows,
                                   const struct ng_rows *first, struct who who,
                                   struct ng_error *err)
{
    for (size_t c = 0; c < rows->slice_count; c++) {
        const struct ng_slice_column *column = &rows->slices[c];
        const struct ng_slice_column *other = &first->slices[c];
        if (strcmp(column->name, other->name) != 0 ||
            column->band_count != other->band_count)
            return ng_fail(
                err, NG_INVALID,
                "The run of %s seed %u has slice column %s of %zu bands where "
                "the first run has %s of %zu.",
                who.label, who.seed, column->name, column->band_count, other->name,
                other->band_count);
        for (size_t i = 0; i < rows->rows; i++) {
            if (rows->slice[c][i] >= column->band_count)
                return ng_fail(err, NG_INVALID,
                               "The run of %s seed %u has band %u of slice %s in row "
                               "%zu; the slice has %zu bands, counted from 0.",
                               who.label, who.seed, (unsigned)rows->slice[c][i],
                               column->name, i, column->band_count);
            if (rows->slice[c][i] != first->slice[c][i])
                return ng_fail(err, NG_INVALID,
                               "The run of %s seed %u has another band of slice %s in "
                               "row %zu than the first run; trials of one sweep share "
                               "one test split.",
                               who.label, who.seed, column->name, i);
        }
    }
    return NG_OK;
}

static enum ng_status check_run(const struct ng_run *run, const struct ng_rows *first,
                                struct who who, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    NG_TRY(check_shape(&run->rows, first, who, err));
    NG_TRY(check_labels(&run->rows, first, who, err));
    NG_TRY(check_slices(&run->rows, first, who, err));
out:
    return status;
}

enum ng_status ng_compare_check(const struct ng_compare_input *input,
                                struct ng_error *err)
{
    if (input->arm_count == 0 || input->seed_count == 0)
        return ng_fail(err, NG_INVALID,
                       "There is nothing to compare: %zu arms of %zu seeds.",
                       input->arm_count, input->seed_count);
    if (!isfinite(input->margin) || input->margin < 0.0)
        return ng_fail(err, NG_INVALID,
                       "The accuracy margin is %g; a number of points from 0 on was "
                       "expected.",
                       input->margin * 100.0);
    for (size_t a = 0; a < input->arm_count; a++)
        for (size_t s = 0; s < input->seed_count; s++) {
            struct who who = {input->arms[a].label, (unsigned)input->seeds[s]};
            enum ng_status status = check_run(&input->runs[a * input->seed_count + s],
                                              &input->runs[0].rows, who, err);
            if (status != NG_OK)
                return status;
        }
    return NG_OK;
}
