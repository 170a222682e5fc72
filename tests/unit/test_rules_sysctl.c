// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_rules_sysctl - rules that compare one sysctl with the goal: both sides
 * of every boundary, and a host of its kernel's defaults has nothing to say.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/goal.h"
#include "probes/probe.h"
#include "probes/registry.h"
#include "rules/rule.h"
#include "tests/support/facts_builder.h"
#include "tests/support/fdcheck.h"
#include "tests/support/fixture.h"
#include "tests/support/judged.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

extern const struct rule rule_backlog_kernel, rule_buffers_rmem,
	rule_buffers_wmem, rule_congestion_control, rule_ehash_child,
	rule_ehash_size, rule_fds_nr_open, rule_flow_idle, rule_flow_metrics,
	rule_orphans_limit, rule_ports_reserved, rule_ports_reuse,
	rule_qdisc_default, rule_sysctl_odd, rule_tcp_timestamps,
	rule_time_wait_buckets;

static const struct rule *const all[] = {
	&rule_backlog_kernel,     &rule_buffers_rmem,   &rule_buffers_wmem,
	&rule_congestion_control, &rule_ehash_child,    &rule_ehash_size,
	&rule_fds_nr_open,        &rule_flow_idle,      &rule_flow_metrics,
	&rule_orphans_limit,      &rule_ports_reserved, &rule_ports_reuse,
	&rule_qdisc_default,      &rule_sysctl_odd,     &rule_tcp_timestamps,
	&rule_time_wait_buckets,
};

static struct sysctl_fact *fact_of(struct host *host, enum sysctl_id id)
{
	return sysctl_desc(id)->scope == SYSCTL_SCOPE_NETNS
	               ? &host->ns[0].sysctl[id]
	               : &host->sysctl[id];
}

static struct goal goal_of(uint64_t flows, enum goal_role role)
{
	struct goal goal = goal_default();

	goal.flows = flows;
	goal.burst = flows;
	goal.role = role;
	return goal;
}

#define BOTH ROLE_BOTH
#define OUT ROLE_CLIENT
#define IN ROLE_SERVER

