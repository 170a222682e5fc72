// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_ports - which ports are left, and that sockets are dumped only when
 * they could matter. The dump is of this namespace: the goal's port is one
 * that the test's own listener got.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probes/diag.h"
#include "probes/goal.h"
#include "probes/ports.h"
#include "probes/registry.h"
#include "tests/support/fdcheck.h"
#include "tests/support/fixture.h"

#define N_OF(rows) (sizeof(rows) / sizeof((rows)[0]))
#define BYTES(literal) literal, sizeof(literal) - 1

static void lists(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		int rc;
		uint32_t count;
	} rows[] = {
		{ BYTES(""), 0, 0 },
		{ BYTES("\n"), 0, 0 },
		{ BYTES("80\n"), 0, 1 },
		{ BYTES("80"), 0, 1 },
		{ BYTES("1-5,8\n"), 0, 6 },
		{ BYTES("1-5,3-8,8\n"), 0, 8 },
		{ BYTES("0-65535\n"), 0, 65536 },
		{ BYTES("65535\n"), 0, 1 },
		{ BYTES("65536\n"), -EINVAL, 0 },
		{ BYTES("1-65536\n"), -EINVAL, 0 },
		{ BYTES("5-1\n"), -EINVAL, 0 },
		{ BYTES("-1\n"), -EINVAL, 0 },
		{ BYTES("1-\n"), -EINVAL, 0 },
		{ BYTES("1-2-3\n"), -EINVAL, 0 },
		{ BYTES("1,\n"), -EINVAL, 0 },
		{ BYTES(",1\n"), -EINVAL, 0 },
		{ BYTES("1,,2\n"), -EINVAL, 0 },
		{ BYTES("1 2\n"), -EINVAL, 0 },
		{ BYTES("1\n2\n"), -EINVAL, 0 },
		{ BYTES("1\0\n"), -EINVAL, 0 },
		{ BYTES("18446744073709551617\n"), -EINVAL, 0 },
		{ BYTES("http\n"), -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct port_set set;

		print_message("\"%s\"\n", rows[i].bytes);
		assert_int_equal(port_set_parse(rows[i].bytes, rows[i].len,
		                                &set),
		                 rows[i].rc);
		if (!rows[i].rc)
			assert_int_equal(port_set_count(&set), rows[i].count);
	}
}

static void set_edges(void **state)
{
	static const uint16_t ports[] = { 0, 63, 64, 65535 };
	struct port_set set = { 0 };

	(void)state;
	for (size_t i = 0; i < N_OF(ports); i++) {
		assert_false(port_set_has(&set, ports[i]));
		port_set_add(&set, ports[i]);
		assert_true(port_set_has(&set, ports[i]));
	}
	assert_int_equal(port_set_count(&set), N_OF(ports));
	port_set_remove(&set, 64);
	assert_false(port_set_has(&set, 64));
	assert_true(port_set_has(&set, 63));
}

/* The longest list that the kernel can write fits the reader's buffer. */
static void longest_list(void **state)
{
	char *list = malloc(PORT_LIST_BYTES);
	struct port_set set;
	size_t len = 0;

	(void)state;
	for (unsigned int port = 1; port < PORT_MAX; port += 3)
		len += (size_t)snprintf(list + len, PORT_LIST_BYTES - len,
		                        "%s%u-%u", len ? "," : "", port,
		                        port + 1);
	assert_true(len < PORT_LIST_BYTES - 1);
	assert_int_equal(port_set_parse(list, len, &set), 0);
	assert_int_equal(port_set_count(&set), 43690);
	free(list);
}

static void usable(void **state)
{
	struct port_set reserved = { 0 };
	struct port_set set;

	(void)state;
	port_set_add(&reserved, 9);
	port_set_add(&reserved, 10);
	port_set_add(&reserved, 65535);
	ports_usable(10, 65535, &reserved, &set);
	assert_int_equal(port_set_count(&set), 65526 - 2);
	assert_false(port_set_has(&set, 9));
	assert_false(port_set_has(&set, 10));
	assert_true(port_set_has(&set, 11));
	ports_usable(10, 10, &reserved, &set);
	assert_int_equal(port_set_count(&set), 0);
}

