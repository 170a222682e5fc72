// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Logs of iperf 2 and iperf3. Those called iperf* are what Debian's programs
 * wrote, less each connection's details; those called cut* are made by hand
 * of them.
 */
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
#include "probes/logs/log.h"
#include "tests/support/fdcheck.h"
#include "tests/support/fixture.h"

/* In pieces of @piece bytes. */
static int sum_up(const char *bytes, size_t len, size_t piece,
                  struct log_sum *ret, struct err *err)
{
	struct log_reader *reader = log_new();
	int rc = 0;

	assert_non_null(reader);
	for (size_t at = 0; !rc && at < len; at += piece)
		rc = log_feed(reader, bytes + at,
		              len - at < piece ? len - at : piece, err);
	if (!rc)
		rc = log_end(reader, ret, err);
	log_free(reader);
	return rc;
}

static struct log_sum sum_of(const char *text)
{
	struct err err = { 0 };
	struct log_sum sum = { 0 };
	const int rc = sum_up(text, strlen(text), 4096, &sum, &err);

	if (rc)
		fail_msg("%s: %s", text, err.what);
	return sum;
}

#define TEXT2 "iperf 2 text"
#define CSV2 "iperf 2 CSV"
#define TEXT3 "iperf3 text"
#define JSON3 "iperf3 JSON"
#define STREAM3 "iperf3 JSON stream"

