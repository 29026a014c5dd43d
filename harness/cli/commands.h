/* The commands, one file each; main.c lists them. */
#ifndef NG_HARNESS_CLI_COMMANDS_H
#define NG_HARNESS_CLI_COMMANDS_H

#include "harness/cli/options.h"

extern const struct ng_command ng_command_run, ng_command_list, ng_command_show,
    ng_command_report, ng_command_export, ng_command_check, ng_command_baseline,
    ng_command_eval, ng_command_data, ng_command_formats, ng_command_encode,
    ng_command_decode, ng_command_bench, ng_command_doctor, ng_command_of_help;

#endif
