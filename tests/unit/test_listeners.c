// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * listeners - order, groups and whose a half-open connection is, by table;
 * then the probe against this kernel, through sockets of the test's own.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probes/diag_parse.h"
#include "probes/facts.h"
#include "probes/listeners.h"
#include "probes/registry.h"
#include "tests/support/fdcheck.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static int parse_addr(const char *text, uint8_t ret[16])
{
	memset(ret, 0, 16);
	if (inet_pton(AF_INET, text, ret) == 1)
		return AF_INET;
	assert_int_equal(inet_pton(AF_INET6, text, ret), 1);
	return AF_INET6;
}

static struct listener make_listener(const char *addr, uint16_t port,
                                     uint32_t ifindex, uint64_t cookie)
{
	struct listener listener = {
		.port = port,
		.ifindex = ifindex,
		.cookie = cookie,
	};

	listener.family = parse_addr(addr, listener.addr);
	return listener;
}

static struct diag_row make_row(const char *addr, uint16_t port,
                                uint32_t ifindex)
{
	struct diag_row row = {
		.state = TCP_SYN_RECV,
		.sport = port,
		.ifindex = ifindex,
	};

	row.family = parse_addr(addr, row.src);
	return row;
}

static void sorts_and_drops_repeated(void **state)
{
	/* the cookies say the expected order; 3 and 7 came twice and more */
	struct listener listeners[] = {
		make_listener("::1", 80, 0, 9),
		make_listener("0.0.0.0", 443, 0, 7),
		make_listener("127.0.0.1", 80, 2, 6),
		make_listener("::", 80, 0, 8),
		make_listener("0.0.0.0", 80, 0, 3),
		make_listener("0.0.0.0", 443, 0, 7),
		make_listener("0.0.0.0", 22, 0, 1),
		make_listener("127.0.0.1", 80, 0, 5),
		make_listener("0.0.0.0", 80, 0, 2),
		make_listener("0.0.0.0", 80, 0, 3),
		make_listener("0.0.0.0", 80, 4, 4),
		make_listener("0.0.0.0", 443, 0, 7),
	};
	const size_t n = listeners_arrange(listeners, ARRAY_SIZE(listeners));

	(void)state;
	assert_int_equal(n, 9);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(listeners[i].cookie, i + 1);
}

static void sizes_groups(void **state)
{
	static const struct {
		const char *addr;
		uint16_t port;
		uint32_t ifindex, uid;
		uint32_t group_size;
	} rows[] = {
		{ "0.0.0.0", 80, 0, 0, 3 },   { "0.0.0.0", 80, 0, 0, 3 },
		{ "0.0.0.0", 80, 0, 0, 3 },   { "0.0.0.0", 80, 0, 33, 1 },
		{ "0.0.0.0", 80, 2, 0, 2 },   { "0.0.0.0", 80, 2, 0, 2 },
		{ "127.0.0.1", 80, 0, 0, 1 }, { "0.0.0.0", 81, 0, 0, 1 },
		{ "::", 80, 0, 0, 2 },        { "::", 80, 0, 0, 2 },
	};
	struct listener listeners[ARRAY_SIZE(rows)];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		listeners[i] = make_listener(rows[i].addr, rows[i].port,
		                             rows[i].ifindex, i + 1);
		listeners[i].uid = rows[i].uid;
	}
	assert_int_equal(listeners_arrange(listeners, ARRAY_SIZE(rows)),
	                 ARRAY_SIZE(rows));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(listeners[i].group_size,
		                 rows[listeners[i].cookie - 1].group_size);
}

static void arranges_nothing(void **state)
{
	(void)state;
	assert_int_equal(listeners_arrange(NULL, 0), 0);
	listeners_share_syn(NULL, 0);
}

