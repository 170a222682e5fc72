// SPDX-License-Identifier: GPL-2.0-or-later
/* syn.queue, syn.cookies, syn.abort */
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

#define QUEUE "syn.queue"
#define COOKIES "syn.cookies"
#define ABORT "syn.abort"
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const enum fact_state unknown_states[] = {
	FACT_UNREAD,
	FACT_ABSENT,
	FACT_DENIED,
	FACT_BROKEN,
};

static struct host *host_with(int64_t cookies, int64_t max_syn, int64_t cap)
{
	struct host *host = facts_healthy();
	struct sysctl_fact *sysctl = host->ns[0].sysctl;

	sysctl[SYSCTL_SYNCOOKIES] = facts_sysctl(cookies);
	sysctl[SYSCTL_MAX_SYN_BACKLOG] = facts_sysctl(max_syn);
	sysctl[SYSCTL_SOMAXCONN] = facts_sysctl(cap);
	return host;
}

/* A server whose clients are elsewhere: half-open connections exist. */
static struct goal remote(uint64_t burst)
{
	struct goal goal = goal_default();

	goal.role = ROLE_SERVER;
	goal.flows = burst;
	goal.burst = burst;
	return goal;
}

/* ---- the SYN queue ---- */

static const struct {
	int64_t cookies, max_syn, cap;
	uint64_t burst;
	enum verdict verdict;
	uint64_t holds;
} queues[] = {
	/* with cookies neither bound drops anything */
	{ 1, 16, 5, 1000, VERDICT_OK, 0 },
	{ 2, 16, 5, 1000, VERDICT_OK, 0 },
	{ 255, 16, 5, 1000, VERDICT_OK, 0 },
	{ 1, -1, 0, UINT64_MAX, VERDICT_OK, 0 },
	/* without: three quarters of tcp_max_syn_backlog, as measured */
	{ 0, 16, 4096, 13, VERDICT_OK, 0 },
	{ 0, 16, 4096, 14, VERDICT_FAIL, 13 },
	{ 0, 128, 4096, 97, VERDICT_OK, 0 },
	{ 0, 128, 4096, 98, VERDICT_FAIL, 97 },
	{ 0, 2048, 4096, 1000, VERDICT_OK, 0 },
	{ 0, 1332, 4096, 1000, VERDICT_OK, 0 },
	{ 0, 1331, 4096, 1000, VERDICT_OK, 0 },
	{ 0, 1330, 4096, 1000, VERDICT_FAIL, 999 },
	/* and a listener's limit + 1 */
	{ 0, 2048, 999, 1000, VERDICT_OK, 0 },
	{ 0, 2048, 998, 1000, VERDICT_FAIL, 999 },
	{ 0, 2048, 0, 1, VERDICT_OK, 0 },
	{ 0, 2048, 0, 2, VERDICT_FAIL, 1 },
	/* what the kernel takes, however odd */
	{ 0, 0, 4096, 1, VERDICT_OK, 0 },
	{ 0, -1, 4096, 1, VERDICT_OK, 0 },
	{ 0, -1, 4096, 2, VERDICT_FAIL, 1 },
	{ 0, -2, 4096, 1, VERDICT_FAIL, 0 },
	{ 0, INT32_MIN, 4096, 1, VERDICT_FAIL, 0 },
	{ 0, INT32_MAX, INT32_MAX, 4000000, VERDICT_OK, 0 },
	{ 0, INT32_MAX, INT32_MAX, UINT64_MAX, VERDICT_FAIL, 1610612737 },
};

static void half_open_connections_are_kept(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(queues); i++) {
		struct host *host = host_with(queues[i].cookies,
		                              queues[i].max_syn, queues[i].cap);
		const struct goal goal = remote(queues[i].burst);
		struct finding finding =
			judged_one(QUEUE, host, &goal, queues[i].verdict);

		if (finding.verdict == VERDICT_FAIL) {
			assert_true(finding.observed.value == queues[i].holds);
			assert_true(finding.needed.value == queues[i].burst);
		}
		host_free(host);
	}
}

