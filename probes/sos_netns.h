/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sos_netns - what a sosreport says of one network namespace: the host's own,
 * or one of `ip netns`.
 *
 * Of the host's own it has copies of the kernel's files, which go first; of
 * any other only what commands wrote that were run in there.
 */
#ifndef KILOFLOW_PROBES_SOS_NETNS_H
#define KILOFLOW_PROBES_SOS_NETNS_H

#include "probes/facts.h"
#include "probes/sos_dir.h"

struct goal;

/* As long as a namespace's name may be in struct netns_facts. */
#define SOS_NETNS_NAME_SIZE 64

/* Which one, and what is read of it more than once. */
struct sos_netns {
	struct sos_dir *dir;
	struct netns_facts *facts;
	bool is_own;             /* the one that sos ran in */
	char commands[160];      /* what the names of its files begin with */
	struct sos_file sysctls; /* `sysctl -a` */
	struct sos_file devices; /* `ip address` */
};

/**
 * sos_netns_open - find its files
 * @name: of `ip netns`, and it is kept in @facts; NULL: the host's own
 *
 * Return: to be passed to sos_netns_close(); without files nothing of it is
 * known.
 */
struct sos_netns sos_netns_open(struct sos_dir *dir, struct netns_facts *facts,
                                const char *name);

void sos_netns_close(struct sos_netns *netns);

/**
 * sos_netns_sysctl - what the file of a sysctl held
 *
 * Return: was it told? Then the caller frees @ret.
 */
bool sos_netns_sysctl(struct sos_netns *netns, enum sysctl_id id,
                      struct sos_file *ret);

/**
 * sos_netns_read - fill in its facts
 * @goal: ports are counted for it
 */
void sos_netns_read(struct sos_netns *netns, const struct goal *goal);

/**
 * sos_netns_next - the namespaces that `ip netns` listed, one after another
 * @rest: what it wrote; what follows the name is left there
 * @ret: receives the name, NUL-terminated
 *
 * One whose name sos would not use for a file as it is, is passed over.
 *
 * Return: false when there is no more.
 */
bool sos_netns_next(struct span *rest, char ret[static SOS_NETNS_NAME_SIZE]);

#endif
