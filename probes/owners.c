// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * owners - see owners.h.
 *
 * The cost is a readlink() a descriptor, some microseconds each (a stat()
 * takes as long): /proc is looked through once for all namespaces, and
 * processes that are in none of them are left for a second pass that is
 * seldom needed. The search does not end when every listener has an owner:
 * forked workers share a listener, and each of them is wanted. Nor is it
 * narrowed by uid: a process that dropped root still holds what root opened.
 *
 * Where there are many descriptors, several threads read their links. All of
 * them may belong to one process, so what a thread takes is not a process but
 * a batch of descriptors; listing these is a fifth of the cost, and is done
 * in turns.
 */
#include "probes/owners.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
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

/* More do not help: they wait for the one that lists. */
#define THREADS_MAX 8U

/* So many descriptors are worth a thread; to start it costs about 50. */
#define DESCRIPTORS_A_THREAD 1024U

/* A process's descriptors, while they are being looked at. */
struct folder {
	int dir_fd; /* of /proc/PID: outlives a reuse of the pid */
	DIR *fds;
	pid_t pid;
	unsigned int n_users; /* batches, and search.listed */
};

/* With fewer, threads spend more time waiting for each other. */
#define BATCH_MAX 512U

/* What a thread takes, and gives back with what it found. */
struct batch {
	struct folder *folder; /* NULL: nothing was taken */
	int fds[BATCH_MAX];
	size_t n;
	struct holding found[BATCH_MAX];
	size_t n_found;
	bool unreadable; /* as in struct search */
};

/* Threads change it in exchange() only, which locks it. */
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
	int rc;           /* 0, or why to stop */

	pthread_mutex_t lock;
	bool elsewhere;        /* this pass is for those that are */
	size_t next;           /* process */
	struct folder *listed; /* is being listed; NULL: none */
	size_t n_listed;       /* descriptors */
	pthread_t threads[THREADS_MAX - 1]; /* beside the caller's */
	size_t n_threads, max_threads;
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
static bool is_failure(int dir_fd, int code)
{
	if (code == -ENOENT || code == -ESRCH)
		return false; /* it ended meanwhile */
	return processes_is_user(dir_fd, "stat");
}

static void put_folder(struct folder *folder)
{
	if (!folder || --folder->n_users)
		return;
	if (folder->fds)
		(void)closedir(folder->fds);
	if (folder->dir_fd >= 0)
		(void)close(folder->dir_fd);
	free(folder);
}

