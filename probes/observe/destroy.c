// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * destroy - see destroy.h.
 *
 * A message takes about 1.3 KiB of the receive buffer. What does not fit any
 * more is counted by the socket itself (net/netlink/af_netlink.c:
 * netlink_overrun()); ENOBUFS only says that it happened.
 */
#include "probes/observe/destroy.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/load/clock.h"
#include "probes/observe/destroy_parse.h"

/* Of which the kernel makes twice as many. */
#define RECEIVE_BYTES (32 << 20)
#define ROOMY_BYTES (1 << 20)

/*
 * One that is not bound has the port of the kernel itself, whose messages are
 * not sent to it (net/netlink/af_netlink.c:do_one_broadcast()).
 */
static int bind_anywhere(int fd)
{
	const struct sockaddr_nl anywhere = { .nl_family = AF_NETLINK };

	return bind(fd, (const struct sockaddr *)&anywhere, sizeof(anywhere));
}

static int join(int fd, int group)
{
	return setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
	                  sizeof(group));
}

static bool make_room(int fd)
{
	const int wanted = RECEIVE_BYTES;
	socklen_t len = sizeof(int);
	int got = 0;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof(wanted)))
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &wanted,
		                 sizeof(wanted));
	return !getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &got, &len) &&
	       got >= ROOMY_BYTES;
}

int destroy_open(struct destroy *destroy, struct err *err)
{
	int code;

	*destroy = (struct destroy){
		.fd = socket(AF_NETLINK,
		             SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
		             NETLINK_SOCK_DIAG),
	};
	if (destroy->fd >= 0) {
		destroy->roomy = make_room(destroy->fd);
		if (!bind_anywhere(destroy->fd) &&
		    !join(destroy->fd, SKNLGRP_INET_TCP_DESTROY) &&
		    !join(destroy->fd, SKNLGRP_INET6_TCP_DESTROY))
			return 0;
	}
	code = errno == EPROTONOSUPPORT || errno == EINVAL ? -ENOENT : -errno;
	destroy_close(destroy);
	return err_set(err, code, "cannot be told of sockets that end: %s",
	               strerror(-code));
}

void destroy_close(struct destroy *destroy)
{
	if (destroy->fd >= 0)
		(void)close(destroy->fd);
	destroy->fd = -1;
}

int destroy_drain(struct destroy *destroy,
                  int (*end)(void *to, const struct seen_end *end), void *to)
{
	char datagram[8192];
	int n = 0;

	for (;;) {
		const ssize_t len =
			recv(destroy->fd, datagram, sizeof(datagram), 0);
		int rc;

		if (len < 0 && (errno == EINTR || errno == ENOBUFS))
			continue;
		if (len < 0)
			return n;
		rc = destroy_parse(datagram, (size_t)len, clock_ns(), end, to);
		if (rc == -EBADMSG)
			destroy->broken++;
		else if (rc)
			return rc;
		n++;
	}
}

uint64_t destroy_lost(const struct destroy *destroy)
{
	uint32_t info[SK_MEMINFO_VARS] = { 0 };
	socklen_t len = sizeof(info);

	(void)getsockopt(destroy->fd, SOL_SOCKET, SO_MEMINFO, info, &len);
	return info[SK_MEMINFO_DROPS] + destroy->broken;
}
