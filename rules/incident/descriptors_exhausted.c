// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * descriptors-exhausted - a program had as many descriptors open as it may.
 *
 * Here those that could not open a socket, as their output says. A server that
 * cannot accept lets its queue fill: accept_queue_overflow.c judges that.
 */
#include "rules/incident/found.h"

static void judge(struct ledger *ledger)
{
	(void)found_claim(
		ledger, &(struct claim){
				.cause = "descriptors-exhausted",
				.pool = POOL_DESCRIPTORS,
				.want = ledger->pool[POOL_DESCRIPTORS],
				.confidence = CONFIDENCE_CERTAIN,
				.where = COUNTER_ACTIVE_OPENS,
				.kind = RESET_KINDS,
				.did = "got no descriptor (EMFILE or ENFILE)",
				.why = "the command said so itself",
				.more = { "failures in the command\'s output",
	                                  ledger->pool[POOL_DESCRIPTORS].max },
			});
}

const struct incident_rule incident_descriptors_exhausted = {
	.id = "descriptors-exhausted",
	.judge = judge,
};
