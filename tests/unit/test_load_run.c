// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * load_run: the whole engine, small, over this machine's loopback. What it
 * does under the limits of a host is tested in namespaces, in tests/host.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/load/load.h"
#include "tests/support/fdcheck.h"

static struct load_options small(uint64_t flows)
{
	struct goal goal = goal_default();
	struct load_options options;

	goal.flows = flows;
	goal.burst = flows;
	options = load_options_default(&goal);
	options.time_ns = 50000000;
	options.workers = 2;
	return options;
}

static struct load_result *run(const struct load_options *options)
{
	struct load_result *result = NULL;
	struct err err = { 0 };

	if (load_run(options, &result, &err))
		fail_msg("%s", err.what);
	return result;
}

static uint64_t interval_sum(const struct load_result *result)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < result->n_intervals; i++)
		sum += result->intervals[i].bytes;
	return sum;
}

static void assert_exact(const struct load_result *result, uint64_t flows)
{
	assert_int_equal(result->asked, flows);
	assert_int_equal(result->flows[LOAD_OK], flows);
	assert_int_equal(result->n_errors, 0);
	assert_true(result->bytes.exact);
	assert_int_equal(result->bytes.flows_off, 0);
	assert_int_equal(result->bytes.written, result->bytes.acked);
	assert_int_equal(result->bytes.acked, result->bytes.received);
	assert_int_equal(result->bytes.received, result->bytes.read);
	assert_int_equal(interval_sum(result), result->bytes.read);
	assert_false(result->deadline);
	assert_false(result->interrupted);
	assert_int_equal(result->queue_peak.state, FACT_KNOWN);
	assert_int_equal(result->queue_drops.value, 0);
}

static void test_directions(void **state)
{
	static const enum load_direction directions[] = { LOAD_UP, LOAD_DOWN,
		                                          LOAD_BOTH };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct load_options options = small(9);
		struct load_result *result;

		options.direction = directions[i];
		result = run(&options);
		assert_exact(result, 9);
		assert_int_equal(result->queue_peak.value, 9);
		load_result_free(result);
	}
}

static void test_bytes_per_flow(void **state)
{
	static const struct {
		enum load_direction direction;
		uint64_t bytes;
		uint64_t total; /* of 3 flows; a client without payload of
		                   its own still says its 16-byte hello */
	} rows[] = {
		{ LOAD_UP, 1, 3 },
		{ LOAD_UP, 15, 45 },
		{ LOAD_UP, 16, 48 },
		{ LOAD_UP, 17, 51 },
		{ LOAD_UP, 1000000, 3000000 },
		{ LOAD_DOWN, 1, 51 },
		{ LOAD_DOWN, 1000000, 3000048 },
		{ LOAD_BOTH, 1, 6 },
		{ LOAD_BOTH, 1000000, 6000000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct load_options options = small(3);
		struct load_result *result;

		options.direction = rows[i].direction;
		options.bytes_per_flow = rows[i].bytes;
		result = run(&options);
		assert_exact(result, 3);
		assert_int_equal(result->bytes.read, rows[i].total);
		load_result_free(result);
	}
}

static void test_shapes(void **state)
{
	struct load_options options = small(20);
	struct load_result *result;

	(void)state;
	options.burst = 7;
	result = run(&options);
	assert_exact(result, 20);
	assert_int_equal(result->queue_peak.value, 7);
	load_result_free(result);

	options.burst = 20;
	options.accept = LOAD_ACCEPT_SLOW;
	options.accept_per_s = 200;
	result = run(&options);
	assert_exact(result, 20);
	load_result_free(result);

	options.accept = LOAD_ACCEPT_NOW;
	options.eager = true;
	result = run(&options);
	assert_exact(result, 20);
	load_result_free(result);
}

/* More workers than flows, and one for all of them. */
static void test_workers(void **state)
{
	static const unsigned int asked[] = { 0, 1, 3, 64 };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct load_options options = small(5);
		struct load_result *result;

		options.workers = asked[i];
		result = run(&options);
		assert_exact(result, 5);
		assert_in_range(result->mode.workers, 1, 5);
		load_result_free(result);
	}
}

