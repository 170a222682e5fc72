// SPDX-License-Identifier: GPL-2.0-or-later
/* load.outcomes, load.accounting, load.limit */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/goal.h"
#include "probes/load/load_result.h"
#include "rules/rule.h"
#include "tests/support/facts_builder.h"
#include "tests/support/fdcheck.h"
#include "tests/support/judged.h"

#define OUTCOMES "load.outcomes"
#define ACCOUNTING "load.accounting"
#define LIMIT "load.limit"
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const struct fact_u64 unread;

/* ---- outcomes ---- */

struct outcome_row {
	uint64_t flows[LOAD_OUTCOMES]; /* of 1000 */
	struct fact_u64 drops;
	uint64_t overflows, cookies_failed, aborted; /* counter deltas */
	bool interrupted, deadline, eager;
	enum load_accept accept;
	int64_t cookies, abort_on_overflow; /* sysctls */
	enum verdict verdict;
	const char *what;
	const char *why;
};

static const struct outcome_row outcomes[] = {
	{ .flows = { [LOAD_OK] = 1000 },
	  .drops = { 0, FACT_KNOWN },
	  .cookies = 1,
	  .verdict = VERDICT_OK,
	  .what = "every flow came through at the first try",
	  .why = "" },
	/* the origin */
	{ .flows = { [LOAD_OK] = 129, [LOAD_LATE] = 871 },
	  .drops = { 871, FACT_KNOWN },
	  .overflows = 871,
	  .cookies = 1,
	  .verdict = VERDICT_FAIL,
	  .what = "871 of 1000 connections did not fit into the accept queue (limit 128, peak 129)",
	  .why = "129 ok, 871 late; an eager client (one that writes more than one segment at once, such as iperf) would have been reset; ListenOverflows +871" },
	/* without cookies nobody is reset */
	{ .flows = { [LOAD_OK] = 129, [LOAD_LATE] = 871 },
	  .drops = { 871, FACT_KNOWN },
	  .overflows = 871,
	  .cookies = 0,
	  .verdict = VERDICT_FAIL,
	  .what = "871 of 1000 connections did not fit into the accept queue (limit 128, peak 129)",
	  .why = "129 ok, 871 late; ListenOverflows +871" },
	/* accepted meanwhile: one connection may be dropped more than once */
	{ .flows = { [LOAD_OK] = 131, [LOAD_LATE] = 869 },
	  .drops = { 4342, FACT_KNOWN },
	  .overflows = 4342,
	  .accept = LOAD_ACCEPT_SLOW,
	  .verdict = VERDICT_FAIL,
	  .what = "the accept queue (limit 128, peak 129) dropped 4342 packets of handshakes",
	  .why = "131 ok, 869 late; ListenOverflows +4342" },
	/* the origin, as iperf sees it */
	{ .flows = { [LOAD_OK] = 129, [LOAD_LATE] = 230, [LOAD_RESET] = 641 },
	  .drops = { 871, FACT_KNOWN },
	  .overflows = 1600,
	  .cookies_failed = 641,
	  .eager = true,
	  .cookies = 1,
	  .verdict = VERDICT_FAIL,
	  .what = "871 of 1000 connections did not fit into the accept queue (limit 128, peak 129)",
	  .why = "129 ok, 230 late, 641 reset; a full queue drops the ACK of a SYN cookie, and an eager client's next segment, which is no cookie, is answered with a reset; ListenOverflows +1600; SyncookiesFailed +641" },
	{ .flows = { [LOAD_OK] = 129, [LOAD_LATE] = 871 },
	  .drops = { 871, FACT_KNOWN },
	  .overflows = 871,
	  .eager = true,
	  .cookies = 1,
	  .verdict = VERDICT_FAIL,
	  .what = "871 of 1000 connections did not fit into the accept queue (limit 128, peak 129)",
	  .why = "129 ok, 871 late; ListenOverflows +871" },
	{ .flows = { [LOAD_OK] = 990, [LOAD_RESET] = 10 },
	  .drops = { 10, FACT_KNOWN },
	  .overflows = 10,
	  .aborted = 10,
	  .abort_on_overflow = 1,
	  .cookies = 1,
	  .verdict = VERDICT_FAIL,
	  .what = "10 of 1000 connections did not fit into the accept queue (limit 128, peak 129)",
	  .why = "990 ok, 10 reset; net.ipv4.tcp_abort_on_overflow reset those whose ACK found the queue full; ListenOverflows +10; EmbryonicRsts +10" },
	{ .flows = { [LOAD_OK] = 990, [LOAD_RESET] = 10 },
	  .drops = { 10, FACT_KNOWN },
	  .overflows = 10,
	  .cookies = 1,
	  .verdict = VERDICT_FAIL,
	  .what = "10 of 1000 connections did not fit into the accept queue (limit 128, peak 129)",
	  .why = "990 ok, 10 reset; the accept queue overflowed, but no counter ties the resets to it; ListenOverflows +10" },
	/* a peer's reset counts there too */
	{ .flows = { [LOAD_OK] = 990, [LOAD_RESET] = 10 },
	  .drops = { 10, FACT_KNOWN },
	  .overflows = 10,
	  .aborted = 10,
	  .cookies = 1,
	  .verdict = VERDICT_FAIL,
	  .what = "10 of 1000 connections did not fit into the accept queue (limit 128, peak 129)",
	  .why = "990 ok, 10 reset; the accept queue overflowed, but no counter ties the resets to it; ListenOverflows +10; EmbryonicRsts +10" },
	/* a reset without an overflow is not the queue's doing */
	{ .flows = { [LOAD_OK] = 999, [LOAD_RESET] = 1 },
	  .drops = { 0, FACT_KNOWN },
	  .cookies = 1,
	  .verdict = VERDICT_FAIL,
	  .what = "1 of 1000 flows did not come through",
	  .why = "999 ok, 1 reset; nothing overflowed: the accept queue did not reset them" },
	/* one drop fails though every flow came through */
	{ .flows = { [LOAD_OK] = 1000 },
	  .drops = { 1, FACT_KNOWN },
	  .cookies = 0,
	  .verdict = VERDICT_FAIL,
	  .what = "1 of 1000 connections did not fit into the accept queue (limit 128, peak 129)",
	  .why = "1000 ok" },
	/* late without a drop */
	{ .flows = { [LOAD_OK] = 999, [LOAD_LATE] = 1 },
	  .drops = { 0, FACT_KNOWN },
	  .cookies = 1,
	  .verdict = VERDICT_WARN,
	  .what = "1 of 1000 flows were late",
	  .why = "999 ok, 1 late; a SYN or the first bytes had to be sent again, though no drop was seen" },
	/* every other outcome fails */
	{ .flows = { [LOAD_OK] = 995,
	             [LOAD_REFUSED] = 1,
	             [LOAD_TIMED_OUT] = 1,
	             [LOAD_GHOST] = 2,
	             [LOAD_FAILED] = 1 },
	  .drops = { 0, FACT_KNOWN },
	  .cookies = 1,
	  .verdict = VERDICT_FAIL,
	  .what = "5 of 1000 flows did not come through",
	  .why = "995 ok, 1 refused, 1 timed_out, 2 ghost, 1 failed" },
	{ .flows = { [LOAD_FAILED] = 1000 },
	  .drops = { 0, FACT_KNOWN },
	  .cookies = 1,
	  .verdict = VERDICT_FAIL,
	  .what = "1000 of 1000 flows did not come through",
	  .why = "1000 failed" },
	/* drops not read: overflows stand for them, if a flow noticed */
	{ .flows = { [LOAD_OK] = 990, [LOAD_LATE] = 10 },
	  .drops = { 99, FACT_DENIED },
	  .overflows = 12,
	  .cookies = 0,
	  .verdict = VERDICT_FAIL,
	  .what = "accept queues overflowed 12 times (limit 128, peak 129)",
	  .why = "990 ok, 10 late; ListenOverflows +12" },
	{ .flows = { [LOAD_OK] = 1000 },
	  .drops = { 99, FACT_DENIED },
	  .overflows = 12,
	  .cookies = 1,
	  .verdict = VERDICT_OK,
	  .what = "every flow came through at the first try",
	  .why = "" },
	{ .flows = { [LOAD_OK] = 990, [LOAD_LATE] = 10 },
	  .drops = { 99, FACT_DENIED },
	  .cookies = 1,
	  .verdict = VERDICT_WARN,
	  .what = "10 of 1000 flows were late",
	  .why = "990 ok, 10 late; a SYN or the first bytes had to be sent again, though no drop was seen" },
	/* interrupted: what was seen counts, the rest is not known */
	{ .flows = { [LOAD_OK] = 400, [LOAD_FAILED] = 600 },
	  .drops = { 0, FACT_KNOWN },
	  .interrupted = true,
	  .cookies = 1,
	  .verdict = VERDICT_UNKNOWN,
	  .what = "the load test was interrupted: 400 of 1000 flows came through until then",
	  .why = "400 ok, 600 failed" },
	{ .flows = { [LOAD_OK] = 1000 },
	  .drops = { 0, FACT_KNOWN },
	  .interrupted = true,
	  .cookies = 1,
	  .verdict = VERDICT_UNKNOWN,
	  .what = "the load test was interrupted: 1000 of 1000 flows came through until then",
	  .why = "1000 ok" },
	{ .flows = { [LOAD_OK] = 129, [LOAD_GHOST] = 871 },
	  .drops = { 871, FACT_KNOWN },
	  .interrupted = true,
	  .cookies = 0,
	  .verdict = VERDICT_FAIL,
	  .what = "871 of 1000 connections did not fit into the accept queue (limit 128, peak 129)",
	  .why = "129 ok, 871 ghost" },
	{ .flows = { [LOAD_OK] = 900,
	             [LOAD_RESET] = 1,
	             [LOAD_REFUSED] = 1,
	             [LOAD_GHOST] = 98 },
	  .drops = { 0, FACT_KNOWN },
	  .interrupted = true,
	  .cookies = 1,
	  .verdict = VERDICT_FAIL,
	  .what = "2 of 1000 flows did not come through",
	  .why = "900 ok, 1 reset, 1 refused, 98 ghost; nothing overflowed: the accept queue did not reset them" },
	/* a deadline alone is a warning */
	{ .flows = { [LOAD_OK] = 1000 },
	  .drops = { 0, FACT_KNOWN },
	  .deadline = true,
	  .cookies = 1,
	  .verdict = VERDICT_WARN,
	  .what = "the load test did not end in time",
	  .why = "1000 ok; the drain phase ran into its deadline" },
	{ .flows = { [LOAD_OK] = 999, [LOAD_TIMED_OUT] = 1 },
	  .drops = { 0, FACT_KNOWN },
	  .deadline = true,
	  .cookies = 1,
	  .verdict = VERDICT_FAIL,
	  .what = "1 of 1000 flows did not come through",
	  .why = "999 ok, 1 timed_out; the drain phase ran into its deadline" },
};

