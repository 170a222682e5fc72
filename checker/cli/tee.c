// SPDX-License-Identifier: GPL-2.0-or-later
/* tee - see tee.h. */
#include "checker/cli/tee.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/logs/log.h"
#include "probes/observe/observed.h"

#define PIECE 65536

/* For the readers of our output to take what is in the pipes. */
#define ANSWER_MS 2000

/* How a stream's reading ended; the copier's answer is one. */
struct reading {
	int rc;       /* of log_end() */
	bool is_over; /* nobody writes any more */
	struct log_sum sum;
};

/* ---- reading ---- */

struct reader {
	struct log_reader *log; /* NULL: what comes is not looked at */
	int rc;                 /* why not */
};

static void reader_feed(struct reader *reader, const char *bytes, size_t n)
{
	if (!reader->log)
		return;
	reader->rc = log_feed(reader->log, bytes, n, NULL);
	if (!reader->rc)
		return;
	log_free(reader->log);
	reader->log = NULL;
}

static struct reader reader_open(void)
{
	struct reader reader = { .log = log_new() };

	reader.rc = reader.log ? 0 : -ENOMEM;
	return reader;
}

static void reader_end(struct reader *reader, struct reading *ret)
{
	ret->rc =
		reader->rc ? reader->rc : log_end(reader->log, &ret->sum, NULL);
	log_free(reader->log);
	reader->log = NULL;
	reader->rc = -EALREADY;
}

/* ---- the copier, a process ---- */

enum { IN = 0, OUT = 1, ASKED = 2 };

/* Return: false: nobody reads it any more. */
static bool put_all(const char *bytes, size_t n)
{
	while (n) {
		struct pollfd out = { .fd = OUT, .events = POLLOUT };
		const ssize_t put = write(OUT, bytes, n);

		if (put > 0) {
			bytes += put;
			n -= (size_t)put;
		} else if (errno == EAGAIN) {
			(void)poll(&out, 1, -1);
		} else if (errno != EINTR) {
			return false;
		}
	}
	return true;
}

static void answer(struct reader *reader, bool is_over)
{
	struct reading reading = { .is_over = is_over };

	reader_end(reader, &reading);
	(void)send(ASKED, &reading, sizeof(reading), MSG_NOSIGNAL);
	(void)close(ASKED);
}

/* Bytes that were written before we were asked for the answer. */
static size_t n_before(void)
{
	int n = 0;

	return ioctl(IN, FIONREAD, &n) || n < 0 ? 0 : (size_t)n;
}

/* Return: false: that was all, or there is nobody to copy it to. */
static bool copy_piece(struct reader *reader, size_t *left)
{
	char piece[PIECE];
	const ssize_t n = read(IN, piece, sizeof(piece));

	if (n < 0)
		return errno == EINTR;
	if (!n || !put_all(piece, (size_t)n))
		return false;
	reader_feed(reader, piece, (size_t)n);
	*left -= (size_t)n < *left ? (size_t)n : *left;
	return true;
}

static void copy(void)
{
	struct reader reader = reader_open();
	struct pollfd fds[] = {
		{ .fd = IN, .events = POLLIN },
		{ .fd = ASKED, .events = POLLIN },
	};
	bool is_asked = false;
	size_t left = 0;

	for (;;) {
		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[1].revents) {
			fds[1].fd = -1;
			is_asked = true;
			left = n_before();
		}
		if (fds[0].revents && !copy_piece(&reader, &left))
			break;
		if (is_asked && !left) {
			answer(&reader, false);
			is_asked = false;
		}
	}
	/* who writes on is told as it would have been */
	(void)close(IN);
	if (fds[1].fd >= 0 || is_asked)
		answer(&reader, true);
}

/* close_range() came with Linux 5.9; we have not nearly so many. */
static void close_others(void)
{
	if (!close_range(3, UINT32_MAX, 0))
		return;
	for (int fd = 3; fd < 1024; fd++)
		(void)close(fd);
}

/* It has its descriptors and no other: locks end when we do. */
static void become_copier(int in, int out, int asked)
{
	static const int ignored[] = { SIGINT, SIGQUIT, SIGHUP, SIGTERM,
		                       SIGPIPE };
	const int kept[] = { fcntl(in, F_DUPFD, 10), fcntl(out, F_DUPFD, 10),
		             fcntl(asked, F_DUPFD, 10) };

	for (int i = 0; i < 3; i++) {
		if (kept[i] < 0 || dup2(kept[i], i) < 0)
			_exit(1);
	}
	close_others();
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		(void)signal(ignored[i], SIG_IGN);
	(void)prctl(PR_SET_NAME, "kiloflow-tee");
	copy();
	_exit(0);
}

/* ---- beginning ---- */

