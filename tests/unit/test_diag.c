// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * diag - against the kernel of this machine, through sockets that the test
 * opens on loopback; no root.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/diag.h"
#include "tests/support/fdcheck.h"

#define EXT_DROPS (1U << (INET_DIAG_SKMEMINFO - 1))

static struct sockaddr_in loopback(uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

/* @port: 0, or that of another member of the group. Return: descriptor. */
static int listen_in_group(uint16_t port, int backlog)
{
	const struct sockaddr_in addr = loopback(port);
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const int on = 1;

	assert_true(fd >= 0);
	assert_int_equal(
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)), 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&addr, sizeof(addr)),
	                 0);
	assert_int_equal(listen(fd, backlog), 0);
	return fd;
}

static uint16_t port_of(int fd)
{
	struct sockaddr_in addr;
	socklen_t len = sizeof(addr);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&addr, &len), 0);
	return ntohs(addr.sin_port);
}

static int connect_to(uint16_t port)
{
	const struct sockaddr_in addr = loopback(port);
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(
		connect(fd, (const struct sockaddr *)&addr, sizeof(addr)), 0);
	return fd;
}

struct found {
	struct diag_row row[8];
	size_t n;
	int stop_with;
};

static int keep(void *to, const struct diag_row *row)
{
	struct found *found = to;

	assert_true(found->n < 8);
	found->row[found->n++] = *row;
	return found->stop_with;
}

static struct diag_query listeners_of(uint16_t port)
{
	return (struct diag_query){
		.family = AF_INET,
		.states = 1U << TCP_LISTEN,
		.ext = EXT_DROPS,
		.sport = port,
	};
}

static struct found dump(struct diag *diag, const struct diag_query *query)
{
	struct found found = { .n = 0 };
	struct err err = { 0 };

	assert_int_equal(diag_dump(diag, query, keep, &found, &err), 0);
	assert_int_equal(err.code, 0);
	return found;
}

static void finds_a_listener(void **state)
{
	const int fd = listen_in_group(0, 3);
	const uint16_t port = port_of(fd);
	const struct diag_query query = listeners_of(port);
	struct diag diag;
	struct found found;

	(void)state;
	assert_int_equal(diag_open(&diag, NULL), 0);
	found = dump(&diag, &query);
	assert_int_equal(found.n, 1);
	assert_int_equal(found.row[0].sport, port);
	assert_int_equal(found.row[0].wqueue, 3);
	assert_int_equal(found.row[0].uid, geteuid());
	assert_int_equal(found.row[0].drops.state, FACT_KNOWN);
	(void)close(fd);
	found = dump(&diag, &query);
	assert_int_equal(found.n, 0);
	diag_close(&diag);
	diag_close(&diag);
}

/* The listener's end and the client's, each by its own filter. */
static void filters_by_port(void **state)
{
	const int listener = listen_in_group(0, 3);
	const uint16_t port = port_of(listener);
	const int client = connect_to(port);
	const uint16_t client_port = port_of(client);
	struct diag_query query = {
		.family = AF_INET,
		.states = 1U << TCP_ESTABLISHED | 1U << TCP_LISTEN,
		.dport = port,
	};
	struct diag diag;
	struct found found;

	(void)state;
	assert_int_equal(diag_open(&diag, NULL), 0);
	found = dump(&diag, &query);
	assert_int_equal(found.n, 1);
	assert_int_equal(found.row[0].sport, client_port);
	query.sport = client_port;
	assert_int_equal(dump(&diag, &query).n, 1);
	query.sport = port;
	assert_int_equal(dump(&diag, &query).n, 0);
	query.dport = 0;
	assert_int_equal(dump(&diag, &query).n, 2);
	query.family = AF_INET6;
	assert_int_equal(dump(&diag, &query).n, 0);
	diag_close(&diag);
	(void)close(client);
	(void)close(listener);
}

static void gets_one_again(void **state)
{
	const int fd = listen_in_group(0, 3);
	const struct diag_query query = listeners_of(port_of(fd));
	struct err err = { 0 };
	struct diag_row row;
	struct diag diag;
	struct found found;
	int client;

	(void)state;
	assert_int_equal(diag_open(&diag, NULL), 0);
	found = dump(&diag, &query);
	client = connect_to(port_of(fd));
	assert_int_equal(diag_get(&diag, &found.row[0], EXT_DROPS, &row, &err),
	                 0);
	assert_int_equal(row.rqueue, 1);
	assert_int_equal(row.cookie, found.row[0].cookie);
	assert_int_equal(row.drops.state, FACT_KNOWN);
	(void)close(client);
	(void)close(fd);
	assert_int_equal(diag_get(&diag, &found.row[0], EXT_DROPS, &row, &err),
	                 -ENOENT);
	assert_int_equal(err.code, -ENOENT);
	diag_close(&diag);
}

/* The kernel's own lookup finds any member; each must be found as itself. */
static void gets_each_of_a_group(void **state)
{
	int fd[4];
	struct diag_query query;
	struct diag diag;
	struct found found;

	(void)state;
	fd[0] = listen_in_group(0, 1);
	for (int i = 1; i < 4; i++)
		fd[i] = listen_in_group(port_of(fd[0]), i + 1);
	query = listeners_of(port_of(fd[0]));
	assert_int_equal(diag_open(&diag, NULL), 0);
	found = dump(&diag, &query);
	assert_int_equal(found.n, 4);
	for (int i = 0; i < 4; i++) {
		struct diag_row row;

		assert_int_equal(diag_get(&diag, &found.row[i], 0, &row, NULL),
		                 0);
		assert_int_equal(row.cookie, found.row[i].cookie);
		assert_int_equal(row.wqueue, found.row[i].wqueue);
	}
	diag_close(&diag);
	for (int i = 0; i < 4; i++)
		(void)close(fd[i]);
}

/* The rest of a stopped dump must not be taken for the next one's. */
static void goes_on_after_a_stop(void **state)
{
	const int first = listen_in_group(0, 1);
	const int second = listen_in_group(port_of(first), 2);
	const struct diag_query query = listeners_of(port_of(first));
	struct found stopped = { .stop_with = -ECANCELED };
	struct err err = { 0 };
	struct diag diag;

	(void)state;
	assert_int_equal(diag_open(&diag, NULL), 0);
	assert_int_equal(diag_dump(&diag, &query, keep, &stopped, &err),
	                 -ECANCELED);
	assert_int_equal(stopped.n, 1);
	assert_int_equal(err.code, -ECANCELED);
	assert_int_equal(dump(&diag, &query).n, 2);
	diag_close(&diag);
	(void)close(first);
	(void)close(second);
}

/* As on a kernel whose tcp_diag is a module that is not there. */
static void says_what_is_missing(void **state)
{
	const struct diag_query query = { .family = AF_APPLETALK,
		                          .states = 1U << TCP_LISTEN };
	struct found found = { .n = 0 };
	struct err err = { 0 };
	struct diag diag;
	int rc;

	(void)state;
	assert_int_equal(diag_open(&diag, NULL), 0);
	rc = diag_dump(&diag, &query, keep, &found, &err);
	diag_close(&diag);
	assert_int_equal(rc, -ENOENT);
	assert_non_null(strstr(err.what, "sock_diag"));
	assert_non_null(strstr(err.hint, "modprobe tcp_diag"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_a_listener),
		cmocka_unit_test(filters_by_port),
		cmocka_unit_test(gets_one_again),
		cmocka_unit_test(gets_each_of_a_group),
		cmocka_unit_test(goes_on_after_a_stop),
		cmocka_unit_test(says_what_is_missing),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
