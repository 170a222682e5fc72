// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Incidents from facts of all sorts: nobody watched, several namespaces, since
 * boot, what could not be read; and what else than counters bears a cause.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>

#include "rules/incident/found.h"
#include "tests/support/facts_builder.h"
#include "tests/support/fdcheck.h"
#include "tests/support/incidents.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* --- since boot, and several namespaces ----------------------------------- */

static void since_boot(struct world *world)
{
	host_free(world->before);
	world->before = NULL;
	for (int i = 0; i < COUNTER_COUNT; i++)
		world->after->ns[0].counter[i].value -= 1000;
}

static void since_boot_everything(struct world *world)
{
	since_boot(world);
	facts_listener(world->after, 80, 128)->drops = fact_known(90);
	world->after->softnet.dropped = fact_known(7);
	world->after->ns[0].conntrack.drops = fact_known(14);
	world->after->kmsg.events[0] = (struct kmsg_event){
		.kind = KMSG_SYN_COOKIES,
		.count = 1,
	};
	world->after->kmsg.n_events = 1;
}

/* What it says of other things, it says too. */
static void since_boot_log(struct world *world)
{
	struct kmsg_facts *kmsg = &world->after->kmsg;

	since_boot(world);
	(void)watch(world);
	for (size_t i = 0; i < 3; i++)
		kmsg->events[kmsg->n_events++] = (struct kmsg_event){
			.kind = i ? KMSG_CONNTRACK_FULL : KMSG_ORPHANS,
			.count = 2,
			.last_us = i,
		};
}

static void abort_not_known(struct world *world)
{
	world->after->ns[0].sysctl[SYSCTL_ABORT_ON_OVERFLOW].state =
		FACT_DENIED;
}

static struct netns_facts *add_netns(struct host *host, uint64_t inode)
{
	const size_t at = facts_netns(host, "blue", inode);

	return &host->ns[at];
}

static void new_netns(struct world *world)
{
	struct netns_facts *ns = add_netns(world->after, 7);

	world->before->netns_hidden = fact_known(0);
	ns->counter[COUNTER_OUT_RSTS] = fact_known(4);
	ns->counter[COUNTER_ATTEMPT_FAILS] = fact_known(4);
	facts_listener_in(ns, 81, 5);
}

/* It was not looked at before. */
static void unknown_netns(struct world *world)
{
	new_netns(world);
	world->before->netns_hidden.state = FACT_UNREAD;
}

static void vanished_netns(struct world *world)
{
	new_netns(world);
	world->after->ns[1].entered.state = FACT_ABSENT;
}

static void denied_netns(struct world *world)
{
	struct netns_facts *ns = add_netns(world->after, 7);

	world->before->netns_hidden = fact_known(0);
	ns->entered.state = FACT_DENIED;
	for (int i = 0; i < COUNTER_COUNT; i++)
		ns->counter[i].state = FACT_UNREAD;
}

/* The client's end in one, the server's in another. */
static void two_netns(struct world *world)
{
	struct netns_facts *before = add_netns(world->before, 7);
	struct netns_facts *after = add_netns(world->after, 7);

	before->counter[COUNTER_ESTAB_RESETS] = fact_known(5);
	after->counter[COUNTER_ESTAB_RESETS] = fact_known(45);
	after->counter[COUNTER_SYN_RETRANS] = fact_known(90);
	see_listener(world, 80, 100);
	see_listener(world, 80, 3)->netns_inode = 7;
	see_listener(world, 80, 9)->netns_inode = 12345; /* not judged */
}

static void two_netns_syns(struct world *world)
{
	two_netns(world);
	world->after->ns[0].sysctl[SYSCTL_SYNCOOKIES].v[0] = 0;
	world->after->ns[1].sysctl[SYSCTL_SYNCOOKIES].state = FACT_DENIED;
	world->after->ns[1].counter[COUNTER_ESTAB_RESETS] = fact_known(5);
	world->after->ns[1].counter[COUNTER_LISTEN_DROPS] = fact_known(5);
}

/* Saved hosts without inodes: by their place. */
static void no_inodes(struct world *world)
{
	(void)add_netns(world->before, 0);
	(void)add_netns(world->after, 0);
	world->before->ns[0].inode = world->after->ns[0].inode = 0;
	world->after->ns[1].counter[COUNTER_OUT_RSTS] = fact_known(0);
}

static void went_back(struct world *world)
{
	world->before->ns[0].counter[COUNTER_OUT_RSTS] = fact_known(5000);
}

static void not_read(struct world *world)
{
	world->after->ns[0].counter[COUNTER_ESTAB_RESETS].state = FACT_DENIED;
}

static void not_read_before(struct world *world)
{
	world->before->ns[0].counter[COUNTER_ESTAB_RESETS].state = FACT_BROKEN;
}

static void lost_events(struct world *world)
{
	trace(world)->traced.lost = 5;
}

static void lost_ends(struct world *world)
{
	watch(world)->ended.lost = 5;
}

