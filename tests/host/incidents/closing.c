// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whoever ends a connection too early: by close(), by an option, by dying, by
 * closing the listener, from outside, or the client itself.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/host/incidents/scene.h"

#define CLIENTS 8
#define BACKLOG 16

/* --- servers: what they do to connections that have sent one byte --- */

static void accept_and_read(struct scene *scene)
{
	accept_many(scene, CLIENTS);
	read_accepted(scene, 1);
}

static void accept_unread(struct scene *scene)
{
	accept_many(scene, CLIENTS);
	(void)hear(scene);
}

static void serve_close(struct scene *scene)
{
	accept_and_read(scene);
	close_accepted(scene);
}

static void serve_close_unread(struct scene *scene)
{
	accept_unread(scene);
	close_accepted(scene);
}

static void serve_close_unsent(struct scene *scene)
{
	static const char much[1U << 20];

	accept_and_read(scene);
	for (size_t i = 0; i < CLIENTS; i++) {
		nonblocking(scene->accepted[i]);
		while (send(scene->accepted[i], much, sizeof(much),
		            MSG_NOSIGNAL) > 0)
			;
	}
	close_accepted(scene);
	tell(scene);
}

static void serve_shutdown(struct scene *scene)
{
	accept_and_read(scene);
	for (size_t i = 0; i < CLIENTS; i++)
		(void)shutdown(scene->accepted[i], SHUT_RDWR);
}

static void linger_zero(struct scene *scene)
{
	for (size_t i = 0; i < CLIENTS; i++)
		set_linger_zero(scene->accepted[i]);
	close_accepted(scene);
}

static void serve_linger(struct scene *scene)
{
	accept_and_read(scene);
	linger_zero(scene);
}

static void serve_linger_unread(struct scene *scene)
{
	accept_unread(scene);
	linger_zero(scene);
}

/* The FIN is acknowledged before close() looks at the option. */
static void serve_linger2(struct scene *scene)
{
	accept_and_read(scene);
	for (size_t i = 0; i < CLIENTS; i++) {
		set_option(scene->accepted[i], IPPROTO_TCP, TCP_LINGER2, -1);
		(void)shutdown(scene->accepted[i], SHUT_WR);
	}
	wait_ms(100);
	close_accepted(scene);
}

static void serve_unspec(struct scene *scene)
{
	const struct sockaddr nobody = { .sa_family = AF_UNSPEC };

	accept_and_read(scene);
	for (size_t i = 0; i < CLIENTS; i++)
		(void)connect(scene->accepted[i], &nobody, sizeof(nobody));
}

static void serve_killed(struct scene *scene)
{
	accept_and_read(scene);
	(void)raise(SIGKILL);
}

static void serve_killed_unread(struct scene *scene)
{
	accept_unread(scene);
	(void)raise(SIGKILL);
}

/* --- servers that never accept --- */

static void serve_listener_closed(struct scene *scene)
{
	(void)hear(scene);
	(void)close(scene->listener);
	scene->listener = -1;
	tell(scene);
}

static void serve_listener_shutdown(struct scene *scene)
{
	(void)hear(scene);
	(void)shutdown(scene->listener, SHUT_RDWR);
}

static void serve_listener_killed(struct scene *scene)
{
	(void)hear(scene);
	(void)raise(SIGKILL);
}

/* Of what the client has reset there is still its data to be read. */
static void serve_too_late(struct scene *scene)
{
	(void)hear(scene);
	accept_many(scene, CLIENTS);
	read_accepted(scene, 100);
	close_accepted(scene);
	tell(scene);
}

/* --- clients --- */

static void come(struct scene *scene, struct crowd *crowd)
{
	start_many(crowd, CLIENTS, scene->port, MARK_NONE);
	settle(crowd, 5000);
}

/* The reset comes by itself. */
static void sees_reset(struct scene *scene, const char *cause)
{
	struct crowd crowd = { 0 };

	come(scene, &crowd);
	write_all(&crowd, 1);
	wait_ms(50);
	tell(scene);
	read_ends(&crowd, 10000);
	close_all(&crowd);
	truth(cause, scene->port, scene->server, errors("read", ECONNRESET));
}

static void unread(struct scene *scene)
{
	sees_reset(scene, "peer-closed-unread");
}

static void aborted(struct scene *scene)
{
	sees_reset(scene, "app-abort");
}

static void died_unread(struct scene *scene)
{
	sees_reset(scene, "process-died");
}

/* The end comes, and only writing after it fails. */
static void sees_end(struct scene *scene, const char *cause)
{
	struct crowd crowd = { 0 };

	come(scene, &crowd);
	write_all(&crowd, 1);
	read_ends(&crowd, 10000);
	wait_ms(200);
	write_all(&crowd, 1);
	wait_ms(50);
	write_all(&crowd, 1);
	close_all(&crowd);
	truth(cause, scene->port, scene->server, errors("write", EPIPE));
}

