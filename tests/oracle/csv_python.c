/*
 * Prints what the readers of tables and decimals see, for comparison by csv_python.py.
 *
 *   csv_python table FILE SEPARATOR QUOTES ...   each file: "= FILE", then a line a row:
 *                                                the fields' bytes in hexadecimal, with
 *                                                commas between
 *   csv_python decimals FILE                     a line a line: the double's bits, or no
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/files/csv.h"
#include "datasets/files/decimal.h"

static void print_row(const struct ng_csv *csv)
{
    for (size_t i = 0; i < csv->form.columns; i++) {
        if (i > 0)
            putchar(',');
        for (const char *at = csv->fields[i]; *at != '\0'; at++)
            printf("%02x", (unsigned)(unsigned char)*at);
    }
    putchar('\n');
}

static int print_table(const char *path, const struct ng_csv_form *form)
{
    struct ng_csv csv;
    struct ng_error err;
    bool more = true;
    enum ng_status status = ng_csv_open(&csv, path, form, &err);
    printf("= %s\n", path);
    while (status == NG_OK && more) {
        status = ng_csv_next(&csv, &more, &err);
        if (status == NG_OK && more)
            print_row(&csv);
    }
    ng_csv_close(&csv);
    if (status != NG_OK)
        fprintf(stderr, "%s\n", err.text);
    return status != NG_OK;
}

static int print_decimals(const char *path)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    if (file == NULL)
        return 1;
    while ((length = getline(&line, &room, file)) > 0) {
        double value;
        uint64_t bits;
        line[length - 1] = '\0';
        if (ng_decimal_read(line, &value)) {
            memcpy(&bits, &value, sizeof bits);
            printf("%016" PRIx64 "\n", bits);
        } else {
            puts("no");
        }
    }
    free(line);
    fclose(file);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "decimals") == 0)
        return print_decimals(argv[2]);
    int bad = argc < 5 || strcmp(argv[1], "table") != 0;
    for (int i = 2; !bad && i + 2 < argc; i += 3) {
        const struct ng_csv_form form = {.separator = argv[i + 1][0],
                                         .quotes = strcmp(argv[i + 2], "yes") == 0};
        bad = print_table(argv[i], &form);
    }
    return bad;
}