static const struct row scopes[] = {
	{ "since boot",
	  true,
	  { C(OUT_RSTS) = 7, C(ATTEMPT_FAILS) = 7 },
	  since_boot,
	  { 7, 7 },
	  "refused 7 likely" },
	{ "since boot, of all sorts",
	  false,
	  { C(LISTEN_OVERFLOWS) = 90, C(LISTEN_DROPS) = 90, C(SYN_RETRANS) = 97,
	    C(ABORT_ON_TIMEOUT) = 7, C(ATTEMPT_FAILS) = 7,
	    C(FAST_RETRANS) = 3 },
	  since_boot_everything,
	  { 7, 7 },
	  "accept-queue-overflow 0..7 possible 0.0.0.0:80, conntrack-full 0..7 possible, syn-lost 0..7 possible, device-backlog 0 possible" },
	{ "since boot, by the log",
	  true,
	  { C(ABORT_ON_TIMEOUT) = 7, C(ATTEMPT_FAILS) = 7,
	    C(SYN_RETRANS) = 14 },
	  since_boot_log,
	  { 7, 7 },
	  "conntrack-full 0..7 possible, syn-lost 0..7 possible" },
	{ "whether overflows abort is not known",
	  true,
	  { C(LISTEN_OVERFLOWS) = 9, C(LISTEN_DROPS) = 9, C(EMBRYONIC_RSTS) = 9,
	    C(OUT_RSTS) = 9, C(ESTAB_RESETS) = 9 },
	  abort_not_known,
	  { 5, 9 },
	  "accept-queue-overflow 0..9 possible, peer-closed 0..9 possible" },
	{ "a namespace that is new",
	  true,
	  { 0 },
	  new_netns,
	  { 4, 4 },
	  "refused 4 likely" },
	{ "a namespace that was not looked at",
	  true,
	  { 0 },
	  unknown_netns,
	  { 0, 0 },
	  "" },
	{ "a namespace that vanished",
	  true,
	  { 0 },
	  vanished_netns,
	  { 0, 0 },
	  "" },
	{ "a namespace that could not be entered",
	  true,
	  { 0 },
	  denied_netns,
	  { 0, UINT64_MAX },
	  "unexplained 0..18446744073709551615 possible" },
	{ "two ends in two namespaces",
	  true,
	  { C(LISTEN_OVERFLOWS) = 100, C(LISTEN_DROPS) = 100,
	    C(SYNCOOKIES_RECV) = 60, C(SYNCOOKIES_FAILED) = 40,
	    C(OUT_RSTS) = 40 },
	  two_netns,
	  { 40, 40 },
	  "accept-queue-overflow 40 certain 0.0.0.0:80" },
	{ "a SYN queue, and drops in another namespace",
	  true,
	  { C(LISTEN_DROPS) = 100, C(REQ_Q_FULL_DROP) = 100,
	    C(SYN_RETRANS) = 10 },
	  two_netns_syns,
	  { 0, 0 },
	  "syn-queue-overflow 0 likely 0.0.0.0:80" },
	{ "no inodes",
	  true,
	  { C(OUT_RSTS) = 7, C(ATTEMPT_FAILS) = 7 },
	  no_inodes,
	  { 7, 7 },
	  "refused 7 likely" },
	{ "a counter that went back",
	  true,
	  { C(ATTEMPT_FAILS) = 7 },
	  went_back,
	  { 7, UINT64_MAX },
	  "firewall-reject 0..7 possible, refused 0..7 possible, unexplained 0..18446744073709551615 possible" },
	{ "a counter that was denied",
	  true,
	  { C(OUT_RSTS) = 7, C(ATTEMPT_FAILS) = 7 },
	  not_read,
	  { 7, UINT64_MAX },
	  "refused 0..7 possible, unexplained 0..18446744073709551615 possible" },
	{ "a counter that was broken before",
	  false,
	  { 0 },
	  not_read_before,
	  { 0, UINT64_MAX },
	  "unexplained 0..18446744073709551615 possible" },
	{ "events were lost",
	  false,
	  { C(ESTAB_RESETS) = 7 },
	  lost_events,
	  { 4, 7 },
	  "unexplained 4..7 possible" },
	{ "ends were lost",
	  false,
	  { C(ESTAB_RESETS) = 7 },
	  lost_ends,
	  { 4, 7 },
	  "unexplained 4..7 possible" },
};

static void test_scopes(void **state)
{
	(void)state;
	incident_rows(scopes, LENGTH(scopes));
}

/* --- listeners, from two sets of facts ------------------------------------ */

static struct listener *old_listener(struct world *world, uint16_t port,
                                     uint64_t drops, uint64_t more)
{
	struct listener *listener = facts_listener(world->before, port, 128);

	listener->cookie = port;
	listener->drops = fact_known(drops);
	listener = facts_listener(world->after, port, 128);
	listener->cookie = port;
	listener->drops = fact_known(drops + more);
	return listener;
}

static void grew(struct world *world)
{
	(void)old_listener(world, 79, 9, 0);
	facts_owner(old_listener(world, 80, 500, 100), 42, 3, "iperf");
}

static void wrapped(struct world *world)
{
	struct listener *listener = old_listener(world, 80, 0xfffffff0U, 0);

	listener->drops = fact_known(84);
}

static void is_new(struct world *world)
{
	facts_listener(world->after, 80, 128)->drops = fact_known(100);
}

static void not_known_before(struct world *world)
{
	(void)old_listener(world, 80, 0, 100);
	world->before->ns[0].listeners[0].drops.state = FACT_ABSENT;
}

static void two_not_known(struct world *world)
{
	old_listener(world, 80, 0, 0)->drops.state = FACT_ABSENT;
	old_listener(world, 81, 0, 0)->drops.state = FACT_ABSENT;
}

static void went(struct world *world)
{
	facts_listener(world->before, 80, 128)->queue = 7;
}

static void went_unread(struct world *world)
{
	went(world);
	world->after->ns[0].listeners_read.state = FACT_DENIED;
}

