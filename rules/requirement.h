/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * requirement - what a policy requires of one sysctl. Pure.
 *
 * It is a rule like any other, only that a user wrote it: the engine asks
 * for its fact, visits the namespaces, and says ok when it holds.
 */
#ifndef KILOFLOW_RULES_REQUIREMENT_H
#define KILOFLOW_RULES_REQUIREMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "probes/sysctl_table.h"
#include "rules/policy.h"
#include "rules/rule.h"

/* What its rule's id begins with; the sysctl's key follows. */
#define REQUIREMENT_PREFIX "policy."

enum requirement_op {
	REQUIRE_AT_LEAST,
	REQUIRE_AT_MOST,
	REQUIRE_EQUAL,
	REQUIRE_OTHER,
};

struct requirement {
	struct rule rule; /* filled in by requirement_complete() */
	enum sysctl_id sysctl;
	unsigned int index; /* of a sysctl with several numbers: which */
	enum requirement_op op;
	int64_t number; /* of a sysctl of numbers */
	char word[64];  /* of one of text; may be equal or other only */
	enum verdict severity;
	char reason[POLICY_REASON_SIZE]; /* shown, so it is escaped; or "" */
	char id[96];                     /* "policy.net.ipv4.tcp_rmem[2]" */
	char title[192];                 /* "net.ipv4.tcp_rmem[2] >= 6291456" */
};

/** requirement_op_name - ">=", "<=", "==", "!=" */
const char *requirement_op_name(enum requirement_op op);

/** requirement_is_possible - can a sysctl of this type be required? */
bool requirement_is_possible(enum sysctl_type type);

/**
 * requirement_of_id - what "policy.KEY" or "policy.KEY[INDEX]" is about
 * Return: NULL when it is no such id.
 */
const struct sysctl_desc *requirement_of_id(const char *id);

/**
 * requirement_complete - make a rule of what is required
 * @requirement: all but its rule, id and title are set; must not move
 * afterwards, the rule points into it
 */
void requirement_complete(struct requirement *requirement);

#endif
