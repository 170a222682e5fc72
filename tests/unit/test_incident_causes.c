// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The causes of failed connections, one by one. A row is what the kernel
 * counts when that happens to some connections (measured; both ends together
 * where both are here), what else was seen, and what must be said of it: what
 * cannot be told apart is a set of possible causes, never a wrong name.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/fdcheck.h"
#include "tests/support/incidents.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* --- accept queue --------------------------------------------------------- */

static void hot_80(struct world *world)
{
	see_owner(see_listener(world, 80, 1000), 42, "iperf");
}

static void hot_80_late(struct world *world)
{
	/* as many ACKs, counted twice */
	see_owner(see_listener(world, 80, 60), 42, "iperf");
}

static void late_phantoms(struct world *world)
{
	hot_80_late(world);
	see_ends(world, 10,
	         &(struct seen_end){ .tuple = { .family = AF_INET,
	                                        .sport = 40000,
	                                        .dport = 80 },
	                             .bytes_acked = 1,
	                             .total_retrans = 5 });
}

static void late_traced(struct world *world)
{
	hot_80_late(world);
	see_resets(
		world, 10,
		&(struct seen_reset){ .tuple = { .sport = 80, .dport = 40000 },
	                              .state = TCP_LISTEN,
	                              .reason = "TCP_FLAGS" });
}

static void stall_80(struct world *world)
{
	see_listener(world, 80, 20);
}

static void abort_80(struct world *world)
{
	world->after->ns[0].sysctl[SYSCTL_ABORT_ON_OVERFLOW].v[0] = 1;
	see_listener(world, 80, 38);
}

static void starved_80(struct world *world)
{
	struct seen_listener *listener = see_listener(world, 80, 1000);

	see_owner(listener, 42, "slow");
	listener->files_open = fact_known(64);
	listener->files_limit = fact_known(64);
}

static void said_430(struct world *world)
{
	hot_80(world);
	see_error(world, "ECONNRESET", 430);
}

