// SPDX-License-Identifier: GPL-2.0-or-later
/* test_sos_text - what commands and configuration files say. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "probes/sos_text.h"
#include "tests/support/fdcheck.h"
#include "tests/support/fixture.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static struct span text_of(const char *text)
{
	return span_of(text, strlen(text));
}

static void sysctl(void **state)
{
	static const struct {
		const char *text, *value; /* NULL: not there */
	} rows[] = {
		{ "a.b = 5\n", "5" },
		{ "a.bc = 4\nxa.b = 3\na.b = 1\t2\t3", "1\t2\t3" },
		{ "a.b = \n", "" },
		{ "a.b =\n", "" },
		{ "a.b\n", NULL },
		{ "a.b=5\n", NULL },
		{ "sysctl: cannot stat /proc/sys/a/b: No such file\n", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct span value;
		const bool found =
			sos_sysctl(text_of(rows[i].text), "a.b", &value);

		assert_int_equal(found, rows[i].value != NULL);
		if (found)
			assert_true(span_is(value, rows[i].value));
	}
}

/* What a parser makes of a text of one line: the state and the value. */
struct counted {
	const char *text;
	enum counter_id id;
	enum fact_state state;
	uint64_t value;
};

static void check_counters(void (*parser)(struct span,
                                          struct fact_u64 *counter),
                           const struct counted *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct fact_u64 counter[COUNTER_COUNT] = { 0 };

		parser(text_of(rows[i].text), counter);
		print_message("%s\n", rows[i].text);
		assert_int_equal(counter[rows[i].id].state, rows[i].state);
		assert_int_equal(counter[rows[i].id].value, rows[i].value);
	}
}

static void nstat(void **state)
{
	static const struct counted rows[] = {
		{ "#kernel\nTcpExtListenOverflows    7    0.0\n",
		  COUNTER_LISTEN_OVERFLOWS, FACT_KNOWN, 7 },
		{ "TcpExtListenDrops 18446744073709551615 0.0\n",
		  COUNTER_LISTEN_DROPS, FACT_KNOWN, UINT64_MAX },
		{ "TcpOutRsts 0 0.0", COUNTER_OUT_RSTS, FACT_KNOWN, 0 },
		{ "TcpOutRsts x 0.0", COUNTER_OUT_RSTS, FACT_BROKEN, 0 },
		{ "TcpOutRsts", COUNTER_OUT_RSTS, FACT_UNREAD, 0 },
		{ "TcpOutRsts2 5 0.0", COUNTER_OUT_RSTS, FACT_UNREAD, 0 },
		{ "", COUNTER_OUT_RSTS, FACT_UNREAD, 0 },
	};

	(void)state;
	check_counters(sos_nstat, rows, N(rows));
}

#define EXT "TcpExt:\n    "

static void netstat(void **state)
{
	static const struct counted rows[] = {
		{ EXT "1822 times the listen queue of a socket overflowed\n",
		  COUNTER_LISTEN_OVERFLOWS, FACT_KNOWN, 1822 },
		{ EXT "5 SYNs to LISTEN sockets dropped\n",
		  COUNTER_LISTEN_DROPS, FACT_KNOWN, 5 },
		{ EXT "TCP ran low on memory 3 times\n",
		  COUNTER_MEMORY_PRESSURES, FACT_KNOWN, 3 },
		{ EXT "TCPTimeouts: 22\n", COUNTER_TIMEOUTS, FACT_KNOWN, 22 },
		{ EXT "TCPTimeouts: many\n", COUNTER_TIMEOUTS, FACT_BROKEN, 0 },
		{ EXT "TCPTimeoutsX: 22\n", COUNTER_TIMEOUTS, FACT_UNREAD, 0 },
		{ EXT "17 connections reset due to unexpected data\n",
		  COUNTER_ABORT_ON_DATA, FACT_KNOWN, 17 },
		{ EXT "-1 connections reset due to unexpected data\n",
		  COUNTER_ABORT_ON_DATA, FACT_BROKEN, 0 },
		{ "Tcp:\n    3 segments retransmited\n", COUNTER_RETRANS_SEGS,
		  FACT_KNOWN, 3 },
		{ "Tcp:\n    3 segments retransmitted\n", COUNTER_RETRANS_SEGS,
		  FACT_KNOWN, 3 },
		{ "Tcp:\n    2 bad segments received.\n", COUNTER_IN_ERRS,
		  FACT_KNOWN, 2 },
		{ "Tcp:\n    0 resets sent\n", COUNTER_OUT_RSTS, FACT_KNOWN,
		  0 },
		/* not in their group */
		{ "Udp:\n    3 resets sent\n", COUNTER_OUT_RSTS, FACT_UNREAD,
		  0 },
		{ "TcpExt:\n    1 x\nIpExt:\n    TCPTimeouts: 22\n",
		  COUNTER_TIMEOUTS, FACT_UNREAD, 0 },
		{ "    3 resets sent\n", COUNTER_OUT_RSTS, FACT_UNREAD, 0 },
		/* one that is 0 is not shown: nobody knows */
		{ EXT "1 x\n", COUNTER_LISTEN_OVERFLOWS, FACT_UNREAD, 0 },
	};

	(void)state;
	check_counters(sos_netstat, rows, N(rows));
}

