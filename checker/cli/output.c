// SPDX-License-Identifier: GPL-2.0-or-later
/* output - see output.h. */
#include "checker/cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/base/err.h"

bool output_guard(void)
{
	const bool was_open = fcntl(STDOUT_FILENO, F_GETFD) >= 0;

	/* open() takes the lowest that is free: a closed one of the three */
	for (int fd = 0; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			(void)open("/dev/null", O_RDWR);
	}
	(void)signal(SIGPIPE, SIG_IGN);
	return was_open;
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
static int wait_writable(void)
{
	struct pollfd fd = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return poll(&fd, 1, -1) < 0 && errno != EINTR ? -errno : 0;
}

static int write_all(const char *text, size_t size)
{
	int rc = 0;

	while (!rc && size) {
		const ssize_t n = write(STDOUT_FILENO, text, size);

		if (n >= 0) {
			text += n;
			size -= (size_t)n;
		} else if (errno == EAGAIN) {
			rc = wait_writable();
		} else if (errno != EINTR) {
			rc = -errno;
		}
	}
	return rc;
}

int output_close(struct output *output, bool show, struct err *err)
{
	int rc = 0;

	if (fclose(output->stream))
		rc = err_set(err, -ENOMEM,
		             "cannot keep the report in memory: %s",
		             strerror(errno));
	if (!rc && show)
		rc = write_all(output->text, output->size);
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
