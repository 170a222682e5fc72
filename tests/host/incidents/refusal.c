// SPDX-License-Identifier: GPL-2.0-or-later
/* Somebody says no: the kernel, as nobody listens, or a firewall. */
#include <errno.h>

#include "tests/host/incidents/scene.h"

#define CLIENTS 6
#define BACKLOG 16

static void refused(struct scene *scene)
{
	struct crowd crowd = { 0 };

	start_many(&crowd, CLIENTS, scene->port, MARK_NONE);
	settle(&crowd, 10000);
	close_all(&crowd);
	truth("refused", scene->port, 0, errors("connect", ECONNREFUSED));
}

static void serve_other_address(struct scene *scene)
{
	scene->listener = listen_on(HERE + 1, scene->port, BACKLOG);
	tell(scene);
	serve_echo(scene);
}

static void refused_address(struct scene *scene)
{
	(void)hear(scene);
	refused(scene);
}

static void rejected(struct scene *scene)
{
	struct crowd crowd = { 0 };

	start_many(&crowd, CLIENTS, scene->port, MARK_NONE);
	settle(&crowd, 10000);
	close_all(&crowd);
	truth("firewall-reject", scene->port, 0,
	      errors("connect", ECONNREFUSED));
}

static void rejected_later(struct scene *scene)
{
	struct crowd crowd = { 0 };

	start_many(&crowd, CLIENTS, scene->port, MARK_NONE);
	settle(&crowd, 5000);
	exchange(&crowd);
	mark_all(&crowd, MARK_REJECTED);
	write_all(&crowd, 1);
	read_ends(&crowd, 10000);
	close_all(&crowd);
	truth("firewall-reject", scene->port, 0, errors("read", ECONNRESET));
}

/* clang-format off */
const struct scenario refusal_scenarios[] = {
	{ .name = "refused", .act = refused },
	{ .name = "refused_address", .serve = serve_other_address,
	  .act = refused_address },
	{ .name = "rejected", .act = rejected, .backlog = BACKLOG,
	  .firewall = "tcp dport PORT reject with tcp reset; " },
	{ .name = "rejected_by_icmp", .act = rejected, .backlog = BACKLOG,
	  .firewall = "tcp dport PORT reject with icmp port-unreachable; " },
	{ .name = "rejected_later", .serve = serve_echo,
	  .act = rejected_later, .backlog = BACKLOG,
	  .firewall = RULE_REJECTED RULE_BLACK_HOLE },
	{ .name = NULL },
};
/* clang-format on */
