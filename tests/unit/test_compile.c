/*
 * Claims: policy.cdb gives back exactly what was written; each question finds its rules by
 * the index that libjit/policy.h describes; 100,000 rules compile in time that is not
 * quadratic, and too many for one question are refused.
 */
#include <time.h>

#include "conf_text.h"
#include "jitctl/compile.h"

#include "libjit/file.h"

static const char policy_text[] =
	"format = 1; mode = \"observe\"; observe_until = \"2026-12-31\";\n"
	"limits = { max_duration = \"4h\"; start_within = \"30m\"; };\n"
	"privileged = { users = [ \"root\" ]; groups = [ \"sudo\", \"wheel\" ]; shared = "
	"[ "
	"\"ops\" ];\n"
	"  exempt = ( { user = \"root\"; service = \"login\"; tty = \"/dev/tty1\"; "
	"reason = "
	"\"console\"; until = \"2027-11-30\"; } ); };\n"
	"audit = { required = false; }; help = { contact = \"call\"; url = "
	"\"https://x\"; };\n"
	"approver_groups = { secops = [ \"carol\", \"dave\" ]; };\n"
	"roles = {\n"
	"  packages = { description = \"Install\"; commands = [ \"/usr/bin/apt-get "
	"install "
	"[a-z]*...\", \"/opt/*/setup 'a b'\", \"/usr/bin/apt-get update\" ]; "
	"max_duration = \"30m\"; default_duration "
	"= "
	"\"10m\"; };\n"
	"  root = { commands = [ \"*\" ]; };\n"
	"  login = { login = true; run_as = \"self\"; };\n"
	"  db = { commands = [ \"/usr/bin/id\" ]; run_as = [ \"postgres\", \"mysql\" ]; "
	"};\n"
	"  any = { };\n"
	"};\n"
	"rules = (\n"
	"  { name = \"devs\"; who = [ \"%developers\", \"erin\" ]; on = [ \"work*\" ]; "
	"roles = "
	"[ \"packages\", \"db\" ]; approval = \"auto\"; when = \"Mon-Fri 08:00-18:00 "
	"Europe/Berlin\"; max_duration = \"20m\"; mode = \"enforce\"; },\n"
	"  { name = \"sre\"; who = [ \"%sre\" ]; roles = [ \"root\", \"login\" ]; "
	"approval = "
	"\"approvers\"; approvers = [ \"erin\", \"@secops\", \"carol\" ]; },\n"
	"  { name = \"no\"; who = [ \"%sre\", \"%ghosts\" ]; roles = [ \"db\" ]; "
	"approval = "
	"\"deny\"; },\n"
	"  { name = \"bob\"; who = [ \"bob\" ]; roles = [ \"packages\" ]; approval = "
	"\"auto\"; "
	"authenticate = \"never\"; reason = \"required\"; },\n"
	"  { name = \"exact\"; who = [ \"%sre\" ]; roles = [ \"any\" ]; approval = "
	"\"approvers\"; approvals = 2; approvers = [ \"carol\" ]; answer_within = "
	"\"15m\"; then_ask = [ \"@secops\" ]; exact_command = true; ticket = [ "
	"\"OPS\" ]; operators = [ \"heidi\" ]; pin_replaces_approvals = true; review = "
	"\"2027-01-31\"; }\n"
	");\n";

static struct jit_site site;
static const char *said; /* about the last text */

/* Compiles a text into the test's own directory. */
static int
compile_text(const char *text, struct conf_problems *problems)
{
	__attribute__((cleanup(compiled_done))) struct compiled compiled = { 0 };
	struct conf_sources sources = { 0 };
	struct conf_world world = conf_text_world();
	struct conf conf;
	int r;

	site = JIT_SITE_NONE;
	site.lib = test_dir_fd();
	site.owner = getuid();
	conf_text_add(&sources, "jit.conf", text);
	conf_text_add(&sources, "host.conf",
		"id = \"web7\"; labels = [ \"web\", \"work1\" ];\n");
	sources.has_host = true;
	conf_sources_seal(&sources);
	conf_load_sources(&sources, &world, &conf, problems);
	ASSERT_EQ_UINT(problems->count[CONF_ERROR], 0);
	r = compile_policy(&conf, problems, &compiled);
	if (r == 0)
		ASSERT_OK(jit_file_replace(
			site.lib, "policy.cdb", 0600, compiled.buf, compiled.len));
	said = conf_text_problems(problems);
	conf_done(&conf);
	return r;
}

