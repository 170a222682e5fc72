// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * journal - see journal.h. What an entry says is journal_json.c's.
 *
 * The lock is flock(): the kernel gives it back, whatever becomes of its
 * holder. The pid in the file is only to be shown.
 */
#include "checker/fix/journal.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "checker/fix/durable.h"
#include "probes/base/err.h"
#include "probes/base/file.h"
#include "probes/base/span.h"
#include "probes/base/text.h"
#include "probes/base/vec.h"

#define LOCK "lock"
#define BESIDE "fix.new"
#define ID_MAX 999999999U
#define NAME_SIZE 24 /* "fix-999999999.json" */

#define OPEN_AS_IS (O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

/* A path below the journal, safe to show. */
struct shown {
	char text[2 * sizeof(((struct journal *)0)->path)];
};

static struct shown show(const struct journal *journal, const char *name)
{
	char path[sizeof(journal->path) + NAME_SIZE + 1];
	struct shown shown;

	(void)snprintf(path, sizeof(path), "%s%s%s", journal->path,
	               name[0] ? "/" : "", name);
	(void)text_escape(shown.text, sizeof(shown.text), path, strlen(path));
	return shown;
}

static int complain(const struct journal *journal, const char *name, int code,
                    const char *what, struct err *err)
{
	return err_set(err, code, "cannot %s %s: %s", what,
	               show(journal, name).text, strerror(-code));
}

/* Nobody else can have written it. @kind: S_IFDIR or S_IFREG */
static int check_ours(const struct journal *journal, const char *name, int fd,
                      mode_t kind, struct err *err)
{
	const struct shown shown = show(journal, name);
	const char *path = shown.text;
	struct stat info;

	if (fstat(fd, &info))
		return complain(journal, name, -errno, "look at", err);
	if ((info.st_mode & S_IFMT) != kind)
		return err_set(err, -EPERM, "the journal's %s is no %s", path,
		               kind == S_IFDIR ? "directory" : "regular file");
	if (info.st_uid != geteuid()) {
		err_hint(err, "be that user, or name another with --journal");
		return err_set(
			err, -EPERM,
			"the journal's %s belongs to another user: uid %u",
			path, info.st_uid);
	}
	if (info.st_mode & (S_IWGRP | S_IWOTH)) {
		/* one like /tmp is meant to be written by others */
		if (info.st_mode & S_ISVTX)
			err_hint(err,
			         "name a directory of its own with --journal");
		else
			err_hint(err,
			         "if what is in it is yours: chmod go-w %s",
			         path);
		return err_set(
			err, -EPERM,
			"the journal's %s can be written by others: mode %04o",
			path, info.st_mode & 07777U);
	}
	return 0;
}

/* --- the directory ----------------------------------------------------- */

static int default_path(char *path, size_t size, struct err *err)
{
	const char *state = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");
	int n;

	if (!geteuid())
		n = snprintf(path, size, "/var/lib/kiloflow");
	else if (state && state[0] == '/')
		n = snprintf(path, size, "%s/kiloflow", state);
	else if (home && home[0] == '/')
		n = snprintf(path, size, "%s/.local/state/kiloflow", home);
	else
		n = -1;
	if (n >= 0 && (size_t)n < size)
		return 0;
	err_hint(err, "name one with --journal");
	return err_set(err, n < 0 ? -ENOENT : -ENAMETOOLONG,
	               "there is no directory to keep the journal in");
}

/* A slash at the end would make open() follow a link. */
static int take_path(const char *path, struct journal *ret, struct err *err)
{
	size_t len;

	if (!path)
		return default_path(ret->path, sizeof(ret->path), err);
	len = strlen(path);
	while (len > 1 && path[len - 1] == '/')
		len--;
	if (!len || len >= sizeof(ret->path))
		return err_set(err, len ? -ENAMETOOLONG : -ENOENT,
		               "--journal: its path is %s",
		               len ? "too long" : "empty");
	memcpy(ret->path, path, len);
	return 0;
}