static void owner_found_later(struct world *world)
{
	struct listener *listener;

	facts_owner(facts_listener(world->after, 80, 128), 42, 3, "iperf");
	listener = &world->after->ns[0].listeners[0];
	listener->cookie = 80;
	(void)see_listener(world, 80, 100);
	facts_listener(world->after, 81, 128)->cookie = 81;
	(void)see_listener(world, 81, 0);
}

static void limit_not_known(struct world *world)
{
	struct seen_listener *listener = see_listener(world, 80, 100);

	listener->files_open = fact_known(64);
	listener->samples = 0;
	(void)see_listener(world, 81, 100);
	world->seen->listeners[1].files_open = fact_known(63);
	world->seen->listeners[1].files_limit = fact_known(64);
}

#define EAGER                                                                  \
	{                                                                      \
		C(LISTEN_OVERFLOWS) = 100, C(LISTEN_DROPS) = 100,              \
		C(SYNCOOKIES_FAILED) = 40, C(OUT_RSTS) = 40,                   \
		C(ESTAB_RESETS) = 40                                           \
	}

static const struct row listeners[] = {
	{ "drops grew",
	  true,
	  EAGER,
	  grew,
	  { 40, 40 },
	  "accept-queue-overflow 40 certain 0.0.0.0:80" },
	{ "drops wrapped",
	  true,
	  EAGER,
	  wrapped,
	  { 40, 40 },
	  "accept-queue-overflow 40 certain 0.0.0.0:80" },
	{ "it is new",
	  true,
	  EAGER,
	  is_new,
	  { 40, 40 },
	  "accept-queue-overflow 40 certain 0.0.0.0:80" },
	{ "its drops were not known before",
	  true,
	  EAGER,
	  not_known_before,
	  { 40, 40 },
	  "accept-queue-overflow 40 certain 0.0.0.0:80" },
	{ "two, and no drops are known",
	  true,
	  EAGER,
	  two_not_known,
	  { 40, 40 },
	  "accept-queue-overflow 40 certain" },
	{ "it went",
	  true,
	  { C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 14 },
	  went,
	  { 7, 14 },
	  "app-abort 0..7 possible, listener-closed 0..7 possible 0.0.0.0:80, socket-destroyed 0..7 possible" },
	{ "whether it went is not known",
	  true,
	  { C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 14 },
	  went_unread,
	  { 7, 14 },
	  "app-abort 0..7 possible, listener-closed 0..7 possible, socket-destroyed 0..7 possible" },
	{ "its owner was found later",
	  true,
	  EAGER,
	  owner_found_later,
	  { 40, 40 },
	  "accept-queue-overflow 40 certain 0.0.0.0:80" },
	{ "near its limit of descriptors, or limit not known",
	  true,
	  EAGER,
	  limit_not_known,
	  { 26, 40 },
	  "accept-queue-overflow 13..27 likely 0.0.0.0:80, accept-queue-overflow 13..27 likely 0.0.0.0:81" },
};

static void test_listeners(void **state)
{
	(void)state;
	incident_rows(listeners, LENGTH(listeners));
}

/* --- what bears a cause beside counters ----------------------------------- */

static void tracked(struct world *world)
{
	world->after->ns[0].conntrack.drops = fact_known(21);
}

static void tracked_unknown_before(struct world *world)
{
	tracked(world);
	world->before->ns[0].conntrack.drops.state = FACT_DENIED;
}

static void log_event(struct world *world, enum kmsg_kind kind)
{
	struct kmsg_facts *kmsg = &world->after->kmsg;

	kmsg->events[kmsg->n_events++] = (struct kmsg_event){
		.kind = kind,
		.count = 5,
		.last_us = UINT64_C(100000000001),
	};
}

static void log_conntrack(struct world *world)
{
	log_event(world, KMSG_CONNTRACK_FULL);
}

/* When it was written cannot be told. */
static void log_clockless(struct world *world)
{
	log_conntrack(world);
	world->before->kmsg.now_us.state = FACT_UNREAD;
}

static void log_memory(struct world *world)
{
	log_event(world, KMSG_TCP_MEM);
	world->after->kmsg.events[0].count = 0;
}

static void many_orphans(struct world *world)
{
	world->after->ns[0].sockstat.orphan = fact_known(65537);
}

static void limit_of_orphans_not_known(struct world *world)
{
	many_orphans(world);
	world->after->sysctl[SYSCTL_MAX_ORPHANS].state = FACT_ABSENT;
}

static void orphans_not_known(struct world *world)
{
	world->after->ns[0].sockstat.orphan.state = FACT_DENIED;
}

static void cpus_dropped(struct world *world)
{
	world->after->softnet.dropped = fact_known(40);
}

static void cpus_not_known_before(struct world *world)
{
	cpus_dropped(world);
	world->before->softnet.dropped.state = FACT_DENIED;
}

static void ports_used_up(struct world *world)
{
	world->after->ns[0].ports.usable = fact_known(10);
	world->after->ns[0].sockstat.time_wait = fact_known(10);
}

static void ports_not_known(struct world *world)
{
	world->after->ns[0].ports.usable.state = FACT_UNREAD;
}

static void time_wait_not_known(struct world *world)
{
	world->after->ns[0].sockstat.time_wait.state = FACT_DENIED;
}

static void said(struct world *world)
{
	see_error(world, "EADDRNOTAVAIL", 6);
	see_error(world, "EMFILE", 3);
	see_error(world, "ENFILE", 1);
	see_error(world, "", 2);
}

static void long_watch(struct world *world)
{
	watch(world)->to_ns = 5000 * S;
}

static void end_with(struct world *world, uint8_t retransmits, size_t n)
{
	see_ends(world, n,
	         &(struct seen_end){ .tuple = { .dport = 80 },
	                             .retransmits = retransmits });
}

