#include "datasets/files/array.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ng_error err = {0};
    struct ng_array array = {0};
    enum ng_status status = ng_idx_read(ng_fuzz_file(data, size), &array, &err);
    ng_fuzz_judge(status, &err);
    for (size_t i = 0; status == NG_OK && i < array.count; i++)
        (void)ng_array_number(&array, i);
    ng_array_release(&array);
    return 0;
}