/* One sysctl of the healthy host is this; all else is as it was. */
static const struct {
	const struct rule *rule;
	enum sysctl_id id;
	int64_t v[3];
	uint64_t flows;
	enum goal_role role;
	enum verdict verdict;
	const char *what; /* a part of it */
	const char *to;   /* the remedy's value; "": none */
} rows[] = {
	/* clang-format off */
	{ &rule_time_wait_buckets, SYSCTL_MAX_TW_BUCKETS, { 1000 }, 1000, BOTH, VERDICT_OK, "", "" },
	{ &rule_time_wait_buckets, SYSCTL_MAX_TW_BUCKETS, { 999 }, 1000, BOTH, VERDICT_WARN, "is 999, 1000 flows closed within a minute need 1000 and 0 are in use", "1024" },
	{ &rule_time_wait_buckets, SYSCTL_MAX_TW_BUCKETS, { 0 }, 1, IN, VERDICT_WARN, "is 0, 1 flows", "1" },
	{ &rule_time_wait_buckets, SYSCTL_MAX_TW_BUCKETS, { -1 }, 1000, BOTH, VERDICT_OK, "", "" },
	{ &rule_time_wait_buckets, SYSCTL_MAX_TW_BUCKETS, { INT32_MAX }, GOAL_FLOWS_MAX, BOTH, VERDICT_OK, "", "" },
	{ &rule_time_wait_buckets, SYSCTL_MAX_TW_BUCKETS, { 5 }, UINT64_MAX, BOTH, VERDICT_WARN, "is 5,", "" },

	{ &rule_orphans_limit, SYSCTL_MAX_ORPHANS, { 1000 }, 1000, BOTH, VERDICT_OK, "", "" },
	{ &rule_orphans_limit, SYSCTL_MAX_ORPHANS, { 999 }, 1000, BOTH, VERDICT_WARN, "is 999, 1000 flows closed at once need 1000 and 0 are in use", "1024" },
	{ &rule_orphans_limit, SYSCTL_MAX_ORPHANS, { -1 }, 1, OUT, VERDICT_WARN, "is -1", "1" },
	{ &rule_orphans_limit, SYSCTL_MAX_ORPHANS, { 0 }, 1, IN, VERDICT_WARN, "is 0", "1" },

	{ &rule_fds_nr_open, SYSCTL_NR_OPEN, { 2064 }, 1000, BOTH, VERDICT_OK, "", "" },
	{ &rule_fds_nr_open, SYSCTL_NR_OPEN, { 2063 }, 1000, BOTH, VERDICT_FAIL, "fs.nr_open is 2063, 1000 flows in one process need 2064", "4096" },
	{ &rule_fds_nr_open, SYSCTL_NR_OPEN, { 1064 }, 1000, IN, VERDICT_OK, "", "" },
	{ &rule_fds_nr_open, SYSCTL_NR_OPEN, { 1063 }, 1000, IN, VERDICT_FAIL, "is 1063", "2048" },
	{ &rule_fds_nr_open, SYSCTL_NR_OPEN, { 1048576 }, 524256, BOTH, VERDICT_OK, "", "" },
	{ &rule_fds_nr_open, SYSCTL_NR_OPEN, { 1048576 }, 524257, BOTH, VERDICT_FAIL, "is 1048576", "2097152" },

	{ &rule_ehash_size, SYSCTL_EHASH_ENTRIES, { 500 }, 1000, BOTH, VERDICT_OK, "", "" },
	{ &rule_ehash_size, SYSCTL_EHASH_ENTRIES, { 499 }, 1000, BOTH, VERDICT_NOTE, "the host's table of connections has 499 buckets, 1000 flows want 500", "512" },
	{ &rule_ehash_size, SYSCTL_EHASH_ENTRIES, { 250 }, 1000, IN, VERDICT_OK, "", "" },
	{ &rule_ehash_size, SYSCTL_EHASH_ENTRIES, { 249 }, 1000, IN, VERDICT_NOTE, "has 249", "256" },
	{ &rule_ehash_size, SYSCTL_EHASH_ENTRIES, { -500 }, 1000, BOTH, VERDICT_OK, "", "" },
	{ &rule_ehash_size, SYSCTL_EHASH_ENTRIES, { -499 }, 1000, BOTH, VERDICT_NOTE, "the host's table of connections has 499", "512" },
	{ &rule_ehash_size, SYSCTL_EHASH_ENTRIES, { INT64_MIN }, 1000, BOTH, VERDICT_OK, "", "" },

	{ &rule_ehash_child, SYSCTL_CHILD_EHASH_ENTRIES, { 0 }, 1000, BOTH, VERDICT_OK, "", "" },
	{ &rule_ehash_child, SYSCTL_CHILD_EHASH_ENTRIES, { 2048 }, 1000, BOTH, VERDICT_OK, "", "" },
	{ &rule_ehash_child, SYSCTL_CHILD_EHASH_ENTRIES, { 1025 }, 1024, BOTH, VERDICT_OK, "", "" },
	{ &rule_ehash_child, SYSCTL_CHILD_EHASH_ENTRIES, { 1024 }, 1024, BOTH, VERDICT_NOTE, "is 1024, 1024 flows in a namespace want 2048", "2048" },
	{ &rule_ehash_child, SYSCTL_CHILD_EHASH_ENTRIES, { 1 }, 1, BOTH, VERDICT_NOTE, "is 1,", "2" },

	{ &rule_buffers_rmem, SYSCTL_TCP_RMEM, { 4096, 8192, 8192 }, 1000, BOTH, VERDICT_OK, "", "" },
	{ &rule_buffers_rmem, SYSCTL_TCP_RMEM, { 4096, 8191, 8191 }, 1000, BOTH, VERDICT_WARN, "grows to no more than 8191 bytes, what it has under way needs 8192", "4096 131072 6291456" },
	{ &rule_buffers_rmem, SYSCTL_TCP_RMEM, { 4096, 100, 8192 }, 1000, BOTH, VERDICT_NOTE, "is 4096 100 8192: the numbers do not rise", "4096 131072 6291456" },
	{ &rule_buffers_rmem, SYSCTL_TCP_RMEM, { 1, 100, 8192 }, 1000, BOTH, VERDICT_OK, "", "" },
	{ &rule_buffers_rmem, SYSCTL_TCP_RMEM, { 100, 100, 100 }, 1000, BOTH, VERDICT_WARN, "no more than 100", "4096 131072 6291456" },
	{ &rule_buffers_rmem, SYSCTL_TCP_RMEM, { 4096, 131072, 131072 }, 1000, BOTH, VERDICT_OK, "", "" },
	{ &rule_buffers_rmem, SYSCTL_TCP_RMEM, { 4096, 131072, 131071 }, 1000, BOTH, VERDICT_WARN, "the numbers do not rise", "4096 131072 6291456" },
	{ &rule_buffers_rmem, SYSCTL_TCP_RMEM, { 4096, 9000000, 50 }, 1000, BOTH, VERDICT_WARN, "the numbers do not rise", "4096 9000000 9000000" },
	{ &rule_buffers_rmem, SYSCTL_TCP_RMEM, { 131072, 131072, 6291456 }, 1000, BOTH, VERDICT_OK, "", "" },
	{ &rule_buffers_rmem, SYSCTL_TCP_RMEM, { 131073, 131072, 6291456 }, 1000, BOTH, VERDICT_NOTE, "the numbers do not rise", "131073 131073 6291456" },
	{ &rule_buffers_rmem, SYSCTL_TCP_RMEM, { 131073, 131072, INT32_MAX }, 1000, BOTH, VERDICT_NOTE, "the numbers do not rise", "131073 131073 2147483647" },
	/* measured: these carry nothing, their neighbours do */
	{ &rule_buffers_rmem, SYSCTL_TCP_RMEM, { 1, 1, 1 }, 1000, BOTH, VERDICT_FAIL, "is 1 1 1: no flow can receive anything", "4096 131072 6291456" },
	{ &rule_buffers_rmem, SYSCTL_TCP_RMEM, { 1, 1, 6291456 }, 1000, BOTH, VERDICT_FAIL, "is 1 1 6291456", "4096 131072 6291456" },
	{ &rule_buffers_rmem, SYSCTL_TCP_RMEM, { 1, 2, 6291456 }, 1000, BOTH, VERDICT_OK, "", "" },
	{ &rule_buffers_rmem, SYSCTL_TCP_RMEM, { 1, 7, 7 }, 1000, BOTH, VERDICT_FAIL, "is 1 7 7", "4096 131072 6291456" },
	{ &rule_buffers_rmem, SYSCTL_TCP_RMEM, { 1, 7, 1 }, 1000, BOTH, VERDICT_FAIL, "is 1 7 1", "4096 131072 6291456" },
	{ &rule_buffers_rmem, SYSCTL_TCP_RMEM, { 1, 8, 8 }, 1000, BOTH, VERDICT_WARN, "no more than 8", "4096 131072 6291456" },

	{ &rule_buffers_rmem, SYSCTL_MODERATE_RCVBUF, { 0 }, 1000, BOTH, VERDICT_NOTE, "net.ipv4.tcp_moderate_rcvbuf is 0", "1" },
	{ &rule_buffers_rmem, SYSCTL_MODERATE_RCVBUF, { 2 }, 1000, BOTH, VERDICT_OK, "", "" },

	{ &rule_buffers_wmem, SYSCTL_TCP_WMEM, { 4096, 8192, 8192 }, 1000, BOTH, VERDICT_OK, "", "" },
	{ &rule_buffers_wmem, SYSCTL_TCP_WMEM, { 4096, 8191, 8191 }, 1000, BOTH, VERDICT_WARN, "a flow's send buffer grows to no more than 8191", "4096 16384 4194304" },
	{ &rule_buffers_wmem, SYSCTL_TCP_WMEM, { 4096, 16384, 16383 }, 1000, BOTH, VERDICT_WARN, "net.ipv4.tcp_wmem is 4096 16384 16383: the numbers do not rise", "4096 16384 4194304" },
	{ &rule_buffers_wmem, SYSCTL_TCP_WMEM, { 4097, 4096, 16384 }, 1000, BOTH, VERDICT_NOTE, "the numbers do not rise", "4097 16384 4194304" },
	{ &rule_buffers_wmem, SYSCTL_TCP_WMEM, { 1, 1, 1 }, 1000, BOTH, VERDICT_WARN, "no more than 1 bytes", "4096 16384 4194304" },

	{ &rule_tcp_timestamps, SYSCTL_TIMESTAMPS, { 0 }, 1000, BOTH, VERDICT_WARN, "net.ipv4.tcp_timestamps is 0", "1" },
	{ &rule_tcp_timestamps, SYSCTL_TIMESTAMPS, { 2 }, 1000, BOTH, VERDICT_OK, "", "" },

	/* over loopback nothing is overrun */
	{ &rule_flow_idle, SYSCTL_SLOW_START_AFTER_IDLE, { 0 }, 1000, BOTH, VERDICT_OK, "", "" },
	{ &rule_flow_idle, SYSCTL_SLOW_START_AFTER_IDLE, { 0 }, 1000, OUT, VERDICT_NOTE, "tcp_slow_start_after_idle is 0", "1" },
	{ &rule_flow_idle, SYSCTL_SLOW_START_AFTER_IDLE, { 0 }, 1, IN, VERDICT_NOTE, "tcp_slow_start_after_idle is 0", "1" },
	{ &rule_flow_idle, SYSCTL_SLOW_START_AFTER_IDLE, { 1 }, GOAL_FLOWS_MAX, IN, VERDICT_OK, "", "" },

	{ &rule_sysctl_odd, SYSCTL_SOMAXCONN, { 0 }, 1, BOTH, VERDICT_NOTE, "net.core.somaxconn is 0, which is odd", "" },
	{ &rule_sysctl_odd, SYSCTL_SOMAXCONN, { 0 }, 2, BOTH, VERDICT_OK, "", "" },
	{ &rule_sysctl_odd, SYSCTL_SOMAXCONN, { 1 }, 1, BOTH, VERDICT_OK, "", "" },
	{ &rule_sysctl_odd, SYSCTL_MAX_SYN_BACKLOG, { -1 }, 1000, BOTH, VERDICT_NOTE, "tcp_max_syn_backlog is -1", "" },
	{ &rule_sysctl_odd, SYSCTL_MAX_SYN_BACKLOG, { 0 }, 1000, BOTH, VERDICT_OK, "", "" },
	{ &rule_sysctl_odd, SYSCTL_MAX_TW_BUCKETS, { -1 }, 1000, BOTH, VERDICT_NOTE, "tcp_max_tw_buckets is -1", "" },
	{ &rule_sysctl_odd, SYSCTL_MAX_TW_BUCKETS, { 0 }, 1000, BOTH, VERDICT_OK, "", "" },
	{ &rule_sysctl_odd, SYSCTL_SYNCOOKIES, { 2 }, 1000, BOTH, VERDICT_OK, "", "" },
	{ &rule_sysctl_odd, SYSCTL_SYNCOOKIES, { 3 }, 1000, BOTH, VERDICT_NOTE, "tcp_syncookies is 3", "" },
	{ &rule_sysctl_odd, SYSCTL_SYNCOOKIES, { 255 }, 1000, BOTH, VERDICT_NOTE, "tcp_syncookies is 255", "" },
	/* clang-format on */
};

