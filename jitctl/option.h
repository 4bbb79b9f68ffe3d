/*
 * The command line of a subcommand, read by a table of its options.
 */
#ifndef JITCTL_OPTION_H
#define JITCTL_OPTION_H

#include "libjit/base.h"

enum { OPTION_MAX = 12 }; /* options of one subcommand, beside --help */

/* One option: a flag, or one with a value; with both places, its value (behind `=`) may be
 * left out. */
struct option_entry {
	const char *name;   /* the long one, without dashes */
	char letter;        /* the short one; 0: there is none */
	bool *flag;         /* set to true; NULL: it has a value */
	const char **value; /* NULL before, if it may be given once or is needed */
	bool needed;
};

struct option_set {
	struct option_entry entries[OPTION_MAX];
	int min, max; /* so many arguments */
	bool command; /* instead: any number, but only behind `--` */
	bool once;    /* no option with a value twice; else the last one counts */
	void (*help)(FILE *out);
	int (*usage)(const char *problem); /* NULL: the help on standard error */
};

/* Reads options into their places, and -h, --help. Less than 0: go on, the arguments are
 * argv[optind] and what follows; else everything is said and this is the exit code. */
int option_read(int argc, char **argv, const struct option_set *set) _must_check_;

#endif
