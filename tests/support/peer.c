// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * peer - the other end, for host tests. Numeric addresses, IPv4 and IPv6.
 *
 *	peer listen ADDRESS PORT BACKLOG [NAME]
 *	peer connect ADDRESS PORT COUNT
 *
 * The one listens, as process NAME, and never accepts; the other starts COUNT
 * connections and holds them, established or not. Both say "ready" and stay
 * until they are killed.
 */
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int die(const char *what)
{
	fprintf(stderr, "peer: %s: %s\n", what, strerror(errno));
	return 1;
}

static int peer_listen(const struct addrinfo *at, int backlog, const char *name)
{
	const int one = 1;
	const int fd = socket(at->ai_family, SOCK_STREAM, 0);

	if (name && prctl(PR_SET_NAME, name))
		return die("prctl");
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)) ||
	    bind(fd, at->ai_addr, at->ai_addrlen) || listen(fd, backlog))
		return die("listen");
	return 0;
}

static int peer_connect(const struct addrinfo *to, int count)
{
	for (int i = 0; i < count; i++) {
		const int fd =
			socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK, 0);

		if (fd < 0)
			return die("socket");
		if (connect(fd, to->ai_addr, to->ai_addrlen) &&
		    errno != EINPROGRESS)
			return die("connect");
	}
	return 0;
}

int main(int argc, char **argv)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST,
		                        .ai_socktype = SOCK_STREAM };
	struct addrinfo *address;
	int number, status;

	if (argc < 5 || getaddrinfo(argv[2], argv[3], &hints, &address)) {
		fprintf(stderr, "peer: see the head of peer.c\n");
		return 2;
	}
	number = atoi(argv[4]);
	status = strcmp(argv[1], "listen")
	                 ? peer_connect(address, number)
	                 : peer_listen(address, number, argv[5]);
	freeaddrinfo(address);
	if (status)
		return status;
	puts("ready");
	fflush(stdout);
	pause();
	return 0;
}