static void boundaries(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct host *host = facts_healthy();
		const struct goal goal = goal_of(rows[i].flows, rows[i].role);
		struct finding finding;

		memcpy(fact_of(host, rows[i].id)->v, rows[i].v,
		       sizeof(rows[i].v));
		print_message("row %zu: %s, %s %ld\n", i, rows[i].rule->id,
		              sysctl_desc(rows[i].id)->key, (long)rows[i].v[0]);
		finding =
			judged_rule(rows[i].rule, host, &goal, rows[i].verdict);
		if (finding.verdict != VERDICT_OK) {
			assert_non_null(strstr(finding.what, rows[i].what));
			assert_string_equal(finding.remedy.to, rows[i].to);
			assert_true(finding.why[0]);
		}
		host_free(host);
	}
}

/* A fact that is not known is never fine, and never looked at. */
static void unknown_states(void **state)
{
	static const struct {
		const struct rule *rule;
		enum sysctl_id id;
		bool advice; /* absent: nothing to advise on */
	} needs[] = {
		{ &rule_backlog_kernel, SYSCTL_SOMAXCONN, false },
		{ &rule_time_wait_buckets, SYSCTL_MAX_TW_BUCKETS, false },
		{ &rule_orphans_limit, SYSCTL_MAX_ORPHANS, false },
		{ &rule_fds_nr_open, SYSCTL_NR_OPEN, false },
		{ &rule_buffers_rmem, SYSCTL_TCP_RMEM, false },
		{ &rule_buffers_wmem, SYSCTL_TCP_WMEM, false },
		{ &rule_tcp_timestamps, SYSCTL_TIMESTAMPS, false },
		{ &rule_ports_reserved, SYSCTL_PORT_RANGE, false },
		{ &rule_ports_reserved, SYSCTL_RESERVED_PORTS, false },
		{ &rule_ehash_size, SYSCTL_EHASH_ENTRIES, true },
		{ &rule_ehash_child, SYSCTL_CHILD_EHASH_ENTRIES, true },
		{ &rule_qdisc_default, SYSCTL_DEFAULT_QDISC, true },
		{ &rule_congestion_control, SYSCTL_CONGESTION_CONTROL, true },
		{ &rule_congestion_control, SYSCTL_AVAILABLE_CONGESTION_CONTROL,
		  true },
		{ &rule_flow_idle, SYSCTL_SLOW_START_AFTER_IDLE, true },
	};
	static const enum fact_state states[] = {
		FACT_UNREAD,
		FACT_ABSENT,
		FACT_DENIED,
		FACT_BROKEN,
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(needs) * LENGTH(states); i++) {
		const enum fact_state fact = states[i % LENGTH(states)];
		const struct rule *rule = needs[i / LENGTH(states)].rule;
		const enum sysctl_id id = needs[i / LENGTH(states)].id;
		const bool silent =
			fact == FACT_ABSENT && needs[i / LENGTH(states)].advice;
		struct host *host = facts_healthy();
		struct goal goal = goal_of(1000, ROLE_BOTH);
		struct finding finding;

		goal.peer = "192.0.2.1";
		*fact_of(host, id) = (struct sysctl_fact){ .state = fact };
		print_message("%s %s %s\n", rule->id, sysctl_desc(id)->key,
		              fact_state_name(fact));
		finding = judged_rule(rule, host, &goal,
		                      silent ? VERDICT_OK : VERDICT_UNKNOWN);
		if (!silent)
			assert_string_equal(finding.subject,
			                    sysctl_desc(id)->key);
		host_free(host);
	}
}

