// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * registry - every cause, in the order in which they draw from the ledger:
 * those with evidence of their own before those that take what is left. To
 * add one: a row here, a row in rules/causes.c.
 */
#include <stddef.h>

#include "rules/incident/ledger.h"

extern const struct incident_rule incident_accept_queue_overflow;
extern const struct incident_rule incident_refused;
extern const struct incident_rule incident_unexplained;

const struct incident_rule *const incident_rules[] = {
	&incident_accept_queue_overflow,
	&incident_refused,
	&incident_unexplained,
	NULL,
};
