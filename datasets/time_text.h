/*
 * Times in text: YYYY-MM-DD, then optionally a blank or T and HH:MM or HH:MM:SS, optionally a
 * fraction of seconds, and Z or an offset such as +02:00 or -0530 (ISO 8601). Fraction and
 * offset are passed over: the time is what the clock showed where it was written.
 *
 * Failure: false where the text is something else or no day of the Gregorian calendar.
 * Threads: any.
 */
#ifndef NG_DATASETS_TIME_TEXT_H
#define NG_DATASETS_TIME_TEXT_H

#include <stdbool.h>
#include <stdint.h>

/* seconds: since 1970-01-01 00:00:00 on the same clock, without leap seconds. */
bool ng_time_read(const char *text, int64_t *seconds);

/* 0 to 23. */
int ng_time_hour(int64_t seconds);

#endif