static struct jit_policy
open_policy(const char *text)
{
	struct conf_problems problems = { 0 };
	struct jit_policy policy = JIT_POLICY_NONE;
	struct jit_error err = { 0 };

	ASSERT_OK(compile_text(text, &problems));
	ASSERT_EQ_INT(jit_policy_open(&site, &policy, &err), 0);
	conf_problems_done(&problems);
	return policy;
}

static void
close_policy(struct jit_policy *policy)
{
	jit_policy_close(policy);
	jit_closep(&site.lib);
}

static void
test_globals_come_back(void)
{
	struct jit_policy policy = open_policy(policy_text);
	const struct jit_globals *g = &policy.globals;

	ASSERT_EQ_STR(g->host, "web7");
	ASSERT_EQ_UINT(g->labels.n, 2);
	ASSERT_EQ_STR(g->labels.v[1], "work1");
	ASSERT_EQ_INT(g->mode, JIT_MODE_OBSERVE);
	ASSERT_EQ_INT(g->observe_until, 1798761600); /* 2027-01-01T00:00:00Z */
	ASSERT_EQ_INT(g->compiled_at, CONF_TEXT_NOW);
	ASSERT_EQ_INT(g->max_sec, 4 * 3600);
	ASSERT_EQ_INT(g->start_within_sec, 1800);
	ASSERT_EQ_INT(g->prompt_timeout_sec, 300);
	ASSERT_EQ_INT(g->keep_sec, 400 * 86400);
	ASSERT_EQ_STR(g->privileged_users.v[0], "root");
	ASSERT_EQ_STR(g->privileged_shared.v[0], "ops");
	ASSERT_EQ_STR(g->privileged_groups.v[0], "%sudo");
	ASSERT_EQ_STR(g->privileged_groups.v[1], "%wheel"); /* may come later */
	ASSERT_EQ_UINT(g->n_privileged_gids, 1); /* wheel is not on this host */
	ASSERT_EQ_UINT(g->privileged_gids[0], 27);
	ASSERT_EQ_UINT(g->n_exempt, 1);
	ASSERT_EQ_STR(g->exempt[0].tty, "tty1");
	ASSERT_EQ_INT(g->exempt[0].until, 1827619200); /* 2027-12-01T00:00:00Z */
	ASSERT_FALSE(g->audit_required);
	ASSERT_EQ_STR(g->contact, "call");
	ASSERT_EQ_STR(g->url, "https://x");
	ASSERT_EQ_UINT(g->n_zones, 2);
	ASSERT_EQ_STR(g->zones[1].name, "Europe/Berlin");
	ASSERT_EQ_UINT(strlen(g->hash), 64);
	close_policy(&policy);
}

static void
test_roles_come_back(void)
{
	struct jit_policy policy = open_policy(policy_text);
	struct jit_role role;

	ASSERT_OK(jit_policy_role(&policy, "packages", &role));
	ASSERT_EQ_STR(role.description, "Install");
	ASSERT_EQ_STR(role.run_as.v[0], "root");
	ASSERT_EQ_UINT(role.n_commands, 3);
	ASSERT_EQ_UINT(role.commands[0].n, 3);
	ASSERT_EQ_STR(role.commands[0].v[2], "[a-z]*...");
	ASSERT_EQ_STR(role.commands[1].v[1], "a b");
	ASSERT_EQ_INT(role.max_sec, 1800);
	ASSERT_EQ_INT(role.default_sec, 600);
	jit_role_done(&role);
	ASSERT_OK(jit_policy_role(&policy, "db", &role));
	ASSERT_EQ_UINT(role.run_as.n, 2);
	ASSERT_EQ_INT(role.max_sec, 4 * 3600); /* the limit */
	ASSERT_EQ_INT(role.default_sec, 3600);
	jit_role_done(&role);
	ASSERT_ERR(jit_policy_role(&policy, "nobody", &role), ENOENT);
	close_policy(&policy);
}

