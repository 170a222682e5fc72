// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_tools - versions as the tools spell them, and tools made for the test:
 * one that answers, one that hangs, one that never stops talking.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "probes/tools.h"
#include "tests/support/fdcheck.h"
#include "tests/support/fixture.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void versions(void **state)
{
	static const struct {
		const char *answer;
		enum tool_kind kind;
		uint64_t version; /* 0: it does not say */
		const char *text;
	} rows[] = {
		{ "iperf version 2.1.8 (12 August 2022) pthreads\n",
		  TOOL_IPERF2, TOOL_VERSION(2, 1, 8), "2.1.8" },
		{ "iperf version 2.0.13 (21 Jan 2019) pthreads", TOOL_IPERF2,
		  TOOL_VERSION(2, 0, 13), "2.0.13" },
		{ "iperf version 2.0.14a (2 October 2020) pthreads\n",
		  TOOL_IPERF2, TOOL_VERSION_BEFORE(2, 0, 14), "2.0.14a" },
		{ "iperf version 2.2.n (3 July 2023) pthreads\n", TOOL_IPERF2,
		  TOOL_VERSION_BEFORE(2, 2, 0), "2.2.n" },
		{ "iperf version 2.1.0-rc (5 January 2021) pthreads\n",
		  TOOL_IPERF2, TOOL_VERSION_BEFORE(2, 1, 0), "2.1.0-rc" },
		{ "iperf version 2.1.9-dev\n", TOOL_IPERF2,
		  TOOL_VERSION_BEFORE(2, 1, 9), "2.1.9-dev" },
		{ "iperf 3.12 (cJSON 1.7.15)\nLinux\n", TOOL_IPERF3,
		  TOOL_VERSION(3, 12, 0), "3.12" },
		{ "iperf 3.1.3\n", TOOL_IPERF3, TOOL_VERSION(3, 1, 3),
		  "3.1.3" },
		{ "iperf 3.17.1+ (cJSON 1.7.15)\n", TOOL_IPERF3,
		  TOOL_VERSION_BEFORE(3, 17, 2), "3.17.1+" },
		{ "iperf 3.13-mt1 (cJSON 1.7.15)\n", TOOL_IPERF3,
		  TOOL_VERSION(3, 13, 0), "3.13-mt1" },
		{ "iperf 3.1b3\n", TOOL_IPERF3, TOOL_VERSION_BEFORE(3, 1, 0),
		  "3.1b3" },
		{ "iperf 3.0-BETA5 (28 March 2013)\n", TOOL_IPERF3,
		  TOOL_VERSION_BEFORE(3, 0, 0), "3.0-BETA5" },
		{ "warning: x\niperf 3.12\n", TOOL_IPERF3,
		  TOOL_VERSION(3, 12, 0), "3.12" },
		{ "iperf version 2.1.8\x1b[2J\n", TOOL_IPERF2,
		  TOOL_VERSION(2, 1, 8), "2.1.8?[2J" },
		{ "iperf version 2.0.0123456789012345678901234567890\n",
		  TOOL_IPERF2, 0, "" },
		{ "iperf version 2.1-0123456789012345678901234567890\n",
		  TOOL_IPERF2, TOOL_VERSION(2, 1, 0),
		  "2.1-012345678901234567890123456" },
		{ "iperf version 2.9999.9999\n", TOOL_IPERF2,
		  TOOL_VERSION(2, 9999, 9999), "2.9999.9999" },
		{ "iperf version 2.1.8~!\x7f\n", TOOL_IPERF2,
		  TOOL_VERSION(2, 1, 8), "2.1.8~!?" },
		/* one's number in the other's words */
		{ "iperf 2.1.8\n", TOOL_IPERF2, 0, "" },
		{ "iperf version 3.1\n", TOOL_IPERF2, 0, "" },
		{ "iperf version 10000.1\n", TOOL_IPERF2, 0, "" },
		{ "iperf version 2.\n", TOOL_IPERF2, 0, "" },
		{ "iperf version 2.1.\n", TOOL_IPERF2, 0, "" },
		{ "iperf version 2.1.nn\n", TOOL_IPERF2, 0, "" },
		{ "iperf version 2\n", TOOL_IPERF2, 0, "" },
		{ "iperf version x.y\n", TOOL_IPERF2, 0, "" },
		{ "iperf version\n", TOOL_IPERF2, 0, "" },
		{ "iperf\n", TOOL_IPERF2, 0, "" },
		{ "xiperf version 2.1.8\n", TOOL_IPERF2, 0, "" },
		{ "iperfx version 2.1.8\n", TOOL_IPERF2, 0, "" },
		{ "", TOOL_IPERF2, 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct tool_facts facts = { .program = "iperf" };

		print_message("%s\n", rows[i].answer);
		tools_parse(rows[i].answer, strlen(rows[i].answer), &facts);
		assert_int_equal(facts.version.state,
		                 rows[i].version ? FACT_KNOWN : FACT_BROKEN);
		assert_int_equal(facts.version.value, rows[i].version);
		assert_int_equal(facts.kind, rows[i].kind);
		assert_string_equal(facts.text, rows[i].text);
	}
}

/* Releases and what came before them, oldest first. */
static void order(void **state)
{
	static const uint64_t rows[] = {
		TOOL_VERSION(2, 0, 5),         TOOL_VERSION(2, 0, 13),
		TOOL_VERSION_BEFORE(2, 0, 14), TOOL_VERSION(2, 0, 14),
		TOOL_VERSION_BEFORE(2, 1, 0),  TOOL_VERSION(2, 1, 0),
		TOOL_VERSION(2, 1, 9999),      TOOL_VERSION(2, 2, 0),
		TOOL_VERSION_BEFORE(3, 0, 0),  TOOL_VERSION(3, 1, 0),
		TOOL_VERSION(3, 9, 0),         TOOL_VERSION(3, 10, 0),
		TOOL_VERSION(3, 9999, 0),      TOOL_VERSION(4, 0, 0),
	};

	(void)state;
	for (size_t i = 1; i < LENGTH(rows); i++)
		assert_true(rows[i - 1] < rows[i]);
}

/* ---- tools that are run ---- */

static char dir[] = "/tmp/tools-XXXXXX";

static int make_dir(void **state)
{
	(void)state;
	strcpy(dir + strlen(dir) - 6, "XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static void in_dir(char path[static 128], const char *name)
{
	(void)snprintf(path, 128, "%s/%s", dir, name);
}

static int remove_dir(void **state)
{
	static const char *const names[] = { "iperf", "iperf3" };
	char path[128];

	(void)state;
	for (size_t i = 0; i < LENGTH(names); i++) {
		in_dir(path, names[i]);
		(void)remove(path);
	}
	return rmdir(dir);
}

static void write_tool(const char *name, const char *script, mode_t mode)
{
	char path[128];
	int fd;

	in_dir(path, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, script, strlen(script)), strlen(script));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static struct tools_facts look(const char *search)
{
	struct tools_facts facts;

	tools_read(search, &facts);
	assert_string_equal(facts.tool[0].program, "iperf");
	assert_string_equal(facts.tool[1].program, "iperf3");
	/* nothing is left behind */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	return facts;
}

static void asks_what_it_finds(void **state)
{
	struct tools_facts facts;
	char search[256];
	char path[128];

	(void)state;
	/* on stderr and with exit 1, as iperf 2 does; nothing to read */
	write_tool("iperf",
	           "#!/bin/sh\nread x && exit\n[ \"$1$#\" = -v1 ] &&"
	           " echo 'iperf version 2.1.8 (x) pthreads' >&2\nexit 1\n",
	           0700);
	write_tool("iperf3", "#!/bin/sh\necho 'iperf 3.12 (cJSON 1.7.15)'\n",
	           0700);
	(void)snprintf(search, sizeof(search), "/no/such:%s:/nor/this", dir);
	facts = look(search);
	in_dir(path, "iperf");
	assert_string_equal(facts.tool[0].path, path);
	assert_int_equal(facts.tool[0].kind, TOOL_IPERF2);
	assert_int_equal(facts.tool[0].version.value, TOOL_VERSION(2, 1, 8));
	assert_int_equal(facts.tool[1].kind, TOOL_IPERF3);
	assert_int_equal(facts.tool[1].version.value, TOOL_VERSION(3, 12, 0));
	assert_string_equal(facts.tool[1].text, "3.12");
}

static void finds_only_programs(void **state)
{
	struct tools_facts facts;
	char relative[256];
	char path[128];

	(void)state;
	write_tool("iperf", "#!/bin/sh\necho 'iperf 3.12'\n", 0600);
	in_dir(path, "iperf3");
	assert_int_equal(mkdir(path, 0700), 0);
	facts = look(dir);
	for (size_t i = 0; i < TOOLS_MAX; i++) {
		assert_int_equal(facts.tool[i].version.state, FACT_ABSENT);
		assert_string_equal(facts.tool[i].path, "");
	}
	/* not absolute, empty, and none */
	write_tool("iperf", "#!/bin/sh\necho 'iperf 3.12'\n", 0700);
	(void)snprintf(relative, sizeof(relative), "..%s:.::%s/x", dir, dir);
	assert_int_equal(look(relative).tool[0].version.state, FACT_ABSENT);
	assert_int_equal(look("").tool[0].version.state, FACT_ABSENT);
	assert_int_equal(look(NULL).tool[0].version.state, FACT_ABSENT);
}

static void what_cannot_be_run(void **state)
{
	struct tools_facts facts;

	(void)state;
	write_tool("iperf", "#!/no/such/shell\n", 0700);
	write_tool("iperf3",
	           "\x7f"
	           "ELF and nothing more",
	           0700);
	facts = look(dir);
	assert_int_not_equal(facts.tool[0].version.state, FACT_KNOWN);
	assert_int_equal(facts.tool[1].version.state, FACT_BROKEN);
	assert_true(facts.tool[1].path[0] == '/');
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* One that answers and stays, one that never ends its answer. */
static void is_bounded(void **state)
{
	const double start = seconds();
	struct tools_facts facts;

	(void)state;
	write_tool("iperf",
	           "#!/bin/sh\necho 'iperf version 2.0.5 (x) pthreads'\n"
	           "exec sleep 60\n",
	           0700);
	write_tool("iperf3",
	           "#!/bin/sh\necho 'iperf 3.12'\nwhile :; do echo x; done\n",
	           0700);
	facts = look(dir);
	assert_true(seconds() - start < 10);
	assert_int_equal(facts.tool[0].version.value, TOOL_VERSION(2, 0, 5));
	assert_int_equal(facts.tool[1].version.value, TOOL_VERSION(3, 12, 0));
}

/* It closes its output and stays: ended all the same. */
static void is_ended(void **state)
{
	const double start = seconds();
	struct tools_facts facts;

	(void)state;
	write_tool("iperf", "#!/bin/sh\nexec sleep 60 >&- 2>&-\n", 0700);
	facts = look(dir);
	assert_true(seconds() - start < 10);
	assert_int_equal(facts.tool[0].version.state, FACT_BROKEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions),
		cmocka_unit_test(order),
		cmocka_unit_test_setup_teardown(asks_what_it_finds, make_dir,
		                                remove_dir),
		cmocka_unit_test_setup_teardown(finds_only_programs, make_dir,
		                                remove_dir),
		cmocka_unit_test_setup_teardown(what_cannot_be_run, make_dir,
		                                remove_dir),
		cmocka_unit_test_setup_teardown(is_bounded, make_dir,
		                                remove_dir),
		cmocka_unit_test_setup_teardown(is_ended, make_dir, remove_dir),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
