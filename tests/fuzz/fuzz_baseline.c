#include "experiments/record/baseline.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ng_arena arena = {0};
    struct ng_error err = {0};
    struct ng_baseline baseline;
    struct ng_text text = {0};
    enum ng_status status =
        ng_baseline_read(ng_fuzz_file(data, size), &arena, &baseline, &err);
    ng_fuzz_judge(status, &err);
    if (status == NG_OK)
        ng_baseline_print(&baseline, &text);
    ng_text_release(&text);
    ng_arena_release(&arena);
    return 0;
}
