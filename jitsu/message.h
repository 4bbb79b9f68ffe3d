/*
 * What jitsu says to the person: lines on standard error that begin with `jitsu: `.
 * Text that somebody else chose has to be escaped (escape.h) before it comes here.
 */
#ifndef JITSU_MESSAGE_H
#define JITSU_MESSAGE_H

#include "libjit/base.h"

/* One line. The newline is added. */
void say(const char *format, ...) _printf_(1, 2);

/* Whole lines, each ending in a newline; each gets the prefix. */
void say_lines(const char *lines);

/* `10:14`, or `2026-11-21 10:14` when that is not today; local time of the host. */
enum { CLOCK_TEXT_SIZE = 32 };
const char *clock_text(int64_t wall_sec, int64_t now_sec, char buf[CLOCK_TEXT_SIZE]);

#endif