static struct load_result *load_of(struct host *host,
                                   const struct outcome_row *row)
{
	const struct goal goal = goal_default();
	struct load_result *load = facts_load(host, &goal);

	memcpy(load->flows, row->flows, sizeof(load->flows));
	load->queue_limit = fact_known(128);
	load->queue_peak = fact_known(129);
	load->queue_drops = row->drops;
	load->counter[COUNTER_LISTEN_OVERFLOWS] = fact_known(row->overflows);
	load->counter[COUNTER_SYNCOOKIES_FAILED] =
		fact_known(row->cookies_failed);
	load->counter[COUNTER_EMBRYONIC_RSTS] = fact_known(row->aborted);
	load->interrupted = row->interrupted;
	load->deadline = row->deadline;
	strcpy(load->deadline_phase, row->deadline ? "drain" : "");
	load->mode.eager = row->eager;
	load->mode.accept = row->accept;
	host->ns[0].sysctl[SYSCTL_SYNCOOKIES] = facts_sysctl(row->cookies);
	host->ns[0].sysctl[SYSCTL_ABORT_ON_OVERFLOW] =
		facts_sysctl(row->abort_on_overflow);
	return load;
}

static void flows_come_through_at_the_first_try(void **state)
{
	const struct goal goal = goal_default();

	(void)state;
	for (size_t i = 0; i < LENGTH(outcomes); i++) {
		struct host *host = facts_healthy();
		struct finding finding;

		load_of(host, &outcomes[i]);
		finding =
			judged_one(OUTCOMES, host, &goal, outcomes[i].verdict);
		assert_string_equal(finding.what, outcomes[i].what);
		assert_string_equal(finding.why, outcomes[i].why);
		assert_int_equal(finding.remedy.kind, REMEDY_NONE);
		host_free(host);
	}
}

