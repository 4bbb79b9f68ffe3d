/*
 * jitctl/manifest.c, signed.c: a manifest names exactly the files that are there, by their
 * content; it is read strictly; a serial never falls.
 */
#include "jitctl/signed.h"

#include <sodium.h>

#include "conf_text.h"

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEAD "format 1\nserial 7\n"

static void
test_reads_strictly(void)
{
	static const struct {
		const char *text, *want; /* "": it is good */
	} rows[] = {
		{ HEAD, "" },
		{ HEAD HASH "  jit.conf\n" HASH "  conf.d/a b.conf\n", "" },
		{ HEAD HASH "  host.conf\n" HASH "  host.conf\n", "" },
		{ "", "it is empty" },
		{ "format 1\n", "it has no serial" },
		{ "format 1\nserial 7", "does not end in a newline" },
		{ "format 2\nserial 7\n", "line 1 is not" },
		{ "serial 7\nformat 1\n", "line 1 is not" },
		{ "format 1\nserial 0\n", "line 2 is not" },
		{ "format 1\nserial 07\n", "line 2 is not" },
		{ "format 1\nserial -7\n", "line 2 is not" },
		{ "format 1\nserial 9999999999999999999\n", "line 2 is not" },
		{ HEAD HASH " jit.conf\n", "line 3 is not" },
		{ HEAD HASH "  \n", "line 3 is not" },
		{ HEAD HASH "\n", "line 3 is not" },
		{ HEAD "x" HASH "  jit.conf\n", "line 3 is not" },
		{ HEAD "\n" HASH "  jit.conf\n", "line 3 is not" },
		{ HEAD HASH "  a\n" HASH "  a\n", "line 4 names a file a second time" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct manifest manifest = { 0 };
		struct jit_error err = { 0 };
		int r;

		test_row(rows[i].text);
		r = manifest_parse(rows[i].text, strlen(rows[i].text), &manifest, &err);
		ASSERT_EQ_INT(r, rows[i].want[0] ? -EINVAL : 0);
		ASSERT_CONTAINS(err.text, rows[i].want);
		if (r == 0)
			ASSERT_EQ_UINT(manifest.serial, 7);
		manifest_done(&manifest);
	}
	test_row(NULL);
	ASSERT_ERR(manifest_parse("format 1\nserial 7\n\0x\n", 21,
			   &(struct manifest){ 0 }, NULL),
		EINVAL);
}

/* ---- against files ---- */

struct files {
	struct conf_sources sources;
	struct conf_source keys;
	char *manifest; /* of them as they were made */
	size_t len;
};

static void
files_make(struct files *f)
{
	FILE *out;

	*f = (struct files){ .keys = { .path = JIT_ETC_DIR "/trusted_keys",
				     .text = "carol\n",
				     .len = 6 } };
	conf_text_add(&f->sources, "jit.conf", "format = 1;\n");
	conf_text_add(&f->sources, "conf.d/web.conf", "# web\n");
	conf_text_add(&f->sources, "host.conf", "id = \"web1\";\n");
	out = open_memstream(&f->manifest, &f->len);
	ASSERT_TRUE(out != NULL);
	manifest_print(&f->sources, &f->keys, 7, out);
	ASSERT_OK(fclose(out));
}

static void
files_done(struct files *f)
{
	conf_sources_done(&f->sources);
	free(f->manifest);
}

static int
check(const struct files *f, struct jit_error *err)
{
	struct manifest manifest;
	int r;

	*err = (struct jit_error){ 0 };
	ASSERT_OK(manifest_parse(f->manifest, f->len, &manifest, err));
	r = manifest_check(&manifest, &f->sources, f->keys.text ? &f->keys : NULL, err);
	manifest_done(&manifest);
	return r;
}

static void
change_source(struct files *f, size_t i, const char *text)
{
	free((void *)f->sources.v[i].text);
	f->sources.v[i].text = strdup(text);
	f->sources.v[i].len = strlen(text);
}

static void
change_conf(struct files *f)
{
	change_source(f, 0, "format = 2;\n");
}

static void
change_drop_in(struct files *f)
{
	change_source(f, 1, "");
}

static void
change_host(struct files *f)
{
	change_source(f, 2, "id = \"web2\";\n");
}

static void
change_keys(struct files *f)
{
	f->keys.text = "dave.\n";
}

static void
take_keys_away(struct files *f)
{
	f->keys.text = NULL;
}

static void
add_drop_in(struct files *f)
{
	conf_text_add(&f->sources, "conf.d/zz.conf", "");
}

static void
take_drop_in_away(struct files *f)
{
	free((void *)f->sources.v[1].text);
	f->sources.v[1] = f->sources.v[2];
	f->sources.n = 2;
}

static void
test_any_other_file_is_refused(void)
{
	static const struct {
		void (*change)(struct files *f);
		const char *want;
	} rows[] = {
		{ change_conf, "/jit.conf is not as it was when it was signed" },
		{ change_drop_in, "/conf.d/web.conf is not as it was" },
		{ change_host, "/host.conf is not as it was" },
		{ change_keys, "/trusted_keys is not as it was" },
		{ take_keys_away, "/trusted_keys is in the signed manifest, but is not" },
		{ add_drop_in, "/conf.d/zz.conf is not in the signed manifest" },
		{ take_drop_in_away, "/conf.d/web.conf is in the signed manifest, but" },
	};
	struct jit_error err;
	struct files f;

	files_make(&f);
	ASSERT_OK(check(&f, &err));
	files_done(&f);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		test_row(rows[i].want);
		files_make(&f);
		rows[i].change(&f);
		ASSERT_ERR(check(&f, &err), ESTALE);
		ASSERT_CONTAINS(err.text, rows[i].want);
		files_done(&f);
	}
	test_row(NULL);
}

static void
test_one_manifest_is_good_for_many_hosts(void)
{
	char *both, hash[MANIFEST_HASH_SIZE];
	struct jit_error err;
	struct files f;

	files_make(&f);
	manifest_hash("id = \"web2\";\n", 13, hash);
	ASSERT_TRUE(asprintf(&both, "%s%s  host.conf\n", f.manifest, hash) > 0);
	free(f.manifest);
	f.manifest = both;
	f.len = strlen(both);
	ASSERT_OK(check(&f, &err));
	change_host(&f);
	ASSERT_OK(check(&f, &err));
	change_source(&f, 2, "id = \"web3\";\n");
	ASSERT_ERR(check(&f, &err), ESTALE);
	files_done(&f);
}

/* ---- the serial ---- */

static void
test_the_serial_is_kept(void)
{
	struct jit_site site = JIT_SITE_NONE;
	struct signed_policy policy = { .serial = 7, .hash = HASH }, got;

	site.lib = test_dir_fd();
	site.owner = getuid();
	ASSERT_OK(signed_serial(&site, &got));
	ASSERT_EQ_UINT(got.serial, 0);
	ASSERT_OK(signed_accept(&site, &policy));
	ASSERT_OK(signed_serial(&site, &got));
	ASSERT_EQ_UINT(got.serial, 7);
	ASSERT_EQ_STR(got.hash, HASH);
	test_file_write(test_path("serial"), 0600, "7 short\n", 8);
	ASSERT_ERR(signed_serial(&site, &got), EBADMSG);
	jit_closep(&site.lib);
}

TEST_MAIN(TEST(test_reads_strictly), TEST(test_any_other_file_is_refused),
	TEST(test_one_manifest_is_good_for_many_hosts), TEST(test_the_serial_is_kept))
