// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_sysctl - the table is whole, the parser takes what a kernel writes
 * and nothing else, and each saved host gives the right states.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/goal.h"
#include "probes/registry.h"
#include "probes/sysctl.h"
#include "tests/support/fdcheck.h"
#include "tests/support/fixture.h"

#define N_OF(rows) (sizeof(rows) / sizeof((rows)[0]))
#define BYTES(literal) literal, sizeof(literal) - 1

static void table_is_whole(void **state)
{
	(void)state;
	for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++) {
		const struct sysctl_desc *desc = sysctl_desc(id);

		print_message("%d\n", (int)id);
		assert_non_null(desc->key);
		assert_int_equal(sysctl_by_key(desc->key), id);
		assert_non_null(desc->since);
		assert_non_null(strchr(desc->ref, ':'));
		assert_int_equal(desc->help[strlen(desc->help) - 1], '.');
		if (desc->type != SYSCTL_TYPE_WORD &&
		    desc->type != SYSCTL_TYPE_WORDS)
			assert_true(desc->min < desc->max);
		if (desc->sense == SYSCTL_SWITCH) {
			assert_int_equal(desc->type, SYSCTL_TYPE_INT);
			assert_int_equal(desc->min, 0);
			assert_true(desc->max <= UINT8_MAX);
		}
		for (enum sysctl_id other = 0; other < id; other++)
			assert_string_not_equal(desc->key,
			                        sysctl_desc(other)->key);
	}
}

static void other_keys_are_not_in_it(void **state)
{
	(void)state;
	assert_int_equal(sysctl_by_key("net.core.somaxconn2"), SYSCTL_COUNT);
	assert_int_equal(sysctl_by_key("net.core.somaxcon"), SYSCTL_COUNT);
	assert_int_equal(sysctl_by_key(""), SYSCTL_COUNT);
}

static void what_a_kernel_writes(void **state)
{
	static const struct {
		enum sysctl_id id;
		const char *bytes;
		int64_t v[3];
		const char *text;
	} rows[] = {
		{ SYSCTL_SOMAXCONN, "0\n", { 0 }, "" },
		{ SYSCTL_SOMAXCONN, "4096", { 4096 }, "" },
		{ SYSCTL_SOMAXCONN, "2147483647\n", { 2147483647 }, "" },
		{ SYSCTL_MAX_SYN_BACKLOG, "-1\n", { -1 }, "" },
		{ SYSCTL_SYN_RETRIES, "1\n", { 1 }, "" },
		{ SYSCTL_SYN_RETRIES, "127\n", { 127 }, "" },
		{ SYSCTL_PORT_RANGE, "1\t65535\n", { 1, 65535 }, "" },
		{ SYSCTL_PORT_RANGE, "9 9\n", { 9, 9 }, "" },
		{ SYSCTL_TCP_RMEM, "4096\t100\t50\n", { 4096, 100, 50 }, "" },
		{ SYSCTL_TCP_MEM,
		  "0 0 9223372036854775807\n",
		  { 0, 0, INT64_MAX },
		  "" },
		{ SYSCTL_CONGESTION_CONTROL, "bbr\n", { 0 }, "bbr" },
		{ SYSCTL_DEFAULT_QDISC, "fq_codel\n", { 0 }, "fq_codel" },
		{ SYSCTL_AVAILABLE_CONGESTION_CONTROL,
		  "reno\n",
		  { 0 },
		  "reno" },
		{ SYSCTL_AVAILABLE_CONGESTION_CONTROL,
		  "reno bbr cubic\n",
		  { 0 },
		  "reno bbr cubic" },
		{ SYSCTL_FIN_TIMEOUT, "-1\n", { -1 }, "" },
		{ SYSCTL_FIN_TIMEOUT, "21474836\n", { 21474836 }, "" },
		{ SYSCTL_EHASH_ENTRIES, "-262144\n", { -262144 }, "" },
		{ SYSCTL_CHILD_EHASH_ENTRIES, "16777216\n", { 16777216 }, "" },
		{ SYSCTL_LIMIT_OUTPUT_BYTES, "-1\n", { -1 }, "" },
		{ SYSCTL_TW_REUSE_DELAY, "60000\n", { 60000 }, "" },
		{ SYSCTL_PID_MAX, "4194304\n", { 4194304 }, "" },
		{ SYSCTL_RESERVED_PORTS, "\n", { 0 }, "" },
		{ SYSCTL_RESERVED_PORTS, "1-5,8\n", { 6 }, "1-5,8" },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		const struct sysctl_fact fact =
			sysctl_parse(sysctl_desc(rows[i].id), rows[i].bytes,
		                     strlen(rows[i].bytes));

		print_message("%s %s\n", sysctl_desc(rows[i].id)->key,
		              rows[i].bytes);
		assert_int_equal(fact.state, FACT_KNOWN);
		assert_memory_equal(fact.v, rows[i].v, sizeof(fact.v));
		assert_string_equal(fact.text, rows[i].text);
	}
}

