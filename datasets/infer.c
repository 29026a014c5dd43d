#include "datasets/infer.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/files/decimal.h"
#include "datasets/files/digest.h"
#include "datasets/infer_parts.h"

#define CATEGORY_TEXTS 100 /* with fewer rows each than CATEGORY_ROWS */
#define CATEGORY_ROWS  10
#define SLICE_VALUES   20 /* whole numbers that are groups of their own */
#define SLICE_PARTS    4  /* of ignored numbers; other numbers have as many */
#define TEXT_WORDS     5  /* on average, of what is a text and no name */
#define STEM_BYTES     48 /* of the card's name; files are named after it */
#define LISTED         12 /* names in a line of what was inferred */

struct inference {
    const struct ng_infer_wish *wish;
    struct ng_arena *arena;
    struct ng_infer_form form;
    struct ng_infer_table table;
    bool *ignored, *sliced; /* [column] as was wished */
    struct ng_card_column *columns;
    const char **reason;    /* [column] why it is ignored */
    struct ng_texts slices; /* names in the order of the wish */
    size_t *slice_column;   /* [slice] */
};

static enum ng_status no_memory(const struct inference *in, struct ng_error *err)
{
    return ng_fail(err, NG_FAILED, "%s cannot be read: the system has no memory left.",
                   in->wish->file);
}

/* ---- What the wish names ---------------------------------------------------------- */

static enum ng_status find_ignored(struct inference *in, struct ng_error *err)
{
    const struct ng_texts *ignore = in->wish->ignore;
    enum ng_status status = NG_OK;
    for (size_t i = 0; ignore != NULL && i < ignore->count; i++) {
        size_t place;
        NG_TRY(ng_infer_find(in->wish, &in->form, "data.ignore", ignore->values[i],
                             &place, err));
        if (place == in->table.label)
            NG_TRY(ng_fail(err, NG_INVALID,
                           "data.ignore names the label '%s', which is what is learnt; "
                           "another column was expected.",
                           ignore->values[i]));
        in->ignored[place] = true;
    }
out:
    return status;
}

static enum ng_status add_slice(struct inference *in, const char *name,
                                struct ng_error *err)
{
    size_t place;
    enum ng_status status =
        ng_infer_find(in->wish, &in->form, "data.slices", name, &place, err);
    if (status != NG_OK)
        return status;
    if (!in->sliced[place]) {
        in->slice_column[in->slices.count] = place;
        in->slices.values[in->slices.count++] = in->form.names[place];
    }
    in->sliced[place] = true;
    return NG_OK;
}

/* "region", or "region x sex". */
static enum ng_status find_slices(struct inference *in, struct ng_error *err)
{
    const struct ng_texts *slices = in->wish->slices;
    enum ng_status status = NG_OK;
    in->slices.values =
        ng_arena_array(in->arena, in->form.csv.columns, sizeof *in->slices.values);
    in->slice_column =
        ng_arena_array(in->arena, in->form.csv.columns, sizeof *in->slice_column);
    if (in->slices.values == NULL || in->slice_column == NULL)
        return no_memory(in, err);
    for (size_t i = 0; slices != NULL && i < slices->count; i++) {
        for (const char *at = slices->values[i]; at != NULL;) {
            const char *cross = strstr(at, " x ");
            size_t length = cross != NULL ? (size_t)(cross - at) : strlen(at);
            char *part = ng_arena_text_n(in->arena, at, length);
            if (part == NULL)
                NG_TRY(no_memory(in, err));
            NG_TRY(add_slice(in, part, err));
            at = cross != NULL ? cross + 3 : NULL;
        }
    }
out:
    return status;
}

/* ---- Types ------------------------------------------------------------------------ */

static size_t present(const struct inference *in, size_t i)
{
    return in->table.rows - in->table.columns[i].missing;
}

