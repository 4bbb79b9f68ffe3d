/*
 * A passphrase, read from the terminal without echo, or from standard input where that is
 * no terminal.
 */
#ifndef JITCTL_PASSPHRASE_H
#define JITCTL_PASSPHRASE_H

#include "libjit/base.h"

enum { PASSPHRASE_MAX = 1024, PASSPHRASE_MIN = 8 };

struct passphrase {
	char text[PASSPHRASE_MAX + 1];
};

#define _cleanup_passphrase_ _cleanup_(passphrase_wipe)
void passphrase_wipe(struct passphrase *passphrase);

/* Asks once. -ECANCELED: ^C, ^D or end of input; -ENODATA: nothing was typed; -EINTR: a
 * signal wants the process (it arrives on return). A text in err. */
int passphrase_ask(
	const char *prompt, struct passphrase *ret, struct jit_error *err) _must_check_;

/* For a new key: at least PASSPHRASE_MIN bytes; on a terminal asked twice. -EINVAL: too
 * short, or the two differ. */
int passphrase_ask_new(struct passphrase *ret, struct jit_error *err) _must_check_;

#endif
