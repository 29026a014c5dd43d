/*
 * The generator "claims": insurance claims, some of which will be disputed, with the
 * true probability of a dispute known for every row.
 *
 * Draws. u(column, j) is word 4 * row + j of Philox with seed = the card's seed, stream
 * = data, tensor = the column of enum draw, step = 0 for training and 1 for test rows,
 * as a uniform number in [0, 1) of 24 bits (formats/math). A row therefore depends on
 * its seed, split and number alone. bell(column) = sqrt(3) * (u0 + u1 + u2 + u3 - 2):
 * mean 0, variance 1, within +-2 sqrt(3). Everything is FP32, each operation rounded
 * once, from left to right; exp and log are ng_expf and ng_logf.
 *
 * Groups. region: north, south, east, west, islands with probability 0.44, 0.28, 0.16,
 * 0.08, 0.04; age: 18-25, 26-45, 46-65, 66+ with 0.18, 0.46, 0.26, 0.10; each the first
 * band whose cumulated probability exceeds u0.
 *
 * Features (21): five indicators of the region, four of the age, then
 *   amount          exp(6 + a), a = bell: median 400, up to 13,000
 *   score           600 + 80 c, c = bell
 *   prior_claims    n = whole part of max(0, 1.2 + 1.3 bell)
 *   delay           3 exp(t / 3), t = -log(1 - u0): Pareto with tail index 3
 *   vehicle_value   18 + 4 q, q = bell
 *   mileage         12 + 3 m, m = bell
 *   night_share     8 + 1.5 h, h = bell
 *   documents       70 + 12 d, d = bell
 *   household       40 + 9 bell: has no influence
 *   witness         w = 1 where u0 < 0.35, else 0
 *   police_report   r = 1 where u0 < 0.55, else 0
 *   injury          i = 1 where u0 < 0.20, else 0
 *
 * The truth. With
 *   main = 0.9 a - 1.6 c + 0.9 (n - 1.3) + 0.8 (t - 1) - 1.2 d
 *          + 0.9 (w - 0.35) - 0.6 (r - 0.55) + 0.4 i a,
 *   local = 0.5 q m                          in the north
 *           0.5 q m + 0.2                    in the south
 *           0.6 q m - 0.2                    in the east
 *           1.6 c - 0.6 q m                  in the west    (the score tells nothing)
 *           2.4 d + 1.3 c - 0.6 q m          on the islands (documents count reversed),
 *   by_age = 0.4, 0, -0.2, 0.2 - 0.8 h,
 *   certainty = 1, 1, 1, 0.9, 0.7 by region,
 * the probability of a dispute is 1 / (1 + exp(-1.8 (certainty (main + local) + by_age
 * - 0.55))), and the label is "disputed" where u0 of its own column is below it. The
 * mean of max(p, 1 - p) is the ceiling of accuracy; the small regions follow rules that
 * the large ones contradict, so what is learnt from all rows fits them worst.
 *
 * Threads: constants and the caller's memory only.
 */
#include <string.h>

#include "datasets/load.h"
#include "datasets/readers.h"
#include "formats/math/math.h"

/* Columns of draws; the numbers are part of the definition. */
enum draw {
    REGION = 0,
    AGE = 1,
    AMOUNT = 2,
    SCORE = 3,
    PRIOR_CLAIMS = 4,
    DELAY = 5,
    VEHICLE_VALUE = 6,
    MILEAGE = 7,
    NIGHT_SHARE = 8,
    DOCUMENTS = 9,
    HOUSEHOLD = 10,
    WITNESS = 11,
    POLICE_REPORT = 12,
    INJURY = 13,
    LABEL = 14,
};

enum { REGIONS = 5, AGES = 4, FEATURES = 21 };

static const char *const region_bands[] = {"north", "south",   "east",
                                           "west",  "islands", NULL};
static const char *const age_bands[] = {"18-25", "26-45", "46-65", "66+", NULL};
static const float region_cumulated[] = {0.44F, 0.72F, 0.88F, 0.96F, 1.0F};
static const float age_cumulated[] = {0.18F, 0.64F, 0.90F, 1.0F};

static const char *const feature_names[FEATURES] = {
    "region_north", "region_south", "region_east", "region_west",   "region_islands",
    "age_18_25",    "age_26_45",    "age_46_65",   "age_66_up",     "amount",
    "score",        "prior_claims", "delay",       "vehicle_value", "mileage",
    "night_share",  "documents",    "household",   "witness",       "police_report",
    "injury",
};

/* Latent values of one claim, named as in the heading of this file. */
struct claim {
    unsigned region, age;
    float a, c, n, t, q, m, h, d, household;
    float w, r, i;
};

struct source {
    uint32_t seed;
    uint64_t step; /* split */
    uint64_t row;
};

static float uniform(const struct source *source, enum draw column, unsigned j)
{
    struct ng_random random = {
        .seed = source->seed,
        .stream = ng_stream_key(NG_STREAM_DATA, (uint32_t)column),
        .step = source->step,
    };
    return ng_random_uniform(&random, 4 * source->row + j);
}

static float bell(const struct source *source, enum draw column)
{
    float sum = uniform(source, column, 0);
    for (unsigned j = 1; j < 4; j++)
        sum += uniform(source, column, j);
    return 1.7320508F * (sum - 2.0F);
}

static float chance(const struct source *source, enum draw column, float probability)
{
    return uniform(source, column, 0) < probability ? 1.0F : 0.0F;
}

static unsigned band(const struct source *source, enum draw column,
                     const float *cumulated, unsigned bands)
{
    float u = uniform(source, column, 0);
    unsigned i = 0;
    while (i + 1 < bands && u >= cumulated[i])
        i++;
    return i;
}