static void ends_of_both_kinds(struct world *world)
{
	long_watch(world);
	end_with(world, 15, 4);
	end_with(world, 3, 3);
	end_with(world, 0, 9);
	see_ends(world, 2, &(struct seen_end){ .retransmits = 9 });
}

static void ends_too_few(struct world *world)
{
	long_watch(world);
	end_with(world, 15, 2);
}

static void ends_lost(struct world *world)
{
	ends_of_both_kinds(world);
	world->seen->ended.lost = 1;
}

static void no_retries_known(struct world *world)
{
	watch(world);
	world->after->ns[0].sysctl[SYSCTL_RETRIES2].state = FACT_ABSENT;
}

static void absurd_retries(struct world *world)
{
	watch(world);
	world->after->ns[0].sysctl[SYSCTL_RETRIES2].v[0] = 1000;
}

static void stopped_clock(struct world *world)
{
	watch(world)->to_ns = 100 * S;
}

static void syns(struct world *world)
{
	world->after->ns[0].sysctl[SYSCTL_SYN_RETRIES].v[0] = 1;
	see_listener(world, 80, 21);
}

static void old_syns(struct world *world)
{
	world->after->ns[0].sysctl[SYSCTL_SYN_RETRIES].v[0] = 2;
	world->after->ns[0].sysctl[SYSCTL_SYN_LINEAR_TIMEOUTS].state =
		FACT_ABSENT;
	see_listener(world, 80, 21);
}

static void default_syns(struct world *world)
{
	world->after->ns[0].sysctl[SYSCTL_SYN_RETRIES].state = FACT_DENIED;
	see_listener(world, 80, 77);
}

#define GIVEN_UP                                                               \
	{                                                                      \
		C(ABORT_ON_TIMEOUT) = 7, C(ESTAB_RESETS) = 7,                  \
		C(RETRANS_SEGS) = 90, C(TIMEOUTS) = 90                         \
	}
#define NO_ANSWER(n)                                                           \
	{                                                                      \
		C(ABORT_ON_TIMEOUT) = 7, C(ATTEMPT_FAILS) = 7,                 \
		C(SYN_RETRANS) = (n)                                           \
	}
#define NO_MEMORY                                                              \
	{                                                                      \
		C(ABORT_ON_MEMORY) = 7, C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 7   \
	}

