// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_snapshot - what is written is read back, to the last bit; and what no
 * host could have written is refused, with its place and the reason.
 *
 * The tests walk the tables of snapshot_table.c themselves, so that they look
 * at every row that will ever be added.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/err.h"
#include "probes/facts.h"
#include "probes/goal.h"
#include "probes/snapshot.h"
#include "probes/snapshot_field.h"
#include "tests/support/facts_builder.h"
#include "tests/support/fdcheck.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static struct host *parse_for(const char *text, const struct goal *goal)
{
	struct err err = { 0 };
	struct host *host = NULL;

	if (snapshot_parse(text, strlen(text), "s", goal, &host, &err))
		fail_msg("%s", err.what);
	return host;
}

static struct host *parse(const char *text)
{
	const struct goal goal = goal_default();

	return parse_for(text, &goal);
}

static char *format(struct host *host)
{
	const struct goal goal = goal_default();
	struct err err = { 0 };
	char *text = snapshot_format(host, &goal, false, &err);

	if (!text)
		fail_msg("%s", err.what);
	return text;
}

/* --- every row --------------------------------------------------------- */

/* A walk over all members; the counter makes each value another one. */
struct walk {
	void (*visit)(struct walk *walk, const struct snapshot_field *field,
	              char *base, char *other);
	unsigned int n;
};

static char *owned(const struct snapshot_field *field, const char *base)
{
	char *at;

	memcpy(&at, base + field->at, sizeof(at));
	return at;
}

static char *items_of(const struct snapshot_field *field, char *base,
                      size_t *ret_n)
{
	memcpy(ret_n, base + field->n_at, sizeof(*ret_n));
	return field->kind == &snapshot_list ? owned(field, base)
	                                     : base + field->at;
}

/* @other: a second struct of the same type, or the same one. */
static void walk_fields(struct walk *walk, const struct snapshot_field *table,
                        char *base, char *other)
{
	for (const struct snapshot_field *f = table; f->key; f++) {
		size_t n = 0;
		char *items, *others;

		walk->visit(walk, f, base, other);
		if (f->kind == &snapshot_object)
			walk_fields(walk, f->table, base + f->at,
			            other + f->at);
		if (f->kind == &snapshot_owned)
			walk_fields(walk, f->table, owned(f, base),
			            owned(f, other));
		for (size_t i = 0; f->kind == &snapshot_map && f->name_of(i);
		     i++)
			walk_fields(walk, f->table, base + f->at + i * f->size,
			            other + f->at + i * f->size);
		if (f->kind != &snapshot_list && f->kind != &snapshot_few)
			continue;
		items = items_of(f, base, &n);
		others = items_of(f, other, &n);
		for (size_t i = 0; i < n; i++)
			walk_fields(walk, f->table, items + i * f->size,
			            others + i * f->size);
	}
}

static struct fact_u64 next_fact(struct walk *walk)
{
	static const uint64_t values[] = { 0,
		                           1,
		                           (UINT64_C(1) << 53) + 1,
		                           INT64_MAX,
		                           (uint64_t)INT64_MAX + 1,
		                           UINT64_MAX };
	const unsigned int n = walk->n++;

	switch (n % 10) {
	case 6:
		return (struct fact_u64){ .state = FACT_ABSENT };
	case 7:
		return (struct fact_u64){ .state = FACT_DENIED };
	case 8:
		return (struct fact_u64){ .state = FACT_BROKEN };
	case 9:
		return (struct fact_u64){ .state = FACT_UNREAD };
	default:
		return fact_known(values[n % 10]);
	}
}

/* Both ends of what the row accepts. */
static void fill_sysctl(const struct sysctl_desc *desc, unsigned int n,
                        struct sysctl_fact *ret)
{
	const int64_t edge = n % 2 ? desc->min : desc->max;

