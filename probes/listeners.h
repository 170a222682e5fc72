/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * listeners - every listening TCP socket of a namespace: ns->listeners,
 * but for their owners (owners.h), which cost more to find.
 *
 * Order: family, port, address, device, uid, cookie. It is the same in
 * every run, puts the members of a SO_REUSEPORT group side by side, and lets
 * a half-open connection find its listener by bisection.
 */
#ifndef KILOFLOW_PROBES_LISTENERS_H
#define KILOFLOW_PROBES_LISTENERS_H

#include <stddef.h>

struct diag;
struct diag_row;
struct listener;

/** listener_of_row - a listener as sock_diag tells it. Pure. */
struct listener listener_of_row(const struct diag_row *row);

/**
 * listeners_arrange - sort, drop what came twice (same cookie), and set
 * group_size. Pure.
 *
 * Return: how many are left.
 */
size_t listeners_arrange(struct listener *listeners, size_t n);

/**
 * listeners_count_syn - count a half-open connection for its listener. Pure.
 * @listeners: as listeners_arrange() left them; syn_queue.value of the first
 * member of a group is the count
 * @row: a socket in SYN_RECV
 *
 * The listener is the one that the kernel's lookup chose. The row has that
 * one's family and device (net/ipv4/tcp_input.c:tcp_conn_request() and
 * inet_reqsk_alloc()): an IPv4 connection to a dual-stack socket is an IPv6
 * row. A listener of the exact address goes before one of any address
 * (net/ipv4/inet_hashtables.c:__inet_lookup_listener()). A row whose listener
 * was closed since is not counted.
 */
void listeners_count_syn(struct listener *listeners, size_t n,
                         const struct diag_row *row);

/**
 * listeners_share_syn - give each member of a group the group's count. Pure.
 *
 * Which member of a SO_REUSEPORT group has how many is not visible.
 */
void listeners_share_syn(struct listener *listeners, size_t n);

/**
 * listeners_read_syn - set syn_queue of each: known, or why it is not
 * @listeners: as listeners_arrange() left them
 */
void listeners_read_syn(struct diag *diag, struct listener *listeners,
                        size_t n);

#endif
