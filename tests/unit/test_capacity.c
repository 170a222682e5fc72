// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * capacity: the numbers themselves, and that they are where the rules and
 * the load test's refusals change their mind.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "probes/goal.h"
#include "probes/load/load.h"
#include "probes/need.h"
#include "probes/supply.h"
#include "rules/capacity.h"
#include "rules/rule.h"
#include "tests/support/facts_builder.h"
#include "tests/support/fdcheck.h"
#include "tests/support/judged.h"

#define MAX 16

struct found {
	struct capacity list[MAX];
	size_t n;
};

static void add(void *to, const struct capacity *capacity)
{
	struct found *found = to;

	assert_true(found->n < MAX);
	found->list[found->n++] = *capacity;
}

static struct found find(const struct host *host, const struct goal *goal)
{
	struct found found = { 0 };

	capacity_find(host, goal, add, &found);
	return found;
}

static const struct capacity *by_bound(const struct found *found,
                                       const char *bound)
{
	for (size_t i = 0; i < found->n; i++) {
		if (!strcmp(found->list[i].bound_by, bound))
			return &found->list[i];
	}
	return NULL;
}

/* A host of which every resource bounds something. */
static struct host *bounded(void)
{
	struct host *host = facts_healthy();

	host->sysctl[SYSCTL_FILE_MAX] = facts_sysctl(102000);
	(void)facts_listener(host, 80, 511);
	return host;
}

static struct goal for_port(uint16_t port)
{
	struct goal goal = goal_default();

	goal.port = port;
	return goal;
}

