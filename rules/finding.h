/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * finding - what a fact means for the goal.
 */
#ifndef KILOFLOW_RULES_FINDING_H
#define KILOFLOW_RULES_FINDING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "probes/facts.h"

/* In order of severity. */
enum verdict {
	VERDICT_OK,
	VERDICT_NOTE,
	VERDICT_WARN,
	VERDICT_UNKNOWN, /* a needed fact could not be read */
	VERDICT_FAIL,
};

/** verdict_name - "ok", "note", "warn", "unknown", "fail" */
const char *verdict_name(enum verdict verdict);

/* In the order of the report. */
enum group {
	GROUP_PATH,
	GROUP_ACCEPT_QUEUE,
	GROUP_SYN_QUEUE,
	GROUP_PORTS,
	GROUP_CONNTRACK,
	GROUP_DESCRIPTORS,
	GROUP_THREADS,
	GROUP_MEMORY,
	GROUP_TOOLS,
	GROUP_KERNEL,
	GROUP_POLICY, /* what the user requires */
	GROUP_NETNS,
	GROUP_REBOOT,
	GROUP_LOAD,
	GROUP_COUNT
};

/** group_name - "path", "accept queue", ... */
const char *group_name(enum group group);

enum remedy_kind {
	REMEDY_NONE,
	REMEDY_SYSCTL,
	REMEDY_RELISTEN, /* a running listener's limit, live */
	REMEDY_PRLIMIT,
	REMEDY_CONFIG,
	REMEDY_RESTART,
	REMEDY_COMMAND,
};

/** remedy_kind_name - "sysctl", "relisten", ... */
const char *remedy_kind_name(enum remedy_kind kind);

struct remedy {
	enum remedy_kind kind;
	pid_t pid;         /* of REMEDY_PRLIMIT: the process that runs already;
	                      0: whatever is started from this shell */
	char key[64];      /* sysctl key, directive, limit */
	char from[64];     /* as it is; a number where it is one */
	char to[64];       /* as it should be */
	bool live;         /* acts on what runs already */
	char risk[128];    /* what it may cost, or "" */
	char command[256]; /* what a person would type, or "" */
};

struct rule;

/*
 * A finding is copied by whoever receives it: a rule makes it on its stack.
 * what and why together are one sentence: "what: why".
 */
struct finding {
	const struct rule *rule;
	enum verdict verdict;
	const struct netns_facts *ns;    /* NULL: the host */
	const struct listener *listener; /* NULL: none; set by the engine */
	char subject[160];        /* what it is about; "": the rule's all */
	struct fact_u64 observed; /* UNREAD: not a number */
	struct fact_u64 needed;   /* UNREAD: no need, or no number */
	const char *unit;         /* "connections", "ports", "bytes", NULL */
	char what[256];           /* "net.core.somaxconn is 128, a burst of
	                             1000 needs 999" */
	char why[384];            /* what follows from it, or "" */
	struct remedy remedy;
};

#endif
