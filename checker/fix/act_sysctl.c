// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * act_sysctl - a sysctl is set by one write() of the whole value, in the
 * namespace whose it is.
 *
 * Whether it may be written is asked by opening its file for writing, which
 * changes nothing. A mode decides there for root too
 * (fs/proc/proc_sysctl.c:test_perm()).
 */
#include "checker/fix/act.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checker/fix/world.h"
#include "probes/base/err.h"
#include "probes/sysctl.h"
#include "probes/sysctl_value.h"

static const struct sysctl_desc *desc_of(const struct fix_step *step,
                                         struct err *err)
{
	const enum sysctl_id id = sysctl_by_key(step->key);

	if (id < SYSCTL_COUNT)
		return sysctl_desc(id);
	(void)err_set(err, -EINVAL, "no sysctl \"%s\" is known", step->key);
	return NULL;
}

/* --- why not ---------------------------------------------------------------
 */

static const char *reason_of(const struct sysctl_desc *desc, int code)
{
	switch (code) {
	case -EROFS:
		return "/proc/sys is read-only here, as in a container";
	case -EACCES:
	case -EPERM:
		return geteuid() ? "it takes root"
		                 : "not even root may write it here";
	case -ENOENT:
		return desc->scope == SYSCTL_SCOPE_INIT
		               ? "this namespace has no such key"
		               : "this kernel has no such key, or its module is not loaded";
	case -EINVAL:
	case -ERANGE:
		return "the kernel does not accept that value";
	case -EMSGSIZE:
		return "the kernel took only a part of the value";
	default:
		return strerror(-code);
	}
}

static void hint_of(const struct sysctl_desc *desc, int code, const char *value,
                    struct err *err)
{
	const bool denied = code == -EACCES || code == -EPERM;
	const bool own = desc->scope == SYSCTL_SCOPE_NETNS;
	const char *quote = strchr(value, ' ') ? "\"" : "";

	if (code == -EROFS && own)
		err_hint(
			err,
			"set it where the container is started: docker run --sysctl %s%s=%s%s, or securityContext.sysctls",
			quote, desc->key, value, quote);
	else if (code == -EROFS)
		err_hint(err, "set it on the host: sysctl -w %s%s=%s%s", quote,
		         desc->key, value, quote);
	else if (denied && geteuid())
		err_hint(err, "run it as root");
	else if ((denied || code == -ENOENT) && !own)
		err_hint(err, "run it in the host's own network namespace");
}

static int fail_file(const struct sysctl_desc *desc, int code,
                     const char *value, struct err *err)
{
	(void)err_set(err, code, "%s", reason_of(desc, code));
	hint_of(desc, code, value, err);
	return code;
}

/* --- the file --------------------------------------------------------------
 */

static int open_file(const struct fix_world *world,
                     const struct sysctl_desc *desc, int flags)
{
	char path[SYSCTL_PATH_SIZE];
	int fd;

	sysctl_path(desc, path);
	fd = openat(world->root_fd, path, O_WRONLY | O_CLOEXEC | flags);
	return fd < 0 ? -errno : fd;
}

/* Return: 0; -EMSGSIZE when only a part was taken; else from the kernel. */
static int write_file(const struct fix_world *world,
                      const struct sysctl_desc *desc, const char *bytes,
                      size_t len)
{
	const int fd = open_file(world, desc, O_TRUNC);
	ssize_t n;
	int rc = 0;

	if (fd < 0)
		return fd;
	n = write(fd, bytes, len);
	if (n < 0)
		rc = -errno;
	else if ((size_t)n != len)
		rc = -EMSGSIZE;
	(void)close(fd);
	return rc;
}

/*
 * The newline makes a write of an empty list of ports, too: without a byte
 * nothing happens.
 */
static int write_value(const struct fix_world *world,
                       const struct sysctl_desc *desc, const char *value)
{
	char *line;
	const int len = asprintf(&line, "%s\n", value);
	int rc;

	if (len < 0)
		return -ENOMEM;
	rc = write_file(world, desc, line, (size_t)len);
	free(line);
	return rc;
}

/*
 * Of several numbers the kernel sets those before the one that it refuses
 * (kernel/sysctl.c:__do_proc_dointvec()).
 *
 * Return: whether it is as it was.
 */
static bool put_back(const struct fix_world *world,
                     const struct sysctl_desc *desc, const char *old,
                     size_t old_len)
{
	char *now;
	size_t len;
	bool same;

	if (sysctl_read_bytes(world->root_fd, desc, &now, &len))
		return false;
	same = len == old_len && !memcmp(now, old, len);
	free(now);
	return same || !write_file(world, desc, old, old_len);
}

