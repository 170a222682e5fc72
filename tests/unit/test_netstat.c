// SPDX-License-Identifier: GPL-2.0-or-later
/* test_netstat - counters by name: of new, old and lying kernels. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/netstat.h"
#include "tests/support/fdcheck.h"
#include "tests/support/fixture.h"

static void table_is_whole(void **state)
{
	(void)state;
	for (enum counter_id id = 0; id < COUNTER_COUNT; id++) {
		const struct counter_desc *desc = counter_desc(id);

		print_message("%d\n", (int)id);
		assert_non_null(desc->group);
		assert_true(!strcmp(desc->group, "Ip") ||
		            !strcmp(desc->group, "Icmp") ||
		            !strcmp(desc->group, "Tcp") ||
		            !strcmp(desc->group, "TcpExt"));
		assert_int_equal(desc->help[strlen(desc->help) - 1], '.');
		for (enum counter_id other = 0; other < id; other++)
			assert_string_not_equal(desc->name,
			                        counter_desc(other)->name);
	}
}

static void read_host(const char *fixture,
                      struct fact_u64 counter[static COUNTER_COUNT])
{
	const int root_fd = fixture_root(fixture);

	assert_int_equal(netstat_read(root_fd, counter), 0);
	close(root_fd);
}

static void parse_file(const char *group, const char *path,
                       struct fact_u64 counter[static COUNTER_COUNT])
{
	size_t len;
	char *bytes = fixture_bytes(path, &len);

	netstat_parse(group, bytes, len, counter);
	free(bytes);
}

static void assert_known(struct fact_u64 fact, uint64_t value)
{
	assert_int_equal(fact.state, FACT_KNOWN);
	assert_int_equal(fact.value, value);
}

/* The fixture's TcpExt values are 1000 and up, in the order of the columns. */
static void new_kernel(void **state)
{
	struct fact_u64 counter[COUNTER_COUNT] = { 0 };

	(void)state;
	read_host("6.18", counter);
	for (enum counter_id id = 0; id < COUNTER_COUNT; id++) {
		print_message("%s\n", counter_desc(id)->name);
		assert_int_equal(counter[id].state, FACT_KNOWN);
	}
	assert_known(counter[COUNTER_SYNCOOKIES_SENT], 1000);
	assert_known(counter[COUNTER_EMBRYONIC_RSTS], 1003);
	assert_known(counter[COUNTER_LISTEN_OVERFLOWS], 1022);
	assert_known(counter[COUNTER_LISTEN_DROPS], 1023);
	assert_known(counter[COUNTER_ATTEMPT_FAILS], 21);
	assert_known(counter[COUNTER_ESTAB_RESETS], 22);
	assert_known(counter[COUNTER_RETRANS_SEGS], 23);
	assert_known(counter[COUNTER_IN_ERRS], 24);
	assert_known(counter[COUNTER_OUT_RSTS], UINT64_MAX);
	assert_known(counter[COUNTER_IN_ADDR_ERRORS], 31);
	assert_known(counter[COUNTER_OUT_NO_ROUTES], 34);
	assert_known(counter[COUNTER_ICMP_IN_UNREACHS], 32);
	assert_known(counter[COUNTER_ICMP_OUT_UNREACHS], 33);
}

static void old_kernel(void **state)
{
	struct fact_u64 counter[COUNTER_COUNT] = { 0 };

	(void)state;
	parse_file("TcpExt", "netstat/netstat-3.10", counter);
	parse_file("Tcp", "netstat/snmp-3.10", counter);
	assert_known(counter[COUNTER_LISTEN_OVERFLOWS], 2019);
	assert_known(counter[COUNTER_LISTEN_DROPS], 2020);
	assert_known(counter[COUNTER_OUT_RSTS], 10);
	assert_int_equal(counter[COUNTER_SYN_RETRANS].state, FACT_ABSENT);
	assert_int_equal(counter[COUNTER_RCVQ_DROP].state, FACT_ABSENT);
}

/* Linux before 3.17 has no /proc/thread-self. */
static void no_file(void **state)
{
	struct fact_u64 counter[COUNTER_COUNT] = { 0 };

	(void)state;
	read_host("3.10", counter);
	for (enum counter_id id = 0; id < COUNTER_COUNT; id++)
		assert_int_equal(counter[id].state, FACT_ABSENT);
}

