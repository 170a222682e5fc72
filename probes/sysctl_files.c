// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sysctl_files - see sysctl_files.h.
 *
 * A file that cannot be opened still masks those of its name, so a dangling
 * link, a directory and /dev/null are empty files here.
 *
 * Not looked at: systemd's credential sysctl.extra, which the hypervisor
 * hands over at each boot anew. Not followed: procps takes a file's name for a
 * pattern, and so reads b1.conf where there is a b[1].conf.
 */
#include "probes/sysctl_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/base/file.h"
#include "probes/base/vec.h"

#define FILE_BYTES_MAX (4U << 20)

/* By rank. Where /lib is a link to /usr/lib, the last two are the same. */
static const char *const dirs[] = {
	"/etc/sysctl.d",     "/run/sysctl.d", "/usr/local/lib/sysctl.d",
	"/usr/lib/sysctl.d", "/lib/sysctl.d",
};

#define N_DIRS (sizeof(dirs) / sizeof(dirs[0]))
#define RANK_CONF ((unsigned int)N_DIRS)

static const char suffix[] = ".conf";

static bool has_suffix(const char *name)
{
	const size_t len = strlen(name);
	const size_t suffix_len = sizeof(suffix) - 1;

	return len >= suffix_len && !strcmp(name + len - suffix_len, suffix);
}

static int no_memory(struct err *err)
{
	return err_set(err, -ENOMEM, "cannot read the sysctl files: no memory");
}

/* ---- the list ---- */

static void file_done(struct sysctl_file *file)
{
	free(file->path);
	free(file->bytes);
}

void sysctl_files_free(struct sysctl_files *files)
{
	for (size_t i = 0; i < files->n; i++)
		file_done(&files->list[i]);
	free(files->list);
	*files = (struct sysctl_files){ 0 };
}

static int order(const struct sysctl_file *a, const struct sysctl_file *b)
{
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return strcmp(a->name, b->name);
}

/* Put @file, whose strings it takes over, to where it belongs. */
static int insert(struct sysctl_files *files, struct sysctl_file file)
{
	struct sysctl_file *list = vec_grow(files->list, files->n, &files->max,
	                                    sizeof(*files->list));
	size_t at = 0;

	if (!list) {
		file_done(&file);
		return -ENOMEM;
	}
	files->list = list;
	while (at < files->n && order(&list[at], &file) < 0)
		at++;
	if (at < files->n && !order(&list[at], &file)) {
		file_done(&list[at]);
	} else {
		memmove(list + at + 1, list + at,
		        (files->n - at) * sizeof(*list));
		files->n++;
	}
	list[at] = file;
	return 0;
}

/* Where @path stands; N_DIRS + 1 when no loader would read it. */
static unsigned int rank_of(const char *path, const char *name)
{
	const size_t len = (size_t)(name - path) - 1;

	if (!strcmp(path, SYSCTL_FILES_CONF))
		return RANK_CONF;
	for (unsigned int i = 0; i < N_DIRS; i++) {
		if (strlen(dirs[i]) == len && !memcmp(dirs[i], path, len) &&
		    has_suffix(name))
			return i;
	}
	return RANK_CONF + 1;
}

int sysctl_files_put(struct sysctl_files *files, const char *path,
                     const char *bytes, size_t len, struct err *err)
{
	const char *slash = strrchr(path, '/');
	struct sysctl_file file = { .len = len };

	if (slash)
		file.rank = rank_of(path, slash + 1);
	if (!slash || file.rank > RANK_CONF)
		return err_set(err, -EINVAL,
		               "%s is not where sysctls are set from", path);
	file.path = strdup(path);
	file.bytes = malloc(len + 1);
	if (!file.path || !file.bytes) {
		file_done(&file);
		return no_memory(err);
	}
	if (len)
		memcpy(file.bytes, bytes, len);
	file.bytes[len] = '\0';
	file.name = file.path + (slash + 1 - path);
	return insert(files, file) ? no_memory(err) : 0;
}

/* ---- reading ---- */

static bool is_real_root(int root_fd)
{
	struct stat given;
	struct stat real;

	return !fstat(root_fd, &given) && !stat("/", &real) &&
	       given.st_dev == real.st_dev && given.st_ino == real.st_ino;
}

/*
 * Open a path, whose links are followed as if @root_fd were "/". A kernel
 * before 5.6 cannot do that, and need not where it is.
 *
 * Return: a descriptor, or negative errno.
 */
static int open_below(int root_fd, const char *path, int flags)
{
	const struct open_how how = {
		.flags = (unsigned int)(flags | O_CLOEXEC),
		.resolve = RESOLVE_IN_ROOT,
	};
	long fd = syscall(SYS_openat2, root_fd, path, &how, sizeof(how));

	if (fd < 0 && (errno == ENOSYS || errno == EPERM) &&
	    is_real_root(root_fd))
		fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : (int)fd;
}

static void say_unread(struct sysctl_files *files, const char *path, int code)
{
	if (files->unread[0])
		return;
	(void)snprintf(files->unread, sizeof(files->unread), "%s", path);
	files->unread_code = code;
}

/* A loader finds nothing in it, but may open it. */
static bool is_empty_by_kind(const struct stat *st)
{
	return S_ISDIR(st->st_mode) ||
	       (S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3));
}

/*
 * Read what the O_PATH descriptor @fd stands for. Devices and FIFOs are left
 * alone: to open one may do something.
 */
