// SPDX-License-Identifier: GPL-2.0-or-later
/* backlog.somaxconn, backlog.listener, backlog.drops */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "probes/goal.h"
#include "rules/rule.h"
#include "tests/support/facts_builder.h"
#include "tests/support/fdcheck.h"
#include "tests/support/judged.h"

#define CAP "backlog.somaxconn"
#define LISTENER "backlog.listener"
#define DROPS "backlog.drops"
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void set_cap(struct host *host, int64_t cap)
{
	host->ns[0].sysctl[SYSCTL_SOMAXCONN] = facts_sysctl(cap);
}

static struct goal burst_of(uint64_t burst, uint16_t port)
{
	struct goal goal = goal_default();

	goal.flows = burst;
	goal.burst = burst;
	goal.port = port;
	return goal;
}

static const struct finding *only_warns(const struct judged *judged)
{
	assert_int_equal(judged->n, 1);
	assert_int_equal(judged->list[0].verdict, VERDICT_WARN);
	return &judged->list[0];
}

/* ---- the cap ---- */

static const struct {
	int64_t cap;
	uint64_t burst;
	enum verdict verdict;
	const char *to;
} caps[] = {
	{ 4096, 1000, VERDICT_OK, "" },
	{ 128, 1000, VERDICT_FAIL, "4096" },
	/* L holds L + 1 */
	{ 999, 1000, VERDICT_OK, "" },
	{ 998, 1000, VERDICT_FAIL, "4096" },
	{ 0, 1, VERDICT_OK, "" },
	{ 0, 2, VERDICT_FAIL, "4096" },
	{ 4096, 4097, VERDICT_OK, "" },
	{ 4096, 4098, VERDICT_FAIL, "8192" },
	{ INT32_MAX, GOAL_FLOWS_MAX, VERDICT_OK, "" },
	{ 0, GOAL_FLOWS_MAX, VERDICT_FAIL, "4194304" },
	/* what no kernel takes gets no remedy */
	{ 0, UINT64_MAX, VERDICT_FAIL, "" },
	{ -1, 2, VERDICT_FAIL, "4096" },
};

static void the_cap_holds_the_burst(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(caps); i++) {
		struct host *host = facts_healthy();
		const struct goal goal = burst_of(caps[i].burst, 0);
		struct finding finding;

		set_cap(host, caps[i].cap);
		finding = judged_one(CAP, host, &goal, caps[i].verdict);
		assert_string_equal(finding.remedy.to, caps[i].to);
		host_free(host);
	}
}

static void the_cap_is_said_as_the_origin_needs_it(void **state)
{
	struct host *host = facts_healthy();
	const struct goal goal = goal_default();
	struct finding finding;

	(void)state;
	set_cap(host, 128);
	finding = judged_one(CAP, host, &goal, VERDICT_FAIL);
	assert_ptr_equal(finding.ns, &host->ns[0]);
	assert_string_equal(finding.subject, "");
	assert_int_equal(finding.observed.value, 128);
	assert_int_equal(finding.needed.value, 999);
	assert_string_equal(finding.unit, "connections");
	assert_string_equal(
		finding.what,
		"net.core.somaxconn is 128, a burst of 1000 needs 999");
	assert_string_equal(
		finding.why,
		"listeners on this host drop handshakes once 129 connections wait to be accepted; with SYN cookies a client that writes at once, such as iperf, is then reset");
	assert_int_equal(finding.remedy.kind, REMEDY_SYSCTL);
	assert_string_equal(finding.remedy.from, "128");
	assert_string_equal(finding.remedy.command,
	                    "sysctl -w net.core.somaxconn=4096");
	assert_false(finding.remedy.live);
	assert_non_null(strstr(finding.remedy.risk, "listen()"));

	/* a namespace is not the host, and without cookies nobody is reset */
	facts_child(host);
	host->ns[0].sysctl[SYSCTL_SYNCOOKIES] = facts_sysctl(0);
	finding = judged_one(CAP, host, &goal, VERDICT_FAIL);
	assert_string_equal(
		finding.why,
		"listeners in this namespace drop handshakes once 129 connections wait to be accepted");
	host->ns[0].sysctl[SYSCTL_SYNCOOKIES].state = FACT_DENIED;
	host->ns[0].initial.state = FACT_DENIED;
	finding = judged_one(CAP, host, &goal, VERDICT_FAIL);
	assert_string_equal(
		finding.why,
		"listeners on this host drop handshakes once 129 connections wait to be accepted");
	host_free(host);
}

