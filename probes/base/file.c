// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * file - see file.h. Reads until end of file: a /proc file may be handed
 * out in pieces, and its size in stat() is 0.
 */
#include "probes/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/base/err.h"

static ssize_t read_some(int fd, char *buf, size_t size)
{
	ssize_t n;

	do {
		n = read(fd, buf, size);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

static int fail_read(struct err *err, int code, const char *path)
{
	return err_set(err, code, "cannot read /%s: %s", path, strerror(-code));
}

static int open_below(int root_fd, const char *path)
{
	const int fd = openat(root_fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? -errno : fd;
}

/* Fill @buf up to @size; *ret_len == @size means there may be more. */
static int read_up_to(int fd, char *buf, size_t size, size_t *ret_len)
{
	size_t len = 0;

	while (len < size) {
		const ssize_t n = read_some(fd, buf + len, size - len);

		if (n < 0)
			return (int)n;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	*ret_len = len;
	return 0;
}

int file_read(int root_fd, const char *path, char *buf, size_t size,
	      size_t *ret_len, struct err *err)
{
	size_t len = 0;
	int fd;
	int rc;

	buf[0] = '\0';
	fd = open_below(root_fd, path);
	if (fd < 0)
		return fail_read(err, fd, path);
	rc = read_up_to(fd, buf, size, &len);
	if (!rc && len == size)
		rc = -EFBIG;
	(void)close(fd);
	if (rc) {
		buf[0] = '\0';
		return fail_read(err, rc, path);
	}
	buf[len] = '\0';
	if (ret_len)
		*ret_len = len;
	return 0;
}

int file_read_alloc(int root_fd, const char *path, size_t max, char **ret,
		    size_t *ret_len, struct err *err)
{
	size_t size = 4096;
	size_t len = 0;
	char *buf = NULL;
	int fd;
	int rc = 0;

	fd = open_below(root_fd, path);
	if (fd < 0)
		return fail_read(err, fd, path);
	for (;;) {
		char *bigger = realloc(buf, size + 1);
		size_t more = 0;

		if (!bigger) {
			rc = -ENOMEM;
			break;
		}
		buf = bigger;
		rc = read_up_to(fd, buf + len, size - len, &more);
		len += more;
		if (rc || len < size)
			break;
		if (size >= max) {
			rc = -EFBIG;
			break;
		}
		size = size * 2 < max ? size * 2 : max;
	}
	(void)close(fd);
	if (rc) {
		free(buf);
		return fail_read(err, rc, path);
	}
	buf[len] = '\0';
	*ret = buf;
	if (ret_len)
		*ret_len = len;
	return 0;
}
