// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * watch_json - one JSON object a line; kiloflow.watch.schema.json beside this
 * file describes them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "checker/report/json_value.h"
#include "checker/report/watch.h"
#include "rules/reset_reason.h"

/* As the report's, but on one line. */
#define LINE_FLAGS                                                             \
	(JSON_SORT_KEYS | JSON_COMPACT | JSON_ENSURE_ASCII |                   \
	 JSON_REAL_PRECISION(9))

static json_t *json_t_of(const struct watch_frame *frame, uint64_t at_ns)
{
	const uint64_t from_ns = frame->seen->from_ns;

	return jv_seconds(at_ns > from_ns ? at_ns - from_ns : 0);
}

/* Takes over @object, and adds what every line has. */
static int put_line(const struct watch_frame *frame, const char *event,
                    uint64_t at_ns, json_t *object, FILE *out)
{
	int rc = -ENOMEM;

	if (object &&
	    !json_object_set_new(object, "schema",
	                         json_string("kiloflow.watch/1")) &&
	    !json_object_set_new(object, "event", json_string(event)) &&
	    !json_object_set_new(object, "t", json_t_of(frame, at_ns)) &&
	    !json_dumpf(object, out, LINE_FLAGS)) {
		(void)fputc('\n', out);
		rc = 0;
	}
	json_decref(object);
	/* a stream that fails is no lack of memory, and the caller's */
	return ferror(out) ? 0 : rc;
}

static json_t *json_process(pid_t pid, const char comm[16])
{
	if (!pid && !comm[0])
		return json_null();
	return jv_object((const struct jv_pair[]){
		{ "pid", jv_nonzero((uint64_t)pid) },
		{ "comm", jv_bytes(comm, strnlen(comm, 16)) },
		{ NULL, NULL },
	});
}

static json_t *json_owners(const struct listener *listener)
{
	json_t *array = json_array();

	for (size_t i = 0; i < listener->n_owners; i++)
		array = jv_append(array,
		                  json_process(listener->owners[i].pid,
		                               listener->owners[i].comm));
	return array;
}

static int put_listener(const struct watch_frame *frame, size_t at, FILE *out)
{
	const struct seen_listener *seen = &frame->seen->listeners[at];
	char name[80];

	listener_format(&seen->first, name, sizeof(name));
	return put_line(
		frame, "listener", frame->seen->to_ns,
		jv_object((const struct jv_pair[]){
			{ "listener", jv_text(name) },
			{ "netns_inode", jv_nonzero(seen->netns_inode) },
			{ "queue", jv_u64(seen->queue_last) },
			{ "limit", jv_u64(seen->limit) },
			{ "peak", jv_u64(seen->queue_peak) },
			{ "drops", jv_fact(seen->drops) },
			{ "syn_queue", jv_fact(seen->syn_queue) },
			{ "owners", json_owners(&seen->first) },
			{ "gone", json_boolean(seen->gone_ns != 0) },
			{ NULL, NULL },
		}),
		out);
}

static int put_overflow(const struct watch_frame *frame, size_t at,
                        uint64_t drops, FILE *out)
{
	const struct seen_listener *seen = &frame->seen->listeners[at];
	char name[80];

	listener_format(&seen->first, name, sizeof(name));
	return put_line(
		frame, "overflow", frame->seen->to_ns,
		jv_object((const struct jv_pair[]){
			{ "listener", jv_text(name) },
			{ "netns_inode", jv_nonzero(seen->netns_inode) },
			{ "drops", jv_u64(drops) },
			{ "queue", jv_u64(seen->queue_last) },
			{ "limit", jv_u64(seen->limit) },
			{ "owners", json_owners(&seen->first) },
			{ NULL, NULL },
		}),
		out);
}

static bool has_changed(const struct watch_frame *frame, size_t at)
{
	const struct seen_listener *seen = &frame->seen->listeners[at];
	const struct watch_mark is = watch_mark_of(seen);
	const struct watch_mark *was;

	if (at >= frame->n_marks || seen->gone_ns)
		return true;
	was = &frame->marks[at];
	return is.drops != was->drops || is.syn_queue != was->syn_queue ||
	       is.queue != was->queue || is.limit != was->limit;
}

