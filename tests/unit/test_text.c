// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_text - what others chose is safe to show: every byte and character
 * that could do harm, and every size of the buffer.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "probes/base/text.h"
#include "tests/support/fdcheck.h"

#define N_OF(rows) (sizeof(rows) / sizeof((rows)[0]))
#define BYTES(literal) literal, sizeof(literal) - 1
#define FFFD "\xef\xbf\xbd"

static const struct {
	const char *src;
	size_t len;
	const char *escaped;
	const char *utf8; /* NULL: as src */
} rows[] = {
	{ BYTES(""), "", NULL },
	{ BYTES("iperf -P 1000"), "iperf -P 1000", NULL },
	{ BYTES("a\\b"), "a\\\\b", NULL },
	{ BYTES("\x1b[2J\n\t\r"), "\\x1b[2J\\x0a\\x09\\x0d", NULL },
	{ BYTES("a\0b"), "a\\x00b", NULL },
	{ BYTES("\x7f"), "\\x7f", NULL },
	{ BYTES("\x1f\x20\x7e"), "\\x1f ~", NULL },
	{ BYTES("\xc2\x80\xc2\x9b\xc2\x9f"), "\\u{0080}\\u{009b}\\u{009f}",
	  NULL },
	{ BYTES("\xc2\xa0\xc3\xa9"), "\xc2\xa0\xc3\xa9", NULL },
	/* overlong: "/", U+07FF, U+FFFF */
	{ BYTES("\xc0\xaf"), "\\xc0\\xaf", FFFD FFFD },
	{ BYTES("\xc1\xbf"), "\\xc1\\xbf", FFFD FFFD },
	{ BYTES("\xe0\x9f\xbf"), "\\xe0\\x9f\\xbf", FFFD FFFD FFFD },
	{ BYTES("\xf0\x8f\xbf\xbf"), "\\xf0\\x8f\\xbf\\xbf",
	  FFFD FFFD FFFD FFFD },
	/* the least of each length */
	{ BYTES("\xe0\xa0\x80"), "\xe0\xa0\x80", NULL },
	{ BYTES("\xf0\x90\x80\x80"), "\xf0\x90\x80\x80", NULL },
	/* surrogates and their neighbours */
	{ BYTES("\xed\x9f\xbf"), "\xed\x9f\xbf", NULL },
	{ BYTES("\xed\xa0\x80"), "\\xed\\xa0\\x80", FFFD FFFD FFFD },
	{ BYTES("\xed\xbf\xbf"), "\\xed\\xbf\\xbf", FFFD FFFD FFFD },
	{ BYTES("\xee\x80\x80"), "\xee\x80\x80", NULL },
	/* U+10FFFF is the last */
	{ BYTES("\xf4\x8f\xbf\xbf"), "\xf4\x8f\xbf\xbf", NULL },
	{ BYTES("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80",
	  FFFD FFFD FFFD FFFD },
	{ BYTES("\xf5\xff\xfe"), "\\xf5\\xff\\xfe", FFFD FFFD FFFD },
	/* cut off, and a stray rest */
	{ BYTES("ok\xf0\x9f\x98"), "ok\\xf0\\x9f\\x98", "ok" FFFD FFFD FFFD },
	{ BYTES("\xe2\x82x"), "\\xe2\\x82x", FFFD FFFD "x" },
	{ BYTES("\x80"), "\\x80", FFFD },
	/* reordering */
	{ BYTES("a\u202ab\u202ec"), "a\\u{202a}b\\u{202e}c", NULL },
	{ BYTES("\u2066\u2069"), "\\u{2066}\\u{2069}", NULL },
	{ BYTES("\u2027\u202f\u2065\u206a"), "\u2027\u202f\u2065\u206a", NULL },
	{ BYTES("\u2028\u2029"), "\\u{2028}\\u{2029}", NULL },
};

static void escape(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		char out[128];
		const size_t n =
			text_escape(out, sizeof(out), rows[i].src, rows[i].len);

		assert_string_equal(out, rows[i].escaped);
		assert_int_equal(n, strlen(rows[i].escaped));
	}
}

/* What is escaped already stays as it is; what is not is escaped now. */
static void safe(void **state)
{
	char out[128];

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		const char *escaped = rows[i].escaped;

		assert_int_equal(text_safe(out, sizeof(out), escaped,
		                           strlen(escaped)),
		                 strlen(escaped));
		assert_string_equal(out, escaped);
	}
	text_safe(out, sizeof(out), BYTES("\\x1b\x1b"));
	assert_string_equal(out, "\\x1b\\x1b");
}

