// SPDX-License-Identifier: GPL-2.0-or-later
/* control - see control.h. */
#include "probes/load/control.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probes/load/clock.h"

void control_init(struct control *control, int fd)
{
	control->fd = fd;
	control->code = 0;
	control->max_line = WIRE_LINE_MAX;
	control->n = 0;
}

void control_close(struct control *control)
{
	if (control->fd >= 0)
		(void)close(control->fd);
	control->fd = -1;
	if (!control->code)
		control->code = -ENOTCONN;
}

static int broke(struct control *control, int code)
{
	if (!control->code)
		control->code = code;
	return control->code;
}

/* Return: 0 when it can be written to, else negative errno. */
static int wait_writable(const struct control *control, uint64_t until_ns)
{
	struct pollfd fd = { .fd = control->fd, .events = POLLOUT };
	const int timeout_ms = clock_timeout_ms(until_ns, INT32_MAX);

	if (!timeout_ms)
		return -ETIMEDOUT;
	return poll(&fd, 1, timeout_ms) < 0 && errno != EINTR ? -errno : 0;
}

int control_relay(struct control *control, const char *lines, size_t len,
                  int most_ms)
{
	const uint64_t until_ns = clock_ns() + (uint64_t)most_ms * NS_PER_MS;
	int rc = control->code;

	while (!rc && len) {
		const ssize_t n = send(control->fd, lines, len,
		                       MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n >= 0) {
			lines += n;
			len -= (size_t)n;
		} else if (errno == EAGAIN) {
			rc = wait_writable(control, until_ns);
		} else if (errno != EINTR) {
			rc = -errno;
		}
	}
	return rc ? broke(control, rc) : 0;
}

int control_send(struct control *control, const struct wire_message *message,
                 int most_ms)
{
	char line[WIRE_LINE_MAX];
	size_t len;
	int rc;

	rc = wire_encode(message, line, &len);
	return rc ? rc : control_relay(control, line, len, most_ms);
}

/* Return: 1, 0: no whole line yet, or negative errno. */
static int take_line(struct control *control, struct wire_message *ret)
{
	const char *end = memchr(control->in, '\n', control->n);
	size_t len;
	int rc;

	if (!end)
		return control->n < control->max_line ? 0
		                                      : broke(control, -EPROTO);
	len = (size_t)(end - control->in);
	rc = len < control->max_line ? wire_decode(control->in, len, ret)
	                             : -EPROTO;
	control->n -= len + 1;
	(void)memmove(control->in, end + 1, control->n);
	return rc ? broke(control, rc) : 1;
}

/* Return: bytes that came, 0: none; negative errno. */
static ssize_t fill(struct control *control)
{
	const ssize_t n = recv(control->fd, control->in + control->n,
	                       control->max_line - control->n, MSG_DONTWAIT);

	if (n > 0)
		control->n += (size_t)n;
	else if (!n)
		return broke(control, -EPIPE);
	else if (errno != EAGAIN && errno != EINTR)
		return broke(control, -errno);
	return n > 0 ? n : 0;
}

/* What has come is read to its end, though the connection broke then. */
int control_take(struct control *control, struct wire_message *ret)
{
	for (;;) {
		const int rc = take_line(control, ret);
		ssize_t n;

		if (rc)
			return rc;
		if (control->code)
			return control->code;
		n = fill(control);
		if (n <= 0)
			return (int)n;
	}
}

int control_wait(struct control *control, struct wire_message *ret, int most_ms,
                 int stop_fd)
{
	const uint64_t until_ns = clock_ns() + (uint64_t)most_ms * NS_PER_MS;

	for (;;) {
		struct pollfd fds[] = {
			{ .fd = control->fd, .events = POLLIN },
			{ .fd = stop_fd, .events = POLLIN },
		};
		const int rc = control_take(control, ret);
		const int timeout_ms = clock_timeout_ms(until_ns, most_ms);

		if (rc)
			return rc < 0 ? rc : 0;
		if (!timeout_ms)
			return -ETIMEDOUT;
		(void)poll(fds, 2, timeout_ms);
		if (fds[1].revents)
			return -EINTR;
	}
}
