/*
 * Making the host's key.
 *
 * Runs as root. MUST wipe the secret half; MUST NOT replace a key unless told to.
 */
#include "jitctl/init_key.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "config.h"
#include "jitctl/sshkey.h"
#include "libjit/file.h"
#include "libjit/keys.h"
#include "libjit/parse.h"
#include "libjit/policy.h"

enum { PUB_MAX = 4096 };

/* The first line of /etc/hostname that is no comment: what DHCP says is not in it. */
static int
static_name(char ret[JIT_NAME_MAX + 1])
{
	char line[256];
	FILE *file = fopen("/etc/hostname", "re");
	int r = -ENOENT;

	while (file && r < 0 && fgets(line, sizeof(line), file)) {
		line[strcspn(line, " \t\r\n")] = '\0';
		if (!jit_name_valid(line))
			continue;
		memcpy(ret, line, strlen(line) + 1);
		r = 0;
	}
	if (file)
		fclose(file);
	return r;
}

void
init_host_name(const struct jit_site *site, char ret[JIT_NAME_MAX + 1])
{
	struct jit_policy policy = JIT_POLICY_NONE;
	char name[256] = "";

	if (jit_policy_open(site, &policy, NULL) == 0) {
		(void)snprintf(ret, JIT_NAME_MAX + 1, "%s", policy.globals.host);
		jit_policy_close(&policy);
		return;
	}
	if (static_name(ret) == 0)
		return;
	if (gethostname(name, sizeof(name) - 1) < 0 || !jit_name_valid(name))
		(void)snprintf(name, sizeof(name), "localhost");
	(void)snprintf(ret, JIT_NAME_MAX + 1, "%.64s", name);
}

static int
write_key(const struct jit_site *site, bool anew, struct jit_error *err)
{
	_cleanup_host_key_ struct jit_host_key key = { .magic = "jithost" };
	char machine_id[JIT_ID_LEN + 1];
	int r = jit_site_machine_id(machine_id);

	if (r < 0)
		return jit_error_set(err, r,
			"/etc/machine-id cannot be read (systemd-machine-id-setup makes "
			"it): %s",
			strerror(-r));
	key.magic[sizeof(key.magic) - 1] = '1';
	memcpy(key.machine_id, machine_id, sizeof(key.machine_id));
	crypto_sign_keypair(key.sign_public, key.sign_secret);
	crypto_box_keypair(key.box_public, key.box_secret);
	r = anew ? jit_file_replace(site->etc, "host.key", 0600, &key, sizeof(key))
		 : jit_file_create(site->etc, "host.key", 0600, &key, sizeof(key));
	if (r < 0)
		return jit_error_set(err, r,
			JIT_ETC_DIR "/host.key cannot be written: %s", strerror(-r));
	return 0;
}

/* The key that is there from now on. */
static int
settle_key(const struct jit_site *site, bool anew, struct jit_host_key *ret,
	struct jit_error *err)
{
	struct jit_error first = { 0 };
	bool there = faccessat(site->etc, "host.key", F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	int r = anew ? -ENOKEY : jit_host_key_load(site, ret, &first);
	bool made = r == -ENOKEY;

	if (r < 0 && !made)
		return jit_error_set(err, r, "%s", first.text);
	if (made) {
		r = write_key(site, anew, err);
		if (r == 0)
			r = jit_host_key_load(site, ret, err);
	}
	if (r < 0)
		return r;
	printf("  %s  " JIT_ETC_DIR "/host.key\n", made ? "made" : "kept");
	if (made && there)
		puts("        the host's key is new: grants that this host gave under "
		     "the old "
		     "one are dead,\n"
		     "        and who has the old " JIT_ETC_DIR
		     "/host.pub needs the new one");
	return 0;
}

/* Kept if both keys stand in it, whatever the host is called there. */
static bool
pub_fits(const struct jit_site *site, const char *sign, const char *box)
{
	_cleanup_free_ char *text = NULL;

	if (jit_file_read(
		    site->etc, "host.pub", site->owner, 0644, PUB_MAX, &text, NULL) < 0)
		return false;
	return strstr(text, sign) && strstr(text, box);
}

static int
settle_pub(const struct jit_site *site, const char *host, const struct jit_host_key *key,
	struct jit_error *err)
{
	char sign[SSHKEY_LINE_SIZE], box[SSHKEY_LINE_SIZE], text[PUB_MAX];
	bool fits;
	int r = 0;

	sshkey_format(SSHKEY_ED25519, key->sign_public, sign);
	sshkey_format(SSHKEY_X25519, key->box_public, box);
	(void)snprintf(text, sizeof(text), "%s %s\n%s %s\n", host, sign, host, box);
	fits = pub_fits(site, sign, box);
	if (!fits)
		r = jit_file_replace(site->etc, "host.pub", 0644, text, strlen(text));
	if (r < 0)
		return jit_error_set(err, r,
			JIT_ETC_DIR "/host.pub cannot be written: %s", strerror(-r));
	printf("  %s  " JIT_ETC_DIR "/host.pub\n", fits ? "kept" : "made");
	return 0;
}

int
init_key(const struct jit_site *site, const char *host, bool anew, struct jit_error *err)
{
	_cleanup_host_key_ struct jit_host_key key = { 0 };
	int r;

	if (site->etc < 0)
		return jit_error_set(
			err, site->etc, JIT_ETC_DIR " %s", jit_file_problem(site->etc));
	r = settle_key(site, anew, &key, err);
	return r < 0 ? r : settle_pub(site, host, &key, err);
}