static struct claim draw_claim(const struct source *source)
{
    float prior = 1.2F + 1.3F * bell(source, PRIOR_CLAIMS);
    return (struct claim){
        .region = band(source, REGION, region_cumulated, REGIONS),
        .age = band(source, AGE, age_cumulated, AGES),
        .a = bell(source, AMOUNT),
        .c = bell(source, SCORE),
        .n = prior > 0 ? (float)(int)prior : 0.0F,
        .t = -ng_logf(1.0F - uniform(source, DELAY, 0)),
        .q = bell(source, VEHICLE_VALUE),
        .m = bell(source, MILEAGE),
        .h = bell(source, NIGHT_SHARE),
        .d = bell(source, DOCUMENTS),
        .household = bell(source, HOUSEHOLD),
        .w = chance(source, WITNESS, 0.35F),
        .r = chance(source, POLICE_REPORT, 0.55F),
        .i = chance(source, INJURY, 0.20F),
    };
}

static float local_influence(const struct claim *claim)
{
    float qm = claim->q * claim->m;
    switch (claim->region) {
    case 0:
        return 0.5F * qm;
    case 1:
        return 0.5F * qm + 0.2F;
    case 2:
        return 0.6F * qm - 0.2F;
    case 3:
        return 1.6F * claim->c - 0.6F * qm;
    default:
        return 2.4F * claim->d + 1.3F * claim->c - 0.6F * qm;
    }
}

static float probability_of_dispute(const struct claim *claim)
{
    static const float certainty[REGIONS] = {1.0F, 1.0F, 1.0F, 0.9F, 0.7F};
    static const float age_shift[AGES] = {0.4F, 0.0F, -0.2F, 0.2F};
    float score = 0.9F * claim->a - 1.6F * claim->c + 0.9F * (claim->n - 1.3F) +
                  0.8F * (claim->t - 1.0F) - 1.2F * claim->d +
                  0.9F * (claim->w - 0.35F) - 0.6F * (claim->r - 0.55F) +
                  0.4F * claim->i * claim->a;
    float by_age = age_shift[claim->age];
    if (claim->age == AGES - 1)
        by_age -= 0.8F * claim->h;
    float inner =
        certainty[claim->region] * (score + local_influence(claim)) + by_age - 0.55F;
    return 1.0F / (1.0F + ng_expf(-1.8F * inner));
}

static void write_features(const struct claim *claim, float *x)
{
    float *next = x + REGIONS + AGES;
    x[claim->region] = 1.0F;
    x[REGIONS + claim->age] = 1.0F;
    *next++ = ng_expf(6.0F + claim->a);
    *next++ = 600.0F + 80.0F * claim->c;
    *next++ = claim->n;
    *next++ = 3.0F * ng_expf(claim->t / 3.0F);
    *next++ = 18.0F + 4.0F * claim->q;
    *next++ = 12.0F + 3.0F * claim->m;
    *next++ = 8.0F + 1.5F * claim->h;
    *next++ = 70.0F + 12.0F * claim->d;
    *next++ = 40.0F + 9.0F * claim->household;
    *next++ = claim->w;
    *next++ = claim->r;
    *next++ = claim->i;
}

static void write_bands(const struct ng_card *card, const struct claim *claim,
                        const struct ng_split *split, size_t row)
{
    const struct ng_card_slice *slices = card->slices.values;
    for (size_t i = 0; i < card->slices.count; i++) {
        if (slices[i].column == NULL)
            continue;
        if (strcmp(slices[i].column, "region") == 0)
            split->slice[i][row] = (uint16_t)claim->region;
        else if (strcmp(slices[i].column, "age") == 0)
            split->slice[i][row] = (uint16_t)claim->age;
    }
}

static enum ng_status generate(struct ng_load *load, struct ng_split *split,
                               uint64_t step, struct ng_error *err)
{
    struct source source = {.seed = (uint32_t)load->card->seed, .step = step};
    split->true_probability =
        ng_arena_array(&load->dataset->arena, split->rows, 2 * sizeof(float));
    if (split->true_probability == NULL)
        return ng_load_no_memory(load, err);
    for (size_t row = 0; row < split->rows; row++) {
        source.row = row;
        struct claim claim = draw_claim(&source);
        float disputed = probability_of_dispute(&claim);
        split->true_probability[2 * row] = 1.0F - disputed;
        split->true_probability[2 * row + 1] = disputed;
        split->label[row] = uniform(&source, LABEL, 0) < disputed;
        write_features(&claim, split->x + row * FEATURES);
        write_bands(load->card, &claim, split, row);
    }
    return NG_OK;
}

static enum ng_status read(struct ng_load *load, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_dataset *dataset = load->dataset;
    NG_TRY(ng_load_columns(load, FEATURES, &load->card->classes, err));
    for (size_t i = 0; i < FEATURES; i++) {
        dataset->feature_names[i] = ng_arena_text(&dataset->arena, feature_names[i]);
        if (dataset->feature_names[i] == NULL)
            NG_TRY(ng_load_no_memory(load, err));
    }
    NG_TRY(generate(load, &dataset->train, 0, err));
    NG_TRY(generate(load, &dataset->test, 1, err));
out:
    return status;
}

static const struct ng_reader_column columns[] = {
    {.name = "region", .bands = region_bands},
    {.name = "age", .bands = age_bands},
};

const struct ng_reader ng_reader_claims = {
    .name = "claims",
    .features = FEATURES,
    .classes = 2,
    .columns = columns,
    .column_count = sizeof columns / sizeof columns[0],
    .read = read,
};
