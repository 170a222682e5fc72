// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Incidents where more happened than one thing, or nothing at all though the
 * same counters moved; and what must hold for any numbers whatever.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/facts_builder.h"
#include "tests/support/fdcheck.h"
#include "tests/support/incidents.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* --- several at once ------------------------------------------------------ */

static void hot(struct world *world)
{
	see_listener(world, 80, 1000);
}

static void two_hot(struct world *world)
{
	see_listener(world, 80, 300);
	see_listener(world, 81, 100);
}

static void one_healthy(struct world *world)
{
	see_listener(world, 80, 300);
	see_listener(world, 81, 20)->full = 0;
}

static void two_full(struct world *world)
{
	see_listener(world, 80, 300)->drops = (struct fact_u64){ 0 };
	see_listener(world, 81, 300)->drops = (struct fact_u64){ 0 };
}

static void slow_member(struct world *world)
{
	see_listener(world, 80, 120)->first.cookie = 1;
	see_listener(world, 80, 0)->first.cookie = 2;
	see_listener(world, 80, 0)->first.cookie = 3;
}

static void hot_and_gone(struct world *world)
{
	struct seen_listener *listener = see_listener(world, 80, 1000);

	listener->gone_ns = 106 * S;
	listener->seen_ns = 105 * S;
	listener->queue_last = 129;
	listener->owner_died = true;
	see_owner(listener, 42, "iperf");
}

static void starved_and_hot(struct world *world)
{
	struct seen_listener *starved = see_listener(world, 80, 200);

	starved->files_open = starved->files_limit = fact_known(64);
	see_listener(world, 81, 100);
}

