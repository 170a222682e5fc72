// SPDX-License-Identifier: GPL-2.0-or-later
/* reset_reason - every reason has words; some depend on the state. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <netinet/tcp.h>
#include <string.h>

#include "rules/reset_reason.h"
#include "tests/support/fdcheck.h"

static const struct {
	const char *reason;
	uint8_t state;
	const char *says; /* NULL: no words */
} rows[] = {
	{ "NO_SOCKET", 0, "nobody listens" },
	{ "TCP_FLAGS", TCP_LISTEN, "handshake" },
	{ "TCP_FLAGS", TCP_CLOSE, "fits no connection" },
	{ "TCP_FLAGS", 0, "fits no connection" },
	{ "INVALID_SYN", TCP_LISTEN, "tcp_abort_on_overflow" },
	{ "INVALID_SYN", TCP_ESTABLISHED, "a SYN inside" },
	{ "TCP_STATE", TCP_ESTABLISHED, "ss -K" },
	{ "TCP_STATE", TCP_CLOSE, "SO_LINGER" },
	{ "TCP_ABORT_ON_CLOSE", TCP_CLOSE, "not read" },
	{ "", TCP_CLOSE, "no reasons" },
	{ "TCP_FLAG", TCP_LISTEN, NULL },
	{ "25", 0, NULL },
};

static void words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *is =
			reset_reason_words(rows[i].reason, rows[i].state);

		if (!rows[i].says) {
			assert_null(is);
			continue;
		}
		assert_non_null(is);
		assert_non_null(strstr(is, rows[i].says));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(words) };

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
