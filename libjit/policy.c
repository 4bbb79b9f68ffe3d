/*
 * policy.cdb, looked up: the globals, a role, a rule, and what one question needs.
 *
 * Runs as: root, inside login processes. MUST look at no more than JIT_RULES_MAX rules for
 * one question; MUST treat a record that names what is not there as damage, never as "no".
 */
#include "policy.h"

#include <errno.h>
#include <string.h>

#include "config.h"
#include "file.h"

#define POLICY_FILE "policy.cdb"
#define POLICY_PATH JIT_LIB_DIR "/" POLICY_FILE

/* ---- keys ---- */

static void
append(uint8_t *key, size_t *len, const void *what, size_t what_len)
{
	memcpy(key + *len, what, what_len);
	*len += what_len;
}

size_t
jit_policy_index_key(enum jit_policy_index index, const char *who, const char *what,
	uint8_t ret[JIT_POLICY_KEY_MAX])
{
	bool has_what = index == JIT_INDEX_ROLE || index == JIT_INDEX_COMMAND;
	size_t who_len = strlen(who), what_len = has_what && what ? strlen(what) : 0;
	uint8_t kind = (uint8_t)index;
	size_t len = 0;

	if (who_len > JIT_NAME_MAX + 1 || what_len > JIT_POLICY_KEY_MAX - 2 - who_len)
		return 0;
	append(ret, &len, &kind, 1);
	append(ret, &len, who, who_len);
	if (has_what) {
		append(ret, &len, "", 1);
		append(ret, &len, what ? what : "", what_len);
	}
	return len;
}

/* ---- single records ---- */

static int
globals_read(
	const struct jit_table *table, struct jit_globals *ret, struct jit_error *err)
{
	struct jit_unpacker format;
	uint8_t *record;
	size_t len;
	int r;

	r = jit_table_get(table, "G", 1, &record, &len);
	if (r < 0)
		return jit_error_set(err, r == -ENOENT ? -EBADMSG : r,
			POLICY_PATH " has no head: as root, run `jitctl reload`");
	format = (struct jit_unpacker){ .buf = record, .len = len };
	if (jit_unpack_u32(&format) != JIT_POLICY_FORMAT || format.error) {
		free(record);
		return jit_error_set(err, -EPROTONOSUPPORT,
			POLICY_PATH " was written by another version of jitsu: "
				    "as root, run `jitctl reload`");
	}
	r = jit_globals_unpack(record, len, ret);
	if (r < 0)
		return jit_error_set(
			err, r, POLICY_PATH " is damaged: as root, run `jitctl reload`");
	return 0;
}

int
jit_policy_open(
	const struct jit_site *site, struct jit_policy *ret, struct jit_error *err)
{
	struct jit_policy policy = JIT_POLICY_NONE;
	int r;

	r = site->lib < 0
		? site->lib
		: jit_table_open(site->lib, POLICY_FILE, site->owner, &policy.table);
	if (r < 0)
		return jit_error_set(err, r,
			POLICY_PATH " %s: as root, run `jitctl reload`",
			jit_file_problem(r));
	r = globals_read(&policy.table, &policy.globals, err);
	if (r < 0) {
		jit_table_close(&policy.table);
		return r;
	}
	*ret = policy;
	return 0;
}

void
jit_policy_close(struct jit_policy *policy)
{
	jit_globals_done(&policy->globals);
	jit_table_close(&policy->table);
}

int
jit_policy_role(const struct jit_policy *policy, const char *name, struct jit_role *ret)
{
	uint8_t key[1 + JIT_NAME_MAX] = "o";
	size_t name_len = strlen(name), len;
	struct jit_role role;
	uint8_t *record;
	int r;

	if (name_len > JIT_NAME_MAX)
		return -ENOENT;
	memcpy(key + 1, name, name_len);
	r = jit_table_get(&policy->table, key, 1 + name_len, &record, &len);
	if (r < 0)
		return r;
	r = jit_role_unpack(record, len, &role);
	if (r < 0)
		return r;
	if (!jit_streq(role.name, name)) {
		jit_role_done(&role);
		return -EBADMSG;
	}
	*ret = role;
	return 0;
}

static int
rule_check(const struct jit_policy *policy, const struct jit_rule *rule, uint32_t number)
{
	if (rule->number != number)
		return -EBADMSG;
	if (rule->when.n > 0 && rule->when.zone >= policy->globals.n_zones)
		return -EBADMSG;
	return 0;
}