static void numbers_go_with_the_words(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = facts_healthy();
	struct load_result *load = load_of(host, &outcomes[1]);
	struct finding finding;

	(void)state;
	finding = judged_one(OUTCOMES, host, &goal, VERDICT_FAIL);
	assert_ptr_equal(finding.ns, &host->ns[0]);
	assert_int_equal(finding.observed.value, 129);
	assert_int_equal(finding.needed.value, 1000);
	assert_string_equal(finding.unit, "connections");

	load->queue_drops = fact_known(0);
	finding = judged_one(OUTCOMES, host, &goal, VERDICT_WARN);
	assert_int_equal(finding.observed.value, 1000);
	assert_int_equal(finding.needed.value, 1000);
	assert_string_equal(finding.unit, "flows");
	host_free(host);
}

/* The drops are those of one wave. */
static void drops_are_of_a_wave(void **state)
{
	static const struct {
		struct fact_u64 limit, peak;
		const char *what;
	} rows[] = {
		{ { 5, FACT_KNOWN },
		  { 6, FACT_KNOWN },
		  "94 of 100 connections did not fit into the accept queue (limit 5, peak 6)" },
		{ { 5, FACT_KNOWN },
		  { 6, FACT_DENIED },
		  "94 of 100 connections did not fit into the accept queue (limit 5)" },
		{ { 5, FACT_BROKEN },
		  { 6, FACT_KNOWN },
		  "94 of 100 connections did not fit into the accept queue (peak 6)" },
		{ { 5, FACT_ABSENT },
		  { 6, FACT_UNREAD },
		  "94 of 100 connections did not fit into the accept queue" },
		/* SYNs sent again while the burst was opened are no connections
		 */
		{ { 5, FACT_KNOWN },
		  { 7, FACT_KNOWN },
		  "93 of 100 connections did not fit into the accept queue (limit 5, peak 7)" },
		{ { UINT64_MAX, FACT_KNOWN },
		  { UINT64_MAX, FACT_KNOWN },
		  "94 of 100 connections did not fit into the accept queue (limit 18446744073709551615, peak 18446744073709551615)" },
	};
	const struct goal goal = goal_default();

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct host *host = facts_healthy();
		struct load_result *load = load_of(host, &outcomes[1]);
		struct finding finding;

		load->mode.burst = 100;
		load->queue_drops = fact_known(94);
		load->queue_limit = rows[i].limit;
		load->queue_peak = rows[i].peak;
		finding = judged_one(OUTCOMES, host, &goal, VERDICT_FAIL);
		assert_string_equal(finding.what, rows[i].what);
		assert_int_equal(finding.observed.state, rows[i].peak.state);
		host_free(host);
	}
}

