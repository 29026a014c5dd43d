#include "harness/judge/eval_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/files/csv.h"
#include "harness/judge/eval_rows.h"

#define NO_FIELD     SIZE_MAX
#define SNIFFED      ((size_t)1 << 16) /* bytes of the first row that are looked at */
#define LEAST_ROOM   1024              /* examples */
#define MOST_RUNS    4096
#define MOST_COLUMNS 4096

/* Which field is what. */
struct heads {
    size_t example, arm, seed, label, prediction, confidence;
    size_t *scores; /* [table->scores], in the order of the classes */
};

struct reading {
    struct ng_eval_table *table;
    struct ng_csv csv;
    struct heads heads;
    size_t last_run; /* rows of one run mostly follow each other */
};

static enum ng_status out_of_memory(const char *path, struct ng_error *err)
{
    return ng_fail(err, NG_FAILED, "Out of memory while reading the rows of %s.", path);
}

static const char *example_name(const struct ng_eval_table *table, size_t example)
{
    return table->examples.texts[example];
}

/* -- the heads --------------------------------------------------------------------- */

/* The separator that the first row has most of, outside quotes. */
static enum ng_status sniff(const char *path, char *separator, struct ng_error *err)
{
    static const char candidates[] = ",;\t";
    size_t counts[3] = {0}, got = 0;
    struct ng_bytes bytes = {0};
    char *head = malloc(SNIFFED);
    enum ng_status status = NG_OK;
    if (head == NULL)
        return out_of_memory(path, err);
    NG_TRY(ng_bytes_open(&bytes, path, err));
    NG_TRY(ng_bytes_read(&bytes, head, SNIFFED, &got, err));
    bool quoted = false, begun = false;
    for (size_t i = 0; i < got; i++) {
        quoted ^= head[i] == '"';
        if (!quoted && head[i] == '\n' && begun)
            break;
        begun |= head[i] != '\n' && head[i] != '\r';
        const char *found =
            quoted || head[i] == '\0' ? NULL : strchr(candidates, head[i]);
        if (found != NULL)
            counts[found - candidates]++;
    }
    size_t best = 0;
    for (size_t i = 1; i < 3; i++)
        if (counts[i] > counts[best])
            best = i;
    *separator = candidates[best];
out:
    ng_bytes_close(&bytes);
    free(head);
    return status;
}

static bool starts(const char *word, const char *start)
{
    return strncmp(word, start, strlen(start)) == 0 && word[strlen(start)] != '\0';
}

/* "score_" where a heading begins so, else "p_", else NULL. */
static const char *score_prefix(const struct ng_csv *csv)
{
    static const char *const prefixes[] = {"score_", "p_"};
    for (size_t p = 0; p < 2; p++)
        for (size_t f = 0; f < csv->form.columns; f++)
            if (starts(csv->fields[f], prefixes[p]))
                return prefixes[p];
    return NULL;
}

static enum ng_status check_headings(const struct ng_csv *csv, struct ng_error *err)
{
    if (csv->form.columns > MOST_COLUMNS)
        return ng_fail(err, NG_INVALID, "%s:%zu: %zu columns; at most %d are read.",
                       csv->path, csv->line, csv->form.columns, MOST_COLUMNS);
    for (size_t a = 0; a < csv->form.columns; a++) {
        if (csv->fields[a][0] == '\0')
            return ng_csv_refuse(csv, a, "a heading", err);
        for (size_t b = 0; b < a; b++)
            if (strcmp(csv->fields[a], csv->fields[b]) == 0)
                return ng_fail(err, NG_INVALID,
                               "%s:%zu: two columns are called \"%.80s\".", csv->path,
                               csv->line, csv->fields[a]);
    }
    return NG_OK;
}

static enum ng_status add_column(struct ng_eval_table *table, const char *name,
                                 size_t field, struct ng_error *err)
{
    struct ng_eval_column *columns =
        realloc(table->columns, (table->column_count + 1) * sizeof *columns);
    if (columns == NULL)
        return out_of_memory(table->path, err);
    table->columns = columns;
    columns[table->column_count] =
        (struct ng_eval_column){.name = strdup(name), .field = field};
    if (columns[table->column_count++].name == NULL)
        return out_of_memory(table->path, err);
    return NG_OK;
}

