// SPDX-License-Identifier: GPL-2.0-or-later
/* What the flows of a log failed with. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/err.h"
#include "probes/logs/log.h"
#include "probes/logs/log_failed.h"
#include "tests/support/fdcheck.h"

static void feed(struct log_reader *reader, const char *line, unsigned int n)
{
	struct err err = { 0 };

	while (n--)
		assert_int_equal(log_feed(reader, line, strlen(line), &err), 0);
}

static struct log_sum end(struct log_reader *reader)
{
	struct err err = { 0 };
	struct log_sum sum;

	assert_int_equal(log_end(reader, &sum, &err), 0);
	log_free(reader);
	return sum;
}

#define RESET "tcp write failed: Connection reset by peer\n"
#define PIPE "tcp write failed: Broken pipe\n"
#define SHUTDOWN "shutdown failed: Transport endpoint is not connected\n"
#define REFUSED "tcp connect failed: Connection refused\n"
#define PORT_0 "[  1] local 0.0.0.0 port 0 connected with 10.0.0.2 port 5001\n"

/* How often each line comes, and what that is in flows. */
static const struct {
	unsigned int reset, pipe, shutdown, refused, port_0;
	uint64_t n_reset, n_pipe, n_notconn, n_refused, n_other;
} rows[] = {
	/* clang-format off */
	{ 1, 0, 0, 0, 0,   1, 0, 0, 0, 0 },
	{ 64, 8, 72, 0, 0, 64, 8, 0, 0, 0 }, /* shutdown() fails after those */
	{ 64, 8, 75, 0, 0, 64, 8, 3, 0, 0 },
	{ 64, 8, 3, 0, 0,  64, 8, 0, 0, 0 },
	{ 0, 0, 2, 0, 0,   0, 0, 2, 0, 0 },
	{ 0, 0, 0, 5, 0,   0, 0, 0, 5, 0 },
	{ 0, 0, 0, 5, 5,   0, 0, 0, 5, 0 },
	{ 0, 0, 0, 15, 5,  0, 0, 0, 5, 0 }, /* each was tried three times */
	{ 0, 0, 0, 4, 5,   0, 0, 0, 4, 1 },
	{ 3, 0, 3, 5, 5,   3, 0, 0, 5, 0 },
	/* clang-format on */
};

static void test_flows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct log_reader *reader = log_new();
		struct log_sum sum;

		feed(reader, RESET, rows[i].reset);
		feed(reader, PIPE, rows[i].pipe);
		feed(reader, SHUTDOWN, rows[i].shutdown);
		feed(reader, REFUSED, rows[i].refused);
		feed(reader, PORT_0, rows[i].port_0);
		sum = end(reader);
		assert_int_equal(log_failed_of(&sum.failed, ECONNRESET),
		                 rows[i].n_reset);
		assert_int_equal(log_failed_of(&sum.failed, EPIPE),
		                 rows[i].n_pipe);
		assert_int_equal(log_failed_of(&sum.failed, ENOTCONN),
		                 rows[i].n_notconn);
		assert_int_equal(log_failed_of(&sum.failed, ECONNREFUSED),
		                 rows[i].n_refused);
		assert_int_equal(sum.failed.n_other, rows[i].n_other);
		assert_int_equal(sum.failed.n_flows,
		                 rows[i].n_reset + rows[i].n_pipe +
		                         rows[i].n_notconn + rows[i].n_refused +
		                         rows[i].n_other);
		assert_int_equal(sum.verdict, LOG_SUM_FEWER);
	}
}

/* As other releases write it, and what is about something else. */
static void test_lines(void **state)
{
	static const struct {
		const char *line;
		const char *text; /* NULL: it tells of no flow */
		int code;
		uint64_t flow;
	} lines[] = {
		{ "write failed: Connection reset by peer",
		  "write failed: Connection reset by peer", ECONNRESET, 0 },
		{ "[  5] tcp write failed: Connection reset by peer at 10:00",
		  "tcp write failed: Connection reset by peer", ECONNRESET, 5 },
		{ "connect failed: Connection timed out",
		  "connect failed: Connection timed out", ETIMEDOUT, 0 },
		{ "[  3] tcp write failed", "tcp write failed", 0, 3 },
		{ "pthread_create failed: Resource temporarily unavailable",
		  "pthread_create failed: Resource temporarily unavailable",
		  EAGAIN, 0 },
		{ "socket failed: Too many open files in system",
		  "socket failed: Too many open files in system", ENFILE, 0 },
		{ "listener bind failed: Address already in use", NULL, 0, 0 },
		{ "12 tests failed: see log", NULL, 0, 0 },
		{ "write failed badly", "write failed badly", 0, 0 },
		{ "failed: Connection reset by peer", NULL, 0, 0 },
		{ "write", NULL, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct log_reader *reader = log_new();
		struct log_sum sum;

		feed(reader, PORT_0, 1);
		feed(reader, lines[i].line, 1);
		feed(reader, "\n", 1);
		sum = end(reader);
		assert_int_equal(sum.n_errors, lines[i].text != NULL);
		if (!lines[i].text)
			continue;
		assert_string_equal(sum.errors[0].text, lines[i].text);
		assert_int_equal(sum.errors[0].code, lines[i].code);
		assert_int_equal(sum.errors[0].n_flows, lines[i].flow != 0);
		assert_int_equal(sum.errors[0].flows[0], lines[i].flow);
	}
}

/* Of a script that runs iperf twice nothing is lost. */
static void test_all_tests(void **state)
{
	struct log_reader *reader = log_new();
	struct log_sum sum;

	(void)state;
	for (unsigned int i = 1; i <= 2; i++) {
		feed(reader, "Client connecting to 10.0.0.2, TCP port 5001\n",
		     1);
		feed(reader, RESET, i);
		feed(reader, "[  1] 0.0-1.0 sec  5 Bytes\n", 1);
	}
	sum = end(reader);
	assert_int_equal(sum.n_tests, 2);
	assert_int_equal(sum.failed.n_flows, 1);
	assert_int_equal(sum.failed_in_all.n_flows, 3);
	assert_int_equal(log_failed_of(&sum.failed_in_all, ECONNRESET), 3);
}

/* Of more errnos than there is room for the rest is "other". */
static void test_many_errnos(void **state)
{
	struct log_failed all = { 0 };

	(void)state;
	for (int code = 1; code <= LOG_ERRORS_MAX + 2; code++)
		log_failed_add(
			&all, &(struct log_failed){ .n_flows = 1,
		                                    .n_codes = 1,
		                                    .codes = { { code, 1 } } });
	assert_int_equal(all.n_flows, LOG_ERRORS_MAX + 2);
	assert_int_equal(all.n_codes, LOG_ERRORS_MAX);
	assert_int_equal(all.n_other, 2);
	assert_int_equal(log_failed_of(&all, LOG_ERRORS_MAX), 1);
	assert_int_equal(log_failed_of(&all, LOG_ERRORS_MAX + 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flows),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_all_tests),
		cmocka_unit_test(test_many_errnos),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
