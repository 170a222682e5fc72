// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * report_json - the report for a program: one document, the same shape for
 * every command; kiloflow.report.schema.json beside this file describes it.
 *
 * The whole document is built before its first byte is written, so that none
 * is ever cut short. Parts that no command fills yet are there, and empty.
 */
#include "checker/report/report.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "checker/report/json_value.h"
#include "probes/base/err.h"
#include "rules/limited_by.h"
#include "rules/rule.h"
#include "rules/servers.h"

/*
 * ASCII only: what a terminal would obey may stand in UTF-8 too (U+009B,
 * U+202E), and a JSON reader sees the same text. Nine digits: nanoseconds.
 */
#define JSON_FLAGS                                                             \
	(JSON_SORT_KEYS | JSON_INDENT(2) | JSON_ENSURE_ASCII |                 \
	 JSON_REAL_PRECISION(9))

static json_t *json_netns(const struct netns_facts *ns)
{
	if (!ns)
		return json_null();
	return jv_object((const struct jv_pair[]){
		{ "inode", jv_nonzero(ns->inode) },
		{ "name", jv_text(ns->name) },
		{ NULL, NULL },
	});
}

static json_t *json_remedy(const struct remedy *remedy)
{
	if (remedy->kind == REMEDY_NONE)
		return json_null();
	return jv_object((const struct jv_pair[]){
		{ "kind", json_string(remedy_kind_name(remedy->kind)) },
		{ "key", jv_text(remedy->key) },
		{ "from", jv_number(remedy->from) },
		{ "to", jv_number(remedy->to) },
		{ "live", json_boolean(remedy->live) },
		{ "risk", jv_text(remedy->risk) },
		{ "command", jv_text(remedy->command) },
		{ NULL, NULL },
	});
}

static json_t *json_sentence(const struct finding *finding)
{
	char text[sizeof(finding->what) + sizeof(finding->why) + 2];

	(void)snprintf(text, sizeof(text), "%s%s%s", finding->what,
	               finding->why[0] ? ": " : "", finding->why);
	return jv_text(text);
}

json_t *jv_finding(const struct finding *finding)
{
	const struct rule *rule = finding->rule;

	return jv_object((const struct jv_pair[]){
		{ "id", json_string(rule->id) },
		{ "verdict", json_string(verdict_name(finding->verdict)) },
		{ "group", json_string(group_name(rule->group)) },
		{ "subject", jv_text(finding->subject) },
		{ "netns", json_netns(finding->ns) },
		{ "observed", jv_fact(finding->observed) },
		{ "needed", jv_fact(finding->needed) },
		{ "unit", jv_text(finding->unit) },
		{ "why", json_sentence(finding) },
		{ "ref", jv_text(rule->ref) },
		{ "remedy", json_remedy(&finding->remedy) },
		{ NULL, NULL },
	});
}

static json_t *json_findings(const struct report *report)
{
	json_t *array = json_array();

	for (size_t i = 0; i < report->n_findings; i++)
		array = jv_append(array, jv_finding(&report->findings[i]));
	return array;
}

static json_t *json_capacity(const struct capacity *capacity)
{
	return jv_object((const struct jv_pair[]){
		{ "resource", json_string(capacity->resource) },
		{ "of", json_string(capacity->is_burst ? "burst" : "flows") },
		{ "max_flows", jv_fact(capacity->max_flows) },
		{ "bound_by", json_string(capacity->bound_by) },
		{ "netns", json_netns(capacity->ns) },
		{ NULL, NULL },
	});
}

static json_t *json_capacities(const struct report *report)
{
	json_t *array = json_array();

	for (size_t i = 0; i < report->n_capacity; i++)
		array = jv_append(array, json_capacity(&report->capacity[i]));
	return array;
}

static json_t *json_owner(const struct owner *owner)
{
	const size_t len = strnlen(owner->comm, sizeof(owner->comm));

	return jv_object((const struct jv_pair[]){
		{ "pid", json_integer(owner->pid) },
		{ "comm", jv_bytes(owner->comm, len) },
		{ "fd", json_integer(owner->fd) },
		{ NULL, NULL },
	});
}