static void utf8(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		const char *want = rows[i].utf8 ? rows[i].utf8 : rows[i].src;
		const size_t want_len =
			rows[i].utf8 ? strlen(want) : rows[i].len;
		char out[128];

		assert_int_equal(text_utf8(out, sizeof(out), rows[i].src,
		                           rows[i].len),
		                 want_len);
		assert_memory_equal(out, want, want_len + 1);
		assert_int_equal(text_is_utf8(rows[i].src, rows[i].len),
		                 rows[i].utf8 == NULL);
	}
}

/* A short buffer holds a beginning of the whole, and not one byte is lost. */
static void sizes(void **state)
{
	static size_t (*const copies[])(char *, size_t, const char *,
	                                size_t) = {
		text_escape,
		text_safe,
		text_utf8,
	};
	static const char src[] = "a\\\x1b\xc3\xa9\u202e\xff\xf0\x9f\x98\x80z";

	(void)state;
	for (size_t i = 0; i < N_OF(copies); i++) {
		char whole[128];
		const size_t len =
			copies[i](whole, sizeof(whole), src, strlen(src));
		size_t last = 0;

		for (size_t size = 1; size <= len + 1; size++) {
			char out[128];
			size_t n;

			memset(out, '#', sizeof(out));
			n = copies[i](out, size, src, strlen(src));
			assert_true(n < size && n >= last);
			assert_memory_equal(out, whole, n);
			assert_int_equal(out[n], '\0');
			assert_int_equal(out[size], '#');
			last = n;
		}
		assert_int_equal(last, len);
	}
}

/* Never half an escape, never half a character. */
static void nothing_is_cut_in_two(void **state)
{
	char out[8];

	(void)state;
	assert_int_equal(text_escape(out, 5, BYTES("a\x1b")), 1);
	assert_int_equal(text_escape(out, 6, BYTES("a\x1b")), 5);
	assert_int_equal(text_escape(out, 4, BYTES("a\xe2\x82\xac")), 1);
	assert_int_equal(text_utf8(out, 4, BYTES("a\xe2\x82\xac")), 1);
	assert_int_equal(text_utf8(out, 5, BYTES("a\xe2\x82\xac")), 4);
	assert_int_equal(text_utf8(out, 3, BYTES("\xff")), 0);
}

/* The bytes after the end would make it whole. */
static void nothing_is_read_past_the_end(void **state)
{
	char out[32];

	(void)state;
	text_escape(out, sizeof(out), "\xe2\x82\xac", 2);
	assert_string_equal(out, "\\xe2\\x82");
	text_utf8(out, sizeof(out), "\xc3\xa9", 1);
	assert_string_equal(out, FFFD);
}

static void join(void **state)
{
	char out[16] = "";

	(void)state;
	text_join(out, sizeof(out), ", ", "one");
	assert_string_equal(out, "one");
	text_join(out, sizeof(out), ", ", "two");
	assert_string_equal(out, "one, two");
	text_join(out, sizeof(out), ", ", "three");
	assert_string_equal(out, "one, two, ...");
	text_join(out, sizeof(out), ", ", "4");
	assert_string_equal(out, "one, two, ...");
}

/* There is always room left to say that there is more. */
static void join_says_when_it_cuts(void **state)
{
	char out[12] = "";

	(void)state;
	text_join(out, sizeof(out), ", ", "one");
	text_join(out, sizeof(out), ", ", "two");
	assert_string_equal(out, "one, ...");
}

static void join_never_overflows(void **state)
{
	(void)state;
	for (size_t size = 1; size <= 24; size++) {
		char out[32];

		memset(out, '#', sizeof(out));
		out[0] = '\0';
		for (int i = 0; i < 6; i++)
			text_join(out, size, ", ", "item");
		assert_true(strlen(out) < size);
		assert_int_equal(out[size], '#');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escape),
		cmocka_unit_test(safe),
		cmocka_unit_test(utf8),
		cmocka_unit_test(sizes),
		cmocka_unit_test(nothing_is_cut_in_two),
		cmocka_unit_test(nothing_is_read_past_the_end),
		cmocka_unit_test(join),
		cmocka_unit_test(join_says_when_it_cuts),
		cmocka_unit_test(join_never_overflows),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
