// SPDX-License-Identifier: GPL-2.0-or-later
/* device.backlog, path.peer */
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

#define BACKLOG "device.backlog"
#define PEER "path.peer"

static const enum fact_state unknown_states[] = {
	FACT_UNREAD,
	FACT_ABSENT,
	FACT_DENIED,
	FACT_BROKEN,
};

static struct finding find(const struct judged *judged, const char *subject)
{
	for (size_t i = 0; i < judged->n; i++) {
		if (!strcmp(judged->list[i].subject, subject))
			return judged->list[i];
	}
	fail_msg("nothing about %s", subject);
	return judged->list[0];
}

/* ---- device.backlog ---- */

static struct host *host_with(int64_t limit, uint64_t dropped)
{
	struct host *host = facts_healthy();

	host->sysctl[SYSCTL_NETDEV_MAX_BACKLOG] = facts_sysctl(limit);
	host->softnet.dropped = fact_known(dropped);
	return host;
}

static void the_limit_is_the_kernels_own_at_least(void **state)
{
	static const struct {
		int64_t limit;
		enum verdict verdict;
		uint64_t observed;
	} rows[] = {
		{ 1000, VERDICT_OK, 0 },    { INT32_MAX, VERDICT_OK, 0 },
		{ 999, VERDICT_WARN, 999 }, { 0, VERDICT_WARN, 0 },
		{ -1, VERDICT_WARN, 0 },
	};
	const struct goal goal = goal_default();

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct host *host = host_with(rows[i].limit, 0);
		const struct finding finding =
			judged_one(BACKLOG, host, &goal, rows[i].verdict);

		if (rows[i].verdict == VERDICT_WARN) {
			assert_int_equal(finding.observed.value,
			                 rows[i].observed);
			assert_int_equal(finding.needed.value, 1000);
			assert_string_equal(
				finding.remedy.command,
				"sysctl -w net.core.netdev_max_backlog=1024");
		}
		host_free(host);
	}
}

static void drops_are_told(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = host_with(1000, 1);
	struct finding finding = judged_one(BACKLOG, host, &goal, VERDICT_NOTE);

	(void)state;
	assert_int_equal(finding.observed.value, 1);
	assert_string_equal(
		finding.what,
		"CPUs dropped 1 packets since boot, because their queues were full");
	assert_null(strstr(finding.why, "netdev_budget"));
	assert_string_equal(finding.remedy.to, "2048");

	host->softnet.worst_cpu = fact_known(7);
	host->softnet.worst_dropped = fact_known(1);
	host->softnet.squeezed = fact_known(3);
	finding = judged_one(BACKLOG, host, &goal, VERDICT_NOTE);
	assert_non_null(strstr(finding.what, ", 1 of them CPU 7"));
	assert_non_null(strstr(finding.why, "3 times a CPU had to stop"));
	host->softnet.worst_dropped.state = FACT_BROKEN;
	host->softnet.squeezed.state = FACT_BROKEN;
	finding = judged_one(BACKLOG, host, &goal, VERDICT_NOTE);
	assert_null(strstr(finding.what, "CPU 7"));
	assert_null(strstr(finding.why, "netdev_budget"));

	host->sysctl[SYSCTL_NETDEV_MAX_BACKLOG] = facts_sysctl(INT32_MAX);
	finding = judged_one(BACKLOG, host, &goal, VERDICT_NOTE);
	assert_int_equal(finding.remedy.kind, REMEDY_NONE);
	host_free(host);
}

/* Squeezes alone are normal. */
static void squeezes_alone_are_not(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = host_with(1000, 0);

	(void)state;
	host->softnet.squeezed = fact_known(UINT32_MAX);
	judged_one(BACKLOG, host, &goal, VERDICT_OK);
	host_free(host);
}

static void backlog_says_what_it_does_not_know(void **state)
{
	const struct goal goal = goal_default();

	(void)state;
	for (size_t i = 0; i < LENGTH(unknown_states); i++) {
		struct host *host = host_with(1000, 5);
		struct judged judged;

		host->sysctl[SYSCTL_NETDEV_MAX_BACKLOG].state =
			unknown_states[i];
		judged_by(rule_by_id(BACKLOG), host, &goal, NULL, &judged);
		assert_int_equal(judged.n, 2);
		assert_int_equal(
			find(&judged, "net.core.netdev_max_backlog").verdict,
			VERDICT_UNKNOWN);
		assert_int_equal(find(&judged, "softnet_stat").remedy.kind,
		                 REMEDY_NONE);

		host->sysctl[SYSCTL_NETDEV_MAX_BACKLOG].state = FACT_KNOWN;
		host->softnet.dropped.state = unknown_states[i];
		assert_string_equal(judged_one(BACKLOG, host, &goal,
		                               VERDICT_UNKNOWN)
		                            .subject,
		                    "the packets that CPUs dropped");
		host_free(host);
	}
}

/* ---- path.peer ---- */

static struct goal goal_to(const char *peer, uint64_t flows)
{
	struct goal goal = goal_default();