static void what_it_never_writes(void **state)
{
	static const struct {
		enum sysctl_id id;
		const char *bytes;
		size_t len;
	} rows[] = {
		{ SYSCTL_SOMAXCONN, BYTES("2147483648\n") },
		{ SYSCTL_SOMAXCONN, BYTES("-1\n") },
		{ SYSCTL_SOMAXCONN, BYTES("") },
		{ SYSCTL_SOMAXCONN, BYTES("\n") },
		{ SYSCTL_SOMAXCONN, BYTES("1\n\n") },
		{ SYSCTL_SOMAXCONN, BYTES("1\0\n") },
		{ SYSCTL_SOMAXCONN, BYTES("1 2\n") },
		{ SYSCTL_SOMAXCONN, BYTES("1-2\n") },
		{ SYSCTL_SYN_RETRIES, BYTES("0\n") },
		{ SYSCTL_SYN_RETRIES, BYTES("128\n") },
		{ SYSCTL_PORT_RANGE, BYTES("9 8\n") },
		{ SYSCTL_PORT_RANGE, BYTES("0 8\n") },
		{ SYSCTL_PORT_RANGE, BYTES("8 65536\n") },
		{ SYSCTL_PORT_RANGE, BYTES("8\n") },
		{ SYSCTL_PORT_RANGE, BYTES("8 9 10\n") },
		{ SYSCTL_TCP_RMEM, BYTES("0\t1\t1\n") },
		{ SYSCTL_TCP_MEM, BYTES("0 0 9223372036854775808\n") },
		{ SYSCTL_CONGESTION_CONTROL, BYTES("bbr x\n") },
		{ SYSCTL_CONGESTION_CONTROL, BYTES("b\x7f\n") },
		{ SYSCTL_CONGESTION_CONTROL, BYTES("b\xff\n") },
		{ SYSCTL_CONGESTION_CONTROL, BYTES("\n") },
		{ SYSCTL_AVAILABLE_CONGESTION_CONTROL, BYTES("\n") },
		{ SYSCTL_AVAILABLE_CONGESTION_CONTROL, BYTES(" \n") },
		{ SYSCTL_AVAILABLE_CONGESTION_CONTROL, BYTES("a\tb\n") },
		{ SYSCTL_AVAILABLE_CONGESTION_CONTROL, BYTES("a\nb\n") },
		{ SYSCTL_AVAILABLE_CONGESTION_CONTROL, BYTES("a \x7f\n") },
		{ SYSCTL_FIN_TIMEOUT, BYTES("21474837\n") },
		{ SYSCTL_FIN_TIMEOUT, BYTES("-21474837\n") },
		{ SYSCTL_CHILD_EHASH_ENTRIES, BYTES("16777217\n") },
		{ SYSCTL_TW_REUSE_DELAY, BYTES("0\n") },
		{ SYSCTL_TW_REUSE_DELAY, BYTES("60001\n") },
		{ SYSCTL_MIGRATE_REQ, BYTES("2\n") },
		{ SYSCTL_PID_MAX, BYTES("0\n") },
		{ SYSCTL_RESERVED_PORTS, BYTES("1-5,\n") },
		{ SYSCTL_RESERVED_PORTS, BYTES("1\n\n") },
	};
	static const struct sysctl_fact broken = { .state = FACT_BROKEN };

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		const struct sysctl_fact fact = sysctl_parse(
			sysctl_desc(rows[i].id), rows[i].bytes, rows[i].len);

		print_message("%s %s\n", sysctl_desc(rows[i].id)->key,
		              rows[i].bytes);
		assert_memory_equal(&fact, &broken, sizeof(fact));
	}
}