/* "12,5", "$1,234.50" or "30 %": a number but for commas and signs. */
static bool has_number_signs(const char *text)
{
    char kept[32];
    size_t length = 0;
    double value;
    for (; *text != '\0' && length + 1 < sizeof kept; text++)
        if (strchr(",'%$ ", *text) == NULL && (unsigned char)*text < 0x80)
            kept[length++] = *text;
    kept[length] = '\0';
    return *text == '\0' && ng_decimal_read(kept, &value);
}

/* 31.12.2020, 2020/12/31 23:59: a date, but not as ng_time_read() reads them. */
static bool is_other_date(const char *text)
{
    size_t years = 0;
    char mark = *(text + strspn(text, "0123456789"));
    for (int part = 0; part < 3; part++) {
        size_t digits = strspn(text, "0123456789");
        years += digits == 4;
        if (digits == 0 || digits == 3 || digits > 4 || (digits == 4 && part == 1))
            return false;
        text += digits;
        if (part == 2)
            break;
        if (*text == '\0' || *text != mark || strchr("/.-", mark) == NULL)
            return false;
        text++;
    }
    return years == 1 && (*text == '\0' || *text == ' ' || *text == 'T');
}

/* Why a column that looks like numbers is none; false: it does not. */
static bool explain_numbers(const struct inference *in, size_t i, struct ng_text *text)
{
    const struct ng_infer_column *column = &in->table.columns[i];
    size_t rows = in->table.rows - column->missing;
    if (column->odd == NULL)
        return false;
    if (has_number_signs(column->odd)) {
        ng_text_printf(text,
                       "numbers with commas or signs, such as '%s'; 1234.5 is read",
                       column->odd);
    } else if (10 * column->numbers >= 9 * rows) {
        ng_text_add(text, "numbers but for ");
        ng_infer_add_count(text, rows - column->numbers);
        ng_text_printf(text, " such as '%.30s' in line %zu", column->odd,
                       column->odd_line);
    } else {
        return false;
    }
    return true;
}

static bool holds_other_dates(const struct ng_infer_column *column)
{
    return column->numbers == 0 && column->odd != NULL && is_other_date(column->odd);
}

/* "over 1,000 different texts". */
static const char *reason_of_names(const struct inference *in, size_t i)
{
    const struct ng_infer_column *column = &in->table.columns[i];
    struct ng_text text = {0};
    if (holds_other_dates(column)) {
        ng_text_printf(&text, "dates such as '%.30s'; 2020-01-31 is read", column->odd);
    } else if (!explain_numbers(in, i, &text) && column->numbers > 0) {
        ng_text_printf(&text, "numbers, and texts such as '%.30s' in line %zu",
                       column->odd, column->odd_line);
    } else if (text.length == 0) {
        ng_text_add(&text, column->many ? "over " : "");
        ng_infer_add_count(&text, column->count);
        ng_text_add(&text, " different texts");
    }
    char *reason = text.failed ? NULL : ng_arena_text(in->arena, text.data);
    ng_text_release(&text);
    return reason != NULL ? reason : "different texts";
}

static int type_of_texts(struct inference *in, size_t i)
{
    const struct ng_infer_column *column = &in->table.columns[i];
    size_t rows = present(in, i);
    bool few = column->count <= CATEGORY_TEXTS && 2 * column->count <= rows;
    bool shared = CATEGORY_ROWS * column->count <= rows;
    if (holds_other_dates(column) && !in->sliced[i])
        few = shared = false;
    if (!column->many && (few || shared || in->sliced[i]))
        return NG_COLUMN_CATEGORY;
    if (column->numbers == 0 && column->words >= TEXT_WORDS * rows)
        return NG_COLUMN_TEXT;
    in->reason[i] = reason_of_names(in, i);
    return NG_COLUMN_IGNORE;
}

