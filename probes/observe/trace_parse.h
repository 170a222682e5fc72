/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace_parse - the bytes of a trace event to what it says, by the format
 * that the running kernel gives: where a field stands, and what the reasons
 * are called, differs between versions. Pure, but for the heap.
 */
#ifndef KILOFLOW_PROBES_OBSERVE_TRACE_PARSE_H
#define KILOFLOW_PROBES_OBSERVE_TRACE_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "probes/observe/observed.h"

struct tep_event;
struct tep_format_field;
struct tep_handle;

enum trace_kind {
	TRACE_SEND_RESET,
	TRACE_RECEIVE_RESET,
	TRACE_SYNACK,
	TRACE_LISTEN,       /* a call of listen(): fd and backlog */
	TRACE_LISTEN_STATE, /* right after it: address and port; not when the
	                       socket was listening before */
};
#define TRACE_KINDS 5

/* Which events there are, by kind. */
struct trace_event_name {
	const char *system, *event;
	const char *filter; /* NULL: none */
};

extern const struct trace_event_name trace_events[TRACE_KINDS];

#define TRACE_FIELDS 13

/* The formats of this kernel. */
struct trace_formats {
	struct tep_handle *tep;
	struct trace_format {
		struct tep_event *event; /* NULL: the kernel has none */
		struct tep_format_field *field[TRACE_FIELDS];
	} kind[TRACE_KINDS];
};

/* An event. */
struct trace_event {
	enum trace_kind kind;
	pid_t tid; /* of whoever the CPU was busy for */
	union {
		struct seen_reset reset; /* pid and comm are not set */
		struct seen_synack synack;
		struct {
			int fd;
			int64_t backlog;
		} listen;
		struct seen_tuple state;
	};
};

/** trace_formats_init - Return: 0 or -ENOMEM */
int trace_formats_init(struct trace_formats *formats);

/** trace_formats_done - free what it holds */
void trace_formats_done(struct trace_formats *formats);

/**
 * trace_formats_add - learn the format of a kind of event
 * @text: @len bytes of its file "format"
 *
 * Return: 0; -EBADMSG when it cannot be understood, or a field is missing.
 */
int trace_formats_add(struct trace_formats *formats, enum trace_kind kind,
                      const char *text, size_t len);

/** trace_formats_have_reasons - does a reset come with a reason? */
bool trace_formats_have_reasons(const struct trace_formats *formats);

/**
 * trace_parse - one event
 * @data: @len bytes, from the common fields on
 *
 * Return: 0; -ENOENT for an event of no kind here; -EBADMSG when it is
 * shorter than its format says.
 */
int trace_parse(const struct trace_formats *formats, const void *data,
                size_t len, uint64_t at_ns, struct trace_event *ret);

#endif