/* Each of a group on the goal's port gets as much as the cap after a restart.
 */
static void a_group_may_do_with_less(void **state)
{
	static const struct {
		int64_t cap;
		uint16_t port;
		enum verdict verdict;
	} rows[] = {
		/* 4 x 250 */
		{ 249, 80, VERDICT_OK },
		{ 248, 80, VERDICT_FAIL },
		/* nobody listens there, and one that asks for all of it */
		{ 249, 81, VERDICT_FAIL },
		{ 249, 0, VERDICT_FAIL },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct host *host = facts_healthy();
		const struct goal goal = burst_of(1000, rows[i].port);

		for (int member = 0; member < 4; member++)
			facts_listener(host, 80, 100);
		for (size_t member = 0; member < 4; member++)
			host->ns[0].listeners[member].group_size = 4;
		set_cap(host, rows[i].cap);
		judged_one(CAP, host, &goal, rows[i].verdict);
		host_free(host);
	}
}

/* A listener that holds the burst does not excuse the cap. */
static void a_listener_above_the_cap_is_said(void **state)
{
	static const struct {
		uint16_t port;
		uint32_t limits[2]; /* on ports 80 and 81; 0: none */
		bool read;
		bool said;
	} rows[] = {
		{ 80, { 999, 0 }, true, true },
		{ 80, { 998, 0 }, true, false },
		{ 80, { 999, 5 }, true, true },
		{ 80, { 0, 999 }, true, false },
		{ 80, { 999, 0 }, false, false },
		{ 0, { 999, 0 }, true, false },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct host *host = facts_healthy();
		const struct goal goal = burst_of(1000, rows[i].port);
		struct finding finding;

		set_cap(host, 128);
		for (uint16_t at = 0; at < 2; at++) {
			if (rows[i].limits[at])
				facts_listener(host, (uint16_t)(80 + at),
				               rows[i].limits[at]);
		}
		if (!rows[i].read)
			host->ns[0].listeners_read.state = FACT_BROKEN;
		finding = judged_one(CAP, host, &goal, VERDICT_FAIL);
		assert_int_equal(
			!!strstr(
				finding.why,
				"the listener on port 80 holds the burst now, a restart would cut it"),
			rows[i].said);
		host_free(host);
	}
}

static void only_a_server_needs_the_cap(void **state)
{
	struct host *host = facts_healthy();
	struct goal goal = goal_default();
	struct judged judged;

	(void)state;
	set_cap(host, 0);
	goal.role = ROLE_CLIENT;
	judged_by(rule_by_id(CAP), host, &goal, NULL, &judged);
	assert_int_equal(judged.n, 0);
	goal.role = ROLE_SERVER;
	judged_one(CAP, host, &goal, VERDICT_FAIL);
	host_free(host);
}

/* ---- a listener ---- */

static const struct {
	uint16_t port; /* of the goal; the listener's is 80 */
	uint32_t limit;
	uint32_t group;
	uint32_t queue;
	struct fact_u64 drops;
	enum verdict verdict;
	uint64_t observed;
} listeners[] = {
	/* the goal's listener: fail, on both sides of the boundary */
	{ 80, 999, 1, 0, { 0, FACT_KNOWN }, VERDICT_OK, 0 },
	{ 80, 998, 1, 0, { 0, FACT_KNOWN }, VERDICT_FAIL, 999 },
	{ 80, 0, 1, 0, { 0, FACT_KNOWN }, VERDICT_FAIL, 1 },
	{ 80, UINT32_MAX, 1, 0, { 0, FACT_KNOWN }, VERDICT_OK, 0 },
	{ 80, UINT32_MAX, UINT32_MAX, 0, { 0, FACT_KNOWN }, VERDICT_OK, 0 },
	{ 80, 998, 1, 0, { 5, FACT_KNOWN }, VERDICT_FAIL, 999 },
	/* a group: size x (limit + 1) >= burst, but the member alone not */
	{ 80, 249, 4, 0, { 0, FACT_KNOWN }, VERDICT_WARN, 250 },
	{ 80, 248, 4, 0, { 0, FACT_KNOWN }, VERDICT_FAIL, 996 },
	{ 80, 998, 2, 0, { 0, FACT_KNOWN }, VERDICT_WARN, 999 },
	{ 80, 999, 2, 0, { 0, FACT_KNOWN }, VERDICT_OK, 0 },
	/* nobody said which: a note, a warning when it shows trouble */
	{ 0, 999, 1, 0, { 0, FACT_KNOWN }, VERDICT_OK, 0 },
	{ 0, 998, 1, 0, { 0, FACT_KNOWN }, VERDICT_NOTE, 999 },
	{ 0, 998, 1, 0, { 1, FACT_KNOWN }, VERDICT_WARN, 999 },
	{ 0, 998, 1, 998, { 0, FACT_KNOWN }, VERDICT_NOTE, 999 },
	{ 0, 998, 1, 999, { 0, FACT_KNOWN }, VERDICT_WARN, 999 },
	{ 0, 999, 1, 1000, { 1, FACT_KNOWN }, VERDICT_OK, 0 },
	{ 0, 249, 4, 0, { 0, FACT_KNOWN }, VERDICT_OK, 0 },
	{ 0, 248, 4, 0, { 0, FACT_KNOWN }, VERDICT_NOTE, 996 },
	/* drops that are not known are no drops, and no reason to be silent */
	{ 0, 998, 1, 0, { 9, FACT_ABSENT }, VERDICT_NOTE, 999 },
	/* another listener than the goal's */
	{ 81, 0, 1, 1, { 9, FACT_KNOWN }, VERDICT_OK, 0 },
};