/* What the queue has no room for is lost at once, and not late. */
static void test_only_held(void **state)
{
	struct load_options options = small(20);
	struct load_result *result;

	(void)state;
	options.only_held = true;
	options.backlog = 4;
	options.bytes_per_flow = 16;
	options.close = LOAD_CLOSE_RST;
	result = run(&options);
	assert_int_equal(result->flows[LOAD_OK], 5);
	assert_int_equal(result->flows[LOAD_TIMED_OUT], 15);
	assert_int_equal(result->queue_peak.value, 5);
	assert_int_equal(result->queue_drops.value, 15);
	assert_int_equal(result->n_errors, 1);
	assert_int_equal(result->errors[0].count, 15);
	assert_true(result->bytes.exact);
	assert_false(result->deadline);
	load_result_free(result);
}

/* However the bytes get into the kernel and out of it. */
static void test_datapaths(void **state)
{
	static const struct {
		enum load_send send;
		enum load_receive receive;
		bool verify;
		uint64_t bytes; /* 0: by time */
	} rows[] = {
		{ LOAD_SEND_COPY, LOAD_RECEIVE_DISCARD, false, 1000000 },
		{ LOAD_SEND_COPY, LOAD_RECEIVE_COPY, true, 1000000 },
		{ LOAD_SEND_COPY, LOAD_RECEIVE_COPY, true, 0 },
		{ LOAD_SEND_ZEROCOPY, LOAD_RECEIVE_COPY, false, 1000000 },
		{ LOAD_SEND_ZEROCOPY, LOAD_RECEIVE_COPY, true, 1000000 },
		{ LOAD_SEND_ZEROCOPY, LOAD_RECEIVE_DISCARD, false, 17 },
		{ LOAD_SEND_ZEROCOPY, LOAD_RECEIVE_DISCARD, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct load_options options = small(7);
		struct load_result *result;

		options.send = rows[i].send;
		options.receive = rows[i].receive;
		options.verify = rows[i].verify;
		options.bytes_per_flow = rows[i].bytes;
		options.direction = LOAD_BOTH;
		result = run(&options);
		assert_exact(result, 7);
		assert_int_equal(result->mode.send, rows[i].send);
		assert_int_equal(result->mode.receive, rows[i].receive);
		assert_int_equal(result->mode.verify, rows[i].verify);
		assert_int_equal(result->corrupt_flows, 0);
		assert_int_equal(result->corruption.n, 0);
		load_result_free(result);
	}
}

/* By reset: as exact, and nothing is left in TIME_WAIT. */
static void test_close_by_reset(void **state)
{
	static const struct {
		enum load_direction direction;
		uint64_t bytes; /* 0: by time */
	} rows[] = {
		{ LOAD_UP, 1 },      { LOAD_UP, 1000000 },   { LOAD_UP, 0 },
		{ LOAD_DOWN, 1 },    { LOAD_DOWN, 1000000 }, { LOAD_DOWN, 0 },
		{ LOAD_BOTH, 1000 }, { LOAD_BOTH, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct load_options options = small(7);
		struct load_result *result;

		options.close = LOAD_CLOSE_RST;
		options.direction = rows[i].direction;
		options.bytes_per_flow = rows[i].bytes;
		result = run(&options);
		assert_exact(result, 7);
		assert_int_equal(result->closed_by_reset, 7);
		assert_int_equal(result->time_wait.value, 0);
		assert_int_equal(result->mode.close, LOAD_CLOSE_RST);
		load_result_free(result);
	}
}

/* In order as long as TIME_WAIT takes them. */
static void test_close_what_fits(void **state)
{
	struct load_options options = small(9);
	struct load_result *result;

	(void)state;
	options.time_wait_left = 4;
	result = run(&options);
	assert_exact(result, 9);
	assert_int_equal(result->closed_by_reset, 5);
	assert_int_equal(result->mode.close, LOAD_CLOSE_FIN);
	load_result_free(result);
}

/* Whole exchanges and hellos, and nothing else. */
static void assert_exchanges(const struct load_result *result,
                             const struct load_options *options)
{
	assert_exact(result, load_connections(options));
	assert_int_equal(result->bytes.read,
	                 result->asked * 16 +
	                         result->exchanges * (options->request_bytes +
	                                              options->response_bytes));
	assert_int_equal(result->exchange_us.min.state, FACT_KNOWN);
	assert_true(result->exchange_us.max.value >=
	            result->exchange_us.p50.value);
}

static void test_requests(void **state)
{
	static const struct {
		uint64_t request, response, bytes, exchanges; /* 0: any */
	} rows[] = {
		{ 1, 1, 0, 0 },
		{ 1, 300000, 0, 0 },
		{ 300000, 1, 0, 0 },
		{ 1000000, 1000000, 0, 0 },
		/* until one way has carried them; the hello is of the first */
		{ 100, 100, 16, 0 },
		{ 100, 100, 17, 7 },
		{ 100, 100, 116, 7 },
		{ 100, 100, 117, 14 },
		{ 1, 1000, 5000, 35 },
		{ 1000000, 2000000, 2000001, 14 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct load_options options = small(7);
		struct load_result *result;

		options.shape = LOAD_REQUEST;
		options.request_bytes = rows[i].request;
		options.response_bytes = rows[i].response;
		options.bytes_per_flow = rows[i].bytes;
		if (rows[i].bytes == 16) {
			result = run(&options);
			assert_exact(result, 7);
			assert_int_equal(result->exchanges, 0);
			assert_int_equal(result->exchange_us.min.state,
			                 FACT_UNREAD);
			load_result_free(result);
			continue;
		}
		result = run(&options);
		assert_exchanges(result, &options);
		if (rows[i].bytes)
			assert_int_equal(result->exchanges, rows[i].exchanges);
		load_result_free(result);
	}
}

/* Nothing moves until the time is up; then each has to answer once. */
static void test_hold(void **state)
{
	struct load_options options = small(7);
	struct load_result *result;

	(void)state;
	options.shape = LOAD_HOLD;
	for (int how = LOAD_CLOSE_FIN; how <= LOAD_CLOSE_RST; how++) {
		options.close = (enum load_close)how;
		result = run(&options);
		assert_exchanges(result, &options);
		assert_int_equal(result->exchanges, 7);
		assert_true(result->transfer_ns >= options.time_ns);
		load_result_free(result);
	}
}

static void test_rate(void **state)
{
	struct load_options options = small(20);
	struct load_result *result;

	(void)state;
	options.rate_per_s = 1000;
	options.accept = LOAD_ACCEPT_NOW;
	result = run(&options);
	assert_exact(result, 20);
	assert_true(result->phase_ns[1] >= 19000000);
	assert_true(result->connects_per_s > 0);
	assert_int_equal(result->behind_us.max.state, FACT_KNOWN);
	assert_int_equal(result->mode.burst, 0);
	/* a connect takes its time after it was begun */
	assert_true(result->connect_us.max.value >=
	            result->behind_us.min.value);
	load_result_free(result);
}

static void test_churn(void **state)
{
	struct load_options options = small(3);
	struct load_result *result;

	(void)state;
	options.shape = LOAD_CHURN;
	options.rate_per_s = 1000;
	options.request_bytes = 100000;
	options.response_bytes = 200000;
	for (int how = LOAD_CLOSE_FIN; how <= LOAD_CLOSE_RST; how++) {
		options.close = (enum load_close)how;
		options.sources = how == LOAD_CLOSE_FIN ? 0 : 3;
		result = run(&options);
		result->queue_peak = fact_known(0); /* nobody looked */
		assert_exchanges(result, &options);
		assert_int_equal(result->asked, 50);
		assert_int_equal(result->exchanges, 50);
		assert_int_equal(result->closed_by_reset,
		                 how == LOAD_CLOSE_RST ? 50 : 0);
		assert_int_equal(result->mode.workers, 1);
		assert_int_equal(result->mode.sources, how ? 3 : 1);
		load_result_free(result);
	}
}

/* TIME_WAIT has room for so many of a minute's. */
static void test_churn_closes_what_fits(void **state)
{
	struct load_options options = small(3);
	struct load_result *result;

	(void)state;
	options.shape = LOAD_CHURN;
	options.rate_per_s = 1000;
	options.time_wait_left = 20;
	result = run(&options);
	assert_int_equal(result->flows[LOAD_OK], 50);
	assert_int_equal(result->closed_by_reset, 30);
	load_result_free(result);
}

static void test_intervals(void **state)
{
	struct load_options options = small(3);
	struct load_result *result;

	(void)state;
	options.interval_ns = 10000000;
	result = run(&options);
	assert_exact(result, 3);
	assert_true(result->n_intervals >= 1);
	for (size_t i = 0; i + 1 < result->n_intervals; i++)
		assert_int_equal(result->intervals[i].end_ns,
		                 (i + 1) * options.interval_ns);
	load_result_free(result);
}

/* Whatever it was about to do: each connection still has one outcome. */
static void test_shapes_stopped_at_once(void **state)
{
	static const enum load_shape shapes[] = { LOAD_REQUEST, LOAD_HOLD,
		                                  LOAD_CHURN };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct load_options options = small(10);
		struct load_result *result;
		uint64_t sum = 0;

		options.shape = shapes[i];
		options.rate_per_s = 100;
		options.accept = LOAD_ACCEPT_NOW;
		options.time_ns = UINT64_C(60000000000);
		options.stop_fd = eventfd(1, EFD_CLOEXEC);
		assert_true(options.stop_fd >= 0);
		result = run(&options);
		assert_int_equal(close(options.stop_fd), 0);
		assert_true(result->interrupted);
		for (size_t at = 0; at < LOAD_OUTCOMES; at++)
			sum += result->flows[at];
		assert_int_equal(sum, load_connections(&options));
		assert_int_equal(interval_sum(result), result->bytes.read);
		load_result_free(result);
	}
}

/* The user does not want to wait: each flow still has one outcome. */
static void test_stopped_at_once(void **state)
{
	struct load_options options = small(10);
	struct load_result *result;
	uint64_t sum = 0;

	(void)state;
	options.time_ns = UINT64_C(60000000000);
	options.stop_fd = eventfd(1, EFD_CLOEXEC);
	assert_true(options.stop_fd >= 0);
	result = run(&options);
	assert_int_equal(close(options.stop_fd), 0);
	assert_true(result->interrupted);
	for (size_t i = 0; i < LOAD_OUTCOMES; i++)
		sum += result->flows[i];
	assert_int_equal(sum, 10);
	assert_int_equal(interval_sum(result), result->bytes.read);
	load_result_free(result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_directions),
		cmocka_unit_test(test_bytes_per_flow),
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_workers),
		cmocka_unit_test(test_datapaths),
		cmocka_unit_test(test_only_held),
		cmocka_unit_test(test_close_by_reset),
		cmocka_unit_test(test_close_what_fits),
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_hold),
		cmocka_unit_test(test_rate),
		cmocka_unit_test(test_churn),
		cmocka_unit_test(test_churn_closes_what_fits),
		cmocka_unit_test(test_intervals),
		cmocka_unit_test(test_shapes_stopped_at_once),
		cmocka_unit_test(test_stopped_at_once),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
