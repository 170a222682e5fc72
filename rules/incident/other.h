/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * other - what the resets that no counter names may have been. Pure.
 *
 * Where all were traced, the kernel says it. Else, with both ends here, the
 * ends tell: of a connection that one program ends by force (a listener's
 * queue, AF_UNSPEC, SOCK_DESTROY) both ends count in EstabResets, of one that
 * was closed in order before, only the other end. With one end here neither
 * can be told from a refusal.
 */
#ifndef KILOFLOW_RULES_INCIDENT_OTHER_H
#define KILOFLOW_RULES_INCIDENT_OTHER_H

#include "rules/incident/ledger.h"

/** other_forced - of what is left, those that ended both ends */
struct count_range other_forced(const struct ledger *ledger);

/** other_orderly - of what is left, those that ended one */
struct count_range other_orderly(const struct ledger *ledger);

/** other_traced - how many of @kind: as traced, or else @guess
 * @kind: RESET_CLOSED without those of SO_LINGER, which have a counter
 */
struct count_range other_traced(const struct ledger *ledger,
                                enum reset_kind kind, struct count_range guess);

/** other_confidence - CERTAIN when traced, else @guess */
enum confidence other_confidence(const struct ledger *ledger,
                                 enum confidence guess);

/** other_each - ends that such a reset brings about: of @n, all where both
 * ends are here
 */
struct count_range other_each(const struct ledger *ledger, uint64_t n);

/** other_each_forced - the same of one that was ended by force: a guess takes
 * none, for its alternatives are of the same kind
 */
struct count_range other_each_forced(const struct ledger *ledger);

/** other_aborts - of POOL_DATA, those that were aborts, not late data */
struct count_range other_aborts(const struct ledger *ledger);

#endif
