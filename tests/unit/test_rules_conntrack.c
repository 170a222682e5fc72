// SPDX-License-Identifier: GPL-2.0-or-later
/* conntrack.entries */
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

#define ID "conntrack.entries"

static const enum fact_state unknown_states[] = {
	FACT_UNREAD,
	FACT_ABSENT,
	FACT_DENIED,
	FACT_BROKEN,
};

static const struct {
	uint64_t tracks, entries, flows;
	int64_t max;
	const char *peer;
	enum verdict verdict;
	const char *to;
} rows[] = {
	{ 1, 0, 1000, 1000, NULL, VERDICT_OK, "" },
	{ 1, 0, 1001, 1000, NULL, VERDICT_FAIL, "1024" },
	{ 1, 24, 1000, 1024, NULL, VERDICT_OK, "" },
	{ 1, 25, 1000, 1024, NULL, VERDICT_FAIL, "2048" },
	{ 1, 1024, 1, 1024, NULL, VERDICT_FAIL, "2048" },
	/* more than there may be: the ceiling was lowered */
	{ 1, 2000, 1, 1024, NULL, VERDICT_FAIL, "2048" },
	/* 0 is no ceiling */
	{ 1, 2000, 4000000, 0, NULL, VERDICT_OK, "" },
	/* no number that the kernel takes would do */
	{ 1, 0, UINT64_MAX, 1024, NULL, VERDICT_FAIL, "" },
	{ 1, UINT64_MAX, UINT64_MAX, 1024, NULL, VERDICT_FAIL, "" },
	/* not tracked: nothing is needed */
	{ 0, 25, 1000, 1024, NULL, VERDICT_OK, "" },
	{ 0, 0, 4000000, 1, NULL, VERDICT_OK, "" },
	/* to a peer: loopback may be exempt and the rest not */
	{ 0, 0, 4000000, 1, "192.0.2.1", VERDICT_OK, "" },
	{ 0, 1, 1000, 1000, "192.0.2.1", VERDICT_WARN, "1024" },
	{ 0, 1, 1000, 1001, "192.0.2.1", VERDICT_OK, "" },
	{ 1, 1, 1000, 1000, "192.0.2.1", VERDICT_FAIL, "1024" },
};

static struct host *host_with(uint64_t tracks, uint64_t entries, int64_t max)
{
	struct host *host = facts_healthy();

	host->sysctl[SYSCTL_CONNTRACK_MAX] = facts_sysctl(max);
	host->ns[0].conntrack.tracks = fact_known(tracks);
	host->ns[0].conntrack.entries = fact_known(entries);
	return host;
}

static struct goal goal_of(uint64_t flows)
{
	struct goal goal = goal_default();

	goal.flows = flows;
	goal.burst = flows;
	return goal;
}

static void there_is_room_for_all_flows(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct host *host =
			host_with(rows[i].tracks, rows[i].entries, rows[i].max);
		struct goal goal = goal_of(rows[i].flows);
		struct finding finding;

		print_message("row %zu\n", i);
		goal.peer = rows[i].peer;
		finding = judged_one(ID, host, &goal, rows[i].verdict);
		assert_string_equal(finding.remedy.to, rows[i].to);
		host_free(host);
	}
}

