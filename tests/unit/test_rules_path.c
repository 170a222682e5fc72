// SPDX-License-Identifier: GPL-2.0-or-later
/* path.loopback */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "probes/goal.h"
#include "rules/rule.h"
#include "tests/support/facts_builder.h"
#include "tests/support/fdcheck.h"
#include "tests/support/judged.h"

#define ID "path.loopback"
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	uint64_t up, mtu, ipv6;
	enum goal_family family;
	const char *peer;
	enum verdict verdict;
	const char *what;
} rows[] = {
	{ 1, 65536, 1, FAMILY_IPV4, NULL, VERDICT_OK, "lo is up" },
	{ 1, 65536, 0, FAMILY_IPV4, NULL, VERDICT_OK, "lo is up" },
	{ 1, 65536, 1, FAMILY_IPV6, NULL, VERDICT_OK, "lo is up" },
	{ 1, UINT64_MAX, 1, FAMILY_IPV4, NULL, VERDICT_OK, "lo is up" },
	{ 1, 1500, 1, FAMILY_IPV4, NULL, VERDICT_OK, "lo is up" },
	{ 1, 1499, 1, FAMILY_IPV4, NULL, VERDICT_NOTE,
	  "the MTU of lo is 1499" },
	{ 1, 0, 1, FAMILY_IPV4, NULL, VERDICT_NOTE, "the MTU of lo is 0" },
	{ 0, 65536, 1, FAMILY_IPV4, NULL, VERDICT_FAIL, "lo is down" },
	{ 0, 100, 0, FAMILY_IPV6, NULL, VERDICT_FAIL, "lo is down" },
	{ 0, 65536, 1, FAMILY_IPV4, "192.0.2.1", VERDICT_WARN, "lo is down" },
	{ 1, 65536, 0, FAMILY_IPV6, NULL, VERDICT_FAIL,
	  "the flows are to go over IPv6, and lo has no ::1" },
	{ 1, 65536, 0, FAMILY_IPV6, "192.0.2.1", VERDICT_WARN,
	  "the flows are to go over IPv6, and lo has no ::1" },
};

static void judges_lo(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct host *host = facts_healthy();
		struct goal goal = goal_default();
		struct finding finding;

		host->ns[0].lo.up.value = rows[i].up;
		host->ns[0].lo.mtu_bytes.value = rows[i].mtu;
		host->ns[0].lo.ipv6.value = rows[i].ipv6;
		goal.family = rows[i].family;
		goal.peer = rows[i].peer;
		finding = judged_one(ID, host, &goal, rows[i].verdict);
		assert_string_equal(finding.what, rows[i].what);
		host_free(host);
	}
}

static void a_small_mtu_does_not_hide_a_missing_address(void **state)
{
	struct host *host = facts_healthy();
	struct goal goal = goal_default();
	struct judged judged;

	(void)state;
	goal.family = FAMILY_IPV6;
	host->ns[0].lo.mtu_bytes = fact_known(1280);
	host->ns[0].lo.ipv6 = fact_known(0);
	judged_by(rule_by_id(ID), host, &goal, NULL, &judged);
	assert_int_equal(judged.n, 2);
	assert_int_equal(judged.list[0].observed.value, 1280);
	assert_int_equal(judged.list[0].needed.value, 1500);
	assert_int_equal(judged.list[1].verdict, VERDICT_FAIL);
	assert_string_equal(judged.list[1].remedy.command,
	                    "sysctl -w net.ipv6.conf.lo.disable_ipv6=0");
	host_free(host);
}

static void says_how_to_mend_it(void **state)
{
	struct host *host = facts_healthy();
	const struct goal goal = goal_default();
	struct finding finding;

	(void)state;
	host->ns[0].lo.up = fact_known(0);
	finding = judged_one(ID, host, &goal, VERDICT_FAIL);
	assert_non_null(strstr(finding.why, "ENETUNREACH"));
	assert_int_equal(finding.remedy.kind, REMEDY_COMMAND);
	assert_true(finding.remedy.live);
	assert_string_equal(finding.remedy.command, "ip link set lo up");

	strcpy(host->ns[0].enter, "/run/netns/blue");
	finding = judged_one(ID, host, &goal, VERDICT_FAIL);
	assert_string_equal(finding.remedy.command,
	                    "nsenter --net=/run/netns/blue ip link set lo up");
	host_free(host);
}

/* Each fact unknown, and whether that matters to the goal. */
static void says_what_it_does_not_know(void **state)
{
	static const enum fact_state states[] = {
		FACT_UNREAD,
		FACT_ABSENT,
		FACT_DENIED,
		FACT_BROKEN,
	};
	struct host *host = facts_healthy();
	struct goal goal = goal_default();
	struct link_facts *lo = &host->ns[0].lo;

	(void)state;
	for (size_t i = 0; i < LENGTH(states); i++) {
		struct finding finding;

		lo->up.state = states[i];
		finding = judged_one(ID, host, &goal, VERDICT_UNKNOWN);
		assert_string_equal(finding.subject, "whether lo is up");
		lo->up.state = FACT_KNOWN;

		lo->mtu_bytes.state = states[i];
		finding = judged_one(ID, host, &goal, VERDICT_UNKNOWN);
		assert_string_equal(finding.subject, "the MTU of lo");
		lo->mtu_bytes.state = FACT_KNOWN;

		lo->ipv6.state = states[i];
		judged_one(ID, host, &goal, VERDICT_OK);
		goal.family = FAMILY_IPV6;
		finding = judged_one(ID, host, &goal, VERDICT_UNKNOWN);
		assert_string_equal(finding.subject, "whether ::1 can be used");
		goal.family = FAMILY_IPV4;
		lo->ipv6.state = FACT_KNOWN;
	}
	host_free(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_lo),
		cmocka_unit_test(a_small_mtu_does_not_hide_a_missing_address),
		cmocka_unit_test(says_how_to_mend_it),
		cmocka_unit_test(says_what_it_does_not_know),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
