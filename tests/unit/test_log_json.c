// SPDX-License-Identifier: GPL-2.0-or-later
/* The members of JSON objects, as they come. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/err.h"
#include "probes/logs/log_json.h"
#include "tests/support/fdcheck.h"

/* "name=value " */
static int note(void *to, const char *name, const json_t *value,
                struct err *err)
{
	char *said = to;
	const size_t len = strlen(said);
	char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);

	(void)snprintf(said + len, 256 - len, "%s=%s ", name, text);
	free(text);
	return strcmp(name, "stop") ? 0 : err_set(err, -ECANCELED, "stop");
}

static int feed(const char *bytes, size_t len, size_t piece,
                char said[static 256], bool *ret_open, struct err *err)
{
	struct log_json json = { .array = "list", .member = note, .to = said };
	int rc = 0;

	said[0] = '\0';
	for (size_t at = 0; !rc && at < len; at += piece)
		rc = log_json_feed(&json, bytes + at,
		                   len - at < piece ? len - at : piece, err);
	*ret_open = log_json_is_open(&json);
	log_json_done(&json);
	return rc;
}

static void test_members(void **state)
{
	static const struct {
		const char *text, *said;
		bool is_open;
	} rows[] = {
		{ "", "", false },
		{ "{}", "", false },
		{ "{ \"a\" : 1 , \"b\" : [ 2, {} ] }", "a=1 b=[2,{}] ", false },
		{ "{\"a\":1}\n{\"b\":2}", "a=1 b=2 ", false },
		{ "x: \"{\"a\":1} iperf3: interrupt\n{}", "a=1 ", false },
		{ "{\"list\":[1,[2],{\"list\":[3]}]}",
		  "list=1 list=[2] list={\"list\":[3]} ", false },
		{ "{\"list\":[],\"a\":{\"list\":[]}}", "a={\"list\":[]} ",
		  false },
		{ "{\"list\":{\"a\":[]},\"list\":7}", "list={\"a\":[]} list=7 ",
		  false },
		{ "{\"a\":\"}]\\\",{:\\\\\",\"b\":\" c \"}",
		  "a=\"}]\\\",{:\\\\\" b=\" c \" ", false },
		{ "{\"a name of seventeen\":1}", "=1 ", false },
		{ "{\"a\":1,\"b\":[2", "a=1 ", true },
		{ "{\"list\":[1,2", "list=1 ", true },
		{ "{\"a\":\"}", "", true },
	};

	(void)state;
	for (size_t i = 0; i < 2 * (sizeof(rows) / sizeof(rows[0])); i++) {
		const char *text = rows[i / 2].text;
		struct err err = { 0 };
		char said[256];
		bool is_open;

		assert_int_equal(feed(text, strlen(text), i % 2 ? 1 : 99, said,
		                      &is_open, &err),
		                 0);
		assert_string_equal(said, rows[i / 2].said);
		assert_int_equal(is_open, rows[i / 2].is_open);
	}
}

static void test_refused(void **state)
{
	static const struct {
		const char *text, *what;
		int rc;
	} rows[] = {
		{ "{]", "a bracket that none opened", -EBADMSG },
		{ "{\"list\":[}", "a bracket that none opened", -EBADMSG },
		{ "{\"a\"}", "a name without a value", -EBADMSG },
		{ "{1:2}", "a member without a name", -EBADMSG },
		{ "{:2}", "a member without a name", -EBADMSG },
		{ "{\"a\":[}]}", "a bracket that none opened", -EBADMSG },
		{ "{\"a\":[},", "unexpected token near '}'", -EBADMSG },
		{ "{\"a\":1:2}", "end of file expected near ':'", -EBADMSG },
		{ "{\"a\":\"\xff\"}", "unable to decode byte 0xff near '\"'",
		  -EBADMSG },
		{ "{\"list\":1[2]}", "end of file expected near '['",
		  -EBADMSG },
		{ "{\"stop\":1,]", "stop", -ECANCELED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err = { 0 };
		char said[256];
		bool is_open;

		assert_int_equal(feed(rows[i].text, strlen(rows[i].text), 99,
		                      said, &is_open, &err),
		                 rows[i].rc);
		if (!strstr(err.what, rows[i].what))
			fail_msg("%s: %s", rows[i].text, err.what);
	}
}

/* Blanks are not kept, and of what is there is an end. */
static void test_huge(void **state)
{
	const size_t len = ((size_t)16 << 20) + 64;
	char *text = malloc(len);
	char said[256];
	bool is_open;

	(void)state;
	assert_non_null(text);
	for (int i = 0; i < 2; i++) {
		struct err err = { 0 };

		(void)memset(text, i ? '1' : ' ', len);
		(void)memcpy(text, "{\"a\":", 5);
		(void)memcpy(text + len - 2, "1}", 2);
		assert_int_equal(feed(text, len, len, said, &is_open, &err),
		                 i ? -EFBIG : 0);
		assert_string_equal(said, i ? "" : "a=1 ");
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_huge),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
