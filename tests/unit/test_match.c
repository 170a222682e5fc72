// SPDX-License-Identifier: GPL-2.0-or-later
/* match - which of the host's resets are of connections that were seen. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>
#include <sys/socket.h>

#include "probes/observe/match.h"
#include "probes/observe/observed.h"
#include "tests/support/fdcheck.h"

/* From @from of 127.0.0.1 to @to of 127.0.0.2; 0: not known. */
static struct seen_tuple tuple(uint16_t from, uint16_t to)
{
	return (struct seen_tuple){
		.family = AF_INET,
		.saddr = { 127, 0, 0, 1 },
		.daddr = { 127, 0, 0, 2 },
		.sport = from,
		.dport = to,
	};
}

static struct seen_tuple back(uint16_t from, uint16_t to)
{
	struct seen_tuple back = tuple(from, to);

	memcpy(back.saddr, (uint8_t[]){ 127, 0, 0, 2 }, 4);
	memcpy(back.daddr, (uint8_t[]){ 127, 0, 0, 1 }, 4);
	return back;
}

/* A listener on port 80; a socket that it made, and two that connected. */
static enum seen_match matched(struct seen_reset reset)
{
	struct seen_listener listener = { .first = { .port = 80 } };
	struct seen_end ends[] = {
		{ .cookie = 9, .tuple = tuple(443, 40000) },
		{ .cookie = 3, .tuple = tuple(0, 8080) },
		{ .cookie = 5 }, /* in vain */
	};
	/* what the last one received from port 7 */
	struct seen_reset resets[] = {
		reset,
		{ .received = true, .cookie = 5, .tuple = tuple(50000, 7) },
		{ .received = true, .cookie = 6, .tuple = tuple(50000, 9) },
	};
	struct observed seen = {
		.listeners = &listener,
		.n_listeners = 1,
		.ends = ends,
		.n_ends = 3,
		.resets = resets,
		.n_resets = 3,
	};

	assert_int_equal(match_resets(&seen), 0);
	return resets[0].match;
}

static enum seen_match sent(struct seen_tuple tuple)
{
	return matched((struct seen_reset){ .tuple = tuple });
}

static void test_listener(void **state)
{
	(void)state;
	assert_int_equal(sent(tuple(80, 1)), SEEN_HERE);
	assert_int_equal(sent(tuple(1, 80)), SEEN_HERE);
	assert_int_equal(sent(tuple(80, 0)), SEEN_HERE);
	assert_int_equal(sent(tuple(81, 1)), SEEN_NOWHERE);
}

static void test_ends(void **state)
{
	(void)state;
	assert_int_equal(sent(tuple(443, 40000)), SEEN_OWN);
	assert_int_equal(sent(back(40000, 443)), SEEN_PEER);
	assert_int_equal(sent(tuple(443, 40001)), SEEN_NOWHERE);
	assert_int_equal(sent(tuple(444, 40000)), SEEN_NOWHERE);
	assert_int_equal(sent(tuple(40000, 443)), SEEN_NOWHERE);
	assert_int_equal(sent(back(443, 40000)), SEEN_NOWHERE);
}

static void test_ends_without_port(void **state)
{
	(void)state;
	assert_int_equal(sent(tuple(33333, 8080)), SEEN_HERE);
	assert_int_equal(sent(back(8080, 33333)), SEEN_HERE);
	assert_int_equal(sent(tuple(8080, 33333)), SEEN_NOWHERE);
	assert_int_equal(sent(back(33333, 8080)), SEEN_NOWHERE);
}

static void test_attempts(void **state)
{
	(void)state;
	assert_int_equal(sent(back(7, 50000)), SEEN_HERE);
	assert_int_equal(sent(tuple(7, 50000)), SEEN_NOWHERE);
	assert_int_equal(sent(back(9, 50000)), SEEN_NOWHERE);
	assert_int_equal(matched((struct seen_reset){ .received = true,
	                                              .cookie = 5,
	                                              .tuple = tuple(1, 2) }),
	                 SEEN_HERE);
	assert_int_equal(matched((struct seen_reset){ .received = true,
	                                              .cookie = 4,
	                                              .tuple = tuple(1, 2) }),
	                 SEEN_NOWHERE);
	assert_int_equal(matched((struct seen_reset){ .received = true,
	                                              .tuple = tuple(1, 2) }),
	                 SEEN_NOWHERE);
}

static void test_nothing_seen(void **state)
{
	struct seen_reset reset = { .tuple = tuple(80, 1) };
	struct observed seen = { .resets = &reset, .n_resets = 1 };
	struct observed none = { 0 };

	(void)state;
	assert_int_equal(match_resets(&none), 0);
	assert_int_equal(match_resets(&seen), 0);
	assert_int_equal(reset.match, SEEN_NOWHERE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listener),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_ends_without_port),
		cmocka_unit_test(test_attempts),
		cmocka_unit_test(test_nothing_seen),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
