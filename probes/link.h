/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * link - the loopback device, over which the load test runs.
 */
#ifndef KILOFLOW_PROBES_LINK_H
#define KILOFLOW_PROBES_LINK_H

struct link_facts;
struct nl_cache;
struct rtnl_link;

/**
 * link_parse - what a device and the host's addresses mean. Pure.
 * @lo: the loopback device
 * @addresses: cache of struct rtnl_addr, as route/addr; NULL: not readable,
 * which leaves @ret->ipv6 alone
 */
void link_parse(struct rtnl_link *lo, struct nl_cache *addresses,
                struct link_facts *ret);

#endif