static void
test_rules_come_back(void)
{
	struct jit_policy policy = open_policy(policy_text);
	struct jit_rule rule;

	ASSERT_OK(jit_policy_rule(&policy, 0, &rule));
	ASSERT_EQ_STR(rule.name, "devs");
	ASSERT_EQ_STR(rule.file, JIT_ETC_DIR "/jit.conf");
	ASSERT_EQ_UINT(rule.line, 15);
	ASSERT_EQ_UINT(rule.when.zone, 1);
	ASSERT_EQ_UINT(rule.when.n, 5);
	ASSERT_EQ_INT(rule.max_sec, 1200);
	ASSERT_EQ_INT(rule.mode, JIT_MODE_ENFORCE);
	ASSERT_FALSE(rule.reason_required);
	ASSERT_EQ_INT(rule.authenticate, JIT_AUTH_GRANT);
	jit_rule_done(&rule);
	ASSERT_OK(jit_policy_rule(&policy, 1, &rule));
	ASSERT_EQ_INT(rule.approval, JIT_APPROVAL_APPROVERS);
	ASSERT_EQ_UINT(rule.approvals, 1);
	ASSERT_TRUE(rule.reason_required);
	ASSERT_EQ_UINT(rule.approvers.n, 3); /* each once, in the order as written */
	ASSERT_EQ_STR(rule.approvers.v[0], "erin");
	ASSERT_EQ_STR(rule.approvers.v[2], "dave");
	ASSERT_EQ_UINT(rule.approvers_shown.n, 3);
	ASSERT_EQ_STR(rule.approvers_shown.v[1], "@secops");
	jit_rule_done(&rule);
	ASSERT_OK(jit_policy_rule(&policy, 3, &rule));
	ASSERT_EQ_INT(rule.authenticate, JIT_AUTH_NEVER);
	ASSERT_TRUE(rule.reason_required);
	jit_rule_done(&rule);
	ASSERT_OK(jit_policy_rule(&policy, 4, &rule));
	ASSERT_EQ_UINT(rule.approvals, 2);
	ASSERT_TRUE(rule.exact_command);
	ASSERT_EQ_STR(rule.then_ask.v[1], "dave");
	ASSERT_EQ_STR(rule.operators.v[0], "heidi");
	ASSERT_EQ_STR(rule.ticket.v[0], "OPS");
	ASSERT_EQ_INT(rule.review_sec, 1801440000);
	jit_rule_done(&rule);
	ASSERT_ERR(jit_policy_rule(&policy, 5, &rule), ENOENT);
	close_policy(&policy);
}

struct index_case {
	const char *label;
	enum jit_policy_index index;
	const char *who, *what;
	int rules[3]; /* from 1; 0: no more */
};

static const struct index_case index_cases[] = {
	{ "all of a group", JIT_INDEX_ALL, "%sre", NULL, { 2, 3, 5 } },
	{ "all of a user", JIT_INDEX_ALL, "erin", NULL, { 1 } },
	{ "a user beside a group", JIT_INDEX_ROLE, "erin", "db", { 1 } },
	{ "a role", JIT_INDEX_ROLE, "%sre", "login", { 2 } },
	{ "a role of somebody else", JIT_INDEX_ROLE, "bob", "login", { 0 } },
	{ "a literal path", JIT_INDEX_COMMAND, "%developers", "/usr/bin/apt-get", { 1 } },
	{ "a path that is a pattern", JIT_INDEX_COMMAND, "%developers", "", { 1 } },
	{ "any command", JIT_INDEX_COMMAND, "%sre", "", { 2, 5 } },
	{ "a denied command, by name", JIT_INDEX_COMMAND, "%sre", "/usr/bin/id", { 3 } },
	{ "a denied command, by gid", JIT_INDEX_COMMAND, "#1002", "/usr/bin/id", { 3 } },
	{ "a denied group that is not here", JIT_INDEX_ALL, "%ghosts", NULL, { 3 } },
	{ "no gid where nothing is denied", JIT_INDEX_ALL, "#1001", NULL, { 0 } },
	{ "a login", JIT_INDEX_LOGIN, "%sre", NULL, { 2 } },
	{ "no login", JIT_INDEX_LOGIN, "%developers", NULL, { 0 } },
	{ "nobody", JIT_INDEX_ALL, "mallory", NULL, { 0 } },
};

static void
test_each_question_finds_its_rules(void)
{
	struct jit_policy policy = open_policy(policy_text);

	for (size_t i = 0; i < ARRAY_SIZE(index_cases); i++) {
		const struct index_case *c = &index_cases[i];
		struct jit_policy_view view = { .globals = &policy.globals };
		const char *whos[] = { c->who };
		size_t n = 0;

		test_row(c->label);
		while (n < 3 && c->rules[n])
			n++;
		ASSERT_OK(jit_view_add(&view, &policy, c->index,
			&(struct jit_strv){ .n = 1, .v = whos }, c->what));
		ASSERT_EQ_UINT(view.n_rules, n);
		for (size_t k = 0; k < n; k++)
			ASSERT_EQ_UINT(
				view.rules[k].number, (unsigned int)c->rules[k] - 1);
		jit_view_done(&view);
	}
	test_row(NULL);
	close_policy(&policy);
}

