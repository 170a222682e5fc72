/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wire - what the two ends of a test between hosts say to each other. Pure.
 *
 * A control connection carries JSON, one object a line, none longer than
 * WIRE_LINE_MAX: what there may be much of (counts of flows, findings) comes
 * in as many lines as it takes. Each flow begins with a header of fixed size,
 * which is its hello.
 *
 *   near (load --connect)              far (serve)
 *   hello {version, nonce}         ->
 *                                  <-  challenge {version, nonce}
 *   proof {mac}                    ->
 *                                  <-  welcome {mac, host, kernel}
 *   plan {...}                     ->
 *                                  <-  ready {port}  or  refused {...}
 *   wave {n}                       ->                        for each wave
 *                                  <-  wave {n}: it listens, and holds
 *   ... n connects, each with its header ...
 *   connected {n}                  ->  it accepts
 *                                  <-  opened {n}, as often as n grows
 *   go                             ->                        both transfer
 *   stop                           ->                        if the user does
 *   done                           ->
 *                                  <-  flows, intervals ..., result
 *                                  <-  finding ..., end {verdict}
 */
#ifndef KILOFLOW_PROBES_LOAD_WIRE_H
#define KILOFLOW_PROBES_LOAD_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "probes/facts.h"
#include "probes/load/load_result.h"

#define WIRE_VERSION 1
#define WIRE_PORT 5202

/* Of a line, its newline included. */
#define WIRE_LINE_MAX 16384

#define WIRE_NONCE_BYTES 32
#define WIRE_MAC_BYTES 32
#define WIRE_TOKEN_BYTES 16
#define WIRE_HEADER_BYTES 32

/* Rows that fit into a line, whatever their numbers are. */
#define WIRE_ROWS_MAX 64

enum wire_type {
	WIRE_HELLO,
	WIRE_CHALLENGE,
	WIRE_PROOF,
	WIRE_WELCOME,
	WIRE_PLAN,
	WIRE_READY,
	WIRE_REFUSED,
	WIRE_WAVE,
	WIRE_CONNECTED,
	WIRE_OPENED,
	WIRE_GO,
	WIRE_STOP,
	WIRE_DONE,
	WIRE_FLOWS,
	WIRE_INTERVALS,
	WIRE_RESULT,
	WIRE_FINDING,
	WIRE_END,
	WIRE_TYPES
};

/* What the far end has to know of the test. */
struct wire_plan {
	uint64_t flows, burst, backlog;
	uint64_t direction; /* enum load_direction */
	uint64_t accept;    /* enum load_accept */
	uint64_t accept_per_s;
	uint64_t bytes_per_flow; /* each way; 0: by time */
	uint64_t time_ns;
};

/* Of WIRE_FLOWS: how an end of a flow fared. */
enum wire_flow_column {
	WIRE_FLOW_INDEX,
	WIRE_FLOW_OUTCOME, /* enum load_outcome */
	WIRE_FLOW_WRITTEN,
	WIRE_FLOW_ACKED,
	WIRE_FLOW_RECEIVED,
	WIRE_FLOW_READ,
	WIRE_FLOW_RETRANS, /* since it was open */
	WIRE_FLOW_PHASE,   /* enum load_phase */
	WIRE_FLOW_CODE,    /* positive errno, 0: none */
	WIRE_FLOW_COLUMNS
};

/* Of WIRE_INTERVALS: bytes that were read in a second of the transfer. */
enum wire_interval_column {
	WIRE_INTERVAL_INDEX,
	WIRE_INTERVAL_BYTES,
	WIRE_INTERVAL_COLUMNS
};

/* Only what belongs to its type means something. */
struct wire_message {
	enum wire_type type;
	uint64_t version;
	uint8_t nonce[WIRE_NONCE_BYTES];
	uint8_t mac[WIRE_MAC_BYTES];
	char host[72], kernel[72];
	struct wire_plan plan;
	uint64_t port;
	char resource[48];
	uint64_t have, need;
	uint64_t n; /* connections: of this wave, or of all until now */
	size_t n_rows;
	uint64_t rows[WIRE_ROWS_MAX][WIRE_FLOW_COLUMNS];
	uint64_t transfer_ns;
	struct fact_u64 queue_limit, queue_peak, queue_drops, syn_queue_peak;
	struct fact_u64 counter[COUNTER_COUNT];
	char finding[WIRE_LINE_MAX]; /* a JSON object, as in the report */
	char verdict[32];            /* of all findings; "" */
};

/**
 * wire_encode - a message as a line
 * @ret_len: bytes of it, the newline included
 *
 * Return: 0; -EMSGSIZE when a finding makes it too long; -ENOMEM.
 */
int wire_encode(const struct wire_message *message,
                char line[static WIRE_LINE_MAX], size_t *ret_len);

/**
 * wire_decode - the message of a line
 * @line: @len bytes, without the newline
 * @ret: every number is within the range that it has to be in
 *
 * What it has beyond what is known here is ignored.
 *
 * Return: 0, or -EPROTO.
 */
int wire_decode(const char *line, size_t len, struct wire_message *ret);

/** wire_type_name - "hello", ... */
const char *wire_type_name(enum wire_type type);

/** wire_header_encode - the first bytes of flow @index */
void wire_header_encode(uint64_t index,
                        const uint8_t token[static WIRE_TOKEN_BYTES],
                        uint8_t ret[static WIRE_HEADER_BYTES]);

/** wire_header_decode - Return: 0, or -EPROTO: it is none */
int wire_header_decode(const uint8_t bytes[static WIRE_HEADER_BYTES],
                       uint64_t *ret_index,
                       uint8_t ret_token[static WIRE_TOKEN_BYTES]);

#endif
