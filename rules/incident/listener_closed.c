// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * listener-closed - a listener went away, and its queue with it.
 *
 * The kernel resets what nobody has accepted, without a counter of its own:
 * both ends count in EstabResets, and no TCPAbort counter does. How many
 * waited, the samples tell; they lag, so they are held against the resets.
 */
#include <stdio.h>

#include "rules/incident/found.h"
#include "rules/incident/hot.h"
#include "rules/incident/other.h"
#include "rules/saturate.h"

static void judge_one(struct ledger *ledger, const struct hot *hot)
{
	const struct count_range sent =
		other_traced(ledger, RESET_CLOSED, other_forced(ledger));
	const uint64_t traced =
		tally_port(ledger->incident, RESET_CLOSED, hot->listener->port,
	                   hot->seen ? hot->seen->seen_ns : 0);
	struct count_range want = {
		least(hot->seen ? hot->left : 0, sent.max),
		least(sent.max, listener_capacity(hot->listener)),
	};
	struct count_range drawn;
	struct cause_found found;

	if (ledger->tally.complete)
		want = count_exactly(least(traced, sent.max));
	drawn = ledger_draw_other(ledger, want,
	                          want.min ? (struct count_range){ 1, 2 }
	                                   : (struct count_range){ 0, 0 });
	if (!drawn.max)
		return;
	ledger->tally.n[RESET_CLOSED] =
		saturate_sub(ledger->tally.n[RESET_CLOSED], drawn.max);
	found = found_make("listener-closed", hot->ns, drawn,
	                   other_confidence(ledger, CONFIDENCE_LIKELY));
	found_what(&found, "waited for a listener that went away");
	(void)snprintf(found.why, sizeof(found.why),
	               "what nobody has accepted is reset when %s",
	               hot->owner_died ? "its process ends"
	                               : "the listener is closed");
	found_counters(&found, ledger->sum,
	               COUNTER_BIT(OUT_RSTS) | COUNTER_BIT(ESTAB_RESETS));
	found_evidence(&found, "queue when last seen", hot->left);
	found_evidence(&found, "traced resets", traced);
	hot_found(&found, hot);
	ledger_emit(ledger, &found);
}

/* One that came and went between two looks, or before the second facts. */
static void judge_unseen(struct ledger *ledger)
{
	(void)found_claim(
		ledger,
		&(struct claim){
			.cause = "listener-closed",
			.pool = POOL_OTHER,
			.want = count_upto(other_forced(ledger).max),
			.confidence = CONFIDENCE_POSSIBLE,
			.counters = COUNTER_BIT(OUT_RSTS) |
	                            COUNTER_BIT(ESTAB_RESETS),
			.where = COUNTER_OUT_RSTS,
			.kind = RESET_KINDS,
			.did = "waited for a listener that went away",
			.why = "no counter tells it from other ways to end a connection by force; the listener was not seen",
		});
}

static void judge(struct ledger *ledger)
{
	struct hot hot = { .at = 0 };
	bool any = false;

	while (hot_next(ledger, &hot)) {
		if (!hot.gone)
			continue;
		any = true;
		judge_one(ledger, &hot);
	}
	if (!any && !ledger->tally.complete)
		judge_unseen(ledger);
}

const struct incident_rule incident_listener_closed = {
	.id = "listener-closed",
	.judge = judge,
};
