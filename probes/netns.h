/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netns - one network namespace: found by what a person calls it, and
 * entered by a thread.
 */
#ifndef KILOFLOW_PROBES_NETNS_H
#define KILOFLOW_PROBES_NETNS_H

#include <stdint.h>

struct err;

#define NETNS_NAME_SIZE 64 /* as struct netns_facts has it */

/**
 * netns_open - open the network namespace that @spec names
 * @spec: a PATH when it holds a '/', a PID when all of it is digits, else
 * a NAME as in `ip netns` (below /run/netns or /var/run/netns)
 * @ret_fd: the caller closes it; set only on success
 * @name: receives @spec, so that a remedy can name the namespace again
 *
 * Return: 0; -EINVAL when it is no network namespace; -ENOENT when there is
 * none; -ENAMETOOLONG when @spec does not fit @name; -EACCES, -EPERM, ...
 * from the kernel.
 */
int netns_open(const char *spec, int *ret_fd, char name[NETNS_NAME_SIZE],
               struct err *err);

/**
 * netns_enter - move the calling thread, and no other, into a namespace
 * @fd: of netns_open()
 *
 * Return: 0; -EPERM without CAP_SYS_ADMIN here and over the namespace.
 */
int netns_enter(int fd, struct err *err);

/**
 * netns_inode - the namespace that the calling thread is in, as a number:
 * what /proc/PID/ns/net shows as net:[N]
 *
 * Return: 0, or negative errno (no /proc).
 */
int netns_inode(uint64_t *ret, struct err *err);

#endif
