// SPDX-License-Identifier: GPL-2.0-or-later
/* test_threads - how many there are, and whom RLIMIT_NPROC binds. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "probes/threads.h"
#include "tests/support/fdcheck.h"
#include "tests/support/fixture.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void loadavg(void **state)
{
	static const struct {
		const char *text;
		enum fact_state state;
		uint64_t total;
	} rows[] = {
		{ "0.20 0.18 0.12 1/80 11206\n", FACT_KNOWN, 80 },
		{ "0 0 0 1/0", FACT_KNOWN, 0 },
		{ "0.20 0.18 0.12 180 11206\n", FACT_BROKEN, 0 },
		{ "0.20 0.18 0.12 1/ 11206\n", FACT_BROKEN, 0 },
		{ "0.20 0.18 0.12 1/8x 11206\n", FACT_BROKEN, 0 },
		{ "0.20 0.18 0.12\n", FACT_BROKEN, 0 },
		{ "", FACT_BROKEN, 0 },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct fact_u64 fact = threads_parse_loadavg(
			rows[i].text, strlen(rows[i].text));

		print_message("%s\n", rows[i].text);
		assert_int_equal(fact.state, rows[i].state);
		assert_int_equal(fact.value, rows[i].total);
	}
}

#define UID "Uid:\t1000\t0\t0\t0\n"
#define THREADS "Threads:\t12\n"
#define CAPS "CapEff:\t000001ffffffffff\n"

static void status(void **state)
{
	static const struct {
		const char *text;
		int rc;
	} rows[] = {
		{ "Name:\tx\n" UID THREADS CAPS, 0 },
		{ CAPS THREADS UID "Uid:\t1\n", 0 },
		{ UID THREADS, -EBADMSG },
		{ UID CAPS, -EBADMSG },
		{ THREADS CAPS, -EBADMSG },
		{ "Uid:\tx\n" THREADS CAPS, -EBADMSG },
		{ UID "Threads:\t-1\n" CAPS, -EBADMSG },
		{ UID THREADS "CapEff:\tg\n", -EBADMSG },
		{ UID "Threads:\n" CAPS, -EBADMSG },
		{ "", -EBADMSG },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct threads_status parsed;

		print_message("%s\n", rows[i].text);
		assert_int_equal(threads_parse_status(rows[i].text,
		                                      strlen(rows[i].text),
		                                      &parsed),
		                 rows[i].rc);
		if (rows[i].rc)
			continue;
		assert_int_equal(parsed.uid, 1000);
		assert_int_equal(parsed.threads, 12);
		assert_int_equal(parsed.caps, UINT64_C(0x1ffffffffff));
	}
}

static void uid_map(void **state)
{
	static const struct {
		const char *text;
		bool initial;
	} rows[] = {
		{ "         0          0 4294967295\n", true },
		{ "0 0 4294967295", true },
		{ "         0       1000          1\n", false },
		{ "0 0 4294967294\n", false },
		{ "1 0 4294967295\n", false },
		{ "0 1 4294967295\n", false },
		{ "0 0 4294967295 1\n", false },
		{ "0 0 4294967295\n1 1 1\n", false },
		{ "0 0\n", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		print_message("%s\n", rows[i].text);
		assert_int_equal(threads_parse_uid_map(rows[i].text,
		                                       strlen(rows[i].text)),
		                 rows[i].initial);
	}
}

static void exempt(void **state)
{
	static const struct {
		uint64_t uid, caps;
		bool initial, exempt;
	} rows[] = {
		{ 0, 0, true, true },
		{ 0, 0, false, false },
		{ 1000, 0, true, false },
		{ 1000, UINT64_C(1) << 21, true, true },
		{ 1000, UINT64_C(1) << 24, true, true },
		{ 1000, UINT64_C(1) << 24, false, false },
		{ 1000, ~(UINT64_C(1) << 21 | UINT64_C(1) << 24), true, false },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct threads_status status = {
			.uid = rows[i].uid,
			.caps = rows[i].caps,
		};

		assert_int_equal(threads_is_exempt(&status, rows[i].initial),
		                 rows[i].exempt);
	}
}

static struct threads_facts read_host(int root_fd)
{
	struct threads_facts facts;
	struct rlimit limit;

	threads_read(root_fd, &facts);
	close(root_fd);
	assert_int_equal(getrlimit(RLIMIT_NPROC, &limit), 0);
	assert_int_equal(facts.nproc_soft.value, limit.rlim_cur);
	assert_int_equal(facts.nproc_hard.value, limit.rlim_max);
	return facts;
}

static void hosts(void **state)
{
	struct threads_facts facts = read_host(fixture_root("6.18"));

	(void)state;
	assert_int_equal(facts.total.value, 80);
	/* user 1000: process 4242 with 12 threads; 4243 is another's */
	assert_int_equal(facts.exempt.state, FACT_KNOWN);
	assert_int_equal(facts.exempt.value, 0);
	assert_int_equal(facts.user.state, FACT_KNOWN);
	assert_int_equal(facts.user.value, 12);
	assert_int_equal(facts.pids.max.value, 9000);
	assert_int_equal(facts.pids.current.value, 33);
	assert_int_equal(facts.memory.max.value, UINT64_MAX);

	facts = read_host(fixture_root("3.10"));
	assert_int_equal(facts.total.state, FACT_ABSENT);
	assert_int_equal(facts.exempt.state, FACT_ABSENT);
	assert_int_equal(facts.user.state, FACT_ABSENT);
	assert_int_equal(facts.pids.max.state, FACT_ABSENT);
	assert_int_equal(facts.memory.max.state, FACT_ABSENT);

	facts = read_host(fixture_root("hostile"));
	assert_int_equal(facts.total.state, FACT_BROKEN);
	assert_int_equal(facts.exempt.state, FACT_BROKEN);
	assert_int_equal(facts.user.state, FACT_BROKEN);
}

static void this_host(void **state)
{
	const struct threads_facts facts =
		read_host(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));

	(void)state;
	assert_int_equal(facts.total.state, FACT_KNOWN);
	assert_true(facts.total.value >= 1);
	assert_int_equal(facts.exempt.state, FACT_KNOWN);
	assert_int_equal(facts.user.state,
	                 facts.exempt.value ? FACT_ABSENT : FACT_KNOWN);
	if (!facts.exempt.value)
		assert_true(facts.user.value >= 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loadavg), cmocka_unit_test(status),
		cmocka_unit_test(uid_map), cmocka_unit_test(exempt),
		cmocka_unit_test(hosts),   cmocka_unit_test(this_host),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