static void a_listener_holds_the_burst(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(listeners); i++) {
		struct host *host = facts_healthy();
		struct listener *listener =
			facts_listener(host, 80, listeners[i].limit);
		const struct goal goal = burst_of(1000, listeners[i].port);
		struct finding finding;

		listener->group_size = listeners[i].group;
		listener->queue = listeners[i].queue;
		listener->drops = listeners[i].drops;
		finding =
			judged_one(LISTENER, host, &goal, listeners[i].verdict);
		if (finding.verdict != VERDICT_OK) {
			assert_int_equal(finding.observed.value,
			                 listeners[i].observed);
			assert_int_equal(finding.needed.value, 1000);
		}
		host_free(host);
	}
}

static void a_listener_is_said_with_its_remedy(void **state)
{
	struct host *host = facts_healthy();
	struct listener *listener = facts_listener(host, 5001, 5);
	struct goal goal = goal_default();
	struct finding finding;

	(void)state;
	facts_owner(listener, 4242, 3, "nettest");
	finding = judged_one(LISTENER, host, &goal, VERDICT_NOTE);
	assert_string_equal(finding.subject, "0.0.0.0:5001 nettest[4242]");
	assert_string_equal(
		finding.what,
		"0.0.0.0:5001 nettest[4242] holds at most 6 waiting connections (its limit is 5)");
	assert_string_equal(
		finding.why,
		"the application asked for so few, or net.core.somaxconn was lower then");
	assert_int_equal(finding.remedy.kind, REMEDY_RELISTEN);
	assert_string_equal(finding.remedy.key, "listen(2) backlog");
	assert_string_equal(finding.remedy.from, "5");
	assert_string_equal(finding.remedy.to, "4096");
	assert_string_equal(finding.remedy.command,
	                    "kiloflow check --fix --port 5001");
	assert_true(finding.remedy.live);
	assert_string_equal(
		finding.remedy.risk,
		"a restart sets the old limit again; a long queue hides a slow accept()");
	host_free(host);
}

/* As root, somebody may be seen to hold it; nobody is nobody. */
static void only_a_listener_that_is_held_is_mended_live(void **state)
{
	static const struct {
		enum owners_state owners;
		const char *kernel;
		enum remedy_kind kind;
		bool may_lack; /* pidfd_getfd */
	} rows[] = {
		{ OWNERS_KNOWN, "6.18.44", REMEDY_RESTART, false },
		{ OWNERS_KNOWN, "4.18.0", REMEDY_RESTART, false },
		{ OWNERS_DENIED, "6.18.44", REMEDY_RELISTEN, false },
		{ OWNERS_UNREAD, "6.18.44", REMEDY_RELISTEN, false },
		{ OWNERS_DENIED, "5.6.0", REMEDY_RELISTEN, false },
		{ OWNERS_DENIED, "5.5.19", REMEDY_RELISTEN, true },
		{ OWNERS_DENIED, "what is this", REMEDY_RELISTEN, false },
	};
	const struct goal goal = burst_of(1000, 80);

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const bool live = rows[i].kind == REMEDY_RELISTEN;
		struct host *host = facts_healthy();
		struct finding finding;

		strcpy(host->kernel, rows[i].kernel);
		facts_listener(host, 80, 5)->owners_state = rows[i].owners;
		finding = judged_one(LISTENER, host, &goal, VERDICT_FAIL);
		assert_int_equal(finding.remedy.kind, rows[i].kind);
		assert_int_equal(finding.remedy.live, live);
		assert_int_equal(!!finding.remedy.command[0], live);
		assert_int_equal(!!strstr(finding.remedy.risk, "takes a"),
		                 !live);
		assert_int_equal(!!strstr(finding.remedy.risk, "pidfd_getfd"),
		                 rows[i].may_lack);
		host_free(host);
	}
}

