// SPDX-License-Identifier: GPL-2.0-or-later
/* Many namespaces: what is said of those that were missed, and of each other.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "probes/goal.h"
#include "probes/load/load_result.h"
#include "rules/engine.h"
#include "tests/support/facts_builder.h"
#include "tests/support/fdcheck.h"
#include "tests/support/judged.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Three that are alike, all looked at. The copies own nothing. */
static struct host *three(void)
{
	struct host *one = facts_healthy();
	struct host *host = host_new(3);

	assert_non_null(host);
	for (size_t i = 0; i < 3; i++) {
		host->ns[i] = one->ns[0];
		host->ns[i].inode += i;
		if (!i)
			continue;
		host->ns[i].entered = fact_known(1);
		(void)snprintf(host->ns[i].name, sizeof(host->ns[i].name),
		               "pod%zu", i);
	}
	host->netns_hidden = fact_known(0);
	host_free(one);
	return host;
}

static void all_seen_is_ok(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = three();

	(void)state;
	(void)judged_one("netns.read", host, &goal, VERDICT_OK);
	host_free(host);
}

/* When nobody looked for all of them there is nothing to say. */
static void silent_about_one(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = facts_healthy();
	struct judged judged;

	(void)state;
	judged_by(rule_by_id("netns.read"), host, &goal, NULL, &judged);
	assert_int_equal(judged.n, 0);
	host_free(host);
}

static const struct {
	enum fact_state state;
	const char *name;
	enum verdict verdict;
	const char *subject, *what, *why;
} missed[] = {
	{ FACT_ABSENT, "blue", VERDICT_NOTE, "blue",
	  "a network namespace vanished", "gone before it was entered" },
	{ FACT_DENIED, "blue", VERDICT_UNKNOWN, "blue",
	  "a network namespace could not be entered (denied)",
	  "nothing is known of it; run kiloflow as root" },
	{ FACT_BROKEN, "blue", VERDICT_UNKNOWN, "blue",
	  "a network namespace could not be entered (broken)",
	  "nothing is known of it" },
	{ FACT_DENIED, "", VERDICT_UNKNOWN, "net:[4026531841]",
	  "a network namespace could not be entered (denied)", "root" },
	/* somebody else chose the name */
	{ FACT_ABSENT, "\x1b[2J", VERDICT_NOTE, "\\x1b[2J",
	  "a network namespace vanished", "gone" },
};

static void says_which_was_missed(void **state)
{
	const struct goal goal = goal_default();

	(void)state;
	for (size_t i = 0; i < LENGTH(missed); i++) {
		struct host *host = three();
		struct finding finding;

		host->ns[1].entered.state = missed[i].state;
		(void)snprintf(host->ns[1].name, sizeof(host->ns[1].name), "%s",
		               missed[i].name);
		finding = judged_one("netns.read", host, &goal,
		                     missed[i].verdict);
		assert_ptr_equal(finding.ns, &host->ns[1]);
		assert_string_equal(finding.subject, missed[i].subject);
		assert_string_equal(finding.what, missed[i].what);
		assert_non_null(strstr(finding.why, missed[i].why));
		host_free(host);
	}
}

static const struct {
	struct fact_u64 hidden;
	const char *what; /* NULL: nothing is said */
} hiddens[] = {
	{ { 0, FACT_KNOWN }, NULL },
	{ { 1, FACT_KNOWN },
	  "the network namespace of 1 process could not be seen" },
	{ { 400, FACT_KNOWN },
	  "the network namespace of 400 processes could not be seen" },
	{ { 0, FACT_DENIED }, "/proc hides the processes of other users" },
	{ { 0, FACT_BROKEN }, "/proc hides the processes of other users" },
};