static enum ng_status add_score(struct reading *reading, const char *class,
                                size_t field, struct ng_error *err)
{
    struct ng_eval_table *table = reading->table;
    size_t *scores =
        realloc(reading->heads.scores, (table->scores + 1) * sizeof *scores);
    if (scores == NULL)
        return out_of_memory(table->path, err);
    reading->heads.scores = scores;
    scores[table->scores++] = field;
    if (class != NULL && ng_eval_names_add(&table->classes, class) == NG_EVAL_NONE)
        return out_of_memory(table->path, err);
    return NG_OK;
}

static enum ng_status take_headings(struct reading *reading, struct ng_error *err)
{
    struct heads *heads = &reading->heads;
    const struct ng_csv *csv = &reading->csv;
    const char *prefix = score_prefix(csv);
    struct {
        const char *name;
        size_t *field;
    } known[] = {{"example", &heads->example},
                 {"arm", &heads->arm},
                 {"seed", &heads->seed},
                 {"label", &heads->label},
                 {"prediction", &heads->prediction},
                 {"confidence", &heads->confidence}};
    enum ng_status status = NG_OK;
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
        *known[k].field = NO_FIELD;
    for (size_t f = 0; f < csv->form.columns; f++) {
        const char *name = csv->fields[f];
        size_t k = 0;
        while (k < sizeof known / sizeof *known && strcmp(known[k].name, name) != 0)
            k++;
        if (k < sizeof known / sizeof *known)
            *known[k].field = f;
        else if (prefix != NULL && starts(name, prefix))
            NG_TRY(add_score(reading, name + strlen(prefix), f, err));
        else if (prefix == NULL && strcmp(name, "score") == 0)
            NG_TRY(add_score(reading, NULL, f, err));
        else
            NG_TRY(add_column(reading->table, name, f, err));
    }
out:
    return status;
}

static enum ng_status check_heads(const struct reading *reading, struct ng_error *err)
{
    const struct heads *heads = &reading->heads;
    const struct ng_eval_table *table = reading->table;
    const char *path = table->path;
    const struct {
        const char *name;
        size_t field;
    } needed[] = {
        {"example", heads->example}, {"arm", heads->arm}, {"label", heads->label}};
    for (size_t i = 0; i < 3; i++)
        if (needed[i].field == NO_FIELD)
            return ng_fail(
                err, NG_INVALID,
                "%s has no column \"%s\"; the first row must name the columns "
                "example, arm, label, and score_CLASS for every class or "
                "prediction and confidence.",
                path, needed[i].name);
    bool predicted = heads->prediction != NO_FIELD || heads->confidence != NO_FIELD;
    if (table->scores > 0 && predicted)
        return ng_fail(err, NG_INVALID,
                       "%s has score columns and also prediction or confidence; the "
                       "prediction follows from the scores, so keep one of the two.",
                       path);
    if (table->scores == 0 &&
        (heads->prediction == NO_FIELD || heads->confidence == NO_FIELD))
        return ng_fail(err, NG_INVALID,
                       "%s has neither score columns (score_CLASS or p_CLASS for every "
                       "class) nor both prediction and confidence.",
                       path);
    if (table->scores == 1 && table->classes.count == 1)
        return ng_fail(
            err, NG_INVALID,
            "%s has scores of one class only, \"%.80s\"; at least two classes "
            "were expected.",
            path, table->classes.texts[0]);
    return NG_OK;
}

static enum ng_status read_heads(struct reading *reading, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    bool more = false;
    NG_TRY(ng_csv_next(&reading->csv, &more, err));
    if (!more)
        NG_TRY(ng_fail(err, NG_INVALID, "%s is empty; a row of headings was expected.",
                       reading->table->path));
    NG_TRY(check_headings(&reading->csv, err));
    NG_TRY(take_headings(reading, err));
    NG_TRY(check_heads(reading, err));
out:
    return status;
}

/* -- the rows ---------------------------------------------------------------------- */

/* Makes *array hold `count` elements; what is new is zero. */
static bool grow(void *array, size_t old, size_t count, size_t size)
{
    void *memory;
    memcpy(&memory, array, sizeof memory);
    if (size != 0 && count > SIZE_MAX / size)
        return false;
    memory = realloc(memory, count * size + 1);
    if (memory == NULL)
        return false;
    memcpy(array, &memory, sizeof memory);
    memset((char *)memory + old * size, 0, (count - old) * size);
    return true;
}

