#include "datasets/files/decimal.h"

#include <locale.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define EXACT_POWER   22 /* 10^22 is the largest power of ten that is a double */
#define WHOLE_POWER   27 /* 5^27 is the largest power of five below 2^64 */
#define WHOLE_DIGITS  19 /* 10^19 < 2^64 */
#define EXACT_WHOLE   ((uint64_t)1 << 53)
#define EXPONENT_MOST 100000000000000000 /* more than any text has digits */

__extension__ typedef unsigned __int128 wide;

/* (-1)^negative * digits * 10^power; kept: no digit was left out of `digits`. */
struct decimal {
    uint64_t digits;
    int64_t power;
    bool negative, kept;
};

static bool is_digit(char letter)
{
    return (unsigned char)(letter - '0') < 10;
}

static const char *read_exponent(const char *at, int64_t *exponent)
{
    bool negative = *at == '-';
    int64_t value = 0;
    at += *at == '+' || *at == '-';
    if (!is_digit(*at))
        return NULL;
    for (; is_digit(*at); at++) {
        if (value < EXPONENT_MOST)
            value = 10 * value + (*at - '0');
    }
    *exponent = negative ? -value : value;
    return at;
}

/* False: the text is not of the grammar in the header. */
static bool read_text(const char *at, struct decimal *decimal)
{
    uint64_t digits = 0;
    int64_t exponent = 0;

    decimal->negative = *at == '-';
    at += *at == '+' || *at == '-';
    const char *first = at;
    for (; is_digit(*at); at++)
        digits = 10 * digits + (uint64_t)(*at - '0');
    ptrdiff_t count = at - first, behind = 0;
    if (*at == '.') {
        const char *fraction = ++at;
        for (; is_digit(*at); at++)
            digits = 10 * digits + (uint64_t)(*at - '0');
        behind = at - fraction;
    }
    count += behind;
    if (count == 0)
        return false;
    if (count > WHOLE_DIGITS) {
        while (*first == '0' || *first == '.') {
            count -= *first == '0';
            first++;
        }
    }
    if (*at == 'e' || *at == 'E')
        at = read_exponent(at + 1, &exponent);
    decimal->digits = digits;
    decimal->kept = count <= WHOLE_DIGITS;
    decimal->power = exponent - behind;
    return at != NULL && *at == '\0';
}

static uint64_t power_of_five(int64_t power)
{
    static const uint64_t powers[WHOLE_POWER + 1] = {
        1,
        5,
        25,
        125,
        625,
        3125,
        15625,
        78125,
        390625,
        1953125,
        9765625,
        48828125,
        244140625,
        1220703125,
        6103515625,
        30517578125,
        152587890625,
        762939453125,
        3814697265625,
        19073486328125,
        95367431640625,
        476837158203125,
        2384185791015625,
        11920928955078125,
        59604644775390625,
        298023223876953125,
        1490116119384765625,
        7450580596923828125,
    };
    return powers[power];
}

/* The nearest double of (whole + a little, where inexact) * 2^exponent, ties to even.
 * whole has its bit 63 or 62 set and the result is a normal number, so that the fraction
 * is cut at one place and a carry runs into the exponent field as it should. */
static double round_whole(uint64_t whole, bool inexact, int64_t exponent)
{
    if (whole >> 63 == 0) {
        whole <<=
            1; /* the bit that moves in is below the sticky one: never looked at */
        exponent--;
    }
    uint64_t kept = whole >> 11, rest = whole & 0x7FF;
    bool up = rest > 0x400 || (rest == 0x400 && (inexact || (kept & 1)));
    uint64_t bits = ((uint64_t)(exponent + 63 + 1023 - 1) << 52) + kept + up;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* digits * 10^power for |power| <= WHOLE_POWER, digits > 0: one multiplication or division
 * of whole numbers, whose remainder says what was lost. */
static double scale_whole(uint64_t digits, int64_t power)
{
    int shift = __builtin_clzll(digits);
    digits <<= shift;
    if (power < 0) {
        uint64_t by = power_of_five(-power);
        int by_shift = __builtin_clzll(by);
        by <<= by_shift;
        wide all = (wide)digits << 63; /* the quotient has 63 or 64 bits */
        uint64_t whole = (uint64_t)(all / by);
        return round_whole(whole, all % by != 0, power - shift + by_shift - 63);
    }
    wide all = (wide)digits * power_of_five(power);
    uint64_t high = (uint64_t)(all >> 64);
    int left = high != 0 ? __builtin_clzll(high) : 64;
    all <<= left;
    return round_whole((uint64_t)(all >> 64), (uint64_t)all != 0,
                       power - shift + 64 - left);
}

static double read_in_plain_locale(const char *text)
{
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    locale_t before = uselocale(plain);
    double value = strtod(text, NULL);
    uselocale(before);
    freelocale(plain);
    return value;
}

bool ng_decimal_read(const char *text, double *value)
{
    struct decimal decimal;
    if (!read_text(text, &decimal))
        return false;
    int64_t size = decimal.power < 0 ? -decimal.power : decimal.power;
    if (!decimal.kept || size > WHOLE_POWER) {
        *value = read_in_plain_locale(text);
        return true;
    }
    if (decimal.digits == 0) {
        *value = 0.0;
    } else if (decimal.digits <= EXACT_WHOLE && size <= EXACT_POWER) {
        static const double powers[EXACT_POWER + 1] = {
            1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
            1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
        double whole = (double)decimal.digits;
        *value = decimal.power < 0 ? whole / powers[size] : whole * powers[size];
    } else {
        *value = scale_whole(decimal.digits, decimal.power);
    }
    if (decimal.negative)
        *value = -*value;
    return true;
}