static const struct row mixtures[] = {
	{ "two hot listeners",
	  true,
	  { C(LISTEN_OVERFLOWS) = 400, C(LISTEN_DROPS) = 400,
	    C(SYNCOOKIES_RECV) = 400, C(SYNCOOKIES_FAILED) = 40,
	    C(OUT_RSTS) = 40, C(ESTAB_RESETS) = 40 },
	  two_hot,
	  { 29, 40 },
	  "accept-queue-overflow 24..35 likely 0.0.0.0:80, accept-queue-overflow 5..16 likely 0.0.0.0:81" },
	{ "a hot one, and one that was never seen full",
	  true,
	  { C(LISTEN_OVERFLOWS) = 320, C(LISTEN_DROPS) = 320,
	    C(SYNCOOKIES_RECV) = 320, C(SYNCOOKIES_FAILED) = 40,
	    C(OUT_RSTS) = 40, C(ESTAB_RESETS) = 40 },
	  one_healthy,
	  { 35, 40 },
	  "accept-queue-overflow 35..39 likely 0.0.0.0:80, accept-queue-overflow 0..5 possible 0.0.0.0:81" },
	{ "two that were full, drops not known",
	  true,
	  { C(LISTEN_OVERFLOWS) = 320, C(LISTEN_DROPS) = 320,
	    C(SYNCOOKIES_FAILED) = 40, C(OUT_RSTS) = 40, C(ESTAB_RESETS) = 40 },
	  two_full,
	  { 26, 40 },
	  "accept-queue-overflow 13..27 likely 0.0.0.0:80, accept-queue-overflow 13..27 likely 0.0.0.0:81" },
	{ "a group with one slow member",
	  true,
	  { C(LISTEN_OVERFLOWS) = 120, C(LISTEN_DROPS) = 120,
	    C(SYNCOOKIES_RECV) = 40, C(SYNCOOKIES_FAILED) = 12,
	    C(OUT_RSTS) = 12, C(ESTAB_RESETS) = 12, C(SYN_RETRANS) = 80 },
	  slow_member,
	  { 12, 12 },
	  "accept-queue-overflow 12 certain 0.0.0.0:80" },
	{ "eager clients, and refused ones",
	  true,
	  { C(LISTEN_OVERFLOWS) = 1000, C(LISTEN_DROPS) = 1000,
	    C(SYNCOOKIES_FAILED) = 436, C(OUT_RSTS) = 443,
	    C(ESTAB_RESETS) = 436, C(ATTEMPT_FAILS) = 7, C(SYN_RETRANS) = 871 },
	  hot,
	  { 443, 443 },
	  "accept-queue-overflow 436 certain 0.0.0.0:80, refused 7 likely" },
	{ "eager clients, and unread data",
	  true,
	  { C(LISTEN_OVERFLOWS) = 1000, C(LISTEN_DROPS) = 1000,
	    C(SYNCOOKIES_FAILED) = 50, C(OUT_RSTS) = 80, C(ABORT_ON_CLOSE) = 30,
	    C(ESTAB_RESETS) = 110, C(SYN_RETRANS) = 871 },
	  hot,
	  { 80, 110 },
	  "accept-queue-overflow 50 certain 0.0.0.0:80, peer-closed-unread 30 certain" },
	{ "the origin, and its server died",
	  true,
	  { C(LISTEN_OVERFLOWS) = 1000, C(LISTEN_DROPS) = 1000,
	    C(SYNCOOKIES_RECV) = 436, C(SYNCOOKIES_FAILED) = 436,
	    C(OUT_RSTS) = 436 + 129 + 20, C(ABORT_ON_CLOSE) = 20,
	    C(ESTAB_RESETS) = 436 + 2 * 129 + 2 * 20, C(SYN_RETRANS) = 871 },
	  hot_and_gone,
	  { 585, 734 },
	  "accept-queue-overflow 436 certain 0.0.0.0:80, listener-closed 129 likely 0.0.0.0:80, peer-closed-unread 20 certain" },
	{ "unread data, aborts and refusals",
	  true,
	  { C(ABORT_ON_CLOSE) = 3, C(ABORT_ON_LINGER) = 2, C(OUT_RSTS) = 10,
	    C(ATTEMPT_FAILS) = 5, C(ESTAB_RESETS) = 8 },
	  NULL,
	  { 10, 13 },
	  "refused 5 likely, peer-closed-unread 3 certain, app-abort 2 certain" },
	{ "unread data, refusals and delays",
	  true,
	  { C(LISTEN_OVERFLOWS) = 10, C(LISTEN_DROPS) = 10, C(SYN_RETRANS) = 10,
	    C(ABORT_ON_CLOSE) = 6, C(OUT_RSTS) = 11, C(ATTEMPT_FAILS) = 5,
	    C(ESTAB_RESETS) = 12 },
	  hot,
	  { 11, 17 },
	  "peer-closed-unread 6 certain, refused 5 likely, accept-queue-overflow 0 certain 0.0.0.0:80" },
	{ "refused, and written to after the peer had closed",
	  true,
	  { C(OUT_RSTS) = 10, C(ATTEMPT_FAILS) = 5, C(ESTAB_RESETS) = 5 },
	  NULL,
	  { 10, 10 },
	  "peer-closed 5 likely, refused 5 likely" },
	{ "timeouts of both kinds",
	  true,
	  { C(ABORT_ON_TIMEOUT) = 9, C(ATTEMPT_FAILS) = 4, C(ESTAB_RESETS) = 5,
	    C(SYN_RETRANS) = 8, C(TIMEOUTS) = 60 },
	  hot,
	  { 9, 9 },
	  "user-timeout 5 likely, syn-lost 4 likely" },
	{ "refused, and given up",
	  true,
	  { C(OUT_RSTS) = 5, C(ATTEMPT_FAILS) = 5, C(ABORT_ON_TIMEOUT) = 6,
	    C(ESTAB_RESETS) = 6 },
	  hot,
	  { 11, 11 },
	  "user-timeout 6 likely, refused 5 likely" },
	{ "SYNs lost elsewhere while a queue delayed others",
	  true,
	  { C(LISTEN_OVERFLOWS) = 871, C(LISTEN_DROPS) = 871,
	    C(SYN_RETRANS) = 871 + 50, C(ATTEMPT_FAILS) = 5,
	    C(ABORT_ON_TIMEOUT) = 5 },
	  hot,
	  { 5, 5 },
	  "accept-queue-overflow 0..5 possible 0.0.0.0:80, syn-lost 0..5 possible" },
	{ "eager clients, and a firewall",
	  true,
	  { C(LISTEN_OVERFLOWS) = 100, C(LISTEN_DROPS) = 100,
	    C(SYNCOOKIES_FAILED) = 40, C(OUT_RSTS) = 40, C(ESTAB_RESETS) = 40,
	    C(ATTEMPT_FAILS) = 5 },
	  hot,
	  { 45, 45 },
	  "accept-queue-overflow 40 certain 0.0.0.0:80, firewall-reject 5 likely" },
	{ "attempts that all timed out, and resets",
	  false,
	  { C(ABORT_ON_TIMEOUT) = 5, C(ATTEMPT_FAILS) = 5, C(SYN_RETRANS) = 10,
	    C(OUT_RSTS) = 2, C(ESTAB_RESETS) = 3 },
	  NULL,
	  { 7, 10 },
	  "syn-lost 5 likely, app-abort 0..2 possible, listener-closed 0..2 possible, peer-closed 0..2 possible, refused 0..2 possible, socket-destroyed 0..2 possible" },
	{ "SYNs dropped by a queue, and closed peers",
	  true,
	  { C(LISTEN_OVERFLOWS) = 1000, C(LISTEN_DROPS) = 1000,
	    C(SYN_RETRANS) = 1000, C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 7 },
	  hot,
	  { 7, 7 },
	  "peer-closed 7 likely, accept-queue-overflow 0 certain 0.0.0.0:80" },
	{ "a starved server and a slow one",
	  true,
	  { C(LISTEN_OVERFLOWS) = 300, C(LISTEN_DROPS) = 300,
	    C(SYNCOOKIES_FAILED) = 30, C(OUT_RSTS) = 30, C(ESTAB_RESETS) = 30,
	    C(SYN_RETRANS) = 300 },
	  starved_and_hot,
	  { 21, 30 },
	  "descriptors-exhausted 15..24 likely 0.0.0.0:80, accept-queue-overflow 6..15 likely 0.0.0.0:81" },
};

