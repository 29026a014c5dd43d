#include <string.h>

#include "datasets/dataset.h"
#include "formats/base/text.h"

#define MANY   1e9          /* rows, features */
#define VALUES 2147483648.0 /* rows times features */

static const char *const roles[] = {"train", "test", NULL};

static const struct ng_key file_keys[] = {
    {.name = "role",
     .type = NG_KEY_TEXT,
     .offset = offsetof(struct ng_card_file, role),
     .choices = roles,
     .help = "The split that the rows of this file belong to.",
     .flags = NG_KEY_REQUIRED},
    {.name = "path",
     .type = NG_KEY_TEXT,
     .offset = offsetof(struct ng_card_file, path),
     .help = "Where the file lies, below the data folder.",
     .flags = NG_KEY_REQUIRED | NG_KEY_LABEL},
    {.name = "sha256",
     .type = NG_KEY_TEXT,
     .offset = offsetof(struct ng_card_file, sha256),
     .help = "The file's SHA-256 as 64 lower-case hexadecimal digits; another file is "
             "refused.",
     .flags = NG_KEY_REQUIRED},
    {.name = "rows",
     .type = NG_KEY_INT,
     .offset = offsetof(struct ng_card_file, rows),
     .least = 1,
     .most = MANY,
     .help = "The number of examples in the file; another number is refused.",
     .flags = NG_KEY_REQUIRED},
};
const struct ng_key_table ng_card_file_keys = {
    .name = "file of a data card",
    .size = sizeof(struct ng_card_file),
    .keys = file_keys,
    .count = sizeof file_keys / sizeof file_keys[0],
};

static const struct ng_key slice_keys[] = {
    {.name = "name",
     .type = NG_KEY_TEXT,
     .offset = offsetof(struct ng_card_slice, name),
     .help = "What experiments and reports call the slices.",
     .flags = NG_KEY_REQUIRED},
    {.name = "column",
     .type = NG_KEY_TEXT,
     .offset = offsetof(struct ng_card_slice, column),
     .help = "\"label\", or a slice column that the reader declares.",
     .flags = NG_KEY_REQUIRED},
    {.name = "bands",
     .type = NG_KEY_TEXTS,
     .offset = offsetof(struct ng_card_slice, bands),
     .help = "Names of the bands in the order of their numbers; without them the names "
             "of the classes, or the reader's own."},
};
const struct ng_key_table ng_card_slice_keys = {
    .name = "slice of a data card",
    .size = sizeof(struct ng_card_slice),
    .keys = slice_keys,
    .count = sizeof slice_keys / sizeof slice_keys[0],
};

static const struct ng_key card_keys[] = {
    {.name = "name",
     .type = NG_KEY_TEXT,
     .offset = offsetof(struct ng_card, name),
     .help = "What experiments call the data set.",
     .flags = NG_KEY_REQUIRED},
    {.name = "title",
     .type = NG_KEY_TEXT,
     .offset = offsetof(struct ng_card, title),
     .help = "What it is, in one line.",
     .flags = NG_KEY_REQUIRED | NG_KEY_LABEL},
    {.name = "reader",
     .type = NG_KEY_TEXT,
     .offset = offsetof(struct ng_card, reader),
     .help =
         "What reads or generates it: csv (numbers, the label in the last column) or "
         "the name of a generator.",
     .flags = NG_KEY_REQUIRED},
    {.name = "files",
     .type = NG_KEY_TABLES,
     .offset = offsetof(struct ng_card, files),
     .table = &ng_card_file_keys,
     .help = "The files of a reader; none for a generator."},
    {.name = "classes",
     .type = NG_KEY_TEXTS,
     .offset = offsetof(struct ng_card, classes),
     .help = "Names of the classes in the order of their numbers, as the label column "
             "spells them.",
     .flags = NG_KEY_REQUIRED},
    {.name = "features",
     .type = NG_KEY_INT,
     .offset = offsetof(struct ng_card, features),
     .least = 1,
     .most = MANY,
     .help = "The number of feature columns.",
     .flags = NG_KEY_REQUIRED},
    {.name = "seed",
     .type = NG_KEY_INT,
     .offset = offsetof(struct ng_card, seed),
     .fallback = "0",
     .least = 0,
     .most = 4294967295.0,
     .help = "Generators: the seed of the data, independent of the seeds of trials."},
    {.name = "train_rows",
     .type = NG_KEY_INT,
     .offset = offsetof(struct ng_card, train_rows),
     .fallback = "0",
     .least = 0,
     .most = MANY,
     .help = "Generators: the number of training examples."},
    {.name = "test_rows",
     .type = NG_KEY_INT,
     .offset = offsetof(struct ng_card, test_rows),
     .fallback = "0",
     .least = 0,
     .most = MANY,
     .help = "Generators: the number of test examples."},
    {.name = "slices",
     .type = NG_KEY_TABLES,
     .offset = offsetof(struct ng_card, slices),
     .table = &ng_card_slice_keys,
     .help = "Named groups of examples that are judged on their own."},
    {.name = "origin",
     .type = NG_KEY_TEXT,
     .offset = offsetof(struct ng_card, origin),
     .help = "Who made the data and where they come from.",
     .flags = NG_KEY_REQUIRED | NG_KEY_LABEL},
    {.name = "licence",
     .type = NG_KEY_TEXT,
     .offset = offsetof(struct ng_card, licence),
     .help = "The terms under which the data may be used.",
     .flags = NG_KEY_REQUIRED | NG_KEY_LABEL},
    {.name = "quirks",
     .type = NG_KEY_TEXTS,
     .offset = offsetof(struct ng_card, quirks),
     .help = "What a reader of results should know about the data.",
     .flags = NG_KEY_LABEL},
};
const struct ng_key_table ng_card_keys = {
    .name = "data card",
    .size = sizeof(struct ng_card),
    .keys = card_keys,
    .count = sizeof card_keys / sizeof card_keys[0],
};