	goal.peer = peer;
	goal.flows = flows;
	goal.burst = flows;
	return goal;
}

/* A path over eth0, with a queue of 1000 packets. */
static struct host *host_on_a_path(void)
{
	struct host *host = facts_healthy();

	host->ns[0].path = (struct path_facts){
		.route = fact_known(1),
		.family = 2,
		.device = "eth0",
		.up = fact_known(1),
		.mtu_bytes = fact_known(1500),
		.tx_queue_packets = fact_known(1000),
		.rx_dropped = fact_known(0),
		.tx_dropped = fact_known(0),
		.qdisc = {
			.read = fact_known(1),
			.kind = "pfifo_fast",
			.limit_packets = fact_known(1000),
			.flow_limit_packets = { .state = FACT_ABSENT },
			.drops = fact_known(0),
		},
	};
	return host;
}

static void without_a_peer_nothing_is_said(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = facts_healthy();
	struct judged judged;

	(void)state;
	judged_by(rule_by_id(PEER), host, &goal, NULL, &judged);
	assert_int_equal(judged.n, 0);
	host_free(host);
}

static void a_way_to_the_peer(void **state)
{
	const struct goal goal = goal_to("192.0.2.1", 1000);
	struct host *host = host_on_a_path();
	struct path_facts *path = &host->ns[0].path;
	struct finding finding;

	(void)state;
	judged_one(PEER, host, &goal, VERDICT_OK);
	path->local = true;
	finding = judged_one(PEER, host, &goal, VERDICT_NOTE);
	assert_string_equal(finding.what,
	                    "192.0.2.1 is an address of this host");
	path->local = false;

	path->up = fact_known(0);
	finding = judged_one(PEER, host, &goal, VERDICT_FAIL);
	assert_string_equal(finding.what,
	                    "eth0, the device towards the peer, is down");

	path->route = (struct fact_u64){ .state = FACT_ABSENT };
	finding = judged_one(PEER, host, &goal, VERDICT_FAIL);
	assert_string_equal(finding.what, "there is no route to 192.0.2.1");
	host_free(host);
}

/* One packet a flow; the queue's limit on both sides of that. */
static void the_queue_holds_a_packet_of_each_flow(void **state)
{
	static const struct {
		const char *kind, *leaf;
		uint32_t n_queues;
		struct fact_u64 limit;
		uint64_t flows;
		enum verdict verdict;
		const char *command;
	} rows[] = {
		{ "pfifo_fast",
		  "",
		  0,
		  { 1000, FACT_KNOWN },
		  1000,
		  VERDICT_OK,
		  "" },
		{ "pfifo_fast",
		  "",
		  0,
		  { 1000, FACT_KNOWN },
		  1001,
		  VERDICT_WARN,
		  "ip link set dev eth0 txqueuelen 1024" },
		{ "fq", "", 0, { 10000, FACT_KNOWN }, 10000, VERDICT_OK, "" },
		{ "fq",
		  "",
		  0,
		  { 10000, FACT_KNOWN },
		  10001,
		  VERDICT_WARN,
		  "tc qdisc change dev eth0 root fq limit 16384" },
		{ "pfifo", "", 0, { 0, FACT_KNOWN }, 1, VERDICT_WARN, "" },
		/* of several queues each is changed by itself */
		{ "mq",
		  "fq",
		  4,
		  { 10000, FACT_KNOWN },
		  10001,
		  VERDICT_WARN,
		  "" },
		{ "mq",
		  "fq",
		  1,
		  { 10000, FACT_KNOWN },
		  10001,
		  VERDICT_WARN,
		  "" },
		{ "mq",
		  "pfifo_fast",
		  4,
		  { 1000, FACT_KNOWN },
		  1001,
		  VERDICT_WARN,
		  "ip link set dev eth0 txqueuelen 1024" },
		{ "noqueue",
		  "",
		  0,
		  { 0, FACT_ABSENT },
		  4000000,
		  VERDICT_OK,
		  "" },
		{ "fq", "", 0, { 0, FACT_BROKEN }, 4000000, VERDICT_OK, "" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct goal goal = goal_to("192.0.2.1", rows[i].flows);
		struct host *host = host_on_a_path();
		struct qdisc_facts *qdisc = &host->ns[0].path.qdisc;
		struct finding finding;

		print_message("row %zu\n", i);
		strcpy(qdisc->kind, rows[i].kind);
		strcpy(qdisc->leaf, rows[i].leaf);
		qdisc->n_queues = rows[i].n_queues;
		qdisc->limit_packets = rows[i].limit;
		finding = judged_one(PEER, host, &goal, rows[i].verdict);
		assert_string_equal(finding.remedy.command, rows[i].command);
		assert_int_equal(finding.remedy.kind, rows[i].command[0]
		                                              ? REMEDY_COMMAND
		                                              : REMEDY_NONE);
		assert_int_equal(!!strstr(finding.what, "each of its parts"),
		                 rows[i].n_queues > 1);
		host_free(host);
	}
}

static void a_hostile_device(void **state)
{
	const struct goal goal = goal_to("192.0.2.1", 1001);
	struct host *host = host_on_a_path();
	struct finding finding;

	(void)state;
	strcpy(host->ns[0].path.device, "e;reboot\x1b[2J");
	finding = judged_one(PEER, host, &goal, VERDICT_WARN);
	assert_non_null(strstr(finding.what, "e;reboot\\x1b[2J"));
	assert_string_equal(finding.remedy.command, "");
	assert_int_equal(finding.remedy.kind, REMEDY_NONE);
	host_free(host);
}

static void a_small_mtu(void **state)
{
	static const struct {
		struct fact_u64 mtu;
		enum verdict verdict;
	} rows[] = {
		{ { 1280, FACT_KNOWN }, VERDICT_OK },
		{ { 1279, FACT_KNOWN }, VERDICT_NOTE },
		{ { 0, FACT_KNOWN }, VERDICT_NOTE },
		{ { 0, FACT_UNREAD }, VERDICT_OK },
	};
	const struct goal goal = goal_to("192.0.2.1", 1000);

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct host *host = host_on_a_path();

		host->ns[0].path.mtu_bytes = rows[i].mtu;
		judged_one(PEER, host, &goal, rows[i].verdict);
		host_free(host);
	}
}

