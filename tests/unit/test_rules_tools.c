// SPDX-License-Identifier: GPL-2.0-or-later
/* rules/tools.c and tools.installed */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "probes/goal.h"
#include "rules/rule.h"
#include "rules/tools.h"
#include "tests/support/facts_builder.h"
#include "tests/support/fdcheck.h"
#include "tests/support/judged.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define ID "tools.installed"

static struct goal flows_of(uint64_t flows)
{
	struct goal goal = goal_default();

	goal.flows = flows;
	goal.burst = flows;
	return goal;
}

/* ---- the table ---- */

static void rows_are_complete(void **state)
{
	size_t n = 0;

	(void)state;
	for (const struct tool_defect *row = tool_defects_table; row->defect;
	     row++) {
		print_message("%s\n", row->defect);
		assert_true(row->tool < TOOL_KIND_COUNT);
		assert_true(row->from <= row->to);
		assert_true(row->flows >= 1);
		assert_true(strlen(row->consequence) > 0);
		assert_true(strlen(row->source) > 0);
		assert_non_null(row->fixed);
		n++;
	}
	assert_true(n >= 15);
	assert_string_equal(tool_name(TOOL_IPERF2), "iperf");
	assert_string_equal(tool_name(TOOL_IPERF3), "iperf3");
}

struct found {
	char text[2048];
};

static void add_defect(void *to, const struct tool_defect *defect)
{
	struct found *found = to;

	strncat(found->text, defect->defect,
	        sizeof(found->text) - strlen(found->text) - 1);
	strncat(found->text, "\n",
	        sizeof(found->text) - strlen(found->text) - 1);
}

