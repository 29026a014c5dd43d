#include <stdio.h>

#include "experiments/spec/experiment.h"
#include "harness/cli/data.h"
#include "harness/cli/folders.h"
#include "harness/cli/found.h"
#include "harness/cli/json.h"

/* Rows that the card states, of one role and of generators; 0: it does not say. */
static int64_t stated_rows(const struct ng_card *card)
{
    const struct ng_card_file *files = card->files.values;
    int64_t rows = card->train_rows + card->test_rows;
    for (size_t i = 0; i < card->files.count; i++)
        if (files[i].part == NULL || files[i].part[0] != 'l')
            rows += files[i].rows;
    return rows;
}

static void add_json(json_t *list, const struct ng_card *card, const char *where,
                     bool found)
{
    json_t *object = json_object();
    int64_t rows = stated_rows(card);
    json_object_set_new(object, "name", ng_json_text(card->name));
    json_object_set_new(object, "title", ng_json_text(card->title));
    json_object_set_new(object, "reader", ng_json_text(card->reader));
    json_object_set_new(object, "rows", rows > 0 ? json_integer(rows) : json_null());
    json_object_set_new(object, "licence", ng_json_text(card->licence));
    json_object_set_new(object, "data", ng_json_text(where));
    json_object_set_new(object, "found", json_boolean(found));
    json_array_append_new(list, object);
}

static void print_card(const struct ng_card *card, const char *where)
{
    int64_t rows = stated_rows(card);
    printf("%-20s %s\n%-20s ", card->name, card->title == NULL ? "" : card->title, "");
    if (rows > 0)
        printf("%lld rows, ", (long long)rows);
    printf("licence: %s\n%-20s %s\n", card->licence == NULL ? "" : card->licence, "",
           where == NULL ? "" : where);
}

enum ng_status ng_data_list(const struct ng_arguments *arguments, struct ng_error *err)
{
    enum ng_status status;
    struct ng_arena arena = {0};
    struct ng_texts names;
    char *folder;
    json_t *list = ng_arguments_given(arguments, "json") ? json_array() : NULL;
    NG_TRY(ng_data_folder(arguments, &arena, &folder, err));
    NG_TRY(ng_card_names(&arena, &names, err));
    for (size_t i = 0; i < names.count; i++) {
        struct ng_card card;
        bool found;
        NG_TRY(ng_card_read(names.values[i], &arena, &card, err));
        const char *where = ng_data_found(&card, folder, &found, &arena);
        if (list != NULL)
            add_json(list, &card, where, found);
        else
            print_card(&card, where);
    }
    if (list != NULL) {
        status = ng_json_print(list, err);
        list = NULL;
    }
out:
    json_decref(list);
    ng_arena_release(&arena);
    return status;
}
