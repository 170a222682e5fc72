// SPDX-License-Identifier: GPL-2.0-or-later
/* address: whose it is, and how it is shown */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <string.h>

#include "probes/load/address.h"
#include "tests/support/fdcheck.h"

static union address address_of(const char *text)
{
	union address address = { 0 };

	if (strchr(text, ':')) {
		address.any.sa_family = AF_INET6;
		assert_int_equal(
			inet_pton(AF_INET6, text, &address.in6.sin6_addr), 1);
	} else {
		address.any.sa_family = AF_INET;
		assert_int_equal(inet_pton(AF_INET, text, &address.in.sin_addr),
		                 1);
	}
	address_set_port(&address, 65535);
	return address;
}

static const struct {
	const char *text;
	bool is_loopback;
	const char *shown;
} rows[] = {
	{ "127.0.0.1", true, "127.0.0.1:65535" },
	{ "127.255.255.254", true, "127.255.255.254:65535" },
	{ "126.255.255.255", false, "126.255.255.255:65535" },
	{ "128.0.0.0", false, "128.0.0.0:65535" },
	{ "0.0.0.0", false, "0.0.0.0:65535" },
	{ "0.0.0.1", false, "0.0.0.1:65535" },
	{ "192.0.2.1", false, "192.0.2.1:65535" },
	{ "::1", true, "[::1]:65535" },
	{ "::", false, "[::]:65535" },
	{ "::2", false, "[::2]:65535" },
	{ "::ffff:127.0.0.1", false, "[::ffff:127.0.0.1]:65535" },
	{ "2001:db8:1111:2222:3333:4444:5555:6666", false,
	  "[2001:db8:1111:2222:3333:4444:5555:6666]:65535" },
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS; i++) {
		const union address address = address_of(rows[i].text);
		char shown[64];

		assert_int_equal(address_is_loopback(&address),
		                 rows[i].is_loopback);
		address_format(&address, shown, sizeof(shown));
		assert_string_equal(shown, rows[i].shown);
	}
}

static void test_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS; i++) {
		for (size_t j = 0; j < N_ROWS; j++) {
			const union address a = address_of(rows[i].text);
			union address b = address_of(rows[j].text);

			address_set_port(&b, 1);
			assert_int_equal(address_is_same(&a, &b), i == j);
		}
	}
}

/* Documentation's addresses are nobody's. */
static void test_of_host(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS; i++) {
		const union address address = address_of(rows[i].text);

		assert_int_equal(address_of_host(&address),
		                 rows[i].is_loopback ||
		                         !strcmp(rows[i].text, "0.0.0.0") ||
		                         !strcmp(rows[i].text, "::"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_of_host),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
