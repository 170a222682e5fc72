// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * process-died - the process that held a listener ended.
 *
 * Its connections with unread data are reset, the others are closed in good
 * order: their clients see the end, or a reset when they write after it.
 */
#include <stdio.h>

#include "rules/incident/found.h"
#include "rules/incident/hot.h"
#include "rules/incident/other.h"
#include "rules/saturate.h"

/* Resets for unread data that this process sent when it ended. */
static uint64_t sent_by(const struct ledger *ledger, const struct owner *owner)
{
	const struct observed *seen = ledger->seen;
	uint64_t n = 0;

	for (size_t i = 0; owner && i < seen->n_resets; i++) {
		const struct seen_reset *reset = &seen->resets[i];

		n += !reset->received && reset->pid == owner->pid &&
		     reset_kind(reset) == RESET_UNREAD;
	}
	return n;
}

static void judge_one(struct ledger *ledger, const struct hot *hot)
{
	const struct count_range unread =
		ledger_draw(ledger, POOL_CLOSE,
	                    ledger->tally.complete
	                            ? count_exactly(sent_by(ledger, hot->owner))
	                            : count_upto(ledger->pool[POOL_CLOSE].max));
	const struct count_range late =
		ledger_draw_other(ledger, count_upto(other_orderly(ledger).max),
	                          other_each(ledger, 1));
	const struct count_range all = {
		saturate_add(unread.min, late.min),
		saturate_add(unread.max, late.max),
	};
	struct cause_found found =
		found_make("process-died", hot->ns, all, CONFIDENCE_LIKELY);

	if (all.max)
		found.confidence =
			all.min ? CONFIDENCE_CERTAIN : CONFIDENCE_POSSIBLE;
	found_what(&found, "ended with the process that held the listener");
	(void)snprintf(
		found.why, sizeof(found.why),
		"connections with unread data are reset, the others are closed: who writes to one of these is reset later");
	found_counters(&found, ledger->sum,
	               COUNTER_BIT(ABORT_ON_CLOSE) | COUNTER_BIT(OUT_RSTS));
	hot_found(&found, hot);
	ledger_emit(ledger, &found);
}

static void judge(struct ledger *ledger)
{
	struct hot hot = { .at = 0 };

	while (hot_next(ledger, &hot)) {
		if (hot.owner_died)
			judge_one(ledger, &hot);
	}
}

const struct incident_rule incident_process_died = {
	.id = "process-died",
	.judge = judge,
};
