#include "experiments/spec/bind.h"

#include <stdio.h>
#include <string.h>

#include "experiments/spec/scalar.h"

static void fail_memory(struct ng_binding *binding)
{
    binding->diagnosis->out_of_memory = true;
}

/* verb: "is", or "holds" for an item of a list. */
static const char *describe_node(const struct ng_yaml *node, const char *verb,
                                 struct ng_text *text)
{
    if (node->kind == NG_YAML_LIST)
        ng_text_printf(text, "%s a list", verb);
    else if (node->kind == NG_YAML_TABLE)
        ng_text_printf(text, "%s a table", verb);
    else if (node->plain && node->text[0] == '\0')
        ng_text_add(text, "has no value");
    else
        ng_text_printf(text, "%s %s%s", verb, node->plain ? "" : "the quoted text ",
                       ng_quote(node->text).text);
    return text->data != NULL ? text->data : "";
}

/* 'path' is X, expected Y: for every way in which a node does not fit its key. */
static void diagnose_value(struct ng_binding *binding, const struct ng_yaml *node,
                           const struct ng_key *key, const char *path, const char *verb,
                           enum ng_scalar_fault fault)
{
    struct ng_text is = {0}, expected = {0};
    describe_node(node, verb, &is);
    ng_key_expected(key, &expected);
    const char *near = NULL;
    if (fault == NG_SCALAR_CHOICE)
        near = ng_text_nearest(node->text, key->choices, ng_choice_count(key));
    if (is.failed || expected.failed)
        fail_memory(binding);
    else
        ng_diagnose(binding->diagnosis, node->mark, near, "%s %s%s, expected %s",
                    ng_quote(path).text, is.data,
                    fault == NG_SCALAR_RANGE ? ", out of range" : "", expected.data);
    ng_text_release(&is);
    ng_text_release(&expected);
}

static enum ng_scalar_fault bind_text(struct ng_binding *binding,
                                      const struct ng_yaml *node,
                                      const struct ng_key *key, char **value)
{
    int choice = 0;
    if (ng_choice_count(key) > 0 &&
        ng_scalar_choice(key, node->text, &choice) != NG_SCALAR_GOOD)
        return NG_SCALAR_CHOICE;
    *value = ng_arena_text(binding->arena, node->text);
    if (*value == NULL)
        fail_memory(binding);
    return NG_SCALAR_GOOD;
}

static enum ng_scalar_fault bind_scalar(struct ng_binding *binding,
                                        const struct ng_yaml *node,
                                        const struct ng_key *key, void *at)
{
    if (node->kind != NG_YAML_SCALAR || (node->plain && node->text[0] == '\0'))
        return NG_SCALAR_TYPE;
    switch (key->type) {
    case NG_KEY_BOOL:
        return ng_scalar_bool(node->text, !node->plain, at);
    case NG_KEY_INT:
    case NG_KEY_INTS:
        return ng_scalar_int(key, node->text, !node->plain, at);
    case NG_KEY_REAL:
    case NG_KEY_REALS:
        return ng_scalar_real(key, node->text, !node->plain, at);
    case NG_KEY_TEXT:
    case NG_KEY_TEXTS:
        return bind_text(binding, node, key, at);
    case NG_KEY_CHOICE:
        return ng_scalar_choice(key, node->text, at);
    default:
        return NG_SCALAR_TYPE;
    }
}

/* FIRST..LAST. */
static enum ng_scalar_fault bind_range(struct ng_binding *binding,
                                       const struct ng_yaml *node,
                                       const struct ng_key *key, struct ng_ints *list)
{
    const char *dots = strstr(node->text, "..");
    char first_text[24];
    size_t length = dots != NULL ? (size_t)(dots - node->text) : sizeof first_text;
    if (!node->plain || length >= sizeof first_text)
        return NG_SCALAR_TYPE;
    memcpy(first_text, node->text, length);
    first_text[length] = '\0';
    int64_t first = 0, last = 0;
    enum ng_scalar_fault a = ng_scalar_int(key, first_text, false, &first);
    enum ng_scalar_fault b = ng_scalar_int(key, dots + 2, false, &last);
    if (a != NG_SCALAR_GOOD || b != NG_SCALAR_GOOD)
        return a == NG_SCALAR_TYPE || b == NG_SCALAR_TYPE ? NG_SCALAR_TYPE
                                                          : NG_SCALAR_RANGE;
    /* Unsigned, because last - first may not fit a signed number. */
    uint64_t span = (uint64_t)last - (uint64_t)first;
    if (first > last || span >= NG_YAML_MOST_ITEMS)
        return NG_SCALAR_RANGE;
    list->values = ng_arena_array(binding->arena, span + 1, sizeof *list->values);
    if (list->values == NULL) {
        fail_memory(binding);
        return NG_SCALAR_GOOD;
    }
    list->count = span + 1;
    for (size_t i = 0; i < list->count; i++)
        list->values[i] = first + (int64_t)i;
    return NG_SCALAR_GOOD;
}