static void a_group_and_a_queue_of_one_are_said(void **state)
{
	struct host *host = facts_healthy();
	struct listener *listener = facts_listener(host, 80, 0);
	struct goal goal = burst_of(1000, 80);
	struct finding finding;

	(void)state;
	finding = judged_one(LISTENER, host, &goal, VERDICT_FAIL);
	assert_string_equal(
		finding.what,
		"0.0.0.0:80 (no owner) holds at most 1 waiting connection (its limit is 0)");
	listener->limit = 511;
	listener->group_size = 2;
	finding = judged_one(LISTENER, host, &goal, VERDICT_WARN);
	assert_string_equal(
		finding.what,
		"0.0.0.0:80 (no owner) holds at most 512 waiting connections, its group of 2 at most 1024");
	assert_non_null(strstr(finding.why, "by a hash"));
	host_free(host);
}

static const struct {
	uint32_t limit;
	int64_t cap;
	enum fact_state cap_state;
	const char *comm;
	const char *why;
} reasons[] = {
	{ 128, 128, FACT_KNOWN, "x",
	  "it is as high as net.core.somaxconn lets it be; net.core.somaxconn (128) must be raised first" },
	{ 511, 4096, FACT_KNOWN, "redis-server",
	  "the application asked for so few; Redis's setting is tcp-backlog (restart)" },
	{ 5, 4096, FACT_KNOWN, "redis-server",
	  "the application asked for so few, or net.core.somaxconn was lower then; Redis's setting is tcp-backlog (restart)" },
	{ 511, 4096, FACT_KNOWN, "node",
	  "the application asked for so few, or net.core.somaxconn was lower then; reported: Node.js's setting is server.listen({backlog}) (restart)" },
	{ 128, 999, FACT_KNOWN, "sshd",
	  "the application asked for so few; OpenSSH has no setting for it (rebuild)" },
	{ 128, 998, FACT_KNOWN, "sshd",
	  "the application asked for so few; net.core.somaxconn (998) must be raised first; OpenSSH has no setting for it (rebuild)" },
	{ 5, 4096, FACT_KNOWN, "iperf",
	  "the application asked for so few, or net.core.somaxconn was lower then; iperf 2 has no setting for it (upgrade to 2.0.13)" },
	{ 511, 128, FACT_KNOWN, "nginx",
	  "net.core.somaxconn was lowered since; net.core.somaxconn (128) must be raised first; nginx's setting is listen ... backlog=N (reload)" },
	{ 5, 128, FACT_DENIED, "x",
	  "net.core.somaxconn, which caps it, could not be read" },
};

static void a_listener_says_what_limits_it(void **state)
{
	const struct goal goal = goal_default();

	(void)state;
	for (size_t i = 0; i < LENGTH(reasons); i++) {
		struct host *host = facts_healthy();
		struct finding finding;

		set_cap(host, reasons[i].cap);
		host->ns[0].sysctl[SYSCTL_SOMAXCONN].state =
			reasons[i].cap_state;
		facts_owner(facts_listener(host, 80, reasons[i].limit), 1, 3,
		            reasons[i].comm);
		finding = judged_one(LISTENER, host, &goal, VERDICT_NOTE);
		assert_string_equal(finding.why, reasons[i].why);
		assert_int_equal(finding.remedy.kind, REMEDY_RELISTEN);
		host_free(host);
	}
}

