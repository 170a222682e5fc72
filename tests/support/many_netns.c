// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * many_netns COUNT PORTS - so many network namespaces, each of a process of
 * its own, "pod0", "pod1" and so on, which listens on 0.0.0.0 ports 1001 to
 * 1000 + PORTS with a backlog of 5 and never accepts
 *
 * Says "ready", and stays until it is killed; the processes end with it.
 */
#include <err.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static void listen_on(uint16_t port)
{
	const struct sockaddr_in address = { .sin_family = AF_INET,
		                             .sin_port = htons(port) };
	const int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 ||
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)) ||
	    listen(fd, 5))
		err(1, "port %u", port);
}

static void live(int number, int ports, int ready_fd)
{
	char name[16];

	(void)snprintf(name, sizeof(name), "pod%d", number);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || prctl(PR_SET_NAME, name) ||
	    unshare(CLONE_NEWNET))
		err(1, "%s", name);
	for (int i = 1; i <= ports; i++)
		listen_on((uint16_t)(1000 + i));
	if (write(ready_fd, "r", 1) != 1)
		err(1, "write");
	(void)close(ready_fd);
	for (;;)
		(void)pause();
}

int main(int argc, char **argv)
{
	const int count = argc == 3 ? atoi(argv[1]) : 0;
	const int ports = argc == 3 ? atoi(argv[2]) : 0;
	int ready[2];
	char byte;

	if (count < 1 || ports < 0 || ports > 60000)
		errx(2, "usage: many_netns COUNT PORTS");
	if (pipe(ready))
		err(1, "pipe");
	for (int i = 0; i < count; i++) {
		const pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (!pid)
			live(i, ports, ready[1]);
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
