// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * process-died - the process that held a listener ended.
 *
 * Its connections with unread data are reset, the others are closed in good
 * order: their clients see the end, or a reset when they write after it. Many
 * a process ends after its work, so that alone is no cause; and without a
 * trace what it left unread is peer-closed-unread's, which is as true.
 */
#include <stdio.h>

#include "rules/incident/found.h"
#include "rules/incident/hot.h"
#include "rules/incident/other.h"
#include "rules/saturate.h"

/* Resets for unread data that this process sent when it ended. */
static uint64_t sent_by(const struct ledger *ledger, const struct hot *hot)
{
	const struct observed *seen = ledger->seen;
	uint64_t n = 0;

	for (size_t i = 0; hot->owner && i < seen->n_resets; i++) {
		const struct seen_reset *reset = &seen->resets[i];

		n += !reset->received && reset->pid == hot->owner->pid &&
		     reset->at_ns >= hot->seen->seen_ns &&
		     reset_kind(reset) == RESET_UNREAD;
	}
	return n;
}

/* Connections of the listener whose end here ended then or later. */
static uint64_t ended_then(const struct ledger *ledger, const struct hot *hot)
{
	const struct observed *seen = ledger->seen;
	uint64_t n = 0;

	for (size_t i = 0; i < seen->n_ends; i++)
		n += seen->ends[i].tuple.sport == hot->listener->port &&
		     seen->ends[i].at_ns >= hot->seen->seen_ns;
	return n;
}

static void judge_one(struct ledger *ledger, const struct hot *hot)
{
	const bool traced = ledger->tally.complete;
	const uint64_t then = ended_then(ledger, hot);
	const struct count_range orderly = other_orderly(ledger);
	/* fewer than must have ended like that do not account for them */
	const uint64_t late_max =
		traced || then < orderly.min ? 0 : least(then, orderly.max);
	const struct count_range unread =
		ledger_draw(ledger, POOL_CLOSE,
	                    count_exactly(traced ? sent_by(ledger, hot) : 0));
	const struct count_range late = ledger_draw_other(
		ledger, count_upto(late_max), other_each(ledger, 1));
	const struct count_range all = {
		unread.min,
		saturate_add(unread.max, late.max),
	};
	struct cause_found found =
		found_make("process-died", hot->ns, all, CONFIDENCE_CERTAIN);

	if (!all.max)
		return;
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
		if (hot.owner_died && hot.gone)
			judge_one(ledger, &hot);
	}
}

const struct incident_rule incident_process_died = {
	.id = "process-died",
	.judge = judge,
};
