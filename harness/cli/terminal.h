/* What a stream is shown on. Threads: one. */
#ifndef NG_HARNESS_CLI_TERMINAL_H
#define NG_HARNESS_CLI_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

/* A terminal on which a line can be drawn over. */
bool ng_terminal_draws(FILE *stream);
/* Columns; 0 where the stream is no terminal or does not say. */
int ng_terminal_width(FILE *stream);
/* A terminal that draws, and no NO_COLOR in the environment (https://no-color.org). */
bool ng_terminal_colour(FILE *stream);

#endif
