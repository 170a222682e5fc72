// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * act_relisten - a running listener's limit: its descriptor is borrowed from
 * a process that holds it, and listen() is called on it once more.
 *
 * Any process that holds it will do, as all of them hold the same socket. It
 * is known by inode and cookie, before and after its descriptor is taken: a
 * number may be another file's by then, and listen() would turn a socket that
 * is only bound into a listener. Nor is it ever called on an AF_UNIX one:
 * clients would take this process for their server
 * (net/unix/af_unix.c:unix_listen()).
 *
 * A descriptor that is received gives its socket the receiver's class of
 * net_cls and net_prio, of cgroup v1 (net/core/sock.c:__receive_sock()); where
 * those are used, the listener has kiloflow's from then on.
 */
#include "checker/fix/act.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "checker/fix/world.h"
#include "probes/base/err.h"
#include "probes/base/file.h"
#include "probes/base/span.h"
#include "probes/diag.h"
#include "probes/facts.h"
#include "probes/owners.h"
#include "probes/sysctl.h"
#include "probes/threads.h"
#include "rules/servers.h"

/* Headers of before Linux 5.6 do not know it. */
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

/* include/uapi/linux/capability.h */
#define CAP_SYS_PTRACE 19

/* --- the listener ----------------------------------------------------------
 */

struct wanted {
	const struct fix_socket *socket;
	bool found;
	uint32_t queue, limit;
};

static int keep_wanted(void *to, const struct diag_row *row)
{
	struct wanted *wanted = to;

	if (row->cookie != wanted->socket->cookie ||
	    row->inode != wanted->socket->inode)
		return 0;
	wanted->found = true;
	wanted->queue = row->rqueue;
	wanted->limit = row->wqueue;
	return 0;
}

static int dump(const struct fix_socket *socket, struct wanted *wanted,
                struct err *err)
{
	const struct diag_query query = {
		.family = socket->family,
		.states = 1U << TCP_LISTEN,
		.sport = socket->port,
	};
	struct diag diag;
	int rc;

	rc = diag_open(&diag, err);
	if (!rc)
		rc = diag_dump(&diag, &query, keep_wanted, wanted, err);
	diag_close(&diag);
	return rc == -ENOENT ? -EOPNOTSUPP : rc; /* no tcp_diag */
}

/* Return: 0; -ENOENT when it, or its namespace, is no more. */
static int find(struct fix_world *world, const struct fix_step *step,
                struct wanted *ret, struct err *err)
{
	int rc;

	*ret = (struct wanted){ .socket = &step->socket };
	if (step->socket.family != AF_INET && step->socket.family != AF_INET6)
		return err_set(err, -EAFNOSUPPORT,
		               "only a listener of TCP can be changed");
	rc = fix_world_enter(world, &step->place, err);
	if (!rc)
		rc = dump(&step->socket, ret, err);
	if (rc)
		return rc;
	return ret->found
	               ? 0
	               : err_set(err, -ENOENT, "it does not listen any more");
}

/* --- its descriptor --------------------------------------------------------
 */

static bool has_option(int fd, int option, int value)
{
	int is;
	socklen_t size = sizeof(is);

	return !getsockopt(fd, SOL_SOCKET, option, &is, &size) && is == value;
}

static bool has_cookie(int fd, uint64_t cookie)
{
	uint64_t is;
	socklen_t size = sizeof(is);

	return !getsockopt(fd, SOL_SOCKET, SO_COOKIE, &is, &size) &&
	       is == cookie;
}

/*
 * Behind a listener of MPTCP stands one of TCP, and that is what sock_diag
 * lists: they share the inode, but not the cookie
 * (net/mptcp/subflow.c:mptcp_subflow_create_socket()).
 */
static bool is_it(int fd, const struct fix_socket *socket)
{
	struct stat st;

	if (fstat(fd, &st) || !S_ISSOCK(st.st_mode) ||
	    st.st_ino != socket->inode ||
	    !has_option(fd, SO_DOMAIN, socket->family) ||
	    !has_option(fd, SO_TYPE, SOCK_STREAM) ||
	    !has_option(fd, SO_ACCEPTCONN, 1))
		return false;
	if (has_option(fd, SO_PROTOCOL, IPPROTO_MPTCP))
		return true;
	return has_option(fd, SO_PROTOCOL, IPPROTO_TCP) &&
	       has_cookie(fd, socket->cookie);
}

/* Who did not give it, and why. */
struct refusal {
	int code; /* 0: nobody was asked yet */
	pid_t pid;
};

static bool has_it_not(int code)
{
	return code == -ESRCH || code == -ESTALE || code == -EBADF;
}

/* The first reason, but any is better than that one does not have it. */
static void refuse(struct refusal *refusal, int code, pid_t pid)
{
	if (!refusal->code || has_it_not(refusal->code))
		*refusal = (struct refusal){ .code = code, .pid = pid };
}

