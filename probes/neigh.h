/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * neigh - the neighbour tables (ARP, NDP), one of each family for the whole
 * host: an address on the same network needs an entry before anything can be
 * sent to it. Read it in the initial network namespace; the others do not
 * have the files.
 */
#ifndef KILOFLOW_PROBES_NEIGH_H
#define KILOFLOW_PROBES_NEIGH_H

#include "probes/fact.h"

struct neigh_facts {
	struct fact_u64 entries;   /* now, all namespaces' */
	struct fact_u64 thresh[3]; /* gc_thresh1..3: below the first nothing
	                              is collected, at the third new ones are
	                              refused */
};

/**
 * neigh_read - the table of one family
 * @root_fd: directory that stands for "/"
 * @family: AF_INET or AF_INET6
 * @ret: all are set; what cannot be read is a state
 */
void neigh_read(int root_fd, int family, struct neigh_facts *ret);

#endif
