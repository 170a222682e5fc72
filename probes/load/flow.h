/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flow - one TCP connection of the load test, with both of its ends.
 *
 * An end reads and writes on its own; a flow joins the two, by the client's
 * port, once the server's end was accepted. What happens to a flow is
 * decided in step functions and settled in one place, flow_settle(), so that
 * each gets exactly one outcome.
 *
 * An end that another host has is one without a descriptor, which is drained
 * from the beginning; its counts come later.
 */
#ifndef KILOFLOW_PROBES_LOAD_FLOW_H
#define KILOFLOW_PROBES_LOAD_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/load/load_result.h"

/* The first bytes of every flow: one segment, read as payload. */
#define HELLO_BYTES 16

struct splicer;

enum end_flags {
	END_ACTIVE = 1,    /* it sent the SYN */
	END_CAN_READ = 2,  /* worth a try: said epoll, or its peer wrote */
	END_CAN_WRITE = 4, /* worth a try: no EAGAIN since epoll said so */
	END_SHUT = 8,      /* our FIN is sent */
	END_EOF = 16,      /* the peer's FIN was read */
	END_SENDER = 32,   /* has payload of its own besides the hello */
	END_LAST = 64,     /* the peer's FIN is known to come or to be here */
	END_CORRUPT = 128, /* what was read is not what was written */
};

struct end {
	uint64_t written; /* by the application, bytes */
	uint64_t read;
	uint64_t acked;    /* written, and acknowledged by the peer's kernel */
	uint64_t received; /* payload that this end's kernel took in */
	uint64_t to_write; /* what is left of its quota */
	uint32_t total_retrans;
	int fd; /* -1: none */
	uint8_t flags;
};

enum flow_state {
	FLOW_NEW,        /* nothing was done for it yet */
	FLOW_CONNECTING, /* the client's SYN is out */
	FLOW_CONNECTED,  /* established for the client */
	FLOW_OPEN,       /* both ends are ours */
	FLOW_CLOSED,     /* counts are final, descriptors closed */
};

struct flow {
	struct end client, server;
	uint64_t since_ns; /* when connect() was called, or due; later, when
	                      both ends were drained */
	uint64_t asked_ns; /* since when its request is answered, or is to be;
	                      0: there is none */
	uint32_t connect_us;
	uint32_t burst_retrans; /* both ends', until it was open */
	uint8_t state;          /* enum flow_state */
	uint8_t outcome;        /* LOAD_OUTCOMES until it is settled */
	uint8_t phase;          /* where the error was; enum load_phase */
	bool late;              /* its SYN or hello had to be sent again */
	bool parked;            /* not in its worker's run queue */
	bool armed;             /* its descriptors are in an epoll set */
	bool reset;             /* to be closed by RST, which leaves no
	                           TIME_WAIT behind */
	bool untold;            /* one end is another host's, which did not
	                           say what it counted */
	int16_t code;           /* positive errno, 0: none */
};

/** flow_init - a flow that was not tried yet */
void flow_init(struct flow *flow);

/**
 * flow_outcome_of - the outcome that an errno means
 * @phase: a connect times out; what stalls later has failed
 * @code: positive errno, as connect(), send() or recv() gave it
 */
enum load_outcome flow_outcome_of(enum load_phase phase, int code);

/**
 * flow_fail - settle a flow by an errno
 *
 * The first error is the flow's; later ones are consequences. The counts of
 * both ends are taken and the descriptors closed.
 */
void flow_fail(struct flow *flow, enum load_phase phase, int code);

/**
 * flow_settle - give a flow its final outcome, take the counts of both ends
 * and close them. A flow that is closed already stays as it is.
 */
void flow_settle(struct flow *flow, enum load_outcome outcome);

/* What an end's turn came to. */
enum end_step {
	END_IDLE,  /* nothing to do until epoll says so */
	END_MOVED, /* bytes moved, or a half was closed */
	END_BROKE, /* errno is in *ret_code */
};

/**
 * end_write - write one chunk of what is left to write
 * @peer: the other end, if this process has it; its END_CAN_READ is set
 * @buf: @chunk bytes of payload
 */
enum end_step end_write(struct end *end, struct end *peer, const void *buf,
                        size_t chunk, int *ret_code);

/**
 * end_splice - the same, without a copy
 * @splicer: see splicer_send()
 */
enum end_step end_splice(struct end *end, struct end *peer,
                         const struct splicer *splicer, const void *buf,
                         size_t chunk, int *ret_code);

/**
 * end_read_once - read what has come, up to @chunk bytes
 *
 * Less than @chunk means that the queue was empty: END_CAN_READ is cleared,
 * and epoll tells of what comes later. Not so with END_LAST: a FIN that is
 * here already makes no further event.
 *
 * @buf: scratch of @chunk bytes; NULL: the kernel throws them away
 */
enum end_step end_read_once(struct end *end, void *buf, size_t chunk,
                            uint64_t *ret_bytes, int *ret_code);

/* Turns of it in one call: a flow must not starve its neighbours. */
#define READS_A_TURN 4

/** end_read - the same, READS_A_TURN times if there is so much */
enum end_step end_read(struct end *end, void *buf, size_t chunk,
                       uint64_t *ret_bytes, int *ret_code);

/**
 * end_shut - send the FIN, once nothing is left to write. An end without
 * payload of its own waits for the peer's FIN first.
 */
enum end_step end_shut(struct end *end, struct end *peer, int *ret_code);

/** end_is_drained - our FIN is sent, the peer's was read */
static inline bool end_is_drained(const struct end *end)
{
	const uint8_t both = END_SHUT | END_EOF;

	return (end->flags & both) == both;
}

/** end_give_away - another host has it */
static inline void end_give_away(struct end *end)
{
	end->flags |= END_SHUT | END_EOF;
}

/** end_here - @end; NULL: another host has it */
static inline struct end *end_here(struct end *end)
{
	return end->fd >= 0 ? end : NULL;
}

/**
 * end_has_all - the end of a flow that is closed by RST, so without any FIN:
 * @peer has nothing left to write, and all of what it wrote was read
 */
static inline bool end_has_all(const struct end *end, const struct end *peer)
{
	return !peer->to_write && end->read == peer->written;
}

/** end_ack_now - do not delay the ACK of what was received; a FIN would not */
void end_ack_now(const struct end *end);

/**
 * end_is_acked - the kernel has nothing unsent or unacknowledged any more
 * Return: true also when the kernel cannot say (the socket is gone).
 */
bool end_is_acked(const struct end *end);

#endif
