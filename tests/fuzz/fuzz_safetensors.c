#include <stdlib.h>

#include "datasets/files/array.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ng_error err = {0};
    struct ng_arena arena = {0};
    struct ng_texts metadata = {0};
    struct ng_array *arrays = NULL;
    size_t count = 0;
    ng_fuzz_judge(ng_safetensors_read(ng_fuzz_file(data, size), &arrays, &count, &arena,
                                      &metadata, &err),
                  &err);
    for (size_t i = 0; i < count; i++)
        ng_array_release(&arrays[i]);
    free(arrays);
    ng_arena_release(&arena);
    return 0;
}
