// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * world - see world.h.
 *
 * No two namespaces have the same inode at the same time, so the inode finds
 * the one that may be meant, and the cookie tells whether it is. Processes
 * are likewise found by number and known by their start time.
 */
#include "checker/fix/world.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/base/file.h"
#include "probes/base/span.h"
#include "probes/base/text.h"
#include "probes/netns.h"
#include "probes/netns_list.h"
#include "probes/processes.h"
#include "probes/threads.h"

/* Headers of before Linux 5.14 do not know it. */
#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

/* Words of /proc/PID/stat, as proc(5) counts them. */
enum stat_word { STAT_STATE = 3, STAT_START = 22 };

#define STAT_BYTES_MAX 1024
#define STATUS_BYTES_MAX 16384

int fix_world_open(struct fix_world *ret, struct err *err)
{
	static const char home[] = "/proc/thread-self/ns/net";
	int rc = 0;

	*ret = (struct fix_world){ .home_fd = -1 };
	ret->root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (ret->root_fd < 0)
		return err_set(err, -errno, "cannot open /: %s",
		               strerror(errno));
	ret->home_fd = netns_open_file(AT_FDCWD, home);
	if (ret->home_fd < 0) {
		rc = err_set(err, ret->home_fd, "cannot open %s: %s", home,
		             strerror(-ret->home_fd));
		err_hint(err, "a fix takes /proc: mount -t proc proc /proc");
	}
	if (!rc)
		rc = netns_inode(&ret->home_inode, err);
	if (rc)
		fix_world_close(ret);
	return rc;
}

void fix_world_close(struct fix_world *world)
{
	static const struct fix_place home = { 0 };

	if (world->home_fd >= 0) {
		(void)fix_world_enter(world, &home, NULL);
		(void)close(world->home_fd);
	}
	if (world->root_fd >= 0)
		(void)close(world->root_fd);
	*world = (struct fix_world){ .root_fd = -1, .home_fd = -1 };
}

/* --- namespaces ------------------------------------------------------------
 */

static int fail_gone(struct err *err, const struct fix_place *place)
{
	char name[4 * sizeof(place->name)] = "";

	(void)text_escape(name, sizeof(name), place->name, strlen(place->name));
	return err_set(err, -ENOENT,
	               "the network namespace %s%snet:[%" PRIu64 "] has ended",
	               name, name[0] ? ", " : "", place->inode);
}

static int fail_unseen(struct err *err, const struct fix_place *place)
{
	(void)err_set(
		err, -EACCES,
		"whether the network namespace net:[%" PRIu64
		"] still exists cannot be told: not every process can be seen",
		place->inode);
	err_hint(err, "run it as root");
	return -EACCES;
}

/* Root sees all but what a security module hides, and that is not waited for.
 */
static bool may_hide(const struct netns_list *list)
{
	return geteuid() != 0 &&
	       (list->hidden.state != FACT_KNOWN || list->hidden.value);
}

static int search(const struct fix_world *world, const struct fix_place *place,
                  struct err *err)
{
	struct netns_facts ns = { 0 }; /* receives the file that was opened */
	struct netns_list list;
	int fd = netns_list_read(world->root_fd, world->home_inode, &list, err);

	if (!fd)
		fd = -ENOENT;
	for (size_t i = 0; fd == -ENOENT && i < list.n; i++) {
		if (list.items[i].inode == place->inode)
			fd = netns_list_open(world->root_fd, &list, i, &ns);
	}
	if (fd == -ENOENT)
		fd = may_hide(&list) ? fail_unseen(err, place)
		                     : fail_gone(err, place);
	else if (fd < 0)
		(void)err_set(err, fd, "cannot open a network namespace: %s",
		              strerror(-fd));
	netns_list_free(&list);
	return fd;
}

/* Return: a descriptor that the caller closes, or negative errno. */
static int open_place(const struct fix_world *world,
                      const struct fix_place *place, struct err *err)
{
	int fd = -ENOENT;

	if (!place->inode || place->inode == world->home_inode) {
		fd = fcntl(world->home_fd, F_DUPFD_CLOEXEC, 0);
		return fd >= 0 ? fd
		               : err_set(err, -errno,
		                         "cannot open a network namespace: %s",
		                         strerror(errno));
	}
	if (place->enter[0] == '/')
		fd = netns_open_same(world->root_fd, place->enter + 1,
		                     place->inode);
	return fd >= 0 ? fd : search(world, place, err);
}

static int go(const struct fix_world *world, const struct fix_place *place,
              struct err *err)
{
	const uint64_t to = place->inode ? place->inode : world->home_inode;
	uint64_t here = 0;
	int rc;
	int fd;

