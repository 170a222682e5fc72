// SPDX-License-Identifier: GPL-2.0-or-later
/* other - see other.h. */
#include "rules/incident/other.h"

#include "rules/saturate.h"

/*
 * With as many ends as resets, each reset is taken to have ended one: that
 * half of them ended two and the others none is possible, but far-fetched.
 */
struct count_range other_forced(const struct ledger *ledger)
{
	const uint64_t left = ledger->pool[POOL_OTHER].max;
	struct count_range forced = { 0, least(left, ledger->ends.max) };

	if (!ledger->ours)
		return forced;
	forced.max = least(left, saturate_sub(ledger->ends.max, left));
	forced.min = least(left, saturate_sub(ledger->ends.min, left));
	return forced;
}

struct count_range other_orderly(const struct ledger *ledger)
{
	const uint64_t left = ledger->pool[POOL_OTHER].max;
	const struct count_range forced = other_forced(ledger);
	struct count_range orderly = { 0, left };

	if (!ledger->ours)
		return orderly;
	orderly.max = least(left - forced.min, ledger->ends.max);
	orderly.min = saturate_sub(least(left, ledger->ends.min), forced.max);
	return orderly;
}

struct count_range other_traced(const struct ledger *ledger,
                                enum reset_kind kind, struct count_range guess)
{
	const struct reset_tally *tally = &ledger->tally;
	uint64_t n = tally->n[kind];

	if (!tally->complete)
		return guess;
	if (kind == RESET_CLOSED)
		n = saturate_sub(n, other_aborts(ledger).min);
	return count_exactly(n);
}

enum confidence other_confidence(const struct ledger *ledger,
                                 enum confidence guess)
{
	return ledger->tally.complete ? CONFIDENCE_CERTAIN : guess;
}

struct count_range other_each(const struct ledger *ledger, uint64_t n)
{
	return (struct count_range){ ledger->ours ? n : 0, n };
}

struct count_range other_each_forced(const struct ledger *ledger)
{
	return ledger->tally.complete ? (struct count_range){ 1, 2 }
	                              : (struct count_range){ 0, 0 };
}

/*
 * An abort ends its own end, and with both here the peer's; late data ends the
 * peer's at most.
 */
struct count_range other_aborts(const struct ledger *ledger)
{
	const uint64_t *sum = ledger->sum;
	const uint64_t data = sum[COUNTER_ABORT_ON_DATA];
	const uint64_t ends = sum[COUNTER_ESTAB_RESETS];
	const uint64_t late = least(data, ledger->tally.n[RESET_DATA]);
	uint64_t others;
	struct count_range aborts = { 0, least(data, ends) };

	if (ledger->tally.complete)
		return count_exactly(data - late);
	if (!ledger->whole)
		return count_upto(data);
	if (!ledger->ours)
		return aborts;
	others = saturate_add(
		saturate_mul(2, saturate_sub(sum[COUNTER_OUT_RSTS], data)),
		sum[COUNTER_ABORT_ON_TIMEOUT]);
	aborts.min = least(aborts.max,
	                   saturate_sub(ends, saturate_add(data, others)));
	return aborts;
}
