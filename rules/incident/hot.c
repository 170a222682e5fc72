// SPDX-License-Identifier: GPL-2.0-or-later
/* hot - see hot.h. */
#include "rules/incident/hot.h"

#include <stdio.h>

#include "probes/goal.h"
#include "rules/incident/found.h"
#include "rules/listener.h"
#include "rules/remedy.h"
#include "rules/rule.h"
#include "rules/saturate.h"

static const struct listener *by_cookie(const struct netns_facts *ns,
                                        uint64_t cookie)
{
	for (size_t i = 0; ns && i < ns->n_listeners; i++) {
		if (ns->listeners[i].cookie == cookie)
			return &ns->listeners[i];
	}
	return NULL;
}

/* sk_drops has 32 bits. */
static uint64_t drops_since(const struct listener *before,
                            const struct listener *after)
{
	if (after->drops.state != FACT_KNOWN)
		return 0;
	if (!before)
		return after->drops.value;
	if (before->drops.state != FACT_KNOWN)
		return 0;
	return (uint32_t)(after->drops.value - before->drops.value);
}

static void from_facts(struct hot *hot, const struct listener *listener,
                       const struct listener *before)
{
	hot->listener = listener;
	hot->seen = NULL;
	hot->owner = listener->n_owners ? listener->owners : NULL;
	hot->drops = drops_since(before, listener);
	hot->limit = listener->limit;
	hot->peak = listener->queue;
	hot->gone = false;
	hot->left = 0;
	hot->owner_died = false;
	hot->files_open = hot->files_limit =
		(struct fact_u64){ .state = FACT_UNREAD };
}

static void from_past(struct hot *hot, const struct listener *before)
{
	from_facts(hot, before, before);
	hot->gone = true;
	hot->left = before->queue;
}

static const struct netns_facts *netns_of(const struct host *host,
                                          uint64_t inode)
{
	for (size_t i = 0; i < host->n_ns; i++) {
		if (host->ns[i].inode == inode)
			return &host->ns[i];
	}
	return NULL;
}

/* The owners that were not found at first may have been in the end. */
static void from_samples(struct hot *hot, const struct seen_listener *seen)
{
	const struct listener *now = by_cookie(hot->ns, seen->first.cookie);

	from_facts(hot, &seen->first, NULL);
	if (!hot->owner && now && now->n_owners)
		hot->owner = now->owners;
	hot->seen = seen;
	hot->drops = seen->drops.state == FACT_KNOWN ? seen->drops.value : 0;
	hot->limit = seen->limit;
	hot->peak = seen->queue_peak;
	hot->gone = seen->gone_ns != 0;
	hot->left = hot->gone ? seen->queue_last : 0;
	hot->owner_died = seen->owner_died;
	hot->files_open = seen->files_open;
	hot->files_limit = seen->files_limit;
}

static bool next_sampled(const struct ledger *ledger, struct hot *hot)
{
	const struct observed *seen = ledger->seen;

	while (hot->at < seen->n_listeners) {
		const struct seen_listener *listener =
			&seen->listeners[hot->at++];

		hot->ns = netns_of(ledger->incident->after,
		                   listener->netns_inode);
		if (!hot->ns)
			continue;
		from_samples(hot, listener);
		return true;
	}
	return false;
}

/* Those that are there, then those that are not any more. */
static bool next_in(const struct netns_delta *delta, struct hot *hot)
{
	const size_t n = delta->ns->n_listeners;
	const size_t n_before = delta->before ? delta->before->n_listeners : 0;

	hot->ns = delta->ns;
	if (hot->at < n) {
		const struct listener *listener =
			&delta->ns->listeners[hot->at++];

		from_facts(hot, listener,
		           by_cookie(delta->before, listener->cookie));
		return true;
	}
	while (hot->at - n < n_before) {
		const struct listener *listener =
			&delta->before->listeners[hot->at++ - n];

		if (delta->ns->listeners_read.state != FACT_KNOWN ||
		    by_cookie(delta->ns, listener->cookie))
			continue;
		from_past(hot, listener);
		return true;
	}
	return false;
}