static void towards(void **state)
{
	static const struct {
		enum goal_family family;
		const char *peer;
		int row_family;
		const char *dst;
		uint16_t dport;
		bool is;
	} rows[] = {
		{ FAMILY_IPV4, NULL, AF_INET, "127.0.0.1", 80, true },
		{ FAMILY_IPV4, NULL, AF_INET, "127.0.0.1", 81, false },
		{ FAMILY_IPV4, NULL, AF_INET, "127.0.0.2", 80, false },
		{ FAMILY_IPV4, NULL, AF_INET6, "::ffff:127.0.0.1", 80, true },
		{ FAMILY_IPV4, NULL, AF_INET6, "::1", 80, false },
		{ FAMILY_IPV6, NULL, AF_INET6, "::1", 80, true },
		{ FAMILY_IPV6, NULL, AF_INET, "127.0.0.1", 80, false },
		{ FAMILY_IPV4, "192.0.2.1", AF_INET, "192.0.2.1", 80, true },
		{ FAMILY_IPV4, "192.0.2.1", AF_INET, "127.0.0.1", 80, false },
		{ FAMILY_IPV4, "2001:db8::1", AF_INET6, "2001:db8::1", 80,
		  true },
		{ FAMILY_IPV4, "fe80::1%eth0", AF_INET6, "2001:db8::1", 80,
		  true },
		{ FAMILY_IPV4, "fe80::1%eth0", AF_INET6, "fe80::1", 81, false },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct goal goal = goal_default();
		struct diag_row row = { .family = rows[i].row_family,
			                .dport = rows[i].dport };
		struct ports_target target;

		goal.family = rows[i].family;
		goal.peer = rows[i].peer;
		goal.port = 80;
		target = ports_target(&goal);
		assert_int_equal(inet_pton(row.family, rows[i].dst, row.dst),
		                 1);
		print_message("%s\n", rows[i].dst);
		assert_int_equal(ports_is_towards(&target, &row), rows[i].is);
	}
}

/* A host as it is saved; the caller changes what it is about. */
struct fixture_host {
	struct goal goal;
	struct host *host;
	struct netns_facts *ns;
};

static struct fixture_host fixture_host(const char *fixture)
{
	struct fixture_host f = { .goal = goal_default(), .host = host_new(1) };
	const int root_fd = fixture_root(fixture);
	const struct probe_env env = { .root_fd = root_fd, .goal = &f.goal };

	f.ns = &f.host->ns[0];
	assert_int_equal(probe_sysctl_netns.run(&env, f.host, f.ns, NULL), 0);
	assert_int_equal(probe_sockstat.run(&env, f.host, f.ns, NULL), 0);
	f.ns->listeners_read = fact_known(0);
	close(root_fd);
	return f;
}

static void run_ports(struct fixture_host *f, const char *fixture)
{
	const int root_fd = fixture_root(fixture);
	const struct probe_env env = { .root_fd = root_fd, .goal = &f->goal };

	assert_int_equal(probe_ports.run(&env, f->host, f->ns, NULL), 0);
	close(root_fd);
}

static void assert_known(struct fact_u64 fact, uint64_t value)
{
	assert_int_equal(fact.state, FACT_KNOWN);
	assert_int_equal(fact.value, value);
}

/* 40000-40099 without 40000-40009 and 40050: 89 ports. */
static void own_listener(void **state)
{
	static const uint16_t ports[] = { 39999, 40009, 40010, 40010, 40099 };
	struct fixture_host f = fixture_host("child");

	(void)state;
	run_ports(&f, "child");
	assert_known(f.ns->ports.usable, 89);
	assert_known(f.ns->ports.free, 89);

	f.ns->listeners = calloc(N_OF(ports), sizeof(struct listener));
	f.ns->n_listeners = N_OF(ports);
	f.ns->listeners_read = fact_known(N_OF(ports));
	for (size_t i = 0; i < N_OF(ports); i++)
		f.ns->listeners[i].port = ports[i];
	run_ports(&f, "child");
	assert_known(f.ns->ports.usable, 89);
	assert_known(f.ns->ports.free, 87);
	host_free(f.host);
}