static json_t *json_owners(const struct listener *listener)
{
	json_t *array = json_array();

	for (size_t i = 0; i < listener->n_owners; i++)
		array = jv_append(array, json_owner(&listener->owners[i]));
	return array;
}

static json_t *json_owners_state(enum owners_state state)
{
	static const char *const names[] = {
		[OWNERS_UNREAD] = NULL,
		[OWNERS_KNOWN] = "known",
		[OWNERS_PARTIAL] = "partial",
		[OWNERS_DENIED] = "denied",
	};

	return jv_text(names[state]);
}

/* "10.0.0.1"; with the device that the listener is bound to, "10.0.0.1%2" */
static json_t *json_address(const struct listener *listener)
{
	char addr[INET6_ADDRSTRLEN + 16] = "";

	if (!inet_ntop(listener->family, listener->addr, addr, sizeof(addr)))
		return json_null();
	if (listener->ifindex)
		(void)snprintf(addr + strlen(addr), sizeof(addr) - strlen(addr),
		               "%%%u", listener->ifindex);
	return jv_text(addr);
}

static json_t *json_server(const struct server *server)
{
	if (!server)
		return json_null();
	return jv_object((const struct jv_pair[]){
		{ "name", jv_text(server->name) },
		{ "directive", jv_text(server->directive) },
		{ NULL, NULL },
	});
}

static json_t *json_listener(const struct netns_facts *ns,
                             const struct listener *listener)
{
	const struct server *server = server_of(listener);
	const enum limited_by by =
		limited_by(listener, &ns->sysctl[SYSCTL_SOMAXCONN], server);

	return jv_object((const struct jv_pair[]){
		{ "netns", json_netns(ns) },
		{ "family",
	          json_string(listener->family == AF_INET6 ? "ipv6" : "ipv4") },
		{ "address", json_address(listener) },
		{ "port", jv_u64(listener->port) },
		{ "queue", jv_u64(listener->queue) },
		{ "limit", jv_u64(listener->limit) },
		{ "drops", jv_fact(listener->drops) },
		{ "syn_queue", jv_fact(listener->syn_queue) },
		{ "limited_by", jv_text(limited_by_name(by)) },
		{ "group_size", jv_u64(listener->group_size) },
		{ "inode", jv_u64(listener->inode) },
		{ "cookie", jv_u64(listener->cookie) },
		{ "owners", json_owners(listener) },
		{ "owners_state", json_owners_state(listener->owners_state) },
		{ "server", json_server(server) },
		{ NULL, NULL },
	});
}

static json_t *json_listeners(const struct host *host)
{
	json_t *array = json_array();

	for (size_t n = 0; n < host->n_ns; n++) {
		const struct netns_facts *ns = &host->ns[n];

		for (size_t i = 0; i < ns->n_listeners; i++)
			array = jv_append(array,
			                  json_listener(ns, &ns->listeners[i]));
	}
	return array;
}

/* null: not known */
static json_t *json_range(uint64_t min, uint64_t max)
{
	return jv_object((const struct jv_pair[]){
		{ "min", jv_u64(min) },
		{ "max", jv_u64(max) },
		{ NULL, NULL },
	});
}

static json_t *json_process(const struct cause_found *found)
{
	const size_t len = strnlen(found->comm, sizeof(found->comm));

	if (!found->pid)
		return json_null();
	return jv_object((const struct jv_pair[]){
		{ "pid", json_integer(found->pid) },
		{ "comm", jv_bytes(found->comm, len) },
		{ NULL, NULL },
	});
}

