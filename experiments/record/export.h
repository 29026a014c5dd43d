/*
 * Run files and comparisons in the formats of other programs.
 *
 *   safetensors  FOLDER/RUN.safetensors: the final weights as stored, codes of bf16, e4m3
 *                and e5m2 under their own dtypes. __metadata__ says which run it is, and
 *                has "scale_inv/NAME" for every tensor NAME: value = element * scale_inv
 *   npz          FOLDER/RUN.npz: tensors/NAME and the tables' columns (metrics/loss).
 *                Narrow floats, which NumPy does not have, are decoded to f32, exactly;
 *                scale_inv/NAME stands beside those whose factor is not 1
 *   npy          FOLDER/RUN/: the same, one file each, with '.' where a name has '/'
 *   csv          FOLDER/RUN/: facts.csv (name, value), rows.csv, metrics.csv, ledger.csv,
 *                ledger_by_class.csv, features.csv, columns.csv, fingerprints.csv
 *   json         FOLDER/RUN.json: {"facts": {...}, "tables": {"metrics": {"loss": [...]}}}
 *
 * RUN is the run file's name without ".h5". A comparison has tables only: arms, groups,
 * arm_groups (each arm with each group), gates; FOLDER/comparison/ or comparison.json.
 * Columns of texts are in csv and json alone, where bands have their names. Numbers read
 * back exactly, in every locale. Existing files are replaced whole. Equal input gives equal
 * bytes.
 *
 * Failure: NG_INVALID not such a file; NG_FAILED the system refused; NG_ABSENT no such
 * file. What was written before stays and is listed. Threads: as datasets/files/h5.h.
 */
#ifndef NG_EXPERIMENTS_RECORD_EXPORT_H
#define NG_EXPERIMENTS_RECORD_EXPORT_H

#include <stddef.h>

#include "formats/base/arena.h"
#include "formats/base/error.h"

enum ng_export_format {
    NG_EXPORT_SAFETENSORS,
    NG_EXPORT_NPZ,
    NG_EXPORT_NPY,
    NG_EXPORT_CSV,
    NG_EXPORT_JSON,
};
extern const char *const ng_export_format_names[]; /* NULL at the end */

struct ng_export {
    enum ng_export_format format;
    const char *folder;     /* exists */
    struct ng_arena *arena; /* of the list below */
    /* After each file; path belongs to the arena. */
    void (*written)(void *context, const char *path);
    void *context;
};

enum ng_status ng_export_run(const struct ng_export *export, const char *path,
                             struct ng_error *err);
/* Of the formats with tables: csv, json; the others write nothing. */
enum ng_status ng_export_comparison(const struct ng_export *export, const char *path,
                                    struct ng_error *err);

#endif
