// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * owners - see owners.h.
 *
 * The cost is a readlink() a descriptor, some microseconds each: /proc is
 * looked through once for all namespaces, and processes that are in none of
 * them are left for a second pass that is seldom needed. The
 * search does not end when every listener has an owner: forked workers share
 * a listener, and each of them is wanted. Nor is it narrowed by uid: a
 * process that dropped root still holds what root opened.
 */
#include "probes/owners.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/base/vec.h"
#include "probes/facts.h"
#include "probes/processes.h"
#include "probes/registry.h"

/* A listener, by its inode. */
struct wanted {
	uint64_t inode;
	struct listener *listener;
	bool owned;
};

struct holding {
	size_t wanted; /* index */
	struct owner owner;
};

struct search {
	struct processes processes;
	uint64_t *here; /* the listeners' namespaces, sorted */
	size_t n_here;
	struct wanted *wanted; /* sorted by inode */
	size_t n_wanted, n_unowned;
	struct holding *holdings;
	size_t n_holdings, max_holdings;
	bool unreadable;  /* a process that may be an owner */
	bool child_pidns; /* there may be processes that are not listed */
};

static int compare_u64(const void *left, const void *right)
{
	const uint64_t *a = left;
	const uint64_t *b = right;

	return (*a > *b) - (*a < *b);
}

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

	if (a->wanted != b->wanted)
		return a->wanted < b->wanted ? -1 : 1;
	if (a->owner.pid != b->owner.pid)
		return a->owner.pid < b->owner.pid ? -1 : 1;
	return (a->owner.fd > b->owner.fd) - (a->owner.fd < b->owner.fd);
}

static void want(struct search *search, struct netns_facts *ns)
{
	for (size_t i = 0; i < ns->n_listeners; i++) {
		if (!ns->listeners[i].inode)
			continue;
		search->wanted[search->n_wanted++] = (struct wanted){
			.inode = ns->listeners[i].inode,
			.listener = &ns->listeners[i],
		};
	}
	if (ns->n_listeners)
		search->here[search->n_here++] = ns->inode;
}

/* Return: 0, or -ENOMEM. */
static int list_wanted(struct search *search, struct netns_facts *ns,
                       size_t n_ns, size_t n_listeners)
{
	search->wanted = calloc(n_listeners, sizeof(*search->wanted));
	search->here = calloc(n_ns, sizeof(*search->here));
	if (!search->wanted || !search->here)
		return -ENOMEM;
	for (size_t i = 0; i < n_ns; i++)
		want(search, &ns[i]);
	qsort(search->wanted, search->n_wanted, sizeof(*search->wanted),
	      compare_wanted);
	qsort(search->here, search->n_here, sizeof(*search->here), compare_u64);
	search->n_unowned = search->n_wanted;
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
	if (visit->named)
		return;
	visit->named = true;
	processes_comm(visit->dir_fd, "comm", visit->comm);
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
	holdings->wanted = (size_t)(wanted - search->wanted);
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
		const int fd = processes_entry(entry);
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
		if (!processes_parse_link("socket", target, (size_t)len,
		                          &inode))
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

/*
 * One whose namespace cannot be seen may be in any. When the listeners' own
 * is not known, every other is elsewhere.
 */
static bool is_elsewhere(const struct search *search,
                         const struct process *process)
{
	return process->netns &&
	       !bsearch(&process->netns, search->here, search->n_here,
	                sizeof(*search->here), compare_u64);
}

/* A process could not be looked at: does it matter? */
static void note_failure(struct visit *visit, int code)
{
	if (code == -ENOENT || code == -ESRCH)
		return; /* it ended meanwhile */
	if (processes_is_user(visit->dir_fd, "stat"))
		visit->search->unreadable = true;
}

/*
 * @first: the pass over those that are not elsewhere, which finds that out
 * Return: 0 or -ENOMEM.
 */
static int visit_process(struct search *search, struct process *process,
                         bool first)
{
	struct visit visit = { .search = search, .pid = process->pid };
	char name[16];
	int rc = 0;

	if (!first && !is_elsewhere(search, process))
		return 0;
	(void)snprintf(name, sizeof(name), "%d", process->pid);
	visit.dir_fd = openat(search->processes.proc_fd, name,
	                      O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (visit.dir_fd < 0) {
		note_failure(&visit, -errno);
		return 0;
	}
	if (first)
		(void)processes_netns(visit.dir_fd, "ns/net", &process->netns);
	if (!first || !is_elsewhere(search, process))
		rc = look_at_fds(&visit);
	if (rc && rc != -ENOMEM) {
		note_failure(&visit, rc);
		rc = 0;
	}
	(void)close(visit.dir_fd);
	return rc;
}

static int visit_those(struct search *search, bool first)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < search->processes.n; i++)
		rc = visit_process(search, &search->processes.items[i], first);
	return rc;
}

