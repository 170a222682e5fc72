/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hot - listeners as an incident saw them: sampled where somebody watched,
 * else from the two sets of facts. Pure.
 */
#ifndef KILOFLOW_RULES_INCIDENT_HOT_H
#define KILOFLOW_RULES_INCIDENT_HOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rules/incident/ledger.h"

struct hot {
	size_t ns_at, at; /* of hot_next(); 0 first */

	const struct netns_facts *ns; /* of incident.after */
	const struct listener *listener;
	const struct seen_listener *seen; /* NULL: nobody sampled */
	const struct owner *owner;        /* the first known; NULL: none */
	uint64_t drops; /* more than before; 0 when not known */
	uint32_t limit;
	uint32_t peak;   /* of its queue, as far as it was looked at */
	uint32_t left;   /* in its queue, when it went away */
	bool gone;       /* it was there before, and is not any more */
	bool owner_died; /* a process that held it ended meanwhile */
	struct fact_u64 files_open, files_limit; /* of its owner */
};

/** hot_next - the next listener of any namespace; false: there is none */
bool hot_next(const struct ledger *ledger, struct hot *hot);

/** hot_drops - drops of all listeners of @ns together */
uint64_t hot_drops(const struct ledger *ledger, const struct netns_facts *ns);

/* What tells whose overflows a namespace's were. */
struct hot_rank {
	enum hot_sign {
		HOT_DROPS, /* who dropped */
		HOT_FULL,  /* who stood full, when no drops are known */
		HOT_ALONE, /* there is only one */
	} sign;
	uint64_t total; /* of all weights; 0: it cannot be told */
};

/** hot_rank - the best sign that the listeners of @ns give */
struct hot_rank hot_rank(const struct ledger *ledger,
                         const struct netns_facts *ns);

/** hot_weight - how much of that sign a listener of the namespace has */
uint64_t hot_weight(const struct hot *hot, const struct hot_rank *rank);

/**
 * hot_share - what of @amount, which its namespace counted, is its own
 *
 * A drop counts up to twice (tcp_ipv4.c:tcp_v4_rcv(): an ACK that overflows),
 * so the share of one among several is a range. One that was looked at and
 * never seen full may have none of it, when others have drops too.
 */
struct count_range hot_share(const struct hot *hot, const struct hot_rank *rank,
                             struct count_range amount);

/** hot_starved - its owner had as many descriptors open as it may */
bool hot_starved(const struct hot *hot);

/** hot_found - name listener and owner */
void hot_found(struct cause_found *found, const struct hot *hot);

/** hot_more_room - the remedy: a queue for @more connections more */
void hot_more_room(struct cause_found *found, const struct ledger *ledger,
                   const struct hot *hot, uint64_t more);

#endif
