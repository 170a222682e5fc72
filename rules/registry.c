// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * registry - one row a rule, in the order of the report. A row declares the
 * rule's constant, so that no header has to.
 */
#include <string.h>

#include "rules/rule.h"

#define RULES(row)                                                             \
	row(path_loopback) row(backlog_somaxconn) row(backlog_listener)        \
		row(backlog_drops) row(syn_queue) row(syn_cookies)             \
			row(syn_abort) row(ports_ephemeral) row(fds_process)   \
				row(fds_system) row(memory_tcp)                \
					row(load_outcomes)                     \
						row(load_accounting)

#define DECLARE(name) extern const struct rule rule_##name;
#define ADDRESS(name) &rule_##name,

RULES(DECLARE)

const struct rule *const rules[] = { RULES(ADDRESS) NULL };

const struct rule *rule_by_id(const char *id)
{
	for (size_t i = 0; rules[i]; i++) {
		if (!strcmp(rules[i]->id, id))
			return rules[i];
	}
	return NULL;
}