/* Why the column can be of no use at all; NULL: it may be. */
static const char *reason_of_nothing(const struct inference *in, size_t i)
{
    const struct ng_infer_column *column = &in->table.columns[i];
    return present(in, i) == 0                          ? "all missing"
           : column->count == 1 && column->missing == 0 ? "the same in all rows"
           : column->numbers == in->table.rows && column->counted ? "row numbers"
                                                                  : NULL;
}

/* Numbers of which a slice makes ranges; few whole ones are groups of their own. */
static bool has_ranges(const struct inference *in, size_t i)
{
    const struct ng_infer_column *column = &in->table.columns[i];
    return column->numbers == present(in, i) &&
           (column->many || !column->whole || column->count > SLICE_VALUES);
}

static int type_of(struct inference *in, size_t i)
{
    const struct ng_infer_column *column = &in->table.columns[i];
    size_t rows = present(in, i);
    if (i == in->table.label)
        return NG_COLUMN_LABEL;
    in->reason[i] = !in->ignored[i] ? reason_of_nothing(in, i)
                    : in->sliced[i] ? "as you said, but for its groups"
                                    : "as you said";
    if (in->reason[i] != NULL)
        return NG_COLUMN_IGNORE;
    if (column->numbers == rows)
        return in->sliced[i] && !has_ranges(in, i) ? NG_COLUMN_CATEGORY
                                                   : NG_COLUMN_NUMBER;
    if (column->times == rows)
        return NG_COLUMN_TIME;
    return type_of_texts(in, i);
}

/* Why the column makes no groups; NULL: it does. */
static const char *reason_of_no_groups(const struct inference *in, size_t i)
{
    const struct ng_infer_column *column = &in->table.columns[i];
    if (column->times > 0 && column->times == present(in, i) && column->clocks == 0 &&
        i != in->table.label)
        return "its dates have no time of day, and groups of times are hours";
    if (in->columns[i].type != NG_COLUMN_IGNORE)
        return NULL;
    if (!in->ignored[i])
        return in->reason[i];
    const char *nothing = reason_of_nothing(in, i);
    return nothing != NULL || has_ranges(in, i) || !column->many
               ? nothing
               : reason_of_names(in, i);
}

static enum ng_status type_columns(struct inference *in, struct ng_error *err)
{
    bool learnt = false;
    for (size_t i = 0; i < in->form.csv.columns; i++) {
        struct ng_card_column *column = &in->columns[i];
        *column = (struct ng_card_column){.name = in->form.names[i],
                                          .type = type_of(in, i),
                                          .repeat = 1,
                                          .least = -(double)FLT_MAX,
                                          .most = (double)FLT_MAX,
                                          .buckets = 256};
        learnt |= column->type == NG_COLUMN_NUMBER ||
                  column->type == NG_COLUMN_CATEGORY || column->type == NG_COLUMN_TEXT;
        const char *reason = in->sliced[i] ? reason_of_no_groups(in, i) : NULL;
        if (reason != NULL)
            return ng_fail(
                err, NG_INVALID,
                "The column '%s' of %s makes no groups for data.slices (%s). "
                "A column with a few values, such as a region, was expected.",
                column->name, in->wish->file, reason);
    }
    if (learnt)
        return NG_OK;
    return ng_fail(err, NG_INVALID,
                   "%s has nothing to learn from beside the label '%s': every other "
                   "column is empty, constant, a time, a name, or ignored. A column of "
                   "numbers or of a few words was expected.",
                   in->wish->file, in->wish->label);
}

/* ---- The card --------------------------------------------------------------------- */