#define BAD(...) ng_fail(err, NG_INVALID, __VA_ARGS__)

static enum ng_status check_distinct(const struct ng_texts *texts, const char *what,
                                     const char *card, struct ng_error *err)
{
    for (size_t i = 0; i < texts->count; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(texts->values[i], texts->values[j]) == 0)
                return BAD("The data card %s names the %s '%s' twice; distinct names "
                           "were expected.",
                           card, what, texts->values[i]);
    return NG_OK;
}

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

static enum ng_status check_file(const struct ng_card *card, size_t index,
                                 struct ng_error *err)
{
    const struct ng_card_file *files = card->files.values;
    const struct ng_card_file *file = &files[index];
    if (strcmp(file->role, roles[0]) != 0 && strcmp(file->role, roles[1]) != 0)
        return BAD(
            "The data card %s gives the file %s the role '%s'; train or test was "
            "expected.",
            card->name, file->path, file->role);
    if (!stays_below(file->path))
        return BAD(
            "The data card %s names the file '%s'; a path below the data folder, "
            "without '..', was expected.",
            card->name, file->path);
    if (strlen(file->sha256) != 64 || strspn(file->sha256, "0123456789abcdef") != 64)
        return BAD("The data card %s gives '%s' as SHA-256 of %s; 64 lower-case "
                   "hexadecimal digits were expected.",
                   card->name, file->sha256, file->path);
    if (file->rows < 1)
        return BAD("The data card %s expects %lld rows in %s; at least 1 was expected.",
                   card->name, (long long)file->rows, file->path);
    for (size_t i = 0; i < index; i++)
        if (strcmp(files[i].path, file->path) == 0)
            return BAD("The data card %s names the file %s twice; every file was "
                       "expected once, or the splits would overlap.",
                       card->name, file->path);
    return NG_OK;
}

static enum ng_status check_files(const struct ng_card *card, struct ng_error *err)
{
    const struct ng_card_file *files = card->files.values;
    size_t of_role[2] = {0, 0};
    if (card->seed != 0 || card->train_rows != 0 || card->test_rows != 0)
        return BAD("The data card %s gives seed, train_rows or test_rows, which belong "
                   "to generators, but its reader %s reads files.",
                   card->name, card->reader);
    for (size_t i = 0; i < card->files.count; i++) {
        enum ng_status status = check_file(card, i, err);
        if (status != NG_OK)
            return status;
        of_role[strcmp(files[i].role, roles[1]) == 0]++;
    }
    for (int role = 0; role < 2; role++)
        if (of_role[role] == 0)
            return BAD("The data card %s has no file of role %s, which its reader %s "
                       "needs.",
                       card->name, roles[role], card->reader);
    return NG_OK;
}

