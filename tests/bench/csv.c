/*
 * MB/s of the reader of tables on a stream of numbers: fields only, and every field as a
 * double, beside getline + strtok_r (+ strtod) on the same file, and as a roofline read +
 * memchr for line ends. Processor time of one thread, best of the rounds, interleaved. The
 * file is in the page cache where memory allows. First, the most memory that the process
 * ever held when the reader was through with a table.
 * Usage: bench_csv [MEGABYTES [ROUNDS]]
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "datasets/files/csv.h"
#include "datasets/files/decimal.h"
#include "formats/base/text.h"

#define COLUMNS 20

static char path[256];

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double peak_mib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

static void die(const char *words)
{
    fprintf(stderr, "bench_csv: %s\n", words);
    unlink(path);
    exit(1);
}

/* short: as people write numbers; else 17 digits, as programs do. Returns MB. */
static double write_table(bool brief, size_t megabytes)
{
    struct ng_text block = {0};
    uint64_t state = 1;
    while (block.length < (1 << 20)) {
        for (int i = 0; i < COLUMNS; i++) {
            state = state * 6364136223846793005U + 1442695040888963407U;
            double value = (double)(int64_t)state * 0x1p-63;
            if (brief && i % 3 == 0)
                ng_text_printf(&block, "%d", (int)(99999 * value));
            else
                ng_text_printf(&block, brief ? "%.4f" : "%.17g", 100 * value);
            ng_text_add(&block, i + 1 < COLUMNS ? "," : "\n");
        }
    }
    FILE *file = fopen(path, "wb");
    if (file == NULL || block.failed)
        die("no file to write");
    for (size_t i = 0; i < megabytes; i++) {
        if (fwrite(block.data, 1, block.length, file) != block.length)
            die("the disk is full");
    }
    if (fclose(file) != 0)
        die("the disk is full");
    double size = (double)block.length * (double)megabytes / 1e6;
    ng_text_release(&block);
    return size;
}

static double by_reader(bool numbers)
{
    const struct ng_csv_form form = {.separator = ',', .quotes = true};
    struct ng_csv csv;
    struct ng_error err;
    bool more = true;
    double sum = 0;
    if (ng_csv_open(&csv, path, &form, &err) != NG_OK)
        die(err.text);
    for (;;) {
        if (ng_csv_next(&csv, &more, &err) != NG_OK)
            die(err.text);
        if (!more)
            break;
        for (size_t i = 0; i < csv.form.columns; i++) {
            double value = 1;
            if (numbers && !ng_decimal_read(csv.fields[i], &value))
                die("a field is no number");
            sum += value;
        }
    }
    ng_csv_close(&csv);
    return sum;
}

static double by_getline(bool numbers)
{
    FILE *file = fopen(path, "rb");
    char *line = NULL, *rest;
    size_t room = 0;
    double sum = 0;
    if (file == NULL)
        die("no file to read");
    while (getline(&line, &room, file) > 0) {
        for (char *at = strtok_r(line, ",\n", &rest); at != NULL;
             at = strtok_r(NULL, ",\n", &rest))
            sum += numbers ? strtod(at, NULL) : 1;
    }
    free(line);
    fclose(file);
    return sum;
}

static double by_memchr(bool numbers)
{
    static char buffer[1 << 18];
    int file = open(path, O_RDONLY);
    double lines = 0;
    ssize_t got;
    (void)numbers;
    while ((got = read(file, buffer, sizeof buffer)) > 0) {
        const char *at = buffer, *end = buffer + got;
        while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
            at++;
            lines++;
        }
    }
    close(file);
    return lines;
}

static const struct way {
    const char *name;
    double (*run)(bool numbers);
    bool numbers;
} ways[] = {
    {"fields", by_reader, false},
    {"fields and numbers", by_reader, true},
    {"getline and strtok_r", by_getline, false},
    {"getline, strtok_r and strtod", by_getline, true},
    {"read and memchr (roofline)", by_memchr, false},
};
#define WAYS (sizeof ways / sizeof ways[0])

static void measure(bool brief, size_t megabytes, int rounds)
{
    double best[WAYS] = {0}, result[WAYS];
    double size = write_table(brief, megabytes);
    for (int round = 0; round < rounds; round++) {
        for (size_t i = 0; i < WAYS; i++) {
            double start = now();
            result[i] = ways[i].run(ways[i].numbers);
            double speed = size / (now() - start);
            best[i] = speed > best[i] ? speed : best[i];
        }
    }
    if (result[0] != result[2] || result[1] != result[3])
        die("the two readers disagree");
    printf("%.0f MB of %s numbers, %d columns\n", size, brief ? "brief" : "17-digit",
           COLUMNS);
    for (size_t i = 0; i < WAYS; i++)
        printf("  %-30s %7.0f MB/s   %5.2f of the roofline\n", ways[i].name, best[i],
               best[i] / best[WAYS - 1]);
    printf("  reader : getline               %7.2f fields, %.2f with numbers\n",
           best[0] / best[2], best[1] / best[3]);
}

int main(int argc, char **argv)
{
    size_t megabytes = argc > 1 ? strtoul(argv[1], NULL, 10) : 256;
    int rounds = argc > 2 ? atoi(argv[2]) : 2;
    const char *folder = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/ng-bench-csv-XXXXXX",
             folder != NULL && *folder != '\0' ? folder : P_tmpdir);
    int file = mkstemp(path);
    if (file < 0 || megabytes == 0 || rounds < 1)
        die("no temporary file, or not Usage: bench_csv [MEGABYTES [ROUNDS]]");
    close(file);
    write_table(true, megabytes);
    by_reader(true);
    printf("peak memory %.1f MiB after reading %zu MiB of table\n", peak_mib(),
           megabytes);
    measure(true, megabytes, rounds);
    measure(false, megabytes, rounds);
    unlink(path);
    return 0;
}
