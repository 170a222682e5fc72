// SPDX-License-Identifier: GPL-2.0-or-later
/* turns - see turns.h. Where there is a place for everybody nothing is shared.
 */
#include "probes/load/turns.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

struct seat {
	pthread_cond_t called;
	bool waits;
	unsigned int place; /* what it was called to */
};

struct turns {
	pthread_mutex_t lock;
	unsigned int n_threads, n_places;
	unsigned int n_free;
	unsigned int *free; /* n_free places */
	struct seat seats[];
};

struct turns *turns_new(unsigned int n_threads, unsigned int n_places)
{
	struct turns *turns =
		calloc(1, sizeof(*turns) + n_threads * sizeof(turns->seats[0]));

	if (!turns)
		return NULL;
	turns->free = calloc(n_places, sizeof(*turns->free));
	if (!turns->free) {
		free(turns);
		return NULL;
	}
	(void)pthread_mutex_init(&turns->lock, NULL);
	turns->n_threads = n_threads;
	turns->n_places = n_places;
	for (; turns->n_free < n_places; turns->n_free++)
		turns->free[turns->n_free] = turns->n_free;
	for (unsigned int i = 0; i < n_threads; i++)
		(void)pthread_cond_init(&turns->seats[i].called, NULL);
	return turns;
}

void turns_free(struct turns *turns)
{
	if (!turns)
		return;
	free(turns->free);
	free(turns);
}

static bool has_place_for_all(const struct turns *turns)
{
	return turns->n_threads <= turns->n_places;
}

unsigned int turns_begin(struct turns *turns, unsigned int thread)
{
	struct seat *seat = &turns->seats[thread];
	unsigned int place;

	if (has_place_for_all(turns))
		return thread;
	(void)pthread_mutex_lock(&turns->lock);
	if (turns->n_free) {
		place = turns->free[--turns->n_free];
	} else {
		seat->waits = true;
		while (seat->waits)
			(void)pthread_cond_wait(&seat->called, &turns->lock);
		place = seat->place;
	}
	(void)pthread_mutex_unlock(&turns->lock);
	return place;
}

/* The next after @thread that waits; NULL: none does. */
static struct seat *next_waiting(struct turns *turns, unsigned int thread)
{
	for (unsigned int i = 1; i < turns->n_threads; i++) {
		struct seat *seat =
			&turns->seats[(thread + i) % turns->n_threads];

		if (seat->waits)
			return seat;
	}
	return NULL;
}

void turns_end(struct turns *turns, unsigned int thread, unsigned int place)
{
	struct seat *next;

	if (has_place_for_all(turns))
		return;
	(void)pthread_mutex_lock(&turns->lock);
	next = next_waiting(turns, thread);
	if (next) {
		next->place = place;
		next->waits = false;
		(void)pthread_cond_signal(&next->called);
	} else {
		turns->free[turns->n_free++] = place;
	}
	(void)pthread_mutex_unlock(&turns->lock);
}