static const struct row accept_rows[] = {
	{ "the origin: an eager client and cookies",
	  true,
	  { C(LISTEN_OVERFLOWS) = 1000, C(LISTEN_DROPS) = 1000,
	    C(SYNCOOKIES_SENT) = 800, C(SYNCOOKIES_RECV) = 800,
	    C(SYNCOOKIES_FAILED) = 436, C(OUT_RSTS) = 436,
	    C(ESTAB_RESETS) = 436, C(SYN_RETRANS) = 871 },
	  hot_80,
	  { 436, 436 },
	  "accept-queue-overflow 436 certain 0.0.0.0:80" },
	{ "the same, not known to be over loopback",
	  false,
	  { C(LISTEN_OVERFLOWS) = 1000, C(LISTEN_DROPS) = 1000,
	    C(SYNCOOKIES_RECV) = 800, C(SYNCOOKIES_FAILED) = 436,
	    C(OUT_RSTS) = 436, C(ESTAB_RESETS) = 436, C(SYN_RETRANS) = 871 },
	  hot_80,
	  { 436, 872 },
	  "accept-queue-overflow 436 certain 0.0.0.0:80" },
	{ "the same, and the command counted",
	  true,
	  { C(LISTEN_OVERFLOWS) = 1000, C(LISTEN_DROPS) = 1000,
	    C(SYNCOOKIES_RECV) = 800, C(SYNCOOKIES_FAILED) = 436,
	    C(OUT_RSTS) = 436, C(ESTAB_RESETS) = 436, C(SYN_RETRANS) = 871 },
	  said_430,
	  { 430, 436 },
	  "accept-queue-overflow 430..436 likely 0.0.0.0:80" },
	{ "connects that gave up",
	  true,
	  { C(LISTEN_OVERFLOWS) = 20, C(LISTEN_DROPS) = 20, C(SYN_RETRANS) = 10,
	    C(ATTEMPT_FAILS) = 10, C(ABORT_ON_TIMEOUT) = 10, C(TIMEOUTS) = 20 },
	  stall_80,
	  { 10, 10 },
	  "accept-queue-overflow 10 certain 0.0.0.0:80" },
	{ "connects that were delayed",
	  true,
	  { C(LISTEN_OVERFLOWS) = 20, C(LISTEN_DROPS) = 20, C(SYN_RETRANS) = 20,
	    C(TIMEOUTS) = 20 },
	  stall_80,
	  { 0, 0 },
	  "accept-queue-overflow 0 certain 0.0.0.0:80" },
	{ "expired half-open ones, nobody traced",
	  true,
	  { C(LISTEN_OVERFLOWS) = 30, C(LISTEN_DROPS) = 30,
	    C(SYN_CHALLENGE) = 20, C(CHALLENGE_ACK) = 20, C(SYN_RETRANS) = 20,
	    C(OUT_RSTS) = 10, C(ESTAB_RESETS) = 10 },
	  hot_80_late,
	  { 5, 10 },
	  "accept-queue-overflow 0..10 possible 0.0.0.0:80, peer-closed 0..10 possible" },
	{ "the same, their clients got nothing through",
	  true,
	  { C(LISTEN_OVERFLOWS) = 30, C(LISTEN_DROPS) = 30,
	    C(SYN_CHALLENGE) = 20, C(CHALLENGE_ACK) = 20, C(SYN_RETRANS) = 20,
	    C(OUT_RSTS) = 10, C(ESTAB_RESETS) = 10 },
	  late_phantoms,
	  { 10, 10 },
	  "accept-queue-overflow 10 certain 0.0.0.0:80" },
	{ "the same, traced",
	  true,
	  { C(LISTEN_OVERFLOWS) = 30, C(LISTEN_DROPS) = 30,
	    C(SYN_CHALLENGE) = 20, C(CHALLENGE_ACK) = 20, C(SYN_RETRANS) = 20,
	    C(OUT_RSTS) = 10, C(ESTAB_RESETS) = 10 },
	  late_traced,
	  { 10, 10 },
	  "accept-queue-overflow 10 certain 0.0.0.0:80" },
	{ "tcp_abort_on_overflow",
	  true,
	  { C(LISTEN_OVERFLOWS) = 19, C(LISTEN_DROPS) = 19,
	    C(EMBRYONIC_RSTS) = 19, C(OUT_RSTS) = 38, C(ESTAB_RESETS) = 19 },
	  abort_80,
	  { 19, 19 },
	  "accept-queue-overflow 19 certain 0.0.0.0:80" },
	{ "tcp_abort_on_overflow, one end here",
	  false,
	  { C(LISTEN_OVERFLOWS) = 19, C(LISTEN_DROPS) = 19,
	    C(EMBRYONIC_RSTS) = 19, C(OUT_RSTS) = 38 },
	  abort_80,
	  { 19, 38 },
	  "accept-queue-overflow 19 certain 0.0.0.0:80, peer-closed 0..19 possible, refused 0..19 possible" },
	{ "no listener is known",
	  true,
	  { C(LISTEN_OVERFLOWS) = 5, C(LISTEN_DROPS) = 5,
	    C(SYNCOOKIES_FAILED) = 3, C(OUT_RSTS) = 3, C(ESTAB_RESETS) = 3 },
	  NULL,
	  { 3, 3 },
	  "accept-queue-overflow 3 certain" },
	{ "its owner has no descriptor left",
	  true,
	  { C(LISTEN_OVERFLOWS) = 1000, C(LISTEN_DROPS) = 1000,
	    C(SYNCOOKIES_RECV) = 800, C(SYNCOOKIES_FAILED) = 40,
	    C(OUT_RSTS) = 40, C(ESTAB_RESETS) = 40, C(SYN_RETRANS) = 871 },
	  starved_80,
	  { 40, 40 },
	  "descriptors-exhausted 40 certain 0.0.0.0:80" },
};

static void test_accept(void **state)
{
	(void)state;
	incident_rows(accept_rows, LENGTH(accept_rows));
}

