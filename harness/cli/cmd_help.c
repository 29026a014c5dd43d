#include "harness/cli/commands.h"

static enum ng_status run_help(const struct ng_arguments *arguments,
                               struct ng_error *err)
{
    if (arguments->word_count == 0) {
        ng_commands_help(stdout);
        return NG_OK;
    }
    const struct ng_command *command = ng_command_by_name(arguments->words[0]);
    if (command == NULL)
        return ng_command_unknown(arguments->words[0], err);
    ng_command_help(command, stdout);
    return NG_OK;
}

const struct ng_command ng_command_of_help = {
    .name = "help",
    .words = "[COMMAND]",
    .summary = "explain a command, or list them all",
    .detail =
        "Prints what COMMAND does and every option it has; without COMMAND, the list\n"
        "of commands and the exit codes.",
    .example = "narrowgauge help run",
    .most_words = 1,
    .run = run_help,
};
