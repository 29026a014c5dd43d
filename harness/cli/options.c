#include "harness/cli/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "formats/base/text.h"

const struct ng_command *ng_command_by_name(const char *name)
{
    for (size_t i = 0; ng_commands[i] != NULL; i++)
        if (strcmp(ng_commands[i]->name, name) == 0)
            return ng_commands[i];
    return NULL;
}

enum ng_status ng_command_unknown(const char *name, struct ng_error *err)
{
    const char *names[64];
    size_t count = 0;
    for (; ng_commands[count] != NULL && count < 64; count++)
        names[count] = ng_commands[count]->name;
    const char *nearest = ng_text_nearest(name, names, count);
    if (nearest != NULL)
        return ng_fail(err, NG_INVALID,
                       "There is no command '%.80s'; did you mean '%s'?", name,
                       nearest);
    return ng_fail(err, NG_INVALID,
                   "There is no command '%.80s'; 'narrowgauge help' lists them.", name);
}

static const struct ng_option *option_by_name(const struct ng_command *command,
                                              const char *name, size_t length)
{
    for (size_t i = 0; i < command->option_count; i++) {
        const struct ng_option *option = &command->options[i];
        if (strlen(option->name) == length && strncmp(option->name, name, length) == 0)
            return option;
    }
    return NULL;
}

static const struct ng_option *option_by_letter(const struct ng_command *command,
                                                char letter)
{
    for (size_t i = 0; i < command->option_count; i++)
        if (letter != 0 && command->options[i].letter == letter)
            return &command->options[i];
    return NULL;
}

static enum ng_status unknown_option(const struct ng_command *command, const char *word,
                                     struct ng_error *err)
{
    const char *names[NG_OPTIONS_MOST + 1];
    size_t count = 0;
    for (; count < command->option_count; count++)
        names[count] = command->options[count].name;
    names[count++] = "help";
    char name[64];
    const char *start = word + strspn(word, "-");
    snprintf(name, sizeof name, "%.*s", (int)strcspn(start, "="), start);
    const char *nearest = ng_text_nearest(name, names, count);
    if (nearest != NULL)
        return ng_fail(err, NG_INVALID,
                       "'%s' has no option '%.80s'; did you mean '--%s'?",
                       command->name, word, nearest);
    return ng_fail(err, NG_INVALID,
                   "'%s' has no option '%.80s'; 'narrowgauge help %s' lists "
                   "them.",
                   command->name, word, command->name);
}

/* Takes the option at argv[*at], and the word after it where that is its value. */
static enum ng_status take_option(struct ng_arguments *arguments, int argc, char **argv,
                                  int *at, struct ng_error *err)
{
    const struct ng_command *command = arguments->command;
    const char *word = argv[*at];
    const struct ng_option *option;
    const char *value = NULL;
    if (word[1] == '-') {
        size_t length = strcspn(word + 2, "=");
        option = option_by_name(command, word + 2, length);
        if (word[2 + length] == '=')
            value = word + 2 + length + 1;
    } else {
        option = option_by_letter(command, word[1]);
        if (option != NULL && word[2] != '\0')
            value = word + 2;
    }
    if (option == NULL)
        return unknown_option(command, word, err);
    if (option->value == NULL && value != NULL)
        return ng_fail(err, NG_INVALID, "Option --%s takes no value, but has '%.80s'.",
                       option->name, value);
    if (option->value != NULL && value == NULL) {
        if (*at + 1 >= argc)
            return ng_fail(err, NG_INVALID, "Option --%s needs a value: --%s %s.",
                           option->name, option->name, option->value);
        value = argv[++*at];
    }
    if (option->value != NULL && value[0] == '\0')
        return ng_fail(err, NG_INVALID, "Option --%s has an empty value; it needs %s.",
                       option->name, option->value);
    arguments->values[option - command->options] = value == NULL ? "" : value;
    return NG_OK;
}

/* key=value, with a key like train.lr; a path such as ./a=b.yaml is a word. */
static bool is_override(const char *word)
{
    size_t length = strcspn(word, "=");
    if (word[length] != '=' || length == 0)
        return false;
    return strcspn(word, "/") > length;
}

static enum ng_status take_word(struct ng_arguments *arguments, char *word,
                                struct ng_error *err)
{
    const struct ng_command *command = arguments->command;
    if (is_override(word)) {
        if (!command->overrides)
            return ng_fail(err, NG_INVALID, "'%s' takes no key=value, but has '%.80s'.",
                           command->name, word);
        arguments->overrides[arguments->override_count++] = word;
        return NG_OK;
    }
    if (word[0] == '\0')
        return ng_fail(err, NG_INVALID, "'%s' was given an empty word.", command->name);
    arguments->words[arguments->word_count++] = word;
    return NG_OK;
}

static enum ng_status check_words(const struct ng_arguments *arguments,
                                  struct ng_error *err)
{
    const struct ng_command *command = arguments->command;
    if (arguments->word_count < command->least_words)
        return ng_fail(err, NG_INVALID, "'%s' needs %s; for example: %s", command->name,
                       command->words, command->example);
    if (arguments->word_count > command->most_words)
        return ng_fail(err, NG_INVALID,
                       "'%s' has no use for '%.80s'; 'narrowgauge help %s' "
                       "says what it takes.",
                       command->name, arguments->words[command->most_words],
                       command->name);
    return NG_OK;
}

