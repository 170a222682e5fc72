/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memory - TCPAbortOnMemory is one counter for two limits: which one was it?
 * Pure.
 */
#ifndef KILOFLOW_RULES_INCIDENT_MEMORY_H
#define KILOFLOW_RULES_INCIDENT_MEMORY_H

#include "rules/incident/ledger.h"

/** memory_was_short - something says that tcp_mem was reached */
bool memory_was_short(const struct ledger *ledger);

/** memory_had_orphans - something says that tcp_max_orphans was */
bool memory_had_orphans(const struct ledger *ledger);

/** memory_share - of POOL_MEMORY, for one of the two
 * @mine, @others: there is a sign of this limit, of the other one
 */
struct count_range memory_share(const struct ledger *ledger, bool mine,
                                bool others);

#endif
