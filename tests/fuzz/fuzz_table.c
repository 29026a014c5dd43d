/* Somebody's own table: a card is inferred for it, and the table loaded by that card. */
#include "datasets/dataset.h"
#include "datasets/infer.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ng_arena arena = {0};
    struct ng_text told = {0};
    struct ng_error err = {0};
    struct ng_card card = {0};
    struct ng_dataset dataset = {0};
    char *slices[] = {(char *)"region"}, *folder = NULL;
    struct ng_texts wished = {slices, size & 1}, none = {0};
    struct ng_infer_wish wish = {.file = ng_fuzz_file(data, size),
                                 .label = "label",
                                 .slices = &wished,
                                 .ignore = &none};
    enum ng_status status = ng_card_infer(&wish, &arena, &card, &folder, &told, &err);
    if (status == NG_OK)
        status = ng_dataset_load(&dataset, &card, folder, &err);
    ng_fuzz_judge(status, &err);
    if (status == NG_OK)
        ng_dataset_release(&dataset);
    ng_text_release(&told);
    ng_arena_release(&arena);
    return 0;
}