static const struct row rows[] = {
	{ "conntrack dropped all",
	  true,
	  NO_ANSWER(14),
	  tracked,
	  { 7, 7 },
	  "conntrack-full 7 likely" },
	{ "conntrack dropped some",
	  true,
	  NO_ANSWER(20),
	  tracked,
	  { 7, 7 },
	  "conntrack-full 1..7 likely, syn-lost 0..6 possible" },
	{ "conntrack, nobody gave up",
	  true,
	  { C(SYN_RETRANS) = 21 },
	  tracked,
	  { 0, 0 },
	  "conntrack-full 0 likely" },
	{ "conntrack, not known before",
	  true,
	  NO_ANSWER(14),
	  tracked_unknown_before,
	  { 7, 7 },
	  "syn-lost 7 likely" },
	{ "conntrack, by the log",
	  true,
	  NO_ANSWER(14),
	  log_conntrack,
	  { 7, 7 },
	  "conntrack-full 0..7 possible, syn-lost 0..7 possible" },
	{ "conntrack, by a log without a clock",
	  true,
	  NO_ANSWER(14),
	  log_clockless,
	  { 7, 7 },
	  "syn-lost 7 likely" },
	{ "memory, by the log",
	  true,
	  NO_MEMORY,
	  log_memory,
	  { 7, 7 },
	  "memory-pressure 7 likely" },
	{ "orphans, by their number",
	  true,
	  NO_MEMORY,
	  many_orphans,
	  { 7, 7 },
	  "orphan-limit 7 likely" },
	{ "orphans, limit not known",
	  true,
	  NO_MEMORY,
	  limit_of_orphans_not_known,
	  { 4, 7 },
	  "memory-pressure 0..7 possible, orphan-limit 0..7 possible" },
	{ "orphans not known",
	  true,
	  NO_MEMORY,
	  orphans_not_known,
	  { 4, 7 },
	  "memory-pressure 0..7 possible, orphan-limit 0..7 possible" },
	{ "memory, flows stalled",
	  true,
	  { C(MEMORY_PRESSURES) = 1, C(RCVQ_DROP) = 4 },
	  NULL,
	  { 0, 0 },
	  "memory-pressure 0 likely" },
	{ "CPUs dropped packets",
	  true,
	  { C(FAST_RETRANS) = 9, C(RETRANS_SEGS) = 9 },
	  cpus_dropped,
	  { 0, 0 },
	  "device-backlog 0 possible" },
	{ "CPUs, not known before",
	  true,
	  { C(FAST_RETRANS) = 9 },
	  cpus_not_known_before,
	  { 0, 0 },
	  "" },
	{ "ports used up",
	  true,
	  { 0 },
	  ports_used_up,
	  { 0, 0 },
	  "ports-exhausted 0 possible" },
	{ "ports not known", true, { 0 }, ports_not_known, { 0, 0 }, "" },
	{ "TIME_WAIT not known",
	  true,
	  { 0 },
	  time_wait_not_known,
	  { 0, 0 },
	  "" },
	{ "the command said so",
	  true,
	  { 0 },
	  said,
	  { 12, 12 },
	  "ports-exhausted 6 certain, descriptors-exhausted 4 certain, unexplained 2 possible" },
	{ "given up, both kinds",
	  true,
	  GIVEN_UP,
	  ends_of_both_kinds,
	  { 7, 7 },
	  "timeout 4 likely, user-timeout 3 likely" },
	{ "given up, not all ends are known",
	  true,
	  GIVEN_UP,
	  ends_too_few,
	  { 4, 7 },
	  "timeout 0..7 possible, user-timeout 0..7 possible" },
	{ "given up, ends were lost",
	  true,
	  GIVEN_UP,
	  ends_lost,
	  { 4, 7 },
	  "timeout 0..7 possible, user-timeout 0..7 possible" },
	{ "given up, ends were not watched",
	  true,
	  GIVEN_UP,
	  long_watch,
	  { 4, 7 },
	  "timeout 0..7 possible, user-timeout 0..7 possible" },
	{ "given up, retries not known",
	  true,
	  GIVEN_UP,
	  no_retries_known,
	  { 7, 7 },
	  "user-timeout 7 likely" },
	{ "given up, absurd retries",
	  true,
	  GIVEN_UP,
	  absurd_retries,
	  { 7, 7 },
	  "user-timeout 7 likely" },
	{ "given up, a clock that stood",
	  true,
	  GIVEN_UP,
	  stopped_clock,
	  { 4, 7 },
	  "timeout 0..7 possible, user-timeout 0..7 possible" },
	{ "address removed",
	  true,
	  { C(ABORT_ON_TIMEOUT) = 7, C(ESTAB_RESETS) = 7, C(RETRANS_SEGS) = 90,
	    C(IN_ADDR_ERRORS) = 30 },
	  NULL,
	  { 4, 7 },
	  "address-removed 0..7 possible, timeout 0..7 possible, user-timeout 0..7 possible" },
	{ "no route any more",
	  true,
	  { C(ABORT_ON_TIMEOUT) = 7, C(ESTAB_RESETS) = 7, C(RETRANS_SEGS) = 90,
	    C(OUT_NO_ROUTES) = 30 },
	  NULL,
	  { 4, 7 },
	  "address-removed 0..7 possible, timeout 0..7 possible, user-timeout 0..7 possible" },
	{ "three SYNs each, beside SYN-ACKs sent again",
	  true,
	  { C(LISTEN_DROPS) = 21, C(REQ_Q_FULL_DROP) = 21,
	    C(ABORT_ON_TIMEOUT) = 7, C(ATTEMPT_FAILS) = 7,
	    C(SYN_RETRANS) = 30 },
	  syns,
	  { 7, 7 },
	  "syn-queue-overflow 7 likely 0.0.0.0:80" },
	{ "the same, before 6.5",
	  true,
	  { C(LISTEN_DROPS) = 21, C(REQ_Q_FULL_DROP) = 21,
	    C(ABORT_ON_TIMEOUT) = 7, C(ATTEMPT_FAILS) = 7,
	    C(SYN_RETRANS) = 30 },
	  old_syns,
	  { 7, 7 },
	  "syn-queue-overflow 7 likely 0.0.0.0:80" },
	{ "the same, as many SYNs as by default",
	  true,
	  { C(LISTEN_DROPS) = 77, C(REQ_Q_FULL_DROP) = 77,
	    C(ABORT_ON_TIMEOUT) = 7, C(ATTEMPT_FAILS) = 7,
	    C(SYN_RETRANS) = 90 },
	  default_syns,
	  { 7, 7 },
	  "syn-queue-overflow 7 likely 0.0.0.0:80" },
	{ "ICMP while connect() was at work",
	  true,
	  { C(LOCK_DROPPED_ICMPS) = 6, C(ICMP_IN_UNREACHS) = 6 },
	  NULL,
	  { 0, 6 },
	  "firewall-reject 0..6 possible" },
	{ "TIME_WAIT was skipped",
	  true,
	  { C(TIME_WAIT_OVERFLOW) = 8, C(OUT_RSTS) = 8 },
	  NULL,
	  { 0, 0 },
	  "time-wait-overflow 0..8 possible" },
	{ "TIME_WAIT was skipped, and queues overflowed",
	  true,
	  { C(TIME_WAIT_OVERFLOW) = 8, C(OUT_RSTS) = 8, C(ESTAB_RESETS) = 8,
	    C(LISTEN_OVERFLOWS) = 9, C(LISTEN_DROPS) = 9 },
	  NULL,
	  { 4, 8 },
	  "accept-queue-overflow 0..8 possible, peer-closed 0..8 possible, time-wait-overflow 0..8 possible" },
};

static void test_rows(void **state)
{
	(void)state;
	incident_rows(rows, LENGTH(rows));
}

/* --- traces ----------------------------------------------------------------
 */

static struct seen_reset reset_of(const char *reason, uint8_t tcp_state)
{
	struct seen_reset reset = {
		.at_ns = 105 * S,
		.tuple = { .sport = 80, .dport = 40000 },
		.state = tcp_state,
		.active = true,
		.pid = 42,
		.comm = "server",
	};

	(void)snprintf(reset.reason, sizeof(reset.reason), "%s", reason);
	return reset;
}

static struct seen_listener *dead_80(struct world *world)
{
	struct seen_listener *listener = see_listener(world, 80, 0);

	see_owner(listener, 42, "server");
	listener->gone_ns = 104 * S;
	listener->seen_ns = 103 * S;
	listener->owner_died = true;
	return listener;
}

