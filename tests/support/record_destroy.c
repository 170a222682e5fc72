// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * record_destroy DIR - record what the kernel tells of sockets that end
 *
 * In a network namespace of its own: a flow over IPv4 that carried 1000 bytes,
 * one over IPv6, and a connect that was refused. One file a datagram, "1" and
 * up: the fixtures and fuzz seeds of destroy_parse. Needs root.
 */
#include <arpa/inet.h>
#include <err.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probes/observe/destroy.h"

#define PORT 8080
#define BYTES 1000

static void enter_namespace(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	if (unshare(CLONE_NEWNET))
		err(1, "unshare");
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (ioctl(fd, SIOCSIFFLAGS, &lo))
		err(1, "lo up");
	(void)close(fd);
}

static socklen_t loopback(int family, uint16_t port,
                          struct sockaddr_storage *ret)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)ret;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret;

	memset(ret, 0, sizeof(*ret));
	ret->ss_family = (sa_family_t)family;
	if (family == AF_INET) {
		v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		v4->sin_port = htons(port);
		return sizeof(*v4);
	}
	v6->sin6_addr = in6addr_loopback;
	v6->sin6_port = htons(port);
	return sizeof(*v6);
}

static void carry_and_close(int family)
{
	static char bytes[BYTES];
	struct sockaddr_storage addr;
	const socklen_t len = loopback(family, PORT, &addr);
	const int listener = socket(family, SOCK_STREAM, 0);
	const int client = socket(family, SOCK_STREAM, 0);
	int server;

	if (bind(listener, (struct sockaddr *)&addr, len) ||
	    listen(listener, 1) ||
	    connect(client, (struct sockaddr *)&addr, len))
		err(1, "connect");
	server = accept(listener, NULL, NULL);
	if (send(client, bytes, BYTES, 0) != BYTES ||
	    recv(server, bytes, BYTES, MSG_WAITALL) != BYTES)
		err(1, "send");
	(void)close(client);
	(void)close(server);
	(void)close(listener);
}

static void be_refused(void)
{
	struct sockaddr_storage addr;
	const socklen_t len = loopback(AF_INET, PORT + 1, &addr);
	const int client = socket(AF_INET, SOCK_STREAM, 0);

	if (!connect(client, (struct sockaddr *)&addr, len))
		errx(1, "somebody listens");
	(void)close(client);
}

static void record(const char *dir, int fd)
{
	char datagram[8192];
	ssize_t n;

	for (int i = 1; (n = recv(fd, datagram, sizeof(datagram), 0)) > 0;
	     i++) {
		char path[4096];
		FILE *file;

		(void)snprintf(path, sizeof(path), "%s/%d", dir, i);
		file = fopen(path, "we");
		if (!file ||
		    fwrite(datagram, 1, (size_t)n, file) != (size_t)n ||
		    fclose(file))
			err(1, "%s", path);
	}
}

int main(int argc, char **argv)
{
	struct destroy destroy;

	if (argc != 2)
		errx(2, "usage: record_destroy DIR");
	enter_namespace();
	if (destroy_open(&destroy, NULL))
		errx(1, "cannot be told");
	carry_and_close(AF_INET);
	carry_and_close(AF_INET6);
	be_refused();
	(void)usleep(200000);
	record(argv[1], destroy.fd);
	destroy_close(&destroy);
	return 0;
}