static bool next_fact(const struct ledger *ledger, struct hot *hot)
{
	struct netns_delta delta;
	size_t ns_at = hot->ns_at;

	while (ledger_netns(ledger, &ns_at, &delta)) {
		if (next_in(&delta, hot))
			return true;
		hot->ns_at = ns_at;
		hot->at = 0;
	}
	return false;
}

bool hot_next(const struct ledger *ledger, struct hot *hot)
{
	return ledger->seen->sampled.state == FACT_KNOWN
	               ? next_sampled(ledger, hot)
	               : next_fact(ledger, hot);
}

uint64_t hot_drops(const struct ledger *ledger, const struct netns_facts *ns)
{
	struct hot hot = { .at = 0 };
	uint64_t drops = 0;

	while (hot_next(ledger, &hot)) {
		if (hot.ns == ns)
			drops = saturate_add(drops, hot.drops);
	}
	return drops;
}

uint64_t hot_weight(const struct hot *hot, const struct hot_rank *rank)
{
	if (rank->sign == HOT_DROPS)
		return hot->drops;
	if (rank->sign == HOT_FULL)
		return hot->seen ? hot->seen->full : 0;
	return 1;
}

static uint64_t total_weight(const struct ledger *ledger,
                             const struct netns_facts *ns,
                             const struct hot_rank *rank)
{
	struct hot hot = { .at = 0 };
	uint64_t total = 0;

	while (hot_next(ledger, &hot)) {
		if (hot.ns == ns)
			total = saturate_add(total, hot_weight(&hot, rank));
	}
	return total;
}

struct hot_rank hot_rank(const struct ledger *ledger,
                         const struct netns_facts *ns)
{
	struct hot_rank rank = { .sign = HOT_DROPS };

	for (; rank.sign <= HOT_ALONE; rank.sign++) {
		rank.total = total_weight(ledger, ns, &rank);
		if (rank.total)
			break;
	}
	if (rank.sign == HOT_ALONE && rank.total > 1)
		rank.total = 0;
	return rank;
}

/* @amount * @part / @whole, where no part is larger than the whole; what
   cannot be computed is all, or nothing, of it */
static uint64_t portion(uint64_t amount, uint64_t part, uint64_t whole,
                        bool round_up)
{
	uint64_t product;

	if (__builtin_mul_overflow(amount, part, &product))
		return round_up ? amount : 0;
	return product / whole + (round_up && product % whole);
}

struct count_range hot_share(const struct hot *hot, const struct hot_rank *rank,
                             struct count_range amount)
{
	const uint64_t own = hot_weight(hot, rank);
	const uint64_t others = saturate_sub(rank->total, own);
	const bool healthy =
		hot->seen && hot->seen->samples && !hot->seen->full;
	struct count_range share = { 0, 0 };

	if (!others)
		return amount;
	share.max = portion(amount.max, saturate_mul(2, own),
	                    saturate_add(saturate_mul(2, own), others), true);
	if (!healthy)
		share.min = portion(amount.min, own,
		                    saturate_add(own, saturate_mul(2, others)),
		                    false);
	return share;
}

bool hot_starved(const struct hot *hot)
{
	return hot->files_open.state == FACT_KNOWN &&
	       hot->files_limit.state == FACT_KNOWN &&
	       hot->files_open.value >= hot->files_limit.value;
}

void hot_found(struct cause_found *found, const struct hot *hot)
{
	listener_format(hot->listener, found->listener,
	                sizeof(found->listener));
	if (hot->owner)
		found_process(found, hot->owner->pid, hot->owner->comm);
}

void hot_more_room(struct cause_found *found, const struct ledger *ledger,
                   const struct hot *hot, uint64_t more)
{
	const uint64_t need = saturate_add(hot->limit, more);
	struct goal goal = goal_default();
	const struct rule_input in = {
		.host = ledger->incident->after,
		.ns = hot->ns,
		.listener = hot->listener,
		.goal = &goal,
	};

	goal.flows = least(most(need, goal.flows), GOAL_FLOWS_MAX);
	goal.burst = goal.flows;
	if (hot->gone)
		remedy_raise(&found->remedy, &in, SYSCTL_SOMAXCONN, need,
		             REMEDY_BACKLOG_LEAST);
	else
		remedy_relisten(&found->remedy, &in,
		                remedy_limit(need, REMEDY_BACKLOG_LEAST));
}
