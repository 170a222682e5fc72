// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_kmsg - what the kernel says, has said in older versions, and what only
 * looks as if the kernel had said it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probes/kmsg.h"
#include "tests/support/fdcheck.h"
#include "tests/support/fixture.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define NONE KMSG_KIND_COUNT

static struct kmsg_facts parse(const char *text)
{
	struct kmsg_facts facts = { 0 };

	kmsg_parse(text, strlen(text), &facts);
	return facts;
}

static void messages(void **state)
{
	static const struct {
		const char *text;
		enum kmsg_kind kind;
		int port;
		const char *addr;
	} rows[] = {
		{ "TCP: request_sock_TCP: Possible SYN flooding on port 192.0.2.1:80. Sending cookies.",
		  KMSG_SYN_COOKIES, 80, "192.0.2.1" },
		{ "TCP: request_sock_TCPv6: Possible SYN flooding on port [2001:db8::1]:65535. Dropping request.",
		  KMSG_SYN_DROPS, 65535, "2001:db8::1" },
		{ "TCP: request_sock_TCP: Possible SYN flooding on port 1. Sending cookies.  Check SNMP counters.",
		  KMSG_SYN_COOKIES, 1, NULL },
		{ "TCP: TCP: Possible SYN flooding on port 80. Dropping request.  Check SNMP counters.",
		  KMSG_SYN_DROPS, 80, NULL },
		{ "possible SYN flooding on port 80. Sending cookies.",
		  KMSG_SYN_COOKIES, 80, NULL },
		{ "TCP: Possible SYN flooding on port 0. Sending cookies.",
		  NONE, 0, NULL },
		{ "TCP: Possible SYN flooding on port 65536. Sending cookies.",
		  NONE, 0, NULL },
		{ "TCP: Possible SYN flooding on port 80, Sending cookies.",
		  NONE, 0, NULL },
		{ "TCP: Possible SYN flooding on port 80", NONE, 0, NULL },
		{ "TCP: Possible SYN flooding on port 1.2.3:80. Sending cookies.",
		  NONE, 0, NULL },
		{ "TCP: Possible SYN flooding on port [::1:80. Sending cookies.",
		  NONE, 0, NULL },
		{ "TCP: Possible SYN flooding on port [:80. Sending cookies.",
		  NONE, 0, NULL },
		{ "TCP: Possible SYN flooding on port :80. Sending cookies.",
		  NONE, 0, NULL },
		{ "TCP: Possible SYN flooding on port ::1:80. Sending cookies.",
		  NONE, 0, NULL },
		{ "TCP: Possible SYN flooding on port [0000:0000:0000:0000:0000:0000:0000:0000:0000:0001]:80. Sending cookies.",
		  NONE, 0, NULL },
		/* 46 bytes, one more than any address has */
		{ "TCP: Possible SYN flooding on port [ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.2550]:80. Sending cookies.",
		  NONE, 0, NULL },
		{ "TCP: Possible SYN flooding on port 1.2.3.4:. Sending cookies.",
		  NONE, 0, NULL },
		{ "nf_conntrack: table full, dropping packet",
		  KMSG_CONNTRACK_FULL, 0, NULL },
		{ "nf_conntrack: nf_conntrack: table full, dropping packet",
		  KMSG_CONNTRACK_FULL, 0, NULL },
		{ "nf_conntrack: nf_conntrack: table full in netns 4026531840, dropping packet",
		  KMSG_CONNTRACK_FULL, 0, NULL },
		{ "TCP: too many orphaned sockets", KMSG_ORPHANS, 0, NULL },
		{ "TCP: too many of orphaned sockets", KMSG_ORPHANS, 0, NULL },
		{ "TCP: out of memory -- consider tuning tcp_mem", KMSG_TCP_MEM,
		  0, NULL },
		{ "TCP: time wait bucket table overflow", KMSG_TIME_WAIT, 0,
		  NULL },
		{ "Out of memory: Killed process 1 (x)", NONE, 0, NULL },
		{ "TCP: Hash tables configured", NONE, 0, NULL },
		{ "audit: comm=\"TCP: too many orphaned sockets\"", NONE, 0,
		  NULL },
		{ "x[1]: nf_conntrack: table full, dropping packet", NONE, 0,
		  NULL },
		{ "TCP: ", NONE, 0, NULL },
		{ "", NONE, 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct kmsg_facts facts;
		const struct kmsg_event *event = &facts.events[0];
		uint8_t addr[16] = { 0 };
		char record[256];

		(void)snprintf(record, sizeof(record), "6,1,2000,-;%s\n",
		               rows[i].text);
		print_message("%s", record);
		facts = parse(record);
		assert_int_equal(facts.records.value, 1);
		assert_int_equal(facts.n_events, rows[i].kind != NONE);
		if (rows[i].kind == NONE)
			continue;
		assert_int_equal(event->kind, rows[i].kind);
		assert_int_equal(event->port, rows[i].port);
		assert_int_equal(event->count, 1);
		assert_int_equal(event->last_us, 2000);
		assert_int_equal(!event->family, !rows[i].addr);
		if (rows[i].addr)
			assert_int_equal(inet_pton(event->family, rows[i].addr,
			                           addr),
			                 1);
		assert_memory_equal(event->addr, addr, sizeof(addr));
	}
}

#define ORPHANS "TCP: too many orphaned sockets\n"

static void heads(void **state)
{
	static const struct {
		const char *text;
		bool counts, matches;
	} rows[] = {
		{ "6,1,5,-;" ORPHANS, true, true },
		{ "0,1,5,c,caller=T1;" ORPHANS, true, true },
		{ "7,1,18446744073709551615,-;" ORPHANS, true, true },
		/* written by a program: facility 1 */
		{ "14,1,5,-;" ORPHANS, false, false },
		{ "8,1,5,-;" ORPHANS, false, false },
		{ "6,1,5;" ORPHANS, false, false },
		{ "6,1,x,-;" ORPHANS, false, false },
		{ "6,x,5,-;" ORPHANS, false, false },
		{ "x,1,5,-;" ORPHANS, false, false },
		{ "6,18446744073709551616,5,-;" ORPHANS, false, false },
		{ "6,1,5,-" ORPHANS, false, false },
		{ " KEY=6,1,5,-;" ORPHANS, false, false },
		{ ORPHANS, false, false },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct kmsg_facts facts = parse(rows[i].text);

		print_message("%s", rows[i].text);
		assert_int_equal(facts.records.value, rows[i].counts);
		assert_int_equal(facts.n_events, rows[i].matches);
	}
}

/* One of each kind and listener, with its number and its last time. */
static void repetitions(void **state)
{
	struct kmsg_facts facts = parse(
		"6,1,10,-;" ORPHANS
		"6,2,20,-;TCP: Possible SYN flooding on port 80. Sending cookies.\n"
		"6,3,30,-;" ORPHANS
		"6,4,40,-;TCP: Possible SYN flooding on port 81. Sending cookies.\n"
		"6,5,50,-;TCP: Possible SYN flooding on port 80. Dropping request.\n"
		"6,6,60,-;TCP: Possible SYN flooding on port 0.0.0.0:80. Sending cookies.\n"
		"6,7,70,-;TCP: Possible SYN flooding on port 127.0.0.1:80. Sending cookies.\n");

	(void)state;
	assert_int_equal(facts.n_events, 6);
	assert_int_equal(facts.events[0].count, 2);
	assert_int_equal(facts.events[0].last_us, 30);
	for (size_t i = 1; i < facts.n_events; i++)
		assert_int_equal(facts.events[i].count, 1);
	assert_int_equal(facts.n_more, 0);
}

static void add_port(struct kmsg_facts *facts, int port)
{
	char record[128];

	(void)snprintf(
		record, sizeof(record),
		"6,1,%d,-;TCP: Possible SYN flooding on port %d. Sending cookies.\n",
		port, port);
	kmsg_parse(record, strlen(record), facts);
}

/* Ports may be many; they leave room for what has none. */
static void more_than_there_is_room_for(void **state)
{
	static const char rest[] =
		"6,1,1,-;" ORPHANS
		"6,1,1,-;nf_conntrack: table full, dropping packet\n"
		"6,1,1,-;TCP: out of memory -- consider tuning tcp_mem\n"
		"6,1,1,-;TCP: time wait bucket table overflow\n";
	const int ports = KMSG_EVENTS_MAX - KMSG_EVENTS_KEPT;
	struct kmsg_facts facts = { 0 };

	(void)state;
	for (int port = 1; port <= ports; port++)
		add_port(&facts, port);
	assert_int_equal(facts.n_events, ports);
	assert_int_equal(facts.n_more, 0);
	add_port(&facts, ports + 1);
	assert_int_equal(facts.n_events, ports);
	assert_int_equal(facts.n_more, 1);
	kmsg_parse(rest, strlen(rest), &facts);
	assert_int_equal(facts.n_events, KMSG_EVENTS_MAX);
	assert_int_equal(facts.n_more, 1);
	/* what is known already is counted on */
	kmsg_parse(rest, strlen(rest), &facts);
	add_port(&facts, 1);
	assert_int_equal(facts.n_events, KMSG_EVENTS_MAX);
	assert_int_equal(facts.n_more, 1);
	assert_int_equal(facts.events[0].count, 2);
	assert_int_equal(facts.events[KMSG_EVENTS_MAX - 1].count, 2);
}

static void logs(void **state)
{
	static const struct {
		const char *fixture;
		size_t records, events;
	} rows[] = {
		{ "kmsg/6.18", 7, 5 },
		{ "kmsg/3.10", 5, 5 },
		{ "kmsg/hostile", 3, 0 },
		{ "kmsg/nul", 1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct kmsg_facts facts = { 0 };
		size_t len;
		char *bytes = fixture_bytes(rows[i].fixture, &len);

		print_message("%s\n", rows[i].fixture);
		kmsg_parse(bytes, len, &facts);
		assert_int_equal(facts.records.value, rows[i].records);
		assert_int_equal(facts.n_events, rows[i].events);
		free(bytes);
	}
}

static enum fact_state state_of(int root_fd)
{
	struct kmsg_facts facts;

	kmsg_read(root_fd, &facts);
	assert_int_equal(facts.now_us.state, FACT_KNOWN);
	return facts.records.state;
}

/* A log that has no end is not read for ever; the machine's own, if at all. */
static void hosts(void **state)
{
	char dir[] = "/tmp/kmsg-XXXXXX";
	const int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd;

	(void)state;
	assert_int_not_equal(state_of(root_fd), FACT_UNREAD);
	close(root_fd);

	assert_non_null(mkdtemp(dir));
	fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(state_of(fd), FACT_ABSENT);
	assert_int_equal(mkdirat(fd, "dev", 0700), 0);
	assert_int_equal(symlinkat("/dev/zero", fd, "dev/kmsg"), 0);
	assert_int_equal(state_of(fd), FACT_KNOWN);
	assert_int_equal(unlinkat(fd, "dev/kmsg", 0), 0);
	assert_int_equal(mkdirat(fd, "dev/kmsg", 0700), 0);
	assert_int_equal(state_of(fd), FACT_BROKEN);
	assert_int_equal(unlinkat(fd, "dev/kmsg", AT_REMOVEDIR), 0);
	assert_int_equal(unlinkat(fd, "dev", AT_REMOVEDIR), 0);
	close(fd);
	rmdir(dir);
}

/* As dmesg writes it; what has no time is not a line of the log. */
static void lines_of_dmesg(void **state)
{
	static const struct {
		const char *line;
		uint64_t records, us;
		size_t events;
	} rows[] = {
		{ "[   12.345678] TCP: out of memory -- consider tuning tcp_mem\n",
		  1, 12345678, 1 },
		{ "[123456.000001] TCP: too many orphaned sockets", 1,
		  123456000001, 1 },
		{ "[    1.000002][  T123] TCP: too many orphaned sockets", 1,
		  1000002, 1 },
		{ "[    1.000000] eth0: TCP: too many orphaned sockets", 1, 0,
		  0 },
		{ "[    1.000000]", 1, 0, 0 },
		{ "[18446744073709.551615] TCP: too many orphaned sockets", 1,
		  UINT64_MAX, 1 },
		{ "[18446744073709.551616] TCP: too many orphaned sockets", 0,
		  0, 0 },
		{ "[18446744073710.000000] TCP: too many orphaned sockets", 0,
		  0, 0 },
		{ "[    1.00000] TCP: too many orphaned sockets", 0, 0, 0 },
		{ "[    1.0000000] TCP: too many orphaned sockets", 0, 0, 0 },
		{ "[    x.000000] TCP: too many orphaned sockets", 0, 0, 0 },
		{ "[    1.00000x] TCP: too many orphaned sockets", 0, 0, 0 },
		{ "[     .000000] TCP: too many orphaned sockets", 0, 0, 0 },
		{ "[    1000000] TCP: too many orphaned sockets", 0, 0, 0 },
		{ "[    1.000000 TCP: too many orphaned sockets", 0, 0, 0 },
		{ "TCP: too many orphaned sockets", 0, 0, 0 },
		{ "dmesg: read kernel buffer failed", 0, 0, 0 },
		{ "", 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct kmsg_facts facts = { 0 };

		print_message("%s\n", rows[i].line);
		kmsg_parse_dmesg(rows[i].line, strlen(rows[i].line), &facts);
		assert_int_equal(facts.records.value, rows[i].records);
		assert_int_equal(facts.n_events, rows[i].events);
		assert_true(facts.events[0].last_us == rows[i].us);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages),
		cmocka_unit_test(heads),
		cmocka_unit_test(repetitions),
		cmocka_unit_test(more_than_there_is_room_for),
		cmocka_unit_test(logs),
		cmocka_unit_test(hosts),
		cmocka_unit_test(lines_of_dmesg),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
