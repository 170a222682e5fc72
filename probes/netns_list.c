// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * netns_list - see netns_list.h.
 *
 * A namespace is its inode. No descriptor is kept from here until it is
 * entered: there may be more namespaces than descriptors. So it may vanish
 * in between, and its file may have become that of another: whoever opens it
 * looks at the inode again.
 */
#include "probes/netns_list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/base/file.h"
#include "probes/base/vec.h"
#include "probes/container.h"
#include "probes/netns.h"

/* A process may be in many groups of cgroup v1, each with a long path. */
#define CGROUP_BYTES_MAX 65536

#define FILE_SIZE sizeof(((struct netns_facts *)0)->enter)

static int add(struct netns_list *list, const struct netns_item *item)
{
	struct netns_item *items =
		vec_grow(list->items, list->n, &list->max, sizeof(*items));

	if (!items)
		return -ENOMEM;
	list->items = items;
	items[list->n++] = *item;
	return 0;
}

/* --- by name ---------------------------------------------------------------
 */

/* What is no namespace, a file that `ip netns` left behind, has no inode. */
static uint64_t inode_of_file(int dir_fd, const char *path)
{
	const int fd = netns_open_file(dir_fd, path);
	uint64_t inode = 0;
	struct stat st;

	if (fd < 0)
		return 0;
	if (!fstat(fd, &st))
		inode = st.st_ino;
	(void)close(fd);
	return inode;
}

static int add_names_of(struct netns_list *list, DIR *names, const char *path)
{
	const struct dirent *entry;

	while ((entry = readdir(names))) {
		struct netns_item item = { .dir = path };

		item.inode = inode_of_file(dirfd(names), entry->d_name);
		(void)snprintf(item.name, sizeof(item.name), "%s",
		               entry->d_name);
		if (item.inode && add(list, &item))
			return -ENOMEM;
	}
	return 0;
}