/* The fixture's namespace has 35 sockets: 89 - 35 = 54 are surely left. */
static void bound_is_enough(void **state)
{
	struct fixture_host f = fixture_host("child");

	(void)state;
	f.goal.port = 1;
	f.goal.flows = 54;
	run_ports(&f, "child");
	assert_known(f.ns->ports.free, 54);
	/* One more, and nothing of this host has port 1 as its target. */
	f.goal.flows = 55;
	run_ports(&f, "child");
	assert_known(f.ns->ports.free, 89);
	/* The bound does without listeners; what is exact does not. */
	f.ns->listeners_read = (struct fact_u64){ .state = FACT_DENIED };
	run_ports(&f, "child");
	assert_int_equal(f.ns->ports.free.state, FACT_DENIED);
	f.goal.flows = 54;
	run_ports(&f, "child");
	assert_known(f.ns->ports.free, 54);
	f.goal.port = 0;
	run_ports(&f, "child");
	assert_known(f.ns->ports.free, 54);
	/* More sockets than ports is no negative number. */
	f.ns->sockstat.time_wait = fact_known(UINT64_MAX);
	f.goal.flows = 1;
	run_ports(&f, "child");
	assert_int_equal(f.ns->ports.free.state, FACT_DENIED);
	host_free(f.host);
}

static void unknown_inputs(void **state)
{
	struct fixture_host f = fixture_host("hostile");

	(void)state;
	run_ports(&f, "hostile");
	assert_int_equal(f.ns->ports.usable.state, FACT_BROKEN);
	assert_int_equal(f.ns->ports.free.state, FACT_BROKEN);
	/* A good range, and a list that makes no sense. */
	f.ns->sysctl[SYSCTL_PORT_RANGE] =
		(struct sysctl_fact){ .state = FACT_KNOWN,
		                      .v = { 40000, 40099 } };
	run_ports(&f, "hostile");
	assert_int_equal(f.ns->ports.usable.state, FACT_BROKEN);
	/* A good range, and no list. */
	run_ports(&f, "hostile/proc");
	assert_int_equal(f.ns->ports.usable.state, FACT_ABSENT);
	assert_int_equal(f.ns->ports.free.state, FACT_ABSENT);
	host_free(f.host);
}

static int connect_from(const struct sockaddr_in *to, int *ret_port)
{
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in from;
	socklen_t len = sizeof(from);

	assert_int_equal(connect(fd, (const struct sockaddr *)to, sizeof(*to)),
	                 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&from, &len), 0);
	*ret_port = ntohs(from.sin_port);
	return fd;
}

/* Real connections to a real listener; the range is around their ports. */
static void dump_finds_connections(void **state)
{
	const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in to = { .sin_family = AF_INET };
	socklen_t len = sizeof(to);
	struct fixture_host f = fixture_host("child");
	int fds[3];
	int ports[3];

	(void)state;
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(listener, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(listen(listener, 8), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&to, &len),
	                 0);
	f.goal.port = ntohs(to.sin_port);
	f.goal.flows = GOAL_FLOWS_MAX;
	for (int i = 0; i < 3; i++)
		fds[i] = connect_from(&to, &ports[i]);
	for (int i = 0; i < 3; i++) {
		f.ns->sysctl[SYSCTL_PORT_RANGE] =
			(struct sysctl_fact){ .state = FACT_KNOWN,
			                      .v = { ports[i], ports[i] } };
		run_ports(&f, "3.10");
		assert_known(f.ns->ports.usable, 1);
		assert_known(f.ns->ports.free, 0);
		/* To another address of the same port it is free. */
		f.goal.peer = "127.0.0.2";
		run_ports(&f, "3.10");
		assert_known(f.ns->ports.free, 1);
		f.goal.peer = NULL;
		close(fds[i]);
	}
	close(listener);
	host_free(f.host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists),
		cmocka_unit_test(set_edges),
		cmocka_unit_test(longest_list),
		cmocka_unit_test(usable),
		cmocka_unit_test(towards),
		cmocka_unit_test(own_listener),
		cmocka_unit_test(bound_is_enough),
		cmocka_unit_test(unknown_inputs),
		cmocka_unit_test(dump_finds_connections),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
