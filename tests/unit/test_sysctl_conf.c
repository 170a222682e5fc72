// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_sysctl_conf - lines, assignments and keys, as each loader reads them.
 * tests/host/drift.sh asks the loaders themselves.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/sysctl_conf.h"
#include "tests/support/fdcheck.h"

#define N_OF(rows) (sizeof(rows) / sizeof((rows)[0]))
#define BYTES(literal) literal, sizeof(literal) - 1
#define SYSTEMD SYSCTL_LOADER_SYSTEMD
#define PROCPS SYSCTL_LOADER_PROCPS

/* Append @text to @buf, and @end to that. */
static void append(char *buf, size_t size, struct span text, const char *end)
{
	const size_t used = strlen(buf);

	(void)snprintf(buf + used, size - used, "%.*s%s",
	               (int)(text.end - text.at), text.at, end);
}

/* Each line with its number: "1:a|2:b|" */
static void lines_end(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *systemd, *procps;
	} rows[] = {
		{ BYTES(""), "", "" },
		{ BYTES("a"), "1:a|", "1:a|" },
		{ BYTES("a\n"), "1:a|", "1:a|" },
		{ BYTES("a\nb"), "1:a|2:b|", "1:a|2:b|" },
		{ BYTES("\n\nb\n"), "1:|2:|3:b|", "1:|2:|3:b|" },
		{ BYTES("a\r\nb\r\n"), "1:a|2:b|", "1:a\r|2:b\r|" },
		{ BYTES("a\r\n\r\nb"), "1:a|2:|3:b|", "1:a\r|2:\r|3:b|" },
		{ BYTES("a\rb\nc"), "1:a|1:b|2:c|", "1:a\rb|2:c|" },
		{ BYTES("a\n\rb"), "1:a|2:b|", "1:a|2:\rb|" },
		{ BYTES("a\0b\nc"), "1:a|1:b|2:c|", "1:a|2:c|" },
		{ BYTES("a\n\0b"), "1:a|2:b|", "1:a|2:|" },
		{ BYTES("a\0\0b"), "1:a|1:|1:b|", "1:a|" },
		{ BYTES("a\0\nb"), "1:a|1:|2:b|", "1:a|2:b|" },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		for (enum sysctl_loader l = 0; l < SYSCTL_LOADER_COUNT; l++) {
			struct sysctl_conf_reader reader = {
				.rest = span_of(rows[i].bytes, rows[i].len),
			};
			char found[64] = "";
			struct span line;

			while (sysctl_conf_line(l, &reader, &line)) {
				char number[16];

				(void)snprintf(number, sizeof(number),
				               "%u:", reader.number);
				strcat(found, number);
				append(found, sizeof(found), line, "|");
			}
			assert_string_equal(found, l == SYSTEMD
			                                   ? rows[i].systemd
			                                   : rows[i].procps);
		}
	}
}

/* systemd stops at a line of 1 MiB, and reads one that is a byte shorter. */
static void long_lines(void **state)
{
	const size_t limit = 1U << 20;
	char *bytes = malloc(limit + 3);

	(void)state;
	assert_non_null(bytes);
	for (size_t len = limit - 1; len <= limit; len++) {
		struct sysctl_conf_reader systemd = { 0 };
		struct sysctl_conf_reader procps;
		struct span line;

		memset(bytes, '#', len);
		memcpy(bytes + len, "\na", 2);
		systemd.rest = span_of(bytes, len + 2);
		procps = systemd;
		assert_int_equal(sysctl_conf_line(SYSTEMD, &systemd, &line),
		                 len < limit);
		assert_true(sysctl_conf_line(PROCPS, &procps, &line));
		assert_true(sysctl_conf_line(PROCPS, &procps, &line));
		assert_int_equal(*line.at, 'a');
	}
	free(bytes);
}