	*ret = (struct sysctl_fact){ .state = FACT_KNOWN };
	switch (desc->type) {
	case SYSCTL_TYPE_TRIPLE:
		ret->v[2] = edge;
		/* fallthrough */
	case SYSCTL_TYPE_PAIR:
		ret->v[1] = edge;
		/* fallthrough */
	case SYSCTL_TYPE_INT:
		ret->v[0] = edge;
		break;
	case SYSCTL_TYPE_PORTS:
		ret->v[0] = n % 2 ? 3 : 65536;
		(void)strcpy(ret->text, n % 2 ? "1-2,8" : "1,3,5,7,9,11...");
		break;
	case SYSCTL_TYPE_WORD:
	case SYSCTL_TYPE_WORDS:
	default:
		(void)strcpy(ret->text, "\"cubic\\");
		break;
	}
}

static void fill_sysctls(struct walk *walk, struct sysctl_fact *facts)
{
	for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++) {
		const unsigned int n = walk->n++;

		fill_sysctl(sysctl_desc(id), n, &facts[id]);
		if (n % 4 == 0)
			facts[id] = (struct sysctl_fact){
				.state = FACT_ABSENT + n / 4 % 3,
			};
	}
}

static void fill_address(struct walk *walk, const struct snapshot_field *field,
                         char *base)
{
	int family;
	size_t n;

	/* two addresses may share their family */
	memcpy(&family, base + field->n_at, sizeof(family));
	if (!family)
		family = walk->n++ % 2 ? AF_INET : AF_INET6;
	n = family == AF_INET ? 4 : 16;
	memcpy(base + field->n_at, &family, sizeof(family));
	memset(base + field->at, 0, 16);
	for (size_t i = 0; i < n; i++)
		base[field->at + i] = (char)(walk->n * 7 + i);
}

static void fill_text(struct walk *walk, const struct snapshot_field *field,
                      char *at)
{
	memset(at, 0, field->size);
	for (size_t i = 0; i + 1 < field->size; i++)
		at[i] = (char)((walk->n++ + i) % 255 + 1);
}

static void fill_number(const struct snapshot_field *field, char *at)
{
	uint64_t value = field->max;

	memset(at, 0xff, field->size);
	if (value)
		memcpy(at, &value, field->size);
}

/* New lists have two items; the lists that a host has already are kept. */
static void fill_list(const struct snapshot_field *field, char *base)
{
	size_t n = 0;
	void *items = items_of(field, base, &n);
	struct fact_u64 read = fact_known(2);

	if (items)
		return;
	n = 2;
	items = calloc(n, field->size);
	memcpy(base + field->at, &items, sizeof(items));
	memcpy(base + field->n_at, &n, sizeof(n));
	if (field->has_state)
		memcpy(base + field->state_at, &read, sizeof(read));
}

static void fill_owned(const struct snapshot_field *field, char *base)
{
	void *at = calloc(1, field->size);

	memcpy(base + field->at, &at, sizeof(at));
}

static void fill(struct walk *walk, const struct snapshot_field *field,
                 char *base, char *other)
{
	char *at = base + field->at;

	(void)other;
	if (field->kind == &snapshot_number)
		fill_number(field, at);
	else if (field->kind == &snapshot_bool)
		*(bool *)at = true;
	else if (field->kind == &snapshot_text)
		fill_text(walk, field, at);
	else if (field->kind == &snapshot_names)
		*(unsigned int *)at = walk->n++ % 2;
	else if (field->kind == &snapshot_address)
		fill_address(walk, field, base);
	else if (field->kind == &snapshot_fact)
		*(struct fact_u64 *)at = next_fact(walk);
	else if (field->kind == &snapshot_sysctls)
		fill_sysctls(walk, (struct sysctl_fact *)at);
	else if (field->kind == &snapshot_list)
		fill_list(field, base);
	else if (field->kind == &snapshot_few)
		memcpy(base + field->n_at, &field->max, sizeof(size_t));
	else if (field->kind == &snapshot_owned)
		fill_owned(field, base);
	else if (field->kind == &snapshot_integers)
		memset(at, walk->n++ % 2 ? 0x80 : 0x7f, field->size);
	else if (field->kind == &snapshot_counters)
		for (int i = 0; i < COUNTER_COUNT; i++)
			((struct fact_u64 *)at)[i] = next_fact(walk);
	else
		assert_true(field->kind == &snapshot_object ||
		            field->kind == &snapshot_map);
}

