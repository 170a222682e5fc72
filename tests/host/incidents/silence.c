// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Nobody answers: data, SYN or keepalive probes get lost, and somebody's
 * patience ends. With tcp_retries2=2 that is after some two seconds.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/host/incidents/scene.h"

#define CLIENTS 6
#define BACKLOG 16
#define ELSEWHERE 0x0a4d0001U /* 10.77.0.1 */

static void come(struct scene *scene, struct crowd *crowd)
{
	start_many(crowd, CLIENTS, scene->port, MARK_NONE);
	settle(crowd, 5000);
	exchange(crowd);
}

static void write_into_silence(struct scene *scene, struct crowd *crowd,
                               const char *cause)
{
	mark_all(crowd, MARK_BLACK_HOLE);
	write_all(crowd, 1);
	read_ends(crowd, 20000);
	close_all(crowd);
	truth(cause, scene->port, scene->server, errors("read", ETIMEDOUT));
}

static void timeout(struct scene *scene)
{
	struct crowd crowd = { 0 };

	come(scene, &crowd);
	write_into_silence(scene, &crowd, "timeout");
}

static void user_timeout(struct scene *scene)
{
	struct crowd crowd = { 0 };

	come(scene, &crowd);
	for (size_t i = 0; i < crowd.n; i++)
		set_option(crowd.client[i].fd, IPPROTO_TCP, TCP_USER_TIMEOUT,
		           700);
	write_into_silence(scene, &crowd, "user-timeout");
}

/* The server lives, hears the probes, and its answers get lost. */
static void serve_unheard(struct scene *scene)
{
	accept_many(scene, CLIENTS);
	for (size_t i = 0; i < CLIENTS; i++)
		set_option(scene->accepted[i], IPPROTO_IP, IP_TOS,
		           MARK_BLACK_HOLE);
}

static void keepalive(struct scene *scene)
{
	struct crowd crowd = { 0 };

	start_many(&crowd, CLIENTS, scene->port, MARK_NONE);
	settle(&crowd, 5000);
	for (size_t i = 0; i < crowd.n; i++) {
		const int fd = crowd.client[i].fd;

		set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
		set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, 1);
		set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, 1);
		set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 1);
	}
	read_ends(&crowd, 20000);
	close_all(&crowd);
	truth("keepalive", scene->port, scene->server,
	      errors("read", ETIMEDOUT));
}

static void syn_lost(struct scene *scene)
{
	struct crowd crowd = { 0 };

	start_many(&crowd, CLIENTS, scene->port, MARK_NONE);
	settle(&crowd, 20000);
	close_all(&crowd);
	truth("syn-lost", scene->port, scene->server,
	      errors("connect", ETIMEDOUT));
}

static void serve_elsewhere(struct scene *scene)
{
	scene->listener = listen_on(ELSEWHERE, scene->port, BACKLOG);
	tell(scene);
	serve_echo(scene);
}

/* Whatever the kernel calls it in the end: here there is no way any more. */
static void address_removed(struct scene *scene)
{
	struct crowd crowd = { 0 };

	(void)hear(scene);
	for (size_t i = 0; i < CLIENTS; i++)
		(void)start(&crowd, ELSEWHERE, scene->port, MARK_NONE);
	settle(&crowd, 5000);
	exchange(&crowd);
	ask_assistant(scene, "remove");
	write_all(&crowd, 1);
	read_ends(&crowd, 20000);
	close_all(&crowd);
	truth("address-removed", scene->port, scene->server, errors("read", 0));
}

/* clang-format off */
const struct scenario silence_scenarios[] = {
	{ .name = "timeout", .serve = serve_echo, .act = timeout,
	  .backlog = BACKLOG, .sysctls = "tcp_retries2=2",
	  .firewall = RULE_BLACK_HOLE },
	{ .name = "user_timeout", .serve = serve_echo, .act = user_timeout,
	  .backlog = BACKLOG, .firewall = RULE_BLACK_HOLE },
	{ .name = "keepalive", .serve = serve_unheard, .act = keepalive,
	  .backlog = BACKLOG, .firewall = RULE_BLACK_HOLE },
	{ .name = "syn_lost", .act = syn_lost, .backlog = BACKLOG,
	  .sysctls = "tcp_syn_retries=1", .firewall = "tcp dport PORT drop; " },
	{ .name = "address_removed", .serve = serve_elsewhere,
	  .act = address_removed, .sysctls = "tcp_retries2=2",
	  .address = "10.77.0.1/32" },
	{ .name = NULL },
};
/* clang-format on */