/* Seven at its death; one before, one received, one of another process. */
static void died_traced(struct world *world)
{
	struct seen_reset reset = reset_of("TCP_ABORT_ON_CLOSE", TCP_CLOSE);

	(void)dead_80(world);
	see_resets(world, 7, &reset);
	reset.at_ns = 102 * S;
	see_resets(world, 1, &reset);
	reset.at_ns = 105 * S;
	reset.received = true;
	see_resets(world, 1, &reset);
	reset.received = false;
	reset.pid = 43;
	see_resets(world, 1, &reset);
	reset = reset_of("TCP_STATE", TCP_CLOSE);
	see_resets(world, 1, &reset);
}

static void died_nameless(struct world *world)
{
	const struct seen_reset reset =
		reset_of("TCP_ABORT_ON_CLOSE", TCP_CLOSE);

	dead_80(world)->first.n_owners = 0;
	see_resets(world, 7, &reset);
}

/* It is there again; its sockets that ended before are of no interest. */
static void died_untraced(struct world *world)
{
	(void)dead_80(world);
	see_ends(world, 7,
	         &(struct seen_end){ .at_ns = 104 * S,
	                             .tuple = { .sport = 80 } });
	see_ends(world, 3,
	         &(struct seen_end){ .at_ns = 102 * S,
	                             .tuple = { .sport = 80 } });
	see_ends(world, 3,
	         &(struct seen_end){ .at_ns = 104 * S,
	                             .tuple = { .sport = 81 } });
}

/* Most of its connections had ended before. */
static void died_later(struct world *world)
{
	(void)dead_80(world);
	see_ends(world, 3,
	         &(struct seen_end){ .at_ns = 104 * S,
	                             .tuple = { .sport = 80 } });
	see_ends(world, 7,
	         &(struct seen_end){ .at_ns = 102 * S,
	                             .tuple = { .sport = 80 } });
}

/* Their clients happen to have the same ports. */
static void others_beside(struct world *world)
{
	struct seen_reset reset = reset_of("TCP_STATE", TCP_CLOSE);

	see_listener(world, 80, 0);
	see_resets(world, 7, &reset);
	reset.tuple.sport = 81;
	see_resets(world, 3, &reset);
	see_ends(
		world, 7,
		&(struct seen_end){ .tuple = { .sport = 80, .dport = 40000 } });
}

static void flags_traced(struct world *world)
{
	const struct seen_reset reset = reset_of("TCP_FLAGS", TCP_LISTEN);

	see_listener(world, 80, 18);
	see_resets(world, 8, &reset);
}

static void died_and_came_back(struct world *world)
{
	died_untraced(world);
	world->seen->listeners[0].gone_ns = 0;
}

/* Ten of its queue; those before had been accepted. */
static void queue_traced(struct world *world)
{
	struct seen_reset reset = reset_of("TCP_STATE", TCP_CLOSE);

	(void)dead_80(world);
	see_resets(world, 7, &reset);
	reset.at_ns = 102 * S;
	see_resets(world, 3, &reset);
	reset.tuple.sport = 81;
	see_resets(world, 1, &reset);
	reset = reset_of("TCP_ABORT_ON_CLOSE", TCP_CLOSE);
	see_resets(world, 1, &reset);
}

static void nobody_saw_the_listener(struct world *world)
{
	const struct seen_reset reset = reset_of("TCP_STATE", TCP_CLOSE);

	see_resets(world, 7, &reset);
	see_ends(
		world, 7,
		&(struct seen_end){ .tuple = { .sport = 40000, .dport = 80 } });
	see_ends(
		world, 7,
		&(struct seen_end){ .tuple = { .sport = 80, .dport = 40000 } });
	see_ends(world, 1, &(struct seen_end){ .tuple = { .dport = 61000 } });
	see_ends(world, 1, &(struct seen_end){ .tuple = { .dport = 0 } });
}

/* But its sockets, when they ended. */
static void matched_own(struct world *world)
{
	struct seen_reset reset = reset_of("TCP_STATE", TCP_CLOSE);

	reset.match = SEEN_OWN;
	see_resets(world, 7, &reset);
}

static void matched_peer(struct world *world)
{
	struct seen_reset reset = reset_of("TCP_STATE", TCP_CLOSE);

	reset.match = SEEN_PEER;
	see_resets(world, 7, &reset);
}

/* A client whose own port was bound. */
static void matched_client(struct world *world)
{
	struct seen_reset reset = reset_of("TCP_STATE", TCP_CLOSE);

	see_listener(world, reset.tuple.dport, 0);
	reset.match = SEEN_OWN;
	see_resets(world, 7, &reset);
}

static void of_others(struct world *world)
{
	struct seen_reset reset = reset_of("TCP_STATE", TCP_CLOSE);

	see_listener(world, 79, 0);
	see_resets(world, 7, &reset);
	world->after->ns[0].sysctl[SYSCTL_PORT_RANGE].state = FACT_DENIED;
	see_ends(world, 1, &(struct seen_end){ .tuple = { .dport = 80 } });
}

static void without_reasons(struct world *world)
{
	struct seen_reset reset = reset_of("", TCP_CLOSE);

	see_listener(world, 80, 0);
	see_resets(world, 7, &reset);
	world->seen->reasons = false;
}

static void no_pids(struct world *world)
{
	struct seen_reset reset = reset_of("TCP_ABORT_ON_CLOSE", TCP_CLOSE);

	facts_listener(world->before, 80, 5);
	see_owner(see_listener(world, 80, 0), 99, "server");
	see_owner(see_listener(world, 81, 0), 98, "other");
	reset.pid = 0;
	see_resets(world, 7, &reset);
}

