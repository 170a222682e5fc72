// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * firewall-reject - a firewall answered in place of the server.
 *
 * The resets that netfilter makes are in no TCP counter. So an attempt that
 * failed without a timeout, and that nothing here refused, was refused by
 * somebody else: by a firewall, where both ends are known to be here; else by
 * another host or by a firewall. An ICMP answer settles it.
 */
#include "rules/incident/found.h"

static void judge(struct ledger *ledger)
{
	const struct count_range attempts = ledger->pool[POOL_ATTEMPT];
	const uint64_t icmp = ledger->sum[COUNTER_ICMP_IN_UNREACHS];
	const uint64_t certain = ledger->ours ? UINT64_MAX : icmp;
	const struct count_range want = { least(attempts.min, certain),
		                          attempts.max };

	(void)found_claim(
		ledger,
		&(struct claim){
			.cause = "firewall-reject",
			.pool = POOL_ATTEMPT,
			.want = want,
			.confidence = CONFIDENCE_LIKELY,
			.counters = COUNTER_BIT(ATTEMPT_FAILS) |
	                            COUNTER_BIT(ICMP_IN_UNREACHS) |
	                            COUNTER_BIT(ICMP_OUT_UNREACHS) |
	                            COUNTER_BIT(OUT_RSTS),
			.where = COUNTER_ATTEMPT_FAILS,
			.kind = RESET_KINDS,
			.did = "were refused, and no TCP here did it",
			.why = "attempts failed without a timeout and without a reset sent by TCP",
		});
	(void)found_claim(
		ledger,
		&(struct claim){
			.cause = "firewall-reject",
			.pool = POOL_ICMP,
			.want = ledger->pool[POOL_ICMP],
			.confidence = CONFIDENCE_POSSIBLE,
			.counters = COUNTER_BIT(ICMP_IN_UNREACHS) |
	                            COUNTER_BIT(ICMP_OUT_UNREACHS) |
	                            COUNTER_BIT(LOCK_DROPPED_ICMPS),
			.where = COUNTER_LOCK_DROPPED_ICMPS,
			.kind = RESET_KINDS,
			.did = "got ICMP messages while connect() was at work",
			.why = "a message that says refused or unreachable fails the connect, and no counter of TCP tells",
		});
	if (!ledger->ours)
		return;
	(void)found_claim(
		ledger,
		&(struct claim){
			.cause = "firewall-reject",
			.pool = POOL_RECEIVED,
			.want = ledger->pool[POOL_RECEIVED],
			.confidence = CONFIDENCE_LIKELY,
			.counters = COUNTER_BIT(ESTAB_RESETS) |
	                            COUNTER_BIT(OUT_RSTS),
			.where = COUNTER_ESTAB_RESETS,
			.kind = RESET_KINDS,
			.did = "were reset, and no TCP here did it",
			.why = "ends failed, and neither end's TCP sent a reset; the server's end may still stand",
		});
}

const struct incident_rule incident_firewall_reject = {
	.id = "firewall-reject",
	.judge = judge,
};
