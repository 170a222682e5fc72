// SPDX-License-Identifier: GPL-2.0-or-later
/* control: lines however they come, and a connection that broke stays so. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probes/load/control.h"
#include "tests/support/fdcheck.h"

static struct control control;
static struct wire_message message;
static int other;

static int setup(void **state)
{
	int pair[2];

	(void)state;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return -1;
	control_init(&control, pair[0]);
	other = pair[1];
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	control_close(&control);
	if (other >= 0)
		(void)close(other);
	return 0;
}

static void hears(const char *bytes)
{
	const size_t len = strlen(bytes);

	assert_int_equal(write(other, bytes, len), len);
}

static void test_several_at_once(void **state)
{
	(void)state;
	hears("{\"type\":\"go\"}\n{\"type\":\"opened\",\"n\":3}\n{\"type\":");
	assert_int_equal(control_take(&control, &message), 1);
	assert_int_equal(message.type, WIRE_GO);
	assert_int_equal(control_take(&control, &message), 1);
	assert_int_equal(message.n, 3);
	assert_int_equal(control_take(&control, &message), 0);
	hears("\"stop\"}\n");
	assert_int_equal(control_take(&control, &message), 1);
	assert_int_equal(message.type, WIRE_STOP);
}

static void test_byte_by_byte(void **state)
{
	static const char line[] = "{\"type\":\"done\"}\n";

	(void)state;
	for (size_t i = 0; i < sizeof(line) - 2; i++) {
		assert_int_equal(write(other, line + i, 1), 1);
		assert_int_equal(control_take(&control, &message), 0);
	}
	hears("\n");
	assert_int_equal(control_take(&control, &message), 1);
}

/* What was said before it was closed still counts. */
static void test_closed(void **state)
{
	(void)state;
	hears("{\"type\":\"done\"}\n{\"type\":\"go");
	(void)close(other);
	other = -1;
	assert_int_equal(control_take(&control, &message), 1);
	assert_int_equal(control_take(&control, &message), -EPIPE);
	assert_int_equal(control_take(&control, &message), -EPIPE);
	assert_int_equal(control_send(&control, &message, 0), -EPIPE);
}

static void test_no_message(void **state)
{
	(void)state;
	hears("GET / HTTP/1.1\r\n{\"type\":\"go\"}\n");
	assert_int_equal(control_take(&control, &message), -EPROTO);
	assert_int_equal(control_send(&control, &message, 0), -EPROTO);
}

static void test_bounded(void **state)
{
	static const char line[] = "{\"type\":\"go\"}\n";

	(void)state;
	control.max_line = sizeof(line) - 1; /* its newline included */
	hears(line);
	hears(line);
	assert_int_equal(control_take(&control, &message), 1);
	assert_int_equal(control_take(&control, &message), 1);
	hears("{\"type\":\"go\" }\n");
	assert_int_equal(control_take(&control, &message), -EPROTO);
}

static void test_wait(void **state)
{
	int stop[2];

	(void)state;
	assert_int_equal(control_wait(&control, &message, 1, -1), -ETIMEDOUT);
	assert_int_equal(pipe(stop), 0);
	assert_int_equal(write(stop[1], "x", 1), 1);
	assert_int_equal(control_wait(&control, &message, 10000, stop[0]),
	                 -EINTR);
	hears("{\"type\":\"go\"}\n");
	assert_int_equal(control_wait(&control, &message, 0, stop[0]), 0);
	(void)close(stop[0]);
	(void)close(stop[1]);
}

/* Who does not read is not waited for any longer than was said. */
static void test_nobody_reads(void **state)
{
	int rc = 0;

	(void)state;
	message.type = WIRE_GO;
	for (int i = 0; !rc && i < 1000000; i++)
		rc = control_send(&control, &message, 0);
	assert_int_equal(rc, -ETIMEDOUT);
	assert_int_equal(control_send(&control, &message, 0), -ETIMEDOUT);
}

static void test_close_twice(void **state)
{
	(void)state;
	control_close(&control);
	control_close(&control);
	assert_int_equal(control_send(&control, &message, 0), -ENOTCONN);
}

#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_several_at_once), TEST(test_byte_by_byte),
		TEST(test_closed),          TEST(test_no_message),
		TEST(test_bounded),         TEST(test_wait),
		TEST(test_nobody_reads),    TEST(test_close_twice),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
