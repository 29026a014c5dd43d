/* Several formats side by side: range, spacing, and what casts into them lose. */
#include <math.h>
#include <stdio.h>

#include "formats/base/arena.h"
#include "harness/cli/formats.h"
#include "harness/cli/formats_cells.h"
#include "harness/cli/formats_grid.h"
#include "harness/cli/formats_samples.h"
#include "harness/cli/json.h"
#include "harness/cli/terminal.h"
#include "reports/output.h"
#include "reports/plot_formats.h"
#include "reports/plots.h"

#define SAMPLES 65536

/* One cast of all samples. */
struct cast {
    double scale, sqnr;
    double vanished, saturated; /* shares */
};
enum { UNSCALED, SCALED, CASTS };

struct measured {
    struct cast casts[NG_DISTRIBUTIONS][NG_FORMATS_COMPARED][CASTS];
};

struct buffers {
    float *x, *back;
    uint32_t *codes; /* room for any format */
};

static struct cast cast(const struct ng_format *format, const struct buffers *buffers,
                        float scale, float scale_inv)
{
    struct ng_cast_counts counts = {0};
    struct ng_full_statistics full = {0};
    ng_format_encode(format, &NG_POLICY_CUDA_SATFINITE, scale, buffers->x,
                     buffers->codes, SAMPLES, NULL, 0, &counts);
    ng_format_decode(format, buffers->codes, scale_inv, buffers->back, SAMPLES);
    ng_full_statistics_add(&full, buffers->x, buffers->back, SAMPLES);
    return (struct cast){.scale = (double)scale,
                         .sqnr = ng_full_sqnr(&full),
                         .vanished = (double)counts.flushed / SAMPLES,
                         .saturated = (double)counts.saturated / SAMPLES};
}

static enum ng_status measure(const struct ng_format *const *formats, size_t count,
                              struct ng_arena *arena, struct measured *measured,
                              struct ng_error *err)
{
    static const struct ng_scale_options options;
    struct buffers buffers = {
        .x = ng_arena_array(arena, SAMPLES, sizeof(float)),
        .back = ng_arena_array(arena, SAMPLES, sizeof(float)),
        .codes = ng_arena_array(arena, SAMPLES, sizeof(uint32_t)),
    };
    if (buffers.x == NULL || buffers.back == NULL || buffers.codes == NULL)
        return ng_fail(err, NG_FAILED, "No memory for the samples.");
    for (int d = 0; d < NG_DISTRIBUTIONS; d++) {
        ng_samples_draw((enum ng_distribution)d, buffers.x, SAMPLES);
        uint32_t amax = ng_amax_bits(buffers.x, SAMPLES);
        for (size_t f = 0; f < count; f++) {
            float scale, scale_inv;
            ng_scale_of(NG_SCALE_RULE_CURRENT, &options, formats[f], amax, 1, &scale,
                        &scale_inv);
            measured->casts[d][f][UNSCALED] = cast(formats[f], &buffers, 1, 1);
            measured->casts[d][f][SCALED] =
                cast(formats[f], &buffers, scale, scale_inv);
        }
    }
    return NG_OK;
}

/* ---- As text --------------------------------------------------------------------- */

static double binades(float most, float least)
{
    return log2((double)most / (double)least);
}

static void fill_range(struct ng_cells *cells, const struct ng_format *format)
{
    char text[NG_NUMBER_TEXT];
    bool normals = ng_format_has_normals(format);
    double max = (double)format->max;
    ng_cells_row(cells);
    ng_cells_set(cells, 0, "%s", format->name);
    ng_cells_set(cells, 1, "%s", ng_float_text(format->max, text));
    ng_cells_set(cells, 2, "%s",
                 normals ? ng_power_text(format->min_normal, text) : "-");
    ng_cells_set(cells, 3, "%s", ng_power_text(format->min_subnormal, text));
    ng_cells_set(cells, 4, "%.1f", binades(format->max, format->min_subnormal));
    if (normals)
        ng_cells_set(cells, 5, "%.3g %%", 100 * ldexp(1, -format->mantissa_bits));
    else
        ng_cells_set(cells, 5, "-");
    if (ng_format_reaches(format, 1))
        ng_cells_set(cells, 6, "%s",
                     ng_power_text((float)ng_format_spacing(format, 1), text));
    else
        ng_cells_set(cells, 6, "-");
    ng_cells_set(cells, 7, "%s",
                 ng_power_text((float)ng_format_spacing(format, max), text));
}

static void set_share(struct ng_cells *cells, size_t column, double share)
{
    if (share > 0 && share < 0.00005)
        ng_cells_set(cells, column, "<0.01 %%");
    else
        ng_cells_set(cells, column, share == 0 ? "0" : "%.2f %%", 100 * share);
}

static void fill_cast(struct ng_cells *cells, size_t column, const struct cast *cast)
{
    if (isinf(cast->sqnr) && cast->sqnr > 0)
        ng_cells_set(cells, column, "exact");
    else if (isnan(cast->sqnr) || isinf(cast->sqnr))
        ng_cells_set(cells, column, "-");
    else
        ng_cells_set(cells, column, "%.1f dB", cast->sqnr);
    set_share(cells, column + 1, cast->vanished);
}

