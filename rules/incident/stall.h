/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stall - connects that gave up because each of their SYNs was dropped. Pure.
 */
#ifndef KILOFLOW_RULES_INCIDENT_STALL_H
#define KILOFLOW_RULES_INCIDENT_STALL_H

#include "rules/incident/ledger.h"

/**
 * stall_draw - of POOL_SYN_TIMEOUT, those that @dropped SYNs account for
 * @dropped: packets, of which @others at most were no SYNs
 *
 * Each SYN that was dropped is sent again, but for the last: so there is one
 * more drop than repetitions for each that gave up, and none for one that
 * came through. Repetitions of other connects hide them; if the drops are just
 * what the timeouts need, they are taken for theirs.
 */
struct count_range stall_draw(struct ledger *ledger,
                              const struct netns_delta *delta, uint64_t dropped,
                              uint64_t others);

#endif