static void what_is_in_use_counts(void **state)
{
	struct host *host = facts_healthy();
	const struct goal goal = goal_of(1000, ROLE_BOTH);

	(void)state;
	host->ns[0].sysctl[SYSCTL_MAX_TW_BUCKETS] = facts_sysctl(1010);
	host->sysctl[SYSCTL_MAX_ORPHANS] = facts_sysctl(1010);
	host->ns[0].sockstat.time_wait = fact_known(10);
	host->ns[0].sockstat.orphan = fact_known(10);
	judged_rule(&rule_time_wait_buckets, host, &goal, VERDICT_OK);
	judged_rule(&rule_orphans_limit, host, &goal, VERDICT_OK);
	host->ns[0].sockstat.time_wait = fact_known(11);
	host->ns[0].sockstat.orphan = fact_known(11);
	judged_rule(&rule_time_wait_buckets, host, &goal, VERDICT_WARN);
	judged_rule(&rule_orphans_limit, host, &goal, VERDICT_WARN);
	host->ns[0].sockstat.time_wait = fact_known(UINT64_MAX);
	host->ns[0].sockstat.orphan = fact_known(UINT64_MAX);
	judged_rule(&rule_time_wait_buckets, host, &goal, VERDICT_WARN);
	judged_rule(&rule_orphans_limit, host, &goal, VERDICT_WARN);
	host->ns[0].sockstat.time_wait.state = FACT_ABSENT;
	host->ns[0].sockstat.orphan.state = FACT_DENIED;
	judged_rule(&rule_time_wait_buckets, host, &goal, VERDICT_UNKNOWN);
	judged_rule(&rule_orphans_limit, host, &goal, VERDICT_UNKNOWN);
	host_free(host);
}

