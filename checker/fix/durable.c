// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * durable - see durable.h. Access control lists and other attributes of a
 * file that is replaced are those of a new one.
 */
#include "checker/fix/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		const ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

static int set_owner(int fd, const struct durable_file *file)
{
	if ((file->uid != (uid_t)-1 || file->gid != (gid_t)-1) &&
	    fchown(fd, file->uid, file->gid))
		return -errno;
	return fchmod(fd, file->mode) ? -errno : 0;
}

static int write_beside(const struct durable_file *file, const char *bytes,
                        size_t len)
{
	int rc;
	int fd;

	(void)unlinkat(file->dir_fd, file->beside, 0);
	fd = openat(file->dir_fd, file->beside,
	            O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	rc = write_all(fd, bytes, len);
	if (!rc)
		rc = set_owner(fd, file);
	if (!rc && fsync(fd))
		rc = -errno;
	if (close(fd) && !rc)
		rc = -errno;
	return rc;
}

int durable_replace(const struct durable_file *file, const char *bytes,
                    size_t len)
{
	int rc = write_beside(file, bytes, len);

	if (!rc &&
	    renameat(file->dir_fd, file->beside, file->dir_fd, file->name))
		rc = -errno;
	if (rc) {
		(void)unlinkat(file->dir_fd, file->beside, 0);
		return rc;
	}
	return durable_dir(file->dir_fd);
}

int durable_remove(int dir_fd, const char *name)
{
	if (unlinkat(dir_fd, name, 0) && errno != ENOENT)
		return -errno;
	return durable_dir(dir_fd);
}

int durable_dir(int dir_fd)
{
	/* Some file systems have nothing to synchronise in a directory. */
	return fsync(dir_fd) && errno != EINVAL ? -errno : 0;
}
