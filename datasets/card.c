#include "datasets/card.h"

#include <string.h>

#define MANY    1e9 /* rows */
#define FLT_TOP 3.4028234663852886e+38

static const char *const roles[] = {"train", "test", "all", NULL};
static const char *const parts[] = {"features", "labels", NULL};
static const char *const bys[] = {"label", "file", "position", NULL};
static const char *const standards[] = {"column", "set", "none", NULL};
static const char *const orders[] = {"shuffled", "stream", NULL};
static const char *const repeats[] = {"keep", "drop", NULL};
static const char *const unlabelled[] = {"refuse", "drop", NULL};

const char *const ng_column_type_names[] = {"number", "category", "text", "time",
                                            "label",  "ignore",   NULL};

static const struct ng_key file_keys[] = {
    {.name = "role",
     .type = NG_KEY_TEXT,
     .offset = offsetof(struct ng_card_file, role),
     .choices = roles,
     .help = "The split that the rows of this file belong to; all is divided by "
             "test_share.",
     .flags = NG_KEY_REQUIRED},
    {.name = "part",
     .type = NG_KEY_TEXT,
     .offset = offsetof(struct ng_card_file, part),
     .fallback = "features",
     .choices = parts,
     .help = "What the file holds; labels stand beside the features file of the same "
             "place among its role's."},
    {.name = "path",
     .type = NG_KEY_TEXT,
     .offset = offsetof(struct ng_card_file, path),
     .help = "Where the file lies, below the data folder.",
     .flags = NG_KEY_REQUIRED | NG_KEY_LABEL},
    {.name = "array",
     .type = NG_KEY_TEXT,
     .offset = offsetof(struct ng_card_file, array),
     .help = "npy: the name of the array in an .npz file."},
    {.name = "sha256",
     .type = NG_KEY_TEXT,
     .offset = offsetof(struct ng_card_file, sha256),
     .help = "The file's SHA-256 as 64 lower-case hexadecimal digits; another file is "
             "refused. Without it the file is taken as it is."},
    {.name = "rows",
     .type = NG_KEY_INT,
     .offset = offsetof(struct ng_card_file, rows),
     .fallback = "0",
     .least = 0,
     .most = MANY,
     .help = "The number of examples in the file; another number is refused. 0: not "
             "known."},
    {.name = "skip",
     .type = NG_KEY_INT,
     .offset = offsetof(struct ng_card_file, skip),
     .fallback = "0",
     .least = 0,
     .most = MANY,
     .help = "csv: the number of rows at the beginning that are no data, such as a "
             "heading."},
    {.name = "url",
     .type = NG_KEY_TEXT,
     .offset = offsetof(struct ng_card_file, url),
     .help = "Where `data fetch` gets the file, or the zip archive that holds it.",
     .flags = NG_KEY_LABEL},
    {.name = "member",
     .type = NG_KEY_TEXT,
     .offset = offsetof(struct ng_card_file, member),
     .help = "The file's name in the zip archive at url.",
     .flags = NG_KEY_LABEL},
};
const struct ng_key_table ng_card_file_keys = {
    .name = "file of a data card",
    .size = sizeof(struct ng_card_file),
    .keys = file_keys,
    .count = sizeof file_keys / sizeof file_keys[0],
};