static const struct {
	enum tool_kind tool;
	uint64_t version, flows;
	const char *words;
	bool bites;
} rows[] = {
	/* backlog 5: a queue of 6, before 2.0.13 */
	{ TOOL_IPERF2, TOOL_VERSION(2, 0, 5), 6, "backlog of 5", false },
	{ TOOL_IPERF2, TOOL_VERSION(2, 0, 5), 7, "backlog of 5", true },
	{ TOOL_IPERF2, TOOL_VERSION(2, 0, 12), 7, "backlog of 5", true },
	{ TOOL_IPERF2, TOOL_VERSION_BEFORE(2, 0, 13), 7, "backlog of 5",
	  false },
	{ TOOL_IPERF2, TOOL_VERSION(2, 0, 13), 4000000, "backlog of 5", false },
	/* no [SUM] at 128, up to 2.0.13 */
	{ TOOL_IPERF2, TOOL_VERSION(2, 0, 13), 127, "signed char", false },
	{ TOOL_IPERF2, TOOL_VERSION(2, 0, 13), 128, "signed char", true },
	{ TOOL_IPERF2, TOOL_VERSION_BEFORE(2, 0, 14), 128, "signed char",
	  false },
	{ TOOL_IPERF2, TOOL_VERSION(2, 1, 0), 128, "signed char", false },
	/* one release alone */
	{ TOOL_IPERF2, TOOL_VERSION(2, 0, 9), 1, "failed write", false },
	{ TOOL_IPERF2, TOOL_VERSION(2, 0, 10), 1, "failed write", true },
	{ TOOL_IPERF2, TOOL_VERSION(2, 0, 11), 1, "failed write", false },
	{ TOOL_IPERF2, TOOL_VERSION_BEFORE(2, 1, 0), 128, "races at the end",
	  true },
	{ TOOL_IPERF2, TOOL_VERSION(2, 1, 0), 128, "races at the end", false },
	{ TOOL_IPERF2, TOOL_VERSION(2, 1, 8), 1, "--permit-key", false },
	{ TOOL_IPERF2, TOOL_VERSION(2, 1, 8), 2, "--permit-key", true },
	{ TOOL_IPERF2, TOOL_VERSION(2, 1, 9), 2, "--permit-key", false },
	{ TOOL_IPERF2, TOOL_VERSION_BEFORE(2, 1, 0), 2, "--singleclient",
	  false },
	{ TOOL_IPERF2, TOOL_VERSION(2, 9, 0), 2, "--singleclient", true },
	{ TOOL_IPERF2, TOOL_VERSION(2, 1, 9), 2, "by events", true },
	{ TOOL_IPERF2, TOOL_VERSION(2, 2, 0), 2, "by events", false },

	{ TOOL_IPERF3, TOOL_VERSION(3, 3, 0), 7, "backlog of 5", true },
	{ TOOL_IPERF3, TOOL_VERSION(3, 3, 1), 7, "backlog of 5", true },
	{ TOOL_IPERF3, TOOL_VERSION(3, 4, 0), 7, "listens with a backlog",
	  false },
	{ TOOL_IPERF3, TOOL_VERSION(3, 6, 0), 7, "listen anew", true },
	{ TOOL_IPERF3, TOOL_VERSION(3, 7, 0), 7, "listen anew", false },
	{ TOOL_IPERF3, TOOL_VERSION(3, 21, 0), 128, "MAX_STREAMS", false },
	{ TOOL_IPERF3, TOOL_VERSION(3, 21, 0), 129, "MAX_STREAMS", true },
	{ TOOL_IPERF3, TOOL_VERSION(3, 1, 3), 1, "control connection", false },
	{ TOOL_IPERF3, TOOL_VERSION(3, 2, 0), 1, "control connection", true },
	{ TOOL_IPERF3, TOOL_VERSION(3, 4, 0), 1, "control connection", false },
	{ TOOL_IPERF3, TOOL_VERSION(3, 15, 0), 2, "one thread", true },
	{ TOOL_IPERF3, TOOL_VERSION(3, 15, 0), 1, "one thread", false },
	{ TOOL_IPERF3, TOOL_VERSION(3, 16, 0), 2, "one thread", false },
	{ TOOL_IPERF3, TOOL_VERSION(3, 15, 0), 2, "wrong order", false },
	{ TOOL_IPERF3, TOOL_VERSION(3, 17, 1), 2, "wrong order", true },
	{ TOOL_IPERF3, TOOL_VERSION(3, 18, 0), 2, "wrong order", false },
	{ TOOL_IPERF3, TOOL_VERSION(3, 17, 1), 55, "size of a result", false },
	{ TOOL_IPERF3, TOOL_VERSION_BEFORE(3, 17, 2), 55, "size of a result",
	  true },
	{ TOOL_IPERF3, TOOL_VERSION_BEFORE(3, 17, 2), 54, "size of a result",
	  false },
	{ TOOL_IPERF3, TOOL_VERSION(3, 20, 0), 2, "asynchronously", true },
	{ TOOL_IPERF3, TOOL_VERSION(3, 21, 0), 2, "asynchronously", false },
	/* one's rows are not the other's */
	{ TOOL_IPERF2, TOOL_VERSION(2, 1, 8), 129, "MAX_STREAMS", false },
};

static void defects_bite_where_they_do(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct found found = { "" };

		print_message("row %zu: %s\n", i, rows[i].words);
		tool_defects(rows[i].tool, rows[i].version, rows[i].flows,
		             add_defect, &found);
		assert_int_equal(!!strstr(found.text, rows[i].words),
		                 rows[i].bites);
	}
}

/* ---- the rule ---- */

static void install(struct host *host, size_t at, const char *program,
                    enum tool_kind kind, uint64_t version, const char *text)
{
	struct tool_facts *tool = &host->tools.tool[at];

	*tool = (struct tool_facts){
		.kind = kind,
		.version = fact_known(version),
	};
	strcpy(tool->program, program);
	strcpy(tool->text, text);
}

/* Debian 12's: neither breaks at a few flows. */
static void tools_that_hold(void **state)
{
	const struct goal one = flows_of(1);
	struct host *host = facts_healthy();

	(void)state;
	judged_one(ID, host, &one, VERDICT_OK);
	install(host, 0, "iperf", TOOL_IPERF2, TOOL_VERSION(2, 1, 8), "2.1.8");
	install(host, 1, "iperf3", TOOL_IPERF3, TOOL_VERSION(3, 12, 0), "3.12");
	judged_one(ID, host, &one, VERDICT_OK);
	host_free(host);
}

static struct finding finding_of(const struct host *host,
                                 const struct goal *goal, const char *words)
{
	struct judged judged;

	judged_by(rule_by_id(ID), host, goal, NULL, &judged);
	for (size_t i = 0; i < judged.n; i++) {
		if (strstr(judged.list[i].what, words))
			return judged.list[i];
	}
	fail_msg("nothing about %s", words);
	return judged.list[0];
}

