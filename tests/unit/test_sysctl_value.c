// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_sysctl_value - every row was tried on Linux 6.18: what a sysctl holds
 * after a text was written to it
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "probes/sysctl_value.h"
#include "tests/support/fdcheck.h"

#define N_OF(rows) (sizeof(rows) / sizeof((rows)[0]))

static struct span span(const char *text)
{
	return span_of(text, strlen(text));
}

/* What @id holds when @before and then @text was written; "" for refused. */
static void expect(enum sysctl_id id, const char *before, const char *text,
                   const char *after)
{
	const struct sysctl_desc *desc = sysctl_desc(id);
	struct sysctl_value value = { 0 };
	char shown[64];

	print_message("%s <- '%s'\n", desc->key, text);
	assert_true(sysctl_value_write(desc, span(before), &value));
	assert_int_equal(sysctl_value_write(desc, span(text), &value),
	                 after[0] != '\0');
	sysctl_value_format(desc, &value, shown, sizeof(shown));
	assert_string_equal(shown, after[0] ? after : before);
}

static void one_number(void **state)
{
	static const struct {
		const char *text, *after;
	} rows[] = {
		{ "100", "100" },
		{ "0x64", "100" },
		{ "0X64", "100" },
		{ "0144", "100" },
		{ "0", "0" },
		{ "-0", "0" },
		{ " 100", "100" },
		{ "\t100 ", "100" },
		{ "\f\v100", "100" },
		{ "100 # why", "100" },
		{ "100\tabc", "100" },
		{ "100 200", "100" },
		{ "2147483647", "2147483647" },
		{ "00000000000000000100", "64" },
		/* refused */
		{ "000000000000000000100", "" },
		{ "-00000000000000000000", "" },
		{ "100#why", "" },
		{ "100;", "" },
		{ "100\r", "" },
		{ "100\f", "" },
		{ "100\v", "" },
		{ "+100", "" },
		{ "-1", "" },
		{ "--1", "" },
		{ "- 1", "" },
		{ "-", "" },
		{ "", "" },
		{ " ", "" },
		{ "\"100\"", "" },
		{ "1e3", "" },
		{ "0x", "" },
		{ "0xg", "" },
		{ "08", "" },
		{ "0b11", "" },
		{ "1,2", "" },
		{ "2147483648", "" },
		{ "18446744073709551616", "" },
		{ "18446744073709551716", "" },
		{ "0xFFFFFFFFFFFFFFFF", "" },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++)
		expect(SYSCTL_SOMAXCONN, "7", rows[i].text, rows[i].after);
	expect(SYSCTL_SYNCOOKIES, "1", "255", "255");
	expect(SYSCTL_SYNCOOKIES, "1", "256", "");
	expect(SYSCTL_SYN_RETRIES, "1", "0", "");
	expect(SYSCTL_MAX_TW_BUCKETS, "1", "-1", "-1");
}

