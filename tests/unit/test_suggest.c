// SPDX-License-Identifier: GPL-2.0-or-later
/* suggest: what is near enough to be offered, and in which order. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "checker/cli/suggest.h"
#include "tests/support/fdcheck.h"

static void test_words(void **state)
{
	static const char *const names[] = { "flows", "burst",
		                             "port",  "net.core.somaxconn",
		                             "load",  "no-load",
		                             "list",  "listeners" };
	static const struct {
		const char *word, *words;
	} rows[] = {
		{ "flow", "did you mean --flows?" },
		{ "folws", "did you mean --flows?" },
		{ "flows", "did you mean --flows?" },
		{ "somaxconn", "did you mean --net.core.somaxconn?" },
		/* the nearest first; then what only holds the word */
		{ "load", "did you mean --load or --no-load?" },
		{ "list", "did you mean --list or --listeners?" },
		{ "xyzzy", "nothing" },
		{ "", "nothing" },
		{ "x", "nothing" },
		{ "pt", "nothing" },
	};
	char buf[128];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct suggest suggest = suggest_for(rows[i].word, "--");

		for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++)
			suggest_offer(&suggest, names[n]);
		assert_string_equal(suggest_words(&suggest, buf, sizeof(buf),
		                                  "nothing"),
		                    rows[i].words);
	}
}

/* Three at the most, however many are near. */
static void test_many(void **state)
{
	struct suggest suggest = suggest_for("word5", "");
	char buf[64];
	char tiny[16];

	(void)state;
	suggest_offer(&suggest, "word1");
	suggest_offer(&suggest, "word2");
	suggest_offer(&suggest, "word3");
	suggest_offer(&suggest, "word4");
	suggest_offer(&suggest, "word5");
	assert_string_equal(suggest_words(&suggest, buf, sizeof(buf), ""),
	                    "did you mean word5, word1 or word2?");
	assert_true(strlen(suggest_words(&suggest, tiny, sizeof(tiny), "")) <
	            sizeof(tiny));
}

/* Names that are longer than the matrix has room for. */
static void test_long(void **state)
{
	char name[200] = "";
	struct suggest suggest = suggest_for(name, "");

	(void)state;
	(void)memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	suggest_offer(&suggest, name);
	suggest_offer(&suggest, "a");
	assert_null(suggest.near[0]);
	name[63] = '\0';
	suggest_offer(&suggest, name);
	assert_ptr_equal(suggest.near[0], name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
