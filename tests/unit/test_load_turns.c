// SPDX-License-Identifier: GPL-2.0-or-later
/* turns: never more at a time than there are places, and nobody is left out. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>

#include "probes/load/turns.h"
#include "tests/support/fdcheck.h"

#define THREADS_MAX 20
#define TURNS_EACH 200

struct hall {
	struct turns *turns;
	unsigned int n_threads, n_places;
	atomic_uint running, most;
	atomic_uint at_place[THREADS_MAX]; /* threads that have it */
	atomic_bool shared;
};

struct guest {
	struct hall *hall;
	pthread_t thread;
	unsigned int number;
};

static void have_turn(struct hall *hall, unsigned int place)
{
	const unsigned int now = atomic_fetch_add(&hall->running, 1) + 1;

	if (now > atomic_load(&hall->most))
		atomic_store(&hall->most, now);
	if (place >= hall->n_places && hall->n_threads > hall->n_places)
		atomic_store(&hall->shared, true);
	if (atomic_fetch_add(&hall->at_place[place], 1))
		atomic_store(&hall->shared, true);
	atomic_fetch_sub(&hall->at_place[place], 1);
	atomic_fetch_sub(&hall->running, 1);
}

static void *guest_main(void *arg)
{
	struct guest *guest = arg;
	struct hall *hall = guest->hall;

	for (unsigned int i = 0; i < TURNS_EACH; i++) {
		const unsigned int place =
			turns_begin(hall->turns, guest->number);

		have_turn(hall, place);
		turns_end(hall->turns, guest->number, place);
	}
	return NULL;
}

static void try_hall(unsigned int n_threads, unsigned int n_places)
{
	struct hall hall = { .n_threads = n_threads, .n_places = n_places };
	struct guest guests[THREADS_MAX];

	hall.turns = turns_new(n_threads, n_places);
	assert_non_null(hall.turns);
	for (unsigned int i = 0; i < n_threads; i++) {
		guests[i] = (struct guest){ .hall = &hall, .number = i };
		assert_int_equal(pthread_create(&guests[i].thread, NULL,
		                                guest_main, &guests[i]),
		                 0);
	}
	for (unsigned int i = 0; i < n_threads; i++)
		(void)pthread_join(guests[i].thread, NULL);
	assert_in_range(atomic_load(&hall.most), 1,
	                n_threads < n_places ? n_threads : n_places);
	assert_false(atomic_load(&hall.shared));
	turns_free(hall.turns);
}

static void test_places(void **state)
{
	static const unsigned int rows[][2] = {
		{ 1, 1 }, { 2, 1 }, { 20, 1 }, { 20, 2 }, { 20, 19 }, { 5, 20 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		try_hall(rows[i][0], rows[i][1]);
}

/* Who waits is next, in the order of the round, before who was just there. */
struct round {
	struct turns *turns;
	atomic_uint n_waiting;
	atomic_uint order[3];
	atomic_uint n_had;
};

struct waiter {
	struct round *round;
	pthread_t thread;
	unsigned int number;
};

static void *waiter_main(void *arg)
{
	struct waiter *waiter = arg;
	struct round *round = waiter->round;
	unsigned int place;

	atomic_fetch_add(&round->n_waiting, 1);
	place = turns_begin(round->turns, waiter->number);
	atomic_store(&round->order[atomic_fetch_add(&round->n_had, 1)],
	             waiter->number);
	turns_end(round->turns, waiter->number, place);
	return NULL;
}

static void test_round(void **state)
{
	static const unsigned int expected[] = { 3, 0, 1 };
	const struct timespec a_while = { .tv_nsec = 50000000 };
	struct round round = { .turns = turns_new(4, 1) };
	struct waiter waiters[3];
	unsigned int place;

	(void)state;
	assert_non_null(round.turns);
	place = turns_begin(round.turns, 2);
	assert_int_equal(place, 0);
	for (unsigned int i = 0; i < 3; i++) {
		static const unsigned int numbers[] = { 1, 0, 3 };

		waiters[i] = (struct waiter){ .round = &round,
			                      .number = numbers[i] };
		assert_int_equal(pthread_create(&waiters[i].thread, NULL,
		                                waiter_main, &waiters[i]),
		                 0);
	}
	while (atomic_load(&round.n_waiting) < 3)
		;
	(void)nanosleep(&a_while, NULL);
	turns_end(round.turns, 2, place);
	for (unsigned int i = 0; i < 3; i++)
		(void)pthread_join(waiters[i].thread, NULL);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(atomic_load(&round.order[i]), expected[i]);
	turns_free(round.turns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_round),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
