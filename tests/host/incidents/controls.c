// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Nothing here is a listener's fault: the counters that a full queue moves
 * move for other reasons, and whoever is served is served in the end.
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

static void come(struct scene *scene, struct crowd *crowd)
{
	start_many(crowd, CLIENTS, scene->port, MARK_NONE);
	settle(crowd, 10000);
}

static void clean(struct scene *scene)
{
	struct crowd crowd = { 0 };

	come(scene, &crowd);
	exchange(&crowd);
	close_all(&crowd);
}

static void idle(struct scene *scene)
{
	(void)scene;
	wait_ms(100);
}

/* More than the SYN queue holds; the rest lives on cookies, and is served. */
static void cookies_for_the_rest(struct scene *scene)
{
	struct crowd crowd = { 0 };

	start_many(&crowd, 12, scene->port, MARK_HALF_OPEN);
	settle(&crowd, 5000);
	for (size_t i = 0; i < crowd.n; i++) {
		struct crowd one = { .n = 1, .client = { crowd.client[i] } };

		mark_all(&one, MARK_NONE);
		exchange(&one);
	}
	close_all(&crowd);
}

static void probes(struct scene *scene)
{
	struct crowd crowd = { 0 };

	clean(scene);
	start_many(&crowd, 20, (uint16_t)(scene->port + 1), MARK_NONE);
	settle(&crowd, 5000);
	close_all(&crowd);
}

static void too_early(struct scene *scene)
{
	struct crowd crowd = { 0 };

	start_many(&crowd, 3, scene->port, MARK_NONE);
	settle(&crowd, 5000);
	close_all(&crowd);
	tell(scene);
	(void)hear(scene);
	clean(scene);
}

static void serve_after_a_while(struct scene *scene)
{
	(void)hear(scene);
	scene->listener = listen_on(HERE, scene->port, BACKLOG);
	tell(scene);
	serve_echo(scene);
}

static void accept_and_read(struct scene *scene)
{
	accept_many(scene, CLIENTS);
	read_accepted(scene, 1);
}

static void serve_close(struct scene *scene)
{
	accept_and_read(scene);
	close_accepted(scene);
}

static void serve_exit(struct scene *scene)
{
	accept_and_read(scene);
	_exit(0);
}

static void server_closes(struct scene *scene)
{
	struct crowd crowd = { 0 };

	come(scene, &crowd);
	write_all(&crowd, 1);
	read_ends(&crowd, 5000);
	close_all(&crowd);
	wait_ms(100);
}

/* The listener's SYN-ACKs get lost, for a while. */
static void serve_unheard(struct scene *scene)
{
	set_option(scene->listener, IPPROTO_IP, IP_TOS, MARK_BLACK_HOLE);
	tell(scene);
	(void)hear(scene);
	set_option(scene->listener, IPPROTO_IP, IP_TOS, MARK_NONE);
	serve_echo(scene);
}

static void lost_at_first(struct scene *scene)
{
	struct crowd crowd = { 0 };

	(void)hear(scene);
	start_many(&crowd, CLIENTS, scene->port, MARK_NONE);
	wait_ms(100);
	tell(scene);
	settle(&crowd, 20000);
	exchange(&crowd);
	close_all(&crowd);
}

/* As above for longer: the SYN comes again while the first is still known. */
static void syn_again(struct scene *scene)
{
	struct crowd crowd = { 0 };

	(void)hear(scene);
	start_many(&crowd, CLIENTS, scene->port, MARK_NONE);
	wait_ms(2200);
	tell(scene);
	settle(&crowd, 20000);
	exchange(&crowd);
	close_all(&crowd);
}

/* The client has gone when the SYN-ACK comes: its kernel resets. */
static void given_up(struct scene *scene)
{
	struct crowd crowd = { 0 };

	(void)hear(scene);
	start_many(&crowd, CLIENTS, scene->port, MARK_NONE);
	wait_ms(100);
	close_all(&crowd);
	tell(scene);
	wait_ms(1500);
}

