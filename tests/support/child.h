/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * child - a process of the test's own: one that waits until it is ended, or
 * one that checks something as another user and says where it failed.
 */
#ifndef KILOFLOW_TESTS_SUPPORT_CHILD_H
#define KILOFLOW_TESTS_SUPPORT_CHILD_H

#include <sys/types.h>

/**
 * child_start - fork; @prepare is run in the child, which then waits
 * @prepare: returns 0, else the child ends; NULL: nothing
 *
 * Return: its pid when it is ready; 0 when it ended instead.
 */
pid_t child_start(int (*prepare)(void *), void *arg);

/** child_kill - end it, and do not take its exit status: a zombie */
void child_kill(pid_t pid);

/** child_reap - end it if need be, and wait until nothing of it is left */
void child_reap(pid_t pid);

/**
 * child_run - run @check in a process of its own
 * @check: returns 0 or the line that failed
 *
 * Return: what @check returned; -1 when it died.
 */
int child_run(int (*check)(void *), void *arg);

/**
 * child_run_as_user - the same, without root: as who ran the test if that is
 * an ordinary user, else as another
 */
int child_run_as_user(int (*check)(void *), void *arg);

#endif
