/*
 * The index records of policy.cdb: which rules a question has to look at.
 *
 * Runs as root. MUST refuse what the reader would refuse: more rules for one question than
 * JIT_RULES_MAX.
 */
#include "compile.h"

#include <cdb.h>
#include <errno.h>
#include <string.h>

#include "libjit/pattern.h"

/* One key with one rule; sorted, the rules of a key stand together. */
struct entry {
	uint64_t hash;
	const uint8_t *key;
	uint32_t key_len, number;
};

struct entries {
	struct conf_arena arena;
	size_t n, size;
	struct entry *v;
};

static void
entries_done(struct entries *entries)
{
	free(entries->v);
	conf_arena_done(&entries->arena);
}

static uint64_t
hash_of(const uint8_t *key, size_t len)
{
	uint64_t hash = 14695981039346656037u;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ key[i]) * 1099511628211u;
	return hash;
}

static int
compare_keys(const struct entry *a, const struct entry *b)
{
	uint32_t shorter = a->key_len < b->key_len ? a->key_len : b->key_len;
	int order;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	order = memcmp(a->key, b->key, shorter);
	if (order)
		return order;
	return a->key_len < b->key_len ? -1 : a->key_len > b->key_len;
}

static int
by_key(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = compare_keys(x, y);

	if (order)
		return order;
	return x->number < y->number ? -1 : x->number > y->number;
}

static void
add_entry(struct entries *entries, enum jit_policy_index index, const char *who,
	const char *what, uint32_t number)
{
	uint8_t key[JIT_POLICY_KEY_MAX];
	size_t len = jit_policy_index_key(index, who, what, key);
	char *copy = conf_strndup(&entries->arena, (const char *)key, len);

	entries->v =
		conf_grow(entries->v, entries->n, &entries->size, sizeof(*entries->v));
	entries->v[entries->n++] = (struct entry){
		.hash = hash_of(key, len),
		.key = (const uint8_t *)copy,
		.key_len = (uint32_t)len,
		.number = number,
	};
}

static void
index_role(struct entries *entries, const char *who, const struct jit_role *role,
	uint32_t number)
{
	add_entry(entries, JIT_INDEX_ROLE, who, role->name, number);
	if (role->login)
		add_entry(entries, JIT_INDEX_LOGIN, who, NULL, number);
	for (size_t i = 0; i < role->n_commands; i++) {
		const char *path = role->commands[i].v[0];

		add_entry(entries, JIT_INDEX_COMMAND, who,
			jit_glob_is_literal(path) ? path : "", number);
	}
}

static void
index_rule(struct entries *entries, const struct conf *conf, const struct jit_rule *rule)
{
	for (size_t i = 0; i < rule->who.n; i++) {
		add_entry(entries, JIT_INDEX_ALL, rule->who.v[i], NULL, rule->number);
		if (rule->exact_command) /* what no role names may still be asked for */
			add_entry(entries, JIT_INDEX_COMMAND, rule->who.v[i], "",
				rule->number);
		for (size_t k = 0; k < rule->roles.n; k++) {
			const struct conf_role *role =
				conf_find_role(conf, rule->roles.v[k]);

			if (role)
				index_role(entries, rule->who.v[i], &role->role,
					rule->number);
		}
	}
}

/* How a person calls the key, for an error. */
static const char *
shown_key(struct entries *entries, const struct entry *entry)
{
	const char *who = (const char *)entry->key + 1;
	const char *what = who + strlen(who) + 1;

	switch ((enum jit_policy_index)entry->key[0]) {
	case JIT_INDEX_ROLE:
		return conf_format(
			&entries->arena, "who \"%s\" and role \"%s\"", who, what);
	case JIT_INDEX_COMMAND:
		return conf_format(&entries->arena, "who \"%s\" and command \"%s\"", who,
			what < who + entry->key_len - 1 ? what : "*");
	case JIT_INDEX_LOGIN:
		return conf_format(&entries->arena, "who \"%s\" and logins", who);
	default: return conf_format(&entries->arena, "who \"%s\"", who);
	}
}

/* A listing may look at more rules than a question; no record is larger than any. */
static size_t
most_rules(const struct entry *entry)
{
	return entry->key[0] == JIT_INDEX_ALL ? JIT_RECORD_MAX / sizeof(uint32_t)
					      : JIT_RULES_MAX;
}

static int
too_many(struct entries *entries, const struct conf *conf, const struct entry *first,
	size_t n, struct conf_problems *problems)
{
	size_t most = most_rules(first);
	const struct entry *beyond = first + (n > most ? most : 0);

	conf_problem_add(problems, CONF_ERROR, &conf->rules[beyond->number].node->place,
		"more than %zu rules for %s; give them to a group instead", most,
		shown_key(entries, first));
	return -EINVAL;
}

/* Writes the entries from first on that have its key. *ret_n: how many. */
static int
add_group(struct entries *entries, const struct conf *conf, size_t first,
	struct cdb_make *cdb, struct conf_problems *problems, size_t *ret_n)
{
	static uint8_t value[JIT_RECORD_MAX];
	const struct entry *head = &entries->v[first];
	size_t n = 0, numbers = 0;

	for (; first + n < entries->n && compare_keys(head, head + n) == 0; n++) {
		if (n > 0 && head[n].number == head[n - 1].number)
			continue;
		if (numbers < most_rules(head))
			for (size_t i = 0; i < sizeof(uint32_t); i++)
				value[numbers * sizeof(uint32_t) + i] =
					(uint8_t)(head[n].number >> (8 * i));
		numbers++;
	}
	*ret_n = n;
	if (numbers > most_rules(head))
		return too_many(entries, conf, head, n, problems);
	return compile_add(
		cdb, head->key, head->key_len, value, numbers * sizeof(uint32_t));
}

int
compile_index(
	const struct conf *conf, struct cdb_make *cdb, struct conf_problems *problems)
{
	_cleanup_(entries_done) struct entries entries = { 0 };
	int r = 0;

	for (size_t i = 0; i < conf->n_rules; i++)
		index_rule(&entries, conf, &conf->rules[i].rule);
	if (entries.n)
		qsort(entries.v, entries.n, sizeof(*entries.v), by_key);
	for (size_t at = 0, n; at < entries.n; at += n) {
		int added = add_group(&entries, conf, at, cdb, problems, &n);

		if (added < 0 && added != -EINVAL)
			return added;
		r = added < 0 ? added : r;
	}
	return r;
}
