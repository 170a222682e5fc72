/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe - one row a probe.
 *
 * A probe is two functions: a pure parser, and a runner that does the I/O
 * and writes facts. What it could not read it leaves as absent, denied or
 * broken; that is no error. An error is only what makes going on useless
 * (no memory).
 */
#ifndef KILOFLOW_PROBES_PROBE_H
#define KILOFLOW_PROBES_PROBE_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct goal;
struct host;
struct netns_facts;

struct probe_env {
	int root_fd; /* directory that stands for "/" */
	const struct goal *goal;
	bool traceless; /* nothing may be sent, not even over loopback */
};

enum probe_scope {
	PROBE_HOST,     /* run once; @ns is NULL */
	PROBE_NETNS,    /* run in each namespace, by a thread that is in it;
	                   several at once, so it writes to its @ns, and to
	                   the host only what one of them alone has */
	PROBE_TOGETHER, /* run once, after those; @ns is NULL */
};

/* Which commands a probe serves; a mask. */
enum probe_for {
	PROBE_FOR_CHECK = 1,
	PROBE_FOR_LISTENERS = 2,
	PROBE_FOR_LOAD = 4,
	PROBE_FOR_POLICY = 8,
};

struct probe {
	const char *name;
	enum probe_scope scope;
	unsigned int serves; /* enum probe_for */
	int (*run)(const struct probe_env *env, struct host *host,
	           struct netns_facts *ns, struct err *err);
};

/**
 * probe_run - run the probes of one scope that serve @for_whom, in order
 * @ns: the namespace whose facts to fill; the caller is in it. NULL for
 * the scopes that run once
 *
 * Return: 0, or the first hard error.
 */
int probe_run(const struct probe_env *env, enum probe_scope scope,
              unsigned int for_whom, struct host *host, struct netns_facts *ns,
              struct err *err);

#endif
