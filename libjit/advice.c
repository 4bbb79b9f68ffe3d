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

/* May an approver let this in, whatever is still wanting of the request? */
static bool
can_be_asked_for(const struct jit_decision *decision)
{
	if (!decision->rule || !decision->role ||
		decision->rule->approval != JIT_APPROVAL_APPROVERS)
		return false;
	return decision->reason == JIT_WHY_NEEDS_APPROVAL ||
		decision->reason == JIT_WHY_NEEDS_REASON ||
		decision->reason == JIT_WHY_NEEDS_TICKET;
}

/* A login cannot ask for itself: from another machine, or by a chat or portal. */
static void
add_how_to_ask(struct text *text, const struct jit_access *access,
	const struct jit_decision *decision)
{
	char duration[JIT_DURATION_SIZE];
	const struct jit_role *role = decision->role;
	const struct jit_rule *rule = decision->rule;
	int64_t sec =
		decision->duration_sec > 0 ? decision->duration_sec : decision->max_sec;

	add(text, "ask:  jitctl request --host %s -R %s -t %s",
		access->policy.globals.host, role->name,
		jit_format_duration(sec, duration));
	if (role->run_as.n > 1 || jit_streq(role->run_as.v[0], "*"))
		add(text, " --as %s", decision->target);
	if (rule->ticket.n > 0)
		add(text, " -r \"%s-123 why\"\n", rule->ticket.v[0]);
	else
		add(text, " -r \"why\"\n");
}

void
jit_access_advice(const struct jit_access *access, const struct jit_request *request,
	const struct jit_decision *decision, char *buf, size_t size)
{
	const struct jit_globals *globals = &access->policy.globals;
	struct text text = { .buf = buf, .size = size };
	char line[256];

	buf[0] = '\0';
	if (request->kind != JIT_KIND_COMMAND && can_be_asked_for(decision))
		add_how_to_ask(&text, access, decision);
	if (globals->contact[0])
		add(&text, "help: %s\n",
			jit_escape(globals->contact, line, sizeof(line)));
	if (globals->url[0])
		add(&text, "see:  %s\n", jit_escape(globals->url, line, sizeof(line)));
}
