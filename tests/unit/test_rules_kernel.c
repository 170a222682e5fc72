// SPDX-License-Identifier: GPL-2.0-or-later
/* kernel.messages */
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

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define ID "kernel.messages"
#define NOW UINT64_C(100000000000) /* of the healthy host */
#define SECOND UINT64_C(1000000)

static struct kmsg_event *add_event(struct host *host, enum kmsg_kind kind,
                                    uint16_t port, uint64_t age_us)
{
	struct kmsg_facts *kmsg = &host->kmsg;
	struct kmsg_event *event = &kmsg->events[kmsg->n_events++];

	*event = (struct kmsg_event){
		.kind = kind,
		.port = port,
		.count = 1,
		.last_us = NOW - age_us,
	};
	return event;
}

static void every_kind(void **state)
{
	static const struct {
		enum kmsg_kind kind;
		const char *subject, *what, *why;
	} rows[] = {
		{ KMSG_CONNTRACK_FULL, "conntrack", "table full",
		  "conntrack.entries" },
		{ KMSG_ORPHANS, "orphans", "too many orphaned",
		  "tcp_max_orphans" },
		{ KMSG_TCP_MEM, "tcp_mem", "consider tuning tcp_mem",
		  "memory.tcp" },
		{ KMSG_TIME_WAIT, "TIME_WAIT", "bucket table overflow",
		  "tcp_max_tw_buckets" },
	};
	const struct goal goal = goal_default();

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct host *host = facts_healthy();
		struct finding finding;

		add_event(host, rows[i].kind, 0, 3600 * SECOND);
		finding = judged_one(ID, host, &goal, VERDICT_NOTE);
		assert_string_equal(finding.subject, rows[i].subject);
		assert_non_null(strstr(finding.what, rows[i].what));
		assert_non_null(strstr(finding.what, ", 1 time, last 1 h ago"));
		assert_non_null(strstr(finding.why, rows[i].why));
		assert_int_equal(finding.observed.value, 1);
		host_free(host);
	}
}

static void age(void **state)
{
	static const struct {
		uint64_t age_us;
		const char *words;
	} rows[] = {
		{ 0, ", last 0 s ago" },
		{ 59 * SECOND, ", last 59 s ago" },
		{ 60 * SECOND, ", last 1 min ago" },
		{ 3599 * SECOND, ", last 59 min ago" },
		{ 3600 * SECOND, ", last 1 h ago" },
		{ 86399 * SECOND, ", last 23 h ago" },
		{ 86400 * SECOND, ", last 1 d ago" },
		/* a clock that went ahead of ours */
		{ -SECOND, ", last 0 s ago" },
	};
	const struct goal goal = goal_default();

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct host *host = facts_healthy();
		struct finding finding;

		add_event(host, KMSG_ORPHANS, 0, rows[i].age_us);
		finding = judged_one(ID, host, &goal, VERDICT_NOTE);
		assert_non_null(strstr(finding.what, rows[i].words));
		host->kmsg.now_us.state = FACT_BROKEN;
		finding = judged_one(ID, host, &goal, VERDICT_NOTE);
		assert_null(strstr(finding.what, " ago"));
		host_free(host);
	}
}

#define V4(a, b, c, d)                                                         \
	{                                                                      \
		a, b, c, d                                                     \
	}

