// SPDX-License-Identifier: GPL-2.0-or-later
/* scene - see scene.h. Whatever should not fail ends the program. */
#include "tests/host/incidents/scene.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static struct noted {
	const char *phase;
	int error;
	size_t count;
} noted[32];
static size_t n_noted;

static struct told {
	const char *cause;
	uint16_t port;
	pid_t pid;
	size_t count;
} told[8];
static size_t n_told;
static size_t all_delayed, all_hung;

static uint64_t now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

void wait_ms(int ms)
{
	(void)poll(NULL, 0, ms);
}

void tell(const struct scene *scene)
{
	(void)send(scene->other, "", 1, MSG_NOSIGNAL);
}

bool hear(const struct scene *scene)
{
	char byte;

	return recv(scene->other, &byte, 1, 0) == 1;
}

void set_option(int fd, int level, int name, int value)
{
	if (setsockopt(fd, level, name, &value, sizeof(value)))
		err(1, "socket option %d of level %d", name, level);
}

void set_linger_zero(int fd)
{
	const struct linger linger = { .l_onoff = 1 };

	if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)))
		err(1, "SO_LINGER");
}

void nonblocking(int fd)
{
	if (fcntl(fd, F_SETFL, O_NONBLOCK))
		err(1, "O_NONBLOCK");
}

static struct sockaddr_in at(uint32_t address, uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(address),
	};
}

/* --- the server --- */

int listen_on(uint32_t address, uint16_t port, int backlog)
{
	const struct sockaddr_in where = at(address, port);
	const int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		err(1, "socket");
	set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	if (bind(fd, (const struct sockaddr *)&where, sizeof(where)) ||
	    listen(fd, backlog))
		err(1, "listening on port %u", port);
	return fd;
}

void accept_many(struct scene *scene, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const int fd = accept(scene->listener, NULL, NULL);

		if (fd < 0)
			err(1, "accept");
		scene->accepted[scene->n_accepted++] = fd;
	}
}

void read_accepted(const struct scene *scene, size_t bytes)
{
	char buffer[65536];

	for (size_t i = 0; i < scene->n_accepted; i++) {
		for (size_t left = bytes; left;) {
			const ssize_t n = recv(scene->accepted[i], buffer,
			                       sizeof(buffer), 0);

			if (n <= 0)
				break;
			left -= (size_t)n < left ? (size_t)n : left;
		}
	}
}

void close_accepted(struct scene *scene)
{
	for (size_t i = 0; i < scene->n_accepted; i++)
		(void)close(scene->accepted[i]);
	scene->n_accepted = 0;
}

void drain(int listener)
{
	char buffer[4096];
	int fd;

	nonblocking(listener);
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		nonblocking(fd);
		while (recv(fd, buffer, sizeof(buffer), 0) > 0)
			;
		(void)close(fd);
	}
	(void)close(listener);
}

/* One connection that has something: its bytes are answered with as many. */
static bool echo(int fd)
{
	char buffer[4096];
	const ssize_t n = recv(fd, buffer, sizeof(buffer), 0);

	return n > 0 && send(fd, buffer, (size_t)n, MSG_NOSIGNAL) == n;
}

void serve_echo_on(struct scene *scene, const int *listeners, size_t count)
{
	struct pollfd watched[CROWD_MAX + 8];
	const size_t first = 1 + count;
	size_t n = first;

	watched[0] = (struct pollfd){ .fd = scene->other, .events = POLLIN };
	for (size_t i = 0; i < count; i++) {
		nonblocking(listeners[i]);
		watched[1 + i].fd = listeners[i];
		watched[1 + i].events = POLLIN;
	}
	while (poll(watched, n, -1) > 0 && !watched[0].revents) {
		for (size_t i = first; i < n; i++) {
			if (watched[i].revents && !echo(watched[i].fd)) {
				(void)close(watched[i].fd);
				watched[i--] = watched[--n];
			}
		}
		for (size_t i = 0; i < count; i++) {
			int fd;

			while ((fd = accept(listeners[i], NULL, NULL)) >= 0) {
				if (n == CROWD_MAX + 8)
					errx(1, "too many connections");
				watched[n++] =
					(struct pollfd){ .fd = fd,
					                 .events = POLLIN };
			}
		}
	}
	/* Whose other end was lost gets no answer to his FIN, not even a reset:
	   the play is over. */
	while (n > first) {
		set_option(watched[--n].fd, IPPROTO_IP, IP_TOS,
		           MARK_BLACK_HOLE);
		(void)close(watched[n].fd);
	}
}