static const struct ng_key column_keys[] = {
    {.name = "name",
     .type = NG_KEY_TEXT,
     .offset = offsetof(struct ng_card_column, name),
     .help = "What slices, reports and features are called after.",
     .flags = NG_KEY_REQUIRED},
    {.name = "type",
     .type = NG_KEY_CHOICE,
     .offset = offsetof(struct ng_card_column, type),
     .fallback = "number",
     .choices = ng_column_type_names,
     .help =
         "What the fields are: number, category and text become features, label the "
         "class, time and ignore nothing."},
    {.name = "repeat",
     .type = NG_KEY_INT,
     .offset = offsetof(struct ng_card_column, repeat),
     .fallback = "1",
     .least = 1,
     .most = 100000,
     .help =
         "As many columns of this kind side by side, called name0, name1 and so on."},
    {.name = "categories",
     .type = NG_KEY_TEXTS,
     .offset = offsetof(struct ng_card_column, categories),
     .help = "category: the names as the file spells them, in the order of their "
             "features; without them they are learnt from the training rows."},
    {.name = "least",
     .type = NG_KEY_REAL,
     .offset = offsetof(struct ng_card_column, least),
     .fallback = "-3.4028234663852886e+38",
     .least = -FLT_TOP,
     .most = FLT_TOP,
     .help = "number: a smaller value counts as missing."},
    {.name = "most",
     .type = NG_KEY_REAL,
     .offset = offsetof(struct ng_card_column, most),
     .fallback = "3.4028234663852886e+38",
     .least = -FLT_TOP,
     .most = FLT_TOP,
     .help = "number: a larger value counts as missing."},
    {.name = "buckets",
     .type = NG_KEY_INT,
     .offset = offsetof(struct ng_card_column, buckets),
     .fallback = "256",
     .least = 1,
     .most = 65536,
     .help = "text: the number of features that its words are hashed into."},
};
const struct ng_key_table ng_card_column_keys = {
    .name = "column of a data card",
    .size = sizeof(struct ng_card_column),
    .keys = column_keys,
    .count = sizeof column_keys / sizeof column_keys[0],
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
     .help = "A column of the card, or one that the generator declares; either this or "
             "by."},
    {.name = "by",
     .type = NG_KEY_TEXT,
     .offset = offsetof(struct ng_card_slice, by),
     .choices = bys,
     .help = "Bands by class, by file, or by position in the split; either this or "
             "column."},
    {.name = "edges",
     .type = NG_KEY_REALS,
     .offset = offsetof(struct ng_card_slice, edges),
     .least = -FLT_TOP,
     .most = FLT_TOP,
     .help = "Where one band ends and the next begins, ascending; a value equal to an "
             "edge belongs to the band above it."},
    {.name = "parts",
     .type = NG_KEY_INT,
     .offset = offsetof(struct ng_card_slice, parts),
     .fallback = "0",
     .least = 0,
     .most = 1000,
     .help = "The number of bands of equal size; 0: 4 for numbers without edges, 5 for "
             "positions."},
    {.name = "bands",
     .type = NG_KEY_TEXTS,
     .offset = offsetof(struct ng_card_slice, bands),
     .help = "Names of the bands in their order; without them they are called after "
             "edges, categories, classes or files."},
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
     .help = "What reads or generates it: csv, idx, npy, text, or the name of a "
             "generator.",
     .flags = NG_KEY_REQUIRED},
    {.name = "files",
     .type = NG_KEY_TABLES,
     .offset = offsetof(struct ng_card, files),
     .table = &ng_card_file_keys,
     .help = "The files of a reader; none for a generator."},
    {.name = "separator",
     .type = NG_KEY_TEXT,
     .offset = offsetof(struct ng_card, separator),
     .fallback = ",",
     .help =
         "csv: what stands between two fields: one character, tab, or blank (any run "
         "of blanks and tabs)."},
    {.name = "quotes",
     .type = NG_KEY_BOOL,
     .offset = offsetof(struct ng_card, quotes),
     .fallback = "false",
     .help =
         "csv: a field in double quotes may hold separators and line ends; without, "
         "a quote is a letter."},
    {.name = "ragged",
     .type = NG_KEY_BOOL,
     .offset = offsetof(struct ng_card, ragged),
     .fallback = "false",
     .help = "csv: rows with too few fields are filled up with missing ones instead of "
             "being refused."},
    {.name = "missing",
     .type = NG_KEY_TEXTS,
     .offset = offsetof(struct ng_card, missing),
     .help = "csv: fields that mean that nothing is known; an empty one always does."},
    {.name = "label_strip",
     .type = NG_KEY_TEXT,
     .offset = offsetof(struct ng_card, label_strip),
     .help = "csv: characters to cut off the end of the label."},
    {.name = "unlabelled",
     .type = NG_KEY_CHOICE,
     .offset = offsetof(struct ng_card, unlabelled),
     .fallback = "refuse",
     .choices = unlabelled,
     .help = "csv: what happens to rows whose label is missing; dropped ones are "
             "counted, and belong to no number of rows."},
    {.name = "columns",
     .type = NG_KEY_TABLES,
     .offset = offsetof(struct ng_card, columns),
     .table = &ng_card_column_keys,
     .help = "csv: what the fields of a row are, from left to right."},
    {.name = "classes",
     .type = NG_KEY_TEXTS,
     .offset = offsetof(struct ng_card, classes),
     .help =
         "Names of the classes in the order of their numbers; without them they are "
         "learnt from the training rows."},
    {.name = "label_values",
     .type = NG_KEY_TEXTS,
     .offset = offsetof(struct ng_card, label_values),
     .help = "How the files spell the classes; without them like their names (csv), or "
             "0, 1, 2 and so on (idx, npy)."},
    {.name = "standardise",
     .type = NG_KEY_TEXT,
     .offset = offsetof(struct ng_card, standardise),
     .fallback = "column",
     .choices = standards,
     .help = "Subtract the training mean and divide by the training deviation: of each "
             "column, of the whole set, or not at all."},
    {.name = "clip",
     .type = NG_KEY_REAL,
     .offset = offsetof(struct ng_card, clip),
     .fallback = "20",
     .least = 0,
     .most = FLT_TOP,
     .help = "A standardised value beyond this many deviations becomes this many; 0: "
             "never."},
    {.name = "order",
     .type = NG_KEY_TEXT,
     .offset = offsetof(struct ng_card, order),
     .fallback = "shuffled",
     .choices = orders,
     .help = "Whether the order of rows is chance, or time."},
    {.name = "test_share",
     .type = NG_KEY_REAL,
     .offset = offsetof(struct ng_card, test_share),
     .fallback = "0.2",
     .least = 0,
     .most = 1,
     .help =
         "The share of rows of role all that is kept for the test: drawn, or the end "
         "of a stream."},
    {.name = "duplicates",
     .type = NG_KEY_TEXT,
     .offset = offsetof(struct ng_card, duplicates),
     .fallback = "keep",
     .choices = repeats,
     .help = "What happens to rows of role all that repeat an earlier one."},
    {.name = "seed",
     .type = NG_KEY_INT,
     .offset = offsetof(struct ng_card, seed),
     .fallback = "0",
     .least = 0,
     .most = 4294967295.0,
     .help =
         "The seed of generated data or of the drawn split, independent of the seeds "
         "of trials."},
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

size_t ng_card_fields(const struct ng_card *card)
{
    const struct ng_card_column *columns = card->columns.values;
    size_t fields = 0;
    for (size_t i = 0; i < card->columns.count; i++)
        fields += (size_t)columns[i].repeat;
    return fields;
}
