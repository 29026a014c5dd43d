/*
 * The table of named formats. Sources: IEEE 754-2019 clause 3.4 (fp32, fp16); NVIDIA,
 * "A100 Tensor Core GPU Architecture", 2020 (tf32); Intel 338302, 2018 (bf16, here with
 * subnormals); OCP "8-bit Floating Point Specification" 1.0 section 5 (e4m3, e5m2; e5m2's
 * canonical NaN is CUDA's); OCP "Microscaling Formats" 1.0 sections 5.3, 5.4 (e2m3, e3m2,
 * e2m1, e8m0); B. Noune et al., "8-bit Numerical Formats for Deep Neural Networks",
 * arXiv 2206.02915 (fnuz); ml_dtypes 0.6 (b11fnuz, e4m3ieee, e3m4).
 */
#include <stddef.h>

#include "formats/codec/format.h"

#define IEEE   .encoding = NG_SIGN_MAGNITUDE, .has_nan = true, .has_negative_zero = true
#define FINITE .encoding = NG_SIGN_MAGNITUDE, .has_negative_zero = true
#define FNUZ   .encoding = NG_SIGN_MAGNITUDE, .has_nan = true

#define FIELDS(exponent, mantissa, its_bias)                                           \
    .width = 1 + (exponent) + (mantissa), .exponent_bits = (exponent),                 \
    .mantissa_bits = (mantissa), .bias = (its_bias)

const struct ng_format ng_fp32 = {"fp32",
                                  "IEEE 754-2019, binary32",
                                  IEEE,
                                  FIELDS(8, 23, 127),
                                  .storage_bytes = 4,
                                  .max_code = 0x7F7FFFFF,
                                  .nan_code = 0x7FC00000,
                                  .inf_code = 0x7F800000,
                                  .max = 0x1.FFFFFEp127f,
                                  .min_normal = 0x1p-126f,
                                  .min_subnormal = 0x1p-149f};

const struct ng_format ng_tf32 = {"tf32",
                                  "NVIDIA A100, TensorFloat-32",
                                  IEEE,
                                  FIELDS(8, 10, 127),
                                  .unused_bits = 13,
                                  .storage_bytes = 4,
                                  .max_code = 0x7F7FE000,
                                  .nan_code = 0x7FC00000,
                                  .inf_code = 0x7F800000,
                                  .max = 0x1.FFCp127f,
                                  .min_normal = 0x1p-126f,
                                  .min_subnormal = 0x1p-136f};

const struct ng_format ng_bf16 = {"bf16",
                                  "Intel 338302, bfloat16",
                                  IEEE,
                                  FIELDS(8, 7, 127),
                                  .storage_bytes = 2,
                                  .max_code = 0x7F7F,
                                  .nan_code = 0x7FC0,
                                  .inf_code = 0x7F80,
                                  .max = 0x1.FEp127f,
                                  .min_normal = 0x1p-126f,
                                  .min_subnormal = 0x1p-133f};

const struct ng_format ng_fp16 = {"fp16",
                                  "IEEE 754-2019, binary16",
                                  IEEE,
                                  FIELDS(5, 10, 15),
                                  .storage_bytes = 2,
                                  .max_code = 0x7BFF,
                                  .nan_code = 0x7E00,
                                  .inf_code = 0x7C00,
                                  .max = 65504.0f,
                                  .min_normal = 0x1p-14f,
                                  .min_subnormal = 0x1p-24f};

/* Up to 464 rounds to 448 (the tie goes to the even code); above that is overflow. */
const struct ng_format ng_e4m3 = {"e4m3",
                                  "OCP OFP8 1.0, E4M3",
                                  IEEE,
                                  FIELDS(4, 3, 7),
                                  .storage_bytes = 1,
                                  .max_code = 0x7E,
                                  .nan_code = 0x7F,
                                  .max = 448.0f,
                                  .min_normal = 0x1p-6f,
                                  .min_subnormal = 0x1p-9f};

/* From 61440 on (the tie goes to the even code above) is overflow. */
const struct ng_format ng_e5m2 = {"e5m2",
                                  "OCP OFP8 1.0, E5M2",
                                  IEEE,
                                  FIELDS(5, 2, 15),
                                  .storage_bytes = 1,
                                  .max_code = 0x7B,
                                  .nan_code = 0x7F,
                                  .inf_code = 0x7C,
                                  .max = 57344.0f,
                                  .min_normal = 0x1p-14f,
                                  .min_subnormal = 0x1p-16f};

const struct ng_format ng_e4m3fnuz = {"e4m3fnuz",
                                      "arXiv 2206.02915; AMD CDNA3",
                                      FNUZ,
                                      FIELDS(4, 3, 8),
                                      .storage_bytes = 1,
                                      .max_code = 0x7F,
                                      .nan_code = 0x80,
                                      .max = 240.0f,
                                      .min_normal = 0x1p-7f,
                                      .min_subnormal = 0x1p-10f};