/* By a schedule no burst had to fit. */
static void a_schedule_has_no_burst(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = facts_healthy();
	struct load_result *load = load_of(host, &outcomes[3]);
	struct finding finding;

	(void)state;
	load->mode.burst = 0;
	load->mode.rate_per_s = 1000;
	finding = judged_one(OUTCOMES, host, &goal, VERDICT_FAIL);
	assert_int_equal(finding.needed.state, FACT_UNREAD);
	host_free(host);
}

static void ports_that_ran_out_are_counted(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = facts_healthy();
	struct load_result *load = facts_load(host, &goal);
	struct finding finding;

	(void)state;
	load->flows[LOAD_OK] = 900;
	load->flows[LOAD_FAILED] = 100;
	load->errors[0] =
		(struct load_error){ LOAD_PHASE_CONNECT, EADDRNOTAVAIL, 100 };
	load->n_errors = 1;
	load->ports_out_us = fact_known(1300000);
	load->predicted.ports = 1000;
	load->ports = 900;
	finding = judged_one(OUTCOMES, host, &goal, VERDICT_FAIL);
	assert_string_equal(
		finding.why,
		"900 ok, 100 failed; no local port was left after 1.3 s: at this rate closed connections keep 1000, 900 were free; connect EADDRNOTAVAIL x 100");
	host_free(host);
}

static void errors_are_named_by_phase_and_errno(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = facts_healthy();
	struct load_result *load = facts_load(host, &goal);
	struct finding finding;

	(void)state;
	load->flows[LOAD_OK] = 998;
	load->flows[LOAD_FAILED] = 2;
	load->errors[0] = (struct load_error){ LOAD_PHASE_SOCKET, EMFILE, 1 };
	load->errors[1] =
		(struct load_error){ LOAD_PHASE_WRITE, ENOBUFS, UINT64_MAX };
	load->n_errors = 2;
	finding = judged_one(OUTCOMES, host, &goal, VERDICT_FAIL);
	assert_string_equal(
		finding.why,
		"998 ok, 2 failed; socket EMFILE x 1, write ENOBUFS x 18446744073709551615");

	/* too many to name: cut, not garbled */
	load->n_errors = LOAD_ERRORS_MAX;
	for (size_t i = 0; i < LOAD_ERRORS_MAX; i++)
		load->errors[i] = (struct load_error){ LOAD_PHASE_CONNECT,
			                               ETIMEDOUT, 1000000 };
	finding = judged_one(OUTCOMES, host, &goal, VERDICT_FAIL);
	assert_string_equal(strrchr(finding.why, ','), ", ...");
	host_free(host);
}

