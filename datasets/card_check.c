#include "datasets/card_check.h"

#include <string.h>

#include "datasets/files/csv.h"
#include "datasets/readers.h"

#define MOST_VALUES 2147483648.0 /* rows times features */

static bool is_role(const struct ng_card_file *file, const char *role)
{
    return strcmp(file->role, role) == 0;
}

static bool is_labels(const struct ng_card_file *file)
{
    return strcmp(file->part, "labels") == 0;
}

/* ---- Every value by itself ------------------------------------------------------- */

static bool in_range(const struct ng_key *key, double value)
{
    bool limited = key->least != 0 || key->most != 0;
    return !limited || (value >= key->least && value <= key->most);
}

static enum ng_status check_number(const char *card, const struct ng_key *key,
                                   double value, struct ng_error *err)
{
    if (in_range(key, value))
        return NG_OK;
    return NG_BAD_CARD("The data card %s says %s: %g; %g to %g was expected.", card,
                       key->name, value, key->least, key->most);
}

static enum ng_status check_text(const char *card, const struct ng_key *key,
                                 const char *text, struct ng_error *err)
{
    bool needed = key->fallback != NULL || (key->flags & NG_KEY_REQUIRED) != 0;
    if (text == NULL && needed)
        return NG_BAD_CARD("The data card %s says nothing for %s; a text was expected.",
                           card, key->name);
    if (text == NULL || key->choices == NULL)
        return NG_OK;
    size_t count = 0;
    for (; key->choices[count] != NULL; count++)
        if (strcmp(key->choices[count], text) == 0)
            return NG_OK;
    struct ng_text list = {0};
    for (size_t i = 0; i < count; i++)
        ng_text_printf(&list, "%s%s",
                       i == 0           ? ""
                       : i + 1 == count ? " or "
                                        : ", ",
                       key->choices[i]);
    enum ng_status status =
        NG_BAD_CARD("The data card %s says %s: '%s'; %s was expected.", card, key->name,
                    text, list.data != NULL ? list.data : key->choices[0]);
    ng_text_release(&list);
    return status;
}

static enum ng_status check_choice(const char *card, const struct ng_key *key,
                                   int choice, struct ng_error *err)
{
    int count = 0;
    while (key->choices[count] != NULL)
        count++;
    if (choice >= 0 && choice < count)
        return NG_OK;
    return NG_BAD_CARD("The data card %s has choice %d for %s; 0 to %d was expected.",
                       card, choice, key->name, count - 1);
}

static enum ng_status check_distinct(const char *card, const struct ng_key *key,
                                     const struct ng_texts *texts, struct ng_error *err)
{
    for (size_t i = 0; i < texts->count; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(texts->values[i], texts->values[j]) == 0)
                return NG_BAD_CARD("The data card %s has '%s' twice in %s; distinct "
                                   "names were expected.",
                                   card, texts->values[i], key->name);
    return NG_OK;
}

static enum ng_status check_texts(const char *card, const struct ng_key *key,
                                  const struct ng_texts *texts, struct ng_error *err)
{
    for (size_t i = 0; i < texts->count; i++)
        if (texts->values[i] == NULL)
            return NG_BAD_CARD("The data card %s has no text at place %zu of %s.", card,
                               i + 1, key->name);
    if (texts->count > 1 && !(key->flags & NG_KEY_LABEL))
        return check_distinct(card, key, texts, err);
    return NG_OK;
}

static enum ng_status check_values(const char *card, const struct ng_key_table *table,
                                   const void *base, struct ng_error *err);

static enum ng_status check_value(const char *card, const struct ng_key *key,
                                  const void *at, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    switch (key->type) {
    case NG_KEY_INT:
        return check_number(card, key, (double)*(const int64_t *)at, err);
    case NG_KEY_REAL:
        return check_number(card, key, *(const double *)at, err);
    case NG_KEY_TEXT:
        return check_text(card, key, *(char *const *)at, err);
    case NG_KEY_CHOICE:
        return check_choice(card, key, *(const int *)at, err);
    case NG_KEY_TEXTS:
        return check_texts(card, key, at, err);
    case NG_KEY_REALS: {
        const struct ng_reals *reals = at;
        for (size_t i = 0; i < reals->count; i++)
            NG_TRY(check_number(card, key, reals->values[i], err));
        break;
    }
    case NG_KEY_TABLES: {
        const struct ng_tables *list = at;
        for (size_t i = 0; i < list->count; i++)
            NG_TRY(check_values(card, key->table,
                                (const char *)list->values + i * key->table->size,
                                err));
        break;
    }
    default:
        break;
    }
out:
    return status;
}

