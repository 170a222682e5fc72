// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ledger - see ledger.h.
 *
 * What a reset or timeout brings about, where both ends are here (measured;
 * with one end here it is the end's own share):
 *
 *	                       resets sent  EstabResets  AttemptFails
 *	closed with unread data     1          1 .. 2
 *	SO_LINGER 0                 1          1 .. 2
 *	data after a close          1          0 .. 1
 *	TCP_LINGER2                 1          0 .. 1
 *	memory, orphans             1          0 .. 2
 *	tcp_abort_on_overflow       1          0 .. 1, with both ends 1
 *	any other reset             1          0 .. 2
 *	nobody listens              1                          1
 *	SYN timeout                                            1
 *	other timeout                          0 .. 1
 *	half-open, then reset by its client                    1
 *
 * net/ipv4/tcp.c:__tcp_close(), tcp_set_state(), tcp_done();
 * net/ipv4/tcp_minisocks.c:tcp_check_req()
 */
#include "rules/incident/ledger.h"

#include <string.h>

#include "rules/saturate.h"

static const struct observed nothing_seen;

uint64_t netns_count(const struct netns_delta *delta, enum counter_id id)
{
	return delta->counter[id].state == FACT_KNOWN ? delta->counter[id].value
	                                              : 0;
}

/* Without an inode (a saved host) the place in the list has to do. */
static const struct netns_facts *
find_before(const struct host *before, const struct host *after, size_t at)
{
	const uint64_t inode = after->ns[at].inode;

	for (size_t i = 0; i < before->n_ns; i++) {
		if (before->ns[i].inode == inode && (inode || i == at))
			return &before->ns[i];
	}
	return NULL;
}

/* A counter that went back is of another namespace, or of another boot. */
static struct fact_u64 difference(struct fact_u64 after, struct fact_u64 before)
{
	if (after.state != FACT_KNOWN || before.state != FACT_KNOWN)
		return (struct fact_u64){
			.state = after.state == FACT_KNOWN ? before.state
			                                   : after.state,
		};
	if (after.value < before.value)
		return (struct fact_u64){ .state = FACT_BROKEN };
	return fact_known(after.value - before.value);
}

static void fill_netns(const struct incident *incident, size_t at,
                       struct netns_delta *ret)
{
	const struct host *before = incident->before;

	ret->ns = &incident->after->ns[at];
	ret->before = before ? find_before(before, incident->after, at) : NULL;
	memcpy(ret->counter, ret->ns->counter, sizeof(ret->counter));
	for (size_t id = 0; ret->before && id < COUNTER_COUNT; id++)
		ret->counter[id] = difference(ret->ns->counter[id],
		                              ret->before->counter[id]);
}

bool incident_covers(const struct incident *incident, size_t at)
{
	const struct host *before = incident->before;

	if (incident->after->ns[at].entered.state == FACT_ABSENT)
		return false;
	return !before || find_before(before, incident->after, at) ||
	       before->netns_hidden.state != FACT_UNREAD;
}

bool ledger_netns(const struct ledger *ledger, size_t *at,
                  struct netns_delta *ret)
{
	const struct host *after = ledger->incident->after;

	while (*at < after->n_ns) {
		const size_t i = (*at)++;

		if (!incident_covers(ledger->incident, i))
			continue;
		fill_netns(ledger->incident, i, ret);
		return true;
	}
	return false;
}

const struct netns_facts *ledger_where(const struct ledger *ledger,
                                       enum counter_id id)
{
	const struct netns_facts *where = NULL;
	struct netns_delta delta;
	uint64_t largest = 0;
	size_t at = 0;

	while (ledger_netns(ledger, &at, &delta)) {
		if (netns_count(&delta, id) <= largest)
			continue;
		largest = netns_count(&delta, id);
		where = delta.ns;
	}
	return where;
}

/* The log is a ring: what is new in it is what came after the last look. */
static bool is_new(const struct host *before, const struct kmsg_event *event)
{
	return !before || (before->kmsg.now_us.state == FACT_KNOWN &&
	                   event->last_us > before->kmsg.now_us.value);
}

static uint64_t kmsg_count(const struct host *host, enum kmsg_kind kind)
{
	uint64_t n = 0;

	for (size_t i = 0; host && i < host->kmsg.n_events; i++) {
		if (host->kmsg.events[i].kind == kind)
			n = saturate_add(n, host->kmsg.events[i].count);
	}
	return n;
}

uint64_t ledger_kmsg(const struct ledger *ledger, enum kmsg_kind kind)
{
	const struct host *before = ledger->incident->before;
	const struct host *after = ledger->incident->after;
	bool fresh = false;

	for (size_t i = 0; i < after->kmsg.n_events; i++) {
		const struct kmsg_event *event = &after->kmsg.events[i];

		fresh = fresh || (event->kind == kind && is_new(before, event));
	}
	return fresh ? most(1, saturate_sub(kmsg_count(after, kind),
	                                    kmsg_count(before, kind)))
	             : 0;
}

uint64_t ledger_errors(const struct ledger *ledger, const char *code)
{
	const struct observed *seen = ledger->seen;
	uint64_t n = 0;

	for (size_t i = 0; i < seen->n_errors; i++) {
		if (!code || !strcmp(seen->errors[i].code, code))
			n = saturate_add(n, seen->errors[i].count);
	}
	return n;
}

/* --- laying out the pools ------------------------------------------------ */

/* Sums of what the pools are made of. */
struct sums {
	uint64_t aborted;  /* half-open ones, by tcp_abort_on_overflow */
	uint64_t attempts; /* AttemptFails, but for what clients gave up */
	uint64_t other;    /* resets without a counter of their own */
	uint64_t free;     /* of these, such as may have refused somebody */
	struct count_range syn;  /* timeouts of attempts */
	struct count_range rest; /* EstabResets left for other resets */
};

static void add_netns(struct ledger *ledger, const struct netns_delta *delta,
                      struct sums *sums)
{
	static const enum counter_id decisive[] = {
		COUNTER_OUT_RSTS,
		COUNTER_ESTAB_RESETS,
		COUNTER_ATTEMPT_FAILS,
	};
	const struct sysctl_fact *abort_on_overflow =
		&delta->ns->sysctl[SYSCTL_ABORT_ON_OVERFLOW];

	for (size_t i = 0; i < sizeof(decisive) / sizeof(decisive[0]); i++) {
		if (delta->counter[decisive[i]].state != FACT_KNOWN)
			ledger->whole = false;
	}
	for (enum counter_id id = 0; id < COUNTER_COUNT; id++)
		ledger->sum[id] =
			saturate_add(ledger->sum[id], netns_count(delta, id));
	if (abort_on_overflow->state == FACT_KNOWN && abort_on_overflow->v[0])
		sums->aborted = saturate_add(
			sums->aborted,
			least(netns_count(delta, COUNTER_EMBRYONIC_RSTS),
		              netns_count(delta, COUNTER_LISTEN_OVERFLOWS)));
}

static uint64_t half(uint64_t n)
{
	return n / 2 + n % 2;
}

/* Resets that have a counter. */
static uint64_t counted_resets(const struct ledger *ledger,
                               const struct sums *sums)
{
	const uint64_t *sum = ledger->sum;

	return saturate_add(
		saturate_add(sum[COUNTER_ABORT_ON_CLOSE],
	                     sum[COUNTER_ABORT_ON_DATA]),
		saturate_add(saturate_add(sum[COUNTER_ABORT_ON_LINGER],
	                                  sum[COUNTER_ABORT_ON_MEMORY]),
	                     sums->aborted));
}

static void count_resets(const struct ledger *ledger, struct sums *sums)
{
	const uint64_t *sum = ledger->sum;

	sums->attempts = saturate_sub(sum[COUNTER_ATTEMPT_FAILS],
	                              saturate_sub(sum[COUNTER_EMBRYONIC_RSTS],
	                                           sums->aborted));
	sums->other = saturate_sub(sum[COUNTER_OUT_RSTS],
	                           counted_resets(ledger, sums));
	/* a cookie that fails is a matter of a listener */
	sums->free = saturate_sub(sums->other, sum[COUNTER_SYNCOOKIES_FAILED]);
}

/* How many timeouts were those of attempts? */
static void split_timeouts(const struct ledger *ledger, struct sums *sums)
{
	const uint64_t *sum = ledger->sum;
	const uint64_t timeouts = sum[COUNTER_ABORT_ON_TIMEOUT];
	uint64_t min = saturate_sub(timeouts, sum[COUNTER_ESTAB_RESETS]);

	sums->syn.max = least(least(sums->attempts, timeouts),
	                      sum[COUNTER_SYN_RETRANS]);
	if (ledger->ours)
		min = most(min, saturate_sub(sums->attempts, sums->free));
	/* that others failed and timed out, and just as many, would be odd */
	if (sums->attempts == timeouts)
		min = timeouts;
	sums->syn.min = least(min, sums->syn.max);
}

/* EstabResets that neither aborts nor timeouts account for. */
static void count_ends(const struct ledger *ledger, struct sums *sums)
{
	const uint64_t *sum = ledger->sum;
	const uint64_t twice = saturate_mul(
		2, saturate_add(saturate_add(sum[COUNTER_ABORT_ON_CLOSE],
	                                     sum[COUNTER_ABORT_ON_DATA]),
	                        sum[COUNTER_ABORT_ON_MEMORY]));
	const uint64_t once = saturate_add(
		saturate_add(sum[COUNTER_ABORT_ON_LINGER], sums->aborted),
		sum[COUNTER_ABORT_ON_TIMEOUT] - sums->syn.min);
	const uint64_t ends = sum[COUNTER_ESTAB_RESETS];

	sums->rest.min = saturate_sub(ends, saturate_add(twice, once));
	sums->rest.max = saturate_sub(
		ends, saturate_add(sum[COUNTER_ABORT_ON_CLOSE],
	                           ledger->ours ? sums->aborted : 0));
}

/* EstabResets that are likely to be of something else than other resets:
   with both ends here, as many as each kind usually brings about. */
static uint64_t usual_ends(const struct ledger *ledger, const struct sums *sums)
{
	const uint64_t *sum = ledger->sum;
	const uint64_t close = sum[COUNTER_ABORT_ON_CLOSE];
	const uint64_t failed = sum[COUNTER_SYNCOOKIES_FAILED];

	if (!ledger->ours)
		return saturate_add(close, failed);
	return saturate_add(
		saturate_add(saturate_mul(2, close), failed),
		saturate_add(saturate_add(sum[COUNTER_ABORT_ON_LINGER],
	                                  sums->aborted),
	                     sum[COUNTER_ABORT_ON_TIMEOUT] - sums->syn.max));
}

/*
 * Attempts that one of our own resets refused: at most so many resets are
 * left, once those that must have ended a connection are taken away; and at
 * least so many, that ended none.
 */
static struct count_range refused(const struct ledger *ledger,
                                  const struct sums *sums)
{
	const uint64_t failed = ledger->sum[COUNTER_SYNCOOKIES_FAILED];
	const uint64_t ending_min =
		half(saturate_sub(sums->rest.min, saturate_mul(2, failed)));
	const uint64_t ending_max = saturate_sub(
		ledger->sum[COUNTER_ESTAB_RESETS], usual_ends(ledger, sums));
	struct count_range refused;

	refused.max = least(sums->attempts - sums->syn.min,
	                    saturate_sub(sums->free, ending_min));
	refused.min = least(sums->attempts - sums->syn.max,
	                    saturate_sub(sums->free, ending_max));
	refused.min = least(refused.min, refused.max);
	return refused;
}

/* Of what is a difference of counters nothing is certain, if one of them is
   not known. */
static void doubt(struct count_range pool[static POOL_COUNT])
{
	static const enum pool differences[] = {
		POOL_DATA,        POOL_OTHER,   POOL_REFUSED,  POOL_ATTEMPT,
		POOL_SYN_TIMEOUT, POOL_TIMEOUT, POOL_RECEIVED,
	};

	for (size_t i = 0; i < sizeof(differences) / sizeof(differences[0]);
	     i++)
		pool[differences[i]].min = 0;
}

static void fill_pools(struct ledger *ledger, const struct sums *sums)
{
	const uint64_t *sum = ledger->sum;
	struct count_range *pool = ledger->pool;
	const struct count_range refusals = refused(ledger, sums);

	pool[POOL_CLOSE] = count_exactly(sum[COUNTER_ABORT_ON_CLOSE]);
	pool[POOL_DATA] = count_exactly(sum[COUNTER_ABORT_ON_DATA]);
	pool[POOL_LINGER] = count_exactly(sum[COUNTER_ABORT_ON_LINGER]);
	pool[POOL_MEMORY] = count_exactly(sum[COUNTER_ABORT_ON_MEMORY]);
	pool[POOL_OVERFLOW] = count_exactly(sums->aborted);
	pool[POOL_REFUSED] = refusals;
	pool[POOL_ATTEMPT] = (struct count_range){
		saturate_sub(sums->attempts - sums->syn.max, refusals.max),
		sums->attempts - sums->syn.min - refusals.min,
	};
	pool[POOL_SYN_TIMEOUT] = sums->syn;
	pool[POOL_TIMEOUT] = (struct count_range){
		sum[COUNTER_ABORT_ON_TIMEOUT] - sums->syn.max,
		sum[COUNTER_ABORT_ON_TIMEOUT] - sums->syn.min,
	};
	pool[POOL_OTHER].max = sums->other - refusals.min;
	if (ledger->ours)
		pool[POOL_OTHER].min =
			least(half(sums->rest.min), pool[POOL_OTHER].max);
	pool[POOL_RECEIVED] = count_exactly(
		saturate_sub(sums->rest.min, saturate_mul(2, sums->other)));
	pool[POOL_ICMP] = count_upto(sum[COUNTER_LOCK_DROPPED_ICMPS]);
	pool[POOL_PORTS] =
		count_exactly(ledger_errors(ledger, "EADDRNOTAVAIL"));
	pool[POOL_DESCRIPTORS] =
		count_exactly(saturate_add(ledger_errors(ledger, "EMFILE"),
	                                   ledger_errors(ledger, "ENFILE")));
	ledger->ends = sums->rest;
	if (!ledger->whole)
		doubt(pool);
}

/*
 * An end that failed is a connection that failed, or half of one. Where the
 * other ends are not known to be here, each reset may have ended one there.
 */
static void count_failed(struct ledger *ledger, const struct sums *sums)
{
	const uint64_t *sum = ledger->sum;
	const uint64_t local = saturate_add(ledger->pool[POOL_PORTS].max,
	                                    ledger->pool[POOL_DESCRIPTORS].max);
	const uint64_t attempts = saturate_add(sums->attempts, local);

	ledger->failed.min =
		most(saturate_add(attempts, half(sum[COUNTER_ESTAB_RESETS])),
	             ledger_errors(ledger, NULL));
	ledger->failed.max =
		saturate_add(saturate_add(attempts, sum[COUNTER_ESTAB_RESETS]),
	                     sum[COUNTER_LOCK_DROPPED_ICMPS]);
	/* an attempt and the reset that refused it are one connection */
	if (!ledger->ours)
		ledger->failed.max = saturate_add(
			ledger->failed.max,
			saturate_sub(saturate_add(sums->other,
		                                  counted_resets(ledger, sums)),
		                     ledger->pool[POOL_REFUSED].min));
	ledger->failed.max =
		ledger->whole ? most(ledger->failed.max, ledger->failed.min)
			      : UINT64_MAX;
}

void ledger_open(struct ledger *ledger, const struct incident *incident,
                 void (*emit)(void *to, const struct cause_found *found),
                 void *to)
{
	struct netns_delta delta;
	struct sums sums = { 0 };
	size_t at = 0;

	*ledger = (struct ledger){
		.incident = incident,
		.seen = incident->seen ? incident->seen : &nothing_seen,
		.ours = incident->ours,
		.whole = true,
		.emit = emit,
		.to = to,
	};
	while (ledger_netns(ledger, &at, &delta))
		add_netns(ledger, &delta, &sums);
	/* of ends that were not counted nothing follows */
	ledger->ours = ledger->ours && ledger->whole;
	count_resets(ledger, &sums);
	split_timeouts(ledger, &sums);
	count_ends(ledger, &sums);
	fill_pools(ledger, &sums);
	count_failed(ledger, &sums);
	tally_make(incident, &ledger->tally);
}

/* --- drawing -------------------------------------------------------------- */

struct count_range ledger_draw(struct ledger *ledger, enum pool pool,
                               struct count_range want)
{
	struct count_range *left = &ledger->pool[pool];
	struct count_range got;

	got.max = least(most(want.min, want.max), left->max);
	got.min = least(want.min, got.max);
	left->max -= got.min;
	left->min = least(saturate_sub(left->min, got.max), left->max);
	return got;
}

struct count_range ledger_draw_other(struct ledger *ledger,
                                     struct count_range want,
                                     struct count_range each)
{
	const struct count_range got = ledger_draw(ledger, POOL_OTHER, want);

	ledger->ends.max =
		saturate_sub(ledger->ends.max, saturate_mul(got.min, each.min));
	ledger->ends.min =
		saturate_sub(ledger->ends.min, saturate_mul(got.max, each.max));
	return got;
}

void ledger_emit(struct ledger *ledger, const struct cause_found *found)
{
	ledger->taken.min = saturate_add(ledger->taken.min, found->min);
	ledger->taken.max = saturate_add(ledger->taken.max, found->max);
	ledger->emit(ledger->to, found);
}