static void a_tool_that_breaks(void **state)
{
	struct host *host = facts_healthy();
	struct goal goal = flows_of(129);
	struct finding finding;

	(void)state;
	install(host, 1, "iperf3", TOOL_IPERF3, TOOL_VERSION(3, 12, 0), "3.12");
	finding = finding_of(host, &goal, "MAX_STREAMS");
	assert_int_equal(finding.verdict, VERDICT_NOTE);
	assert_string_equal(finding.subject, "iperf3 3.12");
	assert_string_equal(finding.what, "iperf3 3.12: MAX_STREAMS is 128");
	assert_non_null(strstr(finding.why, "no version is without it"));
	assert_int_equal(finding.observed.value, 129);
	assert_int_equal(finding.needed.value, 129);
	finding = finding_of(host, &goal, "one thread");
	assert_non_null(strstr(finding.why, "mended in 3.16"));
	finding = finding_of(host, &goal, "set up one after");
	assert_non_null(strstr(finding.what, "reported: "));
	host_free(host);
}

/* A warning only about the tool that is to be used. */
static void the_goals_tool(void **state)
{
	static const struct {
		const char *program, *tool;
		enum tool_kind kind;
		enum verdict verdict;
	} cases[] = {
		{ "iperf3", "epoll", TOOL_IPERF3, VERDICT_NOTE },
		{ "iperf3", "iperf2", TOOL_IPERF3, VERDICT_NOTE },
		{ "iperf3", "iperf", TOOL_IPERF3, VERDICT_NOTE },
		{ "iperf3", "iperf3", TOOL_IPERF3, VERDICT_WARN },
		/* where iperf is iperf3 */
		{ "iperf", "iperf3", TOOL_IPERF3, VERDICT_WARN },
		{ "iperf", "iperf", TOOL_IPERF3, VERDICT_WARN },
		{ "", "iperf", TOOL_IPERF3, VERDICT_NOTE },
		{ "iperf3", NULL, TOOL_IPERF3, VERDICT_NOTE },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct host *host = facts_healthy();
		struct goal goal = flows_of(129);

		install(host, 0, cases[i].program, cases[i].kind,
		        TOOL_VERSION(3, 12, 0), "3.12");
		goal.tool = cases[i].tool;
		assert_int_equal(finding_of(host, &goal, "MAX_STREAMS").verdict,
		                 cases[i].verdict);
		host_free(host);
	}
}

static void iperf2_by_its_name(void **state)
{
	struct host *host = facts_healthy();
	struct goal goal = flows_of(128);
	struct finding finding;

	(void)state;
	install(host, 0, "iperf", TOOL_IPERF2, TOOL_VERSION(2, 0, 5), "2.0.5");
	goal.tool = "iperf2";
	finding = finding_of(host, &goal, "signed char");
	assert_int_equal(finding.verdict, VERDICT_WARN);
	assert_non_null(strstr(finding.why, "no [SUM]"));
	host_free(host);
}

static void says_what_it_does_not_know(void **state)
{
	static const enum fact_state states[] = {
		FACT_UNREAD,
		FACT_DENIED,
		FACT_BROKEN,
	};
	static const char *const subjects[TOOLS_MAX] = {
		"the version of iperf",
		"the version of iperf3",
	};
	const struct goal goal = goal_default();

	(void)state;
	for (size_t i = 0; i < LENGTH(states); i++) {
		for (size_t k = 0; k < TOOLS_MAX; k++) {
			struct host *host = facts_healthy();

			host->tools.tool[k].version.state = states[i];
			assert_string_equal(judged_one(ID, host, &goal,
			                               VERDICT_UNKNOWN)
			                            .subject,
			                    subjects[k]);
			host_free(host);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_complete),
		cmocka_unit_test(defects_bite_where_they_do),
		cmocka_unit_test(tools_that_hold),
		cmocka_unit_test(a_tool_that_breaks),
		cmocka_unit_test(the_goals_tool),
		cmocka_unit_test(iperf2_by_its_name),
		cmocka_unit_test(says_what_it_does_not_know),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
