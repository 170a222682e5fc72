/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * world - where the steps of a fix act: the root directory, the network
 * namespaces, and the processes; each known again on another day.
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
struct threads_status;

struct fix_world {
	int root_fd;         /* directory that stands for "/" */
	int home_fd;         /* the namespace it was opened in */
	uint64_t home_inode; /* of that */
};

/**
 * fix_world_open - before any other namespace is entered
 *
 * Return: 0; negative errno, and then it is closed: all is -1 or zero.
 */
int fix_world_open(struct fix_world *ret, struct err *err);

/** fix_world_close - the calling thread goes back home */
void fix_world_close(struct fix_world *world);

/**
 * fix_place_anchor - complete @place: the cookie of the namespace that its
 * inode and file are of now
 *
 * The calling thread is in it afterwards. Before Linux 5.14 the cookie stays 0.
 *
 * Return: as fix_world_enter().
 */
int fix_place_anchor(struct fix_world *world, struct fix_place *place,
                     struct err *err);

/**
 * fix_world_enter - move the calling thread to @place
 *
 * Found by its file, else through every process and name of the host, and
 * known by inode and cookie. A thread that is in it already needs no right
 * to enter. After a failure it may be in any namespace; it finds its way from
 * each.
 *
 * Return: 0; -ENOENT when the namespace is gone; -EACCES when it may be one
 * that this user does not see; -EPERM when it may not be entered, ...
 */
int fix_world_enter(struct fix_world *world, const struct fix_place *place,
                    struct err *err);

/**
 * fix_process_of - so that @pid is known again
 *
 * Return: 0; -ESRCH when it has ended; else from the kernel.
 */
int fix_process_of(struct fix_world *world, pid_t pid, struct fix_process *ret,
                   struct err *err);

/**
 * fix_process_check - does exactly that process run?
 *
 * Return: 0; -ESRCH when it has ended, even if another has its number.
 */
int fix_process_check(struct fix_world *world,
                      const struct fix_process *process, struct err *err);

/**
 * fix_process_open - a pidfd of exactly that process
 *
 * Return: a descriptor; -ESRCH as above; -ENOSYS before 5.3; else from the
 * kernel.
 */
int fix_process_open(struct fix_world *world, const struct fix_process *process,
                     struct err *err);

/**
 * fix_process_status - user and capabilities of a process
 * @pid: 0: the caller's own
 *
 * Return: 0; -ESRCH; -EBADMSG, ...
 */
int fix_process_status(struct fix_world *world, pid_t pid,
                       struct threads_status *ret);

#endif
