/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rule - one file, one const, one static function.
 *
 * A rule is pure: it reads the facts that it is handed and emits findings.
 * The engine iterates, skips a rule whose needs are not known (and says
 * which fact, in which state), and emits the one `ok` of a rule that had
 * nothing to say.
 */
#ifndef KILOFLOW_RULES_RULE_H
#define KILOFLOW_RULES_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "rules/finding.h"

struct goal;
struct host;
struct load_result;
struct need;

enum rule_scope {
	SCOPE_HOST,     /* once */
	SCOPE_NETNS,    /* once for each namespace */
	SCOPE_LISTENER, /* once for each listener; one ok for all */
	SCOPE_LOAD,     /* once for each load test, run or refused */
	SCOPE_LIMIT,    /* once for each load test that looked for a limit */
	SCOPE_SEARCH,   /* once, when all namespaces were looked for */
};

/* A fact without which a rule cannot judge. */
struct rule_need {
	enum rule_need_kind {
		RULE_NEED_NONE, /* ends the list */
		RULE_NEED_SYSCTL,
		RULE_NEED_COUNTER,
		RULE_NEED_HOST,     /* a struct fact_u64 in struct host */
		RULE_NEED_NETNS,    /* a struct fact_u64 in netns_facts */
		RULE_NEED_LISTENER, /* a struct fact_u64 in listener */
	} kind;
	size_t at;        /* enum value, or offset of the fact */
	const char *name; /* for kinds with an offset: what a user calls it */
	const char *from; /* where it is read: file or interface */
};

#define NEED_SYSCTL(id)                                                        \
	{                                                                      \
		.kind = RULE_NEED_SYSCTL, .at = (id)                           \
	}
#define NEED_COUNTER(id)                                                       \
	{                                                                      \
		.kind = RULE_NEED_COUNTER, .at = (id)                          \
	}
#define NEED_HOST(field, label, source)                                        \
	{                                                                      \
		.kind = RULE_NEED_HOST, .at = offsetof(struct host, field),    \
		.name = (label), .from = (source)                              \
	}
#define NEED_NETNS(field, label, source)                                       \
	{                                                                      \
		.kind = RULE_NEED_NETNS,                                       \
		.at = offsetof(struct netns_facts, field), .name = (label),    \
		.from = (source)                                               \
	}
#define NEED_LISTENER(field, label, source)                                    \
	{                                                                      \
		.kind = RULE_NEED_LISTENER,                                    \
		.at = offsetof(struct listener, field), .name = (label),       \
		.from = (source)                                               \
	}

#define RULE_NEEDS_MAX 6

struct rule_input {
	const struct host *host;
	const struct netns_facts *ns;    /* NULL for SCOPE_HOST and
	                                    SCOPE_SEARCH; of SCOPE_LOAD
	                                    and SCOPE_LIMIT the one it was
	                                    run in */
	const struct listener *listener; /* of SCOPE_LISTENER */
	const struct load_result *load;  /* of SCOPE_LOAD, SCOPE_LIMIT */
	const struct goal *goal;
	const struct need *need;
	void (*emit)(void *to, const struct finding *finding);
	void *to;
};

struct rule {
	const char *id;
	enum group group;
	enum rule_scope scope;
	unsigned int roles;  /* enum goal_role that it matters to; 0: all */
	bool of_boot;        /* about the next boot: judged where that is known,
	                        in the host's own namespace and no container */
	bool decisive;       /* its unknown makes the verdict unknown */
	const char *title;   /* short: what holds when it is ok */
	const char *ref;     /* kernel file:function */
	const char *explain; /* for `explain`: plain words, paragraphs
	                        separated by \n\n, the formula included */
	/* Is there anything to judge for this goal? NULL: always. */
	bool (*applies)(const struct goal *goal, const struct need *need);
	struct rule_need needs[RULE_NEEDS_MAX];
	void (*judge)(const struct rule *self, const struct rule_input *in);
};

/** rules - every rule, in the order of the report; ends with NULL */
extern const struct rule *const rules[];

/** rule_by_id - NULL when there is none */
const struct rule *rule_by_id(const char *id);

#endif
