// SPDX-License-Identifier: GPL-2.0-or-later
/* Several causes at once, several listeners, and a group with a slow member. */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/host/incidents/scene.h"

#define BACKLOG 9
#define HOLDS (BACKLOG + 1)

/* 10 come too early for a full queue. */
static size_t overflow(struct scene *scene)
{
	struct crowd crowd = { 0 };

	start_many(&crowd, 2 * HOLDS, scene->port, MARK_NONE);
	wait_ms(200);
	tell(scene);
	settle(&crowd, 20000);
	exchange(&crowd);
	close_all(&crowd);
	truth("accept-queue-overflow", scene->port, scene->server,
	      crowd.delayed);
	return crowd.delayed;
}

static void refused(struct scene *scene, size_t count)
{
	struct crowd crowd = { 0 };
	const uint16_t port = (uint16_t)(scene->port + 1);

	start_many(&crowd, count, port, MARK_NONE);
	settle(&crowd, 10000);
	close_all(&crowd);
	truth("refused", port, 0, errors("connect", ECONNREFUSED));
}

static void two(struct scene *scene)
{
	refused(scene, 7);
	(void)overflow(scene);
}

/* Each connection of the second listener is closed without being read. */
static void serve_three(struct scene *scene)
{
	const uint16_t port = (uint16_t)(scene->port + 2);
	const int own = scene->listener;

	scene->listener = listen_on(HERE, port, 16);
	tell(scene);
	accept_many(scene, 6);
	(void)hear(scene);
	close_accepted(scene);
	(void)close(scene->listener);
	scene->listener = own;
	serve_late(scene);
}

static void three(struct scene *scene)
{
	struct crowd crowd = { 0 };
	const uint16_t port = (uint16_t)(scene->port + 2);

	(void)hear(scene);
	start_many(&crowd, 6, port, MARK_NONE);
	settle(&crowd, 5000);
	write_all(&crowd, 10);
	wait_ms(50);
	tell(scene);
	read_ends(&crowd, 5000);
	close_all(&crowd);
	truth("peer-closed-unread", port, scene->server,
	      errors("read", ECONNRESET));
	refused(scene, 5);
	(void)overflow(scene);
}

#define LARGE 29

static void serve_two_listeners(struct scene *scene)
{
	const int large = listen_on(HERE, (uint16_t)(scene->port + 1), LARGE);

	tell(scene);
	(void)hear(scene);
	drain(large);
}

/* Nobody is accepted: 8 of the one, 24 of the other give up. */
static void two_listeners(struct scene *scene)
{
	struct crowd small = { 0 }, large = { 0 };
	const uint16_t port = (uint16_t)(scene->port + 1);
	size_t gave_up;

	(void)hear(scene);
	start_many(&small, HOLDS + 8, scene->port, MARK_NONE);
	start_many(&large, LARGE + 1 + 24, port, MARK_NONE);
	settle(&small, 20000);
	gave_up = errors("connect", ETIMEDOUT);
	truth("accept-queue-overflow", scene->port, scene->server, gave_up);
	settle(&large, 20000);
	truth("accept-queue-overflow", port, scene->server,
	      errors("connect", ETIMEDOUT) - gave_up);
	abandon_all(&small);
	abandon_all(&large);
}

/*
 * One member of the group is the server, and accepts late; three others are
 * processes of their own, and quick.
 */
static void serve_slow_member(struct scene *scene)
{
	int link[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, link))
		err(1, "socketpair");
	for (int i = 0; i < 3; i++) {
		const int listener = listen_on(HERE, scene->port, 100);
		const pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (!pid) {
			if (prctl(PR_SET_NAME, "quick") ||
			    prctl(PR_SET_PDEATHSIG, SIGKILL))
				err(1, "prctl");
			(void)close(scene->listener);
			(void)close(link[0]);
			scene->listener = listener;
			scene->other = link[1];
			serve_echo(scene);
			_exit(0);
		}
		(void)close(listener);
	}
	(void)close(link[1]);
	tell(scene);
	serve_late(scene);
	(void)close(link[0]);
	while (wait(NULL) > 0)
		;
}

static void slow_member(struct scene *scene)
{
	struct crowd crowd = { 0 };

	(void)hear(scene);
	for (int i = 0; i < 80; i++) {
		start_many(&crowd, 1, scene->port, MARK_NONE);
		if (i % 10 == 9)
			wait_ms(10);
	}
	wait_ms(200);
	tell(scene);
	settle(&crowd, 20000);
	exchange(&crowd);
	close_all(&crowd);
	truth("accept-queue-overflow", scene->port, scene->server,
	      crowd.delayed);
}

/* The origin's resets, and then the server dies with its queue full. */
static void serve_dying(struct scene *scene)
{
	(void)hear(scene);
	(void)raise(SIGKILL);
}

static void eager_then_dead(struct scene *scene)
{
	struct crowd late = { 0 }, full = { 0 };
	size_t eager;

	start_many(&late, 8, scene->port, MARK_HALF_OPEN);
	settle(&late, 5000);
	start_many(&full, HOLDS, scene->port, MARK_NONE);
	settle(&full, 5000);
	mark_all(&late, MARK_NONE);
	write_all(&late, 200000);
	read_all(&late, 10000);
	eager = errors("read", ECONNRESET);
	truth("accept-queue-overflow", scene->port, scene->server, eager);
	wait_ms(50); /* as a listener that dies is known by its last sight */
	tell(scene);
	read_ends(&full, 10000);
	truth("listener-closed", scene->port, scene->server,
	      errors("read", ECONNRESET) - eager);
	close_all(&late);
	close_all(&full);
}

static void aborts_and_overflow(struct scene *scene)
{
	struct crowd crowd = { 0 };

	(void)overflow(scene);
	start_many(&crowd, 5, scene->port, MARK_NONE);
	settle(&crowd, 5000);
	exchange(&crowd);
	reset_all(&crowd);
	wait_ms(50);
	truth("app-abort", scene->port, getpid(), 5);
}

/* clang-format off */
const struct scenario mixture_scenarios[] = {
	{ .name = "mixed_two", .serve = serve_late, .act = two,
	  .backlog = BACKLOG },
	{ .name = "mixed_three", .serve = serve_three, .act = three,
	  .backlog = BACKLOG },
	{ .name = "mixed_listeners", .serve = serve_two_listeners,
	  .act = two_listeners, .backlog = BACKLOG,
	  .sysctls = "tcp_syn_retries=1", .firewall = RULE_BLACK_HOLE },
	{ .name = "mixed_group", .serve = serve_slow_member,
	  .act = slow_member, .backlog = 4 },
	{ .name = "mixed_eager_dead", .serve = serve_dying,
	  .act = eager_then_dead, .backlog = BACKLOG,
	  .sysctls = "tcp_syncookies=2", .firewall = RULE_HALF_OPEN },
	{ .name = "mixed_abort", .serve = serve_late,
	  .act = aborts_and_overflow, .backlog = BACKLOG },
	{ .name = NULL },
};
/* clang-format on */
