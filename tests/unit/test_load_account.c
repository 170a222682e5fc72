// SPDX-License-Identifier: GPL-2.0-or-later
/* account: a byte that differs anywhere is found, sums are 64-bit. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "probes/load/engine.h"
#include "tests/support/fdcheck.h"

/* A finished flow that moved @up bytes one way and @down the other. */
static struct flow flow_of(uint64_t up, uint64_t down)
{
	struct flow flow;

	flow_init(&flow);
	flow.state = FLOW_CLOSED;
	flow.outcome = LOAD_OK;
	flow.client.written = flow.client.acked = up;
	flow.server.received = flow.server.read = up;
	flow.server.written = flow.server.acked = down;
	flow.client.received = flow.client.read = down;
	return flow;
}

/* One end's counts did not come: that is neither exact nor off. */
static void test_untold(void **state)
{
	struct flow flows[] = { flow_of(100, 7), flow_of(100, 7) };
	struct load_result result = { .transfer_ns = 1 };

	(void)state;
	flows[1].untold = true;
	flows[1].server = (struct end){ .fd = -1 };
	assert_int_equal(account_flows(flows, 2, &result), 0);
	assert_int_equal(result.flows[LOAD_OK], 2);
	assert_int_equal(result.bytes.flows_untold, 1);
	assert_int_equal(result.bytes.flows_off, 0);
	assert_false(result.bytes.exact);
}

static void test_one_byte_off(void **state)
{
	static const struct {
		const char *name;
		size_t count; /* offset of the count in struct flow */
	} rows[] = {
		{ "up written", offsetof(struct flow, client.written) },
		{ "up acked", offsetof(struct flow, client.acked) },
		{ "up received", offsetof(struct flow, server.received) },
		{ "up read", offsetof(struct flow, server.read) },
		{ "down written", offsetof(struct flow, server.written) },
		{ "down acked", offsetof(struct flow, server.acked) },
		{ "down received", offsetof(struct flow, client.received) },
		{ "down read", offsetof(struct flow, client.read) },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct flow flows[] = { flow_of(100, 7), flow_of(100, 7) };
		struct load_result result = { .transfer_ns = 1 };
		uint64_t *count =
			(uint64_t *)((char *)&flows[1] + rows[i].count);

		(*count)++;
		assert_int_equal(account_flows(flows, 2, &result), 0);
		if (result.bytes.flows_off != 1 || result.bytes.exact)
			fail_msg("%s was not noticed", rows[i].name);
	}
}

static void test_sums_are_64_bit(void **state)
{
	struct flow flows[] = { flow_of(UINT64_C(5000000000), 0),
		                flow_of(UINT64_C(6000000000), 1) };
	struct load_result result = { .transfer_ns = 1000000000 };

	(void)state;
	assert_int_equal(account_flows(flows, 2, &result), 0);
	assert_true(result.bytes.exact);
	assert_int_equal(result.bytes.written, UINT64_C(11000000001));
	assert_int_equal(result.bytes.acked, UINT64_C(11000000001));
	assert_int_equal(result.bytes.received, UINT64_C(11000000001));
	assert_int_equal(result.bytes.read, UINT64_C(11000000001));
	assert_true(fabs(result.gbit_per_s - 88.000000008) < 1e-6);
}

/* A failed flow is added up, never compared; nothing compared: not exact. */
static void test_failed_flows(void **state)
{
	struct flow flow = flow_of(0, 0);
	struct load_result result = { .transfer_ns = 1 };

	(void)state;
	flow.outcome = LOAD_RESET;
	flow.code = ECONNRESET;
	flow.phase = LOAD_PHASE_WRITE;
	flow.client.written = 131072;
	assert_int_equal(account_flows(&flow, 1, &result), 0);
	assert_false(result.bytes.exact);
	assert_int_equal(result.bytes.flows_off, 0);
	assert_int_equal(result.bytes.written, 131072);
	assert_int_equal(result.flows[LOAD_RESET], 1);
	assert_int_equal(result.n_errors, 1);
	assert_int_equal(result.errors[0].code, ECONNRESET);
	assert_int_equal(result.errors[0].phase, LOAD_PHASE_WRITE);
	assert_int_equal(result.connect_us.max.state, FACT_UNREAD);
	assert_false(result.rates_known);
}

static void test_outcomes_sum_up(void **state)
{
	struct flow flows[2 * LOAD_OUTCOMES];
	struct load_result result = { .transfer_ns = 1 };
	uint64_t sum = 0;

	(void)state;
	for (size_t i = 0; i < 2 * LOAD_OUTCOMES; i++) {
		flows[i] = flow_of(1, 0);
		flows[i].outcome = (uint8_t)(i % LOAD_OUTCOMES);
	}
	assert_int_equal(account_flows(flows, 2 * LOAD_OUTCOMES, &result), 0);
	for (size_t i = 0; i < LOAD_OUTCOMES; i++) {
		assert_int_equal(result.flows[i], 2);
		sum += result.flows[i];
	}
	assert_int_equal(sum, 2 * LOAD_OUTCOMES);
}

/* More kinds of errors than there are rows: none is lost from the count. */
static void test_error_table_overflows(void **state)
{
	enum { N = LOAD_ERRORS_MAX + 30 };
	struct flow flows[N];
	struct load_result result = { .transfer_ns = 1 };
	uint64_t sum = 0;

	(void)state;
	for (int i = 0; i < N; i++) {
		flows[i] = flow_of(0, 0);
		flows[i].outcome = LOAD_FAILED;
		flows[i].code = (int16_t)(i + 1);
	}
	assert_int_equal(account_flows(flows, N, &result), 0);
	assert_int_equal(result.n_errors, LOAD_ERRORS_MAX);
	for (size_t i = 0; i < result.n_errors; i++)
		sum += result.errors[i].count;
	assert_int_equal(sum, N);
}

