// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_qdisc - messages as a kernel sent them, of kinds that this kernel may
 * not have, and messages that no kernel sends; and what they make of a
 * device with one queue or many.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/netlink.h>

#include "probes/qdisc.h"
#include "tests/support/fdcheck.h"
#include "tests/support/fixture.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define NONE                                                                   \
	{                                                                      \
		.state = FACT_ABSENT                                           \
	}
#define BROKEN                                                                 \
	{                                                                      \
		.state = FACT_BROKEN                                           \
	}
#define KNOWN(n)                                                               \
	{                                                                      \
		n, FACT_KNOWN                                                  \
	}

static void assert_fact(struct fact_u64 fact, struct fact_u64 expected)
{
	assert_int_equal(fact.state, expected.state);
	assert_int_equal(fact.value, expected.value);
}

static void recorded(void **state)
{
	static const struct {
		const char *name;
		struct fact_u64 limit, flow_limit, drops;
	} rows[] = {
		{ "pfifo", KNOWN(77), NONE, KNOWN(0) },
		{ "bfifo", NONE, NONE, KNOWN(0) },
		{ "pfifo_fast", NONE, NONE, KNOWN(0) },
		{ "mq", NONE, NONE, KNOWN(0) },
		{ "noqueue", NONE, NONE, KNOWN(0) },
		{ "fq", KNOWN(10000), KNOWN(100), KNOWN(9) },
		{ "fq_codel", KNOWN(10240), NONE, KNOWN(9) },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct qdisc_row row;
		char path[64];
		char *bytes;
		size_t len;

		(void)snprintf(path, sizeof(path), "qdisc/%s", rows[i].name);
		print_message("%s\n", path);
		bytes = fixture_bytes(path, &len);
		assert_int_equal(qdisc_parse(bytes, len, &row), 0);
		assert_string_equal(row.kind, rows[i].name);
		assert_fact(row.limit_packets, rows[i].limit);
		assert_fact(row.flow_limit_packets, rows[i].flow_limit);
		assert_fact(row.drops, rows[i].drops);
		free(bytes);
	}
}

/* A copy of just that many bytes, so that a sanitizer sees what is beyond. */
static int parse_cut(const char *bytes, size_t len, struct qdisc_row *ret)
{
	char *copy = malloc(len ? len : 1);
	int rc;

	assert_non_null(copy);
	memcpy(copy, bytes, len);
	rc = qdisc_parse(copy, len, ret);
	free(copy);
	return rc;
}

static void cut_anywhere(void **state)
{
	struct qdisc_row row;
	size_t len;
	char *bytes = fixture_bytes("qdisc/fq", &len);

	(void)state;
	for (size_t n = 0; n < len; n++) {
		const int rc = parse_cut(bytes, n, &row);

		/* a header of 4 bytes, and the kind */
		if (n < sizeof(struct tcmsg) + 4 + sizeof("fq"))
			assert_int_equal(rc, -EBADMSG);
		else
			assert_int_equal(rc, 0);
	}
	free(bytes);
}

static void too_short_or_missing(void **state)
{
	struct qdisc_row row;
	size_t len;
	char *bytes = fixture_bytes("qdisc/short", &len);

	(void)state;
	assert_int_equal(qdisc_parse(bytes, len, &row), 0);
	assert_string_equal(row.kind, "pfifo");
	assert_fact(row.limit_packets, (struct fact_u64)BROKEN);
	/* without its options, which come before the last 28 bytes */
	assert_int_equal(parse_cut(bytes, sizeof(struct tcmsg) + 12, &row), 0);
	assert_fact(row.limit_packets, (struct fact_u64)NONE);
	assert_fact(row.drops, (struct fact_u64)NONE);
	free(bytes);
}

#define MAX_ROWS 6

struct told {
	int ifindex;
	uint32_t handle, parent;
	const char *kind;
	struct fact_u64 limit, drops;
};

