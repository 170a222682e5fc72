/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * observer - all of the observers at once, in one thread: a descriptor to
 * poll, and a turn to give when it is readable.
 */
#ifndef KILOFLOW_PROBES_OBSERVE_OBSERVER_H
#define KILOFLOW_PROBES_OBSERVE_OBSERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct host;
struct observed;
struct observer;
struct seen_listener;

struct observer_wants {
	int root_fd;        /* directory that stands for "/" */
	uint64_t sample_ns; /* between two looks, unless they take too long:
	                       they are given a fortieth of the time */
	bool untraced;      /* nothing of tracefs */
	bool endless;       /* nothing of sockets that end */
};

/**
 * observer_open - begin
 * @host: its namespaces are looked at, and its listeners' owners are known.
 * The calling thread is in the first one; others are entered by a thread
 * @ret: set only on success
 *
 * What cannot be observed is no error; observed says so, part by part.
 *
 * Return: 0; -ENOMEM, -EMFILE.
 */
int observer_open(const struct host *host, const struct observer_wants *wants,
                  struct observer **ret, struct err *err);

/** observer_fd - readable: a turn is due */
int observer_fd(const struct observer *observer);

/** observer_turn - do what is due. Return: 0 or -ENOMEM */
int observer_turn(struct observer *observer, struct err *err);

/**
 * observer_seen - all so far; its arrays move with the next turn
 */
const struct observed *observer_seen(struct observer *observer);

/**
 * observer_forget - drop events, and listeners that are gone: for whoever
 * has shown them. Counts of what was lost stay.
 */
void observer_forget(struct observer *observer);

/**
 * observer_finish - a last look, and all that is on its way
 *
 * Return: 0 or -ENOMEM.
 */
int observer_finish(struct observer *observer, struct err *err);

/**
 * observer_close - leave nothing behind; NULL is fine
 *
 * Return: what was observed: observed_free() it. NULL for NULL.
 */
struct observed *observer_close(struct observer *observer);

#endif
