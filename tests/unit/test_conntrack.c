// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_conntrack - what tries show, what the files say, and, where loopback
 * works, that a try comes to an end. Whether it is right takes namespaces
 * and rules: tests/host/conntrack.sh.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probes/conntrack.h"
#include "tests/support/fdcheck.h"
#include "tests/support/fixture.h"

#define SAME(n)                                                                \
	{                                                                      \
		true, { n, FACT_KNOWN }, { n, FACT_KNOWN },                    \
	}
#define LOST(n)                                                                \
	{                                                                      \
		false, { n, FACT_KNOWN }, { n, FACT_KNOWN },                   \
	}
#define FROM_TO(from, to)                                                      \
	{                                                                      \
		true, { from, FACT_KNOWN }, { to, FACT_KNOWN },                \
	}
#define UNREADABLE                                                             \
	{                                                                      \
		true, { 0, FACT_DENIED }, { 1, FACT_KNOWN },                   \
	}
#define UNREADABLE_AFTER                                                       \
	{                                                                      \
		true, { 0, FACT_KNOWN }, { 1, FACT_DENIED },                   \
	}

static void conclude(void **state)
{
	static const struct {
		struct conntrack_try tries[CONNTRACK_TRIES_MAX];
		size_t n;
		enum fact_state state;
		uint64_t tracks;
	} rows[] = {
		{ { { 0 } }, 0, FACT_BROKEN, 0 },
		{ { FROM_TO(0, 1) }, 1, FACT_KNOWN, 1 },
		{ { FROM_TO(7, 9) }, 1, FACT_KNOWN, 1 },
		{ { SAME(0) }, 1, FACT_BROKEN, 0 },
		{ { SAME(0), SAME(0) }, 2, FACT_BROKEN, 0 },
		{ { SAME(0), SAME(0), SAME(0) }, 3, FACT_KNOWN, 0 },
		{ { SAME(5), SAME(4), SAME(3) }, 3, FACT_KNOWN, 0 },
		{ { SAME(0), SAME(0), FROM_TO(0, 1) }, 3, FACT_KNOWN, 1 },
		/* entries that end tell nothing */
		{ { FROM_TO(3, 2), FROM_TO(2, 1), FROM_TO(1, 0) },
		  3,
		  FACT_BROKEN,
		  0 },
		{ { SAME(3), FROM_TO(3, 2), SAME(2), SAME(2) },
		  4,
		  FACT_KNOWN,
		  0 },
		/* dropped by a rule: it might have been tracked */
		{ { LOST(0), LOST(0), LOST(0), LOST(0) }, 4, FACT_BROKEN, 0 },
		{ { UNREADABLE, UNREADABLE, UNREADABLE }, 3, FACT_BROKEN, 0 },
		{ { UNREADABLE_AFTER, SAME(1), SAME(1) }, 3, FACT_BROKEN, 0 },
		{ { { false, { 0, FACT_KNOWN }, { 1, FACT_KNOWN } } },
		  1,
		  FACT_KNOWN,
		  1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct fact_u64 fact =
			conntrack_conclude(rows[i].tries, rows[i].n);

		print_message("row %zu\n", i);
		assert_int_equal(fact.state, rows[i].state);
		assert_int_equal(fact.value, rows[i].tracks);
	}
}

static struct conntrack_facts read_host(const char *fixture)
{
	const int root_fd = fixture_root(fixture);
	struct conntrack_facts facts;

	conntrack_read(root_fd, &facts);
	close(root_fd);
	return facts;
}

static void hosts(void **state)
{
	struct conntrack_facts facts = read_host("6.18");

	(void)state;
	assert_int_equal(facts.tracks.state, FACT_UNREAD);
	assert_int_equal(facts.entries.value, 261);
	assert_int_equal(facts.drops.value, 30);
	assert_int_equal(facts.time_wait_s.value, 120);

	/* no conntrack in that kernel at all */
	facts = read_host("3.10");
	assert_int_equal(facts.tracks.state, FACT_KNOWN);
	assert_int_equal(facts.tracks.value, 0);
	assert_int_equal(facts.entries.state, FACT_ABSENT);

	/* it is there, but hides its sysctls */
	facts = read_host("child");
	assert_int_equal(facts.tracks.state, FACT_UNREAD);
	assert_int_equal(facts.entries.state, FACT_ABSENT);
	assert_int_equal(facts.drops.state, FACT_KNOWN);

	facts = read_host("hostile");
	assert_int_equal(facts.tracks.state, FACT_UNREAD);
	assert_int_equal(facts.entries.state, FACT_BROKEN);
	assert_int_equal(facts.drops.state, FACT_BROKEN);
	assert_int_equal(facts.time_wait_s.state, FACT_BROKEN);
}

static void tries(void **state)
{
	static const int families[] = { AF_INET, AF_INET6 };
	const int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		struct conntrack_facts facts = { 0 };

		conntrack_try(root_fd, families[i], &facts);
		assert_int_not_equal(facts.tracks.state, FACT_UNREAD);
		assert_true(facts.tracks.value <= 1);
	}
	close(root_fd);
}

/* A count that never changes: nothing is tracked, and nothing is sent when
 * that is known already. */
static void a_count_that_stays(void **state)
{
	const int root_fd = fixture_root("6.18");
	struct conntrack_facts facts = { .tracks = fact_known(1) };

	(void)state;
	conntrack_try(root_fd, AF_INET, &facts);
	assert_int_equal(facts.tracks.value, 1);
	facts.tracks = (struct fact_u64){ 0 };
	conntrack_try(root_fd, AF_INET, &facts);
	if (facts.tracks.state != FACT_ABSENT) {
		assert_int_equal(facts.tracks.state, FACT_KNOWN);
		assert_int_equal(facts.tracks.value, 0);
	}
	close(root_fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conclude),
		cmocka_unit_test(hosts),
		cmocka_unit_test(tries),
		cmocka_unit_test(a_count_that_stays),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