static bool same_facts(const struct fact_u64 *a, const struct fact_u64 *b,
                       size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (a[i].state != b[i].state || a[i].value != b[i].value)
			return false;
	}
	return true;
}

static bool same_sysctls(const struct sysctl_fact *a,
                         const struct sysctl_fact *b)
{
	for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++) {
		if (a[id].state != b[id].state ||
		    memcmp(a[id].v, b[id].v, sizeof(a[id].v)) != 0 ||
		    memcmp(a[id].text, b[id].text, sizeof(a[id].text)) != 0)
			return false;
	}
	return true;
}

/* What stands between the members of a struct is no value. */
static bool is_same(const struct snapshot_field *field, const void *a,
                    const void *b)
{
	if (field->kind == &snapshot_fact)
		return same_facts(a, b, 1);
	if (field->kind == &snapshot_counters)
		return same_facts(a, b, COUNTER_COUNT);
	if (field->kind == &snapshot_sysctls)
		return same_sysctls(a, b);
	return !memcmp(a, b, field->size);
}

/* Which member differs? */
static void compare(struct walk *walk, const struct snapshot_field *field,
                    char *base, char *other)
{
	(void)walk;
	if (field->kind == &snapshot_object || field->kind == &snapshot_owned ||
	    field->kind == &snapshot_map)
		return;
	if (field->kind == &snapshot_list || field->kind == &snapshot_few) {
		assert_memory_equal(base + field->n_at, other + field->n_at,
		                    sizeof(size_t));
		return;
	}
	if (!is_same(field, base + field->at, other + field->at))
		fail_msg("%s differs", field->key);
	if (field->kind == &snapshot_address)
		assert_memory_equal(base + field->n_at, other + field->n_at,
		                    sizeof(int));
}

static struct host *filled(unsigned int start)
{
	struct walk walk = { .visit = fill, .n = start };
	struct host *host = host_new(2);

	walk_fields(&walk, snapshot_host, (char *)host, (char *)host);
	/* Those of a host are in the order of listeners.h, and each once. */
	for (size_t i = 0; i < host->n_ns; i++) {
		struct listener *listeners = host->ns[i].listeners;

		host->ns[i].ports.free = fact_known(7);
		for (size_t k = 0; k < 2; k++) {
			memset(listeners[k].addr, 0, sizeof(listeners[k].addr));
			listeners[k].family = k ? AF_INET6 : AF_INET;
			listeners[k].group_size = 1;
			listeners[k].cookie = UINT64_MAX - k;
		}
	}
	return host;
}

static void round_trip(void **state)
{
	(void)state;
	/* each start gives each fact another of the ten sorts of values */
	for (unsigned int start = 0; start < 40; start++) {
		struct walk walk = { .visit = compare };
		struct host *host = filled(start);
		char *text = format(host);
		struct host *read = parse(text);
		char *again = format(read);

		assert_int_equal(read->n_ns, host->n_ns);
		walk_fields(&walk, snapshot_host, (char *)host, (char *)read);
		assert_string_equal(text, again);
		free(again);
		free(text);
		host_free(read);
		host_free(host);
	}
}

/* --- nothing is forgotten ---------------------------------------------- */