int
jit_policy_rule(const struct jit_policy *policy, uint32_t number, struct jit_rule *ret)
{
	uint8_t key[1 + sizeof(number)] = "u";
	struct jit_rule rule;
	uint8_t *record;
	size_t len;
	int r;

	for (size_t i = 0; i < sizeof(number); i++)
		key[1 + i] = (uint8_t)(number >> (8 * i));
	r = jit_table_get(&policy->table, key, sizeof(key), &record, &len);
	if (r < 0)
		return r;
	r = jit_rule_unpack(record, len, &rule);
	if (r < 0)
		return r;
	r = rule_check(policy, &rule, number);
	if (r < 0) {
		jit_rule_done(&rule);
		return r;
	}
	*ret = rule;
	return 0;
}

/* ---- views ---- */

/* Rule numbers, rising, each once. */
struct numbers {
	size_t n;
	uint32_t v[JIT_RULES_MAX];
};

static int
numbers_add(struct numbers *numbers, uint32_t number)
{
	size_t low = 0, high = numbers->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (numbers->v[middle] < number)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < numbers->n && numbers->v[low] == number)
		return 0;
	if (numbers->n == JIT_RULES_MAX)
		return -E2BIG;
	memmove(&numbers->v[low + 1], &numbers->v[low],
		(numbers->n - low) * sizeof(numbers->v[0]));
	numbers->v[low] = number;
	numbers->n++;
	return 0;
}

/* The numbers of one index record; a key that cannot be in the file has none. */
static int
numbers_read(const struct jit_policy *policy, const uint8_t *key, size_t key_len,
	struct numbers *numbers)
{
	_cleanup_free_ uint8_t *record = NULL;
	struct jit_unpacker u;
	size_t len;
	int r;

	if (key_len == 0)
		return 0;
	r = jit_table_get(&policy->table, key, key_len, &record, &len);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (len % sizeof(uint32_t) != 0)
		return -EBADMSG;
	u = (struct jit_unpacker){ .buf = record, .len = len };
	for (uint64_t number = 0, next = 0; u.at < u.len; next = number + 1) {
		number = jit_unpack_u32(&u);
		if (number < next)
			return -EBADMSG;
		r = numbers_add(numbers, (uint32_t)number);
		if (r < 0)
			return r;
	}
	return jit_unpack_end(&u);
}

static int
numbers_find(const struct jit_policy *policy, enum jit_policy_index index,
	const struct jit_strv *whos, const char *what, struct numbers *ret)
{
	uint8_t key[JIT_POLICY_KEY_MAX];

	ret->n = 0;
	for (size_t i = 0; i < whos->n; i++) {
		size_t len = jit_policy_index_key(index, whos->v[i], what, key);
		int r = numbers_read(policy, key, len, ret);

		if (r < 0)
			return r;
	}
	return 0;
}

static int
rule_compare(const void *a, const void *b)
{
	uint32_t first = ((const struct jit_rule *)a)->number;
	uint32_t second = ((const struct jit_rule *)b)->number;

	return (first > second) - (first < second);
}

/* Looks among the first n, which are sorted. */
static struct jit_rule *
view_rule(const struct jit_policy_view *view, size_t n, uint32_t number)
{
	const struct jit_rule wanted = { .number = number };

	return n ? bsearch(&wanted, view->rules, n, sizeof(wanted), rule_compare) : NULL;
}

static int
view_add_rules(struct jit_policy_view *view, const struct jit_policy *policy,
	const struct numbers *numbers)
{
	size_t before = view->n_rules;
	struct jit_rule *rules;
	int r;

	if (numbers->n == 0)
		return 0;
	rules = reallocarray(view->rules, before + numbers->n, sizeof(*rules));
	if (!rules)
		return -ENOMEM;
	view->rules = rules;
	for (size_t i = 0; i < numbers->n; i++) {
		if (view_rule(view, before, numbers->v[i]))
			continue;
		if (view->n_rules == JIT_RULES_MAX)
			return -E2BIG;
		r = jit_policy_rule(policy, numbers->v[i], &view->rules[view->n_rules]);
		if (r < 0)
			return r == -ENOENT ? -EBADMSG : r;
		view->n_rules++;
	}
	qsort(view->rules, view->n_rules, sizeof(*view->rules), rule_compare);
	return 0;
}

