// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * threads - see threads.h. Threads of one user are counted only for a user
 * whom RLIMIT_NPROC binds, process by process: the kernel does not tell their
 * number.
 */
#include "probes/threads.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "probes/base/file.h"
#include "probes/base/hex_table.h"
#include "probes/base/span.h"
#include "probes/facts.h"
#include "probes/registry.h"

/* /proc/PID/status has about 1500 bytes, and more with many CPUs. */
#define STATUS_BYTES_MAX 16384

/* include/uapi/linux/capability.h */
#define CAP_SYS_ADMIN 21
#define CAP_SYS_RESOURCE 24

struct fact_u64 threads_parse_loadavg(const char *bytes, size_t len)
{
	const struct fact_u64 broken = { .state = FACT_BROKEN };
	struct span rest = span_of(bytes, len);
	struct span word = rest;
	const char *slash;
	uint64_t total;

	for (int i = 0; i < 4; i++) {
		if (!span_word(&rest, &word))
			return broken;
	}
	slash = memchr(word.at, '/', (size_t)(word.end - word.at));
	if (!slash)
		return broken;
	word.at = slash + 1;
	return span_u64(word, &total) ? broken : fact_known(total);
}

/* The first word of the line "name:\tword ...". */
static bool word_of(struct span rest, const char *name, struct span *ret)
{
	struct span line;

	return span_line(&rest, name, &line) && span_word(&line, ret);
}

int threads_parse_status(const char *bytes, size_t len,
                         struct threads_status *ret)
{
	const struct span text = span_of(bytes, len);
	struct span uid;
	struct span threads;
	struct span caps;

	if (!word_of(text, "Uid:", &uid) ||
	    !word_of(text, "Threads:", &threads) ||
	    !word_of(text, "CapEff:", &caps) || span_u64(uid, &ret->uid) ||
	    span_u64(threads, &ret->threads) || hex_u64(caps, &ret->caps))
		return -EBADMSG;
	return 0;
}

/* All but -1, which is no user: kernel/user_namespace.c */
bool threads_parse_uid_map(const char *bytes, size_t len)
{
	static const char *const initial[] = { "0", "0", "4294967295" };
	struct span rest = span_of(bytes, len);
	struct span line;
	struct span word;

	if (!span_line(&rest, "", &line))
		return false;
	for (size_t i = 0; i < sizeof(initial) / sizeof(initial[0]); i++) {
		if (!span_word(&line, &word) || !span_is(word, initial[i]))
			return false;
	}
	return !span_word(&line, &word) && rest.at == rest.end;
}

bool threads_is_exempt(const struct threads_status *status, bool initial)
{
	const uint64_t caps =
		UINT64_C(1) << CAP_SYS_ADMIN | UINT64_C(1) << CAP_SYS_RESOURCE;

	return initial && (!status->uid || status->caps & caps);
}

static struct fact_u64 read_total(int root_fd)
{
	char bytes[128];
	size_t len;
	const int rc = file_read(root_fd, "proc/loadavg", bytes, sizeof(bytes),
	                         &len, NULL);

	if (rc)
		return (struct fact_u64){ .state = fact_state_from_errno(rc) };
	return threads_parse_loadavg(bytes, len);
}

static struct fact_u64 limit_fact(rlim_t limit)
{
	return fact_known(limit == RLIM_INFINITY ? UINT64_MAX : limit);
}

static void read_limits(struct threads_facts *ret)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NPROC, &limit)) {
		ret->nproc_soft.state = fact_state_from_errno(-errno);
		ret->nproc_hard.state = fact_state_from_errno(-errno);
		return;
	}
	ret->nproc_soft = limit_fact(limit.rlim_cur);
	ret->nproc_hard = limit_fact(limit.rlim_max);
}

/* Return: 0, or negative errno. */
static int read_status(int dir_fd, const char *path, struct threads_status *ret)
{
	char bytes[STATUS_BYTES_MAX];
	size_t len;
	const int rc =
		file_read(dir_fd, path, bytes, sizeof(bytes), &len, NULL);

	return rc ? rc : threads_parse_status(bytes, len, ret);
}

static struct fact_u64 read_exempt(int root_fd,
                                   const struct threads_status *self)
{
	char bytes[4096];
	size_t len;
	const int rc = file_read(root_fd, "proc/self/uid_map", bytes,
	                         sizeof(bytes), &len, NULL);

	if (rc)
		return (struct fact_u64){ .state = fact_state_from_errno(rc) };
	return fact_known(
		threads_is_exempt(self, threads_parse_uid_map(bytes, len)));
}

/*
 * Threads of the process in @name, if it is @uid's and still there. Who owns
 * its directory does not tell: that is root when it changed its user.
 */
static uint64_t threads_of(int proc_fd, const char *name, uint64_t uid)
{
	struct threads_status status;
	char path[32];

	if (name[0] < '0' || name[0] > '9')
		return 0;
	(void)snprintf(path, sizeof(path), "%.16s/status", name);
	if (read_status(proc_fd, path, &status) || status.uid != uid)
		return 0;
	return status.threads;
}

static struct fact_u64 count_threads(int root_fd, uint64_t uid)
{
	const int fd =
		openat(root_fd, "proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct dirent *entry;
	uint64_t n = 0;
	DIR *proc;

	if (fd < 0)
		return (struct fact_u64){
			.state = fact_state_from_errno(-errno),
		};
	proc = fdopendir(fd);
	if (!proc) {
		(void)close(fd);
		return (struct fact_u64){ .state = FACT_BROKEN };
	}
	while ((entry = readdir(proc)))
		n += threads_of(fd, entry->d_name, uid);
	(void)closedir(proc);
	return fact_known(n);
}

static void read_user(int root_fd, struct threads_facts *ret)
{
	struct threads_status self;
	const int rc = read_status(root_fd, "proc/self/status", &self);

	if (rc) {
		ret->exempt.state = fact_state_from_errno(rc);
		ret->user.state = fact_state_from_errno(rc);
		return;
	}
	ret->exempt = read_exempt(root_fd, &self);
	if (ret->exempt.value)
		ret->user.state = FACT_ABSENT;
	else
		ret->user = count_threads(root_fd, self.uid);
}

void threads_read(int root_fd, struct threads_facts *ret)
{
	*ret = (struct threads_facts){
		.total = read_total(root_fd),
		.pids = cgroup_read(root_fd, CGROUP_PIDS),
		.memory = cgroup_read(root_fd, CGROUP_MEMORY),
	};
	read_limits(ret);
	read_user(root_fd, ret);
}

static int run(const struct probe_env *env, struct host *host,
               struct netns_facts *ns, struct err *err)
{
	(void)ns;
	(void)err;
	threads_read(env->root_fd, &host->threads);
	return 0;
}

const struct probe probe_threads = {
	.name = "threads",
	.scope = PROBE_HOST,
	.serves = PROBE_FOR_CHECK,
	.run = run,
};
