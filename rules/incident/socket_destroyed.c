// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * socket-destroyed - somebody ended the socket through SOCK_DESTROY.
 *
 * Only the trace knows: the kernel resets an established connection while a
 * program that does not own it runs.
 */
#include "rules/incident/found.h"
#include "rules/incident/other.h"

static void judge(struct ledger *ledger)
{
	(void)found_claim(
		ledger,
		&(struct claim){
			.cause = "socket-destroyed",
			.pool = POOL_OTHER,
			.want = other_traced(
				ledger, RESET_DESTROYED,
				count_upto(other_forced(ledger).max)),
			.each = other_each_forced(ledger),
			.confidence =
				other_confidence(ledger, CONFIDENCE_POSSIBLE),
			.counters = COUNTER_BIT(OUT_RSTS) |
	                            COUNTER_BIT(ESTAB_RESETS),
			.where = COUNTER_OUT_RSTS,
			.kind = RESET_DESTROYED,
			.did = "ended by SOCK_DESTROY, as `ss --kill` does it",
			.why = "no counter tells it from other ways to end a connection by force; a trace does, and names the program",
		});
}

const struct incident_rule incident_socket_destroyed = {
	.id = "socket-destroyed",
	.judge = judge,
};
