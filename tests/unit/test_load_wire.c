// SPDX-License-Identifier: GPL-2.0-or-later
/* wire: what is said is what is heard, and what is no message is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "probes/load/wire.h"
#include "tests/support/fdcheck.h"

static struct wire_message said;
static struct wire_message heard;

static int setup(void **state)
{
	(void)state;
	(void)memset(&said, 0, sizeof(said));
	(void)memset(&heard, 0xff, sizeof(heard));
	return 0;
}

/* Return: the line without its newline. */
static const char *pass(void)
{
	static char line[WIRE_LINE_MAX];
	size_t len;

	assert_int_equal(wire_encode(&said, line, &len), 0);
	assert_int_equal(line[len - 1], '\n');
	assert_int_equal(wire_decode(line, len - 1, &heard), 0);
	assert_int_equal(heard.type, said.type);
	line[len - 1] = '\0';
	return line;
}

/* As the protocol's description has it. */
static void test_lines(void **state)
{
	(void)state;
	said.type = WIRE_GO;
	assert_string_equal(pass(), "{\"type\":\"go\"}");
	said.type = WIRE_WAVE;
	said.n = 1000;
	assert_string_equal(pass(), "{\"type\":\"wave\",\"n\":1000}");
	assert_int_equal(heard.n, 1000);
	said.type = WIRE_HELLO;
	said.version = WIRE_VERSION;
	(void)memset(said.nonce, 0xa5, sizeof(said.nonce));
	assert_string_equal(
		pass(),
		"{\"type\":\"hello\",\"version\":1,\"nonce\":\"a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5\"}");
	assert_memory_equal(heard.nonce, said.nonce, sizeof(said.nonce));
}

static void test_every_type_comes_back(void **state)
{
	(void)state;
	for (enum wire_type type = 0; type < WIRE_TYPES; type++) {
		(void)setup(NULL);
		said.type = type;
		said.version = 1;
		said.port = 1;
		said.n = 1;
		said.plan = (struct wire_plan){
			.flows = 7,
			.burst = 5,
			.direction = LOAD_BOTH,
			.time_ns = 1,
		};
		(void)strcpy(said.finding, "{}");
		(void)pass();
	}
}

static void test_plan(void **state)
{
	(void)state;
	said.type = WIRE_PLAN;
	said.plan = (struct wire_plan){
		.flows = 4000000,
		.burst = 1,
		.backlog = INT32_MAX,
		.direction = LOAD_DOWN,
		.accept = LOAD_ACCEPT_SLOW,
		.accept_per_s = 100,
		.bytes_per_flow = UINT64_C(1) << 40,
		.time_ns = 3600000000000,
	};
	(void)pass();
	assert_memory_equal(&heard.plan, &said.plan, sizeof(said.plan));
}

/* The longest numbers, as many rows as there may be: it still is one line. */
static void test_full_rows(void **state)
{
	(void)state;
	said.type = WIRE_FLOWS;
	said.n_rows = WIRE_ROWS_MAX;
	for (size_t i = 0; i < WIRE_ROWS_MAX; i++) {
		for (size_t j = 0; j < WIRE_FLOW_COLUMNS; j++)
			said.rows[i][j] = INT64_MAX;
	}
	(void)pass();
	assert_int_equal(heard.n_rows, WIRE_ROWS_MAX);
	assert_memory_equal(heard.rows, said.rows, sizeof(said.rows));
}

static void test_intervals(void **state)
{
	(void)state;
	said.type = WIRE_INTERVALS;
	said.n_rows = 1;
	said.rows[0][WIRE_INTERVAL_INDEX] = 3;
	said.rows[0][WIRE_INTERVAL_BYTES] = 12345;
	assert_string_equal(pass(),
	                    "{\"type\":\"intervals\",\"rows\":[[3,12345]]}");
	assert_int_equal(heard.rows[0][WIRE_INTERVAL_BYTES], 12345);
}

/* What is not known is not 0 at the other end. */
static void test_result(void **state)
{
	(void)state;
	said.type = WIRE_RESULT;
	said.queue_limit = fact_known(128);
	said.counter[COUNTER_LISTEN_OVERFLOWS] = fact_known(0);
	(void)pass();
	assert_int_equal(heard.queue_limit.state, FACT_KNOWN);
	assert_int_equal(heard.queue_limit.value, 128);
	assert_int_equal(heard.queue_peak.state, FACT_ABSENT);
	assert_int_equal(heard.counter[COUNTER_LISTEN_OVERFLOWS].state,
	                 FACT_KNOWN);
	assert_int_equal(heard.counter[COUNTER_LISTEN_DROPS].state,
	                 FACT_ABSENT);
}

static void test_finding(void **state)
{
	char line[WIRE_LINE_MAX];
	size_t len;

	(void)state;
	said.type = WIRE_FINDING;
	(void)strcpy(said.finding, "{\"id\":\"backlog.somaxconn\"}");
	(void)pass();
	assert_string_equal(heard.finding, said.finding);
	/* one that makes the line too long is not said */
	(void)memset(said.finding, 'x', sizeof(said.finding));
	(void)memcpy(said.finding, "{\"a\":\"", 6);
	(void)memcpy(said.finding + sizeof(said.finding) - 3, "\"}", 3);
	assert_int_equal(wire_encode(&said, line, &len), -EMSGSIZE);
	(void)strcpy(said.finding, "no object");
	assert_int_equal(wire_encode(&said, line, &len), -ENOMEM);
}

