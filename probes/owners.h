/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * owners - which processes hold a listener's descriptor.
 *
 * The kernel does not tell it; every /proc/PID/fd has to be looked through.
 * The probe stands after probe_listeners and fills the owners of what that
 * one found. Threads are not looked at one by one: one that has a descriptor
 * table of its own (unshare(CLONE_FILES)) stays unseen.
 */
#ifndef KILOFLOW_PROBES_OWNERS_H
#define KILOFLOW_PROBES_OWNERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct listener;

/**
 * owners_find - find every process that holds one of @listeners
 * @root_fd: directory that stands for "/"
 * @netns_inode: namespace of the listeners, 0 when not known. Processes of
 * another one are looked at only for listeners that no process of this one
 * holds
 *
 * Sets owners (by pid, then fd), n_owners and owners_state. A process that
 * ends meanwhile is no error. OWNERS_KNOWN without an owner: the kernel
 * itself or a process in another pid namespace holds it.
 *
 * Return: 0 or -ENOMEM.
 */
int owners_find(int root_fd, uint64_t netns_inode, struct listener *listeners,
                size_t n, struct err *err);

/**
 * owners_parse_link - the inode of "socket:[123]" or "net:[123]". Pure.
 * @kind: "socket", "net"
 * @target: @len bytes, as readlink() gave them
 *
 * Return: whether it is a link of that kind.
 */
bool owners_parse_link(const char *kind, const char *target, size_t len,
                       uint64_t *ret_inode);

/**
 * owners_parse_comm - the content of /proc/PID/comm: any bytes, and a
 * newline. Pure.
 * @comm: cut to 15 bytes, padded with NUL
 */
void owners_parse_comm(const char *content, size_t len, char comm[16]);

/**
 * owners_parse_stat - may a process have descriptors at all? Pure.
 * @content: of /proc/PID/stat, which everyone may read
 *
 * Return: false for a kernel thread or a zombie; true for any other, and
 * when @content makes no sense.
 */
bool owners_parse_stat(const char *content, size_t len);

#endif
