// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * netns - see netns.h. Whether a file is a network namespace is asked before
 * it is used: setns() would only say EINVAL.
 */
#include "probes/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/facts.h"

/* What a spec may be, and where that is found: before + spec + after. */
struct netns_kind {
	const char *noun;
	const char *before[2]; /* the second may be NULL */
	const char *after;
};

static const struct netns_kind kind_path = {
	.noun = "file",
	.before = { "" },
	.after = "",
};

static const struct netns_kind kind_pid = {
	.noun = "process",
	.before = { "/proc/" },
	.after = "/ns/net",
};

static const struct netns_kind kind_name = {
	.noun = "network namespace",
	.before = { "/run/netns/", "/var/run/netns/" },
	.after = "",
};

static const struct netns_kind *spec_kind(const char *spec)
{
	if (strchr(spec, '/'))
		return &kind_path;
	if (*spec && !spec[strspn(spec, "0123456789")])
		return &kind_pid;
	return &kind_name;
}

/* Return: 0; -EINVAL for anything but a network namespace. */
static int check_file(int fd)
{
	struct statfs fs;
	int type;

	if (fstatfs(fd, &fs))
		return -errno;
	if (fs.f_type != NSFS_MAGIC)
		return -EINVAL;
	type = ioctl(fd, NS_GET_NSTYPE);
	if (type < 0)
		return errno == ENOTTY ? 0 : -errno; /* Linux < 4.11 */
	return type == CLONE_NEWNET ? 0 : -EINVAL;
}

/* Not blocking: a path may turn out to be a FIFO. */
int netns_open_file(int dir_fd, const char *path)
{
	const int fd = openat(dir_fd, path,
	                      O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int rc;

	if (fd < 0)
		return -errno;
	rc = check_file(fd);
	if (!rc)
		return fd;
	(void)close(fd);
	return rc;
}

/*
 * A process that ends while its link is followed is an -EACCES, once
 * (fs/proc/namespaces.c:proc_ns_get_link()).
 */
int netns_open_same(int dir_fd, const char *path, uint64_t inode)
{
	int fd = netns_open_file(dir_fd, path);
	struct stat st;

	if (fd == -EACCES)
		fd = netns_open_file(dir_fd, path);
	if (fd < 0)
		return fd == -ESRCH || fd == -EINVAL ? -ENOENT : fd;
	if (!fstat(fd, &st) && st.st_ino == inode)
		return fd;
	(void)close(fd);
	return -ENOENT;
}

static int open_kind(const struct netns_kind *kind, const char *spec,
                     struct netns_facts *ns)
{
	int fd = -ENOENT;

	for (size_t i = 0; i < 2 && kind->before[i] && fd == -ENOENT; i++) {
		(void)snprintf(ns->enter, sizeof(ns->enter), "%s%s%s",
		               kind->before[i], spec, kind->after);
		fd = netns_open_file(AT_FDCWD, ns->enter);
	}
	return fd;
}

static int fail_open(struct err *err, int code, const struct netns_kind *kind,
                     const char *spec)
{
	switch (code) {
	case -ENOENT:
		(void)err_set(err, code, "there is no %s \"%s\"", kind->noun,
		              spec);
		err_hint(
			err,
			"give a NAME of `ip netns list`, the PID of a process, or a path with a /");
		break;
	case -EINVAL:
		(void)err_set(err, code, "\"%s\" is not a network namespace",
		              spec);
		err_hint(
			err,
			"a path must be like /run/netns/NAME or /proc/PID/ns/net");
		break;
	case -ENAMETOOLONG:
		(void)err_set(
			err, code,
			"\"%s\" is too long for a network namespace: at most %d bytes",
			spec, (int)sizeof(((struct netns_facts *)0)->name) - 1);
		err_hint(err, "give the PID of a process that is in it");
		break;
	default:
		(void)err_set(err, code,
		              "cannot open \"%s\" as a network namespace: %s",
		              spec, strerror(-code));
		if (code == -EACCES || code == -EPERM)
			err_hint(err, "run it as root");
	}
	return code;
}

int netns_open(const char *spec, int *ret_fd, struct netns_facts *ns,
               struct err *err)
{
	const struct netns_kind *kind = spec_kind(spec);
	int fd = -ENAMETOOLONG;

	if (strlen(spec) < sizeof(ns->name))
		fd = open_kind(kind, spec, ns);
	if (fd < 0)
		return fail_open(err, fd, kind, spec);
	*ret_fd = fd;
	(void)snprintf(ns->name, sizeof(ns->name), "%s", spec);
	return 0;
}

int netns_enter(int fd, struct err *err)
{
	int code;

	if (!setns(fd, CLONE_NEWNET))
		return 0;
	code = -errno;
	(void)err_set(err, code, "cannot enter the network namespace: %s",
	              strerror(-code));
	if (code == -EPERM)
		err_hint(
			err,
			"it takes CAP_SYS_ADMIN: run it as root, or from inside: sudo nsenter --net=FILE kiloflow");
	return code;
}

int netns_inode(uint64_t *ret, struct err *err)
{
	static const char path[] = "/proc/thread-self/ns/net";
	struct stat st;

	if (stat(path, &st)) {
		const int code = -errno;

		return err_set(err, code, "cannot look at %s: %s", path,
		               strerror(-code));
	}
	*ret = st.st_ino;
	return 0;
}
