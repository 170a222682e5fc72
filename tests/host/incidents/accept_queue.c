// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Full accept queues: of the SYN, of the ACK, with cookies, with
 * tcp_abort_on_overflow. A queue of backlog B holds B + 1.
 *
 * For the ACK's phase the handshake's ACK is lost in the firewall: the client
 * is connected, others fill the queue, and the client's first data is the ACK
 * that finds it full.
 */
#include <errno.h>

#include "tests/host/incidents/scene.h"

#define BACKLOG 9
#define HOLDS (BACKLOG + 1)
#define LATE 8 /* clients whose ACK is late */

/* As many come too many as the queue holds: all get in at the second try. */
static void syn_phase(struct scene *scene)
{
	struct crowd crowd = { 0 };

	start_many(&crowd, HOLDS + HOLDS, scene->port, MARK_NONE);
	wait_ms(200);
	tell(scene);
	settle(&crowd, 20000);
	exchange(&crowd);
	close_all(&crowd);
	truth("accept-queue-overflow", scene->port, scene->server,
	      crowd.delayed);
}

static void syn_phase_for_ever(struct scene *scene)
{
	struct crowd crowd = { 0 };

	start_many(&crowd, HOLDS + 6, scene->port, MARK_NONE);
	settle(&crowd, 20000);
	close_all(&crowd);
	truth("accept-queue-overflow", scene->port, scene->server,
	      errors("connect", ETIMEDOUT));
}

/* @late are connected, the queue is full of @full, and their ACK is lost. */
static void fill_before_ack(struct scene *scene, struct crowd *late,
                            struct crowd *full)
{
	start_many(late, LATE, scene->port, MARK_HALF_OPEN);
	settle(late, 5000);
	start_many(full, HOLDS, scene->port, MARK_NONE);
	settle(full, 5000);
	mark_all(late, MARK_NONE);
}

static void ack_phase(struct scene *scene)
{
	struct crowd late = { 0 }, full = { 0 };

	fill_before_ack(scene, &late, &full);
	write_all(&late, 1);
	read_all(&late, 20000);
	truth("accept-queue-overflow", scene->port, scene->server,
	      errors("read", ECONNRESET));
	close_all(&late);
	close_all(&full);
}

static void ack_phase_heals(struct scene *scene)
{
	struct crowd late = { 0 }, full = { 0 };

	fill_before_ack(scene, &late, &full);
	write_all(&late, 1);
	wait_ms(300);
	tell(scene);
	read_all(&late, 20000);
	close_all(&late);
	close_all(&full);
	truth("accept-queue-overflow", scene->port, scene->server, LATE);
}

/* They wait for an answer to what the server never got. */
static void phantom(struct scene *scene)
{
	struct crowd late = { 0 }, full = { 0 };

	fill_before_ack(scene, &late, &full);
	write_all(&late, 1);
	read_all(&late, 1200);
	truth("accept-queue-overflow", scene->port, scene->server, late.hung);
	abandon_all(&late);
	close_all(&full);
}

/* More than one segment: the second is no valid cookie. */
static void eager(struct scene *scene)
{
	struct crowd late = { 0 }, full = { 0 };

	fill_before_ack(scene, &late, &full);
	write_all(&late, 200000);
	read_all(&late, 20000);
	truth("accept-queue-overflow", scene->port, scene->server,
	      errors("read", ECONNRESET));
	close_all(&late);
	close_all(&full);
}

/* clang-format off */
const struct scenario accept_queue_scenarios[] = {
	{ .name = "overflow_syn", .serve = serve_late, .act = syn_phase,
	  .backlog = BACKLOG },
	{ .name = "overflow_timeout", .act = syn_phase_for_ever,
	  .backlog = BACKLOG, .sysctls = "tcp_syn_retries=1" },
	{ .name = "overflow_cookies_off", .serve = serve_late, .act = syn_phase,
	  .backlog = BACKLOG, .sysctls = "tcp_syncookies=0" },
	{ .name = "overflow_ack", .act = ack_phase, .backlog = BACKLOG,
	  .sysctls = "tcp_synack_retries=1 tcp_rto_max_ms=1000",
	  .firewall = RULE_HALF_OPEN },
	{ .name = "overflow_ack_heals", .serve = serve_late,
	  .act = ack_phase_heals, .backlog = BACKLOG,
	  .firewall = RULE_HALF_OPEN },
	{ .name = "overflow_phantom", .act = phantom, .backlog = BACKLOG,
	  .sysctls = "tcp_syncookies=2",
	  .firewall = RULE_HALF_OPEN RULE_BLACK_HOLE },
	{ .name = "overflow_eager", .act = eager, .backlog = BACKLOG,
	  .sysctls = "tcp_syncookies=2", .firewall = RULE_HALF_OPEN },
	{ .name = "overflow_abort", .act = ack_phase, .backlog = BACKLOG,
	  .sysctls = "tcp_abort_on_overflow=1", .firewall = RULE_HALF_OPEN },
	{ .name = NULL },
};
/* clang-format on */