static bool make_example_room(struct ng_eval_table *table, size_t example)
{
    if (example < table->example_capacity)
        return true;
    size_t old = table->example_capacity, count = old == 0 ? LEAST_ROOM : 2 * old;
    if (!grow(&table->label, old, count, sizeof *table->label) ||
        !grow(&table->line, old, count, sizeof *table->line) ||
        !grow(&table->values, old * table->column_count, count * table->column_count,
              sizeof *table->values))
        return false;
    table->example_capacity = count;
    return true;
}

static bool make_run_room(struct ng_eval_run *run, size_t scores, size_t example)
{
    if (example < run->capacity)
        return true;
    size_t old = run->capacity, count = old == 0 ? LEAST_ROOM : old;
    while (count <= example)
        count *= 2;
    if (!grow(&run->line, old, count, sizeof *run->line))
        return false;
    if (scores > 0 && !grow(&run->probability, old * scores, count * scores,
                            sizeof *run->probability))
        return false;
    if (scores == 0 && (!grow(&run->prediction, old, count, sizeof *run->prediction) ||
                        !grow(&run->confidence, old, count, sizeof *run->confidence)))
        return false;
    run->capacity = count;
    return true;
}

/* A field that must not be empty, interned. */
static enum ng_status take_name(const struct reading *reading, size_t field,
                                const char *expected, struct ng_eval_names *names,
                                uint32_t *number, struct ng_error *err)
{
    const char *text = reading->csv.fields[field];
    /* An escape sequence would reach the reader's terminal. */
    for (const char *at = text; *at != '\0'; at++)
        if ((unsigned char)*at < ' ' || *at == '\x7f')
            return ng_csv_refuse(&reading->csv, field,
                                 "a name without control characters", err);
    if (text[0] == '\0')
        return ng_csv_refuse(&reading->csv, field, expected, err);
    *number = ng_eval_names_add(names, text);
    return *number == NG_EVAL_NONE ? out_of_memory(reading->table->path, err) : NG_OK;
}

static enum ng_status take_seed(const struct reading *reading, uint32_t *seed,
                                struct ng_error *err)
{
    double value;
    *seed = 0;
    if (reading->heads.seed == NO_FIELD)
        return NG_OK;
    enum ng_status status = ng_csv_number(&reading->csv, reading->heads.seed, 0.0,
                                          (double)UINT32_MAX, &value, err);
    if (status != NG_OK)
        return status;
    if (value != floor(value))
        return ng_csv_refuse(&reading->csv, reading->heads.seed, "a whole number", err);
    *seed = (uint32_t)value;
    return NG_OK;
}

static enum ng_status find_run(struct reading *reading, uint32_t arm, uint32_t seed,
                               struct ng_eval_run **run, struct ng_error *err)
{
    struct ng_eval_table *table = reading->table;
    for (size_t i = 0; i < table->run_count; i++) {
        size_t at = (reading->last_run + i) % table->run_count;
        if (table->runs[at].arm == arm && table->runs[at].seed == seed) {
            reading->last_run = at;
            *run = &table->runs[at];
            return NG_OK;
        }
    }
    if (table->run_count == MOST_RUNS)
        return ng_fail(err, NG_INVALID,
                       "%s:%zu: more than %d pairs of arm and seed; each should hold "
                       "the same examples.",
                       table->path, reading->csv.line, MOST_RUNS);
    if (table->run_count == table->run_capacity) {
        size_t count = table->run_capacity == 0 ? 16 : 2 * table->run_capacity;
        if (!grow(&table->runs, table->run_capacity, count, sizeof *table->runs))
            return out_of_memory(table->path, err);
        table->run_capacity = count;
    }
    reading->last_run = table->run_count;
    *run = &table->runs[table->run_count++];
    **run = (struct ng_eval_run){.arm = arm, .seed = seed};
    return NG_OK;
}

static enum ng_status take_label(struct reading *reading, uint32_t *label,
                                 struct ng_error *err)
{
    struct ng_eval_table *table = reading->table;
    size_t field = reading->heads.label;
    if (table->scores < 2)
        return take_name(reading, field, "a label", &table->classes, label, err);
    *label = ng_eval_names_find(&table->classes, reading->csv.fields[field]);
    if (*label == NG_EVAL_NONE)
        return ng_csv_refuse(&reading->csv, field,
                             "the class of one of the score columns", err);
    return NG_OK;
}