void serve_echo(struct scene *scene)
{
	serve_echo_on(scene, &scene->listener, 1);
}

void serve_late(struct scene *scene)
{
	if (hear(scene))
		serve_echo(scene);
}

/* --- the clients --- */

int start(struct crowd *crowd, uint32_t address, uint16_t port, enum mark mark)
{
	const struct sockaddr_in where = at(address, port);
	struct client *client = &crowd->client[crowd->n++];

	*client = (struct client){ 0 };
	client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (client->fd < 0)
		err(1, "socket");
	if (mark)
		set_option(client->fd, IPPROTO_IP, IP_TOS, (int)mark);
	if (connect(client->fd, (const struct sockaddr *)&where,
	            sizeof(where)) &&
	    errno != EINPROGRESS) {
		note_error("connect", errno);
		client->state = CLIENT_FAILED;
	}
	return client->fd;
}

void start_many(struct crowd *crowd, size_t count, uint16_t port,
                enum mark mark)
{
	for (size_t i = 0; i < count; i++)
		(void)start(crowd, HERE, port, mark);
}

static void connected(struct crowd *crowd, struct client *client)
{
	struct tcp_info info = { 0 };
	socklen_t info_length = sizeof(info);
	int error = 0;
	socklen_t length = sizeof(error);

	if (getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &error, &length) ||
	    getsockopt(client->fd, IPPROTO_TCP, TCP_INFO, &info, &info_length))
		err(1, "getsockopt");
	client->state = error ? CLIENT_FAILED : CLIENT_OPEN;
	if (error) {
		note_error("connect", error);
	} else if (info.tcpi_total_retrans) {
		crowd->delayed++;
		all_delayed++;
	}
}

/*
 * Every client in state @state is handed to @done when it has @events, until
 * none is left or the time is over. Returns how many are left.
 */
static size_t each(struct crowd *crowd, enum client_state state, short events,
                   int timeout_ms,
                   bool (*done)(struct crowd *crowd, struct client *client))
{
	const uint64_t end_ns = now_ns() + (uint64_t)timeout_ms * 1000000U;
	bool is_done[CROWD_MAX] = { 0 };

	for (;;) {
		struct pollfd watched[CROWD_MAX];
		size_t left = 0;
		const uint64_t now = now_ns();

		for (size_t i = 0; i < crowd->n; i++) {
			const bool waits = !is_done[i] &&
			                   crowd->client[i].state == state &&
			                   crowd->client[i].fd >= 0;

			watched[i] = (struct pollfd){
				.fd = waits ? crowd->client[i].fd : -1,
				.events = events,
			};
			left += waits;
		}
		if (!left || now >= end_ns)
			return left;
		(void)poll(watched, crowd->n,
		           (int)((end_ns - now) / 1000000U) + 1);
		for (size_t i = 0; i < crowd->n; i++) {
			if (watched[i].revents)
				is_done[i] = done(crowd, &crowd->client[i]);
		}
	}
}

static bool has_connected(struct crowd *crowd, struct client *client)
{
	connected(crowd, client);
	return true;
}

void settle(struct crowd *crowd, int timeout_ms)
{
	const size_t left = each(crowd, CLIENT_CONNECTING, POLLOUT, timeout_ms,
	                         has_connected);

	crowd->hung += left;
	all_hung += left;
}

void mark_all(const struct crowd *crowd, enum mark mark)
{
	for (size_t i = 0; i < crowd->n; i++) {
		if (crowd->client[i].state == CLIENT_OPEN)
			set_option(crowd->client[i].fd, IPPROTO_IP, IP_TOS,
			           (int)mark);
	}
}

void write_all(struct crowd *crowd, size_t bytes)
{
	static char nothing[1U << 20];

	if (bytes > sizeof(nothing))
		errx(1, "%zu bytes are too many", bytes);
	for (size_t i = 0; i < crowd->n; i++) {
		struct client *client = &crowd->client[i];

		if (client->state != CLIENT_OPEN)
			continue;
		if (send(client->fd, nothing, bytes, MSG_NOSIGNAL) < 0) {
			note_error("write", errno);
			client->state = CLIENT_FAILED;
		}
	}
}