static bool is_repeated(const struct ng_yaml *list, size_t i)
{
    for (size_t j = 0; j < i; j++) {
        if (list->items[j]->kind == NG_YAML_SCALAR &&
            strcmp(list->items[j]->text, list->items[i]->text) == 0)
            return true;
    }
    return false;
}

static size_t element_size(const struct ng_key *key)
{
    return key->type == NG_KEY_INTS    ? sizeof(int64_t)
           : key->type == NG_KEY_REALS ? sizeof(double)
                                       : sizeof(char *);
}

/* struct ng_ints, ng_reals and ng_texts are alike: a pointer, then a count. */
static void store_list(const struct ng_key *key, void *at, void *values, size_t count)
{
    if (key->type == NG_KEY_INTS)
        *(struct ng_ints *)at = (struct ng_ints){values, count};
    else if (key->type == NG_KEY_REALS)
        *(struct ng_reals *)at = (struct ng_reals){values, count};
    else
        *(struct ng_texts *)at = (struct ng_texts){values, count};
}

static void bind_list(struct ng_binding *binding, const struct ng_yaml *node,
                      const struct ng_key *key, const char *path, void *at)
{
    if (node->kind == NG_YAML_SCALAR && key->type == NG_KEY_INTS) {
        enum ng_scalar_fault fault = bind_range(binding, node, key, at);
        if (fault != NG_SCALAR_GOOD)
            diagnose_value(binding, node, key, path, "is", fault);
        return;
    }
    if (node->kind != NG_YAML_LIST) {
        diagnose_value(binding, node, key, path, "is", NG_SCALAR_TYPE);
        return;
    }
    char *values = ng_arena_array(binding->arena, node->count, element_size(key));
    if (values == NULL) {
        fail_memory(binding);
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        const struct ng_yaml *item = node->items[i];
        void *element = values + i * element_size(key);
        enum ng_scalar_fault fault = bind_scalar(binding, item, key, element);
        if (fault != NG_SCALAR_GOOD)
            diagnose_value(binding, item, key, path, "holds", fault);
        else if (key->type == NG_KEY_TEXTS && is_repeated(node, i))
            ng_diagnose(binding->diagnosis, item->mark, NULL,
                        "%s stands in %s twice, expected it once",
                        ng_quote(item->text).text, ng_quote(path).text);
    }
    store_list(key, at, values, node->count);
}

static void bind_tables(struct ng_binding *binding, const struct ng_yaml *node,
                        const struct ng_key *key, const char *path, void *at)
{
    struct ng_tables *list = at;
    if (node->kind != NG_YAML_LIST) {
        diagnose_value(binding, node, key, path, "is", NG_SCALAR_TYPE);
        return;
    }
    char *values = ng_arena_array(binding->arena, node->count, key->table->size);
    if (values == NULL) {
        fail_memory(binding);
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        char *prefix = ng_arena_printf(binding->arena, "%s[%zu].", path, i);
        if (prefix == NULL) {
            fail_memory(binding);
            return;
        }
        ng_bind_table(binding, node->items[i], key->table, prefix,
                      values + i * key->table->size);
    }
    *list = (struct ng_tables){values, node->count};
}

static void bind_default(struct ng_binding *binding, const struct ng_key *key,
                         const char *path, void *at)
{
    struct ng_document *document = NULL;
    struct ng_error err;
    if (key->fallback == NULL)
        return;
    if (ng_document_make("default", key->fallback, binding->arena, &document, &err) !=
        NG_OK) {
        fail_memory(binding);
        return;
    }
    struct ng_yaml *node = ng_value_node(binding, key, document, 0);
    if (node != NULL)
        ng_bind_key(binding, node, key, path, at);
}