/* -0.3, -.5, -inf and -nan, where the command takes numbers. */
static bool is_number(const struct ng_command *command, const char *word)
{
    if (!command->numbers)
        return false;
    return (word[1] >= '0' && word[1] <= '9') || word[1] == '.' ||
           strncasecmp(word, "-inf", 4) == 0 || strncasecmp(word, "-nan", 4) == 0;
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

enum ng_status ng_arguments_parse(const struct ng_command *command, int argc,
                                  char **argv, struct ng_arguments *arguments,
                                  bool *help, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    *arguments = (struct ng_arguments){.command = command};
    *help = asks_for_help(argc, argv);
    if (*help)
        return NG_OK;
    arguments->words = calloc((size_t)argc + 1, sizeof *arguments->words);
    arguments->overrides = calloc((size_t)argc + 1, sizeof *arguments->overrides);
    if (arguments->words == NULL || arguments->overrides == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "No memory for the command line."));
    bool options = true;
    for (int i = 0; i < argc; i++) {
        if (options && strcmp(argv[i], "--") == 0)
            options = false;
        else if (options && argv[i][0] == '-' && argv[i][1] != '\0' &&
                 !is_number(command, argv[i]))
            NG_TRY(take_option(arguments, argc, argv, &i, err));
        else
            NG_TRY(take_word(arguments, argv[i], err));
    }
    NG_TRY(check_words(arguments, err));
out:
    if (status != NG_OK)
        ng_arguments_release(arguments);
    return status;
}

void ng_arguments_release(struct ng_arguments *arguments)
{
    free(arguments->words);
    free(arguments->overrides);
    *arguments = (struct ng_arguments){.command = arguments->command};
}

const char *ng_arguments_value(const struct ng_arguments *arguments, const char *name)
{
    const struct ng_command *command = arguments->command;
    const struct ng_option *option = option_by_name(command, name, strlen(name));
    return option == NULL ? NULL : arguments->values[option - command->options];
}

bool ng_arguments_given(const struct ng_arguments *arguments, const char *name)
{
    return ng_arguments_value(arguments, name) != NULL;
}

enum ng_status ng_arguments_number(const struct ng_arguments *arguments,
                                   const char *name, int least, int most, int fallback,
                                   int *number, struct ng_error *err)
{
    const char *text = ng_arguments_value(arguments, name);
    *number = fallback;
    if (text == NULL)
        return NG_OK;
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (errno != 0 || *end != '\0' || end == text || value < least || value > most)
        return ng_fail(err, NG_INVALID,
                       "--%s needs a whole number in %d..%d, but has '%.80s'.", name,
                       least, most, text);
    *number = (int)value;
    return NG_OK;
}

#define LINE    80
#define HELP_AT 25

/* In lines of at most 80 letters, the later ones below the first. */
static void print_words(const char *words, FILE *stream)
{
    size_t column = HELP_AT;
    for (;;) {
        size_t length = strcspn(words, " ");
        if (column > HELP_AT && column + 1 + length > LINE) {
            fprintf(stream, "\n%*s", HELP_AT, "");
            column = HELP_AT;
        } else if (column > HELP_AT) {
            putc(' ', stream);
            column++;
        }
        fwrite(words, 1, length, stream);
        column += length;
        words += length;
        if (*words++ == '\0')
            break;
    }
    putc('\n', stream);
}

static void print_option(const struct ng_option *option, FILE *stream)
{
    char left[64];
    char letter[5] = "    ";
    if (option->letter != 0)
        snprintf(letter, sizeof letter, "-%c, ", option->letter);
    snprintf(left, sizeof left, "%s--%s%s%s", letter, option->name,
             option->value == NULL ? "" : " ",
             option->value == NULL ? "" : option->value);
    fprintf(stream, "  %-22s ", left);
    print_words(option->help, stream);
}

void ng_command_help(const struct ng_command *command, FILE *stream)
{
    static const struct ng_option help = {"help", 'h', NULL, "print this and stop"};
    fprintf(stream, "Usage: narrowgauge %s%s%s%s [options]\n\n", command->name,
            command->words[0] == '\0' ? "" : " ", command->words,
            command->overrides ? " [key=value ...]" : "");
    fprintf(stream, "%s\n\n%s\n\nOptions:\n", command->summary, command->detail);
    for (size_t i = 0; i < command->option_count; i++)
        print_option(&command->options[i], stream);
    print_option(&help, stream);
    fprintf(stream, "\nExample:\n  %s\n", command->example);
}

void ng_commands_help(FILE *stream)
{
    fputs("narrowgauge: what do narrow number formats cost?\n\n"
          "Usage: narrowgauge COMMAND [words] [options]\n"
          "       narrowgauge --version\n\nCommands:\n",
          stream);
    for (size_t i = 0; ng_commands[i] != NULL; i++)
        fprintf(stream, "  %-8s %s\n", ng_commands[i]->name, ng_commands[i]->summary);
    fputs("\n'narrowgauge help COMMAND' explains one; the manual is narrowgauge(1).\n"
          "Start with: narrowgauge run quickstart\n\n"
          "Exit codes: 0 all done (also with a diverged trial, which is a result);\n"
          "2 wrong usage, configuration or input; 3 no result could be produced;\n"
          "75 interrupted, the same command goes on from there.\n",
          stream);
}