/* @path: cut and mended */
static int sync_parent(char *path)
{
	char *slash = strrchr(path, '/');
	int rc;
	int fd;

	if (slash)
		*slash = '\0';
	fd = open(!slash    ? "."
	          : path[0] ? path
	                    : "/",
	          O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	rc = fd < 0 ? -errno : durable_dir(fd);
	if (fd >= 0)
		(void)close(fd);
	if (slash)
		*slash = '/';
	return rc;
}

static int make_one(char *path)
{
	if (!mkdir(path, 0700))
		return sync_parent(path);
	return errno == EEXIST ? 0 : -errno;
}

/* And those above it, all of them on the disk. @path: cut and mended */
static int make_directory(char *path)
{
	int rc = 0;

	for (char *slash = strchr(path + 1, '/'); !rc && slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		rc = make_one(path);
		*slash = '/';
	}
	return rc ? rc : make_one(path);
}

static int open_directory(struct journal *journal, bool write, struct err *err)
{
	int rc = write ? make_directory(journal->path) : 0;

	if (rc)
		return complain(journal, "", rc, "make the journal's directory",
		                err);
	journal->dir_fd =
		open(journal->path, O_RDONLY | O_DIRECTORY | OPEN_AS_IS);
	if (journal->dir_fd >= 0)
		return check_ours(journal, "", journal->dir_fd, S_IFDIR, err);
	if (errno == ENOENT)
		return 0;
	if (errno == ENOTDIR)
		return err_set(
			err, -EPERM,
			"the journal's %s is no directory, or a link to one",
			show(journal, "").text);
	return complain(journal, "", -errno, "open the journal's directory",
	                err);
}

/* --- the lock ---------------------------------------------------------- */

static int refuse_busy(int fd, struct err *err)
{
	char text[24] = "";
	const ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	uint64_t pid;

	err_hint(err, "wait until it has ended");
	if (n > 1 && !span_u64(span_of(text, (size_t)n - 1), &pid))
		return err_set(err, -EBUSY,
		               "another fix (pid %" PRIu64 ") is under way",
		               pid);
	return err_set(err, -EBUSY, "another fix is under way");
}

/* On a full disk it is empty: undo must work there, too. */
static void write_pid(int fd)
{
	char text[24];
	const int len = snprintf(text, sizeof(text), "%d\n", getpid());

	(void)!ftruncate(fd, 0);
	(void)!pwrite(fd, text, (size_t)len, 0);
}

static int take_lock(struct journal *journal, struct err *err)
{
	const int fd = openat(journal->dir_fd, LOCK,
	                      O_RDWR | O_CREAT | OPEN_AS_IS, 0600);
	int rc;

	if (fd < 0)
		return complain(journal, LOCK, -errno, "open", err);
	rc = check_ours(journal, LOCK, fd, S_IFREG, err);
	if (!rc && flock(fd, LOCK_EX | LOCK_NB))
		rc = errno == EWOULDBLOCK
		             ? refuse_busy(fd, err)
		             : complain(journal, LOCK, -errno, "lock", err);
	if (rc) {
		(void)close(fd);
		return rc;
	}
	write_pid(fd);
	journal->lock_fd = fd;
	return 0;
}

int journal_open(const char *path, bool write, struct journal *ret,
                 struct err *err)
{
	int rc;

	*ret = (struct journal){ .dir_fd = -1, .lock_fd = -1 };
	rc = take_path(path, ret, err);
	if (!rc)
		rc = open_directory(ret, write, err);
	if (!rc && write)
		rc = take_lock(ret, err);
	if (rc)
		journal_close(ret);
	return rc;
}

void journal_close(struct journal *journal)
{
	if (journal->lock_fd >= 0) {
		(void)!ftruncate(journal->lock_fd, 0);
		(void)close(journal->lock_fd);
	}
	if (journal->dir_fd >= 0)
		(void)close(journal->dir_fd);
	journal->lock_fd = -1;
	journal->dir_fd = -1;
}

/* --- entries ----------------------------------------------------------- */

static void entry_name(unsigned int id, char name[static NAME_SIZE])
{
	(void)snprintf(name, NAME_SIZE, "fix-%04u.json", id);
}

/* 0: it is the name of no entry. */
static unsigned int entry_id(const char *name)
{
	const size_t len = strlen(name);
	char same[NAME_SIZE];
	uint64_t id;

	if (len < 10 || span_u64(span_of(name + 4, len - 9), &id) ||
	    id > ID_MAX)
		return 0;
	entry_name((unsigned int)id, same);
	return strcmp(same, name) ? 0 : (unsigned int)id;
}

static int compare_ids(const void *a, const void *b)
{
	const unsigned int *x = a;
	const unsigned int *y = b;

	return (*x > *y) - (*x < *y);
}

static int collect_ids(DIR *dir, unsigned int **ids, size_t *n)
{
	const struct dirent *file;
	size_t max = 0;

	while (errno = 0, (file = readdir(dir))) {
		const unsigned int id = entry_id(file->d_name);
		unsigned int *list;

		if (!id)
			continue;
		list = vec_grow(*ids, *n, &max, sizeof(*list));
		if (!list)
			return -ENOMEM;
		*ids = list;
		list[(*n)++] = id;
	}
	return -errno;
}

int journal_ids(const struct journal *journal, unsigned int **ret,
                size_t *ret_n, struct err *err)
{
	DIR *dir;
	int rc;
	int fd;

	*ret = NULL;
	*ret_n = 0;
	if (journal->dir_fd < 0)
		return 0;
	fd = openat(journal->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		rc = -errno;
		if (fd >= 0)
			(void)close(fd);
		return complain(journal, "", rc, "list", err);
	}
	rc = collect_ids(dir, ret, ret_n);
	(void)closedir(dir);
	if (rc) {
		free(*ret);
		*ret = NULL;
		*ret_n = 0;
		return complain(journal, "", rc, "list", err);
	}
	if (*ret_n)
		qsort(*ret, *ret_n, sizeof(**ret), compare_ids);
	return 0;
}

static int read_entry(const struct journal *journal, const char *name, int fd,
                      struct journal_entry *ret, struct err *err)
{
	char *text = NULL;
	size_t len;
	int rc;

	rc = check_ours(journal, name, fd, S_IFREG, err);
	if (rc)
		return rc;
	rc = file_read_fd(fd, JOURNAL_ENTRY_BYTES_MAX, &text, &len);
	if (rc)
		return complain(journal, name, rc, "read", err);
	rc = journal_parse(text, len, show(journal, name).text, ret, err);
	free(text);
	return rc;
}

int journal_read(const struct journal *journal, unsigned int id,
                 struct journal_entry *ret, struct err *err)
{
	char name[NAME_SIZE];
	int rc;
	int fd;

	*ret = (struct journal_entry){ .id = id };
	entry_name(id, name);
	if (journal->dir_fd < 0)
		return complain(journal, name, -ENOENT, "open", err);
	fd = openat(journal->dir_fd, name, O_RDONLY | OPEN_AS_IS);
	if (fd < 0 && errno == ELOOP)
		return err_set(err, -EPERM, "the journal's %s is a link",
		               show(journal, name).text);
	if (fd < 0)
		return complain(journal, name, -errno, "open", err);
	rc = read_entry(journal, name, fd, ret, err);
	(void)close(fd);
	ret->id = id;
	return rc;
}

int journal_remove(struct journal *journal, unsigned int id, struct err *err)
{
	char name[NAME_SIZE];
	int rc;

	entry_name(id, name);
	rc = durable_remove(journal->dir_fd, name);
	return rc ? complain(journal, name, rc, "remove", err) : 0;
}

void journal_entry_free(struct journal_entry *entry)
{
	fix_steps_free(&entry->steps);
	*entry = (struct journal_entry){ .id = 0 };
}

/* --- writing ----------------------------------------------------------- */

int journal_boot_id(char ret[static JOURNAL_BOOT_ID_SIZE], struct err *err)
{
	char text[JOURNAL_BOOT_ID_SIZE + 1];
	size_t len;
	int rc;

	/* An absolute path: the directory does not matter. */
	rc = file_read(AT_FDCWD, "/proc/sys/kernel/random/boot_id", text,
	               sizeof(text), &len, err);
	if (rc)
		return rc;
	if (len != JOURNAL_BOOT_ID_SIZE)
		return err_set(err, -EINVAL,
		               "/proc/sys/kernel/random/boot_id is no boot id");
	memcpy(ret, text, JOURNAL_BOOT_ID_SIZE);
	ret[JOURNAL_BOOT_ID_SIZE - 1] = '\0';
	return 0;
}

uint64_t journal_pid_ns(void)
{
	struct stat info;

	return stat("/proc/self/ns/pid", &info) ? 0 : info.st_ino;
}

/* The first one that is greater than all that are there. */
static int next_id(const struct journal *journal, unsigned int *ret,
                   struct err *err)
{
	unsigned int *ids;
	size_t n;
	int rc;

	rc = journal_ids(journal, &ids, &n, err);
	if (rc)
		return rc;
	rc = n && ids[n - 1] == ID_MAX
	             ? err_set(err, -EOVERFLOW,
	                       "%s has no number left for another entry",
	                       show(journal, "").text)
	             : 0;
	if (!rc)
		*ret = n ? ids[n - 1] + 1 : 1;
	free(ids);
	return rc;
}

static int complete_entry(struct journal_entry *entry, struct err *err)
{
	struct timespec now;

	if (!entry->made_at_ns) {
		(void)clock_gettime(CLOCK_REALTIME, &now);
		entry->made_at_ns = (uint64_t)now.tv_sec * 1000000000 +
		                    (uint64_t)now.tv_nsec;
	}
	if (!entry->version[0])
		(void)snprintf(entry->version, sizeof(entry->version), "%s",
		               KILOFLOW_VERSION);
	if (!entry->pid_ns)
		entry->pid_ns = journal_pid_ns();
	return entry->boot_id[0] ? 0 : journal_boot_id(entry->boot_id, err);
}

/* What is not read back is no help. */
static int check_text(const char *text, const char *path, struct err *err)
{
	struct journal_entry again;
	int rc;

	rc = journal_parse(text, strlen(text), path, &again, err);
	journal_entry_free(&again);
	return rc;
}

static int write_text(const struct journal *journal, const char *name,
                      const char *text, struct err *err)
{
	const struct durable_file file = {
		.dir_fd = journal->dir_fd,
		.name = name,
		.beside = BESIDE,
		.mode = 0600,
		.uid = (uid_t)-1,
		.gid = (gid_t)-1,
	};
	int rc;

	rc = check_text(text, show(journal, name).text, err);
	if (rc)
		return rc;
	rc = durable_replace(&file, text, strlen(text));
	if (rc)
		err_hint(err, "name another directory with --journal");
	return rc ? complain(journal, name, rc, "write", err) : 0;
}

static int write_entry(const struct journal *journal, const char *name,
                       const struct journal_entry *entry, struct err *err)
{
	char *text = journal_format(entry);
	int rc;

	if (!text)
		return complain(journal, name, -ENOMEM, "write", err);
	rc = write_text(journal, name, text, err);
	free(text);
	return rc;
}

int journal_write(struct journal *journal, struct journal_entry *entry,
                  struct err *err)
{
	const bool is_new = !entry->id;
	char name[NAME_SIZE];
	int rc;

	assert(journal->lock_fd >= 0);
	rc = complete_entry(entry, err);
	if (!rc && is_new)
		rc = next_id(journal, &entry->id, err);
	if (rc)
		return rc;
	entry_name(entry->id, name);
	rc = write_entry(journal, name, entry, err);
	if (!rc || !is_new)
		return rc;
	(void)unlinkat(journal->dir_fd, name, 0);
	entry->id = 0;
	return rc;
}
