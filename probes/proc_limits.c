// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * proc_limits - see proc_limits.h. Everybody may read /proc/PID/limits; how
 * many descriptors are open only who may trace the process.
 */
#include "probes/proc_limits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/base/file.h"
#include "probes/base/span.h"
#include "probes/base/vec.h"
#include "probes/facts.h"
#include "probes/goal.h"
#include "probes/registry.h"

/* 16 lines of 80 bytes in current kernels. */
#define LIMITS_BYTES_MAX 8192

static struct fact_u64 parse_limit(struct span word)
{
	uint64_t value;

	if (span_is(word, "unlimited"))
		return fact_known(UINT64_MAX);
	if (span_u64(word, &value))
		return (struct fact_u64){ .state = FACT_BROKEN };
	return fact_known(value);
}

/* fs/proc/base.c:proc_pid_limits(): name, soft, hard, unit. */
static void parse_pair(struct span rest, const char *name,
                       struct fact_u64 *ret_soft, struct fact_u64 *ret_hard)
{
	const struct fact_u64 broken = { .state = FACT_BROKEN };
	struct span line;
	struct span soft;
	struct span hard;

	ret_soft->state = FACT_ABSENT;
	ret_hard->state = FACT_ABSENT;
	if (!span_line(&rest, name, &line))
		return;
	*ret_soft = broken;
	*ret_hard = broken;
	if (!span_word(&line, &soft) || !span_word(&line, &hard))
		return;
	*ret_soft = parse_limit(soft);
	*ret_hard = parse_limit(hard);
}

void proc_limits_parse(const char *bytes, size_t len,
                       struct proc_limits_facts *ret)
{
	const struct span text = span_of(bytes, len);

	parse_pair(text, "Max open files ", &ret->nofile_soft,
	           &ret->nofile_hard);
	parse_pair(text, "Max processes ", &ret->nproc_soft, &ret->nproc_hard);
}

static void set_limits(enum fact_state state, struct proc_limits_facts *ret)
{
	const struct fact_u64 fact = { .state = state };

	ret->nofile_soft = fact;
	ret->nofile_hard = fact;
	ret->nproc_soft = fact;
	ret->nproc_hard = fact;
}

static uint64_t count_entries(DIR *dir)
{
	const struct dirent *entry;
	uint64_t n = 0;

	while ((entry = readdir(dir)))
		n += entry->d_name[0] != '.';
	return n;
}

struct fact_u64 proc_limits_fds(int root_fd, const char *path)
{
	const int fd =
		openat(root_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct fact_u64 fact;
	DIR *dir;

	if (fd < 0)
		return (struct fact_u64){
			.state = fact_state_from_errno(-errno),
		};
	dir = fdopendir(fd);
	if (!dir) {
		(void)close(fd);
		return (struct fact_u64){ .state = FACT_BROKEN };
	}
	fact = fact_known(count_entries(dir));
	(void)closedir(dir);
	return fact;
}

void proc_limits_read(int root_fd, pid_t pid, struct proc_limits_facts *ret)
{
	char bytes[LIMITS_BYTES_MAX];
	char path[32];
	size_t len;
	int rc;

	(void)snprintf(path, sizeof(path), "proc/%d/limits", (int)pid);
	rc = file_read(root_fd, path, bytes, sizeof(bytes), &len, NULL);
	if (rc)
		set_limits(fact_state_from_errno(rc), ret);
	else
		proc_limits_parse(bytes, len, ret);
	(void)snprintf(path, sizeof(path), "proc/%d/fd", (int)pid);
	ret->fds = proc_limits_fds(root_fd, path);
}

static int compare_pids(const void *left, const void *right)
{
	const struct proc_limits_facts *a = left;
	const struct proc_limits_facts *b = right;

	return (a->pid > b->pid) - (a->pid < b->pid);
}

/* Return: 0 or -ENOMEM. */
static int add_owners(const struct listener *listener, size_t *max,
                      struct servers_facts *ret)
{
	for (size_t i = 0; i < listener->n_owners; i++) {
		const struct owner *owner = &listener->owners[i];
		struct proc_limits_facts *list =
			vec_grow(ret->list, ret->n, max, sizeof(*list));

		if (!list)
			return -ENOMEM;
		ret->list = list;
		list += ret->n++;
		*list = (struct proc_limits_facts){ .pid = owner->pid };
		memcpy(list->comm, owner->comm, sizeof(list->comm));
	}
	return 0;
}

/* A process that holds several of the listeners stands there once. */
static void sort_unique(struct servers_facts *ret)
{
	size_t n = 0;

	if (ret->n)
		qsort(ret->list, ret->n, sizeof(*ret->list), compare_pids);
	for (size_t i = 0; i < ret->n; i++) {
		if (!n || ret->list[n - 1].pid != ret->list[i].pid)
			ret->list[n++] = ret->list[i];
	}
	ret->n = n;
}

/* Were there none, because there is none or because it may not be seen? */
static struct fact_u64 none_found(const struct listener *listener,
                                  struct fact_u64 so_far)
{
	if (listener->owners_state == OWNERS_DENIED)
		return (struct fact_u64){ .state = FACT_DENIED };
	if (listener->owners_state == OWNERS_UNREAD ||
	    so_far.state == FACT_DENIED)
		return so_far;
	return (struct fact_u64){ .state = FACT_ABSENT };
}

int proc_limits_servers(int root_fd, const struct listener *listeners, size_t n,
                        uint16_t port, struct servers_facts *ret,
                        struct err *err)
{
	size_t max = 0;

	*ret = (struct servers_facts){ 0 };
	for (size_t i = 0; port && i < n; i++) {
		if (listeners[i].port != port)
			continue;
		ret->read = none_found(&listeners[i], ret->read);
		if (add_owners(&listeners[i], &max, ret))
			return err_set(err, -ENOMEM,
			               "no memory for the servers' limits");
	}
	sort_unique(ret);
	if (ret->n)
		ret->read = fact_known(ret->n);
	for (size_t i = 0; i < ret->n; i++)
		proc_limits_read(root_fd, ret->list[i].pid, &ret->list[i]);
	return 0;
}

void servers_done(struct servers_facts *servers)
{
	free(servers->list);
	*servers = (struct servers_facts){ 0 };
}

static int run(const struct probe_env *env, struct host *host,
               struct netns_facts *ns, struct err *err)
{
	int rc = 0;

	(void)ns;
	for (size_t i = 0; !rc && i < host->n_ns; i++) {
		ns = &host->ns[i];
		rc = proc_limits_servers(env->root_fd, ns->listeners,
		                         ns->n_listeners, env->goal->port,
		                         &ns->servers, err);
	}
	return rc;
}

const struct probe probe_proc_limits = {
	.name = "proc_limits",
	.scope = PROBE_TOGETHER,
	.serves = PROBE_FOR_CHECK,
	.run = run,
};