static void unknown_counters_and_cookies_prove_nothing(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = facts_healthy();
	struct load_result *load = load_of(host, &outcomes[4]);

	(void)state;
	load->counter[COUNTER_SYNCOOKIES_FAILED].state = FACT_ABSENT;
	assert_non_null(
		strstr(judged_one(OUTCOMES, host, &goal, VERDICT_FAIL).why,
	               "no counter ties the resets to it"));
	load->counter[COUNTER_LISTEN_OVERFLOWS] = unread;
	assert_non_null(
		strstr(judged_one(OUTCOMES, host, &goal, VERDICT_FAIL).why,
	               "ListenOverflows could not be read"));
	load->flows[LOAD_RESET] = 0;
	load->flows[LOAD_LATE] = 871;
	load->mode.eager = false;
	host->ns[0].sysctl[SYSCTL_SYNCOOKIES].state = FACT_DENIED;
	assert_null(strstr(judged_one(OUTCOMES, host, &goal, VERDICT_FAIL).why,
	                   "eager"));
	host_free(host);
}

static const struct {
	const char *resource;
	uint64_t have, need;
	const char *what;
} refusals[] = {
	{ "RLIMIT_NOFILE", 20000, 20064,
	  "load test refused: RLIMIT_NOFILE: need 20064, have 20000" },
	{ "ports", 0, 1, "load test refused: ports: need 1, have 0" },
	{ "lo", 0, 1, "load test refused: lo cannot be used" },
	{ "::1", 0, 1, "load test refused: ::1 cannot be used" },
	{ "memory", 0, UINT64_MAX,
	  "load test refused: memory: need 18446744073709551615, have 0" },
};

static void a_refusal_fails_with_have_and_need(void **state)
{
	const struct goal goal = goal_default();

	(void)state;
	for (size_t i = 0; i < LENGTH(refusals); i++) {
		struct host *host = facts_healthy();
		struct load_result *load = facts_load(host, &goal);
		struct finding finding;

		load->flows[LOAD_OK] = 0;
		load->bytes.exact = false;
		load->refusal.refused = true;
		load->refusal.have = refusals[i].have;
		load->refusal.need = refusals[i].need;
		(void)snprintf(load->refusal.resource,
		               sizeof(load->refusal.resource), "%s",
		               refusals[i].resource);
		finding = judged_one(OUTCOMES, host, &goal, VERDICT_FAIL);
		assert_string_equal(finding.what, refusals[i].what);
		assert_true(finding.observed.value == refusals[i].have);
		assert_true(finding.needed.value == refusals[i].need);
		finding = judged_one(ACCOUNTING, host, &goal, VERDICT_NOTE);
		assert_string_equal(finding.what,
		                    "not measured: the load test was refused");
		host_free(host);
	}
}

/* ---- with the far ends on another host ---- */

static struct load_peer *peer_of(struct load_result *load)
{
	load->peer = calloc(1, sizeof(*load->peer));
	assert_non_null(load->peer);
	return load->peer;
}

/* The queue is there: so are its overflows, and its sysctls, unknown here. */
static void overflows_are_those_of_the_far_host(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = facts_healthy();
	struct load_result *load = load_of(host, &outcomes[1]);
	struct load_peer *peer = peer_of(load);

	(void)state;
	peer->counter[COUNTER_LISTEN_OVERFLOWS] = fact_known(7);
	assert_string_equal(judged_one(OUTCOMES, host, &goal, VERDICT_FAIL).why,
	                    "129 ok, 871 late; ListenOverflows +7");
	load->flows[LOAD_LATE] = 870;
	load->flows[LOAD_RESET] = 1;
	peer->counter[COUNTER_EMBRYONIC_RSTS] = fact_known(1);
	host->ns[0].sysctl[SYSCTL_ABORT_ON_OVERFLOW] = facts_sysctl(1);
	assert_string_equal(
		judged_one(OUTCOMES, host, &goal, VERDICT_FAIL).why,
		"129 ok, 870 late, 1 reset; the accept queue overflowed, but no counter ties the resets to it; ListenOverflows +7; EmbryonicRsts +1");
	host_free(host);
}

