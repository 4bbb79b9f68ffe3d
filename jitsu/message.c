/*
 * What jitsu says to the person. Runs as: any.
 *
 * MUST write each line whole, with one write, so that lines of front and command do not
 * mix; MUST NOT fail: nobody could be told.
 */
#include "message.h"

#include <string.h>
#include <time.h>

#define PREFIX "jitsu: "

static void
put_line(const char *text, size_t len)
{
	char line[2048];
	int n = snprintf(line, sizeof(line), PREFIX "%.*s\n", (int)len, text);

	if (n < 0)
		return;
	if ((size_t)n >= sizeof(line)) {
		n = sizeof(line) - 1;
		line[n - 1] = '\n';
	}
	if (write(STDERR_FILENO, line, (size_t)n) < 0)
		return;
}

void
say(const char *format, ...)
{
	char text[2048];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	put_line(text, strlen(text));
}

void
say_lines(const char *lines)
{
	while (*lines) {
		size_t len = strcspn(lines, "\n");

		put_line(lines, len);
		lines += len;
		if (*lines)
			lines++;
	}
}

const char *
clock_text(int64_t wall_sec, int64_t now_sec, char buf[CLOCK_TEXT_SIZE])
{
	time_t then = (time_t)wall_sec, today = (time_t)now_sec;
	struct tm tm_then, tm_today;
	bool same_day;

	if (!localtime_r(&then, &tm_then) || !localtime_r(&today, &tm_today))
		return "?";
	same_day = tm_then.tm_year == tm_today.tm_year &&
		tm_then.tm_yday == tm_today.tm_yday;
	if (strftime(buf, CLOCK_TEXT_SIZE, same_day ? "%H:%M" : "%F %H:%M", &tm_then) ==
		0)
		return "?";
	return buf;
}
