// SPDX-License-Identifier: GPL-2.0-or-later
/* endpoint: HOST:PORT, and all that is none */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "checker/cli/endpoint.h"
#include "tests/support/fdcheck.h"

static const struct {
	const char *text;
	int code;
	const char *host;
	uint16_t port;
} rows[] = {
	{ "web-3:80", 0, "web-3", 80 },
	{ "127.0.0.1:1", 0, "127.0.0.1", 1 },
	{ "a:65535", 0, "a", 65535 },
	{ "a:8k", 0, "a", 8000 },
	{ "[::1]:6379", 0, "::1", 6379 },
	{ "[fe80::1%eth0]:6379", 0, "fe80::1%eth0", 6379 },
	{ "[web-3]:80", 0, "web-3", 80 },
	{ "", -EINVAL, NULL, 0 },
	{ ":", -EINVAL, NULL, 0 },
	{ ":80", -EINVAL, NULL, 0 },
	{ "80", -EINVAL, NULL, 0 },
	{ "web-3", -EINVAL, NULL, 0 },
	{ "web-3:", -EINVAL, NULL, 0 },
	{ "web-3:http", -EINVAL, NULL, 0 },
	{ "web-3:-1", -EINVAL, NULL, 0 },
	{ "web-3:80:", -EINVAL, NULL, 0 },
	{ "web-3:0", -ERANGE, NULL, 0 },
	{ "web-3:65536", -ERANGE, NULL, 0 },
	{ "::1:80", -EINVAL, NULL, 0 },
	{ "[]:80", -EINVAL, NULL, 0 },
	{ "[::1]", -EINVAL, NULL, 0 },
	{ "[::1]80", -EINVAL, NULL, 0 },
	{ "[::1:80", -EINVAL, NULL, 0 },
	{ "[::1]:", -EINVAL, NULL, 0 },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct endpoint endpoint;

		assert_int_equal(endpoint_parse(rows[i].text, 0, &endpoint),
		                 rows[i].code);
		if (rows[i].code)
			continue;
		assert_string_equal(endpoint.host, rows[i].host);
		assert_int_equal(endpoint.port, rows[i].port);
	}
}

/* With a port for those who give none. */
static void test_default_port(void **state)
{
	static const struct {
		const char *text, *host;
		uint16_t port;
	} whole[] = {
		{ "web-3", "web-3", 5202 }, { "web-3:80", "web-3", 80 },
		{ "[::1]", "::1", 5202 },   { "[::1]:80", "::1", 80 },
		{ "::1", "::1", 5202 },
	};
	static const char *const none[] = { "",   ":",    ":80",    "web-3:",
		                            "[]", "[::1", "[::1]80" };
	struct endpoint endpoint;

	(void)state;
	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
		assert_int_equal(endpoint_parse(whole[i].text, 5202, &endpoint),
		                 0);
		assert_string_equal(endpoint.host, whole[i].host);
		assert_int_equal(endpoint.port, whole[i].port);
	}
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_int_equal(endpoint_parse(none[i], 5202, &endpoint),
		                 -EINVAL);
}

/* No host is cut to one that is another. */
static void test_length(void **state)
{
	char text[NI_MAXHOST + 8];
	struct endpoint endpoint;

	(void)state;
	for (size_t len = NI_MAXHOST - 2; len < NI_MAXHOST + 2; len++) {
		(void)memset(text, 'a', len);
		(void)strcpy(text + len, ":80");
		assert_int_equal(endpoint_parse(text, 0, &endpoint),
		                 len < NI_MAXHOST ? 0 : -EINVAL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_default_port),
		cmocka_unit_test(test_length),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