/* @pidfd: closed. Return: a descriptor; -ESTALE when it is another's. */
static int take(int pidfd, int number, const struct fix_socket *socket)
{
	int fd = (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);

	if (fd < 0) {
		fd = -errno;
	} else if (!is_it(fd, socket)) {
		(void)close(fd);
		fd = -ESTALE;
	}
	(void)close(pidfd);
	return fd;
}

static int take_planned(struct fix_world *world, const struct fix_step *step,
                        struct refusal *refusal)
{
	int fd;

	fd = fix_process_open(world, &step->process, NULL);
	if (fd >= 0)
		fd = take(fd, step->socket.fd, &step->socket);
	if (fd < 0)
		refuse(refusal, fd, step->process.pid);
	return fd;
}

/* Whoever has its number by now: the socket is known for itself. */
static int take_of(const struct owner *owner, const struct fix_socket *socket,
                   struct refusal *refusal)
{
	int fd = (int)syscall(SYS_pidfd_open, owner->pid, 0);

	fd = fd < 0 ? -errno : take(fd, owner->fd, socket);
	if (fd < 0)
		refuse(refusal, fd, owner->pid);
	return fd;
}

/* Return: a descriptor; -ENOMEM; else @refusal has more of it. */
static int take_anywhere(struct fix_world *world, const struct fix_step *step,
                         struct refusal *refusal, struct err *err)
{
	struct listener listener = { .inode = step->socket.inode };
	struct netns_facts ns = {
		.inode = step->place.inode,
		.listeners = &listener,
		.n_listeners = 1,
	};
	int fd;

	fd = owners_find(world->root_fd, &ns, 1, err);
	if (fd)
		return fd;
	fd = listener.owners_state == OWNERS_DENIED ? -EACCES : -ESRCH;
	for (size_t i = 0; fd < 0 && i < listener.n_owners; i++)
		fd = take_of(&listener.owners[i], &step->socket, refusal);
	if (fd < 0 && !listener.n_owners)
		refuse(refusal, fd, 0);
	free(listener.owners);
	return fd;
}

/* --- why not ---------------------------------------------------------------
 */

/* 0 where there is no Yama. */
static uint64_t read_yama(const struct fix_world *world)
{
	char text[32];
	uint64_t scope;
	size_t len;

	if (file_read(world->root_fd, "proc/sys/kernel/yama/ptrace_scope", text,
	              sizeof(text), &len, NULL) ||
	    !len || span_u64(span_of(text, len - 1), &scope))
		return 0;
	return scope;
}

/* Else its files are root's, but not its directory: task_dump_owner() in
 * fs/proc/base.c.
 */
static bool is_dumpable(const struct fix_world *world, pid_t pid, uint64_t uid)
{
	char path[32];
	struct stat st;

	(void)snprintf(path, sizeof(path), "proc/%d/stat", (int)pid);
	return fstatat(world->root_fd, path, &st, 0) || st.st_uid == uid;
}

/* @ret_root: root may. */
static const char *reason_of(struct fix_world *world, pid_t pid, bool *ret_root)
{
	const uint64_t yama = read_yama(world);
	struct threads_status self = { 0 };
	struct threads_status target;

	*ret_root = false;
	if (yama == 3)
		return "Yama forbids it to everybody until the next boot (kernel.yama.ptrace_scope is 3)";
	if (fix_process_status(world, 0, &self) ||
	    fix_process_status(world, pid, &target))
		return "the kernel does not permit it";
	if (self.caps & (UINT64_C(1) << CAP_SYS_PTRACE))
		return "a security module or a container's bounds forbid it";
	*ret_root = geteuid() != 0;
	if (target.uid != self.uid)
		return "it is another user's";
	if (!is_dumpable(world, pid, target.uid))
		return "it is not dumpable, and so closed to its own user";
	if (yama)
		return "Yama leaves that to root (kernel.yama.ptrace_scope)";
	return "it takes CAP_SYS_PTRACE";
}

/* The directive of the server that it is known to be. */
static void hint_restart(const struct fix_step *step, const char *first,
                         struct err *err)
{
	struct owner owner = { .pid = step->process.pid };
	const struct listener listener = { .owners = &owner, .n_owners = 1 };
	const struct server *server;

	memcpy(owner.comm, step->process.comm, sizeof(owner.comm));
	server = server_of(&listener);
	if (server && server->directive[0])
		err_hint(err, "%sraise %s of %s and restart it", first,
		         server->directive, server->name);
	else
		err_hint(
			err,
			"%sraise the backlog in the program's configuration and restart it",
			first);
}

static int fail_eperm(struct fix_world *world, const struct fix_step *step,
                      pid_t pid, struct err *err)
{
	bool root;
	const char *reason = reason_of(world, pid, &root);

	(void)err_set(err, -EPERM, "process %d does not give its listener: %s",
	              (int)pid, reason);
	hint_restart(step, root ? "run it as root, or " : "", err);
	return -EPERM;
}

