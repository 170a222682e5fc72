// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The JSON report, byte for byte, and what must hold for every one of them.
 * That the schema accepts it, tests/host shows.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "checker/report/json_value.h"
#include "tests/support/fdcheck.h"
#include "tests/support/golden.h"
#include "tests/support/reports.h"

static const struct report_style style = { .width = 80 };

static void test_golden(void **state)
{
	int failed = 0;

	(void)state;
	for (size_t i = 0; sample_cases[i].name; i++) {
		struct sample sample;
		char name[64];
		size_t size;
		char *text;

		sample_make(&sample, sample_cases[i].name);
		text = sample_render(&sample, "json", &style, &size);
		(void)snprintf(name, sizeof(name), "%s.json",
		               sample_cases[i].name);
		failed += golden_check(name, text, size);
		free(text);
		sample_done(&sample);
	}
	assert_int_equal(failed, 0);
}

/* The same keys for every command, and one document with a line feed. */
static void test_shape(void **state)
{
	static const char *const keys[] = {
		"capacity", "causes",   "command", "exit_code", "failed",
		"findings", "fix",      "goal",    "host",      "listeners",
		"load",     "observed", "peers",   "schema",    "seconds",
		"sum",      "taken_at", "tool",    "verdict"
	};
	const size_t n_keys = sizeof(keys) / sizeof(keys[0]);

	(void)state;
	for (size_t i = 0; sample_cases[i].name; i++) {
		struct sample sample;
		json_t *document;
		size_t size;
		char *text;

		sample_make(&sample, sample_cases[i].name);
		text = sample_render(&sample, "json", &style, &size);
		assert_int_equal(text[size - 1], '\n');
		for (size_t at = 0; at < size; at++)
			assert_true(text[at] == '\n' ||
			            (text[at] >= ' ' && text[at] <= '~'));
		document = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
		assert_non_null(document);
		assert_int_equal(json_object_size(document), n_keys);
		for (size_t k = 0; k < n_keys; k++)
			assert_non_null(json_object_get(document, keys[k]));
		assert_int_equal(json_integer_value(json_object_get(
					 document, "exit_code")),
		                 sample.report.exit_code);
		json_decref(document);
		free(text);
		sample_done(&sample);
	}
}

/* Numbers where a reader computes, text where it is none. */
static void test_remedy_numbers(void **state)
{
	static const struct {
		const char *to;
		bool integer;
	} rows[] = {
		{ "4096", true },
		{ "-1", true },
		{ "0", true },
		{ "4096 16384 4194304", false },
		{ "32768-60999", false },
		{ " 1", false },
		{ "1 ", false },
		{ "cubic", false },
		{ "9223372036854775808", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct finding *finding;
		struct sample sample;
		json_t *document;
		json_t *to;
		size_t size;
		char *text;

		sample_make(&sample, "origin");
		finding = sample.report.findings;
		while (finding->remedy.kind == REMEDY_NONE)
			finding++;
		(void)snprintf(finding->remedy.to, sizeof(finding->remedy.to),
		               "%s", rows[i].to);
		text = sample_render(&sample, "json", &style, &size);
		document = json_loads(text, 0, NULL);
		assert_non_null(document);
		to = json_object_get(
			json_object_get(
				json_array_get(
					json_object_get(document, "findings"),
					(size_t)(finding -
		                                 sample.report.findings)),
				"remedy"),
			"to");
		assert_int_equal(json_is_integer(to), rows[i].integer);
		assert_int_equal(json_is_string(to), !rows[i].integer);
		json_decref(document);
		free(text);
		sample_done(&sample);
	}
}

/* What JSON cannot say is null, never something else. */
static void test_values(void **state)
{
	json_t *value;

	(void)state;
	value = jv_real(0.0 / 0.0);
	assert_true(json_is_null(value));
	value = jv_real(1e308 * 10);
	assert_true(json_is_null(value));
	value = jv_u64(UINT64_MAX);
	assert_true(json_is_null(value));
	value = jv_u64(INT64_MAX);
	assert_true(json_integer_value(value) == INT64_MAX);
	json_decref(value);
	value = jv_fact((struct fact_u64){ .value = 7, .state = FACT_DENIED });
	assert_true(json_is_null(value));
	value = jv_text("");
	assert_true(json_is_null(value));
	value = jv_text("a\xff");
	assert_string_equal(json_string_value(value), "a\xef\xbf\xbd");
	json_decref(value);
	assert_null(jv_object((const struct jv_pair[]){
		{ "first", NULL },
		{ "second", json_null() },
		{ NULL, NULL },
	}));
	assert_null(jv_append(json_array(), NULL));
	assert_null(jv_append(NULL, json_null()));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_shape),
		cmocka_unit_test(test_remedy_numbers),
		cmocka_unit_test(test_values),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
