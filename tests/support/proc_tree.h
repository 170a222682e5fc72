/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc_tree - made-up processes, as a /proc below a temporary directory. One
 * tree at a time; what cannot be made fails the test.
 */
#ifndef KILOFLOW_TESTS_SUPPORT_PROC_TREE_H
#define KILOFLOW_TESTS_SUPPORT_PROC_TREE_H

#include <stdbool.h>
#include <stddef.h>

struct fake_process {
	const char *pid, *comm;
	unsigned int netns;
	const char *stat;
	bool locked; /* neither descriptors nor namespace may be read */
	struct {
		const char *fd, *target;
	} fds[4];
	const char *cgroup; /* NULL: no such file */
};

#define USER_STAT "(x) S 1 1 1 0 -1 4194560 0 0\n"
#define KTHREAD_STAT "(x) S 1 1 1 0 -1 2129984 0 0\n"

/** proc_tree_make - Return: descriptor of the tree's root */
int proc_tree_make(const struct fake_process *processes, size_t n);

/** proc_tree_remove - close and remove it */
void proc_tree_remove(int root_fd);

#endif
