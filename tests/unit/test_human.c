// SPDX-License-Identifier: GPL-2.0-or-later
/* human: rounding at its boundaries, and where lines are broken. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <stdio.h>

#include "checker/report/human.h"
#include "tests/support/fdcheck.h"

static void test_bytes(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} rows[] = {
		{ 0, "0 B" },
		{ 1023, "1023 B" },
		{ 1024, "1.0 KiB" },
		{ 1048524, "1023.9 KiB" },
		{ 1048525, "1.0 MiB" },
		{ 1048576, "1.0 MiB" },
		{ 16425331200, "15.3 GiB" },
		{ UINT64_MAX, "16.0 EiB" },
	};
	char buf[HUMAN_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		human_bytes(rows[i].bytes, buf);
		assert_string_equal(buf, rows[i].text);
	}
}

static void test_us(void **state)
{
	static const struct {
		uint64_t us;
		const char *text;
	} rows[] = {
		{ 0, "0 us" },           { 999, "999 us" },
		{ 1000, "1.0 ms" },      { 999949, "999.9 ms" },
		{ 999950, "1.00 s" },    { 1034000, "1.03 s" },
		{ 15000000, "15.00 s" },
	};
	char buf[HUMAN_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		human_us(rows[i].us, buf);
		assert_string_equal(buf, rows[i].text);
	}
}

static void test_bitrate(void **state)
{
	static const struct {
		double gbit;
		const char *text;
	} rows[] = {
		{ 0, "0 Mbit/s" },         { 0.0034, "3.4 Mbit/s" },
		{ 0.0999, "99.9 Mbit/s" }, { 0.1, "0.1 Gbit/s" },
		{ 61.16, "61.2 Gbit/s" },
	};
	char buf[HUMAN_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		human_bitrate(rows[i].gbit, buf);
		assert_string_equal(buf, rows[i].text);
	}
}

typedef void wrap_fn(FILE *out, const char *text, const struct human_at *at);

static void wraps(wrap_fn *wrap, struct human_at at, const char *text,
                  const char *expected)
{
	char *got = NULL;
	size_t size;
	FILE *out = open_memstream(&got, &size);

	assert_non_null(out);
	wrap(out, text, &at);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(got, expected);
	free(got);
}

static void test_wrap(void **state)
{
	static const struct {
		struct human_at at;
		const char *text, *expected;
	} rows[] = {
		{ { 0, 0, 10 }, "", "\n" },
		{ { 0, 0, 10 }, "one", "one\n" },
		{ { 0, 0, 7 }, "one two", "one two\n" },
		{ { 0, 0, 6 }, "one two", "one\ntwo\n" },
		{ { 4, 2, 10 }, "one two three", "one\n  two\n  three\n" },
		{ { 0, 2, 5 }, "a longerword b", "a\n  longerword\n  b\n" },
		/* columns, not bytes */
		{ { 0, 0, 7 },
		  "\xc3\xa4\xc3\xa4\xc3\xa4 two",
		  "\xc3\xa4\xc3\xa4\xc3\xa4 two\n" },
		{ { 9, 3, 5 }, "first", "first\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		wraps(human_wrap, rows[i].at, rows[i].text, rows[i].expected);
}

static void test_wrap_list(void **state)
{
	(void)state;
	wraps(human_wrap_list, (struct human_at){ 0, 1, 14 }, "a 1, b 2, c 3",
	      "a 1, b 2, c 3\n");
	/* the comma counts */
	wraps(human_wrap_list, (struct human_at){ 0, 1, 8 }, "a 1, b 2, c 3",
	      "a 1,\n b 2,\n c 3\n");
	wraps(human_wrap_list, (struct human_at){ 0, 1, 9 }, "a 1, b 2, c 3",
	      "a 1, b 2,\n c 3\n");
}

static void test_paragraphs(void **state)
{
	char *got = NULL;
	size_t size;
	FILE *out = open_memstream(&got, &size);

	(void)state;
	assert_non_null(out);
	human_paragraphs(out, "one two\n\nthree", 5);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(got, "\none\ntwo\n\nthree\n");
	free(got);
}

static void test_cut(void **state)
{
	static const struct {
		const char *text;
		unsigned int wide;
		const char *cut;
	} rows[] = {
		{ "", 3, "" },
		{ "nginx", 5, "nginx" },
		{ "nginx", 4, "n..." },
		{ "nginx", 3, "..." },
		{ "\xc3\xa4\xc3\xb6\xc3\xbc", 3, "\xc3\xa4\xc3\xb6\xc3\xbc" },
		{ "\xc3\xa4\xc3\xb6\xc3\xbc\xe2\x82\xac\xc3\xa4", 4,
		  "\xc3\xa4..." },
		{ "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac", 3,
		  "..." },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[32];

		(void)snprintf(text, sizeof(text), "%s", rows[i].text);
		human_cut(text, rows[i].wide);
		assert_string_equal(text, rows[i].cut);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_us),
		cmocka_unit_test(test_bitrate),
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_wrap_list),
		cmocka_unit_test(test_paragraphs),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
