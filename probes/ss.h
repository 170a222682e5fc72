/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ss - the TCP sockets that `ss -peaonmi` showed. Pure, fuzzed.
 *
 * Old versions (iproute2 before 4.13) write "*" for any IPv4 address and
 * ":::80" for port 80 of any IPv6 one; later ones "0.0.0.0" and "[::]", and
 * "*" for an IPv6 socket that takes IPv4 as well. Both are understood.
 */
#ifndef KILOFLOW_PROBES_SS_H
#define KILOFLOW_PROBES_SS_H

#include <stdbool.h>
#include <stddef.h>

#include "probes/base/span.h"
#include "probes/diag_parse.h"

struct owner;

struct ss_row {
	struct diag_row diag; /* ifindex is 0; cgroup_id is unread */
	struct span device;   /* name of the one it is bound to, or empty */
	struct span users;    /* for ss_owner(); empty when none was shown */
};

/**
 * ss_parse - call @row for each TCP socket
 * @bytes: @len bytes, complete: from the line of titles to the last newline
 * @row: returns 0 to go on, negative errno to stop with that. The row's
 * texts are part of @bytes
 *
 * Return: 0; -EBADMSG when it is not complete, or a row makes no sense; what
 * @row returned.
 */
int ss_parse(const char *bytes, size_t len,
             int (*row)(void *to, const struct ss_row *row), void *to);

/**
 * ss_owner - take the next of a row's owners
 * @users: advanced past it
 *
 * Return: true when there was one that makes sense.
 */
bool ss_owner(struct span *users, struct owner *ret);

#endif