/* Before 5.18 a negative bound lets nothing into TIME_WAIT. */
static void negative_buckets(void **state)
{
	static const struct {
		const char *release;
		enum verdict verdict;
	} kernels[] = {
		{ "5.18.0", VERDICT_OK },
		{ "5.17.9", VERDICT_WARN },
		{ "4.18.0-553.el8", VERDICT_WARN },
		{ "who knows", VERDICT_WARN },
	};
	const struct goal goal = goal_of(1000, ROLE_BOTH);
	struct host *host = facts_healthy();

	(void)state;
	host->ns[0].sysctl[SYSCTL_MAX_TW_BUCKETS] = facts_sysctl(-1);
	for (size_t i = 0; i < LENGTH(kernels); i++) {
		(void)snprintf(host->kernel, sizeof(host->kernel), "%s",
		               kernels[i].release);
		judged_rule(&rule_time_wait_buckets, host, &goal,
		            kernels[i].verdict);
	}
	host_free(host);
}

static void a_namespace_of_its_own_table(void **state)
{
	struct host *host = facts_healthy();
	const struct goal goal = goal_of(1000, ROLE_BOTH);
	struct finding finding;

	(void)state;
	host->ns[0].sysctl[SYSCTL_EHASH_ENTRIES] = facts_sysctl(256);
	host->ns[0].initial = fact_known(0);
	finding = judged_rule(&rule_ehash_size, host, &goal, VERDICT_NOTE);
	assert_non_null(strstr(finding.what, "this namespace's own table"));
	assert_string_equal(finding.remedy.key,
	                    "net.ipv4.tcp_child_ehash_entries");
	assert_string_equal(finding.remedy.from, "256");
	/* it is not known whose it is: the host's is the usual case */
	host->ns[0].initial.state = FACT_DENIED;
	finding = judged_rule(&rule_ehash_size, host, &goal, VERDICT_NOTE);
	assert_string_equal(finding.remedy.key, "thash_entries");
	host_free(host);
}

