/*
 * Fetching a request, and checking whose it is.
 *
 * Runs as the approver. MUST say loudly where a signature was not checked; MUST NOT take
 * anything from beside the token that the token says itself.
 */
#include "jitctl/asked.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "config.h"
#include "jitctl/conf_source.h"
#include "jitctl/courier.h"
#include "jitctl/draft.h"
#include "jitctl/inventory.h"
#include "jitctl/jitctl.h"
#include "jitctl/listed.h"
#include "jitctl/trusted_keys.h"
#include "libjit/escape.h"
#include "libjit/file.h"
#include "libjit/parse.h"
#include "libjit/token.h"

enum { PASTED_MAX = 65536, STATUS_NOT_FOUND = 66 };

void
asked_done(struct asked *asked)
{
	jit_open_request_done(&asked->open);
}

/* ---- whose signature ---- */

/* The key of the host that the request is for. */
static int
key_of_host(const struct jit_filed *said, struct jit_key *ret, struct jit_error *err)
{
	*ret = (struct jit_key){ .principal = "host", .is_host = true };
	return inventory_find(said->aud, ret->public_key, err);
}

static bool
is_askers(const struct jit_key *key, const struct jit_filed *said, int64_t now_sec)
{
	char kid[JIT_KID_LEN + 1];

	jit_key_id(key->public_key, kid);
	return jit_streq(key->principal, said->iss) && jit_streq(kid, said->kid) &&
		jit_key_allows(key, JIT_NS_REQUEST, now_sec);
}

/* The key in this host's trusted_keys that the token names, if it is the asker's. */
static int
key_of_subject(const struct jit_filed *said, struct jit_key *ret, struct jit_error *err)
{
	_cleanup_free_ char *text = NULL;
	struct conf_source source = { .path = JIT_ETC_DIR "/trusted_keys" };
	struct conf_problems problems = { 0 };
	struct trusted_keys keys = { 0 };
	struct jit_now now;
	int r = jit_clock_now(&now);

	if (r == 0)
		r = jit_file_read(AT_FDCWD, source.path, jit_site_owner(), 0644,
			JIT_KEYS_FILE_MAX, &text, &source.len);
	if (r < 0)
		return jit_error_set(
			err, -ENOENT, "%s here %s", source.path, jit_file_problem(r));
	source.text = text;
	trusted_keys_parse(&source, NULL, &keys, &problems);
	r = -ENOENT;
	for (size_t i = 0; i < keys.n; i++) {
		if (!is_askers(&keys.v[i], said, now.wall_sec))
			continue;
		*ret = keys.v[i];
		r = 0;
	}
	trusted_keys_done(&keys);
	conf_problems_done(&problems);
	return r < 0 ? jit_error_set(err, r, "%s here has no key of %s's that signed it",
			       source.path, said->iss)
		     : 0;
}

static int
check_token(struct asked *asked, struct jit_error *err)
{
	_cleanup_filed_ struct jit_filed said = { .at = 0 };
	_cleanup_free_ char *payload = NULL;
	struct jit_key key;
	bool by_host;
	int r = jit_filed_peek(asked->open.token, &said);

	if (r < 0)
		return jit_error_set(err, -EINVAL, "this is not a request");
	by_host = jit_streq(said.iss, "host");
	jit_filed_done(&asked->open.filed);
	r = by_host ? key_of_host(&said, &key, &asked->unchecked)
		    : key_of_subject(&said, &key, &asked->unchecked);
	if (r == -ENOENT) { /* nobody here can tell */
		asked->open.filed = said;
		said = (struct jit_filed){ .at = 0 };
		return 0;
	}
	if (r < 0)
		return jit_error_set(err, r, "%s", asked->unchecked.text);
	r = jit_token_open_by(asked->open.token, JIT_ASSERT_REQUEST, &key, &payload, err);
	if (r == 0)
		r = jit_filed_parse(payload, &key, &asked->open.filed, err);
	if (r == 0)
		asked->trust = by_host ? ASKED_BY_HOST : ASKED_BY_SUBJECT;
	return r;
}

/* ---- where it lies ---- */

int
asked_place(const char *typed, char ret_host[JIT_NAME_MAX + 1], const char **ret_id,
	struct jit_error *err)
{
	const char *slash = strchr(typed, '/');
	size_t len = slash ? (size_t)(slash - typed) : 0;
	char host[JIT_NAME_MAX + 1] = "", shown[128];