static void serve_deferred(struct scene *scene)
{
	set_option(scene->listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, 5);
	tell(scene);
	serve_echo(scene);
}

static void deferred(struct scene *scene)
{
	struct crowd crowd = { 0 };

	(void)hear(scene);
	come(scene, &crowd);
	wait_ms(300);
	exchange(&crowd);
	close_all(&crowd);
}

static void dropped_elsewhere(struct scene *scene)
{
	struct crowd crowd = { 0 };

	start_many(&crowd, 5, (uint16_t)(scene->port + 1), MARK_BLACK_HOLE);
	clean(scene);
	close_all(&crowd);
}

/* Four ports for eight connections: a second is enough to reuse them. */
static void reuse(struct scene *scene)
{
	for (int i = 0; i < 2; i++) {
		struct crowd crowd = { 0 };

		start_many(&crowd, 4, scene->port, MARK_NONE);
		settle(&crowd, 5000);
		exchange(&crowd);
		close_all(&crowd);
		wait_ms(1300);
	}
}

static void keepalive_answered(struct scene *scene)
{
	struct crowd crowd = { 0 };

	come(scene, &crowd);
	for (size_t i = 0; i < crowd.n; i++) {
		set_option(crowd.client[i].fd, SOL_SOCKET, SO_KEEPALIVE, 1);
		set_option(crowd.client[i].fd, IPPROTO_TCP, TCP_KEEPIDLE, 1);
	}
	wait_ms(1500);
	exchange(&crowd);
	close_all(&crowd);
}

static void half_close(struct scene *scene)
{
	struct crowd crowd = { 0 };

	come(scene, &crowd);
	write_all(&crowd, 1);
	for (size_t i = 0; i < crowd.n; i++)
		(void)shutdown(crowd.client[i].fd, SHUT_WR);
	read_ends(&crowd, 5000);
	close_all(&crowd);
}

/* It says that it reads no more, and still can. */
static void serve_shut_rd(struct scene *scene)
{
	accept_many(scene, CLIENTS);
	for (size_t i = 0; i < CLIENTS; i++)
		(void)shutdown(scene->accepted[i], SHUT_RD);
	tell(scene);
	(void)hear(scene);
	read_accepted(scene, 1);
	close_accepted(scene);
}

static void shut_rd(struct scene *scene)
{
	struct crowd crowd = { 0 };

	come(scene, &crowd);
	(void)hear(scene);
	write_all(&crowd, 1);
	tell(scene);
	read_ends(&crowd, 5000);
	close_all(&crowd);
}

/* A load generator that wants no TIME_WAIT: all was done. */
static void reset_when_done(struct scene *scene)
{
	struct crowd crowd = { 0 };

	come(scene, &crowd);
	exchange(&crowd);
	reset_all(&crowd);
	wait_ms(100);
	truth("app-abort", scene->port, getpid(), CLIENTS);
}

static void serve_reset_when_done(struct scene *scene)
{
	accept_many(scene, CLIENTS);
	read_accepted(scene, 2); /* one byte, and the end */
	for (size_t i = 0; i < CLIENTS; i++)
		set_linger_zero(scene->accepted[i]);
	close_accepted(scene);
	tell(scene);
}

static void closes_and_is_reset(struct scene *scene)
{
	struct crowd crowd = { 0 };

	come(scene, &crowd);
	write_all(&crowd, 1);
	close_all(&crowd);
	(void)hear(scene);
	truth("app-abort", scene->port, scene->server, CLIENTS);
}

static void exactly_full(struct scene *scene)
{
	struct crowd crowd = { 0 };

	start_many(&crowd, BACKLOG + 1, scene->port, MARK_NONE);
	settle(&crowd, 5000);
	wait_ms(200);
	tell(scene);
	exchange(&crowd);
	close_all(&crowd);
}

static void serve_listen_again(struct scene *scene)
{
	(void)listen(scene->listener, 4);
	(void)listen(scene->listener, BACKLOG);
	serve_echo(scene);
}