static void closed(struct scene *scene)
{
	sees_end(scene, "peer-closed");
}

static void aborted_after_end(struct scene *scene)
{
	sees_end(scene, "app-abort");
}

static void died(struct scene *scene)
{
	sees_end(scene, "process-died");
}

static void closed_unsent(struct scene *scene)
{
	struct crowd crowd = { 0 };

	come(scene, &crowd);
	write_all(&crowd, 1);
	(void)hear(scene);
	write_all(&crowd, 1);
	read_ends(&crowd, 10000);
	close_all(&crowd);
	truth("peer-closed", scene->port, scene->server,
	      errors("read", ECONNRESET));
}

static void listener_closed(struct scene *scene)
{
	struct crowd crowd = { 0 };

	come(scene, &crowd);
	wait_ms(100);
	tell(scene);
	read_ends(&crowd, 10000);
	close_all(&crowd);
	truth("listener-closed", scene->port, scene->server,
	      errors("read", ECONNRESET));
}

static void listener_closed_half_open(struct scene *scene)
{
	struct crowd crowd = { 0 };

	start_many(&crowd, CLIENTS, scene->port, MARK_HALF_OPEN);
	settle(&crowd, 5000);
	tell(scene);
	(void)hear(scene);
	mark_all(&crowd, MARK_NONE);
	write_all(&crowd, 1);
	read_ends(&crowd, 10000);
	close_all(&crowd);
	truth("listener-closed", scene->port, scene->server,
	      errors("read", ECONNRESET));
}

static void destroyed(struct scene *scene)
{
	struct crowd crowd = { 0 };

	come(scene, &crowd);
	exchange(&crowd);
	ask_assistant(scene, "destroy");
	read_ends(&crowd, 10000);
	close_all(&crowd);
	truth("socket-destroyed", scene->port, 0, errors("read", ECONNRESET));
}

static void listener_destroyed(struct scene *scene)
{
	struct crowd crowd = { 0 };

	come(scene, &crowd);
	wait_ms(100);
	ask_assistant(scene, "destroy-listener");
	read_ends(&crowd, 10000);
	close_all(&crowd);
	truth("listener-closed", scene->port, scene->server,
	      errors("read", ECONNRESET));
}

static void client_reset(struct scene *scene)
{
	struct crowd crowd = { 0 };

	come(scene, &crowd);
	write_all(&crowd, 100);
	reset_all(&crowd);
	tell(scene);
	(void)hear(scene);
	truth("client-reset", scene->port, getpid(), CLIENTS);
}

/* clang-format off */
const struct scenario closing_scenarios[] = {
	{ .name = "closed_unread", .serve = serve_close_unread, .act = unread,
	  .backlog = BACKLOG },
	{ .name = "closed_then_written", .serve = serve_close, .act = closed,
	  .backlog = BACKLOG },
	{ .name = "closed_unsent", .serve = serve_close_unsent,
	  .act = closed_unsent, .backlog = BACKLOG },
	{ .name = "shut_down", .serve = serve_shutdown, .act = closed,
	  .backlog = BACKLOG },
	{ .name = "linger_zero", .serve = serve_linger, .act = aborted,
	  .backlog = BACKLOG },
	{ .name = "linger_zero_unread", .serve = serve_linger_unread,
	  .act = unread, .backlog = BACKLOG },
	{ .name = "linger2", .serve = serve_linger2, .act = aborted_after_end,
	  .backlog = BACKLOG },
	{ .name = "unspec", .serve = serve_unspec, .act = aborted,
	  .backlog = BACKLOG },
	{ .name = "killed", .serve = serve_killed, .act = died,
	  .backlog = BACKLOG },
	{ .name = "killed_unread", .serve = serve_killed_unread,
	  .act = died_unread, .backlog = BACKLOG },
	{ .name = "listener_closed", .serve = serve_listener_closed,
	  .act = listener_closed, .backlog = BACKLOG },
	{ .name = "listener_shutdown", .serve = serve_listener_shutdown,
	  .act = listener_closed, .backlog = BACKLOG },
	{ .name = "listener_killed", .serve = serve_listener_killed,
	  .act = listener_closed, .backlog = BACKLOG },
	{ .name = "listener_closed_half_open", .serve = serve_listener_closed,
	  .act = listener_closed_half_open, .backlog = BACKLOG,
	  .firewall = RULE_HALF_OPEN },
	{ .name = "listener_destroyed", .act = listener_destroyed,
	  .backlog = BACKLOG },
	{ .name = "destroyed", .serve = serve_echo, .act = destroyed,
	  .backlog = BACKLOG },
	{ .name = "client_reset", .serve = serve_too_late, .act = client_reset,
	  .backlog = BACKLOG },
	{ .name = NULL },
};
/* clang-format on */