static void it_is_said(void **state)
{
	struct host *host = host_with(1, 25, 1024);
	struct goal goal = goal_of(1000);
	struct finding finding;

	(void)state;
	finding = judged_one(ID, host, &goal, VERDICT_FAIL);
	assert_string_equal(
		finding.what,
		"conntrack has room for 999 more entries (net.netfilter.nf_conntrack_max 1024, in use 25), 1000 flows need 1000");
	assert_non_null(strstr(finding.why, "120 s after"));
	assert_null(strstr(finding.why, "not tracked here"));
	assert_int_equal(finding.observed.value, 999);
	assert_int_equal(finding.needed.value, 1000);
	assert_string_equal(finding.unit, "entries");
	assert_true(finding.remedy.live);
	assert_string_equal(finding.remedy.command,
	                    "sysctl -w net.netfilter.nf_conntrack_max=2048");
	/* the ceiling is the host's: no namespace is entered for it */
	strcpy(host->ns[0].name, "blue");
	finding = judged_one(ID, host, &goal, VERDICT_FAIL);
	assert_string_equal(finding.remedy.command,
	                    "sysctl -w net.netfilter.nf_conntrack_max=2048");
	/* how long an entry stays only adds words */
	host->ns[0].conntrack.time_wait_s.state = FACT_BROKEN;
	finding = judged_one(ID, host, &goal, VERDICT_FAIL);
	assert_null(strstr(finding.why, " s after"));

	goal.peer = "192.0.2.1";
	host->ns[0].conntrack.tracks = fact_known(0);
	finding = judged_one(ID, host, &goal, VERDICT_WARN);
	assert_non_null(strstr(finding.why, "not tracked here"));
	host_free(host);
}

/* Packets that were dropped are told, tracked now or not. */
static void drops(void **state)
{
	const struct goal goal = goal_of(1000);

	(void)state;
	for (uint64_t tracks = 0; tracks < 2; tracks++) {
		struct host *host = host_with(tracks, 0, 262144);
		struct finding finding;

		host->ns[0].conntrack.drops = fact_known(1);
		finding = judged_one(ID, host, &goal, VERDICT_NOTE);
		assert_string_equal(finding.subject, "drops");
		assert_int_equal(finding.observed.value, 1);
		assert_non_null(strstr(finding.what, "dropped 1 packets"));
		host->ns[0].conntrack.drops.state = FACT_BROKEN;
		judged_one(ID, host, &goal, VERDICT_OK);
		host_free(host);
	}
}

/* Each fact unknown, and whether that matters. */
static void says_what_it_does_not_know(void **state)
{
	const struct goal goal = goal_of(1000);

	(void)state;
	for (size_t i = 0; i < LENGTH(unknown_states); i++) {
		struct host *host = host_with(1, 25, 1024);
		struct conntrack_facts *conntrack = &host->ns[0].conntrack;
		struct sysctl_fact *max = &host->sysctl[SYSCTL_CONNTRACK_MAX];
		struct finding finding;

		conntrack->tracks.state = unknown_states[i];
		finding = judged_one(ID, host, &goal, VERDICT_UNKNOWN);
		assert_string_equal(finding.subject,
		                    "whether connections are tracked");
		/* with room enough nobody asks */
		max->v[0] = 1025;
		judged_one(ID, host, &goal, VERDICT_OK);
		max->v[0] = 1024;
		conntrack->tracks.state = FACT_KNOWN;

		max->state = unknown_states[i];
		finding = judged_one(ID, host, &goal, VERDICT_UNKNOWN);
		assert_string_equal(finding.subject,
		                    "net.netfilter.nf_conntrack_max");
		max->state = FACT_KNOWN;

		conntrack->entries.state = unknown_states[i];
		finding = judged_one(ID, host, &goal, VERDICT_UNKNOWN);
		assert_string_equal(finding.subject,
		                    "the number of tracked connections");
		conntrack->tracks = fact_known(0);
		judged_one(ID, host, &goal, VERDICT_OK);
		host_free(host);
	}
}

/* To a peer, entries that are absent are none; otherwise it is not known. */
static void entries_towards_a_peer(void **state)
{
	struct goal goal = goal_of(1000);

	(void)state;
	goal.peer = "192.0.2.1";
	for (size_t i = 0; i < LENGTH(unknown_states); i++) {
		struct host *host = host_with(0, 0, 1024);

		host->ns[0].conntrack.entries.state = unknown_states[i];
		judged_one(ID, host, &goal,
		           unknown_states[i] == FACT_ABSENT ? VERDICT_OK
		                                            : VERDICT_UNKNOWN);
		host_free(host);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_is_room_for_all_flows),
		cmocka_unit_test(it_is_said),
		cmocka_unit_test(drops),
		cmocka_unit_test(says_what_it_does_not_know),
		cmocka_unit_test(entries_towards_a_peer),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