	(void)netns_inode(&here, NULL);
	if (here == to)
		return 0;
	fd = open_place(world, place, err);
	if (fd < 0)
		return fd;
	rc = netns_enter(fd, err);
	(void)close(fd);
	return rc;
}

/* Of the namespace that the calling thread is in; any socket tells it. */
static int read_cookie(uint64_t *ret, struct err *err)
{
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(*ret);
	int rc = 0;

	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, ret, &size)) {
		rc = -errno;
		(void)err_set(err, rc,
		              "cannot read a network namespace's cookie: %s",
		              strerror(-rc));
	}
	if (fd >= 0)
		(void)close(fd);
	return rc;
}

int fix_place_anchor(struct fix_world *world, struct fix_place *place,
                     struct err *err)
{
	struct err unknown = { 0 };
	int rc;

	place->cookie = 0;
	rc = go(world, place, err);
	if (rc)
		return rc;
	rc = read_cookie(&place->cookie, &unknown);
	if (rc && rc != -ENOPROTOOPT)
		return err_set(err, rc, "%s", unknown.what);
	return 0;
}

int fix_world_enter(struct fix_world *world, const struct fix_place *place,
                    struct err *err)
{
	uint64_t cookie;
	int rc;

	rc = go(world, place, err);
	if (!rc && place->cookie)
		rc = read_cookie(&cookie, err);
	if (!rc && place->cookie && cookie != place->cookie)
		rc = fail_gone(err, place);
	return rc;
}

/* --- processes -------------------------------------------------------------
 */

/* Has one that is a zombie ended? All that a fix could change of it has. */
static int read_start(const struct fix_world *world, pid_t pid, uint64_t *ret)
{
	char content[STAT_BYTES_MAX];
	struct span word;
	char path[32];
	size_t len;
	int rc;

	(void)snprintf(path, sizeof(path), "proc/%d/stat", (int)pid);
	rc = file_read(world->root_fd, path, content, sizeof(content), &len,
	               NULL);
	if (rc)
		return rc == -ENOENT ? -ESRCH : rc;
	if (!processes_stat_word(content, len, STAT_STATE, &word))
		return -EBADMSG;
	if (*word.at == 'Z' || *word.at == 'X')
		return -ESRCH;
	if (!processes_stat_word(content, len, STAT_START, &word) ||
	    span_u64(word, ret))
		return -EBADMSG;
	return 0;
}

static int fail_process(struct err *err, int code, pid_t pid)
{
	if (code == -ESRCH)
		return err_set(err, code, "process %d has ended", (int)pid);
	return err_set(err, code, "cannot look at process %d: %s", (int)pid,
	               strerror(-code));
}

int fix_process_of(struct fix_world *world, pid_t pid, struct fix_process *ret,
                   struct err *err)
{
	char path[32];
	int rc;

	*ret = (struct fix_process){ .pid = pid };
	rc = read_start(world, pid, &ret->start_ticks);
	if (rc)
		return fail_process(err, rc, pid);
	(void)snprintf(path, sizeof(path), "proc/%d/comm", (int)pid);
	processes_comm(world->root_fd, path, ret->comm);
	return 0;
}

int fix_process_check(struct fix_world *world,
                      const struct fix_process *process, struct err *err)
{
	uint64_t start_ticks;
	int rc = read_start(world, process->pid, &start_ticks);

	if (!rc && start_ticks != process->start_ticks)
		rc = -ESRCH;
	return rc ? fail_process(err, rc, process->pid) : 0;
}

/*
 * Looked at after it was opened: if it is the one then, it was that all the
 * time in between.
 */
int fix_process_open(struct fix_world *world, const struct fix_process *process,
                     struct err *err)
{
	const int fd = (int)syscall(SYS_pidfd_open, process->pid, 0);
	int rc;

	if (fd < 0)
		return fail_process(err, -errno, process->pid);
	rc = fix_process_check(world, process, err);
	if (!rc)
		return fd;
	(void)close(fd);
	return rc;
}

int fix_process_status(struct fix_world *world, pid_t pid,
                       struct threads_status *ret)
{
	char bytes[STATUS_BYTES_MAX];
	char path[32] = "proc/self/status";
	size_t len;
	int rc;

	if (pid)
		(void)snprintf(path, sizeof(path), "proc/%d/status", (int)pid);
	rc = file_read(world->root_fd, path, bytes, sizeof(bytes), &len, NULL);
	if (rc)
		return rc == -ENOENT ? -ESRCH : rc;
	return threads_parse_status(bytes, len, ret);
}
