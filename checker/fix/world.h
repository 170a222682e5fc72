/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * world - where the steps of a fix act: the root directory, and the network
 * namespaces.
 *
 * Sysctls of the whole host are written from the namespace that the program
 * was started in, as some of them have no file in any other but the initial
 * one.
 */
#ifndef KILOFLOW_CHECKER_FIX_WORLD_H
#define KILOFLOW_CHECKER_FIX_WORLD_H

#include <stdint.h>

#include "checker/fix/step.h"

struct err;
struct netns_facts;

struct fix_world {
	int root_fd;         /* directory that stands for "/" */
	int home_fd;         /* the namespace it was opened in */
	uint64_t home_inode; /* 0: not known */
};

/**
 * fix_world_open - before any other namespace is entered
 *
 * Return: 0; negative errno. Closed it is when all is -1 or zero.
 */
int fix_world_open(struct fix_world *ret, struct err *err);

/** fix_world_close - the calling thread goes back home */
void fix_world_close(struct fix_world *world);

/**
 * fix_place_of - so that @ns is found again
 * @ns: the calling thread is in it, or can enter it
 *
 * Return: 0; negative errno when it cannot be entered.
 */
int fix_place_of(struct fix_world *world, const struct netns_facts *ns,
                 struct fix_place *ret, struct err *err);

/**
 * fix_world_enter - move the calling thread to @place
 *
 * Found by its file, else through every process and name of the host, and
 * known by inode and cookie.
 *
 * Return: 0; -ENOENT when the namespace is gone; -EPERM, ...
 */
int fix_world_enter(struct fix_world *world, const struct fix_place *place,
                    struct err *err);

/** fix_process_of - so that @pid is known again. Return: 0; -ESRCH, ... */
int fix_process_of(struct fix_world *world, pid_t pid, struct fix_process *ret,
                   struct err *err);

/**
 * fix_process_open - a pidfd of exactly that process
 *
 * Return: a descriptor; -ESRCH when it has ended, even if another has its
 * number; -ENOSYS before 5.3; -EPERM, ...
 */
int fix_process_open(struct fix_world *world, const struct fix_process *process,
                     struct err *err);

#endif
