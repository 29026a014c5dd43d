#include "reports/plots.h"

#include <math.h>

#include "reports/cells.h"
#include "reports/gnuplot.h"
#include "reports/output.h"

const char *const ng_plot_names[] = {"accuracy-memory", "accuracy", "groups", "loss",
                                     "ledger",          NULL};

typedef void draw(const struct ng_comparison *comparison, struct ng_picture *picture);
static draw *const drawers[NG_PLOTS] = {ng_plot_accuracy, ng_plot_difference,
                                        ng_plot_groups, ng_plot_loss, ng_plot_ledger};

static bool has_group_difference(const struct ng_comparison *comparison)
{
    for (size_t i = 0; i < comparison->arm_count; i++)
        for (size_t g = 0; g < comparison->group_count; g++)
            if (!ng_is_reference(comparison, &comparison->arms[i]) &&
                isfinite(comparison->arms[i].group_difference[g].mean))
                return true;
    return false;
}

bool ng_plot_is_drawn(const struct ng_comparison *comparison, enum ng_plot plot)
{
    bool memory = ng_comparison_has_memory(comparison);
    if (plot == NG_PLOT_GROUPS)
        return has_group_difference(comparison);
    if (plot == NG_PLOT_DIFFERENCE)
        return !memory && comparison->arm_count > 0;
    return memory;
}

enum ng_status ng_picture_write(const struct ng_picture *picture, const char *folder,
                                const char *picture_name, struct ng_error *err)
{
    static const char *const pictures[] = {".svg", ".png"};
    struct ng_text name = {0};
    enum ng_status status;
    ng_text_printf(&name, "%s.dat", picture_name);
    NG_TRY(ng_output_write(folder, name.data, &picture->data, err));
    name.length = 0;
    ng_text_printf(&name, "%s.gp", picture_name);
    NG_TRY(ng_output_write(folder, name.data, &picture->script, err));
    NG_TRY(ng_gnuplot_run(folder, name.data, err));
    for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++) {
        name.length = 0;
        ng_text_printf(&name, "%s%s", picture_name, pictures[i]);
        NG_TRY(ng_output_rename(folder, name.data, err));
    }
out:
    ng_text_release(&name);
    return status;
}

static enum ng_status write_plot(const struct ng_comparison *comparison,
                                 const char *folder, enum ng_plot plot,
                                 struct ng_error *err)
{
    struct ng_picture picture = {0};
    drawers[plot](comparison, &picture);
    enum ng_status status =
        ng_picture_write(&picture, folder, ng_plot_names[plot], err);
    ng_picture_release(&picture);
    return status;
}

enum ng_status ng_plots_write(const struct ng_comparison *comparison,
                              const char *folder, struct ng_error *err)
{
    struct ng_text path = {0};
    enum ng_status status = NG_OK;
    ng_text_printf(&path, "%s/%s", folder, NG_PLOTS_FOLDER);
    if (path.failed) {
        status = ng_fail(err, NG_FAILED, "no memory is left to draw the plots");
        goto out;
    }
    NG_TRY(ng_output_folder(path.data, err));
    for (int plot = 0; plot < NG_PLOTS; plot++)
        if (ng_plot_is_drawn(comparison, (enum ng_plot)plot))
            NG_TRY(write_plot(comparison, path.data, (enum ng_plot)plot, err));
out:
    ng_text_release(&path);
    return status;
}