void ng_bind_key(struct ng_binding *binding, const struct ng_yaml *node,
                 const struct ng_key *key, const char *path, void *at)
{
    if (node == NULL && key->type != NG_KEY_TABLE) {
        bind_default(binding, key, path, at);
        return;
    }
    switch (key->type) {
    case NG_KEY_TABLE: {
        char *prefix = ng_arena_printf(binding->arena, "%s.", path);
        if (prefix == NULL)
            fail_memory(binding);
        else
            ng_bind_table(binding, node, key->table, prefix, at);
        break;
    }
    case NG_KEY_TABLES:
        bind_tables(binding, node, key, path, at);
        break;
    case NG_KEY_SWEEP:
        ng_bind_sweep(binding, node, path, at);
        break;
    case NG_KEY_INTS:
    case NG_KEY_REALS:
    case NG_KEY_TEXTS:
        bind_list(binding, node, key, path, at);
        break;
    default: {
        enum ng_scalar_fault fault = bind_scalar(binding, node, key, at);
        if (fault != NG_SCALAR_GOOD)
            diagnose_value(binding, node, key, path, "is", fault);
    }
    }
}

static void diagnose_unknown(struct ng_binding *binding, const struct ng_yaml *name,
                             const struct ng_key_table *table, const char *prefix)
{
    const char *names[NG_YAML_MOST_KEYS];
    size_t count = 0;
    for (; count < table->count && count < NG_YAML_MOST_KEYS; count++)
        names[count] = table->keys[count].name;
    const char *near = ng_text_nearest(name->text, names, count);
    if (near == NULL)
        near = ng_key_nearest(binding, name->text);
    const char *dot = strchr(name->text, '.');
    if (near != NULL && dot != NULL && strcmp(near, name->text) == 0) {
        ng_diagnose(binding->diagnosis, name->mark, NULL,
                    "%s is a path for the command line and for 'sweep', expected %.*s: "
                    "{%s: ...} in a file",
                    ng_quote(name->text).text, (int)(dot - name->text), name->text,
                    dot + 1);
        return;
    }
    struct ng_text list = {0};
    ng_text_add_names(&list, names, count);
    char where[80] = "";
    size_t length = strlen(prefix);
    if (length > 1 && length < 60) /* without its dot */
        snprintf(where, sizeof where, " in '%.*s'", (int)(length - 1), prefix);
    ng_diagnose(binding->diagnosis, name->mark, near,
                "unknown key %s%s, expected one of %s", ng_quote(name->text).text,
                where, list.data != NULL ? list.data : "none");
    ng_text_release(&list);
}

static const struct ng_key *key_named(const struct ng_key_table *table,
                                      const char *name, size_t length)
{
    for (size_t i = 0; i < table->count; i++) {
        const char *own = table->keys[i].name;
        if (strlen(own) == length && memcmp(own, name, length) == 0)
            return &table->keys[i];
    }
    return NULL;
}

void ng_bind_table(struct ng_binding *binding, const struct ng_yaml *node,
                   const struct ng_key_table *table, const char *prefix, void *base)
{
    if (node != NULL && node->kind != NG_YAML_TABLE) {
        struct ng_text is = {0};
        ng_diagnose(binding->diagnosis, node->mark, NULL,
                    "the %s %s, expected keys with values", table->name,
                    describe_node(node, "is", &is));
        ng_text_release(&is);
        return;
    }
    for (size_t i = 0; node != NULL && i < node->count; i++) {
        const struct ng_yaml *name = node->keys[i];
        if (key_named(table, name->text, strlen(name->text)) == NULL)
            diagnose_unknown(binding, name, table, prefix);
    }
    for (size_t i = 0; i < table->count; i++) {
        const struct ng_key *key = &table->keys[i];
        const struct ng_yaml *value = ng_yaml_get(node, key->name);
        char *path = ng_arena_printf(binding->arena, "%s%s", prefix, key->name);
        if (path == NULL) {
            fail_memory(binding);
            return;
        }
        if (value == NULL && node != NULL && (key->flags & NG_KEY_REQUIRED))
            ng_diagnose(binding->diagnosis, node->mark, NULL,
                        "key '%s' is missing, expected it here (%s)", path,
                        key->help != NULL ? key->help : "required");
        else
            ng_bind_key(binding, value, key, path, (char *)base + key->offset);
    }
}

const struct ng_key *ng_key_find(const struct ng_key_table *table, const char *path,
                                 size_t *offset, const char **axis)
{
    *offset = 0;
    *axis = NULL;
    for (;;) {
        const char *dot = strchr(path, '.');
        size_t length = dot != NULL ? (size_t)(dot - path) : strlen(path);
        const struct ng_key *key = key_named(table, path, length);
        if (key == NULL)
            return NULL;
        *offset += key->offset;
        if (dot == NULL)
            return key;
        path = dot + 1;
        if (key->type == NG_KEY_SWEEP) {
            *axis = path;
            return key;
        }
        if (key->type != NG_KEY_TABLE)
            return NULL;
        table = key->table;
    }
}