static void long_text_is_cut_visibly(void **state)
{
	char word[80];
	struct sysctl_fact fact;

	(void)state;
	memset(word, 'w', sizeof(word));
	fact = sysctl_parse(sysctl_desc(SYSCTL_CONGESTION_CONTROL), word, 63);
	assert_int_equal(strlen(fact.text), 63);
	assert_int_equal(fact.text[62], 'w');
	fact = sysctl_parse(sysctl_desc(SYSCTL_CONGESTION_CONTROL), word, 64);
	assert_int_equal(fact.state, FACT_KNOWN);
	assert_int_equal(strlen(fact.text), 63);
	assert_string_equal(fact.text + 59, "w...");
}

static struct host *read_host(const char *fixture)
{
	const struct goal goal = goal_default();
	const int root_fd = fixture_root(fixture);
	const struct probe_env env = { .root_fd = root_fd, .goal = &goal };
	struct host *host = host_new(1);
	struct err err = { 0 };

	assert_non_null(host);
	assert_int_equal(probe_sysctl_host.run(&env, host, NULL, &err), 0);
	assert_int_equal(probe_sysctl_netns.run(&env, host, &host->ns[0], &err),
	                 0);
	assert_int_equal(err.code, 0);
	close(root_fd);
	return host;
}

static const struct sysctl_fact *fact_of(const struct host *host,
                                         enum sysctl_id id)
{
	return host_sysctl(host, &host->ns[0], id);
}

static void new_kernel(void **state)
{
	struct host *host = read_host("6.18");

	(void)state;
	for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++) {
		const bool of_netns =
			sysctl_desc(id)->scope == SYSCTL_SCOPE_NETNS;

		assert_int_equal(fact_of(host, id)->state, FACT_KNOWN);
		/* Never in the other place. */
		assert_int_equal((of_netns ? &host->sysctl[id]
		                           : &host->ns[0].sysctl[id])
		                         ->state,
		                 FACT_UNREAD);
	}
	assert_int_equal(fact_of(host, SYSCTL_SOMAXCONN)->v[0], 4096);
	assert_int_equal(fact_of(host, SYSCTL_PORT_RANGE)->v[1], 60999);
	assert_int_equal(fact_of(host, SYSCTL_RESERVED_PORTS)->v[0], 12);
	assert_int_equal(fact_of(host, SYSCTL_FILE_NR)->v[2], INT64_MAX);
	assert_int_equal(fact_of(host, SYSCTL_TCP_MEM)->v[2], 575664);
	assert_int_equal(fact_of(host, SYSCTL_EHASH_ENTRIES)->v[0], 262144);
	assert_string_equal(fact_of(host, SYSCTL_DEFAULT_QDISC)->text,
	                    "pfifo_fast");
	assert_int_equal(host->ns[0].initial.state, FACT_KNOWN);
	assert_int_equal(host->ns[0].initial.value, 1);
	host_free(host);
}