static void test_mixtures(void **state)
{
	(void)state;
	incident_rows(mixtures, LENGTH(mixtures));
}

/* --- innocent ------------------------------------------------------------- */

static void quiet(struct world *world)
{
	see_listener(world, 80, 0);
}

/* Repeated SYNs and bare ACKs count as drops of a listener, too. */
static void drops_only(struct world *world)
{
	see_listener(world, 80, 24)->full = 0;
}

static void was_full(struct world *world)
{
	see_listener(world, 80, 0)->full = 5;
}

static void cookies_always(struct world *world)
{
	world->after->ns[0].sysctl[SYSCTL_SYNCOOKIES].v[0] = 2;
	see_listener(world, 80, 0);
}

static void drops_before(struct world *world)
{
	facts_listener(world->before, 80, 128)->drops = fact_known(500);
	facts_listener(world->after, 80, 128)->drops = fact_known(500);
}

static void log_before(struct world *world)
{
	for (int i = 0; i < 2; i++) {
		struct host *host = i ? world->after : world->before;
		struct kmsg_facts *kmsg = &host->kmsg;

		kmsg->events[kmsg->n_events++] = (struct kmsg_event){
			.kind = KMSG_CONNTRACK_FULL,
			.count = 3,
			.last_us = 5,
		};
	}
}

static void cpus_dropped(struct world *world)
{
	world->after->softnet.dropped = fact_known(40);
}

static void no_softnet(struct world *world)
{
	world->after->softnet.dropped.state = FACT_ABSENT;
}

static void tracked_before(struct world *world)
{
	world->before->ns[0].conntrack.drops = fact_known(9);
	world->after->ns[0].conntrack.drops = fact_known(9);
}

static void no_conntrack(struct world *world)
{
	world->after->ns[0].conntrack.drops.state = FACT_ABSENT;
}

static void used_again(struct world *world)
{
	world->after->ns[0].ports.usable = fact_known(4);
	world->after->ns[0].sockstat.time_wait = fact_known(4);
}

/* Nothing failed, and nobody is to blame. */
#define INNOCENT(name, also, ...)                                              \
	{                                                                      \
		name, true, { __VA_ARGS__ }, also, { 0, 0 }, ""                \
	}

