// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * secret: proofs and tokens are those of the protocol, and each is worth
 * something in one place only. The expected ones were made by Python's
 * hashlib.blake2b.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/load/secret.h"
#include "tests/support/fdcheck.h"

static const char said[] = "a key of enough bytes";

static char dir[] = "/tmp/kiloflow-secret-XXXXXX";
static char path[64];

static int setup(void **state)
{
	if (fdcheck_setup(state) || !mkdtemp(dir))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/key", dir);
	return 0;
}

static int teardown(void **state)
{
	(void)unlink(path);
	(void)rmdir(dir);
	return fdcheck_teardown(state);
}

static void write_key(const char *text, mode_t mode)
{
	FILE *file;

	(void)unlink(path);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void hex(const uint8_t *bytes, size_t n, char *ret)
{
	for (size_t i = 0; i < n; i++)
		(void)sprintf(ret + 2 * i, "%02x", bytes[i]);
}

static void read_key(struct secret *ret)
{
	struct err err = { 0 };

	write_key(said, 0600);
	assert_int_equal(secret_read(path, ret, &err), 0);
}

static void test_key_files(void **state)
{
	static const struct {
		const char *text;
		mode_t mode;
		int rc;
		const char *what;
	} rows[] = {
		{ "sixteen bytes .\n", 0600, -EINVAL, "15 bytes are too few" },
		{ "sixteen bytes ..\n", 0600, 0, "" },
		{ "sixteen bytes ..\r\n\n", 0400, 0, "" },
		{ "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n", 0600, -EINVAL,
		  "0 bytes are too few" },
		{ "sixteen bytes ..\n", 0640, -EACCES, "others may read it" },
		{ "sixteen bytes ..\n", 0602, -EACCES, "others may read it" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err = { 0 };
		struct secret secret;

		write_key(rows[i].text, rows[i].mode);
		assert_int_equal(secret_read(path, &secret, &err), rows[i].rc);
		assert_non_null(strstr(err.what, rows[i].what));
	}
}

static void test_no_file(void **state)
{
	struct secret secret;
	struct err err = { 0 };

	(void)state;
	(void)unlink(path);
	assert_int_equal(secret_read(path, &secret, &err), -ENOENT);
	assert_non_null(strstr(err.what, path));
	err.code = 0;
	assert_int_equal(secret_read("/dev/null", &secret, &err), -EINVAL);
}

/* Line ends are not of the key: editors add them. */
static void test_line_ends(void **state)
{
	struct secret with;
	struct secret without;
	struct err err = { 0 };

	(void)state;
	read_key(&without);
	write_key("a key of enough bytes\r\n", 0600);
	assert_int_equal(secret_read(path, &with, &err), 0);
	assert_memory_equal(&with, &without, sizeof(with));
}

static void test_proofs(void **state)
{
	static const char *const expected[] = {
		[SECRET_NEAR] =
			"42bf466fdc729cda2046d4eb11982a03db6be00e24d56b5c4b6e6c7d35fea7b6",
		[SECRET_FAR] =
			"81a6ef0c3be3f99491c541b56829b12ad04d3b65c847b0a4e2daa4752a791791",
		[SECRET_SESSION] =
			"4f780f5ec22355079abb07080f3ed3322c6652aec9f9da9424395b53affe7ea5",
	};
	struct secret_nonces nonces;
	struct secret secret;

	(void)state;
	read_key(&secret);
	(void)memset(nonces.near, 1, sizeof(nonces.near));
	(void)memset(nonces.far, 2, sizeof(nonces.far));
	for (enum secret_use use = SECRET_NEAR; use <= SECRET_SESSION; use++) {
		char text[2 * WIRE_MAC_BYTES + 1];
		uint8_t mac[WIRE_MAC_BYTES];

		secret_prove(&secret, use, &nonces, mac);
		hex(mac, sizeof(mac), text);
		assert_string_equal(text, expected[use]);
	}
}

static void test_tokens(void **state)
{
	static const struct {
		uint64_t index;
		const char *token;
	} rows[] = {
		{ 0, "d0eb691c402d0ae7646c1175551b5123" },
		{ 1, "aff4b372837cb9dfa7c39318afa705cd" },
		{ 0x0102030405060708, "6c5ecbc66558f900362825233e949e5d" },
	};
	struct secret_nonces nonces;
	struct secret session;
	struct secret secret;

	(void)state;
	read_key(&secret);
	(void)memset(nonces.near, 1, sizeof(nonces.near));
	(void)memset(nonces.far, 2, sizeof(nonces.far));
	secret_session(&secret, &nonces, &session);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[2 * WIRE_TOKEN_BYTES + 1];
		uint8_t token[WIRE_TOKEN_BYTES];

		secret_token(&session, rows[i].index, token);
		hex(token, sizeof(token), text);
		assert_string_equal(text, rows[i].token);
	}
}

static void test_nonces_differ(void **state)
{
	uint8_t a[WIRE_NONCE_BYTES];
	uint8_t b[WIRE_NONCE_BYTES];

	(void)state;
	secret_nonce(a);
	secret_nonce(b);
	assert_false(secret_equal(a, b, sizeof(a)));
	assert_true(secret_equal(a, a, sizeof(a)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_key_files),
		cmocka_unit_test(test_no_file),
		cmocka_unit_test(test_line_ends),
		cmocka_unit_test(test_proofs),
		cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_nonces_differ),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
