// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * incident - see incident.h. Causes draw from the ledger in the order of the
 * table, those with evidence of their own first; what is ambiguous is drawn
 * with a minimum of 0, so that others may claim it too.
 *
 * To add a cause: a file, a row here, a row in rules/causes.c.
 */
#include "rules/incident/incident.h"

#include <string.h>

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

const char *confidence_name(enum confidence confidence)
{
	static const char *const names[] = {
		[CONFIDENCE_POSSIBLE] = "possible",
		[CONFIDENCE_LIKELY] = "likely",
		[CONFIDENCE_CERTAIN] = "certain",
	};

	return names[confidence];
}

void incident_judge(const struct incident *incident,
                    struct count_range *ret_failed,
                    void (*emit)(void *to, const struct cause_found *found),
                    void *to)
{
	struct ledger ledger;

	ledger_open(&ledger, incident, emit, to);
	for (size_t i = 0; incident_rules[i]; i++)
		incident_rules[i]->judge(&ledger);
	*ret_failed = (struct count_range){
		most(ledger.failed.min, ledger.taken.min),
		most(ledger.failed.max, ledger.taken.min),
	};
}

static int descending(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b);
}

int cause_found_order(const void *a, const void *b)
{
	const struct cause_found *left = a;
	const struct cause_found *right = b;
	const int rest = !strcmp(left->cause->id, "unexplained") -
	                 !strcmp(right->cause->id, "unexplained");
	int order;

	if (rest)
		return rest;
	order = descending(left->min, right->min);
	if (!order)
		order = descending(left->max, right->max);
	if (!order)
		order = strcmp(left->cause->id, right->cause->id);
	return order ? order : strcmp(left->listener, right->listener);
}
