// SPDX-License-Identifier: GPL-2.0-or-later
/* threads.tool */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "probes/goal.h"
#include "rules/rule.h"
#include "tests/support/facts_builder.h"
#include "tests/support/fdcheck.h"
#include "tests/support/judged.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define ID "threads.tool"

/* 1000 flows on one host: 2 x 1000 + 16 threads, 2 x 1000 + 64 maps. */
#define THREADS 2016
#define MAPS 2064

static struct goal goal_with(const char *tool)
{
	struct goal goal = goal_default();

	goal.tool = tool;
	return goal;
}

/* Just enough of everything; 100 threads are there. */
static struct host *host_just_so(void)
{
	struct host *host = facts_healthy();
	struct threads_facts *threads = &host->threads;

	host->sysctl[SYSCTL_THREADS_MAX] = facts_sysctl(THREADS + 100);
	host->sysctl[SYSCTL_PID_MAX] = facts_sysctl(THREADS + 100 + 300);
	host->sysctl[SYSCTL_MAX_MAP_COUNT] = facts_sysctl(MAPS);
	threads->total = fact_known(100);
	threads->exempt = fact_known(0);
	threads->nproc_soft = fact_known(THREADS + 50);
	threads->user = fact_known(50);
	threads->pids.max = fact_known(THREADS + 20);
	threads->pids.current = fact_known(20);
	return host;
}

static void only_a_tool_with_threads(void **state)
{
	struct host *host = facts_healthy();
	struct goal goal = goal_with("epoll");
	struct judged judged;

	(void)state;
	host->sysctl[SYSCTL_THREADS_MAX] = facts_sysctl(1);
	judged_by(rule_by_id(ID), host, &goal, NULL, &judged);
	assert_int_equal(judged.n, 0);
	goal.tool = NULL;
	judged_by(rule_by_id(ID), host, &goal, NULL, &judged);
	assert_int_equal(judged.n, 0);
	host_free(host);
}

static void just_enough(void **state)
{
	struct host *host = host_just_so();
	struct goal goal = goal_with("iperf2");

	(void)state;
	judged_one(ID, host, &goal, VERDICT_OK);
	/* one end of them alone is half of it */
	goal.role = ROLE_CLIENT;
	host->sysctl[SYSCTL_THREADS_MAX] = facts_sysctl(1016 + 100);
	judged_one(ID, host, &goal, VERDICT_OK);
	host->sysctl[SYSCTL_THREADS_MAX] = facts_sysctl(1015 + 100);
	judged_one(ID, host, &goal, VERDICT_FAIL);
	host_free(host);
}

static void less(struct fact_u64 *fact)
{
	fact->value--;
}

/* Each of them one too few, and nothing else is said. */
static void one_too_few(void **state)
{
	static const struct {
		const char *subject;
		enum remedy_kind kind;
		const char *to, *command;
		const char *what;
	} rows[] = {
		{ "kernel.threads-max", REMEDY_SYSCTL, "4096",
		  "sysctl -w kernel.threads-max=4096",
		  "kernel.threads-max leaves room for 2015 threads (2115, in use 100), 1000 flows of this tool need 2016" },
		{ "kernel.pid_max", REMEDY_SYSCTL, "4096",
		  "sysctl -w kernel.pid_max=4096",
		  "kernel.pid_max leaves room for 2015 threads (2415, in use 400), 1000 flows of this tool need 2016" },
		{ "vm.max_map_count", REMEDY_SYSCTL, "4096",
		  "sysctl -w vm.max_map_count=4096",
		  "vm.max_map_count leaves room for 2063 maps (2063, in use 0), 1000 flows of this tool need 2064" },
		{ "RLIMIT_NPROC", REMEDY_PRLIMIT, "4096", "ulimit -u 4096",
		  "RLIMIT_NPROC leaves room for 2015 threads (2065, in use 50), 1000 flows of this tool need 2016" },
		{ "pids.max", REMEDY_CONFIG, "2048", "",
		  "pids.max leaves room for 2015 threads (2035, in use 20), 1000 flows of this tool need 2016" },
	};
	const struct goal goal = goal_with("iperf2");

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct host *host = host_just_so();
		struct finding finding;

		print_message("%s\n", rows[i].subject);
		host->sysctl[SYSCTL_THREADS_MAX].v[0] -= i == 0;
		host->sysctl[SYSCTL_PID_MAX].v[0] -= i == 1;
		host->sysctl[SYSCTL_MAX_MAP_COUNT].v[0] -= i == 2;
		if (i == 3)
			less(&host->threads.nproc_soft);
		if (i == 4)
			less(&host->threads.pids.max);
		finding = judged_one(ID, host, &goal, VERDICT_FAIL);
		assert_null(finding.ns);
		assert_string_equal(finding.subject, rows[i].subject);
		assert_string_equal(finding.what, rows[i].what);
		assert_int_equal(finding.remedy.kind, rows[i].kind);
		assert_string_equal(finding.remedy.to, rows[i].to);
		assert_string_equal(finding.remedy.command, rows[i].command);
		host_free(host);
	}
}