/* The first row of an example sets its label and categories; every other must agree. */
static enum ng_status take_example(struct reading *reading, uint32_t example,
                                   struct ng_error *err)
{
    struct ng_eval_table *table = reading->table;
    const struct ng_csv *csv = &reading->csv;
    uint32_t label, value;
    enum ng_status status = NG_OK;
    if (!make_example_room(table, example))
        return out_of_memory(table->path, err);
    bool first = table->line[example] == 0;
    NG_TRY(take_label(reading, &label, err));
    if (!first && table->label[example] != label)
        NG_TRY(ng_fail(err, NG_INVALID,
                       "%s:%zu: example \"%.80s\" has the label \"%.80s\" here and "
                       "\"%.80s\" in line %zu; an example has one label.",
                       table->path, csv->line, example_name(table, example),
                       table->classes.texts[label],
                       table->classes.texts[table->label[example]],
                       table->line[example]));
    table->label[example] = label;
    for (size_t c = 0; c < table->column_count; c++) {
        struct ng_eval_column *column = &table->columns[c];
        uint32_t *kept = &table->values[example * table->column_count + c];
        value = ng_eval_names_add(&column->values, csv->fields[column->field]);
        if (value == NG_EVAL_NONE)
            NG_TRY(out_of_memory(table->path, err));
        if (!first && *kept != value)
            NG_TRY(ng_fail(err, NG_INVALID,
                           "%s:%zu: example \"%.80s\" has the %.80s \"%.80s\" here and "
                           "\"%.80s\" in line %zu; a slice column says the same in "
                           "every row of an example.",
                           table->path, csv->line, example_name(table, example),
                           column->name, csv->fields[column->field],
                           column->values.texts[*kept], table->line[example]));
        *kept = value;
    }
    if (first)
        table->line[example] = csv->line;
out:
    return status;
}

static enum ng_status take_scores(const struct reading *reading, float *probability,
                                  struct ng_error *err)
{
    const struct ng_eval_table *table = reading->table;
    double sum = 0.0, value;
    for (size_t k = 0; k < table->scores; k++) {
        enum ng_status status = ng_csv_number(&reading->csv, reading->heads.scores[k],
                                              0.0, 1.0, &value, err);
        if (status != NG_OK)
            return status;
        probability[k] = (float)value;
        sum += value;
    }
    if (table->scores > 1 && !(fabs(sum - 1.0) <= NG_EVAL_SUM_TOLERANCE))
        return ng_fail(err, NG_INVALID,
                       "%s:%zu: the %zu scores add up to %.6g; probabilities that add "
                       "up to 1 within %g were expected.",
                       table->path, reading->csv.line, table->scores, sum,
                       NG_EVAL_SUM_TOLERANCE);
    return NG_OK;
}

static enum ng_status take_outcome(struct reading *reading, struct ng_eval_run *run,
                                   uint32_t example, struct ng_error *err)
{
    struct ng_eval_table *table = reading->table;
    enum ng_status status = NG_OK;
    double confidence;
    if (!make_run_room(run, table->scores, example))
        NG_TRY(out_of_memory(table->path, err));
    if (run->line[example] != 0)
        NG_TRY(ng_fail(
            err, NG_INVALID,
            "%s:%zu: example \"%.80s\" of arm \"%.80s\", seed %lu, stands in "
            "line %zu already.",
            table->path, reading->csv.line, example_name(table, example),
            table->arms.texts[run->arm], (unsigned long)run->seed, run->line[example]));
    if (table->scores > 0) {
        NG_TRY(take_scores(reading, run->probability + example * table->scores, err));
    } else {
        NG_TRY(take_name(reading, reading->heads.prediction, "a class", &table->classes,
                         &run->prediction[example], err));
        NG_TRY(ng_csv_number(&reading->csv, reading->heads.confidence, 0.0, 1.0,
                             &confidence, err));
        run->confidence[example] = (float)confidence;
    }
    run->line[example] = reading->csv.line;
    run->rows++;
out:
    return status;
}

static enum ng_status take_row(struct reading *reading, struct ng_error *err)
{
    struct ng_eval_table *table = reading->table;
    struct ng_eval_run *run = NULL;
    uint32_t example, arm, seed;
    enum ng_status status = NG_OK;
    NG_TRY(take_name(reading, reading->heads.example, "the name of an example",
                     &table->examples, &example, err));
    NG_TRY(take_name(reading, reading->heads.arm, "the name of an arm", &table->arms,
                     &arm, err));
    NG_TRY(take_seed(reading, &seed, err));
    NG_TRY(find_run(reading, arm, seed, &run, err));
    NG_TRY(take_example(reading, example, err));
    NG_TRY(take_outcome(reading, run, example, err));
out:
    return status;
}