static void cover(bool *covered, const struct snapshot_field *field)
{
	const bool list = field->kind == &snapshot_list;
	size_t n = field->kind == &snapshot_few ? field->max : 1;

	while (field->kind == &snapshot_map && field->name_of(n))
		n++;
	memset(covered + field->at, true,
	       list || field->kind == &snapshot_owned ? sizeof(void *)
	                                              : n * field->size);
	if (list || field->kind == &snapshot_few)
		memset(covered + field->n_at, true, sizeof(size_t));
	if (field->kind == &snapshot_address)
		memset(covered + field->n_at, true, sizeof(int));
	if (field->has_state)
		memset(covered + field->state_at, true,
		       sizeof(struct fact_u64));
}

/* Every member of a struct has a row; up to seven bytes may be padding. */
static void covers(const char *name, const struct snapshot_field *table,
                   size_t size, size_t except, size_t except_size)
{
	bool *covered = calloc(size, sizeof(*covered));
	size_t run = 0;

	memset(covered + except, true, except_size);
	for (const struct snapshot_field *f = table; f->key; f++) {
		cover(covered, f);
		if (f->kind == &snapshot_object || f->kind == &snapshot_owned ||
		    f->kind == &snapshot_map)
			covers(f->key, f->table, f->size, 0, 0);
	}
	for (size_t i = 0; i < size; i++) {
		run = covered[i] ? 0 : run + 1;
		if (run == 8)
			fail_msg("no row of %s has what is at byte %zu", name,
			         i - 7);
	}
	free(covered);
}

static const struct snapshot_field *row(const struct snapshot_field *table,
                                        const char *key)
{
	for (; table->key; table++) {
		if (!strcmp(table->key, key))
			return table;
	}
	fail_msg("no row %s", key);
	return NULL;
}

static void complete(void **state)
{
	const struct snapshot_field *netns =
		row(snapshot_host, "namespaces")->table;
	const struct snapshot_field *listener = row(netns, "listeners")->table;
	const struct snapshot_field *servers = row(netns, "servers")->table;

	(void)state;
	covers("host", snapshot_host, sizeof(struct host), 0, 0);
	covers("netns_facts", netns, sizeof(struct netns_facts),
	       offsetof(struct netns_facts, load), sizeof(void *));
	covers("listener", listener, sizeof(struct listener),
	       offsetof(struct listener, group_size), sizeof(uint32_t));
	covers("proc_limits_facts", row(servers, "list")->table,
	       sizeof(struct proc_limits_facts), 0, 0);
	covers("owner", row(listener, "owners")->table, sizeof(struct owner), 0,
	       0);
}

/* --- what is derived --------------------------------------------------- */

static void groups_are_counted_anew(void **state)
{
	struct host *host = facts_healthy();
	struct host *read;
	char *text;

	(void)state;
	facts_owner(facts_listener(host, 80, 5), 7, 3, "a");
	facts_owner(facts_listener(host, 80, 5), 8, 3, "b");
	facts_owner(facts_listener(host, 80, 5), 9, 3, "c");
	host->ns[0].listeners[2].cookie = host->ns[0].listeners[1].cookie;
	host->ns[0].listeners[0].group_size = 1000000000;
	text = format(host);
	read = parse(text);
	assert_int_equal(read->ns[0].n_listeners, 2);
	assert_int_equal(read->ns[0].listeners_read.value, 2);
	assert_int_equal(read->ns[0].listeners[0].group_size, 2);
	free(text);
	host_free(read);
	host_free(host);
}

static struct fact_u64 free_ports_for(const char *text, uint64_t flows,
                                      uint16_t port, bool *ret_least)
{
	struct goal goal = goal_default();
	struct fact_u64 ports;
	struct host *host;

	goal.flows = flows;
	goal.port = port;
	host = parse_for(text, &goal);
	ports = host->ns[0].ports.free;
	*ret_least = host->ns[0].ports.free_is_least;
	host_free(host);
	return ports;
}