	if (len <= JIT_NAME_MAX)
		memcpy(host, typed, len);
	if (slash && !jit_name_valid(host))
		return jit_error_set(err, -EINVAL,
			"%s: write HOST/ID, like web1/K7Q2, or the ID alone",
			jit_escape(typed, shown, sizeof(shown)));
	memcpy(ret_host, host, sizeof(host));
	*ret_id = slash ? slash + 1 : typed;
	return 0;
}

/* Takes the one that fits out of the list. */
static int
pick(struct jit_request_list *list, const char *id, const char *host, struct asked *ret,
	struct jit_error *err)
{
	struct jit_open_request *found = NULL;
	char shown[64];

	(void)jit_escape(id, shown, sizeof(shown));
	for (size_t i = 0; i < list->n; i++) {
		if (!jit_id_matches(list->v[i].filed.jti, id))
			continue;
		if (found)
			return jit_error_set(err, -EINVAL,
				"more than one request begins with %s: write more of it",
				shown);
		found = &list->v[i];
	}
	if (!found)
		return jit_error_set(err, -ENOENT, "no open request %s on %s", shown,
			host[0] ? host : "this host");
	ret->open = *found;
	*found = (struct jit_open_request){ 0 };
	ret->stated = true;
	return 0;
}

static int
fetch_here(const char *id, struct asked *ret, struct jit_error *err)
{
	__attribute__((
		cleanup(jit_request_list_done))) struct jit_request_list list = { 0 };
	_cleanup_close_ int dir =
		jit_dir_open(AT_FDCWD, JIT_LIB_DIR "/requests", jit_site_owner());
	int r = dir < 0 ? dir
			: jit_requests_load_at(dir, jit_site_owner(), (uid_t)-1, &list);

	if (r == -EACCES)
		return jit_error_set(err, r,
			"requests on this host are for members of jit-approvers to read; "
			"for another host write HOST/ID");
	if (r < 0 && r != -ENOENT)
		return jit_error_set(err, r, JIT_LIB_DIR "/requests: %s", strerror(-r));
	return pick(&list, id, "", ret, err);
}

/* What `jitsu --serve` lists; for status, the one that is meant, also if it is over. */
static int
fetch_list(const char *host, const char *const words[], struct jit_request_list *ret,
	struct jit_error *err)
{
	_cleanup_answer_ struct courier_answer answer = { .status = 0 };
	size_t unread = 0;
	int r = courier_run(host, words, NULL, &answer, err);

	if (r < 0)
		return r;
	if (answer.status != 0) {
		courier_repeat(host, &answer);
		return jit_error_set(err,
			answer.status == STATUS_NOT_FOUND ? -ENOENT : -EACCES,
			"%s does not say", host);
	}
	if (listed_read(answer.out ? answer.out : "", ret, &unread) < 0)
		return jit_error_set(err, -EINVAL,
			"%s answers with something that is no list of requests", host);
	if (unread > 0)
		fprintf(stderr, "jitctl: %s: %zu %s could not be read\n", host, unread,
			unread == 1 ? "entry" : "entries");
	return 0;
}

static int
fetch_there(const char *host, const char *id, struct asked *ret, struct jit_error *err)
{
	static const char *const words[] = { "list", NULL };
	_cleanup_requests_ struct jit_request_list list = { 0 };
	int r = fetch_list(host, words, &list, err);

	if (r == 0)
		r = pick(&list, id, host, ret, err);
	if (r < 0)
		return r;
	if (!ret->open.token)
		return jit_error_set(
			err, -EINVAL, "%s lists a request without its token", host);
	(void)snprintf(ret->host, sizeof(ret->host), "%s", host);
	return 0;
}

int
asked_status(const char *host, const char *id, struct jit_open_request *ret,
	struct jit_error *err)
{
	const char *const words[] = { "status", id, NULL };
	_cleanup_requests_ struct jit_request_list list = { 0 };
	int r;

	if (!*id ||
		strspn(id,
			"0123456789abcdefghijklmnopqrstuvwxyz"
			"ABCDEFGHIJKLMNOPQRSTUVWXYZ") != strlen(id))
		return jit_error_set(err, -EINVAL, "that is not an id");
	r = fetch_list(host, words, &list, err);
	if (r < 0)
		return r;
	if (list.n != 1)
		return jit_error_set(err, -ENOENT, "%s knows no such request", host);
	if (!jit_id_matches(list.v[0].filed.jti, id))
		return jit_error_set(err, -EBADMSG,
			"%s answers with another request than was asked for", host);
	*ret = list.v[0];
	list.n = 0;
	return 0;
}