static int fail_take(struct fix_world *world, const struct fix_step *step,
                     const struct refusal *refusal, struct err *err)
{
	const int code = refusal->code;

	if (code == -EPERM)
		return fail_eperm(world, step, refusal->pid, err);
	if (code == -ENOSYS) {
		(void)err_set(err, code,
		              "this kernel has no pidfd_getfd (since 5.6)");
		hint_restart(step, "", err);
	} else if (code == -EACCES) {
		(void)err_set(err, code, "no process of this user holds it");
		err_hint(err, "run it as root");
	} else if (has_it_not(code)) {
		(void)err_set(err, code, "no process holds it");
	} else {
		(void)err_set(err, code, "cannot take its descriptor: %s",
		              strerror(-code));
	}
	return code;
}

/*
 * It is still listed while its descriptor is held: so that is its inode's,
 * and of MPTCP too the right one.
 *
 * Return: a descriptor that the caller closes; -ENOENT when it is no more.
 */
static int borrow(struct fix_world *world, const struct fix_step *step,
                  struct err *err)
{
	struct refusal refusal = { 0 };
	struct wanted wanted;
	int fd = -1;
	int rc;

	rc = find(world, step, &wanted, err);
	if (rc)
		return rc;
	if (step->process.pid)
		fd = take_planned(world, step, &refusal);
	if (fd < 0 && refusal.code != -ENOSYS)
		fd = take_anywhere(world, step, &refusal, err);
	if (fd == -ENOMEM)
		return fd;
	if (fd < 0)
		return fail_take(world, step, &refusal, err);
	rc = find(world, step, &wanted, err);
	if (!rc)
		return fd;
	(void)close(fd);
	return rc;
}

/* --- the act ---------------------------------------------------------------
 */

static void permit(struct fix_world *world, struct fix_step *step)
{
	struct err err = { 0 };
	const int fd = borrow(world, step, &err);

	if (fd < 0)
		fix_step_skip(step, &err);
	else
		(void)close(fd);
}

static int look(struct fix_world *world, const struct fix_step *step,
                enum fix_now *ret, char **ret_text, struct err *err)
{
	struct err why = { 0 };
	struct wanted wanted;
	char text[16];
	int rc;

	*ret_text = NULL;
	rc = find(world, step, &wanted, &why);
	if (rc)
		return fix_look_failed(step, rc, &why, ret, err);
	(void)snprintf(text, sizeof(text), "%" PRIu32, wanted.limit);
	*ret = fix_now_of(step, text);
	*ret_text = strdup(text);
	return *ret_text ? 0 : err_set(err, -ENOMEM, "no memory for a limit");
}

/*
 * A cap that somebody lowered would leave it with a third value, that neither
 * was there nor is wanted; the namespace is the listener's since borrow().
 */
static int check_cap(const struct fix_world *world, uint64_t backlog,
                     struct err *err)
{
	const struct sysctl_desc *desc = sysctl_desc(SYSCTL_SOMAXCONN);
	struct sysctl_fact cap;
	char *bytes;
	size_t len;

	if (sysctl_read_bytes(world->root_fd, desc, &bytes, &len))
		return 0;
	cap = sysctl_parse(desc, bytes, len);
	free(bytes);
	if (cap.state != FACT_KNOWN || backlog <= (uint64_t)cap.v[0])
		return 0;
	(void)err_set(err, -ERANGE, "%s is %" PRId64 ", and would cut it",
	              desc->key, cap.v[0]);
	err_hint(err, "raise that first");
	return -ERANGE;
}

static int relisten(struct fix_world *world, const struct fix_step *step,
                    const char *value, struct err *err)
{
	uint64_t backlog;
	int fd;
	int rc;

	if (span_u64(span_of(value, strlen(value)), &backlog) ||
	    backlog > INT_MAX)
		return err_set(err, -EINVAL, "that is no limit of a listener");
	fd = borrow(world, step, err);
	if (fd < 0)
		return fd;
	rc = check_cap(world, backlog, err);
	if (!rc && listen(fd, (int)backlog))
		rc = err_set(err, -errno, "listen(): %s", strerror(errno));
	(void)close(fd);
	return rc;
}

static int set(struct fix_world *world, const struct fix_step *step,
               const char *value, struct err *err)
{
	struct err why = { 0 };
	const int rc = relisten(world, step, value, &why);

	return rc ? fix_step_failed(step, value, rc, &why, err) : 0;
}

/* include/net/sock.h:sk_acceptq_is_full() */
static void warn(struct fix_world *world, const struct fix_step *step,
                 const char *value, char *buf, size_t size)
{
	struct wanted wanted;
	uint64_t limit;

	if (span_u64(span_of(value, strlen(value)), &limit) ||
	    find(world, step, &wanted, NULL) || wanted.queue <= limit)
		return;
	(void)snprintf(
		buf, size,
		"%" PRIu32
		" connections wait, more than the limit it goes back to: new ones are dropped until they are accepted",
		wanted.queue);
}

const struct fix_act fix_act_relisten = {
	.permit = permit,
	.look = look,
	.set = set,
	.warn = warn,
};
