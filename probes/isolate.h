/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * isolate - a throwaway network namespace with the sysctls of the caller's:
 * what is done in it leaves no TIME_WAIT, conntrack entry or counter behind.
 *
 * It is gone when the last thread and socket in it are.
 */
#ifndef KILOFLOW_PROBES_ISOLATE_H
#define KILOFLOW_PROBES_ISOLATE_H

#include <stdbool.h>

#include "probes/sysctl_table.h"

struct err;
struct netns_facts;

struct isolate {
	int back_fd; /* the namespace it was entered from */
	/* It has another value there, which could not be set. */
	bool not_copied[SYSCTL_COUNT];
};

/**
 * isolate_enter - move the calling thread into such a namespace; lo is up, and
 * has the MTU of the caller's
 * @ns: facts of the caller's namespace. A number in them that is another
 * than the namespace has is one that somebody plans: it is set instead
 *
 * Root makes it directly. Who may not, makes a user namespace to own it,
 * which takes a process of one thread; there is no way back from that.
 *
 * Threads that are started from then on are in it, too.
 *
 * Return: 0; -EPERM, -ENOSPC, ... when there can be none: then the thread
 * is where it was.
 */
int isolate_enter(const struct netns_facts *ns, struct isolate *ret,
                  struct err *err);

/** isolate_leave - back to where it was entered from, if there is a way */
void isolate_leave(struct isolate *isolate);

#endif
