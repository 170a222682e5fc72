// SPDX-License-Identifier: GPL-2.0-or-later
/* processes - see processes.h. */
#include "probes/processes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/base/file.h"
#include "probes/base/vec.h"

/* include/linux/sched.h */
#define PF_KTHREAD 0x00200000U

/* include/linux/proc_ns.h:PROC_PID_INIT_INO */
#define PID_INIT_INODE UINT64_C(0xeffffffc)

/* Words of /proc/PID/stat behind the comm, as proc(5) counts them from 3. */
enum stat_word { STAT_STATE = 3, STAT_FLAGS = 9 };

bool processes_parse_link(const char *kind, const char *target, size_t len,
                          uint64_t *ret_inode)
{
	const size_t kind_len = strlen(kind);
	struct span number;

	if (len < kind_len + sizeof(":[1]") - 1 ||
	    memcmp(target, kind, kind_len) != 0 ||
	    memcmp(target + kind_len, ":[", 2) != 0 || target[len - 1] != ']')
		return false;
	number = span_of(target + kind_len + 2, len - kind_len - 3);
	return !span_u64(number, ret_inode);
}

void processes_parse_comm(const char *content, size_t len, char comm[16])
{
	if (len && content[len - 1] == '\n')
		len--;
	if (len > 15)
		len = 15;
	memset(comm, 0, 16);
	memcpy(comm, content, len);
}

bool processes_stat_word(const char *content, size_t len, int at,
                         struct span *ret)
{
	/* The comm may hold any byte; the last parenthesis is behind it. */
	const char *comm_end = memrchr(content, ')', len);
	struct span rest = span_of(content, len);
	struct span word;

	if (!comm_end)
		return false;
	rest.at = comm_end + 1;
	for (int i = STAT_STATE; i <= at; i++) {
		if (!span_word(&rest, &word))
			return false;
	}
	*ret = word;
	return true;
}

bool processes_parse_stat(const char *content, size_t len)
{
	struct span word;
	uint64_t flags;

	if (processes_stat_word(content, len, STAT_STATE, &word) &&
	    (*word.at == 'Z' || *word.at == 'X'))
		return false;
	return !processes_stat_word(content, len, STAT_FLAGS, &word) ||
	       span_u64(word, &flags) || !(flags & PF_KTHREAD);
}

int processes_entry(const struct dirent *entry)
{
	int64_t number;

	if (span_i64(span_of(entry->d_name, strlen(entry->d_name)), &number) ||
	    number < 0 || number > INT_MAX)
		return -1;
	return (int)number;
}

/*
 * There always is a process 1. When it is not listed, a mount option hides
 * the processes of others (hidepid, fs/proc/base.c:proc_pid_readdir()).
 */
static int list(DIR *proc, struct processes *ret)
{
	size_t max = 0;
	const struct dirent *entry;

	while ((entry = readdir(proc))) {
		const int pid = processes_entry(entry);
		struct process *grown;

		if (pid < 0)
			continue;
		grown = vec_grow(ret->items, ret->n, &max, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		ret->items = grown;
		grown[ret->n++] = (struct process){ .pid = pid };
		if (pid == 1)
			ret->hidden = false;
	}
	return 0;
}

int processes_open(int root_fd, struct processes *ret)
{
	DIR *proc;
	int fd;
	int rc;

	*ret = (struct processes){ .hidden = true };
	ret->proc_fd =
		openat(root_fd, "proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (ret->proc_fd < 0)
		return 0;
	fd = fcntl(ret->proc_fd, F_DUPFD_CLOEXEC, 0);
	proc = fd < 0 ? NULL : fdopendir(fd);
	if (!proc) {
		if (fd >= 0)
			(void)close(fd);
		return -ENOMEM;
	}
	rc = list(proc, ret);
	(void)closedir(proc);
	return rc;
}

void processes_close(struct processes *processes)
{
	if (processes->proc_fd >= 0)
		(void)close(processes->proc_fd);
	free(processes->items);
	*processes = (struct processes){ .proc_fd = -1 };
}

int processes_netns(int dir_fd, const char *path, uint64_t *ret)
{
	char target[64];
	const ssize_t len = readlinkat(dir_fd, path, target, sizeof(target));

	*ret = 0;
	if (len < 0)
		return -errno;
	return processes_parse_link("net", target, (size_t)len, ret) ? 0
	                                                             : -EBADMSG;
}

void processes_comm(int dir_fd, const char *path, char ret[16])
{
	char content[128];
	size_t len;

	if (file_read(dir_fd, path, content, sizeof(content), &len, NULL))
		len = 0;
	processes_parse_comm(content, len, ret);
}

bool processes_is_user(int dir_fd, const char *path)
{
	char content[1024];
	size_t len;
	const int rc =
		file_read(dir_fd, path, content, sizeof(content), &len, NULL);

	if (rc == -ENOENT || rc == -ESRCH)
		return false;
	return rc || processes_parse_stat(content, len);
}

bool processes_in_child_pidns(int root_fd)
{
	char target[32];
	uint64_t inode;
	const ssize_t n =
		readlinkat(root_fd, "proc/self/ns/pid", target, sizeof(target));

	return n > 0 &&
	       processes_parse_link("pid", target, (size_t)n, &inode) &&
	       inode != PID_INIT_INODE;
}
