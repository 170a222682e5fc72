// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * record_diag DIR - record what the kernel answers to sock_diag dumps
 *
 * Makes a network namespace with listeners of every kind in it, and writes
 * the datagrams as they come, one file a dump: the fixtures and fuzz seeds of
 * diag_parse. Needs root. Recorded once; run it again on another kernel to
 * add its answers.
 */
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Every request has this sequence number. */
#define RECORD_SEQ 1

struct endpoint {
	const char *addr;
	uint16_t port;
};

struct listening {
	struct endpoint at;
	int backlog;
	bool reuseport, v6only, on_lo, deferred;
};

static const struct listening listenings[] = {
	{ .at = { "0.0.0.0", 8080 }, .backlog = 16, .reuseport = true },
	{ .at = { "0.0.0.0", 8080 }, .backlog = 17, .reuseport = true },
	{ .at = { "0.0.0.0", 8080 }, .backlog = 18, .reuseport = true },
	{ .at = { "127.0.0.1", 8081 }, .backlog = 1 },
	{ .at = { "0.0.0.0", 8082 }, .backlog = 100, .on_lo = true },
	{ .at = { "::", 8080 }, .backlog = 200, .v6only = true },
	{ .at = { "::", 8083 }, .backlog = 300, .deferred = true },
	{ .at = { "::1", 8084 }, .backlog = 400 },
	{ .at = { "::ffff:127.0.0.1", 8085 }, .backlog = 500 },
};

/* Two fill the queue of 8081 and the third is dropped; those to 8083 stay
 * half-open, because their listener waits for data. */
static const struct endpoint connections[] = {
	{ "127.0.0.1", 8081 }, { "127.0.0.1", 8081 }, { "127.0.0.1", 8081 },
	{ "127.0.0.1", 8083 }, { "127.0.0.1", 8083 }, { "::1", 8083 },
};

static const struct {
	const char *file;
	int family;
	uint32_t states;
} dumps[] = {
	{ "listen-ipv4", AF_INET, 1U << TCP_LISTEN },
	{ "listen-ipv6", AF_INET6, 1U << TCP_LISTEN },
	{ "syn-recv-ipv6", AF_INET6, 1U << TCP_SYN_RECV },
	{ "established-ipv4", AF_INET, 1U << TCP_ESTABLISHED },
};

static socklen_t make_addr(const struct endpoint *at,
                           struct sockaddr_storage *ret)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)ret;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret;

	memset(ret, 0, sizeof(*ret));
	if (inet_pton(AF_INET, at->addr, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(at->port);
		return sizeof(*v4);
	}
	if (inet_pton(AF_INET6, at->addr, &v6->sin6_addr) != 1)
		errx(1, "%s is no address", at->addr);
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(at->port);
	return sizeof(*v6);
}

static void set_option(int fd, int level, int name, int value)
{
	if (setsockopt(fd, level, name, &value, sizeof(value)))
		err(1, "setsockopt %d %d", level, name);
}

static void start_listening(const struct listening *listening)
{
	struct sockaddr_storage addr;
	const socklen_t len = make_addr(&listening->at, &addr);
	const int fd = socket(addr.ss_family, SOCK_STREAM, 0);

	set_option(fd, SOL_SOCKET, SO_REUSEPORT, listening->reuseport);
	if (addr.ss_family == AF_INET6)
		set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, listening->v6only);
	set_option(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, 5 * listening->deferred);
	if (listening->on_lo &&
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 2))
		err(1, "SO_BINDTODEVICE");
	if (bind(fd, (struct sockaddr *)&addr, len) ||
	    listen(fd, listening->backlog))
		err(1, "cannot listen on %s:%u", listening->at.addr,
		    listening->at.port);
}

static void start_connecting(const struct endpoint *to)
{
	struct sockaddr_storage addr;
	const socklen_t len = make_addr(to, &addr);
	const int fd = socket(addr.ss_family, SOCK_STREAM | SOCK_NONBLOCK, 0);

	(void)connect(fd, (struct sockaddr *)&addr, len);
}

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

static void request_dump(struct mnl_socket *nl, int family, uint32_t states)
{
	const struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 body;
	} request = {
		.header = { .nlmsg_len = sizeof(request),
		            .nlmsg_type = SOCK_DIAG_BY_FAMILY,
		            .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		            .nlmsg_seq = RECORD_SEQ },
		.body = { .sdiag_family = (uint8_t)family,
		          .sdiag_protocol = IPPROTO_TCP,
		          .idiag_ext = 0xff, /* everything: seeds */
		          .idiag_states = states },
	};

	if (mnl_socket_sendto(nl, &request, sizeof(request)) < 0)
		err(1, "sock_diag request");
}

static bool has_end(const void *buf, ssize_t n)
{
	const struct nlmsghdr *header = buf;
	int len = (int)n;

	for (; mnl_nlmsg_ok(header, len); header = mnl_nlmsg_next(header, &len))
		if (header->nlmsg_type == NLMSG_DONE ||
		    header->nlmsg_type == NLMSG_ERROR)
			return true;
	return false;
}

static void record(const char *dir, const char *name, int family,
                   uint32_t states)
{
	struct mnl_socket *nl = mnl_socket_open(NETLINK_SOCK_DIAG);
	static char buf[65536];
	char path[4096];
	FILE *file;
	ssize_t n;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "we");
	if (!nl || !file)
		err(1, "%s", path);
	request_dump(nl, family, states);
	do {
		n = mnl_socket_recvfrom(nl, buf, sizeof(buf));
		if (n < 0 || fwrite(buf, 1, (size_t)n, file) != (size_t)n)
			err(1, "%s", path);
	} while (!has_end(buf, n));
	if (fclose(file))
		err(1, "%s", path);
	(void)mnl_socket_close(nl);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(2, "usage: record_diag DIR");
	enter_namespace();
	for (size_t i = 0; i < sizeof(listenings) / sizeof(listenings[0]); i++)
		start_listening(&listenings[i]);
	for (size_t i = 0; i < sizeof(connections) / sizeof(connections[0]);
	     i++)
		start_connecting(&connections[i]);
	for (size_t i = 0; i < sizeof(dumps) / sizeof(dumps[0]); i++)
		record(argv[1], dumps[i].file, dumps[i].family,
		       dumps[i].states);
	return 0;
}
