// SPDX-License-Identifier: GPL-2.0-or-later
/* Something has run out: local ports, descriptors, TIME_WAIT buckets. */
#include <errno.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/host/incidents/scene.h"

#define PORTS 10

static void ports(struct scene *scene)
{
	struct crowd first = { 0 }, then = { 0 };

	start_many(&first, PORTS, scene->port, MARK_NONE);
	settle(&first, 5000);
	exchange(&first);
	close_all(&first);
	wait_ms(100);
	start_many(&then, 6, scene->port, MARK_NONE);
	close_all(&then);
	truth("ports-exhausted", scene->port, 0,
	      errors("connect", EADDRNOTAVAIL));
}

#define TAKEN 3
#define BACKLOG 4

static void limit_files(rlim_t files)
{
	struct rlimit limit;

	(void)getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = files;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* It tries again and again, until somebody raises its limit. */
static void serve_no_descriptors(struct scene *scene)
{
	struct rlimit old;

	(void)getrlimit(RLIMIT_NOFILE, &old);
	nonblocking(scene->listener);
	nonblocking(scene->other);
	for (;;) {
		const int fd = accept(scene->listener, NULL, NULL);

		if (fd >= 0) {
			scene->accepted[scene->n_accepted++] = fd;
			if (scene->n_accepted == TAKEN)
				limit_files((rlim_t)fd + 1);
		} else if (errno == EMFILE && hear(scene)) {
			break;
		}
		if (fd < 0)
			wait_ms(5);
	}
	limit_files(old.rlim_cur);
	close_accepted(scene);
	serve_echo(scene);
}

static void descriptors(struct scene *scene)
{
	struct crowd taken = { 0 }, crowd = { 0 };

	start_many(&taken, TAKEN, scene->port, MARK_NONE);
	settle(&taken, 5000);
	wait_ms(50);
	start_many(&crowd, 2 * (BACKLOG + 1), scene->port, MARK_NONE);
	wait_ms(500);
	tell(scene);
	settle(&crowd, 20000);
	exchange(&crowd);
	close_all(&crowd);
	close_all(&taken);
	truth("descriptors-exhausted", scene->port, scene->server,
	      crowd.delayed);
}

/* Forgotten at once, in place of a minute in TIME_WAIT. */
static void serve_close(struct scene *scene)
{
	accept_many(scene, 8);
	read_accepted(scene, 1);
	close_accepted(scene);
}

static void time_wait(struct scene *scene)
{
	struct crowd crowd = { 0 };

	start_many(&crowd, 8, scene->port, MARK_NONE);
	settle(&crowd, 5000);
	write_all(&crowd, 1);
	read_ends(&crowd, 5000);
	wait_ms(100);
	write_all(&crowd, 1);
	wait_ms(50);
	write_all(&crowd, 1);
	close_all(&crowd);
	truth("time-wait-overflow", scene->port, scene->server,
	      errors("write", EPIPE));
}

/* clang-format off */
const struct scenario resource_scenarios[] = {
	{ .name = "ports", .serve = serve_echo, .act = ports, .backlog = 16,
	  .sysctls = "ip_local_port_range=40000,40009 tcp_tw_reuse=0" },
	{ .name = "descriptors", .serve = serve_no_descriptors,
	  .act = descriptors, .backlog = BACKLOG },
	{ .name = "time_wait", .serve = serve_close, .act = time_wait,
	  .backlog = 16, .sysctls = "tcp_max_tw_buckets=0" },
	{ .name = NULL },
};
/* clang-format on */
