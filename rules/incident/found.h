/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * found - how causes say what they found. Pure.
 */
#ifndef KILOFLOW_RULES_INCIDENT_FOUND_H
#define KILOFLOW_RULES_INCIDENT_FOUND_H

#include <stddef.h>
#include <stdint.h>

#include "rules/incident/ledger.h"

#define COUNTER_BIT(name) (UINT64_C(1) << COUNTER_##name)
_Static_assert(COUNTER_COUNT <= 64, "a mask holds every counter");

/** found_make - a cause, with what its row says the client sees
 * @confidence: if it explains any; one that may explain none is possible
 */
struct cause_found found_make(const char *id, const struct netns_facts *ns,
                              struct count_range connections,
                              enum confidence confidence);

/** found_evidence - one more count, unless it is 0 or there is no room */
void found_evidence(struct cause_found *found, const char *name,
                    uint64_t count);

/** found_counters - the deltas of counters
 * @sum: by counter_id
 * @mask: of COUNTER_BIT()
 */
void found_counters(struct cause_found *found,
                    const uint64_t sum[static COUNTER_COUNT], uint64_t mask);

/** found_resets - the traced resets of a kind, and who sent the first */
void found_resets(struct cause_found *found, const struct ledger *ledger,
                  enum reset_kind kind);

/** found_process - who did it
 * @comm: as struct owner has it
 */
void found_process(struct cause_found *found, pid_t pid,
                   const char comm[static 16]);

/** found_what - "3 to 5 connections " and @did; "some connections " when none
 * of them failed
 */
void found_what(struct cause_found *found, const char *did);

/** found_count_text - "no connection", "1 connection", "3 to 5 connections" */
void found_count_text(struct count_range connections, char *buf, size_t size);

/** found_raise - the remedy: a larger sysctl, for at least @need */
void found_raise(struct remedy *ret, const struct ledger *ledger,
                 const struct netns_facts *ns, enum sysctl_id id,
                 uint64_t need);

/** found_set - the remedy: a sysctl set to @to */
void found_set(struct remedy *ret, const struct ledger *ledger,
               const struct netns_facts *ns, enum sysctl_id id, const char *to);

/* What most causes are: a draw from one pool, and its evidence. */
struct claim {
	const char *cause;
	enum pool pool;
	struct count_range want;
	struct count_range each;    /* of POOL_OTHER: as ledger_draw_other() */
	enum confidence confidence; /* as found_make() */
	bool always;           /* it did harm even if no connection failed */
	uint64_t counters;     /* mask of COUNTER_BIT() */
	enum counter_id where; /* it was where this one counted most */
	enum reset_kind kind;  /* RESET_KINDS: none */
	const char *did;       /* "were reset by ..." */
	const char *why;
	struct evidence more; /* that is no counter; count 0: none */
	struct remedy remedy;
};

/** found_claim - draw, and say so unless there was nothing
 * Return: what was drawn.
 */
struct count_range found_claim(struct ledger *ledger,
                               const struct claim *claim);

#endif