static enum ng_status check_generator(const struct ng_card *card, struct ng_error *err)
{
    if (card->files.count > 0)
        return BAD("The data card %s lists files, but its reader %s generates the data "
                   "and reads none.",
                   card->name, card->reader);
    if (card->train_rows < 1 || card->test_rows < 1)
        return BAD(
            "The data card %s asks for %lld training and %lld test rows; at least "
            "1 of each was expected.",
            card->name, (long long)card->train_rows, (long long)card->test_rows);
    if (card->seed < 0 || card->seed > UINT32_MAX)
        return BAD("The data card %s has the seed %lld; 0 to 4294967295 was expected.",
                   card->name, (long long)card->seed);
    return NG_OK;
}

static size_t column_bands(const struct ng_card *card, const struct ng_reader *reader,
                           const char *column)
{
    if (strcmp(column, "label") == 0)
        return card->classes.count;
    for (size_t i = 0; i < reader->column_count; i++) {
        if (strcmp(reader->columns[i].name, column) == 0) {
            size_t count = 0;
            while (reader->columns[i].bands[count] != NULL)
                count++;
            return count;
        }
    }
    return 0;
}

static enum ng_status check_slices(const struct ng_card *card,
                                   const struct ng_reader *reader, struct ng_error *err)
{
    const struct ng_card_slice *slices = card->slices.values;
    enum ng_status status = NG_OK;
    for (size_t i = 0; i < card->slices.count; i++) {
        size_t bands = column_bands(card, reader, slices[i].column);
        if (bands == 0)
            return BAD(
                "The data card %s has the slice %s on the column '%s', which the "
                "reader %s does not have; 'label'%s%s%s was expected.",
                card->name, slices[i].name, slices[i].column, reader->name,
                reader->column_count > 0 ? " or a column such as '" : "",
                reader->column_count > 0 ? reader->columns[0].name : "",
                reader->column_count > 0 ? "'" : "");
        if (slices[i].bands.count != 0 && slices[i].bands.count != bands)
            return BAD(
                "The data card %s names %zu bands for the slice %s; its column %s "
                "has %zu.",
                card->name, slices[i].bands.count, slices[i].name, slices[i].column,
                bands);
        for (size_t j = 0; j < i; j++)
            if (strcmp(slices[i].name, slices[j].name) == 0)
                return BAD("The data card %s has two slices of the name %s; distinct "
                           "names were expected.",
                           card->name, slices[i].name);
        NG_TRY(check_distinct(&slices[i].bands, "band", card->name, err));
    }
out:
    return status;
}

static enum ng_status check_shape(const struct ng_card *card,
                                  const struct ng_reader *reader, struct ng_error *err)
{
    if (card->classes.count < 2 || card->classes.count > UINT16_MAX)
        return BAD("The data card %s names %zu classes; 2 to %d were expected.",
                   card->name, card->classes.count, UINT16_MAX);
    if (card->features < 1)
        return BAD("The data card %s has %lld features; at least 1 was expected.",
                   card->name, (long long)card->features);
    if (reader->classes != 0 && card->classes.count != reader->classes)
        return BAD("The data card %s names %zu classes; its reader %s makes %zu.",
                   card->name, card->classes.count, reader->name, reader->classes);
    if (reader->features != 0 && (size_t)card->features != reader->features)
        return BAD("The data card %s has %lld features; its reader %s makes %zu.",
                   card->name, (long long)card->features, reader->name,
                   reader->features);
    return check_distinct(&card->classes, "class", card->name, err);
}

/* A slip of the pen in a card must not make the machine swap. */
static enum ng_status check_size(const struct ng_card *card, struct ng_error *err)
{
    const struct ng_card_file *files = card->files.values;
    double rows = (double)card->train_rows + (double)card->test_rows;
    for (size_t i = 0; i < card->files.count; i++)
        rows += (double)files[i].rows;
    if (rows * (double)card->features > VALUES)
        return BAD("The data card %s asks for %.0f rows of %lld features; at most %.0f "
                   "values (8 GiB) were expected.",
                   card->name, rows, (long long)card->features, VALUES);
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
    return BAD("The data card %s has the reader '%s', which does not exist%s%s%s.",
               card->name, card->reader, nearest != NULL ? "; did you mean '" : "",
               nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
}

enum ng_status ng_card_check(const struct ng_card *card, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    const struct ng_reader *reader = ng_reader_by_name(card->reader);
    if (reader == NULL)
        return unknown_reader(card, err);
    NG_TRY(check_shape(card, reader, err));
    NG_TRY(reader->needs_files ? check_files(card, err) : check_generator(card, err));
    NG_TRY(check_size(card, err));
    NG_TRY(check_slices(card, reader, err));
out:
    return status;
}
