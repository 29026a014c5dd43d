#include "experiments/spec/yaml.h"

#include <stdio.h>
#include <string.h>
#include <yaml.h>

struct parse {
    yaml_parser_t parser;
    const struct ng_document *document;
    size_t offset; /* columns before the parsed part of the first line */
    struct ng_arena *arena;
    struct ng_diagnosis *diagnosis;
};

struct ng_yaml *ng_yaml_new(struct ng_arena *arena, enum ng_yaml_kind kind,
                            struct ng_mark mark)
{
    struct ng_yaml *node = ng_arena_alloc(arena, sizeof *node);
    if (node != NULL)
        *node = (struct ng_yaml){.kind = kind, .mark = mark};
    return node;
}

bool ng_yaml_append(struct ng_arena *arena, struct ng_yaml *node, struct ng_yaml *key,
                    struct ng_yaml *item)
{
    if (node->count == node->capacity) {
        size_t capacity = node->capacity * 2 > 8 ? node->capacity * 2 : 8;
        struct ng_yaml **keys = ng_arena_array(arena, capacity, sizeof *keys);
        struct ng_yaml **items = ng_arena_array(arena, capacity, sizeof *items);
        if (keys == NULL || items == NULL)
            return false;
        if (node->count > 0) {
            memcpy(keys, node->keys, node->count * sizeof *keys);
            memcpy(items, node->items, node->count * sizeof *items);
        }
        node->keys = keys;
        node->items = items;
        node->capacity = capacity;
    }
    node->keys[node->count] = key;
    node->items[node->count++] = item;
    return true;
}

struct ng_yaml *ng_yaml_get(const struct ng_yaml *node, const char *key)
{
    if (node == NULL || node->kind != NG_YAML_TABLE)
        return NULL;
    for (size_t i = 0; i < node->count; i++) {
        if (strcmp(node->keys[i]->text, key) == 0)
            return node->items[i];
    }
    return NULL;
}

struct ng_yaml *ng_yaml_at(const struct ng_yaml *node, const char *path)
{
    /* The rest of the path first: the axes of a sweep have dots in their keys. */
    struct ng_yaml *whole = ng_yaml_get(node, path);
    const char *dot = strchr(path, '.');
    char key[64];
    if (whole != NULL || dot == NULL || (size_t)(dot - path) >= sizeof key)
        return whole;
    memcpy(key, path, (size_t)(dot - path));
    key[dot - path] = '\0';
    return ng_yaml_at(ng_yaml_get(node, key), dot + 1);
}

struct ng_yaml *ng_yaml_merge(struct ng_arena *arena, struct ng_yaml *base,
                              struct ng_yaml *over)
{
    if (base == NULL || base->kind != NG_YAML_TABLE || over->kind != NG_YAML_TABLE)
        return over;
    struct ng_yaml *merged = ng_yaml_new(arena, NG_YAML_TABLE, over->mark);
    if (merged == NULL)
        return NULL;
    for (size_t i = 0; i < base->count; i++) {
        struct ng_yaml *key = base->keys[i], *item = base->items[i];
        for (size_t j = 0; j < over->count; j++) {
            if (strcmp(key->text, over->keys[j]->text) == 0) {
                key = over->keys[j];
                item = ng_yaml_merge(arena, item, over->items[j]);
            }
        }
        if (item == NULL || !ng_yaml_append(arena, merged, key, item))
            return NULL;
    }
    for (size_t j = 0; j < over->count; j++) {
        if (ng_yaml_get(base, over->keys[j]->text) == NULL &&
            !ng_yaml_append(arena, merged, over->keys[j], over->items[j]))
            return NULL;
    }
    return merged;
}

static struct ng_mark mark_of(const struct parse *parse, const yaml_mark_t *mark)
{
    return (struct ng_mark){
        .document = parse->document,
        .line = mark->line,
        .column = mark->column + (mark->line == 0 ? parse->offset : 0),
    };
}

static void diagnose_parser(struct parse *parse)
{
    const yaml_parser_t *parser = &parse->parser;
    struct ng_mark mark = ng_document_clamp(mark_of(parse, &parser->problem_mark));
    const char *problem = parser->problem != NULL ? parser->problem : "unreadable";
    if (parser->error == YAML_MEMORY_ERROR)
        parse->diagnosis->out_of_memory = true;
    else if (parser->context != NULL && parser->context_mark.line != mark.line)
        ng_diagnose(parse->diagnosis, mark, NULL,
                    "not YAML: %s (%s that began at %zu:%zu)", problem, parser->context,
                    parser->context_mark.line + 1,
                    mark_of(parse, &parser->context_mark).column + 1);
    else if (parser->context != NULL)
        ng_diagnose(parse->diagnosis, mark, NULL, "not YAML: %s (%s)", problem,
                    parser->context);
    else
        ng_diagnose(parse->diagnosis, mark, NULL, "not YAML: %s", problem);
}