static void what_a_new_namespace_gets(void **state)
{
	struct host *host = facts_healthy();
	const struct goal goal = goal_of(1000, ROLE_BOTH);
	struct finding finding;

	(void)state;
	host->ns[0].sysctl[SYSCTL_CHILD_EHASH_ENTRIES] = facts_sysctl(512);
	finding = judged_rule(&rule_ehash_child, host, &goal, VERDICT_NOTE);
	assert_non_null(strstr(finding.why, "256 connections in TIME_WAIT"));
	assert_false(finding.remedy.live);
	host_free(host);
}

/* Each of them by itself, and none that is not known. */
static void several_odd_ones(void **state)
{
	static const enum sysctl_id odd[] = {
		SYSCTL_SOMAXCONN,
		SYSCTL_MAX_SYN_BACKLOG,
		SYSCTL_MAX_TW_BUCKETS,
		SYSCTL_SYNCOOKIES,
	};
	struct host *host = facts_healthy();
	struct sysctl_fact *sysctl = host->ns[0].sysctl;
	const struct goal goal = goal_of(1, ROLE_BOTH);
	struct judged judged;

	(void)state;
	sysctl[SYSCTL_SOMAXCONN] = facts_sysctl(0);
	sysctl[SYSCTL_MAX_SYN_BACKLOG] = facts_sysctl(-5);
	sysctl[SYSCTL_MAX_TW_BUCKETS] = facts_sysctl(INT32_MIN);
	sysctl[SYSCTL_SYNCOOKIES] = facts_sysctl(7);
	judged_by(&rule_sysctl_odd, host, &goal, NULL, &judged);
	assert_int_equal(judged.n, LENGTH(odd));
	for (size_t i = 0; i < LENGTH(odd); i++)
		assert_string_equal(judged.list[i].subject,
		                    sysctl_desc(odd[i])->key);
	for (size_t i = 0; i < LENGTH(odd); i++)
		sysctl[odd[i]].state = FACT_DENIED;
	judged_rule(&rule_sysctl_odd, host, &goal, VERDICT_OK);
	host_free(host);
}