/* A card may have been filled in by a program instead of the strict reader. */
static enum ng_status check_values(const char *card, const struct ng_key_table *table,
                                   const void *base, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    for (size_t i = 0; i < table->count; i++)
        NG_TRY(check_value(card, &table->keys[i],
                           (const char *)base + table->keys[i].offset, err));
out:
    return status;
}

/* ---- Files ----------------------------------------------------------------------- */

static bool stays_below(const char *path)
{
    if (path[0] == '/' || path[0] == '\0')
        return false;
    for (const char *part = path; part != NULL; part = strchr(part, '/')) {
        part += *part == '/';
        if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0'))
            return false;
    }
    return true;
}

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static enum ng_status check_url(const struct ng_card *card,
                                const struct ng_card_file *file, struct ng_error *err)
{
    static const char *const schemes[] = {"https://", "http://", "file://"};
    if (file->member != NULL && file->url == NULL)
        return NG_BAD_CARD(
            "The data card %s names the member %s for %s without the url "
            "of its archive.",
            card->name, file->member, file->path);
    if (file->url == NULL)
        return NG_OK;
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (strncmp(file->url, schemes[i], strlen(schemes[i])) == 0)
            return NG_OK;
    return NG_BAD_CARD(
        "The data card %s gives the url '%s' for %s; one that begins with "
        "https://, http:// or file:// was expected.",
        card->name, file->url, file->path);
}

static enum ng_status check_file(const struct ng_card *card, size_t index,
                                 struct ng_error *err)
{
    const struct ng_card_file *files = card->files.values;
    const struct ng_card_file *file = &files[index];
    if (!stays_below(file->path))
        return NG_BAD_CARD(
            "The data card %s names the file '%s'; a path below the data folder, "
            "without '..', was expected.",
            card->name, file->path);
    if (file->sha256 != NULL &&
        (strlen(file->sha256) != 64 || strspn(file->sha256, "0123456789abcdef") != 64))
        return NG_BAD_CARD(
            "The data card %s gives '%s' as SHA-256 of %s; 64 lower-case "
            "hexadecimal digits were expected.",
            card->name, file->sha256, file->path);
    if (file->array != NULL && strcmp(card->reader, "npy") != 0)
        return NG_BAD_CARD(
            "The data card %s names the array %s in %s, but its reader %s "
            "has no arrays; only npy has.",
            card->name, file->array, file->path, card->reader);
    if (file->skip != 0 && strcmp(card->reader, "csv") != 0)
        return NG_BAD_CARD("The data card %s skips %lld rows of %s, but its reader %s "
                           "has no rows of text; only csv has.",
                           card->name, (long long)file->skip, file->path, card->reader);
    for (size_t i = 0; i < index; i++)
        if (strcmp(files[i].path, file->path) == 0 &&
            same_text(files[i].array, file->array))
            return NG_BAD_CARD(
                "The data card %s names the file %s twice; every file was "
                "expected once, or the splits would overlap.",
                card->name, file->path);
    return check_url(card, file, err);
}

/* Labels files: one for each features file of the role, or none at all. */
static enum ng_status check_labels(const struct ng_card *card, const char *role,
                                   const size_t of_part[2], struct ng_error *err)
{
    bool arrays = strcmp(card->reader, "idx") == 0 || strcmp(card->reader, "npy") == 0;
    bool table = strcmp(card->reader, "csv") == 0;
    if (of_part[1] > 0 && !arrays && !table)
        return NG_BAD_CARD(
            "The data card %s has files of part labels, which its reader "
            "%s does not read.",
            card->name, card->reader);
    if (of_part[0] != of_part[1] && (arrays || of_part[1] > 0))
        return NG_BAD_CARD("The data card %s has %zu features and %zu labels files of "
                           "role %s; a labels file beside each features file was "
                           "expected.",
                           card->name, of_part[0], of_part[1], role);
    return NG_OK;
}

