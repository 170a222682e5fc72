// SPDX-License-Identifier: GPL-2.0-or-later
/* test_hex_table - hexadecimal numbers, and columns found by their names. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/hex_table.h"
#include "tests/support/fdcheck.h"
#include "tests/support/fixture.h"

static void numbers(void **state)
{
	static const struct {
		const char *text;
		int rc;
		uint64_t value;
	} rows[] = {
		{ "0", 0, 0 },
		{ "00000105", 0, 0x105 },
		{ "abcdefAF09", 0, 0xabcdefaf09 },
		{ "ffffffffffffffff", 0, UINT64_MAX },
		{ "0000000000000000000001", 0, 1 },
		{ "10000000000000000", -ERANGE, 7 },
		{ "", -EINVAL, 7 },
		{ "0x1", -EINVAL, 7 },
		{ "1 ", -EINVAL, 7 },
		{ "-1", -EINVAL, 7 },
		{ "g", -EINVAL, 7 },
		{ "@", -EINVAL, 7 },
		{ "`", -EINVAL, 7 },
		{ "G", -EINVAL, 7 },
		{ "/", -EINVAL, 7 },
		{ ":", -EINVAL, 7 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *text = rows[i].text;
		uint64_t value = 7;

		print_message("\"%s\"\n", text);
		assert_int_equal(hex_u64(span_of(text, strlen(text)), &value),
		                 rows[i].rc);
		assert_int_equal(value, rows[i].value);
	}
}

static void columns(void **state)
{
	static const struct {
		const char *text;
		const char *name;
		int rc;
		uint64_t sum, first;
	} rows[] = {
		{ "a b\n1 2\n3 4\n", "a", 0, 4, 1 },
		{ "a b\n1 2\n3 4\n", "b", 0, 6, 2 },
		{ "a b\n1 2\n3 4", "b", 0, 6, 2 },
		{ "a  b\n10\t  2\n", "a", 0, 16, 16 },
		{ "a a\n1 2\n", "a", 0, 1, 1 },
		{ "a b\n1 2\n", "c", -ENOENT, 0, 0 },
		{ "a b\n1 2\n", "", -ENOENT, 0, 0 },
		{ "ab\n1\n", "a", -ENOENT, 0, 0 },
		{ "", "a", -ENOENT, 0, 0 },
		{ "a\n", "a", -EBADMSG, 0, 0 },
		{ "a b\n1\n", "a", -EBADMSG, 0, 0 },
		{ "a b\n1 2 3\n", "a", -EBADMSG, 0, 0 },
		{ "a b\n1 2\n\n", "a", -EBADMSG, 0, 0 },
		{ "a b\nx 2\n", "a", -EBADMSG, 0, 0 },
		/* what nobody asked for may be anything */
		{ "a b\nx 2\n", "b", 0, 2, 2 },
		{ "a\nffffffffffffffff\n1\n", "a", -EBADMSG, 0, 0 },
		{ "a\nffffffffffffffff\n0\n", "a", 0, UINT64_MAX, UINT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hex_column column;
		const int rc =
			hex_table_column(rows[i].text, strlen(rows[i].text),
		                         rows[i].name, &column);

		print_message("%s\n", rows[i].text);
		assert_int_equal(rc, rows[i].rc);
		if (rc)
			continue;
		assert_int_equal(column.sum, rows[i].sum);
		assert_int_equal(column.first, rows[i].first);
	}
}

static void real_files(void **state)
{
	struct hex_column column;
	size_t len;
	char *bytes = fixture_bytes("hex_table/nf_conntrack", &len);

	(void)state;
	assert_int_equal(hex_table_column(bytes, len, "drop", &column), 0);
	assert_int_equal(column.sum, 30);
	assert_int_equal(hex_table_column(bytes, len, "entries", &column), 0);
	assert_int_equal(column.first, 0x105);
	/* the name of another column ends like this one */
	assert_int_equal(hex_table_column(bytes, len, "early_drop", &column),
	                 0);
	assert_int_equal(column.sum, 7);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(columns),
		cmocka_unit_test(real_files),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