static void two_numbers(void **state)
{
	static const struct {
		const char *text, *after;
	} rows[] = {
		{ "2000 3000", "2000 3000" },
		{ "2000\t3000", "2000 3000" },
		{ "0x2000 0x3000", "8192 12288" },
		{ "2000 2000", "2000 2000" },
		{ "2000", "2000 20000" },
		{ "2000 3000 4000", "2000 3000" },
		{ "2000 3000 # why", "2000 3000" },
		/* refused, and nothing of them is taken */
		{ "2000 abc", "" },
		{ "2000 3000#", "" },
		{ "2000 70000", "" },
		{ "3000 2000", "" },
		{ "30000", "" },
		{ "2000-3000", "" },
		{ "2000,3000", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++)
		expect(SYSCTL_PORT_RANGE, "10000 20000", rows[i].text,
		       rows[i].after);
}

/* The kernel takes what stands before the mistake. */
static void three_numbers(void **state)
{
	static const struct {
		const char *text, *after;
	} rows[] = {
		{ "8192 9000 10000", "8192 9000 10000" },
		{ "8192", "8192 5000 6000" },
		{ "8192 9000", "8192 9000 6000" },
		{ "8192 abc", "8192 5000 6000" },
		{ "8192 0 9", "8192 5000 6000" },
		{ "8192 9000 x", "8192 9000 6000" },
		{ "1 2 3 4", "1 2 3" },
		{ "0 1 1", "" },
		{ "x", "" },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++)
		expect(SYSCTL_TCP_RMEM, "4096 5000 6000", rows[i].text,
		       rows[i].after);
}

static void what_was_not_written_is_not_known(void **state)
{
	const struct sysctl_desc *rmem = sysctl_desc(SYSCTL_TCP_RMEM);
	struct sysctl_value value = { 0 };
	char shown[64];

	(void)state;
	assert_true(sysctl_value_write(rmem, span("8192"), &value));
	assert_int_equal(value.n, 1);
	sysctl_value_format(rmem, &value, shown, sizeof(shown));
	assert_string_equal(shown, "8192");
	assert_true(sysctl_value_is(rmem, &value, "8192\t1\t2\n", 9));
	assert_false(sysctl_value_is(rmem, &value, "8193\t1\t2\n", 9));
	assert_false(sysctl_value_is(rmem, &value, "junk\n", 5));
	assert_true(sysctl_value_write(rmem, span("1 2"), &value));
	assert_int_equal(value.n, 2);
	assert_true(sysctl_value_write(rmem, span("5"), &value));
	assert_int_equal(value.n, 2);
	sysctl_value_format(rmem, &value, shown, sizeof(shown));
	assert_string_equal(shown, "5 2");
	sysctl_value_format(rmem, &value, shown, 3);
	assert_string_equal(shown, "5 ");
}

static void ports(void **state)
{
	static const struct {
		const char *text;
		int ports; /* -1: refused */
	} rows[] = {
		{ "1,2", 2 },       { "1-5,8", 6 },       { "1,2,", 2 },
		{ "0x10", 1 },      { "010", 1 },         { "", 0 },
		{ "65535", 1 },     { "0-65535", 65536 }, { "1-5,3-8", 8 },
		{ "1, 2", -1 },     { "1 2", -1 },        { "5-3", -1 },
		{ "10 # why", -1 }, { "65536", -1 },      { ",1", -1 },
		{ "1,,2", -1 },     { " 1", -1 },         { "1-", -1 },
		{ "1-2-3", -1 },    { "-1", -1 },         { "1\t2", -1 },
		{ "1;2", -1 },      { "1-2x", -1 },
	};
	const struct sysctl_desc *desc = sysctl_desc(SYSCTL_RESERVED_PORTS);

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct sysctl_value value = { 0 };

		print_message("'%s'\n", rows[i].text);
		assert_int_equal(sysctl_value_write(desc, span(rows[i].text),
		                                    &value),
		                 rows[i].ports >= 0);
		if (rows[i].ports < 0)
			continue;
		assert_int_equal(value.v[0], rows[i].ports);
		assert_true(sysctl_value_equal(desc, &value, &value));
	}
}

static void the_same_ports_in_other_words(void **state)
{
	const struct sysctl_desc *desc = sysctl_desc(SYSCTL_RESERVED_PORTS);
	struct sysctl_value a = { 0 };
	struct sysctl_value b = { 0 };

	(void)state;
	assert_true(sysctl_value_write(desc, span("3,1,2"), &a));
	assert_true(sysctl_value_write(desc, span("0x1-3"), &b));
	assert_true(sysctl_value_equal(desc, &a, &b));
	assert_true(sysctl_value_is(desc, &a, "1-3\n", 4));
	assert_true(sysctl_value_is(desc, &a, "1-3", 3));
	assert_false(sysctl_value_is(desc, &a, "1-2,4\n", 6));
	assert_false(sysctl_value_is(desc, &a, "1-3 \n", 5));
}

static void words(void **state)
{
	const struct sysctl_desc *desc = sysctl_desc(SYSCTL_CONGESTION_CONTROL);
	struct sysctl_value value = { 0 };
	struct sysctl_value other = { 0 };

	(void)state;
	expect(SYSCTL_CONGESTION_CONTROL, "bbr", "reno", "reno");
	expect(SYSCTL_CONGESTION_CONTROL, "bbr", "fifteen-letters",
	       "fifteen-letters");
	expect(SYSCTL_CONGESTION_CONTROL, "bbr", "sixteen--letters", "");
	expect(SYSCTL_CONGESTION_CONTROL, "bbr", "reno # why", "");
	expect(SYSCTL_CONGESTION_CONTROL, "bbr", "reno ", "");
	expect(SYSCTL_CONGESTION_CONTROL, "bbr", " reno", "");
	expect(SYSCTL_CONGESTION_CONTROL, "bbr", "", "");
	assert_true(sysctl_value_write(desc, span("bbr"), &value));
	assert_true(sysctl_value_is(desc, &value, "bbr\n", 4));
	assert_false(sysctl_value_is(desc, &value, "bbr2\n", 5));
	assert_true(sysctl_value_write(desc, span("reno"), &other));
	assert_false(sysctl_value_equal(desc, &value, &other));
}