static const struct row controls[] = {
	INNOCENT("nothing", quiet, 0),
	INNOCENT("opened and closed", quiet, C(ACTIVE_OPENS) = 8,
	         C(PASSIVE_OPENS) = 8),
	INNOCENT("cookies without loss", quiet, C(SYNCOOKIES_SENT) = 80,
	         C(SYNCOOKIES_RECV) = 80, C(REQ_Q_FULL_DO_COOKIES) = 80),
	INNOCENT("cookies for every SYN", cookies_always,
	         C(SYNCOOKIES_SENT) = 80, C(SYNCOOKIES_RECV) = 80,
	         C(REQ_Q_FULL_DO_COOKIES) = 80),
	INNOCENT("cookies for SYNs that were a scan", quiet,
	         C(SYNCOOKIES_SENT) = 80, C(REQ_Q_FULL_DO_COOKIES) = 80),
	INNOCENT("SYN-ACKs sent again on a healthy queue", quiet,
	         C(SYN_RETRANS) = 24, C(TIMEOUTS) = 24, C(RETRANS_SEGS) = 24),
	INNOCENT("SYNs repeated, and counted as drops of the listener",
	         drops_only, C(SYN_RETRANS) = 24, C(TIMEOUTS) = 24),
	INNOCENT("TCP_DEFER_ACCEPT", drops_only, C(DEFER_ACCEPT_DROP) = 24),
	INNOCENT("a queue that was just full", was_full, 0),
	INNOCENT("half-open ones that their clients gave up", quiet,
	         C(EMBRYONIC_RSTS) = 8, C(ATTEMPT_FAILS) = 8),
	INNOCENT("challenge ACKs", quiet, C(CHALLENGE_ACK) = 5,
	         C(SYN_CHALLENGE) = 5, C(IN_ERRS) = 5),
	INNOCENT("keepalive that was answered", quiet, C(KEEP_ALIVE) = 50),
	INNOCENT("packets lost and sent again", quiet, C(RETRANS_SEGS) = 90,
	         C(FAST_RETRANS) = 60, C(LOSS_PROBES) = 30),
	INNOCENT("the same, and no softnet", no_softnet, C(RETRANS_SEGS) = 90,
	         C(FAST_RETRANS) = 60),
	INNOCENT("CPUs dropped somebody else's packets", cpus_dropped, 0),
	INNOCENT("TIME_WAIT used again", used_again, C(TW_RECYCLED) = 4),
	INNOCENT("TIME_WAIT skipped, and nobody hurt", quiet,
	         C(TW_RECYCLED) = 1),
	INNOCENT("memory pressure that nobody noticed", quiet,
	         C(MEMORY_PRESSURES) = 3),
	INNOCENT("a receive queue that was full", quiet, C(RCVQ_DROP) = 3),
	INNOCENT("UDP that nobody listened to", quiet, C(ICMP_IN_UNREACHS) = 8,
	         C(ICMP_OUT_UNREACHS) = 8),
	INNOCENT("packets for other addresses", quiet, C(IN_ADDR_ERRORS) = 8),
	INNOCENT("no route for UDP", quiet, C(OUT_NO_ROUTES) = 8),
	INNOCENT("drops of long ago", drops_before, 0),
	INNOCENT("the log of long ago", log_before, 0),
	INNOCENT("conntrack drops of long ago", tracked_before, 0),
	INNOCENT("no conntrack", no_conntrack, 0),
	INNOCENT("drops of a firewall, not of a queue", quiet,
	         C(LISTEN_DROPS) = 5),
	/* what a prober sees, and what a client does on purpose */
	{ "refused probes",
	  true,
	  { C(OUT_RSTS) = 20, C(ATTEMPT_FAILS) = 20 },
	  quiet,
	  { 20, 20 },
	  "refused 20 likely" },
	{ "a port scan from outside",
	  false,
	  { C(OUT_RSTS) = 20 },
	  quiet,
	  { 0, 20 },
	  "peer-closed 0..20 possible, refused 0..20 possible" },
	{ "clients that reset on purpose",
	  true,
	  { C(ABORT_ON_DATA) = 8, C(OUT_RSTS) = 8, C(ESTAB_RESETS) = 16 },
	  quiet,
	  { 8, 16 },
	  "app-abort 8 likely" },
	{ "a firewall, and a queue that was never full",
	  true,
	  { C(ATTEMPT_FAILS) = 6 },
	  quiet,
	  { 6, 6 },
	  "firewall-reject 6 likely" },
	{ "SYNs lost, and a queue that was never full",
	  true,
	  { C(ATTEMPT_FAILS) = 6, C(ABORT_ON_TIMEOUT) = 6,
	    C(SYN_RETRANS) = 12 },
	  quiet,
	  { 6, 6 },
	  "syn-lost 6 likely" },
	{ "a cookie that failed, and no overflow",
	  true,
	  { C(SYNCOOKIES_SENT) = 8, C(SYNCOOKIES_FAILED) = 2, C(OUT_RSTS) = 2 },
	  quiet,
	  { 0, 0 },
	  "" },
};

static void test_controls(void **state)
{
	(void)state;
	incident_rows(controls, LENGTH(controls));
}

/* --- any numbers whatever ------------------------------------------------- */

/* Mostly few, often none, sometimes absurdly many. */
static uint64_t any_count(unsigned int *seed)
{
	const int kind = rand_r(seed) % 16;

	if (kind < 8)
		return 0;
	if (kind == 15)
		return (UINT64_C(1) << 40) + (uint64_t)rand_r(seed);
	return (uint64_t)rand_r(seed) % 50;
}

static void any_listeners(struct world *world, unsigned int *seed)
{
	for (int i = rand_r(seed) % 4; i > 0; i--) {
		struct seen_listener *listener = see_listener(
			world, (uint16_t)(79 + i), (uint32_t)any_count(seed));

		see_owner(listener, 40 + i, "server");
		listener->gone_ns = rand_r(seed) % 2 ? 105 * S : 0;
		listener->queue_last = (uint32_t)(rand_r(seed) % 200);
		listener->owner_died = rand_r(seed) % 2;
		if (rand_r(seed) % 2)
			listener->files_open = listener->files_limit =
				fact_known(64);
	}
}

