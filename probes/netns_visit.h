/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netns_visit - do something in each of many network namespaces.
 *
 * A few threads enter one after the other; the calling thread never leaves
 * its own.
 */
#ifndef KILOFLOW_PROBES_NETNS_VISIT_H
#define KILOFLOW_PROBES_NETNS_VISIT_H

struct err;
struct netns_facts;
struct netns_list;

struct netns_tour {
	int root_fd; /* directory that stands for "/" */
	const struct netns_list *list;
	struct netns_facts *ns; /* of all of the list, described */
	/*
	 * Called by a thread that is in @ns, several at once. What it
	 * returns but 0 ends the tour.
	 */
	int (*look)(void *to, struct netns_facts *ns, struct err *err);
	void *to;
};

/**
 * netns_visit - call look() in all but the first of the list, the caller's
 *
 * Sets entered of each; in one that vanished or may not be entered look() is
 * not called, which is no error.
 *
 * Return: 0; what look() returned first; -EAGAIN when no thread can be
 * started.
 */
int netns_visit(const struct netns_tour *tour, struct err *err);

#endif