/* 28232 usable ports, 12 sockets: 28220 are free whatever these are. */
static void another_goal(void **state)
{
	static const struct {
		uint64_t flows;
		uint16_t port;
		enum fact_state state;
		uint64_t free;
		bool least;
	} rows[] = {
		{ 1000, 0, FACT_KNOWN, 28000, false },
		{ 4000000, 0, FACT_KNOWN, 28000, false },
		{ 28220, 80, FACT_KNOWN, 28220, true },
		{ 28221, 80, FACT_UNREAD, 0, false },
	};
	struct host *host = facts_healthy();
	char *text;

	(void)state;
	host->ns[0].ports.free = fact_known(28000);
	text = format(host);
	for (size_t i = 0; i < N(rows); i++) {
		bool least;
		const struct fact_u64 ports = free_ports_for(
			text, rows[i].flows, rows[i].port, &least);

		assert_int_equal(ports.state, rows[i].state);
		assert_int_equal(ports.value, rows[i].free);
		assert_int_equal(least, rows[i].least);
	}
	free(text);
	host_free(host);
}

/* --- redact ------------------------------------------------------------ */

static void add(struct host *host, const char *address, const char *comm)
{
	struct listener *listener = facts_listener(host, 80, 5);

	listener->family = strchr(address, ':') ? AF_INET6 : AF_INET;
	assert_int_equal(inet_pton(listener->family, address, listener->addr),
	                 1);
	facts_owner(listener, 1, 3, comm);
}

static void redact(void **state)
{
	static const struct {
		const char *address, *comm, *to_address, *to_comm;
	} rows[] = {
		{ "0.0.0.0", "nginx", "0.0.0.0", "process-1" },
		{ "::", "nginx", "::", "process-1" },
		{ "127.0.0.53", "b\xff", "127.0.0.53", "process-2" },
		{ "::1", "b\xff", "::1", "process-2" },
		{ "10.1.2.3", "b", "240.0.0.1", "process-3" },
		{ "10.1.2.4", "c", "240.0.0.2", "process-4" },
		{ "::ffff:10.1.2.3", "c", "::ffff:240.0.0.1", "process-4" },
		{ "::ffff:127.0.0.1", "c", "::ffff:127.0.0.1", "process-4" },
		{ "240.0.0.1", "c", "240.0.0.3", "process-4" },
		{ "fe80::1", "c", "2001:db8::1", "process-4" },
		{ "::2", "c", "2001:db8::2", "process-4" },
	};
	struct host *host = facts_healthy();
	struct goal goal = goal_default();
	char *text;

	(void)state;
	(void)strcpy(host->ns[0].name, "customer");
	for (size_t i = 0; i < N(rows); i++)
		add(host, rows[i].address, rows[i].comm);
	goal.peer = "10.1.2.4";
	text = snapshot_format(host, &goal, true, NULL);
	assert_non_null(strstr(text, "\"peer\": \"240.0.0.2\""));
	assert_non_null(strstr(text, "\"redacted\": true"));
	free(text);
	assert_string_equal(host->name, "host-1");
	assert_string_equal(host->kernel, "6.18.44");
	assert_string_equal(host->ns[0].name, "namespace-1");
	assert_string_equal(host->ns[0].enter, "");
	for (size_t i = 0; i < N(rows); i++) {
		const struct listener *listener = &host->ns[0].listeners[i];
		char address[INET6_ADDRSTRLEN];

		assert_non_null(inet_ntop(listener->family, listener->addr,
		                          address, sizeof(address)));
		assert_string_equal(address, rows[i].to_address);
		assert_string_equal(listener->owners[0].comm, rows[i].to_comm);
	}
	host_free(host);
}

/* --- refusals ---------------------------------------------------------- */

static void refused(const char *text, size_t len, const char *reason)
{
	const struct goal goal = goal_default();
	struct err err = { 0 };
	struct host *host = NULL;

	if (!snapshot_parse(text, len, "s\x1b", &goal, &host, &err))
		fail_msg("not refused: %s", text);
	assert_null(host);
	assert_int_equal(err.code, -EINVAL);
	assert_int_equal(strncmp(err.what, "s\\x1b: ", 7), 0);
	if (!strstr(err.what, reason))
		fail_msg("\"%s\" does not say \"%s\"", err.what, reason);
}