/* Return: 0 or negative errno. */
static int open_fds(struct folder *folder)
{
	const int fd = openat(folder->dir_fd, "fd",
	                      O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	folder->fds = fdopendir(fd);
	if (folder->fds)
		return 0;
	(void)close(fd);
	return -ENOMEM;
}

/*
 * Its descriptors are opened if it is this pass that looks at them: the first
 * one finds that out.
 *
 * Return: 0 or negative errno.
 */
static int open_folder(const struct search *search, struct process *process,
                       struct folder *folder)
{
	char name[16];

	(void)snprintf(name, sizeof(name), "%d", process->pid);
	folder->dir_fd = openat(search->processes.proc_fd, name,
	                        O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (folder->dir_fd < 0)
		return -errno;
	if (!search->elsewhere)
		(void)processes_netns(folder->dir_fd, "ns/net",
		                      &process->netns);
	if (search->elsewhere != is_elsewhere(search, process))
		return 0;
	return open_fds(folder);
}

/* Return: 0 or -ENOMEM. */
static int list_process(struct search *search, struct process *process)
{
	struct folder *folder;
	int rc;

	if (search->elsewhere && !is_elsewhere(search, process))
		return 0;
	folder = malloc(sizeof(*folder));
	if (!folder)
		return -ENOMEM;
	*folder = (struct folder){ .pid = process->pid, .n_users = 1 };
	rc = open_folder(search, process, folder);
	if (folder->fds) {
		search->listed = folder;
		return 0;
	}
	if (rc && rc != -ENOMEM && is_failure(folder->dir_fd, rc))
		search->unreadable = true;
	put_folder(folder);
	return rc == -ENOMEM ? rc : 0;
}

/* Take the next ones of the process that is being listed. */
static void take_batch(struct search *search, struct batch *batch)
{
	struct folder *folder = search->listed;
	const struct dirent *entry;

	do {
		int fd;

		errno = 0;
		entry = readdir(folder->fds);
		fd = entry ? processes_entry(entry) : -1;
		if (fd >= 0)
			batch->fds[batch->n++] = fd;
	} while (entry && batch->n < BATCH_MAX);
	if (!entry && errno && is_failure(folder->dir_fd, -errno))
		search->unreadable = true;
	search->n_listed += batch->n;
	if (batch->n) {
		batch->folder = folder;
		folder->n_users++;
	}
	if (!entry) {
		search->listed = NULL;
		put_folder(folder);
	}
}

/* Return: 0 or -ENOMEM. An empty batch: everything is taken. */
static int next_batch(struct search *search, struct batch *batch)
{
	int rc = 0;

	while (!rc && !batch->n) {
		if (search->listed) {
			take_batch(search, batch);
		} else if (search->next < search->processes.n) {
			rc = list_process(
				search,
				&search->processes.items[search->next++]);
		} else {
			break;
		}
	}
	return rc;
}

/* Keep what was found. Return: 0 or -ENOMEM. */
static int keep_found(struct search *search, const struct batch *batch)
{
	for (size_t i = 0; i < batch->n_found; i++) {
		const struct holding *found = &batch->found[i];
		struct wanted *wanted = &search->wanted[found->wanted];
		struct holding *holdings =
			vec_grow(search->holdings, search->n_holdings,
		                 &search->max_holdings, sizeof(*holdings));

		if (!holdings)
			return -ENOMEM;
		search->holdings = holdings;
		holdings[search->n_holdings++] = *found;
		search->n_unowned -= !wanted->owned;
		wanted->owned = true;
	}
	return 0;
}

static void *look_through(void *search);

/* Fewer threads than wanted are only slower. */
static void start_thread(struct search *search)
{
	if (search->n_threads == search->max_threads ||
	    search->n_listed < DESCRIPTORS_A_THREAD * (search->n_threads + 1))
		return;
	if (pthread_create(&search->threads[search->n_threads], NULL,
	                   look_through, search))
		search->max_threads = search->n_threads;
	else
		search->n_threads++;
}

/* Not all of it is set to zero: most processes have few descriptors. */
static void clear_batch(struct batch *batch)
{
	batch->folder = NULL;
	batch->n = 0;
	batch->n_found = 0;
	batch->unreadable = false;
}

/* Give a batch back, take the next. Return: whether there was one. */
static bool exchange(struct search *search, struct batch *batch)
{
	(void)pthread_mutex_lock(&search->lock);
	if (!search->rc)
		search->rc = keep_found(search, batch);
	search->unreadable |= batch->unreadable;
	put_folder(batch->folder);
	clear_batch(batch);
	if (!search->rc)
		search->rc = next_batch(search, batch);
	if (batch->n)
		start_thread(search);
	(void)pthread_mutex_unlock(&search->lock);
	return batch->n;
}

static void found_socket(const struct search *search, struct batch *batch,
                         uint64_t inode, int fd)
{
	const struct wanted key = { .inode = inode };
	const struct wanted *wanted =
		bsearch(&key, search->wanted, search->n_wanted, sizeof(key),
	                compare_wanted);
	struct holding *found = &batch->found[batch->n_found];

	if (!wanted)
		return;
	*found = (struct holding){
		.wanted = (size_t)(wanted - search->wanted),
		.owner = { .pid = batch->folder->pid, .fd = fd },
	};
	if (batch->n_found++)
		memcpy(found->owner.comm, batch->found[0].owner.comm,
		       sizeof(found->owner.comm));
	else
		processes_comm(batch->folder->dir_fd, "comm",
		               found->owner.comm);
}

/* Until the first that cannot be read: the others cannot be, either. */
static void read_links(const struct search *search, struct batch *batch)
{
	const int fds_fd = dirfd(batch->folder->fds);

	for (size_t i = 0; i < batch->n; i++) {
		char name[16];
		char target[64];
		uint64_t inode;
		ssize_t len;

		(void)snprintf(name, sizeof(name), "%d", batch->fds[i]);
		len = readlinkat(fds_fd, name, target, sizeof(target));
		if (len < 0 && errno == ENOENT)
			continue; /* closed meanwhile */
		if (len < 0) {
			batch->unreadable =
				is_failure(batch->folder->dir_fd, -errno);
			return;
		}
		if (processes_parse_link("socket", target, (size_t)len, &inode))
			found_socket(search, batch, inode, batch->fds[i]);
	}
}

/* A thread's main function. */
static void *look_through(void *search)
{
	struct batch batch;

	clear_batch(&batch);
	while (exchange(search, &batch))
		read_links(search, &batch);
	return NULL;
}

/* One a CPU that this process may use; with the caller's. */
static size_t threads_wanted(void)
{
	cpu_set_t cpus;
	size_t n = THREADS_MAX;

	if (!sched_getaffinity(0, sizeof(cpus), &cpus))
		n = (size_t)CPU_COUNT(&cpus);
	return n < THREADS_MAX ? n : THREADS_MAX;
}

static int run_pass(struct search *search, bool elsewhere)
{
	search->elsewhere = elsewhere;
	search->next = 0;
	search->n_listed = 0;
	search->n_threads = 0;
	search->max_threads = threads_wanted() - 1;
	(void)look_through(search);
	for (size_t i = 0; i < search->n_threads; i++)
		(void)pthread_join(search->threads[i], NULL);
	put_folder(search->listed);
	search->listed = NULL;
	return search->rc;
}

static int visit_all(struct search *search)
{
	const int rc = run_pass(search, false);

	return rc || !search->n_unowned ? rc : run_pass(search, true);
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
	struct search search = { .lock = PTHREAD_MUTEX_INITIALIZER };
	size_t n_listeners = 0;
	int rc;

	for (size_t i = 0; i < n_ns; i++)
		n_listeners += ns[i].n_listeners;
	if (!n_listeners)
		return 0;
	rc = processes_open(root_fd, &search.processes);
	search.unreadable = search.processes.hidden;
	search.child_pidns = processes_in_child_pidns(root_fd);
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