/* A group of four alike speaks once; one in trouble speaks for itself. */
static void a_group_speaks_once(void **state)
{
	static const struct {
		uint32_t limit, queue;
		uint64_t drops;
		size_t n;
	} rows[] = {
		{ 5, 0, 0, 1 },
		{ 6, 0, 0, 2 },
		{ 5, 6, 0, 2 },
		{ 5, 0, 1, 2 },
	};
	const struct goal goal = burst_of(1000, 80);

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct host *host = facts_healthy();
		struct judged judged;

		for (int member = 0; member < 4; member++)
			facts_listener(host, 80, 5);
		for (size_t member = 0; member < 4; member++)
			host->ns[0].listeners[member].group_size = 4;
		host->ns[0].listeners[3].limit = rows[i].limit;
		host->ns[0].listeners[3].queue = rows[i].queue;
		host->ns[0].listeners[3].drops = fact_known(rows[i].drops);
		judged_by(rule_by_id(LISTENER), host, &goal, NULL, &judged);
		assert_int_equal(judged.n, rows[i].n);
		/* first of them, it does not speak for the others */
		host->ns[0].listeners[0] = host->ns[0].listeners[3];
		host->ns[0].listeners[3] = host->ns[0].listeners[1];
		judged_by(rule_by_id(LISTENER), host, &goal, NULL, &judged);
		assert_int_equal(judged.n, rows[i].n);
		host_free(host);
	}
}

static void each_listener_is_judged(void **state)
{
	struct host *host = facts_healthy();
	const struct goal goal = goal_default();
	struct listener *listener;
	struct judged judged;

	(void)state;
	facts_listener(host, 80, 5);
	facts_listener(host, 81, 4096);
	listener = facts_listener(host, 82, 6);
	listener->drops = fact_known(7);
	listener->queue = 7;
	judged_by(rule_by_id(LISTENER), host, &goal, NULL, &judged);
	assert_int_equal(judged.n, 2);
	assert_string_equal(judged.list[0].subject, "0.0.0.0:80 (no owner)");
	assert_int_equal(judged.list[0].verdict, VERDICT_NOTE);
	assert_string_equal(judged.list[1].subject, "0.0.0.0:82 (no owner)");
	assert_int_equal(judged.list[1].verdict, VERDICT_WARN);
	assert_int_equal(strncmp(judged.list[1].why,
	                         "it stands full now; it has 7 drops; ", 36),
	                 0);
	host_free(host);
}

/* ---- drops ---- */

static const struct {
	uint32_t queue, limit;
	struct fact_u64 drops, overflows;
	enum verdict verdict;
	const char *what;
	const char *why;
} drops[] = {
	{ 0,
	  5,
	  { 0, FACT_KNOWN },
	  { 0, FACT_KNOWN },
	  VERDICT_OK,
	  "no listener has dropped anything",
	  "" },
	{ 5,
	  5,
	  { 0, FACT_KNOWN },
	  { 9, FACT_KNOWN },
	  VERDICT_OK,
	  "no listener has dropped anything",
	  "" },
	{ 0,
	  5,
	  { 1, FACT_KNOWN },
	  { 0, FACT_KNOWN },
	  VERDICT_NOTE,
	  "0.0.0.0:80 (no owner) has 1 drop since it was created",
	  "drops are not only overflows: repeated SYNs and bare ACKs count too, and some overflows twice; none was an overflow: ListenOverflows of its namespace is 0" },
	{ 0,
	  5,
	  { UINT32_MAX, FACT_KNOWN },
	  { 3, FACT_KNOWN },
	  VERDICT_NOTE,
	  "0.0.0.0:80 (no owner) has 4294967295 drops since it was created",
	  "drops are not only overflows: repeated SYNs and bare ACKs count too, and some overflows twice; ListenOverflows of its namespace is 3" },
	{ 0,
	  5,
	  { 2, FACT_KNOWN },
	  { 0, FACT_DENIED },
	  VERDICT_NOTE,
	  "0.0.0.0:80 (no owner) has 2 drops since it was created",
	  "drops are not only overflows: repeated SYNs and bare ACKs count too, and some overflows twice" },
	{ 6,
	  5,
	  { 0, FACT_KNOWN },
	  { 0, FACT_KNOWN },
	  VERDICT_WARN,
	  "0.0.0.0:80 (no owner): its accept queue stands full: 6 waiting, limit 5; connections are being dropped now",
	  "its application accepts too slowly or not at all; a longer queue alone would only fill later" },
	{ 6,
	  5,
	  { 4, FACT_KNOWN },
	  { 4, FACT_KNOWN },
	  VERDICT_WARN,
	  "0.0.0.0:80 (no owner): its accept queue stands full: 6 waiting, limit 5; connections are being dropped now",
	  "its application accepts too slowly or not at all; a longer queue alone would only fill later; it has 4 drops; drops are not only overflows: repeated SYNs and bare ACKs count too, and some overflows twice; ListenOverflows of its namespace is 4" },
	/* fullness is seen without the counter; nothing else is */
	{ 6,
	  5,
	  { 4, FACT_ABSENT },
	  { 0, FACT_KNOWN },
	  VERDICT_WARN,
	  "0.0.0.0:80 (no owner): its accept queue stands full: 6 waiting, limit 5; connections are being dropped now",
	  "its application accepts too slowly or not at all; a longer queue alone would only fill later" },
	{ 5,
	  5,
	  { 0, FACT_ABSENT },
	  { 0, FACT_KNOWN },
	  VERDICT_UNKNOWN,
	  "0.0.0.0:80 (no owner): its drop counter is unknown (absent)",
	  "this kernel or namespace does not have sock_diag (SK_MEMINFO_DROPS)" },
	{ 5,
	  5,
	  { 4, FACT_UNREAD },
	  { 0, FACT_KNOWN },
	  VERDICT_UNKNOWN,
	  "0.0.0.0:80 (no owner): its drop counter is unknown (unread)",
	  "nobody has read sock_diag (SK_MEMINFO_DROPS)" },
	{ 5,
	  5,
	  { 4, FACT_DENIED },
	  { 0, FACT_KNOWN },
	  VERDICT_UNKNOWN,
	  "0.0.0.0:80 (no owner): its drop counter is unknown (denied)",
	  "sock_diag (SK_MEMINFO_DROPS) may not be read: run kiloflow as root" },
	{ 5,
	  5,
	  { 4, FACT_BROKEN },
	  { 0, FACT_KNOWN },
	  VERDICT_UNKNOWN,
	  "0.0.0.0:80 (no owner): its drop counter is unknown (broken)",
	  "sock_diag (SK_MEMINFO_DROPS) did not give what it should: look at it" },
};

