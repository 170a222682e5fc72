/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * give_up - a connection that was given up: by the kernel's own limit, or
 * sooner, by the program's? Pure.
 */
#ifndef KILOFLOW_RULES_INCIDENT_GIVE_UP_H
#define KILOFLOW_RULES_INCIDENT_GIVE_UP_H

#include "rules/incident/ledger.h"

/** give_up_sooner - of POOL_TIMEOUT, those before net.ipv4.tcp_retries2 */
struct count_range give_up_sooner(const struct ledger *ledger);

/** give_up_at_limit - and those at it */
struct count_range give_up_at_limit(const struct ledger *ledger);

#endif
