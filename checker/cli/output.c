// SPDX-License-Identifier: GPL-2.0-or-later
/* output - see output.h. */
#include "checker/cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/base/text.h"

/* What SIGPIPE did when we were started. */
static void (*pipe_before)(int);

bool output_guard(void)
{
	const bool was_open = fcntl(STDOUT_FILENO, F_GETFD) >= 0;

	/* open() takes the lowest that is free: a closed one of the three */
	for (int fd = 0; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			(void)open("/dev/null", O_RDWR | O_CLOEXEC);
	}
	pipe_before = signal(SIGPIPE, SIG_IGN);
	return was_open;
}

void output_unguard(void)
{
	(void)signal(SIGPIPE, pipe_before);
}

int output_open(struct output *output, struct err *err)
{
	*output = (struct output){ 0 };
	output->stream = open_memstream(&output->text, &output->size);
	if (!output->stream)
		return err_set(err, -errno,
		               "cannot keep the report in memory: %s",
		               strerror(errno));
	return 0;
}

/* stdout may be shared with somebody who made it not block. */
static int wait_writable(int to)
{
	struct pollfd fd = { .fd = to, .events = POLLOUT };

	return poll(&fd, 1, -1) < 0 && errno != EINTR ? -errno : 0;
}

static int write_all(int to, const char *text, size_t size)
{
	int rc = 0;

	while (!rc && size) {
		const ssize_t n = write(to, text, size);

		if (n >= 0) {
			text += n;
			size -= (size_t)n;
		} else if (errno == EAGAIN) {
			rc = wait_writable(to);
		} else if (errno != EINTR) {
			rc = -errno;
		}
	}
	return rc;
}

static int write_and_close(int to, const char *text, size_t size)
{
	int rc = write_all(to, text, size);

	/* What cannot be synchronised is no file on a disk. */
	if (!rc && fsync(to) && errno != EINVAL && errno != EROFS)
		rc = -errno;
	if (close(to) && !rc)
		rc = -errno;
	return rc;
}

static int write_to(const char *path, const char *text, size_t size)
{
	const int to = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);

	return to < 0 ? -errno : write_and_close(to, text, size);
}

/* Beside the file, so that rename() can put it in place. */
static int replace_file(const char *path, const char *text, size_t size)
{
	char *beside;
	mode_t mask;
	int rc;
	int to;

	if (asprintf(&beside, "%s.XXXXXX", path) < 0)
		return -ENOMEM;
	to = mkostemp(beside, O_CLOEXEC);
	if (to < 0) {
		rc = -errno;
		free(beside);
		return rc;
	}
	mask = umask(0);
	(void)umask(mask);
	(void)fchmod(to, 0666 & ~mask);
	rc = write_and_close(to, text, size);
	if (!rc && rename(beside, path))
		rc = -errno;
	if (rc)
		(void)unlink(beside);
	free(beside);
	return rc;
}

int output_file(const char *path, const char *text, size_t size,
                struct err *err)
{
	/* A link stays one: what it leads to is replaced. */
	char *real = realpath(path, NULL);
	char shown[128];
	struct stat info;
	int rc;

	if (real && !stat(real, &info) && !S_ISREG(info.st_mode))
		rc = write_to(real, text, size);
	else
		rc = replace_file(real ? real : path, text, size);
	free(real);
	if (!rc)
		return 0;
	(void)text_escape(shown, sizeof(shown), path, strlen(path));
	err_hint(err,
	         rc == -ENOSPC || rc == -EDQUOT
	                 ? "make room, or name a file on another disk"
	                 : "name a file in a folder that you may write to");
	return err_set(err, rc, "cannot write %s: %s", shown, strerror(-rc));
}

int output_close(struct output *output, bool show, struct err *err)
{
	int rc = 0;

	if (fclose(output->stream))
		rc = err_set(err, -ENOMEM,
		             "cannot keep the report in memory: %s",
		             strerror(errno));
	if (!rc && show)
		rc = write_all(STDOUT_FILENO, output->text, output->size);
	/* close() is where a network file system tells of a full disk. */
	if (!rc && show && close(STDOUT_FILENO))
		rc = -errno;
	free(output->text);
	if (rc == -EPIPE)
		return 0;
	if (rc)
		(void)err_set(err, rc, "cannot write the report to stdout: %s",
		              strerror(-rc));
	return rc;
}