/* ---- what a flow has under way ---- */

static void bytes_in_flight(void **state)
{
	static const struct {
		uint64_t bytes;
		enum verdict receive, send;
		const char *to; /* receive */
	} bytes[] = {
		/* 2 x bytes / flows against 33554432 and 4194304 */
		{ UINT64_C(2097152000), VERDICT_OK, VERDICT_OK, "" },
		{ UINT64_C(2097152001), VERDICT_OK, VERDICT_WARN, "" },
		{ UINT64_C(16777216000), VERDICT_OK, VERDICT_WARN, "" },
		{ UINT64_C(16777216001), VERDICT_WARN, VERDICT_WARN,
		  "4096 131072 67108864" },
		{ UINT64_MAX, VERDICT_WARN, VERDICT_WARN, "" },
	};
	struct host *host = facts_healthy();
	struct goal goal = goal_of(1000, ROLE_BOTH);

	(void)state;
	for (size_t i = 0; i < LENGTH(bytes); i++) {
		struct finding finding;

		goal.bytes_in_flight = bytes[i].bytes;
		finding = judged_rule(&rule_buffers_rmem, host, &goal,
		                      bytes[i].receive);
		assert_string_equal(finding.remedy.to, bytes[i].to);
		judged_rule(&rule_buffers_wmem, host, &goal, bytes[i].send);
	}
	host_free(host);
}

/* A buffer that cannot grow is what it begins with. */
static void buffers_that_do_not_grow(void **state)
{
	struct host *host = facts_healthy();
	struct sysctl_fact *sysctl = host->ns[0].sysctl;
	struct goal goal = goal_of(1000, ROLE_BOTH);
	struct finding finding;

	(void)state;
	sysctl[SYSCTL_MODERATE_RCVBUF] = facts_sysctl(0);
	goal.bytes_in_flight = UINT64_C(65536000);
	finding = judged_rule(&rule_buffers_rmem, host, &goal, VERDICT_NOTE);
	assert_non_null(strstr(finding.why, "131072 bytes"));
	goal.bytes_in_flight = UINT64_C(65536001);
	finding = judged_rule(&rule_buffers_rmem, host, &goal, VERDICT_WARN);
	assert_non_null(strstr(finding.what, "no more than 131072"));
	assert_string_equal(finding.remedy.key, "net.ipv4.tcp_moderate_rcvbuf");
	assert_string_equal(finding.remedy.to, "1");
	/* whether it may grow is not known: it is not said that it may not */
	sysctl[SYSCTL_MODERATE_RCVBUF].state = FACT_DENIED;
	judged_rule(&rule_buffers_rmem, host, &goal, VERDICT_OK);
	/* never grows, and begins with too little */
	sysctl[SYSCTL_MODERATE_RCVBUF] = facts_sysctl(0);
	sysctl[SYSCTL_TCP_RMEM].v[0] = 1;
	sysctl[SYSCTL_TCP_RMEM].v[1] = 7;
	judged_rule(&rule_buffers_rmem, host, &goal, VERDICT_FAIL);
	host_free(host);
}