static void serve_and_leave(struct scene *scene)
{
	serve_echo(scene);
	(void)hear(scene);
	(void)close(scene->listener);
	scene->listener = -1;
	tell(scene);
}

static void leaves(struct scene *scene)
{
	clean(scene);
	tell(scene);
	(void)hear(scene);
}

/* One worker of a group leaves when nobody waits for it. */
static void serve_handed_over(struct scene *scene)
{
	const int next = listen_on(HERE, scene->port, BACKLOG);

	(void)close(scene->listener);
	scene->listener = next;
	tell(scene);
	serve_echo(scene);
}

static void told_first(struct scene *scene)
{
	(void)hear(scene);
	clean(scene);
}

/* The listener takes nothing from as far away as that, for a while. */
static void serve_filtered(struct scene *scene)
{
	set_option(scene->listener, IPPROTO_IP, IP_MINTTL, 255);
	tell(scene);
	(void)hear(scene);
	set_option(scene->listener, IPPROTO_IP, IP_MINTTL, 0);
	serve_echo(scene);
}

#define MUCH 1000000

static void serve_slowly(struct scene *scene)
{
	accept_many(scene, CLIENTS);
	tell(scene);
	wait_ms(700);
	tell(scene);
	for (size_t i = 0; i < CLIENTS; i++)
		(void)shutdown(scene->accepted[i], SHUT_WR);
	read_accepted(scene, MUCH);
	close_accepted(scene);
	tell(scene);
}

/* The receiver's window is closed, and its sender asks for it. */
static void slow_reader(struct scene *scene)
{
	struct crowd crowd = { 0 };

	come(scene, &crowd);
	(void)hear(scene);
	write_all(&crowd, MUCH);
	(void)hear(scene);
	for (size_t i = 0; i < crowd.n; i++)
		(void)shutdown(crowd.client[i].fd, SHUT_WR);
	(void)hear(scene);
	close_all(&crowd);
}

static void loss_heals(struct scene *scene)
{
	struct crowd crowd = { 0 };

	come(scene, &crowd);
	mark_all(&crowd, MARK_BLACK_HOLE);
	write_all(&crowd, 1);
	wait_ms(300);
	mark_all(&crowd, MARK_NONE);
	read_all(&crowd, 10000);
	close_all(&crowd);
}

/*
 * The handshake's ACK is lost until the server has forgotten the client: a
 * reset from a listener, and its queue was empty.
 */
static void ack_lost(struct scene *scene)
{
	struct crowd crowd = { 0 };

	start_many(&crowd, CLIENTS, scene->port, MARK_HALF_OPEN);
	settle(&crowd, 5000);
	wait_ms(3500);
	mark_all(&crowd, MARK_NONE);
	write_all(&crowd, 1);
	read_ends(&crowd, 5000);
	close_all(&crowd);
	truth("unexplained", scene->port, 0, errors("read", ECONNRESET));
}

static void nobody_hears_udp(struct scene *scene)
{
	const struct sockaddr_in nobody = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)(scene->port + 1)),
		.sin_addr.s_addr = htonl(HERE),
	};
	const int fd = socket(AF_INET, SOCK_DGRAM, 0);

	clean(scene);
	for (int i = 0; i < 10; i++)
		(void)sendto(fd, "", 1, 0, (const struct sockaddr *)&nobody,
		             sizeof(nobody));
	(void)close(fd);
}

static void many(struct scene *scene)
{
	for (int i = 0; i < 20; i++)
		clean(scene);
}