static void devices(void **state)
{
	static const struct {
		const char *name;
		struct told rows[MAX_ROWS];
		const char *kind, *leaf;
		uint32_t n_queues;
		struct fact_u64 limit, drops;
	} rows[] = {
		{ "nothing told", { { 0 } }, "", "", 0, NONE, NONE },
		{ "another device",
		  { { 4, 0x10000, TC_H_ROOT, "pfifo", KNOWN(9), KNOWN(1) } },
		  "",
		  "",
		  0,
		  NONE,
		  NONE },
		{ "one queue",
		  { { 3, 0x10000, TC_H_ROOT, "pfifo", KNOWN(9), KNOWN(1) } },
		  "pfifo",
		  "",
		  0,
		  KNOWN(9),
		  KNOWN(1) },
		{ "pfifo_fast goes by the device",
		  { { 3, 0x10000, TC_H_ROOT, "pfifo_fast", NONE, KNOWN(1) } },
		  "pfifo_fast",
		  "",
		  0,
		  KNOWN(500),
		  KNOWN(1) },
		{ "ingress is another way",
		  { { 3, 0x10000, TC_H_ROOT, "pfifo", KNOWN(9), KNOWN(1) },
		    { 3, 0xffff0000, TC_H_INGRESS, "ingress", NONE,
		      KNOWN(7) } },
		  "pfifo",
		  "",
		  0,
		  KNOWN(9),
		  KNOWN(1) },
		{ "many queues, the kernel's own: handle 0",
		  { { 3, 0, TC_H_ROOT, "mq", NONE, KNOWN(7) },
		    { 3, 0, 2, "fq_codel", KNOWN(10240), KNOWN(3) },
		    { 3, 0, 1, "fq_codel", KNOWN(10240), KNOWN(4) } },
		  "mq",
		  "fq_codel",
		  2,
		  KNOWN(10240),
		  KNOWN(7) },
		{ "the smallest of many",
		  { { 3, 0x80010000, TC_H_ROOT, "mq", NONE, KNOWN(0) },
		    { 3, 0x10000, 0x80010001, "fq", KNOWN(10000), KNOWN(0) },
		    { 3, 0x20000, 0x80010002, "pfifo", KNOWN(9), KNOWN(0) },
		    { 3, 0x30000, 0x80010003, "fq", KNOWN(10000), KNOWN(0) } },
		  "mq",
		  "pfifo",
		  3,
		  KNOWN(9),
		  KNOWN(0) },
		{ "a queue without a limit is not the smallest",
		  { { 3, 0x80010000, TC_H_ROOT, "mqprio", NONE, KNOWN(0) },
		    { 3, 0x10000, 0x80010001, "noqueue", NONE, KNOWN(0) },
		    { 3, 0x20000, 0x80010002, "pfifo_fast", NONE, KNOWN(0) },
		    { 3, 0x30000, 0x80010003, "bfifo", NONE, KNOWN(0) } },
		  "mqprio",
		  "pfifo_fast",
		  3,
		  KNOWN(500),
		  KNOWN(0) },
		{ "queues of a class below are not the device's",
		  { { 3, 0x80010000, TC_H_ROOT, "mq", NONE, KNOWN(0) },
		    { 3, 0x10000, 0x80010001, "htb", NONE, KNOWN(0) },
		    { 3, 0x20000, 0x10001, "pfifo", KNOWN(9), KNOWN(0) } },
		  "mq",
		  "htb",
		  1,
		  NONE,
		  KNOWN(0) },
		{ "classes",
		  { { 3, 0x10000, TC_H_ROOT, "htb", NONE, KNOWN(5) },
		    { 3, 0x20000, 0x10001, "pfifo", KNOWN(9), KNOWN(5) } },
		  "htb",
		  "",
		  0,
		  NONE,
		  KNOWN(5) },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct qdisc_facts facts = {
			.limit_packets = NONE,
			.drops = NONE,
		};
		struct qdisc_device device = {
			.ifindex = 3,
			.tx_queue_packets = 500,
			.facts = &facts,
		};

		print_message("%s\n", rows[i].name);
		for (size_t k = 0; k < MAX_ROWS && rows[i].rows[k].kind; k++) {
			const struct told *told = &rows[i].rows[k];
			struct qdisc_row row = {
				.ifindex = told->ifindex,
				.handle = told->handle,
				.parent = told->parent,
				.limit_packets = told->limit,
				.drops = told->drops,
			};

			(void)strncpy(row.kind, told->kind,
			              sizeof(row.kind) - 1);
			qdisc_add(&device, &row);
		}
		assert_string_equal(facts.kind, rows[i].kind);
		assert_string_equal(facts.leaf, rows[i].leaf);
		assert_int_equal(facts.n_queues, rows[i].n_queues);
		assert_fact(facts.limit_packets, rows[i].limit);
		assert_fact(facts.drops, rows[i].drops);
	}
}

/* lo: it has none, in every namespace. */
static void this_host(void **state)
{
	struct nl_sock *socket = nl_socket_alloc();
	struct qdisc_facts facts = { 0 };

	(void)state;
	assert_int_equal(nl_connect(socket, NETLINK_ROUTE), 0);
	qdisc_read(socket, 1, 1000, &facts);
	assert_fact(facts.read, fact_known(1));
	assert_true(!strcmp(facts.kind, "noqueue") || !facts.kind[0]);
	assert_int_equal(facts.limit_packets.state, FACT_ABSENT);
	/* and again on the same socket */
	qdisc_read(socket, 1, 1000, &facts);
	assert_fact(facts.read, fact_known(1));
	nl_socket_free(socket);
	/* a socket that was never connected */
	socket = nl_socket_alloc();
	qdisc_read(socket, 1, 1000, &facts);
	assert_fact(facts.read, (struct fact_u64)BROKEN);
	nl_socket_free(socket);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(too_short_or_missing),
		cmocka_unit_test(devices),
		cmocka_unit_test(this_host),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