static enum ng_status print_text(const struct ng_format *const *formats, size_t count,
                                 const struct measured *measured, struct ng_error *err)
{
    static const char *const range_head[] = {"format",    "max",     "min normal",
                                             "smallest",  "binades", "relative",
                                             "from 1 on", "at max",  NULL};
    static const char *const head[] = {"distribution", "format", "unscaled", "to zero",
                                       "saturated",    "scaled", "to zero",  NULL};
    static const size_t optional[] = {2, 7, 4, 0};
    enum ng_status status;
    struct ng_arena arena = {0};
    struct ng_cells cells;
    printf("Range, and distance of neighbouring values (relative: of normal ones, at "
           "most)\n");
    ng_cells_begin(&cells, &arena, range_head, "lrrrrrrr", count);
    cells.optional = optional;
    for (size_t f = 0; f < count; f++)
        fill_range(&cells, formats[f]);
    NG_TRY(ng_cells_print(&cells, ng_terminal_width(stdout), err));
    printf("\nSQNR of 65,536 samples, as they are and scaled by max / amax\n");
    ng_cells_begin(&cells, &arena, head, "llrrrrr", NG_DISTRIBUTIONS * count);
    for (int d = 0; d < NG_DISTRIBUTIONS; d++)
        for (size_t f = 0; f < count; f++) {
            ng_cells_row(&cells);
            ng_cells_set(&cells, 0, "%s", f == 0 ? ng_distribution_names[d] : "");
            ng_cells_set(&cells, 1, "%s", formats[f]->name);
            fill_cast(&cells, 2, &measured->casts[d][f][UNSCALED]);
            set_share(&cells, 4, measured->casts[d][f][UNSCALED].saturated);
            fill_cast(&cells, 5, &measured->casts[d][f][SCALED]);
        }
    NG_TRY(ng_cells_print(&cells, 0, err));
    printf("log-normal: sigma 2, either sign; student-t: 3 degrees of freedom.\n"
           "Scaled, none saturates. SQNR hardly sees small values: where tails are "
           "heavy,\nlook at what became zero too.\n");
out:
    ng_arena_release(&arena);
    return status;
}

/* ---- As JSON --------------------------------------------------------------------- */

static json_t *cast_json(const struct cast *cast)
{
    json_t *object = json_object();
    json_object_set_new(object, "scale", ng_json_number(cast->scale));
    json_object_set_new(object, "sqnr_db", ng_json_number(cast->sqnr));
    json_object_set_new(object, "exact",
                        json_boolean(isinf(cast->sqnr) && cast->sqnr > 0));
    json_object_set_new(object, "to_zero", ng_json_number(cast->vanished));
    json_object_set_new(object, "saturated", ng_json_number(cast->saturated));
    return object;
}

static json_t *samples_json(const struct measured *measured, size_t f)
{
    json_t *object = json_object();
    for (int d = 0; d < NG_DISTRIBUTIONS; d++) {
        json_t *both = json_object();
        json_object_set_new(both, "unscaled",
                            cast_json(&measured->casts[d][f][UNSCALED]));
        json_object_set_new(both, "scaled", cast_json(&measured->casts[d][f][SCALED]));
        json_object_set_new(object, ng_distribution_names[d], both);
    }
    return object;
}

static enum ng_status print_json(const struct ng_format *const *formats, size_t count,
                                 const struct measured *measured, struct ng_error *err)
{
    json_t *document = json_object(), *list = json_array();
    json_object_set_new(document, "samples", json_integer(SAMPLES));
    json_object_set_new(document, "formats", list);
    for (size_t f = 0; f < count; f++) {
        const struct ng_format *format = formats[f];
        bool normals = ng_format_has_normals(format);
        double max = (double)format->max;
        json_t *object = ng_format_json(format);
        json_object_set_new(
            object, "binades",
            ng_json_number(binades(format->max, format->min_subnormal)));
        json_object_set_new(object, "relative_spacing",
                            normals ? ng_json_number(ldexp(1, -format->mantissa_bits))
                                    : json_null());
        json_object_set_new(object, "spacing_at_1",
                            ng_format_reaches(format, 1)
                                ? ng_json_number(ng_format_spacing(format, 1))
                                : json_null());
        json_object_set_new(object, "spacing_at_max",
                            ng_json_number(ng_format_spacing(format, max)));
        json_object_set_new(object, "distributions", samples_json(measured, f));
        json_array_append_new(list, object);
    }
    return ng_json_print_exact(document, err);
}

/* ---- Both, and the picture ------------------------------------------------------- */

static enum ng_status write_picture(const struct ng_format *const *formats,
                                    size_t count, const char *folder,
                                    struct ng_error *err)
{
    enum ng_status status;
    struct ng_picture picture = {0};
    ng_plot_formats(formats, count, &picture);
    NG_TRY(ng_output_folder(folder, err));
    NG_TRY(ng_picture_write(&picture, folder, NG_PLOT_FORMATS_NAME, err));
out:
    ng_picture_release(&picture);
    return status;
}

enum ng_status ng_formats_compare(const struct ng_format *const *formats, size_t count,
                                  const char *folder, bool json, struct ng_error *err)
{
    enum ng_status status;
    struct ng_arena arena = {0};
    struct measured measured;
    NG_TRY(measure(formats, count, &arena, &measured, err));
    NG_TRY(json ? print_json(formats, count, &measured, err)
                : print_text(formats, count, &measured, err));
    fflush(stdout);
    NG_TRY(write_picture(formats, count, folder, err));
    if (!json)
        printf("\nPicture: %s/" NG_PLOT_FORMATS_NAME ".svg\n"
               "(.png, .dat and .gp beside it): signal to noise at a magnitude x, x^2 "
               "over\n"
               "step^2 / 12, where step is the distance of the values around x. It "
               "rises with\n"
               "x within a binade and falls back where the step doubles.\n",
               folder);
out:
    ng_arena_release(&arena);
    return status;
}
