// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * json_load - the load test's result as JSON.
 *
 * A refused test measured nothing: all that it did not do is null, so that
 * nobody takes a zero for a result.
 */
#include "checker/report/json_value.h"

#include <inttypes.h>
#include <stdio.h>

#include "probes/base/err.h"
#include "probes/goal.h"
#include "probes/load/load_result.h"

static bool measured(const struct load_result *load)
{
	return !load->refusal.refused;
}

/* Both ends of the flows are the test's. */
static bool has_both_ends(const struct load_result *load)
{
	return measured(load) && !load->target;
}

static json_t *count(const struct load_result *load, uint64_t value)
{
	return measured(load) ? jv_u64(value) : json_null();
}

static json_t *real(const struct load_result *load, double value)
{
	return measured(load) ? jv_real(value) : json_null();
}

static json_t *json_flows(const struct load_result *load)
{
	struct jv_pair pairs[LOAD_OUTCOMES + 2] = {
		[LOAD_OUTCOMES] = { "asked", jv_u64(load->asked) },
	};

	for (enum load_outcome i = 0; i < LOAD_OUTCOMES; i++) {
		pairs[i].key = load_outcome_name(i);
		pairs[i].value = count(load, load->flows[i]);
	}
	return jv_object(pairs);
}

static json_t *json_error(const struct load_error *from)
{
	return jv_object((const struct jv_pair[]){
		{ "phase", json_string(load_phase_name(from->phase)) },
		{ "errno", json_string(err_name(from->code)) },
		{ "count", jv_u64(from->count) },
		{ NULL, NULL },
	});
}

static json_t *json_errors(const struct load_result *load)
{
	json_t *array = json_array();

	for (size_t i = 0; i < load->n_errors; i++)
		array = jv_append(array, json_error(&load->errors[i]));
	return array;
}

static json_t *json_accept_queue(const struct load_result *load)
{
	return jv_object((const struct jv_pair[]){
		{ "limit", jv_fact(load->queue_limit) },
		{ "peak", jv_fact(load->queue_peak) },
		{ "drops", jv_fact(load->queue_drops) },
		{ NULL, NULL },
	});
}

static json_t *json_syn_queue(const struct load_result *load)
{
	return jv_object((const struct jv_pair[]){
		{ "peak", jv_fact(load->syn_queue_peak) },
		{ NULL, NULL },
	});
}

static json_t *compared(const struct load_result *load, uint64_t value)
{
	return has_both_ends(load) ? jv_u64(value) : json_null();
}

static json_t *json_bytes(const struct load_result *load)
{
	return jv_object((const struct jv_pair[]){
		{ "written", count(load, load->bytes.written) },
		{ "acked", count(load, load->bytes.acked) },
		{ "received", compared(load, load->bytes.received) },
		{ "read", compared(load, load->bytes.read) },
		{ "exact", has_both_ends(load) ? json_boolean(load->bytes.exact)
	                                       : json_null() },
		{ "flows_off", compared(load, load->bytes.flows_off) },
		{ NULL, NULL },
	});
}

