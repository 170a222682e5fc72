/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netns - one network namespace: found by what a person calls it, and
 * entered by a thread.
 */
#ifndef KILOFLOW_PROBES_NETNS_H
#define KILOFLOW_PROBES_NETNS_H

#include <stdint.h>

struct err;
struct netns_facts;

/**
 * netns_open - open the network namespace that @spec names
 * @spec: a PATH when it holds a '/', a PID when all of it is digits, else
 * a NAME as in `ip netns` (below /run/netns or /var/run/netns)
 * @ret_fd: the caller closes it; set only on success
 * @ns: its name becomes @spec, and enter the file that was opened
 *
 * Return: 0; -EINVAL when it is no network namespace; -ENOENT when there is
 * none; -ENAMETOOLONG when @spec does not fit ns->name; -EACCES, -EPERM, ...
 * from the kernel.
 */
int netns_open(const char *spec, int *ret_fd, struct netns_facts *ns,
               struct err *err);

/**
 * netns_open_file - open a file that should be a network namespace
 * @dir_fd: what @path is relative to
 *
 * Return: a descriptor; -EINVAL when it is none; other negative errno.
 */
int netns_open_file(int dir_fd, const char *path);

/**
 * netns_open_same - open the file of a namespace that is known already
 * @inode: of netns_inode()
 *
 * Return: a descriptor; -ENOENT when there is no such namespace any more, even
 * if the file is that of another now; other negative errno.
 */
int netns_open_same(int dir_fd, const char *path, uint64_t inode);

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
