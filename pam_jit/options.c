/*
 * The options of a PAM line. Runs as: any. Pure.
 *
 * MUST refuse what it does not know: nothing is guessed, nothing passed over.
 */
#include "options.h"

#include <string.h>

#include "exempt.h"

static const char unknown[] = "unknown option";
static const char twice[] = "given twice";
static const char later[] = "not supported yet";

/* Is arg NAME=…? Then value points behind the `=`. */
static bool
has_name(const char *arg, const char *name, const char **value)
{
	size_t len = strlen(name);

	if (strncmp(arg, name, len) != 0 || arg[len] != '=')
		return false;
	*value = arg + len + 1;
	return true;
}

static const char *
set_flag(bool *flag)
{
	if (*flag)
		return twice;
	*flag = true;
	return NULL;
}

static const char *
set_kind(struct options *options, const char *value)
{
	if (options->door != DOOR_UNKNOWN)
		return twice;
	options->door = service_door_from_name(value);
	return options->door == DOOR_UNKNOWN ? "not login, switch or sudo" : NULL;
}

static const char *
set_exempt(struct options *options, const char *value)
{
	if (options->exempt)
		return twice;
	if (!exempt_valid(value))
		return "not USER@TTY[,TTY...]";
	options->exempt = value;
	return NULL;
}

static bool
is_later(const char *arg)
{
	return strcmp(arg, "pin") == 0 || strcmp(arg, "break-glass") == 0 ||
		strcmp(arg, "person") == 0;
}

/* NULL, or what is wrong with it. */
static const char *
set_option(struct options *options, const char *arg)
{
	const char *value;

	if (has_name(arg, "kind", &value))
		return set_kind(options, value);
	if (has_name(arg, "exempt", &value))
		return set_exempt(options, value);
	if (strcmp(arg, "mode=observe") == 0)
		return set_flag(&options->observe);
	if (strcmp(arg, "debug") == 0)
		return set_flag(&options->debug);
	return is_later(arg) ? later : unknown;
}

void
options_parse(struct options *ret, int argc, const char **argv)
{
	struct options options = { 0 };

	for (int i = 0; i < argc; i++) {
		const char *why = set_option(&options, argv[i]);

		if (!why || options.bad)
			continue;
		options.bad = argv[i];
		options.why = why;
	}
	*ret = options;
}
