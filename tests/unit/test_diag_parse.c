// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * diag_parse - recorded answers of a kernel (tests/support/record_diag.c) are
 * replayed, and cut at every length; what no kernel here would send is built.
 * Every input is copied to a buffer of exactly its size, so that a sanitizer
 * sees the first byte that is read too far.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "probes/base/file.h"
#include "probes/diag_parse.h"
#include "tests/support/fdcheck.h"

#define FIXTURES "tests/fixtures/diag_parse/"
#define RECORDED_SEQ 1
#define MAX_ROWS 16

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Rows as they were handed out; after @stop_after of them -ECANCELED. */
struct rows {
	struct diag_row row[MAX_ROWS];
	size_t n, stop_after;
};

static int keep_row(void *to, const struct diag_row *row)
{
	struct rows *rows = to;

	assert_true(rows->n < MAX_ROWS);
	rows->row[rows->n++] = *row;
	return rows->n == rows->stop_after ? -ECANCELED : 0;
}

static const struct diag_row *find_row(const struct rows *rows, uint16_t sport,
                                       uint32_t limit)
{
	for (size_t i = 0; i < rows->n; i++)
		if (rows->row[i].sport == sport && rows->row[i].wqueue == limit)
			return &rows->row[i];
	fail_msg("no row of port %u with limit %u", sport, limit);
	return NULL;
}

/* @bytes in a buffer that ends where they end. */
static void *exact_copy(const void *bytes, size_t len)
{
	void *copy = malloc(len ? len : 1);

	assert_non_null(copy);
	memcpy(copy, bytes, len);
	return copy;
}

static char *read_fixture(const char *name, size_t *ret_len)
{
	char path[128];
	char *bytes;

	(void)snprintf(path, sizeof(path), FIXTURES "%s", name);
	assert_int_equal(file_read_alloc(AT_FDCWD, path, 1 << 20, &bytes,
	                                 ret_len, NULL),
	                 0);
	return bytes;
}

static struct rows replay(const char *name)
{
	struct rows rows = { .n = 0 };
	struct diag_answer answer = {
		.seq = RECORDED_SEQ,
		.row = keep_row,
		.to = &rows,
	};
	size_t len;
	char *bytes = read_fixture(name, &len);

	assert_false(diag_answer_read(&answer, bytes, len));
	assert_int_equal(answer.code, 0);
	free(bytes);
	return rows;
}

struct expected_row {
	uint16_t port;
	uint32_t limit;
	const char *addr;
	uint32_t queue, ifindex;
	uint64_t drops;
	struct fact_u64 v6only;
};

#define ABSENT                                                                 \
	{                                                                      \
		.state = FACT_ABSENT                                           \
	}
#define KNOWN(number)                                                          \
	{                                                                      \
		.value = (number), .state = FACT_KNOWN                         \
	}

static void assert_fact(struct fact_u64 is, struct fact_u64 should)
{
	assert_int_equal(is.state, should.state);
	assert_int_equal(is.value, should.value);
}

static void assert_listener(const struct diag_row *row,
                            const struct expected_row *expected)
{
	char addr[INET6_ADDRSTRLEN];

	assert_non_null(inet_ntop(row->family, row->src, addr, sizeof(addr)));
	assert_string_equal(addr, expected->addr);
	assert_int_equal(row->state, TCP_LISTEN);
	assert_int_equal(row->dport, 0);
	assert_int_equal(row->rqueue, expected->queue);
	assert_int_equal(row->ifindex, expected->ifindex);
	assert_int_equal(row->uid, 0);
	assert_int_not_equal(row->inode, 0);
	assert_int_not_equal(row->cookie, 0);
	assert_fact(row->drops, fact_known(expected->drops));
	assert_fact(row->cgroup_id, fact_known(1));
	assert_fact(row->v6only, expected->v6only);
}