static const struct {
	const char *name, *format;
	enum log_verdict verdict;
	uint64_t n_tests, n_asked, n_covered, n_failed;
	uint64_t right, wrong; /* intervals */
	const char *sides;
} logs[] = {
	/* clang-format off */
	{ "iperf2-1.txt", TEXT2, LOG_SUM_RIGHT, 1, 1, 1, 0, 0, 0, "s" },
	{ "iperf2-100.txt", TEXT2, LOG_SUM_RIGHT, 1, 100, 100, 0, 0, 0, "s" },
	{ "iperf2-127.txt", TEXT2, LOG_SUM_RIGHT, 1, 127, 127, 0, 0, 0, "s" },
	{ "iperf2-128.txt", TEXT2, LOG_SUM_RIGHT, 1, 128, 128, 0, 0, 0, "s" },
	{ "iperf2-300.txt", TEXT2, LOG_SUM_RIGHT, 1, 300, 300, 0, 0, 0, "s" },
	{ "iperf2-1000.txt", TEXT2, LOG_SUM_RIGHT, 1, 1000, 1000, 0, 0, 0, "s" },
	{ "iperf2-300-reset.txt", TEXT2, LOG_SUM_FEWER, 1, 300, 300, 72, 0, 0, "s" },
	{ "iperf2-refused.txt", TEXT2, LOG_SUM_FEWER, 1, 3, 0, 3, 0, 0, "" },
	{ "iperf2-intervals.txt", TEXT2, LOG_SUM_RIGHT, 1, 4, 4, 0, 2, 0, "s" },
	{ "iperf2-kbytes.txt", TEXT2, LOG_SUM_RIGHT, 1, 3, 3, 0, 0, 0, "s" },
	{ "iperf2-reverse.txt", TEXT2, LOG_SUM_RIGHT, 1, 4, 4, 0, 0, 0, "r" },
	{ "iperf2-full-duplex.txt", TEXT2, LOG_SUM_RIGHT, 1, 8, 8, 0, 0, 0, "b" },
	{ "iperf2-tradeoff.txt", TEXT2, LOG_SUM_RIGHT, 1, 4, 4, 0, 0, 0, "s" },
	{ "iperf2-sum-only.txt", TEXT2, LOG_SUM_UNPROVEN, 1, 3, 0, 0, 0, 0, "s" },
	{ "iperf2-server.txt", TEXT2, LOG_SUM_FEWER, 12, 1, 0, 0, 0, 0, "" },
	{ "iperf2-no-sum.csv", CSV2, LOG_SUM_MISSING, 1, 4, 4, 0, 0, 0, "s" },
	{ "iperf3-1.txt", TEXT3, LOG_SUM_RIGHT, 1, 1, 1, 0, 0, 0, "sr" },
	{ "iperf3-128.txt", TEXT3, LOG_SUM_RIGHT, 1, 128, 128, 0, 1, 0, "sr" },
	{ "iperf3-verbose.txt", TEXT3, LOG_SUM_RIGHT, 1, 2, 2, 0, 2, 0, "sr" },
	{ "iperf3-bidir.txt", TEXT3, LOG_SUM_RIGHT, 1, 4, 4, 0, 4, 0, "srSR" },
	{ "iperf3-129.txt", TEXT3, LOG_SUM_FEWER, 1, 0, 0, 1, 0, 0, "" },
	{ "iperf3-2.json", JSON3, LOG_SUM_RIGHT, 1, 2, 2, 0, 2, 0, "sr" },
	{ "iperf3-128.json", JSON3, LOG_SUM_RIGHT, 1, 128, 128, 0, 1, 0, "sr" },
	{ "iperf3-bidir.json", JSON3, LOG_SUM_RIGHT, 1, 4, 4, 0, 4, 0, "srSR" },
	{ "iperf3-refused.json", JSON3, LOG_SUM_FEWER, 1, 0, 0, 1, 0, 0, "" },
	{ "iperf3-2.ndjson", STREAM3, LOG_SUM_RIGHT, 1, 2, 2, 0, 2, 0, "sr" },
	{ "cut-2.0.txt", TEXT2, LOG_SUM_FEWER, 1, 3, 2, 2, 2, 0, "s" },
	{ "cut-no-sum.txt", TEXT2, LOG_SUM_MISSING, 1, 128, 128, 0, 0, 0, "s" },
	{ "cut-crlf.txt", TEXT2, LOG_SUM_RIGHT, 1, 4, 4, 0, 2, 0, "s" },
	{ "cut-interleaved.txt", TEXT2, LOG_SUM_RIGHT, 1, 4, 4, 0, 2, 0, "s" },
	{ "cut-truncated.txt", TEXT2, LOG_SUM_UNPROVEN, 1, 4, 3, 0, 2, 0, "s" },
	{ "cut-wrong.txt", TEXT2, LOG_SUM_WRONG, 1, 4, 4, 0, 2, 0, "s" },
	{ "cut-wrong.json", JSON3, LOG_SUM_WRONG, 1, 2, 2, 0, 1, 1, "sr" },
	{ "cut-sum.csv", CSV2, LOG_SUM_RIGHT, 1, 2, 2, 0, 1, 0, "s" },
	{ "cut-sum-off-by-one.csv", CSV2, LOG_SUM_WRONG, 1, 2, 2, 0, 1, 0, "s" },
	/* clang-format on */
};

static void sides_of(const struct log_sum *sum, char ret[static LOG_SIDES + 1])
{
	size_t n = 0;

	for (enum log_side i = 0; i < LOG_SIDES; i++) {
		if (sum->total[i].n_flows || sum->total[i].is_stated)
			ret[n++] = "srSRb"[i];
	}
	ret[n] = '\0';
}