/* "key|value|", "key|-" for an exclusion, "" for no assignment */
static void assignments(void **state)
{
	static const struct {
		const char *line, *systemd, *procps;
	} rows[] = {
		{ "a=1", "a|1|", "a|1|" },
		{ " a\t= 1 ", "a|1|", "a|1|" },
		{ "a=1 # b", "a|1 # b|", "a|1 # b|" },
		{ "a=b=c", "a|b=c|", "a|b=c|" },
		{ "a=", "a||", "a||" },
		{ "a= ", "a||", "a||" },
		{ "=1", "|1|", "|1|" },
		{ "-a=1", "a|1|", "a|1|" },
		{ "-a", "a|-", "a|-" },
		{ " -a ", "a|-", "a|-" },
		{ "-", "|-", "|-" },
		{ "a", "", "" },
		{ "", "", "" },
		{ " ", "", "" },
		{ "#a=1", "", "" },
		{ " ;a=1", "", "" },
		/* where they differ */
		{ "- a=1", "a|1|", " a|1|" },
		{ "--a=1", "-a|1|", "a|1|" },
		{ "--a", "-a|-", "a|-" },
		{ "---a", "--a|-", "-a|-" },
		{ "a=1\f", "a|1\f|", "a|1|" },
		{ "\va=1", "\va|1|", "a|1|" },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		for (enum sysctl_loader l = 0; l < SYSCTL_LOADER_COUNT; l++) {
			struct sysctl_conf_assignment said;
			char found[64] = "";

			print_message("'%s'\n", rows[i].line);
			if (sysctl_conf_assignment(
				    l,
				    span_of(rows[i].line, strlen(rows[i].line)),
				    &said)) {
				append(found, sizeof(found), said.key, "|");
				append(found, sizeof(found), said.value,
				       said.exclude ? "-" : "|");
			}
			assert_string_equal(found, l == SYSTEMD
			                                   ? rows[i].systemd
			                                   : rows[i].procps);
		}
	}
}

static void keys(void **state)
{
	static const struct {
		const char *key, *systemd, *procps; /* "": it names none */
		bool procps_plain;
	} rows[] = {
		{ "net.core.x", "net/core/x", "net/core/x", true },
		{ "net/core/x", "net/core/x", "net/core/x", true },
		{ "net.ipv4.conf.e/1.x", "net/ipv4/conf/e.1/x",
		  "net/ipv4/conf/e.1/x", true },
		{ "net/ipv4/conf/e.1/x", "net/ipv4/conf/e.1/x",
		  "net/ipv4/conf/e.1/x", true },
		{ "x", "x", "x", true },
		{ "/net/core/x", "net/core/x", "net/core/x", false },
		{ ".net.core.x", "net/core/x", "net/core/x", false },
		{ "net//core/x", "net/core/x", "net/core/x", false },
		{ "net..core.x", "net/core/x", "net/core/x", false },
		{ "net/./core/x", "net/core/x", "net/core/x", false },
		{ "net/core/x/", "net/core/x", "", false },
		{ "net/a/../core/x", "", "net/core/x", false },
		{ "a/b/../../net/x", "", "net/x", false },
		{ "a/../../net/x", "", "", false },
		{ "../net/x", ".net.x", ".net.x", false },
		{ "net/..x/y", "net/..x/y", "net/..x/y", true },
		{ "", "", "", false },
		{ "/", "", "", false },
		{ ".", "", "", false },
		{ "..", "", "", false },
		{ "net/core/x y", "net/core/x y", "net/core/x y", true },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		const struct span key =
			span_of(rows[i].key, strlen(rows[i].key));
		struct sysctl_conf_key a = { .path = "" };
		struct sysctl_conf_key b = { .path = "" };

		print_message("'%s'\n", rows[i].key);
		assert_int_equal(sysctl_conf_key(SYSTEMD, key, &a),
		                 rows[i].systemd[0] != '\0');
		assert_int_equal(sysctl_conf_key(PROCPS, key, &b),
		                 rows[i].procps[0] != '\0');
		if (rows[i].systemd[0]) {
			assert_string_equal(a.path, rows[i].systemd);
			assert_true(a.plain);
		}
		if (rows[i].procps[0]) {
			assert_string_equal(b.path, rows[i].procps);
			assert_int_equal(b.plain, rows[i].procps_plain);
		}
	}
}