static void test_refused_lines(void **state)
{
	static const char *const lines[] = {
		"",
		"{}",
		"[]",
		"null",
		"{\"type\":\"go\"",
		"{\"type\":\"go\"}x",
		"{\"type\":\"go\",\"type\":\"go\"}",
		"{\"type\":\"nothing\"}",
		"{\"type\":7}",
		/* missing, of another kind, out of range */
		"{\"type\":\"wave\"}",
		"{\"type\":\"wave\",\"n\":\"5\"}",
		"{\"type\":\"wave\",\"n\":1.0}",
		"{\"type\":\"wave\",\"n\":null}",
		"{\"type\":\"wave\",\"n\":0}",
		"{\"type\":\"wave\",\"n\":-1}",
		"{\"type\":\"wave\",\"n\":4000001}",
		"{\"type\":\"wave\",\"n\":99999999999999999999}",
		"{\"type\":\"ready\",\"port\":65536}",
		"{\"type\":\"hello\",\"version\":1,\"nonce\":\"00\"}",
		"{\"type\":\"hello\",\"version\":1,\"nonce\":\"A5A5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5\"}",
		"{\"type\":\"hello\",\"version\":1,\"nonce\":\"a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5ag\"}",
		"{\"type\":\"end\",\"verdict\":\"longer than any verdict that there could be\"}",
		"{\"type\":\"end\",\"verdict\":\"a\\u0000b\"}",
		"{\"type\":\"finding\",\"finding\":[]}",
		"{\"type\":\"flows\",\"rows\":{}}",
		"{\"type\":\"flows\",\"rows\":[1]}",
		"{\"type\":\"flows\",\"rows\":[[1,2,3,4,5,6,7,8]]}",
		"{\"type\":\"flows\",\"rows\":[[1,2,3,4,5,6,7,8,9,10]]}",
		"{\"type\":\"flows\",\"rows\":[[1,2,3,4,5,6,7,8,-9]]}",
		"{\"type\":\"result\",\"transfer_ns\":1,\"queue_limit\":null,\"queue_peak\":null,\"queue_drops\":null,\"syn_queue_peak\":-1,\"counters\":{}}",
		"{\"type\":\"result\",\"transfer_ns\":1,\"queue_limit\":null,\"queue_peak\":null,\"queue_drops\":null,\"syn_queue_peak\":1,\"counters\":[]}",
		"{\"type\":\"result\",\"transfer_ns\":1,\"queue_limit\":null,\"queue_peak\":null,\"queue_drops\":null,\"syn_queue_peak\":1,\"counters\":{\"ListenDrops\":\"1\"}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (!wire_decode(lines[i], strlen(lines[i]), &heard))
			fail_msg("understood: %s", lines[i]);
	}
}

static void test_too_many_rows(void **state)
{
	char line[WIRE_LINE_MAX] = "{\"type\":\"intervals\",\"rows\":[[0,0]";

	(void)state;
	for (int i = 0; i < WIRE_ROWS_MAX; i++)
		(void)strcat(line, ",[0,0]");
	(void)strcat(line, "]}");
	assert_int_equal(wire_decode(line, strlen(line), &heard), -EPROTO);
}

/* A newer kiloflow may say more. */
static void test_what_is_not_known_is_ignored(void **state)
{
	static const char line[] =
		"{\"type\":\"opened\",\"n\":5,\"since\":[1,2]}";

	(void)state;
	assert_int_equal(wire_decode(line, sizeof(line) - 1, &heard), 0);
	assert_int_equal(heard.n, 5);
}

static void test_header(void **state)
{
	static const uint8_t expected[WIRE_HEADER_BYTES] =
		"kflo\0\1\0\0\1\2\3\4\5\6\7\10tokentokentoken!";
	uint8_t header[WIRE_HEADER_BYTES];
	uint8_t token[WIRE_TOKEN_BYTES];
	uint64_t index;

	(void)state;
	wire_header_encode(0x0102030405060708,
	                   (const uint8_t *)"tokentokentoken!", header);
	assert_memory_equal(header, expected, sizeof(header));
	assert_int_equal(wire_header_decode(header, &index, token), 0);
	assert_true(index == 0x0102030405060708);
	assert_memory_equal(token, "tokentokentoken!", sizeof(token));
	/* magic, version, and what has to be 0 */
	for (size_t i = 0; i < 8; i++) {
		header[i] ^= 1;
		assert_int_equal(wire_header_decode(header, &index, token),
		                 -EPROTO);
		header[i] ^= 1;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_lines, setup),
		cmocka_unit_test_setup(test_every_type_comes_back, setup),
		cmocka_unit_test_setup(test_plan, setup),
		cmocka_unit_test_setup(test_full_rows, setup),
		cmocka_unit_test_setup(test_intervals, setup),
		cmocka_unit_test_setup(test_result, setup),
		cmocka_unit_test_setup(test_finding, setup),
		cmocka_unit_test_setup(test_refused_lines, setup),
		cmocka_unit_test_setup(test_too_many_rows, setup),
		cmocka_unit_test_setup(test_what_is_not_known_is_ignored,
		                       setup),
		cmocka_unit_test(test_header),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
