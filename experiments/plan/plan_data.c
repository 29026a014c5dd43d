#include "experiments/plan/plan_data.h"

#include <string.h>

#include "datasets/infer.h"
#include "experiments/spec/diagnose.h"

#define FEW_STEPS 500 /* fewer leave such a model untrained */

static enum ng_status fail_memory(struct ng_error *err)
{
    return ng_fail(err, NG_FAILED, "out of memory while making a plan");
}

static enum ng_status infer_card(struct ng_plan *plan, struct ng_error *err)
{
    struct ng_experiment *experiment = &plan->experiment;
    struct ng_infer_wish wish = {experiment->data.file, experiment->data.label,
                                 &experiment->data.slices, &experiment->data.ignore};
    struct ng_text told = {0};
    if (wish.file == NULL || wish.label == NULL)
        return ng_fail(
            err, NG_INVALID,
            "experiment %s needs a table of your own and the column to be "
            "predicted, expected data.%s%s, such as narrowgauge run tabular "
            "data.file=my.csv data.label=churned data.slices=region,sex",
            experiment->name, wish.file == NULL ? "file=FILE.csv" : "label=COLUMN",
            wish.file == NULL && wish.label == NULL ? " data.label=COLUMN" : "");
    enum ng_status status = ng_card_infer(&wish, &plan->arena, &plan->card,
                                          &plan->table_folder, &told, err);
    if (status == NG_OK) {
        plan->inferred = ng_arena_text(&plan->arena, told.data);
        if (plan->inferred == NULL)
            status = fail_memory(err);
    }
    if (status == NG_OK && experiment->judge.slices.count == 0)
        experiment->judge.slices = experiment->data.slices;
    ng_text_release(&told);
    return status;
}

/* A small table gives few batches an epoch, and an untrained model says nothing. */
static enum ng_status tell_steps(struct ng_plan *plan, struct ng_error *err)
{
    const struct ng_train_spec *train = &plan->experiment.train;
    size_t per_epoch = plan->dataset.train.rows / (size_t)train->batch;
    size_t steps = per_epoch * (size_t)train->epochs;
    if (plan->inferred == NULL || per_epoch == 0 || steps >= FEW_STEPS)
        return NG_OK;
    plan->inferred = ng_arena_printf(
        &plan->arena,
        "%snote: %lld epoch%s of this table %s only %zu steps; train.epochs=%zu would "
        "take %d\n",
        plan->inferred, (long long)train->epochs, train->epochs == 1 ? "" : "s",
        train->epochs == 1 ? "is" : "are", steps,
        (FEW_STEPS + per_epoch - 1) / per_epoch, FEW_STEPS);
    return plan->inferred != NULL ? NG_OK : fail_memory(err);
}

static bool has_slice(const struct ng_card *card, const char *name, size_t length)
{
    const struct ng_card_slice *slices = card->slices.values;
    for (size_t i = 0; i < card->slices.count; i++)
        if (strlen(slices[i].name) == length &&
            memcmp(slices[i].name, name, length) == 0)
            return true;
    return false;
}

/* Of a card that was read, the reader of experiments has checked them. */
static enum ng_status check_slices(const struct ng_plan *plan, struct ng_error *err)
{
    const struct ng_texts *slices = &plan->experiment.judge.slices;
    for (size_t i = 0; i < slices->count; i++) {
        for (const char *at = slices->values[i]; at != NULL;) {
            const char *cross = strstr(at, " x ");
            size_t length = cross != NULL ? (size_t)(cross - at) : strlen(at);
            if (!has_slice(&plan->card, at, length))
                return ng_fail(err, NG_INVALID,
                               "judge.slices names %s, but data.slices does not name "
                               "all its columns, expected them there",
                               ng_quote(slices->values[i]).text);
            at = cross != NULL ? cross + 3 : NULL;
        }
    }
    return NG_OK;
}

enum ng_status ng_plan_data(struct ng_plan *plan, const char *data_folder,
                            struct ng_error *err)
{
    struct ng_experiment *experiment = &plan->experiment;
    enum ng_status status = NG_OK;
    if (strcmp(experiment->data.set, NG_TABULAR) == 0) {
        NG_TRY(infer_card(plan, err));
        NG_TRY(check_slices(plan, err));
        data_folder = plan->table_folder;
    } else {
        NG_TRY(ng_card_read(experiment->data.set, &plan->arena, &plan->card, err));
    }
    experiment->data.set = plan->card.name;
    if (strcmp(experiment->name, NG_TABULAR) == 0) {
        experiment->name =
            ng_arena_printf(&plan->arena, NG_TABULAR "-%s", plan->card.name);
        if (experiment->name == NULL)
            NG_TRY(fail_memory(err));
    }
    NG_TRY(ng_dataset_load(&plan->dataset, &plan->card, data_folder, err));
    NG_TRY(tell_steps(plan, err));
out:
    return status;
}