static void the_syn_queue_is_said(void **state)
{
	struct host *host = host_with(0, 128, 4096);
	const struct goal goal = remote(1000);
	struct finding finding;

	(void)state;
	finding = judged_one(QUEUE, host, &goal, VERDICT_FAIL);
	assert_string_equal(
		finding.what,
		"the SYN queue holds 97 half-open connections, a burst of 1000 may need 1000");
	assert_non_null(strstr(finding.why, "tcp_max_syn_backlog (128)"));
	assert_string_equal(finding.remedy.command,
	                    "sysctl -w net.ipv4.tcp_syncookies=1");
	assert_true(finding.remedy.live);
	host_free(host);
}

/* Over loopback nothing stays half-open, whatever else is unknown. */
static void loopback_needs_no_syn_queue(void **state)
{
	struct host *host = host_with(0, 0, 0);
	const struct goal goal = goal_default();

	(void)state;
	judged_one(QUEUE, host, &goal, VERDICT_OK);
	host->ns[0].sysctl[SYSCTL_SYNCOOKIES].state = FACT_DENIED;
	judged_one(QUEUE, host, &goal, VERDICT_OK);
	host_free(host);
}

static const struct {
	uint32_t limit, group;
	enum verdict verdict;
	uint64_t holds;
} goal_listeners[] = {
	{ 999, 1, VERDICT_OK, 0 },
	{ 998, 1, VERDICT_FAIL, 999 },
	{ 249, 4, VERDICT_OK, 0 },
	{ 248, 4, VERDICT_FAIL, 996 },
	/* each member has three quarters of 2048 */
	{ UINT32_MAX, UINT32_MAX, VERDICT_OK, 0 },
};

static void the_goals_listener_bounds_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(goal_listeners); i++) {
		/* the cap does not matter to a listener that exists */
		struct host *host = host_with(0, 2048, 5);
		struct listener *listener =
			facts_listener(host, 80, goal_listeners[i].limit);
		struct goal goal = remote(1000);
		struct finding finding;

		goal.port = 80;
		listener->group_size = goal_listeners[i].group;
		facts_listener(host, 81, 0);
		finding = judged_one(QUEUE, host, &goal,
		                     goal_listeners[i].verdict);
		if (finding.verdict == VERDICT_FAIL)
			assert_int_equal(finding.observed.value,
			                 goal_listeners[i].holds);
		/* the worst of several on the port */
		facts_listener(host, 80, 7);
		facts_listener(host, 80, 2000);
		finding = judged_one(QUEUE, host, &goal, VERDICT_FAIL);
		assert_int_equal(finding.observed.value, 8);
		host_free(host);
	}
}

static void what_the_syn_queue_needs_to_know(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(unknown_states); i++) {
		struct host *host = host_with(0, 2048, 4096);
		struct sysctl_fact *sysctl = host->ns[0].sysctl;
		struct goal goal = remote(1000);
		struct finding finding;

		sysctl[SYSCTL_SOMAXCONN].state = unknown_states[i];
		finding = judged_one(QUEUE, host, &goal, VERDICT_UNKNOWN);
		assert_string_equal(finding.subject, "net.core.somaxconn");
		/* with a port its listener counts, and not the cap */
		goal.port = 80;
		facts_listener(host, 80, 4096);
		judged_one(QUEUE, host, &goal, VERDICT_OK);
		host->ns[0].listeners_read.state = unknown_states[i];
		finding = judged_one(QUEUE, host, &goal, VERDICT_UNKNOWN);
		assert_string_equal(finding.subject, "the list of listeners");

		sysctl[SYSCTL_MAX_SYN_BACKLOG].state = unknown_states[i];
		finding = judged_one(QUEUE, host, &goal, VERDICT_UNKNOWN);
		assert_string_equal(finding.subject,
		                    "net.ipv4.tcp_max_syn_backlog");
		/* with cookies all that is of no interest */
		sysctl[SYSCTL_SYNCOOKIES] = facts_sysctl(1);
		judged_one(QUEUE, host, &goal, VERDICT_OK);
		sysctl[SYSCTL_SYNCOOKIES].state = unknown_states[i];
		finding = judged_one(QUEUE, host, &goal, VERDICT_UNKNOWN);
		assert_string_equal(finding.subject, "net.ipv4.tcp_syncookies");
		host_free(host);
	}
}

/* ---- cookies ---- */