static void says_that_there_may_be_more(void **state)
{
	const struct goal goal = goal_default();

	(void)state;
	for (size_t i = 0; i < LENGTH(hiddens); i++) {
		struct host *host = three();
		struct finding finding;

		host->netns_hidden = hiddens[i].hidden;
		finding =
			judged_one("netns.read", host, &goal,
		                   hiddens[i].what ? VERDICT_NOTE : VERDICT_OK);
		assert_null(finding.ns);
		if (hiddens[i].what)
			assert_non_null(strstr(finding.what, hiddens[i].what));
		host_free(host);
	}
}

/* Of one that was missed no other rule says anything, not even ok. */
static void nothing_else_is_said_of_what_was_missed(void **state)
{
	static const enum fact_state states[] = { FACT_ABSENT, FACT_DENIED,
		                                  FACT_BROKEN };
	const struct goal goal = goal_default();

	(void)state;
	for (size_t i = 0; i < LENGTH(states); i++) {
		struct host *host = three();
		struct judged judged;

		host->ns[1].entered.state = states[i];
		judged_by(rule_by_id("backlog.somaxconn"), host, &goal, NULL,
		          &judged);
		assert_int_equal(judged.n, 2);
		assert_ptr_equal(judged.list[0].ns, &host->ns[0]);
		assert_ptr_equal(judged.list[1].ns, &host->ns[2]);
		judged_by(rule_by_id("backlog.listener"), host, &goal, NULL,
		          &judged);
		assert_int_equal(judged.n, 2);
		host_free(host);
	}
}

/* A load test proves its own namespace, and the first's also the host. */
static void a_test_proves_where_it_was_run(void **state)
{
	static const struct rule decisive = { .id = "a.b", .decisive = true };
	static const struct {
		int of, run_in; /* -1: the host; none */
		enum report_verdict verdict;
	} rows[] = {
		{ 0, -1, REPORT_UNKNOWN }, { 0, 0, REPORT_READY },
		{ 1, -1, REPORT_UNKNOWN }, { 1, 0, REPORT_UNKNOWN },
		{ 1, 1, REPORT_READY },    { 0, 1, REPORT_UNKNOWN },
		{ -1, 0, REPORT_READY },   { -1, 1, REPORT_UNKNOWN },
	};
	const struct goal goal = goal_default();

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct host *host = three();
		struct finding unknown = {
			.rule = &decisive,
			.verdict = VERDICT_UNKNOWN,
			.ns = rows[i].of < 0 ? NULL : &host->ns[rows[i].of],
		};
		struct load_result *load = facts_load(host, &goal);

		host->ns[0].load = NULL;
		if (rows[i].run_in >= 0)
			host->ns[rows[i].run_in].load = load;
		else
			load_result_free(load);
		print_message("of %d, run in %d\n", rows[i].of, rows[i].run_in);
		assert_int_equal(engine_verdict(&unknown, 1, &goal,
		                                host_load(host)),
		                 rows[i].verdict);
		host_free(host);
	}
}

/* Each test that was run is judged, with its own result. */
static void every_load_test_is_judged(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = three();
	struct load_result *load = facts_load(host, &goal);
	struct judged judged;

	(void)state;
	host->ns[0].load = NULL;
	host->ns[2].load = load;
	load->flows[LOAD_OK]--;
	load->flows[LOAD_RESET]++;
	judged_by(rule_by_id("load.outcomes"), host, &goal, NULL, &judged);
	assert_true(judged.n > 0);
	for (size_t i = 0; i < judged.n; i++)
		assert_ptr_equal(judged.list[i].ns, &host->ns[2]);
	assert_int_equal(judged.list[0].verdict, VERDICT_FAIL);
	host_free(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_seen_is_ok),
		cmocka_unit_test(silent_about_one),
		cmocka_unit_test(says_which_was_missed),
		cmocka_unit_test(says_that_there_may_be_more),
		cmocka_unit_test(nothing_else_is_said_of_what_was_missed),
		cmocka_unit_test(a_test_proves_where_it_was_run),
		cmocka_unit_test(every_load_test_is_judged),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
