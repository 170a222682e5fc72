/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watch - what is seen while it happens: JSON lines for a program, a table
 * with the latest events below it for a person.
 *
 * Both show frames: what is new since the one before.
 */
#ifndef KILOFLOW_CHECKER_REPORT_WATCH_H
#define KILOFLOW_CHECKER_REPORT_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "probes/observe/observed.h"

struct host;

/* What was told of a listener last. */
struct watch_mark {
	uint64_t drops, syn_queue;
	uint32_t queue, limit;
};

struct watch_frame {
	const struct host *host;
	const struct observed *seen; /* events, and listeners with those that
	                                went, since the frame before */
	/* of the first listeners of seen, in their order; those behind them
	   are new */
	const struct watch_mark *marks;
	size_t n_marks;
	uint64_t lost;    /* events, since the frame before */
	uint64_t took_ns; /* since then */
};

/** watch_mark_of - what is told of a listener now. Pure. */
struct watch_mark watch_mark_of(const struct seen_listener *listener);

/** watch_new_drops - of seen.listeners[@at], since the frame before. Pure. */
uint64_t watch_new_drops(const struct watch_frame *frame, size_t at);

/** watch_address - "127.0.0.1:80", "[::1]:80"
 * @remote: the other end; "?" when it is not known
 */
void watch_address(const struct seen_tuple *tuple, bool remote, char *buf,
                   size_t size);

/* Return of all of these: 0 or -ENOMEM; the stream's errors are the
 * caller's. */

/** watch_json_begin - the first line */
int watch_json_begin(const struct watch_frame *frame, FILE *out);

/** watch_json_frame - listeners that changed, and events */
int watch_json_frame(const struct watch_frame *frame, FILE *out);

/** watch_json_end - the last line */
int watch_json_end(const struct watch_frame *frame, FILE *out);

#define WATCH_LOG_LINES 64

/* The latest events as text; all zero: none. */
struct watch_log {
	char line[WATCH_LOG_LINES][512];
	size_t n; /* how many there were; a ring of the last ones */
};

/** watch_log_frame - add what is new */
void watch_log_frame(struct watch_log *log, const struct watch_frame *frame);

struct watch_screen {
	unsigned int columns, lines;
	bool color;
};

/**
 * watch_table - draw a frame over the one before; the cursor is anywhere
 *
 * Return: 0 or -ENOMEM.
 */
int watch_table(const struct watch_frame *frame, const struct watch_log *log,
                const struct watch_screen *screen, FILE *out);

#endif