static void no_pids_other_name(struct world *world)
{
	no_pids(world);
	(void)snprintf(world->seen->listeners[0].first.owners[0].comm, 16,
	               "proxy");
}

static void no_pids_by_client(struct world *world)
{
	struct seen_reset reset = reset_of("TCP_ABORT_ON_CLOSE", TCP_CLOSE);

	see_owner(see_listener(world, 80, 0), 99, "server");
	reset.pid = 0;
	reset.tuple.sport = 40000;
	reset.tuple.dport = 80;
	see_resets(world, 7, &reset);
}

/* Two processes, two listeners: nobody is named. */
static void of_several(struct world *world)
{
	struct seen_reset reset = reset_of("TCP_ABORT_ON_CLOSE", TCP_CLOSE);

	see_listener(world, 80, 0);
	see_listener(world, 81, 0);
	see_resets(world, 3, &reset);
	reset.tuple.sport = 81;
	reset.pid = 43;
	see_resets(world, 4, &reset);
}

static void both_are_listeners(struct world *world)
{
	struct seen_reset reset = reset_of("TCP_STATE", TCP_CLOSE);

	see_listener(world, 80, 0);
	reset.tuple.dport = 80;
	see_resets(world, 7, &reset);
}

static void half_phantoms(struct world *world)
{
	see_listener(world, 80, 60);
	see_listener(world, 81, 0);
	see_ends(world, 4,
	         &(struct seen_end){ .tuple = { .dport = 80 },
	                             .bytes_acked = 1 });
	see_ends(world, 4,
	         &(struct seen_end){ .tuple = { .dport = 80 },
	                             .bytes_acked = 2 });
	see_ends(world, 4,
	         &(struct seen_end){ .tuple = { .dport = 80 },
	                             .bytes_received = 1 });
	see_ends(world, 4, &(struct seen_end){ .tuple = { .dport = 81 } });
}

#define CLOSED_UNREAD                                                          \
	{                                                                      \
		C(ABORT_ON_CLOSE) = 7, C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 14   \
	}
#define BY_FORCE                                                               \
	{                                                                      \
		C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 14                          \
	}

static const struct row traces[] = {
	{ "its process died",
	  true,
	  CLOSED_UNREAD,
	  died_traced,
	  { 7, 14 },
	  "process-died 7 certain 0.0.0.0:80" },
	{ "a process died, which is not known",
	  true,
	  CLOSED_UNREAD,
	  died_nameless,
	  { 7, 14 },
	  "peer-closed-unread 7 certain 0.0.0.0:80" },
	{ "its process died, and others wrote",
	  true,
	  { C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 7 },
	  died_untraced,
	  { 4, 7 },
	  "peer-closed 0..7 possible, process-died 0..7 possible 0.0.0.0:80" },
	{ "its process died, after others had been closed",
	  true,
	  { C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 7 },
	  died_later,
	  { 7, 7 },
	  "peer-closed 7 likely" },
	{ "resets of other namespaces beside",
	  true,
	  { C(ABORT_ON_DATA) = 7, C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 14 },
	  others_beside,
	  { 7, 14 },
	  "app-abort 7 certain 0.0.0.0:80" },
	{ "TIME_WAIT was skipped, and a queue overflowed, traced",
	  true,
	  { C(TIME_WAIT_OVERFLOW) = 8, C(OUT_RSTS) = 8, C(ESTAB_RESETS) = 8,
	    C(LISTEN_OVERFLOWS) = 9, C(LISTEN_DROPS) = 9 },
	  flags_traced,
	  { 4, 8 },
	  "accept-queue-overflow 0..8 possible 0.0.0.0:80, time-wait-overflow 0..8 possible 0.0.0.0:80" },
	{ "one of its processes died",
	  true,
	  { C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 7 },
	  died_and_came_back,
	  { 7, 7 },
	  "peer-closed 7 likely" },
	{ "its queue, and others before",
	  true,
	  { C(OUT_RSTS) = 10, C(ESTAB_RESETS) = 20 },
	  queue_traced,
	  { 10, 20 },
	  "listener-closed 7 certain 0.0.0.0:80, app-abort 3 certain 0.0.0.0:80" },
	{ "nobody saw the listener",
	  true,
	  BY_FORCE,
	  nobody_saw_the_listener,
	  { 7, 14 },
	  "app-abort 0..7 possible, listener-closed 0..7 possible, socket-destroyed 0..7 possible" },
	{ "nobody saw the listener, but its sockets",
	  true,
	  BY_FORCE,
	  matched_own,
	  { 7, 14 },
	  "app-abort 7 certain" },
	{ "the same of its clients",
	  true,
	  { C(ABORT_ON_DATA) = 7, C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 14 },
	  matched_peer,
	  { 7, 14 },
	  "client-reset 7 certain" },
	{ "a client whose own port was bound",
	  true,
	  { C(ABORT_ON_DATA) = 7, C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 14 },
	  matched_client,
	  { 7, 14 },
	  "client-reset 7 certain 0.0.0.0:40000" },
	{ "resets of other namespaces",
	  true,
	  BY_FORCE,
	  of_others,
	  { 7, 14 },
	  "unexplained 7..14 possible" },
	{ "the kernel gives no reasons",
	  true,
	  BY_FORCE,
	  without_reasons,
	  { 7, 14 },
	  "app-abort 0..7 possible, listener-closed 0..7 possible, socket-destroyed 0..7 possible" },
	{ "the kernel gives no pids",
	  true,
	  CLOSED_UNREAD,
	  no_pids,
	  { 7, 14 },
	  "peer-closed-unread 7 certain 0.0.0.0:80" },
	{ "no pids, and another name",
	  true,
	  CLOSED_UNREAD,
	  no_pids_other_name,
	  { 7, 14 },
	  "peer-closed-unread 7 certain 0.0.0.0:80" },
	{ "no pids, by the client",
	  true,
	  CLOSED_UNREAD,
	  no_pids_by_client,
	  { 7, 14 },
	  "peer-closed-unread 7 certain 0.0.0.0:80" },
	{ "of several",
	  true,
	  CLOSED_UNREAD,
	  of_several,
	  { 7, 14 },
	  "peer-closed-unread 7 certain" },
	{ "both ends have a listener's port",
	  true,
	  { C(ABORT_ON_DATA) = 7, C(OUT_RSTS) = 7, C(ESTAB_RESETS) = 14 },
	  both_are_listeners,
	  { 7, 14 },
	  "app-abort 7 certain 0.0.0.0:80" },
	{ "some clients got nothing through",
	  true,
	  { C(LISTEN_OVERFLOWS) = 30, C(LISTEN_DROPS) = 30, C(OUT_RSTS) = 10,
	    C(ESTAB_RESETS) = 10 },
	  half_phantoms,
	  { 5, 10 },
	  "accept-queue-overflow 4..10 likely 0.0.0.0:80, peer-closed 0..6 possible" },
};

