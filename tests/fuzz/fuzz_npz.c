#include "datasets/files/array.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ng_error err = {0};
    struct ng_arena arena = {0};
    struct ng_texts names = {0};
    const char *path = ng_fuzz_file(data, size);
    enum ng_status status = ng_npz_names(path, &arena, &names, &err);
    ng_fuzz_judge(status, &err);
    for (size_t i = 0; status == NG_OK && i < names.count; i++) {
        struct ng_array array = {0};
        struct ng_error unread = {0};
        ng_fuzz_judge(ng_npz_read(path, names.values[i], &array, &unread), &unread);
        ng_array_release(&array);
    }
    ng_arena_release(&arena);
    return 0;
}
