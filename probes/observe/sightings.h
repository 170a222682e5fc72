/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sightings - the rows of many looks at the listeners, made one
 * struct seen_listener each. Pure, but for the heap.
 *
 * A look is all rows of one namespace, at one time:
 *
 *	for each row: sightings_see(table, inode, row, now_ns)
 *	sightings_end_look(table, inode, now_ns)
 *
 * A socket is known by its namespace and its cookie, which is never used
 * again; a dump may tell of it twice or, seldom, miss it. One that was missed
 * counts as gone until it is seen again.
 */
#ifndef KILOFLOW_PROBES_OBSERVE_SIGHTINGS_H
#define KILOFLOW_PROBES_OBSERVE_SIGHTINGS_H

#include <stddef.h>
#include <stdint.h>

struct diag_row;
struct netns_facts;
struct seen_listener;

/* All zero: empty. */
struct sightings {
	struct seen_listener *items; /* in the order of their first sight */
	size_t n, max;
	uint32_t *slots;  /* hash of cookies: 1 + index, 0 is free */
	size_t n_slots;   /* a power of two */
	size_t ownerless; /* items whose owners nobody has looked for */
};

/** sightings_done - free all of it */
void sightings_done(struct sightings *table);

/**
 * sightings_see - a listener's row
 * @begun_ns: of the first look; what is new at another time has appeared
 *
 * Return: 0 or -ENOMEM.
 */
int sightings_see(struct sightings *table, uint64_t netns_inode,
                  const struct diag_row *row, uint64_t now_ns,
                  uint64_t begun_ns);

/**
 * sightings_end_look - those of the namespace that were not seen are gone
 *
 * Return: how many of them went just now.
 */
size_t sightings_end_look(struct sightings *table, uint64_t netns_inode,
                          uint64_t now_ns);

/** sightings_find - NULL: never seen */
struct seen_listener *sightings_find(const struct sightings *table,
                                     uint64_t netns_inode, uint64_t cookie);

/**
 * sightings_adopt - take the owners over that the facts have
 *
 * Return: 0 or -ENOMEM.
 */
int sightings_adopt(struct sightings *table, const struct netns_facts *ns);

/** sightings_forget_gone - drop those that are gone */
void sightings_forget_gone(struct sightings *table);

#endif
