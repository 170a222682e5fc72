/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * destroy - sockets of a network namespace that end, as they do: transport
 * only, the parser is destroy_parse.h. Linux 4.2, no root needed; but only
 * root has a receive buffer that holds more than some hundred of them.
 */
#ifndef KILOFLOW_PROBES_OBSERVE_DESTROY_H
#define KILOFLOW_PROBES_OBSERVE_DESTROY_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct seen_end;

struct destroy {
	int fd;          /* readable: sockets have ended; -1: closed */
	bool roomy;      /* what ends within some 10 ms fits into the buffer */
	uint64_t broken; /* messages that made no sense */
};

/**
 * destroy_open - listen to the calling thread's namespace
 *
 * Return: 0; -ENOENT when the kernel does not tell; else from the kernel.
 */
int destroy_open(struct destroy *destroy, struct err *err);

/** destroy_close - no-op on a closed one */
void destroy_close(struct destroy *destroy);

/**
 * destroy_drain - hand out all that has ended since
 * @end: returns 0, or negative errno to stop
 *
 * Return: how many, or what @end returned.
 */
int destroy_drain(struct destroy *destroy,
                  int (*end)(void *to, const struct seen_end *end), void *to);

/** destroy_lost - how many were not received, or made no sense */
uint64_t destroy_lost(const struct destroy *destroy);

#endif