/* ---- a host as its kernel made it ---- */

static struct host *read_host(const char *tree, const char *release)
{
	const int root_fd = fixture_root(tree);
	const struct goal goal = goal_default();
	const struct probe_env env = { .root_fd = root_fd, .goal = &goal };
	struct host *host = facts_healthy();
	struct err err = { 0 };

	(void)snprintf(host->kernel, sizeof(host->kernel), "%s", release);
	assert_int_equal(probe_sysctl_host.run(&env, host, NULL, &err), 0);
	assert_int_equal(probe_sysctl_netns.run(&env, host, &host->ns[0], &err),
	                 0);
	close(root_fd);
	return host;
}

static void defaults_are_silent(void **state)
{
	static const char *const trees[][2] = {
		{ "3.10", "3.10.0-1160.119.1.el7.x86_64" },
		{ "4.18", "4.18.0-553.el8_10.x86_64" },
		{ "5.15", "5.15.0-122-generic" },
		{ "6.18", "6.18.44" },
	};
	static const enum goal_role roles[] = { BOTH, OUT, IN };

	(void)state;
	for (size_t i = 0; i < LENGTH(trees) * LENGTH(roles); i++) {
		const char *const *tree = trees[i / LENGTH(roles)];
		struct host *host = read_host(tree[0], tree[1]);
		const struct goal goal = goal_of(1000, roles[i % 3]);

		for (size_t r = 0; r < LENGTH(all); r++) {
			struct judged judged;

			print_message("%s %s\n", tree[1], all[r]->id);
			judged_by(all[r], host, &goal, NULL, &judged);
			assert_true(judged.n <= 1);
			if (judged.n)
				assert_int_equal(judged.list[0].verdict,
				                 VERDICT_OK);
		}
		host_free(host);
	}
}

/* In a child only the host's own numbers are unknown, never fine. */
static void a_child_namespace(void **state)
{
	struct host *host = read_host("child", "6.18.44");
	struct goal goal = goal_of(1000, ROLE_BOTH);

	(void)state;
	goal.peer = "192.0.2.1";
	facts_child(host);
	for (size_t r = 0; r < LENGTH(all); r++) {
		const bool unknown = all[r] == &rule_orphans_limit;

		print_message("%s\n", all[r]->id);
		judged_rule(all[r], host, &goal,
		            unknown ? VERDICT_UNKNOWN : VERDICT_OK);
	}
	host_free(host);
}

static void every_rule_is_explained(void **state)
{
	(void)state;
	for (size_t r = 0; r < LENGTH(all); r++) {
		print_message("%s\n", all[r]->id);
		assert_true(strlen(all[r]->explain) > 200);
		assert_non_null(strchr(all[r]->ref, ':'));
		assert_true(strlen(all[r]->title) < 60);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boundaries),
		cmocka_unit_test(unknown_states),
		cmocka_unit_test(what_is_in_use_counts),
		cmocka_unit_test(negative_buckets),
		cmocka_unit_test(a_namespace_of_its_own_table),
		cmocka_unit_test(what_a_new_namespace_gets),
		cmocka_unit_test(several_odd_ones),
		cmocka_unit_test(bytes_in_flight),
		cmocka_unit_test(buffers_that_do_not_grow),
		cmocka_unit_test(defaults_are_silent),
		cmocka_unit_test(a_child_namespace),
		cmocka_unit_test(every_rule_is_explained),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
