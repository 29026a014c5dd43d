/*
 * The command line: one table per command gives parsing, usage, help and the errors.
 *
 * Words after the command are options (--name, --name=VALUE, --name VALUE, -x, -x VALUE),
 * key=value overrides, and plain words, negative numbers among them where the command says
 * so. "--" ends the options. An unknown option, a
 * missing value and a wrong count of words are NG_INVALID with a sentence and, where a
 * name is near, a suggestion.
 *
 * Ownership: values point into argv; the lists belong to the struct, and
 * ng_arguments_release() frees them. Threads: one.
 */
#ifndef NG_HARNESS_CLI_OPTIONS_H
#define NG_HARNESS_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "formats/base/error.h"

struct ng_option {
    const char *name;  /* long name, without dashes */
    char letter;       /* 0: none */
    const char *value; /* what the value is called in the help; NULL: a switch */
    const char *help;  /* one line */
};

#define NG_OPTIONS_MOST 16

struct ng_arguments {
    const struct ng_command *command;
    const char
        *values[NG_OPTIONS_MOST]; /* as in the command's table; NULL: not given */
    char **words;
    size_t word_count;
    char **overrides; /* "key.path=value" */
    size_t override_count;
    const char
        *line; /* the whole command line, quoted for a shell; the program is called
                         narrowgauge wherever it lies: this is stored */
    const char *program; /* as it was called, quoted: for commands to be typed next */
};

/* One row per command in ng_commands[] (main.c), one file per command. */
struct ng_command {
    const char *name;
    const char *words;   /* how the words are called in the usage line; "" for none */
    const char *summary; /* one line, for the list of commands */
    const char *detail;  /* a paragraph or two, lines of at most 78 letters */
    const char *example; /* one command line */
    const struct ng_option *options;
    size_t option_count;
    size_t least_words, most_words;
    bool overrides; /* takes key=value */
    bool numbers;   /* words may be numbers: -0.3, -inf and -nan are no options */
    enum ng_status (*run)(const struct ng_arguments *arguments, struct ng_error *err);
};
extern const struct ng_command *const ng_commands[]; /* NULL at the end */
const struct ng_command *ng_command_by_name(const char *name);
/* NG_INVALID: "There is no command 'rum'; did you mean 'run'?" */
enum ng_status ng_command_unknown(const char *name, struct ng_error *err);

/* argv starts after the command's name. help is set when -h or --help stands there, in
 * which case nothing else is checked. */
enum ng_status ng_arguments_parse(const struct ng_command *command, int argc,
                                  char **argv, struct ng_arguments *arguments,
                                  bool *help, struct ng_error *err);
void ng_arguments_release(struct ng_arguments *arguments);

/* The value of the option, or NULL. The name stands in the command's table. */
const char *ng_arguments_value(const struct ng_arguments *arguments, const char *name);
bool ng_arguments_given(const struct ng_arguments *arguments, const char *name);
/* A whole number in least..most; fallback where the option is absent. */
enum ng_status ng_arguments_number(const struct ng_arguments *arguments,
                                   const char *name, int least, int most, int fallback,
                                   int *number, struct ng_error *err);

/* The full help of one command, and the list of all. */
void ng_command_help(const struct ng_command *command, FILE *stream);
void ng_commands_help(FILE *stream);

#endif
