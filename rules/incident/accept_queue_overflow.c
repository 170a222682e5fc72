// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * accept-queue-overflow, and descriptors-exhausted where that is why the queue
 * was not emptied.
 *
 * A full queue harms in four ways, and each has a signature of its own beside
 * ListenOverflows: a SYN is dropped (the connect stalls, some give up); the
 * ACK of a SYN cookie is dropped and the next segment of an eager client is
 * reset at once (SyncookiesFailed); the ACK of a half-open connection is
 * dropped, and that one expires (a late reset, which has no counter); or
 * tcp_abort_on_overflow resets it (EmbryonicRsts).
 *
 * ListenOverflows of the namespace gives the amount; the listeners' drops,
 * which count more than that, only divide it.
 */
#include <inttypes.h>
#include <stdio.h>

#include "probes/base/text.h"
#include "rules/incident/found.h"
#include "rules/incident/hot.h"
#include "rules/incident/other.h"
#include "rules/incident/stall.h"
#include "rules/remedy.h"
#include "rules/saturate.h"

enum way { WAY_COOKIE, WAY_ABORT, WAY_LATE, WAY_STALL, WAYS };

static const struct {
	const char *why;
	const char *sees;
} ways[] = {
	[WAY_COOKIE] = {
		"reset at once: the full queue dropped the ACK of their SYN cookie, and their next segment was no cookie",
		"ECONNRESET at once, on a client that wrote more than one segment",
	},
	[WAY_ABORT] = {
		"reset by net.ipv4.tcp_abort_on_overflow",
		"ECONNRESET from connect() or right after it",
	},
	[WAY_LATE] = {
		"reset late: connected for the client, dropped at the ACK, and then forgotten",
		"ECONNRESET seconds to two minutes after a connect() that had succeeded",
	},
	[WAY_STALL] = {
		"given up in connect(): the queue dropped each SYN",
		"ETIMEDOUT from connect()",
	},
};

/* What the overflows of a namespace did. */
struct overflow {
	struct netns_delta delta;
	uint64_t overflows;
	uint64_t drops; /* of its listeners */
	struct hot_rank rank;
	struct count_range way[WAYS];
};

static struct count_range draw_cookies(struct ledger *ledger,
                                       const struct netns_delta *delta)
{
	const uint64_t failed = netns_count(delta, COUNTER_SYNCOOKIES_FAILED);
	const uint64_t said = ledger_errors(ledger, "ECONNRESET");
	const uint64_t ends = ledger->ends.max;
	struct count_range drawn = ledger_draw_other(
		ledger, count_exactly(failed), other_each(ledger, 1));

	/* one client may have been sent several */
	if (ledger->ours)
		drawn.min = least(drawn.min, ends);
	if (said)
		drawn.min = least(drawn.min, said);
	return drawn;
}

/* Was it a client's end that never got anything through? */
static bool is_phantom(const struct ledger *ledger, const struct seen_end *end)
{
	struct hot hot = { .at = 0 };

	/* the SYN counts as one byte */
	if (end->bytes_acked > 1 || end->bytes_received)
		return false;
	while (hot_next(ledger, &hot)) {
		if (hot.drops && hot.listener->port == end->tuple.dport)
			return true;
	}
	return false;
}

static uint64_t phantoms(const struct ledger *ledger)
{
	uint64_t n = 0;

	for (size_t i = 0; i < ledger->seen->n_ends; i++)
		n += is_phantom(ledger, &ledger->seen->ends[i]);
	return n;
}

/*
 * Overflows at the ACK: at most so many. With a cookie each ACK counts in
 * SyncookiesRecv too; without, it counts twice in the listener's drops.
 */
static uint64_t at_ack(const struct overflow *overflow)
{
	const struct netns_delta *delta = &overflow->delta;
	const uint64_t drops = netns_count(delta, COUNTER_LISTEN_DROPS);

	/* of a listener that is gone the drops are not known */
	if (overflow->drops < drops)
		return overflow->overflows;
	return saturate_add(netns_count(delta, COUNTER_SYNCOOKIES_RECV),
	                    overflow->drops - drops);
}

/*
 * Such a reset looks like others that a listener sends to an ACK it knows
 * nothing of. The client's end tells it: nothing that it sent was ever
 * acknowledged.
 */
static struct count_range draw_late(struct ledger *ledger,
                                    const struct overflow *overflow)
{
	const uint64_t before = saturate_add(overflow->way[WAY_COOKIE].max,
	                                     overflow->way[WAY_ABORT].max);
	const bool ambiguous = ledger->sum[COUNTER_TIME_WAIT_OVERFLOW];
	struct count_range want = other_orderly(ledger);

	want.max = least(want.max, saturate_sub(overflow->overflows, before));
	want.max = least(want.max, at_ack(overflow));
	want.min = least(want.max, saturate_sub(phantoms(ledger), before));
	if (ledger->tally.complete)
		want.min = want.max =
			least(want.max,
		              saturate_sub(ledger->tally.n[RESET_NO_REQUEST],
		                           before));
	if (ambiguous)
		want.min = 0;
	return ledger_draw_other(ledger, want, other_each(ledger, 1));
}

static void draw_all(struct ledger *ledger, struct overflow *overflow)
{
	struct count_range *way = overflow->way;
	const uint64_t aborted =
		least(overflow->overflows,
	              netns_count(&overflow->delta, COUNTER_EMBRYONIC_RSTS));

	way[WAY_COOKIE] = draw_cookies(ledger, &overflow->delta);
	way[WAY_ABORT] =
		ledger_draw(ledger, POOL_OVERFLOW, count_exactly(aborted));
	way[WAY_LATE] = draw_late(ledger, overflow);
	way[WAY_STALL] = stall_draw(ledger, &overflow->delta,
	                            overflow->overflows, at_ack(overflow));
}