static void all_too_few(void **state)
{
	const struct goal goal = goal_with("iperf2");
	struct host *host = host_just_so();
	struct judged judged;

	(void)state;
	host->sysctl[SYSCTL_THREADS_MAX] = facts_sysctl(1);
	host->sysctl[SYSCTL_PID_MAX] = facts_sysctl(1);
	host->sysctl[SYSCTL_MAX_MAP_COUNT] = facts_sysctl(0);
	host->threads.nproc_soft = fact_known(0);
	host->threads.pids.max = fact_known(0);
	judged_by(rule_by_id(ID), host, &goal, NULL, &judged);
	assert_int_equal(judged.n, 5);
	for (size_t i = 0; i < judged.n; i++) {
		assert_int_equal(judged.list[i].verdict, VERDICT_FAIL);
		assert_int_equal(judged.list[i].observed.value, 0);
	}
	host_free(host);
}

static void limits_that_do_not_bind(void **state)
{
	const struct goal goal = goal_with("iperf2");
	struct host *host = host_just_so();
	struct threads_facts *threads = &host->threads;

	(void)state;
	/* the host's root */
	threads->nproc_soft = fact_known(0);
	threads->exempt = fact_known(1);
	judged_one(ID, host, &goal, VERDICT_OK);
	threads->user.state = FACT_ABSENT;
	threads->nproc_soft.state = FACT_BROKEN;
	judged_one(ID, host, &goal, VERDICT_OK);
	/* unlimited: nobody asks how many there are */
	threads->exempt = fact_known(0);
	threads->nproc_soft = fact_known(UINT64_MAX);
	threads->pids.max = fact_known(UINT64_MAX);
	threads->pids.current.state = FACT_ABSENT;
	judged_one(ID, host, &goal, VERDICT_OK);
	host_free(host);
}

static void says_what_it_does_not_know(void **state)
{
	static const enum fact_state states[] = {
		FACT_UNREAD,
		FACT_ABSENT,
		FACT_DENIED,
		FACT_BROKEN,
	};
	static const struct {
		enum sysctl_id id;
		const char *subject;
	} sysctls[] = {
		{ SYSCTL_THREADS_MAX, "kernel.threads-max" },
		{ SYSCTL_PID_MAX, "kernel.pid_max" },
		{ SYSCTL_MAX_MAP_COUNT, "vm.max_map_count" },
	};
	const struct goal goal = goal_with("iperf2");
	struct host *host = host_just_so();
	struct threads_facts *threads = &host->threads;
	const struct {
		struct fact_u64 *fact;
		const char *subject;
	} facts[] = {
		{ &threads->total, "the number of threads" },
		{ &threads->exempt, "whether RLIMIT_NPROC binds this user" },
		{ &threads->nproc_soft, "RLIMIT_NPROC" },
		{ &threads->user, "the number of this user's threads" },
		{ &threads->pids.max, "the cgroup's pids.max" },
		{ &threads->pids.current, "the cgroup's pids.current" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(states); i++) {
		for (size_t k = 0; k < LENGTH(sysctls); k++) {
			struct sysctl_fact *fact = &host->sysctl[sysctls[k].id];

			fact->state = states[i];
			assert_string_equal(judged_one(ID, host, &goal,
			                               VERDICT_UNKNOWN)
			                            .subject,
			                    sysctls[k].subject);
			fact->state = FACT_KNOWN;
		}
		for (size_t k = 0; k < LENGTH(facts); k++) {
			facts[k].fact->state = states[i];
			assert_string_equal(judged_one(ID, host, &goal,
			                               VERDICT_UNKNOWN)
			                            .subject,
			                    facts[k].subject);
			facts[k].fact->state = FACT_KNOWN;
		}
	}
	host_free(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_tool_with_threads),
		cmocka_unit_test(just_enough),
		cmocka_unit_test(one_too_few),
		cmocka_unit_test(all_too_few),
		cmocka_unit_test(limits_that_do_not_bind),
		cmocka_unit_test(says_what_it_does_not_know),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
