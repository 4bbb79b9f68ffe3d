/*
 * notify-message: turns the notice on standard input into a message for a chat service on
 * standard output. For notify hooks, which are shell scripts and could not.
 *
 * Runs as: any, without privilege.
 */
#include <stdio.h>

#include "notify_format.h"

enum { EXIT_USAGE = 64, EXIT_INPUT = 65, EXIT_OUTPUT = 73 };

int
main(int argc, char **argv)
{
	json_auto_t *notice = NULL, *message = NULL;

	if (argc != 2) {
		fputs("usage: notify-message slack|teams|json <NOTICE\n", stderr);
		return EXIT_USAGE;
	}
	notice = json_loadf(stdin, JSON_REJECT_DUPLICATES, NULL);
	message = notify_format(argv[1], notice);
	if (!message) {
		fputs("notify-message: no such service, or no notice on standard input\n",
			stderr);
		return EXIT_INPUT;
	}
	if (json_dumpf(message, stdout, JSON_COMPACT | JSON_ENSURE_ASCII) < 0 ||
		fclose(stdout) != 0)
		return EXIT_OUTPUT;
	return 0;
}
