/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc_limits - what the processes that hold the goal's listener may open,
 * and what they have open. kiloflow's own limits are limits.h.
 */
#ifndef KILOFLOW_PROBES_PROC_LIMITS_H
#define KILOFLOW_PROBES_PROC_LIMITS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "probes/fact.h"

struct err;
struct listener;

/* UINT64_MAX: unlimited. */
struct proc_limits_facts {
	pid_t pid;
	char comm[16]; /* as struct owner has it: any bytes but NUL */
	struct fact_u64 nofile_soft, nofile_hard; /* Max open files */
	struct fact_u64 nproc_soft, nproc_hard;   /* Max processes */
	struct fact_u64 fds; /* open now; denied for another user's process */
};

/* The processes of one listener's port, by pid, each once. */
struct servers_facts {
	struct fact_u64 read; /* their number, 1 or more; absent: the kernel or
	                         a process that cannot be seen holds it;
	                         denied; unread: no port, or no listener */
	struct proc_limits_facts *list;
	size_t n;
};

/**
 * proc_limits_parse - the limits of /proc/PID/limits. Pure.
 * @bytes: @len bytes of that file
 * @ret: the limits are set: absent when their line is missing, broken when
 * it makes no sense; the rest is left alone
 */
void proc_limits_parse(const char *bytes, size_t len,
                       struct proc_limits_facts *ret);

/**
 * proc_limits_read - limits and open descriptors of one process
 * @root_fd: directory that stands for "/"
 * @ret: pid and comm are not set. A process that is gone has them absent
 */
void proc_limits_read(int root_fd, pid_t pid, struct proc_limits_facts *ret);

/**
 * proc_limits_servers - the processes that own a listener of @port
 * @listeners: of one namespace, with their owners (owners.h)
 * @port: 0: none
 * @ret: servers_done() frees it, after a failure too
 *
 * Return: 0 or -ENOMEM.
 */
int proc_limits_servers(int root_fd, const struct listener *listeners, size_t n,
                        uint16_t port, struct servers_facts *ret,
                        struct err *err);

/** servers_done - free what is in @servers; all zero is fine */
void servers_done(struct servers_facts *servers);

/**
 * proc_limits_fds - how many descriptors are open
 * @path: "proc/PID/fd", below @root_fd
 *
 * Of the calling process the one that it takes to look is counted, too.
 */
struct fact_u64 proc_limits_fds(int root_fd, const char *path);

#endif