static int visit_all(struct search *search)
{
	const int rc = visit_those(search, true);

	return rc || !search->n_unowned ? rc : visit_those(search, false);
}

/* Return: where the holdings of the listener at @first end. */
static size_t holdings_end(const struct search *search, size_t first)
{
	size_t end = first;

	while (end < search->n_holdings &&
	       search->holdings[end].wanted == search->holdings[first].wanted)
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

static int share_out(struct search *search)
{
	size_t end;

	if (search->n_holdings)
		qsort(search->holdings, search->n_holdings,
		      sizeof(*search->holdings), compare_holdings);
	for (size_t first = 0; first < search->n_holdings; first = end) {
		const struct holding *holdings = &search->holdings[first];

		end = holdings_end(search, first);
		if (give_owners(search->wanted[holdings->wanted].listener,
		                holdings, end - first))
			return -ENOMEM;
	}
	return 0;
}

/*
 * Processes outside of a PID namespace of ours are not in this /proc at all.
 * The initial one has an inode of its own
 * (include/linux/proc_ns.h:PROC_PID_INIT_INO).
 */
#define PID_INIT_INODE UINT64_C(0xeffffffc)

static bool is_in_child_pidns(int root_fd)
{
	char target[32];
	uint64_t inode;
	const ssize_t n =
		readlinkat(root_fd, "proc/self/ns/pid", target, sizeof(target));

	return n > 0 &&
	       processes_parse_link("pid", target, (size_t)n, &inode) &&
	       inode != PID_INIT_INODE;
}

static void set_states(const struct search *search, struct netns_facts *ns)
{
	for (size_t i = 0; i < ns->n_listeners; i++) {
		struct listener *listener = &ns->listeners[i];

		if (listener->n_owners)
			listener->owners_state = search->unreadable
			                                 ? OWNERS_PARTIAL
			                                 : OWNERS_KNOWN;
		else
			listener->owners_state =
				search->unreadable || search->child_pidns
					? OWNERS_DENIED
					: OWNERS_KNOWN;
	}
}

int owners_find(int root_fd, struct netns_facts *ns, size_t n_ns,
                struct err *err)
{
	struct search search = { 0 };
	size_t n_listeners = 0;
	int rc;

	for (size_t i = 0; i < n_ns; i++)
		n_listeners += ns[i].n_listeners;
	if (!n_listeners)
		return 0;
	rc = processes_open(root_fd, &search.processes);
	search.unreadable = search.processes.hidden;
	search.child_pidns = is_in_child_pidns(root_fd);
	if (!rc)
		rc = list_wanted(&search, ns, n_ns, n_listeners);
	if (!rc)
		rc = visit_all(&search);
	if (!rc)
		rc = share_out(&search);
	for (size_t i = 0; !rc && i < n_ns; i++)
		set_states(&search, &ns[i]);
	processes_close(&search.processes);
	free(search.here);
	free(search.wanted);
	free(search.holdings);
	return rc ? err_set(err, rc, "no memory for the listeners' owners") : 0;
}

static int run(const struct probe_env *env, struct host *host,
               struct netns_facts *ns, struct err *err)
{
	(void)ns;
	return owners_find(env->root_fd, host->ns, host->n_ns, err);
}

const struct probe probe_owners = {
	.name = "owners",
	.scope = PROBE_TOGETHER,
	.serves = PROBE_FOR_CHECK | PROBE_FOR_LISTENERS,
	.run = run,
};
