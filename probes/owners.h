/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * owners - which processes hold a listener's descriptor.
 *
 * The kernel does not tell it; every /proc/PID/fd has to be looked through.
 * The probe runs when the listeners of all namespaces are known. Threads are
 * not looked at one by one: one that has a descriptor table of its own
 * (unshare(CLONE_FILES)) stays unseen.
 */
#ifndef KILOFLOW_PROBES_OWNERS_H
#define KILOFLOW_PROBES_OWNERS_H

#include <stddef.h>

struct err;
struct netns_facts;

/**
 * owners_find - find every process that holds a listener of these namespaces
 * @root_fd: directory that stands for "/"
 * @ns: their inodes (0: not known) and listeners are used. Processes that are
 * in none of them are looked at only when a listener is left that no other
 * process holds
 *
 * Sets owners (by pid, then fd), n_owners and owners_state. A process that
 * ends meanwhile is no error. OWNERS_KNOWN without an owner: the kernel
 * itself holds it.
 *
 * Return: 0 or -ENOMEM.
 */
int owners_find(int root_fd, struct netns_facts *ns, size_t n_ns,
                struct err *err);

#endif
