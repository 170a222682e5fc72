/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conntrack - does this network namespace track connections, and how many
 * more can it track?
 *
 * That its files exist means nothing: they do in every namespace once the
 * kernel has conntrack. Since 4.10 a namespace tracks only while a rule of
 * its own wants it to (net/netfilter/nf_conntrack_proto.c:nf_ct_netns_get()).
 * Nothing says so to an ordinary user, and entries outlive the last such
 * rule; so it is tried: a datagram over loopback makes a new entry or not.
 *
 * The ceiling that these entries are held against is a sysctl, one for the
 * host: net.netfilter.nf_conntrack_max.
 *
 * What the try cannot tell: a rule that exempts some connections and not
 * others (notrack by port, protocol or device).
 */
#ifndef KILOFLOW_PROBES_CONNTRACK_H
#define KILOFLOW_PROBES_CONNTRACK_H

#include <stdbool.h>
#include <stddef.h>

#include "probes/fact.h"

struct conntrack_facts {
	struct fact_u64 tracks; /* 1: what passes lo is tracked; 0: it is not */
	struct fact_u64 entries;     /* of this namespace, now */
	struct fact_u64 drops;       /* packets, the table being full, since the
	                                namespace was created */
	struct fact_u64 time_wait_s; /* seconds an entry outlives its
	                                connection */
};

/* What one datagram showed. */
struct conntrack_try {
	bool arrived;
	struct fact_u64 before, after; /* entries */
};

#define CONNTRACK_TRIES_MAX 8

/**
 * conntrack_conclude - what @n tries together show. Pure.
 *
 * One more entry than before shows that something is tracked here. As many
 * as before shows nothing once, because another entry may have ended in that
 * very moment; three times, and with the datagram arrived, it shows that it
 * was not tracked.
 *
 * Return: known 1 or 0; broken when the tries do not show anything.
 */
struct fact_u64 conntrack_conclude(const struct conntrack_try *tries, size_t n);

/**
 * conntrack_read - what the files of the calling thread's namespace say
 * @root_fd: directory that stands for "/"
 * @ret: all but tracks are set; tracks is, to 0, when there is no conntrack
 */
void conntrack_read(int root_fd, struct conntrack_facts *ret);

/**
 * conntrack_try - find out whether the calling thread's namespace tracks
 * @root_fd: directory that stands for "/"
 * @family: AF_INET or AF_INET6: one may be tracked without the other
 * @ret: of conntrack_read(); tracks is set if it is not known yet
 *
 * Sends at most CONNTRACK_TRIES_MAX datagrams to itself over loopback. No
 * root needed. If they are tracked, one entry stays for half a minute.
 */
void conntrack_try(int root_fd, int family, struct conntrack_facts *ret);

#endif