static void say_ways(struct cause_found *found,
                     const struct count_range way[static WAYS])
{
	found->sees[0] = '\0';
	for (size_t i = 0; i < WAYS; i++) {
		char count[64];
		char part[192];

		if (!way[i].max)
			continue;
		found_count_text(way[i], count, sizeof(count));
		(void)snprintf(part, sizeof(part), "%s %s", count, ways[i].why);
		text_join(found->why, sizeof(found->why), "; ", part);
		text_join(found->sees, sizeof(found->sees), "; ", ways[i].sees);
	}
	if (!found->sees[0])
		(void)snprintf(
			found->sees, sizeof(found->sees),
			"connect() took 1, 2, 3 s and more; or a server that speaks first kept silent");
	text_join(
		found->why, sizeof(found->why), "; ",
		"those whose SYN was sent again and then accepted came late, and did not fail");
}

static void say_evidence(struct cause_found *found,
                         const struct overflow *overflow)
{
	uint64_t sum[COUNTER_COUNT];

	for (enum counter_id id = 0; id < COUNTER_COUNT; id++)
		sum[id] = netns_count(&overflow->delta, id);
	found_counters(
		found, sum,
		COUNTER_BIT(LISTEN_OVERFLOWS) | COUNTER_BIT(LISTEN_DROPS) |
			COUNTER_BIT(SYNCOOKIES_SENT) |
			COUNTER_BIT(SYNCOOKIES_FAILED) |
			COUNTER_BIT(EMBRYONIC_RSTS) | COUNTER_BIT(SYN_RETRANS) |
			COUNTER_BIT(SYN_CHALLENGE));
}

/* Of @hot, or of the namespace when no listener is known to have dropped. */
static struct cause_found found_ways(const struct overflow *overflow,
                                     const struct count_range way[static WAYS],
                                     const char *id, const char *did)
{
	struct count_range all = { 0, 0 };
	struct cause_found found;

	for (size_t i = 0; i < WAYS; i++) {
		all.min = saturate_add(all.min, way[i].min);
		all.max = saturate_add(all.max, way[i].max);
	}
	found = found_make(id, overflow->delta.ns, all,
	                   all.min == all.max ? CONFIDENCE_CERTAIN
	                                      : CONFIDENCE_LIKELY);
	found_what(&found, did);
	say_ways(&found, way);
	say_evidence(&found, overflow);
	return found;
}

static void judge_listener(struct ledger *ledger,
                           const struct overflow *overflow,
                           const struct hot *hot)
{
	const bool starved = hot_starved(hot);
	const struct count_range lost = hot_share(
		hot, &overflow->rank, count_exactly(overflow->overflows));
	struct count_range way[WAYS];
	struct cause_found found;
	char did[128];

	for (size_t i = 0; i < WAYS; i++)
		way[i] = hot_share(hot, &overflow->rank, overflow->way[i]);
	(void)snprintf(
		did, sizeof(did),
		starved ? "met a queue that its owner, out of descriptors (%" PRIu64
			  " open), did not empty"
			: "met a full accept queue: it holds %" PRIu64,
		starved ? hot->files_open.value
			: listener_capacity(hot->listener));
	found = found_ways(overflow, way,
	                   starved ? "descriptors-exhausted"
	                           : "accept-queue-overflow",
	                   did);
	hot_found(&found, hot);
	found_evidence(&found, "drops of the listener", hot->drops);
	found_evidence(&found, "queue peak", hot->peak);
	found_evidence(&found, "queue limit", hot->limit);
	found_evidence(&found, "descriptors open", hot->files_open.value);
	if (starved)
		remedy_command(
			&found.remedy, NULL,
			"prlimit --pid %d --nofile=%" PRIu64, (int)found.pid,
			remedy_limit(hot->files_open.value + lost.max, 1024));
	else
		hot_more_room(&found, ledger, hot, lost.max);
	ledger_emit(ledger, &found);
}

static void judge_netns(struct ledger *ledger, struct overflow *overflow)
{
	struct hot hot = { .at = 0 };
	struct cause_found found;

	overflow->drops = hot_drops(ledger, overflow->delta.ns);
	overflow->rank = hot_rank(ledger, overflow->delta.ns);
	draw_all(ledger, overflow);
	while (overflow->rank.total && hot_next(ledger, &hot)) {
		if (hot.ns == overflow->delta.ns &&
		    hot_weight(&hot, &overflow->rank))
			judge_listener(ledger, overflow, &hot);
	}
	if (overflow->rank.total)
		return;
	found = found_ways(
		overflow, overflow->way, "accept-queue-overflow",
		"met a full accept queue, of a listener that is not known");
	ledger_emit(ledger, &found);
}

static void judge(struct ledger *ledger)
{
	struct overflow overflow;
	size_t at = 0;

	while (ledger_netns(ledger, &at, &overflow.delta)) {
		overflow.overflows =
			netns_count(&overflow.delta, COUNTER_LISTEN_OVERFLOWS);
		if (overflow.overflows)
			judge_netns(ledger, &overflow);
	}
}

const struct incident_rule incident_accept_queue_overflow = {
	.id = "accept-queue-overflow",
	.judge = judge,
};
