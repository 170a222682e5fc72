// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * act_file - a file of /etc/sysctl.d, which makes sysctls last.
 *
 * Only files there are ever touched, whatever a step says: a journal is read
 * back as root. The loaders take what ends in .conf, so the name a file has
 * while it is written does not.
 */
#include "checker/fix/act.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checker/fix/durable.h"
#include "checker/fix/world.h"
#include "probes/base/err.h"
#include "probes/base/file.h"

#define DIRECTORY "etc/sysctl.d"
#define BESIDE ".kiloflow.new"
#define CONTENT_BYTES_MAX (1U << 20)

#define NAME_CHARS                                                             \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"

/* What a file holds; all zero: there is none. */
struct content {
	char *bytes;
	size_t len;
	struct stat info;
};

const char *fix_file_name(const char *key)
{
	static const char prefix[] = "/" DIRECTORY "/";
	static const char suffix[] = ".conf";
	const char *name;
	size_t len;

	if (strncmp(key, prefix, sizeof(prefix) - 1) != 0)
		return NULL;
	name = key + sizeof(prefix) - 1;
	len = strlen(name);
	if (len < sizeof(suffix) || len > NAME_MAX || name[0] == '.' ||
	    strspn(name, NAME_CHARS) != len ||
	    strcmp(name + len - (sizeof(suffix) - 1), suffix) != 0)
		return NULL;
	return name;
}

/* Return: a descriptor; negative errno. */
static int open_directory(const struct fix_world *world)
{
	const int fd = openat(world->root_fd, DIRECTORY,
	                      O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int refuse_directory(const struct fix_step *step, int code,
                            struct err *err)
{
	return err_set(err, code, "%s: cannot open /%s: %s", step->key,
	               DIRECTORY, strerror(-code));
}

static int refuse_name(const struct fix_step *step, struct err *err)
{
	return err_set(err, -EPERM, "%s: is no file of /%s", step->key,
	               DIRECTORY);
}

static int open_file(int dir_fd, const char *key, struct err *err)
{
	/* O_NONBLOCK: nobody may ever write into a pipe of that name */
	const int fd = openat(dir_fd, fix_file_name(key),
	                      O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
	                              O_CLOEXEC);

	if (fd >= 0 || errno == ENOENT)
		return fd >= 0 ? fd : -ENOENT;
	if (errno == ELOOP)
		return err_set(err, -ELOOP, "%s: is a symbolic link", key);
	return err_set(err, -errno, "%s: cannot be read: %s", key,
	               strerror(errno));
}

static int read_open(int fd, const char *key, struct content *ret,
                     struct err *err)
{
	int rc;

	if (fstat(fd, &ret->info))
		return err_set(err, -errno, "%s: cannot be read: %s", key,
		               strerror(errno));
	if (!S_ISREG(ret->info.st_mode))
		return err_set(err, -EINVAL, "%s: is no regular file", key);
	rc = file_read_fd(fd, CONTENT_BYTES_MAX, &ret->bytes, &ret->len);
	if (rc)
		return err_set(err, rc, "%s: cannot be read: %s", key,
		               strerror(-rc));
	return 0;
}

/* A regular file or none; everything else is refused. */
static int read_file(int dir_fd, const char *key, struct content *ret,
                     struct err *err)
{
	const int fd = open_file(dir_fd, key, err);
	int rc;

	*ret = (struct content){ .bytes = NULL };
	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	rc = read_open(fd, key, ret, err);
	(void)close(fd);
	return rc;
}

static bool is_same(const struct content *content, const char *text)
{
	if (!content->bytes || !text)
		return !content->bytes && !text;
	return content->len == strlen(text) &&
	       !memcmp(content->bytes, text, content->len);
}

static int read_content(const struct fix_world *world,
                        const struct fix_step *step, struct content *ret,
                        struct err *err)
{
	const int dir_fd = open_directory(world);
	int rc;

	*ret = (struct content){ .bytes = NULL };
	if (dir_fd == -ENOENT)
		return 0;
	if (dir_fd < 0)
		return refuse_directory(step, dir_fd, err);
	rc = read_file(dir_fd, step->key, ret, err);
	(void)close(dir_fd);
	return rc;
}

static int look(struct fix_world *world, const struct fix_step *step,
                enum fix_now *ret, char **ret_text, struct err *err)
{
	struct content content;
	int rc;

	if (!fix_file_name(step->key))
		return refuse_name(step, err);
	rc = read_content(world, step, &content, err);
	if (rc)
		return rc;
	*ret = is_same(&content, step->from) ? FIX_NOW_FROM
	       : is_same(&content, step->to) ? FIX_NOW_TO
	                                     : FIX_NOW_OTHER;
	*ret_text = content.bytes;
	return 0;
}

static int replace(int dir_fd, const char *key, const char *text,
                   const struct content *old)
{
	const struct durable_file file = {
		.dir_fd = dir_fd,
		.name = fix_file_name(key),
		.beside = BESIDE,
		.mode = old->bytes ? old->info.st_mode & 07777 : 0644,
		.uid = old->bytes ? old->info.st_uid : (uid_t)-1,
		.gid = old->bytes ? old->info.st_gid : (gid_t)-1,
	};

	return durable_replace(&file, text, strlen(text));
}

static int set_in(int dir_fd, const char *key, const char *value,
                  struct err *err)
{
	struct content old;
	int rc;

	rc = read_file(dir_fd, key, &old, err);
	if (rc)
		return rc;
	rc = value ? replace(dir_fd, key, value, &old)
	           : durable_remove(dir_fd, fix_file_name(key));
	free(old.bytes);
	if (rc)
		return err_set(err, rc, "%s: cannot be %s: %s", key,
		               value ? "written" : "removed", strerror(-rc));
	return 0;
}

static int set(struct fix_world *world, const struct fix_step *step,
               const char *value, struct err *err)
{
	int dir_fd;
	int rc;

	if (!fix_file_name(step->key))
		return refuse_name(step, err);
	dir_fd = open_directory(world);
	if (dir_fd < 0)
		return refuse_directory(step, dir_fd, err);
	rc = set_in(dir_fd, step->key, value, err);
	(void)close(dir_fd);
	return rc;
}

static void tidy(struct fix_world *world, const struct fix_step *step)
{
	const int dir_fd = open_directory(world);

	(void)step;
	if (dir_fd < 0)
		return;
	(void)unlinkat(dir_fd, BESIDE, 0);
	(void)close(dir_fd);
}

static void hint(int code, struct err *err)
{
	if (code == -ENOENT)
		err_hint(
			err,
			"make the directory, or put the lines where this host keeps its sysctls");
	else if (code == -EROFS)
		err_hint(
			err,
			"put the lines into what the file system is made from");
	else if (code == -EACCES || code == -EPERM)
		err_hint(err, "run it as root");
}

static void permit(struct fix_world *world, struct fix_step *step)
{
	struct err err = { 0 };
	enum fix_now now;
	char *text = NULL;
	int rc;

	rc = look(world, step, &now, &text, &err);
	free(text);
	if (!rc &&
	    faccessat(world->root_fd, DIRECTORY, W_OK | X_OK, AT_EACCESS))
		rc = err_set(&err, -errno, "cannot write into /%s: %s",
		             DIRECTORY, strerror(errno));
	if (!rc)
		return;
	hint(rc, &err);
	fix_step_skip(step, &err);
}

const struct fix_act fix_act_file = {
	.permit = permit,
	.look = look,
	.set = set,
	.tidy = tidy,
};
