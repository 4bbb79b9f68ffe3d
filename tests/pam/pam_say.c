/*
 * A PAM module for tests: stands for any other line of a stack.
 *
 *	code=N      returns N
 *	data=NAME   appends the data of that name, or "(none)", to the file ./said first
 *	call        calls the test program's pam_say_called() first
 */
#include <security/pam_modules.h>
#include <stdio.h>
#include <string.h>

#define VISIBLE __attribute__((visibility("default")))

VISIBLE __attribute__((weak)) void pam_say_called(void);

static void
say_data(const pam_handle_t *pamh, const char *name)
{
	const void *data = NULL;
	FILE *f = fopen("said", "ae");

	if (!f)
		return;
	if (pam_get_data(pamh, name, &data) != PAM_SUCCESS || !data)
		data = "(none)";
	fprintf(f, "%s\n", (const char *)data);
	fclose(f);
}

/* One or two digits: enough for every PAM code. */
static int
number(const char *s)
{
	int n = 0;

	for (; *s >= '0' && *s <= '9' && n < 100; s++)
		n = n * 10 + (*s - '0');
	return n;
}

static int
say(pam_handle_t *pamh, int argc, const char **argv)
{
	int code = PAM_SUCCESS;

	for (int i = 0; i < argc; i++)
		if (strncmp(argv[i], "code=", 5) == 0)
			code = number(argv[i] + 5);
		else if (strncmp(argv[i], "data=", 5) == 0)
			say_data(pamh, argv[i] + 5);
		else if (strcmp(argv[i], "call") == 0 && pam_say_called)
			pam_say_called();
	return code;
}

#define SAY(function)                                                                    \
	VISIBLE int function(pam_handle_t *pamh, int flags, int argc, const char **argv) \
	{                                                                                \
		(void)flags;                                                             \
		return say(pamh, argc, argv);                                            \
	}

SAY(pam_sm_authenticate)
SAY(pam_sm_setcred)
SAY(pam_sm_acct_mgmt)
SAY(pam_sm_open_session)
SAY(pam_sm_close_session)