static bool next_event(struct parse *parse, yaml_event_t *event)
{
    if (yaml_parser_parse(&parse->parser, event))
        return true;
    diagnose_parser(parse);
    return false;
}

/* Anchors and tags are noted and parsing goes on, so that later faults show as well. */
static void refuse_properties(struct parse *parse, const yaml_event_t *event,
                              const yaml_char_t *anchor, const yaml_char_t *tag)
{
    struct ng_mark mark = mark_of(parse, &event->start_mark);
    if (anchor != NULL)
        ng_diagnose(parse->diagnosis, mark, NULL,
                    "anchor %s is not allowed, expected the value itself",
                    ng_quote((const char *)anchor).text);
    if (tag != NULL)
        ng_diagnose(parse->diagnosis, mark, NULL,
                    "tag %s is not allowed, expected the value without it",
                    ng_quote((const char *)tag).text);
}

static struct ng_yaml *make_scalar(struct parse *parse, const yaml_event_t *event)
{
    struct ng_mark mark = mark_of(parse, &event->start_mark);
    const char *value = (const char *)event->data.scalar.value;
    size_t length = event->data.scalar.length;
    struct ng_yaml *node = ng_yaml_new(parse->arena, NG_YAML_SCALAR, mark);
    if (node != NULL)
        node->text = ng_arena_text_n(parse->arena, value, length);
    if (node == NULL || node->text == NULL) {
        parse->diagnosis->out_of_memory = true;
        return NULL;
    }
    refuse_properties(parse, event, event->data.scalar.anchor, event->data.scalar.tag);
    if (memchr(value, '\0', length) != NULL)
        ng_diagnose(parse->diagnosis, mark, NULL,
                    "a zero character in a text, expected text");
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    return node;
}

/* Diagnosed; an empty scalar stands in, so that parsing goes on. */
static struct ng_yaml *make_alias(struct parse *parse, const yaml_event_t *event)
{
    struct ng_mark mark = mark_of(parse, &event->start_mark);
    ng_diagnose(parse->diagnosis, mark, NULL,
                "alias %s is not allowed, expected the value itself",
                ng_quote((const char *)event->data.alias.anchor).text);
    struct ng_yaml *empty = ng_yaml_new(parse->arena, NG_YAML_SCALAR, mark);
    if (empty != NULL)
        empty->text = ng_arena_text(parse->arena, "");
    parse->diagnosis->out_of_memory |= empty == NULL || empty->text == NULL;
    return parse->diagnosis->out_of_memory ? NULL : empty;
}

static struct ng_yaml *make_node(struct parse *parse, yaml_event_t *event, int depth);

static bool check_key(struct parse *parse, const struct ng_yaml *table,
                      const struct ng_yaml *key)
{
    if (key->kind != NG_YAML_SCALAR) {
        ng_diagnose(parse->diagnosis, key->mark, NULL,
                    "a list or table as a key, expected a name");
        return false;
    }
    if (key->plain && strcmp(key->text, "<<") == 0) {
        ng_diagnose(parse->diagnosis, key->mark, NULL,
                    "merge key '<<' is not allowed, expected the keys themselves");
        return true;
    }
    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(table->keys[i]->text, key->text) != 0)
            continue;
        ng_diagnose(
            parse->diagnosis, key->mark, NULL,
            "duplicate key %s, expected it once (it stands at line %zu already)",
            ng_quote(key->text).text, table->keys[i]->mark.line + 1);
        break;
    }
    return true;
}

static bool fill_table(struct parse *parse, struct ng_yaml *table, yaml_event_t *event,
                       int depth)
{
    struct ng_yaml *key = make_node(parse, event, depth);
    if (key == NULL || !check_key(parse, table, key))
        return false;
    if (table->count == NG_YAML_MOST_KEYS) {
        ng_diagnose(parse->diagnosis, key->mark, NULL,
                    "too many keys, expected at most %d in one table",
                    NG_YAML_MOST_KEYS);
        return false;
    }
    yaml_event_t value;
    if (!next_event(parse, &value))
        return false;
    struct ng_yaml *item = make_node(parse, &value, depth);
    yaml_event_delete(&value);
    if (item == NULL)
        return false;
    parse->diagnosis->out_of_memory |= !ng_yaml_append(parse->arena, table, key, item);
    return !parse->diagnosis->out_of_memory;
}

static bool fill_list(struct parse *parse, struct ng_yaml *list, yaml_event_t *event,
                      int depth)
{
    struct ng_yaml *item = make_node(parse, event, depth);
    if (item == NULL)
        return false;
    if (list->count == NG_YAML_MOST_ITEMS) {
        ng_diagnose(parse->diagnosis, item->mark, NULL,
                    "too many items, expected at most %d in one list",
                    NG_YAML_MOST_ITEMS);
        return false;
    }
    parse->diagnosis->out_of_memory |= !ng_yaml_append(parse->arena, list, NULL, item);
    return !parse->diagnosis->out_of_memory;
}

