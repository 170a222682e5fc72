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

#define FIRST_BYTES 4096U

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

	if (fd < 0)
		return -errno;
	return fd;
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

/*
 * Read all of @fd into a buffer that doubles. It may hold one byte more than
 * @max, so that a file of exactly @max is told from a longer one.
 */
static int read_growing(int fd, size_t max, char **buf, size_t *ret_len)
{
	size_t size = 0;
	size_t len = 0;

	do {
		char *bigger;
		size_t more = 0;
		int rc;

		size = size ? size * 2 : FIRST_BYTES;
		if (size > max)
			size = max + 1;
		bigger = realloc(*buf, size + 1);
		if (!bigger)
			return -ENOMEM;
		*buf = bigger;
		rc = read_up_to(fd, *buf + len, size - len, &more);
		if (rc)
			return rc;
		len += more;
	} while (len == size && len <= max);
	*ret_len = len;
	return len > max ? -EFBIG : 0;
}

int file_read_fd(int fd, size_t max, char **ret, size_t *ret_len)
{
	size_t len = 0;
	char *buf = NULL;
	const int rc = read_growing(fd, max, &buf, &len);

	if (rc) {
		free(buf);
		return rc;
	}
	buf[len] = '\0';
	*ret = buf;
	if (ret_len)
		*ret_len = len;
	return 0;
}

int file_read_alloc(int root_fd, const char *path, size_t max, char **ret,
                    size_t *ret_len, struct err *err)
{
	const int fd = open_below(root_fd, path);
	int rc;

	if (fd < 0)
		return fail_read(err, fd, path);
	rc = file_read_fd(fd, max, ret, ret_len);
	(void)close(fd);
	return rc ? fail_read(err, rc, path) : 0;
}