#define HEAD                                                                   \
	"{\"schema\": \"kiloflow.snapshot/1\", \"goal\": {\"family\": 4}, \"host\": "
#define NETNS(members) HEAD "{\"namespaces\": [{}, {" members "}]}}"
#define LISTENER(members)                                                                                                                                         \
	NETNS("\"listeners\": [{\"address\": \"::1\", \"port\": 1, \"ifindex\": 0, \"queue\": 0, \"limit\": 5, \"uid\": 0, \"inode\": 1, \"cookie\": 1, " members \
	      "}]")

static void refusals(void **state)
{
	static const struct {
		const char *text, *reason;
	} rows[] = {
		{ "", "line 1, column 0" },
		{ "{", "line 1, column 1" },
		{ "{}", "its schema is missing" },
		{ "[]", "its schema is missing" },
		{ "{\"schema\": 1}", "its schema is missing" },
		{ "{\"schema\": \"kiloflow.report/1\"}",
		  "is not a snapshot: its schema is kiloflow.report/1" },
		{ "{\"schema\": \"kiloflow.snapshot/2\"}",
		  "written by a newer kiloflow: its schema is kiloflow.snapshot/2" },
		{ "{\"schema\": \"kiloflow.snapshot/99999999999999999999\"}",
		  "is not a snapshot" },
		{ "{\"schema\": \"kiloflow.snapshot/0\"}",
		  "is not a snapshot" },
		{ "{\"schema\": \"kiloflow.snapshot/1x\"}",
		  "is not a snapshot" },
		{ "{\"schema\": \"\\u001b[2J\"}", "\\x1b[2J" },
		{ "{\"schema\": \"kiloflow.snapshot/1\"}", "goal is missing" },
		{ "{\"schema\": \"kiloflow.snapshot/1\", \"goal\": {\"port\": 65536}}",
		  "goal.port is 65536: more than 65535" },
		{ HEAD "{}}", "host.namespaces is missing" },
		{ HEAD "{\"namespaces\": {}}}",
		  "host.namespaces is an object, not an array" },
		{ HEAD "{\"namespaces\": []}}", "host.namespaces is empty" },
		{ HEAD "{\"namespaces\": [1]}}",
		  "host.namespaces[0] is an integer, not an object" },
		{ HEAD "{\"namespaces\": [{}]}} x",
		  "end of file expected near 'x'" },
		{ HEAD "{\"name\": \"\\u0100\", \"namespaces\": [{}]}}",
		  "host.name has a character beyond U+00FF" },
		{ HEAD "{\"name\": \"a\\u0000\", \"namespaces\": [{}]}}",
		  "\\u0000" },
		{ HEAD "{\"name\": 5, \"namespaces\": [{}]}}",
		  "host.name is an integer, not a string" },
		{ HEAD
		  "{\"kernel\": \"aaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbbaaaaa\"}}",
		  "host.kernel is longer than 64 bytes" },
		{ HEAD "{\"name\": \"\xff\"}}", "line 1" },
		{ HEAD "{\"name\": \"a\", \"name\": \"b\"}}",
		  "duplicate object key" },
		{ NETNS("\"inode\": -1"),
		  "host.namespaces[1].inode is -1: less than 0" },
		{ NETNS("\"inode\": 1.5"),
		  "host.namespaces[1].inode is a fraction, not a number" },
		{ NETNS("\"inode\": true"), "is true or false, not a number" },
		{ NETNS("\"inode\": null"), "is null, not a number" },
		{ NETNS("\"inode\": \"18446744073709551616\""),
		  "is a number beyond 64 bits" },
		{ NETNS("\"inode\": \"-1\""), "is a string, not a number" },
		{ NETNS("\"inode\": 9223372036854775808"), "too big" },
		{ NETNS("\"initial\": {}"),
		  "host.namespaces[1].initial has no state" },
		{ NETNS("\"initial\": {\"state\": \"known\"}"),
		  "initial has a state that is none of" },
		{ NETNS("\"initial\": \"absent\""),
		  "initial is a string, not a number" },
		{ NETNS("\"lo\": 1"), "lo is an integer, not an object" },
		{ NETNS("\"ports\": {\"free_is_least\": 1}"),
		  "ports.free_is_least is an integer, not true or false" },
		{ NETNS("\"counters\": []"),
		  "counters is an array, not an object" },
		{ NETNS("\"counters\": {\"TcpInErrs\": -2}"),
		  "counters.TcpInErrs is -2: less than 0" },
		{ NETNS("\"sysctls\": 0"),
		  "sysctls is an integer, not an object" },
		{ NETNS("\"sysctls\": {\"net.core.somaxconn\": -2}"),
		  "sysctls[net.core.somaxconn] is a value that this sysctl cannot have" },
		{ NETNS("\"sysctls\": {\"net.core.somaxconn\": \"5\"}"),
		  "is a string, not a number" },
		{ NETNS("\"sysctls\": {\"net.core.somaxconn\": {\"state\": 1}}"),
		  "has no state" },
		{ NETNS("\"sysctls\": {\"net.ipv4.ip_local_port_range\": [5]}"),
		  "is not an array of 2 numbers" },
		{ NETNS("\"sysctls\": {\"net.ipv4.ip_local_port_range\": [5, 4]}"),
		  "is a value that this sysctl cannot have" },
		{ NETNS("\"sysctls\": {\"net.ipv4.ip_local_port_range\": [5, null]}"),
		  "is null, not a number" },
		{ NETNS("\"sysctls\": {\"net.ipv4.tcp_congestion_control\": \"a b\"}"),
		  "is a value that this sysctl cannot have" },
		{ NETNS("\"sysctls\": {\"net.ipv4.ip_local_reserved_ports\": 5}"),
		  "has no list" },
		{ NETNS("\"sysctls\": {\"net.ipv4.ip_local_reserved_ports\": {\"list\": \"1\"}}"),
		  "is missing, not a number" },
		{ NETNS("\"sysctls\": {\"net.ipv4.ip_local_reserved_ports\": {\"list\": \"1\", \"count\": 65537}}"),
		  "is 65537: more than 65536" },
		{ NETNS("\"sysctls\": {\"net.ipv4.ip_local_reserved_ports\": {\"list\": \"a\", \"count\": 1}}"),
		  "has a list that is none of ports" },
		{ NETNS("\"listeners\": 1000000000"),
		  "listeners is an integer, not an array" },
		{ NETNS("\"listeners\": {\"state\": \"odd\"}"),
		  "has a state that is none of" },
		{ NETNS("\"listeners\": [{}]"),
		  "host.namespaces[1].listeners[0].address is missing" },
		{ NETNS("\"listeners\": [{\"address\": \"1.2.3\"}]"),
		  "address is not an address" },
		{ NETNS("\"listeners\": [{\"address\": 1}]"),
		  "address is an integer, not an address" },
		{ NETNS("\"listeners\": [{\"address\": \"::1\", \"port\": 1, \"ifindex\": 4294967296}]"),
		  "ifindex is 4294967296: more than 4294967295" },
		{ LISTENER("\"owners_state\": 1"),
		  "listeners[0].owners_state is an integer, not a string" },
		{ LISTENER("\"owners_state\": \"mine\""),
		  "listeners[0].owners_state is none of the words" },
		{ LISTENER("\"owners\": [{\"pid\": 2147483648}]"),
		  "listeners[0].owners[0].pid is 2147483648: more than 2147483647" },
		{ LISTENER(
			  "\"owners\": [{\"pid\": 1, \"fd\": 1, \"comm\": \"sixteen bytes...\"}]"),
		  "owners[0].comm is longer than 15 bytes" },
		{ LISTENER("\"owners\": {\"state\": \"denied\"}"),
		  "owners is an object, not an array" },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++)
		refused(rows[i].text, strlen(rows[i].text), rows[i].reason);
	refused("\0", 1, "line 1");
}