static void test_percentiles_are_exact(void **state)
{
	struct flow flows[1000];
	struct load_result result = { .transfer_ns = 1000 };

	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		flows[i] = flow_of(1000, 0);
		flows[i].connect_us = 1000 - i;
	}
	assert_int_equal(account_flows(flows, 1000, &result), 0);
	assert_int_equal(result.connect_us.min.value, 1);
	assert_int_equal(result.connect_us.p50.value, 500);
	assert_int_equal(result.connect_us.p90.value, 900);
	assert_int_equal(result.connect_us.p99.value, 990);
	assert_int_equal(result.connect_us.p99_9.value, 999);
	assert_int_equal(result.connect_us.max.value, 1000);
	assert_true(fabs(result.fairness - 1) < 1e-12);
}

static void test_fairness(void **state)
{
	static const struct {
		uint64_t a, b;
		double index;
	} rows[] = {
		{ 1, 1, 1.0 },
		{ 1, 0, 0.5 },
		{ 3, 1, 0.8 },
		{ UINT64_C(1) << 62, UINT64_C(1) << 62, 1.0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct flow flows[] = { flow_of(rows[i].a, 0),
			                flow_of(rows[i].b, 0) };
		struct load_result result = { .transfer_ns = 1 };

		assert_int_equal(account_flows(flows, 2, &result), 0);
		assert_true(fabs(result.fairness - rows[i].index) < 1e-9);
	}
}

/* What made a flow late is not counted as a retransmit of the transfer. */
static void test_retransmits(void **state)
{
	struct flow flows[] = { flow_of(1, 0), flow_of(1, 0) };
	struct load_result result = { .transfer_ns = 1 };

	(void)state;
	flows[0].client.total_retrans = 3;
	flows[0].server.total_retrans = 2;
	flows[0].burst_retrans = 4;
	flows[1].client.total_retrans = 1;
	flows[1].burst_retrans = 1;
	flows[1].late = true;
	assert_int_equal(account_flows(flows, 2, &result), 0);
	assert_int_equal(result.retransmits, 1);
}

/* Never begun: an outcome and an error all the same. */
static void test_lost(void **state)
{
	struct load_result result = { 0 };

	(void)state;
	account_lost(0, EINTR, &result);
	assert_int_equal(result.n_errors, 0);
	account_lost(3, ETIMEDOUT, &result);
	account_lost(4, EINTR, &result);
	account_lost(5, ETIMEDOUT, &result);
	assert_int_equal(result.flows[LOAD_TIMED_OUT], 8);
	assert_int_equal(result.flows[LOAD_FAILED], 4);
	assert_int_equal(result.n_errors, 2);
	assert_int_equal(result.errors[0].code, ETIMEDOUT);
	assert_int_equal(result.errors[0].count, 8);
}

static void test_accept(void **state)
{
	struct load_result result = { 0 };

	(void)state;
	account_accept(0, &result);
	assert_int_equal(result.n_errors, 0);
	account_accept(EMFILE, &result);
	assert_int_equal(result.n_errors, 1);
	assert_int_equal(result.errors[0].phase, LOAD_PHASE_ACCEPT);
	assert_int_equal(result.errors[0].code, EMFILE);
}

static void test_times(void **state)
{
	static struct histogram ns;
	struct load_times us = { 0 };

	(void)state;
	account_times(&ns, &us);
	assert_int_equal(us.min.state, FACT_UNREAD);
	histogram_add(&ns, 1999);
	for (int i = 0; i < 998; i++)
		histogram_add(&ns, 2000000);
	histogram_add(&ns, 5000000);
	account_times(&ns, &us);
	assert_int_equal(us.min.value, 1);
	assert_in_range(us.p50.value, 2000, 2015);
	assert_in_range(us.p99_9.value, 2000, 2015);
	assert_int_equal(us.max.value, 5000);
}

/* From the first to the last that was begun: a gap fewer than those. */
static void test_pace(void **state)
{
	static struct pace pace;
	struct load_result result = { 0 };

	(void)state;
	account_pace(&pace, &result);
	assert_true(result.connects_per_s < 1);
	pace_note(&pace, 0, 1000);
	account_pace(&pace, &result);
	assert_true(result.connects_per_s < 1);
	assert_int_equal(result.behind_us.max.value, 1);
	pace_note(&pace, 500000000, 500001000);
	pace_note(&pace, 1000000000, 1000001000);
	account_pace(&pace, &result);
	assert_true(fabs(result.connects_per_s - 2) < 1e-9);
}

static void test_nothing(void **state)
{
	struct load_result result = { 0 };

	(void)state;
	assert_int_equal(account_flows(NULL, 0, &result), 0);
	assert_false(result.bytes.exact);
	assert_false(result.rates_known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_untold),
		cmocka_unit_test(test_one_byte_off),
		cmocka_unit_test(test_sums_are_64_bit),
		cmocka_unit_test(test_failed_flows),
		cmocka_unit_test(test_outcomes_sum_up),
		cmocka_unit_test(test_error_table_overflows),
		cmocka_unit_test(test_percentiles_are_exact),
		cmocka_unit_test(test_fairness),
		cmocka_unit_test(test_retransmits),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_accept),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_pace),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