static int
fetch_pasted(struct asked *ret, struct jit_error *err)
{
	char text[PASTED_MAX + 1];
	size_t len = 0;
	ssize_t n = 1;
	int r;

	while (n > 0 && len < PASTED_MAX) {
		n = read(STDIN_FILENO, text + len, PASTED_MAX - len);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			len += (size_t)n;
	}
	text[len] = '\0';
	if (n != 0 || strlen(text) != len)
		return jit_error_set(
			err, -EINVAL, "standard input is not a request line");
	r = jit_filed_squeeze(text, err);
	if (r < 0)
		return r;
	ret->open.token = strdup(text);
	ret->pasted = true;
	return ret->open.token ? 0 : jit_error_set(err, -ENOMEM, "no memory");
}

/* A host hands out what was asked of it, under the id that it says. */
static int
check_place(const struct asked *asked, const char *id, struct jit_error *err)
{
	const struct jit_filed *filed = &asked->open.filed;

	if (!jit_id_matches(filed->jti, id))
		return jit_error_set(err, -EBADMSG,
			"the request is not the one that it was listed as");
	if (asked->host[0] && filed->aud[0] != '@' && !jit_streq(filed->aud, asked->host))
		return jit_error_set(err, -EBADMSG, "%s lists a request that is for %s",
			asked->host, filed->aud);
	return 0;
}

int
asked_fetch(const char *typed, struct asked *ret, struct jit_error *err)
{
	_cleanup_asked_ struct asked asked = { .stated = false };
	bool pasted = jit_streq(typed, "-");
	char host[JIT_NAME_MAX + 1] = "";
	const char *id = typed;
	int r = pasted ? 0 : asked_place(typed, host, &id, err);

	if (r == 0)
		r = pasted        ? fetch_pasted(&asked, err)
			: host[0] ? fetch_there(host, id, &asked, err)
				  : fetch_here(id, &asked, err);
	if (r == 0)
		r = check_token(&asked, err);
	if (r == 0 && !pasted)
		r = check_place(&asked, id, err);
	if (r < 0)
		return r;
	*ret = asked;
	asked = (struct asked){ .stated = false };
	return 0;
}

/* ---- what comes of it ---- */

const struct jit_strv *
asked_command(const struct asked *asked)
{
	const struct jit_open_request *open = &asked->open;
	const struct jit_grant bound = { .cmd = open->filed.cmd };

	if (!jit_cmd_is_digest(&bound.cmd))
		return &open->filed.cmd;
	return jit_grant_covers_argv(&bound, &open->command) ? &open->command : NULL;
}

int
asked_check_command(const struct asked *asked, struct jit_error *err)
{
	if (asked_command(asked))
		return 0;
	return jit_error_set(err, -E2BIG,
		"the command is too long to be in the request, and %s: ask for it on the "
		"host, and answer it there or as HOST/ID",
		asked->pasted                   ? "a line cannot have it"
			: asked->open.command.n ? "what was sent beside it is not it"
						: "it was not sent beside it");
}

struct jit_ruling
asked_denial(const struct asked *asked)
{
	struct jit_ruling ruling = { .kind = JIT_RULING_DENY, .is_req = true };

	memcpy(ruling.aud, asked->open.filed.aud, sizeof(ruling.aud));
	memcpy(ruling.id, asked->open.filed.jti, sizeof(ruling.id));
	return ruling;
}

struct delivery
asked_delivery(const struct asked *asked, const char *token, const char *done)
{
	return (struct delivery){
		.verb = "accept",
		.token = token,
		.aud = asked->open.filed.aud,
		.host = asked->host,
		.here = !asked->pasted && !asked->host[0],
		.done = done,
	};
}

int
asked_exit(int error)
{
	switch (-error) {
	case ENOENT: return JITCTL_NOT_FOUND;
	case EHOSTUNREACH: return JITCTL_UNREACHABLE;
	case EALREADY: return JITCTL_NO;
	case ENOTTY: return JITCTL_USAGE;
	default: return draft_exit(error);
	}
}