/* Whose is it? The answer is a cookie; 0: nobody's. */
static void counts_for_the_right_one(void **state)
{
	struct listener listeners[] = {
		make_listener("0.0.0.0", 80, 0, 1),
		make_listener("0.0.0.0", 80, 2, 2),
		make_listener("127.0.0.1", 80, 0, 3),
		make_listener("127.0.0.2", 80, 2, 4),
		make_listener("127.0.0.1", 81, 0, 5),
		make_listener("::", 80, 0, 6),
		make_listener("::1", 80, 0, 7),
		make_listener("::", 82, 0, 8),
		make_listener("::ffff:127.0.0.1", 82, 0, 9),
		make_listener("::ffff:0.0.0.0", 83, 0, 10),
		make_listener("fe80::1", 84, 0, 11),
		make_listener("::", 84, 3, 12),
		make_listener("::", 85, 0, 13),
	};
	static const struct {
		const char *addr;
		uint16_t port;
		uint32_t ifindex;
		uint64_t cookie;
	} rows[] = {
		{ "127.0.0.1", 80, 0, 3 }, /* exact before any */
		{ "127.0.0.9", 80, 0, 1 },
		{ "10.0.0.1", 80, 2, 2 }, /* the listener's device */
		{ "127.0.0.2", 80, 2, 4 },
		{ "127.0.0.2", 80, 0, 1 }, /* not through that device */
		{ "127.0.0.1", 80, 2, 3 }, /* exact before the device */
		{ "127.0.0.1", 81, 0, 5 },
		{ "127.0.0.2", 81, 0, 0 },
		{ "127.0.0.1", 82, 0, 0 }, /* IPv4 row: IPv4 listener */
		{ "127.0.0.1", 79, 0, 0 },
		{ "127.0.0.1", 99, 0, 0 },
		{ "::1", 80, 0, 7 },
		{ "::2", 80, 0, 6 },
		{ "::ffff:10.0.0.1", 80, 0, 6 }, /* dual stack */
		{ "::ffff:127.0.0.1", 82, 0, 9 },
		{ "::ffff:127.0.0.2", 82, 0, 8 },
		{ "::ffff:127.0.0.2", 83, 0, 10 },
		{ "::1", 83, 0, 0 },
		{ "fe80::1", 84, 3, 11 }, /* link-local: device of the packet */
		{ "fe80::2", 84, 3, 12 },
		{ "fe80::2", 85, 3, 13 },
		{ "fe80::2", 84, 0, 0 },
	};

	(void)state;
	assert_int_equal(listeners_arrange(listeners, ARRAY_SIZE(listeners)),
	                 ARRAY_SIZE(listeners));
	for (size_t r = 0; r < ARRAY_SIZE(rows); r++) {
		const struct diag_row row =
			make_row(rows[r].addr, rows[r].port, rows[r].ifindex);

		listeners_count_syn(listeners, ARRAY_SIZE(listeners), &row);
		for (size_t i = 0; i < ARRAY_SIZE(listeners); i++) {
			const uint64_t count = listeners[i].syn_queue.value;

			if (count != (listeners[i].cookie == rows[r].cookie))
				fail_msg(
					"row %zu (%s:%u%%%u): %lu counted for %lu",
					r, rows[r].addr, rows[r].port,
					rows[r].ifindex, (unsigned long)count,
					(unsigned long)listeners[i].cookie);
			listeners[i].syn_queue.value = 0;
		}
	}
}

static void shares_within_a_group(void **state)
{
	struct listener listeners[] = {
		make_listener("0.0.0.0", 80, 0, 1),
		make_listener("0.0.0.0", 80, 0, 2),
		make_listener("0.0.0.0", 80, 0, 3),
		make_listener("0.0.0.0", 81, 0, 4),
	};
	const struct diag_row row = make_row("127.0.0.1", 80, 0);

	(void)state;
	assert_int_equal(listeners_arrange(listeners, 4), 4);
	listeners_count_syn(listeners, 4, &row);
	listeners_count_syn(listeners, 4, &row);
	listeners_share_syn(listeners, 4);
	for (int i = 0; i < 3; i++)
		assert_int_equal(listeners[i].syn_queue.value, 2);
	assert_int_equal(listeners[3].syn_queue.value, 0);
}

/* Not a timing: quadratic work would take minutes. */
static void many(void **state)
{
	enum { LISTENERS = 9000, ROWS = 200000 };
	struct listener *listeners = calloc(LISTENERS, sizeof(*listeners));
	uint64_t sum = 0;

	(void)state;
	assert_non_null(listeners);
	for (uint32_t i = 0; i < LISTENERS; i++)
		listeners[i] = make_listener(
			"0.0.0.0", (uint16_t)(9000 - i % 3000), 0, i + 1);
	assert_int_equal(listeners_arrange(listeners, LISTENERS), LISTENERS);
	for (uint32_t i = 0; i < ROWS; i++) {
		const struct diag_row row =
			make_row("127.0.0.1", (uint16_t)(6001 + i % 3000), 0);

		listeners_count_syn(listeners, LISTENERS, &row);
	}
	for (uint32_t i = 0; i < LISTENERS; i++) {
		sum += listeners[i].syn_queue.value;
		assert_int_equal(listeners[i].group_size, 3);
	}
	assert_int_equal(sum, ROWS);
	free(listeners);
}