/* --- the act ---------------------------------------------------------------
 */

static int try_file(struct fix_world *world, const struct fix_step *step,
                    struct err *err)
{
	const struct sysctl_desc *desc = desc_of(step, err);
	int fd;
	int rc;

	if (!desc)
		return -EINVAL;
	rc = fix_world_enter(world, &step->place, err);
	if (rc)
		return rc;
	fd = open_file(world, desc, 0);
	if (fd < 0)
		return fail_file(desc, fd, step->to, err);
	(void)close(fd);
	return 0;
}

static void permit(struct fix_world *world, struct fix_step *step)
{
	struct err err = { 0 };

	if (try_file(world, step, &err))
		fix_step_skip(step, &err);
}

static bool shows(const struct sysctl_desc *desc, const char *text,
                  const char *bytes, size_t len)
{
	struct sysctl_value value = { 0 };

	return sysctl_value_write(desc, span_of(text, strlen(text)), &value) &&
	       sysctl_value_is(desc, &value, bytes, len);
}

/* "1024\t65535\n" is shown as "1024 65535". */
static void tidy(char *bytes, size_t len)
{
	if (len && bytes[len - 1] == '\n')
		bytes[len - 1] = '\0';
	for (char *p = bytes; *p; p++) {
		if (*p == '\t')
			*p = ' ';
	}
}

/*
 * A file that is missing is what a module took along with it, unless it was
 * looked for in a namespace that has no such file, or there is no /proc/sys.
 */
static bool has_ended(const struct fix_world *world,
                      const struct sysctl_desc *desc)
{
	return desc->scope != SYSCTL_SCOPE_INIT &&
	       !faccessat(world->root_fd, "proc/sys/net", F_OK, 0);
}

static int look_here(struct fix_world *world, const struct sysctl_desc *desc,
                     const struct fix_step *step, enum fix_now *ret,
                     char **ret_text, struct err *err)
{
	struct err why = { 0 };
	char *bytes;
	size_t len;
	const int rc = sysctl_read_bytes(world->root_fd, desc, &bytes, &len);

	if (rc == -ENOENT && has_ended(world, desc)) {
		*ret = FIX_NOW_GONE;
		return 0;
	}
	if (rc) {
		(void)fail_file(desc, rc, step->from, &why);
		return fix_step_failed(step, NULL, rc, &why, err);
	}
	if (shows(desc, step->from, bytes, len))
		*ret = FIX_NOW_FROM;
	else if (shows(desc, step->to, bytes, len))
		*ret = FIX_NOW_TO;
	else
		*ret = FIX_NOW_OTHER;
	tidy(bytes, len);
	*ret_text = bytes;
	return 0;
}

static int look(struct fix_world *world, const struct fix_step *step,
                enum fix_now *ret, char **ret_text, struct err *err)
{
	const struct sysctl_desc *desc = desc_of(step, err);
	struct err why = { 0 };
	int rc;

	*ret_text = NULL;
	if (!desc)
		return -EINVAL;
	rc = fix_world_enter(world, &step->place, &why);
	return rc ? fix_look_failed(step, rc, &why, ret, err)
	          : look_here(world, desc, step, ret, ret_text, err);
}

/* All of @value, or it stays as it is. */
static int set_here(struct fix_world *world, const struct sysctl_desc *desc,
                    const char *value, struct err *err)
{
	size_t len;
	char *old;
	int rc;

	rc = sysctl_read_bytes(world->root_fd, desc, &old, &len);
	if (rc)
		return fail_file(desc, rc, value, err);
	rc = write_value(world, desc, value);
	if (rc && !put_back(world, desc, old, len))
		(void)err_set(err, rc, "%s, and a part of it stays",
		              reason_of(desc, rc));
	else if (rc)
		(void)fail_file(desc, rc, value, err);
	free(old);
	return rc;
}

static int set(struct fix_world *world, const struct fix_step *step,
               const char *value, struct err *err)
{
	struct err why = { 0 };
	const struct sysctl_desc *desc = desc_of(step, err);
	int rc;

	if (!desc)
		return -EINVAL;
	rc = fix_world_enter(world, &step->place, &why);
	if (!rc)
		rc = set_here(world, desc, value, &why);
	return rc ? fix_step_failed(step, value, rc, &why, err) : 0;
}

const struct fix_act fix_act_sysctl = {
	.permit = permit,
	.look = look,
	.set = set,
};
