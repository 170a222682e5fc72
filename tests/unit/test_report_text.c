// SPDX-License-Identifier: GPL-2.0-or-later
/* The text report, byte for byte, and what must hold for every one of them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/fdcheck.h"
#include "tests/support/golden.h"
#include "tests/support/reports.h"

static const struct {
	const char *sample, *golden;
	struct report_style style;
} rows[] = {
	{ "ready", "ready.txt", { .width = 80 } },
	{ "ready", "ready-verbose.txt", { .width = 80, .verbose = true } },
	{ "ready", "ready-color.txt", { .width = 80, .color = true } },
	{ "ready", "ready-wide.txt", { .width = 132 } },
	{ "warnings", "warnings.txt", { .width = 80 } },
	{ "origin", "origin.txt", { .width = 80 } },
	{ "origin", "origin-narrow.txt", { .width = 40 } },
	{ "origin", "origin-quiet.txt", { .width = 80, .quiet = true } },
	{ "origin", "origin-verbose.txt", { .width = 80, .verbose = true } },
	{ "policy", "policy.txt", { .width = 80 } },
	{ "broken", "broken.txt", { .width = 80 } },
	{ "fixed", "fixed.txt", { .width = 80 } },
	{ "planned", "planned.txt", { .width = 80 } },
	{ "nothing-to-fix", "nothing-to-fix.txt", { .width = 80 } },
	{ "refused", "refused.txt", { .width = 80 } },
	{ "two-hosts", "two-hosts.txt", { .width = 80 } },
	{ "unknown", "unknown.txt", { .width = 80 } },
	{ "hostile", "hostile.txt", { .width = 80 } },
	{ "namespaces", "namespaces.txt", { .width = 80 } },
	{ "incident", "incident.txt", { .width = 80 } },
	{ "incident", "incident-quiet.txt", { .width = 80, .quiet = true } },
	{ "incident", "incident-color.txt", { .width = 80, .color = true } },
	{ "incident-unknown", "incident-unknown.txt", { .width = 80 } },
	{ "incident-none", "incident-none.txt", { .width = 80 } },
	{ "namespaces",
	  "namespaces-verbose.txt",
	  { .width = 80, .verbose = true } },
	{ "sum", "sum.txt", { .width = 80 } },
	{ "sum", "sum-quiet.txt", { .width = 80, .quiet = true } },
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static void test_golden(void **state)
{
	int failed = 0;

	(void)state;
	for (size_t i = 0; i < N_ROWS; i++) {
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

/* The last line alone: what --quiet shows, and what a script reads. */
static void test_last_line(void **state)
{
	static const struct {
		const char *sample, *line;
	} lines[] = {
		{ "ready",
		  "READY   7 notes, 5 ok   in 2.4 s   details: kiloflow explain backlog.listener\n" },
		{ "warnings",
		  "READY, WITH WARNINGS   1 warning, 3 ok   in 2.4 s\n" },
		{ "origin", "NOT READY   2 failed, 3 ok   in 2.4 s\n" },
		{ "unknown",
		  "UNKNOWN   2 unknown, 1 ok   in 2.4 s   details: kiloflow explain ports.ephemeral\n" },
		{ "broken", "READY   in 2.4 s\n" },
	};
	const struct report_style style = { .width = 80 };

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		const size_t len = strlen(lines[i].line);
		struct sample sample;
		size_t size;
		char *text;

		sample_make(&sample, lines[i].sample);
		text = sample_render(&sample, "text", &style, &size);
		assert_true(size > len);
		assert_string_equal(text + size - len, lines[i].line);
		assert_int_equal(text[size - len - 1], '\n');
		free(text);
		sample_done(&sample);
	}
}

/* Printable text and line feeds, whatever a name holds. */
static void test_nothing_raw(void **state)
{
	const struct report_style style = { .width = 80, .verbose = true };

	(void)state;
	for (size_t i = 0; sample_cases[i].name; i++) {
		struct sample sample;
		size_t size;
		char *text;

		sample_make(&sample, sample_cases[i].name);
		text = sample_render(&sample, "text", &style, &size);
		for (size_t at = 0; at < size; at++)
			assert_true(text[at] == '\n' ||
			            (text[at] >= ' ' && text[at] < 127));
		free(text);
		sample_done(&sample);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_last_line),
		cmocka_unit_test(test_nothing_raw),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
