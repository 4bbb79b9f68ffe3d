/*
 * Rules that can never match, because an earlier one always decides first. Reported only
 * where that is certain; not every such rule is found.
 *
 * Runs as root. MUST stay far from quadratic: there may be 100,000 rules.
 */
#include "conf.h"

#include <string.h>

enum {
	LOOKED_AT = 64,      /* earlier rules that are compared, for each who */
	COMPARED_MAX = 4096, /* names by names */
};

/* A rule under a hash of one of its whos and one of its roles. */
struct entry {
	uint64_t hash;
	uint32_t number;
};

struct entries {
	size_t n, size;
	struct entry *v;
};

static uint64_t
hash_of(const char *who, const char *role)
{
	uint64_t hash = 14695981039346656037u;

	for (; *who; who++)
		hash = (hash ^ (unsigned char)*who) * 1099511628211u;
	hash *= 1099511628211u;
	for (; *role; role++)
		hash = (hash ^ (unsigned char)*role) * 1099511628211u;
	return hash;
}

static int
by_hash(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

static void
index_rule(struct entries *entries, const struct jit_rule *rule)
{
	for (size_t i = 0; i < rule->who.n; i++) {
		for (size_t k = 0; k < rule->roles.n; k++) {
			entries->v = conf_grow(entries->v, entries->n, &entries->size,
				sizeof(*entries->v));
			entries->v[entries->n++] = (struct entry){
				.hash = hash_of(rule->who.v[i], rule->roles.v[k]),
				.number = rule->number,
			};
		}
	}
}

static bool
has_all(const struct jit_strv *all, const struct jit_strv *some)
{
	if (all->n * some->n > COMPARED_MAX)
		return false;
	for (size_t i = 0; i < some->n; i++)
		if (some->v[i][0] != '#' && !jit_strv_has(all, some->v[i]))
			return false;
	return true;
}

/* Does every question that later answers come to earlier, too? A plain question comes to
 * auto and approvers (but a token of an approver's passes by auto), --break-glass to
 * break-glass, a PIN to rules with operators, and all of them to deny. exact_command makes
 * no difference: it answers only where no earlier rule for the role does. */
static bool
same_way(const struct jit_rule *earlier, const struct jit_rule *later)
{
	if (earlier->approval == JIT_APPROVAL_DENY)
		return true;
	if (later->operators.n > 0 && earlier->operators.n == 0)
		return false;
	if (earlier->approval == JIT_APPROVAL_APPROVERS &&
		later->approval == JIT_APPROVAL_AUTO)
		return true;
	if (earlier->approval == JIT_APPROVAL_BREAK_GLASS &&
		earlier->approvals < later->approvals)
		return false;
	return later->approval == earlier->approval;
}

static bool
shadows(const struct jit_rule *earlier, const struct jit_rule *later)
{
	bool everywhere = earlier->on.n == 0 || jit_strv_has(&earlier->on, "*");
	bool always = earlier->when.n == 0;

	if (!same_way(earlier, later))
		return false;
	if (!everywhere && (later->on.n == 0 || !has_all(&earlier->on, &later->on)))
		return false;
	if (!always && !jit_streq(earlier->when.text, later->when.text))
		return false;
	/* a denial is judged at another time than the start of a grant */
	if (!always && earlier->approval != later->approval)
		return false;
	return (jit_strv_has(&earlier->who, "*") ||
		       has_all(&earlier->who, &later->who)) &&
		has_all(&earlier->roles, &later->roles);
}

static size_t
first_of(const struct entries *entries, uint64_t hash)
{
	size_t low = 0, high = entries->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (entries->v[middle].hash < hash)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const struct jit_rule *
find_shadow(const struct conf *conf, const struct entries *entries,
	const struct jit_rule *later, const char *who)
{
	uint64_t hash = hash_of(who, later->roles.v[0]);
	size_t at = first_of(entries, hash);

	for (size_t looked = 0; at < entries->n && looked < LOOKED_AT; at++, looked++) {
		const struct entry *entry = &entries->v[at];

		if (entry->hash != hash || entry->number >= later->number)
			return NULL;
		if (shadows(&conf->rules[entry->number].rule, later))
			return &conf->rules[entry->number].rule;
	}
	return NULL;
}

static void
check_rule(const struct conf_reader *r, const struct conf *conf,
	const struct entries *entries, const struct conf_rule *later)
{
	const struct jit_rule *rule = &later->rule, *earlier;

	if (!rule->who.n || !rule->roles.n)
		return;
	earlier = find_shadow(conf, entries, rule, rule->who.v[0]);
	if (!earlier)
		earlier = find_shadow(conf, entries, rule, "*");
	if (earlier)
		conf_warning(r, later->node,
			"rule %s can never match: %s (%s:%u) decides all that it covers "
			"first%s",
			rule->name, earlier->name, earlier->file, earlier->line,
			rule->exact_command && !earlier->exact_command
				? "; give it a role of its own for exact_command"
				: "");
}

void
conf_check_shadows(const struct conf_reader *r, const struct conf *conf)
{
	struct entries entries = { 0 };

	for (size_t i = 0; i < conf->n_rules; i++)
		index_rule(&entries, &conf->rules[i].rule);
	if (entries.n)
		qsort(entries.v, entries.n, sizeof(*entries.v), by_hash);
	for (size_t i = 0; i < conf->n_rules; i++)
		check_rule(r, conf, &entries, &conf->rules[i]);
	free(entries.v);
}
