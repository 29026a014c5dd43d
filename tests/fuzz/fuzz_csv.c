/* The first two bytes choose the form of the table. */
#include "datasets/files/csv.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char separators[] = {',', ';', '\t', ' '};
    struct ng_error err = {0};
    struct ng_csv csv = {0};
    bool more = true;
    double number;
    if (size < 2)
        return 0;
    struct ng_csv_form form = {.separator = separators[data[0] & 3],
                               .quotes = data[0] & 4,
                               .ragged = data[0] & 8,
                               .skip = data[0] >> 4 & 3,
                               .columns = data[1] & 7};
    enum ng_status status =
        ng_csv_open(&csv, ng_fuzz_file(data + 2, size - 2), &form, &err);
    while (status == NG_OK && more) {
        status = ng_csv_next(&csv, &more, &err);
        for (size_t i = 0; status == NG_OK && more && i < csv.form.columns; i++) {
            struct ng_error unused = {0};
            ng_fuzz_judge(ng_csv_number(&csv, i, -1e9, 1e9, &number, &unused), &unused);
        }
    }
    ng_fuzz_judge(status, &err);
    ng_csv_close(&csv);
    return 0;
}