static void recorded_ipv4_listeners(void **state)
{
	static const struct expected_row expected[] = {
		{ 8080, 16, "0.0.0.0", 0, 0, 0, ABSENT },
		{ 8080, 17, "0.0.0.0", 0, 0, 0, ABSENT },
		{ 8080, 18, "0.0.0.0", 0, 0, 0, ABSENT },
		{ 8081, 1, "127.0.0.1", 2, 0, 1, ABSENT },
		{ 8082, 100, "0.0.0.0", 0, 1, 0, ABSENT },
	};
	const struct rows rows = replay("listen-ipv4");

	(void)state;
	assert_int_equal(rows.n, ARRAY_SIZE(expected));
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++)
		assert_listener(find_row(&rows, expected[i].port,
		                         expected[i].limit),
		                &expected[i]);
}

static void recorded_ipv6_listeners(void **state)
{
	static const struct expected_row expected[] = {
		{ 8080, 200, "::", 0, 0, 0, KNOWN(1) },
		/* a deferred ACK counts as a drop */
		{ 8083, 300, "::", 0, 0, 3, KNOWN(0) },
		/* so is any but "any" and mapped (inet6_bind) */
		{ 8084, 400, "::1", 0, 0, 0, KNOWN(1) },
		{ 8085, 500, "::ffff:127.0.0.1", 0, 0, 0, KNOWN(0) },
	};
	const struct rows rows = replay("listen-ipv6");

	(void)state;
	assert_int_equal(rows.n, ARRAY_SIZE(expected));
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++)
		assert_listener(find_row(&rows, expected[i].port,
		                         expected[i].limit),
		                &expected[i]);
}

/* An IPv4 connection to a dual-stack listener is an IPv6 row. */
static void recorded_half_open(void **state)
{
	const struct rows rows = replay("syn-recv-ipv6");
	size_t mapped = 0;

	(void)state;
	assert_int_equal(rows.n, 3);
	for (size_t i = 0; i < rows.n; i++) {
		const struct diag_row *row = &rows.row[i];

		assert_int_equal(row->state, TCP_SYN_RECV);
		assert_int_equal(row->family, AF_INET6);
		assert_int_equal(row->sport, 8083);
		assert_int_not_equal(row->dport, 0);
		assert_int_equal(row->inode, 0);
		assert_int_equal(row->drops.state, FACT_ABSENT);
		assert_int_equal(row->v6only.state, FACT_ABSENT);
		mapped += row->src[10] == 0xff && row->src[12] == 127;
	}
	assert_int_equal(mapped, 2);
}

/* Both ends of the two connections that the queue of 8081 holds. */
static void recorded_established(void **state)
{
	const struct rows rows = replay("established-ipv4");
	size_t clients = 0;

	(void)state;
	for (size_t i = 0; i < rows.n; i++) {
		assert_int_equal(rows.row[i].state, TCP_ESTABLISHED);
		assert_memory_equal(rows.row[i].dst, "\x7f\0\0\1\0\0", 6);
		clients += rows.row[i].dport == 8081;
	}
	assert_true(clients >= 2);
}

static void recorded_answer_cut_anywhere(void **state)
{
	size_t full;
	char *bytes = read_fixture("listen-ipv6", &full);

	(void)state;
	for (size_t len = 0; len < full; len++) {
		struct rows rows = { .n = 0 };
		struct diag_answer answer = {
			.seq = RECORDED_SEQ,
			.row = keep_row,
			.to = &rows,
		};
		void *cut = exact_copy(bytes, len);

		assert_true(diag_answer_read(&answer, cut, len));
		assert_true(answer.code == 0 || answer.code == -EBADMSG);
		assert_false(answer.again);
		assert_true(rows.n <= 4);
		free(cut);
	}
	free(bytes);
}

/* Return: 0 or -EBADMSG, as a walk over the attribute headers finds it. */
static int expected_of_cut(const char *payload, size_t len)
{
	size_t at = sizeof(struct inet_diag_msg);

	if (len < at)
		return -EBADMSG;
	while (at + sizeof(struct nlattr) <= len) {
		struct nlattr attr;

		memcpy(&attr, payload + at, sizeof(attr));
		if (at + attr.nla_len > len)
			return -EBADMSG;
		at += (attr.nla_len + 3U) & ~3U;
	}
	return 0;
}