/* -- the whole --------------------------------------------------------------------- */

static const struct ng_eval_run *run_of(const struct ng_eval_table *table, uint32_t arm,
                                        uint32_t seed)
{
    for (size_t i = 0; i < table->run_count; i++)
        if (table->runs[i].arm == arm && table->runs[i].seed == seed)
            return &table->runs[i];
    return NULL;
}

/* Arms with other seeds, and the first example that a run lacks. Each run against the first
 * arm, and the first arm's against all: every pair of arms would take too long. */
static enum ng_status check_grid(const struct ng_eval_table *table,
                                 struct ng_error *err)
{
    for (size_t i = 0; i < table->run_count; i++)
        for (uint32_t arm = 0; arm < (table->runs[i].arm == 0 ? table->arms.count : 1);
             arm++)
            if (run_of(table, arm, table->runs[i].seed) == NULL)
                return ng_fail(err, NG_INVALID,
                               "%s: arm \"%.80s\" has no rows of seed %lu, which arm "
                               "\"%.80s\" has; every arm needs the same seeds.",
                               table->path, table->arms.texts[arm],
                               (unsigned long)table->runs[i].seed,
                               table->arms.texts[table->runs[i].arm]);
    for (size_t i = 0; i < table->run_count; i++) {
        const struct ng_eval_run *run = &table->runs[i];
        for (size_t e = 0; run->rows < table->examples.count; e++)
            if (e >= run->capacity || run->line[e] == 0)
                return ng_fail(
                    err, NG_INVALID,
                    "%s:%zu: example \"%.80s\" stands here, but arm \"%.80s\", "
                    "seed %lu, has no row of it; every arm and seed needs "
                    "the same examples.",
                    table->path, table->line[e], example_name(table, e),
                    table->arms.texts[run->arm], (unsigned long)run->seed);
    }
    return NG_OK;
}

static enum ng_status check_labels(const struct ng_eval_table *table,
                                   struct ng_error *err)
{
    size_t e = 1;
    if (table->run_count == 0)
        return ng_fail(err, NG_INVALID,
                       "%s has headings but no rows; one row for every arm, seed and "
                       "example was expected.",
                       table->path);
    while (e < table->examples.count && table->label[e] == table->label[0])
        e++;
    if (e == table->examples.count)
        return ng_fail(
            err, NG_INVALID,
            "%s: every example has the label \"%.80s\"; at least two classes "
            "were expected.",
            table->path, table->classes.texts[table->label[0]]);
    if (table->scores == 1 && table->classes.count > 2)
        return ng_fail(
            err, NG_INVALID,
            "%s has one score column and %zu classes; a lone score is the "
            "probability of the second of two classes, more need score_CLASS "
            "for every class.",
            table->path, table->classes.count);
    return NG_OK;
}

enum ng_status ng_eval_table_read(struct ng_eval_table *table, const char *path,
                                  struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct reading reading = {.table = table};
    struct ng_csv_form form = {.separator = ',', .quotes = true};
    bool more = true;
    *table = (struct ng_eval_table){.path = path};
    NG_TRY(sniff(path, &form.separator, err));
    NG_TRY(ng_csv_open(&reading.csv, path, &form, err));
    NG_TRY(read_heads(&reading, err));
    for (;;) {
        NG_TRY(ng_csv_next(&reading.csv, &more, err));
        if (!more)
            break;
        NG_TRY(take_row(&reading, err));
    }
    NG_TRY(check_labels(table, err));
    NG_TRY(check_grid(table, err));
out:
    ng_csv_close(&reading.csv);
    free(reading.heads.scores);
    return status;
}

void ng_eval_table_release(struct ng_eval_table *table)
{
    ng_eval_names_release(&table->arms);
    ng_eval_names_release(&table->examples);
    ng_eval_names_release(&table->classes);
    for (size_t i = 0; i < table->run_count; i++) {
        free(table->runs[i].line);
        free(table->runs[i].probability);
        free(table->runs[i].prediction);
        free(table->runs[i].confidence);
    }
    for (size_t c = 0; c < table->column_count; c++) {
        ng_eval_names_release(&table->columns[c].values);
        free(table->columns[c].name);
    }
    free(table->runs);
    free(table->columns);
    free(table->label);
    free(table->line);
    free(table->values);
    *table = (struct ng_eval_table){0};
}
