/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cgroup - the tightest limit that control groups put on this process: its
 * own group's or that of one above, of cgroup v1, v2, and both at once.
 *
 * A container sees no group above its own root: what limits it from there
 * cannot be told.
 */
#ifndef KILOFLOW_PROBES_CGROUP_H
#define KILOFLOW_PROBES_CGROUP_H

#include <stdbool.h>
#include <stddef.h>

#include "probes/fact.h"

enum cgroup_controller {
	CGROUP_PIDS,   /* processes and threads */
	CGROUP_MEMORY, /* bytes, what caches hold included */
	CGROUP_CONTROLLER_COUNT
};

struct cgroup_facts {
	struct fact_u64 max;     /* UINT64_MAX: no group has a limit */
	struct fact_u64 current; /* of the group whose limit that is */
};

#define CGROUP_PATH_MAX 4096

/* Where a controller's files of this process's group are. */
struct cgroup_place {
	bool v2;
	char dir[CGROUP_PATH_MAX]; /* of the group, from "/" on */
	size_t mount_len;          /* of @dir, the part that is the mount */
};

/**
 * cgroup_locate - find that place. Pure.
 * @groups: /proc/self/cgroup, "4:memory:/a/b" or "0::/a/b" a line
 * @mounts: /proc/self/mountinfo
 *
 * Return: 0; -ENOENT when the process has no such group, or it is not
 * mounted where it can be seen; -ENAMETOOLONG.
 */
int cgroup_locate(enum cgroup_controller controller, const char *groups,
                  size_t groups_len, const char *mounts, size_t mounts_len,
                  struct cgroup_place *ret);

/**
 * cgroup_read - the tightest limit of one controller
 * @root_fd: directory that stands for "/"
 *
 * The tightest is the one with the least left below it. Both are absent when
 * there is no such controller.
 */
struct cgroup_facts cgroup_read(int root_fd, enum cgroup_controller controller);

#endif