static json_t *json_evidence(const struct cause_found *found)
{
	json_t *object = json_object();

	for (size_t i = 0; object && i < found->n_evidence; i++) {
		const struct evidence *evidence = &found->evidence[i];

		if (json_object_set_new(object, evidence->name,
		                        jv_u64(evidence->count))) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

static json_t *json_cause(const struct cause_found *found)
{
	return jv_object((const struct jv_pair[]){
		{ "id", json_string(found->cause->id) },
		{ "connections", json_range(found->min, found->max) },
		{ "confidence",
	          json_string(confidence_name(found->confidence)) },
		{ "netns", json_netns(found->ns) },
		{ "listener", jv_text(found->listener) },
		{ "process", json_process(found) },
		{ "evidence", json_evidence(found) },
		{ "what", jv_text(found->what) },
		{ "sees", jv_text(found->sees) },
		{ "why", jv_text(found->why) },
		{ "remedy", json_remedy(&found->remedy) },
		{ "mend", json_string(found->cause->mend) },
		{ NULL, NULL },
	});
}

static json_t *json_causes(const struct report *report)
{
	json_t *array = json_array();

	for (size_t i = 0; i < report->n_causes; i++)
		array = jv_append(array, json_cause(&report->causes[i]));
	return array;
}

static json_t *json_failed(const struct report_incident *incident)
{
	return incident ? json_range(incident->failed.min, incident->failed.max)
	                : json_null();
}

static json_t *json_goal(const struct goal *goal)
{
	static const char *const roles[] = {
		[ROLE_CLIENT] = "client",
		[ROLE_SERVER] = "server",
		[ROLE_BOTH] = "both",
	};

	if (!goal)
		return json_null();
	return jv_object((const struct jv_pair[]){
		{ "flows", jv_u64(goal->flows) },
		{ "burst", jv_u64(goal->burst) },
		{ "port", jv_nonzero(goal->port) },
		{ "role", json_string(roles[goal->role]) },
		{ "peer", jv_text(goal->peer) },
		{ "tool", jv_text(goal->tool) },
		{ "bytes_in_flight", jv_nonzero(goal->bytes_in_flight) },
		{ NULL, NULL },
	});
}

static json_t *json_taken_at(const struct host *host)
{
	const time_t seconds = (time_t)(host->taken_at_ns / 1000000000);
	struct tm tm;
	char text[32];

	if (!seconds || !gmtime_r(&seconds, &tm) ||
	    !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm))
		return json_null();
	return json_string(text);
}

static json_t *json_verdict(const struct report *report)
{
	return report->judged
	               ? json_string(report_verdict_name(report->verdict))
	               : json_null();
}

static json_t *json_tool(void)
{
	return jv_object((const struct jv_pair[]){
		{ "name", json_string("kiloflow") },
		{ "version", json_string(KILOFLOW_VERSION) },
		{ NULL, NULL },
	});
}

static json_t *json_host(const struct host *host)
{
	return jv_object((const struct jv_pair[]){
		{ "name", jv_text(host->name) },
		{ "kernel", jv_text(host->kernel) },
		{ NULL, NULL },
	});
}

static json_t *json_report(const struct report *report)
{
	return jv_object((const struct jv_pair[]){
		{ "schema", json_string("kiloflow.report/1") },
		{ "tool", json_tool() },
		{ "command", json_string(report->command) },
		{ "taken_at", json_taken_at(report->host) },
		{ "host", json_host(report->host) },
		{ "verdict", json_verdict(report) },
		{ "exit_code", json_integer(report->exit_code) },
		{ "seconds", jv_seconds(report->elapsed_ns) },
		{ "goal", json_goal(report->goal) },
		{ "findings", json_findings(report) },
		{ "listeners", json_listeners(report->host) },
		{ "load", jv_load(host_load(report->host)) },
		{ "capacity", json_capacities(report) },
		{ "causes", json_causes(report) },
		{ "failed", json_failed(report->incident) },
		{ "fix", jv_fix(report->fix) },
		{ "observed", jv_observed(report) },
		{ "sum", jv_sum(report->sum) },
		{ "peers", jv_peers(host_load(report->host)) },
		{ NULL, NULL },
	});
}

static int json_write(const struct report *report,
                      const struct report_style *style, FILE *out,
                      struct err *err)
{
	json_t *document = json_report(report);
	char *text = document ? json_dumps(document, JSON_FLAGS) : NULL;

	(void)style;
	json_decref(document);
	if (!text)
		return err_set(err, -ENOMEM,
		               "not enough memory for the JSON report");
	(void)fprintf(out, "%s\n", text);
	free(text);
	return 0;
}

const struct report_format report_json = {
	.name = "json",
	.write = json_write,
};