static void a_far_host_that_is_lost_leaves_it_unknown(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = facts_healthy();
	struct load_result *load = load_of(host, &outcomes[0]);
	struct load_peer *peer = peer_of(load);
	struct finding finding;

	(void)state;
	(void)judged_one(OUTCOMES, host, &goal, VERDICT_OK);
	peer->lost = true;
	finding = judged_one(OUTCOMES, host, &goal, VERDICT_UNKNOWN);
	assert_string_equal(
		finding.what,
		"the far host was lost on the way: here 1000 of 1000 flows came through");
	/* what was seen here to break is no less broken */
	load->flows[LOAD_OK] = 999;
	load->flows[LOAD_RESET] = 1;
	finding = judged_one(OUTCOMES, host, &goal, VERDICT_FAIL);
	assert_string_equal(finding.what,
	                    "1 of 1000 flows did not come through");
	host_free(host);
}

/* ---- accounting ---- */

static void nothing(struct load_result *load)
{
	(void)load;
}

static void one_flow_off(struct load_result *load)
{
	load->bytes.exact = false;
	load->bytes.flows_off = 1;
	load->bytes.acked--;
}

static void far_host_lost(struct load_result *load)
{
	load->bytes.exact = false;
	load->bytes.flows_untold = 3;
}

/* Then those that were told already are enough. */
static void far_host_lost_and_one_flow_off(struct load_result *load)
{
	far_host_lost(load);
	one_flow_off(load);
}

static void stopped(struct load_result *load)
{
	one_flow_off(load);
	load->interrupted = true;
}

static void stopped_when_all_was_there(struct load_result *load)
{
	load->interrupted = true;
}

/* The one of the facts is freed with the host. */
static void fired_at_a_server(struct load_result *load)
{
	load->bytes.exact = false;
	load->target = calloc(1, sizeof(*load->target));
	assert_non_null(load->target);
}

static void nobody_came_through(struct load_result *load)
{
	load->flows[LOAD_OK] = 0;
	load->flows[LOAD_RESET] = load->asked;
	load->bytes.exact = false;
}

static void all_were_late(struct load_result *load)
{
	load->flows[LOAD_OK] = 0;
	load->flows[LOAD_LATE] = load->asked;
}

static void written_differs(struct load_result *load)
{
	load->bytes.written++;
}

static void acked_differs(struct load_result *load)
{
	load->bytes.written++;
	load->bytes.acked++;
}

static void received_differs(struct load_result *load)
{
	load->bytes.written++;
	load->bytes.acked++;
	load->bytes.received++;
}

/* What a flow wrote before it broke is in the totals, and may be lost. */
static void one_broke(struct load_result *load)
{
	load->flows[LOAD_OK]--;
	load->flows[LOAD_RESET]++;
	load->bytes.written += 100;
}

static void some_were_late(struct load_result *load)
{
	load->flows[LOAD_OK] -= 10;
	load->flows[LOAD_LATE] += 10;
	load->bytes.written++;
}

static void interval_missing(struct load_result *load)
{
	load->n_intervals--;
}

static void interval_off_by_one(struct load_result *load)
{
	load->intervals[1].bytes++;
}

static void huge(struct load_result *load)
{
	load->intervals[0].bytes = UINT64_MAX - 1;
	load->intervals[1].bytes = 1;
	load->bytes.written = UINT64_MAX;
	load->bytes.acked = UINT64_MAX;
	load->bytes.received = UINT64_MAX;
	load->bytes.read = UINT64_MAX;
}

static void no_bytes(struct load_result *load)
{
	load->n_intervals = 0;
	load->bytes.written = 0;
	load->bytes.acked = 0;
	load->bytes.received = 0;
	load->bytes.read = 0;
}

static void some_are_corrupt(struct load_result *load)
{
	load->mode.verify = true;
	load->corrupt_flows = 2;
	load->corruption = (struct load_corruption){
		.flow = 17,
		.way = LOAD_DOWN,
		.offset = UINT64_C(1) << 40,
		.n = 2,
		.expected = { 0x0a, 1 },
		.seen = { 0xf0, 2 },
	};
}

static void all_was_verified(struct load_result *load)
{
	load->mode.verify = true;
}

