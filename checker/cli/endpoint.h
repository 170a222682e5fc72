/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * endpoint - HOST:PORT as a user types it.
 */
#ifndef KILOFLOW_CHECKER_CLI_ENDPOINT_H
#define KILOFLOW_CHECKER_CLI_ENDPOINT_H

#include <netdb.h>
#include <stdint.h>

struct endpoint {
	char host[NI_MAXHOST]; /* a name or an address, without brackets */
	uint16_t port;
};

/**
 * endpoint_parse - "web-3:80", "127.0.0.1:80", "[::1]:80". Pure.
 * @port: where none is given, and then IPv6 needs no brackets either; 0: one
 *        has to be
 *
 * Return: 0; -EINVAL when it is none; -ERANGE when no port has that number.
 */
int endpoint_parse(const char *text, uint16_t port, struct endpoint *ret);

#endif
