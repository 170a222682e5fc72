// SPDX-License-Identifier: GPL-2.0-or-later
/* The line for monitoring: byte for byte, its status, and its one line. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/err.h"
#include "tests/support/fdcheck.h"
#include "tests/support/golden.h"
#include "tests/support/reports.h"

static const struct report_style style = { .width = 80 };

static const struct {
	const char *sample;
	int status;
} rows[] = {
	{ "ready", 0 },   { "warnings", 1 }, { "origin", 2 },  { "refused", 2 },
	{ "unknown", 3 }, { "broken", 3 },   { "hostile", 0 },
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static void test_golden(void **state)
{
	int failed = 0;

	(void)state;
	for (size_t i = 0; i < N_ROWS; i++) {
		struct sample sample;
		char name[64];
		size_t size;
		char *text;

		sample_make(&sample, rows[i].sample);
		text = sample_render(&sample, "nagios", &style, &size);
		(void)snprintf(name, sizeof(name), "%s.nagios", rows[i].sample);
		failed += golden_check(name, text, size);
		assert_int_equal(report_nagios.status(&sample.report),
		                 rows[i].status);
		free(text);
		sample_done(&sample);
	}
	assert_int_equal(failed, 0);
}

static size_t count(const char *text, size_t size, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < size; i++)
		n += text[i] == c;
	return n;
}

/* One line, printable, and one '|', whatever a name holds. */
static void is_one_line(const char *text, size_t size, size_t bars)
{
	assert_int_equal(count(text, size, '\n'), 1);
	assert_int_equal(text[size - 1], '\n');
	assert_int_equal(count(text, size, '|'), bars);
	for (size_t i = 0; i + 1 < size; i++)
		assert_true(text[i] >= ' ' && text[i] < 127);
}

static void test_nothing_raw(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS; i++) {
		struct sample sample;
		size_t size;
		char *text;

		sample_make(&sample, rows[i].sample);
		for (size_t f = 0; f < sample.report.n_findings; f++) {
			struct finding *finding = &sample.report.findings[f];

			(void)snprintf(finding->what, sizeof(finding->what),
			               "a|b\n|c\033 |");
		}
		text = sample_render(&sample, "nagios", &style, &size);
		is_one_line(text, size, 1);
		free(text);
		sample_done(&sample);
	}
}

/* Warnings alone are no alarm, unless they were to be (--strict). */
static void test_strict(void **state)
{
	struct sample sample;

	(void)state;
	sample_make(&sample, "warnings");
	sample.report.exit_code = 1;
	assert_int_equal(report_nagios.status(&sample.report), 2);
	sample.report.exit_code = 3;
	assert_int_equal(report_nagios.status(&sample.report), 3);
	sample_done(&sample);
}

/* In place of a report, and for the status line alone. */
static void test_error(void **state)
{
	struct err err = { 0 };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	(void)err_set(&err, -1, "it is | wrong\n");
	err_hint(&err, "do | so");
	assert_int_equal(report_nagios.write_error(&err, out), 3);
	(void)fclose(out);
	assert_string_equal(text,
	                    "KILOFLOW UNKNOWN - it is   wrong\\x0a; do   so\n");
	is_one_line(text, size, 0);
	free(text);
}

static void test_error_without_a_hint(void **state)
{
	struct err err = { 0 };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	(void)err_set(&err, -1, "no");
	assert_int_equal(report_nagios.write_error(&err, out), 3);
	(void)fclose(out);
	assert_string_equal(text, "KILOFLOW UNKNOWN - no\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_nothing_raw),
		cmocka_unit_test(test_strict),
		cmocka_unit_test(test_error),
		cmocka_unit_test(test_error_without_a_hint),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
