// SPDX-License-Identifier: GPL-2.0-or-later
/* proc_tree - see proc_tree.h. */
#include "tests/support/proc_tree.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char tree_path[64];

static void write_file(int dir_fd, const char *name, const char *content)
{
	const int fd =
		openat(dir_fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, strlen(content)), strlen(content));
	(void)close(fd);
}

static int make_dir(int dir_fd, const char *name)
{
	int fd;

	assert_int_equal(mkdirat(dir_fd, name, 0755), 0);
	fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

static void write_process(int proc_fd, const struct fake_process *process)
{
	const int dir_fd = make_dir(proc_fd, process->pid);
	const int ns_fd = make_dir(dir_fd, "ns");
	const int fds_fd = make_dir(dir_fd, "fd");
	const mode_t mode = process->locked ? 0 : 0755;
	char target[32];

	write_file(dir_fd, "comm", process->comm);
	write_file(dir_fd, "stat", process->stat);
	if (process->cgroup)
		write_file(dir_fd, "cgroup", process->cgroup);
	(void)snprintf(target, sizeof(target), "net:[%u]", process->netns);
	assert_int_equal(symlinkat(target, ns_fd, "net"), 0);
	for (size_t i = 0; i < 4 && process->fds[i].fd; i++)
		assert_int_equal(symlinkat(process->fds[i].target, fds_fd,
		                           process->fds[i].fd),
		                 0);
	assert_int_equal(fchmod(fds_fd, mode), 0);
	assert_int_equal(fchmod(ns_fd, mode), 0);
	(void)close(fds_fd);
	(void)close(ns_fd);
	(void)close(dir_fd);
}

int proc_tree_make(const struct fake_process *processes, size_t n)
{
	int root_fd;
	int proc_fd;

	(void)snprintf(tree_path, sizeof(tree_path), "/tmp/proc-XXXXXX");
	assert_non_null(mkdtemp(tree_path));
	assert_int_equal(chmod(tree_path, 0755), 0);
	root_fd = open(tree_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(root_fd >= 0);
	proc_fd = make_dir(root_fd, "proc");
	write_file(proc_fd, "uptime", "1 1\n");
	for (size_t i = 0; i < n; i++)
		write_process(proc_fd, &processes[i]);
	(void)close(proc_fd);
	return root_fd;
}

static int remove_entry(const char *path, const struct stat *st, int type,
                        struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int unlock_dir(const char *path, const struct stat *st, int type,
                      struct FTW *ftw)
{
	(void)ftw;
	return type == FTW_DNR && S_ISDIR(st->st_mode) ? chmod(path, 0755) : 0;
}

void proc_tree_remove(int root_fd)
{
	(void)close(root_fd);
	assert_int_equal(nftw(tree_path, unlock_dir, 8, FTW_PHYS), 0);
	assert_int_equal(nftw(tree_path, remove_entry, 8, FTW_DEPTH | FTW_PHYS),
	                 0);
}
