/*
 * jitctl reload: the policy's sources, read and checked, become policy.cdb.
 *
 * Runs as root. MUST change nothing of what a mistake was found in.
 */
#include <errno.h>
#include <string.h>

#include "config.h"
#include "jitctl/administrator.h"
#include "jitctl/jitctl.h"
#include "jitctl/reload.h"
#include "libjit/audit.h"
#include "libjit/store.h"

void
reload_print_what_stays(const struct jit_site *site)
{
	struct jit_policy policy = JIT_POLICY_NONE;
	char when[64];

	if (jit_policy_open(site, &policy, NULL) < 0) {
		fputs("There is no policy in force: everything is refused.\n", stderr);
		return;
	}
	fprintf(stderr, "The policy of %s stays in force.\n",
		reload_time(policy.globals.compiled_at, when));
	jit_policy_close(&policy);
}

static void
policy_refused(struct reload *reload, const struct conf *conf,
	const struct conf_problems *problems)
{
	struct jit_audit audit = JIT_AUDIT_INIT(JIT_EVENT_POLICY_REFUSED);
	char errors[32], why[1024], by[JIT_NAME_MAX + 1];

	administrator_name(by);
	audit.subject = by;
	fprintf(stderr, "jitctl: not loaded: %s. ", reload_errors(problems, errors));
	reload_print_what_stays(&reload->site);
	if (!problems->count[CONF_ERROR])
		fputs("jitctl: if that is meant: jitctl reload --force\n", stderr);
	audit.policy = conf->sources.hash;
	audit.why = conf_problems_first(problems, why, sizeof(why));
	if (jit_audit_write(&reload->site, &audit) < 0)
		fputs("jitctl: this could not be recorded in the audit log\n", stderr);
	reload_fail(reload, JITCTL_BAD_INPUT);
}

static void
policy_loaded(struct reload *reload, const struct conf *conf, bool forced)
{
	struct jit_audit audit = JIT_AUDIT_INIT(JIT_EVENT_POLICY_LOADED);
	const char *mode = conf->globals.mode == JIT_MODE_OBSERVE ? "observe" : "enforce";
	char by[JIT_NAME_MAX + 1];
	struct jit_now now;
	int r;

	administrator_name(by);
	audit.subject = by;
	printf("jitctl: loaded: %zu role%s, %zu rule%s, mode %s (policy %.8s)\n",
		conf->n_roles, conf->n_roles == 1 ? "" : "s", conf->n_rules,
		conf->n_rules == 1 ? "" : "s", mode, conf->sources.hash);
	audit.policy = conf->sources.hash;
	audit.why = forced ? "forced over refusals" : reload->why;
	if (jit_audit_write(&reload->site, &audit) < 0) {
		fputs("jitctl: the policy is in force, but the audit log could not take "
		      "the "
		      "record\n",
			stderr);
		reload_fail(reload, JITCTL_UNREACHABLE);
	}
	r = conf_sources_keep(&reload->site, &conf->sources, conf->world.now_sec);
	if (r < 0)
		fprintf(stderr,
			"jitctl: the policy is in force, but its sources could not be "
			"kept: %s\n",
			strerror(-r));
	if (jit_clock_now(&now) == 0)
		jit_store_trim(&reload->site, conf->globals.keep_sec, &now);
}

/* False: refused, said and recorded. */
bool
reload_policy_compile(struct reload *reload, const struct conf *conf,
	struct conf_problems *problems, struct compiled *ret)
{
	int r = 0;

	if (!problems->count[CONF_ERROR])
		r = compile_policy(conf, problems, ret);
	conf_problems_print(problems, stderr);
	if (problems->count[CONF_ERROR] ||
		(problems->count[CONF_REFUSAL] && !reload->force)) {
		policy_refused(reload, conf, problems);
		return false;
	}
	if (r < 0) {
		fprintf(stderr, "jitctl: policy.cdb cannot be made: %s\n", strerror(-r));
		reload_fail(reload, JITCTL_FAILED);
	}
	return r == 0;
}

void
reload_policy_install(struct reload *reload, const struct conf *conf,
	const struct conf_problems *problems, const struct compiled *compiled)
{
	bool forced = problems->count[CONF_REFUSAL] > 0;

	if (reload_put(reload, "policy.cdb", compiled) < 0)
		return;
	if (forced)
		fputs("jitctl: loaded all the same, because of --force\n", stderr);
	policy_loaded(reload, conf, forced);
}
