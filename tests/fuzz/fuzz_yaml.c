/* Cards, recipes and experiments: the same bytes as each of them. */
#include "experiments/spec/experiment.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ng_arena arena = {0};
    struct ng_card card;
    struct ng_recipe recipe;
    struct ng_experiment experiment;
    char *source;
    const char *path = ng_fuzz_file(data, size);
    struct ng_error err = {0};
    enum ng_status status = ng_card_read(path, &arena, &card, &err);
    if (status == NG_OK)
        status = ng_card_check(&card, &err);
    ng_fuzz_judge(status, &err);
    err = (struct ng_error){0};
    ng_fuzz_judge(ng_recipe_read(path, &arena, &recipe, &err), &err);
    err = (struct ng_error){0};
    ng_fuzz_judge(ng_experiment_read(path, NULL, 0, &arena, &experiment, &source, &err),
                  &err);
    ng_arena_release(&arena);
    return 0;
}