static struct ng_yaml *make_collection(struct parse *parse, const yaml_event_t *start,
                                       int depth)
{
    bool table = start->type == YAML_MAPPING_START_EVENT;
    yaml_event_type_t end = table ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT;
    struct ng_mark mark = mark_of(parse, &start->start_mark);
    if (depth == NG_YAML_DEEPEST) {
        ng_diagnose(parse->diagnosis, mark, NULL,
                    "too deep, expected at most %d lists and tables inside each other",
                    NG_YAML_DEEPEST);
        return NULL;
    }
    struct ng_yaml *node =
        ng_yaml_new(parse->arena, table ? NG_YAML_TABLE : NG_YAML_LIST, mark);
    parse->diagnosis->out_of_memory |= node == NULL;
    while (node != NULL) {
        yaml_event_t event;
        if (!next_event(parse, &event))
            return NULL;
        bool over = event.type == end;
        bool good = over || (table ? fill_table(parse, node, &event, depth + 1)
                                   : fill_list(parse, node, &event, depth + 1));
        yaml_event_delete(&event);
        if (!good)
            return NULL;
        if (over)
            break;
    }
    return node;
}

/* NULL: parsing cannot go on (diagnosed). */
static struct ng_yaml *make_node(struct parse *parse, yaml_event_t *event, int depth)
{
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return make_alias(parse, event);
    case YAML_SCALAR_EVENT:
        return make_scalar(parse, event);
    case YAML_SEQUENCE_START_EVENT:
        refuse_properties(parse, event, event->data.sequence_start.anchor,
                          event->data.sequence_start.tag);
        return make_collection(parse, event, depth);
    case YAML_MAPPING_START_EVENT:
        refuse_properties(parse, event, event->data.mapping_start.anchor,
                          event->data.mapping_start.tag);
        return make_collection(parse, event, depth);
    default:
        ng_diagnose(parse->diagnosis, mark_of(parse, &event->start_mark), NULL,
                    "not YAML: expected a value");
        return NULL;
    }
}

static struct ng_yaml *parse_document(struct parse *parse, yaml_event_t *start)
{
    if (start->data.document_start.version_directive != NULL ||
        start->data.document_start.tag_directives.start !=
            start->data.document_start.tag_directives.end)
        ng_diagnose(parse->diagnosis, mark_of(parse, &start->start_mark), NULL,
                    "a directive is not allowed, expected keys");
    yaml_event_t event;
    if (!next_event(parse, &event))
        return NULL;
    struct ng_yaml *root = make_node(parse, &event, 0);
    yaml_event_delete(&event);
    if (root == NULL || !next_event(parse, &event)) /* the document's end */
        return NULL;
    yaml_event_delete(&event);
    if (!next_event(parse, &event))
        return NULL;
    if (event.type != YAML_STREAM_END_EVENT)
        ng_diagnose(parse->diagnosis, mark_of(parse, &event.start_mark), NULL,
                    "a second document starts here, expected one");
    yaml_event_delete(&event);
    return root;
}

static struct ng_yaml *parse_stream(struct parse *parse)
{
    yaml_event_t event;
    struct ng_yaml *root = NULL;
    if (!next_event(parse, &event)) /* the stream's start */
        return NULL;
    yaml_event_delete(&event);
    if (!next_event(parse, &event))
        return NULL;
    if (event.type == YAML_DOCUMENT_START_EVENT)
        root = parse_document(parse, &event);
    else
        ng_diagnose(parse->diagnosis, (struct ng_mark){.document = parse->document},
                    NULL, "nothing stands here, expected keys with values");
    yaml_event_delete(&event);
    return root;
}

enum ng_status ng_yaml_parse(const struct ng_document *document, size_t offset,
                             struct ng_arena *arena, struct ng_diagnosis *diagnosis,
                             struct ng_yaml **root, struct ng_error *err)
{
    struct parse parse = {
        .document = document, .offset = offset, .arena = arena, .diagnosis = diagnosis};
    size_t before = diagnosis->faults;
    *root = NULL;
    if (!yaml_parser_initialize(&parse.parser))
        return ng_fail(err, NG_FAILED, "%.200s: error: out of memory", document->name);
    yaml_parser_set_encoding(&parse.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parse.parser,
                                 (const unsigned char *)document->text + offset,
                                 document->length - offset);
    *root = parse_stream(&parse);
    yaml_parser_delete(&parse.parser);
    if (diagnosis->faults > before)
        *root = NULL;
    if (*root == NULL && diagnosis->faults == before)
        return ng_fail(err, NG_FAILED, "%.200s: error: out of memory", document->name);
    return NG_OK;
}

const char *ng_yaml_version(void)
{
    return yaml_get_version_string();
}
