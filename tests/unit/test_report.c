// SPDX-License-Identifier: GPL-2.0-or-later
/* report: findings are copied, sorted, and make the verdict. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "checker/report/report.h"
#include "rules/rule.h"
#include "tests/support/fdcheck.h"

static const struct rule rule_a = {
	.id = "a.a",
	.group = GROUP_PATH,
	.decisive = true,
};

static const struct rule rule_b = {
	.id = "b.b",
	.group = GROUP_MEMORY,
	.decisive = true,
};

static struct report report_new(struct host *host, struct goal *goal)
{
	*host = (struct host){ 0 };
	*goal = goal_default();
	return (struct report){ .host = host, .goal = goal, .judged = true };
}

static void add(struct report *report, const struct rule *rule,
                enum verdict verdict, const char *subject)
{
	struct finding finding = { .rule = rule, .verdict = verdict };

	(void)snprintf(finding.subject, sizeof(finding.subject), "%s", subject);
	report_add(report, &finding);
	/* what was handed over is not looked at again */
	(void)memset(&finding, 0xff, sizeof(finding));
}

static void test_order(void **state)
{
	struct host host;
	struct goal goal;
	struct report report = report_new(&host, &goal);

	(void)state;
	add(&report, &rule_b, VERDICT_FAIL, "x");
	add(&report, &rule_a, VERDICT_OK, "");
	add(&report, &rule_b, VERDICT_NOTE, "z");
	add(&report, &rule_b, VERDICT_NOTE, "y");
	add(&report, &rule_a, VERDICT_WARN, "");
	report_finish(&report);
	assert_int_equal(report.n_findings, 5);
	assert_int_equal(report.findings[0].verdict, VERDICT_WARN);
	assert_int_equal(report.findings[1].verdict, VERDICT_OK);
	assert_string_equal(report.findings[2].subject, "x");
	assert_string_equal(report.findings[3].subject, "y");
	assert_string_equal(report.findings[4].subject, "z");
	assert_int_equal(report.verdict, REPORT_NOT_READY);
	report_done(&report);
	assert_null(report.findings);
}

/* More than any first allocation holds. */
static void test_many(void **state)
{
	struct host host;
	struct goal goal;
	struct report report = report_new(&host, &goal);

	(void)state;
	for (unsigned int i = 0; i < 1000; i++) {
		char subject[16];

		(void)snprintf(subject, sizeof(subject), "%04u", 999 - i);
		add(&report, &rule_a, VERDICT_NOTE, subject);
	}
	report_finish(&report);
	assert_int_equal(report.error, 0);
	assert_int_equal(report.n_findings, 1000);
	assert_string_equal(report.findings[0].subject, "0000");
	assert_string_equal(report.findings[999].subject, "0999");
	assert_int_equal(report.verdict, REPORT_READY);
	report_done(&report);
}

static void test_none(void **state)
{
	struct host host;
	struct goal goal;
	struct report report = report_new(&host, &goal);

	(void)state;
	report_finish(&report);
	assert_int_equal(report.verdict, REPORT_READY);
	report_done(&report);
}

static void add_capacity(struct report *report, const char *bound,
                         struct fact_u64 max)
{
	const struct capacity capacity = { .bound_by = bound,
		                           .max_flows = max };

	report_add_capacity(report, &capacity);
}

/* Of each bound the smallest; what is not known is never it. */
static void test_capacity(void **state)
{
	static const bool tightest[] = { true, true, false, false, false };
	struct host host;
	struct goal goal;
	struct report report = report_new(&host, &goal);

	(void)state;
	add_capacity(&report, "b", fact_known(7));
	add_capacity(&report, "a", (struct fact_u64){ .state = FACT_ABSENT });
	add_capacity(&report, "b", fact_known(5));
	add_capacity(&report, "a", fact_known(6));
	add_capacity(&report, "c", (struct fact_u64){ .state = FACT_DENIED });
	report_finish(&report);
	assert_int_equal(report.n_capacity, 5);
	assert_int_equal(report.capacity[0].max_flows.value, 5);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(report_is_tightest(&report, i), tightest[i]);
	report_done(&report);
	assert_null(report.capacity);
	assert_int_equal(report.n_capacity, 0);
}

/* More than any first allocation holds. */
static void test_many_capacities(void **state)
{
	struct host host;
	struct goal goal;
	struct report report = report_new(&host, &goal);

	(void)state;
	for (uint64_t i = 0; i < 1000; i++)
		add_capacity(&report, "a", fact_known(1000 - i));
	report_finish(&report);
	assert_int_equal(report.n_capacity, 1000);
	for (uint64_t i = 0; i < 1000; i++)
		assert_int_equal(report.capacity[i].max_flows.value, i + 1);
	report_done(&report);
}

/* The first that made the verdict what it is. */
static void test_reason(void **state)
{
	static const enum verdict orders[][3] = {
		{ VERDICT_FAIL, VERDICT_UNKNOWN, VERDICT_WARN },
		{ VERDICT_UNKNOWN, VERDICT_WARN, VERDICT_NOTE },
		{ VERDICT_WARN, VERDICT_NOTE, VERDICT_OK },
		{ VERDICT_NOTE, VERDICT_OK, VERDICT_OK },
	};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct host host;
		struct goal goal;
		struct report report = report_new(&host, &goal);

		assert_null(report_reason(&report));
		for (size_t v = 3; v > 0; v--)
			add(&report, &rule_a, orders[i][v - 1], "");
		report_finish(&report);
		assert_int_equal(report_reason(&report)->verdict, orders[i][0]);
		report_done(&report);
	}
}

static void test_formats(void **state)
{
	(void)state;
	for (size_t i = 0; report_formats[i]; i++)
		assert_ptr_equal(report_format_by_name(report_formats[i]->name),
		                 report_formats[i]);
	assert_null(report_format_by_name("xml"));
	assert_null(report_format_by_name(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_capacity),
		cmocka_unit_test(test_many_capacities),
		cmocka_unit_test(test_reason),
		cmocka_unit_test(test_formats),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
