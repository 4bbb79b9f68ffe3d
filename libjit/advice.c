/*
 * How a refused person can go on. Runs as: root. Names only what exists.
 */
#include <string.h>

#include "access.h"
#include "escape.h"
#include "parse.h"

struct text {
	char *buf;
	size_t size, at;
};

static void add(struct text *text, const char *format, ...) _printf_(2, 3);

static void
add(struct text *text, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(text->buf + text->at, text->size - text->at, format, ap);
	va_end(ap);
	if (n > 0)
		text->at += (size_t)n < text->size - text->at ? (size_t)n
							      : text->size - text->at - 1;
}

/* "carol, dave or erin"; never the subject: nobody approves for themselves. */
static void
add_approvers(struct text *text, const struct jit_strv *approvers, const char *subject)
{
	size_t left = 0, written = 0;

	for (size_t i = 0; i < approvers->n; i++)
		left += !jit_streq(approvers->v[i], subject);
	for (size_t i = 0; i < approvers->n; i++) {
		if (jit_streq(approvers->v[i], subject))
			continue;
		left--;
		add(text, "%s%s",
			written == 0        ? ""
				: left == 0 ? " or "
					    : ", ",
			approvers->v[i]);
		written++;
	}
}

static void
add_how_to_ask(struct text *text, const struct jit_access *access,
	const struct jit_request *request, const struct jit_decision *decision)
{
	char duration[JIT_DURATION_SIZE];
	const struct jit_role *role = decision->role;
	int64_t sec =
		decision->duration_sec > 0 ? decision->duration_sec : decision->max_sec;

	add(text, "ask ");
	add_approvers(text, &decision->rule->approvers, access->subject.name);
	add(text, " for: jitctl grant --sub %s --host %s -R %s -t %s",
		access->subject.name, access->policy.globals.host, role->name,
		jit_format_duration(sec, duration));
	if (role->run_as.n > 1 || (request->target && jit_streq(role->run_as.v[0], "*")))
		add(text, " --as %s", decision->target);
	add(text, "\n");
}

void
jit_access_advice(const struct jit_access *access, const struct jit_request *request,
	const struct jit_decision *decision, char *buf, size_t size)
{
	const struct jit_globals *globals = &access->policy.globals;
	struct text text = { .buf = buf, .size = size };
	char line[256];

	buf[0] = '\0';
	if (decision->reason == JIT_WHY_NEEDS_APPROVAL && decision->rule &&
		decision->role)
		add_how_to_ask(&text, access, request, decision);
	if (globals->contact[0])
		add(&text, "help: %s\n",
			jit_escape(globals->contact, line, sizeof(line)));
	if (globals->url[0])
		add(&text, "see:  %s\n", jit_escape(globals->url, line, sizeof(line)));
}
