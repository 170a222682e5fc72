/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * holders - the processes that hold the listeners, while they do: a server
 * that a test starts and ends has none before and none after it.
 */
#ifndef KILOFLOW_PROBES_OBSERVE_HOLDERS_H
#define KILOFLOW_PROBES_OBSERVE_HOLDERS_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct sightings;

/**
 * holders_find - the owners of those that nobody has looked for yet
 * @root_fd: directory that stands for "/"
 * @inodes: of the @n namespaces looked at
 *
 * Return: 0 or -ENOMEM.
 */
int holders_find(int root_fd, struct sightings *table, const uint64_t *inodes,
                 size_t n, struct err *err);

/**
 * holders_count_files - of those that stand full now: how near their owners
 * are to their limits of open files
 */
void holders_count_files(int root_fd, struct sightings *table);

/** holders_note_deaths - of those whose owners have ended */
void holders_note_deaths(int root_fd, struct sightings *table);

#endif