/* "my table.csv.gz" is my-table. */
static char *stem_of(const char *file, struct ng_arena *arena)
{
    const char *slash = strrchr(file, '/'), *name = slash != NULL ? slash + 1 : file;
    size_t length = strlen(name);
    if (length > 3 && strcmp(name + length - 3, ".gz") == 0)
        length -= 3;
    for (size_t i = length; i-- > 1;) {
        if (name[i] == '.') {
            length = i;
            break;
        }
    }
    char *stem =
        ng_arena_text_n(arena, name, length < STEM_BYTES ? length : STEM_BYTES);
    size_t kept = 0;
    for (char *at = stem; at != NULL && *at != '\0'; at++) {
        unsigned char letter = (unsigned char)*at, low = letter | 0x20;
        bool good = (low >= 'a' && low <= 'z') || (letter >= '0' && letter <= '9');
        if (good || (kept > 0 && stem[kept - 1] != '-'))
            stem[kept++] = good ? *at : '-';
    }
    while (kept > 0 && stem[kept - 1] == '-')
        kept--;
    if (stem == NULL || kept == 0)
        return ng_arena_text(arena, "table");
    stem[kept] = '\0';
    return stem;
}

static char *folder_of(const char *file, struct ng_arena *arena)
{
    const char *slash = strrchr(file, '/');
    if (slash == NULL)
        return ng_arena_text(arena, ".");
    return ng_arena_text_n(arena, file, slash == file ? 1 : (size_t)(slash - file));
}

/* Numbers by their value, texts by their bytes. */
static int compare_classes(const void *a, const void *b)
{
    const char *x = ((const struct ng_infer_text *)a)->text;
    const char *y = ((const struct ng_infer_text *)b)->text;
    double p, q;
    bool both = ng_decimal_read(x, &p) && ng_decimal_read(y, &q);
    if (both && p != q)
        return p < q ? -1 : 1;
    return strcmp(x, y);
}

/* After everything that looks a class up by its number: the label's texts change places. */
static bool fill_classes(struct inference *in, struct ng_card *card)
{
    struct ng_infer_column *label = &in->table.columns[in->table.label];
    bool numbers = label->numbers == in->table.rows;
    if (label->numbers == 0 || numbers)
        qsort(label->texts, label->count, sizeof *label->texts, compare_classes);
    card->classes.values = ng_arena_array(in->arena, label->count, sizeof(char *));
    for (size_t i = 0; i < label->count && card->classes.values != NULL; i++)
        card->classes.values[i] = label->texts[i].text;
    card->classes.count = label->count;
    return card->classes.values != NULL;
}

static bool fill_missing(const struct inference *in, struct ng_card *card)
{
    card->missing.values = ng_arena_array(in->arena, NG_INFER_MARKS, sizeof(char *));
    for (size_t m = 0; m < NG_INFER_MARKS && card->missing.values != NULL; m++)
        if (in->table.marks[m])
            card->missing.values[card->missing.count++] =
                ng_arena_text(in->arena, ng_infer_marks[m]);
    return card->missing.values != NULL;
}

static bool fill_slices(const struct inference *in, struct ng_card *card)
{
    struct ng_card_slice *slices =
        ng_arena_array(in->arena, in->slices.count, sizeof *slices);
    for (size_t i = 0; i < in->slices.count && slices != NULL; i++) {
        size_t column = in->slice_column[i];
        bool label = column == in->table.label;
        slices[i].name = in->slices.values[i];
        slices[i].column = label ? NULL : in->slices.values[i];
        slices[i].by = label ? ng_arena_text(in->arena, "label") : NULL;
        if (in->ignored[column] && has_ranges(in, column))
            slices[i].parts = SLICE_PARTS;
    }
    card->slices = (struct ng_tables){slices, in->slices.count};
    return slices != NULL;
}