static void drops_on_the_way(void **state)
{
	const struct goal goal = goal_to("192.0.2.1", 1000);
	struct host *host = host_on_a_path();
	struct path_facts *path = &host->ns[0].path;
	struct finding finding;

	(void)state;
	path->rx_dropped = fact_known(1);
	path->tx_dropped = fact_known(2);
	path->qdisc.drops = fact_known(4);
	finding = judged_one(PEER, host, &goal, VERDICT_NOTE);
	assert_int_equal(finding.observed.value, 7);
	assert_string_equal(
		finding.what,
		"eth0 has dropped 1 packets that it received, 2 that it sent and 4 in its queue");
	path->rx_dropped.state = FACT_UNREAD;
	path->tx_dropped.state = FACT_UNREAD;
	finding = judged_one(PEER, host, &goal, VERDICT_NOTE);
	assert_int_equal(finding.observed.value, 4);
	path->qdisc.drops.state = FACT_ABSENT;
	judged_one(PEER, host, &goal, VERDICT_OK);
	host_free(host);
}

static void neighbours(void **state)
{
	static const struct {
		uint64_t entries, thresh;
		enum verdict verdict;
	} rows[] = {
		{ 1023, 1024, VERDICT_OK },
		{ 1024, 1024, VERDICT_WARN },
		{ 0, 0, VERDICT_WARN },
	};
	const struct goal goal = goal_to("192.0.2.1", 1000);

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct host *host = host_on_a_path();
		struct finding finding;

		host->neigh.entries = fact_known(rows[i].entries);
		host->neigh.thresh[2] = fact_known(rows[i].thresh);
		finding = judged_one(PEER, host, &goal, rows[i].verdict);
		if (rows[i].verdict == VERDICT_WARN)
			assert_int_equal(finding.needed.value, rows[i].thresh);
		host_free(host);
	}
}

static void peer_says_what_it_does_not_know(void **state)
{
	const struct goal goal = goal_to("192.0.2.1", 1000);

	(void)state;
	for (size_t i = 0; i < LENGTH(unknown_states); i++) {
		struct host *host = host_on_a_path();
		struct path_facts *path = &host->ns[0].path;
		const struct {
			struct fact_u64 *fact;
			const char *subject;
		} facts[] = {
			{ &path->up, "the device towards the peer" },
			{ &path->qdisc.read, "the queue of the device" },
			{ &host->neigh.entries, "the number of neighbours" },
			{ &host->neigh.thresh[2],
			  "how many neighbours there may be" },
			{ &path->route, "the route to the peer" },
		};

		for (size_t k = 0; k < LENGTH(facts); k++) {
			struct finding finding;

			if (facts[k].fact == &path->route &&
			    unknown_states[i] == FACT_ABSENT)
				continue;
			facts[k].fact->state = unknown_states[i];
			finding =
				judged_one(PEER, host, &goal, VERDICT_UNKNOWN);
			assert_string_equal(finding.subject, facts[k].subject);
			facts[k].fact->state = FACT_KNOWN;
		}
		host_free(host);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_limit_is_the_kernels_own_at_least),
		cmocka_unit_test(drops_are_told),
		cmocka_unit_test(squeezes_alone_are_not),
		cmocka_unit_test(backlog_says_what_it_does_not_know),
		cmocka_unit_test(without_a_peer_nothing_is_said),
		cmocka_unit_test(a_way_to_the_peer),
		cmocka_unit_test(the_queue_holds_a_packet_of_each_flow),
		cmocka_unit_test(a_hostile_device),
		cmocka_unit_test(a_small_mtu),
		cmocka_unit_test(drops_on_the_way),
		cmocka_unit_test(neighbours),
		cmocka_unit_test(peer_says_what_it_does_not_know),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