/* --- one cause each ------------------------------------------------------- */

static void tr(struct world *world, size_t n, const char *reason,
               uint8_t tcp_state, bool active, bool by_client)
{
	struct seen_reset reset = {
		.tuple = { .sport = by_client ? 40000 : 80,
		           .dport = by_client ? 80 : 40000 },
		.state = tcp_state,
		.active = active,
		.pid = active ? 42 : 0,
		.comm = "server",
	};

	see_listener(world, 80, 0);
	(void)snprintf(reset.reason, sizeof(reset.reason), "%s", reason);
	see_resets(world, n, &reset);
}

#define TRACED(name, n, reason, state, active, by_client)                      \
	static void name(struct world *world)                                  \
	{                                                                      \
		tr(world, n, reason, state, active, by_client);                \
	}

TRACED(tr_unread, 7, "TCP_ABORT_ON_CLOSE", TCP_CLOSE, true, false)
TRACED(tr_late_data, 7, "TCP_ABORT_ON_DATA", TCP_CLOSE, false, false)
TRACED(tr_linger0, 7, "TCP_STATE", TCP_CLOSE, true, false)
TRACED(tr_client, 7, "TCP_STATE", TCP_CLOSE, true, true)
TRACED(tr_timewait, 7, "TCP_TIMEWAIT_SOCKET", TCP_TIME_WAIT, false, false)
TRACED(tr_destroyed, 7, "TCP_STATE", TCP_ESTABLISHED, true, false)
TRACED(tr_keepalive, 7, "TCP_KEEPALIVE_TIMEOUT", TCP_ESTABLISHED, true, false)
TRACED(tr_nosocket, 7, "NO_SOCKET", 0, false, false)

static void gone_80(struct world *world)
{
	struct seen_listener *listener = see_listener(world, 80, 0);

	listener->gone_ns = 105 * S;
	listener->queue_last = 7;
	see_owner(listener, 42, "server");
}

static void died_80(struct world *world)
{
	gone_80(world);
	world->seen->listeners[0].queue_last = 0;
	world->seen->listeners[0].owner_died = true;
}

static void passive(struct world *world)
{
	world->after->ns[0].counter[COUNTER_PASSIVE_OPENS].value += 7;
}

static void log_orphans(struct world *world)
{
	struct kmsg_facts *kmsg = &world->after->kmsg;

	kmsg->events[kmsg->n_events++] = (struct kmsg_event){
		.kind = KMSG_ORPHANS,
		.count = 3,
		.last_us = UINT64_C(100000000001),
	};
}