/* A byte, the end or an error: each of them is an answer. */
static bool has_answer(struct crowd *crowd, struct client *client)
{
	char buffer[65536];

	(void)crowd;
	if (recv(client->fd, buffer, sizeof(buffer), 0) < 0) {
		note_error("read", errno);
		client->state = CLIENT_FAILED;
	}
	return true;
}

/* An end is acknowledged at once, not some time later. */
static bool has_ended(struct crowd *crowd, struct client *client)
{
	char buffer[65536];
	const ssize_t n = recv(client->fd, buffer, sizeof(buffer), 0);

	(void)crowd;
	if (n < 0) {
		note_error("read", errno);
		client->state = CLIENT_FAILED;
	} else if (!n) {
		set_option(client->fd, IPPROTO_TCP, TCP_QUICKACK, 1);
	}
	return n <= 0;
}

void read_all(struct crowd *crowd, int timeout_ms)
{
	const size_t left =
		each(crowd, CLIENT_OPEN, POLLIN, timeout_ms, has_answer);

	crowd->hung += left;
	all_hung += left;
}

void read_ends(struct crowd *crowd, int timeout_ms)
{
	const size_t left =
		each(crowd, CLIENT_OPEN, POLLIN, timeout_ms, has_ended);

	crowd->hung += left;
	all_hung += left;
}

void exchange(struct crowd *crowd)
{
	write_all(crowd, 1);
	read_all(crowd, 10000);
}

void close_all(struct crowd *crowd)
{
	for (size_t i = 0; i < crowd->n; i++) {
		if (crowd->client[i].fd >= 0)
			(void)close(crowd->client[i].fd);
		crowd->client[i].fd = -1;
	}
}

void reset_all(struct crowd *crowd)
{
	for (size_t i = 0; i < crowd->n; i++) {
		if (crowd->client[i].fd >= 0)
			set_linger_zero(crowd->client[i].fd);
	}
	close_all(crowd);
}

void abandon_all(struct crowd *crowd)
{
	mark_all(crowd, MARK_BLACK_HOLE);
	close_all(crowd);
}

/* --- the truth --- */

void note_error(const char *phase, int error)
{
	for (size_t i = 0; i < n_noted; i++) {
		if (noted[i].error == error && !strcmp(noted[i].phase, phase)) {
			noted[i].count++;
			return;
		}
	}
	if (n_noted == sizeof(noted) / sizeof(*noted))
		errx(1, "too many kinds of errors");
	noted[n_noted++] = (struct noted){ phase, error, 1 };
}

size_t errors(const char *phase, int error)
{
	size_t sum = 0;

	for (size_t i = 0; i < n_noted; i++) {
		if (!strcmp(noted[i].phase, phase) &&
		    (!error || noted[i].error == error))
			sum += noted[i].count;
	}
	return sum;
}

void truth(const char *cause, uint16_t port, pid_t pid, size_t count)
{
	if (n_told == sizeof(told) / sizeof(*told))
		errx(1, "too many truths");
	told[n_told++] = (struct told){ cause, port, pid, count };
}

void print_truth(const struct scene *scene)
{
	printf("{\"scenario\":\"%s\",\"delayed\":%zu,\"hung\":%zu,\"errors\":[",
	       scene->row->name, all_delayed, all_hung);
	for (size_t i = 0; i < n_noted; i++)
		printf("%s[\"%s\",\"%s\",%zu]", i ? "," : "", noted[i].phase,
		       strerrorname_np(noted[i].error), noted[i].count);
	printf("],\"causes\":[");
	for (size_t i = 0; i < n_told; i++)
		printf("%s{\"cause\":\"%s\",\"port\":%u,\"pid\":%d,\"count\":%zu}",
		       i ? "," : "", told[i].cause, told[i].port,
		       (int)told[i].pid, told[i].count);
	puts("]}");
}

void ask_assistant(const struct scene *scene, const char *what)
{
	struct sockaddr_un where = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	const int length =
		snprintf(where.sun_path + 1, sizeof(where.sun_path) - 1,
	                 "incident-%u", scene->port);
	char answer;

	if (fd < 0 ||
	    connect(fd, (const struct sockaddr *)&where,
	            (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
	                        (size_t)length)) ||
	    send(fd, what, strlen(what), MSG_NOSIGNAL) < 0 ||
	    recv(fd, &answer, 1, 0) != 1)
		err(1, "the assistant for port %u", scene->port);
	(void)close(fd);
}