/* However it comes in pieces. */
static void test_logs(void **state)
{
	static const size_t pieces[] = { 1, 77, 1 << 20 };

	(void)state;
	for (size_t i = 0; i < 3 * (sizeof(logs) / sizeof(logs[0])); i++) {
		struct log_sum sum = { 0 };
		struct err err = { 0 };
		char sides[LOG_SIDES + 1];
		char path[64];
		size_t len;
		char *bytes;
		int rc;

		(void)snprintf(path, sizeof(path), "sum/%s", logs[i / 3].name);
		bytes = fixture_bytes(path, &len);
		rc = sum_up(bytes, len, pieces[i % 3], &sum, &err);
		free(bytes);
		if (rc)
			fail_msg("%s: %s", path, err.what);
		sides_of(&sum, sides);
		if (sum.verdict != logs[i / 3].verdict)
			fail_msg("%s: %s", path, log_verdict_name(sum.verdict));
		assert_string_equal(sum.format, logs[i / 3].format);
		assert_int_equal(sum.n_tests, logs[i / 3].n_tests);
		assert_int_equal(sum.n_asked, logs[i / 3].n_asked);
		assert_int_equal(sum.n_covered, logs[i / 3].n_covered);
		assert_int_equal(sum.failed.n_flows, logs[i / 3].n_failed);
		assert_int_equal(sum.intervals.n[LOG_RIGHT], logs[i / 3].right);
		assert_int_equal(sum.intervals.n[LOG_WRONG], logs[i / 3].wrong);
		assert_string_equal(sides, logs[i / 3].sides);
		assert_int_equal(sum.is_cut, !strcmp(logs[i / 3].name,
		                                     "cut-truncated.txt"));
	}
}

static void test_refused(void **state)
{
	static const struct {
		const char *text, *what;
		int rc;
	} rows[] = {
		{ "", "it is no log of iperf", -ENOMSG },
		{ "root:x:0:0:root:/root:/bin/bash\n", "it is no log of iperf",
		  -ENOMSG },
		{ "Server listening on 5201\n",
		  "it is a log of iperf without a flow", -ENOMSG },
		{ "Client connecting to 10.0.0.2, UDP port 5001\n",
		  "it is about UDP, whose sums cannot be told from lost datagrams",
		  -EPROTONOSUPPORT },
		{ "[  5]   0.00-1.00   sec   128 KBytes  1.05 Mbits/sec  0.0 ms  0/4 (0%)\n",
		  "it is about UDP, whose sums cannot be told from lost datagrams",
		  -EPROTONOSUPPORT },
		{ "20260101000000,1.1.1.1,9,1.1.1.2,5,3,0.0-1.0,1,8,0.1,0,9,0.0,0\n",
		  "it is about UDP, whose sums cannot be told from lost datagrams",
		  -EPROTONOSUPPORT },
		{ "{\"start\":{\"test_start\":{\"protocol\":\"UDP\"}}}",
		  "it is about UDP, whose sums cannot be told from lost datagrams",
		  -EPROTONOSUPPORT },
		{ "{\n\"start\": {\n", "it is a log of iperf without a flow",
		  -ENOMSG },
		{ "{\n\"start\": {\n\"a\" \"b\"},",
		  "JSON that cannot be read, at line 3: ':' expected near '\"b\"'",
		  -EBADMSG },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct log_sum sum;
		struct err err = { 0 };

		assert_int_equal(sum_up(rows[i].text, strlen(rows[i].text), 7,
		                        &sum, &err),
		                 rows[i].rc);
		assert_string_equal(err.what, rows[i].what);
		assert_string_not_equal(err.hint, "");
	}
}

static void feed_times(struct log_reader *reader, const char *text, size_t n,
                       int rc)
{
	const size_t len = strlen(text);
	struct err err = { 0 };
	int got = 0;

	while (!got && n--)
		got = log_feed(reader, text, len, &err);
	assert_int_equal(got, rc);
}

/* A line that is longer than any of iperf's is counted, and not kept. */
static void test_long_lines(void **state)
{
	static char piece[65536];
	struct log_reader *reader = log_new();
	struct err err = { 0 };
	struct log_sum sum;

	(void)state;
	(void)memset(piece, ' ', sizeof(piece) - 1);
	feed_times(reader, piece, 100, 0);
	feed_times(reader, "\n[  1] 0.0-1.0 sec 5 Bytes\n", 1, 0);
	feed_times(reader, piece, 100, 0);
	feed_times(reader, "\n", 1, 0);
	assert_int_equal(log_end(reader, &sum, &err), 0);
	log_free(reader);
	assert_int_equal(sum.n_lines_cut, 2);
	assert_int_equal(sum.verdict, LOG_SUM_RIGHT);
}

