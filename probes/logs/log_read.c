// SPDX-License-Identifier: GPL-2.0-or-later
/* log_read - see log.h: the file. */
#include "probes/logs/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/base/text.h"

#define PIECE 65536
#define NAME_MAX_SHOWN 128

static int feed_all(struct log_reader *reader, int fd, struct err *err)
{
	char piece[PIECE];
	ssize_t n;
	int rc = 0;

	do {
		do
			n = read(fd, piece, sizeof(piece));
		while (n < 0 && errno == EINTR);
		if (n > 0)
			rc = log_feed(reader, piece, (size_t)n, err);
	} while (!rc && n > 0);
	return n < 0 ? -errno : rc;
}

static int read_fd(int fd, struct log_sum *ret, struct err *err)
{
	struct log_reader *reader = log_new();
	int rc = reader ? feed_all(reader, fd, err) : -ENOMEM;

	if (!rc)
		rc = log_end(reader, ret, err);
	log_free(reader);
	return rc;
}

int log_read(const char *path, struct log_sum *ret, struct err *err)
{
	const bool is_stdin = !strcmp(path, "-");
	const int fd = is_stdin ? STDIN_FILENO
	                        : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct err why = { 0 };
	char name[NAME_MAX_SHOWN];
	const int rc = fd < 0 ? -errno : read_fd(fd, ret, &why);

	if (!is_stdin && fd >= 0)
		(void)close(fd);
	if (!rc)
		return 0;
	(void)text_escape(name, sizeof(name), path, strlen(path));
	err_hint(err, "%s",
	         why.code ? why.hint : "name a log of iperf 2 or iperf3");
	return err_set(err, rc, "cannot sum up %s: %s",
	               is_stdin ? "standard input" : name,
	               why.code ? why.what : strerror(-rc));
}