/* Two patterns for one path are one rule in the index. */
static void
test_each_rule_stands_once(void)
{
	struct jit_policy policy = open_policy(policy_text);
	static const uint8_t first[] = { 0, 0, 0, 0 };
	uint8_t key[JIT_POLICY_KEY_MAX], *value;
	size_t len;

	len = jit_policy_index_key(
		JIT_INDEX_COMMAND, "%developers", "/usr/bin/apt-get", key);
	ASSERT_OK(jit_table_get(&policy.table, key, len, &value, &len));
	ASSERT_EQ_UINT(len, sizeof(first));
	ASSERT_EQ_MEM(value, first, sizeof(first));
	free(value);
	close_policy(&policy);
}

/* ---- many rules ---- */

static char *
many_rules(size_t n, bool for_one)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	fputs("format = 1; mode = \"enforce\"; privileged = { users = [ \"root\" ]; };\n"
	      "roles = { root = { shell = true; login = true; }; };\nrules = (\n",
		out);
	for (size_t i = 0; i < n; i++)
		fprintf(out,
			"  { name = \"rule-%zu\"; who = [ \"user%zu\" ]; roles = [ "
			"\"root\" ]; "
			"approval = \"approvers\"; approvers = [ \"carol%zu\" ]; on = [ "
			"\"h%zu\" ]; "
			"}%s\n",
			i, for_one ? 0 : i, i % 100, i, i + 1 < n ? "," : "");
	fputs(");\n", out);
	fclose(out);
	return text;
}

static double
seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* The bound is far above what it takes, and far below what anything quadratic would. */
static void
test_many_rules_take_little_time(void)
{
	char *text = many_rules(100000, false);
	double start = seconds();
	struct jit_policy policy = open_policy(text);
	struct jit_policy_view view = { .globals = &policy.globals };
	const char *whos[] = { "user77777" };

	printf("# 100000 rules: %zu bytes, %.2f s\n", strlen(text), seconds() - start);
	ASSERT_TRUE(seconds() - start < 20);
	ASSERT_OK(jit_view_add(&view, &policy, JIT_INDEX_LOGIN,
		&(struct jit_strv){ .n = 1, .v = whos }, NULL));
	ASSERT_EQ_UINT(view.n_rules, 1);
	ASSERT_EQ_UINT(view.rules[0].number, 77777);
	jit_view_done(&view);
	close_policy(&policy);
	free(text);
}

static void
test_too_many_for_one_question_are_refused(void)
{
	struct conf_problems problems = { 0 };
	char *text = many_rules(JIT_RULES_MAX + 1, true);

	ASSERT_ERR(compile_text(text, &problems), EINVAL);
	ASSERT_CONTAINS(said,
		"jit.conf:1004:3: more than 1000 rules for who \"user0\" and role "
		"\"root\"; give "
		"them to a group instead\n");
	conf_problems_done(&problems);
	jit_closep(&site.lib);
	free(text);
	text = many_rules(JIT_RULES_MAX, true);
	ASSERT_OK(compile_text(text, &problems));
	conf_problems_done(&problems);
	jit_closep(&site.lib);
	free(text);
}

/* ---- holes that only --force loads ---- */

static void
test_holes_are_refusals_where_it_enforces(void)
{
	ASSERT_EQ_STR(conf_text_check("format = 1; mode = \"enforce\";\n"),
		"jit.conf:1:13: refusal: privileged names nobody: no login but root's "
		"would be "
		"gated\n"
		"jit.conf:1:13: refusal: there are no roles: nobody could be granted "
		"anything\n"
		"jit.conf:1:13: refusal: there are no rules: nobody could be granted "
		"anything\n");
	ASSERT_EQ_STR(
		conf_text_check(
			"format = 1; mode = \"enforce\"; privileged = { users = [ "
			"\"root\" ]; };\n"
			"roles = { a = { login = true; run_as = \"self\"; }; };\n"
			"rules = ( { name = \"r\"; who = [ \"b\" ]; roles = [ \"a\" ]; "
			"approval = \"auto\"; } );\n"),
		"jit.conf:1:13: refusal: nobody could become root any more: no rule "
		"gives a role "
		"with run_as root and commands = [ \"*\" ], shell or login, and no "
		"console is "
		"exempt\n");
}

TEST_MAIN(TEST(test_globals_come_back), TEST(test_roles_come_back),
	TEST(test_rules_come_back), TEST(test_each_question_finds_its_rules),
	TEST(test_each_rule_stands_once), TEST(test_many_rules_take_little_time),
	TEST(test_too_many_for_one_question_are_refused),
	TEST(test_holes_are_refusals_where_it_enforces))
