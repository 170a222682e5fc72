// SPDX-License-Identifier: GPL-2.0-or-later
/* sightings - rows of many looks become one listener each. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "probes/diag_parse.h"
#include "probes/facts.h"
#include "probes/observe/observed.h"
#include "probes/observe/sightings.h"
#include "tests/support/fdcheck.h"

#define NS 4026531840U
#define OTHER_NS 4026532000U
#define BEGUN 100

/* A row of a listener with limit 10. */
static void see_in(struct sightings *table, uint64_t netns, uint64_t cookie,
                   uint32_t queue, uint32_t drops, uint64_t now)
{
	const struct diag_row row = {
		.family = AF_INET,
		.state = TCP_LISTEN,
		.sport = (uint16_t)cookie,
		.cookie = cookie,
		.rqueue = queue,
		.wqueue = 10,
		.drops = fact_known(drops),
	};

	assert_int_equal(sightings_see(table, netns, &row, now, BEGUN), 0);
}

static void see(struct sightings *table, uint64_t cookie, uint32_t queue,
                uint32_t drops, uint64_t now)
{
	see_in(table, NS, cookie, queue, drops, now);
}

static void one_over_time(void **state)
{
	struct sightings table = { 0 };
	const struct seen_listener *seen;

	(void)state;
	see(&table, 7, 3, 5, 100);
	see(&table, 7, 10, 5, 110);
	see(&table, 7, 11, 25, 120);
	see(&table, 7, 11, 30, 130);
	see(&table, 7, 2, 30, 140);
	assert_int_equal(table.n, 1);
	seen = sightings_find(&table, NS, 7);
	assert_int_equal(seen->first.queue, 3);
	assert_int_equal(seen->limit, 10);
	assert_int_equal(seen->queue_peak, 11);
	assert_int_equal(seen->queue_last, 2);
	assert_int_equal(seen->drops.state, FACT_KNOWN);
	assert_int_equal(seen->drops.value, 25);
	assert_int_equal(seen->samples, 5);
	assert_int_equal(seen->full, 2);
	assert_int_equal(seen->full_first_ns, 120);
	assert_int_equal(seen->full_last_ns, 130);
	assert_int_equal(seen->appeared_ns, 0);
	assert_int_equal(seen->gone_ns, 0);
	assert_int_equal(seen->syn_queue_peak.state, FACT_UNREAD);
	sightings_done(&table);
}

static void drops_wrap(void **state)
{
	struct sightings table = { 0 };

	(void)state;
	see(&table, 7, 0, UINT32_MAX - 4, 100);
	see(&table, 7, 0, 5, 110);
	assert_int_equal(sightings_find(&table, NS, 7)->drops.value, 10);
	sightings_done(&table);
}

static void unknown_drops_stay_so(void **state)
{
	const struct diag_row row = {
		.family = AF_INET,
		.cookie = 7,
		.drops = { .state = FACT_ABSENT },
	};
	struct sightings table = { 0 };

	(void)state;
	assert_int_equal(sightings_see(&table, NS, &row, 100, BEGUN), 0);
	assert_int_equal(sightings_find(&table, NS, 7)->drops.state,
	                 FACT_ABSENT);
	sightings_done(&table);
}

/* What was dropped before the first look counts for one that appeared. */
static void appears_and_goes(void **state)
{
	struct sightings table = { 0 };
	const struct seen_listener *seen;

	(void)state;
	see(&table, 1, 0, 9, 100);
	see(&table, 1, 0, 9, 110);
	see(&table, 2, 4, 6, 110);
	assert_int_equal(sightings_end_look(&table, NS, 110), 0);
	see(&table, 1, 0, 9, 120);
	assert_int_equal(sightings_end_look(&table, NS, 120), 1);
	seen = sightings_find(&table, NS, 2);
	assert_int_equal(seen->appeared_ns, 110);
	assert_int_equal(seen->gone_ns, 120);
	assert_int_equal(seen->seen_ns, 110);
	assert_int_equal(seen->drops.value, 6);
	assert_int_equal(seen->queue_last, 4);
	assert_int_equal(sightings_find(&table, NS, 1)->drops.value, 0);
	see(&table, 1, 0, 9, 130);
	assert_int_equal(sightings_end_look(&table, NS, 130), 0);
	assert_int_equal(seen->gone_ns, 120);
	sightings_done(&table);
}

