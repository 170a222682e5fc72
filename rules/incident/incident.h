/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * incident - what happened between two sets of facts, judged: which cause
 * explains how many failed connections. Pure: no I/O, no clock, no heap.
 */
#ifndef KILOFLOW_RULES_INCIDENT_INCIDENT_H
#define KILOFLOW_RULES_INCIDENT_INCIDENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/facts.h"
#include "rules/causes.h"
#include "rules/finding.h"

struct observed;

struct count_range {
	uint64_t min, max;
};

/* What is to be judged. */
struct incident {
	const struct host *before; /* NULL: since boot; counters from 0 */
	const struct host *after;
	const struct observed *seen; /* NULL: nobody watched */
	bool ours;                   /* both ends of the failed connections
	                                were in the namespaces looked at;
	                                false: that is not known */
};

enum confidence {
	CONFIDENCE_POSSIBLE, /* one of several that fit the evidence */
	CONFIDENCE_LIKELY,   /* it fits, and nothing else that fits is known */
	CONFIDENCE_CERTAIN,  /* the kernel said so */
};

/** confidence_name - "possible", "likely", "certain" */
const char *confidence_name(enum confidence confidence);

#define CAUSE_EVIDENCE_MAX 12

/* What a cause's claim rests on. */
struct evidence {
	char name[64]; /* "ListenOverflows", "queue peak", "reset reason ..." */
	uint64_t count;
};

/*
 * A cause found at work. Copied by whoever receives it: a rule makes it on
 * its stack.
 */
struct cause_found {
	const struct cause *cause; /* its row, rules/causes.h */
	uint64_t min, max;         /* connections that it explains */
	enum confidence confidence;
	const struct netns_facts *ns; /* of incident.after; NULL: host */
	char listener[64];            /* "0.0.0.0:5001", or "" */
	pid_t pid;                    /* who did it or owns it; 0 unknown */
	char comm[16];
	struct evidence evidence[CAUSE_EVIDENCE_MAX];
	size_t n_evidence;
	char what[256]; /* one sentence: what happened to whom */
	char sees[256]; /* what the client saw, and when */
	char why[384];
	struct remedy remedy;
};

/**
 * incident_judge - every cause that the evidence bears; what remains is the
 * cause "unexplained", with what to collect
 * @ret_failed: connections known to have failed; max is UINT64_MAX when a
 * counter that tells of failures could not be read
 * @emit: copies what it keeps. In the order in which causes were found;
 * cause_found_order() sorts
 *
 * The sum of the minima never exceeds the failures. A cause with 0
 * connections delayed some, or did harm that cannot be counted.
 */
void incident_judge(const struct incident *incident,
                    struct count_range *ret_failed,
                    void (*emit)(void *to, const struct cause_found *found),
                    void *to);

/**
 * incident_covers - is namespace @at of incident.after judged?
 *
 * Not one that vanished, and none that was not looked at before: what it
 * counted since then nobody knows. One that did not exist before is.
 */
bool incident_covers(const struct incident *incident, size_t at);

/** cause_found_order - for qsort(): what explains most first, "unexplained"
 * last
 */
int cause_found_order(const void *a, const void *b);

#endif
