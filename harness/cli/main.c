/* narrowgauge: the command table, and the only place that prints errors and exits. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/base/text.h"
#include "harness/cli/commands.h"
#include "harness/cli/stop.h"
#include "harness/run/about.h"

const struct ng_command *const ng_commands[] = {
    &ng_command_run,    &ng_command_list,    &ng_command_show,     &ng_command_report,
    &ng_command_export, &ng_command_check,   &ng_command_baseline, &ng_command_eval,
    &ng_command_data,   &ng_command_formats, &ng_command_encode,   &ng_command_decode,
    &ng_command_bench,  &ng_command_doctor,  &ng_command_of_help,  NULL,
};

enum {
    EXIT_DIFFERS = 1,
    EXIT_USAGE = 2,
    EXIT_NO_RESULT = 3,
    EXIT_INCONCLUSIVE = 4,
    EXIT_NO_BASELINE = 5
};

static int exit_code(enum ng_status status)
{
    switch (status) {
    case NG_OK:
        return EXIT_SUCCESS;
    case NG_INVALID:
    case NG_ABSENT:
        return EXIT_USAGE;
    case NG_INTERRUPTED:
        return NG_EXIT_INTERRUPTED;
    case NG_DIFFERS:
        return EXIT_DIFFERS;
    case NG_INCONCLUSIVE:
        return EXIT_INCONCLUSIVE;
    case NG_NO_BASELINE:
        return EXIT_NO_BASELINE;
    case NG_FAILED:
        break;
    }
    return EXIT_NO_RESULT;
}

/* A file opened later must not become stdout: with a closed standard stream, its number
 * is taken by something that only fails: an empty standard input would be a result. */
static void hold_standard_streams(void)
{
    int fd;
    do
        fd = open("/dev/null", fcntl(STDIN_FILENO, F_GETFD) < 0 ? O_WRONLY : O_RDONLY);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

static bool is_plain_letter(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || strchr("_-+=./,:@%^", letter) != NULL;
}

static void add_quoted(struct ng_text *line, const char *word)
{
    const char *at = word;
    while (*at != '\0' && is_plain_letter(*at))
        at++;
    if (*at == '\0' && at != word) {
        ng_text_add(line, word);
        return;
    }
    ng_text_add(line, "'");
    for (at = word; *at != '\0'; at++) {
        if (*at == '\'')
            ng_text_add(line, "'\\''");
        else
            ng_text_add_n(line, at, 1);
    }
    ng_text_add(line, "'");
}

static enum ng_status run_command(const struct ng_command *command, int argc,
                                  char **argv, struct ng_error *err)
{
    enum ng_status status;
    struct ng_arguments arguments = {0};
    struct ng_text line = {0}, program = {0};
    bool help;
    NG_TRY(ng_arguments_parse(command, argc - 2, argv + 2, &arguments, &help, err));
    if (help) {
        ng_command_help(command, stdout);
        goto out;
    }
    /* Where this copy of the program lies says nothing to whoever repeats the command. */
    ng_text_add(&line, "narrowgauge");
    for (int i = 1; i < argc; i++) {
        ng_text_add(&line, " ");
        add_quoted(&line, argv[i]);
    }
    add_quoted(&program, argv[0]);
    if (line.failed || program.failed)
        NG_TRY(ng_fail(err, NG_FAILED, "No memory for the command line."));
    arguments.line = line.data;
    arguments.program = program.data;
    status = command->run(&arguments, err);
out:
    ng_arguments_release(&arguments);
    ng_text_release(&line);
    ng_text_release(&program);
    return status;
}

static void print_version(void)
{
    struct ng_about_line lines[NG_ABOUT_LINES];
    ng_about(lines);
    printf("narrowgauge %s (commit %s)\n", lines[NG_ABOUT_VERSION].value,
           lines[NG_ABOUT_COMMIT].value);
    printf("compiled by %s with %s\n", lines[NG_ABOUT_COMPILER].value,
           lines[NG_ABOUT_FLAGS].value);
    printf("HDF5 %s, GSL %s, libyaml %s, Jansson %s\n", lines[NG_ABOUT_HDF5].value,
           lines[NG_ABOUT_GSL].value, lines[NG_ABOUT_LIBYAML].value,
           lines[NG_ABOUT_JANSSON].value);
}

static enum ng_status dispatch(int argc, char **argv, struct ng_error *err)
{
    if (argc < 2) {
        ng_commands_help(stderr);
        return ng_fail(err, NG_INVALID, "No command was given.");
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        ng_commands_help(stdout);
        return NG_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        print_version();
        return NG_OK;
    }
    const struct ng_command *command = ng_command_by_name(argv[1]);
    if (command == NULL)
        return ng_command_unknown(argv[1], err);
    return run_command(command, argc, argv, err);
}

/* Headers and names of files may hold letters that a terminal obeys. */
static void disarm(char *text)
{
    for (; *text != '\0'; text++)
        if (((unsigned char)*text < ' ' && strchr("\n\t", *text) == NULL) ||
            *text == '\177')
            *text = '?';
}

int main(int argc, char **argv)
{
    static struct ng_error err;
    hold_standard_streams();
    /* A file over `ulimit -f` is then an error of write(2), which is told. */
    signal(SIGXFSZ, SIG_IGN);
    enum ng_status status = dispatch(argc, argv, &err);
    if ((fflush(stdout) != 0 || ferror(stdout)) && status == NG_OK)
        status = ng_fail(&err, NG_FAILED, "Cannot write to the standard output: %s.",
                         strerror(errno));
    if (status != NG_OK) {
        disarm(err.text);
        fprintf(stderr, "narrowgauge: %s\n", err.text);
    }
    return exit_code(status);
}
