/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * path - the way from the calling thread's namespace to a peer, as far as
 * this host knows it: route, device, and the queue in front of that.
 */
#ifndef KILOFLOW_PROBES_PATH_H
#define KILOFLOW_PROBES_PATH_H

#include <stdbool.h>
#include <stdint.h>

#include "probes/fact.h"
#include "probes/qdisc.h"

struct err;
struct rtnl_link;
struct rtnl_route;

struct path_facts {
	struct fact_u64 route; /* 1; absent: there is none to the peer;
	                          broken: the peer is no address. Only if it
	                          is known, the rest is set */
	int family;            /* of the peer: AF_INET or AF_INET6 */
	bool local;            /* the peer is this host itself */
	bool has_source, has_gateway;
	uint8_t source[16]; /* network byte order; IPv4 in the first four */
	uint8_t gateway[16];
	char device[16]; /* as the kernel has it: any bytes but NUL */
	struct fact_u64 up;
	struct fact_u64 mtu_bytes;        /* the route's, else the device's */
	struct fact_u64 tx_queue_packets; /* txqueuelen */
	struct fact_u64 rx_dropped, tx_dropped; /* since it was created */
	struct qdisc_facts qdisc;
};

/**
 * path_parse_route - what a route means. Pure.
 * @ret: family, local, source, gateway, and the MTU if it has one
 *
 * Return: the index of its device; 0 when it has none.
 */
int path_parse_route(struct rtnl_route *route, struct path_facts *ret);

/**
 * path_parse_link - what a device means. Pure.
 * @ret: of path_parse_route(): its MTU is kept if that is smaller
 */
void path_parse_link(struct rtnl_link *link, struct path_facts *ret);

/**
 * path_read - look at the path to @peer
 * @peer: an IPv4 or IPv6 address, without a zone; NULL: nothing is read
 * @ret: what cannot be read is a state. No root needed
 *
 * Return: 0 or -ENOMEM.
 */
int path_read(const char *peer, struct path_facts *ret, struct err *err);

#endif
