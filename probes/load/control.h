/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * control - a control connection: messages of wire.h, over a socket that
 * does not block.
 *
 * One that broke, ended, or said what is no message stays broken.
 */
#ifndef KILOFLOW_PROBES_LOAD_CONTROL_H
#define KILOFLOW_PROBES_LOAD_CONTROL_H

#include <stddef.h>
#include <stdint.h>

#include "probes/load/wire.h"

struct control {
	int fd;          /* -1: none */
	int code;        /* negative errno that it broke with, 0: it did not */
	size_t max_line; /* what the other may say at a time */
	size_t n;        /* bytes that have come and were not taken */
	char in[WIRE_LINE_MAX];
};

/** control_init - @fd: a connected socket that does not block */
void control_init(struct control *control, int fd);

/** control_close - close the socket; no more than once */
void control_close(struct control *control);

/**
 * control_send - send a message
 * @most_ms: how long to wait for the other to read; 0: not at all, and then
 * it is sent whole or the connection is broken
 *
 * Return: 0, or negative errno: the connection is broken.
 */
int control_send(struct control *control, const struct wire_message *message,
                 int most_ms);

/** control_relay - the same for @len bytes that are lines already */
int control_relay(struct control *control, const char *lines, size_t len,
                  int most_ms);

/**
 * control_take - the next message, if it has come
 *
 * Return: 1; 0: none yet; negative errno: the connection is broken, -EPIPE
 * when the other closed it, -EPROTO when it said what is no message.
 */
int control_take(struct control *control, struct wire_message *ret);

/**
 * control_wait - the next message
 * @stop_fd: gives up when this is readable, -1: none
 *
 * Return: 0; -ETIMEDOUT after @most_ms; -EINTR because of @stop_fd;
 * negative errno: the connection is broken.
 */
int control_wait(struct control *control, struct wire_message *ret, int most_ms,
                 int stop_fd);

#endif
