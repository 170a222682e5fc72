// SPDX-License-Identifier: GPL-2.0-or-later
/* flow: one outcome each, and ends that do exactly what they are asked. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probes/load/flow.h"
#include "probes/load/splicer.h"
#include "tests/support/fdcheck.h"

static void test_outcome_of(void **state)
{
	static const struct {
		int code;
		enum load_outcome outcome;
	} rows[] = {
		{ ECONNRESET, LOAD_RESET },    { EPIPE, LOAD_RESET },
		{ ECONNABORTED, LOAD_RESET },  { ECONNREFUSED, LOAD_REFUSED },
		{ ETIMEDOUT, LOAD_TIMED_OUT }, { EADDRNOTAVAIL, LOAD_FAILED },
		{ EMFILE, LOAD_FAILED },       { ENETUNREACH, LOAD_FAILED },
		{ ENOBUFS, LOAD_FAILED },      { EINTR, LOAD_FAILED },
		{ EHOSTUNREACH, LOAD_FAILED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(flow_outcome_of(LOAD_PHASE_CONNECT,
		                                 rows[i].code),
		                 rows[i].outcome);
	assert_int_equal(flow_outcome_of(LOAD_PHASE_DRAIN, ETIMEDOUT),
	                 LOAD_FAILED);
}

static void flow_on_pair(struct flow *flow)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	flow_init(flow);
	flow->state = FLOW_OPEN;
	flow->client.fd = pair[0];
	flow->client.flags |= END_CAN_READ | END_CAN_WRITE;
	flow->server.fd = pair[1];
	flow->server.flags |= END_CAN_READ | END_CAN_WRITE;
}

static void test_first_outcome_wins(void **state)
{
	struct flow flow;

	(void)state;
	flow_on_pair(&flow);
	flow_fail(&flow, LOAD_PHASE_WRITE, ECONNRESET);
	flow_fail(&flow, LOAD_PHASE_READ, ETIMEDOUT);
	flow_settle(&flow, LOAD_OK);
	assert_int_equal(flow.outcome, LOAD_RESET);
	assert_int_equal(flow.phase, LOAD_PHASE_WRITE);
	assert_int_equal(flow.code, ECONNRESET);
	assert_int_equal(flow.client.fd, -1);
	assert_int_equal(flow.server.fd, -1);
}

/* Without a FIN: all that the peer wrote was read, and it writes no more. */
static void test_has_all(void **state)
{
	static const struct {
		uint64_t read, written, to_write;
		bool has_all;
	} rows[] = {
		{ 0, 0, 0, true },
		{ 5, 5, 0, true },
		{ 4, 5, 0, false },
		{ 5, 5, 1, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct end end = { .read = rows[i].read };
		const struct end peer = { .written = rows[i].written,
			                  .to_write = rows[i].to_write };

		assert_int_equal(end_has_all(&end, &peer), rows[i].has_all);
	}
}

static void test_write_is_bounded(void **state)
{
	char payload[1000] = { 0 };
	struct flow flow;
	int code = 0;

	(void)state;
	flow_on_pair(&flow);
	flow.client.to_write = 1500;
	flow.server.flags = 0;
	assert_int_equal(end_write(&flow.client, &flow.server, payload, 1000,
	                           &code),
	                 END_MOVED);
	assert_int_equal(flow.client.written, 1000);
	assert_true(flow.server.flags & END_CAN_READ);
	assert_int_equal(end_write(&flow.client, &flow.server, payload, 1000,
	                           &code),
	                 END_MOVED);
	assert_int_equal(flow.client.written, 1500);
	assert_int_equal(flow.client.to_write, 0);
	assert_int_equal(end_write(&flow.client, &flow.server, payload, 1000,
	                           &code),
	                 END_IDLE);
	assert_int_equal(flow.client.written, 1500);
	flow_settle(&flow, LOAD_OK);
}

/* A full socket: no error, no count, and no further try until epoll says. */
static void test_full_socket(void **state)
{
	static char payload[1 << 20];
	enum end_step step = END_MOVED;
	struct flow flow;
	int code = 0;

	(void)state;
	flow_on_pair(&flow);
	flow.client.to_write = UINT64_MAX;
	for (int i = 0; i < 100 && step == END_MOVED; i++)
		step = end_write(&flow.client, NULL, payload, sizeof(payload),
		                 &code);
	assert_int_equal(step, END_IDLE);
	assert_false(flow.client.flags & END_CAN_WRITE);
	assert_int_equal(flow.client.to_write,
	                 UINT64_MAX - flow.client.written);
	flow_settle(&flow, LOAD_OK);
}

/* Pages instead of a copy; nothing stays behind in the pipe. */
static void test_splice(void **state)
{
	static char payload[1 << 20];
	static char buf[sizeof(payload)];
	enum end_step step = END_MOVED;
	struct splicer splicer;
	uint64_t bytes = 0;
	struct flow flow;
	int code = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(payload); i++)
		payload[i] = (char)(i >> 8 ^ i);
	flow_on_pair(&flow);
	assert_int_equal(fcntl(flow.client.fd, F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(splicer_open(&splicer, 65536), 0);
	flow.client.to_write = 1000;
	flow.server.flags = 0;
	assert_int_equal(end_splice(&flow.client, &flow.server, &splicer,
	                            payload + 1, 65536, &code),
	                 END_MOVED);
	assert_int_equal(flow.client.written, 1000);
	assert_int_equal(end_read(&flow.server, buf, sizeof(buf), &bytes,
	                          &code),
	                 END_MOVED);
	assert_int_equal(bytes, 1000);
	assert_memory_equal(buf, payload + 1, 1000);

	/* until it is full; all that was taken is counted, in order */
	flow.client.to_write = UINT64_MAX;
	for (int i = 0; i < 1000 && step == END_MOVED; i++)
		step = end_splice(&flow.client, &flow.server, &splicer,
		                  payload + flow.client.written % 65536, 65536,
		                  &code);
	assert_int_equal(step, END_IDLE);
	assert_false(flow.client.flags & END_CAN_WRITE);
	assert_int_equal(read(splicer.from, buf, 1), -1);
	assert_int_equal(errno, EAGAIN);
	while (flow.server.read < flow.client.written) {
		const uint64_t before = flow.server.read;

		flow.server.flags |= END_CAN_READ;
		assert_int_equal(end_read_once(&flow.server, buf, 4096, &bytes,
		                               &code),
		                 END_MOVED);
		if (before >= 1000)
			assert_memory_equal(buf, payload + before % 65536,
			                    flow.server.read - before);
	}

	assert_int_equal(close(flow.server.fd), 0);
	flow.server.fd = -1;
	flow.client.flags |= END_CAN_WRITE;
	assert_true(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
	assert_int_equal(end_splice(&flow.client, NULL, &splicer, payload,
	                            65536, &code),
	                 END_BROKE);
	assert_int_equal(code, EPIPE);
	assert_true(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
	splicer_close(&splicer);
	splicer_close(&splicer);
	flow_settle(&flow, LOAD_RESET);
}

static void test_read_to_eof(void **state)
{
	char buf[64];
	struct flow flow;
	uint64_t bytes = 0;
	int code = 0;

	(void)state;
	flow_on_pair(&flow);
	assert_int_equal(write(flow.client.fd, "kiloflow", 8), 8);
	assert_int_equal(end_read(&flow.server, buf, sizeof(buf), &bytes,
	                          &code),
	                 END_MOVED);
	assert_int_equal(bytes, 8);
	assert_int_equal(flow.server.read, 8);
	/* less than asked for: it is empty, do not try again */
	assert_false(flow.server.flags & END_CAN_READ);
	assert_int_equal(end_read(&flow.server, buf, sizeof(buf), &bytes,
	                          &code),
	                 END_IDLE);

	flow.client.flags |= END_SENDER;
	assert_int_equal(end_shut(&flow.client, &flow.server, &code),
	                 END_MOVED);
	assert_int_equal(end_read(&flow.server, buf, sizeof(buf), &bytes,
	                          &code),
	                 END_MOVED);
	assert_true(flow.server.flags & END_EOF);
	assert_int_equal(bytes, 8);
	flow_settle(&flow, LOAD_OK);
}

/*
 * Data and the FIN behind it come with one event: a short read must not be
 * taken for an empty queue then, no second event would tell of the FIN.
 */
static void test_data_and_fin_at_once(void **state)
{
	char buf[64];
	struct flow flow;
	uint64_t bytes = 0;
	int code = 0;

	(void)state;
	flow_on_pair(&flow);
	assert_int_equal(write(flow.client.fd, "last", 4), 4);
	assert_int_equal(shutdown(flow.client.fd, SHUT_WR), 0);
	flow.server.flags |= END_LAST;
	assert_int_equal(end_read(&flow.server, buf, sizeof(buf), &bytes,
	                          &code),
	                 END_MOVED);
	assert_int_equal(bytes, 4);
	assert_true(flow.server.flags & END_EOF);
	flow_settle(&flow, LOAD_OK);
}

static void test_read_reset(void **state)
{
	char buf[64];
	struct flow flow;
	uint64_t bytes = 0;
	int code = 0;

	(void)state;
	flow_on_pair(&flow);
	assert_int_equal(write(flow.server.fd, "unread", 6), 6);
	/* AF_UNIX resets a peer that closes with unread data, as TCP does */
	assert_int_equal(close(flow.client.fd), 0);
	flow.client.fd = -1;
	assert_int_equal(end_read(&flow.server, buf, sizeof(buf), &bytes,
	                          &code),
	                 END_BROKE);
	assert_int_equal(code, ECONNRESET);
	flow.server.to_write = 1;
	assert_int_equal(end_write(&flow.server, NULL, buf, 1, &code),
	                 END_BROKE);
	assert_int_equal(code, EPIPE);
	flow_settle(&flow, LOAD_RESET);
}

/* A sender closes when its quota is written, the other end after it. */
static void test_order_of_closing(void **state)
{
	char buf[8];
	struct flow flow;
	uint64_t bytes = 0;
	int code = 0;

	(void)state;
	flow_on_pair(&flow);
	flow.client.flags |= END_SENDER;
	flow.client.to_write = 1;
	assert_int_equal(end_shut(&flow.client, NULL, &code), END_IDLE);
	assert_int_equal(end_shut(&flow.server, NULL, &code), END_IDLE);
	assert_int_equal(end_write(&flow.client, &flow.server, buf, 8, &code),
	                 END_MOVED);
	assert_int_equal(end_shut(&flow.client, &flow.server, &code),
	                 END_MOVED);
	assert_int_equal(end_shut(&flow.client, &flow.server, &code), END_IDLE);
	assert_int_equal(end_read(&flow.server, buf, sizeof(buf), &bytes,
	                          &code),
	                 END_MOVED);
	flow.server.flags |= END_CAN_READ;
	assert_int_equal(end_read(&flow.server, buf, sizeof(buf), &bytes,
	                          &code),
	                 END_MOVED);
	assert_int_equal(end_shut(&flow.server, &flow.client, &code),
	                 END_MOVED);
	assert_true(end_is_drained(&flow.server));
	assert_false(end_is_drained(&flow.client));
	assert_int_equal(end_read(&flow.client, buf, sizeof(buf), &bytes,
	                          &code),
	                 END_MOVED);
	assert_true(end_is_drained(&flow.client));
	flow_settle(&flow, LOAD_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outcome_of),
		cmocka_unit_test(test_first_outcome_wins),
		cmocka_unit_test(test_has_all),
		cmocka_unit_test(test_write_is_bounded),
		cmocka_unit_test(test_full_socket),
		cmocka_unit_test(test_splice),
		cmocka_unit_test(test_read_to_eof),
		cmocka_unit_test(test_data_and_fin_at_once),
		cmocka_unit_test(test_read_reset),
		cmocka_unit_test(test_order_of_closing),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
