/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * destroy_parse - what sock_diag tells of sockets that end. Pure, fuzzed.
 */
#ifndef KILOFLOW_PROBES_OBSERVE_DESTROY_PARSE_H
#define KILOFLOW_PROBES_OBSERVE_DESTROY_PARSE_H

#include <stddef.h>
#include <stdint.h>

struct seen_end;

/**
 * destroy_parse - read one datagram of a destroy group
 * @datagram: netlink messages; need not be aligned
 * @at_ns: when it was read
 * @end: called for each socket; returns 0, or negative errno to stop
 *
 * Return: 0; what @end returned; -EBADMSG for one that makes no sense.
 */
int destroy_parse(const void *datagram, size_t len, uint64_t at_ns,
                  int (*end)(void *to, const struct seen_end *end), void *to);

#endif