static void drops_and_fullness_are_told_apart(void **state)
{
	const struct goal goal = goal_default();

	(void)state;
	for (size_t i = 0; i < LENGTH(drops); i++) {
		struct host *host = facts_healthy();
		struct listener *listener =
			facts_listener(host, 80, drops[i].limit);
		struct finding finding;

		listener->queue = drops[i].queue;
		listener->drops = drops[i].drops;
		host->ns[0].counter[COUNTER_LISTEN_OVERFLOWS] =
			drops[i].overflows;
		finding = judged_one(DROPS, host, &goal, drops[i].verdict);
		assert_string_equal(finding.what, drops[i].what);
		assert_string_equal(finding.why, drops[i].why);
		assert_int_equal(finding.remedy.kind, REMEDY_NONE);
		host_free(host);
	}
}

static void drops_carry_their_number(void **state)
{
	struct host *host = facts_healthy();
	const struct goal goal = goal_default();
	struct judged judged;

	(void)state;
	facts_listener(host, 80, 5)->drops = fact_known(871);
	judged_by(rule_by_id(DROPS), host, &goal, NULL, &judged);
	assert_int_equal(judged.list[0].observed.value, 871);
	assert_string_equal(judged.list[0].unit, "drops");
	host->ns[0].listeners[0].queue = 6;
	judged_by(rule_by_id(DROPS), host, &goal, NULL, &judged);
	assert_int_equal(only_warns(&judged)->observed.value, 6);
	assert_int_equal(only_warns(&judged)->needed.value, 5);
	host_free(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_cap_holds_the_burst),
		cmocka_unit_test(the_cap_is_said_as_the_origin_needs_it),
		cmocka_unit_test(a_group_may_do_with_less),
		cmocka_unit_test(a_listener_above_the_cap_is_said),
		cmocka_unit_test(only_a_server_needs_the_cap),
		cmocka_unit_test(a_listener_holds_the_burst),
		cmocka_unit_test(a_listener_is_said_with_its_remedy),
		cmocka_unit_test(only_a_listener_that_is_held_is_mended_live),
		cmocka_unit_test(a_group_and_a_queue_of_one_are_said),
		cmocka_unit_test(a_listener_says_what_limits_it),
		cmocka_unit_test(a_group_speaks_once),
		cmocka_unit_test(each_listener_is_judged),
		cmocka_unit_test(drops_and_fullness_are_told_apart),
		cmocka_unit_test(drops_carry_their_number),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
