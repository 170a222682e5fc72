/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * server - what sock_diag knows of a server that runs already, when it is in
 * the calling thread's network namespace. Its sockets are only looked at.
 *
 * One behind an address translation, or in another namespace, is not seen:
 * nothing here listens on the address then.
 */
#ifndef KILOFLOW_PROBES_LOAD_SERVER_H
#define KILOFLOW_PROBES_LOAD_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "probes/diag.h"
#include "probes/fact.h"
#include "probes/load/address.h"

/* The accept queues of those that listen on the address, added up. */
struct server_queue {
	uint64_t n;      /* listeners; 0: none is seen */
	uint64_t cookie; /* of one of them */
	uint64_t length;
	uint64_t capacity;     /* connections that they hold */
	struct fact_u64 drops; /* since they were opened */
};

struct server {
	const union address *at;
	struct diag diag;
	struct server_queue queue; /* as last read */
	struct fact_u64 peak;      /* the longest that was seen */
	struct fact_u64 drops_before;
};

/** server_open - begin to look at whoever listens on @at, which must stay */
void server_open(struct server *server, const union address *at);

void server_close(struct server *server);

/** server_sample - read the queue, and note its peak */
void server_sample(struct server *server);

/** server_drops - since server_open(); a kernel counter of 32 bits */
struct fact_u64 server_drops(const struct server *server);

/* Where the server's end of a connection is. */
enum server_end {
	SERVER_END_NONE,  /* there is none */
	SERVER_END_WAITS, /* half-open, or in the accept queue */
	SERVER_END_ACCEPTED,
};

/**
 * server_ends - the server's ends of all connections from one address
 * @ret: enum server_end by the client's port, 65536 of them
 *
 * Return: whether they are known: a listener is seen, and the dump is whole.
 */
bool server_ends(struct server *server, const union address *from,
                 uint8_t *ret);

#endif
