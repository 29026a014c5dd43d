#include <stdio.h>
#include <string.h>

#include "datasets/files/digest.h"
#include "datasets/infer.h"
#include "experiments/spec/experiment.h"
#include "harness/cli/data.h"
#include "harness/cli/data_print.h"
#include "harness/cli/folders.h"
#include "harness/cli/json.h"
#include "reports/output.h"

#define OWN_TABLE "tabular"

/* A list of columns: "region,sex" or "[region, sex]", blanks around each aside. */
static enum ng_status split_list(const char *words, struct ng_arena *arena,
                                 struct ng_texts *list, struct ng_error *err)
{
    static const char blanks[] = " \t[]";
    size_t room = 1;
    for (const char *at = words; *at != '\0'; at++)
        room += *at == ',';
    list->values = ng_arena_array(arena, room, sizeof *list->values);
    list->count = 0;
    for (const char *at = words; list->values != NULL && *at != '\0';) {
        size_t length = strcspn(at, ",");
        const char *next = at + length + (at[length] == ',');
        for (; length > 0 && strchr(blanks, *at) != NULL; length--)
            at++;
        while (length > 0 && strchr(blanks, at[length - 1]) != NULL)
            length--;
        if (length > 0)
            list->values[list->count++] = ng_arena_text_n(arena, at, length);
        at = next;
    }
    if (list->values == NULL)
        return ng_fail(err, NG_FAILED, "No memory for a list of columns.");
    return NG_OK;
}

static enum ng_status read_wish(const struct ng_arguments *arguments,
                                struct ng_arena *arena, struct ng_infer_wish *wish,
                                struct ng_texts *slices, struct ng_texts *ignore,
                                struct ng_error *err)
{
    enum ng_status status = NG_OK;
    *wish = (struct ng_infer_wish){.slices = slices, .ignore = ignore};
    for (size_t i = 0; i < arguments->override_count; i++) {
        const char *override = arguments->overrides[i];
        const char *value = strchr(override, '=') + 1;
        size_t length = (size_t)(value - override);
        if (strncmp(override, "data.file=", length) == 0)
            wish->file = value;
        else if (strncmp(override, "data.label=", length) == 0)
            wish->label = value;
        else if (strncmp(override, "data.slices=", length) == 0)
            NG_TRY(split_list(value, arena, slices, err));
        else if (strncmp(override, "data.ignore=", length) == 0)
            NG_TRY(split_list(value, arena, ignore, err));
        else
            NG_TRY(ng_fail(err, NG_INVALID,
                           "'%s' says nothing about data; expected data.file=, "
                           "data.label=, data.slices= or data.ignore=.",
                           override));
    }
    if (wish->file == NULL || wish->label == NULL)
        status =
            ng_fail(err, NG_INVALID,
                    "Your own table needs data.file=FILE.csv and data.label=COLUMN.");
out:
    return status;
}

/* The card of NAME or CARD.yaml, or one inferred from the table that the overrides name. */
static enum ng_status find_card(const struct ng_arguments *arguments,
                                struct ng_arena *arena, struct ng_card *card,
                                char **folder, struct ng_text *told,
                                struct ng_error *err)
{
    struct ng_infer_wish wish;
    struct ng_texts slices = {0}, ignore = {0};
    const char *word = arguments->words[1];
    enum ng_status status;
    if (strcmp(word, OWN_TABLE) == 0) {
        NG_TRY(read_wish(arguments, arena, &wish, &slices, &ignore, err));
        NG_TRY(ng_card_infer(&wish, arena, card, folder, told, err));
        goto out;
    }
    if (arguments->override_count > 0)
        NG_TRY(ng_fail(err, NG_INVALID,
                       "Only 'narrowgauge data inspect " OWN_TABLE
                       "' takes key=value; a card says all itself."));
    NG_TRY(ng_data_folder(arguments, arena, folder, err));
    NG_TRY(ng_card_read(word, arena, card, err));
out:
    return status;
}

/* Of files with a known SHA-256 the loader has compared it; of the others it is taken. */
static enum ng_status find_digests(const struct ng_card *card, const char *folder,
                                   struct ng_arena *arena, char ***sha256,
                                   struct ng_error *err)
{
    const struct ng_card_file *files = card->files.values;
    *sha256 = ng_arena_array(arena, card->files.count + 1, sizeof **sha256);
    for (size_t i = 0; *sha256 != NULL && i < card->files.count; i++) {
        char hex[NG_DIGEST_TEXT];
        char *path = ng_arena_printf(arena, "%s/%s", folder, files[i].path);
        (*sha256)[i] = files[i].sha256;
        if (files[i].sha256 != NULL || path == NULL)
            continue;
        enum ng_status status = ng_digest_file(path, hex, err);
        if (status != NG_OK)
            return status;
        (*sha256)[i] = ng_arena_text(arena, hex);
    }
    if (*sha256 == NULL)
        return ng_fail(err, NG_FAILED, "No memory for the digests of the files.");
    return NG_OK;
}

static enum ng_status write_sheet(const struct ng_arguments *arguments,
                                  const struct ng_datasheet *sheet,
                                  struct ng_arena *arena, struct ng_error *err)
{
    enum ng_status status;
    const char *out = ng_arguments_value(arguments, "out");
    out = out == NULL ? "out" : out;
    char *folder = ng_arena_printf(arena, "%s/data-%s", out, sheet->name);
    if (folder == NULL)
        return ng_fail(err, NG_FAILED, "No memory for the name of the folder.");
    NG_TRY(ng_output_folder(out, err));
    NG_TRY(ng_datasheet_write(sheet, folder, err));
    if (!ng_arguments_given(arguments, "json"))
        printf("\nDatasheet: %s/datasheet.md\n", folder);
out:
    return status;
}

static enum ng_status tell(const struct ng_arguments *arguments,
                           const struct ng_data_subject *subject,
                           struct ng_arena *arena, const struct ng_text *told,
                           struct ng_error *err)
{
    enum ng_status status;
    struct ng_datasheet sheet;
    NG_TRY(ng_data_facts(subject, arena, &sheet, err));
    if (ng_arguments_given(arguments, "json")) {
        NG_TRY(ng_json_print(ng_data_json(subject), err));
    } else {
        if (told->length > 0)
            printf("%s\n", told->data);
        NG_TRY(ng_data_print(&sheet, err));
    }
    fflush(stdout);
    NG_TRY(write_sheet(arguments, &sheet, arena, err));
out:
    return status;
}

enum ng_status ng_data_inspect(const struct ng_arguments *arguments,
                               struct ng_error *err)
{
    enum ng_status status;
    struct ng_arena arena = {0};
    struct ng_card card;
    struct ng_dataset dataset = {0};
    struct ng_quality quality;
    struct ng_data_subject subject = {
        .card = &card, .dataset = &dataset, .quality = &quality};
    struct ng_text told = {0};
    char *folder;
    bool loaded = false;
    NG_TRY(find_card(arguments, &arena, &card, &folder, &told, err));
    NG_TRY(ng_dataset_load_keyed(&dataset, &card, folder, err));
    loaded = true;
    NG_TRY(ng_quality_measure(&dataset, &arena, &quality, err));
    subject.folder = folder;
    NG_TRY(find_digests(&card, folder, &arena, &subject.sha256, err));
    NG_TRY(tell(arguments, &subject, &arena, &told, err));
out:
    if (loaded)
        ng_dataset_release(&dataset);
    ng_text_release(&told);
    ng_arena_release(&arena);
    return status;
}