static const struct {
	int64_t cookies;
	struct sysctl_fact timestamps;
	enum verdict verdict;
	const char *why; /* part of it */
} cookies_rows[] = {
	{ 0, { FACT_KNOWN, { 1 }, "" }, VERDICT_WARN, "dropped silently" },
	{ 1, { FACT_KNOWN, { 1 }, "" }, VERDICT_OK, "" },
	{ 1, { FACT_KNOWN, { 0 }, "" }, VERDICT_OK, "" },
	{ 2, { FACT_KNOWN, { 1 }, "" }, VERDICT_NOTE, "use timestamps" },
	{ 2, { FACT_KNOWN, { 2 }, "" }, VERDICT_NOTE, "use timestamps" },
	{ 2, { FACT_KNOWN, { 0 }, "" }, VERDICT_WARN, "loses window scaling" },
	{ 2, { FACT_DENIED, { 0 }, "" }, VERDICT_NOTE, "use timestamps" },
	{ 3, { FACT_KNOWN, { 0 }, "" }, VERDICT_OK, "" },
	{ 255, { FACT_KNOWN, { 1 }, "" }, VERDICT_OK, "" },
	{ INT64_MAX, { FACT_KNOWN, { 1 }, "" }, VERDICT_OK, "" },
};

static void cookies_are_on(void **state)
{
	const struct goal goal = goal_default();

	(void)state;
	for (size_t i = 0; i < LENGTH(cookies_rows); i++) {
		struct host *host =
			host_with(cookies_rows[i].cookies, 2048, 4096);
		struct finding finding;

		host->ns[0].sysctl[SYSCTL_TIMESTAMPS] =
			cookies_rows[i].timestamps;
		finding = judged_one(COOKIES, host, &goal,
		                     cookies_rows[i].verdict);
		assert_non_null(strstr(finding.why, cookies_rows[i].why));
		if (finding.verdict != VERDICT_OK) {
			assert_int_equal(finding.observed.value,
			                 cookies_rows[i].cookies);
			/* never a remedy that turns them off */
			assert_string_equal(finding.remedy.to, "1");
			assert_string_equal(
				finding.remedy.command,
				"sysctl -w net.ipv4.tcp_syncookies=1");
		}
		host_free(host);
	}
}

/* ---- abort on overflow ---- */

static void an_overflow_does_not_reset(void **state)
{
	static const struct {
		int64_t value;
		enum verdict verdict;
	} rows[] = {
		{ 0, VERDICT_OK },
		{ 1, VERDICT_WARN },
		{ 255, VERDICT_WARN },
	};
	const struct goal goal = goal_default();
	struct host *host = facts_healthy();

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct finding finding;

		host->ns[0].sysctl[SYSCTL_ABORT_ON_OVERFLOW] =
			facts_sysctl(rows[i].value);
		finding = judged_one(ABORT, host, &goal, rows[i].verdict);
		if (finding.verdict == VERDICT_OK)
			continue;
		assert_int_equal(finding.observed.value, rows[i].value);
		assert_string_equal(finding.remedy.to, "0");
	}
	assert_string_equal(judged_one(ABORT, host, &goal, VERDICT_WARN).what,
	                    "net.ipv4.tcp_abort_on_overflow is 255");
	host_free(host);
}

/* A client's own sysctls of the server's side do not matter. */
static void a_client_has_no_syn_queue(void **state)
{
	static const char *const ids[] = { QUEUE, COOKIES, ABORT };
	struct host *host = host_with(0, 0, 0);
	struct goal goal = goal_default();

	(void)state;
	goal.role = ROLE_CLIENT;
	for (size_t i = 0; i < LENGTH(ids); i++) {
		struct judged judged;

		judged_by(rule_by_id(ids[i]), host, &goal, NULL, &judged);
		assert_int_equal(judged.n, 0);
	}
	host_free(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(half_open_connections_are_kept),
		cmocka_unit_test(the_syn_queue_is_said),
		cmocka_unit_test(loopback_needs_no_syn_queue),
		cmocka_unit_test(the_goals_listener_bounds_it),
		cmocka_unit_test(what_the_syn_queue_needs_to_know),
		cmocka_unit_test(cookies_are_on),
		cmocka_unit_test(an_overflow_does_not_reset),
		cmocka_unit_test(a_client_has_no_syn_queue),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