static const struct row rows[] = {
	{ "nothing", true, { 0 }, NULL, { 0, 0 }, "" },
	{ "refused",
	  true,
	  { C(OUT_RSTS) = 7, C(ATTEMPT_FAILS) = 7 },
	  NULL,
	  { 7, 7 },
	  "refused 7 likely" },
	{ "refused, traced",
	  true,
	  { C(OUT_RSTS) = 7, C(ATTEMPT_FAILS) = 7 },
	  tr_nosocket,
	  { 7, 7 },
	  "refused 7 certain 0.0.0.0:80" },
	{ "refused, ends not known",
	  false,
	  { C(OUT_RSTS) = 7, C(ATTEMPT_FAILS) = 7 },
	  NULL,
	  { 7, 7 },
	  "refused 7 likely" },
	{ "refused by another host",
	  false,
	  { C(ATTEMPT_FAILS) = 7 },
	  NULL,
	  { 7, 7 },
	  "firewall-reject 0..7 possible, refused 0..7 possible" },
	{ "refused here, from another host",
	  false,
	  { C(OUT_RSTS) = 7 },
	  NULL,
	  { 0, 7 },
	  "peer-closed 0..7 possible, refused 0..7 possible" },
	{ "unread",
	  true,
	  { C(ABORT_ON_CLOSE) = 7, C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 14 },
	  NULL,
	  { 7, 14 },
	  "peer-closed-unread 7 certain" },
	{ "unread, traced",
	  true,
	  { C(ABORT_ON_CLOSE) = 7, C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 14 },
	  tr_unread,
	  { 7, 14 },
	  "peer-closed-unread 7 certain 0.0.0.0:80" },
	{ "unread, one end",
	  false,
	  { C(ABORT_ON_CLOSE) = 7, C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 7 },
	  NULL,
	  { 7, 14 },
	  "peer-closed-unread 7 certain" },
	{ "peer closed",
	  true,
	  { C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 7 },
	  NULL,
	  { 7, 7 },
	  "peer-closed 7 likely" },
	{ "peer closed, traced",
	  true,
	  { C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 7 },
	  tr_timewait,
	  { 7, 7 },
	  "peer-closed 7 certain 0.0.0.0:80" },
	{ "peer closed, late data",
	  true,
	  { C(ABORT_ON_DATA) = 7, C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 7 },
	  NULL,
	  { 4, 7 },
	  "app-abort 0..7 possible, peer-closed 0..7 possible" },
	{ "peer closed, late data, traced",
	  true,
	  { C(ABORT_ON_DATA) = 7, C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 7 },
	  tr_late_data,
	  { 7, 7 },
	  "peer-closed 7 certain 0.0.0.0:80" },
	{ "late data, one end",
	  false,
	  { C(ABORT_ON_DATA) = 7, C(OUT_RSTS) = 7 },
	  NULL,
	  { 7, 7 },
	  "peer-closed 7 likely" },
	{ "linger 0",
	  true,
	  { C(ABORT_ON_DATA) = 7, C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 14 },
	  NULL,
	  { 7, 14 },
	  "app-abort 7 likely" },
	{ "linger 0, traced",
	  true,
	  { C(ABORT_ON_DATA) = 7, C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 14 },
	  tr_linger0,
	  { 7, 14 },
	  "app-abort 7 certain 0.0.0.0:80" },
	{ "linger 0 by the client, traced",
	  true,
	  { C(ABORT_ON_DATA) = 7, C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 14 },
	  tr_client,
	  { 7, 14 },
	  "client-reset 7 certain 0.0.0.0:80" },
	{ "linger 0, one end",
	  false,
	  { C(ABORT_ON_DATA) = 7, C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 7 },
	  NULL,
	  { 4, 14 },
	  "app-abort 0..7 possible, peer-closed 0..7 possible" },
	{ "linger2",
	  true,
	  { C(ABORT_ON_LINGER) = 7, C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 7 },
	  NULL,
	  { 7, 7 },
	  "app-abort 7 certain" },
	{ "AF_UNSPEC",
	  true,
	  { C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 14 },
	  NULL,
	  { 7, 14 },
	  "app-abort 0..7 possible, listener-closed 0..7 possible, socket-destroyed 0..7 possible" },
	{ "AF_UNSPEC, traced",
	  true,
	  { C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 14 },
	  tr_linger0,
	  { 7, 14 },
	  "app-abort 7 certain 0.0.0.0:80" },
	{ "destroyed, traced",
	  true,
	  { C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 14 },
	  tr_destroyed,
	  { 7, 14 },
	  "socket-destroyed 7 certain 0.0.0.0:80" },
	{ "queue of a listener that went",
	  true,
	  { C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 14 },
	  gone_80,
	  { 7, 14 },
	  "listener-closed 7 likely 0.0.0.0:80" },
	{ "queue of a listener that went, one end",
	  false,
	  { C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 7 },
	  gone_80,
	  { 7, 14 },
	  "listener-closed 7 likely 0.0.0.0:80" },
	{ "process died, unread",
	  true,
	  { C(ABORT_ON_CLOSE) = 7, C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 14 },
	  died_80,
	  { 7, 14 },
	  "peer-closed-unread 7 certain" },
	{ "process died, fin",
	  true,
	  { C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 7 },
	  died_80,
	  { 7, 7 },
	  "peer-closed 7 likely" },
	{ "process died, nothing", true, { 0 }, died_80, { 0, 0 }, "" },
	{ "client reset, one end",
	  false,
	  { C(ESTAB_RESETS) = 7 },
	  passive,
	  { 7, 7 },
	  "client-reset 7 likely" },
	{ "reset from outside",
	  false,
	  { C(ESTAB_RESETS) = 7 },
	  NULL,
	  { 4, 7 },
	  "unexplained 4..7 possible" },
	{ "memory",
	  true,
	  { C(ABORT_ON_MEMORY) = 7, C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 7,
	    C(MEMORY_PRESSURES) = 1 },
	  NULL,
	  { 7, 7 },
	  "memory-pressure 7 likely" },
	{ "orphans",
	  true,
	  { C(ABORT_ON_MEMORY) = 7, C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 7 },
	  log_orphans,
	  { 7, 7 },
	  "orphan-limit 7 likely" },
	{ "memory or orphans",
	  true,
	  { C(ABORT_ON_MEMORY) = 7, C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 7 },
	  NULL,
	  { 4, 7 },
	  "memory-pressure 0..7 possible, orphan-limit 0..7 possible" },
	{ "rto",
	  true,
	  { C(ABORT_ON_TIMEOUT) = 7, C(ESTAB_RESETS) = 7, C(RETRANS_SEGS) = 30,
	    C(TIMEOUTS) = 30 },
	  NULL,
	  { 4, 7 },
	  "timeout 0..7 possible, user-timeout 0..7 possible" },
	{ "user timeout, watched",
	  true,
	  { C(ABORT_ON_TIMEOUT) = 7, C(ESTAB_RESETS) = 7, C(RETRANS_SEGS) = 30,
	    C(TIMEOUTS) = 30 },
	  hot_80,
	  { 7, 7 },
	  "user-timeout 7 likely" },
	{ "keepalive",
	  true,
	  { C(ABORT_ON_TIMEOUT) = 7, C(ESTAB_RESETS) = 14, C(OUT_RSTS) = 7,
	    C(KEEP_ALIVE) = 21 },
	  NULL,
	  { 7, 14 },
	  "keepalive 7 likely" },
	{ "keepalive, traced",
	  true,
	  { C(ABORT_ON_TIMEOUT) = 7, C(ESTAB_RESETS) = 14, C(OUT_RSTS) = 7,
	    C(KEEP_ALIVE) = 21 },
	  tr_keepalive,
	  { 7, 14 },
	  "keepalive 7 certain 0.0.0.0:80" },
	{ "syn lost",
	  true,
	  { C(ABORT_ON_TIMEOUT) = 7, C(ATTEMPT_FAILS) = 7,
	    C(SYN_RETRANS) = 14 },
	  NULL,
	  { 7, 7 },
	  "syn-lost 7 likely" },
	{ "syn lost, one end",
	  false,
	  { C(ABORT_ON_TIMEOUT) = 7, C(ATTEMPT_FAILS) = 7,
	    C(SYN_RETRANS) = 14 },
	  NULL,
	  { 7, 7 },
	  "syn-lost 7 likely" },
	{ "firewall tcp-reset",
	  true,
	  { C(ATTEMPT_FAILS) = 7 },
	  NULL,
	  { 7, 7 },
	  "firewall-reject 7 likely" },
	{ "firewall established",
	  true,
	  { C(ESTAB_RESETS) = 7 },
	  NULL,
	  { 7, 7 },
	  "firewall-reject 7 likely" },
	{ "firewall icmp",
	  false,
	  { C(ATTEMPT_FAILS) = 7, C(ICMP_IN_UNREACHS) = 7,
	    C(ICMP_OUT_UNREACHS) = 7 },
	  NULL,
	  { 7, 7 },
	  "firewall-reject 7 likely" },
};

static void test_causes(void **state)
{
	(void)state;
	incident_rows(rows, LENGTH(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accept),
		cmocka_unit_test(test_causes),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