/* What a kernel does not have is absent, all else is known. */
static void other_kernels(void **state)
{
	static const struct {
		const char *tree;
		int64_t somaxconn;
		enum sysctl_id absent[12]; /* ends with SYSCTL_SOMAXCONN */
	} rows[] = {
		{ "3.10",
		  128,
		  { SYSCTL_SYN_LINEAR_TIMEOUTS, SYSCTL_UNPRIVILEGED_PORT_START,
		    SYSCTL_TW_REUSE_DELAY, SYSCTL_MEM_PCPU_RSV,
		    SYSCTL_NETDEV_BUDGET_USECS, SYSCTL_DEFAULT_QDISC,
		    SYSCTL_EHASH_ENTRIES, SYSCTL_CHILD_EHASH_ENTRIES,
		    SYSCTL_MIGRATE_REQ, SYSCTL_CONNTRACK_MAX } },
		{ "4.18",
		  128,
		  { SYSCTL_SYN_LINEAR_TIMEOUTS, SYSCTL_TW_REUSE_DELAY,
		    SYSCTL_MEM_PCPU_RSV, SYSCTL_EHASH_ENTRIES,
		    SYSCTL_CHILD_EHASH_ENTRIES, SYSCTL_MIGRATE_REQ,
		    SYSCTL_CONNTRACK_MAX } },
		{ "5.15",
		  4096,
		  { SYSCTL_SYN_LINEAR_TIMEOUTS, SYSCTL_TW_REUSE_DELAY,
		    SYSCTL_MEM_PCPU_RSV, SYSCTL_EHASH_ENTRIES,
		    SYSCTL_CHILD_EHASH_ENTRIES } },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct host *host = read_host(rows[i].tree);
		size_t n = 0;

		for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++) {
			const bool absent = id && id == rows[i].absent[n];

			print_message("%s %s\n", rows[i].tree,
			              sysctl_desc(id)->key);
			assert_int_equal(fact_of(host, id)->state,
			                 absent ? FACT_ABSENT : FACT_KNOWN);
			n += absent;
		}
		assert_int_equal(rows[i].absent[n], SYSCTL_SOMAXCONN);
		assert_int_equal(fact_of(host, SYSCTL_SOMAXCONN)->v[0],
		                 rows[i].somaxconn);
		assert_int_equal(fact_of(host, SYSCTL_RESERVED_PORTS)->v[0], 0);
		host_free(host);
	}
}

static void child_namespace(void **state)
{
	struct host *host = read_host("child");

	(void)state;
	for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++) {
		const bool of_host =
			sysctl_desc(id)->scope == SYSCTL_SCOPE_INIT;

		print_message("%s\n", sysctl_desc(id)->key);
		assert_int_equal(fact_of(host, id)->state,
		                 of_host ? FACT_ABSENT : FACT_KNOWN);
	}
	/* a read-only view of the host's, and the host's table */
	assert_int_equal(fact_of(host, SYSCTL_RMEM_MAX)->v[0], 4194304);
	assert_int_equal(fact_of(host, SYSCTL_EHASH_ENTRIES)->v[0], -262144);
	assert_int_equal(host->ns[0].initial.state, FACT_KNOWN);
	assert_int_equal(host->ns[0].initial.value, 0);
	assert_int_equal(fact_of(host, SYSCTL_TCP_MEM)->state, FACT_ABSENT);
	assert_int_equal(fact_of(host, SYSCTL_FILE_MAX)->state, FACT_KNOWN);
	assert_int_equal(fact_of(host, SYSCTL_SOMAXCONN)->state, FACT_KNOWN);
	host_free(host);
}

static void hostile_host(void **state)
{
	struct host *host = read_host("hostile");

	(void)state;
	for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++) {
		print_message("%s\n", sysctl_desc(id)->key);
		assert_int_equal(fact_of(host, id)->state, FACT_BROKEN);
		assert_int_equal(fact_of(host, id)->v[0], 0);
	}
	host_free(host);
}

/* No /proc at all is not a child namespace. */
static void nothing_there(void **state)
{
	struct host *host = read_host("6.18/proc");

	(void)state;
	assert_int_equal(host->ns[0].initial.state, FACT_ABSENT);
	for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++)
		assert_int_equal(fact_of(host, id)->state, FACT_ABSENT);
	host_free(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_is_whole),
		cmocka_unit_test(other_keys_are_not_in_it),
		cmocka_unit_test(what_a_kernel_writes),
		cmocka_unit_test(what_it_never_writes),
		cmocka_unit_test(long_text_is_cut_visibly),
		cmocka_unit_test(new_kernel),
		cmocka_unit_test(other_kernels),
		cmocka_unit_test(child_namespace),
		cmocka_unit_test(hostile_host),
		cmocka_unit_test(nothing_there),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