static void lines_of_unequal_length(void **state)
{
	static const char *const files[] = { "netstat/value-missing",
		                             "netstat/header-alone" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct fact_u64 counter[COUNTER_COUNT] = { 0 };

		parse_file("TcpExt", files[i], counter);
		assert_int_equal(counter[COUNTER_LISTEN_OVERFLOWS].state,
		                 FACT_BROKEN);
		assert_int_equal(counter[COUNTER_LISTEN_DROPS].state,
		                 FACT_BROKEN);
		assert_int_equal(counter[COUNTER_TIMEOUTS].state, FACT_ABSENT);
	}
}

static void junk_spoils_its_own_column(void **state)
{
	struct fact_u64 counter[COUNTER_COUNT] = { 0 };

	(void)state;
	parse_file("Tcp", "netstat/junk-value", counter);
	assert_known(counter[COUNTER_OUT_RSTS], 7);
	assert_int_equal(counter[COUNTER_ESTAB_RESETS].state, FACT_BROKEN);
	assert_int_equal(counter[COUNTER_IN_ERRS].state, FACT_BROKEN);
	assert_int_equal(counter[COUNTER_ATTEMPT_FAILS].state, FACT_BROKEN);
	assert_int_equal(counter[COUNTER_RETRANS_SEGS].state, FACT_ABSENT);
}

static void nul_is_a_byte(void **state)
{
	struct fact_u64 counter[COUNTER_COUNT] = { 0 };

	(void)state;
	parse_file("Tcp", "netstat/nul", counter);
	assert_int_equal(counter[COUNTER_OUT_RSTS].state, FACT_ABSENT);
	assert_int_equal(counter[COUNTER_ESTAB_RESETS].state, FACT_BROKEN);
}

static void only_the_group_is_set(void **state)
{
	static const char bytes[] = "Tcp: OutRsts\nTcp: 1\n";
	struct fact_u64 counter[COUNTER_COUNT] = { 0 };

	(void)state;
	netstat_parse("Tcp", bytes, strlen(bytes), counter);
	assert_known(counter[COUNTER_OUT_RSTS], 1);
	assert_int_equal(counter[COUNTER_IN_ERRS].state, FACT_ABSENT);
	assert_int_equal(counter[COUNTER_LISTEN_DROPS].state, FACT_UNREAD);
	netstat_parse("TcpExt", bytes, strlen(bytes), counter);
	assert_known(counter[COUNTER_OUT_RSTS], 1);
	assert_int_equal(counter[COUNTER_LISTEN_DROPS].state, FACT_ABSENT);
}

static void groups_that_begin_alike(void **state)
{
	static const char bytes[] =
		"TcpExt: OutRsts\nTcpExt: 5\nTcp: OutRsts\nTcp: 1\n";
	struct fact_u64 counter[COUNTER_COUNT] = { 0 };

	(void)state;
	netstat_parse("Tcp", bytes, strlen(bytes), counter);
	assert_known(counter[COUNTER_OUT_RSTS], 1);
}

/* Names that begin alike, and a name cut off by the end of the file. */
static void whole_names_only(void **state)
{
	static const char bytes[] =
		"TcpExt: TCPTimeoutsX TCPTimeout ListenDrops ListenDrop\nTcpExt: 1 2 3 4\n";
	static const char cut[] = "TcpExt: ListenDrops";
	struct fact_u64 counter[COUNTER_COUNT] = { 0 };

	(void)state;
	netstat_parse("TcpExt", bytes, strlen(bytes), counter);
	assert_int_equal(counter[COUNTER_TIMEOUTS].state, FACT_ABSENT);
	assert_known(counter[COUNTER_LISTEN_DROPS], 3);
	netstat_parse("TcpExt", cut, strlen(cut) - 1, counter);
	assert_int_equal(counter[COUNTER_LISTEN_DROPS].state, FACT_ABSENT);
	netstat_parse("TcpExt", cut, 0, counter);
	assert_int_equal(counter[COUNTER_LISTEN_DROPS].state, FACT_ABSENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_is_whole),
		cmocka_unit_test(new_kernel),
		cmocka_unit_test(old_kernel),
		cmocka_unit_test(no_file),
		cmocka_unit_test(lines_of_unequal_length),
		cmocka_unit_test(junk_spoils_its_own_column),
		cmocka_unit_test(nul_is_a_byte),
		cmocka_unit_test(only_the_group_is_set),
		cmocka_unit_test(groups_that_begin_alike),
		cmocka_unit_test(whole_names_only),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