struct nearest {
    const char *path; /* sought */
    const char *best;
    size_t distance;
};

static void seek_nearest(struct ng_arena *arena, const struct ng_key_table *table,
                         const char *prefix, struct nearest *nearest)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct ng_key *key = &table->keys[i];
        char *path = ng_arena_printf(arena, "%s%s", prefix, key->name);
        if (path == NULL)
            return;
        size_t distance = ng_text_distance(nearest->path, path);
        if (distance > 0 && strcmp(nearest->path, key->name) == 0)
            distance = 1; /* the right name in the wrong table */
        if (distance < nearest->distance) {
            nearest->distance = distance;
            nearest->best = path;
        }
        char *inner = ng_arena_printf(arena, "%s.", path);
        if (key->type == NG_KEY_TABLE && inner != NULL)
            seek_nearest(arena, key->table, inner, nearest);
    }
}

const char *ng_key_nearest(struct ng_binding *binding, const char *path)
{
    size_t length = strlen(path);
    struct nearest nearest = {path, NULL, (length / 3 > 2 ? length / 3 : 2) + 1};
    if (length <= 3)
        nearest.distance = 2;
    seek_nearest(binding->arena, binding->root, "", &nearest);
    return nearest.best;
}

static struct ng_yaml *scalar_of(struct ng_binding *binding, struct ng_mark mark,
                                 const char *text, size_t length)
{
    struct ng_yaml *node = ng_yaml_new(binding->arena, NG_YAML_SCALAR, mark);
    if (node != NULL) {
        node->plain = true;
        node->text = ng_arena_text_n(binding->arena, text, length);
    }
    if (node == NULL || node->text == NULL) {
        fail_memory(binding);
        return NULL;
    }
    return node;
}

static size_t column_of(const struct ng_document *document, const char *place)
{
    size_t column = 0;
    for (const char *p = document->text; p < place; p++)
        column += ((unsigned char)*p & 0xC0) != 0x80; /* a character's first byte */
    return column;
}

/* a,b,c with blanks around the commas. */
static struct ng_yaml *split_list(struct ng_binding *binding,
                                  const struct ng_document *document, size_t offset)
{
    struct ng_mark mark = {document, 0, column_of(document, document->text + offset)};
    struct ng_yaml *list = ng_yaml_new(binding->arena, NG_YAML_LIST, mark);
    for (const char *p = document->text + offset; list != NULL;) {
        size_t length = strcspn(p, ",");
        const char *end = p + length, *start = p, *last = end;
        while (start < last && *start == ' ')
            start++;
        while (last > start && last[-1] == ' ')
            last--;
        mark.column = column_of(document, start);
        if (list->count == NG_YAML_MOST_ITEMS) {
            ng_diagnose(binding->diagnosis, mark, NULL,
                        "too many items, expected at most %d in one list",
                        NG_YAML_MOST_ITEMS);
            return NULL;
        }
        struct ng_yaml *item = scalar_of(binding, mark, start, (size_t)(last - start));
        if (item == NULL || !ng_yaml_append(binding->arena, list, NULL, item))
            break;
        if (*end == '\0')
            return list;
        p = end + 1;
    }
    fail_memory(binding);
    return NULL;
}

struct ng_yaml *ng_value_node(struct ng_binding *binding, const struct ng_key *key,
                              const struct ng_document *document, size_t offset)
{
    const char *text = document->text + offset;
    bool list = key->type == NG_KEY_INTS || key->type == NG_KEY_REALS ||
                key->type == NG_KEY_TEXTS;
    bool table = key->type == NG_KEY_TABLE || key->type == NG_KEY_TABLES ||
                 key->type == NG_KEY_SWEEP;
    if ((list || table) && (*text == '[' || *text == '{')) {
        struct ng_yaml *root = NULL;
        struct ng_error err;
        if (ng_yaml_parse(document, offset, binding->arena, binding->diagnosis, &root,
                          &err) != NG_OK)
            fail_memory(binding);
        return root;
    }
    bool range = key->type == NG_KEY_INTS && strstr(text, "..") != NULL;
    if (list && !range && *text != '\0')
        return split_list(binding, document, offset);
    struct ng_mark mark = {document, 0, column_of(document, text)};
    return scalar_of(binding, mark, text, strlen(text));
}
