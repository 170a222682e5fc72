// SPDX-License-Identifier: GPL-2.0-or-later
/* fds.server */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "probes/goal.h"
#include "rules/rule.h"
#include "tests/support/facts_builder.h"
#include "tests/support/fdcheck.h"
#include "tests/support/judged.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define ID "fds.server"
#define PORT 8080

static struct goal goal_at(uint16_t port)
{
	struct goal goal = goal_default();

	goal.port = port;
	return goal;
}

/* @n processes in @list, which the caller keeps. */
static struct host *host_with(struct proc_limits_facts *list, size_t n)
{
	struct host *host = facts_healthy();

	host->ns[0].servers = (struct servers_facts){
		.read = fact_known(n),
		.list = list,
		.n = n,
	};
	return host;
}

/* The list is not the host's to free. */
static void done(struct host *host)
{
	host->ns[0].servers = (struct servers_facts){ 0 };
	host_free(host);
}

static struct proc_limits_facts process(pid_t pid, uint64_t soft, uint64_t hard,
                                        uint64_t fds)
{
	return (struct proc_limits_facts){
		.pid = pid,
		.comm = "nginx",
		.nofile_soft = fact_known(soft),
		.nofile_hard = fact_known(hard),
		.fds = fact_known(fds),
	};
}

/* 1000 flows need 1000 more than are open. */
static void one_server(void **state)
{
	static const struct {
		uint64_t soft, hard, fds;
		enum verdict verdict;
		const char *to, *command;
	} rows[] = {
		{ 1024, 4096, 24, VERDICT_OK, "", "" },
		{ 1024, 4096, 25, VERDICT_FAIL, "2048",
		  "prlimit --pid 7 --nofile=2048:" },
		{ 1000, 1000, 0, VERDICT_OK, "", "" },
		{ 999, 999, 0, VERDICT_FAIL, "1024",
		  "prlimit --pid 7 --nofile=1024:1024" },
		{ 1024, 2048, 25, VERDICT_FAIL, "2048",
		  "prlimit --pid 7 --nofile=2048:" },
		{ 1024, 2047, 25, VERDICT_FAIL, "2048",
		  "prlimit --pid 7 --nofile=2048:2048" },
		/* more open than it may: its limit was lowered */
		{ 1024, 4096, 5000, VERDICT_FAIL, "8192",
		  "prlimit --pid 7 --nofile=8192:8192" },
		{ 0, UINT64_MAX, 0, VERDICT_FAIL, "1024",
		  "prlimit --pid 7 --nofile=1024:" },
		{ UINT64_MAX, UINT64_MAX, UINT64_MAX - 1000, VERDICT_OK, "",
		  "" },
		{ UINT64_MAX, UINT64_MAX, 0, VERDICT_OK, "", "" },
		/* fs.nr_open of 1048576 must be raised first */
		{ 1024, 1048576, 1048576, VERDICT_FAIL, "2097152",
		  "sysctl -w fs.nr_open=2097152 && prlimit --pid 7 --nofile=2097152:2097152" },
		{ 1024, 600000, 600000, VERDICT_FAIL, "1048576",
		  "prlimit --pid 7 --nofile=1048576:1048576" },
		{ 1024, 2097152, 1048576, VERDICT_FAIL, "2097152",
		  "prlimit --pid 7 --nofile=2097152:" },
	};
	const struct goal goal = goal_at(PORT);

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct proc_limits_facts server =
			process(7, rows[i].soft, rows[i].hard, rows[i].fds);
		struct host *host = host_with(&server, 1);
		struct finding finding;

		print_message("row %zu\n", i);
		finding = judged_one(ID, host, &goal, rows[i].verdict);
		assert_string_equal(finding.remedy.to, rows[i].to);
		assert_string_equal(finding.remedy.command, rows[i].command);
		done(host);
	}
}

static void it_is_said(void **state)
{
	struct proc_limits_facts server = process(7, 1024, 4096, 25);
	struct host *host = host_with(&server, 1);
	const struct goal goal = goal_at(PORT);
	struct finding finding = judged_one(ID, host, &goal, VERDICT_FAIL);

	(void)state;
	assert_string_equal(finding.subject, "nginx[7]");
	assert_string_equal(
		finding.what,
		"nginx[7] may open 1024 descriptors, 1000 flows need 1000 and 25 are in use");
	assert_non_null(strstr(finding.why, "EMFILE"));
	assert_null(strstr(finding.why, "one of"));
	assert_int_equal(finding.observed.value, 1024);
	assert_int_equal(finding.needed.value, 1025);
	assert_int_equal(finding.remedy.kind, REMEDY_PRLIMIT);
	assert_int_equal(finding.remedy.pid, 7);
	assert_true(finding.remedy.live);
	assert_string_equal(finding.remedy.from, "1024");
	strcpy(server.comm, "\x1b[2J");
	finding = judged_one(ID, host, &goal, VERDICT_FAIL);
	assert_string_equal(finding.subject, "\\x1b[2J[7]");
	done(host);
}

