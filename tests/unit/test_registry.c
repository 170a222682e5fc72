// SPDX-License-Identifier: GPL-2.0-or-later
/* The registry: the rules that there are, and that each is complete. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "rules/rule.h"
#include "tests/support/fdcheck.h"

/* The user's interface: ids are in reports, policies and scripts. */
static const struct {
	const char *id;
	enum rule_scope scope;
	bool decisive;
} expected[] = {
	{ "path.loopback", SCOPE_NETNS, true },
	{ "path.peer", SCOPE_NETNS, false },
	{ "device.backlog", SCOPE_HOST, false },
	{ "backlog.somaxconn", SCOPE_NETNS, true },
	{ "backlog.listener", SCOPE_LISTENER, true },
	{ "backlog.drops", SCOPE_LISTENER, false },
	{ "syn.queue", SCOPE_NETNS, true },
	{ "syn.cookies", SCOPE_NETNS, false },
	{ "syn.abort", SCOPE_NETNS, false },
	{ "ports.ephemeral", SCOPE_NETNS, true },
	{ "conntrack.entries", SCOPE_NETNS, false },
	{ "fds.process", SCOPE_HOST, true },
	{ "fds.server", SCOPE_NETNS, true },
	{ "fds.system", SCOPE_HOST, true },
	{ "threads.tool", SCOPE_HOST, false },
	{ "memory.tcp", SCOPE_HOST, false },
	{ "memory.cgroup", SCOPE_HOST, false },
	{ "tools.installed", SCOPE_HOST, false },
	{ "kernel.messages", SCOPE_HOST, false },
	{ "netns.read", SCOPE_SEARCH, true },
	{ "load.outcomes", SCOPE_LOAD, true },
	{ "load.accounting", SCOPE_LOAD, false },
	{ "load.limit", SCOPE_LIMIT, true },
};

#define N_EXPECTED (sizeof(expected) / sizeof(expected[0]))

static void has_every_rule(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_EXPECTED; i++) {
		const struct rule *rule = rule_by_id(expected[i].id);

		assert_non_null(rule);
		assert_int_equal(rule->scope, expected[i].scope);
		assert_int_equal(rule->decisive, expected[i].decisive);
	}
}

static void every_rule_is_complete(void **state)
{
	enum group last = GROUP_PATH;

	(void)state;
	for (size_t i = 0; rules[i]; i++) {
		const struct rule *rule = rules[i];

		assert_true(rule->group >= last && rule->group < GROUP_COUNT);
		last = rule->group;
		assert_non_null(rule->judge);
		assert_true(strlen(rule->title) > 0);
		assert_non_null(strchr(rule->ref, ':'));
		assert_true(strlen(rule->explain) > 100);
		assert_null(strstr(rule->explain, "\n\n\n"));
	}
}

static void finds_rules_by_id(void **state)
{
	(void)state;
	for (size_t i = 0; rules[i]; i++)
		assert_ptr_equal(rule_by_id(rules[i]->id), rules[i]);
	assert_null(rule_by_id(""));
	assert_null(rule_by_id("backlog"));
	assert_null(rule_by_id("backlog.somaxconn "));
}

static void names_are_what_reports_say(void **state)
{
	(void)state;
	assert_string_equal(verdict_name(VERDICT_OK), "ok");
	assert_string_equal(verdict_name(VERDICT_NOTE), "note");
	assert_string_equal(verdict_name(VERDICT_WARN), "warn");
	assert_string_equal(verdict_name(VERDICT_UNKNOWN), "unknown");
	assert_string_equal(verdict_name(VERDICT_FAIL), "fail");

	assert_string_equal(group_name(GROUP_PATH), "path");
	assert_string_equal(group_name(GROUP_ACCEPT_QUEUE), "accept queue");
	assert_string_equal(group_name(GROUP_SYN_QUEUE), "SYN queue");
	assert_string_equal(group_name(GROUP_PORTS), "ports");
	assert_string_equal(group_name(GROUP_CONNTRACK), "conntrack");
	assert_string_equal(group_name(GROUP_DESCRIPTORS), "descriptors");
	assert_string_equal(group_name(GROUP_THREADS), "threads");
	assert_string_equal(group_name(GROUP_MEMORY), "memory");
	assert_string_equal(group_name(GROUP_POLICY), "policy");
	assert_string_equal(group_name(GROUP_TOOLS), "load tools");
	assert_string_equal(group_name(GROUP_KERNEL), "kernel log");
	assert_string_equal(group_name(GROUP_LOAD), "load test");

	assert_string_equal(remedy_kind_name(REMEDY_NONE), "none");
	assert_string_equal(remedy_kind_name(REMEDY_SYSCTL), "sysctl");
	assert_string_equal(remedy_kind_name(REMEDY_RELISTEN), "relisten");
	assert_string_equal(remedy_kind_name(REMEDY_PRLIMIT), "prlimit");
	assert_string_equal(remedy_kind_name(REMEDY_CONFIG), "config");
	assert_string_equal(remedy_kind_name(REMEDY_RESTART), "restart");
	assert_string_equal(remedy_kind_name(REMEDY_COMMAND), "command");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_every_rule),
		cmocka_unit_test(every_rule_is_complete),
		cmocka_unit_test(finds_rules_by_id),
		cmocka_unit_test(names_are_what_reports_say),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