static const struct {
	void (*change)(struct load_result *load);
	enum verdict verdict;
	const char *what;
} accounts[] = {
	{ nothing, VERDICT_OK,
	  "every flow that came through is exact to the byte" },
	{ all_were_late, VERDICT_OK,
	  "every flow that came through is exact to the byte" },
	{ huge, VERDICT_OK,
	  "every flow that came through is exact to the byte" },
	{ no_bytes, VERDICT_OK,
	  "every flow that came through is exact to the byte" },
	{ one_broke, VERDICT_OK,
	  "every flow that came through is exact to the byte" },
	{ stopped_when_all_was_there, VERDICT_OK,
	  "every flow that came through is exact to the byte" },
	{ all_was_verified, VERDICT_OK,
	  "every flow that came through is exact to the byte" },
	{ some_are_corrupt, VERDICT_FAIL,
	  "flows whose bytes are not those that were sent: 2" },
	{ one_flow_off, VERDICT_FAIL,
	  "flows whose bytes do not add up from end to end: 1" },
	{ far_host_lost_and_one_flow_off, VERDICT_FAIL,
	  "flows whose bytes do not add up from end to end: 1" },
	{ far_host_lost, VERDICT_NOTE,
	  "not compared: the far host was lost before it had told what it counted" },
	{ written_differs, VERDICT_FAIL,
	  "the bytes of all flows together do not add up" },
	{ acked_differs, VERDICT_FAIL,
	  "the bytes of all flows together do not add up" },
	{ some_were_late, VERDICT_FAIL,
	  "the bytes of all flows together do not add up" },
	{ received_differs, VERDICT_FAIL,
	  "the bytes of all flows together do not add up" },
	{ interval_missing, VERDICT_FAIL,
	  "the intervals sum up to 524288000 bytes, 1048576000 were read" },
	{ interval_off_by_one, VERDICT_FAIL,
	  "the intervals sum up to 1048576001 bytes, 1048576000 were read" },
	{ stopped, VERDICT_NOTE,
	  "not compared: the load test was interrupted before its bytes had arrived" },
	{ fired_at_a_server, VERDICT_NOTE,
	  "not compared: the other ends are not the load test's own" },
	{ nobody_came_through, VERDICT_NOTE,
	  "not measured: no flow came through" },
};

static void the_bytes_add_up(void **state)
{
	const struct goal goal = goal_default();

	(void)state;
	for (size_t i = 0; i < LENGTH(accounts); i++) {
		struct host *host = facts_healthy();
		struct finding finding;

		accounts[i].change(facts_load(host, &goal));
		finding = judged_one(ACCOUNTING, host, &goal,
		                     accounts[i].verdict);
		assert_string_equal(finding.what, accounts[i].what);
		host_free(host);
	}
}

/* Content may be corrupt where there are no sums to compare. */
static void content_is_located(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = facts_healthy();
	struct load_result *load = facts_load(host, &goal);
	struct judged judged;

	(void)state;
	some_are_corrupt(load);
	nobody_came_through(load);
	judged_by(rule_by_id(ACCOUNTING), host, &goal, NULL, &judged);
	assert_int_equal(judged.n, 2);
	assert_string_equal(judged.list[0].subject, "content");
	assert_string_equal(
		judged.list[0].why,
		"flow 17 down, byte 1099511627776: 0x0a was sent, 0xf0 was received");
	assert_int_equal(judged.list[0].observed.value, 2);
	assert_int_equal(judged.list[0].needed.value, 0);
	assert_int_equal(judged.list[1].verdict, VERDICT_NOTE);
	host_free(host);
}

static void both_sums_may_be_off(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = facts_healthy();
	struct load_result *load = facts_load(host, &goal);
	struct judged judged;

	(void)state;
	one_flow_off(load);
	interval_missing(load);
	load->deadline = true;
	judged_by(rule_by_id(ACCOUNTING), host, &goal, NULL, &judged);
	assert_int_equal(judged.n, 2);
	assert_string_equal(judged.list[0].subject, "flows");
	assert_string_equal(
		judged.list[0].why,
		"in total 1048576000 written, 1048575999 acked, 1048576000 received, 1048576000 read; a phase ran into its deadline");
	assert_string_equal(judged.list[1].subject, "intervals");
	assert_int_equal(judged.list[1].observed.value, 524288000);
	host_free(host);
}

/* ---- limit ---- */

