// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * owners - see owners.h.
 *
 * The cost is a readlink() a descriptor, some microseconds each, so processes
 * of other namespaces are left for a second pass that is seldom needed. The
 * search does not end when every listener has an owner: forked workers share
 * a listener, and each of them is wanted. Nor is it narrowed by uid: a
 * process that dropped root still holds what root opened.
 */
#include "probes/owners.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/base/file.h"
#include "probes/base/span.h"
#include "probes/base/vec.h"
#include "probes/facts.h"
#include "probes/registry.h"

/* include/linux/sched.h */
#define PF_KTHREAD 0x00200000U

/* Words of /proc/PID/stat behind the comm, as proc(5) counts them from 3. */
enum stat_word { STAT_STATE = 3, STAT_FLAGS = 9 };

bool owners_parse_link(const char *kind, const char *target, size_t len,
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

void owners_parse_comm(const char *content, size_t len, char comm[16])
{
	if (len && content[len - 1] == '\n')
		len--;
	if (len > 15)
		len = 15;
	memset(comm, 0, 16);
	memcpy(comm, content, len);
}

bool owners_parse_stat(const char *content, size_t len)
{
	/* The comm may hold any byte; the last parenthesis is behind it. */
	const char *comm_end = memrchr(content, ')', len);
	struct span rest = span_of(content, len);
	struct span word;
	uint64_t flags;

	if (!comm_end)
		return true;
	rest.at = comm_end + 1;
	for (int at = STAT_STATE; at <= STAT_FLAGS; at++) {
		if (!span_word(&rest, &word))
			return true;
		if (at == STAT_STATE && (*word.at == 'Z' || *word.at == 'X'))
			return false;
	}
	return span_u64(word, &flags) || !(flags & PF_KTHREAD);
}

/* A listener, by its inode. */
struct wanted {
	uint64_t inode;
	size_t listener;
	bool owned;
};

struct holding {
	size_t listener;
	struct owner owner;
};

struct process {
	pid_t pid;
	bool elsewhere; /* in another network namespace */
};

struct search {
	DIR *proc;
	uint64_t netns_inode;
	struct wanted *wanted; /* sorted by inode */
	size_t n_wanted, n_unowned;
	struct process *processes;
	size_t n_processes, max_processes;
	struct holding *holdings;
	size_t n_holdings, max_holdings;
	bool unreadable; /* a process that may be an owner */
};

static int compare_wanted(const void *left, const void *right)
{
	const struct wanted *a = left;
	const struct wanted *b = right;

	return (a->inode > b->inode) - (a->inode < b->inode);
}

static int compare_holdings(const void *left, const void *right)
{
	const struct holding *a = left;
	const struct holding *b = right;

	if (a->listener != b->listener)
		return a->listener < b->listener ? -1 : 1;
	if (a->owner.pid != b->owner.pid)
		return a->owner.pid < b->owner.pid ? -1 : 1;
	return (a->owner.fd > b->owner.fd) - (a->owner.fd < b->owner.fd);
}

/* Return: 0, or -ENOMEM. */
static int list_wanted(struct search *search, const struct listener *listeners,
                       size_t n)
{
	search->wanted = calloc(n, sizeof(*search->wanted));
	if (!search->wanted)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		if (!listeners[i].inode)
			continue;
		search->wanted[search->n_wanted++] = (struct wanted){
			.inode = listeners[i].inode,
			.listener = i,
		};
	}
	qsort(search->wanted, search->n_wanted, sizeof(*search->wanted),
	      compare_wanted);
	search->n_unowned = search->n_wanted;
	return 0;
}

