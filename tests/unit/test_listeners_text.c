// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of listeners, byte for byte. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>

#include "tests/support/fdcheck.h"
#include "tests/support/golden.h"
#include "tests/support/reports.h"

static const struct {
	const char *sample, *golden;
	struct report_style style;
} rows[] = {
	{ "listeners", "listeners.txt", { .width = 80 } },
	{ "listeners",
	  "listeners-verbose.txt",
	  { .width = 80, .verbose = true } },
	{ "listeners", "listeners-narrow.txt", { .width = 60 } },
	{ "listeners", "listeners-color.txt", { .width = 80, .color = true } },
	{ "listeners-denied", "listeners-denied.txt", { .width = 80 } },
	{ "listeners-namespaces", "listeners-namespaces.txt", { .width = 80 } },
};

static void test_golden(void **state)
{
	int failed = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sample sample;
		size_t size;
		char *text;

		sample_make(&sample, rows[i].sample);
		text = sample_render(&sample, "text", &rows[i].style, &size);
		failed += golden_check(rows[i].golden, text, size);
		free(text);
		sample_done(&sample);
	}
	assert_int_equal(failed, 0);
}

/* The hostile name of an owner, in the table too. */
static void test_hostile(void **state)
{
	const struct report_style style = { .width = 80 };
	struct sample sample;
	size_t size;
	char *text;

	(void)state;
	sample_make(&sample, "hostile");
	sample.report.judged = false;
	text = sample_render(&sample, "text", &style, &size);
	assert_int_equal(golden_check("listeners-hostile.txt", text, size), 0);
	free(text);
	sample_done(&sample);
}

static void test_none(void **state)
{
	const struct report_style style = { .width = 80 };
	struct sample sample;
	size_t size;
	char *text;

	(void)state;
	sample_make(&sample, "listeners-denied");
	sample.host->ns[0].listeners_read = fact_known(0);
	text = sample_render(&sample, "text", &style, &size);
	assert_int_equal(golden_check("listeners-none.txt", text, size), 0);
	free(text);
	sample_done(&sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
