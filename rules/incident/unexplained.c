// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unexplained - what no other cause accounts for, and what to collect.
 *
 * Never a guess. It is said as well when counters of failures could not be
 * read, for then nobody knows whether there is anything to explain.
 */
#include <stdio.h>

#include "probes/base/text.h"
#include "rules/incident/found.h"
#include "rules/saturate.h"

static void ask(struct cause_found *found, const char *what)
{
	text_join(found->why, sizeof(found->why), "; ", what);
}

static void say_what_to_collect(const struct ledger *ledger,
                                struct cause_found *found)
{
	const struct observed *seen = ledger->seen;

	if (!ledger->whole)
		ask(found, "counters of failures could not be read");
	if (!ledger->incident->seen)
		ask(found,
		    "`kiloflow run -- CMD` while it happens sees listeners, sockets and resets");
	else if (!ledger->tally.complete)
		ask(found,
		    "as root with tracefs on Linux 6.12 or later each reset comes with the kernel's reason");
	if (seen->ended.lost || seen->traced.lost)
		ask(found, "events were lost");
	if (!ledger->ours)
		ask(found,
		    "look at the other end too, at the same time: a reset that comes from there has its cause there");
	else
		ask(found,
		    "nothing here sent as many resets: look for a firewall between the two ends");
}

static void judge(struct ledger *ledger)
{
	const struct count_range left = {
		saturate_sub(ledger->failed.min, ledger->taken.max),
		saturate_sub(ledger->failed.max, ledger->taken.min),
	};
	struct cause_found found;

	if (!left.min && ledger->whole)
		return;
	found = found_make("unexplained", NULL, left, CONFIDENCE_POSSIBLE);
	found_what(&found, "failed, and nothing that was observed says why");
	if (!left.min)
		(void)snprintf(found.what, sizeof(found.what),
		               "whether more connections failed is not known");
	found_counters(&found, ledger->sum,
	               COUNTER_BIT(OUT_RSTS) | COUNTER_BIT(ESTAB_RESETS) |
	                       COUNTER_BIT(ATTEMPT_FAILS) |
	                       COUNTER_BIT(ABORT_ON_TIMEOUT));
	found_evidence(&found, "failures in the command's output",
	               ledger_errors(ledger, NULL));
	say_what_to_collect(ledger, &found);
	ledger_emit(ledger, &found);
}

const struct incident_rule incident_unexplained = {
	.id = "unexplained",
	.judge = judge,
};
