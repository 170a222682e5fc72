// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * json_observed - "observed" of the JSON report: how much was seen, what could
 * not be, and the listeners that are worth a look. Resets are counted by
 * reason, and not listed: that is what `watch` is for.
 */
#include <string.h>

#include "checker/report/json_value.h"
#include "checker/report/report.h"
#include "probes/observe/observed.h"

static json_t *json_part(const struct seen_part *part)
{
	return jv_object((const struct jv_pair[]){
		{ "state", json_string(fact_state_name(part->state)) },
		{ "why", jv_text(part->why) },
		{ "lost", jv_u64(part->lost) },
		{ NULL, NULL },
	});
}

static json_t *json_run(const struct report_run *run)
{
	if (!run)
		return json_null();
	return jv_object((const struct jv_pair[]){
		{ "name", jv_text(run->name) },
		{ "status", json_integer(run->status) },
		{ "seconds", jv_seconds(run->elapsed_ns) },
		{ NULL, NULL },
	});
}

/* Seconds since the beginning; null for a 0, which means never. */
static json_t *json_when(const struct observed *seen, uint64_t at_ns)
{
	return at_ns ? jv_seconds(at_ns - seen->from_ns) : json_null();
}

static json_t *json_listener(const struct observed *seen,
                             const struct seen_listener *listener)
{
	const struct listener *first = &listener->first;
	char name[80];

	listener_format(first, name, sizeof(name));
	return jv_object((const struct jv_pair[]){
		{ "listener", jv_text(name) },
		{ "netns_inode", jv_nonzero(listener->netns_inode) },
		{ "pid",
	          jv_nonzero(first->n_owners ? (uint64_t)first->owners[0].pid
	                                     : 0) },
		{ "limit", jv_u64(listener->limit) },
		{ "queue_peak", jv_u64(listener->queue_peak) },
		{ "queue_last", jv_u64(listener->queue_last) },
		{ "syn_queue_peak", jv_fact(listener->syn_queue_peak) },
		{ "drops", jv_fact(listener->drops) },
		{ "looks", jv_u64(listener->samples) },
		{ "full", jv_u64(listener->full) },
		{ "appeared", json_when(seen, listener->appeared_ns) },
		{ "gone", json_when(seen, listener->gone_ns) },
		{ "owner_died", json_boolean(listener->owner_died) },
		{ NULL, NULL },
	});
}

/* Neither used nor changed, most of a host's listeners tell nothing. */
static bool is_worth_a_look(const struct seen_listener *listener)
{
	return listener->queue_peak || listener->appeared_ns ||
	       listener->gone_ns ||
	       (listener->drops.state == FACT_KNOWN && listener->drops.value);
}

static json_t *json_listeners(const struct observed *seen)
{
	json_t *array = json_array();

	for (size_t i = 0; i < seen->n_listeners; i++) {
		if (is_worth_a_look(&seen->listeners[i]))
			array = jv_append(array,
			                  json_listener(seen,
			                                &seen->listeners[i]));
	}
	return array;
}

static json_t *json_listen(const struct observed *seen,
                           const struct seen_listen *listen)
{
	return jv_object((const struct jv_pair[]){
		{ "t", json_when(seen, listen->at_ns) },
		{ "pid", jv_nonzero((uint64_t)listen->pid) },
		{ "comm",
	          jv_bytes(listen->comm,
	                   strnlen(listen->comm, sizeof(listen->comm))) },
		{ "port", jv_nonzero(listen->port) },
		{ "asked", json_integer(listen->asked) },
		{ "got", jv_fact(listen->got) },
		{ NULL, NULL },
	});
}

static json_t *json_listens(const struct observed *seen)
{
	json_t *array = json_array();

	for (size_t i = 0; i < seen->n_listens; i++)
		array = jv_append(array, json_listen(seen, &seen->listens[i]));
	return array;
}

/* Those that were seen here: {"TCP_FLAGS": 12}; "unknown" stands for a kernel
   that gives no reasons */
static json_t *json_resets(const struct observed *seen, bool received)
{
	json_t *object = json_object();

	for (size_t i = 0; object && i < seen->n_resets; i++) {
		const struct seen_reset *reset = &seen->resets[i];
		const char *key = reset->reason[0] ? reset->reason : "unknown";
		const json_int_t n =
			json_integer_value(json_object_get(object, key));

		if (reset->received == received &&
		    reset->match != SEEN_NOWHERE &&
		    json_object_set_new(object, key, json_integer(n + 1))) {
			json_decref(object);
			object = NULL;
		}
	}
	return object;
}

/* {"ECONNRESET": 64}; "other" stands for what it does not name */
static json_t *json_failed(const struct observed *seen)
{
	json_t *object = json_object();

	for (size_t i = 0; object && i < seen->n_errors; i++) {
		const struct seen_error *error = &seen->errors[i];

		if (error->count &&
		    json_object_set_new(object,
		                        error->code[0] ? error->code : "other",
		                        jv_u64(error->count))) {
			json_decref(object);
			object = NULL;
		}
	}
	return object;
}

/* What the command itself said. */
static json_t *json_output(const struct observed *seen)
{
	return jv_object((const struct jv_pair[]){
		{ "state", json_string(fact_state_name(seen->output.state)) },
		{ "why", jv_text(seen->output.why) },
		{ "lost", jv_u64(seen->output.lost) },
		{ "failed", json_failed(seen) },
		{ "sum", jv_sum(seen->log) },
		{ NULL, NULL },
	});
}

json_t *jv_observed(const struct report *report)
{
	const struct observed *seen = report->observed;

	if (!seen)
		return json_null();
	return jv_object((const struct jv_pair[]){
		{ "run", json_run(report->run) },
		{ "seconds", jv_seconds(seen->to_ns - seen->from_ns) },
		{ "sample_seconds", jv_seconds(seen->sample_ns) },
		{ "sampled", json_part(&seen->sampled) },
		{ "ended", json_part(&seen->ended) },
		{ "traced", json_part(&seen->traced) },
		{ "output", json_output(seen) },
		{ "sockets_ended", jv_u64(seen->n_ends) },
		{ "resets_sent", json_resets(seen, false) },
		{ "resets_received", json_resets(seen, true) },
		{ "synack_retransmits", jv_u64(seen->synack_retransmits) },
		{ "listens", json_listens(seen) },
		{ "listeners", json_listeners(seen) },
		{ NULL, NULL },
	});
}