static int put_listeners(const struct watch_frame *frame, FILE *out)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < frame->seen->n_listeners; i++) {
		const uint64_t drops = watch_new_drops(frame, i);

		if (drops)
			rc = put_overflow(frame, i, drops, out);
		if (!rc && has_changed(frame, i))
			rc = put_listener(frame, i, out);
	}
	return rc;
}

static json_t *json_address(const struct seen_tuple *tuple, bool remote)
{
	char text[80];

	watch_address(tuple, remote, text, sizeof(text));
	return strcmp(text, "?") != 0 ? json_string(text) : json_null();
}

static int put_reset(const struct watch_frame *frame,
                     const struct seen_reset *reset, FILE *out)
{
	const char *words = reset->received ? NULL
	                                    : reset_reason_words(reset->reason,
	                                                         reset->state);

	return put_line(
		frame, "reset", reset->at_ns,
		jv_object((const struct jv_pair[]){
			{ "direction",
	                  json_string(reset->received ? "received" : "sent") },
			{ "local", json_address(&reset->tuple, false) },
			{ "remote", json_address(&reset->tuple, true) },
			{ "reason", jv_text(reset->reason) },
			{ "words", jv_text(words) },
			{ "process", json_process(reset->pid, reset->comm) },
			{ NULL, NULL },
		}),
		out);
}

static int put_listen(const struct watch_frame *frame,
                      const struct seen_listen *listen, FILE *out)
{
	return put_line(
		frame, "listen", listen->at_ns,
		jv_object((const struct jv_pair[]){
			{ "port", jv_nonzero(listen->port) },
			{ "asked", json_integer(listen->asked) },
			{ "got", jv_fact(listen->got) },
			{ "process", json_process(listen->pid, listen->comm) },
			{ NULL, NULL },
		}),
		out);
}

static int put_synack(const struct watch_frame *frame,
                      const struct seen_synack *synack, FILE *out)
{
	return put_line(
		frame, "synack_retransmit", synack->at_ns,
		jv_object((const struct jv_pair[]){
			{ "local", json_address(&synack->tuple, false) },
			{ "remote", json_address(&synack->tuple, true) },
			{ NULL, NULL },
		}),
		out);
}

static int put_events(const struct watch_frame *frame, FILE *out)
{
	const struct observed *seen = frame->seen;
	int rc = 0;

	for (size_t i = 0; !rc && i < seen->n_resets; i++)
		rc = put_reset(frame, &seen->resets[i], out);
	for (size_t i = 0; !rc && i < seen->n_listens; i++)
		rc = put_listen(frame, &seen->listens[i], out);
	for (size_t i = 0; !rc && i < seen->n_synacks; i++)
		rc = put_synack(frame, &seen->synacks[i], out);
	return rc;
}

int watch_json_frame(const struct watch_frame *frame, FILE *out)
{
	int rc = put_listeners(frame, out);

	if (!rc)
		rc = put_events(frame, out);
	if (!rc && frame->lost)
		rc = put_line(frame, "lost", frame->seen->to_ns,
		              jv_object((const struct jv_pair[]){
				      { "events", jv_u64(frame->lost) },
				      { NULL, NULL },
			      }),
		              out);
	return rc;
}

static json_t *json_part(const struct seen_part *part)
{
	return jv_object((const struct jv_pair[]){
		{ "state", json_string(fact_state_name(part->state)) },
		{ "why", jv_text(part->why) },
		{ NULL, NULL },
	});
}

int watch_json_begin(const struct watch_frame *frame, FILE *out)
{
	const struct observed *seen = frame->seen;

	return put_line(frame, "begin", seen->from_ns,
	                jv_object((const struct jv_pair[]){
				{ "host", jv_text(frame->host->name) },
				{ "kernel", jv_text(frame->host->kernel) },
				{ "sampled", json_part(&seen->sampled) },
				{ "traced", json_part(&seen->traced) },
				{ NULL, NULL },
			}),
	                out);
}

int watch_json_end(const struct watch_frame *frame, FILE *out)
{
	const struct observed *seen = frame->seen;

	return put_line(
		frame, "end", seen->to_ns,
		jv_object((const struct jv_pair[]){
			{ "lost", jv_u64(seen->traced.lost) },
			{ "sample_seconds", jv_seconds(seen->sample_ns) },
			{ NULL, NULL },
		}),
		out);
}