static const struct listener *find_listener(const struct host *host, int family,
                                            uint16_t port)
{
	for (size_t i = 0; i < host->ns->n_listeners; i++)
		if (host->ns->listeners[i].family == family &&
		    host->ns->listeners[i].port == port)
			return &host->ns->listeners[i];
	fail_msg("no listener of port %u", port);
	return NULL;
}

/*
 * Connections to it stay half-open until they bring data.
 *
 * Return: descriptor; -1 when the kernel has no IPv6 and it takes that.
 */
static int listen_deferred(const char *text, int *ret_family,
                           uint16_t *ret_port)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	const int is_v4 = inet_pton(AF_INET, text, &v4.sin_addr);
	struct sockaddr *addr = is_v4 ? (void *)&v4 : (void *)&v6;
	socklen_t len = is_v4 ? sizeof(v4) : sizeof(v6);
	const int seconds = 5;
	const int off = 0;
	const int fd = socket(addr->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 && !is_v4 && errno == EAFNOSUPPORT)
		return -1;
	assert_true(fd >= 0);
	if (!is_v4)
		assert_int_equal(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off,
		                            sizeof(off)),
		                 0);
	assert_int_equal(setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds,
	                            sizeof(seconds)),
	                 0);
	assert_int_equal(bind(fd, addr, len), 0);
	assert_int_equal(listen(fd, 7), 0);
	assert_int_equal(getsockname(fd, addr, &len), 0);
	*ret_family = addr->sa_family;
	*ret_port = ntohs(is_v4 ? v4.sin_port : v6.sin6_port);
	return fd;
}

static int connect_ipv4(uint16_t port, const char *hello)
{
	const struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof(to)),
	                 0);
	assert_int_equal(send(fd, hello, strlen(hello), 0), strlen(hello));
	return fd;
}

/* Two connections half-open and one in the queue, all over IPv4. */
static void assert_deferred(const struct listener *listener, const char *addr)
{
	uint8_t bytes[16];

	assert_int_equal(parse_addr(addr, bytes), listener->family);
	assert_memory_equal(listener->addr, bytes, sizeof(bytes));
	assert_int_equal(listener->limit, 7);
	assert_int_equal(listener->queue, 1);
	assert_int_equal(listener->syn_queue.state, FACT_KNOWN);
	assert_int_equal(listener->syn_queue.value, 2);
	assert_int_equal(listener->drops.state, FACT_KNOWN);
	assert_int_equal(listener->uid, geteuid());
	assert_int_equal(listener->ifindex, 0);
	assert_int_equal(listener->group_size, 1);
	assert_int_not_equal(listener->inode, 0);
	assert_int_equal(listener->v6only.state, listener->family == AF_INET6
	                                                 ? FACT_KNOWN
	                                                 : FACT_ABSENT);
	assert_int_equal(listener->v6only.value, 0);
	assert_int_equal(listener->owners_state, OWNERS_UNREAD);
}

static void reads_this_kernel(const char *addr)
{
	const struct probe_env env = { .root_fd = -1 };
	struct host *host;
	uint16_t port;
	int family;
	int fd[4];

	fd[0] = listen_deferred(addr, &family, &port);
	if (fd[0] < 0)
		return;
	fd[1] = connect_ipv4(port, "");
	fd[2] = connect_ipv4(port, "");
	fd[3] = connect_ipv4(port, "x");
	host = host_new(1);
	assert_non_null(host);
	assert_int_equal(probe_listeners.run(&env, host, host->ns, NULL), 0);
	assert_int_equal(host->ns->listeners_read.state, FACT_KNOWN);
	assert_int_equal(host->ns->listeners_read.value, host->ns->n_listeners);
	assert_deferred(find_listener(host, family, port), addr);
	host_free(host);
	for (size_t i = 0; i < ARRAY_SIZE(fd); i++)
		(void)close(fd[i]);
}

static void reads_an_ipv4_listener(void **state)
{
	(void)state;
	reads_this_kernel("127.0.0.1");
}

static void reads_a_dual_stack_listener(void **state)
{
	(void)state;
	reads_this_kernel("::");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorts_and_drops_repeated),
		cmocka_unit_test(sizes_groups),
		cmocka_unit_test(arranges_nothing),
		cmocka_unit_test(counts_for_the_right_one),
		cmocka_unit_test(shares_within_a_group),
		cmocka_unit_test(many),
		cmocka_unit_test(reads_an_ipv4_listener),
		cmocka_unit_test(reads_a_dual_stack_listener),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