static void recorded_message_cut_anywhere(void **state)
{
	const size_t header = sizeof(struct nlmsghdr);
	struct nlmsghdr first;
	size_t full;
	char *bytes = read_fixture("listen-ipv6", &full);

	(void)state;
	memcpy(&first, bytes, sizeof(first));
	for (size_t len = 0; len <= first.nlmsg_len - header; len++) {
		struct diag_row row;
		void *cut = exact_copy(bytes + header, len);

		assert_int_equal(diag_parse(cut, len, &row),
		                 expected_of_cut(bytes + header, len));
		free(cut);
	}
	free(bytes);
}

/* One message with one attribute. */
struct built {
	struct inet_diag_msg msg;
	struct nlattr attr;
	uint8_t payload[64];
};

static struct built build(uint8_t family, uint16_t type, uint16_t attr_len)
{
	struct built built = {
		.msg = { .idiag_family = family, .idiag_state = TCP_LISTEN },
		.attr = { .nla_len = attr_len, .nla_type = type },
	};

	for (size_t i = 0; i < sizeof(built.payload); i++)
		built.payload[i] = (uint8_t)(i + 1);
	return built;
}

static void attributes(void **state)
{
	enum {
		DROPS = INET_DIAG_SKMEMINFO,
		CGROUP = INET_DIAG_CGROUP_ID,
		V6ONLY = INET_DIAG_SKV6ONLY,
		UNKNOWN = 200
	};
	/* clang-format off */
	static const struct {
		const char *name;
		uint16_t type, len; /* len: of header and payload */
		int rc;
		struct fact_u64 drops, cgroup_id, v6only;
	} rows[] = {
		{ "drops", DROPS, 4 + 36, 0,
		  KNOWN(0x24232221), ABSENT, ABSENT },
		{ "drops, and more behind", DROPS, 4 + 44, 0,
		  KNOWN(0x24232221), ABSENT, ABSENT },
		{ "a kernel without drops", DROPS, 4 + 32, 0,
		  ABSENT, ABSENT, ABSENT },
		{ "half a drops", DROPS, 4 + 35, 0, ABSENT, ABSENT, ABSENT },
		{ "cgroup", CGROUP, 4 + 8, 0,
		  ABSENT, KNOWN(0x0807060504030201), ABSENT },
		{ "cgroup, longer", CGROUP, 4 + 12, 0,
		  ABSENT, KNOWN(0x0807060504030201), ABSENT },
		{ "cgroup, too short", CGROUP, 4 + 7, -EBADMSG,
		  ABSENT, ABSENT, ABSENT },
		{ "v6only", V6ONLY, 4 + 1, 0, ABSENT, ABSENT, KNOWN(1) },
		{ "v6only, longer", V6ONLY, 4 + 4, 0, ABSENT, ABSENT, KNOWN(1) },
		{ "v6only, empty", V6ONLY, 4, -EBADMSG, ABSENT, ABSENT, ABSENT },
		{ "v6only, with a flag", V6ONLY | NLA_F_NET_BYTEORDER, 4 + 1, 0,
		  ABSENT, ABSENT, KNOWN(1) },
		{ "unknown", UNKNOWN, 4 + 9, 0, ABSENT, ABSENT, ABSENT },
		{ "unknown, empty", UNKNOWN, 4, 0, ABSENT, ABSENT, ABSENT },
		{ "shorter than its header", UNKNOWN, 3, -EBADMSG,
		  ABSENT, ABSENT, ABSENT },
		{ "no length", UNKNOWN, 0, -EBADMSG, ABSENT, ABSENT, ABSENT },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct built built =
			build(AF_INET6, rows[i].type, rows[i].len);
		const size_t attr_len = rows[i].len < 4 ? 4 : rows[i].len;
		const size_t len = sizeof(built.msg) + attr_len;
		void *copy = exact_copy(&built, len);
		struct diag_row row;

		print_message("%s\n", rows[i].name);
		assert_int_equal(diag_parse(copy, len, &row), rows[i].rc);
		free(copy);
		if (rows[i].rc)
			continue;
		assert_fact(row.drops, rows[i].drops);
		assert_fact(row.cgroup_id, rows[i].cgroup_id);
		assert_fact(row.v6only, rows[i].v6only);
	}
}

static void attribute_longer_than_message(void **state)
{
	const struct built built = build(AF_INET6, 200, 13);
	struct diag_row row;

	(void)state;
	assert_int_equal(diag_parse(&built, sizeof(built.msg) + 12, &row),
	                 -EBADMSG);
}

