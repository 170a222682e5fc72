// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Full SYN queues: with cookies off a listener holds backlog + 1 half-open
 * connections, and never more than three quarters of tcp_max_syn_backlog,
 * plus one. What holds them half-open is an ACK that is lost.
 */
#include <errno.h>

#include "tests/host/incidents/scene.h"

#define COME 5 /* when the queue is full */

static void finish(struct scene *scene, struct crowd *half_open)
{
	mark_all(half_open, MARK_NONE);
	tell(scene);
	exchange(half_open);
	close_all(half_open);
}

static void for_ever(struct scene *scene, size_t holds)
{
	struct crowd half_open = { 0 }, come = { 0 };

	start_many(&half_open, holds, scene->port, MARK_HALF_OPEN);
	settle(&half_open, 5000);
	start_many(&come, COME, scene->port, MARK_NONE);
	settle(&come, 20000);
	truth("syn-queue-overflow", scene->port, scene->server,
	      errors("connect", ETIMEDOUT));
	finish(scene, &half_open);
	close_all(&come);
}

static void by_backlog(struct scene *scene)
{
	for_ever(scene, 5);
}

static void by_max_syn_backlog(struct scene *scene)
{
	for_ever(scene, 13);
}

static void for_a_moment(struct scene *scene)
{
	struct crowd half_open = { 0 }, come = { 0 };

	start_many(&half_open, 5, scene->port, MARK_HALF_OPEN);
	settle(&half_open, 5000);
	start_many(&come, COME, scene->port, MARK_NONE);
	wait_ms(100);
	finish(scene, &half_open);
	settle(&come, 20000);
	exchange(&come);
	close_all(&come);
	truth("syn-queue-overflow", scene->port, scene->server, come.delayed);
}

/* clang-format off */
const struct scenario syn_queue_scenarios[] = {
	{ .name = "syn_backlog", .serve = serve_late, .act = by_backlog,
	  .backlog = 4, .sysctls = "tcp_syncookies=0 tcp_syn_retries=1",
	  .firewall = RULE_HALF_OPEN },
	{ .name = "syn_max_backlog", .serve = serve_late,
	  .act = by_max_syn_backlog, .backlog = 100,
	  .sysctls = "tcp_syncookies=0 tcp_max_syn_backlog=16 tcp_syn_retries=1",
	  .firewall = RULE_HALF_OPEN },
	{ .name = "syn_delayed", .serve = serve_late, .act = for_a_moment,
	  .backlog = 4, .sysctls = "tcp_syncookies=0",
	  .firewall = RULE_HALF_OPEN },
	{ .name = NULL },
};
/* clang-format on */
