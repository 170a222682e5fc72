/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ledger - the failures of an incident, as pools from which causes draw.
 * Pure.
 *
 * The kernel counts ends of connections and resets, not connections. A pool is
 * what one counter, or the difference of several, bears of them; each failed
 * connection is in one pool at most, so that what causes draw adds up. Where
 * counters allow for more than one split, a pool is a range.
 *
 * All namespaces share one ledger, for the two ends of a connection may be in
 * two of them.
 */
#ifndef KILOFLOW_RULES_INCIDENT_LEDGER_H
#define KILOFLOW_RULES_INCIDENT_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "probes/observe/observed.h"
#include "rules/incident/incident.h"
#include "rules/incident/tally.h"

enum pool {
	POOL_CLOSE,       /* TCPAbortOnClose */
	POOL_DATA,        /* TCPAbortOnData */
	POOL_LINGER,      /* TCPAbortOnLinger */
	POOL_MEMORY,      /* TCPAbortOnMemory */
	POOL_OVERFLOW,    /* EmbryonicRsts made by tcp_abort_on_overflow */
	POOL_OTHER,       /* resets sent that have no counter of their own */
	POOL_REFUSED,     /* AttemptFails that one of our resets answered */
	POOL_ATTEMPT,     /* AttemptFails that none of them did */
	POOL_SYN_TIMEOUT, /* TCPAbortOnTimeout of attempts */
	POOL_TIMEOUT,     /* the rest of it */
	POOL_RECEIVED,    /* EstabResets that nothing here accounts for */
	POOL_ICMP,        /* LockDroppedIcmps: connects, or nothing at all */
	POOL_PORTS,       /* CMD's EADDRNOTAVAIL */
	POOL_DESCRIPTORS, /* CMD's EMFILE and ENFILE */
	POOL_COUNT
};

/* A namespace of incident.after, and what its counters counted meanwhile. */
struct netns_delta {
	const struct netns_facts *ns, *before; /* before: NULL: from 0 */
	struct fact_u64 counter[COUNTER_COUNT];
};

struct ledger {
	const struct incident *incident;
	const struct observed *seen; /* all UNREAD when nobody watched */
	bool ours;                   /* as in struct incident */
	bool whole;                  /* every counter of failures was read */
	uint64_t sum[COUNTER_COUNT]; /* of all namespaces, as far as known */
	struct count_range pool[POOL_COUNT]; /* what is left */
	struct count_range ends; /* EstabResets left for POOL_OTHER */
	struct count_range failed;
	struct count_range taken; /* what causes explain, added up */
	struct reset_tally tally;
	void (*emit)(void *to, const struct cause_found *found);
	void *to;
};

/* A cause: one file each. */
struct incident_rule {
	const char *id;
	void (*judge)(struct ledger *ledger);
};

/** incident_rules - in the order in which they draw; ends with NULL */
extern const struct incident_rule *const incident_rules[];

/** ledger_open - count what failed, and lay out the pools */
void ledger_open(struct ledger *ledger, const struct incident *incident,
                 void (*emit)(void *to, const struct cause_found *found),
                 void *to);

/** ledger_netns - the next namespace that was looked at
 * @at: 0 first; advanced
 *
 * Return: false: there is none.
 */
bool ledger_netns(const struct ledger *ledger, size_t *at,
                  struct netns_delta *ret);

/** ledger_where - the namespace that counted most of @id; NULL: none did */
const struct netns_facts *ledger_where(const struct ledger *ledger,
                                       enum counter_id id);

/** netns_count - a counter's delta, 0 when it is not known */
uint64_t netns_count(const struct netns_delta *delta, enum counter_id id);

/** ledger_kmsg - how often the kernel's log said it meanwhile, at the least */
uint64_t ledger_kmsg(const struct ledger *ledger, enum kmsg_kind kind);

/** ledger_errors - connections that CMD said failed with @code
 * @code: "EMFILE"; NULL: with any
 */
uint64_t ledger_errors(const struct ledger *ledger, const char *code);

/** ledger_draw - take from a pool, as far as it has it
 * Return: what was taken; of max, others may draw too.
 */
struct count_range ledger_draw(struct ledger *ledger, enum pool pool,
                               struct count_range want);

/** ledger_draw_other - from POOL_OTHER, and the ends that go with it
 * @each: EstabResets that one such reset brings about here
 */
struct count_range ledger_draw_other(struct ledger *ledger,
                                     struct count_range want,
                                     struct count_range each);

/** ledger_emit - a cause was found */
void ledger_emit(struct ledger *ledger, const struct cause_found *found);

static inline uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t most(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static inline struct count_range count_exactly(uint64_t n)
{
	return (struct count_range){ n, n };
}

static inline struct count_range count_upto(uint64_t n)
{
	return (struct count_range){ 0, n };
}

#endif