static void families(void **state)
{
	static const struct {
		uint8_t family;
		int rc;
	} rows[] = {
		{ AF_INET, 0 },          { AF_INET6, 0 },
		{ AF_UNSPEC, -EBADMSG }, { AF_UNIX, -EBADMSG },
		{ 255, -EBADMSG },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct built built = build(rows[i].family, 200, 4);
		struct diag_row row;

		assert_int_equal(diag_parse(&built, sizeof(built.msg), &row),
		                 rows[i].rc);
	}
}

/* Every field at an odd address, and each where it belongs. */
static void fields_unaligned(void **state)
{
	uint8_t bytes[sizeof(struct inet_diag_msg) + 1];
	const struct inet_diag_msg msg = {
		.idiag_family = AF_INET,
		.idiag_state = TCP_ESTABLISHED,
		.id = { .idiag_sport = htons(80),
		        .idiag_dport = htons(65535),
		        .idiag_src = { htonl(0x7f000001), 1, 2, 3 },
		        .idiag_dst = { htonl(0x0a000002), 4, 5, 6 },
		        .idiag_if = 7,
		        .idiag_cookie = { 0x89abcdef, 0x01234567 } },
		.idiag_rqueue = 8,
		.idiag_wqueue = 9,
		.idiag_uid = 10,
		.idiag_inode = 0xffffffff,
	};
	static const uint8_t src[16] = { 127, 0, 0, 1 };
	static const uint8_t dst[16] = { 10, 0, 0, 2 };
	struct diag_row row;

	(void)state;
	memcpy(bytes + 1, &msg, sizeof(msg));
	assert_int_equal(diag_parse(bytes + 1, sizeof(msg), &row), 0);
	assert_int_equal(row.state, TCP_ESTABLISHED);
	assert_int_equal(row.sport, 80);
	assert_int_equal(row.dport, 65535);
	assert_memory_equal(row.src, src, 16);
	assert_memory_equal(row.dst, dst, 16);
	assert_int_equal(row.ifindex, 7);
	assert_int_equal(row.cookie, 0x0123456789abcdef);
	assert_int_equal(row.rqueue, 8);
	assert_int_equal(row.wqueue, 9);
	assert_int_equal(row.uid, 10);
	assert_int_equal(row.inode, 0xffffffff);
}

/* A datagram of messages; each has its type and at most an int or a row. */
struct message {
	uint16_t type, flags;
	uint32_t seq;
	int32_t code;
};

enum { ROW = SOCK_DIAG_BY_FAMILY, BARE_DONE = 0xff00, TORN = 0xff01 };

static size_t put_message(uint8_t *at, const struct message *message)
{
	const struct inet_diag_msg row = { .idiag_family = AF_INET };
	struct nlmsghdr header = {
		.nlmsg_len = sizeof(header) + sizeof(message->code),
		.nlmsg_type = message->type,
		.nlmsg_flags = message->flags,
		.nlmsg_seq = message->seq,
	};

	memcpy(at + sizeof(header), &message->code, sizeof(message->code));
	if (message->type == ROW) {
		header.nlmsg_len = sizeof(header) + sizeof(row);
		memcpy(at + sizeof(header), &row, sizeof(row));
	} else if (message->type == BARE_DONE) {
		header.nlmsg_len = sizeof(header);
		header.nlmsg_type = NLMSG_DONE;
	} else if (message->type == TORN) {
		header.nlmsg_len = sizeof(header) - 1;
	}
	memcpy(at, &header, sizeof(header));
	return header.nlmsg_len < sizeof(header) ? sizeof(header)
	                                         : header.nlmsg_len;
}