static enum ng_status check_roles(const struct ng_card *card, struct ng_error *err)
{
    static const char *const roles[] = {"train", "test", "all"};
    const struct ng_card_file *files = card->files.values;
    size_t count[3][2] = {{0}}; /* [role][part] */
    enum ng_status status = NG_OK;
    for (size_t i = 0; i < card->files.count; i++)
        for (size_t role = 0; role < 3; role++)
            if (is_role(&files[i], roles[role]))
                count[role][is_labels(&files[i])]++;
    if (count[2][0] > 0 && (count[0][0] > 0 || count[1][0] > 0))
        return NG_BAD_CARD(
            "The data card %s has files of role all beside files of role "
            "train or test; either all, or train and test, was expected.",
            card->name);
    for (size_t role = 0; role < 2 && count[2][0] == 0; role++)
        if (count[role][0] == 0)
            return NG_BAD_CARD("The data card %s has no file of role %s, which its "
                               "reader %s needs.",
                               card->name, roles[role], card->reader);
    for (size_t role = 0; role < 3; role++)
        NG_TRY(check_labels(card, roles[role], count[role], err));
    if (count[2][0] > 0 && !(card->test_share > 0 && card->test_share < 1))
        return NG_BAD_CARD("The data card %s keeps the share %g of its rows for the "
                           "test; a share between 0 and 1 was expected.",
                           card->name, card->test_share);
    if (count[2][0] == 0 && strcmp(card->duplicates, "drop") == 0)
        return NG_BAD_CARD("The data card %s drops duplicates, but has no file of role "
                           "all: splits that their makers published stay as they are.",
                           card->name);
out:
    return status;
}

static enum ng_status check_files(const struct ng_card *card, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    if (card->train_rows != 0 || card->test_rows != 0)
        return NG_BAD_CARD(
            "The data card %s gives train_rows or test_rows, which belong "
            "to generators, but its reader %s reads files.",
            card->name, card->reader);
    for (size_t i = 0; i < card->files.count; i++)
        NG_TRY(check_file(card, i, err));
    NG_TRY(check_roles(card, err));
out:
    return status;
}

/* ---- Generators and the form of a table ------------------------------------------ */

static enum ng_status check_generator(const struct ng_card *card,
                                      const struct ng_reader *reader,
                                      struct ng_error *err)
{
    if (card->files.count > 0)
        return NG_BAD_CARD("The data card %s lists files, but its reader %s generates "
                           "the data and reads none.",
                           card->name, card->reader);
    if (card->label_values.count > 0 || strcmp(card->duplicates, "drop") == 0)
        return NG_BAD_CARD("The data card %s says how files are read (label_values, "
                           "duplicates), but its reader %s generates the data.",
                           card->name, card->reader);
    if (card->train_rows < 1 || card->test_rows < 1)
        return NG_BAD_CARD(
            "The data card %s asks for %lld training and %lld test rows; at least "
            "1 of each was expected.",
            card->name, (long long)card->train_rows, (long long)card->test_rows);
    if (card->classes.count != reader->classes)
        return NG_BAD_CARD(
            "The data card %s names %zu classes; its reader %s makes %zu.", card->name,
            card->classes.count, reader->name, reader->classes);
    double rows = (double)card->train_rows + (double)card->test_rows;
    if (rows * (double)reader->features > MOST_VALUES)
        return NG_BAD_CARD(
            "The data card %s asks for %.0f rows of %zu features; at most "
            "%.0f values (8 GiB) were expected.",
            card->name, rows, reader->features, MOST_VALUES);
    return NG_OK;
}

static const char *table_key_given(const struct ng_card *card)
{
    if (card->columns.count > 0)
        return "columns";
    if (strcmp(card->separator, ",") != 0)
        return "separator";
    if (card->missing.count > 0)
        return "missing";
    if (card->label_strip != NULL)
        return "label_strip";
    if (card->unlabelled != NG_UNLABELLED_REFUSE)
        return "unlabelled";
    return card->quotes ? "quotes" : card->ragged ? "ragged" : NULL;
}

