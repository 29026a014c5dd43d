/* sched_getaffinity() and CPU_COUNT() are GNU extensions. */
#define _GNU_SOURCE
#include "harness/run/about.h"

#include <jansson.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "datasets/files/h5.h"
#include "experiments/spec/yaml.h"
#include "formats/base/cpu.h"
#include "harness/stats/stats.h"

int ng_about_cores(void)
{
    /* A container or taskset may allow fewer than the machine has. */
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0 && CPU_COUNT(&allowed) > 0)
        return CPU_COUNT(&allowed);
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online < 1 ? 1 : (int)online;
}

static void read_cpu_name(char *name, size_t size)
{
    char line[256];
    snprintf(name, size, "unknown");
    FILE *file = fopen("/proc/cpuinfo", "re");
    if (file == NULL)
        return;
    while (fgets(line, sizeof line, file) != NULL) {
        const char *colon = strchr(line, ':');
        if (colon == NULL || strncmp(line, "model name", 10) != 0)
            continue;
        colon += 1 + strspn(colon + 1, " ");
        snprintf(name, size, "%.*s", (int)strcspn(colon, "\n"), colon);
        break;
    }
    fclose(file);
}

static void set(struct ng_about_line *line, const char *name, const char *value)
{
    line->name = name;
    snprintf(line->value, sizeof line->value, "%s", value);
}

void ng_about(struct ng_about_line lines[NG_ABOUT_LINES])
{
    struct utsname system;
    set(&lines[NG_ABOUT_VERSION], "version", NG_VERSION);
    set(&lines[NG_ABOUT_COMMIT], "commit", NG_COMMIT);
    set(&lines[NG_ABOUT_COMPILER], "compiler", NG_COMPILER);
    set(&lines[NG_ABOUT_FLAGS], "flags", NG_CFLAGS);
    set(&lines[NG_ABOUT_HDF5], "hdf5", ng_h5_version());
    set(&lines[NG_ABOUT_GSL], "gsl", ng_stats_gsl_version());
    set(&lines[NG_ABOUT_LIBYAML], "libyaml", ng_yaml_version());
    set(&lines[NG_ABOUT_JANSSON], "jansson", jansson_version_str());
    lines[NG_ABOUT_CPU].name = "cpu";
    read_cpu_name(lines[NG_ABOUT_CPU].value, sizeof lines[NG_ABOUT_CPU].value);
    lines[NG_ABOUT_CORES].name = "cores";
    snprintf(lines[NG_ABOUT_CORES].value, sizeof lines[NG_ABOUT_CORES].value, "%d",
             ng_about_cores());
    set(&lines[NG_ABOUT_ISA], "isa", ng_isa_name(ng_isa()));
    lines[NG_ABOUT_SYSTEM].name = "system";
    if (uname(&system) == 0)
        snprintf(lines[NG_ABOUT_SYSTEM].value, sizeof lines[NG_ABOUT_SYSTEM].value,
                 "%.60s %.100s %.60s", system.sysname, system.release, system.machine);
    else
        set(&lines[NG_ABOUT_SYSTEM], "system", "unknown");
}