static void begin_copying(struct tee_stream *stream, const int in[2],
                          const int asked[2])
{
	stream->copier = fork();
	if (!stream->copier)
		become_copier(in[0], stream->fd, asked[1]);
	(void)close(in[0]);
	(void)close(asked[1]);
	if (stream->copier < 0) {
		(void)close(in[1]);
		(void)close(asked[0]);
		return;
	}
	stream->how = TEE_PIPE;
	stream->end = in[1];
	stream->source = asked[0];
}

static void open_pipe(struct tee_stream *stream)
{
	int in[2];
	int asked[2];

	if (pipe2(in, O_CLOEXEC))
		return;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, asked)) {
		(void)close(in[0]);
		(void)close(in[1]);
		return;
	}
	begin_copying(stream, in, asked);
}

/* Where the next byte goes that is written to it. */
static off_t position(int fd)
{
	struct stat at;

	if (fcntl(fd, F_GETFL) & O_APPEND)
		return fstat(fd, &at) ? -1 : at.st_size;
	return lseek(fd, 0, SEEK_CUR);
}

static void open_file(struct tee_stream *stream)
{
	char path[32];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", stream->fd);
	stream->begin = position(stream->fd);
	stream->source = open(path, O_RDONLY | O_CLOEXEC);
	if (stream->begin >= 0 && stream->source >= 0)
		stream->how = TEE_FILE;
}

static bool is_written(int fd)
{
	const int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && (flags & O_ACCMODE) != O_RDONLY;
}

void tee_open(struct tee *tee)
{
	struct stat at[2] = { 0 };

	for (int i = 0; i < 2; i++) {
		struct tee_stream *stream = &tee->stream[i];

		*stream = (struct tee_stream){
			.fd = i + 1, .end = -1, .source = -1, .copier = -1
		};
		if (!is_written(stream->fd) || fstat(stream->fd, &at[i]))
			continue;
		if (i && tee->stream[0].how != TEE_NOT &&
		    at[0].st_dev == at[1].st_dev &&
		    at[0].st_ino == at[1].st_ino) {
			stream->how = TEE_SAME;
			stream->end = tee->stream[0].end;
		} else if (S_ISREG(at[i].st_mode)) {
			open_file(stream);
		} else if (S_ISFIFO(at[i].st_mode)) {
			open_pipe(stream);
		}
	}
}

void tee_began(struct tee *tee)
{
	for (int i = 0; i < 2; i++) {
		struct tee_stream *stream = &tee->stream[i];

		if (stream->how == TEE_PIPE)
			(void)close(stream->end);
		stream->end = -1;
	}
}

/* ---- the end ---- */

static void ask(struct tee_stream *stream, struct reading *ret)
{
	struct pollfd told = { .fd = stream->source, .events = POLLIN };

	(void)shutdown(stream->source, SHUT_WR);
	ret->rc = -ETIMEDOUT;
	if (poll(&told, 1, ANSWER_MS) > 0 &&
	    recv(stream->source, ret, sizeof(*ret), 0) != sizeof(*ret))
		ret->rc = -EPIPE;
	if (ret->is_over)
		(void)waitpid(stream->copier, NULL, 0);
}

static void read_file(const struct tee_stream *stream, off_t end,
                      struct reading *ret)
{
	struct reader reader = reader_open();
	char piece[PIECE];
	off_t at = stream->begin;

	while (at < end && reader.log) {
		const size_t left = (size_t)(end - at);
		const ssize_t n =
			pread(stream->source, piece,
		              left < sizeof(piece) ? left : sizeof(piece), at);

		if (n <= 0)
			break;
		reader_feed(&reader, piece, (size_t)n);
		at += n;
	}
	reader_end(&reader, ret);
}

static off_t end_of(const struct tee *tee, int i)
{
	off_t end = position(tee->stream[i].fd);

	if (!i && tee->stream[1].how == TEE_SAME &&
	    position(tee->stream[1].fd) > end)
		end = position(tee->stream[1].fd);
	return end;
}

void tee_finish(struct tee *tee, struct observed *ret)
{
	for (int i = 0; i < 2; i++) {
		struct tee_stream *stream = &tee->stream[i];
		struct reading reading = { .rc = 0 };

		if (stream->how == TEE_PIPE)
			ask(stream, &reading);
		else if (stream->how == TEE_FILE)
			read_file(stream, end_of(tee, i), &reading);
		else
			continue;
		observed_add_output(ret, reading.rc, &reading.sum);
	}
	tee_close(tee);
}

void tee_close(struct tee *tee)
{
	tee_began(tee);
	for (int i = 0; i < 2; i++) {
		if (tee->stream[i].source >= 0)
			(void)close(tee->stream[i].source);
		tee->stream[i].source = -1;
		tee->stream[i].how = TEE_NOT;
	}
}
