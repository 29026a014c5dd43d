/*
 * The reader "csv": tables of text in two passes (datasets/table.h).
 */
#include <string.h>

#include "datasets/readers.h"
#include "datasets/table.h"

static enum ng_status read_table(struct ng_load *load, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_tabular table;

    NG_TRY(ng_tabular_begin(&table, load, err));
    NG_TRY(ng_tabular_scan(&table, err));
    NG_TRY(ng_load_rows(load, table.file_rows, table.key, table.time, err));
    NG_TRY(ng_tabular_columns(&table, err));
    NG_TRY(ng_tabular_bands_begin(&table, err));
    NG_TRY(ng_tabular_encode(&table, err));
    NG_TRY(ng_tabular_bands(&table, err));
out:
    ng_tabular_release(&table);
    return status;
}

const struct ng_reader ng_reader_csv = {
    .name = "csv", .needs_files = true, .read = read_table};