#define START "{\"start\":{\"test_start\":{\"num_streams\":2}},"
#define INTERVAL                                                               \
	"{\"streams\":[{\"bytes\":3},{\"bytes\":4}],\"sum\":{\"bytes\":7}}"
#define STREAMS(a, b)                                                          \
	"\"streams\":[{\"sender\":{\"bytes\":" a                               \
	"}},{\"sender\":{\"bytes\":" b "}}]"
#define END(sum)                                                               \
	"\"end\":{" STREAMS("30", "40") ",\"sum_sent\":{\"bytes\":" sum "}}}"

/* Each interval is read as it comes: the document may be of any size. */
static void test_endless_json(void **state)
{
	struct log_reader *reader = log_new();
	struct err err = { 0 };
	struct log_sum sum;

	(void)state;
	feed_times(reader, START "\"intervals\":[" INTERVAL, 1, 0);
	feed_times(reader, "," INTERVAL, 65535, 0);
	feed_times(reader, "," INTERVAL, 10, 0);
	feed_times(reader, "]," END("70"), 1, 0);
	assert_int_equal(log_end(reader, &sum, &err), 0);
	log_free(reader);
	assert_int_equal(sum.verdict, LOG_SUM_RIGHT);
	assert_int_equal(sum.intervals.n[LOG_RIGHT], 65536);
	assert_int_equal(sum.intervals.n_unjudged, 10);
}

/* An iperf3 server writes a document a test. */
static void test_several_documents(void **state)
{
	const struct log_sum sum = sum_of(
		START END("70") "\n" START END("71") "\n" START END("70"));

	(void)state;
	assert_int_equal(sum.n_tests, 3);
	assert_int_equal(sum.n_tests_right, 2);
	assert_int_equal(sum.test, 2);
	assert_int_equal(sum.verdict, LOG_SUM_WRONG);
}