static int read_opened(int fd, struct sysctl_file *file)
{
	char self[64];
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	file->dev = st.st_dev;
	file->ino = st.st_ino;
	if (is_empty_by_kind(&st))
		return 0;
	if (!S_ISREG(st.st_mode))
		return -ENOTSUP;
	(void)snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	return file_read_alloc(AT_FDCWD, self, FILE_BYTES_MAX, &file->bytes,
	                       &file->len, NULL);
}

/* Return: 0; -ENOENT when it leads nowhere; other negative errno. */
static int read_content(int root_fd, struct sysctl_file *file)
{
	const int fd = open_below(root_fd, file->path, O_PATH);
	int rc;

	if (fd == -ENOTDIR || fd == -ELOOP)
		return -ENOENT;
	if (fd < 0)
		return fd;
	rc = read_opened(fd, file);
	(void)close(fd);
	return rc;
}

/* Add one file. Return: 0 or -ENOMEM. */
static int read_file(int root_fd, const char *path, unsigned int rank,
                     struct sysctl_files *ret)
{
	struct sysctl_file file = { .path = strdup(path), .rank = rank };
	int rc;

	if (!file.path)
		return -ENOMEM;
	file.name = strrchr(file.path, '/') + 1;
	rc = read_content(root_fd, &file);
	if (rc && rc != -ENOENT && rc != -ENOMEM)
		say_unread(ret, path, rc);
	if (!file.bytes && rc != -ENOMEM)
		file.bytes = strdup("");
	if (!file.bytes) {
		file_done(&file);
		return -ENOMEM;
	}
	return insert(ret, file);
}

static int read_entries(int root_fd, DIR *dir, unsigned int rank,
                        struct sysctl_files *ret)
{
	const struct dirent *entry;
	char path[SYSCTL_FILES_PATH_SIZE];
	int rc = 0;

	for (errno = 0; !rc && (entry = readdir(dir)); errno = 0) {
		if (!has_suffix(entry->d_name))
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", dirs[rank],
		               entry->d_name);
		rc = read_file(root_fd, path, rank, ret);
	}
	if (!rc && errno)
		say_unread(ret, dirs[rank], -errno);
	return rc;
}

/* One that is an earlier one by another name is read once. */
static bool is_seen(int fd, struct stat seen[static N_DIRS], size_t n)
{
	if (fstat(fd, &seen[n]))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (seen[i].st_dev == seen[n].st_dev &&
		    seen[i].st_ino == seen[n].st_ino)
			return true;
	}
	return false;
}

static int read_dir(int root_fd, unsigned int rank,
                    struct stat seen[static N_DIRS], struct sysctl_files *ret)
{
	const int fd = open_below(root_fd, dirs[rank], O_RDONLY | O_DIRECTORY);
	DIR *dir;
	int rc;

	if (fd < 0) {
		if (fd != -ENOENT && fd != -ENOTDIR && fd != -ELOOP)
			say_unread(ret, dirs[rank], fd);
		return 0;
	}
	if (is_seen(fd, seen, rank)) {
		(void)close(fd);
		return 0;
	}
	dir = fdopendir(fd);
	if (!dir) {
		(void)close(fd);
		return -ENOMEM;
	}
	rc = read_entries(root_fd, dir, rank, ret);
	(void)closedir(dir);
	return rc;
}

int sysctl_files_read(int root_fd, struct sysctl_files *ret, struct err *err)
{
	struct stat seen[N_DIRS] = { 0 };
	int rc = 0;

	*ret = (struct sysctl_files){ 0 };
	for (unsigned int i = 0; !rc && i < N_DIRS; i++)
		rc = read_dir(root_fd, i, seen, ret);
	if (!rc)
		rc = read_file(root_fd, SYSCTL_FILES_CONF, RANK_CONF, ret);
	return rc ? no_memory(err) : 0;
}

/* ---- the loader ---- */

static bool exists(int root_fd, const char *path)
{
	const int fd = open_below(root_fd, path, O_PATH);

	if (fd >= 0)
		(void)close(fd);
	return fd >= 0;
}

/* systemd.unit(5): a link to /dev/null, or an empty file. */
static bool is_mask(int fd)
{
	char target[16];
	struct stat st;
	ssize_t len;

	if (fstat(fd, &st))
		return false;
	if (!S_ISLNK(st.st_mode))
		return S_ISREG(st.st_mode) && !st.st_size;
	len = readlinkat(fd, "", target, sizeof(target));
	return len == (ssize_t)strlen("/dev/null") &&
	       !memcmp(target, "/dev/null", (size_t)len);
}

struct sysctl_boot sysctl_boot_read(int root_fd)
{
	static const char *const units[] = {
		"/etc/systemd/system/systemd-sysctl.service",
		"/run/systemd/system/systemd-sysctl.service",
		"/usr/local/lib/systemd/system/systemd-sysctl.service",
		"/usr/lib/systemd/system/systemd-sysctl.service",
		"/lib/systemd/system/systemd-sysctl.service",
	};
	struct sysctl_boot boot = {
		.run = exists(root_fd, "/run"),
		.systemd = exists(root_fd, "/run/systemd/system"),
	};

	for (size_t i = 0; !boot.unit && i < sizeof(units) / sizeof(units[0]);
	     i++) {
		const int fd =
			open_below(root_fd, units[i], O_PATH | O_NOFOLLOW);

		if (fd < 0)
			continue;
		boot.unit = true;
		boot.masked = is_mask(fd);
		(void)close(fd);
	}
	return boot;
}

enum sysctl_loader sysctl_boot_loader(const struct sysctl_boot *boot)
{
	const bool runs_units = boot->systemd || !boot->run;

	return boot->unit && !boot->masked && runs_units ? SYSCTL_LOADER_SYSTEMD
	                                                 : SYSCTL_LOADER_PROCPS;
}
