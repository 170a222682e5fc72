// SPDX-License-Identifier: GPL-2.0-or-later
/* splicer - see splicer.h. The pipe is empty between any two calls. */
#include "probes/load/splicer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/uio.h>
#include <unistd.h>

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

void splicer_close(struct splicer *splicer)
{
	close_fd(&splicer->from);
	close_fd(&splicer->to);
	close_fd(&splicer->null);
}

#define PAGE_BYTES 4096

int splicer_open(struct splicer *splicer, size_t most)
{
	int pipe_fds[2];
	int rc;

	*splicer = SPLICER_CLOSED;
	if (pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK))
		return -errno;
	splicer->from = pipe_fds[0];
	splicer->to = pipe_fds[1];
	splicer->null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (splicer->null < 0) {
		rc = -errno;
		splicer_close(splicer);
		return rc;
	}
	/*
	 * A page more, for bytes that do not begin with one. Room for less
	 * (fs.pipe-user-pages-soft) makes it slower only.
	 */
	(void)fcntl(splicer->to, F_SETPIPE_SZ, (int)(most + PAGE_BYTES));
	return 0;
}

ssize_t splicer_send(const struct splicer *splicer, int fd, const void *bytes,
                     size_t size)
{
	union {
		const void *read; /* all that the kernel does */
		void *base;
	} from = { .read = bytes };
	const struct iovec pages = { .iov_base = from.base, .iov_len = size };
	const ssize_t put = vmsplice(splicer->to, &pages, 1, SPLICE_F_NONBLOCK);
	ssize_t sent;
	int code;

	if (put < 0)
		return -1;
	sent = splice(splicer->from, NULL, fd, NULL, (size_t)put,
	              SPLICE_F_NONBLOCK);
	if (sent == put)
		return sent;
	code = errno;
	(void)splice(splicer->from, NULL, splicer->null, NULL,
	             (size_t)(put - (sent < 0 ? 0 : sent)), SPLICE_F_NONBLOCK);
	errno = code;
	return sent;
}
