// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * app-abort - a program reset the connection on purpose.
 *
 * SO_LINGER 0 counts as TCPAbortOnData, which counts data for a closed socket
 * too; a negative TCP_LINGER2 counts as TCPAbortOnLinger; connect() with
 * AF_UNSPEC counts nowhere.
 */
#include "rules/incident/found.h"
#include "rules/incident/other.h"
#include "rules/saturate.h"

static void judge_linger0(struct ledger *ledger)
{
	const struct count_range aborts = other_aborts(ledger);
	const uint64_t by_client = ledger->tally.by_client[RESET_CLOSED];
	const struct count_range want = {
		saturate_sub(aborts.min, by_client),
		saturate_sub(aborts.max, by_client),
	};

	(void)found_claim(
		ledger,
		&(struct claim){
			.cause = "app-abort",
			.pool = POOL_DATA,
			.want = want,
			.confidence =
				other_confidence(ledger, CONFIDENCE_LIKELY),
			.counters = COUNTER_BIT(ABORT_ON_DATA) |
	                            COUNTER_BIT(OUT_RSTS) |
	                            COUNTER_BIT(ESTAB_RESETS),
			.where = COUNTER_ABORT_ON_DATA,
			.kind = RESET_CLOSED,
			.did = "were reset on purpose (SO_LINGER 0)",
			.why = "TCPAbortOnData counts them, and counts data that came after a close() too",
		});
}

static void judge(struct ledger *ledger)
{
	judge_linger0(ledger);
	(void)found_claim(
		ledger,
		&(struct claim){
			.cause = "app-abort",
			.pool = POOL_LINGER,
			.want = ledger->pool[POOL_LINGER],
			.confidence = CONFIDENCE_CERTAIN,
			.counters = COUNTER_BIT(ABORT_ON_LINGER) |
	                            COUNTER_BIT(OUT_RSTS),
			.where = COUNTER_ABORT_ON_LINGER,
			.kind = RESET_LINGER,
			.did = "were reset on purpose (TCP_LINGER2 below 0)",
			.why = "TCPAbortOnLinger counts exactly that",
		});
	(void)found_claim(
		ledger,
		&(struct claim){
			.cause = "app-abort",
			.pool = POOL_OTHER,
			.want = other_traced(
				ledger, RESET_CLOSED,
				count_upto(other_forced(ledger).max)),
			.each = other_each_forced(ledger),
			.confidence =
				other_confidence(ledger, CONFIDENCE_POSSIBLE),
			.counters = COUNTER_BIT(OUT_RSTS) |
	                            COUNTER_BIT(ESTAB_RESETS),
			.where = COUNTER_OUT_RSTS,
			.kind = RESET_CLOSED,
			.did = "were reset on purpose (connect() with AF_UNSPEC)",
			.why = "no counter tells it from other ways to end a connection by force",
		});
}

const struct incident_rule incident_app_abort = {
	.id = "app-abort",
	.judge = judge,
};
