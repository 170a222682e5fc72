/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace - resets, calls of listen() and SYN-ACK retransmissions, as the
 * kernel's tracepoints tell them: through libtracefs, in an instance of our
 * own. Of the whole host: events carry no network namespace.
 *
 * The instance is "kiloflow.PID.START", and locked for as long as its process
 * lives. What is found unlocked was left behind by one that was killed, and
 * is removed when the next one starts.
 */
#ifndef KILOFLOW_PROBES_OBSERVE_TRACE_H
#define KILOFLOW_PROBES_OBSERVE_TRACE_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct seen_listen;
struct seen_reset;
struct seen_synack;
struct trace;

/* Where the events go; each returns 0, or negative errno to stop. */
struct trace_sink {
	int (*reset)(void *to, const struct seen_reset *reset);
	/* got is not known here */
	int (*listen)(void *to, const struct seen_listen *listen);
	int (*synack)(void *to, const struct seen_synack *synack);
	void *to;
};

/**
 * trace_open - begin to trace
 * @root_fd: directory that stands for "/", for names of processes
 * @ret: set only on success
 *
 * tracefs is mounted for this process alone, where nobody sees it; where that
 * is not possible, the one that is mounted for all is used.
 *
 * Return: 0; -ENOSYS when kiloflow was built without the libraries; -EACCES,
 * -EPERM without the right; -ENOENT when the kernel has no such events.
 */
int trace_open(int root_fd, struct trace **ret, struct err *err);

/** trace_close - end it, and remove the instance; NULL is fine */
void trace_close(struct trace *trace);

/**
 * trace_drain - hand out what has happened since, CPU by CPU
 *
 * Return: 0, or what @sink returned.
 */
int trace_drain(struct trace *trace, const struct trace_sink *sink);

/** trace_lost - events that were overwritten before they were read */
uint64_t trace_lost(const struct trace *trace);

/** trace_has_reasons - does the kernel give a reason with a reset? */
bool trace_has_reasons(const struct trace *trace);

#endif
