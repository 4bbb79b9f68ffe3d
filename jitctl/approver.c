/*
 * The person who signs.
 *
 * Runs as the approver. MUST NOT sign a ruling that no host would read.
 */
#include "jitctl/approver.h"

#include <string.h>

#include "jitctl/draft.h"
#include "jitctl/option.h"

int
approver_read(int argc, char **argv, void (*help)(FILE *out), struct approver_ruling *ret)
{
	const struct option_set set = {
		.entries = {
			{ "reason", 'r', .value = &ret->reason, .needed = true },
			{ "print", .flag = &ret->print },
			APPROVER_ENTRIES(&ret->by),
		},
		.min = 1,
		.max = 1,
		.once = true,
		.help = help,
	};
	int r = option_read(argc, argv, &set);

	if (r < 0)
		ret->typed = argv[optind];
	return r;
}

void
approver_close(struct approver *approver)
{
	signer_close(&approver->signer);
}

int
approver_open(const struct approver_options *options, struct approver *ret,
	struct jit_error *err)
{
	int r = draft_signer_name(options->iss, ret->name, err);

	if (r == 0)
		r = signer_open(options->key_file, options->which, &ret->signer, err);
	if (r < 0)
		return r;
	r = jit_clock_now(&ret->now);
	return r < 0 ? jit_error_set(err, r, "the clock cannot be read: %s", strerror(-r))
		     : 0;
}

int
approver_rule(const struct approver *approver, struct jit_ruling *ruling,
	char **ret_token, struct jit_error *err)
{
	struct jit_key key = { .namespaces =
				       (uint32_t)jit_ruling_namespace(ruling->kind) };
	_cleanup_free_ char *payload = NULL;
	struct jit_ruling read;
	int r;

	memcpy(ruling->iss, approver->name, sizeof(ruling->iss));
	ruling->iat = approver->now.wall_sec;
	memcpy(key.principal, approver->name, sizeof(key.principal));
	memcpy(key.public_key, approver->signer.public_key, sizeof(key.public_key));
	r = jit_ruling_payload(ruling, &payload);
	if (r < 0)
		return jit_error_set(err, r, "no memory");
	r = jit_ruling_parse(ruling->kind, payload, &key, &read, err);
	if (r < 0)
		return r;
	return signer_token(&approver->signer, payload,
		jit_ruling_assertion(ruling->kind), ret_token, err);
}