const struct ng_format ng_e5m2fnuz = {"e5m2fnuz",
                                      "arXiv 2206.02915; AMD CDNA3",
                                      FNUZ,
                                      FIELDS(5, 2, 16),
                                      .storage_bytes = 1,
                                      .max_code = 0x7F,
                                      .nan_code = 0x80,
                                      .max = 57344.0f,
                                      .min_normal = 0x1p-15f,
                                      .min_subnormal = 0x1p-17f};

const struct ng_format ng_e4m3b11fnuz = {"e4m3b11fnuz",
                                         "ml_dtypes, float8_e4m3b11fnuz",
                                         FNUZ,
                                         FIELDS(4, 3, 11),
                                         .storage_bytes = 1,
                                         .max_code = 0x7F,
                                         .nan_code = 0x80,
                                         .max = 30.0f,
                                         .min_normal = 0x1p-10f,
                                         .min_subnormal = 0x1p-13f};

const struct ng_format ng_e4m3ieee = {"e4m3ieee",
                                      "ml_dtypes, float8_e4m3",
                                      IEEE,
                                      FIELDS(4, 3, 7),
                                      .storage_bytes = 1,
                                      .max_code = 0x77,
                                      .nan_code = 0x7C,
                                      .inf_code = 0x78,
                                      .max = 240.0f,
                                      .min_normal = 0x1p-6f,
                                      .min_subnormal = 0x1p-9f};

const struct ng_format ng_e3m4 = {"e3m4",
                                  "ml_dtypes, float8_e3m4",
                                  IEEE,
                                  FIELDS(3, 4, 3),
                                  .storage_bytes = 1,
                                  .max_code = 0x6F,
                                  .nan_code = 0x78,
                                  .inf_code = 0x70,
                                  .max = 15.5f,
                                  .min_normal = 0x1p-2f,
                                  .min_subnormal = 0x1p-6f};

const struct ng_format ng_e2m3 = {"e2m3",
                                  "OCP MX 1.0, FP6 E2M3",
                                  FINITE,
                                  FIELDS(2, 3, 1),
                                  .storage_bytes = 1,
                                  .max_code = 0x1F,
                                  .nan_code = 0x1F,
                                  .max = 7.5f,
                                  .min_normal = 1.0f,
                                  .min_subnormal = 0.125f};

const struct ng_format ng_e3m2 = {"e3m2",
                                  "OCP MX 1.0, FP6 E3M2",
                                  FINITE,
                                  FIELDS(3, 2, 3),
                                  .storage_bytes = 1,
                                  .max_code = 0x1F,
                                  .nan_code = 0x1F,
                                  .max = 28.0f,
                                  .min_normal = 0.25f,
                                  .min_subnormal = 0.0625f};

const struct ng_format ng_e2m1 = {"e2m1",
                                  "OCP MX 1.0, FP4 E2M1",
                                  FINITE,
                                  FIELDS(2, 1, 1),
                                  .storage_bytes = 1,
                                  .max_code = 0x7,
                                  .nan_code = 0x7,
                                  .max = 6.0f,
                                  .min_normal = 1.0f,
                                  .min_subnormal = 0.5f};

const struct ng_format ng_e8m0 = {"e8m0",
                                  "OCP MX 1.0, E8M0",
                                  .encoding = NG_UNSIGNED,
                                  .has_nan = true,
                                  .width = 8,
                                  .exponent_bits = 8,
                                  .bias = 127,
                                  .storage_bytes = 1,
                                  .max_code = 0xFE,
                                  .nan_code = 0xFF,
                                  .max = 0x1p127f,
                                  .min_normal = 0x1p-127f,
                                  .min_subnormal = 0x1p-127f};

/* An integer is a float all of whose codes are subnormal, in steps of one. */
const struct ng_format ng_int8 = {"int8",
                                  "two's complement, symmetric",
                                  .encoding = NG_TWOS_COMPLEMENT,
                                  .width = 8,
                                  .mantissa_bits = 7,
                                  .bias = -6,
                                  .storage_bytes = 1,
                                  .max_code = 0x7F,
                                  .nan_code = 0,
                                  .max = 127.0f,
                                  .min_normal = 128.0f,
                                  .min_subnormal = 1.0f};

const struct ng_format *const ng_formats[] = {
    &ng_fp32,     &ng_tf32,     &ng_bf16,        &ng_fp16,     &ng_e4m3, &ng_e5m2,
    &ng_e4m3fnuz, &ng_e5m2fnuz, &ng_e4m3b11fnuz, &ng_e4m3ieee, &ng_e3m4, &ng_e2m3,
    &ng_e3m2,     &ng_e2m1,     &ng_e8m0,        &ng_int8,     NULL};