static enum ng_status fill_file(const struct inference *in, struct ng_card *card,
                                struct ng_error *err)
{
    const char *path = in->wish->file, *slash = strrchr(path, '/');
    char digest[NG_DIGEST_TEXT];
    enum ng_status status = ng_digest_file(path, digest, err);
    if (status != NG_OK)
        return status;
    struct ng_card_file *file = ng_arena_alloc(in->arena, sizeof *file);
    if (file == NULL)
        return no_memory(in, err);
    file->role = ng_arena_text(in->arena, "all");
    file->part = ng_arena_text(in->arena, "features");
    file->path = ng_arena_text(in->arena, slash != NULL ? slash + 1 : path);
    file->sha256 = ng_arena_text(in->arena, digest);
    file->rows = (int64_t)in->table.rows;
    file->skip = (int64_t)in->form.csv.skip;
    card->files = (struct ng_tables){file, 1};
    bool good = file->role != NULL && file->part != NULL && file->path != NULL &&
                file->sha256 != NULL;
    return good ? NG_OK : no_memory(in, err);
}

static char *separator_of(const struct inference *in)
{
    char separator = in->form.csv.separator;
    return separator == '\t'  ? ng_arena_text(in->arena, "tab")
           : separator == ' ' ? ng_arena_text(in->arena, "blank")
                              : ng_arena_text_n(in->arena, &separator, 1);
}

static enum ng_status fill_card(struct inference *in, struct ng_card *card,
                                struct ng_error *err)
{
    struct ng_arena *arena = in->arena;
    const char *slash = strrchr(in->wish->file, '/');
    const char *name = slash != NULL ? slash + 1 : in->wish->file;
    enum ng_status status = NG_OK;
    *card = (struct ng_card){
        .name = stem_of(in->wish->file, arena),
        .title = ng_arena_printf(arena, "%s, from %s", in->wish->label, name),
        .reader = ng_arena_text(arena, "csv"),
        .separator = separator_of(in),
        .quotes = in->form.csv.quotes,
        .ragged = in->form.csv.ragged,
        .unlabelled =
            in->table.unlabelled > 0 ? NG_UNLABELLED_DROP : NG_UNLABELLED_REFUSE,
        .columns = {in->columns, in->form.csv.columns},
        .standardise = ng_arena_text(arena, "column"),
        .clip = 20,
        .order = ng_arena_text(arena, "shuffled"),
        .test_share = 0.2,
        .duplicates = ng_arena_text(arena, "keep"),
        .origin = ng_arena_text(arena, "a table of your own; its types were inferred"),
        .licence = ng_arena_text(arena, "not known")};
    NG_TRY(fill_file(in, card, err));
    bool good = card->name != NULL && card->title != NULL && card->reader != NULL &&
                card->separator != NULL && card->standardise != NULL &&
                card->order != NULL && card->duplicates != NULL &&
                card->origin != NULL && card->licence != NULL;
    if (!good || !fill_missing(in, card) || !fill_slices(in, card) ||
        !fill_classes(in, card))
        status = no_memory(in, err);
out:
    return status;
}

/* ---- What is told ----------------------------------------------------------------- */

static void tell_table(const struct inference *in, struct ng_text *told)
{
    const struct ng_infer_form *form = &in->form;
    const char *slash = strrchr(in->wish->file, '/');
    char separator = form->csv.separator;
    ng_text_printf(told, "%s: ", slash != NULL ? slash + 1 : in->wish->file);
    ng_infer_add_count(told, in->table.rows);
    ng_text_printf(told, " rows, %zu columns, separator %s, %s", form->csv.columns,
                   separator == ','    ? "comma"
                   : separator == ';'  ? "semicolon"
                   : separator == '\t' ? "tab"
                   : separator == '|'  ? "|"
                                       : "blank",
                   form->heading ? "heading" : "no heading");
    if (form->row_names)
        ng_text_add(told, " without a name for its first column");
    if (form->quoted)
        ng_text_add(told, ", quotes");
    if (form->junk > 0)
        ng_text_printf(told, ", %zu row%s before it passed over", form->junk,
                       form->junk == 1 ? "" : "s");
    if (form->csv.ragged)
        ng_text_add(told, ", short rows filled with missing fields");
    const char *join = ", missing where ";
    for (size_t m = 0; m < NG_INFER_MARKS; m++) {
        if (in->table.marks[m]) {
            ng_text_printf(told, "%s'%s'", join, ng_infer_marks[m]);
            join = " or ";
        }
    }
    ng_text_add(told, "\n");
}

