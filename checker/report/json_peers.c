// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * json_peers - the far end of a test between hosts, as JSON.
 *
 * Its findings are what it sent, as far as they have the shape of findings:
 * what is missing or of another kind is null, what is not known here is left
 * out, and so is a finding without a verdict.
 */
#include "checker/report/json_value.h"

#include "checker/report/peer.h"
#include "probes/load/load_result.h"

/* A copy of a member that is of one of two types, else null. */
static json_t *member(const json_t *from, const char *key, json_type type,
                      json_type other)
{
	json_t *value = json_object_get(from, key);

	if (!value ||
	    (json_typeof(value) != type && json_typeof(value) != other))
		return json_null();
	return json_deep_copy(value);
}

static json_t *text_of(const json_t *from, const char *key)
{
	return jv_text(json_string_value(json_object_get(from, key)));
}

static json_t *netns_of(const json_t *from)
{
	const json_t *netns = json_object_get(from, "netns");

	if (!json_is_object(netns))
		return json_null();
	return jv_object((const struct jv_pair[]){
		{ "inode", member(netns, "inode", JSON_INTEGER, JSON_NULL) },
		{ "name", text_of(netns, "name") },
		{ NULL, NULL },
	});
}

static json_t *remedy_of(const json_t *from)
{
	const json_t *remedy = json_object_get(from, "remedy");

	if (!json_is_object(remedy))
		return json_null();
	return jv_object((const struct jv_pair[]){
		{ "kind", text_of(remedy, "kind") },
		{ "key", text_of(remedy, "key") },
		{ "from", member(remedy, "from", JSON_INTEGER, JSON_STRING) },
		{ "to", member(remedy, "to", JSON_INTEGER, JSON_STRING) },
		{ "live",
	          json_boolean(json_is_true(json_object_get(remedy, "live"))) },
		{ "risk", text_of(remedy, "risk") },
		{ "command", text_of(remedy, "command") },
		{ NULL, NULL },
	});
}

static json_t *finding_of(const json_t *from)
{
	return jv_object((const struct jv_pair[]){
		{ "id", text_of(from, "id") },
		{ "verdict", text_of(from, "verdict") },
		{ "group", text_of(from, "group") },
		{ "subject", text_of(from, "subject") },
		{ "netns", netns_of(from) },
		{ "observed",
	          member(from, "observed", JSON_INTEGER, JSON_NULL) },
		{ "needed", member(from, "needed", JSON_INTEGER, JSON_NULL) },
		{ "unit", text_of(from, "unit") },
		{ "why", text_of(from, "why") },
		{ "ref", text_of(from, "ref") },
		{ "remedy", remedy_of(from) },
		{ NULL, NULL },
	});
}

static json_t *findings_of(const struct load_peer *peer)
{
	json_t *array = json_array();

	for (size_t i = 0; i < peer->n_findings; i++) {
		json_t *from = json_loads(peer->findings[i], 0, NULL);

		if (peer_verdict(from) < PEER_VERDICTS)
			array = jv_append(array, finding_of(from));
		json_decref(from);
	}
	return array;
}

static json_t *counters_of(const struct load_peer *peer)
{
	struct jv_pair pairs[COUNTER_COUNT + 1] = { 0 };

	for (enum counter_id i = 0; i < COUNTER_COUNT; i++) {
		pairs[i].key = counter_desc(i)->name;
		pairs[i].value = jv_fact(peer->counter[i]);
	}
	return jv_object(pairs);
}

static json_t *peer_of(const struct load_result *load)
{
	const struct load_peer *peer = load->peer;

	return jv_object((const struct jv_pair[]){
		{ "address", jv_text(peer->address) },
		{ "flows_untold", jv_u64(load->bytes.flows_untold) },
		{ "host", jv_text(peer->host) },
		{ "kernel", jv_text(peer->kernel) },
		{ "verdict", jv_text(peer->verdict) },
		{ "findings", findings_of(peer) },
		{ "counters", counters_of(peer) },
		{ "lost", jv_text(peer->lost ? peer->why : NULL) },
		{ NULL, NULL },
	});
}

json_t *jv_peers(const struct load_result *load)
{
	json_t *array = json_array();

	if (load && load->peer)
		array = jv_append(array, peer_of(load));
	return array;
}
