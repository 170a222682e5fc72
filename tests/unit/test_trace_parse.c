// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * trace_parse - events built by the formats of two kernels: 6.18, recorded,
 * and 5.10, which has its addresses elsewhere and gives no reasons.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "probes/base/file.h"
#include "probes/observe/trace_parse.h"
#include "tests/support/fdcheck.h"

#define AT_NS 12345
#define TID 4242

/* Of the recorded formats. */
enum { ID_SEND = 2280, ID_RECEIVE = 2279, ID_SYNACK = 2275, ID_LISTEN = 2236 };
enum { ID_SEND_5_10 = 1327 };

/* An event, as long as its format says. */
struct bytes {
	uint8_t at[128];
	size_t len;
};

static void put(struct bytes *bytes, size_t offset, const void *value,
                size_t size)
{
	assert_true(offset + size <= bytes->len);
	memcpy(bytes->at + offset, value, size);
}

#define PUT(bytes, offset, type, value)                                        \
	put(bytes, offset, &(type){ (type)(value) }, sizeof(type))

static struct bytes event(uint16_t id, size_t len)
{
	struct bytes bytes = { .len = len };

	PUT(&bytes, 0, uint16_t, id);
	PUT(&bytes, 4, int32_t, TID);
	return bytes;
}

static void learn(struct trace_formats *formats, const char *kernel)
{
	assert_int_equal(trace_formats_init(formats), 0);
	for (int i = 0; i < TRACE_KINDS; i++) {
		char path[128];
		size_t len;
		char *text;

		(void)snprintf(path, sizeof(path),
		               "tests/fixtures/trace_parse/%s/%s", kernel,
		               trace_events[i].event);
		if (file_read_alloc(AT_FDCWD, path, 1 << 20, &text, &len, NULL))
			continue;
		assert_int_equal(trace_formats_add(formats, (enum trace_kind)i,
		                                   text, len),
		                 0);
		free(text);
	}
}

/* As a function, for its memory must end where it does. */
static int parse(const struct trace_formats *formats, const struct bytes *bytes,
                 size_t len, struct trace_event *ret)
{
	void *copy = malloc(len ? len : 1);
	int rc;

	memcpy(copy, bytes->at, len);
	rc = trace_parse(formats, copy, len, AT_NS, ret);
	free(copy);
	return rc;
}

static void put_ipv4(struct bytes *bytes, size_t offset, const char *addr,
                     uint16_t port)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		                  .sin_port = htons(port) };

	assert_int_equal(inet_pton(AF_INET, addr, &in.sin_addr), 1);
	put(bytes, offset, &in, sizeof(in));
}

static void put_ipv6(struct bytes *bytes, size_t offset, const char *addr,
                     uint16_t port)
{
	struct sockaddr_in6 in = { .sin6_family = AF_INET6,
		                   .sin6_port = htons(port) };

	assert_int_equal(inet_pton(AF_INET6, addr, &in.sin6_addr), 1);
	put(bytes, offset, &in, sizeof(in));
}

static void assert_tuple(const struct seen_tuple *tuple, int family,
                         const char *saddr, uint16_t sport, const char *daddr,
                         uint16_t dport)
{
	char text[INET6_ADDRSTRLEN];

	assert_int_equal(tuple->family, family);
	assert_int_equal(tuple->sport, sport);
	assert_int_equal(tuple->dport, dport);
	assert_non_null(inet_ntop(family, tuple->saddr, text, sizeof(text)));
	assert_string_equal(text, saddr);
	assert_non_null(inet_ntop(family, tuple->daddr, text, sizeof(text)));
	assert_string_equal(text, daddr);
}

static struct bytes send_reset(uint64_t skb, int32_t state, uint32_t reason)
{
	struct bytes bytes = event(ID_SEND, 88);

	PUT(&bytes, 8, uint64_t, skb);
	PUT(&bytes, 24, int32_t, state);
	PUT(&bytes, 28, uint32_t, reason);
	return bytes;
}