static void limits(void **state)
{
	static const struct {
		const char *text;
		struct fact_u64 soft, hard;
	} rows[] = {
		{ "* soft nofile 1024\n* hard nofile 4096\n",
		  { 1024, FACT_KNOWN },
		  { 4096, FACT_KNOWN } },
		{ "*\t-\tnofile\tunlimited\n",
		  { UINT64_MAX, FACT_KNOWN },
		  { UINT64_MAX, FACT_KNOWN } },
		{ "* hard nofile infinity",
		  { 0, FACT_UNREAD },
		  { UINT64_MAX, FACT_KNOWN } },
		{ "* soft nofile -1 # why",
		  { UINT64_MAX, FACT_KNOWN },
		  { 0, FACT_UNREAD } },
		{ "* - nofile 5\n* hard nofile 7\n",
		  { 5, FACT_KNOWN },
		  { 7, FACT_KNOWN } },
		{ "* soft nofile lots\n",
		  { 0, FACT_BROKEN },
		  { 0, FACT_UNREAD } },
		{ "#* soft nofile 5\n*soft nofile 5\nroot soft nofile 5\n* soft nproc 5\n* soft nofile\n*\n",
		  { 0, FACT_UNREAD },
		  { 0, FACT_UNREAD } },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct limits_facts facts = { 0 };

		sos_limits(text_of(rows[i].text), &facts);
		print_message("%s\n", rows[i].text);
		assert_int_equal(facts.nofile_soft.state, rows[i].soft.state);
		assert_int_equal(facts.nofile_soft.value, rows[i].soft.value);
		assert_int_equal(facts.nofile_hard.state, rows[i].hard.state);
		assert_int_equal(facts.nofile_hard.value, rows[i].hard.value);
	}
}

static void links(void **state)
{
	static const struct {
		const char *text;
		struct fact_u64 up, mtu, ipv6;
	} rows[] = {
		{ "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue\n    inet6 ::1/128 scope host\n",
		  { 1, FACT_KNOWN },
		  { 65536, FACT_KNOWN },
		  { 1, FACT_KNOWN } },
		{ "1: lo: <LOOPBACK> mtu 1500\n    inet 127.0.0.1/8\n2: x: <UP> mtu 9\n    inet6 ::1/128\n",
		  { 0, FACT_KNOWN },
		  { 1500, FACT_KNOWN },
		  { 0, FACT_KNOWN } },
		{ "1: lo: <LOOPBACK,LOWER_UP>\n",
		  { 0, FACT_KNOWN },
		  { 0, FACT_BROKEN },
		  { 0, FACT_KNOWN } },
		{ "2: los: <UP> mtu 1\nx: lo: <UP> mtu 1\n1 lo: <UP> mtu 1\n1: lo <UP>\n1: lo:\n",
		  { 0, FACT_UNREAD },
		  { 0, FACT_UNREAD },
		  { 0, FACT_UNREAD } },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct link_facts lo = { 0 };

		sos_link(text_of(rows[i].text), "lo", &lo);
		print_message("%s\n", rows[i].text);
		assert_int_equal(lo.up.state, rows[i].up.state);
		assert_int_equal(lo.up.value, rows[i].up.value);
		assert_int_equal(lo.mtu_bytes.state, rows[i].mtu.state);
		assert_int_equal(lo.mtu_bytes.value, rows[i].mtu.value);
		assert_int_equal(lo.ipv6.state, rows[i].ipv6.state);
		assert_int_equal(lo.ipv6.value, rows[i].ipv6.value);
	}
}

static void ifindex(void **state)
{
	size_t len;
	char *bytes = fixture_bytes("sos_text/ip", &len);
	const struct span text = span_of(bytes, len);

	(void)state;
	assert_int_equal(sos_ifindex(text, text_of("lo")), 1);
	assert_int_equal(sos_ifindex(text, text_of("eth0")), 2);
	assert_int_equal(sos_ifindex(text, text_of("eth")), 0);
	assert_int_equal(sos_ifindex(text, text_of("")), 0);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sysctl),  cmocka_unit_test(nstat),
		cmocka_unit_test(netstat), cmocka_unit_test(limits),
		cmocka_unit_test(links),   cmocka_unit_test(ifindex),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