/* clang-format off */
const struct scenario control_scenarios[] = {
	{ .name = "fine_idle", .act = idle, .backlog = BACKLOG },
	{ .name = "fine_clean", .serve = serve_echo, .act = clean,
	  .backlog = BACKLOG },
	{ .name = "fine_many", .serve = serve_echo, .act = many,
	  .backlog = BACKLOG },
	{ .name = "fine_cookies", .serve = serve_echo, .act = clean,
	  .backlog = BACKLOG, .sysctls = "tcp_syncookies=2" },
	{ .name = "fine_cookies_rest", .serve = serve_echo,
	  .act = cookies_for_the_rest, .backlog = 4,
	  .firewall = RULE_HALF_OPEN },
	{ .name = "fine_probes", .serve = serve_echo, .act = probes,
	  .backlog = BACKLOG },
	{ .name = "fine_too_early", .serve = serve_after_a_while,
	  .act = too_early },
	{ .name = "fine_server_closes", .serve = serve_close,
	  .act = server_closes, .backlog = BACKLOG },
	{ .name = "fine_server_exits", .serve = serve_exit,
	  .act = server_closes, .backlog = BACKLOG },
	{ .name = "fine_synack_lost", .serve = serve_unheard,
	  .act = lost_at_first, .backlog = BACKLOG, .firewall = RULE_BLACK_HOLE },
	{ .name = "fine_syn_again", .serve = serve_unheard, .act = syn_again,
	  .backlog = BACKLOG, .firewall = RULE_BLACK_HOLE },
	{ .name = "fine_given_up", .serve = serve_unheard, .act = given_up,
	  .backlog = BACKLOG, .firewall = RULE_BLACK_HOLE },
	{ .name = "fine_deferred", .serve = serve_deferred, .act = deferred,
	  .backlog = BACKLOG },
	{ .name = "fine_dropped", .serve = serve_echo,
	  .act = dropped_elsewhere, .backlog = BACKLOG,
	  .firewall = RULE_BLACK_HOLE },
	{ .name = "fine_reuse", .serve = serve_echo, .act = reuse,
	  .backlog = BACKLOG,
	  .sysctls = "ip_local_port_range=40000,40003 tcp_tw_reuse=1" },
	{ .name = "fine_keepalive", .serve = serve_echo,
	  .act = keepalive_answered, .backlog = BACKLOG },
	{ .name = "fine_half_close", .serve = serve_echo, .act = half_close,
	  .backlog = BACKLOG },
	{ .name = "fine_shut_rd", .serve = serve_shut_rd, .act = shut_rd,
	  .backlog = BACKLOG },
	{ .name = "fine_reset", .serve = serve_echo, .act = reset_when_done,
	  .backlog = BACKLOG },
	{ .name = "fine_server_resets", .serve = serve_reset_when_done,
	  .act = closes_and_is_reset, .backlog = BACKLOG },
	{ .name = "fine_full", .serve = serve_late, .act = exactly_full,
	  .backlog = BACKLOG },
	{ .name = "fine_listen_again", .serve = serve_listen_again,
	  .act = clean, .backlog = BACKLOG },
	{ .name = "fine_leaves", .serve = serve_and_leave, .act = leaves,
	  .backlog = BACKLOG },
	{ .name = "fine_handed_over", .serve = serve_handed_over,
	  .act = told_first, .backlog = BACKLOG },
	{ .name = "fine_filtered", .serve = serve_filtered, .act = lost_at_first,
	  .backlog = BACKLOG },
	{ .name = "fine_slow_reader", .serve = serve_slowly,
	  .act = slow_reader, .backlog = BACKLOG },
	{ .name = "fine_loss", .serve = serve_echo, .act = loss_heals,
	  .backlog = BACKLOG, .firewall = RULE_BLACK_HOLE },
	{ .name = "fine_ack_lost", .act = ack_lost, .backlog = BACKLOG,
	  .sysctls = "tcp_synack_retries=1 tcp_rto_max_ms=1000",
	  .firewall = RULE_HALF_OPEN },
	{ .name = "fine_udp", .serve = serve_echo, .act = nobody_hears_udp,
	  .backlog = BACKLOG },
	{ .name = "fine_before", .serve = serve_echo, .act = clean,
	  .backlog = BACKLOG, .sysctls = "tcp_syn_retries=1",
	  .before = "overflow_timeout" },
	{ .name = NULL },
};
/* clang-format on */
