// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * give_up - see give_up.h.
 *
 * The last state of the sockets tells it, if somebody watched: how often the
 * same data was sent in vain. Else time may: with 15 repetitions, each after
 * twice the time of the one before, from 200 ms to 120 s
 * (net/ipv4/tcp_timer.c:retransmits_timed_out()), the kernel needs a quarter
 * of an hour.
 */
#include "rules/incident/give_up.h"

#include "rules/saturate.h"

#define RTO_MIN_NS UINT64_C(200000000)
#define RTO_MAX_NS UINT64_C(120000000000)
#define RETRIES2_DEFAULT 15

static uint64_t retries(const struct ledger *ledger)
{
	const struct sysctl_fact *fact =
		&ledger->incident->after->ns[0].sysctl[SYSCTL_RETRIES2];

	return fact->state == FACT_KNOWN ? saturate_sysctl(fact, 0)
	                                 : RETRIES2_DEFAULT;
}

static uint64_t limit_ns(uint64_t times)
{
	uint64_t rto_ns = RTO_MIN_NS;
	uint64_t ns = 0;

	for (uint64_t i = 0; i <= times && i <= UINT8_MAX; i++) {
		ns += rto_ns;
		rto_ns = least(2 * rto_ns, RTO_MAX_NS);
	}
	return ns;
}

/* Sockets that ended after repetitions: as many as @least or more, or fewer */
static uint64_t ended(const struct ledger *ledger, bool at_limit)
{
	const struct observed *seen = ledger->seen;
	uint64_t n = 0;

	for (size_t i = 0; i < seen->n_ends; i++) {
		const struct seen_end *end = &seen->ends[i];

		n += end->tuple.dport && end->retransmits &&
		     (end->retransmits >= retries(ledger)) == at_limit;
	}
	return n;
}

static bool knows_ends(const struct ledger *ledger)
{
	return ledger->seen->ended.state == FACT_KNOWN &&
	       !ledger->seen->ended.lost;
}

/* All of it happened in less time than the kernel's limit takes. */
static bool was_short(const struct ledger *ledger)
{
	const struct observed *seen = ledger->seen;

	return seen->to_ns > seen->from_ns &&
	       seen->to_ns - seen->from_ns < limit_ns(retries(ledger));
}

static struct count_range split(const struct ledger *ledger, bool at_limit)
{
	const struct count_range left = ledger->pool[POOL_TIMEOUT];
	uint64_t n;

	if (was_short(ledger))
		return at_limit ? count_exactly(0) : left;
	n = ended(ledger, at_limit);
	/* one that could not send at all has no repetitions */
	if (!knows_ends(ledger) || n + ended(ledger, !at_limit) < left.max)
		return count_upto(left.max);
	return (struct count_range){ least(n, left.min), least(n, left.max) };
}

struct count_range give_up_sooner(const struct ledger *ledger)
{
	return split(ledger, false);
}

struct count_range give_up_at_limit(const struct ledger *ledger)
{
	return split(ledger, true);
}
