#include "datasets/time_text.h"

#include <stddef.h>

#define DAY 86400

/* Exactly `count` digits at *at, behind which *at then stands. */
static bool digits(const char **at, int count, int least, int most, int *value)
{
    *value = 0;
    for (int i = 0; i < count; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        *value = *value * 10 + (**at - '0');
    }
    return *value >= least && *value <= most;
}

static bool letter(const char **at, char wanted)
{
    if (**at != wanted)
        return false;
    (*at)++;
    return true;
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t days_before(int year)
{
    int64_t past = year - 1;
    return past * 365 + past / 4 - past / 100 + past / 400;
}

static bool read_date(const char **at, int64_t *days)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year, month, day;
    if (!digits(at, 4, 1, 9999, &year) || !letter(at, '-') ||
        !digits(at, 2, 1, 12, &month) || !letter(at, '-') ||
        !digits(at, 2, 1, 31, &day))
        return false;
    if (day > lengths[month - 1] + (month == 2 && is_leap(year)))
        return false;
    *days = days_before(year) - days_before(1970) + day - 1;
    for (int i = 0; i < month - 1; i++)
        *days += lengths[i] + (i == 1 && is_leap(year));
    return true;
}

/* Z, +02:00, +0200, +02, or nothing. */
static bool pass_offset(const char **at)
{
    int hours, minutes;
    if (letter(at, 'Z') || **at == '\0')
        return true;
    if ((!letter(at, '+') && !letter(at, '-')) || !digits(at, 2, 0, 23, &hours))
        return false;
    if (**at == '\0')
        return true;
    letter(at, ':');
    return digits(at, 2, 0, 59, &minutes);
}

bool ng_time_read(const char *text, int64_t *seconds)
{
    int64_t days;
    int hour = 0, minute = 0, second = 0;
    if (!read_date(&text, &days))
        return false;
    if (*text != '\0') {
        if (!letter(&text, ' ') && !letter(&text, 'T'))
            return false;
        if (!digits(&text, 2, 0, 23, &hour) || !letter(&text, ':') ||
            !digits(&text, 2, 0, 59, &minute))
            return false;
        if (letter(&text, ':')) {
            if (!digits(&text, 2, 0, 60, &second)) /* 60: a leap second */
                return false;
            if (letter(&text, '.'))
                while (*text >= '0' && *text <= '9')
                    text++;
        }
        if (!pass_offset(&text))
            return false;
    }
    *seconds = days * DAY + hour * 3600 + minute * 60 + second;
    return *text == '\0';
}

int ng_time_hour(int64_t seconds)
{
    int64_t rest = seconds % DAY;
    return (int)((rest < 0 ? rest + DAY : rest) / 3600);
}
