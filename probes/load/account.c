// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * account - the reconciliation and the distributions. Pure but for memory.
 *
 * A flow is exact when four counts agree in each direction: what the
 * application wrote, what the kernel saw acknowledged, what the peer's
 * kernel took in, and what the peer's application read. Two of them come
 * from this program and two from the kernel, so neither can cover for the
 * other. Failed flows are added up but not compared.
 */
#include <errno.h>
#include <stdlib.h>

#include "probes/load/clock.h"
#include "probes/load/engine.h"
#include "probes/load/histogram.h"
#include "probes/load/schedule.h"

static bool way_is_exact(const struct end *from, const struct end *to)
{
	return from->written == from->acked && from->acked == to->received &&
	       to->received == to->read;
}

static bool is_through(const struct flow *flow)
{
	return flow->outcome == LOAD_OK || flow->outcome == LOAD_LATE;
}

static void add_end(const struct end *end, struct load_result *result)
{
	result->bytes.written += end->written;
	result->bytes.acked += end->acked;
	result->bytes.received += end->received;
	result->bytes.read += end->read;
}

static void add_error(struct load_result *result, enum load_phase phase,
                      int code, uint64_t n)
{
	struct load_error *error = result->errors;

	for (size_t i = 0; i < result->n_errors; i++, error++) {
		if (error->phase == phase && error->code == code) {
			error->count += n;
			return;
		}
	}
	if (result->n_errors == LOAD_ERRORS_MAX) {
		/* More kinds than any kernel gives: the last one absorbs. */
		result->errors[LOAD_ERRORS_MAX - 1].count += n;
		return;
	}
	*error =
		(struct load_error){ .phase = phase, .code = code, .count = n };
	result->n_errors++;
}

void account_flow(const struct flow *flow, struct load_result *result)
{
	const uint32_t retrans =
		flow->client.total_retrans + flow->server.total_retrans;

	result->flows[flow->outcome]++;
	if ((flow->client.flags | flow->server.flags) & END_CORRUPT)
		result->corrupt_flows++;
	if (flow->code)
		add_error(result, flow->phase, flow->code, 1);
	add_end(&flow->client, result);
	add_end(&flow->server, result);
	if (!is_through(flow))
		return;
	if (flow->reset)
		result->closed_by_reset++;
	if (flow->untold)
		result->bytes.flows_untold++;
	else if (!result->target &&
	         (!way_is_exact(&flow->client, &flow->server) ||
	          !way_is_exact(&flow->server, &flow->client)))
		result->bytes.flows_off++;
	if (retrans > flow->burst_retrans)
		result->retransmits += retrans - flow->burst_retrans;
}

void account_lost(uint64_t n, int code, struct load_result *result)
{
	const enum load_phase phase = LOAD_PHASE_CONNECT;

	if (!n)
		return;
	result->flows[flow_outcome_of(phase, code)] += n;
	add_error(result, phase, code, n);
}

static int by_value(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a;
	const uint64_t y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Nearest rank: @mille of a thousand values are not above it. */
static uint64_t percentile(const uint64_t *sorted, size_t n, unsigned int mille)
{
	const size_t rank = (n * mille + 999) / 1000;

	return sorted[rank ? rank - 1 : 0];
}

void account_accept(int code, struct load_result *result)
{
	if (code)
		add_error(result, LOAD_PHASE_ACCEPT, code, 1);
}

void account_times(const struct histogram *ns, struct load_times *ret_us)
{
	const struct {
		struct fact_u64 *to;
		unsigned int mille;
	} columns[] = {
		{ &ret_us->p50, 500 },
		{ &ret_us->p90, 900 },
		{ &ret_us->p99, 990 },
		{ &ret_us->p99_9, 999 },
	};

	if (!ns->n)
		return;
	ret_us->min = fact_known(ns->min / NS_PER_US);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		*columns[i].to = fact_known(
			histogram_percentile(ns, columns[i].mille) / NS_PER_US);
	ret_us->max = fact_known(ns->max / NS_PER_US);
}

void account_pace(const struct pace *pace, struct load_result *result)
{
	const uint64_t n = pace->behind_ns.n;
	const uint64_t span_ns = pace->last_ns - pace->first_ns;

	account_times(&pace->behind_ns, &result->behind_us);
	if (n > 1 && span_ns)
		result->connects_per_s =
			(double)(n - 1) * 1e9 / (double)span_ns;
}

static void connect_times(const struct flow *flows, size_t n, uint64_t *values,
                          struct load_result *result)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		if (is_through(&flows[i]))
			values[count++] = flows[i].connect_us;
	}
	if (!count)
		return;
	qsort(values, count, sizeof(*values), by_value);
	result->connect_us.min = fact_known(values[0]);
	result->connect_us.p50 = fact_known(percentile(values, count, 500));
	result->connect_us.p90 = fact_known(percentile(values, count, 900));
	result->connect_us.p99 = fact_known(percentile(values, count, 990));
	result->connect_us.p99_9 = fact_known(percentile(values, count, 999));
	result->connect_us.max = fact_known(values[count - 1]);
}

static double mbit_per_s(uint64_t bytes, uint64_t ns)
{
	return (double)bytes * 8e3 / (double)ns;
}

/* Jain's index: (sum x)^2 / (n * sum x^2); 1 when all flows got the same. */
static void flow_rates(const struct flow *flows, size_t n, uint64_t *values,
                       struct load_result *result)
{
	double sum = 0;
	double squares = 0;
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		const uint64_t bytes =
			flows[i].client.read + flows[i].server.read;

		if (!is_through(&flows[i]))
			continue;
		values[count++] = bytes;
		sum += (double)bytes;
		squares += (double)bytes * (double)bytes;
	}
	if (!count || squares <= 0 || !result->transfer_ns)
		return;
	qsort(values, count, sizeof(*values), by_value);
	result->rates_known = true;
	result->flow_mbit_per_s.min =
		mbit_per_s(values[0], result->transfer_ns);
	result->flow_mbit_per_s.p50 =
		mbit_per_s(percentile(values, count, 500), result->transfer_ns);
	result->flow_mbit_per_s.max =
		mbit_per_s(values[count - 1], result->transfer_ns);
	result->fairness = sum * sum / ((double)count * squares);
}

void account_end(struct load_result *result)
{
	result->bytes.exact =
		!result->target &&
		result->flows[LOAD_OK] + result->flows[LOAD_LATE] > 0 &&
		!result->bytes.flows_off && !result->bytes.flows_untold;
	if (result->transfer_ns)
		result->gbit_per_s =
			mbit_per_s(result->bytes.read, result->transfer_ns) /
			1e3;
}

int account_flows(const struct flow *flows, size_t n,
                  struct load_result *result)
{
	uint64_t *values = calloc(n ? n : 1, sizeof(*values));

	if (!values)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		account_flow(&flows[i], result);
	account_end(result);
	connect_times(flows, n, values, result);
	flow_rates(flows, n, values, result);
	free(values);
	return 0;
}
