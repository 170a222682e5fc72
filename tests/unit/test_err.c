// SPDX-License-Identifier: GPL-2.0-or-later
/* test_err - the first failure wins, and nothing is written past the end. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "probes/base/err.h"
#include "tests/support/fdcheck.h"

static void first_failure_wins(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(err_set(&err, -ENOENT, "cannot read %s", "x"),
	                 -ENOENT);
	assert_int_equal(err_set(&err, -EPERM, "later"), -EPERM);
	assert_int_equal(err.code, -ENOENT);
	assert_string_equal(err.what, "cannot read x");
	err_hint(&err, "use %d", 1);
	err_hint(&err, "use 2");
	assert_string_equal(err.hint, "use 1");
}

static void nobody_needs_words(void **state)
{
	(void)state;
	assert_int_equal(err_set(NULL, -EIO, "unheard"), -EIO);
	err_hint(NULL, "unheard");
}

static void long_words_are_cut(void **state)
{
	struct err err = { 0 };
	char words[1024];

	(void)state;
	memset(words, 'w', sizeof(words));
	words[sizeof(words) - 1] = '\0';
	err_set(&err, -EIO, "%s", words);
	err_hint(&err, "%s", words);
	assert_int_equal(strlen(err.what), sizeof(err.what) - 1);
	assert_int_equal(strlen(err.hint), sizeof(err.hint) - 1);
}

static void names(void **state)
{
	(void)state;
	assert_string_equal(err_name(-ECONNRESET), "ECONNRESET");
	assert_string_equal(err_name(ECONNRESET), "ECONNRESET");
	assert_string_equal(err_name(4095), "errno?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_failure_wins),
		cmocka_unit_test(nobody_needs_words),
		cmocka_unit_test(long_words_are_cut),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