/* What is beyond the end of a log that is cut is not called missing. */
static void test_cut(void **state)
{
	static const struct {
		const char *text;
		enum log_verdict verdict;
	} rows[] = {
		{ START, LOG_SUM_UNPROVEN },
		{ START "\"intervals\":[" INTERVAL "," INTERVAL,
		  LOG_SUM_UNPROVEN },
		{ START "\"error\":\"x\",\"end\":{", LOG_SUM_FEWER },
		{ START END("71") START, LOG_SUM_WRONG },
		{ "[  1] 0.0-1.0 sec  5 Bytes\n[  2] 0.0-1.0 sec  5 Bytes\n",
		  LOG_SUM_MISSING },
		{ "[  1] 0.0-1.0 sec  5 Bytes\n[  2] 0.0-1.0 sec  5 Bytes\n[SU",
		  LOG_SUM_UNPROVEN },
		{ "[  1] 0.0-1.0 sec  5 Bytes\n[  2] 0.0-1.0 sec  5 Bytes\n"
		  "[SUM] 0.0-1.0 sec  10 Bytes",
		  LOG_SUM_RIGHT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(sum_of(rows[i].text).verdict, rows[i].verdict);
}

/* The last intervals end when their flows do: no sum of them can be due. */
static void test_ragged(void **state)
{
	const struct log_sum sum = sum_of(
		"[  1] 0.00-1.00 sec  5 Bytes\n[  2] 0.00-1.00 sec  5 Bytes\n"
		"[SUM] 0.00-1.00 sec  11 Bytes\n"
		"[  1] 1.00-2.00 sec  5 Bytes\n[  2] 1.00-2.00 sec  5 Bytes\n"
		"[  1] 2.00-2.05 sec  1 Bytes\n[  2] 2.00-2.04 sec  2 Bytes\n"
		"[SUM] 1.00-2.04 sec  13 Bytes\n"
		"[  1] 0.00-2.05 sec  11 Bytes\n[  2] 0.00-2.04 sec  12 Bytes\n"
		"[SUM] 0.00-2.05 sec  23 Bytes\n");

	(void)state;
	assert_int_equal(sum.verdict, LOG_SUM_RIGHT);
	assert_int_equal(sum.intervals.n[LOG_WRONG], 1);
	assert_int_equal(sum.intervals.start_us, 0);
	assert_int_equal(sum.intervals.n[LOG_UNPROVEN], 2);
	assert_int_equal(sum.intervals.n[LOG_MISSING], 0);
}

/* [SUM-2] says of how many flows it is. */
static void test_sum_of_fewer(void **state)
{
	static const char head[] =
		"Client connecting to 10.0.0.2, TCP port 5001 with pid 3 (3 flows)\n";
	char log[256];

	(void)state;
	for (unsigned int n = 2; n <= 3; n++) {
		struct log_sum sum;

		(void)snprintf(log, sizeof(log),
		               "%s[SUM-%u] 0.0-1.0 sec  9 Bytes\n", head, n);
		sum = sum_of(log);
		assert_int_equal(sum.n_asked, 3);
		assert_int_equal(sum.n_summed, n);
		assert_int_equal(sum.verdict,
		                 n < 3 ? LOG_SUM_FEWER : LOG_SUM_UNPROVEN);
	}
	/* which an interval's does not */
	(void)snprintf(log, sizeof(log),
	               "%s[SUM-3] 0.0-1.0 sec  9 Bytes\n"
	               "[SUM-2] 1.0-2.0 sec  9 Bytes\n",
	               head);
	assert_int_equal(sum_of(log).n_summed, 3);
}

/* As many flows as nobody has, and the sum is exact. */
static void test_many_flows(void **state)
{
	const uint64_t n = 100000;
	struct log_reader *reader = log_new();
	struct err err = { 0 };
	struct log_sum sum;
	char line[96];

	(void)state;
	for (uint64_t i = 1; i <= n; i++) {
		(void)snprintf(line, sizeof(line),
		               "[%3u] 0.0-1.0 sec  %u Bytes  8 bits/sec\n",
		               (unsigned int)i, (unsigned int)(i % 1000));
		assert_int_equal(log_feed(reader, line, strlen(line), &err), 0);
	}
	(void)snprintf(line, sizeof(line), "[SUM] 0.0-1.0 sec  49950000 Bytes");
	assert_int_equal(log_feed(reader, line, strlen(line), &err), 0);
	assert_int_equal(log_end(reader, &sum, &err), 0);
	log_free(reader);
	assert_int_equal(sum.n_asked, n);
	assert_int_equal(sum.n_covered, n);
	assert_int_equal(sum.verdict, LOG_SUM_RIGHT);
	assert_int_equal(sum.total[LOG_BOTH].sum.min, 49950000);
	assert_int_equal(sum.total[LOG_BOTH].sum.max, 49950000);
}

/* Of several tests the worst is shown. */
static void test_several(void **state)
{
	const struct log_sum sum = sum_of(
		"Server listening on TCP port 5001\n"
		"[  1] local 10.0.0.1 port 5001 connected with 10.0.0.2 port 9\n"
		"[  1] 0.0-1.1 sec  5 Bytes\n"
		"[  1] local 10.0.0.1 port 5001 connected with 10.0.0.2 port 10\n"
		"[  2] local 10.0.0.1 port 5001 connected with 10.0.0.2 port 11\n"
		"[  1] 0.0-1.1 sec  5 Bytes\n"
		"[  2] 0.0-1.1 sec  5 Bytes\n"
		"[SUM] 0.0-1.1 sec  9 Bytes\n"
		"[  3] local 10.0.0.1 port 5001 connected with 10.0.0.2 port 12\n"
		"[  3] 0.0-1.1 sec  5 Bytes\n");

	(void)state;
	assert_int_equal(sum.n_tests, 3);
	assert_int_equal(sum.n_tests_right, 2);
	assert_int_equal(sum.test, 2);
	assert_int_equal(sum.verdict, LOG_SUM_WRONG);
	assert_int_equal(sum.total[LOG_RECEIVED].stated.max, 9);
}

/* iperf 2.0 numbers flows by descriptors, which are used again. */
static void test_number_again(void **state)
{
	const struct log_sum sum = sum_of(
		"Client connecting to 10.0.0.2, TCP port 5001\n"
		"[  3] local 10.0.0.1 port 8 connected with 10.0.0.2 port 5001\n"
		"[  3] 0.0-0.1 sec  5 Bytes\n"
		"[  3] local 10.0.0.1 port 9 connected with 10.0.0.2 port 5001\n"
		"[  3] 0.0-0.2 sec  6 Bytes\n"
		"[SUM] 0.0-0.2 sec  11 Bytes\n");

	(void)state;
	assert_int_equal(sum.n_asked, 2);
	assert_int_equal(sum.n_covered, 2);
	assert_int_equal(sum.verdict, LOG_SUM_RIGHT);
}

/* Both sides of every boundary. */
static void test_judge(void **state)
{
	static const struct {
		struct log_total total;
		uint64_t n_asked;
		enum log_state state;
	} rows[] = {
		{ { .n_flows = 0 }, 0, LOG_RIGHT },
		{ { .n_flows = 1 }, 1, LOG_RIGHT },
		{ { .n_flows = 1 }, 2, LOG_MISSING },
		{ { .n_flows = 2 }, 2, LOG_MISSING },
		{ { 2, { 9, 11 }, true, { 11, 12 }, 0 }, 2, LOG_RIGHT },
		{ { 2, { 9, 11 }, true, { 12, 12 }, 0 }, 2, LOG_WRONG },
		{ { 2, { 9, 11 }, true, { 12, 12 }, 0 }, 3, LOG_UNPROVEN },
		{ { 2, { 9, 11 }, true, { 0, 9 }, 0 }, 3, LOG_RIGHT },
		{ { 2, { 9, 11 }, true, { 0, 8 }, 0 }, 3, LOG_WRONG },
		{ { 0, { 0, 0 }, true, { 0, 8 }, 0 }, 3, LOG_UNPROVEN },
		{ { 0, { 0, 0 }, true, { 0, 0 }, 0 }, 0, LOG_RIGHT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(log_total_judge(&rows[i].total,
		                                 rows[i].n_asked),
		                 rows[i].state);
}

/* What a log has of errors is bounded, and shown safely. */
static void test_errors(void **state)
{
	struct log_reader *reader = log_new();
	struct err err = { 0 };
	struct log_sum sum;
	char line[64];

	(void)state;
	for (unsigned int i = 0; i < LOG_ERRORS_MAX + 3; i++) {
		(void)snprintf(line, sizeof(line),
		               "[%3u] connect failed: \033[2J%u\n", i, i);
		assert_int_equal(log_feed(reader, line, strlen(line), &err), 0);
	}
	assert_int_equal(log_end(reader, &sum, &err), 0);
	log_free(reader);
	assert_int_equal(sum.n_errors, LOG_ERRORS_MAX);
	assert_int_equal(sum.n_errors_more, 3);
	assert_int_equal(sum.failed.n_flows, LOG_ERRORS_MAX + 3);
	assert_int_equal(sum.failed.n_other, LOG_ERRORS_MAX + 3);
	assert_int_equal(sum.errors[7].n_flows, 1);
	assert_int_equal(sum.errors[7].flows[0], 7);
	assert_string_equal(sum.errors[0].text, "connect failed: \\x1b[2J0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_logs),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_endless_json),
		cmocka_unit_test(test_several_documents),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_ragged),
		cmocka_unit_test(test_sum_of_fewer),
		cmocka_unit_test(test_many_flows),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_number_again),
		cmocka_unit_test(test_judge),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