static void test_traces(void **state)
{
	(void)state;
	incident_rows(traces, LENGTH(traces));
}

/* --- what is said ----------------------------------------------------------
 */

static struct cause_found first_of(const struct row *row)
{
	struct result result;
	struct world world;

	world_make(&world, row->count, row->ours);
	row->also(&world);
	result = incident_result(&world);
	assert_true(result.n > 0);
	world_done(&world);
	return result.list[0];
}

static void cap_128(struct world *world)
{
	see_owner(see_listener(world, 5001, 1000), 42, "iperf");
}

static void cap_128_gone(struct world *world)
{
	cap_128(world);
	world->seen->listeners[0].gone_ns = 105 * S;
}

static void starved(struct world *world)
{
	cap_128(world);
	world->seen->listeners[0].files_open = fact_known(1024);
	world->seen->listeners[0].files_limit = fact_known(1024);
}

static void no_cookies(struct world *world)
{
	world->after->ns[0].sysctl[SYSCTL_SYNCOOKIES].v[0] = 0;
	see_listener(world, 80, 21);
}

static void test_words(void **state)
{
	static const struct {
		struct row row;
		const char *command, *who;
	} cases[] = {
		{ { "", true, EAGER, cap_128, { 0, 0 }, "" },
		  "kiloflow check --fix --port 5001",
		  "iperf" },
		{ { "", true, EAGER, cap_128_gone, { 0, 0 }, "" },
		  "sysctl -w net.core.somaxconn=4096",
		  "iperf" },
		{ { "", true, EAGER, starved, { 0, 0 }, "" },
		  "prlimit --pid 42 --nofile=2048",
		  "iperf" },
		{ { "",
		    true,
		    { C(LISTEN_DROPS) = 21 },
		    no_cookies,
		    { 0, 0 },
		    "" },
		  "sysctl -w net.ipv4.tcp_syncookies=1",
		  "" },
		{ { "", true, NO_ANSWER(14), tracked, { 0, 0 }, "" },
		  "sysctl -w net.netfilter.nf_conntrack_max=524288",
		  "" },
		{ { "", true, NO_MEMORY, many_orphans, { 0, 0 }, "" },
		  "sysctl -w net.ipv4.tcp_max_orphans=262144",
		  "" },
		{ { "", true, CLOSED_UNREAD, no_pids, { 0, 0 }, "" },
		  "",
		  "server" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		const struct cause_found found = first_of(&cases[i].row);

		assert_string_equal(found.remedy.command, cases[i].command);
		assert_string_equal(found.comm, cases[i].who);
		assert_true(found.what[0] && found.sees[0] && found.why[0]);
	}
}

static void test_counts(void **state)
{
	static const struct {
		struct count_range n;
		const char *text;
	} cases[] = {
		{ { 0, 0 }, "no connection" },
		{ { 1, 1 }, "1 connection" },
		{ { 2, 2 }, "2 connections" },
		{ { 0, 1 }, "up to 1 connection" },
		{ { 0, 2 }, "up to 2 connections" },
		{ { 1, 2 }, "1 to 2 connections" },
	};
	struct cause_found found = found_make("refused", NULL, count_exactly(1),
	                                      CONFIDENCE_LIKELY);

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		char text[64];

		found_count_text(cases[i].n, text, sizeof(text));
		assert_string_equal(text, cases[i].text);
	}
	found_evidence(&found, "nothing", 0);
	assert_int_equal(found.n_evidence, 0);
	for (size_t i = 0; i < CAUSE_EVIDENCE_MAX + 3; i++)
		found_evidence(&found, "something", i + 1);
	assert_int_equal(found.n_evidence, CAUSE_EVIDENCE_MAX);
}

/* Each has a row of its own, and the table of causes has no other. */
static void test_registry(void **state)
{
	size_t n = 0;

	(void)state;
	for (; incident_rules[n]; n++) {
		assert_non_null(cause_by_id(incident_rules[n]->id));
		for (size_t i = 0; i < n; i++)
			assert_string_not_equal(incident_rules[i]->id,
			                        incident_rules[n]->id);
	}
	for (size_t i = 0; causes[i].id; i++)
		n--;
	assert_int_equal(n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scopes),
		cmocka_unit_test(test_listeners),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_traces),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_registry),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