/* The name of a directory entry as a number; -1 when it is none. */
static int entry_number(const struct dirent *entry)
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
static int list_processes(struct search *search)
{
	bool hidden = true;
	const struct dirent *entry;

	while ((entry = readdir(search->proc))) {
		const int pid = entry_number(entry);
		struct process *grown;

		if (pid < 0)
			continue;
		grown = vec_grow(search->processes, search->n_processes,
		                 &search->max_processes, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		search->processes = grown;
		grown[search->n_processes++] = (struct process){ .pid = pid };
		if (pid == 1)
			hidden = false;
	}
	search->unreadable = hidden;
	return 0;
}

/* A process that is being looked at. */
struct visit {
	struct search *search;
	int dir_fd; /* of /proc/PID: outlives a reuse of the pid */
	pid_t pid;
	bool named; /* comm was read */
	char comm[16];
};

static void read_comm(struct visit *visit)
{
	char content[128];
	size_t len;

	if (visit->named)
		return;
	visit->named = true;
	if (!file_read(visit->dir_fd, "comm", content, sizeof(content), &len,
	               NULL))
		owners_parse_comm(content, len, visit->comm);
}

/* Keep it if it is wanted. Return: 0 or -ENOMEM. */
static int found_socket(struct visit *visit, uint64_t inode, int fd)
{
	struct search *search = visit->search;
	const struct wanted key = { .inode = inode };
	struct wanted *wanted = bsearch(&key, search->wanted, search->n_wanted,
	                                sizeof(key), compare_wanted);
	struct holding *holdings;
	struct owner *owner;

	if (!wanted)
		return 0;
	holdings = vec_grow(search->holdings, search->n_holdings,
	                    &search->max_holdings, sizeof(*holdings));
	if (!holdings)
		return -ENOMEM;
	search->holdings = holdings;
	holdings += search->n_holdings++;
	holdings->listener = wanted->listener;
	owner = &holdings->owner;
	read_comm(visit);
	*owner = (struct owner){ .pid = visit->pid, .fd = fd };
	memcpy(owner->comm, visit->comm, sizeof(owner->comm));
	if (!wanted->owned)
		search->n_unowned--;
	wanted->owned = true;
	return 0;
}

/* Return: 0; negative errno when the rest of them cannot be read. */
static int look_through(struct visit *visit, DIR *fds)
{
	const struct dirent *entry;

	for (errno = 0; (entry = readdir(fds)); errno = 0) {
		const int fd = entry_number(entry);
		char target[64];
		uint64_t inode;
		ssize_t len;
		int rc;

		if (fd < 0)
			continue;
		len = readlinkat(dirfd(fds), entry->d_name, target,
		                 sizeof(target));
		if (len < 0 && errno == ENOENT)
			continue; /* closed meanwhile */
		if (len < 0)
			break;
		if (!owners_parse_link("socket", target, (size_t)len, &inode))
			continue;
		rc = found_socket(visit, inode, fd);
		if (rc)
			return rc;
	}
	return -errno;
}

static int look_at_fds(struct visit *visit)
{
	const int fd =
		openat(visit->dir_fd, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *fds;
	int rc;

	if (fd < 0)
		return -errno;
	fds = fdopendir(fd);
	if (!fds) {
		(void)close(fd);
		return -ENOMEM;
	}
	rc = look_through(visit, fds);
	(void)closedir(fds);
	return rc;
}

/* When our own namespace is not known, this is so for every process. */
static bool is_elsewhere(const struct visit *visit)
{
	char target[64];
	const ssize_t len =
		readlinkat(visit->dir_fd, "ns/net", target, sizeof(target));
	uint64_t inode;

	return len > 0 &&
	       owners_parse_link("net", target, (size_t)len, &inode) &&
	       inode != visit->search->netns_inode;
}

/* A process could not be looked at: does it matter? */
static void note_failure(struct visit *visit, int code)
{
	char content[1024];
	size_t len;

	if (code == -ENOENT || code == -ESRCH)
		return; /* it ended meanwhile */
	if (file_read(visit->dir_fd, "stat", content, sizeof(content), &len,
	              NULL) ||
	    owners_parse_stat(content, len))
		visit->search->unreadable = true;
}

/* Return: 0 or -ENOMEM. */
static int visit_process(struct search *search, struct process *process)
{
	struct visit visit = { .search = search, .pid = process->pid };
	char name[16];
	int rc = 0;

	(void)snprintf(name, sizeof(name), "%d", process->pid);
	visit.dir_fd = openat(dirfd(search->proc), name,
	                      O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (visit.dir_fd < 0) {
		note_failure(&visit, -errno);
		return 0;
	}
	if (!process->elsewhere && is_elsewhere(&visit))
		process->elsewhere = true;
	else
		rc = look_at_fds(&visit);
	if (rc && rc != -ENOMEM) {
		note_failure(&visit, rc);
		rc = 0;
	}
	(void)close(visit.dir_fd);
	return rc;
}

static int visit_those(struct search *search, bool elsewhere)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < search->n_processes; i++)
		if (search->processes[i].elsewhere == elsewhere)
			rc = visit_process(search, &search->processes[i]);
	return rc;
}

static int visit_all(struct search *search)
{
	const int rc = visit_those(search, false);

	return rc || !search->n_unowned ? rc : visit_those(search, true);
}

/* Return: where the holdings of the listener at @first end. */
static size_t holdings_end(const struct search *search, size_t first)
{
	size_t end = first;

	while (end < search->n_holdings &&
	       search->holdings[end].listener ==
	               search->holdings[first].listener)
		end++;
	return end;
}

static int give_owners(struct listener *listener,
                       const struct holding *holdings, size_t n)
{
	listener->owners = calloc(n, sizeof(*listener->owners));
	if (!listener->owners)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		listener->owners[i] = holdings[i].owner;
	listener->n_owners = n;
	return 0;
}

static int share_out(struct search *search, struct listener *listeners,
                     size_t n)
{
	size_t end;

	if (search->n_holdings)
		qsort(search->holdings, search->n_holdings,
		      sizeof(*search->holdings), compare_holdings);
	for (size_t first = 0; first < search->n_holdings; first = end) {
		const struct holding *holdings = &search->holdings[first];

		end = holdings_end(search, first);
		if (give_owners(&listeners[holdings->listener], holdings,
		                end - first))
			return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++)
		listeners[i].owners_state = !search->unreadable ? OWNERS_KNOWN
		                            : listeners[i].n_owners
		                                    ? OWNERS_PARTIAL
		                                    : OWNERS_DENIED;
	return 0;
}

static int search_proc(struct search *search, int root_fd)
{
	const int fd =
		openat(root_fd, "proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc;

	if (fd < 0) {
		search->unreadable = true;
		return 0;
	}
	search->proc = fdopendir(fd);
	if (!search->proc) {
		(void)close(fd);
		return -ENOMEM;
	}
	rc = list_processes(search);
	if (!rc)
		rc = visit_all(search);
	(void)closedir(search->proc);
	return rc;
}

int owners_find(int root_fd, uint64_t netns_inode, struct listener *listeners,
                size_t n, struct err *err)
{
	struct search search = { .netns_inode = netns_inode };
	int rc;

	if (!n)
		return 0;
	rc = list_wanted(&search, listeners, n);
	if (!rc)
		rc = search_proc(&search, root_fd);
	if (!rc)
		rc = share_out(&search, listeners, n);
	free(search.wanted);
	free(search.processes);
	free(search.holdings);
	return rc ? err_set(err, rc, "no memory for the listeners' owners") : 0;
}

static int run(const struct probe_env *env, struct host *host,
               struct netns_facts *ns, struct err *err)
{
	(void)host;
	return owners_find(env->root_fd, ns->inode, ns->listeners,
	                   ns->n_listeners, err);
}

const struct probe probe_owners = {
	.name = "owners",
	.scope = PROBE_NETNS,
	.serves = PROBE_FOR_CHECK | PROBE_FOR_LISTENERS,
	.run = run,
};
