// SPDX-License-Identifier: GPL-2.0-or-later
/* limited_by: what keeps a listener's queue at its limit. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "probes/facts.h"
#include "rules/limited_by.h"
#include "rules/servers.h"
#include "tests/support/fdcheck.h"

static const struct server asks_511 = {
	.name = "verified",
	.backlog = 511,
	.backlog_known = true,
	.verified = true,
};

static const struct server reported_511 = {
	.name = "reported",
	.backlog = 511,
	.backlog_known = true,
};

static const struct server configured = {
	.name = "depends on its configuration",
	.backlog = 511,
	.verified = true,
};

static const struct {
	uint32_t limit;
	int64_t somaxconn;
	enum fact_state state;
	const struct server *server;
	enum limited_by expected;
} rows[] = {
	{ 128, 128, FACT_KNOWN, NULL, LIMITED_BY_CAP },
	{ 0, 0, FACT_KNOWN, NULL, LIMITED_BY_CAP },
	{ INT32_MAX, INT32_MAX, FACT_KNOWN, NULL, LIMITED_BY_CAP },
	{ UINT32_MAX, INT32_MAX, FACT_KNOWN, NULL, LIMITED_BY_ABOVE_CAP },
	{ 129, 128, FACT_KNOWN, NULL, LIMITED_BY_ABOVE_CAP },
	{ 127, 128, FACT_KNOWN, NULL, LIMITED_BY_APPLICATION_OR_EARLIER_CAP },
	{ 511, 4096, FACT_KNOWN, &asks_511, LIMITED_BY_APPLICATION },
	{ 511, 511, FACT_KNOWN, &asks_511, LIMITED_BY_CAP },
	{ 511, 128, FACT_KNOWN, &asks_511, LIMITED_BY_ABOVE_CAP },
	{ 510, 4096, FACT_KNOWN, &asks_511,
	  LIMITED_BY_APPLICATION_OR_EARLIER_CAP },
	{ 511, 4096, FACT_KNOWN, &reported_511,
	  LIMITED_BY_APPLICATION_OR_EARLIER_CAP },
	{ 511, 4096, FACT_KNOWN, &configured,
	  LIMITED_BY_APPLICATION_OR_EARLIER_CAP },
	{ 128, 128, FACT_UNREAD, NULL, LIMITED_BY_UNKNOWN },
	{ 128, 128, FACT_ABSENT, NULL, LIMITED_BY_UNKNOWN },
	{ 128, 128, FACT_DENIED, NULL, LIMITED_BY_UNKNOWN },
	{ 511, 4096, FACT_BROKEN, &asks_511, LIMITED_BY_UNKNOWN },
};

static void tells_what_limits(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct listener listener = { .limit = rows[i].limit };
		const struct sysctl_fact cap = {
			.state = rows[i].state,
			.v = { rows[i].somaxconn },
		};

		assert_int_equal(limited_by(&listener, &cap, rows[i].server),
		                 rows[i].expected);
	}
}

static void names_are_what_json_says(void **state)
{
	(void)state;
	assert_null(limited_by_name(LIMITED_BY_UNKNOWN));
	assert_string_equal(limited_by_name(LIMITED_BY_CAP), "cap");
	assert_string_equal(limited_by_name(LIMITED_BY_APPLICATION),
	                    "application");
	assert_string_equal(
		limited_by_name(LIMITED_BY_APPLICATION_OR_EARLIER_CAP),
		"application-or-earlier-cap");
	assert_string_equal(limited_by_name(LIMITED_BY_ABOVE_CAP), "above-cap");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_limits),
		cmocka_unit_test(names_are_what_json_says),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