/* By hand: what the facts above carry. */
static const struct {
	const char *bound, *resource, *rule;
	uint64_t max;
	bool is_burst, of_netns;
} rows[] = {
	/* (20000 - 64) / 2 */
	{ "RLIMIT_NOFILE", "descriptors of a process", "fds.process", 9968,
	  false, false },
	{ "ports", "local ports", "ports.ephemeral", 28232, false, true },
	/* (102000 - 2000 - 64) / 2 */
	{ "fs.file-max", "descriptors of the system", "fds.system", 49968,
	  false, false },
	/* 3 GiB / 9728 */
	{ "memory", "memory", "memory.tcp", 331129, false, false },
	/* 575664 - 100 */
	{ "net.ipv4.tcp_mem", "TCP memory", "memory.tcp", 575564, false,
	  false },
	{ "the listener's limit", "accept queue", "backlog.listener", 512, true,
	  true },
	{ "net.core.somaxconn", "accept queue", "backlog.somaxconn", 4097, true,
	  true },
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static void numbers_and_order(void **state)
{
	const struct goal goal = for_port(80);
	struct host *host = bounded();
	struct found found = find(host, &goal);

	(void)state;
	qsort(found.list, found.n, sizeof(found.list[0]), capacity_order);
	assert_int_equal(found.n, N_ROWS);
	for (size_t i = 0; i < N_ROWS; i++) {
		const struct capacity *capacity = &found.list[i];

		assert_string_equal(capacity->bound_by, rows[i].bound);
		assert_string_equal(capacity->resource, rows[i].resource);
		assert_int_equal(capacity->max_flows.state, FACT_KNOWN);
		assert_int_equal(capacity->max_flows.value, rows[i].max);
		assert_int_equal(capacity->is_burst, rows[i].is_burst);
		assert_ptr_equal(capacity->ns,
		                 rows[i].of_netns ? &host->ns[0] : NULL);
	}
	assert_string_equal(by_bound(&found, "ports")->reach,
	                    "to one destination");
	host_free(host);
}

/* Without --port no listener bounds it: the load test's own asks for all. */
static void no_port_no_listener(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = bounded();
	const struct found found = find(host, &goal);

	(void)state;
	assert_int_equal(found.n, N_ROWS - 1);
	assert_null(by_bound(&found, "the listener's limit"));
	host_free(host);
}

static bool rule_fails(const char *id, const struct host *host,
                       struct goal goal, uint64_t flows, bool is_burst)
{
	struct judged judged;

	goal.flows = flows;
	goal.burst = is_burst ? flows : 1;
	judged_by(rule_by_id(id), host, &goal, NULL, &judged);
	for (size_t i = 0; i < judged.n; i++) {
		if (judged.list[i].verdict == VERDICT_FAIL)
			return true;
	}
	return false;
}

/* Of the rows that one rule judges, is another one tighter? */
static bool is_hidden(const struct found *found, size_t row)
{
	const struct capacity *self = by_bound(found, rows[row].bound);

	for (size_t i = 0; i < N_ROWS; i++) {
		const struct capacity *other = by_bound(found, rows[i].bound);

		if (other && !strcmp(rows[i].rule, rows[row].rule) &&
		    other->max_flows.value < self->max_flows.value)
			return true;
	}
	return false;
}

/* Whatever the number: it fits by its rule, and one more does not. */
static void rules_agree(void **state)
{
	static const enum goal_role roles[] = { ROLE_BOTH, ROLE_CLIENT,
		                                ROLE_SERVER };
	struct host *host = bounded();

	(void)state;
	for (size_t r = 0; r < 3; r++) {
		struct goal goal = for_port(80);
		struct found found;

		goal.role = roles[r];
		goal.burst = 1;
		found = find(host, &goal);
		for (size_t i = 0; i < N_ROWS; i++) {
			const struct capacity *capacity =
				by_bound(&found, rows[i].bound);

			if (!capacity)
				continue;
			assert_true(rule_fails(rows[i].rule, host, goal,
			                       capacity->max_flows.value + 1,
			                       rows[i].is_burst));
			assert_int_equal(rule_fails(rows[i].rule, host, goal,
			                            capacity->max_flows.value,
			                            rows[i].is_burst),
			                 is_hidden(&found, i));
		}
	}
	host_free(host);
}

/* So does the load test, which refuses by the tightest. */
static void load_test_agrees(void **state)
{
	struct goal goal = goal_default();
	struct host *host = bounded();
	struct load_refusal refusal;
	struct load_options options;

	(void)state;
	goal.flows = 9968;
	options = load_options_default(&goal);
	assert_false(load_prepare(&options, host, &host->ns[0], &refusal));
	goal.flows++;
	options = load_options_default(&goal);
	assert_true(load_prepare(&options, host, &host->ns[0], &refusal));
	assert_string_equal(refusal.resource, "RLIMIT_NOFILE");
	host_free(host);
}

/* What a role does not need bounds nothing. */
static void roles_need_less(void **state)
{
	struct goal goal = goal_default();
	struct host *host = bounded();
	struct found found;

	(void)state;
	goal.role = ROLE_SERVER;
	found = find(host, &goal);
	assert_null(by_bound(&found, "ports"));
	assert_int_equal(by_bound(&found, "RLIMIT_NOFILE")->max_flows.value,
	                 19936);
	goal.role = ROLE_CLIENT;
	found = find(host, &goal);
	assert_null(by_bound(&found, "net.core.somaxconn"));
	assert_int_equal(by_bound(&found, "ports")->max_flows.value, 28232);
	host_free(host);
}

/* The state of the fact, and no number. */
static void unknown_is_no_number(void **state)
{
	static const enum fact_state states[] = { FACT_UNREAD, FACT_ABSENT,
		                                  FACT_DENIED, FACT_BROKEN };
	const struct goal goal = for_port(80);

	(void)state;
	for (size_t s = 0; s < 4; s++) {
		const struct fact_u64 unknown = { .state = states[s] };
		struct host *host = bounded();
		struct netns_facts *ns = &host->ns[0];
		struct found found;

		host->limits.nofile_hard = unknown;
		host->sysctl[SYSCTL_FILE_NR].state = states[s];
		host->sysctl[SYSCTL_TCP_MEM].state = states[s];
		host->memory.available_bytes = unknown;
		ns->ports.free = unknown;
		ns->sysctl[SYSCTL_SOMAXCONN].state = states[s];
		ns->listeners_read = unknown;
		found = find(host, &goal);
		assert_int_equal(found.n, N_ROWS);
		for (size_t i = 0; i < found.n; i++)
			assert_int_equal(found.list[i].max_flows.state,
			                 states[s]);
		host_free(host);
	}
}

/* The other half of what two facts make. */
static void each_half_matters(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = bounded();
	struct found found;

	(void)state;
	host->sysctl[SYSCTL_FILE_MAX].state = FACT_DENIED;
	host->ns[0].sockstat.mem_pages.state = FACT_BROKEN;
	found = find(host, &goal);
	assert_int_equal(by_bound(&found, "fs.file-max")->max_flows.state,
	                 FACT_DENIED);
	assert_int_equal(by_bound(&found, "net.ipv4.tcp_mem")->max_flows.state,
	                 FACT_BROKEN);
	host_free(host);
}

/* At least so many is not at most so many. */
static void a_lower_bound_is_no_number(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = bounded();
	struct found found;

	(void)state;
	host->ns[0].ports.free_is_least = true;
	found = find(host, &goal);
	assert_int_equal(by_bound(&found, "ports")->max_flows.state,
	                 FACT_UNREAD);
	host_free(host);
}

static void nothing_left_is_zero(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = bounded();
	struct found found;

	(void)state;
	host->limits.nofile_hard = fact_known(65);
	host->sysctl[SYSCTL_FILE_MAX] = facts_sysctl(10); /* root: 2000 open */
	host->sysctl[SYSCTL_TCP_MEM].v[2] = 99;           /* 100 are in use */
	host->ns[0].ports.free = fact_known(0);
	host->ns[0].sysctl[SYSCTL_SOMAXCONN] = facts_sysctl(0);
	host->memory.available_bytes = fact_known(9727);
	found = find(host, &goal);
	assert_int_equal(found.n, N_ROWS - 1);
	for (size_t i = 0; i < found.n; i++) {
		assert_int_equal(found.list[i].max_flows.state, FACT_KNOWN);
		assert_int_equal(found.list[i].max_flows.value,
		                 found.list[i].is_burst);
	}
	host_free(host);
}

/* Enough for all that can be asked for: there is no bound to tell of. */
static void plenty_is_left_out(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = bounded();
	struct found found;

	(void)state;
	host->ns[0].sysctl[SYSCTL_SOMAXCONN] = facts_sysctl(GOAL_FLOWS_MAX - 2);
	found = find(host, &goal);
	assert_int_equal(
		by_bound(&found, "net.core.somaxconn")->max_flows.value,
		GOAL_FLOWS_MAX - 1);
	host->ns[0].sysctl[SYSCTL_SOMAXCONN] = facts_sysctl(GOAL_FLOWS_MAX - 1);
	host->sysctl[SYSCTL_FILE_MAX] = facts_sysctl(INT64_MAX);
	found = find(host, &goal);
	assert_null(by_bound(&found, "net.core.somaxconn"));
	assert_null(by_bound(&found, "fs.file-max"));
	host_free(host);
}

/* The weakest listener on the port; a group's queues add up. */
static void the_weakest_listener(void **state)
{
	const struct goal goal = for_port(80);
	struct host *host = bounded();
	struct listener *group = facts_listener(host, 80, 99);
	struct found found;

	(void)state;
	group->group_size = 4;
	(void)facts_listener(host, 81, 1);
	(void)facts_listener(host, 80, 1000);
	found = find(host, &goal);
	assert_int_equal(
		by_bound(&found, "the listener's limit")->max_flows.value, 400);
	host_free(host);
}

/* Each namespace its own; what is the host's, once. */
static void namespaces(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = host_new(3);
	size_t of_host = 0;
	struct found found;

	(void)state;
	assert_non_null(host);
	/* nothing is known of one that vanished, not even that it is unknown */
	host->ns[2].entered.state = FACT_ABSENT;
	host->ns[1].sysctl[SYSCTL_SOMAXCONN] = facts_sysctl(128);
	host->ns[1].ports.free = fact_known(7);
	found = find(host, &goal);
	qsort(found.list, found.n, sizeof(found.list[0]), capacity_order);
	for (size_t i = 0; i < found.n; i++)
		of_host += !found.list[i].ns;
	assert_int_equal(of_host, 4);
	assert_int_equal(found.n, 4 + 2 * 2);
	assert_ptr_equal(found.list[0].ns, &host->ns[1]);
	assert_int_equal(found.list[0].max_flows.value, 7);
	assert_string_equal(found.list[6].bound_by, "net.core.somaxconn");
	assert_int_equal(found.list[6].max_flows.value, 129);
	assert_ptr_equal(found.list[7].ns, &host->ns[0]);
	host_free(host);
}

/* Among equals by name, then in the order of the namespaces. */
static void order_of_equals(void **state)
{
	struct netns_facts ns[2];
	const struct capacity a = { .bound_by = "a", .ns = &ns[1] };
	const struct capacity b = { .bound_by = "b", .ns = &ns[0] };
	const struct capacity a0 = { .bound_by = "a", .ns = &ns[0] };

	(void)state;
	assert_true(capacity_order(&a, &b) < 0);
	assert_true(capacity_order(&b, &a) > 0);
	assert_true(capacity_order(&a0, &a) < 0);
	assert_true(capacity_order(&a, &a0) > 0);
	assert_int_equal(capacity_order(&a, &a), 0);
}

/* What the search rests on. */
static void needs_never_shrink(void **state)
{
	static const enum goal_role roles[] = { ROLE_CLIENT, ROLE_SERVER,
		                                ROLE_BOTH };

	(void)state;
	for (size_t r = 0; r < 3; r++) {
		struct goal goal = goal_default();
		struct need last = { 0 };

		goal.role = roles[r];
		goal.bytes_in_flight = 10000000;
		for (uint64_t flows = 1; flows <= GOAL_FLOWS_MAX;
		     flows += flows / 100 + 1) {
			struct need need;

			goal.flows = flows;
			goal.burst = flows;
			need_compute(&goal, 4096, &need);
			for (const struct supply *s = supplies; s->resource;
			     s++)
				assert_true(supply_need(s, &need) >=
				            supply_need(s, &last));
			assert_true(need.accept_queue >= last.accept_queue);
			assert_true(need.accept_queue_limit >=
			            last.accept_queue_limit);
			last = need;
		}
	}
}

static void page_bytes(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = bounded();
	struct goal big = goal;
	struct found found;

	(void)state;
	assert_int_equal(supply_page_bytes(host), 4096);
	host->memory.page_bytes = fact_known(65536);
	assert_int_equal(supply_page_bytes(host), 65536);
	host->memory.page_bytes = fact_known(0);
	assert_int_equal(supply_page_bytes(host), 4096);
	host->memory.page_bytes.state = FACT_BROKEN;
	assert_int_equal(supply_page_bytes(host), 4096);
	/* bytes in flight that do not fit: not even one flow */
	big.bytes_in_flight = UINT64_C(575565) * 4096;
	found = find(host, &big);
	assert_int_equal(by_bound(&found, "net.ipv4.tcp_mem")->max_flows.value,
	                 0);
	big.bytes_in_flight -= 4096;
	found = find(host, &big);
	assert_int_equal(by_bound(&found, "net.ipv4.tcp_mem")->max_flows.value,
	                 575564);
	host_free(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_and_order),
		cmocka_unit_test(no_port_no_listener),
		cmocka_unit_test(rules_agree),
		cmocka_unit_test(load_test_agrees),
		cmocka_unit_test(roles_need_less),
		cmocka_unit_test(unknown_is_no_number),
		cmocka_unit_test(each_half_matters),
		cmocka_unit_test(a_lower_bound_is_no_number),
		cmocka_unit_test(nothing_left_is_zero),
		cmocka_unit_test(plenty_is_left_out),
		cmocka_unit_test(the_weakest_listener),
		cmocka_unit_test(namespaces),
		cmocka_unit_test(order_of_equals),
		cmocka_unit_test(needs_never_shrink),
		cmocka_unit_test(page_bytes),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