static void any_resets(struct world *world, unsigned int *seed)
{
	static const char *const reasons[] = {
		"TCP_ABORT_ON_CLOSE",
		"TCP_ABORT_ON_DATA",
		"TCP_ABORT_ON_LINGER",
		"TCP_ABORT_ON_MEMORY",
		"TCP_KEEPALIVE_TIMEOUT",
		"TCP_TIMEWAIT_SOCKET",
		"NO_SOCKET",
		"TCP_FLAGS",
		"INVALID_SYN",
		"TCP_STATE",
		"",
		"TCP_NEW_ONE",
	};

	for (int i = rand_r(seed) % 20; i > 0; i--) {
		struct seen_reset reset = {
			.at_ns = (uint64_t)(100 + rand_r(seed) % 10) * S,
			.tuple = { .sport = (uint16_t)(80 + rand_r(seed) % 3),
			           .dport = (uint16_t)(80 + rand_r(seed) % 3) },
			.active = rand_r(seed) % 2,
			.received = rand_r(seed) % 4 == 0,
			.state = (uint8_t)(rand_r(seed) % 13),
			.pid = 40 + rand_r(seed) % 4,
		};

		(void)snprintf(reset.reason, sizeof(reset.reason), "%s",
		               reasons[(size_t)rand_r(seed) % LENGTH(reasons)]);
		see_resets(world, (size_t)(1 + rand_r(seed) % 9), &reset);
	}
}

static void any_ends(struct world *world, unsigned int *seed)
{
	for (int i = rand_r(seed) % 10; i > 0; i--)
		see_ends(world, (size_t)(rand_r(seed) % 9),
		         &(struct seen_end){
				 .at_ns = (uint64_t)(100 + rand_r(seed) % 10) *
		                          S,
				 .tuple = { .sport = (uint16_t)(80 +
		                                                rand_r(seed) %
		                                                        3),
		                            .dport = (uint16_t)(80 +
		                                                rand_r(seed) %
		                                                        3) },
				 .bytes_acked = (uint64_t)(rand_r(seed) % 3),
				 .retransmits = (uint8_t)(rand_r(seed) % 20) });
}

static void any_world(struct world *world, unsigned int *seed)
{
	uint64_t count[COUNTER_COUNT];

	for (size_t i = 0; i < COUNTER_COUNT; i++)
		count[i] = any_count(seed);
	world_make(world, count, rand_r(seed) % 2);
	world->after->ns[0].sysctl[SYSCTL_ABORT_ON_OVERFLOW].v[0] =
		rand_r(seed) % 2;
	world->after->ns[0].sysctl[SYSCTL_SYNCOOKIES].v[0] = rand_r(seed) % 3;
	if (rand_r(seed) % 3)
		any_listeners(world, seed);
	if (rand_r(seed) % 3 == 0)
		any_resets(world, seed);
	if (rand_r(seed) % 3 == 0)
		any_ends(world, seed);
	if (rand_r(seed) % 4 == 0)
		see_error(world, "ECONNRESET", any_count(seed));
	if (rand_r(seed) % 4 == 0)
		see_error(world, "EMFILE", any_count(seed));
	if (rand_r(seed) % 8 == 0)
		world->after->ns[0]
			.counter[rand_r(seed) % COUNTER_COUNT]
			.state = FACT_DENIED;
}

static void check_sums(const struct result *result, unsigned int seed)
{
	unsigned __int128 least = 0;

	for (size_t i = 0; i < result->n; i++) {
		const struct cause_found *found = &result->list[i];

		least += found->min;
		if (!found->what[0] ||
		    (!found->n_evidence &&
		     strcmp(found->cause->id, "unexplained") != 0) ||
		    found->min > found->max)
			fail_msg("seed %u: %s", seed, found->cause->id);
		if (found->confidence == CONFIDENCE_CERTAIN && found->max &&
		    !found->min)
			fail_msg("seed %u: %s is certain of nothing", seed,
			         found->cause->id);
	}
	if (least > result->failed.max ||
	    result->failed.min > result->failed.max)
		fail_msg("seed %u: more is explained than failed", seed);
}

static void test_sums(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 5000; i++) {
		struct result result;
		struct world world;
		unsigned int seed = i;

		any_world(&world, &seed);
		result = incident_result(&world);
		check_sums(&result, i);
		world_done(&world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mixtures),
		cmocka_unit_test(test_controls),
		cmocka_unit_test(test_sums),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