static void answers(void **state)
{
	enum {
		MULTI = NLM_F_MULTI,
		INTR = NLM_F_MULTI | NLM_F_DUMP_INTR,
		DONE = NLMSG_DONE,
		ERROR = NLMSG_ERROR
	};
	/* clang-format off */
	static const struct {
		const char *name;
		struct message message[3];
		size_t n, stop_after;
		bool more;
		int code;
		bool again;
		size_t rows;
	} rows[] = {
		{ "rows", { { ROW, MULTI, 5, 0 }, { ROW, MULTI, 5, 0 } },
		  2, 0, true, 0, false, 2 },
		{ "rows and the end",
		  { { ROW, MULTI, 5, 0 }, { DONE, MULTI, 5, 0 } },
		  2, 0, false, 0, false, 1 },
		{ "nothing but the end", { { DONE, MULTI, 5, 0 } },
		  1, 0, false, 0, false, 0 },
		{ "an end that says nothing", { { BARE_DONE, MULTI, 5, 0 } },
		  1, 0, false, 0, false, 0 },
		{ "what is behind the end is not ours",
		  { { DONE, MULTI, 5, 0 }, { ROW, MULTI, 5, 0 } },
		  2, 0, false, 0, false, 0 },
		{ "an exact get", { { ROW, 0, 5, 0 } }, 1, 0,
		  false, 0, false, 1 },
		{ "of another request", { { ROW, MULTI, 4, 0 },
		  { ERROR, 0, 4, -EPERM }, { DONE, MULTI, 4, 0 } },
		  3, 0, true, 0, false, 0 },
		{ "error", { { ERROR, 0, 5, -ENOENT } },
		  1, 0, false, -ENOENT, false, 0 },
		{ "acknowledged", { { ERROR, 0, 5, 0 } },
		  1, 0, false, 0, false, 0 },
		{ "ended with an error",
		  { { ROW, MULTI, 5, 0 }, { DONE, MULTI, 5, -EINVAL } },
		  2, 0, false, -EINVAL, false, 1 },
		{ "ended for want of a buffer",
		  { { DONE, MULTI, 5, -ENOBUFS } },
		  1, 0, false, -ENOBUFS, true, 0 },
		{ "ended because interrupted", { { DONE, MULTI, 5, -EINTR } },
		  1, 0, false, -EINTR, true, 0 },
		{ "interrupted: read on, give no rows",
		  { { ROW, MULTI, 5, 0 }, { ROW, INTR, 5, 0 },
		    { ROW, MULTI, 5, 0 } },
		  3, 0, true, -EINTR, true, 1 },
		{ "interrupted at the end", { { DONE, INTR, 5, 0 } },
		  1, 0, false, -EINTR, true, 0 },
		{ "the row says stop: read on, give no rows",
		  { { ROW, MULTI, 5, 0 }, { ROW, MULTI, 5, 0 },
		    { DONE, MULTI, 5, 0 } },
		  3, 1, false, -ECANCELED, false, 1 },
		{ "the first failure wins",
		  { { ROW, MULTI, 5, 0 }, { DONE, MULTI, 5, -ENOBUFS } },
		  2, 1, false, -ECANCELED, false, 1 },
		{ "no operation", { { NLMSG_NOOP, 0, 5, 0 } },
		  1, 0, true, 0, false, 0 },
		{ "a length that cannot be", { { TORN, MULTI, 5, 0 } },
		  1, 0, true, -EBADMSG, false, 0 },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct rows got = { .stop_after = rows[i].stop_after };
		struct diag_answer answer = { .seq = 5,
			                      .row = keep_row,
			                      .to = &got };
		uint8_t bytes[512] = { 0 };
		size_t len = 0;
		void *copy;

		print_message("%s\n", rows[i].name);
		for (size_t m = 0; m < rows[i].n; m++)
			len += put_message(bytes + len, &rows[i].message[m]);
		copy = exact_copy(bytes, len);
		assert_int_equal(diag_answer_read(&answer, copy, len),
		                 rows[i].more);
		free(copy);
		assert_int_equal(answer.code, rows[i].code);
		assert_int_equal(answer.again, rows[i].again);
		assert_int_equal(got.n, rows[i].rows);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_ipv4_listeners),
		cmocka_unit_test(recorded_ipv6_listeners),
		cmocka_unit_test(recorded_half_open),
		cmocka_unit_test(recorded_established),
		cmocka_unit_test(recorded_answer_cut_anywhere),
		cmocka_unit_test(recorded_message_cut_anywhere),
		cmocka_unit_test(attributes),
		cmocka_unit_test(attribute_longer_than_message),
		cmocka_unit_test(families),
		cmocka_unit_test(fields_unaligned),
		cmocka_unit_test(answers),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