static const struct {
	struct load_limit limit;
	int64_t somaxconn;
	enum verdict verdict;
	const char *what, *why;
	const char *to; /* of the remedy; NULL: none */
} limits[] = {
	{ .limit = { .burst = 1000, .complete = true },
	  .verdict = VERDICT_OK,
	  .what = "a burst as large as the goal's loses nothing" },
	{ .limit = { .burst = 4097,
	             .complete = true,
	             .bound_by = LOAD_BOUND_SOMAXCONN },
	  .verdict = VERDICT_OK,
	  .what = "a burst as large as the goal's loses nothing" },
	/* the origin */
	{ .limit = { .burst = 129,
	             .complete = true,
	             .bound_by = LOAD_BOUND_SOMAXCONN },
	  .somaxconn = 128,
	  .verdict = VERDICT_FAIL,
	  .what = "the largest burst that loses nothing is 129, the goal's is 1000",
	  .why = "the accept queue was full: net.core.somaxconn caps it",
	  .to = "4096" },
	{ .limit = { .burst = 999,
	             .complete = true,
	             .bound_by = LOAD_BOUND_BACKLOG },
	  .verdict = VERDICT_FAIL,
	  .what = "the largest burst that loses nothing is 999, the goal's is 1000",
	  .why = "the accept queue was full: --backlog asks for no more" },
	{ .limit = { .burst = 6,
	             .complete = true,
	             .bound_by = LOAD_BOUND_LISTENER },
	  .verdict = VERDICT_FAIL,
	  .what = "the largest burst that loses nothing is 6, the goal's is 1000",
	  .why = "the accept queue was full: it has the limit of the listener on --port" },
	{ .limit = { .burst = 6,
	             .complete = true,
	             .bound_by = LOAD_BOUND_SYN_QUEUE },
	  .verdict = VERDICT_FAIL,
	  .what = "the largest burst that loses nothing is 6, the goal's is 1000",
	  .why = "the SYN queue overflowed" },
	{ .limit = { .burst = 6,
	             .complete = true,
	             .bound_by = LOAD_BOUND_RESOURCE,
	             .resource = "RLIMIT_NOFILE" },
	  .verdict = VERDICT_FAIL,
	  .what = "the largest burst that loses nothing is 6, the goal's is 1000",
	  .why = "there is too little of RLIMIT_NOFILE for more" },
	{ .limit = { .complete = true, .bound_by = LOAD_BOUND_UNKNOWN },
	  .verdict = VERDICT_FAIL,
	  .what = "the largest burst that loses nothing is 0, the goal's is 1000",
	  .why = "what it met is not known" },
	/* interrupted: it may be larger, or be enough already */
	{ .limit = { .burst = 129 },
	  .verdict = VERDICT_UNKNOWN,
	  .what = "the largest burst that loses nothing is at least 129, the goal's is 1000",
	  .why = "" },
	{ .limit = { .burst = 1000 },
	  .verdict = VERDICT_OK,
	  .what = "a burst as large as the goal's loses nothing" },
};

static void the_limit_is_at_least_the_burst(void **state)
{
	const struct goal goal = goal_default();

	(void)state;
	for (size_t i = 0; i < LENGTH(limits); i++) {
		struct host *host = facts_healthy();
		struct load_result *load = facts_load(host, &goal);
		struct finding finding;

		load->limit = malloc(sizeof(*load->limit));
		assert_non_null(load->limit);
		*load->limit = limits[i].limit;
		if (limits[i].somaxconn)
			host->ns[0].sysctl[SYSCTL_SOMAXCONN].v[0] =
				limits[i].somaxconn;
		finding = judged_one(LIMIT, host, &goal, limits[i].verdict);
		assert_string_equal(finding.what, limits[i].what);
		if (limits[i].why) {
			assert_string_equal(finding.why, limits[i].why);
			assert_int_equal(finding.observed.value,
			                 limits[i].limit.burst);
			assert_int_equal(finding.needed.value, 1000);
		}
		assert_string_equal(finding.remedy.to,
		                    limits[i].to ? limits[i].to : "");
		host_free(host);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flows_come_through_at_the_first_try),
		cmocka_unit_test(numbers_go_with_the_words),
		cmocka_unit_test(drops_are_of_a_wave),
		cmocka_unit_test(a_schedule_has_no_burst),
		cmocka_unit_test(ports_that_ran_out_are_counted),
		cmocka_unit_test(errors_are_named_by_phase_and_errno),
		cmocka_unit_test(unknown_counters_and_cookies_prove_nothing),
		cmocka_unit_test(a_refusal_fails_with_have_and_need),
		cmocka_unit_test(overflows_are_those_of_the_far_host),
		cmocka_unit_test(a_far_host_that_is_lost_leaves_it_unknown),
		cmocka_unit_test(the_bytes_add_up),
		cmocka_unit_test(content_is_located),
		cmocka_unit_test(both_sums_may_be_off),
		cmocka_unit_test(the_limit_is_at_least_the_burst),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
