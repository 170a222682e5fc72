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

/* Not blocking: a path may turn out to be a FIFO. */
static int open_file(const char *before, const char *spec, const char *after)
{
	char path[NETNS_NAME_SIZE + 32];
	int fd;

	(void)snprintf(path, sizeof(path), "%s%s%s", before, spec, after);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	return fd < 0 ? -errno : fd;
}

static int open_kind(const struct netns_kind *kind, const char *spec)
{
	int fd = open_file(kind->before[0], spec, kind->after);

	if (fd == -ENOENT && kind->before[1])
		fd = open_file(kind->before[1], spec, kind->after);
	return fd;
}

/* Return: 0; -EINVAL for anything but a network namespace. */
static int check_netns(int fd)
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
			spec, NETNS_NAME_SIZE - 1);
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

int netns_open(const char *spec, int *ret_fd, char name[NETNS_NAME_SIZE],
               struct err *err)
{
	const struct netns_kind *kind = spec_kind(spec);
	int fd = -ENAMETOOLONG;
	int rc;

	if (strlen(spec) < NETNS_NAME_SIZE)
		fd = open_kind(kind, spec);
	if (fd < 0)
		return fail_open(err, fd, kind, spec);
	rc = check_netns(fd);
	if (rc) {
		(void)close(fd);
		return fail_open(err, rc, kind, spec);
	}
	*ret_fd = fd;
	(void)snprintf(name, NETNS_NAME_SIZE, "%s", spec);
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