/* That there is no such directory is usual. */
static int add_names(struct netns_list *list, int root_fd, const char *path)
{
	const int fd =
		openat(root_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *names = fd < 0 ? NULL : fdopendir(fd);
	int rc;

	if (!names) {
		if (fd >= 0)
			(void)close(fd);
		return fd < 0 ? 0 : -ENOMEM;
	}
	rc = add_names_of(list, names, path);
	(void)closedir(names);
	return rc;
}

/* --- by process ------------------------------------------------------------
 */

static int compare_processes(const void *left, const void *right)
{
	const struct process *a = left;
	const struct process *b = right;

	if (a->netns != b->netns)
		return a->netns < b->netns ? -1 : 1;
	return (a->pid > b->pid) - (a->pid < b->pid);
}

static void look_at_processes(struct netns_list *list)
{
	struct processes *all = &list->processes;
	uint64_t unseen = 0;

	for (size_t i = 0; i < all->n; i++) {
		struct process *process = &all->items[i];
		char path[32];

		(void)snprintf(path, sizeof(path), "%d/ns/net",
		               (int)process->pid);
		if (!processes_netns(all->proc_fd, path, &process->netns))
			continue;
		(void)snprintf(path, sizeof(path), "%d/stat",
		               (int)process->pid);
		unseen += processes_is_user(all->proc_fd, path);
	}
	list->hidden = fact_known(unseen);
	if (all->hidden)
		list->hidden.state = FACT_DENIED;
	if (all->n)
		qsort(all->items, all->n, sizeof(*all->items),
		      compare_processes);
}

static int add_processes(struct netns_list *list)
{
	const struct process *items = list->processes.items;
	int rc = 0;

	for (size_t i = 0; !rc && i < list->processes.n; i++) {
		const struct netns_item item = {
			.inode = items[i].netns,
			.first = &items[i],
		};

		if (item.inode && (!i || item.inode != items[i - 1].netns))
			rc = add(list, &item);
	}
	return rc;
}

/* --- each once, in order ---------------------------------------------------
 */

/* Of one namespace the named come first, and the least name first of all. */
static int compare_found(const void *left, const void *right)
{
	const struct netns_item *a = left;
	const struct netns_item *b = right;

	if (a->inode != b->inode)
		return a->inode < b->inode ? -1 : 1;
	if (!a->name[0] != !b->name[0])
		return a->name[0] ? -1 : 1;
	return strcmp(a->name, b->name);
}

static int compare_items(const void *left, const void *right)
{
	const struct netns_item *a = left;
	const struct netns_item *b = right;

	if (!a->name[0] != !b->name[0])
		return a->name[0] ? -1 : 1;
	if (a->name[0])
		return strcmp(a->name, b->name);
	return (a->first->pid > b->first->pid) -
	       (a->first->pid < b->first->pid);
}

static void merge(struct netns_list *list)
{
	size_t kept = 0;

	if (list->n)
		qsort(list->items, list->n, sizeof(*list->items),
		      compare_found);
	for (size_t i = 0; i < list->n; i++) {
		const struct netns_item item = list->items[i];

		if (!kept || list->items[kept - 1].inode != item.inode)
			list->items[kept++] = item;
		else if (item.first)
			list->items[kept - 1].first = item.first;
	}
	list->n = kept;
}

/* To the front with the caller's own. */
static int put_first(struct netns_list *list, uint64_t own)
{
	const struct netns_item unseen = { .inode = own };
	struct netns_item item;
	size_t at = 0;

	while (at < list->n && list->items[at].inode != own)
		at++;
	if (at == list->n && add(list, &unseen))
		return -ENOMEM;
	item = list->items[at];
	list->items[at] = list->items[0];
	list->items[0] = item;
	qsort(list->items + 1, list->n - 1, sizeof(*list->items),
	      compare_items);
	return 0;
}

/* --- what they are called --------------------------------------------------
 */

static bool read_container(int proc_fd, pid_t pid, char id[CONTAINER_ID_SIZE])
{
	char path[32];
	char *bytes;
	size_t len;
	bool found;

	(void)snprintf(path, sizeof(path), "%d/cgroup", (int)pid);
	if (file_read_alloc(proc_fd, path, CGROUP_BYTES_MAX, &bytes, &len,
	                    NULL))
		return false;
	found = container_parse(bytes, len, id);
	free(bytes);
	return found;
}

static void name_by_process(const struct processes *processes,
                            struct netns_item *item)
{
	const pid_t pid = item->first->pid;
	char id[CONTAINER_ID_SIZE];
	char path[32];
	char comm[16];

	if (read_container(processes->proc_fd, pid, id)) {
		(void)snprintf(item->what, sizeof(item->what), "%s", id);
		return;
	}
	(void)snprintf(path, sizeof(path), "%d/comm", (int)pid);
	processes_comm(processes->proc_fd, path, comm);
	(void)snprintf(item->what, sizeof(item->what), "%s[%d]", comm,
	               (int)pid);
}

/* --- the whole -------------------------------------------------------------
 */

static int find(int root_fd, uint64_t own, struct netns_list *list)
{
	int rc;

	rc = processes_open(root_fd, &list->processes);
	if (rc)
		return rc;
	look_at_processes(list);
	rc = add_names(list, root_fd, "run/netns");
	if (!rc)
		rc = add_names(list, root_fd, "var/run/netns");
	if (!rc)
		rc = add_processes(list);
	if (rc)
		return rc;
	merge(list);
	rc = put_first(list, own);
	for (size_t i = 1; !rc && i < list->n; i++) {
		if (!list->items[i].name[0])
			name_by_process(&list->processes, &list->items[i]);
	}
	return rc;
}

int netns_list_read(int root_fd, uint64_t own, struct netns_list *ret,
                    struct err *err)
{
	int rc;

	*ret = (struct netns_list){ .processes.proc_fd = -1 };
	rc = find(root_fd, own, ret);
	return rc ? err_set(err, rc, "no memory for the network namespaces")
	          : 0;
}

void netns_list_free(struct netns_list *list)
{
	processes_close(&list->processes);
	free(list->items);
	*list = (struct netns_list){ .processes.proc_fd = -1 };
}

/* Absolute, as a user would give it. */
static void file_by_name(const struct netns_item *item, char file[FILE_SIZE])
{
	(void)snprintf(file, FILE_SIZE, "/%s/%s", item->dir, item->name);
}

static void file_by_pid(pid_t pid, char file[FILE_SIZE])
{
	(void)snprintf(file, FILE_SIZE, "/proc/%d/ns/net", (int)pid);
}

void netns_list_describe(const struct netns_list *list, size_t at,
                         struct netns_facts *ns)
{
	const struct netns_item *item = &list->items[at];
	const char *name = item->name[0] ? item->name : item->what;
	const int room = sizeof(ns->name) - sizeof("...");
	const bool fits = strlen(name) < sizeof(ns->name);

	ns->inode = item->inode;
	(void)snprintf(ns->name, sizeof(ns->name), "%.*s%s",
	               fits ? (int)strlen(name) : room, name,
	               fits ? "" : "...");
	ns->enter[0] = '\0';
	if (at == 0)
		return;
	if (item->name[0])
		file_by_name(item, ns->enter);
	else
		file_by_pid(item->first->pid, ns->enter);
}

int netns_list_open(int root_fd, const struct netns_list *list, size_t at,
                    struct netns_facts *ns)
{
	const struct netns_item *item = &list->items[at];
	const struct process *process = item->first;
	const struct process *end = list->processes.items + list->processes.n;
	int fd = -ENOENT;

	if (item->name[0]) {
		file_by_name(item, ns->enter);
		fd = netns_open_same(root_fd, ns->enter + 1, item->inode);
	}
	for (; fd == -ENOENT && process && process < end &&
	       process->netns == item->inode;
	     process++) {
		file_by_pid(process->pid, ns->enter);
		fd = netns_open_same(root_fd, ns->enter + 1, item->inode);
	}
	return fd;
}