static json_t *json_hex(const uint8_t *bytes, size_t n)
{
	char hex[2 * LOAD_CORRUPTION_BYTES + 1] = "";

	for (size_t i = 0; i < n; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
	return json_string(hex);
}

static json_t *json_corruption(const struct load_corruption *found)
{
	if (!found->n)
		return json_null();
	return jv_object((const struct jv_pair[]){
		{ "flow", jv_u64(found->flow) },
		{ "direction", json_string(load_direction_name(found->way)) },
		{ "offset", jv_u64(found->offset) },
		{ "expected", json_hex(found->expected, found->n) },
		{ "seen", json_hex(found->seen, found->n) },
		{ NULL, NULL },
	});
}

static json_t *json_content(const struct load_result *load)
{
	if (!measured(load) || !load->mode.verify)
		return json_null();
	return jv_object((const struct jv_pair[]){
		{ "flows_off", jv_u64(load->corrupt_flows) },
		{ "first", json_corruption(&load->corruption) },
		{ NULL, NULL },
	});
}

static json_t *json_times(const struct load_times *times)
{
	return jv_object((const struct jv_pair[]){
		{ "min", jv_fact(times->min) },
		{ "p50", jv_fact(times->p50) },
		{ "p90", jv_fact(times->p90) },
		{ "p99", jv_fact(times->p99) },
		{ "p99_9", jv_fact(times->p99_9) },
		{ "max", jv_fact(times->max) },
		{ NULL, NULL },
	});
}

static json_t *ports_out(const struct load_result *load)
{
	const struct fact_u64 us = load->ports_out_us;

	return us.state == FACT_KNOWN ? jv_seconds(us.value * 1000)
	                              : json_null();
}

/* How connects kept to their schedule; null: they had none. */
static json_t *json_schedule(const struct load_result *load)
{
	const double per_s = load->connects_per_s;

	if (!load->mode.rate_per_s)
		return json_null();
	return jv_object((const struct jv_pair[]){
		{ "per_s", jv_u64(load->mode.rate_per_s) },
		{ "begun_per_s", per_s > 0 ? jv_real(per_s) : json_null() },
		{ "behind_us", json_times(&load->behind_us) },
		{ "ports_out", ports_out(load) },
		{ NULL, NULL },
	});
}

/* Null: no flow was to ask for anything. */
static json_t *json_exchanges(const struct load_result *load)
{
	const struct load_mode *mode = &load->mode;

	if (mode->shape == LOAD_STREAM)
		return json_null();
	return jv_object((const struct jv_pair[]){
		{ "request", jv_u64(mode->request_bytes) },
		{ "response", jv_u64(mode->response_bytes) },
		{ "count", count(load, load->exchanges) },
		{ "per_s", real(load, load->exchanges_per_s) },
		{ "us", json_times(&load->exchange_us) },
		{ NULL, NULL },
	});
}

static json_t *rate(const struct load_result *load, double value)
{
	return load->rates_known ? jv_real(value) : json_null();
}

static json_t *json_flow_rates(const struct load_result *load)
{
	return jv_object((const struct jv_pair[]){
		{ "min", rate(load, load->flow_mbit_per_s.min) },
		{ "p50", rate(load, load->flow_mbit_per_s.p50) },
		{ "max", rate(load, load->flow_mbit_per_s.max) },
		{ NULL, NULL },
	});
}

static json_t *seconds(const struct load_result *load, uint64_t ns)
{
	return measured(load) ? jv_seconds(ns) : json_null();
}

static json_t *json_phases(const struct load_result *load)
{
	return jv_object((const struct jv_pair[]){
		{ "prepare", seconds(load, load->phase_ns[0]) },
		{ "burst", seconds(load, load->phase_ns[1]) },
		{ "transfer", seconds(load, load->phase_ns[2]) },
		{ "drain", seconds(load, load->phase_ns[3]) },
		{ NULL, NULL },
	});
}

static json_t *json_interval(const struct load_interval *from)
{
	return jv_object((const struct jv_pair[]){
		{ "t", jv_seconds(from->end_ns) },
		{ "bytes", jv_u64(from->bytes) },
		{ NULL, NULL },
	});
}

static json_t *json_intervals(const struct load_result *load)
{
	json_t *array = json_array();

	for (size_t i = 0; i < load->n_intervals; i++)
		array = jv_append(array, json_interval(&load->intervals[i]));
	return array;
}

static json_t *json_counters(const struct load_result *load)
{
	struct jv_pair pairs[COUNTER_COUNT + 1] = { 0 };

	for (enum counter_id i = 0; i < COUNTER_COUNT; i++) {
		pairs[i].key = counter_desc(i)->name;
		pairs[i].value = jv_fact(load->counter[i]);
	}
	return jv_object(pairs);
}

static json_t *accept_mode(const struct load_mode *mode)
{
	switch (mode->accept) {
	case LOAD_ACCEPT_NOW:
		return json_string("now");
	case LOAD_ACCEPT_SLOW:
		return json_sprintf("slow:%" PRIu64 "/s", mode->accept_per_s);
	case LOAD_ACCEPT_HELD:
	default:
		return json_string("held");
	}
}

/* Which sysctls the throwaway namespace has other values of. */
static json_t *not_copied(const struct load_mode *mode)
{
	json_t *array = json_array();

	for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++) {
		if (mode->not_copied[id])
			array = jv_append(array,
			                  json_string(sysctl_desc(id)->key));
	}
	return array;
}

/* @own: the listener is the test's */
static json_t *json_mode(const struct load_mode *mode, bool own)
{
	return jv_object((const struct jv_pair[]){
		{ "shape", json_string(load_shape_name(mode->shape)) },
		{ "send", json_string(load_send_name(mode->send)) },
		{ "receive", json_string(load_receive_name(mode->receive)) },
		{ "verify", json_boolean(mode->verify) },
		{ "direction",
	          own ? json_string(load_direction_name(mode->direction))
	              : json_null() },
		{ "close", json_string(load_close_name(mode->close)) },
		{ "workers", jv_nonzero(mode->workers) },
		{ "tables", jv_nonzero(mode->tables) },
		{ "sources", jv_nonzero(mode->sources) },
		{ "backlog", own ? jv_u64(mode->backlog) : json_null() },
		{ "accept", own ? accept_mode(mode) : json_null() },
		{ "burst", jv_nonzero(mode->burst) },
		{ "emulates", jv_nonzero(mode->emulates) },
		{ "eager", json_boolean(mode->eager) },
		{ "isolated", json_boolean(mode->isolated) },
		{ "not_copied", not_copied(mode) },
		{ "family",
	          json_string(mode->family == FAMILY_IPV6 ? "ipv6" : "ipv4") },
		{ NULL, NULL },
	});
}

