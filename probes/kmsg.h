/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kmsg - what the kernel's log says of lost connections.
 *
 * The log is a ring: old messages are overwritten, and the kernel limits how
 * often it says the same. So what is found happened, how often is a lower
 * bound, and what is not found may have happened too.
 */
#ifndef KILOFLOW_PROBES_KMSG_H
#define KILOFLOW_PROBES_KMSG_H

#include <stddef.h>
#include <stdint.h>

#include "probes/fact.h"

enum kmsg_kind {
	KMSG_SYN_COOKIES,    /* a SYN queue was full: cookies were sent */
	KMSG_SYN_DROPS,      /* the same: SYNs were dropped */
	KMSG_CONNTRACK_FULL, /* nf_conntrack_max reached */
	KMSG_ORPHANS,        /* tcp_max_orphans reached */
	KMSG_TCP_MEM,        /* tcp_mem reached */
	KMSG_TIME_WAIT,      /* tcp_max_tw_buckets reached */
	KMSG_KIND_COUNT
};

/* Messages that say the same: of one kind, and about one listener. */
struct kmsg_event {
	enum kmsg_kind kind;
	int family;       /* of @addr; 0: the message has no address */
	uint8_t addr[16]; /* network byte order; IPv4 in the first four */
	uint16_t port;    /* of KMSG_SYN_*; else 0 */
	uint64_t count;
	uint64_t last_us; /* since boot */
};

#define KMSG_EVENTS_MAX 64

/* Of these, for the kinds without a port, whatever else there is. */
#define KMSG_EVENTS_KEPT (KMSG_KIND_COUNT - 2)

struct kmsg_facts {
	struct fact_u64 records; /* looked at, or why not */
	struct fact_u64 now_us;  /* the clock of @last_us */
	struct kmsg_event events[KMSG_EVENTS_MAX];
	size_t n_events;
	uint64_t n_more; /* messages about further ports: no room */
};

/**
 * kmsg_parse - add what the records of @bytes say. Pure.
 * @bytes: @len bytes as read from /dev/kmsg: one record or more, each a line
 * "priority,sequence,microseconds,flags;text", then lines that begin with a
 * blank. Documentation/ABI/testing/dev-kmsg
 * @ret: records is counted up. A line that is no such record, and what a
 * program wrote there itself, is passed over
 */
void kmsg_parse(const char *bytes, size_t len, struct kmsg_facts *ret);

/**
 * kmsg_parse_dmesg - add what the lines of @bytes say. Pure.
 * @bytes: @len bytes as dmesg(1) wrote them, "[   12.345678] text" a line
 * @ret: as of kmsg_parse(). Who wrote a line cannot be told here: it counts
 * whoever it was
 */
void kmsg_parse_dmesg(const char *bytes, size_t len, struct kmsg_facts *ret);

/**
 * kmsg_read - read the log from its oldest record on
 * @root_fd: directory that stands for "/"
 * @ret: all are set; without the right to read it, records is denied
 *
 * Does not wait for new records, and ends after KMSG_RECORDS_MAX.
 */
void kmsg_read(int root_fd, struct kmsg_facts *ret);

#define KMSG_RECORDS_MAX 100000U

#endif
