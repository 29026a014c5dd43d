#include "harness/cli/stop.h"

#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t requests;

static void count_request(int number)
{
    static const char aborted[] = "\nnarrowgauge: aborted; finished trials and "
                                  "checkpoints are kept.\n";
    (void)number;
    requests = requests + 1;
    if (requests >= 2) {
        ssize_t written = write(STDERR_FILENO, aborted, sizeof aborted - 1);
        (void)written;
        _exit(NG_EXIT_INTERRUPTED);
    }
}

void ng_stop_install(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGUSR1};
    struct sigaction action = {.sa_handler = count_request};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        sigaction(numbers[i], &action, NULL);
}

volatile sig_atomic_t *ng_stop_flag(void)
{
    return &requests;
}