/* "[[[[..." and the like: small files that would take much memory. */
static void refused_repeated(const char *head, const char *item, size_t n,
                             const char *reason)
{
	const size_t len = strlen(head) + n * strlen(item);
	char *text = malloc(len + 1);
	char *end = stpcpy(text, head);

	while (n--)
		end = stpcpy(end, item);
	refused(text, len, reason);
	free(text);
}

static void bombs(void **state)
{
	(void)state;
	refused_repeated("", "[", 100000, "maximum parsing depth");
	refused_repeated("", "{\"a\":", 100000, "maximum parsing depth");
	refused_repeated("", "[],", SNAPSHOT_VALUES_MAX,
	                 "has more than 2000000 values");
	refused_repeated(HEAD "{\"namespaces\": [{}", ",{}", 16384, "line 1");
}

static void too_many_namespaces(void **state)
{
	char *text = NULL;
	size_t len = 0;
	FILE *file = open_memstream(&text, &len);

	(void)state;
	(void)fputs(HEAD "{\"namespaces\": [{}", file);
	for (int i = 0; i < 16384; i++)
		(void)fputs(",{}", file);
	(void)fputs("]}}", file);
	(void)fclose(file);
	refused(text, len, "namespaces has 16385 items: more than 16384");
	free(text);
}