static void missed_once_is_back(void **state)
{
	struct sightings table = { 0 };

	(void)state;
	see(&table, 1, 0, 0, 100);
	assert_int_equal(sightings_end_look(&table, NS, 110), 1);
	see(&table, 1, 0, 0, 120);
	assert_int_equal(sightings_find(&table, NS, 1)->gone_ns, 0);
	assert_int_equal(sightings_find(&table, NS, 1)->appeared_ns, 0);
	sightings_done(&table);
}

static void twice_in_a_look_is_once(void **state)
{
	struct sightings table = { 0 };

	(void)state;
	see(&table, 1, 11, 0, 100);
	see(&table, 1, 11, 0, 100);
	assert_int_equal(sightings_find(&table, NS, 1)->samples, 1);
	assert_int_equal(sightings_find(&table, NS, 1)->full, 1);
	sightings_done(&table);
}

static void namespaces_are_apart(void **state)
{
	struct sightings table = { 0 };

	(void)state;
	see_in(&table, NS, 1, 1, 0, 100);
	see_in(&table, OTHER_NS, 1, 2, 0, 100);
	assert_int_equal(table.n, 2);
	assert_int_equal(sightings_find(&table, OTHER_NS, 1)->queue_peak, 2);
	see_in(&table, NS, 1, 1, 0, 110);
	assert_int_equal(sightings_end_look(&table, NS, 110), 0);
	assert_int_equal(sightings_find(&table, OTHER_NS, 1)->gone_ns, 0);
	sightings_done(&table);
}

static void many(void **state)
{
	struct sightings table = { 0 };

	(void)state;
	for (uint64_t look = 0; look < 3; look++) {
		for (uint64_t cookie = 1; cookie <= 5000; cookie++)
			see(&table, cookie, (uint32_t)cookie, 0, BEGUN + look);
	}
	assert_int_equal(table.n, 5000);
	for (uint64_t cookie = 1; cookie <= 5000; cookie++)
		assert_int_equal(sightings_find(&table, NS, cookie)->queue_peak,
		                 cookie);
	assert_null(sightings_find(&table, NS, 5001));
	for (uint64_t cookie = 2; cookie <= 5000; cookie += 2)
		see(&table, cookie, 0, 0, BEGUN + 9);
	assert_int_equal(sightings_end_look(&table, NS, BEGUN + 9), 2500);
	sightings_forget_gone(&table);
	assert_int_equal(table.n, 2500);
	assert_int_equal(table.ownerless, 2500);
	assert_null(sightings_find(&table, NS, 4999));
	assert_int_equal(sightings_find(&table, NS, 5000)->queue_peak, 5000);
	sightings_done(&table);
}

static void owners_are_taken_over(void **state)
{
	struct owner owner = { .pid = 42, .fd = 3, .comm = "iperf" };
	struct listener known[] = {
		{ .cookie = 1,
		  .owners = &owner,
		  .n_owners = 1,
		  .owners_state = OWNERS_KNOWN },
		{ .cookie = 2, .owners_state = OWNERS_DENIED },
		{ .cookie = 3 },
		{ .cookie = 4, .owners_state = OWNERS_KNOWN },
	};
	const struct netns_facts facts = {
		.inode = NS,
		.listeners = known,
		.n_listeners = 4,
	};
	struct sightings table = { 0 };

	(void)state;
	for (uint64_t cookie = 1; cookie <= 3; cookie++)
		see(&table, cookie, 0, 0, 100);
	assert_int_equal(table.ownerless, 3);
	assert_int_equal(sightings_adopt(&table, &facts), 0);
	assert_int_equal(sightings_adopt(&table, &facts), 0);
	assert_int_equal(table.ownerless, 1);
	assert_int_equal(table.items[0].first.n_owners, 1);
	assert_int_equal(table.items[0].first.owners[0].pid, 42);
	assert_int_equal(table.items[1].first.owners_state, OWNERS_DENIED);
	assert_int_equal(table.items[2].first.owners_state, OWNERS_UNREAD);
	sightings_done(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_over_time),
		cmocka_unit_test(drops_wrap),
		cmocka_unit_test(unknown_drops_stay_so),
		cmocka_unit_test(appears_and_goes),
		cmocka_unit_test(missed_once_is_back),
		cmocka_unit_test(twice_in_a_look_is_once),
		cmocka_unit_test(namespaces_are_apart),
		cmocka_unit_test(many),
		cmocka_unit_test(owners_are_taken_over),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
