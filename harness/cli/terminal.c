#include "harness/cli/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool ng_terminal_draws(FILE *stream)
{
    const char *kind = getenv("TERM");
    return isatty(fileno(stream)) && kind != NULL && strcmp(kind, "dumb") != 0;
}

int ng_terminal_width(FILE *stream)
{
    struct winsize window;
    if (!isatty(fileno(stream)) || ioctl(fileno(stream), TIOCGWINSZ, &window) != 0)
        return 0;
    return window.ws_col;
}

bool ng_terminal_colour(FILE *stream)
{
    const char *no_colour = getenv("NO_COLOR");
    return ng_terminal_draws(stream) && (no_colour == NULL || no_colour[0] == '\0');
}
