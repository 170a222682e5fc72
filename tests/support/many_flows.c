// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * many_flows LISTENERS FLOWS - so many listeners, and so many connections to
 * them over loopback, on which no byte is ever sent
 *
 * They are shared out over as few processes as RLIMIT_NOFILE allows, "flows0",
 * "flows1" and so on: number N listens on 127.1.N.1, ports 1001 and up, with a
 * backlog of 5, and holds both ends of its connections. Says "ready", and
 * stays until it is killed; the processes end with it, and their connections
 * with a reset: no TIME_WAIT is left behind.
 */
#include <err.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* Of a process, beside its sockets: also what the shares are rounded up by. */
#define OTHER_DESCRIPTORS 16

#define FIRST_PORT 1001

static struct sockaddr_in address_of(int number, int port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(0x7f010001U + (uint32_t)number * 256),
	};
}

static int tcp_socket(void)
{
	const int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		err(1, "socket");
	return fd;
}

static int listen_on(const struct sockaddr_in *address)
{
	const int fd = tcp_socket();

	if (bind(fd, (const struct sockaddr *)address, sizeof(*address)) ||
	    listen(fd, 5))
		err(1, "port %u", ntohs(address->sin_port));
	return fd;
}

static void connect_to(const struct sockaddr_in *address, int listener)
{
	const struct linger reset = { .l_onoff = 1 };
	const int fd = tcp_socket();

	if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)) ||
	    connect(fd, (const struct sockaddr *)address, sizeof(*address)))
		err(1, "connect to port %u", ntohs(address->sin_port));
	if (accept(listener, NULL, NULL) < 0)
		err(1, "accept");
}

static void open_all(int number, int n_listeners, int n_flows)
{
	int *listeners = calloc((size_t)n_listeners, sizeof(*listeners));

	if (!listeners)
		err(1, "calloc");
	for (int i = 0; i < n_listeners; i++) {
		const struct sockaddr_in address =
			address_of(number, FIRST_PORT + i);

		listeners[i] = listen_on(&address);
	}
	for (int i = 0; i < n_flows; i++) {
		const int to = i % n_listeners;
		const struct sockaddr_in address =
			address_of(number, FIRST_PORT + to);

		connect_to(&address, listeners[to]);
	}
	free(listeners);
}

static void live(int number, int n_listeners, int n_flows, int ready_fd)
{
	char name[16];

	(void)snprintf(name, sizeof(name), "flows%d", number);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || prctl(PR_SET_NAME, name))
		err(1, "%s", name);
	open_all(number, n_listeners, n_flows);
	if (write(ready_fd, "r", 1) != 1)
		err(1, "write");
	(void)close(ready_fd);
	for (;;)
		(void)pause();
}

/* Of @all things, what process @number of @count gets. */
static int share(int all, int count, int number)
{
	return all / count + (number < all % count);
}

static int processes_for(int n_listeners, int n_flows)
{
	const rlim_t sockets = (rlim_t)n_listeners + 2 * (rlim_t)n_flows;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		err(1, "getrlimit");
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		err(1, "setrlimit");
	if (limit.rlim_cur <= OTHER_DESCRIPTORS)
		errx(1, "RLIMIT_NOFILE is %ju", (uintmax_t)limit.rlim_cur);
	return (int)(sockets / (limit.rlim_cur - OTHER_DESCRIPTORS)) + 1;
}

int main(int argc, char **argv)
{
	const int n_listeners = argc == 3 ? atoi(argv[1]) : 0;
	const int n_flows = argc == 3 ? atoi(argv[2]) : -1;
	int ready[2];
	int count;
	char byte;

	if (n_listeners < 1 || n_listeners > 60000 || n_flows < 0 ||
	    n_flows > 1000000)
		errx(2, "usage: many_flows LISTENERS FLOWS");
	count = processes_for(n_listeners, n_flows);
	if (count > 255 || count > n_listeners)
		errx(1, "it would take %d processes", count);
	if (pipe(ready))
		err(1, "pipe");
	for (int i = 0; i < count; i++) {
		const pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (!pid)
			live(i, share(n_listeners, count, i),
			     share(n_flows, count, i), ready[1]);
	}
	(void)close(ready[1]);
	for (int i = 0; i < count; i++) {
		if (read(ready[0], &byte, 1) != 1)
			errx(1, "one of them ended");
	}
	puts("ready");
	(void)fflush(stdout);
	for (;;)
		(void)pause();
}
