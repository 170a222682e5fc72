/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * threads - what a tool that starts a thread for each flow runs into, apart
 * from the sysctls kernel.threads-max, kernel.pid_max and vm.max_map_count.
 */
#ifndef KILOFLOW_PROBES_THREADS_H
#define KILOFLOW_PROBES_THREADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/cgroup.h"
#include "probes/fact.h"

struct threads_facts {
	struct fact_u64 total;      /* threads of the whole host, now */
	struct fact_u64 nproc_soft; /* RLIMIT_NPROC of this process;
	                               UINT64_MAX: unlimited */
	struct fact_u64 nproc_hard;
	struct fact_u64 exempt; /* 1: RLIMIT_NPROC does not bind this user */
	struct fact_u64 user;   /* threads of this user, which it bounds; not
	                           counted for an exempt one: absent */
	struct cgroup_facts pids;
	struct cgroup_facts memory;
};

/**
 * threads_parse_loadavg - all threads there are. Pure.
 * @bytes: @len bytes of /proc/loadavg, "0.20 0.18 0.12 1/80 11206"
 */
struct fact_u64 threads_parse_loadavg(const char *bytes, size_t len);

/* Lines of /proc/PID/status. */
struct threads_status {
	uint64_t uid;     /* the real one */
	uint64_t threads; /* of the process */
	uint64_t caps;    /* effective capabilities, bit by bit */
};

/**
 * threads_parse_status - Pure.
 * @bytes: @len bytes of /proc/PID/status
 *
 * Return: 0, or -EBADMSG when one of the lines is missing or no number.
 */
int threads_parse_status(const char *bytes, size_t len,
                         struct threads_status *ret);

/**
 * threads_parse_uid_map - is it the initial user namespace's? Pure.
 * @bytes: @len bytes of /proc/self/uid_map
 *
 * One that maps everything to itself cannot be told from it.
 */
bool threads_parse_uid_map(const char *bytes, size_t len);

/**
 * threads_is_exempt - does RLIMIT_NPROC not bind a process? Pure.
 * @initial: it is in the initial user namespace
 *
 * kernel/fork.c:copy_process(): the host's root is let off, and so is who has
 * CAP_SYS_ADMIN or CAP_SYS_RESOURCE there.
 */
bool threads_is_exempt(const struct threads_status *status, bool initial);

/**
 * threads_read - find it all out
 * @root_fd: directory that stands for "/"
 * @ret: all are set; what cannot be read is a state
 */
void threads_read(int root_fd, struct threads_facts *ret);

#endif
