/* The first line is the words of `encode`, the rest what it reads. */
#include <stdlib.h>
#include <string.h>

#include "harness/cli/commands.h"
#include "harness/cli/pipe_input.h"
#include "harness/cli/pipe_matrix.h"
#include "harness/cli/pipe_request.h"
#include "tests/fuzz/fuzz.h"

#define MOST_WORDS 16
#define MOST_ROOM  ((size_t)1 << 22) /* elements of a piece that is allocated here */

const struct ng_command *const ng_commands[] = {&ng_command_encode, NULL};

static int split(char *line, char **words)
{
    int count = 0;
    for (char *word = strtok(line, " "); word != NULL && count < MOST_WORDS;
         word = strtok(NULL, " "))
        words[count++] = word;
    return count;
}

static enum ng_status read_all(const struct ng_pipe_request *request,
                               struct ng_pipe_input *input, struct ng_pipe_matrix *m,
                               struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_pipe_grid grid;
    struct ng_pipe_piece piece = {0};
    NG_TRY(ng_pipe_grid_make(&grid, request, input, err));
    if (grid.piece_cols > 0 && grid.piece_rows > MOST_ROOM / grid.piece_cols)
        goto out;
    NG_TRY(ng_pipe_matrix_make(m, request, &grid, err));
    while (ng_pipe_piece_next(&grid, &piece)) {
        size_t want = piece.rows * piece.cols, got;
        NG_TRY(ng_pipe_input_read(input, m->x, want, &got, err));
        if (got < want)
            piece.cols = got;
        ng_pipe_matrix_place(m, &grid, &piece);
        if (got > 0)
            ng_qmatrix_cast(&m->matrix, m->x, &ng_fp32, piece.cols, NG_AMAX_UNKNOWN,
                            NULL);
        if (got < want)
            break;
    }
    NG_TRY(ng_pipe_input_end(input, err));
out:
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ng_error err = {0};
    struct ng_arguments arguments = {0};
    struct ng_pipe_request request;
    struct ng_pipe_input input = {.fd = -1};
    struct ng_pipe_matrix m = {.x = NULL};
    char line[256], *words[MOST_WORDS];
    bool help;
    const uint8_t *end =
        memchr(data, '\n', size < sizeof line ? size : sizeof line - 1);
    size_t length = end == NULL ? 0 : (size_t)(end - data);
    size_t skipped = end == NULL ? 0 : length + 1;
    memcpy(line, data, length);
    line[length] = '\0';
    enum ng_status status = ng_arguments_parse(&ng_command_encode, split(line, words),
                                               words, &arguments, &help, &err);
    if (status == NG_OK && !help)
        status = ng_pipe_request_read(&arguments, true, &request, &err);
    if (status == NG_OK && !help)
        status =
            ng_pipe_input_open(&input, ng_fuzz_file(data + skipped, size - skipped),
                               NG_ARRAY_F32, "an FP32 number", &err);
    if (status == NG_OK && !help)
        status = read_all(&request, &input, &m, &err);
    ng_fuzz_judge(status, &err);
    ng_pipe_matrix_release(&m);
    ng_pipe_input_close(&input);
    ng_arguments_release(&arguments);
    return 0;
}
