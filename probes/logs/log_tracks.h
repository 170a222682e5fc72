/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log_tracks - flows of an iperf 2 log, each with its last line.
 *
 * iperf 2 writes a flow's total like a first interval, from 0. Which of both
 * a line is, is told by the flow's next line: a total has none. So one line
 * a flow is kept, 48 bytes, until the next comes or the test ends.
 */
#ifndef KILOFLOW_PROBES_LOGS_LOG_TRACKS_H
#define KILOFLOW_PROBES_LOGS_LOG_TRACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/logs/log_bytes.h"

struct log_track {
	uint64_t key;
	struct log_bytes bytes;
	uint64_t end_us;
	uint32_t n_lines;
	bool is_held; /* its last line began at 0: bytes and end_us are its */
	bool is_back;
};

struct log_tracks {
	struct log_track *list;
	size_t n, room;
	uint32_t *index; /* open addressing; 0: free, else 1 + place in list */
	size_t index_size;
};

/**
 * log_tracks_get - the flow's track, a new one when there is none
 *
 * Return: valid until the next call; NULL when there is no memory.
 */
struct log_track *log_tracks_get(struct log_tracks *tracks, uint64_t key);

/** log_tracks_has - is there such a flow? */
bool log_tracks_has(const struct log_tracks *tracks, uint64_t key);

/** log_tracks_done - free what it holds; it is empty then */
void log_tracks_done(struct log_tracks *tracks);

#endif