static void tell_label(const struct inference *in, struct ng_text *told)
{
    const struct ng_infer_column *label = &in->table.columns[in->table.label];
    size_t least = label->texts[0].rows, most = least;
    ng_text_printf(told, "label %s: ", in->wish->label);
    for (size_t i = 0; i < label->count; i++) {
        least = label->texts[i].rows < least ? label->texts[i].rows : least;
        most = label->texts[i].rows > most ? label->texts[i].rows : most;
        if (label->count > LISTED)
            continue;
        /* The name of a small class could stand for one person. */
        ng_text_printf(told, "%s%s (", i > 0 ? ", " : "",
                       label->texts[i].rows < NG_CARD_LEAST_ROWS
                           ? "unnamed"
                           : label->texts[i].text);
        ng_infer_add_count(told, label->texts[i].rows);
        ng_text_add(told, i > 0 ? ")" : label->texts[i].rows == 1 ? " row)" : " rows)");
    }
    if (label->count > LISTED) {
        ng_text_printf(told, "%zu classes of ", label->count);
        ng_infer_add_count(told, least);
        ng_text_add(told, " to ");
        ng_infer_add_count(told, most);
        ng_text_add(told, " rows");
    }
    ng_text_add(told, "\n");
    if (in->table.unlabelled > 0) {
        ng_infer_add_count(told, in->table.unlabelled);
        ng_text_printf(told, " row%s without a label %s left out\n",
                       in->table.unlabelled == 1 ? "" : "s",
                       in->table.unlabelled == 1 ? "is" : "are");
    }
    if (least < NG_CARD_LEAST_ROWS)
        ng_text_printf(told,
                       "note: a class of the label has only %zu row%s, too few to say "
                       "anything about\n",
                       least, least == 1 ? "" : "s");
}

static void tell_type(const struct inference *in, int type, const char *words,
                      struct ng_text *told)
{
    size_t count = 0, most = type == NG_COLUMN_IGNORE ? LISTED / 2 : LISTED;
    for (size_t i = 0; i < in->form.csv.columns; i++) {
        const struct ng_card_column *column = &in->columns[i];
        if (column->type != type || ++count > most)
            continue;
        ng_text_printf(told, "%s%s", count == 1 ? words : ", ", column->name);
        if (type == NG_COLUMN_CATEGORY)
            ng_text_printf(told, " (%zu)", in->table.columns[i].count);
        else if (type == NG_COLUMN_IGNORE)
            ng_text_printf(told, " (%s)", in->reason[i]);
    }
    if (count > most)
        ng_text_printf(told, " and %zu more", count - most);
    if (count > 0)
        ng_text_add(told, "\n");
}

/* id, patient_id, customerID, userId. */
static bool is_named_id(const char *name)
{
    size_t length = strlen(name);
    const char *end = length >= 2 ? name + length - 2 : "";
    char before = length > 2 ? name[length - 3] : '_';
    bool words = strchr("_-. ", before) != NULL;
    bool humps = before >= 'a' && before <= 'z' && end[0] == 'I';
    return (end[0] == 'i' || end[0] == 'I') && (end[1] == 'd' || end[1] == 'D') &&
           (words || humps);
}