static void a_key_that_is_too_long_names_none(void **state)
{
	struct sysctl_conf_key key;
	char text[SYSCTL_CONF_KEY_SIZE];

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_true(
		sysctl_conf_key(PROCPS, span_of(text, sizeof(text) - 1), &key));
	assert_int_equal(strlen(key.path), sizeof(text) - 1);
	assert_false(
		sysctl_conf_key(PROCPS, span_of(text, sizeof(text)), &key));
}

static void globs(void **state)
{
	static const struct {
		const char *key, *path;
		bool systemd, procps;
	} rows[] = {
		{ "net.core.x", "net/core/x", true, true },
		{ "net.core.x", "net/core/y", false, false },
		{ "net.*.x", "net/core/x", true, true },
		{ "net.*", "net/core/x", false, false },
		{ "*.*.*", "net/core/x", true, true },
		{ "net.c?re.[w-x]", "net/core/x", true, true },
		{ "net.core.[!x]", "net/core/x", false, false },
		{ "net.ipv4.conf.*.x", "net/ipv4/conf/e.1/x", true, true },
		{ "net.ipv4.conf.e/*.x", "net/ipv4/conf/e.1/x", true, true },
		{ "net/ipv4/conf/e.*/x", "net/ipv4/conf/e.1/x", true, true },
		{ "net.*.[x", "net/core/x", false, false },
		{ "net.core.\\*", "net/core/x", false, false },
		{ "*", ".x", false, false },
		/* braces are only systemd's, and only beside another glob */
		{ "net.{core,ipv4}.x", "net/core/x", false, false },
		{ "net.{core,ipv4}.x*", "net/core/x", true, false },
		{ "net.{core,ipv4}.x*", "net/ipv4/x", true, false },
		{ "net.{core,ipv4}.x*", "net/ipv6/x", false, false },
		{ "net.{c{or,ar}e,y}.*", "net/care/x", true, false },
		{ "net.{core}.*", "net/core/x", true, false },
		{ "net.cor{,e}.*", "net/core/x", true, false },
		{ "net.{core.*", "net/{core/x", true, true },
		{ "net.{core.*", "net/core/x", false, false },
		{ "net.\\{a,core}.*", "net/core/x", false, false },
		{ "n{e,}t.{core,a.*", "net/core/x", false, false },
		{ "net.{a\\,b,core}.*", "net/core/x", true, false },
		{ "net.{a\\,b,core}.*", "net/b/x", false, false },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		const struct span text =
			span_of(rows[i].key, strlen(rows[i].key));
		struct sysctl_conf_key key;

		print_message("%s %s\n", rows[i].key, rows[i].path);
		assert_true(sysctl_conf_key(SYSTEMD, text, &key));
		assert_int_equal(sysctl_conf_matches(SYSTEMD, &key,
		                                     rows[i].path),
		                 rows[i].systemd);
		assert_true(sysctl_conf_key(PROCPS, text, &key));
		assert_int_equal(sysctl_conf_matches(PROCPS, &key,
		                                     rows[i].path),
		                 rows[i].procps);
	}
}

/* 2^20 alternatives: it ends, and says no. */
static void too_many_braces(void **state)
{
	char text[SYSCTL_CONF_KEY_SIZE] = "*";
	struct sysctl_conf_key key;

	(void)state;
	for (int i = 0; i < 20; i++)
		strcat(text, "{a,b}");
	assert_true(
		sysctl_conf_key(SYSTEMD, span_of(text, strlen(text)), &key));
	assert_false(sysctl_conf_matches(SYSTEMD, &key, "net/core/x"));
}

static void loaders_have_names(void **state)
{
	(void)state;
	assert_string_equal(sysctl_loader_name(SYSTEMD), "systemd-sysctl");
	assert_string_equal(sysctl_loader_name(PROCPS), "sysctl --system");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_end),
		cmocka_unit_test(long_lines),
		cmocka_unit_test(assignments),
		cmocka_unit_test(keys),
		cmocka_unit_test(a_key_that_is_too_long_names_none),
		cmocka_unit_test(globs),
		cmocka_unit_test(too_many_braces),
		cmocka_unit_test(loaders_have_names),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
