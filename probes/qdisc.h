/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qdisc - the queue in front of a device, and how many packets it holds.
 */
#ifndef KILOFLOW_PROBES_QDISC_H
#define KILOFLOW_PROBES_QDISC_H

#include <stddef.h>
#include <stdint.h>

#include "probes/fact.h"

struct nl_sock;

struct qdisc_facts {
	struct fact_u64 read; /* 1: the following was; or why not */
	char kind[16];        /* "fq", "mq", "noqueue", ...; "": none */
	char leaf[16];        /* of a multiqueue device, its queues' kind */
	uint32_t n_queues;    /* of these; 0 for another device */

	/*
	 * Of the queue; on a multiqueue device, of the smallest. Absent when
	 * it has none, or one in bytes.
	 */
	struct fact_u64 limit_packets;
	struct fact_u64 flow_limit_packets; /* of each flow (fq) */
	struct fact_u64 drops;              /* of all queues */
};

/* One of them, as the kernel tells it. */
struct qdisc_row {
	int ifindex;
	uint32_t handle, parent;
	char kind[16];
	struct fact_u64 limit_packets, flow_limit_packets, drops;
};

/**
 * qdisc_parse - payload of an RTM_NEWQDISC message. Pure.
 * @payload: struct tcmsg and attributes, @len bytes, aligned as netlink
 * aligns them
 * @ret: undefined on failure
 *
 * Return: 0, or -EBADMSG.
 */
int qdisc_parse(const void *payload, size_t len, struct qdisc_row *ret);

/* A device's queues, while they are told one by one. */
struct qdisc_device {
	int ifindex;
	uint64_t tx_queue_packets; /* its txqueuelen */
	uint32_t root;             /* handle of the root, once it was seen */
	struct qdisc_facts *facts;
};

/**
 * qdisc_add - what one of them adds to the facts of its device. Pure.
 *
 * The kernel tells the root first (net/sched/sch_api.c:tc_dump_qdisc_root()).
 * Those of other devices, and those below a qdisc with classes, are passed
 * over.
 */
void qdisc_add(struct qdisc_device *device, const struct qdisc_row *row);

/**
 * qdisc_read - the queue of a device
 * @socket: connected to NETLINK_ROUTE
 * @tx_queue_packets: the device's txqueuelen, which pfifo_fast goes by
 * @ret: all are set
 */
void qdisc_read(struct nl_sock *socket, int ifindex, uint64_t tx_queue_packets,
                struct qdisc_facts *ret);

#endif