/* What a later kiloflow may add, and an earlier one did not have. */
static void unknown_keys(void **state)
{
	struct host *host = parse(NETNS(
		"\"new\": [1], \"counters\": {\"TcpExtNew\": \"x\"}, \"sysctls\": {\"net.new\": null}"));

	(void)state;
	assert_int_equal(host->n_ns, 2);
	assert_int_equal(host->ns[1].listeners_read.state, FACT_UNREAD);
	assert_int_equal(host->ns[1].lo.up.state, FACT_UNREAD);
	assert_int_equal(host->ns[1].counter[0].state, FACT_UNREAD);
	assert_int_equal(host->ns[1].sysctl[0].state, FACT_UNREAD);
	assert_int_equal(host->limits.nofile_hard.state, FACT_UNREAD);
	host_free(host);
}

/* --- files ------------------------------------------------------------- */

static void files(void **state)
{
	const struct goal goal = goal_default();
	struct err err = { 0 };
	struct host *host = NULL;

	(void)state;
	assert_int_equal(snapshot_read("/nonexistent", &goal, &host, &err),
	                 -ENOENT);
	assert_string_equal(
		err.what,
		"cannot read /nonexistent: No such file or directory");
	assert_string_equal(err.hint, "write one with `kiloflow snapshot`");
	err = (struct err){ 0 };
	assert_int_equal(snapshot_read("/", &goal, &host, &err), -EISDIR);
	assert_string_equal(err.hint, "use --sos for an unpacked sosreport");
	assert_int_equal(snapshot_read("/dev/zero", &goal, &host, NULL),
	                 -EFBIG);
	assert_int_equal(snapshot_read("/dev/null", &goal, &host, NULL),
	                 -EINVAL);
	assert_null(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(complete),
		cmocka_unit_test(groups_are_counted_anew),
		cmocka_unit_test(another_goal),
		cmocka_unit_test(redact),
		cmocka_unit_test(refusals),
		cmocka_unit_test(bombs),
		cmocka_unit_test(too_many_namespaces),
		cmocka_unit_test(unknown_keys),
		cmocka_unit_test(files),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