/* Whose listener it is: by port, and by address where there is one. */
static void listeners(void **state)
{
	static const struct {
		int family;
		uint8_t addr[16];
		uint16_t port;
		uint8_t listens_on[16];
		const char *subject; /* NULL: nobody's */
	} rows[] = {
		{ 0, { 0 }, 80, { 0 }, "SYN flooding port 80" },
		{ 0, { 0 }, 80, V4(127, 0, 0, 1), "SYN flooding port 80" },
		{ 0, { 0 }, 81, { 0 }, NULL },
		{ 2, { 0 }, 80, { 0 }, "SYN flooding 0.0.0.0:80" },
		{ 2, V4(127, 0, 0, 1), 80, { 0 }, "SYN flooding 127.0.0.1:80" },
		{ 2, V4(127, 0, 0, 1), 80, V4(127, 0, 0, 1),
		  "SYN flooding 127.0.0.1:80" },
		{ 2, V4(127, 0, 0, 1), 80, V4(127, 0, 0, 2), NULL },
		{ 10, V4(127, 0, 0, 1), 80, V4(127, 0, 0, 1), NULL },
	};
	const struct goal goal = goal_default();

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct host *host = facts_healthy();
		struct listener *listener = facts_listener(host, 80, 5);
		struct kmsg_event *event =
			add_event(host, KMSG_SYN_COOKIES, rows[i].port, 0);
		struct finding finding;

		print_message("row %zu\n", i);
		facts_owner(listener, 42, 3, "iperf");
		memcpy(listener->addr, rows[i].listens_on, 16);
		event->family = rows[i].family;
		memcpy(event->addr, rows[i].addr, 16);
		event->count = 3;
		finding = judged_one(ID, host, &goal, VERDICT_NOTE);
		assert_int_equal(finding.observed.value, 3);
		if (rows[i].subject) {
			assert_string_equal(finding.subject, rows[i].subject);
			assert_non_null(
				strstr(finding.why,
			               "iperf[42] listens, with limit 5"));
			assert_non_null(strstr(finding.why, "no attack"));
		} else {
			assert_string_equal(finding.subject, "SYN flooding");
			assert_non_null(strstr(finding.what,
			                       "where nothing listens now"));
		}
		host_free(host);
	}
}

static void cookies_or_not(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = facts_healthy();
	struct finding finding;

	(void)state;
	facts_listener(host, 80, 5);
	add_event(host, KMSG_SYN_DROPS, 80, 3600 * SECOND);
	finding = judged_one(ID, host, &goal, VERDICT_NOTE);
	assert_non_null(strstr(finding.what, "dropping requests"));
	assert_non_null(strstr(finding.why, "tcp_syncookies is 0"));
	host_free(host);
}

/* Ports of listeners that are gone are put together. */
static void gone(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = facts_healthy();
	struct finding finding;

	(void)state;
	add_event(host, KMSG_SYN_COOKIES, 1, 5 * SECOND);
	finding = judged_one(ID, host, &goal, VERDICT_NOTE);
	assert_non_null(strstr(finding.what, ", 1 time, last 5 s ago"));
	host->kmsg.events[0].count = 2;
	add_event(host, KMSG_SYN_COOKIES, 2, 3 * SECOND);
	add_event(host, KMSG_SYN_DROPS, 3, 4 * SECOND);
	finding = judged_one(ID, host, &goal, VERDICT_NOTE);
	assert_int_equal(finding.observed.value, 4);
	assert_non_null(strstr(finding.what, ", 4 times, last 3 s ago"));
	host->kmsg.n_more = 10;
	finding = judged_one(ID, host, &goal, VERDICT_NOTE);
	assert_int_equal(finding.observed.value, 14);
	host_free(host);
}

static void says_what_it_does_not_know(void **state)
{
	static const enum fact_state states[] = {
		FACT_UNREAD,
		FACT_ABSENT,
		FACT_DENIED,
		FACT_BROKEN,
	};
	const struct goal goal = goal_default();
	struct host *host = facts_healthy();

	(void)state;
	judged_one(ID, host, &goal, VERDICT_OK);
	for (size_t i = 0; i < LENGTH(states); i++) {
		host->kmsg.records.state = states[i];
		assert_string_equal(
			judged_one(ID, host, &goal, VERDICT_UNKNOWN).subject,
			"the kernel's log");
	}
	host_free(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind),
		cmocka_unit_test(age),
		cmocka_unit_test(listeners),
		cmocka_unit_test(cookies_or_not),
		cmocka_unit_test(gone),
		cmocka_unit_test(says_what_it_does_not_know),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