/* TIME_WAIT ends by itself: after so many seconds nothing is left. */
static json_t *json_left(const struct load_result *load)
{
	const struct fact_u64 sockets = load->time_wait;
	const bool some = sockets.state == FACT_KNOWN && sockets.value;

	return jv_object((const struct jv_pair[]){
		{ "time_wait", jv_fact(sockets) },
		{ "seconds", some ? jv_u64(LOAD_TIME_WAIT_S) : json_null() },
		{ "closed_by_reset", count(load, load->closed_by_reset) },
		{ NULL, NULL },
	});
}

static json_t *json_predicted(const struct load_result *load)
{
	const struct load_prediction *predicted = &load->predicted;

	return jv_object((const struct jv_pair[]){
		{ "kernel_bytes", jv_u64(predicted->kernel_bytes) },
		{ "own_bytes", jv_u64(predicted->own_bytes) },
		{ "descriptors", jv_u64(predicted->descriptors) },
		{ "ports", jv_u64(predicted->ports) },
		{ "ports_free", jv_nonzero(load->ports) },
		{ "time_wait", jv_u64(predicted->time_wait) },
		{ NULL, NULL },
	});
}

static json_t *json_refusal(const struct load_refusal *refusal)
{
	if (!refusal->refused)
		return json_null();
	return jv_object((const struct jv_pair[]){
		{ "resource", jv_text(refusal->resource) },
		{ "have", jv_u64(refusal->have) },
		{ "need", jv_u64(refusal->need) },
		{ NULL, NULL },
	});
}

static json_t *json_target(const struct load_target *target)
{
	if (!target)
		return json_null();
	return jv_object((const struct jv_pair[]){
		{ "address", json_string(target->address) },
		{ "local", json_boolean(target->local) },
		{ "send_first", jv_u64(target->send_first) },
		{ "answered", jv_u64(target->answered) },
		{ "closed", jv_u64(target->closed) },
		{ "listeners", target->n_listeners ? jv_u64(target->n_listeners)
	                                           : json_null() },
		{ "cookie", jv_nonzero(target->cookie) },
		{ "server", jv_text(target->server) },
		{ NULL, NULL },
	});
}

static json_t *json_probe(const struct load_probe *from)
{
	return jv_object((const struct jv_pair[]){
		{ "burst", jv_u64(from->burst) },
		{ "lost", jv_u64(from->lost) },
		{ "limit", jv_fact(from->limit) },
		{ "peak", jv_fact(from->peak) },
		{ "drops", jv_fact(from->drops) },
		{ "seconds", jv_seconds(from->ns) },
		{ NULL, NULL },
	});
}

static json_t *json_limit(const struct load_limit *limit)
{
	json_t *probes;

	if (!limit)
		return json_null();
	probes = json_array();
	for (size_t i = 0; i < limit->n_probes; i++)
		probes = jv_append(probes, json_probe(&limit->probes[i]));
	return jv_object((const struct jv_pair[]){
		{ "burst", jv_u64(limit->burst) },
		{ "up_to", jv_u64(limit->up_to) },
		{ "complete", json_boolean(limit->complete) },
		{ "bound_by", limit->bound_by == LOAD_BOUND_NONE
	                              ? json_null()
	                              : jv_text(load_bound_name(limit)) },
		{ "probes", probes },
		{ NULL, NULL },
	});
}

json_t *jv_load(const struct load_result *load)
{
	if (!load)
		return json_null();
	return jv_object((const struct jv_pair[]){
		{ "flows", json_flows(load) },
		{ "errors", json_errors(load) },
		{ "accept_queue", json_accept_queue(load) },
		{ "syn_queue", json_syn_queue(load) },
		{ "bytes", json_bytes(load) },
		{ "content", json_content(load) },
		{ "seconds", load->target ? json_null()
	                                  : seconds(load, load->transfer_ns) },
		{ "gbit_per_s",
	          load->target ? json_null() : real(load, load->gbit_per_s) },
		{ "connect_us", json_times(&load->connect_us) },
		{ "exchanges", json_exchanges(load) },
		{ "schedule", json_schedule(load) },
		{ "flow_mbit_per_s", json_flow_rates(load) },
		{ "fairness", rate(load, load->fairness) },
		{ "retransmits", count(load, load->retransmits) },
		{ "phases", json_phases(load) },
		{ "intervals", json_intervals(load) },
		{ "counters", json_counters(load) },
		{ "cpu_seconds", real(load, load->cpu_seconds) },
		{ "rss_kib", jv_fact(load->rss_kib) },
		{ "left", json_left(load) },
		{ "predicted", json_predicted(load) },
		{ "mode", json_mode(&load->mode, !load->target) },
		{ "limit", json_limit(load->limit) },
		{ "target", json_target(load->target) },
		{ "refused", json_refusal(&load->refusal) },
		{ NULL, NULL },
	});
}
