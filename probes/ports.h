/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ports - how many ephemeral ports there are, and how many of them a
 * connection to the goal's target can still get.
 */
#ifndef KILOFLOW_PROBES_PORTS_H
#define KILOFLOW_PROBES_PORTS_H

#include <netinet/in.h>
#include <stddef.h>

#include "probes/facts.h"
#include "probes/port_set.h"

struct diag_row;
struct goal;

/**
 * ports_usable - the ports of a range that are not reserved. Pure.
 * @low, @high: the first and the last port of the range, 0..PORT_MAX
 */
void ports_usable(int64_t low, int64_t high, const struct port_set *reserved,
                  struct port_set *ret);

/**
 * ports_remove_listeners - take out the ports that something listens on
 *
 * connect() leaves alone every port that was taken by bind(), whatever the
 * address (net/ipv4/inet_hashtables.c:__inet_hash_connect(), fastreuse).
 */
void ports_remove_listeners(const struct listener *listeners, size_t n,
                            struct port_set *set);

/**
 * ports_free_at_least - of @usable ports those that stay free if every socket
 * of the namespace took one of them. Pure.
 *
 * Return: not known when the number of sockets is not.
 */
struct fact_u64 ports_free_at_least(const struct sockstat_facts *sockstat,
                                    uint64_t usable);

/* Whereto the goal's flows go; IPv4 as ::ffff:a.b.c.d. */
struct ports_target {
	bool any_address; /* the peer's address is not understood */
	struct in6_addr address;
	uint16_t port;
};

/** ports_target - the goal's peer, or the loopback address. Pure. */
struct ports_target ports_target(const struct goal *goal);

/** ports_is_towards - @row is a connection to @target. Pure. */
bool ports_is_towards(const struct ports_target *target,
                      const struct diag_row *row);

#endif
