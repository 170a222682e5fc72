/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * turns - more threads than may run at a time take turns.
 *
 * Whoever ends its turn gives its place to the next in the round that waits
 * for one, so that none waits longer than a round.
 */
#ifndef KILOFLOW_PROBES_LOAD_TURNS_H
#define KILOFLOW_PROBES_LOAD_TURNS_H

struct turns;

/**
 * turns_new - @n_threads threads, of which @n_places may run at a time
 * Return: NULL when there is no memory.
 */
struct turns *turns_new(unsigned int n_threads, unsigned int n_places);

/** turns_free - nobody has a place, nobody waits; NULL is fine */
void turns_free(struct turns *turns);

/**
 * turns_begin - wait for a place
 * @thread: 0..n_threads - 1
 *
 * Return: the place, 0..n_places - 1: nobody else has it until turns_end().
 */
unsigned int turns_begin(struct turns *turns, unsigned int thread);

/** turns_end - give @place to the next */
void turns_end(struct turns *turns, unsigned int thread, unsigned int place);

#endif