static void sent_with_reason(void **state)
{
	static const struct {
		uint64_t skb;
		int32_t state;
		uint32_t reason;
		const char *name;
		bool active;
	} rows[] = {
		{ 0, TCP_CLOSE, 11, "TCP_ABORT_ON_CLOSE", true },
		{ 1, TCP_LISTEN, 6, "TCP_FLAGS", false },
		{ 1, 0, 1, "NO_SOCKET", false },
		{ 0, TCP_CLOSE, 14, "TCP_STATE", true },
		{ 1, 0, 4711, "4711", false },
	};
	struct trace_formats formats;

	(void)state;
	learn(&formats, "6.18");
	assert_true(trace_formats_have_reasons(&formats));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes bytes =
			send_reset(rows[i].skb, rows[i].state, rows[i].reason);
		struct trace_event ret;

		put_ipv4(&bytes, 32, "127.0.0.1", 5001);
		put_ipv4(&bytes, 60, "127.0.0.2", 40000);
		assert_int_equal(parse(&formats, &bytes, bytes.len, &ret), 0);
		assert_int_equal(ret.kind, TRACE_SEND_RESET);
		assert_int_equal(ret.tid, TID);
		assert_int_equal(ret.reset.at_ns, AT_NS);
		assert_false(ret.reset.received);
		assert_int_equal(ret.reset.active, rows[i].active);
		assert_int_equal(ret.reset.state, rows[i].state);
		assert_string_equal(ret.reset.reason, rows[i].name);
		assert_tuple(&ret.reset.tuple, AF_INET, "127.0.0.1", 5001,
		             "127.0.0.2", 40000);
	}
	trace_formats_done(&formats);
}

static void sent_over_ipv6(void **state)
{
	struct bytes bytes = send_reset(1, 0, 1);
	struct trace_formats formats;
	struct trace_event ret;

	(void)state;
	learn(&formats, "6.18");
	put_ipv6(&bytes, 32, "fe80::1", 1);
	put_ipv6(&bytes, 60, "fe80::2", 65535);
	assert_int_equal(parse(&formats, &bytes, bytes.len, &ret), 0);
	assert_tuple(&ret.reset.tuple, AF_INET6, "fe80::1", 1, "fe80::2",
	             65535);
	put_ipv6(&bytes, 32, "::ffff:10.0.0.1", 1);
	put_ipv6(&bytes, 60, "::ffff:10.0.0.2", 2);
	assert_int_equal(parse(&formats, &bytes, bytes.len, &ret), 0);
	assert_tuple(&ret.reset.tuple, AF_INET, "10.0.0.1", 1, "10.0.0.2", 2);
	/* a listener that knows no peer */
	put_ipv6(&bytes, 32, "::", 8080);
	put_ipv6(&bytes, 60, "::", 0);
	assert_int_equal(parse(&formats, &bytes, bytes.len, &ret), 0);
	assert_tuple(&ret.reset.tuple, AF_INET6, "::", 8080, "::", 0);
	trace_formats_done(&formats);
}

static void put_mapped(struct bytes *bytes, size_t offset, uint8_t last)
{
	const uint8_t addr[16] = { [10] = 0xff, 0xff, 10, 0, 0, last };

	put(bytes, offset, addr, sizeof(addr));
}

static void received(void **state)
{
	struct bytes bytes = event(ID_RECEIVE, 72);
	struct trace_formats formats;
	struct trace_event ret;

	(void)state;
	learn(&formats, "6.18");
	PUT(&bytes, 16, uint16_t, 40000);
	PUT(&bytes, 18, uint16_t, 80);
	PUT(&bytes, 20, uint16_t, AF_INET);
	put_mapped(&bytes, 30, 1);
	put_mapped(&bytes, 46, 2);
	assert_int_equal(parse(&formats, &bytes, bytes.len, &ret), 0);
	assert_int_equal(ret.kind, TRACE_RECEIVE_RESET);
	assert_true(ret.reset.received);
	assert_false(ret.reset.active);
	assert_string_equal(ret.reset.reason, "");
	assert_tuple(&ret.reset.tuple, AF_INET, "10.0.0.1", 40000, "10.0.0.2",
	             80);
	trace_formats_done(&formats);
}