static void what_can_only_be_read(void **state)
{
	struct sysctl_value value = { 0 };

	(void)state;
	assert_false(sysctl_value_write(sysctl_desc(SYSCTL_FILE_NR),
	                                span("1 2 3"), &value));
	assert_false(sysctl_value_write(
		sysctl_desc(SYSCTL_AVAILABLE_CONGESTION_CONTROL), span("bbr"),
		&value));
}

/* A fact, as a file would have to say it. */
static void facts_are_values(void **state)
{
	static const struct {
		enum sysctl_id id;
		struct sysctl_fact fact;
		const char *text;
	} rows[] = {
		{ SYSCTL_SOMAXCONN, { FACT_KNOWN, { 5 }, "" }, "5" },
		{ SYSCTL_PORT_RANGE, { FACT_KNOWN, { 5, 6 }, "" }, "5 6" },
		{ SYSCTL_TCP_MEM, { FACT_KNOWN, { 5, 6, 7 }, "" }, "5 6 7" },
		{ SYSCTL_RESERVED_PORTS, { FACT_KNOWN, { 2 }, "5-6" }, "5-6" },
		{ SYSCTL_DEFAULT_QDISC, { FACT_KNOWN, { 0 }, "fq" }, "fq" },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		const struct sysctl_desc *desc = sysctl_desc(rows[i].id);
		const struct sysctl_value value =
			sysctl_value_of(desc, &rows[i].fact);
		char shown[64];

		sysctl_value_format(desc, &value, shown, sizeof(shown));
		assert_string_equal(shown, rows[i].text);
	}
}

static void equal_numbers(void **state)
{
	static const struct {
		const char *a, *b;
		int equal;
	} rows[] = {
		{ "4096 5000 6000", "0x1000\t5000 6000 # why", 1 },
		{ "4096 5000 6000", "4096 5000 6001", 0 },
		{ "4096 5000 6000", "4096 5000", 0 },
		{ "4096", "010000", 1 },
	};
	const struct sysctl_desc *desc = sysctl_desc(SYSCTL_TCP_RMEM);

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct sysctl_value a = { 0 };
		struct sysctl_value b = { 0 };

		assert_true(sysctl_value_write(desc, span(rows[i].a), &a));
		assert_true(sysctl_value_write(desc, span(rows[i].b), &b));
		assert_int_equal(sysctl_value_equal(desc, &a, &b),
		                 rows[i].equal);
	}
}

static void more_of_two(void **state)
{
	static const struct {
		enum sysctl_id id;
		const char *a, *b, *more;
	} rows[] = {
		{ SYSCTL_SOMAXCONN, "128", "4096", "4096" },
		{ SYSCTL_SOMAXCONN, "4096", "128", "4096" },
		{ SYSCTL_SOMAXCONN, "128", "128", "128" },
		{ SYSCTL_PORT_RANGE, "2000 3000", "1024 4000", "1024 4000" },
		{ SYSCTL_PORT_RANGE, "1024 4000", "2000 3000", "1024 4000" },
		{ SYSCTL_PORT_RANGE, "1024 3000", "2000 4000", "1024 4000" },
		{ SYSCTL_TCP_RMEM, "1 20 3", "10 2 30", "10 20 30" },
		/* none is more than another */
		{ SYSCTL_SYNCOOKIES, "2", "1", "1" },
		{ SYSCTL_SYNCOOKIES, "1", "2", "2" },
		{ SYSCTL_DEFAULT_QDISC, "fq", "sfq", "sfq" },
		{ SYSCTL_RESERVED_PORTS, "80-90", "8080", "8080" },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		const struct sysctl_desc *desc = sysctl_desc(rows[i].id);
		struct sysctl_value a = { 0 };
		struct sysctl_value b = { 0 };
		struct sysctl_value more;
		char text[64];

		assert_true(sysctl_value_write(
			desc, span_of(rows[i].a, strlen(rows[i].a)), &a));
		assert_true(sysctl_value_write(
			desc, span_of(rows[i].b, strlen(rows[i].b)), &b));
		more = sysctl_value_more(desc, &a, &b);
		sysctl_value_format(desc, &more, text, sizeof(text));
		assert_string_equal(text, rows[i].more);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_number),
		cmocka_unit_test(two_numbers),
		cmocka_unit_test(three_numbers),
		cmocka_unit_test(what_was_not_written_is_not_known),
		cmocka_unit_test(ports),
		cmocka_unit_test(the_same_ports_in_other_words),
		cmocka_unit_test(words),
		cmocka_unit_test(what_can_only_be_read),
		cmocka_unit_test(facts_are_values),
		cmocka_unit_test(equal_numbers),
		cmocka_unit_test(more_of_two),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
