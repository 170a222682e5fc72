/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * policy - what the user wants judged differently. The engine applies it;
 * a rule does not know of it. Pure.
 */
#ifndef KILOFLOW_RULES_POLICY_H
#define KILOFLOW_RULES_POLICY_H

#include <stddef.h>
#include <stdint.h>

#include "rules/finding.h"

struct requirement;

enum policy_kind {
	/* still judged and shown; but a fail, warn or unknown is a note */
	POLICY_IGNORE,
	/* what its rule finds, unless ok or unknown, has this severity */
	POLICY_SEVERITY,
	/* a fail or warn that is off by no more than this is a note */
	POLICY_THRESHOLD,
};

#define POLICY_REASON_SIZE 256

/* What is different about the findings of one rule. */
struct policy_change {
	const char *id; /* of the rule */
	enum policy_kind kind;
	enum verdict severity;           /* of POLICY_SEVERITY */
	uint64_t threshold;              /* of POLICY_THRESHOLD */
	char reason[POLICY_REASON_SIZE]; /* shown, so it is escaped; or "" */
	unsigned int line;               /* where it stands, 0: nowhere */
};

struct policy {
	const struct policy_change *changes; /* at most one an id and kind */
	size_t n_changes;
	const struct requirement *requirements;
	size_t n_requirements;
};

/**
 * policy_find - the change of @kind for the rule @id, NULL when there is none
 * @policy: may be NULL
 */
const struct policy_change *policy_find(const struct policy *policy,
                                        const char *id, enum policy_kind kind);

/**
 * policy_apply - make of @finding what the policy wants, and say so in it
 *
 * To ignore goes before a threshold, and that before a severity.
 *
 * @policy: may be NULL
 */
void policy_apply(const struct policy *policy, struct finding *finding);

#endif
