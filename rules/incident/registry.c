// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * registry - every cause, in the order in which they draw from the ledger:
 * those with evidence of their own before those that take what is left. To
 * add one: a row here, a row in rules/causes.c.
 */
#include <stddef.h>

#include "rules/incident/ledger.h"

/* clang-format off */
#define CAUSES(row) \
	row(accept_queue_overflow) \
	row(syn_queue_overflow) \
	row(conntrack_full) \
	row(ports_exhausted) \
	row(descriptors_exhausted) \
	row(keepalive) \
	row(listener_closed) \
	row(socket_destroyed) \
	row(process_died) \
	row(peer_closed_unread) \
	row(client_reset) \
	row(app_abort) \
	row(memory_pressure) \
	row(orphan_limit) \
	row(time_wait_overflow) \
	row(peer_closed) \
	row(firewall_reject) \
	row(refused) \
	row(address_removed) \
	row(user_timeout) \
	row(timeout) \
	row(syn_lost) \
	row(device_backlog) \
	row(unexplained)

#define DECLARE(name) extern const struct incident_rule incident_##name;
#define ADDRESS(name) &incident_##name,

CAUSES(DECLARE)

const struct incident_rule *const incident_rules[] = {
	CAUSES(ADDRESS)
	NULL,
};
/* clang-format on */
