// SPDX-License-Identifier: GPL-2.0-or-later
/* test_span - lines and words, with and without an end to them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "probes/base/span.h"
#include "tests/support/fdcheck.h"

#define N_OF(rows) (sizeof(rows) / sizeof((rows)[0]))

static struct span text(const char *s)
{
	return span_of(s, strlen(s));
}

static void lines(void **state)
{
	struct span rest = text("Tcp: a\nTcpExt: b\n\nTcp: c");
	struct span line;

	(void)state;
	assert_true(span_line(&rest, "Tcp:", &line));
	assert_true(span_is(line, " a"));
	assert_true(span_line(&rest, "Tcp:", &line));
	assert_true(span_is(line, " c"));
	assert_false(span_line(&rest, "Tcp:", &line));
	assert_ptr_equal(rest.at, rest.end);
}

static void every_line(void **state)
{
	struct span rest = text("a\n\nb");
	struct span line;

	(void)state;
	assert_true(span_line(&rest, "", &line) && span_is(line, "a"));
	assert_true(span_line(&rest, "", &line) && span_is(line, ""));
	assert_true(span_line(&rest, "", &line) && span_is(line, "b"));
	assert_false(span_line(&rest, "", &line));
}

static void prefix_beyond_the_end(void **state)
{
	struct span rest = span_of("Tcp:", 3);
	struct span line;

	(void)state;
	assert_false(span_line(&rest, "Tcp:", &line));
}

static void words(void **state)
{
	struct span rest = text(" \ta  bc\td ");
	struct span word;

	(void)state;
	assert_true(span_word(&rest, &word) && span_is(word, "a"));
	assert_true(span_word(&rest, &word) && span_is(word, "bc"));
	assert_true(span_word(&rest, &word) && span_is(word, "d"));
	assert_false(span_word(&rest, &word));
	assert_false(span_word(&rest, &word));
}

static void is(void **state)
{
	(void)state;
	assert_true(span_is(text(""), ""));
	assert_false(span_is(text("a"), ""));
	assert_false(span_is(text("a"), "ab"));
	assert_false(span_is(text("ab"), "a"));
	assert_false(span_is(span_of("a\0", 2), "a"));
}

static void numbers(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		int signed_rc, unsigned_rc;
	} rows[] = {
		{ "12", 2, 0, 0 },
		{ "-12", 3, 0, -EINVAL },
		{ "18446744073709551615", 20, -ERANGE, 0 },
		{ "18446744073709551616", 20, -ERANGE, -ERANGE },
		{ "", 0, -EINVAL, -EINVAL },
		{ " 1", 2, -EINVAL, -EINVAL },
		{ "1 ", 2, -EINVAL, -EINVAL },
		{ "1x", 2, -EINVAL, -EINVAL },
		{ "1\0", 2, -EINVAL, -EINVAL },
		{ "1\n", 2, -EINVAL, -EINVAL },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		const struct span span = span_of(rows[i].bytes, rows[i].len);
		int64_t i64;
		uint64_t u64;

		assert_int_equal(span_i64(span, &i64), rows[i].signed_rc);
		assert_int_equal(span_u64(span, &u64), rows[i].unsigned_rc);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(every_line),
		cmocka_unit_test(prefix_beyond_the_end),
		cmocka_unit_test(words),
		cmocka_unit_test(is),
		cmocka_unit_test(numbers),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