static bool is_separator(const char *text)
{
    static const char refused[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789\"'\r\n";
    if (strcmp(text, "tab") == 0 || strcmp(text, "blank") == 0)
        return true;
    return text[0] > 0 && text[0] < 0x7F && text[1] == '\0' &&
           strchr(refused, text[0]) == NULL;
}

static enum ng_status check_table(const struct ng_card *card, struct ng_error *err)
{
    size_t fields = ng_card_fields(card);
    if (!is_separator(card->separator))
        return NG_BAD_CARD(
            "The data card %s has the separator '%s'; one ASCII character "
            "that is no letter, digit or quote, or tab, or blank was "
            "expected.",
            card->name, card->separator);
    if (card->columns.count == 0)
        return NG_BAD_CARD("The data card %s has no columns; its reader csv needs to "
                           "know what each field is.",
                           card->name);
    if (fields > NG_CSV_FIELD_LIMIT)
        return NG_BAD_CARD("The data card %s has %zu fields a row; at most %d were "
                           "expected.",
                           card->name, fields, NG_CSV_FIELD_LIMIT);
    return ng_card_check_columns(card, err);
}

static enum ng_status check_classes(const struct ng_card *card, struct ng_error *err)
{
    size_t classes = card->classes.count;
    if (classes != 0 && (classes < 2 || classes > UINT16_MAX))
        return NG_BAD_CARD("The data card %s names %zu classes; 2 to %d were expected.",
                           card->name, classes, UINT16_MAX);
    if (card->label_values.count != 0 && card->label_values.count != classes)
        return NG_BAD_CARD("The data card %s spells %zu label_values for %zu classes; "
                           "one for each class was expected.",
                           card->name, card->label_values.count, classes);
    return NG_OK;
}

static enum ng_status check_words(const struct ng_card *card, struct ng_error *err)
{
    const struct ng_card_file *files = card->files.values;
    bool rows = strcmp(card->duplicates, "drop") == 0;
    for (size_t i = 0; i < card->files.count; i++)
        rows = rows || files[i].rows != 0;
    if (card->classes.count > 0 || card->label_values.count > 0 ||
        card->slices.count > 0 || rows)
        return NG_BAD_CARD(
            "The data card %s has classes, label_values, slices, a number "
            "of rows or duplicates to drop, but its reader %s makes "
            "tokens, no labelled rows.",
            card->name, card->reader);
    return NG_OK;
}

static enum ng_status unknown_reader(const struct ng_card *card, struct ng_error *err)
{
    const char *names[16];
    size_t count = 0;
    while (ng_readers[count] != NULL && count < 16) {
        names[count] = ng_readers[count]->name;
        count++;
    }
    const char *nearest = ng_text_nearest(card->reader, names, count);
    return NG_BAD_CARD(
        "The data card %s has the reader '%s', which does not exist%s%s%s.", card->name,
        card->reader, nearest != NULL ? "; did you mean '" : "",
        nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
}

enum ng_status ng_card_check(const struct ng_card *card, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    NG_TRY(check_values(card->name != NULL ? card->name : "without a name",
                        &ng_card_keys, card, err));
    const struct ng_reader *reader = ng_reader_by_name(card->reader);
    if (reader == NULL)
        return unknown_reader(card, err);
    bool table = strcmp(card->reader, "csv") == 0;
    const char *given = table ? NULL : table_key_given(card);
    if (given != NULL)
        return NG_BAD_CARD(
            "The data card %s has the key %s, which belongs to the reader "
            "csv; its reader is %s.",
            card->name, given, card->reader);
    NG_TRY(reader->needs_files ? check_files(card, err)
                               : check_generator(card, reader, err));
    NG_TRY(check_classes(card, err));
    if (table)
        NG_TRY(check_table(card, err));
    if (reader->is_text)
        NG_TRY(check_words(card, err));
    NG_TRY(ng_card_check_slices(card, reader, err));
out:
    return status;
}