static void without_reasons(void **state)
{
	struct bytes bytes = event(ID_SEND_5_10, 72);
	struct trace_formats formats;
	struct trace_event ret;

	(void)state;
	learn(&formats, "5.10");
	assert_false(trace_formats_have_reasons(&formats));
	PUT(&bytes, 8, uint64_t, 1);
	PUT(&bytes, 24, int32_t, TCP_ESTABLISHED);
	PUT(&bytes, 28, uint16_t, 80);
	PUT(&bytes, 30, uint16_t, 40000);
	put_mapped(&bytes, 40, 1);
	put_mapped(&bytes, 56, 2);
	assert_int_equal(parse(&formats, &bytes, bytes.len, &ret), 0);
	assert_int_equal(ret.reset.state, TCP_ESTABLISHED);
	assert_false(ret.reset.active);
	assert_string_equal(ret.reset.reason, "");
	assert_tuple(&ret.reset.tuple, AF_INET, "10.0.0.1", 80, "10.0.0.2",
	             40000);
	trace_formats_done(&formats);
}

static void synack(void **state)
{
	struct bytes bytes = event(ID_SYNACK, 72);
	struct trace_formats formats;
	struct trace_event ret;

	(void)state;
	learn(&formats, "6.18");
	PUT(&bytes, 24, uint16_t, 80);
	PUT(&bytes, 26, uint16_t, 40000);
	put_mapped(&bytes, 38, 1);
	put_mapped(&bytes, 54, 2);
	assert_int_equal(parse(&formats, &bytes, bytes.len, &ret), 0);
	assert_int_equal(ret.kind, TRACE_SYNACK);
	assert_int_equal(ret.synack.at_ns, AT_NS);
	assert_tuple(&ret.synack.tuple, AF_INET, "10.0.0.1", 80, "10.0.0.2",
	             40000);
	trace_formats_done(&formats);
}

/* An int, in a register that may hold more. */
static void listen_call(void **state)
{
	static const struct {
		uint64_t word;
		int64_t backlog;
	} rows[] = {
		{ 128, 128 },
		{ 0, 0 },
		{ 0x7fffffff, INT32_MAX },
		{ 0xffffffff, -1 },
		{ UINT64_MAX, -1 },
		{ 0x100000005, 5 },
	};
	struct trace_formats formats;

	(void)state;
	learn(&formats, "6.18");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes bytes = event(ID_LISTEN, 32);
		struct trace_event ret;

		PUT(&bytes, 16, uint64_t, 7);
		PUT(&bytes, 24, uint64_t, rows[i].word);
		assert_int_equal(parse(&formats, &bytes, bytes.len, &ret), 0);
		assert_int_equal(ret.kind, TRACE_LISTEN);
		assert_int_equal(ret.listen.fd, 7);
		assert_int_equal(ret.listen.backlog, rows[i].backlog);
	}
	trace_formats_done(&formats);
}

static void others_and_cut_ones(void **state)
{
	const struct bytes other = event(17, 64);
	struct bytes bytes = send_reset(1, 0, 1);
	struct trace_formats formats;
	struct trace_event ret;

	(void)state;
	learn(&formats, "6.18");
	put_ipv4(&bytes, 32, "127.0.0.1", 5001);
	put_ipv4(&bytes, 60, "127.0.0.2", 40000);
	assert_int_equal(parse(&formats, &other, other.len, &ret), -ENOENT);
	for (size_t len = 0; len < bytes.len; len++)
		assert_int_equal(parse(&formats, &bytes, len, &ret), -EBADMSG);
	trace_formats_done(&formats);
}

static void formats_that_make_no_sense(void **state)
{
	static const char *const texts[] = {
		"",
		"name: tcp_send_reset\n",
		"name: tcp_send_reset\nID: 1\nformat:\n"
		"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"
		"\tfield:int state;\toffset:24;\tsize:4;\tsigned:1;\n\n"
		"print fmt: \"%d\", REC->state\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct trace_formats formats;

		assert_int_equal(trace_formats_init(&formats), 0);
		assert_int_equal(trace_formats_add(&formats, TRACE_SEND_RESET,
		                                   texts[i], strlen(texts[i])),
		                 -EBADMSG);
		assert_null(formats.kind[TRACE_SEND_RESET].event);
		trace_formats_done(&formats);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sent_with_reason),
		cmocka_unit_test(sent_over_ipv6),
		cmocka_unit_test(received),
		cmocka_unit_test(without_reasons),
		cmocka_unit_test(synack),
		cmocka_unit_test(listen_call),
		cmocka_unit_test(others_and_cut_ones),
		cmocka_unit_test(formats_that_make_no_sense),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