static int
name_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int
role_compare(const void *a, const void *b)
{
	return strcmp(
		((const struct jit_role *)a)->name, ((const struct jit_role *)b)->name);
}

static struct jit_role *
view_role(const struct jit_policy_view *view, size_t n, const char *name)
{
	const struct jit_role wanted = { .name = name };

	return n ? bsearch(&wanted, view->roles, n, sizeof(wanted), role_compare) : NULL;
}

/* Loads the named roles that the view does not have yet; names are sorted here. */
static int
view_add_roles(struct jit_policy_view *view, const struct jit_policy *policy,
	struct jit_strv *names)
{
	size_t before = view->n_roles;
	struct jit_role *roles;
	int r;

	if (names->n == 0)
		return 0;
	qsort(names->v, names->n, sizeof(*names->v), name_compare);
	roles = reallocarray(view->roles, before + names->n, sizeof(*roles));
	if (!roles)
		return -ENOMEM;
	view->roles = roles;
	for (size_t i = 0; i < names->n; i++) {
		if ((i > 0 && jit_streq(names->v[i], names->v[i - 1])) ||
			view_role(view, before, names->v[i]))
			continue;
		r = jit_policy_role(policy, names->v[i], &view->roles[view->n_roles]);
		if (r < 0)
			return r == -ENOENT ? -EBADMSG : r;
		view->n_roles++;
	}
	qsort(view->roles, view->n_roles, sizeof(*view->roles), role_compare);
	return 0;
}

/* The names of all roles of these rules, with repetitions. They belong to the rules. */
static int
rules_role_names(const struct jit_policy_view *view, const struct numbers *numbers,
	struct jit_strv *ret)
{
	_cleanup_free_ const char **v = NULL;
	size_t n = 0, at = 0;

	for (size_t i = 0; i < numbers->n; i++)
		n += view_rule(view, view->n_rules, numbers->v[i])->roles.n;
	v = calloc(n ? n : 1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	for (size_t i = 0; i < numbers->n; i++) {
		const struct jit_strv *roles =
			&view_rule(view, view->n_rules, numbers->v[i])->roles;

		for (size_t k = 0; k < roles->n; k++)
			v[at++] = roles->v[k];
	}
	ret->n = n;
	ret->v = TAKE_PTR(v);
	return 0;
}

static int
view_add_all_roles(struct jit_policy_view *view, const struct jit_policy *policy,
	const struct numbers *numbers)
{
	struct jit_strv names = { 0 };
	int r;

	r = rules_role_names(view, numbers, &names);
	if (r == 0)
		r = view_add_roles(view, policy, &names);
	free(names.v);
	return r;
}

/* An index record that leads to a rule without that role is damage. */
static int
view_add_one_role(struct jit_policy_view *view, const struct jit_policy *policy,
	const struct numbers *numbers, const char *name)
{
	const char *one[] = { name };
	struct jit_strv names = { numbers->n > 0, one };

	for (size_t i = 0; i < numbers->n; i++)
		if (!jit_strv_has(
			    &view_rule(view, view->n_rules, numbers->v[i])->roles, name))
			return -EBADMSG;
	return view_add_roles(view, policy, &names);
}

int
jit_view_add(struct jit_policy_view *view, const struct jit_policy *policy,
	enum jit_policy_index index, const struct jit_strv *whos, const char *what)
{
	struct numbers numbers;
	int r;

	r = numbers_find(policy, index, whos, what, &numbers);
	if (r < 0)
		return r;
	r = view_add_rules(view, policy, &numbers);
	if (r < 0)
		return r;
	if (index == JIT_INDEX_ROLE)
		return view_add_one_role(view, policy, &numbers, what ? what : "");
	return view_add_all_roles(view, policy, &numbers);
}

void
jit_view_done(struct jit_policy_view *view)
{
	for (size_t i = 0; i < view->n_rules; i++)
		jit_rule_done(&view->rules[i]);
	for (size_t i = 0; i < view->n_roles; i++)
		jit_role_done(&view->roles[i]);
	free(view->rules);
	free(view->roles);
	*view = (struct jit_policy_view){ 0 };
}

const struct jit_role *
jit_view_role(const struct jit_policy_view *view, const char *name)
{
	return view_role(view, view->n_roles, name);
}