/* What is known only together with the label makes every format look perfect. */
static void tell_suspects(const struct inference *in, struct ng_text *told)
{
    for (size_t i = 0; i < in->form.csv.columns; i++) {
        const struct ng_infer_column *column = &in->table.columns[i];
        bool category = in->columns[i].type == NG_COLUMN_CATEGORY;
        if (!category && in->columns[i].type != NG_COLUMN_NUMBER)
            continue;
        if (CATEGORY_ROWS * column->count <= present(in, i) &&
            ng_infer_tells_class(column))
            ng_text_printf(
                told,
                "note: %s alone tells the class of every row that has it; if "
                "it is known only afterwards, add data.ignore='%s'\n",
                in->form.names[i], in->form.names[i]);
        if (!category && column->whole && is_named_id(in->form.names[i]) &&
            (column->many || column->count > CATEGORY_TEXTS))
            ng_text_printf(told,
                           "note: %s is learnt as a number; if it only names the rows, "
                           "add data.ignore='%s'\n",
                           in->form.names[i], in->form.names[i]);
        struct ng_text why = {0};
        if (category && explain_numbers(in, i, &why) && !why.failed)
            ng_text_printf(told, "note: %s is taken as categories: %s\n",
                           in->form.names[i], why.data);
        ng_text_release(&why);
    }
}

static void tell_slices(const struct inference *in, struct ng_text *told)
{
    const struct ng_texts *slices = in->wish->slices;
    const char *example = NULL;
    size_t fewest = SIZE_MAX;
    for (size_t i = 0; slices != NULL && i < slices->count; i++)
        ng_text_printf(told, "%s%s", i == 0 ? "slices: " : ", ", slices->values[i]);
    for (size_t i = 0; i < in->form.csv.columns; i++) {
        size_t count = in->table.columns[i].count;
        if (in->columns[i].type != NG_COLUMN_CATEGORY || count >= fewest)
            continue;
        fewest = count;
        example = in->form.names[i];
    }
    if (in->slices.count == 0)
        ng_text_add(told, "slices: none");
    if (in->slices.count == 0 && example != NULL)
        ng_text_printf(told, "; data.slices='%s' would judge its groups, too", example);
    ng_text_add(told, "\n");
}

static void tell(const struct inference *in, struct ng_text *told)
{
    tell_table(in, told);
    tell_label(in, told);
    tell_type(in, NG_COLUMN_NUMBER, "numbers: ", told);
    tell_type(in, NG_COLUMN_CATEGORY, "categories: ", told);
    tell_type(in, NG_COLUMN_TEXT, "texts: ", told);
    tell_type(in, NG_COLUMN_TIME, "times (for slices alone): ", told);
    tell_type(in, NG_COLUMN_IGNORE, "ignored: ", told);
    tell_suspects(in, told);
    tell_slices(in, told);
}

enum ng_status ng_card_infer(const struct ng_infer_wish *wish, struct ng_arena *arena,
                             struct ng_card *card, char **folder, struct ng_text *told,
                             struct ng_error *err)
{
    enum ng_status status;
    struct inference in = {.wish = wish, .arena = arena};
    NG_TRY(ng_infer_form(wish, arena, &in.form, err));
    size_t columns = in.form.csv.columns;
    in.ignored = ng_arena_array(arena, columns, sizeof *in.ignored);
    in.sliced = ng_arena_array(arena, columns, sizeof *in.sliced);
    in.columns = ng_arena_array(arena, columns, sizeof *in.columns);
    in.reason = ng_arena_array(arena, columns, sizeof *in.reason);
    *folder = folder_of(wish->file, arena);
    if (in.ignored == NULL || in.sliced == NULL || in.columns == NULL ||
        in.reason == NULL || *folder == NULL)
        NG_TRY(no_memory(&in, err));
    NG_TRY(
        ng_infer_find(wish, &in.form, "data.label", wish->label, &in.table.label, err));
    NG_TRY(find_ignored(&in, err));
    NG_TRY(find_slices(&in, err));
    NG_TRY(
        ng_infer_measure(wish->file, &in.form, in.table.label, arena, &in.table, err));
    NG_TRY(ng_infer_refuse(wish, &in.form, &in.table, in.ignored, err));
    NG_TRY(type_columns(&in, err));
    NG_TRY(fill_card(&in, card, err));
    tell(&in, told);
    if (told->failed)
        status = no_memory(&in, err);
out:
    return status;
}
