// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * listener - the test's own listener, and what its queue holds.
 *
 * The queue is read through sock_diag and not through getsockopt(TCP_INFO)
 * on the descriptor, because only sock_diag also has the drops, and because
 * that is what a person sees in `ss`.
 */
#include <errno.h>
#include <linux/inet_diag.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/goal.h"
#include "probes/load/engine.h"
#include "probes/load/load.h"

#define PORT_MIN 1024
#define PORT_MAX 65535

/* Tries of a port outside of the range before the kernel may choose. */
#define PORT_TRIES 64

/* include/net/tcp_states.h */
#define STATE_LISTEN 10
#define STATE_SYN_RECV 3

/* The n-th port of those that are not in the ephemeral range; 0: none. */
static uint16_t port_outside(const struct load_options *options, uint32_t n)
{
	const uint32_t low = options->port_low;
	const uint32_t high = options->port_high;
	const uint32_t below = low > PORT_MIN ? low - PORT_MIN : 0;
	const uint32_t above = high < PORT_MAX ? PORT_MAX - high : 0;
	uint32_t nth;

	if (!low || !(below + above))
		return 0;
	nth = n % (below + above);
	return (uint16_t)(nth < below ? PORT_MIN + nth
	                              : high + 1 + (nth - below));
}

static int try_bind(const struct test_listener *listener)
{
	if (bind(listener->fd, &listener->addr.any, listener->addr_len))
		return -errno;
	return 0;
}

static int listener_bind(struct test_listener *listener,
                         const struct load_options *options)
{
	const uint32_t start = (uint32_t)getpid() * 7919U;
	int rc;

	for (uint32_t i = 0; i < PORT_TRIES; i++) {
		const uint16_t port = port_outside(options, start + i);

		if (!port)
			break;
		address_set_port(&listener->addr, port);
		rc = try_bind(listener);
		if (rc != -EADDRINUSE && rc != -EACCES)
			return rc;
	}
	address_set_port(&listener->addr, 0);
	return try_bind(listener);
}

static int listener_listen(struct test_listener *listener,
                           const struct load_options *options)
{
	socklen_t len = sizeof(listener->addr);
	int rc;

	rc = listener_bind(listener, options);
	if (rc)
		return rc;
	if (listen(listener->fd, (int)options->backlog) ||
	    getsockname(listener->fd, &listener->addr.any, &len))
		return -errno;
	return 0;
}

static int keep_listener(void *to, const struct diag_row *row)
{
	struct test_listener *listener = to;

	if (row->sport == address_port(&listener->addr))
		listener->row = *row;
	return 0;
}

/* Find our socket once; it is read by its cookie from then on. */
static void listener_find(struct test_listener *listener)
{
	const struct diag_query query = {
		.family = listener->addr.any.sa_family,
		.states = 1U << STATE_LISTEN,
		.ext = 1U << (INET_DIAG_SKMEMINFO - 1),
		.sport = address_port(&listener->addr),
	};

	if (diag_open(&listener->diag, NULL))
		return;
	if (diag_dump(&listener->diag, &query, keep_listener, listener, NULL))
		listener->row = (struct diag_row){ 0 };
}

int listener_open(struct test_listener *listener, const union address *at,
                  const struct load_options *options, struct err *err)
{
	char where[ADDRESS_TEXT_MAX];
	int rc;

	*listener = (struct test_listener){ .fd = -1 };
	listener->addr_len =
		address_loopback(&listener->addr, options->family, 0);
	if (at)
		listener->addr = *at;
	address_text(&listener->addr, where);
	listener->fd = socket(listener->addr.any.sa_family,
	                      SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (listener->fd < 0) {
		rc = -errno;
		return err_set(err, rc, "cannot open a socket for %s: %s",
		               where, strerror(-rc));
	}
	rc = listener_listen(listener, options);
	if (rc) {
		listener_close(listener);
		return err_set(err, rc, "cannot listen on %s: %s", where,
		               strerror(-rc));
	}
	listener_find(listener);
	return 0;
}

void listener_close(struct test_listener *listener)
{
	if (listener->fd >= 0)
		(void)close(listener->fd);
	listener->fd = -1;
	diag_close(&listener->diag);
}

int listener_sample(struct test_listener *listener)
{
	struct diag_row row;
	int rc;

	if (!listener->row.cookie)
		return -ENOENT;
	rc = diag_get(&listener->diag, &listener->row,
	              1U << (INET_DIAG_SKMEMINFO - 1), &row, NULL);
	if (!rc)
		listener->row = row;
	return rc;
}

static int count_row(void *to, const struct diag_row *row)
{
	uint64_t *count = to;

	(void)row;
	(*count)++;
	return 0;
}

struct fact_u64 listener_syn_queue(struct test_listener *listener)
{
	const struct diag_query query = {
		.family = listener->addr.any.sa_family,
		.states = 1U << STATE_SYN_RECV,
		.sport = address_port(&listener->addr),
	};
	uint64_t count = 0;
	int rc;

	if (!listener->row.cookie)
		return (struct fact_u64){ .state = FACT_ABSENT };
	rc = diag_dump(&listener->diag, &query, count_row, &count, NULL);
	if (rc)
		return (struct fact_u64){ .state = fact_state_from_errno(rc) };
	return fact_known(count);
}