/* How many are open may not be counted: 64 are assumed. */
static void open_ones_that_are_not_known(void **state)
{
	struct proc_limits_facts server = process(7, 1064, 4096, 0);
	struct host *host = host_with(&server, 1);
	const struct goal goal = goal_at(PORT);
	struct finding finding;

	(void)state;
	server.fds.state = FACT_DENIED;
	judged_one(ID, host, &goal, VERDICT_OK);
	server.nofile_soft.value = 1063;
	finding = judged_one(ID, host, &goal, VERDICT_FAIL);
	assert_non_null(strstr(finding.what, "perhaps 64 are in use"));
	/* and neither is its hard limit, nor fs.nr_open */
	server.nofile_hard.state = FACT_BROKEN;
	host->sysctl[SYSCTL_NR_OPEN].state = FACT_BROKEN;
	finding = judged_one(ID, host, &goal, VERDICT_FAIL);
	assert_string_equal(finding.remedy.command,
	                    "prlimit --pid 7 --nofile=2048:2048");
	done(host);
}

static void several_servers(void **state)
{
	static const struct {
		uint64_t left[3];
		enum verdict verdict;
		int pid;
		const char *words;
	} rows[] = {
		{ { 1000, 1000, 1000 }, VERDICT_OK, 0, "" },
		{ { 1000, 999, 1000 }, VERDICT_WARN, 2, "only together" },
		{ { 400, 300, 300 }, VERDICT_WARN, 2, "only together" },
		{ { 400, 300, 299 }, VERDICT_FAIL, 3, "even together" },
		{ { 0, 0, 0 }, VERDICT_FAIL, 1, "even together" },
		{ { 999, UINT64_MAX, UINT64_MAX },
		  VERDICT_WARN,
		  1,
		  "only together" },
	};
	const struct goal goal = goal_at(PORT);

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct proc_limits_facts list[3];
		struct host *host = host_with(list, 3);
		struct finding finding;

		print_message("row %zu\n", i);
		for (int k = 0; k < 3; k++)
			list[k] =
				process(k + 1, rows[i].left[k], UINT64_MAX, 0);
		finding = judged_one(ID, host, &goal, rows[i].verdict);
		if (rows[i].pid) {
			char subject[16];

			(void)snprintf(subject, sizeof(subject), "nginx[%d]",
			               rows[i].pid);
			assert_string_equal(finding.subject, subject);
			assert_non_null(strstr(finding.why, "one of 3"));
			assert_non_null(strstr(finding.why, rows[i].words));
		}
		done(host);
	}
}

/* And none of a client, nor of a list that is empty. */
static void without_a_port_nothing_is_said(void **state)
{
	struct proc_limits_facts server = process(7, 1, 1, 1);
	struct host *host = host_with(&server, 1);
	struct goal goal = goal_at(0);
	struct judged judged;

	(void)state;
	judged_by(rule_by_id(ID), host, &goal, NULL, &judged);
	assert_int_equal(judged.n, 0);
	goal.port = PORT;
	host->ns[0].servers.n = 0;
	judged_one(ID, host, &goal, VERDICT_OK);
	host->ns[0].servers.n = 1;
	goal.role = ROLE_CLIENT;
	judged_by(rule_by_id(ID), host, &goal, NULL, &judged);
	assert_int_equal(judged.n, 0);
	goal.role = ROLE_SERVER;
	judged_one(ID, host, &goal, VERDICT_FAIL);
	done(host);
}

static void says_what_it_does_not_know(void **state)
{
	static const enum fact_state states[] = {
		FACT_UNREAD,
		FACT_ABSENT,
		FACT_DENIED,
		FACT_BROKEN,
	};
	const struct goal goal = goal_at(PORT);

	(void)state;
	for (size_t i = 0; i < LENGTH(states); i++) {
		struct proc_limits_facts list[2] = {
			process(7, 1, 1, 1),
			process(8, 1, 1, 1),
		};
		struct host *host = host_with(list, 2);
		struct finding finding;

		list[1].nofile_soft.state = states[i];
		finding = judged_one(ID, host, &goal, VERDICT_UNKNOWN);
		assert_string_equal(finding.subject, "nginx[8]");
		assert_non_null(
			strstr(finding.what, fact_state_name(states[i])));
		assert_string_equal(finding.why, "look at /proc/8/limits");

		host->ns[0].servers.read.state = states[i];
		finding = judged_one(ID, host, &goal, VERDICT_UNKNOWN);
		assert_string_equal(finding.subject,
		                    "which process holds the listener");
		done(host);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_server),
		cmocka_unit_test(it_is_said),
		cmocka_unit_test(open_ones_that_are_not_known),
		cmocka_unit_test(several_servers),
		cmocka_unit_test(without_a_port_nothing_is_said),
		cmocka_unit_test(says_what_it_does_not_know),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
